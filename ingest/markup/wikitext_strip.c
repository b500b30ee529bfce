/* wikitext_strip.c: the first pass: comments, extension tags, templates, parameters, entities, language variants, magic words.
 *
 * Output is written as it is read; where a template closes, what was written since it opened is taken back and replaced by what
 * it shows. So no tree is built and nothing is read twice; an open brace that never closes has cost nothing.
 *
 * In: wikitext. Out: wikitext without all that, with marks. State: the open braces, at most WIKITEXT_DEPTH; deeper ones are
 * counted. Source: MediaWiki's preprocessor (how runs of braces pair), and its extensions' tags. */
#include "common/text.h"
#include "ingest/html/entities.h"
#include "ingest/markup/wikitemplates.h"
#include "ingest/markup/wikitext_internal.h"
#include "ingest/read/xml.h"

enum open_kind { OPEN_BRACES, OPEN_VARIANT };

struct open {
    enum open_kind kind;
    uint32_t count; /* braces */
    size_t start;   /* of its content in the output */
};

enum ext_kind {
    EXT_DROPPED,  /* with its content */
    EXT_PLAIN,    /* its content is no markup */
    EXT_BLOCK,    /* … and preformatted */
    EXT_FORMULA,  /* TeX */
    EXT_UNWRAPPED /* only the tag goes */
};

static const struct ext {
    const char *name;
    enum ext_kind kind;
} exts[] = {{"ref", EXT_DROPPED},
            {"references", EXT_DROPPED},
            {"gallery", EXT_DROPPED},
            {"timeline", EXT_DROPPED},
            {"imagemap", EXT_DROPPED},
            {"score", EXT_DROPPED},
            {"graph", EXT_DROPPED},
            {"hiero", EXT_DROPPED},
            {"inputbox", EXT_DROPPED},
            {"indicator", EXT_DROPPED},
            {"templatestyles", EXT_DROPPED},
            {"templatedata", EXT_DROPPED},
            {"mapframe", EXT_DROPPED},
            {"maplink", EXT_DROPPED},
            {"categorytree", EXT_DROPPED},
            {"includeonly", EXT_DROPPED},
            {"style", EXT_DROPPED},
            {"script", EXT_DROPPED},
            {"table", EXT_DROPPED},
            {"section", EXT_UNWRAPPED},
            {"noinclude", EXT_UNWRAPPED},
            {"onlyinclude", EXT_UNWRAPPED},
            {"poem", EXT_UNWRAPPED},
            {"nowiki", EXT_PLAIN},
            {"pre", EXT_BLOCK},
            {"syntaxhighlight", EXT_BLOCK},
            {"source", EXT_BLOCK},
            {"math", EXT_FORMULA},
            {"chem", EXT_FORMULA},
            {"ce", EXT_FORMULA},
            {"phonos", EXT_UNWRAPPED},
            {"dynamicpagelist", EXT_DROPPED},
            {"translate", EXT_UNWRAPPED},
            {"tvar", EXT_UNWRAPPED},
            {"languages", EXT_DROPPED}};

#define EXTS (sizeof exts / sizeof *exts)

struct strip {
    struct wikitext *w;
    const char *p, *end;
    struct slice title;
    struct buf *out;
    struct open open[WIKITEXT_DEPTH];
    size_t depth;
    uint64_t deeper; /* pairs of braces beyond WIKITEXT_DEPTH */
    bool variants;
    bool no_more[EXTS]; /* the tag is never closed from here on */
    bool no_more_gt;    /* there is no '>' from here on */
};

static bool is_markup(char c)
{
    return strchr("[]{}|'=*#:;-<>&_!~\n\"", c) != NULL;
}

static void put_char(struct buf *out, char c)
{
    if (c == 0) return;
    buf_putc(out, WIKI_CHAR);
    buf_putc(out, (char)((uint8_t)c | 0x80));
}

void wiki_put_plain(struct buf *out, struct slice text, bool keep_space)
{
    for (const char *p = text.p, *end = p + text.n; p < end; p++) {
        uint8_t c = (uint8_t)*p;
        if (c == '\r') continue;
        if (c == 0xc2 && end - p > 1 && (uint8_t)p[1] < 0xa0)
            p++; /* C1 controls */
        else if (c == '\n' && !keep_space)
            buf_putc(out, ' ');
        else if (c == '\n' || ((c == ' ' || c == '\t') && keep_space) || (c > ' ' && is_markup(*p)))
            put_char(out, *p);
        else if ((c >= 0x20 && c != 0x7f) || c == '\t')
            buf_putc(out, *p);
    }
}

