/* features.c: a text's hashed words and n-grams with their counts.
 *
 * One pass: bytes go into the word's hash as they are read, of ASCII 64 classified at once. Hashes of features are counted
 * some hundreds at a time in an open-addressing table, beside which their order is kept. The table is emptied by counting
 * generations, not by walking over it.
 *
 * In: a text. Out: features. State: the table. Memory: at most 72 bytes a different feature. Time: linear. */
#include "features.h"
#include "common/hash.h"
#include "common/text.h"
#include "real.h"
#include <math.h>
#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define LEAST_SLOTS 4096
#define SEED UINT64_C(0x9e3779b97f4a7c15)
#define PRIME UINT64_C(0xff51afd7ed558ccd)
#define PENDING 512
#define CHAR_SEED UINT64_C(0xd6e8feb86659fd93)

struct features {
    struct features_opts opts;
    uint64_t *slot;
    uint32_t generation; /* of the slots that belong to this text: 1 to 255 */
    uint64_t room;       /* slots there are */
    uint32_t mask;       /* of those that this text uses */
    feature *found;
    size_t n;
    uint64_t last[FEATURES_MAX_WORDS]; /* hashes of the words before */
    uint64_t n_words;
    uint64_t hash[PENDING]; /* of features that are still to be counted */
    size_t n_hashes;
    uint8_t class_of[256];
    bool failed;
};

enum { SPACE, LINE, SYMBOL, WIDE, LETTER = '0' }; /* from LETTER on: the letter or digit in lower case */

static uint8_t class_of(unsigned c)
{
    if (c >= 'A' && c <= 'Z') return (uint8_t)(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return (uint8_t)c;
    if (c == '\n') return LINE;
    return c <= ' ' || c == 127 ? SPACE : c < 127 ? SYMBOL : WIDE;
}

/* ------------------------------------------------------------------ the table */

/* A slot: the text's generation (8 bits), the feature's index (24), its count (32). Another generation: free. */
static inline uint32_t key_of(const struct features *f, uint32_t index)
{
    return f->generation << 24 | index;
}

/* While a text is read, `found` holds the slots of its features in their order. Now it holds the features. */
static void gather(struct features *f)
{
    for (size_t i = 0; i < f->n; i++) {
        uint64_t slot = f->slot[f->found[i]];
        uint32_t n = (uint32_t)slot;
        f->found[i] = (uint32_t)(slot >> 32) << 8 | (n < 255 ? n : 255);
    }
}

static void place(struct features *f, size_t number)
{
    uint32_t index = FEATURE_INDEX(f->found[number]), at = index & f->mask;
    while (f->slot[at] >> 56 == f->generation) at = (at + 1) & f->mask;
    f->slot[at] = (uint64_t)key_of(f, index) << 32 | FEATURE_COUNT(f->found[number]);
    f->found[number] = at;
}

/* Makes the table of `size` slots, which is not smaller than it was, empty. */
static bool make_table(struct features *f, uint64_t size)
{
    if (size > f->room) {
        uint64_t *slot = size <= UINT64_C(1) << 31 ? calloc(size, sizeof *slot) : NULL;
        feature *found = slot ? realloc(f->found, (size / 4 + 1) * sizeof *found) : NULL;
        if (!found) {
            free(slot);
            return false;
        }
        free(f->slot);
        f->slot = slot;
        f->found = found;
        f->room = size;
        f->generation = 0;
    }
    if (++f->generation == 256) {
        memset(f->slot, 0, f->room * sizeof *f->slot);
        f->generation = 1;
    }
    f->mask = (uint32_t)(size - 1);
    return true;
}

static bool grow(struct features *f)
{
    gather(f);
    if (!make_table(f, 2 * ((uint64_t)f->mask + 1))) {
        f->failed = true;
        f->n = 0;
        return false;
    }
    for (size_t i = 0; i < f->n; i++) place(f, i);
    return true;
}

/* Another feature of this text: the same generation, another index; one comparison, so that the one branch is seldom taken. */
static inline bool is_other(uint64_t slot, uint32_t key)
{
    return ((uint32_t)(slot >> 32) ^ key) - 1 < 0xffffff;
}

/* Counts what is pending, apart from the search for words, where branches are guessed wrong at every word. Whether a feature is
 * new is a coin's toss, so nothing branches on it; where it stands does not depend on what was counted before, so that the
 * table's memory is not waited for one feature after another. The table is at most a quarter full. */
static void count_pending(struct features *f)
{
    if (f->n + f->n_hashes > ((size_t)f->mask + 1) / 4 && !grow(f)) f->n_hashes = 0;
    uint64_t *slot = f->slot;
    uint32_t *found = f->found + f->n, mask = f->mask, shift = 64 - f->opts.bits, generation = key_of(f, 0);
    for (size_t i = 0; i < f->n_hashes; i++) {
        uint32_t index = (uint32_t)(f->hash[i] >> shift), key = generation | index, at = index & mask;
        while (is_other(slot[at], key)) at = (at + 1) & mask;
        uint64_t old = slot[at], fresh = (uint64_t)key << 32;
        bool known = (old ^ fresh) >> 32 == 0;
        slot[at] = (known ? old : fresh) + 1;
        *found = at;
        found += !known;
    }
    f->n = (size_t)(found - f->found);
    f->n_hashes = 0;
}

static inline void put(struct features *f, uint64_t hash)
{
    f->hash[f->n_hashes++] = hash;
    if (f->n_hashes == PENDING) count_pending(f);
}

/* A small table for a small text: it stays in the cache. Every fourth byte or so brings a new feature. */
static int empty(struct features *f, size_t text_bytes)
{
    uint64_t size = LEAST_SLOTS;
    while (size < text_bytes && size < f->room) size *= 2;
    f->n = f->n_words = f->n_hashes = 0;
    f->failed = false;
    return make_table(f, size) ? 0 : -1;
}

struct features *features_new(struct features_opts opts)
{
    struct features *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->opts = opts;
    for (unsigned c = 0; c < 256; c++) f->class_of[c] = class_of(c);
    if (make_table(f, LEAST_SLOTS)) return f;
    features_free(f);
    return NULL;
}

void features_free(struct features *f)
{
    if (!f) return;
    free(f->slot);
    free(f->found);
    free(f);
}

/* ------------------------------------------------------------------ words */

static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= PRIME;
    return h ^ h >> 29;
}

