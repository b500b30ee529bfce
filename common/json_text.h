/* json_text.h: JSON at the level of bytes: strings, numbers, and the members of an object whose JSON is known to be valid.
 *
 * No function reads outside the n bytes that it is given. Grammar: RFC 8259. */
#ifndef LEAT_COMMON_JSON_TEXT_H
#define LEAT_COMMON_JSON_TEXT_H

#include "buf.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline bool json_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Offset of the first escape in p[0..n), a string's content without its quotes, that is not JSON; n when all are good.
 * Lone surrogates (\ud800 without its partner) are JSON, though not Unicode. */
size_t json_escapes_check(const char *p, size_t n);

/* Unescapes p[0..n) into dst, which has room for n bytes. Returns the bytes written, or -1 - OFFSET of the escape that is
 * not JSON or is a lone surrogate. */
int64_t json_unescape(char *dst, const char *p, size_t n);

/* Length of the number at p, the longest that the grammar allows; 0: none. */
size_t json_number_length(const char *p, size_t n);

/* The members of a VALID object, braces included: while (json_member_next(&at, &key, &value)) with at = the object at first.
 * key is the content between the quotes, still escaped; value is the raw JSON. */
bool json_member_next(struct slice *at, struct slice *key, struct slice *value);

/* Whether an escaped key says `name`. */
bool json_key_is(struct slice escaped, struct slice name);

#ifdef __cplusplus
}
#endif
#endif