/* As wiki_put_plain, with character references decoded. */
static void put_references(struct strip *s, struct slice text, bool keep_space)
{
    struct buf *word = &s->w->word;
    buf_clear(word);
    entities_put(word, text, false);
    wiki_put_plain(s->out, buf_slice(word), keep_space);
}

static void put_gone(struct strip *s)
{
    if (s->out->n == 0 || s->out->p[s->out->n - 1] != WIKI_GONE) buf_putc(s->out, WIKI_GONE);
}

/* ------------------------------------------------------------------ braces */

static void take_back(struct buf *out, size_t start)
{
    if (out->n > start) out->n = start;
}

static void open_braces(struct strip *s, enum open_kind kind, uint32_t count)
{
    if (s->depth == WIKITEXT_DEPTH) {
        s->deeper += kind == OPEN_BRACES ? count / 2 : 0;
        return;
    }
    s->open[s->depth++] = (struct open){kind, count, s->out->n};
}

static void close_template(struct strip *s, const struct open *o)
{
    struct buf *shown = &s->w->word;
    if (s->out->failed) return;
    buf_clear(shown);
    struct slice content = slice_of(s->out->p + o->start, s->out->n - o->start);
    bool known = wiki_template_put(content, s->title, shown);
    take_back(s->out, o->start);
    if (o->count == 3) buf_putc(s->out, '{');
    if (known) buf_put_slice(s->out, buf_slice(shown));
    if (!known || shown->n == 0) put_gone(s);
}

/* {{{name|default}}} shows its default. */
static void close_parameter(struct strip *s, const struct open *o)
{
    if (s->out->failed) return;
    char *content = s->out->p + o->start;
    size_t n = s->out->n - o->start;
    const char *bar = memchr(content, '|', n);
    size_t skip = bar ? (size_t)(bar + 1 - content) : n;
    if (o->count == 4 && skip) content[0] = '{', content++, skip--, n--;
    memmove(content, content + skip, n - skip);
    s->out->n -= skip;
}

static void close_braces(struct strip *s, size_t run)
{
    while (run >= 2 && s->deeper) {
        s->deeper--;
        run -= 2;
    }
    while (run >= 2 && s->depth) {
        struct open *o = &s->open[s->depth - 1];
        uint32_t k = run >= 3 && o->count >= 3 ? 3 : 2;
        if (o->kind == OPEN_BRACES && k == 3)
            close_parameter(s, o);
        else if (o->kind == OPEN_BRACES)
            close_template(s, o);
        else
            k = 0; /* a variant that is never closed */
        o->count -= k < o->count ? k : o->count;
        run -= k;
        if (o->count < 2) s->depth--;
    }
    if (run % 2) buf_putc(s->out, '}');
}

static void take_open_run(struct strip *s)
{
    size_t n = 0;
    while (s->p + n < s->end && s->p[n] == '{' && n < UINT32_MAX) n++;
    s->p += n;
    if (n == 1)
        buf_putc(s->out, '{');
    else
        open_braces(s, OPEN_BRACES, (uint32_t)n);
}

static void take_close_run(struct strip *s)
{
    struct open *top = s->depth ? &s->open[s->depth - 1] : NULL;
    size_t n = 0;
    while (s->p + n < s->end && s->p[n] == '}') n++;
    bool dash = s->p + n < s->end && s->p[n] == '-';
    bool table_end = n == 3 && !s->deeper && s->out->n && s->out->p[s->out->n - 1] == '|';
    s->p += n;
    if (n == 1 && dash && top && top->kind == OPEN_VARIANT) {
        s->p++;
        s->depth--;
        return; /* its content is chosen from by close_variant */
    }
    if (table_end && !(top && top->kind == OPEN_BRACES)) n = 1;
    close_braces(s, n);
}

/* ------------------------------------------------------------------ language variants */

