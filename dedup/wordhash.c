/* wordhash.c: hashes words where they stand, 64 bytes of ASCII at a time: of a window's bit mask of what is in words, the edges
 * are their beginnings and ends, and for ASCII's letters, digits and joiners setting one bit is lower-casing. What is not
 * ASCII is cut by common/words.c, word by word, but for scripts without spaces: there every character is a word, so that one that is
 * changed changes n shingles, and no dictionary has a say.
 *
 * A word is hashed by eight bytes at a time, the last ones filled up with zeros: multiply, and fold the upper half in.
 * State: the hashes, reused. Memory: 8 bytes a word. Time: linear. */
#include "dedup/wordhash.h"
#include "common/words_masks.h"
#include <stdlib.h>

#define FIRST 0x9E3779B97F4A7C15ULL
#define SECOND 0xD1342543DE82EF95ULL
#define LOWER 0x2020202020202020ULL
#define FIRST_IDEOGRAPH 0xE0 /* the least first byte of a character of a script without spaces */
#define ZERO_WIDTH_SPACE 0x200B

void wordhash_init(struct wordhash *w)
{
    memset(w, 0, sizeof *w);
    words_init(&w->words);
    buf_init(&w->word, BUF_NO_MAX);
}

void wordhash_free(struct wordhash *w)
{
    words_free(&w->words);
    buf_free(&w->word);
    free(w->at);
    wordhash_init(w);
}

static int reserve(struct wordhash *w, size_t extra, struct err *e)
{
    if (w->cap - w->n >= extra) return 0;
    size_t cap = w->cap ? 2 * w->cap : 4096;
    if (cap - w->n < extra) cap = w->n + extra;
    uint64_t *at = cap <= SIZE_MAX / sizeof *at ? realloc(w->at, cap * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "hashing words");
    w->at = at;
    w->cap = cap;
    return 0;
}

SIMD_INLINE uint64_t fold(uint64_t h)
{
    return h ^ h >> 32;
}

/* Of the first two eights of a word of n bytes; more are folded in by `more`. */
SIMD_INLINE uint64_t hash_two(uint64_t a, uint64_t b, uint64_t n)
{
    return fold((a ^ n) * FIRST) ^ fold(b * SECOND);
}

SIMD_INLINE uint64_t more(uint64_t h, uint64_t eight)
{
    return fold((h ^ eight) * FIRST) * SECOND;
}

static uint64_t eight_of(const char *p, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, p, n < 8 ? n : 8);
    return x;
}

uint64_t wordhash_word(const char *p, size_t n)
{
    uint64_t h = hash_two(eight_of(p, n), n > 8 ? eight_of(p + 8, n - 8) : 0, n);
    for (size_t i = 16; i < n; i += 8) h = more(h, eight_of(p + i, n - i));
    return h;
}

/* ---- ASCII */

#ifdef __SSE2__
#define WINDOW WORDS_WINDOW
#define AHEAD 16 /* bytes that are read from a word's start */

/* The first eight of n bytes of ASCII, in lower case, zeros behind them. */
static uint64_t lower_eight(const char *p, size_t n)
{
    uint64_t keep = n < 8 ? (1ULL << 8 * n) - 1 : ~0ULL;
    return eight_of(p, n) | (LOWER & keep);
}

/* As wordhash_word, of any length beyond 16. */
static uint64_t hash_long(const char *p, size_t n)
{
    uint64_t h = hash_two(lower_eight(p, n), lower_eight(p + 8, n - 8), n);
    for (size_t i = 16; i < n; i += 8) h = more(h, lower_eight(p + i, n - i));
    return h;
}

/* The same as wordhash_word of the word of ASCII in lower case; without branches that depend on its length, if that is at most 16. */
SIMD_INLINE uint64_t hash_ascii(const char *p, unsigned n)
{
    /* [8 + k]: of k bytes, 8 of more */
    static const uint64_t keep[26] = {
        [9] = 0xFF,          [10] = 0xFFFF,      [11] = 0xFFFFFF,   [12] = 0xFFFFFFFF,
        [13] = 0xFFFFFFFFFF, [14] = ~0ULL >> 16, [15] = ~0ULL >> 8, [16 ... 25] = ~0ULL};
    uint64_t a, b;
    if (__builtin_expect(n > 16, 0)) return hash_long(p, n);
    memcpy(&a, p, 8);
    memcpy(&b, p + 8, 8);
    return hash_two((a | LOWER) & keep[8 + n], (b | LOWER) & keep[n], n);
}

