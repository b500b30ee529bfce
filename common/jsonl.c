/* jsonl.c: a line of JSON to a doc.
 *
 * simdjson's stage 1 finds the tokens and validates UTF-8 (json_index.h); one walk over the tokens checks the grammar of
 * all values, known or not, and notes where the known ones lie. The text is borrowed from the line when nothing in it is
 * escaped. Depth is counted, not recursed: at most MAX_DEPTH levels, a bit of memory each.
 *
 * In: one line. Out: a doc. State: the index and the unescaped strings of the last line. Memory: the index (4 bytes a token)
 * and one line's bytes. Source of the grammar: RFC 8259. */
#include "common/jsonl.h"
#include "common/json_index.h"
#include "common/json_text.h"
#include "common/text.h"
#include <math.h>
#include <stdlib.h>

_Static_assert(JSONL_PADDING >= JSON_INDEX_PADDING, "lines carry too little padding");

enum { MAX_DEPTH = 512, KEEP_BYTES = 4 << 20 };

struct jsonl {
    struct json_index *index;
    struct buf strings; /* of the last document */
    struct buf value;   /* of the last jsonl_meta_* */
};

struct jsonl *jsonl_new(void)
{
    struct jsonl *j = calloc(1, sizeof *j);
    if (!j) return NULL;
    buf_init(&j->strings, BUF_NO_MAX);
    buf_init(&j->value, BUF_NO_MAX);
    j->index = json_index_new();
    if (!j->index) {
        jsonl_free(j);
        return NULL;
    }
    return j;
}

void jsonl_free(struct jsonl *j)
{
    if (!j) return;
    json_index_free(j->index);
    buf_free(&j->strings);
    buf_free(&j->value);
    free(j);
}

/* ------------------------------------------------------------------ the walk */

struct walk {
    const char *p;
    size_t n;
    const uint32_t *at; /* offsets of the tokens */
    size_t i, count;
    const char *slash; /* the first backslash at or behind the string that was looked at last; p + n: none */
    struct err *e;
};

static int damaged(struct walk *w, size_t offset, const char *what)
{
    err_clear(w->e);
    return err_set(w->e, ERR_DATA, "%s at byte %zu of the line", what, offset);
}

static size_t offset_here(const struct walk *w)
{
    return w->i < w->count ? w->at[w->i] : w->n;
}

/* The byte of the next token; 0 at the end. */
static char peek(const struct walk *w)
{
    return w->i < w->count ? w->p[w->at[w->i]] : 0;
}

static int expect(struct walk *w, char c, const char *what)
{
    if (peek(w) != c) return damaged(w, offset_here(w), what);
    w->i++;
    return 0;
}

/* Whether the string's content holds a backslash. The line is searched once, whatever the number of strings. */
static bool has_escape(struct walk *w, struct slice content)
{
    if (w->slash < content.p) {
        const char *end = w->p + w->n;
        w->slash = memchr(content.p, '\\', (size_t)(end - content.p));
        if (!w->slash) w->slash = end;
    }
    return w->slash < content.p + content.n;
}

/* Takes a string token; *content gets what stands between its quotes, *escaped whether an escape does. */
static int take_raw_string(struct walk *w, struct slice *content, bool *escaped)
{
    size_t start = w->at[w->i++], end = offset_here(w);
    *escaped = false;
    while (end > start + 1 && json_is_space(w->p[end - 1])) end--;
    if (end < start + 2 || w->p[end - 1] != '"') return damaged(w, start, "a string without its end");
    *content = slice_of(w->p + start + 1, end - start - 2);
    *escaped = has_escape(w, *content);
    return 0;
}

static int bad_escape(struct walk *w, struct slice content, size_t good)
{
    return damaged(w, (size_t)(content.p - w->p) + good, "a bad escape in a string");
}

/* Takes a string that leat does not look into, checked. */
static int take_string(struct walk *w, struct slice *content, bool *escaped)
{
    int r = take_raw_string(w, content, escaped);
    if (r < 0 || !*escaped) return r;
    size_t good = json_escapes_check(content->p, content->n);
    return good < content->n ? bad_escape(w, *content, good) : 0;
}

