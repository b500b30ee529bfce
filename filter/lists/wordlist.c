/* wordlist.c: phrases by the hash of their words: a table of (hash, words), a bitmap of what phrases begin with. Equal
 * hashes are settled by comparing the words themselves. */
#include "filter/lists/wordlist.h"
#include "common/stream.h"
#include <stdlib.h>

#define LIST_MAX_BYTES (256u << 20)
#define MOST_WORDS 64 /* of one entry */
#define FIRST_BITS 16

struct entry {
    uint64_t hash;
    size_t folded, folded_n; /* in `text`: the words */
    size_t raw, raw_n;       /* in `text`: as it was written, when it has marks; else raw_n is 0 */
    unsigned words, lead;    /* lead: characters of raw before the first word */
};

struct wordlist {
    struct entry *entry;
    size_t n, cap;
    uint32_t *slot; /* number of an entry + 1, by hash; linear probing */
    size_t mask;
    uint64_t lengths; /* a bit for each number of words but one */
    uint64_t power[MOST_WORDS + 1];
    uint64_t first[(1u << FIRST_BITS) / 64];
    struct buf text;
};

static size_t first_bit(uint64_t hash)
{
    return (size_t)(hash * 0x9e3779b97f4a7c15ULL >> (64 - FIRST_BITS));
}

static size_t slot_of(const struct wordlist *l, uint64_t hash, unsigned words)
{
    return (size_t)((hash + words) * 0x9e3779b97f4a7c15ULL >> 20) & l->mask;
}

/* Only letters, digits and single spaces. */
static bool is_plain(struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        i += utf8_decode(s.p + i, s.p + s.n, &cp);
        if (cp != ' ' && !(unicode_classes(cp) & (UC_LETTER | UC_MARK | UC_NUMBER | UC_SYMBOL))) return false;
        if (cp < 0x80 && unicode_classes(cp) & UC_SYMBOL) return false;
    }
    return true;
}

static unsigned chars_before(struct slice s, size_t bytes)
{
    return (unsigned)utf8_count(s.p, bytes);
}

static int add_entry(struct wordlist *l, struct folded *f, struct slice line, struct err *e)
{
    int r = fold_words(f, line, FOLD_SYMBOLS, e);
    if (r < 0 || !f->n || f->n > MOST_WORDS) return r;
    if (l->n == l->cap) {
        struct entry *more = reallocarray(l->entry, l->cap ? 2 * l->cap : 256, sizeof *more);
        if (!more) return err_nomem(e, "reading a word list");
        l->entry = more;
        l->cap = l->cap ? 2 * l->cap : 256;
    }
    struct entry *x = &l->entry[l->n++];
    *x = (struct entry){
        .hash = fold_hash(f, 0, f->n, fold_power(f->n)), .folded = l->text.n, .words = (unsigned)f->n};
    r = fold_text(&l->text, line, FOLD_SYMBOLS, e);
    x->folded_n = l->text.n - x->folded;
    if (!is_plain(line)) {
        x->raw = l->text.n;
        x->raw_n = line.n;
        x->lead = chars_before(line, f->word[0].start);
        buf_put_slice(&l->text, line);
    }
    return l->text.failed ? err_nomem(e, "reading a word list") : r;
}

static bool same_entry(const struct wordlist *l, const struct entry *a, const struct entry *b)
{
    return a->hash == b->hash && a->words == b->words &&
           slice_eq(slice_of(l->text.p + a->folded, a->folded_n),
                    slice_of(l->text.p + b->folded, b->folded_n)) &&
           slice_eq(slice_of(l->text.p + a->raw, a->raw_n), slice_of(l->text.p + b->raw, b->raw_n));
}

static void put_slot(struct wordlist *l, size_t i)
{
    size_t s = slot_of(l, l->entry[i].hash, l->entry[i].words);
    while (l->slot[s] && !same_entry(l, &l->entry[l->slot[s] - 1], &l->entry[i])) s = (s + 1) & l->mask;
    l->slot[s] = (uint32_t)i + 1;
}

static int build(struct wordlist *l, struct folded *f, struct err *e)
{
    size_t slots = 64;
    while (slots < 2 * l->n) slots *= 2;
    l->slot = calloc(slots, sizeof *l->slot);
    if (!l->slot) return err_nomem(e, "reading a word list");
    l->mask = slots - 1;
    for (unsigned n = 0; n <= MOST_WORDS; n++) l->power[n] = fold_power(n);
    for (size_t i = 0; i < l->n; i++) {
        const struct entry *x = &l->entry[i];
        if (fold_words(f, slice_of(l->text.p + x->folded, x->folded_n), FOLD_SYMBOLS, e) < 0) return -ERR_IO;
        size_t bit = first_bit(f->word[0].sum);
        l->first[bit / 64] |= 1ULL << bit % 64;
        l->lengths |= 1ULL << (x->words - 1);
        put_slot(l, i);
    }
    return 0;
}

