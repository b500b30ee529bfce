/* arpa_read.c: an ARPA file into a model's tables.
 *
 * In: comments, "\data\", the counts, a section a line per n-gram (log10 p, words, log10 backoff), "\end\"; compressed or not. What
 * does not fit this is an error with its line. Counts are checked at each section's end, and trusted for nothing.
 * Out: struct lm. State: one line. Memory: a line of at most LINE_MAX bytes, and the model.
 * The format: SRILM's ngram-format(5). <unk> may be missing: then its log10 p is -100, as KenLM has it. */
#include "common/stream.h"
#include "common/text.h"
#include "filter/lm/arpa_write.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/vocab.h"
#include "filter/lm/words.h"
#include <stdio.h>
#include <stdlib.h>

#define LINE_BYTES ((size_t)1 << 20)
#define READ_BYTES ((size_t)256 << 10)

struct arpa {
    struct in *in;
    const char *path;
    char *buf; /* READ_BYTES + LINE_BYTES */
    size_t at, n;
    bool ended;
    uint64_t line_no;
    struct slice line;
    unsigned order, normal;
    bool says_normal; /* the file does */
    uint64_t counts[LM_MAX_ORDER + 2];
    struct lm *model;
};

static int bad(const struct arpa *a, struct err *e, const char *what)
{
    return err_set(e, ERR_DATA, "%s:%llu: %s", a->path, (unsigned long long)a->line_no, what);
}

static int fill(struct arpa *a, struct err *e)
{
    memmove(a->buf, a->buf + a->at, a->n - a->at);
    a->n -= a->at;
    a->at = 0;
    ssize_t got = in_read(a->in, a->buf + a->n, READ_BYTES, e);
    if (got == IN_DAMAGED || got == IN_TRUNCATED) return -ERR_DATA;
    if (got < 0) return (int)got;
    a->n += (size_t)got;
    a->ended = got == 0;
    return 0;
}

/* The next line, trimmed: 1; 0 at the end of the file. */
static int next_line(struct arpa *a, struct err *e)
{
    const char *newline;
    size_t from = a->at;
    while (!(newline = memchr(a->buf + from, '\n', a->n - from)) && !a->ended) {
        from = a->n - a->at;
        if (from >= LINE_BYTES) return bad(a, e, "a line of more than a million bytes: is it an ARPA file?");
        int r = fill(a, e);
        if (r < 0) return r;
    }
    if (!newline && a->at == a->n) return 0;
    const char *p = a->buf + a->at, *end = newline ? newline : a->buf + a->n;
    a->at = (size_t)(end - a->buf) + (newline != NULL);
    a->line_no++;
    while (p < end && lm_blank(*p)) p++;
    while (p < end && lm_blank(end[-1])) end--;
    a->line = slice_of(p, (size_t)(end - p));
    return 1;
}

static int next_full_line(struct arpa *a, struct err *e)
{
    int r;
    while ((r = next_line(a, e)) > 0 && a->line.n == 0) {
    }
    return r == 0 ? err_set(e, ERR_DATA, "%s: ends early, without \\end\\", a->path) : r;
}

/* ------------------------------------------------------------------ numbers */

static bool read_uint(struct slice s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || *out > (UINT64_MAX - 9) / 10) return false;
        *out = *out * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.n > 0;
}

/* An exponent at s.p[i], or nothing: false when it is neither. */
static bool read_exponent(struct slice s, size_t i, int *exponent)
{
    uint64_t size;
    if (i == s.n) return true;
    if (s.p[i] != 'e' && s.p[i] != 'E') return false;
    bool minus = ++i < s.n && s.p[i] == '-';
    i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
    if (!read_uint(slice_of(s.p + i, s.n - i), &size) || size > 400) return false;
    *exponent += minus ? -(int)size : (int)size;
    return true;
}

static double scale(double x, int exponent)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    for (; exponent > 22; exponent -= 22) x *= 1e22;
    for (; exponent < -22; exponent += 22) x /= 1e22;
    return exponent < 0 ? x / tens[-exponent] : x * tens[exponent];
}

/* A decimal number. Digits beyond 18 are dropped. */
static bool read_float(struct slice s, float *out)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0;
    uint64_t value = 0;
    int exponent = 0;
    bool point = false;
    for (; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (s.p[i] == '.' && !point)
            point = true;
        else if (!digit)
            break;
        digits += digit;
        if (digit && value < 100000000000000000ULL) {
            value = value * 10 + (uint64_t)(s.p[i] - '0');
            exponent -= point;
        } else if (digit) {
            exponent += !point;
        }
    }
    if (digits == 0 || exponent < -10000 || exponent > 10000 || !read_exponent(s, i, &exponent)) return false;
    double x = value ? scale((double)value, exponent) : 0;
    if (x > 1e30) return false;
    *out = (float)(s.p[0] == '-' ? -x : x);
    return true;
}

/* ------------------------------------------------------------------ the file */

/* A comment; that of arpa_write.c says the normal form. */
static int read_comment(struct arpa *a, struct err *e)
{
    const size_t n = sizeof ARPA_NORMAL - 1;
    char names[128] = "";
    struct err unknown = {0};
    if (!slice_has_prefix(a->line, ARPA_NORMAL)) return 0;
    if (a->line.n - n < sizeof names) memcpy(names, a->line.p + n, a->line.n - n);
    a->says_normal = true;
    if (*names && lm_normal_parse(names, &a->normal, &unknown) == 0) return 0;
    return bad(a, e, "a normal form of text that is not known here");
}