/* What may follow a number or an atom. */
static bool is_end(const struct walk *w, size_t at)
{
    if (at >= w->n) return true;
    char c = w->p[at];
    return json_is_space(c) || c == ',' || c == ':' || c == '}' || c == ']';
}

static int take_scalar(struct walk *w)
{
    size_t at = offset_here(w), left = w->n - at, length = 0;
    const char *p = w->p + at;
    if (left >= 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0))
        length = 4;
    else if (left >= 5 && memcmp(p, "false", 5) == 0)
        length = 5;
    else
        length = json_number_length(p, left);
    if (length == 0 || !is_end(w, at + length)) return damaged(w, at, "no JSON value");
    w->i++;
    return 0;
}

static int take_key(struct walk *w, struct slice *key, bool *escaped)
{
    if (peek(w) != '"') return damaged(w, offset_here(w), "no key");
    int r = take_string(w, key, escaped);
    return r < 0 ? r : expect(w, ':', "no \":\" behind a key");
}

/* Takes one value of any type with all that is in it. */
static int take_value(struct walk *w)
{
    bool is_object[MAX_DEPTH];
    size_t depth = 1; /* 0: the line's own object */
    struct slice content;
    bool escaped;
    for (;;) {
        char c = peek(w), close;
        int r = 0;
        if (w->i >= w->count) return damaged(w, w->n, "the line ends inside a value,");
        if (c == '{' || c == '[') {
            w->i++;
            close = c == '{' ? '}' : ']';
            if (depth >= MAX_DEPTH) return damaged(w, w->at[w->i - 1], "values nested more than 512 deep");
            if (peek(w) != close) {
                is_object[depth++] = c == '{';
                if (c == '{' && (r = take_key(w, &content, &escaped)) < 0) return r;
                continue;
            }
            w->i++;
        } else {
            r = c == '"' ? take_string(w, &content, &escaped) : take_scalar(w);
            if (r < 0) return r;
        }
        while (depth > 1 && peek(w) == (is_object[depth - 1] ? '}' : ']')) {
            w->i++;
            depth--;
        }
        if (depth == 1) return 0;
        if ((r = expect(w, ',', "no \",\" between values")) < 0) return r;
        if (is_object[depth - 1] && (r = take_key(w, &content, &escaped)) < 0) return r;
    }
}

/* ------------------------------------------------------------------ known keys */

enum field { F_ID, F_TEXT, F_SOURCE, F_CREATED, F_METADATA, F_COUNT, F_UNKNOWN = F_COUNT };

static const struct slice field_name[] = {
    {"id", 2}, {"text", 4}, {"source", 6}, {"created", 7}, {"metadata", 8}};

static enum field field_of(struct slice key, bool escaped)
{
    for (int f = 0; f < F_COUNT; f++) {
        struct slice name = field_name[f];
        if (escaped ? json_key_is(key, name) : key.n == name.n && memcmp(key.p, name.p, name.n) == 0)
            return (enum field)f;
    }
    return F_UNKNOWN;
}

static int wrong(struct walk *w, size_t offset, enum field f, const char *what)
{
    err_clear(w->e);
    return err_set(w->e, ERR_DATA, "\"%s\" %s (byte %zu of the line)", field_name[f].p, what, offset);
}

/* A known string value, unescaped; *raw gets it with its quotes. Room was reserved: a line's strings are never longer
 * than the line. */
static int take_text(struct jsonl *j, struct walk *w, enum field f, struct slice *out, struct slice *raw)
{
    bool escaped;
    int r = take_raw_string(w, out, &escaped);
    if (r < 0) return r;
    *raw = slice_of(out->p - 1, out->n + 2);
    if (!escaped) return 0;
    char *dst = j->strings.p + j->strings.n;
    int64_t n = json_unescape(dst, out->p, out->n);
    if (n < 0) {
        size_t good = json_escapes_check(out->p, out->n);
        if (good < out->n) return bad_escape(w, *out, good);
        return wrong(w, (size_t)(out->p - w->p) + (size_t)(-1 - n), f,
                     "is not valid Unicode: lone surrogate");
    }
    j->strings.n += (size_t)n;
    *out = slice_of(dst, (size_t)n);
    return 0;
}

