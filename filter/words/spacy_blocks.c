/* spacy_blocks.c: cuts a text into spaCy's words by AVX-512: blocks of 64 bytes, one after the other.
 *
 * Why: windows that begin where the last chunk ended (spacy_simple.c) wait for each other. Here bits say where chunks begin,
 * where the letters or digits end that they begin with, and where the marks behind these stand, carried from block to block;
 * the n-th beginning and the n-th end belong to one piece, which is a word. Of eight pieces at a time it is asked whether they
 * may be exceptions. Chunks that may, or are not so simple, are cut by spacy_usual.c and spacy_chunk.c, in order.
 *
 * State: the list. Memory: 8 KB of stack. Time: linear. */
#include "filter/words/spacy_internal.h"

#ifdef __SSE2__
#include "common/simd.h"
#include "common/simd_bytes.h"

#define BLOCK 64
#define PIECES 512 /* of which a batch has hardly more */
#define ROOM (PIECES + BLOCK)
#define TARGET SIMD_TARGET(avx512)
#define INLINE SIMD_TARGET(avx512) SIMD_INLINE

/* Of a piece: the flags of the word that it is; none: its chunk is not simple. */
enum kind {
    KIND_FLAGS = WORD_SYMBOL | WORD_LETTER | WORD_NUMBER,
    KIND_MARKED = 1 << 3, /* the next piece is the mark behind it */
    KIND_ASK = 1 << 6,    /* letters that may be an exception */
    KIND_ASK_DOT = 1 << 7 /* with the dot behind them */
};
#define KIND_ASKS 6

struct pieces { /* in bytes from the text's beginning */
    uint32_t from[ROOM];
    uint32_t to[ROOM];
    uint32_t end[ROOM]; /* of the chunk, if it is the last of it */
    uint8_t kind[ROOM];
    uint64_t others[ROOM / 64]; /* bit: it is not simple, or may be an exception */
};

/* ---- where pieces are */

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, small, digits, dots, marks, parens, spaces;
};

/* Of the block before. */
struct edge {
    uint64_t space, dotted, mark;  /* its last byte is white space; makes a dot come off; comes off */
    unsigned char letters, digits; /* it is one of those that a chunk begins with */
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
                          .digits = WITHIN(avx512, x, '0', 9),
                          .dots = _mm512_movepi8_mask(c),
                          .marks = _mm512_test_epi8_mask(c, _mm512_set1_epi8(MARK2 | MARK3)),
                          .parens = EQUAL_avx512(x, ')'),
                          .spaces = _mm512_test_epi8_mask(c, _mm512_set1_epi8(TAB | SEPARATOR | BLANK))};
}

/* Of the block at `at`; behind the text stand spaces. */
INLINE struct masks masks_at(const char *text, size_t n, size_t at)
{
    if (at >= n) return (struct masks){.spaces = ~0ULL};
    if (n - at >= BLOCK) return masks_of(_mm512_loadu_si512(text + at));
    return masks_of(_mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), (1ULL << (n - at)) - 1, text + at));
}

/* Writes base + the place of each bit, and more of which nothing is said, 48 at most; returns behind the last. */
INLINE uint32_t *put_places(uint32_t *out, uint64_t bits, __m512i base, __m512i counting)
{
    __m512i at = _mm512_maskz_compress_epi8(bits, counting);
    _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(at))));
    unsigned n = (unsigned)__builtin_popcountll(bits);
    if (__builtin_expect(n > 16, 0)) { /* of 64 bytes at most 43 begin or end a piece: "a, a, " */
        _mm512_storeu_si512(out + 16,
                            _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(at, 1))));
        _mm512_storeu_si512(out + 32,
                            _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(at, 2))));
    }
    return out + n;
}

/* What begins and ends in a block. */
struct bits {
    uint64_t from, to, end;
    __m512i kind; /* at `to` */
};

/* A chunk's first letters or digits are found by adding its beginning to them: the carry runs to the first byte behind. ")" does
 * not come off digits: "8)". */
