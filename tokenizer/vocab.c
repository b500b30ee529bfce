/* vocab.c: the tokenizer as data, built piece by piece. Strings live in one arena; three hash tables find ids by text, by
 * added token and (for ignore_merges) by bytes. Memory: about 100 bytes per token. */
#include "tokenizer/vocab.h"
#include "tokenizer/bytemap.h"
#include "common/text.h"
#include <stdlib.h>

/* ------------------------------------------------------------------ index */

static size_t index_find(const struct vocab_index *x, struct slice key)
{
    size_t i = hash64(key.p, key.n) & (x->cap - 1);
    while (x->slot[i].p && !slice_eq(slice_of(x->slot[i].p, x->slot[i].n), key)) i = (i + 1) & (x->cap - 1);
    return i;
}

static int index_grow(struct vocab_index *x)
{
    struct vocab_index bigger = {.cap = x->cap ? 2 * x->cap : 1024};
    bigger.slot = calloc(bigger.cap, sizeof *bigger.slot);
    if (!bigger.slot) return -ERR_IO;
    for (size_t i = 0; i < x->cap; i++)
        if (x->slot[i].p) bigger.slot[index_find(&bigger, slice_of(x->slot[i].p, x->slot[i].n))] = x->slot[i];
    bigger.n = x->n;
    free(x->slot);
    *x = bigger;
    return 0;
}

int vocab_index_put(struct vocab_index *x, struct slice key, uint32_t id)
{
    if (2 * (x->n + 1) > x->cap && index_grow(x) < 0) return -ERR_IO;
    struct vocab_index_slot *s = &x->slot[index_find(x, key)];
    if (s->p) return 0;
    *s = (struct vocab_index_slot){key.p, (uint32_t)key.n, id};
    x->n++;
    return 1;
}

uint32_t vocab_index_get(const struct vocab_index *x, struct slice key)
{
    if (x->cap == 0) return VOCAB_NO_ID;
    const struct vocab_index_slot *s = &x->slot[index_find(x, key)];
    return s->p ? s->id : VOCAB_NO_ID;
}

void vocab_index_free(struct vocab_index *x)
{
    free(x->slot);
    memset(x, 0, sizeof *x);
}

/* ------------------------------------------------------------------ building */

struct vocab *vocab_new(void)
{
    struct vocab *v = calloc(1, sizeof *v);
    if (v) arena_init(&v->arena);
    return v;
}

void vocab_free(struct vocab *v)
{
    if (!v) return;
    free(v->token);
    free(v->merge);
    free(v->added);
    vocab_index_free(&v->by_text);
    vocab_index_free(&v->by_added);
    vocab_index_free(&v->by_bytes);
    arena_free(&v->arena);
    free(v);
}

/* The array with room for one more of `size` bytes behind n, or NULL. */
static void *grow(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return array;
    size_t more = *cap ? 2 * *cap : 256;
    while (more <= n) more *= 2;
    void *grown = realloc(array, more * size);
    if (grown) *cap = more;
    return grown;
}

static int copy(struct vocab *v, struct slice from, struct slice *to)
{
    const char *p = arena_strndup(&v->arena, from.p, from.n);
    *to = slice_of(p, from.n);
    return p ? 0 : -ERR_IO;
}

static int set_bytes(struct vocab *v, struct vocab_token *t)
{
    struct buf bytes;
    buf_init(&bytes, BUF_NO_MAX);
    int r = 0;
    t->bytes = t->text;
    if (bytemap_get(&bytes, t->text)) {
        t->flags |= VOCAB_MAPPED;
        r = bytes.failed ? -ERR_IO : copy(v, buf_slice(&bytes), &t->bytes);
    }
    buf_free(&bytes);
    return r;
}

/* The entry of an id, made when it is new. */
static struct vocab_token *token_at(struct vocab *v, uint32_t id)
{
    struct vocab_token *at = grow(v->token, id, &v->cap_ids, sizeof *at);
    if (!at) return NULL;
    v->token = at;
    while (v->n_ids <= id) v->token[v->n_ids++] = (struct vocab_token){.flags = 0};
    return &v->token[id];
}