static int take_null(struct walk *w, enum field f, const char *types, struct slice *where)
{
    size_t at = offset_here(w);
    if (peek(w) != 'n') return wrong(w, at, f, types);
    *where = slice_of(w->p + at, 4);
    return take_scalar(w);
}

static int take_id(struct jsonl *j, struct walk *w, struct doc *d)
{
    char c = peek(w);
    struct slice raw;
    if (c == '"') return take_text(j, w, F_ID, &d->id, &raw);
    size_t at = offset_here(w);
    if (c != '-' && (c < '0' || c > '9')) return wrong(w, at, F_ID, "is no string or number");
    d->id = slice_of(w->p + at, json_number_length(w->p + at, w->n - at));
    return take_scalar(w);
}

static int take_metadata(struct walk *w, struct doc *d)
{
    size_t at = offset_here(w);
    if (peek(w) != '{') return take_null(w, F_METADATA, "is no object or null", &d->metadata_null);
    int r = take_value(w);
    if (r == 0) d->metadata = slice_of(w->p + at, w->at[w->i - 1] + 1 - at);
    return r;
}

static int take_field(struct jsonl *j, struct walk *w, enum field f, struct doc *d)
{
    size_t at = offset_here(w);
    struct slice ignored;
    if (f == F_UNKNOWN) return take_value(w);
    if (f == F_ID) return take_id(j, w, d);
    if (f == F_METADATA) return take_metadata(w, d);
    if (f == F_CREATED && peek(w) != '"') return take_null(w, f, "is no string or null", &ignored);
    if (peek(w) != '"') return wrong(w, at, f, "is no string");
    if (f == F_TEXT) return take_text(j, w, f, &d->text, &d->text_raw);
    return take_text(j, w, f, f == F_SOURCE ? &d->source : &d->created, &ignored);
}

static int take_member(struct jsonl *j, struct walk *w, unsigned *seen, struct doc *d)
{
    struct slice key = {"", 0};
    bool escaped = false;
    size_t at = offset_here(w);
    int r = take_key(w, &key, &escaped);
    if (r < 0) return r;
    enum field f = field_of(key, escaped);
    if (f != F_UNKNOWN && *seen & 1U << f) {
        err_clear(w->e);
        return err_set(w->e, ERR_DATA, "key \"%s\" stands twice (byte %zu of the line)", field_name[f].p, at);
    }
    *seen |= 1U << f;
    return take_field(j, w, f, d);
}

static int take_document(struct jsonl *j, struct walk *w, struct doc *d)
{
    unsigned seen = 0;
    int r = expect(w, '{', "no JSON object");
    if (r == 0 && peek(w) != '}') r = take_member(j, w, &seen, d);
    while (r == 0 && peek(w) == ',') {
        w->i++;
        r = take_member(j, w, &seen, d);
    }
    if (r < 0) return r;
    d->end_offset = offset_here(w);
    if ((r = expect(w, '}', "no \",\" or \"}\" behind a value")) < 0) return r;
    if (w->i < w->count) return damaged(w, offset_here(w), "more than one value");
    if (!(seen & 1U << F_TEXT)) {
        err_clear(w->e);
        return err_set(w->e, ERR_DATA, "no \"text\"");
    }
    return 0;
}

/* What is wrong with the bytes of a line that was not accepted, before any grammar; 0: nothing. simdjson's kernels accept
 * the same lines, but do not always name the same fault. */
static int check_bytes(struct walk *w)
{
    size_t good = utf8_valid_prefix(w->p, w->n);
    bool inside = false, escaped = false;
    err_clear(w->e);
    if (good < w->n) return err_set(w->e, ERR_DATA, "the line is not valid UTF-8 from byte %zu", good);
    for (size_t i = 0; i < w->n; i++) {
        char c = w->p[i];
        if (inside && (unsigned char)c < 0x20) return damaged(w, i, "a control character in a string");
        if (c == '"' && !escaped) inside = !inside;
        escaped = c == '\\' && !escaped;
    }
    return inside ? err_set(w->e, ERR_DATA, "a string without its end") : 0;
}

