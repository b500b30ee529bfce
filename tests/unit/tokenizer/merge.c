/* Merging one piece, against the definition: join the listed pair of lowest rank, the leftmost of equals, until there is none. */
#include "tests/unit/tokenizer/recorded.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/merge.h"
#include "tokenizer/piece_cache.h"

static size_t merge_naively(const struct vocab *v, uint32_t *ids, size_t n)
{
    for (;;) {
        size_t best = v->n_merges, at = 0;
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t m = 0; m < best; m++)
                if (v->merge[m].left == ids[i] && v->merge[m].right == ids[i + 1]) {
                    best = m;
                    at = i;
                }
        if (best == v->n_merges) return n;
        ids[at] = v->merge[best].result;
        memmove(ids + at + 1, ids + at + 2, (n - at - 2) * sizeof *ids);
        n--;
    }
}

/* 256 bytes and `merges` random merges of tokens that are there, most of them of a few letters. */
static struct vocab *random_vocab(uint64_t seed, unsigned merges, unsigned letters)
{
    struct vocab *v = vocab_new();
    struct err e = {0};
    uint8_t bytes[256];
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    bytemap_sorted(bytes);
    for (unsigned i = 0; i < 256; i++) {
        buf_clear(&text);
        bytemap_put(&text, slice_of((const char *)&bytes[i], 1));
        vocab_add_token(v, i, buf_slice(&text), &e);
    }
    uint32_t pool[1024];
    unsigned n = 0;
    for (unsigned i = 0; i < letters; i++) {
        char letter = (char)('a' + i);
        pool[n++] = vocab_index_get(&v->by_text, slice_of(&letter, 1));
    }
    for (unsigned m = 0; m < merges; m++) {
        uint32_t left = pool[random_next(&seed) % n], right = pool[random_next(&seed) % n];
        buf_clear(&text);
        buf_put_slice(&text, v->token[left].text);
        buf_put_slice(&text, v->token[right].text);
        uint32_t made = vocab_index_get(&v->by_text, buf_slice(&text));
        bool listed = false;
        for (size_t i = 0; i < v->n_merges; i++)
            listed |= v->merge[i].left == left && v->merge[i].right == right;
        if (listed || text.n > 40) continue;
        if (made == VOCAB_NO_ID) {
            made = (uint32_t)v->n_ids;
            vocab_add_token(v, made, buf_slice(&text), &e);
            pool[n++] = made;
        }
        vocab_add_merge(v, left, right, made, &e);
    }
    vocab_finish(v, "random", &e);
    CHECK_INT(e.code, 0);
    buf_free(&text);
    return v;
}

static void compare(const struct vocab *v, size_t longest, int rounds, unsigned letters, uint64_t seed)
{
    struct merge_table t;
    struct merger m;
    struct err e = {0};
    uint32_t *fast = malloc(longest * 4), *slow = malloc(longest * 4);
    size_t wrong = 0;
    CHECK_INT(merge_table_init(&t, v, &e), 0);
    merger_init(&m);
    for (int round = 0; round < rounds; round++) {
        size_t n = 1 + random_next(&seed) % longest;
        for (size_t i = 0; i < n; i++) fast[i] = slow[i] = v->byte_id['a' + random_next(&seed) % letters];
        int64_t got = merge_piece(&m, &t, fast, n, &e);
        size_t want = merge_naively(v, slow, n);
        wrong += got != (int64_t)want || memcmp(fast, slow, want * 4) != 0;
    }
    CHECK_INT(wrong, 0);
    merger_free(&m);
    merge_table_free(&t);
    free(fast);
    free(slow);
}

TEST(short_pieces_as_defined)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        unsigned letters = 1 + (unsigned)seed % 4;
        struct vocab *v = random_vocab(seed, 60, letters);
        compare(v, 96, 150, letters, seed);
        vocab_free(v);
    }
}