int vocab_add_token(struct vocab *v, uint32_t id, struct slice text, struct err *e)
{
    if (id >= VOCAB_MAX_IDS)
        return err_set(e, ERR_USAGE, "token \"%.*s\": id %u is above %u", (int)text.n, text.p, id,
                       VOCAB_MAX_IDS - 1);
    if (text.n == 0) return err_set(e, ERR_USAGE, "token %u has no text", id);
    struct vocab_token *t = token_at(v, id);
    if (!t) return err_nomem(e, "reading a vocabulary");
    if (t->flags)
        return err_set(e, ERR_USAGE, "token \"%.*s\": id %u is given twice", (int)text.n, text.p, id);
    t->flags = VOCAB_MODEL;
    v->n_tokens++;
    int r = copy(v, text, &t->text);
    if (r == 0) r = set_bytes(v, t);
    if (r == 0) r = vocab_index_put(&v->by_text, t->text, id);
    if (r < 0) return err_nomem(e, "reading a vocabulary");
    return r == 1 ? 0 : err_set(e, ERR_USAGE, "token \"%.*s\" is given twice", (int)text.n, text.p);
}

int vocab_add_merge(struct vocab *v, uint32_t left, uint32_t right, uint32_t result, struct err *e)
{
    struct vocab_merge *at = grow(v->merge, v->n_merges, &v->cap_merges, sizeof *at);
    if (!at) return err_nomem(e, "reading a vocabulary");
    v->merge = at;
    v->merge[v->n_merges++] = (struct vocab_merge){left, right, result};
    return 0;
}

/* An added token either names a token of the model, with its id, or has an id of its own. */
static int add_own_token(struct vocab *v, uint32_t id, struct slice content, struct err *e)
{
    uint32_t known = vocab_index_get(&v->by_text, content);
    if (known == id) return 0;
    if (known != VOCAB_NO_ID)
        return err_set(e, ERR_USAGE, "added token \"%.*s\" has id %u, but the vocabulary says %u",
                       (int)content.n, content.p, id, known);
    struct vocab_token *t = token_at(v, id);
    if (!t) return err_nomem(e, "reading a vocabulary");
    if (t->flags)
        return err_set(e, ERR_USAGE, "added token \"%.*s\": id %u is another token's", (int)content.n,
                       content.p, id);
    v->n_tokens++;
    return copy(v, content, &t->text) < 0 ? err_nomem(e, "reading a vocabulary") : 0;
}

int vocab_add_added(struct vocab *v, uint32_t id, struct slice content, unsigned flags, struct err *e)
{
    if (id >= VOCAB_MAX_IDS || content.n == 0)
        return err_set(e, ERR_USAGE, "added token \"%.*s\" with id %u: its id is too large, or it is empty",
                       (int)content.n, content.p, id);
    int r = add_own_token(v, id, content, e);
    if (r < 0) return r;
    struct vocab_token *t = &v->token[id];
    t->flags |= VOCAB_ADDED | (flags & ADDED_SPECIAL ? VOCAB_SPECIAL : 0);
    if (!(t->flags & VOCAB_MODEL) || flags & ADDED_SPECIAL) t->bytes = t->text;
    struct vocab_added *at = grow(v->added, v->n_added, &v->cap_added, sizeof *at);
    if (!at) return err_nomem(e, "reading a vocabulary");
    v->added = at;
    v->added[v->n_added++] = (struct vocab_added){id, flags, t->text};
    r = vocab_index_put(&v->by_added, t->text, id);
    if (r == 0)
        return err_set(e, ERR_USAGE, "added token \"%.*s\" is given twice", (int)content.n, content.p);
    return r < 0 ? err_nomem(e, "reading a vocabulary") : 0;
}

int vocab_set_pattern(struct vocab *v, const struct pattern_spec *spec, struct err *e)
{
    v->pattern.n = spec->n;
    for (size_t k = 0; k < spec->n; k++)
        if (copy(v, spec->regex[k], &v->pattern.regex[k]) < 0) return err_nomem(e, "reading a vocabulary");
    return 0;
}

