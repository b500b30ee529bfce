/* decoder.c: see decoder.h. Memory: the weights, and seq_len keys and values a layer. */
#include "decoder.h"
#include "model.h"
#include <stdlib.h>

static int open_program(struct decoder *d, struct program *p, int64_t rows, bool logits, struct err *e)
{
    struct graph g;
    int r = model_decode(&g, &d->state.model, rows, logits, e);
    if (r == 0) return program_open(p, &g, &d->store, d->team, e);
    graph_free(&g);
    return r;
}

static int open_store(struct decoder *d, const struct backend *b, struct err *e)
{
    struct graph g;
    int r = model_decode(&g, &d->state.model, 1, true, e);
    if (r == 0) r = store_init(&d->store, b, &g, false, e);
    graph_free(&g);
    return r;
}

int decoder_open(struct decoder *d, const char *dir, const struct backend *b, int threads, struct err *e)
{
    char path[CHECKPOINT_PATH];
    *d = (struct decoder){.team = team_new(threads)};
    int r = d->team ? checkpoint_find(dir, path, e) : err_set(e, ERR_IO, "cannot start %d threads", threads);
    if (r == 0) r = checkpoint_read_state(&d->state, path, e);
    if (r == 0) r = open_store(d, b, e);
    if (r == 0) r = checkpoint_read(path, &d->state, &d->store, false, e);
    if (r == 0) r = open_program(d, &d->one, 1, true, e);
    d->has_many = r == 0 && d->state.model.seq_len >= DECODER_ROWS;
    if (d->has_many) r = open_program(d, &d->many, DECODER_ROWS, false, e);
    if (r == 0 && !(d->logits = calloc((size_t)d->state.model.vocab, sizeof *d->logits)))
        r = err_nomem(e, "making logits");
    if (r < 0) decoder_close(d);
    return r;
}

void decoder_close(struct decoder *d)
{
    program_close(&d->one);
    program_close(&d->many);
    store_free(&d->store);
    team_free(d->team);
    free(d->logits);
    *d = (struct decoder){0};
}

void decoder_reset(struct decoder *d)
{
    d->position = 0;
}

static void feed_rows(struct decoder *d, const struct program *p, const uint32_t *tokens, int rows)
{
    int32_t token[DECODER_ROWS], position[DECODER_ROWS];
    for (int i = 0; i < rows; i++) {
        token[i] = (int32_t)tokens[i];
        position[i] = (int32_t)d->position++;
    }
    program_write(p, "tokens", token);
    program_write(p, "positions", position);
}

/* Many rows at once only while the caches have not come round: a row would overwrite what the one before it looks at. */
void decoder_feed(struct decoder *d, const uint32_t *tokens, uint64_t n)
{
    uint64_t at = 0;
    while (d->has_many && n - at > DECODER_ROWS &&
           d->position + DECODER_ROWS <= (uint64_t)d->state.model.seq_len) {
        feed_rows(d, &d->many, tokens + at, DECODER_ROWS);
        program_run(&d->many);
        at += DECODER_ROWS;
    }
    for (; at < n; at++) {
        feed_rows(d, &d->one, tokens + at, 1);
        program_run(&d->one);
    }
    program_read_floats(&d->one, "logits", d->logits);
}
