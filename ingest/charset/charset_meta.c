/* charset_meta.c: the encoding that a page declares in itself, by the standard's algorithm on bytes: it knows no raw text, so
 * that a <meta> within a script counts, as it does in browsers.
 *
 * In: the first bytes of a page. Out: an encoding. State: none. Each byte is looked at a bounded number of times. */
#include "ingest/charset/charset_meta.h"
#include "common/text.h"

struct reader {
    const char *p, *end;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool at(const struct reader *r, const char *z)
{
    size_t n = strlen(z);
    return (size_t)(r->end - r->p) >= n && slice_eq_nocase(slice_of(r->p, n), z);
}

static void skip_spaces(struct reader *r)
{
    while (r->p < r->end && is_space(*r->p)) r->p++;
}

/* Moves behind the next c; to the end when there is none. */
static void skip_past(struct reader *r, char c)
{
    const char *found = memchr(r->p, c, (size_t)(r->end - r->p));
    r->p = found ? found + 1 : r->end;
}

struct attribute {
    struct slice name, value;
};

static struct slice quoted_value(struct reader *r)
{
    const char *from = r->p + 1;
    char quote = *r->p;
    r->p = from;
    skip_past(r, quote);
    bool closed = r->p > from && r->p[-1] == quote;
    return slice_of(from, (size_t)(r->p - from) - closed);
}

/* The next attribute of a tag; false: the tag ends here. */
static bool next_attribute(struct reader *r, struct attribute *a)
{
    while (r->p < r->end && (is_space(*r->p) || *r->p == '/')) r->p++;
    if (r->p == r->end || *r->p == '>') return false;
    const char *from = r->p++;
    while (r->p < r->end && !is_space(*r->p) && !strchr("/>=", *r->p)) r->p++;
    *a = (struct attribute){slice_of(from, (size_t)(r->p - from)), {"", 0}};
    skip_spaces(r);
    if (r->p == r->end || *r->p != '=') return true;
    r->p++;
    skip_spaces(r);
    if (r->p == r->end) return false;
    if (*r->p == '"' || *r->p == '\'') {
        a->value = quoted_value(r);
        return true;
    }
    from = r->p;
    while (r->p < r->end && !is_space(*r->p) && *r->p != '>') r->p++;
    a->value = slice_of(from, (size_t)(r->p - from));
    return true;
}

/* The label in the content of a <meta>: "text/html; charset=x". */
static struct slice label_in_content(struct slice content)
{
    struct reader r = {content.p, content.p + content.n};
    for (; r.p < r.end; r.p++) {
        if (!at(&r, "charset")) continue;
        struct reader here = {r.p + 7, r.end};
        skip_spaces(&here);
        if (here.p == here.end || *here.p != '=') continue;
        here.p++;
        skip_spaces(&here);
        if (here.p == here.end) break;
        const char *from = here.p;
        if (*from == '"' || *from == '\'') {
            const char *close = memchr(from + 1, *from, (size_t)(r.end - from) - 1);
            return close ? slice_of(from + 1, (size_t)(close - from) - 1) : slice_of("", 0);
        }
        while (here.p < here.end && !is_space(*here.p) && *here.p != ';') here.p++;
        return slice_of(from, (size_t)(here.p - from));
    }
    return slice_of("", 0);
}

static const struct charset *not_wide(const struct charset *c)
{
    return c && c->kind >= CHARSET_UTF_16BE ? charset_find(slice_str("utf-8")) : c;
}

/* A <meta> whose attributes begin at r->p. */
static const struct charset *meta(struct reader *r)
{
    struct attribute a;
    struct slice label = {"", 0};
    bool seen_equiv = false, seen_content = false, seen_charset = false, got_pragma = false,
         need_pragma = false;
    while (next_attribute(r, &a)) {
        if (slice_eq_nocase(a.name, "http-equiv") && !seen_equiv) {
            seen_equiv = true;
            got_pragma = slice_eq_nocase(a.value, "content-type");
        } else if (slice_eq_nocase(a.name, "content") && !seen_content) {
            seen_content = true;
            struct slice found = label_in_content(a.value);
            if (seen_charset || !charset_find(found)) continue;
            label = found;
            need_pragma = true;
        } else if (slice_eq_nocase(a.name, "charset") && !seen_charset) {
            seen_charset = true;
            label = a.value;
            need_pragma = false;
        }
    }
    bool is_cut = r->p == r->end; /* no tag */
    return is_cut || (need_pragma && !got_pragma) ? NULL : charset_find(label);
}

/* A comment whose "!" is at r->p: to behind its end, which may share its dashes with its start. */
static void skip_comment(struct reader *r)
{
    for (r->p++; r->p < r->end; r->p++)
        if (at(r, "-->")) {
            r->p += 3;
            return;
        }
}

const struct charset *charset_of_meta(struct slice page)
{
    struct reader r = {page.p, page.p + (page.n < CHARSET_PRESCAN ? page.n : CHARSET_PRESCAN)};
    struct attribute ignored;
    while (skip_past(&r, '<'), r.p < r.end) {
        struct reader tag = {r.p - 1, r.end};
        if (at(&tag, "<!--")) {
            skip_comment(&r);
        } else if (at(&tag, "<meta") && r.end - r.p > 4 && (is_space(r.p[4]) || r.p[4] == '/')) {
            r.p += 4;
            const struct charset *c = meta(&r);
            if (c) return not_wide(c);
        } else if (is_letter(*r.p) || (*r.p == '/' && r.end - r.p > 1 && is_letter(r.p[1]))) {
            while (r.p < r.end && !is_space(*r.p) && *r.p != '>') r.p++;
            while (next_attribute(&r, &ignored)) continue;
        } else if (*r.p == '!' || *r.p == '/' || *r.p == '?') {
            skip_past(&r, '>');
        }
    }
    return NULL;
}

const struct charset *charset_of_xml(struct slice page)
{
    struct reader r = {page.p, page.p + (page.n < 1024 ? page.n : 1024)};
    if (!at(&r, "<?xml")) return NULL;
    const char *close = memchr(r.p, '>', (size_t)(r.end - r.p));
    if (!close) return NULL;
    r.end = close;
    const char *encoding = slice_find(slice_of(r.p, (size_t)(r.end - r.p)), slice_str("encoding"));
    if (!encoding) return NULL;
    r.p = encoding + 8;
    skip_spaces(&r);
    if (r.p == r.end || *r.p++ != '=') return NULL;
    skip_spaces(&r);
    if (r.p == r.end || (*r.p != '"' && *r.p != '\'')) return NULL;
    return not_wide(charset_find(quoted_value(&r)));
}

struct slice charset_parameter(struct slice type)
{
    for (size_t i = 0; i + 8 <= type.n; i++) {
        if (!slice_eq_nocase(slice_of(type.p + i, 7), "charset")) continue;
        const char *p = type.p + i + 7, *end = type.p + type.n;
        while (p < end && (*p == ' ' || *p == '\t')) p++;
        if (p == end || *p != '=') continue;
        p++;
        while (p < end && (*p == ' ' || *p == '\t' || *p == '"' || *p == '\'')) p++;
        const char *from = p;
        while (p < end && !strchr(" \t;,\"'", *p)) p++;
        return slice_of(from, (size_t)(p - from));
    }
    return slice_of("", 0);
}