static inline uint64_t step(uint64_t h, uint32_t c)
{
    return (h ^ c) * UINT64_C(0x100000001b3);
}

static inline void put_word(struct features *f, uint64_t hash)
{
    uint64_t chain = hash = mix(hash);
    put(f, chain * SEED);
    for (uint32_t n = 1; n < f->opts.word_ngrams && n <= f->n_words; n++) {
        chain = mix(chain + f->last[n - 1]) * SEED;
        put(f, chain);
    }
    for (uint32_t i = FEATURES_MAX_WORDS - 1; i > 0 && f->opts.word_ngrams > 2; i--)
        f->last[i] = f->last[i - 1];
    f->last[0] = hash + SEED;
    f->n_words++;
}

/* The n-grams of "<word>", of char_min to char_max characters; of very long words those of the beginning. */
static void put_chars(struct features *f, const char *p, const char *end)
{
    uint32_t c[64], n = 0;
    c[n++] = '<';
    while (p < end && n < 63) {
        p += utf8_decode(p, end, &c[n]);
        c[n] = unicode_lower(c[n]);
        n++;
    }
    c[n++] = '>';
    for (uint32_t i = 0; i < n; i++) {
        uint64_t h = CHAR_SEED;
        for (uint32_t j = i; j < n && j - i < f->opts.char_max; j++) {
            h = step(h, c[j]) * SEED;
            if (j - i + 1 >= f->opts.char_min) put(f, mix(h) * SEED);
        }
    }
}

static void end_word(struct features *f, const char *word, const char *end, uint64_t hash)
{
    if (word == end) return;
    put_word(f, hash);
    if (f->opts.char_max) put_chars(f, word, end);
}

/* What stands at p and is not ASCII: how many bytes; *joins: it goes on with the word; *alone: it is a word by itself. */
static unsigned wide(const char *p, const char *end, uint32_t *cp, bool *joins, bool *alone)
{
    unsigned n = utf8_decode(p, end, cp), class = unicode_classes(*cp);
    *cp = unicode_lower(*cp);
    *joins = (class & (UC_LETTER | UC_MARK | UC_NUMBER)) && !(class & UC_IDEO);
    *alone = !*joins && !(class & UC_SPACE);
    return n;
}

/* From the beginning of a word, or from between words, at least to `until`, but not into a word. */
static const char *put_words(struct features *f, const char *p, const char *until, const char *end)
{
    const char *word = p;
    uint64_t hash = SEED;
    while (p < end && (p < until || p > word)) {
        uint8_t class = f->class_of[(uint8_t)*p];
        uint32_t cp = (uint8_t)*p;
        bool joins = class >= LETTER, alone = class == SYMBOL || class == LINE;
        unsigned n = 1;
        if (joins) cp = class;
        if (class == WIDE) n = wide(p, end, &cp, &joins, &alone);
        if (joins) {
            hash = step(hash, cp);
            for (p += n; p < end && (class = f->class_of[(uint8_t)*p]) >= LETTER; p++)
                hash = step(hash, class);
            continue;
        }
        end_word(f, word, p, hash);
        if (alone) put_word(f, step(SEED, cp));
        p += n;
        while (class == LINE && p < end && f->class_of[(uint8_t)*p] <= LINE) p++;
        word = p;
        hash = SEED;
    }
    end_word(f, word, p, hash);
    return p;
}

