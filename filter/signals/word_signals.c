/* word_signals.c: what is counted in the words of a text: see signals.h for the formulas.
 *
 * One pass over the list of words; stop words by a table of their own, English ones by their bytes. State: none. */
#include "filter/signals/eight_words.h"
#include "filter/signals/python.h"
#include "filter/signals/signals_internal.h"
#include <stdlib.h>

/* ------------------------------------------------------------------ stop words */

#define STOP_WORDS_MOST 4096

struct
    stop_words { /* a table of hashes, with the number of the word: open addressing, a third full at most */
    uint64_t key[STOP_WORDS_MOST * 4];
    uint16_t number[STOP_WORDS_MOST * 4]; /* from 1; 0: free */
    uint64_t mask;
    size_t n;
};

static uint16_t *stop_slot(const struct stop_words *s, uint64_t key)
{
    uint64_t i = key & s->mask;
    while (s->number[i] && s->key[i] != key) i = (i + 1) & s->mask;
    return (uint16_t *)&s->number[i];
}

int stop_words_new(struct stop_words **out, const struct slice *words, size_t n, struct err *e)
{
    if (n > STOP_WORDS_MOST)
        return err_set(e, ERR_USAGE, "%zu stop words; at most %d are possible", n, STOP_WORDS_MOST);
    struct stop_words *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "reading stop words");
    s->mask = 63;
    while (s->mask < 3 * n) s->mask = 2 * s->mask + 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = hash64(words[i].p, words[i].n);
        uint16_t *slot = stop_slot(s, key);
        if (*slot) continue;
        *slot = (uint16_t)++s->n;
        s->key[slot - s->number] = key;
    }
    *out = s;
    return 0;
}

void stop_words_free(struct stop_words *s)
{
    free(s);
}

static void count_listed(struct signals *s, const struct words *words)
{
    const struct stop_words *list = s->frame->stop;
    uint64_t found[STOP_WORDS_MOST / 64 + 1] = {0}, all = 0, distinct = 0;
    for (size_t i = 0; i < words->n; i++) {
        const struct word *w = &words->at[i];
        unsigned number = *stop_slot(list, hash64(s->text.p + w->offset, w->bytes));
        if (!number) continue;
        all++;
        distinct += !(found[number / 64] >> (number & 63) & 1);
        found[number / 64] |= 1ULL << (number & 63);
    }
    s->value[SIG_STOP_WORDS] = (double)distinct;
    s->value[SIG_STOP_WORD_COUNT] = (double)all;
}

/* The word's bytes as a little-endian number; 0 for more than four. Without a branch that depends on the length, which
 * no CPU can foresee. */
static inline uint32_t short_word(struct slice text, const struct word *w)
{
    static const uint32_t keep[6] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0};
    const uint8_t *p = (const uint8_t *)text.p + w->offset;
    uint32_t x = 0;
    if (text.n - w->offset >= 4)
        x = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    else
        for (unsigned i = 0; i < text.n - w->offset; i++) x |= (uint32_t)p[i] << 8 * i;
    return x & keep[w->bytes < 5 ? w->bytes : 5];
}

#define TWO(a, b) ((a) | (b) << 8)
#define FOUR(a, b, c, d) ((uint32_t)TWO(a, b) | (uint32_t)TWO(c, d) << 16)
#define STOP_SPREAD 0x6ec9d287u /* found by trial: sends each of the eight to a slot of its own */

/* The bit of one of the eight stop words, 0 of any other. */
static inline unsigned stop_word_bit(uint32_t word)
{
    static const uint32_t stop[8] = {TWO('b', 'e'),
                                     FOUR('t', 'h', 'a', 't'),
                                     FOUR('t', 'h', 'e', 0),
                                     TWO('o', 'f'),
                                     FOUR('w', 'i', 't', 'h'),
                                     TWO('t', 'o'),
                                     FOUR('h', 'a', 'v', 'e'),
                                     FOUR('a', 'n', 'd', 0)};
    unsigned slot = word * STOP_SPREAD >> 29;
    return (unsigned)(stop[slot] == word) << slot;
}

