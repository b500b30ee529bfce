/* words.c: cuts a text into words and symbols, as text.h defines them.
 *
 * In: valid UTF-8 (an invalid byte counts as U+FFFD, a symbol). Out: a list of offsets, lengths and flags. One pass,
 * left to right: a byte table decides ASCII, unicode_find the rest. Runs of scripts written without spaces are handed
 * to ICU's dictionary break iterator, one run at a time, so that a run's words depend on nothing around it; the iterator
 * is opened when the first such run is met, because opening it reads ICU's data.
 *
 * Word rules after UAX #29 (WB5 to WB13, and WB4: marks and format characters belong to what stands before them), with
 * hyphens joining as apostrophes do, without the underscore. State: the list. Memory: 16 bytes a word, kept for the next
 * text. Time: linear; ICU sees at most RUN_MAX code points at once. */
#include "common/text.h"
#include "common/unicode_table.h"
#include "common/words_masks.h"
#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#define RUN_MAX 4096    /* code points given to ICU at once */
#define RUN_OVERLAP 384 /* bytes: 128 ideographs; ICU's longest words have 20 */

enum kind {
    K_LETTER = WORD_LETTER, /* the same bits, so that a word's flags are those of its characters */
    K_NUMBER = WORD_NUMBER,
    K_IDEO = WORD_IDEO,
    K_BASE = K_LETTER | K_NUMBER,
    K_MARK = 16,
    K_FORMAT = 32,
    K_EXTEND = K_MARK | K_FORMAT, /* belongs to what stands before it */
    K_JOIN = 64,                  /* joins letters, or numbers */
    K_JOIN_NUMBERS = 128,
    K_SYMBOL = 1 /* visible and none of the above but the joiners */
};

/* By byte; 0: white space, controls and bytes over 0x7F. */
static const uint8_t ascii_kind[256] = {
    ['!'] = K_SYMBOL,           ['"'] = K_SYMBOL,
    ['#'] = K_SYMBOL,           ['$'] = K_SYMBOL,
    ['%'] = K_SYMBOL,           ['&'] = K_SYMBOL,
    ['('] = K_SYMBOL,           [')'] = K_SYMBOL,
    ['*'] = K_SYMBOL,           ['+'] = K_SYMBOL,
    ['/'] = K_SYMBOL,           [':'] = K_SYMBOL,
    [';'] = K_SYMBOL,           ['<'] = K_SYMBOL,
    ['='] = K_SYMBOL,           ['>'] = K_SYMBOL,
    ['?'] = K_SYMBOL,           ['@'] = K_SYMBOL,
    ['['] = K_SYMBOL,           ['\\'] = K_SYMBOL,
    [']'] = K_SYMBOL,           ['^'] = K_SYMBOL,
    ['_'] = K_SYMBOL,           ['`'] = K_SYMBOL,
    ['{'] = K_SYMBOL,           ['|'] = K_SYMBOL,
    ['}'] = K_SYMBOL,           ['~'] = K_SYMBOL,
    ['\''] = K_SYMBOL | K_JOIN, ['-'] = K_SYMBOL | K_JOIN,
    ['.'] = K_SYMBOL | K_JOIN,  [','] = K_SYMBOL | K_JOIN_NUMBERS,
    ['0' ... '9'] = K_NUMBER,   ['A' ... 'Z'] = K_LETTER,
    ['a' ... 'z'] = K_LETTER,
};

static unsigned kind_of(uint32_t cp)
{
    switch (cp) {
    case 0x200B: return 0;                         /* zero width space: written between words */
    case 0x2010:                                   /* hyphen */
    case 0x2011:                                   /* non-breaking hyphen */
    case 0x2019: return K_SYMBOL | K_JOIN;         /* apostrophe */
    case 0x066B:                                   /* Arabic decimal separator */
    case 0x066C: return K_SYMBOL | K_JOIN_NUMBERS; /* Arabic thousands separator */
    default: break;
    }
    const struct unicode_record *r = unicode_find(cp);
    if (r->classes & UC_MARK) return K_MARK | (r->classes & UC_IDEO ? K_IDEO : 0);
    if (r->classes & UC_IDEO) return K_IDEO;
    if (r->classes & UC_LETTER) return K_LETTER;
    if (r->classes & UC_NUMBER) return K_NUMBER;
    if (r->category[0] == 'C' && r->category[1] == 'f') return K_FORMAT;
    bool unseen = r->category[0] == 'Z' || (r->category[0] == 'C' && r->category[1] == 'c');
    return unseen ? 0 : K_SYMBOL;
}

/* Kind of the character at p < end; *bytes gets its length. */
static inline unsigned kind_at(const char *p, const char *end, unsigned *bytes)
{
    if (!(*p & 0x80)) {
        *bytes = 1;
        return ascii_kind[(uint8_t)*p];
    }
    uint32_t cp;
    *bytes = utf8_decode(p, end, &cp);
    return kind_of(cp);
}

