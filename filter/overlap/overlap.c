/* overlap.c: the n-grams of evaluation sets, sorted by hash; and a scan of texts for them.
 *
 * A rolling hash of words (fold.h) meets a bitmap first, which nearly always says no; then the sorted hashes, found by
 * their leading bits; then the words are compared. */
#include "filter/overlap/overlap.h"
#include "filter/overlap/items.h"
#include "common/stream.h"
#include <stdlib.h>

#define FILE_MAX_BYTES (4ULL << 30)
#define MOST_ITEMS_OF_A_GRAM 8

struct gram {
    uint64_t hash;
    uint64_t at;   /* in `words` */
    uint64_t word; /* which of its item it begins with */
};

struct item {
    const char *file;
    uint64_t line, id_at, id_n; /* in `ids` */
    uint64_t at, words;         /* in `words`; how many */
};

struct overlap {
    struct overlap_opts opts;
    uint64_t power;
    struct arena names;
    struct buf words, ids; /* all items' words, one space between, a newline behind each item */
    struct folded folded;
    struct gram *gram;
    size_t n_grams, cap_grams;
    struct item *item;
    size_t n_items, cap_items;
    uint64_t too_short;

    uint64_t *bit; /* a bitmap: two bits in one word for each hash */
    unsigned bits;
    uint64_t *first; /* of the grams, by the leading `head` bits */
    unsigned head;
};

int overlap_parse(struct overlap_opts *o, const char *word, struct err *e)
{
    const char *number = word;
    char *end;
    unsigned most = 256;
    o->flags = 0;
    if (strncmp(word, "exact-", 6) == 0) o->flags = FOLD_EXACT, number += 6;
    if (strncmp(word, "chars-", 6) == 0) o->flags = FOLD_CHARS, number += 6;
    unsigned long n = strtoul(number, &end, 10);
    if (*number < '0' || *number > '9' || *end || n < 2 || n > most)
        return err_set(e, ERR_USAGE,
                       "%.64s: not a length of n-grams; give 13, exact-13 or chars-50 (2 to %u)", word, most);
    o->n = (unsigned)n;
    return 0;
}

int overlap_new(struct overlap **o, const struct overlap_opts *opts, struct err *e)
{
    *o = calloc(1, sizeof **o);
    if (!*o) return err_nomem(e, "decontamination");
    (*o)->opts = *opts;
    if (!opts->keys) (*o)->opts.keys = overlap_usual_keys;
    (*o)->power = fold_power(opts->n);
    arena_init(&(*o)->names);
    buf_init(&(*o)->words, BUF_NO_MAX);
    buf_init(&(*o)->ids, BUF_NO_MAX);
    folded_init(&(*o)->folded);
    return 0;
}

void overlap_free(struct overlap *o)
{
    if (!o) return;
    arena_free(&o->names);
    buf_free(&o->words);
    buf_free(&o->ids);
    folded_free(&o->folded);
    free(o->gram);
    free(o->item);
    free(o->bit);
    free(o->first);
    free(o);
}

struct overlap_counts overlap_counts(const struct overlap *o)
{
    uint64_t memory = o->words.cap + o->ids.cap + o->cap_grams * sizeof *o->gram +
                      o->cap_items * sizeof *o->item +
                      (o->bit ? (1ULL << o->bits) / 8 + (8ULL << o->head) : 0);
    return (struct overlap_counts){o->n_items, o->too_short, o->n_grams, memory};
}

/* ------------------------------------------------------------------ items */

static int grow(void **p, size_t *cap, size_t need, size_t size, struct err *e)
{
    if (need <= *cap) return 0;
    size_t more = need + *cap / 2 + 64;
    void *q = reallocarray(*p, more, size);
    if (!q) return err_nomem(e, "decontamination");
    *p = q;
    *cap = more;
    return 0;
}

/* The n-grams of the words that fold_text appended at `from`: those words are cut at spaces. */
static int add_grams(struct overlap *o, size_t from, struct err *e)
{
    const struct folded *f = &o->folded;
    size_t n = o->opts.n, at = from;
    int r = grow((void **)&o->gram, &o->cap_grams, o->n_grams + f->n, sizeof *o->gram, e);
    for (size_t i = 0; r == 0 && i + n <= f->n; i++) {
        o->gram[o->n_grams++] = (struct gram){fold_hash(f, i, n, o->power), at, i};
        while (o->words.p[at] != ' ' && o->words.p[at] != '\n') at++;
        at++;
    }
    return r;
}

