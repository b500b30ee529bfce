/* safetensors.h: the header of a safetensors file: u64 length, a JSON object of names to dtype, shape and data_offsets, then the tensors'
 * bytes, little-endian, row-major. https://huggingface.co/docs/safetensors: what is written here loads there. Read: F32 and F64. */
#ifndef LEAT_TRAINER_SAFETENSORS_H
#define LEAT_TRAINER_SAFETENSORS_H

#include "common/buf.h"
#include "kernels/op.h"

enum { SAFETENSORS_NAME = 128, SAFETENSORS_MAX_HEADER = 64 << 20 };

struct safetensors_entry {
    char name[SAFETENSORS_NAME];
    unsigned width; /* bytes an element: 4 (F32) or 8 (F64) */
    struct shape shape;
    uint64_t begin, end; /* bytes behind the header */
};

struct safetensors {
    struct safetensors_entry *at; /* in the order of their bytes, which they cover without a gap */
    size_t n;
};

/* Parses the JSON of a header whose file has data_bytes behind it. -ERR_DATA says what is wrong. */
int safetensors_parse(struct safetensors *s, const char *file, struct slice json, uint64_t data_bytes,
                      struct err *e);
void safetensors_free(struct safetensors *s);
const struct safetensors_entry *safetensors_find(const struct safetensors *s,
                                                 const char *name); /* NULL: not there */

/* Appends length and JSON (padded with spaces to a multiple of 8) for these entries. */
int safetensors_put_header(struct buf *b, const struct safetensors_entry *at, size_t n);

#endif