INLINE struct bits bits_of(const struct masks *m, const struct masks *next, struct edge *e)
{
    uint64_t l = m->letters, d = m->digits, behind = m->spaces << 1 | e->space, starts = ~m->spaces & behind;
    uint64_t dotted = m->small | d;
    unsigned long long after_letters, after_digits;
    e->letters = _addcarry_u64(e->letters, l, starts & l, &after_letters);
    e->digits = _addcarry_u64(e->digits, d, starts & d, &after_digits);
    after_letters &= ~l;
    after_digits &= ~d;
    uint64_t marks = (m->marks & ~(m->parens & after_digits)) | (m->dots & (dotted << 1 | e->dotted));
    marks &= (after_letters | after_digits) & (m->spaces >> 1 | next->spaces << 63);
    uint64_t simple = marks | m->spaces, words = simple & after_letters, behind_marks = marks << 1 | e->mark;
    __m512i kind = _mm512_maskz_mov_epi8(words, _mm512_set1_epi8(WORD_LETTER | KIND_ASK));
    kind = _mm512_mask_mov_epi8(kind, simple & after_digits, _mm512_set1_epi8(WORD_NUMBER));
    kind = _mm512_mask_add_epi8(kind, marks, kind, _mm512_set1_epi8(KIND_MARKED));
    kind = _mm512_mask_add_epi8(kind, words & m->dots, kind, _mm512_set1_epi8((char)KIND_ASK_DOT));
    kind = _mm512_mask_mov_epi8(kind, behind_marks, _mm512_set1_epi8(WORD_SYMBOL));
    e->space = m->spaces >> 63;
    e->dotted = dotted >> 63;
    e->mark = marks >> 63;
    return (struct bits){.from = starts | marks,
                         .to = after_letters | after_digits | (starts & ~(l | d)) | behind_marks,
                         .end = (m->spaces & ~behind) | marks,
                         .kind = kind};
}

struct found { /* behind the last */
    uint32_t *from, *to, *end;
};

INLINE void put_pieces(struct pieces *x, struct found *f, const struct bits *b, size_t block)
{
    static const uint8_t count[BLOCK] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                         16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                         32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                         48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i counting = _mm512_loadu_si512(count), base = _mm512_set1_epi32((int)block);
    _mm512_storeu_si512(x->kind + (f->to - x->to), _mm512_maskz_compress_epi8(b->to, b->kind));
    f->from = put_places(f->from, b->from, base, counting);
    f->to = put_places(f->to, b->to, base, counting);
    f->end = put_places(f->end, b->end, base, counting);
}

/* ---- words */

INLINE __m512i eight_places(const uint32_t *p)
{
    return _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

INLINE __m512i eight_kinds(const uint8_t *p)
{
    return _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

/* Which of the eight pieces from x[i] on are not simple, may be exceptions, or begin behind `last`. */
INLINE unsigned others_of(const struct spacy_rules *r, const char *text, const struct pieces *x, unsigned i,
                          __m512i last)
{
    __m512i from = eight_places(x->from + i), bytes = _mm512_sub_epi64(eight_places(x->to + i), from);
    __m512i kind = eight_kinds(x->kind + i);
    __mmask8 asks = _mm512_test_epi64_mask(kind, _mm512_set1_epi64(KIND_ASK));
    __mmask8 read = _mm512_mask_cmple_epi64_mask(asks, from, last);
    __m512i first = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), read, from, text, 1);
    __m512i away = _mm512_max_epi64(_mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_slli_epi64(bytes, 3)),
                                    _mm512_setzero_si512());
    __m512i low = _mm512_and_si512(first, _mm512_srlv_epi64(_mm512_set1_epi64(-1), away));
    __m512i slot = _mm512_srli_epi64(
        _mm512_mullo_epi64(low, _mm512_set1_epi64((long long)SPACY_LETTERS_FACTOR)), 64 - SPACY_LETTERS_BITS);
    __m512i bits = _mm512_i64gather_epi64(_mm512_srli_epi64(slot, 5), r->letters, 8);
    bits = _mm512_srlv_epi64(bits, _mm512_and_si512(_mm512_slli_epi64(slot, 1), _mm512_set1_epi64(63)));
    unsigned maybe = _mm512_test_epi64_mask(bits, _mm512_srli_epi64(kind, KIND_ASKS));
    return _mm512_testn_epi64_mask(kind, _mm512_set1_epi64(KIND_FLAGS)) | (asks & (maybe | ~read));
}

static TARGET void find_others(const struct spacy *s, struct pieces *x, unsigned n)
{
    const __m512i last = _mm512_set1_epi64((long long)(s->end - s->text) - SPACY_AHEAD);
    uint8_t *out = (uint8_t *)x->others;
    for (unsigned i = 0; i < n; i += 8) *out++ = (uint8_t)others_of(s->rules, s->text, x, i, last);
    x->others[n / 64] &= (1ULL << n % 64) - 1;
}