/* ------------------------------------------------------------------ words of ASCII, 64 bytes at a time */

#if defined(__SSE2__)
struct block { /* a bit for each byte */
    uint64_t letters, symbols, lines, wide;
};

static inline __m128i is_within(__m128i c, char from, char to)
{
    __m128i x = _mm_sub_epi8(c, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)(to - from))), x);
}

static inline struct block look_at(const char *p)
{
    struct block b = {0};
    for (int i = 0; i < 4; i++) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * (size_t)i));
        __m128i lower = _mm_or_si128(c, _mm_set1_epi8(32));
        __m128i letters = _mm_or_si128(is_within(lower, 'a', 'z'), is_within(c, '0', '9'));
        __m128i symbols = _mm_andnot_si128(letters, is_within(c, '!', '~'));
        b.letters |= (uint64_t)_mm_movemask_epi8(letters) << 16 * i;
        b.symbols |= (uint64_t)_mm_movemask_epi8(symbols) << 16 * i;
        b.lines |= (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, _mm_set1_epi8('\n'))) << 16 * i;
        b.wide |= (uint64_t)_mm_movemask_epi8(c) << 16 * i;
    }
    return b;
}

/* Eight characters, and the hash as it was after n of them, without a branch on n for short words. p[0..8) may be read. */
static inline uint64_t hash_word(const char *p, unsigned n)
{
    uint64_t chars, hash = SEED, at[9];
    memcpy(&chars, p, sizeof chars);
    chars |= UINT64_C(0x2020202020202020);
    at[0] = hash;
    _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++) at[i + 1] = hash =
        step(hash, (uint8_t)(chars >> 8 * i));
    if (n <= 8) return at[n];
    for (unsigned i = 8; i < n; i++) hash = step(hash, (uint8_t)p[i] | 32);
    return hash;
}

/* The words of 64 bytes that hold no wide character and 8 more that may be read; where the last of them, which may go on, begins. */
static const char *put_block(struct features *f, const char *p, struct block b)
{
    uint64_t starts = b.letters & ~(b.letters << 1), next = starts | b.symbols | b.lines;
    bool line = false;
    for (; next; next &= next - 1) {
        unsigned at = (unsigned)__builtin_ctzll(next);
        if (!(b.letters >> at & 1)) {
            bool again = line && b.lines >> at & 1;
            line = b.lines >> at & 1;
            if (!again) put_word(f, step(SEED, (uint8_t)p[at]));
            continue;
        }
        uint64_t behind = ~(b.letters >> at);
        unsigned n = behind ? (unsigned)__builtin_ctzll(behind) : 64;
        if (at + n >= 64) return p + at;
        end_word(f, p + at, p + at + n, hash_word(p + at, n));
        line = false;
    }
    return p + 64;
}

/* As far as the text is ASCII. A newline at a block's end takes the spaces and newlines behind it with it. */
static const char *put_ascii(struct features *f, const char *p, const char *end)
{
    while (end - p >= 64 + 8) {
        struct block b = look_at(p);
        if (b.wide) break;
        const char *to = put_block(f, p, b);
        if (to == p) break;
        bool line = b.lines && to == p + 64 && b.lines > (b.letters | b.symbols);
        for (p = to; line && p < end && f->class_of[(uint8_t)*p] <= LINE;) p++;
    }
    return p;
}
#else
static const char *put_ascii(struct features *f, const char *p, const char *end)
{
    return p;
}
#endif

int features_find(struct features *f, struct slice text, const feature **at, size_t *n, struct err *e)
{
    if (empty(f, text.n) < 0) return err_nomem(e, "counting a text's features");
    for (const char *p = text.p, *end = text.p + text.n; p < end;) {
        p = put_ascii(f, p, end);
        if (p < end) p = put_words(f, p, p + 64, end);
    }
    count_pending(f);
    gather(f);
    *at = f->found;
    *n = f->n;
    return f->failed ? err_nomem(e, "counting a text's features") : 0;
}

/* ------------------------------------------------------------------ values */

void features_values(float of_count[256])
{
    of_count[0] = 0;
    for (int i = 1; i < 256; i++) of_count[i] = (float)(1 + real_log(i));
}

float features_scale(const float of_count[256], const feature *at, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v = (double)of_count[FEATURE_COUNT(at[i])];
        sum += v * v;
    }
    return n ? (float)(1 / sqrt(sum)) : 0;
}
