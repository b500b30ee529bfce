/* html.c: the HTML tokeniser.
 *
 * The standard describes a machine that reads one character at a time. Here each of its loops is one scanner: text up to
 * the next '<' (memchr), a tag with its attributes, a comment, a raw text up to its end tag. A scanner only moves on;
 * what the end of input cuts inside a tag is dropped, as the standard says.
 *
 * In: a page in memory. Out: tokens to a sink. State: how the coming text is read, and one tag's attributes. Memory: none
 * beyond struct html. */
#include "ingest/html/html.h"
#include "common/text.h"

void html_init(struct html *h)
{
    memset(h, 0, sizeof *h);
    names_init_tags(&h->tags);
    names_init_attrs(&h->attr_names);
}

const struct html_attr *html_attr(const struct html_token *t, enum attr attr)
{
    for (size_t i = 0; i < t->n_attrs; i++)
        if (t->attrs[i].attr == attr) return &t->attrs[i];
    return NULL;
}

struct scan {
    struct html *h;
    const char *p, *end;
    html_sink sink;
    void *ctx;
};

/* ------------------------------------------------------------------ character classes */

enum { C_SPACE = 1, C_NAME_END = 2, C_ATTR_END = 4, C_LETTER = 8 };

/* Tag names end at white space, '/' and '>'; attribute names at '=' too. */
static const uint8_t class_of[256] = {
    ['\t'] = C_SPACE | C_NAME_END | C_ATTR_END,
    ['\n'] = C_SPACE | C_NAME_END | C_ATTR_END,
    ['\f'] = C_SPACE | C_NAME_END | C_ATTR_END,
    ['\r'] = C_SPACE | C_NAME_END | C_ATTR_END,
    [' '] = C_SPACE | C_NAME_END | C_ATTR_END,
    ['/'] = C_NAME_END | C_ATTR_END,
    ['>'] = C_NAME_END | C_ATTR_END,
    ['='] = C_ATTR_END,
    ['A' ... 'Z'] = C_LETTER,
    ['a' ... 'z'] = C_LETTER,
};

static bool is(char c, unsigned class)
{
    return class_of[(uint8_t)c] & class;
}

static const char *find(const char *p, const char *end, char c)
{
    const char *hit = p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
    return hit ? hit : end;
}

/* ------------------------------------------------------------------ tokens */

static int emit(struct scan *s, const struct html_token *t)
{
    return s->sink(s->ctx, s->h, t);
}

static int emit_text(struct scan *s, const char *from, const char *to, bool references)
{
    if (from == to) return 0;
    struct html_token t = {
        .type = HTML_TEXT, .text = slice_of(from, (size_t)(to - from)), .references = references};
    return emit(s, &t);
}

static int emit_mark(struct scan *s, enum html_type type, const char *from, const char *to)
{
    struct html_token t = {.type = type, .text = slice_of(from, (size_t)(to - from))};
    return emit(s, &t);
}

/* ------------------------------------------------------------------ tags */

static void skip_space(struct scan *s)
{
    while (s->p < s->end && is(*s->p, C_SPACE)) s->p++;
}

/* false: the input ends before the value does. */
static bool scan_value(struct scan *s, struct slice *value)
{
    skip_space(s);
    if (s->p == s->end) return false;
    const char *from = s->p, quote = *from;
    if (quote == '"' || quote == '\'') {
        s->p = find(++from, s->end, quote);
        *value = slice_of(from, (size_t)(s->p - from));
        return s->p < s->end && ++s->p;
    }
    while (s->p < s->end && !is(*s->p, C_SPACE) && *s->p != '>') s->p++;
    *value = slice_of(from, (size_t)(s->p - from));
    return true;
}

static bool scan_attr(struct scan *s)
{
    struct html *h = s->h;
    const char *from = s->p;
    uint32_t hash = name_hash_add(0, *s->p++); /* a '=' here belongs to the name */
    while (s->p < s->end && !is(*s->p, C_ATTR_END)) hash = name_hash_add(hash, *s->p++);
    struct html_attr a = {.name = slice_of(from, (size_t)(s->p - from)), .value = {"", 0}};
    skip_space(s);
    if (s->p < s->end && *s->p == '=') {
        s->p++;
        if (!scan_value(s, &a.value)) return false;
    }
    if (h->n_attrs == HTML_ATTRS_MAX) return true;
    a.attr = (enum attr)names_find(&h->attr_names, a.name, hash);
    h->attrs[h->n_attrs++] = a;
    return true;
}