/* Of "zh-hans:A;zh-hant:B" the first text; of "A" A itself. */
static struct slice first_variant(struct slice content)
{
    const char *semicolon = memchr(content.p, ';', content.n);
    struct slice rule = slice_of(content.p, semicolon ? (size_t)(semicolon - content.p) : content.n);
    const char *colon = memchr(rule.p, ':', rule.n);
    size_t name = colon ? (size_t)(colon - rule.p) : 0;
    for (size_t i = 0; i < name; i++) {
        char c = rule.p[i];
        if ((c < 'a' || c > 'z') && c != '-' && c != ' ' && c != '\n') return content;
    }
    if (!colon) return content;
    return slice_trim(slice_of(colon + 1, rule.n - name - 1));
}

/* "-{" flags "|" text "}-" */
static void close_variant(struct strip *s, size_t start)
{
    if (s->out->failed) return;
    char *at = s->out->p + start;
    struct slice content = slice_of(at, s->out->n - start);
    const char *bar = memchr(content.p, '|', content.n < 8 ? content.n : 8);
    bool hidden = false;
    if (bar) {
        for (const char *p = content.p; p < bar; p++) hidden |= strchr("HTD-", *p) != NULL && *p;
        content = slice_of(bar + 1, content.n - (size_t)(bar + 1 - content.p));
    }
    struct slice text = hidden ? slice_of("", 0) : first_variant(content);
    if (text.n) memmove(at, text.p, text.n);
    s->out->n = start + text.n;
}

/* At '-': "-{", else a dash. */
static void take_dash(struct strip *s)
{
    bool opens = s->variants && s->end - s->p > 2 && s->p[1] == '{' && s->p[2] != '{' && s->p[2] != '|';
    if (!opens) {
        buf_putc(s->out, *s->p++);
        return;
    }
    s->p += 2;
    open_braces(s, OPEN_VARIANT, 1);
}

/* ------------------------------------------------------------------ tags */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void take_comment(struct strip *s)
{
    const char *end = memmem(s->p + 4, (size_t)(s->end - s->p) - 4, "-->", 3);
    bool line_start = s->out->n == 0 || s->out->p[s->out->n - 1] == '\n';
    s->p = end ? end + 3 : s->end;
    const char *p = s->p;
    while (p < s->end && *p == ' ') p++;
    if (line_start && p < s->end && *p == '\n') s->p = p + 1; /* its line goes with it */
}

static const struct ext *find_ext(struct slice name)
{
    for (size_t i = 0; i < EXTS; i++)
        if (slice_eq_nocase(name, exts[i].name)) return &exts[i];
    return NULL;
}

/* "</name" from `from` on; NULL: none. */
static const char *find_close(struct strip *s, const struct ext *x, const char *from)
{
    size_t n = strlen(x->name), i = (size_t)(x - exts);
    while (!s->no_more[i] && (from = memmem(from, (size_t)(s->end - from), "</", 2))) {
        const char *name = from + 2;
        if ((size_t)(s->end - name) > n && slice_eq_nocase(slice_of(name, n), x->name) && !is_letter(name[n]))
            return from;
        from = name;
    }
    s->no_more[i] = true;
    return NULL;
}

static const char *find_gt(struct strip *s, const char *from)
{
    const char *gt = s->no_more_gt ? NULL : memchr(from, '>', (size_t)(s->end - from));
    if (!gt) s->no_more_gt = true;
    return gt;
}

static void put_block_start(struct strip *s, struct slice tag)
{
    struct slice lang = xml_attribute(tag, "lang");
    buf_puts(s->out, "\n\5");
    for (size_t i = 0; i < lang.n && i < 30; i++)
        if (is_letter(lang.p[i]) || (lang.p[i] && strchr("0123456789+#-.", lang.p[i])))
            buf_putc(s->out, lang.p[i]);
    buf_putc(s->out, WIKI_CODE);
}

static void put_ext(struct strip *s, const struct ext *x, struct slice tag, struct slice content)
{
    bool inline_code = slice_find(tag, slice_str(" inline")) != NULL;
    switch (x->kind) {
    case EXT_PLAIN: put_references(s, content, false); break;
    case EXT_BLOCK:
        if (!inline_code) put_block_start(s, tag);
        if (content.n && *content.p == '\n') content = slice_of(content.p + 1, content.n - 1);
        put_references(s, content, true);
        if (!inline_code) buf_puts(s->out, "\5\n");
        break;
    case EXT_FORMULA:
        put_char(s->out, '$');
        put_references(s, slice_trim(content), false);
        put_char(s->out, '$');
        break;
    default: put_gone(s); break;
    }
}