static int add_item(void *ctx, const char *file, uint64_t line, struct slice id, struct slice text,
                    struct err *e)
{
    struct overlap *o = ctx;
    size_t from = o->words.n;
    int r = fold_words(&o->folded, text, o->opts.flags, e);
    if (r == 0) r = grow((void **)&o->item, &o->cap_items, o->n_items + 1, sizeof *o->item, e);
    if (r < 0) return r;
    struct item x = {file, line, o->ids.n, id.n, from, o->folded.n};
    o->too_short += o->folded.n < o->opts.n;
    buf_put_slice(&o->ids, id);
    r = fold_text(&o->words, text, o->opts.flags, e);
    buf_putc(&o->words, '\n');
    if (r < 0 || o->words.failed || o->ids.failed) return err_nomem(e, "decontamination");
    o->item[o->n_items++] = x;
    return add_grams(o, from, e);
}

int overlap_add_text(struct overlap *o, const char *name, struct slice text, struct err *e)
{
    const char *kept = arena_strndup(&o->names, name, strlen(name));
    if (!kept) return err_nomem(e, "decontamination");
    return items_each(kept, text, o->opts.keys, add_item, o, e);
}

int overlap_add(struct overlap *o, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, FILE_MAX_BYTES);
    int r = file_read(path, FILE_MAX_BYTES, &b, e);
    if (r == 0) r = overlap_add_text(o, path, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

/* ------------------------------------------------------------------ the index */

static int by_hash(const void *a, const void *b)
{
    const struct gram *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Two bits of one word of the bitmap. */
static inline uint64_t *bits_of(const struct overlap *o, uint64_t hash, uint64_t *two)
{
    uint64_t x = (hash ^ hash >> 29) * 0xff51afd7ed558ccdULL;
    *two = 1ULL << (x & 63) | 1ULL << (x >> 6 & 63);
    return &o->bit[x >> (70 - o->bits)];
}

int overlap_ready(struct overlap *o, struct err *e)
{
    if (!o->n_grams)
        return err_set(
            e, ERR_USAGE,
            "decontamination: no item of the evaluation files has %u words or more under the keys %s",
            o->opts.n, o->opts.keys);
    qsort(o->gram, o->n_grams, sizeof *o->gram, by_hash);
    o->bits = 16;
    o->head = 8;
    while (o->bits < 36 && (1ULL << o->bits) < 16 * o->n_grams) o->bits++;
    while (o->head < 30 && (2ULL << o->head) < o->n_grams) o->head++;
    o->bit = calloc((1ULL << o->bits) / 64, sizeof *o->bit);
    o->first = calloc((1ULL << o->head) + 1, sizeof *o->first);
    if (!o->bit || !o->first) return err_nomem(e, "decontamination");
    for (size_t i = 0; i < o->n_grams; i++) {
        uint64_t two, *word = bits_of(o, o->gram[i].hash, &two);
        *word |= two;
        o->first[(o->gram[i].hash >> (64 - o->head)) + 1]++;
    }
    for (size_t i = 0; i < 1ULL << o->head; i++) o->first[i + 1] += o->first[i];
    return 0;
}

/* ------------------------------------------------------------------ finding */

struct match {
    uint64_t item, word; /* which word of the item the gram begins with */
    uint64_t text_word;
};

struct overlap_scratch {
    struct folded folded;
    struct buf part, matches; /* folded piece; of struct match */
    size_t cap_items, cap_spans;
};

struct overlap_found *overlap_found_new(void)
{
    struct overlap_found *f = calloc(1, sizeof *f);
    struct overlap_scratch *s = calloc(1, sizeof *s);
    if (!f || !s) {
        free(f);
        free(s);
        return NULL;
    }
    folded_init(&s->folded);
    buf_init(&s->part, BUF_NO_MAX);
    buf_init(&s->matches, BUF_NO_MAX);
    f->scratch = s;
    return f;
}

void overlap_found_free(struct overlap_found *f)
{
    if (!f) return;
    folded_free(&f->scratch->folded);
    buf_free(&f->scratch->part);
    buf_free(&f->scratch->matches);
    free(f->scratch);
    free(f->item);
    free(f->span);
    free(f);
}

static const struct item *item_at(const struct overlap *o, uint64_t at)
{
    size_t low = 0, high = o->n_items;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (o->item[mid].at <= at)
            low = mid;
        else
            high = mid;
    }
    return &o->item[low];
}

/* The words at `at` are those of the piece, and whole. */
static bool is_same(const struct overlap *o, uint64_t at, struct slice part)
{
    if (o->words.n - at <= part.n || memcmp(o->words.p + at, part.p, part.n) != 0) return false;
    return o->words.p[at + part.n] == ' ' || o->words.p[at + part.n] == '\n';
}

/* The first gram of at least this hash. */
static size_t first_gram(const struct overlap *o, uint64_t hash)
{
    size_t head = hash >> (64 - o->head), low = o->first[head], high = o->first[head + 1];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (o->gram[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The text's n-gram at word i has a hash of the index's: adds what it matches. */
static int add_matches(const struct overlap *o, struct overlap_found *f, struct slice text, size_t i,
                       uint64_t hash, struct err *e)
{
    struct overlap_scratch *s = f->scratch;
    size_t n = 0;
    buf_clear(&s->part);
    for (size_t g = first_gram(o, hash); g < o->n_grams && o->gram[g].hash == hash; g++) {
        uint64_t start = s->folded.word[i].start, end = s->folded.word[i + o->opts.n - 1].end;
        if (!s->part.n && fold_text(&s->part, slice_of(text.p + start, end - start), o->opts.flags, e) < 0)
            return -ERR_IO;
        if (!is_same(o, o->gram[g].at, buf_slice(&s->part))) continue;
        const struct item *x = item_at(o, o->gram[g].at);
        struct match m = {(uint64_t)(x - o->item), o->gram[g].word, i};
        if (buf_put(&s->matches, &m, sizeof m) < 0) return err_nomem(e, "decontamination");
        if (++n == MOST_ITEMS_OF_A_GRAM) break;
    }
    f->grams += n > 0;
    return 0;
}

#define AT_ONCE 32 /* look-ups in flight: a large bitmap lies outside the caches */

/* The hashes of n-grams i to i + count - 1, and where each has its bits, which are on their way when it returns. */
static inline void look_ahead(const struct overlap *o, const struct folded *w, size_t i, size_t count,
                              uint64_t *hash, uint64_t *two, const uint64_t **word)
{
    for (size_t k = 0; k < count; k++) {
        hash[k] = fold_hash(w, i + k, o->opts.n, o->power);
        word[k] = bits_of(o, hash[k], &two[k]);
        __builtin_prefetch(word[k]);
    }
}

static int scan(const struct overlap *o, struct overlap_found *f, struct slice text, struct err *e)
{
    const struct folded *w = &f->scratch->folded;
    uint64_t hash[AT_ONCE], two[AT_ONCE];
    const uint64_t *word[AT_ONCE];
    size_t grams = w->n >= o->opts.n ? w->n - o->opts.n + 1 : 0;
    for (size_t i = 0; i < grams; i += AT_ONCE) {
        size_t count = grams - i < AT_ONCE ? grams - i : AT_ONCE;
        look_ahead(o, w, i, count, hash, two, word);
        for (size_t k = 0; k < count; k++) {
            if (__builtin_expect((*word[k] & two[k]) != two[k], 1)) continue;
            int r = add_matches(o, f, text, i + k, hash[k], e);
            if (r < 0) return r;
        }
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    return x->text_word < y->text_word ? -1 : x->text_word > y->text_word;
}

static int by_item(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    if (x->word != y->word) return x->word < y->word ? -1 : 1;
    return x->text_word < y->text_word ? -1 : x->text_word > y->text_word;
}

static int by_grams(const void *a, const void *b)
{
    const struct overlap_item *x = a, *y = b;
    if (x->grams != y->grams) return x->grams > y->grams ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The words of the text that are covered, and the spans of bytes they make. matches: by text_word. */
static int cover_text(const struct overlap *o, struct overlap_found *f, const struct match *m, size_t n,
                      struct err *e)
{
    const struct folded *w = &f->scratch->folded;
    uint64_t covered = 0, done = 0; /* words before this one are covered or behind */
    for (size_t i = 0; i < n; i++) {
        uint64_t from = m[i].text_word, to = from + o->opts.n;
        struct overlap_span *last = f->n_spans ? &f->span[f->n_spans - 1] : NULL;
        if (to <= done) continue;
        covered += to - (from > done ? from : done);
        if (last && from <= done) {
            last->end = w->word[to - 1].end;
        } else {
            if (grow((void **)&f->span, &f->scratch->cap_spans, f->n_spans + 1, sizeof *f->span, e) < 0)
                return -ERR_IO;
            f->span[f->n_spans++] = (struct overlap_span){w->word[from].start, w->word[to - 1].end};
        }
        done = to;
    }
    f->share = w->n ? (double)covered / (double)w->n : 0;
    return 0;
}

/* One item's matches m[0..n), by their word. */
static struct overlap_item about_item(const struct overlap *o, const struct overlap_found *f,
                                      struct slice text, const struct match *m, size_t n)
{
    const struct item *x = &o->item[m->item];
    const struct folded *w = &f->scratch->folded;
    uint64_t covered = 0, done = 0, grams = 0, first = m->text_word;
    for (size_t i = 0; i < n; i++) {
        uint64_t to = m[i].word + o->opts.n;
        if (m[i].text_word < first) first = m[i].text_word;
        if (i && m[i].word == m[i - 1].word) continue;
        covered += to - (m[i].word > done ? m[i].word : done);
        done = to;
        grams++;
    }
    uint64_t start = w->word[first].start, end = w->word[first + o->opts.n - 1].end;
    return (struct overlap_item){.file = x->file,
                                 .line = x->line,
                                 .id = x->id_n ? slice_of(o->ids.p + x->id_at, x->id_n) : slice_of("", 0),
                                 .grams = grams,
                                 .share = (double)covered / (double)x->words,
                                 .first = slice_of(text.p + start, end - start),
                                 .number = m->item};
}

static int list_items(const struct overlap *o, struct overlap_found *f, struct slice text,
                      const struct match *m, size_t n, struct err *e)
{
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && m[to].item == m[i].item;) to++;
        if (grow((void **)&f->item, &f->scratch->cap_items, f->n_items + 1, sizeof *f->item, e) < 0)
            return -ERR_IO;
        f->item[f->n_items++] = about_item(o, f, text, m + i, to - i);
    }
    if (f->n_items) qsort(f->item, f->n_items, sizeof *f->item, by_grams);
    return 0;
}

int overlap_find(const struct overlap *o, struct overlap_found *f, struct slice text, struct err *e)
{
    f->grams = f->n_items = f->n_spans = 0;
    f->share = 0;
    buf_clear(&f->scratch->matches);
    int r = fold_words(&f->scratch->folded, text, o->opts.flags, e);
    if (r == 0) r = scan(o, f, text, e);
    struct match *m = (struct match *)(void *)f->scratch->matches.p;
    size_t n = f->scratch->matches.n / sizeof *m;
    if (r < 0 || !n) return r;
    qsort(m, n, sizeof *m, by_text);
    r = cover_text(o, f, m, n, e);
    if (r < 0) return r;
    qsort(m, n, sizeof *m, by_item);
    return list_items(o, f, text, m, n, e);
}

/* ------------------------------------------------------------------ cutting out */

static uint64_t back(struct slice text, uint64_t at, unsigned chars, uint64_t least)
{
    while (chars-- && at > least) {
        do at--;
        while (at > least && (text.p[at] & 0xc0) == 0x80);
    }
    return at;
}

static uint64_t ahead(struct slice text, uint64_t at, unsigned chars)
{
    while (chars-- && at < text.n) {
        do at++;
        while (at < text.n && (text.p[at] & 0xc0) == 0x80);
    }
    return at;
}

int64_t overlap_cut(const struct overlap_found *f, struct slice text, unsigned window, unsigned least,
                    struct buf *out)
{
    uint64_t at = 0;
    int64_t pieces = 0;
    if (!text.n) return 0;
    for (size_t i = 0; i <= f->n_spans; i++) {
        bool last = i == f->n_spans;
        uint64_t end = last ? text.n : f->span[i].start > at ? back(text, f->span[i].start, window, at) : at;
        if (end > at && utf8_count(text.p + at, end - at) >= least) {
            if (pieces++) buf_putc(out, '\n');
            buf_put(out, text.p + at, end - at);
        }
        if (!last && f->span[i].end > at) at = ahead(text, f->span[i].end, window);
    }
    return out->failed ? -ERR_IO : pieces;
}