/* Small letters for capitals of ASCII. */
static inline uint32_t lower4(uint32_t x)
{
    for (unsigned k = 0; k < 32; k += 8)
        if ((x >> k & 0xff) - 'A' < 26) x |= 0x20u << k;
    return x;
}

/* Goes on until `least` distinct ones are found. */
static bool enough_english(struct slice text, const struct words *words, double least)
{
    unsigned found = 0;
    for (size_t i = 0; i < words->n; i++) {
        found |= stop_word_bit(short_word(text, &words->at[i]));
        if (__builtin_popcount(found) >= least) return true;
    }
    return false;
}

int signals_enough_stops(struct signals *s, double least, bool *enough, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    *enough = r >= 0 && !s->frame->stop && enough_english(s->text, words, least);
    return r;
}

static void count_english(struct signals *s, const struct words *words)
{
    unsigned found = 0;
    uint64_t all = 0;
    bool any_case = s->frame->dialect == DIALECT_DCLM;
    for (size_t i = 0; i < words->n; i++) {
        uint32_t x = short_word(s->text, &words->at[i]);
        unsigned bit = stop_word_bit(any_case ? lower4(x) : x);
        found |= bit;
        all += bit != 0;
    }
    s->value[SIG_STOP_WORDS] = __builtin_popcount(found);
    s->value[SIG_STOP_WORD_COUNT] = (double)all;
}

/* ------------------------------------------------------------------ lengths and letters */

/* dclm's words of page_length_filter: fastText's tokens (cut at ASCII white space and NUL) that begin with a letter or digit. */
static uint64_t count_fasttext_words(struct slice text)
{
    uint64_t n = 0;
    bool inside = false;
    const char *end = text.p + text.n;
    for (const char *p = text.p; p < end; p++) {
        bool gap = *p == ' ' || (*p >= '\t' && *p <= '\r') || *p == 0;
        if (!gap && !inside) {
            uint32_t cp;
            utf8_decode(p, end, &cp);
            n += py_isalnum(cp);
        }
        inside = !gap;
    }
    return n;
}

struct tally { /* of words with a letter; of symbols; of the others' characters */
    uint64_t letters, symbols, chars;
};

/* A symbol has one of `symbol`'s flags, which may be none. */
static void tally_words(const struct word *at, size_t n, unsigned symbol, struct tally *t)
{
    for (const struct word *end = at + n; at < end; at++) {
        uint32_t is_symbol = (at->flags & symbol) != 0;
        t->letters += (at->flags & WORD_LETTER) != 0;
        t->symbols += is_symbol;
        t->chars += at->chars & (is_symbol - 1);
    }
}

#ifdef __SSE2__
SIMD_TARGET(avx512)
static void tally_words_avx512(const struct word *at, size_t n, unsigned symbol, struct tally *t)
{
    __m512i chars = _mm512_setzero_si512();
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        struct eight_words w = eight_words(at + i);
        __mmask8 symbols = _mm512_test_epi64_mask(w.flags, _mm512_set1_epi64(symbol));
        t->letters +=
            (unsigned)_mm_popcnt_u32(_mm512_test_epi64_mask(w.flags, _mm512_set1_epi64(WORD_LETTER)));
        t->symbols += (unsigned)_mm_popcnt_u32(symbols);
        chars = _mm512_mask_add_epi64(chars, (__mmask8)~symbols, chars, w.chars);
    }
    t->chars += (uint64_t)_mm512_reduce_add_epi64(chars);
    if (n > i) tally_words(at + i, n - i, symbol, t);
}
#else
#define tally_words_avx512 tally_words
#endif

