/* wikitext_link.c: the second pass: links become their labels, pictures and categories go.
 *
 * As in the first pass the output is taken back to where a link opened once it closes. A link without a bar cannot hold a line
 * end, an external one neither: there they are given up, and only their brackets are lost.
 *
 * In: wikitext without templates. Out: the same without links; names of categories in w->categories. State: the open links,
 * at most WIKITEXT_DEPTH; deeper brackets are dropped. Source: MediaWiki's Help:Links, Help:Images. */
#include "common/text.h"
#include "ingest/markup/wikitext_internal.h"

struct link {
    size_t start, bar; /* in the output; bar 0: none yet */
    bool external, picture;
    uint32_t singles; /* '[' that were text */
};

struct links {
    struct wikitext *w;
    const struct wiki_site *site;
    const char *p, *end;
    struct buf *out;
    struct link open[WIKITEXT_DEPTH];
    size_t depth, n_categories;
};

/* ------------------------------------------------------------------ what a target is */

enum target { TARGET_PAGE, TARGET_PICTURE, TARGET_CATEGORY, TARGET_LANGUAGE };

static bool has_media_ending(struct slice name)
{
    static const char *const endings[] = {"jpg", "jpeg", "png",  "svg", "gif", "webp", "tif", "tiff", "xcf",
                                          "pdf", "djvu", "ogg",  "oga", "ogv", "webm", "mid", "midi", "wav",
                                          "mp3", "flac", "opus", "stl", "mpg", "mpeg", "mp4"};
    size_t dot = name.n;
    while (dot && name.n - dot < 6 && name.p[dot - 1] != '.') dot--;
    if (dot == 0 || name.p[dot - 1] != '.') return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_eq_nocase(slice_of(name.p + dot, name.n - dot), endings[i])) return true;
    return false;
}

/* "de", "zh-min-nan", "be-x-old": what stands before the colon of a link to the same article elsewhere. */
static bool is_language(struct slice s)
{
    size_t first = 0;
    if (slice_is(s, "simple")) return true;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '-' && (s.p[i] < 'a' || s.p[i] > 'z')) return false;
        if (s.p[i] == '-' && first == 0) first = i;
    }
    if (first == 0) first = s.n;
    return (first == 2 || first == 3) && s.n <= 12 && s.n > 0;
}

/* *rest: the target behind its namespace. */
static enum target judge(const struct links *l, struct slice target, bool labelled, struct slice *rest)
{
    const char *colon = memchr(target.p, ':', target.n < 256 ? target.n : 256);
    *rest = target;
    if (!colon || colon == target.p) return TARGET_PAGE;
    struct slice name = slice_trim(slice_of(target.p, (size_t)(colon - target.p)));
    *rest = slice_trim(slice_of(colon + 1, target.n - (size_t)(colon + 1 - target.p)));
    int32_t key = wiki_site_namespace(l->site, name);
    if (key == WIKI_NS_FILE) return TARGET_PICTURE;
    if (key == WIKI_NS_CATEGORY) return TARGET_CATEGORY;
    if (key == WIKI_NS_NONE && has_media_ending(*rest))
        return TARGET_PICTURE; /* by another name of the namespace */
    if (key == WIKI_NS_NONE && !labelled && is_language(name)) return TARGET_LANGUAGE;
    return TARGET_PAGE;
}

/* ------------------------------------------------------------------ closing */

static void put_gone(struct links *l)
{
    if (l->out->n == 0 || l->out->p[l->out->n - 1] != WIKI_GONE) buf_putc(l->out, WIKI_GONE);
}

static void keep_category(struct links *l, struct slice name)
{
    struct buf *b = &l->w->categories;
    if (name.n == 0 || name.n > 512 || l->n_categories++ >= WIKITEXT_CATEGORIES) return;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = (uint8_t)name.p[i];
        if (c == WIKI_CHAR && i + 1 < name.n)
            buf_putc(b, (char)((uint8_t)name.p[++i] & 0x7f));
        else if (c >= 0x20)
            buf_putc(b, c == '_' ? ' ' : (char)c);
    }
    buf_putc(b, '\n');
}

/* "Boston, Massachusetts" and "Pipe (computing)" without what tells them apart. */
static struct slice short_name(struct slice s)
{
    const char *parenthesis = s.n && s.p[s.n - 1] == ')' ? memrchr(s.p, '(', s.n) : NULL;
    const char *comma = slice_find(s, slice_str(", "));
    if (parenthesis)
        s.n = (size_t)(parenthesis - s.p);
    else if (comma)
        s.n = (size_t)(comma - s.p);
    return slice_trim(s);
}

/* What a link to a page shows: a part of the content. */
static struct slice label_of(struct slice content, size_t bar, struct slice rest)
{
    if (bar < content.n) {
        struct slice label = slice_of(content.p + bar + 1, content.n - bar - 1);
        return slice_trim(label).n ? label : short_name(rest);
    }
    struct slice s = content;
    while (s.n && (*s.p == ':' || *s.p == '#' || *s.p == ' ')) s = slice_of(s.p + 1, s.n - 1);
    return s;
}