/* Appends the hashes of the words that lie whole in the `n` >= 2 bytes at p, up to 64 and all ASCII, given their masks. Whole
 * is what ends two bytes before the window does: the two that decide whether a joiner joins. Returns where the rest begins. */
SIMD_INLINE unsigned hash_window(struct wordhash *w, const char *p, const struct words_masks *m, unsigned n)
{
    uint64_t inside = words_masks_inside(m), starts = inside & ~(inside << 1), ends = ~inside & inside << 1;
    unsigned last = n - 2;
    uint64_t *out = w->at + w->n;
    ends &= (2ULL << last) - 1;
    for (; ends; ends &= ends - 1, starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts), to = (unsigned)__builtin_ctzll(ends);
        *out++ = hash_ascii(p + from, to - from);
    }
    w->n = (size_t)(out - w->at);
    unsigned next = starts ? (unsigned)__builtin_ctzll(starts) : last;
    return next < last ? next : last;
}

/* Goes on from *at while windows of ASCII get further. Behind text.n there are AHEAD bytes. */
#define HASH_WINDOWS(isa)                                                                              \
    SIMD_TARGET(isa)                                                                                   \
    static int hash_windows_##isa(struct wordhash *w, struct slice text, size_t *at, struct err *e)    \
    {                                                                                                  \
        while (text.n - *at >= WINDOW) {                                                               \
            struct words_masks m = words_masks_##isa(text.p + *at);                                    \
            if (m.high & 0xFF) return 0;                                                               \
            if (reserve(w, WINDOW, e) < 0) return -ERR_IO;                                             \
            unsigned n =                                                                               \
                hash_window(w, text.p + *at, &m, m.high ? (unsigned)__builtin_ctzll(m.high) : WINDOW); \
            *at += n;                                                                                  \
            if (n < 8) return 0;                                                                       \
        }                                                                                              \
        return 0;                                                                                      \
    }
HASH_WINDOWS(sse2)
HASH_WINDOWS(avx2)
HASH_WINDOWS(avx512)

/* ---- AVX-512: blocks of 64 bytes one after the other, so that none waits for where the words of the one before end. The n-th beginning
 * and the n-th end belong to one word; eight words are hashed at a time. What is not followed by a block of ASCII is left to
 * the windows above. */

#define PLACES 512

struct places { /* of words, in bytes from the text's beginning */
    uint32_t from[PLACES + WINDOW], to[PLACES + WINDOW];
};

/* Of the block before: its last byte is a letter, a number, in a word. */
struct edge {
    uint64_t letter, number, inside;
};

/* The bytes of a block that are in words, given the masks of the next one. */
SIMD_INLINE uint64_t block_inside(const struct words_masks *m, const struct words_masks *next,
                                  const struct edge *e)
{
    uint64_t l = m->letters, d = m->numbers;
    uint64_t between_letters = (l << 1 | e->letter) & (l >> 1 | next->letters << 63);
    uint64_t between_numbers = (d << 1 | e->number) & (d >> 1 | next->numbers << 63);
    return l | d | (m->joins & (between_letters | between_numbers)) | (m->commas & between_numbers);
}

/* Writes base + the place of each bit, and up to 15 more of which nothing is said; returns behind the last. */
SIMD_TARGET(avx512)
SIMD_INLINE uint32_t *put_places(uint32_t *out, uint64_t bits, __m512i base, __m512i counting)
{
    __m512i at = _mm512_maskz_compress_epi8(bits, counting);
    _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(at))));
    unsigned n = (unsigned)__builtin_popcountll(bits);
    if (__builtin_expect(n > 16, 0)) /* of 64 bytes at most 32 begin or end a word */
        _mm512_storeu_si512(out + 16,
                            _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(at, 1))));
    return out + n;
}

/* Two eights each of the words at p[0], p[2], p[4], p[6]: in the low half of 16 bytes the first. */
SIMD_TARGET(avx512) SIMD_INLINE __m512i load_four(const char *text, const uint32_t *p)
{
    __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)(text + p[0])));
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(const void *)(text + p[2])), 1);
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(const void *)(text + p[4])), 2);
    return _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(const void *)(text + p[6])), 3);
}

