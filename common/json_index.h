/* json_index.h: simdjson's first stage behind C: where the tokens of a JSON text lie, found at several GB/s by the widest
 * instructions of the CPU. Its second stage is not used for documents: jsonl.c walks the tokens itself, since on-demand
 * checks nothing that it is not asked for, and is compiled for the build's baseline CPU. */
#ifndef LEAT_COMMON_JSON_INDEX_H
#define LEAT_COMMON_JSON_INDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JSON_INDEX_PADDING 64 /* bytes behind a text that may be read */

enum json_index_status {
    JSON_INDEX_OK,
    JSON_INDEX_BYTES, /* not valid UTF-8, a control character in a string, or a string without its end */
    JSON_INDEX_EMPTY, /* nothing but white space */
    JSON_INDEX_SIZE,  /* 4 GiB or more */
    JSON_INDEX_MEMORY
};

struct json_index;

struct json_index *json_index_new(void); /* NULL: out of memory */
void json_index_free(struct json_index *x);

/* Finds the tokens of p[0..n): offsets of { } [ ] : , of the opening quotes of strings, and of the first byte of every other
 * run of bytes that is not white space. *at (valid until the next call) gets their *count offsets. Between a string's opening
 * quote and the next token lie only the string and white space. Memory: at most 4 bytes of index per byte of text, touched
 * only as far as there are tokens. p[n .. n+JSON_INDEX_PADDING) must be readable. */
enum json_index_status json_index_find(struct json_index *x, const char *p, size_t n, const uint32_t **at,
                                       size_t *count);

#ifdef __cplusplus
}
#endif
#endif
