/* fold.c: words for comparing. Runs of letters, digits and bytes of 0x80 and above are found 64 bytes at a time; a run of
 * ASCII is a word and hashed eight bytes at a time, in lower case by setting a bit; any other run is decoded. */
#include "filter/words/fold.h"
#include "common/simd.h"
#include <stdlib.h>

#define BLOCK 64
#define CHUNK 32 /* blocks */

void folded_free(struct folded *f)
{
    if (f->word) free(f->word - 1);
    f->word = NULL;
    f->n = f->cap = 0;
}

uint64_t fold_power(size_t n)
{
    uint64_t p = 1;
    while (n--) p *= FOLD_BASE;
    return p;
}

/* Room for n more words. */
static int reserve(struct folded *f, size_t n, struct err *e)
{
    if (f->word && f->cap - f->n >= n) return 0;
    size_t cap = f->n + n + f->cap / 2 + 64;
    struct folded_word *w = reallocarray(f->word ? f->word - 1 : NULL, cap + 1, sizeof *w);
    if (!w) return err_nomem(e, "comparing words");
    if (!f->word) *w = (struct folded_word){0};
    f->word = w + 1;
    f->cap = cap;
    return 0; // cppcheck-suppress memleak // the word before the first one is kept too
}

static inline bool is_ascii_upper(char c)
{
    return (unsigned char)(c - 'A') < 26;
}

static inline bool is_ascii_alnum(char c)
{
    return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 32) - 'a') < 26;
}

/* ------------------------------------------------------------------ hashes */

/* Nearly all words have at most 16 bytes: they cost two loads and no branch. */
static inline uint64_t hash_first(uint64_t x, uint64_t y, size_t n)
{
    uint64_t h = (x ^ n * 0x9e3779b97f4a7c15ULL) * 0xa0761d6478bd642fULL ^
                 (y + 0xe7037ed1a0b428dbULL) * 0x8ebc6af09c88c6e3ULL;
    return (h ^ h >> 32) * 0x589965cc75374cc3ULL;
}

static inline uint64_t hash_more(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0xa0761d6478bd642fULL;
    return h ^ h >> 32;
}

static inline uint64_t load_part(const char *p, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, p, n);
    return x;
}

/* Of bytes that are folded already. */
static uint64_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = hash_first(load_part(p, n < 8 ? n : 8), n > 8 ? load_part(p + 8, n < 16 ? n - 8 : 8) : 0, n);
    for (size_t at = 16; at < n; at += 8) h = hash_more(h, load_part(p + at, n - at < 8 ? n - at : 8));
    return h;
}

static inline void add(struct folded *f, uint64_t start, uint64_t end, uint64_t hash)
{
    uint64_t before = f->word[(ptrdiff_t)f->n - 1].sum;
    f->word[f->n++] = (struct folded_word){start, end, before * FOLD_BASE + hash};
}

/* ------------------------------------------------------------------ runs that are not ASCII */

static bool in_word(unsigned classes)
{
    return classes & (UC_LETTER | UC_MARK | UC_NUMBER);
}

static bool stands_alone(unsigned classes, uint32_t cp, unsigned flags)
{
    if (flags & FOLD_CHARS && in_word(classes)) return true;
    if (classes & UC_IDEO && in_word(classes)) return true;
    return flags & FOLD_SYMBOLS && classes & UC_SYMBOL && cp >= 0x80;
}

/* The next word at or behind *at, in lower case in `out`; false at the end. A word's hash is of its first `max` bytes; the
 * words differ there or are longer than any that is looked for. */
static bool next_word(const char *p, size_t end, size_t *at, unsigned flags, struct buf *out, uint64_t *start)
{
    buf_clear(out);
    while (*at < end) {
        uint32_t cp;
        unsigned n = utf8_decode(p + *at, p + end, &cp), classes = unicode_classes(cp);
        bool alone = stands_alone(classes, cp, flags);
        if (out->n && (alone || !in_word(classes))) return true;
        if (alone || in_word(classes)) {
            char low[4];
            if (!out->n) *start = *at;
            buf_put(out, low, utf8_encode(unicode_lower(cp), low));
        }
        *at += n;
        if (alone) return true;
    }
    return out->n > 0;
}

/* The letters and digits of a run of ASCII, one by one. Returns where it ends. */
static size_t add_chars(struct folded *f, const char *p, size_t at, size_t end)
{
    for (; at < end && !(p[at] & 0x80) && f->n < f->cap; at++) {
        char c = is_ascii_upper(p[at]) ? (char)(p[at] | 32) : p[at];
        if (is_ascii_alnum(c)) add(f, at, at + 1, hash_bytes(&c, 1));
    }
    return at;
}

