/* spacy_blocks.c: cuts a text into spaCy's words by AVX-512: blocks of 64 bytes, one after the other.
 *
 * Why: windows that begin where the last chunk ended (spacy_simple.c) wait for each other. Here the beginnings of chunks, the
 * ends of the letters that they begin with, and their ends are bits, carried from block to block; the n-th ones belong to one
 * chunk. Whether a chunk is letters and a mark or none, and may be an exception, is asked of eight chunks at a time. The
 * others are cut by spacy_usual.c and spacy_chunk.c, in order. State: the list. Memory: 8 KB of stack. Time: linear. */
#include "filter/words/spacy_internal.h"

#ifdef __SSE2__
#include "common/simd.h"
#include "common/simd_bytes.h"

#define BLOCK 64
#define CHUNKS 512 /* of which a batch has no more than so many and those of one block */
#define ROOM (CHUNKS + BLOCK)
#define TARGET SIMD_TARGET(avx512)
#define INLINE SIMD_TARGET(avx512) SIMD_INLINE

enum kind {
    KIND_SIMPLE = 1,
    KIND_DOT = 2, /* the mark is one */
    KIND_MARK = 4
};

struct chunks { /* in bytes from the text's beginning */
    uint32_t from[ROOM];
    uint32_t to[ROOM]; /* behind the letters that it begins with */
    uint32_t end[ROOM];
    uint8_t kind[ROOM + BLOCK];
    uint64_t others[ROOM / 64]; /* bit: it is not simple, or may be an exception */
};

/* ---- where chunks are */

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, small, dots, marks, spaces;
};

/* Of the block before: its last byte is white space, a small letter; it is the last of the letters that a chunk begins with. */
struct edge {
    uint64_t space, small;
    unsigned char letters;
};

/* The classes of a byte are bits: those that its lower and its upper four bits both allow. */
INLINE struct masks masks_of(__m512i x)
{
    enum { AO = 1, PZ = 2, TAB = 4, SEPARATOR = 8, BLANK = 16, MARK2 = 32, MARK3 = 64, DOT = -128 };
    /* by columns and rows of 16 characters: white space in rows 0, 1 and 2; marks in 2 (! " ) ,) and 3 (: ; ?) */
    const __m512i low = _mm512_broadcast_i32x4(_mm_setr_epi8(
        PZ | BLANK, AO | PZ | MARK2, AO | PZ | MARK2, AO | PZ, AO | PZ, AO | PZ, AO | PZ, AO | PZ, AO | PZ,
        AO | PZ | TAB | MARK2, AO | PZ | TAB | MARK3, AO | TAB | MARK3, AO | TAB | SEPARATOR | MARK2,
        AO | TAB | SEPARATOR, AO | SEPARATOR | DOT, AO | SEPARATOR | MARK3));
    const __m512i high = _mm512_broadcast_i32x4(
        _mm_setr_epi8(TAB, SEPARATOR, BLANK | MARK2 | DOT, MARK3, AO, PZ, AO, PZ, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m512i half = _mm512_set1_epi8(15);
    __m512i c = _mm512_and_si512(_mm512_shuffle_epi8(low, _mm512_and_si512(x, half)),
                                 _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(x, 4), half)));
    uint64_t letters = _mm512_test_epi8_mask(c, _mm512_set1_epi8(AO | PZ));
    return (struct masks){.letters = letters,
                          .small = letters & _mm512_test_epi8_mask(x, _mm512_set1_epi8(0x20)),
                          .dots = _mm512_movepi8_mask(c),
                          .marks = _mm512_test_epi8_mask(c, _mm512_set1_epi8(MARK2 | MARK3)),
                          .spaces = _mm512_test_epi8_mask(c, _mm512_set1_epi8(TAB | SEPARATOR | BLANK))};
}