int measure_words(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    bool has_symbols = s->frame->dialect == DIALECT_DATATROVE || s->frame->dialect == DIALECT_LEAT;
    struct tally t = {0};
    (simd_widest() == SIMD_AVX512 ? tally_words_avx512 : tally_words)(words->at, words->n,
                                                                      has_symbols ? WORD_SYMBOL : 0, &t);
    uint64_t plain = words->n - t.symbols;
    s->value[SIG_WORDS] = (double)(s->frame->dialect == DIALECT_DCLM ? count_fasttext_words(s->text) : plain);
    s->value[SIG_MEAN_WORD_LENGTH] = ratio((double)t.chars, (double)plain);
    s->value[SIG_LETTER_WORDS] = ratio((double)t.letters, (double)words->n);
    return 0;
}

int measure_stops(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    if (s->frame->stop)
        count_listed(s, words);
    else
        count_english(s, words);
    return 0;
}

/* ------------------------------------------------------------------ median */

#define SHORT_WORD 1024 /* longer words are sorted, shorter ones counted */

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The k-th length, from 0: of count[], which holds the numbers of short words, then the `n_long` sorted lengths of others. */
static uint32_t nth_length(const uint32_t *count, uint64_t k)
{
    uint64_t below = 0;
    for (uint32_t length = 0; length < SHORT_WORD; length++) {
        below += count[length];
        if (k < below) return length;
    }
    return count[SHORT_WORD + (k - below)];
}

int measure_median(struct signals *s, struct err *e)
{
    const struct words *words;
    unsigned symbol_flag =
        s->frame->dialect == DIALECT_DATATROVE || s->frame->dialect == DIALECT_LEAT ? WORD_SYMBOL : 0;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    uint32_t *count = signals_counts(s, SHORT_WORD + words->n);
    uint64_t n = 0, n_long = 0;
    if (!count) return err_nomem(e, "measuring words");
    for (size_t i = 0; i < words->n; i++) {
        uint32_t chars = words->at[i].chars;
        if (words->at[i].flags & symbol_flag) continue;
        n++;
        if (chars < SHORT_WORD)
            count[chars]++;
        else
            count[SHORT_WORD + n_long++] = chars;
    }
    qsort(count + SHORT_WORD, n_long, sizeof *count, by_value);
    s->value[SIG_MEDIAN_WORD_LENGTH] =
        n ? ((double)nth_length(count, (n - 1) / 2) + (double)nth_length(count, n / 2)) / 2 : 0;
    return 0;
}

/* ------------------------------------------------------------------ symbols */

/* str.count of a three-byte string: without overlap. */
static uint64_t count_three(struct slice text, const char *three)
{
    uint64_t n = 0;
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memchr(p, (unsigned char)three[0], (size_t)(end - p))) != NULL;) {
        bool hit = end - p >= 3 && p[1] == three[1] && p[2] == three[2];
        n += hit;
        p += hit ? 3 : 1;
    }
    return n;
}

static uint64_t count_spaced_dots(struct slice text)
{
    uint64_t n = 0;
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memchr(p, '.', (size_t)(end - p))) != NULL;) {
        bool hit = end - p >= 5 && memcmp(p, ". . .", 5) == 0;
        n += hit;
        p += hit ? 5 : 1;
    }
    return n;
}

static uint64_t words_with_symbols(struct slice text, const struct words *words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < words->n; i++) {
        struct slice w = slice_of(text.p + words->at[i].offset, words->at[i].bytes);
        n += memchr(w.p, '#', w.n) || slice_find(w, slice_str("\xe2\x80\xa6"));
    }
    return n;
}

int measure_symbols(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    double all = (double)words->n, hashes = (double)count_byte(s->text, '#');
    double dots = (double)(count_three(s->text, "...") + count_three(s->text, "\xe2\x80\xa6"));
    s->value[SIG_HASH_RATIO] = ratio(hashes, all);
    s->value[SIG_ELLIPSIS_RATIO] = ratio(dots, all);
    bool dolma = s->frame->dialect == DIALECT_DOLMA, dclm = s->frame->dialect == DIALECT_DCLM;
    double symbols = dolma  ? (double)words_with_symbols(s->text, words)
                     : dclm ? hashes + dots + (double)count_spaced_dots(s->text)
                            : hashes + dots;
    s->value[SIG_SYMBOL_RATIO] = ratio(symbols, all);
    return 0;
}