static int add_decoded(struct folded *f, const char *p, size_t start, size_t end, struct buf *scratch,
                       struct err *e)
{
    uint64_t from = 0;
    size_t at = start;
    for (;;) {
        if (f->flags & FOLD_CHARS) at = add_chars(f, p, at, end);
        if (!next_word(p, end, &at, f->flags, scratch, &from)) return 0;
        if (reserve(f, 1, e) < 0 || scratch->failed) return err_nomem(e, "comparing words");
        add(f, from, at, hash_bytes(scratch->p, scratch->n));
    }
}

/* ------------------------------------------------------------------ runs of ASCII */

/* Lower case of eight letters and digits: letters have the bit 0x40, and their lower case 0x20 too. */
static inline uint64_t lower8(uint64_t x)
{
    return x | (x & 0x4040404040404040ULL) >> 1;
}

#define LOW(n) ((n) >= 8 ? UINT64_MAX : (n) <= 0 ? 0 : (1ULL << 8 * ((n)&7)) - 1)
#define LOW4(n) LOW(n), LOW(n + 1), LOW(n + 2), LOW(n + 3)
/* The bytes of the first and the second eight that a word of n has; from low_bytes + 8 on, and from low_bytes. Tables, since
 * a branch on a word's length is guessed wrong. */
static const uint64_t low_bytes[25] = {LOW4(-8), LOW4(-4), LOW4(0), LOW4(4), LOW4(8), LOW4(12), LOW(16)};

/* As hash_bytes of the word in lower case. `room`: bytes that may be read at p. */
static inline uint64_t hash_ascii(const char *p, size_t n, size_t room, bool *high)
{
    uint64_t x, y, any, h;
    if (__builtin_expect(room >= 16, 1)) {
        memcpy(&x, p, 8);
        memcpy(&y, p + 8, 8);
        x &= low_bytes[8 + (n < 16 ? n : 16)];
        y &= low_bytes[n < 16 ? n : 16];
    } else {
        x = load_part(p, n < 8 ? n : 8);
        y = n > 8 ? load_part(p + 8, n < 16 ? n - 8 : 8) : 0;
    }
    any = x | y;
    h = hash_first(lower8(x), lower8(y), n);
    for (size_t at = 16; at < n; at += 8) {
        x = load_part(p + at, n - at < 8 ? n - at : 8);
        any |= x;
        h = hash_more(h, lower8(x));
    }
    *high = (any & 0x8080808080808080ULL) != 0;
    return h;
}

static bool in_run(unsigned char c)
{
    return c >= 0x80 || is_ascii_alnum((char)c);
}

typedef void masks_fn(const unsigned char *p, size_t blocks, uint64_t *mask);

static void masks_plain(const unsigned char *p, size_t blocks, uint64_t *mask)
{
    for (size_t b = 0; b < blocks; b++, p += BLOCK) {
        uint64_t m = 0;
        for (unsigned i = 0; i < BLOCK; i++) m |= (uint64_t)in_run(p[i]) << i;
        mask[b] = m;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint32_t in_run32(const unsigned char *p)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)p);
    __m256i d = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
    __m256i l = _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(32)), _mm256_set1_epi8('a'));
    __m256i m = _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(d, _mm256_set1_epi8(9)), d),
                                _mm256_cmpeq_epi8(_mm256_min_epu8(l, _mm256_set1_epi8(25)), l));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(m, v)); /* the sign bit of v: 0x80 and above */
}

AVX2 static void masks_avx2(const unsigned char *p, size_t blocks, uint64_t *mask)
{
    for (size_t b = 0; b < blocks; b++, p += BLOCK) mask[b] = in_run32(p) | (uint64_t)in_run32(p + 32) << 32;
}
#endif

static masks_fn *masks_best(void)
{
#if defined(__x86_64__)
    if (simd_widest() >= SIMD_AVX2) return masks_avx2;
#endif
    return masks_plain;
}

void folded_init(struct folded *f)
{
    *f = (struct folded){.masks = masks_best()};
}

struct run {
    size_t start;
    uint64_t inside; /* 1: the last block ended within a run */
};

/* A run that is not ASCII alone; then there is room for a block's words again. */
static __attribute__((noinline)) int add_high(struct folded *f, struct slice text, size_t start, size_t end,
                                              struct buf *scratch, struct err *e)
{
    int r = add_decoded(f, text.p, start, end, scratch, e);
    return r < 0 ? r : reserve(f, BLOCK, e);
}