/* Whether a joiner of this kind, after a base of kind `last`, joins it to what stands at p. */
static inline bool joins(unsigned kind, unsigned last, const char *p, const char *end)
{
    unsigned bytes;
    unsigned both = kind & K_JOIN ? K_BASE : kind & K_JOIN_NUMBERS ? K_NUMBER : 0;
    return (both & last) != 0 && p < end && (kind_at(p, end, &bytes) & last & K_BASE) != 0;
}

/* Passes over the marks and format characters at p. */
static const char *skip_extend(const char *p, const char *end, uint32_t *chars)
{
    unsigned bytes;
    for (; p < end && (*p & 0x80) && (kind_at(p, end, &bytes) & K_EXTEND); p += bytes) ++*chars;
    return p;
}

/* The end of the word whose first base stands at p. */
static const char *word_end(const char *p, const char *end, struct word *w)
{
    unsigned last = 0, bytes = 1;
    for (; p < end; p += bytes) {
        unsigned kind = ascii_kind[(uint8_t)*p];
        bytes = 1;
        if (*p & 0x80) kind = kind_at(p, end, &bytes);
        if (kind & K_BASE) {
            last = kind;
            w->flags |= kind;
        } else if (!(kind & K_EXTEND) && !joins(kind, last, p + bytes, end)) {
            break;
        }
        w->chars++;
    }
    return p;
}

/* Makes room for `extra` more words. */
static int reserve(struct words *w, size_t extra, struct err *e)
{
    if (w->cap - w->n >= extra) return 0;
    size_t cap = w->cap ? w->cap * 2 : 1024; /* more than any extra */
    struct word *at = cap <= SIZE_MAX / sizeof *at ? realloc(w->at, cap * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "cutting words");
    w->at = at;
    w->cap = cap;
    return 0;
}

/* ---- scripts without spaces */

struct icu {
    UBreakIterator *words;
    UText text;
};

static int icu_error(struct err *e, const char *what, UErrorCode status)
{
    return err_set(e, ERR_IO, "ICU cannot %s: %s; is its data installed (package libicu)?", what,
                   u_errorName(status));
}

/* The list's break iterator, opened now if it is the first time; NULL on error. */
static struct icu *icu_get(struct words *w, struct err *e)
{
    UErrorCode status = U_ZERO_ERROR;
    if (w->icu) return w->icu;
    struct icu *icu = calloc(1, sizeof *icu);
    if (!icu) {
        err_nomem(e, "opening ICU");
        return NULL;
    }
    icu->text = (UText)UTEXT_INITIALIZER;
    icu->words = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (U_FAILURE(status)) {
        free(icu);
        icu_error(e, "open its word breaker", status);
        return NULL;
    }
    w->icu = icu;
    return icu;
}

static void icu_free(struct icu *icu)
{
    if (!icu) return;
    ubrk_close(icu->words);
    utext_close(&icu->text);
    free(icu);
}

/* The end of the run of such characters at p, of at most RUN_MAX code points. */
static const char *run_end(const char *p, const char *end)
{
    unsigned bytes;
    for (unsigned i = 0; p < end && i < RUN_MAX && (kind_at(p, end, &bytes) & (K_IDEO | K_EXTEND)); i++)
        p += bytes;
    return p;
}

/* Adds the words of the run text[*at..stop) and moves *at behind them. When the run was cut short, what follows decides
 * about its last words, so those are left for the next call, unless they are more than half of it. */
static int cut_run(struct words *w, struct slice text, size_t *at, size_t stop, bool cut, struct err *e)
{
    struct icu *icu = icu_get(w, e);
    if (!icu) return -ERR_IO;
    UErrorCode status = U_ZERO_ERROR;
    size_t start = *at, run = stop - start;
    utext_openUTF8(&icu->text, text.p + start, (int64_t)run, &status);
    ubrk_setUText(icu->words, &icu->text, &status);
    if (U_FAILURE(status)) return icu_error(e, "read a text", status);
    for (int32_t to; (to = ubrk_next(icu->words)) != UBRK_DONE; *at = start + (size_t)to) {
        if (cut && (size_t)to + RUN_OVERLAP > run && *at - start >= run / 2) break;
        if (reserve(w, 1, e) < 0) return -ERR_IO;
        uint32_t bytes = (uint32_t)(start + (size_t)to - *at);
        uint32_t chars = (uint32_t)utf8_count(text.p + *at, bytes);
        w->at[w->n++] = (struct word){(uint32_t)*at, bytes, chars, WORD_LETTER | WORD_IDEO};
    }
    return 0;
}

