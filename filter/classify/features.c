/* features.c: a text's hashed words and n-grams with their counts.
 *
 * One pass: bytes go into the word's hash as they are read, so that a word is never looked at twice; each word ends in an
 * entry of an open-addressing table of this text's features, which keeps their order. The table is emptied by
 * counting generations, not by walking over it.
 *
 * In: a text. Out: features. State: the table. Memory: at most 72 bytes a different feature. Time: linear. */
#include "features.h"
#include "common/hash.h"
#include "common/text.h"
#include "real.h"
#include <math.h>
#include <stdlib.h>

#define LEAST_SLOTS 4096
#define SEED UINT64_C(0x9e3779b97f4a7c15)
#define PRIME UINT64_C(0xff51afd7ed558ccd)
#define CHAR_SEED UINT64_C(0xd6e8feb86659fd93)

struct features {
    struct features_opts opts;
    uint64_t *slot;
    uint32_t generation; /* of the slots that belong to this text: 1 to 255 */
    uint64_t room;       /* slots there are */
    uint32_t mask;       /* of those that this text uses */
    feature *found;
    size_t n;
    uint64_t last[FEATURES_MAX_WORDS]; /* hashes of the words before */
    uint64_t n_words;
    uint8_t class_of[256];
    bool failed;
};

enum { SPACE, LINE, SYMBOL, WIDE, LETTER = '0' }; /* from LETTER on: the letter or digit in lower case */

static uint8_t class_of(unsigned c)
{
    if (c >= 'A' && c <= 'Z') return (uint8_t)(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return (uint8_t)c;
    if (c == '\n') return LINE;
    return c <= ' ' || c == 127 ? SPACE : c < 127 ? SYMBOL : WIDE;
}

/* ------------------------------------------------------------------ the table */

/* A slot: the text's generation (8 bits), the feature's index (24), its number in `found` (32). Another generation: free. */
static inline uint64_t key_of(const struct features *f, uint32_t index)
{
    return (uint64_t)f->generation << 24 | index;
}

static inline uint32_t slot_of(const struct features *f, uint32_t index)
{
    return (index * 0x9e3779b1u >> 7) & f->mask;
}

static void place(struct features *f, uint32_t number)
{
    uint32_t index = FEATURE_INDEX(f->found[number]), at = slot_of(f, index);
    while (f->slot[at] >> 56 == f->generation) at = (at + 1) & f->mask;
    f->slot[at] = key_of(f, index) << 32 | number;
}

/* Makes the table of `size` slots, which is not smaller than it was, empty. */
static bool make_table(struct features *f, uint64_t size)
{
    if (size > f->room) {
        uint64_t *slot = size <= UINT64_C(1) << 31 ? calloc(size, sizeof *slot) : NULL;
        feature *found = slot ? realloc(f->found, (size / 4 + 1) * sizeof *found) : NULL;
        if (!found) {
            free(slot);
            return false;
        }
        free(f->slot);
        f->slot = slot;
        f->found = found;
        f->room = size;
        f->generation = 0;
    }
    if (++f->generation == 256) {
        memset(f->slot, 0, f->room * sizeof *f->slot);
        f->generation = 1;
    }
    f->mask = (uint32_t)(size - 1);
    return true;
}

static bool grow(struct features *f)
{
    if (!make_table(f, 2 * ((uint64_t)f->mask + 1))) {
        f->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < f->n; i++) place(f, i);
    return true;
}

/* Whether a feature is new is a coin's toss, so nothing branches on it. Needs room for one more (make_room). */
static inline void count(struct features *f, uint64_t hash)
{
    uint32_t index = (uint32_t)(hash >> (64 - f->opts.bits)), at = slot_of(f, index);
    uint64_t key = key_of(f, index), slot = f->slot[at];
    while (slot >> 32 != key && slot >> 56 == f->generation) {
        at = (at + 1) & f->mask;
        slot = f->slot[at];
    }
    uint32_t known = slot >> 32 == key, mask = 0 - known;
    uint32_t number = ((uint32_t)slot & mask) | ((uint32_t)f->n & ~mask);
    feature old = f->found[number], more = old + (FEATURE_COUNT(old) < 255);
    f->found[number] = (more & mask) | (FEATURE_OF(index, 1) & ~mask);
    f->slot[at] = key << 32 | number;
    f->n += 1 - known;
}

/* For one more feature: the table is at most a quarter full. */
static inline bool make_room(struct features *f)
{
    return f->n < ((size_t)f->mask + 1) / 4 || grow(f);
}

/* A small table for a small text: it stays in the cache. Every fourth byte or so brings a new feature. */
static int empty(struct features *f, size_t text_bytes)
{
    uint64_t size = LEAST_SLOTS;
    while (size < text_bytes && size < f->room) size *= 2;
    f->n = f->n_words = 0;
    f->failed = false;
    return make_table(f, size) ? 0 : -1;
}

struct features *features_new(struct features_opts opts)
{
    struct features *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->opts = opts;
    for (unsigned c = 0; c < 256; c++) f->class_of[c] = class_of(c);
    if (make_table(f, LEAST_SLOTS)) return f;
    features_free(f);
    return NULL;
}

void features_free(struct features *f)
{
    if (!f) return;
    free(f->slot);
    free(f->found);
    free(f);
}

/* ------------------------------------------------------------------ words */

static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= PRIME;
    return h ^ h >> 29;
}

