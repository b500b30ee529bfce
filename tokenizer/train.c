/* train.c: learns byte-pair merges.
 *
 * The pair of neighbouring tokens that occurs most often (of equals the one with the lower ids) becomes a token, everywhere,
 * until the vocabulary is full. Counts are kept up to date by touching only the words that hold the pair, and the next pair
 * comes out of a heap whose stale entries are set right when they surface.
 *
 * What comes out is what Hugging Face's BpeTrainer gives (models/bpe/trainer.rs, 0.22), its corners included: a pair's own
 * count is not lowered when it is merged; places where a pair newly arose form a heap entry of their own, merged on its own; a
 * merge whose text is a token already uses that token. Only its 32-bit counts, which wrap, are 64-bit here.
 *
 * State: the words' symbols (4 bytes each), the pairs met (48 bytes each), and for each heap entry the words to look at
 * (4 bytes each). Time: in proportion to the symbols of the words touched; a long word is walked for each merge in it. */
#include "tokenizer/train.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/merge_queue.h"
#include "tokenizer/pair_table.h"
#include "common/text.h"
#include <stdlib.h>

struct piece_word {
    uint64_t start; /* of its symbols */
    int64_t count;
    uint32_t length; /* in symbols */
};

struct trainer {
    const struct train_opts *o;
    struct err *e;
    struct vocab *v;
    uint32_t *symbol; /* of all words, end to end */
    uint64_t n_symbols;
    struct piece_word *word;
    size_t n_words;
    struct pair_table pairs;
    struct merge_queue queue;
    uint32_t *touched; /* pairs with new places */
    size_t n_touched, cap_touched;
    uint64_t place_bytes;
    bool failed; /* out of memory */
};

/* The pair's index; it is made when it is new. Out of memory: 0, and failed. */
static uint32_t pair_at(struct trainer *t, uint32_t left, uint32_t right)
{
    int64_t i = pair_table_at(&t->pairs, left, right);
    if (i < 0) t->failed = true;
    return i < 0 ? 0 : (uint32_t)i;
}

/* ------------------------------------------------------------------ the first vocabulary and the words */

static int add_token(struct trainer *t, struct slice text)
{
    return vocab_add_token(t->v, (uint32_t)t->v->n_ids, text, t->e);
}

static int add_specials(struct trainer *t)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < t->o->n_special; i++) {
        struct slice text = slice_str(t->o->special[i]);
        if (text.n == 0) return err_set(t->e, ERR_USAGE, "--special \"\": a special token needs a text");
        if (utf8_valid_prefix(text.p, text.n) < text.n)
            return err_set(t->e, ERR_USAGE, "--special: a special token that is not valid UTF-8");
        if (vocab_index_get(&t->v->by_text, text) != VOCAB_NO_ID) continue;
        r = add_token(t, text);
        if (r == 0) r = vocab_add_added(t->v, (uint32_t)t->v->n_ids - 1, text, ADDED_SPECIAL, t->e);
    }
    return r;
}

static int add_bytes(struct trainer *t)
{
    uint8_t bytes[256];
    int r = 0;
    bytemap_sorted(bytes);
    for (int i = 0; r == 0 && i < 256; i++) {
        char c[4];
        struct slice text = {c, utf8_encode(bytemap_char(bytes[i]), c)};
        if (vocab_index_get(&t->v->by_text, text) == VOCAB_NO_ID) r = add_token(t, text);
    }
    return r == 0 ? vocab_finish(t->v, "the new vocabulary", t->e) : r;
}

static int make_words(struct trainer *t, const struct pieces *pieces)
{
    uint64_t at = 0;
    t->n_words = pieces->n;
    t->n_symbols = pieces->n_bytes;
    t->symbol = malloc((t->n_symbols + 1) * sizeof *t->symbol);
    t->word = calloc(t->n_words + 1, sizeof *t->word);
    if (!t->symbol || !t->word) return err_nomem(t->e, "training");
    for (size_t w = 0; w < t->n_words; w++) {
        struct slice bytes = piece_bytes(pieces, &pieces->slot[w]);
        t->word[w] = (struct piece_word){at, pieces->slot[w].count, (uint32_t)bytes.n};
        for (size_t i = 0; i < bytes.n; i++) t->symbol[at++] = t->v->byte_id[(uint8_t)bytes.p[i]];
    }
    return 0;
}

/* ------------------------------------------------------------------ counts and places */