/* From behind the name to behind '>'. false: the input ends inside the tag. */
static bool scan_attrs(struct scan *s, bool *self_closing)
{
    s->h->n_attrs = 0;
    *self_closing = false;
    for (;;) {
        skip_space(s);
        if (s->p == s->end) return false;
        if (*s->p == '>') return s->p++;
        if (*s->p == '/') {
            s->p++;
            *self_closing = s->p < s->end && *s->p == '>';
            continue;
        }
        if (!scan_attr(s)) return false;
    }
}

static enum html_content content_of(enum tag tag)
{
    unsigned flags = tag_flags(tag);
    if (flags & IS_RAWTEXT) return HTML_CONTENT_RAWTEXT;
    if (flags & IS_RCDATA) return HTML_CONTENT_RCDATA;
    if (tag == TAG_SCRIPT) return HTML_CONTENT_SCRIPT;
    return tag == TAG_PLAINTEXT ? HTML_CONTENT_PLAINTEXT : HTML_DATA;
}

/* p is at the first letter of the name. */
static int scan_tag(struct scan *s, enum html_type type)
{
    struct html *h = s->h;
    struct html_token t = {.type = type, .attrs = h->attrs};
    const char *from = s->p;
    while (s->p < s->end && !is(*s->p, C_NAME_END)) t.hash = name_hash_add(t.hash, *s->p++);
    t.name = slice_of(from, (size_t)(s->p - from));
    if (!scan_attrs(s, &t.self_closing)) return 0;
    t.n_attrs = h->n_attrs;
    t.tag = (enum tag)names_find(&h->tags, t.name, t.hash);
    h->content = type == HTML_START ? content_of(t.tag) : HTML_DATA;
    h->raw_tag = t.tag;
    return emit(s, &t);
}

/* ------------------------------------------------------------------ comments, doctype */

/* Of a comment that the end of the input cuts, an end mark that had begun is no part. */
static const char *cut_comment_end(const char *from, const char *end)
{
    if (end - from >= 3 && memcmp(end - 3, "--!", 3) == 0) return end - 3;
    for (int dashes = 0; dashes < 2 && end > from && end[-1] == '-'; dashes++) end--;
    return end;
}

/* p is behind "<!--". The comment ends with "-->", "--!>", or at once with ">" or "->". */
static int scan_comment(struct scan *s)
{
    const char *from = s->p, *gt = from;
    for (;; gt++) {
        gt = find(gt, s->end, '>');
        s->p = gt < s->end ? gt + 1 : gt;
        size_t n = (size_t)(gt - from);
        if (gt == s->end) return emit_mark(s, HTML_COMMENT, from, cut_comment_end(from, gt));
        if (n == 0 || (n == 1 && *from == '-')) return emit_mark(s, HTML_COMMENT, from, from);
        if (n >= 2 && gt[-1] == '-' && gt[-2] == '-') return emit_mark(s, HTML_COMMENT, from, gt - 2);
        if (n >= 3 && gt[-1] == '!' && gt[-2] == '-' && gt[-3] == '-')
            return emit_mark(s, HTML_COMMENT, from, gt - 3);
    }
}

static int scan_to_gt(struct scan *s, enum html_type type, const char *from)
{
    const char *gt = find(from, s->end, '>');
    s->p = gt < s->end ? gt + 1 : gt;
    return emit_mark(s, type, from, gt);
}

/* p is behind "<!". */
static int scan_declaration(struct scan *s)
{
    size_t n = (size_t)(s->end - s->p);
    if (n >= 2 && s->p[0] == '-' && s->p[1] == '-') {
        s->p += 2;
        return scan_comment(s);
    }
    if (s->h->foreign && n >= 7 && memcmp(s->p, "[CDATA[", 7) == 0) {
        s->p += 7;
        s->h->content = HTML_CONTENT_CDATA;
        return 0;
    }
    if (n >= 7 && slice_eq_nocase(slice_of(s->p, 7), "doctype")) return scan_to_gt(s, HTML_DOCTYPE, s->p + 7);
    return scan_to_gt(s, HTML_COMMENT, s->p);
}

/* ------------------------------------------------------------------ text */