static inline uint64_t step(uint64_t h, uint32_t c)
{
    return (h ^ c) * UINT64_C(0x100000001b3);
}

static inline void put_word(struct features *f, uint64_t hash)
{
    uint64_t chain = hash = mix(hash);
    if (make_room(f)) count(f, chain * SEED);
    for (uint32_t n = 1; n < f->opts.word_ngrams && n <= f->n_words; n++) {
        chain = mix(chain + f->last[n - 1]) * SEED;
        if (make_room(f)) count(f, chain);
    }
    for (uint32_t i = FEATURES_MAX_WORDS - 1; i > 0 && f->opts.word_ngrams > 2; i--)
        f->last[i] = f->last[i - 1];
    f->last[0] = hash + SEED;
    f->n_words++;
}

/* The n-grams of "<word>", of char_min to char_max characters; of very long words those of the beginning. */
static void put_chars(struct features *f, const char *p, const char *end)
{
    uint32_t c[64], n = 0;
    c[n++] = '<';
    while (p < end && n < 63) {
        p += utf8_decode(p, end, &c[n]);
        c[n] = unicode_lower(c[n]);
        n++;
    }
    c[n++] = '>';
    for (uint32_t i = 0; i < n; i++) {
        uint64_t h = CHAR_SEED;
        for (uint32_t j = i; j < n && j - i < f->opts.char_max; j++) {
            h = step(h, c[j]) * SEED;
            if (j - i + 1 >= f->opts.char_min && make_room(f)) count(f, mix(h) * SEED);
        }
    }
}

static void end_word(struct features *f, const char *word, const char *end, uint64_t hash)
{
    if (word == end) return;
    put_word(f, hash);
    if (f->opts.char_max) put_chars(f, word, end);
}

/* What stands at p and is not ASCII: how many bytes; *joins: it goes on with the word; *alone: it is a word by itself. */
static unsigned wide(const char *p, const char *end, uint32_t *cp, bool *joins, bool *alone)
{
    unsigned n = utf8_decode(p, end, cp), class = unicode_classes(*cp);
    *cp = unicode_lower(*cp);
    *joins = (class & (UC_LETTER | UC_MARK | UC_NUMBER)) && !(class & UC_IDEO);
    *alone = !*joins && !(class & UC_SPACE);
    return n;
}

static void put_words(struct features *f, const char *p, const char *end)
{
    const char *word = p;
    uint64_t hash = SEED;
    while (p < end) {
        uint8_t class = f->class_of[(uint8_t)*p];
        uint32_t cp = (uint8_t)*p;
        bool joins = class >= LETTER, alone = class == SYMBOL || class == LINE;
        unsigned n = 1;
        if (joins) cp = class;
        if (class == WIDE) n = wide(p, end, &cp, &joins, &alone);
        if (joins) {
            hash = step(hash, cp);
            for (p += n; p < end && (class = f->class_of[(uint8_t)*p]) >= LETTER; p++)
                hash = step(hash, class);
            continue;
        }
        end_word(f, word, p, hash);
        if (alone) put_word(f, step(SEED, cp));
        p += n;
        while (class == LINE && p < end && f->class_of[(uint8_t)*p] <= LINE) p++;
        word = p;
        hash = SEED;
    }
    end_word(f, word, p, hash);
}

int features_find(struct features *f, struct slice text, const feature **at, size_t *n, struct err *e)
{
    if (empty(f, text.n) < 0) return err_nomem(e, "counting a text's features");
    put_words(f, text.p, text.p + text.n);
    *at = f->found;
    *n = f->n;
    return f->failed ? err_nomem(e, "counting a text's features") : 0;
}

/* ------------------------------------------------------------------ values */

void features_values(float of_count[256])
{
    of_count[0] = 0;
    for (int i = 1; i < 256; i++) of_count[i] = (float)(1 + real_log(i));
}

float features_scale(const float of_count[256], const feature *at, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v = (double)of_count[FEATURE_COUNT(at[i])];
        sum += v * v;
    }
    return n ? (float)(1 / sqrt(sum)) : 0;
}