/* Of the block at `at`; behind the text stand spaces. */
INLINE struct masks masks_at(const char *text, size_t n, size_t at)
{
    if (at >= n) return (struct masks){.spaces = ~0ULL};
    if (n - at >= BLOCK) return masks_of(_mm512_loadu_si512(text + at));
    return masks_of(_mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), (1ULL << (n - at)) - 1, text + at));
}

/* Writes base + the place of each bit, and up to 31 more of which nothing is said; returns behind the last. */
INLINE uint32_t *put_places(uint32_t *out, uint64_t bits, __m512i base, __m512i counting)
{
    __m512i at = _mm512_maskz_compress_epi8(bits, counting);
    _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(at))));
    unsigned n = (unsigned)__builtin_popcountll(bits);
    if (__builtin_expect(n > 16, 0)) /* of 64 bytes at most 32 begin or end a chunk */
        _mm512_storeu_si512(out + 16,
                            _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(at, 1))));
    return out + n;
}

struct found { /* behind the last */
    uint32_t *from, *to, *end;
};

/* Finds what begins and ends in a block. */
INLINE void find_chunks(struct chunks *x, struct found *f, const struct masks *m, const struct masks *next,
                        struct edge *edge, size_t block)
{
    static const uint8_t count[BLOCK] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                         16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                         32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                         48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i counting = _mm512_loadu_si512(count), base = _mm512_set1_epi32((int)block);
    uint64_t behind = m->spaces << 1 | edge->space, starts = ~m->spaces & behind;
    unsigned long long sum;
    edge->letters = _addcarry_u64(edge->letters, m->letters, starts & m->letters, &sum);
    uint64_t stops = (sum | starts) & ~m->letters;
    uint64_t suffix =
        (m->marks | (m->dots & (m->small << 1 | edge->small))) & (m->spaces >> 1 | next->spaces << 63);
    uint64_t simple = (m->spaces | suffix) & ~starts;
    __m512i kind = _mm512_maskz_mov_epi8(simple, _mm512_set1_epi8(KIND_SIMPLE));
    kind = _mm512_mask_add_epi8(kind, simple & suffix, kind, _mm512_set1_epi8(KIND_MARK));
    kind = _mm512_mask_add_epi8(kind, simple & m->dots, kind, _mm512_set1_epi8(KIND_DOT));
    _mm512_storeu_si512(x->kind + (f->to - x->to), _mm512_maskz_compress_epi8(stops, kind));
    f->from = put_places(f->from, starts, base, counting);
    f->to = put_places(f->to, stops, base, counting);
    f->end = put_places(f->end, m->spaces & ~behind, base, counting);
    edge->space = m->spaces >> 63;
    edge->small = m->small >> 63;
}

/* ---- words */

/* Which of the eight chunks from x[i] on are not simple, may be exceptions, or begin behind `last`. */
INLINE unsigned others_of(const struct spacy_rules *r, const char *text, const struct chunks *x, unsigned i,
                          __m512i last)
{
    __m512i from = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(x->from + i)));
    __m512i to = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(x->to + i)));
    __m512i kind = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)(x->kind + i)));
    __mmask8 simple =
        _mm512_test_epi64_mask(kind, _mm512_set1_epi64(KIND_SIMPLE)) & _mm512_cmple_epi64_mask(from, last);
    __m512i bytes = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), simple, from, text, 1);
    __m512i away = _mm512_max_epi64(
        _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_slli_epi64(_mm512_sub_epi64(to, from), 3)),
        _mm512_setzero_si512());
    __m512i low = _mm512_and_si512(bytes, _mm512_srlv_epi64(_mm512_set1_epi64(-1), away));
    __m512i slot = _mm512_srli_epi64(
        _mm512_mullo_epi64(low, _mm512_set1_epi64((long long)SPACY_LETTERS_FACTOR)), 64 - SPACY_LETTERS_BITS);
    __m512i bits = _mm512_i64gather_epi64(_mm512_srli_epi64(slot, 5), r->letters, 8);
    bits = _mm512_srlv_epi64(bits, _mm512_and_si512(_mm512_slli_epi64(slot, 1), _mm512_set1_epi64(63)));
    __m512i asked = _mm512_and_si512(kind, _mm512_set1_epi64(KIND_SIMPLE | KIND_DOT));
    return (uint8_t)(~simple | _mm512_test_epi64_mask(bits, asked));
}

