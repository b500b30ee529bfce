/* model.h: a trained classifier on disk (.lcl) and in memory. docs/formats.md has the layout. */
#ifndef LEAT_FILTER_CLASSIFY_MODEL_H
#define LEAT_FILTER_CLASSIFY_MODEL_H

#include "classes.h"
#include "linear.h"

struct model {
    struct features_opts features;
    uint32_t classes, outputs;
    uint64_t documents; /* that it was trained on */
    const char **label; /* borrowed from the file */
    const float *bias, *rows;
    const uint64_t *bits; /* which of 2^bits rows are there */
    uint32_t *rank;       /* rows before each word of bits; NULL where there is `all` */
    float *all; /* [2^bits][outputs], zeros where there is none: of models with few outputs; owned */
    float of_count[256];
    void *map;
    size_t map_bytes;
};

/* Appends a model as a file's content. `classes` are sorted. */
int model_write(struct buf *b, const struct linear *l, const struct features_opts *features,
                const struct classes *classes, uint64_t documents);

/* Maps the file, which must not change while it is open, and checks all of it. -ERR_IO, -ERR_DATA. */
int model_open(struct model *m, const char *path, struct err *e);
/* The same of bytes that stay, aligned to 8. */
int model_open_bytes(struct model *m, const char *name, struct slice bytes, struct err *e);
void model_close(struct model *m);
bool model_is(const void *p, size_t n);

/* logits[outputs] of a text's features. */
void model_logits(const struct model *m, const feature *at, size_t n, float *logits);

#endif
