/* xml.c: elements and attributes of machine-written XML. One pass each, nothing is copied. State: none. */
#include "ingest/read/xml.h"
#include "common/text.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind "<name…>"; NULL: there is no such start tag, or it is empty ("<name/>"). */
static const char *behind_start(struct slice in, const char *name)
{
    size_t bytes = strlen(name);
    const char *at = in.p, *end = in.p + in.n;
    while ((at = memchr(at, '<', (size_t)(end - at)))) {
        at++;
        if ((size_t)(end - at) <= bytes) return NULL;
        if (memcmp(at, name, bytes) != 0 || (at[bytes] != '>' && at[bytes] != '/' && !is_space(at[bytes])))
            continue;
        const char *close = memchr(at + bytes, '>', (size_t)(end - at) - bytes);
        return close && close[-1] != '/' ? close + 1 : NULL;
    }
    return NULL;
}

struct slice xml_element(struct slice in, const char *name)
{
    const char *from = behind_start(in, name), *end = in.p + in.n;
    if (!from) return slice_of("", 0);
    const char *to = memchr(from, '<', (size_t)(end - from));
    return slice_of(from, to ? (size_t)(to - from) : (size_t)(end - from));
}

bool xml_attribute_next(struct slice *tag, struct slice *name, struct slice *value)
{
    const char *at = tag->p, *end = tag->p + tag->n;
    while (at < end) {
        const char *equals = memchr(at, '=', (size_t)(end - at));
        if (!equals) break;
        const char *to = equals, *open = equals + 1;
        while (to > at && is_space(to[-1])) to--;
        const char *from = to;
        while (from > at && !is_space(from[-1])) from--;
        while (open < end && is_space(*open)) open++;
        if (open == end) break;
        at = equals + 1;
        if (*open != '"' && *open != '\'') continue;
        const char *close = memchr(open + 1, *open, (size_t)(end - open - 1));
        if (!close) break;
        *name = slice_of(from, (size_t)(to - from));
        *value = slice_of(open + 1, (size_t)(close - open - 1));
        *tag = slice_of(close + 1, (size_t)(end - close - 1));
        return true;
    }
    tag->n = 0;
    return false;
}

struct slice xml_attribute(struct slice tag, const char *name)
{
    struct slice key, value;
    while (xml_attribute_next(&tag, &key, &value))
        if (slice_is(key, name)) return value;
    return slice_of("", 0);
}