/* fold((a ^ n) * FIRST) and fold(b * SECOND), of words of these bytes and lengths, each length twice. */
SIMD_TARGET(avx512) SIMD_INLINE __m512i fold_four(__m512i bytes, __m512i lengths)
{
    const __m512i most = _mm512_set_epi64(128, 64, 128, 64, 128, 64, 128, 64);
    const __m512i factor =
        _mm512_set_epi64((long long)SECOND, (long long)FIRST, (long long)SECOND, (long long)FIRST,
                         (long long)SECOND, (long long)FIRST, (long long)SECOND, (long long)FIRST);
    __m512i away =
        _mm512_max_epi64(_mm512_sub_epi64(most, _mm512_slli_epi64(lengths, 3)), _mm512_setzero_si512());
    __m512i keep = _mm512_srlv_epi64(_mm512_set1_epi64(-1), away);
    __m512i lower = _mm512_and_si512(_mm512_or_si512(bytes, _mm512_set1_epi64((long long)LOWER)), keep);
    __m512i h = _mm512_mullo_epi64(_mm512_mask_xor_epi64(lower, 0x55, lower, lengths), factor);
    return _mm512_xor_si512(h, _mm512_srli_epi64(h, 32));
}

/* The hashes of n words, eight at a time: places behind the last, up to a multiple of 8, must be of some word, too. */
SIMD_TARGET(avx512)
static void hash_places(const char *text, const struct places *x, unsigned n, uint64_t *out)
{
    for (unsigned i = 0; i < n; i += 8) {
        __m256i from = _mm256_loadu_si256((const __m256i *)(const void *)(x->from + i));
        __m256i to = _mm256_loadu_si256((const __m256i *)(const void *)(x->to + i));
        __m512i bytes = _mm512_cvtepu32_epi64(_mm256_sub_epi32(to, from));
        __m512i even = fold_four(load_four(text, x->from + i), _mm512_unpacklo_epi64(bytes, bytes));
        __m512i odd = fold_four(load_four(text, x->from + i + 1), _mm512_unpackhi_epi64(bytes, bytes));
        __m512i h = _mm512_xor_si512(_mm512_unpacklo_epi64(even, odd), _mm512_unpackhi_epi64(even, odd));
        _mm512_storeu_si512(out + i, h);
        unsigned longer = _mm512_cmpgt_epu64_mask(bytes, _mm512_set1_epi64(16));
        for (; longer; longer &= longer - 1) {
            unsigned k = i + (unsigned)__builtin_ctz(longer);
            out[k] = hash_long(text + x->from[k], x->to[k] - x->from[k]);
        }
    }
}

/* Appends the hashes of the n words that have ended, of those that have begun, and moves the beginning of one that has not ended to the front. */
SIMD_TARGET(avx512)
static int take_places(struct wordhash *w, const char *text, struct places *x, unsigned begun, unsigned n,
                       struct err *e)
{
    uint32_t open = begun > n ? x->from[n] : 0;
    if (n == 0) return 0;
    if (reserve(w, PLACES + 2 * WINDOW, e) < 0) return -ERR_IO;
    for (unsigned i = n; i % 8; i++) {
        x->from[i] = x->from[0];
        x->to[i] = x->to[0];
    }
    hash_places(text, x, n, w->at + w->n);
    w->n += n;
    x->from[0] = open;
    return 0;
}

SIMD_TARGET(avx512)
static int hash_blocks(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    static const uint8_t count[WINDOW] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                          16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                          32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                          48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    struct places x;
    struct edge edge = {0};
    const __m512i counting = _mm512_loadu_si512(count);
    uint32_t *from = x.from, *to = x.to;
    size_t block = *at;
    if (text.n - block < 2 * WINDOW) return 0;
    struct words_masks m = words_masks_avx512(text.p + block);
    while (!m.high && text.n - block >= 2 * WINDOW) {
        struct words_masks next = words_masks_avx512(text.p + block + WINDOW);
        if (next.high) break;
        uint64_t inside = block_inside(&m, &next, &edge), shifted = inside << 1 | edge.inside;
        __m512i base = _mm512_set1_epi32((int)block);
        from = put_places(from, inside & ~shifted, base, counting);
        to = put_places(to, ~inside & shifted, base, counting);
        edge = (struct edge){m.letters >> 63, m.numbers >> 63, inside >> 63};
        m = next;
        block += WINDOW;
        if (to - x.to < PLACES - WINDOW) continue;
        if (take_places(w, text.p, &x, (unsigned)(from - x.from), (unsigned)(to - x.to), e) < 0)
            return -ERR_IO;
        from = x.from + (from - x.from - (to - x.to));
        to = x.to;
    }
    *at = edge.inside ? from[-1] : block;
    return take_places(w, text.p, &x, (unsigned)(from - x.from), (unsigned)(to - x.to), e);
}