static int cut_script(struct words *w, struct slice text, size_t *at, struct err *e)
{
    const char *end = text.p + text.n, *stop = run_end(text.p + *at, end);
    unsigned bytes;
    bool cut = stop < end && (kind_at(stop, end, &bytes) & (K_IDEO | K_EXTEND)) != 0;
    return cut_run(w, text, at, (size_t)(stop - text.p), cut, e);
}

/* ---- ASCII, 64 bytes at a time */

#ifdef __SSE2__
/* Adds the words and symbols that lie whole in the `n` >= 2 bytes at text.p[*at], up to 64 and all ASCII, given their
 * masks. Whole is what ends two bytes before the window does: the two that decide whether a joiner joins. Moves *at. */
SIMD_INLINE void window(struct words *w, size_t *at, const struct words_masks *m, unsigned n)
{
    uint64_t l = m->letters, d = m->numbers, word = words_masks_inside(m), symbols = m->visible & ~word;
    uint64_t starts = (word & ~(word << 1)) | symbols, gaps = ~word;
    struct word *out = w->at + w->n;
    unsigned last = n - 2;
    for (; starts; starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts);
        bool symbol = symbols >> from & 1;
        uint64_t after = gaps >> from; /* bit 0 is set for a symbol */
        unsigned bytes = symbol ? 1 : after ? (unsigned)__builtin_ctzll(after) : 64;
        if (from + bytes > last) {
            if (from < last) last = from;
            break;
        }
        uint64_t span = ~0ULL >> (64 - bytes);
        unsigned flags = (l >> from & span ? WORD_LETTER : 0) | (d >> from & span ? WORD_NUMBER : 0);
        *out++ = (struct word){(uint32_t)*at + from, bytes, bytes, symbol ? WORD_SYMBOL : flags};
    }
    w->n = (size_t)(out - w->at);
    *at += last;
}

/* Goes on from *at while windows of ASCII get further. */
#define ASCII_WINDOWS(isa)                                                                        \
    SIMD_TARGET(isa)                                                                              \
    static int ascii_windows_##isa(struct words *w, struct slice text, size_t *at, struct err *e) \
    {                                                                                             \
        while (text.n - *at >= 64) {                                                              \
            uint64_t first;                                                                       \
            memcpy(&first, text.p + *at, 8);                                                      \
            if (first & 0x8080808080808080ULL) return 0;                                          \
            if (reserve(w, 64, e) < 0) return -ERR_IO;                                            \
            struct words_masks m = words_masks_##isa(text.p + *at);                               \
            size_t before = *at;                                                                  \
            window(w, at, &m, m.high ? (unsigned)__builtin_ctzll(m.high) : 64);                   \
            if (*at - before < 8) return 0;                                                       \
        }                                                                                         \
        return 0;                                                                                 \
    }
ASCII_WINDOWS(sse2)
ASCII_WINDOWS(avx2)
ASCII_WINDOWS(avx512)

static int ascii_windows(struct words *w, struct slice text, size_t *at, struct err *e)
{
    switch (simd_widest()) {
    case SIMD_AVX512: return ascii_windows_avx512(w, text, at, e);
    case SIMD_AVX2: return ascii_windows_avx2(w, text, at, e);
    default: return ascii_windows_sse2(w, text, at, e);
    }
}
#else
static int ascii_windows(struct words *w, struct slice text, size_t *at, struct err *e)
{
    return 0; /* words_next does it all, to the same result */
}
#endif

/* ---- */

void words_init(struct words *w)
{
    memset(w, 0, sizeof *w);
    buf_init(&w->scratch, BUF_NO_MAX);
}

void words_free(struct words *w)
{
    icu_free(w->icu);
    buf_free(&w->scratch);
    free(w->at);
    words_init(w);
}

int words_next(struct words *w, struct slice text, size_t *at, struct err *e)
{
    const char *start = text.p + *at, *p = start, *end = text.p + text.n;
    unsigned bytes, kind = kind_at(p, end, &bytes);
    if (kind & K_IDEO) return cut_script(w, text, at, e);
    if (reserve(w, 1, e) < 0) return -ERR_IO;
    struct word word = {(uint32_t)*at, 0, 0, 0};
    p += bytes;
    if (kind & K_BASE) {
        p = word_end(start, end, &word);
    } else if (kind & (K_SYMBOL | K_MARK)) {
        word.flags = WORD_SYMBOL;
        word.chars = 1;
        p = skip_extend(p, end, &word.chars);
    }
    word.bytes = (uint32_t)(p - start);
    *at += word.bytes;
    w->at[w->n] = word;
    w->n += word.flags != 0; /* else white space, a control, or a format character with nothing before it */
    return 0;
}

int words_find(struct words *w, struct slice text, struct err *e)
{
    int rc = 0;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    for (size_t at = 0; rc == 0 && at < text.n;) {
        rc = ascii_windows(w, text, &at, e);
        if (rc == 0 && at < text.n) rc = words_next(w, text, &at, e);
    }
    return rc;
}