static void change(struct trainer *t, uint32_t left, uint32_t right, int64_t by)
{
    uint32_t i = pair_at(t, left, right);
    if (!t->failed) t->pairs.at[i].count += by;
}

static int touch(struct trainer *t, uint32_t pair)
{
    if (t->n_touched == t->cap_touched) {
        size_t cap = t->cap_touched ? 2 * t->cap_touched : 4096;
        uint32_t *grown = realloc(t->touched, cap * sizeof *grown);
        if (!grown) return -1;
        t->touched = grown;
        t->cap_touched = cap;
    }
    t->touched[t->n_touched++] = pair;
    return 0;
}

/* Counts the pair up in a word, and notes the word. Words come in ascending order. */
static void arise(struct trainer *t, uint32_t left, uint32_t right, uint32_t word)
{
    uint32_t i = pair_at(t, left, right);
    if (t->failed) return;
    struct pair *p = &t->pairs.at[i];
    p->count += t->word[word].count;
    if (p->n && p->word[p->n - 1] == word) return;
    if (p->n == 0 && touch(t, i) < 0) t->failed = true;
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? 2 * p->cap : 4;
        uint32_t *grown = realloc(p->word, cap * sizeof *grown);
        if (!grown) {
            t->failed = true;
            return;
        }
        t->place_bytes += (cap - p->cap) * sizeof *grown;
        p->word = grown;
        p->cap = cap;
    }
    p->word[p->n++] = word;
}

static void release_places(struct trainer *t, uint32_t *word, uint32_t cap)
{
    t->place_bytes -= cap * sizeof *word;
    free(word);
}

/* The places noted since the last call become heap entries. */
static void push_touched(struct trainer *t)
{
    for (size_t i = 0; i < t->n_touched; i++) {
        struct pair *p = &t->pairs.at[t->touched[i]];
        struct merge_entry x = {
            .count = p->count, .key = p->key, .pair = t->touched[i], .n = p->n, .word = p->word};
        if (p->count > 0) {
            uint32_t *exact = realloc(p->word, p->n * sizeof *exact);
            if (exact) x.word = exact;
            t->place_bytes -= (p->cap - p->n) * sizeof *exact;
        }
        if (p->count <= 0) {
            release_places(t, p->word, p->cap);
        } else if (merge_queue_push(&t->queue, x) < 0) {
            free(x.word);
            t->failed = true;
        }
        p->word = NULL;
        p->n = p->cap = 0;
    }
    t->n_touched = 0;
}

static void count_pairs(struct trainer *t)
{
    for (size_t w = 0; w < t->n_words && !t->failed; w++) {
        const uint32_t *s = t->symbol + t->word[w].start;
        for (uint32_t i = 0; i + 1 < t->word[w].length; i++) arise(t, s[i], s[i + 1], (uint32_t)w);
    }
    push_touched(t);
}

/* ------------------------------------------------------------------ merging */

static void merge_word(struct trainer *t, uint32_t word, uint32_t left, uint32_t right, uint32_t made)
{
    uint32_t *s = t->symbol + t->word[word].start, n = t->word[word].length, out = 0;
    int64_t count = t->word[word].count;
    for (uint32_t i = 0; i < n;) {
        if (s[i] != left || i + 1 == n || s[i + 1] != right) {
            s[out++] = s[i++];
            continue;
        }
        if (out > 0) {
            change(t, s[out - 1], left, -count);
            arise(t, s[out - 1], made, word);
        }
        i += 2;
        s[out++] = made;
        if (i < n) {
            change(t, right, s[i], -count);
            arise(t, made, s[i], word);
        }
    }
    t->word[word].length = out;
}

/* The token that left and right make: a new one, unless its text is a token already. */
static int make_token(struct trainer *t, uint32_t left, uint32_t right, uint32_t *made)
{
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    buf_put_slice(&text, t->v->token[left].text);
    buf_put_slice(&text, t->v->token[right].text);
    int r = text.failed ? err_nomem(t->e, "training") : 0;
    *made = r == 0 ? vocab_index_get(&t->v->by_text, buf_slice(&text)) : 0;
    if (r == 0 && *made == VOCAB_NO_ID) {
        *made = (uint32_t)t->v->n_ids;
        r = add_token(t, buf_slice(&text));
    }
    buf_free(&text);
    return r < 0 ? r : vocab_add_merge(t->v, left, right, *made, t->e);
}

