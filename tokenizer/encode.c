/* encode.c: text to token ids and back.
 *
 * The order of things is Hugging Face's: added tokens are cut out of the text, then what is left is normalised, then the added
 * tokens that are marked "normalized" are cut out, then the pattern cuts pieces, and each piece is merged by itself. Pieces that
 * were met before come out of a cache. State per thread: the cache, a scan, scratch; the largest text in flight sets the scratch. */
#include "tokenizer/encode.h"
#include "tokenizer/normalize.h"
#include "tokenizer/piece_cache.h"
#include "common/text.h"
#include <stdlib.h>

#define CACHE_LOG2_SLOTS 17

struct encoder {
    const struct tokenizer *t;
    struct pattern_scan *scan;
    struct piece_cache cache;
    struct merger merger;
    struct buf normal;
};

/* ------------------------------------------------------------------ the tokenizer */

static int add_added(struct tokenizer *t, const struct vocab_added *a, enum encode_special special,
                     struct err *e)
{
    if (a->flags & ADDED_SPECIAL && special == SPECIAL_IS_TEXT) return 0;
    if (a->flags & (ADDED_SINGLE_WORD | ADDED_LSTRIP | ADDED_RSTRIP))
        return err_set(e, ERR_USAGE,
                       "added token \"%.*s\" has single_word, lstrip or rstrip, which cannot be honoured: "
                       "set them to false",
                       (int)a->content.n, a->content.p);
    bool normalized = a->flags & ADDED_NORMALIZED;
    struct buf own;
    struct slice content = a->content;
    buf_init(&own, BUF_NO_MAX);
    int r = normalized && t->vocab->nfc ? normalize_nfc(a->content, &own, &content, e) : 0;
    if (r == 0) r = added_put(normalized ? &t->normalized : &t->raw, content, a->id, e);
    buf_free(&own);
    t->has_normalized |= normalized;
    t->has_raw |= !normalized;
    return r;
}

int tokenizer_from(struct tokenizer *t, struct vocab *v, enum encode_special special, struct err *e)
{
    memset(t, 0, sizeof *t);
    t->vocab = v;
    added_init(&t->raw);
    added_init(&t->normalized);
    int r = pattern_new(&t->pattern, &v->pattern, e);
    if (r == 0) r = merge_table_init(&t->ranks, v, e);
    for (size_t i = 0; r == 0 && i < v->n_added; i++) r = add_added(t, &v->added[i], special, e);
    if (r < 0) tokenizer_close(t);
    return r;
}

int tokenizer_open(struct tokenizer *t, const char *path, enum encode_special special, struct err *e)
{
    struct vocab *v;
    memset(t, 0, sizeof *t);
    int r = vocab_load(&v, path, e);
    return r < 0 ? r : tokenizer_from(t, v, special, e);
}

void tokenizer_close(struct tokenizer *t)
{
    added_free(&t->raw);
    added_free(&t->normalized);
    merge_table_free(&t->ranks);
    pattern_free(t->pattern);
    vocab_free(t->vocab);
    memset(t, 0, sizeof *t);
}

/* ------------------------------------------------------------------ ids */

void ids_free(struct ids *ids)
{
    free(ids->at);
    memset(ids, 0, sizeof *ids);
}

int ids_reserve(struct ids *ids, size_t extra)
{
    if (ids->cap - ids->n >= extra) return 0;
    size_t cap = ids->cap ? 2 * ids->cap : 1024;
    if (cap < ids->n + extra) cap = ids->n + extra;
    uint32_t *grown = realloc(ids->at, cap * sizeof *grown);
    if (!grown) return -1;
    ids->at = grown;
    ids->cap = cap;
    return 0;
}

static int ids_push(struct ids *ids, uint32_t id, struct err *e)
{
    if (ids_reserve(ids, 1) < 0) return err_nomem(e, "encoding a text");
    ids->at[ids->n++] = id;
    return 0;
}

/* ------------------------------------------------------------------ encoding */

struct encoder *encoder_new(const struct tokenizer *t)
{
    struct encoder *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->t = t;
    merger_init(&c->merger);
    buf_init(&c->normal, BUF_NO_MAX);
    c->scan = pattern_scan_new(t->pattern);
    if (!c->scan || piece_cache_init(&c->cache, CACHE_LOG2_SLOTS) < 0) {
        encoder_free(c);
        return NULL;
    }
    return c;
}

void encoder_free(struct encoder *c)
{
    if (!c) return;
    pattern_scan_free(c->scan);
    piece_cache_free(&c->cache);
    merger_free(&c->merger);
    buf_free(&c->normal);
    free(c);
}