static void close_link(struct links *l)
{
    struct link *k = &l->open[--l->depth];
    if (l->out->failed) return;
    char *at = l->out->p + k->start;
    struct slice content = slice_of(at, l->out->n - k->start), rest;
    size_t bar = k->bar ? k->bar - k->start : content.n;
    struct slice target = slice_trim(slice_of(content.p, bar));
    enum target kind = judge(l, target, bar < content.n, &rest);
    if (kind == TARGET_PAGE) {
        struct slice label = label_of(content, bar, rest);
        memmove(at, label.p, label.n);
        l->out->n = k->start + label.n;
        return;
    }
    if (kind == TARGET_CATEGORY) keep_category(l, rest);
    l->out->n = k->start;
    put_gone(l);
}

/* ------------------------------------------------------------------ brackets */

static struct link *top(struct links *l)
{
    return l->depth ? &l->open[l->depth - 1] : NULL;
}

static void open_link(struct links *l, bool external)
{
    if (l->depth < WIKITEXT_DEPTH)
        l->open[l->depth++] = (struct link){.start = l->out->n, .external = external};
}

/* Bytes of an address's scheme at p; 0: none. */
static size_t scheme(const char *p, const char *end)
{
    static const char *const schemes[] = {"http://", "https://", "//",       "ftp://",  "ftps://",
                                          "mailto:", "news:",    "irc://",   "ircs://", "git://",
                                          "sftp://", "tel:",     "gopher://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);
        if ((size_t)(end - p) > n && slice_eq_nocase(slice_of(p, n), schemes[i])) return n;
    }
    return 0;
}

/* "[http://address label]": the address is passed over. */
static bool take_external(struct links *l)
{
    const char *p = l->p + 1;
    size_t n = scheme(p, l->end);
    if (n == 0 || l->depth == WIKITEXT_DEPTH) return false;
    p += n;
    while (p < l->end && !strchr(" \t\n]<\"", *p)) p++;
    while (p < l->end && (*p == ' ' || *p == '\t')) p++;
    l->p = p;
    open_link(l, true);
    return true;
}

static void take_open(struct links *l)
{
    size_t n = 0;
    while (l->p + n < l->end && l->p[n] == '[') n++;
    if (n == 1 || (n == 3 && scheme(l->p + 3, l->end))) {
        l->p += n - 1;
        if (take_external(l)) return;
        struct link *k = top(l);
        if (k) k->singles++;
        buf_putc(l->out, *l->p++);
        return;
    }
    l->p += n;
    if (n == 3) buf_putc(l->out, '[');
    open_link(l, false);
}

static void take_close(struct links *l)
{
    struct link *k = top(l);
    bool twice = l->end - l->p > 1 && l->p[1] == ']', thrice = l->end - l->p > 2 && twice && l->p[2] == ']';
    if (k && k->external) {
        l->depth--;
        if (l->out->n == k->start) put_gone(l);
        l->p++;
        return;
    }
    if (twice && k && !(thrice && k->singles)) {
        close_link(l);
        l->p += 2;
        return;
    }
    if (twice && !thrice && !(k && k->singles)) { /* it closes nothing */
        l->p += 2;
        return;
    }
    if (k && k->singles) k->singles--;
    buf_putc(l->out, *l->p++);
}

static void take_bar(struct links *l)
{
    struct link *k = top(l);
    if (k && !k->external && k->bar == 0) {
        struct slice rest, target = slice_of(l->out->p + k->start, l->out->n - k->start);
        k->bar = l->out->n;
        k->picture =
            !l->out->failed && target.n && judge(l, slice_trim(target), true, &rest) == TARGET_PICTURE;
    }
    buf_putc(l->out, *l->p++);
}

/* Links that a line's end, or an empty line, shows to be none. */
static void take_line_end(struct links *l)
{
    bool blank = l->end - l->p > 1 && l->p[1] == '\n';
    struct link *k = top(l);
    while (k && (k->external || !k->bar || (blank && !k->picture))) {
        l->depth--;
        k = top(l);
    }
    buf_putc(l->out, *l->p++);
}

void wikitext_link(struct wikitext *w, struct slice in, const struct wiki_site *site, struct buf *out)
{
    struct links l = {.w = w, .site = site, .p = in.p, .end = in.p + in.n, .out = out};
    if (buf_reserve(out, in.n) < 0) return;
    while (l.p < l.end && !out->failed) {
        const char *from = l.p;
        while (l.p < l.end && *l.p != '[' && *l.p != ']' && *l.p != '|' && *l.p != '\n') l.p++;
        buf_put(out, from, (size_t)(l.p - from));
        if (l.p == l.end) break;
        if (*l.p == '[')
            take_open(&l);
        else if (*l.p == ']')
            take_close(&l);
        else if (*l.p == '|')
            take_bar(&l);
        else
            take_line_end(&l);
    }
}