TEST(long_pieces_as_defined)
{
    for (uint64_t seed = 20; seed <= 26; seed++) {
        unsigned letters = 1 + (unsigned)seed % 4;
        struct vocab *v = random_vocab(seed, 50, letters);
        compare(v, 400, 40, letters, seed);
        vocab_free(v);
    }
}

/* A megabyte of one letter: what a quadratic merge would not finish. */
TEST(megabyte_of_one_letter)
{
    struct vocab *v = random_vocab(3, 40, 1);
    struct merge_table t;
    struct merger m;
    struct err e = {0};
    size_t n = 1 << 20, bytes = 0;
    uint32_t *ids = malloc(n * sizeof *ids);
    for (size_t i = 0; i < n; i++) ids[i] = v->byte_id['a'];
    merge_table_init(&t, v, &e);
    merger_init(&m);
    int64_t k = merge_piece(&m, &t, ids, n, &e);
    CHECK(k > 0 && k < (int64_t)n);
    for (int64_t i = 0; i < k; i++) bytes += v->token[ids[i]].bytes.n;
    CHECK_INT(bytes, n);
    merger_free(&m);
    merge_table_free(&t);
    vocab_free(v);
    free(ids);
}

TEST(impossible_length_is_refused)
{
    struct merger m;
    struct err e = {0};
    merger_init(&m);
    CHECK_INT(merge_piece(&m, NULL, NULL, (size_t)MERGE_MAX_BYTES + 1, &e), -ERR_USAGE);
    merger_free(&m);
}

TEST(repeated_merge_has_its_last_rank)
{
    struct vocab *v = random_vocab(5, 0, 2);
    struct err e = {0};
    uint32_t a = v->byte_id['a'], b = v->byte_id['b'], ids[3] = {a, b, a};
    vocab_add_token(v, 300, slice_str("ab"), &e);
    vocab_add_token(v, 301, slice_str("ba"), &e);
    vocab_add_merge(v, a, b, 300, &e);
    vocab_add_merge(v, b, a, 301, &e);
    vocab_add_merge(v, a, b, 300, &e);
    struct merge_table t;
    struct merger m;
    merge_table_init(&t, v, &e);
    merger_init(&m);
    CHECK_INT(merge_piece(&m, &t, ids, 3, &e), 2);
    CHECK_INT(ids[0], a);
    CHECK_INT(ids[1], 301);
    merger_free(&m);
    merge_table_free(&t);
    vocab_free(v);
}

TEST(cache_gives_what_was_put)
{
    struct piece_cache c;
    CHECK_INT(piece_cache_init(&c, 6), 0);
    uint64_t seed = 9;
    size_t found = 0, wrong = 0;
    for (int round = 0; round < 20000; round++) {
        char text[32];
        size_t n = 1 + random_next(&seed) % 17;
        for (size_t i = 0; i < n; i++) text[i] = (char)(random_next(&seed) % 2);
        struct piece_key k;
        bool fits = piece_key_of(slice_of(text, n), &k);
        CHECK(fits == (n <= PIECE_CACHE_BYTES));
        if (!fits) continue;
        uint32_t ids[5] = {(uint32_t)n, 0, 0, 0, 0}, many = (uint32_t)n % 5 + 1;
        for (size_t i = 0; i < n; i++) ids[i % many] = ids[i % many] * 3 + (uint32_t)text[i] + 1;
        const struct piece_cache_slot *s = piece_cache_get(&c, &k);
        if (s) {
            found++;
            for (uint32_t i = 0; i < PIECE_CACHE_IDS; i++)
                wrong += s->id[i] != (i < many ? ids[i] : UINT32_MAX);
        } else {
            piece_cache_put(&c, &k, ids, many);
        }
    }
    CHECK(found > 100);
    CHECK_INT(wrong, 0);
    piece_cache_free(&c);
}

int main(void)
{
    RUN(short_pieces_as_defined);
    RUN(long_pieces_as_defined);
    RUN(megabyte_of_one_letter);
    RUN(impossible_length_is_refused);
    RUN(repeated_merge_has_its_last_rank);
    RUN(cache_gives_what_was_put);
    return TEST_END();
}