/* The piece's tokens, written behind ids; returns how many. There is room for piece.n. */
static int64_t encode_new_piece(struct encoder *c, struct slice piece, uint32_t *ids, struct err *e)
{
    const struct vocab *v = c->t->vocab;
    if (v->ignore_merges) {
        ids[0] = vocab_index_get(&v->by_bytes, piece);
        if (ids[0] != VOCAB_NO_ID) return 1;
    }
    for (size_t i = 0; i < piece.n; i++) ids[i] = v->byte_id[(uint8_t)piece.p[i]];
    return merge_piece(&c->merger, &c->t->ranks, ids, piece.n, e);
}

static int encode_piece(struct encoder *c, struct slice piece, struct ids *ids, struct err *e)
{
    struct piece_key key;
    if (ids_reserve(ids, piece.n < PIECE_CACHE_IDS ? PIECE_CACHE_IDS : piece.n) < 0)
        return err_nomem(e, "encoding a text");
    uint32_t *out = ids->at + ids->n;
    bool short_enough = piece_key_of(piece, &key);
    const struct piece_cache_slot *known = short_enough ? piece_cache_get(&c->cache, &key) : NULL;
    if (known) {
        for (size_t i = 0; i < PIECE_CACHE_IDS; i++) {
            out[i] = known->id[i];
            ids->n += known->id[i] != UINT32_MAX;
        }
        return 0;
    }
    int64_t n = encode_new_piece(c, piece, out, e);
    if (n < 0) return (int)n;
    if (short_enough) piece_cache_put(&c->cache, &key, out, (size_t)n);
    ids->n += (size_t)n;
    return 0;
}

static int encode_plain(struct encoder *c, struct slice text, struct ids *ids, struct err *e)
{
    struct slice piece;
    int r = pattern_scan_start(c->scan, text, e);
    if (r < 0) return r;
    while ((r = pattern_scan_next(c->scan, &piece, e)) > 0) {
        r = encode_piece(c, piece, ids, e);
        if (r < 0) return r;
    }
    return r;
}

typedef int encode_fn(struct encoder *c, struct slice text, struct ids *ids, struct err *e);

/* Cuts the added tokens out and leaves the rest to `next`. */
static int encode_around(struct encoder *c, const struct added *a, struct slice text, encode_fn *next,
                         struct ids *ids, struct err *e)
{
    size_t from = 0, start, end;
    uint32_t id;
    int r = 0;
    while (r == 0 && added_find(a, text, from, &start, &end, &id)) {
        if (start > from) r = next(c, slice_of(text.p + from, start - from), ids, e);
        if (r == 0) r = ids_push(ids, id, e);
        from = end;
    }
    if (r == 0 && from < text.n) r = next(c, slice_of(text.p + from, text.n - from), ids, e);
    return r;
}

static int encode_normal(struct encoder *c, struct slice text, struct ids *ids, struct err *e)
{
    if (c->t->vocab->nfc) {
        int r = normalize_nfc(text, &c->normal, &text, e);
        if (r < 0) return r;
    }
    if (!c->t->has_normalized) return encode_plain(c, text, ids, e);
    return encode_around(c, &c->t->normalized, text, encode_plain, ids, e);
}

static int encode_valid(struct encoder *c, struct slice text, struct ids *ids, struct err *e)
{
    if (!c->t->has_raw) return encode_normal(c, text, ids, e);
    return encode_around(c, &c->t->raw, text, encode_normal, ids, e);
}

static int encode_invalid(struct encoder *c, uint8_t byte, struct ids *ids, struct err *e)
{
    uint32_t id = c->t->vocab->byte_id[byte];
    if (id == VOCAB_NO_ID)
        return err_set(e, ERR_DATA, "byte 0x%02x is not UTF-8, and the vocabulary has no token for it", byte);
    return ids_push(ids, id, e);
}

int encode_text(struct encoder *c, struct slice text, struct ids *ids, struct err *e)
{
    int r = 0;
    for (size_t at = 0; r == 0 && at < text.n;) {
        size_t valid = utf8_valid_prefix(text.p + at, text.n - at);
        if (valid)
            r = encode_valid(c, slice_of(text.p + at, valid), ids, e);
        else
            r = encode_invalid(c, (uint8_t)text.p[at], ids, e);
        at += valid ? valid : 1;
    }
    return r;
}

int decode_ids(const struct vocab *v, const uint32_t *ids, size_t n, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= v->n_ids || v->token[ids[i]].flags == 0)
            return err_set(e, ERR_DATA, "token id %u is not in the vocabulary of %zu", ids[i], v->n_ids);
        buf_put_slice(out, v->token[ids[i]].bytes);
    }
    return out->failed ? err_nomem(e, "decoding a text") : 0;
}
