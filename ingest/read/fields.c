/* fields.c: header lines. One pass; a line is found by memchr, so the cost is linear whatever the lines hold.
 *
 * In: a header block in writable memory. Out: names and values that borrow from it. State: none. */
#include "ingest/read/fields.h"
#include "common/text.h"

/* Length of the line at p without its end; *next gets the offset behind it. */
static size_t line_length(const char *p, size_t n, size_t *next)
{
    const char *nl = memchr(p, '\n', n);
    size_t length = nl ? (size_t)(nl - p) : n;
    *next = nl ? length + 1 : n;
    return length > 0 && p[length - 1] == '\r' ? length - 1 : length;
}

/* Joins a continuation line to the last value. A blank one is left for the next to bridge, so that many cost no more. */
static void unfold(struct fields *f, char *p, size_t length)
{
    if (slice_trim(slice_of(p, length)).n == 0) return;
    struct slice *value = &f->at[f->n - 1].value;
    char *gap = (char *)value->p + value->n;
    memset(gap, ' ', (size_t)(p - gap));
    *value = slice_trim(slice_of(value->p, (size_t)(p - value->p) + length));
}

static void add(struct fields *f, char *p, size_t length)
{
    char *colon = memchr(p, ':', length);
    if (!colon || f->n == FIELDS_MAX) return;
    struct field *field = &f->at[f->n++];
    size_t name_bytes = (size_t)(colon - p);
    field->name = slice_trim(slice_of(p, name_bytes));
    field->value = slice_trim(slice_of(colon + 1, length - name_bytes - 1));
}

size_t fields_parse(struct fields *f, char *p, size_t n)
{
    size_t at = 0, next;
    bool continues = false;
    f->n = 0;
    while (at < n) {
        size_t length = line_length(p + at, n - at, &next);
        char *line = p + at;
        at += next;
        if (length == 0) break;
        if (*line == ' ' || *line == '\t') {
            if (continues) unfold(f, line, length);
            continue;
        }
        size_t before = f->n;
        add(f, line, length);
        continues = f->n > before;
    }
    return at;
}

struct slice fields_get(const struct fields *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (slice_eq_nocase(f->at[i].name, name)) return f->at[i].value;
    return slice_of("", 0);
}

size_t fields_end(const char *p, size_t n, size_t from)
{
    const char *end = p + n, *at = p + (from > 2 ? from - 2 : 0);
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == '\n') return (size_t)(at + 1 - p);
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') return (size_t)(at + 2 - p);
    }
    return 0;
}