static TARGET void find_others(const struct spacy *s, struct chunks *x, unsigned n)
{
    const __m512i last = _mm512_set1_epi64((long long)(s->end - s->text) - SPACY_AHEAD);
    uint8_t *out = (uint8_t *)x->others;
    for (unsigned i = 0; i < n; i += 8) *out++ = (uint8_t)others_of(s->rules, s->text, x, i, last);
    x->others[n / 64] &= (1ULL << n % 64) - 1;
}

/* Appends the words of the simple chunks x[i], … x[end - 1]. */
static inline void put_simple(struct words *w, const struct chunks *x, unsigned i, unsigned end)
{
    struct word *out = w->at + w->n;
    for (; i < end; i++) {
        uint32_t from = x->from[i], to = x->to[i];
        out[0] = (struct word){from, to - from, to - from, WORD_LETTER};
        out[1] = (struct word){to, 1, 1, WORD_SYMBOL};
        out += 1 + (x->kind[i] >> 2);
    }
    w->n = (size_t)(out - w->at);
}

/* Appends the words of one that is not; there is room for one a byte, if it is short. */
static int put_other(struct spacy *s, size_t from, size_t end)
{
    char copy[SPACY_WINDOW + SPACY_AHEAD];
    const char *p = s->text + from;
    size_t n = end - from;
    if (n <= SPACY_WINDOW) {
        if ((size_t)(s->end - p) < n + SPACY_AHEAD) {
            memset(copy, ' ', sizeof copy);
            p = memcpy(copy, p, n);
        }
        if (spacy_usual(s, p, (unsigned)n, from)) return 0;
    }
    return spacy_chunks(s, s->text + from, s->text + end);
}

/* Appends the words of the first n chunks, and moves the one that may stand behind them to the front. */
static TARGET int take_chunks(struct spacy *s, struct chunks *x, struct found *f)
{
    unsigned n = (unsigned)(f->end - x->end), i = 0;
    find_others(s, x, n);
    for (unsigned k = 0; k < n; k += 64)
        for (uint64_t left = x->others[k / 64]; left; left &= left - 1) {
            unsigned other = k + (unsigned)__builtin_ctzll(left);
            if (spacy_reserve(s->w, 2 * (size_t)(n - i) + SPACY_WINDOW, s->e) < 0) return -ERR_IO;
            put_simple(s->w, x, i, other);
            if (put_other(s, x->from[other], x->end[other]) < 0) return -ERR_IO;
            i = other + 1;
        }
    if (spacy_reserve(s->w, 2 * (size_t)(n - i) + 1, s->e) < 0) return -ERR_IO;
    put_simple(s->w, x, i, n);
    x->from[0] = x->from[n];
    x->to[0] = x->to[n];
    x->kind[0] = x->kind[n];
    *f = (struct found){f->from - n, f->to - n, x->end};
    return 0;
}

TARGET int spacy_blocks(struct spacy *s)
{
    size_t n = (size_t)(s->end - s->text);
    struct chunks x;
    struct found f = {x.from, x.to, x.end};
    struct edge edge = {.space = 1};
    struct masks m = masks_at(s->text, n, 0);
    for (size_t block = 0; block <= n; block += BLOCK) {
        struct masks next = masks_at(s->text, n, block + BLOCK);
        find_chunks(&x, &f, &m, &next, &edge, block);
        m = next;
        if (f.from - x.from >= CHUNKS - 2 && take_chunks(s, &x, &f) < 0) return -ERR_IO;
    }
    return take_chunks(s, &x, &f);
}
#endif