/* The runs that end in a block; one may begin in it. */
static inline int fold_block(struct folded *f, struct slice text, size_t at, uint64_t mask, struct run *run,
                             struct buf *scratch, struct err *e)
{
    uint64_t before = mask << 1 | run->inside, starts = mask & ~before, ends = before & ~mask;
    if (reserve(f, BLOCK, e) < 0) return -ERR_IO;
    struct folded_word *w = f->word + f->n;
    uint64_t sum = w[-1].sum;
    bool carried = run->inside, high;
    for (; ends; ends &= ends - 1, carried = false) {
        size_t to = at + (unsigned)__builtin_ctzll(ends), from = run->start;
        if (!carried) from = at + (unsigned)__builtin_ctzll(starts), starts &= starts - 1;
        uint64_t hash = hash_ascii(text.p + from, to - from, text.n - from, &high);
        if (__builtin_expect(high, 0)) {
            f->n = (size_t)(w - f->word);
            if (add_high(f, text, from, to, scratch, e) < 0) return -ERR_IO;
            w = f->word + f->n;
            sum = w[-1].sum;
            continue;
        }
        sum = sum * FOLD_BASE + hash;
        *w++ = (struct folded_word){from, to, sum};
    }
    f->n = (size_t)(w - f->word);
    if (starts) run->start = at + (unsigned)__builtin_ctzll(starts);
    run->inside = mask >> 63;
    return 0;
}

static int fold_runs(struct folded *f, struct slice text, struct buf *scratch, struct err *e)
{
    uint64_t mask[CHUNK];
    unsigned char tail[BLOCK] = {0};
    struct run run = {0};
    size_t at = 0;
    int r = 0;
    while (text.n - at >= BLOCK && r == 0) {
        size_t blocks = (text.n - at) / BLOCK < CHUNK ? (text.n - at) / BLOCK : CHUNK;
        f->masks((const unsigned char *)text.p + at, blocks, mask);
        for (size_t b = 0; b < blocks && r == 0; b++, at += BLOCK)
            r = fold_block(f, text, at, mask[b], &run, scratch, e);
    }
    if (r < 0) return r;
    memcpy(tail, text.p + at, text.n - at); /* fewer than a block: the zero behind them ends the last run */
    f->masks(tail, 1, mask);
    return fold_block(f, text, at, mask[0], &run, scratch, e);
}

/* ------------------------------------------------------------------ the rest */

static bool is_space(char c)
{
    return c == ' ' || (unsigned char)(c - '\t') < 5;
}

static int fold_exact(struct folded *f, struct slice text, struct err *e)
{
    for (size_t at = 0; at < text.n;) {
        while (at < text.n && is_space(text.p[at])) at++;
        size_t start = at;
        while (at < text.n && !is_space(text.p[at])) at++;
        if (at == start) continue;
        if (reserve(f, 1, e) < 0) return -ERR_IO;
        add(f, start, at, hash_bytes(text.p + start, at - start));
    }
    return 0;
}

int fold_words(struct folded *f, struct slice text, unsigned flags, struct err *e)
{
    struct buf scratch;
    int r = reserve(f, 1, e);
    f->n = 0;
    f->flags = flags;
    if (r < 0 || !f->word || !text.n) return r;
    buf_init(&scratch, BUF_NO_MAX);
    if (flags & FOLD_EXACT)
        r = fold_exact(f, text, e);
    else if (flags & FOLD_CHARS)
        r = add_decoded(f, text.p, 0, text.n, &scratch, e);
    else
        r = fold_runs(f, text, &scratch, e);
    buf_free(&scratch);
    return r;
}

int fold_text(struct buf *out, struct slice text, unsigned flags, struct err *e)
{
    struct folded f;
    struct buf scratch;
    uint64_t start;
    if (!text.n) return 0;
    folded_init(&f);
    buf_init(&scratch, BUF_NO_MAX);
    int r = flags & FOLD_EXACT ? fold_words(&f, text, flags, e) : 0;
    bool first = true;
    for (size_t i = 0; i < f.n; i++, first = false) {
        if (!first) buf_putc(out, ' ');
        buf_put(out, text.p + f.word[i].start, f.word[i].end - f.word[i].start);
    }
    for (size_t at = 0; !(flags & FOLD_EXACT) && next_word(text.p, text.n, &at, flags, &scratch, &start);
         first = false) {
        if (!first) buf_putc(out, ' ');
        buf_put_slice(out, buf_slice(&scratch));
    }
    bool failed = out->failed || scratch.failed;
    buf_free(&scratch);
    folded_free(&f);
    return failed ? err_nomem(e, "comparing words") : r;
}
