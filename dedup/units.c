/* units.c: text → units → keys; and the text without some of them.
 *
 * State: per thread, reused. Memory: see units.h. */
#include "dedup/units.h"
#include "common/hash.h"
#include "common/json.h"

#define BASE 0x9E3779B97F4A7C15ULL /* odd: rolling out multiplies by its powers modulo 2^64 */

void units_init(struct units *u, struct units_opts opts)
{
    u->opts = opts;
    wordhash_init(&u->words);
    buf_init(&u->keys, BUF_NO_MAX);
    buf_init(&u->counts, BUF_NO_MAX);
}

void units_free(struct units *u)
{
    wordhash_free(&u->words);
    buf_free(&u->keys);
    buf_free(&u->counts);
}

/* ------------------------------------------------------------------ keys */

static bool is_blank(struct slice unit)
{
    if (unit.n && (unsigned char)*unit.p > ' ' && (unsigned char)*unit.p < 0x80) return false;
    return slice_trim(unit).n == 0;
}

static bool has_chars(struct slice unit, uint64_t n)
{
    return unit.n >= 4 * n || (unit.n >= n && utf8_count(unit.p, unit.n) >= n);
}

static void put_key(struct units *u, uint64_t key)
{
    buf_put(&u->keys, &key, sizeof key);
}

/* One key for each n-gram; for all words where there are fewer. Returns how many. */
static int put_ngrams(struct units *u, struct err *e)
{
    const uint64_t *word = u->words.at;
    size_t words = u->words.n, n = u->opts.ngram < words ? u->opts.ngram : words, count = words - n + 1;
    uint64_t h = 0, base_out = BASE;
    if (buf_reserve(&u->keys, count * sizeof h) < 0) return err_nomem(e, "cutting a text into units");
    uint64_t *key = (uint64_t *)(void *)(u->keys.p + u->keys.n);
    for (size_t i = 0; i < n; i++) {
        h = (h + word[i]) * BASE;
        base_out *= BASE;
    }
    *key++ = hash_mix64(h);
    for (size_t i = n; i < words; i++) {
        h = (h + word[i]) * BASE - word[i - n] * base_out;
        *key++ = hash_mix64(h);
    }
    u->keys.n += count * sizeof h;
    return (int)count;
}

/* Of a unit that is not to be left alone for its characters. Returns how many keys it has. */
static int put_keys(struct units *u, struct slice unit, struct err *e)
{
    const struct units_opts *o = &u->opts;
    if (!o->normalize && !o->ngram && !o->min_words) {
        put_key(u, hash64(unit.p, unit.n));
        return 1;
    }
    int r = wordhash_of(&u->words, unit, e);
    if (r < 0) return r;
    if (u->words.n < o->min_words) return 0;
    if (o->ngram && u->words.n) return put_ngrams(u, e);
    bool bytes = !o->normalize || u->words.n == 0;
    put_key(u, bytes ? hash64(unit.p, unit.n) : hash64(u->words.at, u->words.n * sizeof *u->words.at));
    return 1;
}

int units_of(struct units *u, struct slice text, struct err *e)
{
    struct slice unit;
    buf_clear(&u->keys);
    buf_clear(&u->counts);
    u->blank = 0;
    for (size_t at = 0; unit_next(text, &at, &unit);) {
        bool blank = !u->opts.blank_too && is_blank(unit);
        bool alone = blank || (u->opts.min_chars && !has_chars(unit, u->opts.min_chars));
        u->blank += blank;
        int n = alone ? 0 : put_keys(u, unit, e);
        if (n < 0) return n;
        uint32_t count = (uint32_t)n;
        buf_put(&u->counts, &count, sizeof count);
    }
    return u->keys.failed || u->counts.failed ? err_nomem(e, "cutting a text into units") : 0;
}

/* ------------------------------------------------------------------ the text without some */

int units_join_kept(struct slice text, const uint32_t *removed, struct buf *out)
{
    struct slice unit;
    bool first = true;
    for (size_t at = 0; unit_next(text, &at, &unit); removed++) {
        if (*removed) continue;
        if (!first) buf_putc(out, '\n');
        first = false;
        buf_put_slice(out, unit);
    }
    return out->failed ? -ERR_IO : 0;
}

/* Where the last unit that is kept ends; 0: none is. */
static size_t kept_end(struct slice text, const uint32_t *removed)
{
    struct slice unit;
    size_t end = 0;
    for (size_t at = 0; unit_next(text, &at, &unit); removed++)
        if (!*removed) end = at;
    return end;
}

int units_put_spans(struct slice text, const uint32_t *removed, const uint32_t *counts, struct buf *out)
{
    struct slice unit;
    size_t tail = kept_end(text, removed);
    uint64_t start = 0;
    bool first = true;
    buf_putc(out, '[');
    for (size_t at = 0; unit_next(text, &at, &unit); removed++, counts++) {
        bool newline = at <= text.n, in_tail = tail && (size_t)(unit.p - text.p) >= tail;
        uint64_t end = start + utf8_count(unit.p, unit.n);
        if (*removed) {
            buf_printf(out, "%s[%llu,%llu,", first ? "" : ",", (unsigned long long)(start - in_tail),
                       (unsigned long long)(end + (newline && !in_tail)));
            json_put_num(out, (double)*removed / *counts);
            buf_putc(out, ']');
            first = false;
        }
        start = end + newline;
    }
    buf_putc(out, ']');
    return out->failed ? -ERR_IO : 0;
}
