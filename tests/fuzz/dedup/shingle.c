/* Any bytes, repaired to UTF-8 and cut in two at the first line, as two documents: of words, of characters and of datatrove's words
 * sets are sorted, similarity is a share and symmetric, every CPU's band keys and fingerprints are the same, and survivors keep what they promise. */
#include "dedup/minhash.h"
#include "common/simd.h"
#include "dedup/datatrove.h"
#include "dedup/shingle.h"
#include "dedup/simhash.h"
#include "dedup/survivors.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

struct set {
    uint32_t *at;
    size_t n;
    uint64_t band[14];
};

/* datatrove's normal form has no capitals of ASCII, no digit but 0 and no blank at the ends; its words are all of it. */
static void check_normal(struct slice text)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    check(datatrove_normal(text, &b, NULL) == 0);
    check(utf8_valid_prefix(b.p, b.n) == b.n);
    for (size_t i = 0; i < b.n; i++)
        check(!(b.p[i] >= 'A' && b.p[i] <= 'Z') && !(b.p[i] >= '1' && b.p[i] <= '9') && b.p[i] != '\n');
    check(b.n == 0 || (b.p[0] != ' ' && b.p[b.n - 1] != ' '));
    struct buf joined, starts;
    buf_init(&joined, BUF_NO_MAX);
    buf_init(&starts, BUF_NO_MAX);
    size_t letters = 0, again = 0;
    for (size_t i = 0; i < b.n; i++) letters += b.p[i] != ' ';
    for (size_t at = 0, stop; at < b.n; at = stop + 1) {
        for (stop = at; stop < b.n && b.p[stop] != ' '; stop++) {
        }
        datatrove_words(slice_of(b.p + at, stop - at), &joined, &starts);
    }
    for (size_t i = 0; i < joined.n; i++) again += joined.p[i] != ' ';
    check(letters == again); /* words are cut, nothing is lost */
    buf_free(&b);
    buf_free(&joined);
    buf_free(&starts);
}

/* The text's shingles and their bands, by all kinds of vectors the same. */
static struct set set_of(struct slice text, enum shingle_unit unit, enum minhash_kind kind)
{
    static struct shingles *of[3];
    struct set s = {0};
    size_t all = 0;
    if (!of[unit]) of[unit] = shingles_new(&(struct shingle_opts){.n = 5, .unit = unit});
    struct shingles *kept = of[unit];
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        struct minhash m;
        uint64_t band[14];
        struct shingle_list list;
        struct hash128 h;
        simd_limit((enum simd)simd);
        check(shingles_normal_hash(kept, text, &h, NULL) == 0);
        check(shingles_of(kept, text, &list, NULL) == 0 && (list.n > 0 || unit == SHINGLE_DATATROVE));
        if (list.n == 0) { /* too few words for datatrove: as a set of one */
            s.n = 1;
            s.at = calloc(1, sizeof *s.at);
            return s;
        }
        minhash_init(&m, &(struct minhash_opts){.bands = 14, .rows = 8, .seed = 1, .kind = kind});
        minhash_bands(&m, &list, simd ? band : s.band);
        check(!simd || (list.n == all && memcmp(list.at, s.at, all * sizeof *list.at) == 0));
        check(!simd || memcmp(band, s.band, sizeof band) == 0);
        if (simd) continue;
        all = list.n;
        s.at = malloc(all * sizeof *list.at);
        memcpy(s.at, list.at, all * sizeof *list.at);
    }
    uint32_t *spare = malloc(all * sizeof *spare);
    s.n = shingles_set(s.at, spare, all);
    free(spare);
    for (size_t i = 1; i < s.n; i++) check(s.at[i - 1] < s.at[i]);
    return s;
}

/* By all kinds of vectors the same; the nearest is found, whichever is added first. */
static uint64_t fingerprint_of(struct slice text, unsigned ngram)
{
    struct wordhash words;
    uint64_t first = 0;
    wordhash_init(&words);
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        uint64_t fingerprint;
        simd_limit((enum simd)simd);
        check(simhash_text(&words, text, ngram, &fingerprint, NULL) == 0);
        check(!simd || fingerprint == first);
        first = fingerprint;
    }
    wordhash_free(&words);
    return first;
}

static void check_nearest(struct slice a, struct slice b, unsigned most, unsigned ngram)
{
    struct survivors *s = survivors_new_nearby(most, 1 << 26, false);
    uint64_t x = fingerprint_of(a, ngram), y = fingerprint_of(b, ngram), number;
    unsigned bits = (unsigned)__builtin_popcountll(x ^ y), got;
    check(survivors_nearest(s, x, slice_str("a"), &number, &got, NULL) == 0);
    int r = survivors_nearest(s, y, slice_str("b"), &number, &got, NULL);
    check(r == (bits <= most));
    check(r == 0 || (number == 0 && got == bits));
    survivors_free(s);
}

static void check_survivors(const struct set *a, const struct set *b, double j)
{
    struct survivors *s = survivors_new(14, 1 << 26, false);
    uint64_t number;
    double got;
    bool met = false;
    for (unsigned i = 0; i < 14; i++) met |= a->band[i] == b->band[i];
    check(survivors_similar(s, a->band, a->at, a->n, slice_str("a"), 0.5, &number, &got, NULL) == 0);
    int r = survivors_similar(s, b->band, b->at, b->n, slice_str("b"), 0.5, &number, &got, NULL);
    check(r == (met && j >= 0.5));
    check(r == 0 || (number == 0 && got == j));
    survivors_free(s);
}

static void check_pair(struct slice a, struct slice b, enum shingle_unit unit, enum minhash_kind kind)
{
    struct set x = set_of(a, unit, kind), y = set_of(b, unit, kind);
    double j = shingles_jaccard(x.at, x.n, y.at, y.n);
    check(j >= 0 && j <= 1 && j == shingles_jaccard(y.at, y.n, x.at, x.n));
    check(shingles_jaccard(x.at, x.n, x.at, x.n) == 1);
    check_survivors(&x, &y, j);
    free(x.at);
    free(y.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf b;
    struct slice first = {"", 0};
    size_t at = 0;
    buf_init(&b, BUF_NO_MAX);
    check(utf8_repair(&b, (const char *)data, size) >= 0);
    line_next(buf_slice(&b), &at, &first);
    struct slice rest = slice_of(at ? b.p + at : "", b.n - at);
    check_pair(first, rest, SHINGLE_WORDS, MINHASH_PERMUTATIONS);
    check_pair(first, rest, SHINGLE_WORDS, MINHASH_FSS);
    check_pair(first, rest, SHINGLE_CHARACTERS, MINHASH_FSS);
    check_pair(first, rest, SHINGLE_DATATROVE, MINHASH_DATATROVE);
    check_normal(rest);
    check_nearest(first, rest, (unsigned)(size % 9), 1 + (unsigned)(size / 9 % 6));
    buf_free(&b);
    return 0;
}