/* ------------------------------------------------------------------ finishing */

/* Bytes that stand in no valid UTF-8 may do without a token. */
static bool is_needed(int byte)
{
    return byte < 0xC0 || (byte > 0xC1 && byte < 0xF5);
}

static int find_bytes(struct vocab *v, const char *name, struct err *e)
{
    for (int byte = 0; byte < 256; byte++) {
        char c[4];
        struct slice text = {c, utf8_encode(bytemap_char((uint8_t)byte), c)};
        v->byte_id[byte] = vocab_index_get(&v->by_text, text);
        if (v->byte_id[byte] == VOCAB_NO_ID && is_needed(byte))
            return err_set(
                e, ERR_USAGE,
                "%s: not a whole byte-level vocabulary: byte 0x%02x (\"%.*s\") has no token, so some text "
                "could not be encoded; train with the byte alphabet",
                name, (unsigned)byte, (int)text.n, text.p);
    }
    return 0;
}

static int index_bytes(struct vocab *v)
{
    for (uint32_t id = 0; id < v->n_ids; id++) {
        const struct vocab_token *t = &v->token[id];
        if ((t->flags & (VOCAB_MODEL | VOCAB_MAPPED | VOCAB_SPECIAL)) != (VOCAB_MODEL | VOCAB_MAPPED))
            continue;
        if (vocab_index_put(&v->by_bytes, t->bytes, id) < 0) return -ERR_IO;
    }
    return 0;
}

static int by_id(const void *a, const void *b)
{
    const struct vocab_added *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

int vocab_finish(struct vocab *v, const char *name, struct err *e)
{
    if (v->n_added) qsort(v->added, v->n_added, sizeof *v->added, by_id);
    int r = find_bytes(v, name, e);
    if (r == 0 && v->ignore_merges && index_bytes(v) < 0) r = err_nomem(e, "reading a vocabulary");
    return r;
}

uint32_t vocab_find(const struct vocab *v, struct slice text)
{
    uint32_t id = vocab_index_get(&v->by_added, text);
    return id != VOCAB_NO_ID ? id : vocab_index_get(&v->by_text, text);
}

/* ------------------------------------------------------------------ identity */

static void put_u32(struct buf *b, uint64_t n)
{
    for (int i = 0; i < 4; i++) buf_putc(b, (char)(n >> (8 * i)));
}

static void put_string(struct buf *b, struct slice s)
{
    put_u32(b, s.n);
    buf_put_slice(b, s);
}

static void put_canonical(const struct vocab *v, struct buf *b)
{
    uint64_t model = 0;
    for (size_t id = 0; id < v->n_ids; id++) model += v->token[id].flags & VOCAB_MODEL;
    buf_put(b, "leat tokenizer 1", 17);
    buf_putc(b, (char)((v->ignore_merges ? 1 : 0) | (v->nfc ? 2 : 0)));
    put_u32(b, v->pattern.n);
    for (size_t k = 0; k < v->pattern.n; k++) put_string(b, v->pattern.regex[k]);
    put_u32(b, model);
    for (size_t id = 0; id < v->n_ids; id++) {
        if (!(v->token[id].flags & VOCAB_MODEL)) continue;
        put_u32(b, id);
        put_string(b, v->token[id].text);
    }
    put_u32(b, v->n_merges);
    for (size_t i = 0; i < v->n_merges; i++) {
        put_u32(b, v->merge[i].left);
        put_u32(b, v->merge[i].right);
    }
    put_u32(b, v->n_added);
    for (size_t i = 0; i < v->n_added; i++) {
        put_u32(b, v->added[i].id);
        buf_putc(b, (char)v->added[i].flags);
        put_string(b, v->added[i].content);
    }
}

int vocab_hash(const struct vocab *v, struct hash128 *h, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    put_canonical(v, &b);
    bool failed = b.failed;
    if (!failed) *h = hash128(b.p, b.n);
    buf_free(&b);
    return failed ? err_nomem(e, "hashing a vocabulary") : 0;
}