/* At '<': a comment, an extension's tag, or anything else, which stays. */
static void take_tag(struct strip *s)
{
    const char *name = s->p + 1;
    if (s->end - s->p >= 4 && memcmp(s->p, "<!--", 4) == 0) {
        take_comment(s);
        return;
    }
    bool closes = name < s->end && *name == '/';
    name += closes;
    size_t n = 0;
    while (name + n < s->end && n < 20 && is_letter(name[n])) n++;
    const struct ext *x = n ? find_ext(slice_of(name, n)) : NULL;
    const char *gt = x ? find_gt(s, name + n) : NULL;
    if (!gt) {
        buf_putc(s->out, *s->p++);
        return;
    }
    struct slice tag = slice_of(name, (size_t)(gt - name));
    s->p = gt + 1;
    if (closes || x->kind == EXT_UNWRAPPED) {
        if (slice_eq_nocase(slice_of(name, n), "poem")) buf_putc(s->out, '\n');
        return;
    }
    if (gt[-1] == '/') {
        if (x->kind == EXT_DROPPED) put_gone(s);
        return;
    }
    const char *close = find_close(s, x, s->p);
    if (!close) return;
    put_ext(s, x, tag, slice_of(s->p, (size_t)(close - s->p)));
    gt = find_gt(s, close);
    s->p = gt ? gt + 1 : s->end;
}

/* ------------------------------------------------------------------ small things */

static void take_reference(struct strip *s)
{
    char shown[ENTITY_BYTES];
    size_t n = 0, taken = entity_decode(s->p, s->end, false, shown, &n);
    if (taken == 0) {
        buf_putc(s->out, *s->p++);
        return;
    }
    s->p += taken;
    if (n == 2 && memcmp(shown, "\xc2\xa0", 2) == 0)
        buf_putc(s->out, ' ');
    else
        wiki_put_plain(s->out, slice_of(shown, n), false);
}

/* __NOTOC__ and its like, in any language's capitals. */
static void take_underscore(struct strip *s)
{
    const char *p = s->p;
    size_t n = 2;
    if (s->end - p > 4 && p[1] == '_') {
        while (n < 60 && p + n < s->end && ((p[n] >= 'A' && p[n] <= 'Z') || (uint8_t)p[n] >= 0x80)) n++;
        bool closed = n > 4 && s->end - p >= (ptrdiff_t)n + 2 && p[n] == '_' && p[n + 1] == '_';
        if (closed) {
            s->p += n + 2;
            put_gone(s);
            return;
        }
    }
    buf_putc(s->out, *s->p++);
}

static void take_c2(struct strip *s)
{
    uint8_t next = s->end - s->p > 1 ? (uint8_t)s->p[1] : 0;
    if (next == 0xa0) buf_putc(s->out, ' ');
    if (next > 0xa0) buf_put(s->out, s->p, 2);
    s->p += next ? 2 : 1;
}

static void take_special(struct strip *s)
{
    size_t depth = s->depth, start = depth ? s->open[depth - 1].start : 0;
    bool variant = depth && s->open[depth - 1].kind == OPEN_VARIANT;
    switch (*s->p) {
    case '<': take_tag(s); break;
    case '&': take_reference(s); break;
    case '{': take_open_run(s); break;
    case '}':
        take_close_run(s);
        if (variant && s->depth < depth && s->p[-1] == '-') close_variant(s, start);
        break;
    case '-': take_dash(s); break;
    case '_': take_underscore(s); break;
    case '\xc2': take_c2(s); break;
    case '\r':
        if (s->end - s->p == 1 || s->p[1] != '\n') buf_putc(s->out, '\n');
        s->p++;
        break;
    default: s->p++; break; /* a control character */
    }
}

void wikitext_strip(struct wikitext *w, struct slice source, struct slice title, const struct wiki_site *site,
                    struct buf *out)
{
    struct strip s = {.w = w, .p = source.p, .end = source.p + source.n, .title = title, .out = out};
    s.variants = wiki_site_has_variants(site);
    if (buf_reserve(out, source.n) < 0) return;
    while (s.p < s.end && !out->failed) {
        const char *from = s.p;
        while (s.p < s.end && !w->special[(uint8_t)*s.p]) s.p++;
        buf_put(out, from, (size_t)(s.p - from));
        if (s.p < s.end) take_special(&s);
    }
}