static int check_memory(const struct trainer *t)
{
    uint64_t need = t->n_symbols * sizeof *t->symbol + t->n_words * (sizeof *t->word + sizeof(struct piece)) +
                    pair_table_bytes(&t->pairs) + merge_queue_bytes(&t->queue) + t->place_bytes;
    if (t->failed) return err_nomem(t->e, "training");
    if (need <= t->o->memory_bytes) return 0;
    return err_set(t->e, ERR_USAGE,
                   "training on %zu different pieces needs more than --memory %llu bytes: train on a sample "
                   "(--sample 0.1), "
                   "or give more memory",
                   t->n_words, (unsigned long long)t->o->memory_bytes);
}

/* The words of an entry lie far apart: asks for those that come next. */
static void fetch_ahead(const struct trainer *t, const struct merge_entry *top, uint32_t i)
{
    if (i + 16 < top->n) __builtin_prefetch(&t->word[top->word[i + 16]]);
    if (i + 8 < top->n) __builtin_prefetch(t->symbol + t->word[top->word[i + 8]].start);
}

static int merge_entry(struct trainer *t, const struct merge_entry *top)
{
    uint32_t left = (uint32_t)(top->key >> 32), right = (uint32_t)top->key, made;
    int r = make_token(t, left, right, &made);
    for (uint32_t i = 0; r == 0 && i < top->n; i++) {
        fetch_ahead(t, top, i);
        merge_word(t, top->word[i], left, right, made);
    }
    push_touched(t);
    return r < 0 ? r : check_memory(t);
}

static int merge_all(struct trainer *t)
{
    int64_t least = t->o->min_frequency > 1 ? t->o->min_frequency : 1;
    int r = check_memory(t);
    while (r == 0 && t->v->n_tokens < t->o->vocab_size && t->queue.n) {
        int64_t now = t->pairs.at[t->queue.at[0].pair].count;
        if (t->queue.at[0].count != now) {
            t->queue.at[0].count = now;
            merge_queue_settle(&t->queue);
            continue;
        }
        if (now < least) break;
        struct merge_entry top = merge_queue_pop(&t->queue);
        r = merge_entry(t, &top);
        release_places(t, top.word, top.n);
    }
    return r;
}

/* A pair that was merged twice keeps its last rank, as in a map from pairs to ranks. */
static void drop_repeated_merges(struct trainer *t)
{
    struct vocab *v = t->v;
    size_t kept = v->n_merges;
    for (size_t i = 0; i < t->pairs.n; i++) t->pairs.at[i].n = 0;
    for (size_t i = v->n_merges; i-- > 0;) {
        struct pair *p = &t->pairs.at[pair_at(t, v->merge[i].left, v->merge[i].right)];
        if (p->n++ == 0) v->merge[--kept] = v->merge[i];
    }
    if (kept) memmove(v->merge, v->merge + kept, (v->n_merges - kept) * sizeof *v->merge);
    v->n_merges -= kept;
}

static void trainer_free(struct trainer *t)
{
    merge_queue_free(&t->queue);
    pair_table_free(&t->pairs);
    free(t->touched);
    free(t->symbol);
    free(t->word);
}

static int train(struct trainer *t, const struct pieces *pieces)
{
    int r = vocab_set_pattern(t->v, t->o->pattern, t->e);
    if (r == 0) r = add_specials(t);
    if (r == 0) r = add_bytes(t);
    if (r == 0 && t->o->vocab_size < t->v->n_tokens)
        r = err_set(t->e, ERR_USAGE,
                    "--vocab-size %llu is too small: the special tokens and the 256 bytes are %llu",
                    (unsigned long long)t->o->vocab_size, (unsigned long long)t->v->n_tokens);
    if (r == 0 && pieces->n > UINT32_MAX)
        r = err_set(t->e, ERR_USAGE, "more than 2^32 different pieces: train on a sample (--sample 0.1)");
    if (r == 0) r = make_words(t, pieces);
    if (r == 0) count_pairs(t);
    if (r == 0) r = merge_all(t);
    if (r == 0) drop_repeated_merges(t);
    return r;
}

int train_merges(struct vocab **v, const struct pieces *pieces, const struct train_opts *o, struct err *e)
{
    struct trainer t = {.o = o, .e = e, .v = vocab_new()};
    int r = t.v ? train(&t, pieces) : err_nomem(e, "training");
    trainer_free(&t);
    if (r < 0)
        vocab_free(t.v);
    else
        *v = t.v;
    return r;
}
