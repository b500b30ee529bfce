/* vocab.c: words to ids, in memory.
 *
 * Open addressing by XXH3, linear probing, at most two thirds full; a slot keeps 32 bits of the hash so that nearly only
 * equal words are compared. State: the words' bytes, 8 bytes of offset and 12 to 24 of slots a word. Memory: max_bytes,
 * over which a new word is an error that names the mend. */
#include "filter/lm/vocab.h"
#include "common/hash.h"
#include "common/stream.h"
#include "filter/lm/gram.h"
#include "filter/lm/words.h"
#include "filter/lm/wordtable.h"
#include <stdlib.h>

bool vocab_is_special(struct slice w)
{
    return w.n >= 3 && w.p[0] == '<' &&
           (slice_is(w, "<s>") || slice_is(w, "</s>") || slice_is(w, "<unk>") || slice_is(w, "<UNK>"));
}

static int too_many(const struct vocab *v, struct err *e)
{
    return err_set(e, ERR_USAGE,
                   "the vocabulary has outgrown its share of --memory at %llu different words: give more "
                   "--memory, --vocab, or --normalize",
                   (unsigned long long)v->n);
}

static void place(struct vocab *v, uint64_t hash, uint32_t id)
{
    uint64_t i = hash & (v->slots - 1);
    while (v->slot[i].id) i = (i + 1) & (v->slots - 1);
    v->slot[i] = (struct vocab_slot){(uint32_t)(hash >> 32), id};
}

static int grow(struct vocab *v, struct err *e)
{
    uint64_t cap = v->cap ? 2 * v->cap : 4096, slots = cap * 2;
    if (cap > UINT32_MAX || cap * 8 + slots * sizeof *v->slot > v->max_bytes) return too_many(v, e);
    uint64_t *offset = realloc(v->offset, (cap + 1) * sizeof *offset);
    if (offset) v->offset = offset;
    struct vocab_slot *slot = offset ? word_table_new(slots, sizeof *slot) : NULL;
    if (!slot) return err_nomem(e, "keeping the vocabulary");
    free(v->slot);
    v->slot = slot;
    v->slots = slots;
    v->cap = cap;
    for (uint64_t i = WORD_FIRST; i < v->n; i++) {
        struct slice w = vocab_word(v, i);
        place(v, hash64(w.p, w.n), (uint32_t)i);
    }
    return 0;
}

static int append(struct vocab *v, struct slice word, struct err *e)
{
    if (v->bytes.n + word.n + v->cap * 24 > v->max_bytes) return too_many(v, e);
    if (buf_put_slice(&v->bytes, word) < 0) return err_nomem(e, "keeping the vocabulary");
    v->offset[++v->n] = v->bytes.n;
    return 0;
}

int vocab_init(struct vocab *v, uint64_t max_bytes, struct err *e)
{
    static const char *const special[] = {"<unk>", "<s>", "</s>"};
    memset(v, 0, sizeof *v);
    buf_init(&v->bytes, BUF_NO_MAX);
    v->max_bytes = max_bytes;
    int r = grow(v, e);
    if (r == 0) v->offset[0] = 0;
    for (size_t i = 0; i < 3 && r == 0; i++) r = append(v, slice_str(special[i]), e);
    return r;
}

void lm_vocab_free(struct vocab *v)
{
    buf_free(&v->bytes);
    free(v->offset);
    free(v->slot);
    memset(v, 0, sizeof *v);
}

int vocab_id(struct vocab *v, struct slice word, uint64_t hash, uint32_t *id, struct err *e)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    uint64_t i = hash & (v->slots - 1);
    for (; v->slot[i].id; i = (i + 1) & (v->slots - 1)) {
        if (v->slot[i].tag != tag || !slice_eq(vocab_word(v, v->slot[i].id), word)) continue;
        *id = v->slot[i].id;
        return 0;
    }
    *id = WORD_UNK;
    if (v->closed) return 0;
    int r = v->n == v->cap ? grow(v, e) : 0;
    if (r == 0) r = append(v, word, e);
    if (r < 0) return r;
    *id = (uint32_t)(v->n - 1);
    place(v, hash, *id);
    return 0;
}

int lm_vocab_load(struct vocab *v, const char *path, struct err *e)
{
    struct buf b;
    struct slice word;
    uint32_t id;
    buf_init(&b, BUF_NO_MAX);
    int r = file_read(path, (size_t)v->max_bytes, &b, e);
    for (size_t at = 0; r == 0 && lm_word_next(buf_slice(&b), &at, &word);)
        if (!vocab_is_special(word)) r = vocab_id(v, word, hash64(word.p, word.n), &id, e);
    if (r == 0 && v->n == WORD_FIRST) r = err_set(e, ERR_USAGE, "%s: no words in it", path);
    v->closed = true;
    buf_free(&b);
    return r;
}