static bool starts_markup(const char *lt, const char *end)
{
    char next = lt + 1 < end ? lt[1] : 0;
    return is(next, C_LETTER) || next == '!' || next == '?' || (next == '/' && lt + 2 < end);
}

/* p is at a '<' that starts markup. */
static int scan_markup(struct scan *s)
{
    char next = s->p[1];
    s->p += next == '/' ? 2 : next == '!' ? 2 : 1;
    if (next == '!') return scan_declaration(s);
    if (is(*s->p, C_LETTER)) return scan_tag(s, next == '/' ? HTML_END : HTML_START);
    if (next == '?' || *s->p != '>') return scan_to_gt(s, HTML_COMMENT, s->p);
    s->p++; /* "</>" is nothing */
    return 0;
}

static int scan_data(struct scan *s)
{
    const char *from = s->p, *lt = find(from, s->end, '<');
    while (lt < s->end && !starts_markup(lt, s->end)) lt = find(lt + 1, s->end, '<');
    int r = emit_text(s, from, lt, true);
    s->p = lt;
    return r || lt == s->end ? r : scan_markup(s);
}

/* ------------------------------------------------------------------ raw text */

/* "</name" and then white space, '/' or '>'. */
static bool is_end_tag(const char *p, const char *end, const char *name)
{
    if (end - p < 3 || p[0] != '<' || p[1] != '/') return false;
    size_t n = strlen(name);
    if ((size_t)(end - p) < n + 3) return false;
    return slice_eq_nocase(slice_of(p + 2, n), name) && is(p[n + 2], C_NAME_END);
}

static const char *raw_end(const char *p, const char *end, const char *name)
{
    while ((p = find(p, end, '<')) < end && !is_end_tag(p, end, name)) p++;
    return p;
}

static bool is_script_start(const char *p, const char *end)
{
    return end - p >= 8 && slice_eq_nocase(slice_of(p, 7), "<script") && is(p[7], C_NAME_END);
}

/* In a script, "<!--" hides "</script>" once a "<script" stands behind it, up to "-->" (13.2.5.17 to 31). */
static const char *script_end(const char *p, const char *end, const char *name)
{
    enum { PLAIN, ESCAPED, DOUBLE } state = PLAIN;
    for (; p < end; p++) {
        if (state == PLAIN && (p = find(p, end, '<')) == end) break;
        bool closes = *p == '<' && is_end_tag(p, end, state == DOUBLE ? "script" : name);
        if (closes && state != DOUBLE) break;
        if (closes)
            state = ESCAPED;
        else if (state == ESCAPED && *p == '<' && is_script_start(p, end))
            state = DOUBLE;
        else if (state == PLAIN && end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
            state = ESCAPED;
            p++; /* "<!-->" ends at once */
        } else if (state != PLAIN && *p == '-' && end - p >= 3 && memcmp(p, "-->", 3) == 0)
            state = PLAIN;
    }
    return p;
}

static int scan_cdata(struct scan *s)
{
    const char *from = s->p, *to = from;
    while ((to = find(to, s->end, ']')) < s->end && (s->end - to < 3 || memcmp(to, "]]>", 3) != 0)) to++;
    s->h->content = HTML_DATA;
    s->p = to < s->end ? to + 3 : to;
    return emit_text(s, from, to, false);
}

static int scan_raw(struct scan *s)
{
    enum html_content content = s->h->content;
    const char *from = s->p, *to = s->end;
    if (content == HTML_CONTENT_CDATA) return scan_cdata(s);
    if (content == HTML_CONTENT_SCRIPT)
        to = script_end(from, s->end, tag_name(s->h->raw_tag));
    else if (content != HTML_CONTENT_PLAINTEXT)
        to = raw_end(from, s->end, tag_name(s->h->raw_tag));
    s->h->content = HTML_DATA;
    s->p = to;
    return emit_text(s, from, to, content == HTML_CONTENT_RCDATA);
}

int html_tokenize(struct html *h, struct slice input, html_sink sink, void *ctx)
{
    struct scan s = {h, input.p, input.p + input.n, sink, ctx};
    int r = 0;
    h->content = HTML_DATA;
    h->foreign = false;
    while (r == 0 && s.p < s.end) r = h->content == HTML_DATA ? scan_data(&s) : scan_raw(&s);
    return r;
}