/* Appends the words that the pieces x[i], … x[end - 1] are; writes up to seven more. */
INLINE void put_simple(struct words *w, const struct pieces *x, unsigned i, unsigned end)
{
    _Static_assert(sizeof(struct word) == 16, "four numbers of 32 bits");
    const __m512i four = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11),
                  others = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    struct word *out = w->at + w->n;
    w->n += end - i;
    for (; i < end; i += 8, out += 8) {
        __m512i from = eight_places(x->from + i), bytes = _mm512_sub_epi64(eight_places(x->to + i), from);
        __m512i flags = _mm512_and_si512(eight_kinds(x->kind + i), _mm512_set1_epi64(KIND_FLAGS));
        __m512i first = _mm512_or_si512(from, _mm512_slli_epi64(bytes, 32)),
                second = _mm512_or_si512(bytes, _mm512_slli_epi64(flags, 32)); /* as many characters */
        _mm512_storeu_si512(out, _mm512_permutex2var_epi64(first, four, second));
        _mm512_storeu_si512(out + 4, _mm512_permutex2var_epi64(first, others, second));
    }
}

/* Appends the words of a chunk that is not simple; there is room for SPACY_WINDOW. */
static int put_other(struct spacy *s, size_t from, size_t end)
{
    char copy[SPACY_WINDOW + SPACY_AHEAD];
    const char *p = s->text + from;
    size_t n = end - from;
    if (n > SPACY_WINDOW) return spacy_chunks(s, p, p + n);
    if ((size_t)(s->end - p) < n + SPACY_AHEAD) {
        memset(copy, ' ', sizeof copy);
        p = memcpy(copy, p, n);
    }
    return spacy_usual(s, p, (unsigned)n, from) ? 0 : spacy_chunks(s, s->text + from, s->text + end);
}

/* Appends the words of the first n pieces, with which a chunk ends. */
static TARGET int put_words(struct spacy *s, struct pieces *x, unsigned n)
{
    unsigned i = 0;
    find_others(s, x, n);
    for (unsigned k = 0; k < n; k += 64)
        for (uint64_t left = x->others[k / 64]; left; left &= left - 1) {
            unsigned other = k + (unsigned)__builtin_ctzll(left), last = other;
            last += (x->kind[other] & KIND_MARKED) != 0;
            if (spacy_reserve(s->w, n - i + SPACY_WINDOW, s->e) < 0) return -ERR_IO;
            put_simple(s->w, x, i, other);
            if (put_other(s, x->from[other], x->end[last]) < 0) return -ERR_IO;
            i = last + 1;
        }
    if (spacy_reserve(s->w, n - i + 8, s->e) < 0) return -ERR_IO;
    put_simple(s->w, x, i, n);
    return 0;
}

/* The same of what was found of chunks that have ended; moves the up to two pieces of one that has not to the front. */
static int take_pieces(struct spacy *s, struct pieces *x, struct found *f)
{
    unsigned n = (unsigned)(f->end - x->end);
    if (n && x->kind[n - 1] & KIND_MARKED) n--;
    if (put_words(s, x, n) < 0) return -ERR_IO;
    for (unsigned i = 0; i < 2; i++) {
        x->from[i] = x->from[n + i];
        x->to[i] = x->to[n + i];
        x->end[i] = x->end[n + i];
        x->kind[i] = x->kind[n + i];
    }
    *f = (struct found){f->from - n, f->to - n, f->end - n};
    return 0;
}

TARGET int spacy_blocks(struct spacy *s)
{
    size_t n = (size_t)(s->end - s->text);
    struct pieces x;
    struct found f = {x.from, x.to, x.end};
    struct edge edge = {.space = 1};
    struct masks m = masks_at(s->text, n, 0);
    for (size_t block = 0; block <= n; block += BLOCK) {
        struct masks next = masks_at(s->text, n, block + BLOCK);
        struct bits bits = bits_of(&m, &next, &edge);
        put_pieces(&x, &f, &bits, block);
        m = next;
        if (f.from - x.from >= PIECES - 2 && take_pieces(s, &x, &f) < 0) return -ERR_IO;
    }
    return take_pieces(s, &x, &f);
}
#endif