int wordlist_parse(struct wordlist **list, const char *name, struct slice text, struct err *e)
{
    struct wordlist *l = calloc(1, sizeof *l);
    struct folded f;
    struct slice line;
    int r = 0;
    *list = NULL;
    if (!l) return err_nomem(e, "reading a word list");
    folded_init(&f);
    buf_init(&l->text, BUF_NO_MAX);
    if (utf8_valid_prefix(text.p, text.n) != text.n)
        r = err_set(e, ERR_USAGE, "%s: not UTF-8 at byte %zu; convert the list", name,
                    utf8_valid_prefix(text.p, text.n));
    for (size_t at = 0; r == 0 && line_next(text, &at, &line);) r = add_entry(l, &f, slice_trim(line), e);
    if (r == 0 && !l->n)
        r = err_set(e, ERR_USAGE, "%s: no words in it; a list has one word or phrase a line", name);
    if (r == 0) r = build(l, &f, e);
    folded_free(&f);
    if (r == 0)
        *list = l;
    else
        wordlist_free(l);
    return r;
}

int wordlist_open(struct wordlist **l, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, LIST_MAX_BYTES);
    *l = NULL;
    int r = file_read(path, LIST_MAX_BYTES, &b, e);
    if (r == 0) r = wordlist_parse(l, path, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

void wordlist_free(struct wordlist *l)
{
    if (!l) return;
    free(l->entry);
    free(l->slot);
    buf_free(&l->text);
    free(l);
}

size_t wordlist_entries(const struct wordlist *l)
{
    return l->n;
}

/* ------------------------------------------------------------------ finding */

static bool is_blank(uint32_t cp)
{
    return unicode_classes(cp) & UC_SPACE;
}

/* The entry as written stands at p, case and the kind of spaces aside. */
static bool stands_at(const char *p, const char *end, struct slice raw)
{
    const char *r = raw.p, *r_end = raw.p + raw.n;
    while (r < r_end) {
        uint32_t a, b;
        if (p >= end) return false;
        r += utf8_decode(r, r_end, &a);
        p += utf8_decode(p, end, &b);
        if (unicode_lower(a) != unicode_lower(b) && !(is_blank(a) && is_blank(b))) return false;
    }
    return true;
}

static bool marks_match(const struct wordlist *l, const struct entry *x, struct slice text, size_t start)
{
    size_t at = start;
    for (unsigned k = 0; k < x->lead; k++) {
        if (!at) return false;
        do at--;
        while (at > 0 && (text.p[at] & 0xc0) == 0x80);
    }
    return stands_at(text.p + at, text.p + text.n, slice_of(l->text.p + x->raw, x->raw_n));
}

static bool words_match(const struct wordlist *l, const struct entry *x, struct slice part)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    bool same = fold_text(&b, part, FOLD_SYMBOLS, &e) == 0 &&
                slice_eq(buf_slice(&b), slice_of(l->text.p + x->folded, x->folded_n));
    buf_free(&b);
    return same;
}

static bool phrase_at(const struct wordlist *l, const struct folded *w, struct slice text, size_t i,
                      unsigned words)
{
    uint64_t hash = fold_hash(w, i, words, l->power[words]);
    size_t start = w->word[i].start, end = w->word[i + words - 1].end;
    for (size_t s = slot_of(l, hash, words); l->slot[s]; s = (s + 1) & l->mask) {
        const struct entry *x = &l->entry[l->slot[s] - 1];
        if (x->hash != hash || x->words != words) continue;
        if (!words_match(l, x, slice_of(text.p + start, end - start))) continue;
        if (!x->raw_n || marks_match(l, x, text, start)) return true;
    }
    return false;
}

/* The number of words of the longest phrase that begins with word i; 0: none. */
static unsigned longest_at(const struct wordlist *l, const struct folded *w, struct slice text, size_t i)
{
    for (uint64_t lengths = l->lengths; lengths;) {
        unsigned words = 64 - (unsigned)__builtin_clzll(lengths);
        if (i + words <= w->n && phrase_at(l, w, text, i, words)) return words;
        lengths &= ~(1ULL << (words - 1));
    }
    return 0;
}

void wordlist_count(const struct wordlist *l, const struct folded *w, struct slice text,
                    struct wordlist_count *c)
{
    for (size_t i = 0; i < w->n;) {
        size_t bit = first_bit(fold_hash(w, i, 1, l->power[1]));
        unsigned words = l->first[bit / 64] >> bit % 64 & 1 ? longest_at(l, w, text, i) : 0;
        if (words) {
            size_t start = w->word[i].start, n = w->word[i + words - 1].end - start;
            c->hits++;
            c->words += words;
            if (n > c->longest.n) c->longest = slice_of(text.p + start, n);
        }
        i += words ? words : 1;
    }
}
