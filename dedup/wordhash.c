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

static uint64_t hash_long(const char *p, unsigned n)
{
    char lower[WINDOW];
    for (unsigned i = 0; i < n; i++) lower[i] = (char)(p[i] | 0x20);
    return wordhash_word(lower, n);
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

static int hash_windows(struct wordhash *w, struct slice text, size_t *at, struct err *e)
{
    switch (simd_widest()) {
    case SIMD_AVX512: return hash_windows_avx512(w, text, at, e);
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