static int index_failed(struct walk *w, enum json_index_status status)
{
    err_clear(w->e);
    switch (status) {
    case JSON_INDEX_EMPTY: return err_set(w->e, ERR_DATA, "the line is empty");
    case JSON_INDEX_SIZE: return err_set(w->e, ERR_DATA, "the line is longer than 2 GiB");
    case JSON_INDEX_BYTES: return err_set(w->e, ERR_DATA, "the line is not JSON");
    default: return err_nomem(w->e, "parsing a line");
    }
}

/* `d` NULL: any object will do. */
static int take_line(struct jsonl *j, struct walk *w, struct doc *d)
{
    if (d) return take_document(j, w, d);
    if (peek(w) != '{') return damaged(w, offset_here(w), "no JSON object");
    int r = take_value(w);
    if (r == 0 && w->i < w->count) return damaged(w, offset_here(w), "more than one value");
    return r;
}

static int parse(struct jsonl *j, const char *line, size_t n, struct doc *d, struct err *e)
{
    struct walk w = {.p = line, .n = n, .slash = line - 1, .e = e};
    if (j->strings.cap > KEEP_BYTES && n < j->strings.cap / 64) buf_free(&j->strings);
    buf_clear(&j->strings);
    enum json_index_status status = json_index_find(j->index, line, n, &w.at, &w.count);
    if (status == JSON_INDEX_OK && buf_reserve(&j->strings, n) < 0) status = JSON_INDEX_MEMORY;
    int r = status == JSON_INDEX_OK ? take_line(j, &w, d) : index_failed(&w, status);
    if (r != -ERR_DATA) return r;
    struct err fault = {0};
    w.e = &fault;
    if (check_bytes(&w) < 0 && e) *e = fault;
    return r;
}

int jsonl_parse(struct jsonl *j, const char *line, size_t n, struct doc *d, struct err *e)
{
    doc_clear(d);
    d->line = slice_of(line, n);
    return parse(j, line, n, d, e);
}

int jsonl_check(struct jsonl *j, const char *line, size_t n, struct err *e)
{
    return parse(j, line, n, NULL, e);
}

/* ------------------------------------------------------------------ metadata */

int jsonl_meta_raw(struct jsonl *j, const struct doc *d, const char *key, struct slice *out, struct err *e)
{
    struct slice at = d->metadata, name = slice_str(key), member, value, found = {0};
    while (json_member_next(&at, &member, &value))
        if (json_key_is(member, name)) found = value;
    if (found.n == 0 || slice_is(found, "null")) return 0;
    *out = found;
    return 1;
}

int jsonl_meta_str(struct jsonl *j, const struct doc *d, const char *key, struct slice *out, struct err *e)
{
    struct slice raw;
    int r = jsonl_meta_raw(j, d, key, &raw, e);
    if (r <= 0) return r;
    err_clear(e);
    if (raw.p[0] != '"') return err_set(e, ERR_DATA, "metadata's \"%s\" is no string", key);
    *out = slice_of(raw.p + 1, raw.n - 2);
    if (!memchr(out->p, '\\', out->n)) return 1;
    if (j->value.cap > KEEP_BYTES && out->n < j->value.cap / 64) buf_free(&j->value);
    buf_clear(&j->value);
    if (buf_reserve(&j->value, out->n) < 0) return err_nomem(e, "reading metadata");
    int64_t n = json_unescape(j->value.p, out->p, out->n);
    if (n < 0) return err_set(e, ERR_DATA, "metadata's \"%s\" is not valid Unicode: lone surrogate", key);
    *out = slice_of(j->value.p, (size_t)n);
    return 1;
}

int jsonl_meta_num(struct jsonl *j, const struct doc *d, const char *key, double *out, struct err *e)
{
    struct slice raw;
    int r = jsonl_meta_raw(j, d, key, &raw, e);
    if (r <= 0) return r;
    err_clear(e);
    if (raw.p[0] != '-' && (raw.p[0] < '0' || raw.p[0] > '9'))
        return err_set(e, ERR_DATA, "metadata's \"%s\" is no number", key);
    buf_clear(&j->value);
    if (buf_put(&j->value, raw.p, raw.n) < 0 || buf_terminate(&j->value) < 0)
        return err_nomem(e, "reading metadata");
    double v = strtod(j->value.p, NULL);
    if (!isfinite(v)) return err_set(e, ERR_DATA, "metadata's \"%s\" is out of a double's range", key);
    *out = v;
    return 1;
}