static int hash_windows(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    switch (simd_widest()) {
    case SIMD_AVX512: return hash_blocks(w, text, at, e) < 0 ? -ERR_IO : hash_windows_avx512(w, text, at, e);
    case SIMD_AVX2: return hash_windows_avx2(w, text, at, e);
    default: return hash_windows_sse2(w, text, at, e);
    }
}

/* ASCII from *at on, up to the text's end if it is ASCII up to there: of the last bytes in a copy with blanks behind it. */
static int hash_ascii_part(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    char copy[2 * WINDOW + AHEAD];
    if (text.n - *at >= WINDOW + AHEAD) {
        int r = hash_windows(w, slice_of(text.p, text.n - AHEAD), at, e);
        if (r < 0 || text.n - *at >= WINDOW + AHEAD) return r;
    }
    size_t left = text.n - *at, done = 0;
    memset(copy, ' ', sizeof copy);
    memcpy(copy, text.p + *at, left);
    int r =
        hash_windows(w, slice_of(copy, left + WINDOW < 2 * WINDOW ? left + WINDOW : 2 * WINDOW), &done, e);
    *at += done < left ? done : left;
    return r;
}
#else
static int hash_ascii_part(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    return 0; /* hash_next does it all, to the same result */
}
#endif

/* ---- any characters */

/* The word in lower case; valid until the next call. */
static struct slice lower_word(struct wordhash *w, const char *p, const char *end)
{
    buf_clear(&w->word);
    while (p < end) {
        uint32_t cp;
        char bytes[4];
        p += utf8_decode(p, end, &cp);
        buf_put(&w->word, bytes, utf8_encode(unicode_lower(cp), bytes));
    }
    return buf_slice(&w->word);
}

/* Whether the character at p < end belongs to the one before it; *bytes gets its length. */
static bool extends(const char *p, const char *end, unsigned *bytes)
{
    uint32_t cp;
    if (!(*p & 0x80)) return false;
    *bytes = utf8_decode(p, end, &cp);
    unsigned classes = unicode_classes(cp);
    if (classes & (UC_MARK | UC_LETTER)) return (classes & UC_MARK) != 0;
    return cp != ZERO_WIDTH_SPACE && memcmp(unicode_category(cp), "Cf", 2) == 0;
}

size_t wordhash_ideograph(const char *p, const char *end)
{
    uint32_t cp;
    if ((uint8_t)*p < FIRST_IDEOGRAPH) return 0;
    unsigned bytes = utf8_decode(p, end, &cp);
    const char *stop = p + bytes;
    if (!(unicode_classes(cp) & UC_IDEO)) return 0;
    while (stop < end && extends(stop, end, &bytes)) stop += bytes;
    return (size_t)(stop - p);
}

/* Appends the hashes of the characters of such scripts that stand at *at. */
static int hash_ideographs(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    for (size_t n; *at < text.n && (n = wordhash_ideograph(text.p + *at, text.p + text.n)) > 0; *at += n) {
        if (reserve(w, 1, e) < 0) return -ERR_IO;
        w->at[w->n++] = wordhash_word(text.p + *at, n);
    }
    return 0;
}

/* Appends the hashes of what stands at *at. */
static int hash_next(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    size_t start = *at;
    int r = hash_ideographs(w, text, at, e);
    if (r < 0 || *at > start) return r;
    w->words.n = 0;
    r = words_next(&w->words, text, at, e);
    if (r == 0) r = reserve(w, w->words.n, e);
    for (size_t i = 0; r == 0 && i < w->words.n; i++) {
        const struct word *word = &w->words.at[i];
        if (word->flags & WORD_SYMBOL) continue;
        const char *p = text.p + word->offset;
        struct slice lower = lower_word(w, p, p + word->bytes);
        w->at[w->n++] = wordhash_word(lower.p, lower.n);
    }
    return r == 0 && w->word.failed ? err_nomem(e, "lower-casing a word") : r;
}

int wordhash_of(struct wordhash *w, struct slice text, struct err *e)
{
    int r = 0;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    for (size_t at = 0; r == 0 && at < text.n;) {
        r = hash_ascii_part(w, text, &at, e);
        if (r == 0 && at < text.n) r = hash_next(w, text, &at, e);
    }
    return r;
}