/* To the line \data\. Before it are comments, as KenLM has them: lines that begin with #. */
static int read_comments(struct arpa *a, struct err *e)
{
    int r = next_full_line(a, e);
    if (r > 0 && a->line.n > 3 && memcmp(a->line.p, "\xEF\xBB\xBF", 3) == 0)
        a->line = slice_of(a->line.p + 3, a->line.n - 3);
    while (r > 0 && a->line.p[0] == '#')
        if ((r = read_comment(a, e)) == 0) r = next_full_line(a, e);
    return r;
}

static int read_header(struct arpa *a, struct err *e)
{
    int r = read_comments(a, e);
    if (r < 0) return r;
    if (!slice_is(a->line, "\\data\\"))
        return bad(a, e, "an ARPA file begins with \\data\\: this is neither one nor a .blm");
    while ((r = next_full_line(a, e)) > 0 && a->line.n > 6 && memcmp(a->line.p, "ngram ", 6) == 0) {
        const char *equals = memchr(a->line.p, '=', a->line.n);
        uint64_t k, count;
        struct slice word, left = slice_of(a->line.p + 6, equals ? (size_t)(equals - a->line.p) - 6 : 0);
        struct slice right =
            equals ? slice_of(equals + 1, a->line.n - (size_t)(equals + 1 - a->line.p)) : left;
        size_t at = 0;
        if (lm_word_next(right, &at, &word)) right = word;
        at = 0;
        if (lm_word_next(left, &at, &word)) left = word;
        if (!equals || !read_uint(left, &k) || !read_uint(right, &count))
            return bad(a, e, "not 'ngram K=COUNT'");
        if (k != a->order + 1) return bad(a, e, "orders must be counted in order, from 1");
        if (k > LM_MAX_ORDER) return bad(a, e, "n-grams of more than 6 words");
        a->order = (unsigned)k;
        a->counts[k] = count;
    }
    return r > 0 && a->order == 0 ? bad(a, e, "no counts of n-grams") : r;
}

static int read_word(struct arpa *a, struct slice word, float prob, float backoff, struct err *e)
{
    int r = model_add_word(a->model, word, prob, backoff, e);
    return r == 0 ? bad(a, e, "a word that was there before") : r;
}

static int read_gram(struct arpa *a, unsigned k, const struct slice *words, float prob, float backoff,
                     struct err *e)
{
    uint32_t id[LM_MAX_ORDER];
    for (unsigned i = 0; i < k; i++) {
        id[i] = model_word(a->model, words[i]);
        if (id[i] == WORD_UNK && !vocab_is_special(words[i]))
            return bad(a, e, "an n-gram with a word that is no unigram");
    }
    int r = model_add_gram(a->model, k, id, prob, backoff, e);
    return r == 0 ? bad(a, e, "an n-gram that was there before") : r;
}

/* log10 p, k words, perhaps a backoff. */
static int read_entry(struct arpa *a, unsigned k, struct err *e)
{
    struct slice part[LM_MAX_ORDER + 3];
    size_t at = 0, n = 0;
    float prob, backoff = 0;
    while (n < k + 3 && lm_word_next(a->line, &at, &part[n])) n++;
    if (n != k + 1 && n != k + 2) return bad(a, e, "not 'LOG10P WORDS [BACKOFF]'");
    if (!read_float(part[0], &prob) || (n == k + 2 && !read_float(part[k + 1], &backoff)))
        return bad(a, e, "not a number");
    if (prob > 0) return bad(a, e, "a log-probability above 0");
    if (k == a->order) backoff = 0;
    return k == 1 ? read_word(a, part[1], prob, backoff, e) : read_gram(a, k, part + 1, prob, backoff, e);
}

/* The section of k-grams, whose title stands in a->line. */
static int read_section(struct arpa *a, unsigned k, struct err *e)
{
    char title[16];
    uint64_t n = 0;
    int r;
    snprintf(title, sizeof title, "\\%u-grams:", k);
    if (!slice_is(a->line, title)) return bad(a, e, "not the title of the next section of n-grams");
    while ((r = next_full_line(a, e)) > 0 && a->line.p[0] != '\\') {
        if (++n > a->counts[k]) return bad(a, e, "more n-grams than the header counts");
        if ((r = read_entry(a, k, e)) < 0) return r;
    }
    if (r > 0 && n < a->counts[k]) return bad(a, e, "fewer n-grams than the header counts");
    return r > 0 && k == 1 ? model_words_done(a->model, e) : r;
}

static int read_all(struct arpa *a, const unsigned *normal, struct err *e)
{
    int r = read_header(a, e);
    if (r > 0 && normal && a->says_normal && *normal != a->normal) return other_normal(a->path, e);
    if (normal) a->normal = *normal;
    if (r > 0) r = model_new(&a->model, a->order, a->normal, a->counts, e);
    for (unsigned k = 1; k <= a->order && r >= 0; k++) r = read_section(a, k, e);
    if (r >= 0 && !slice_is(a->line, "\\end\\")) r = bad(a, e, "not \\end\\");
    while (r >= 0 && (r = next_line(a, e)) > 0)
        if (a->line.n) r = bad(a, e, "something behind \\end\\");
    return r < 0 ? r : model_finish(a->model, e);
}

int arpa_read(struct lm **m, const char *path, const unsigned *normal, struct err *e)
{
    struct arpa a = {.path = path, .buf = malloc(READ_BYTES + LINE_BYTES)};
    if (!a.buf) return err_nomem(e, "reading a language model");
    int r = in_open(&a.in, path, 0, e);
    if (r == 0) r = read_all(&a, normal, e);
    in_close(a.in);
    free(a.buf);
    if (r < 0)
        lm_close(a.model);
    else
        *m = a.model;
    return r;
}
