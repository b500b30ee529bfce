/* Any bytes, repaired to UTF-8: the options and which units go come from the first three. Units joined again are the text, keys are as
 * many as counted and depend on the unit alone, and the text without the spans is that of the kept units. */
#include "common/text.h"
#include "dedup/units.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

/* The text without the characters of the spans. */
static void cut_spans(struct slice text, char *spans, struct buf *out)
{
    const char *p = text.p, *end = text.p + text.n;
    uint64_t at = 0;
    for (char *s = spans + 1; *s && *s != ']'; s += *s == ',') {
        uint64_t from = strtoull(s + 1, &s, 10), to = strtoull(s + 1, &s, 10);
        double share = strtod(s + 1, &s);
        check(*s++ == ']' && from >= at && to >= from && share > 0 && share <= 1);
        for (uint32_t cp; p < end && at < to; at++) {
            unsigned n = utf8_decode(p, end, &cp);
            if (at < from) buf_put(out, p, n);
            p += n;
        }
        check(at == to);
    }
    buf_put(out, p, (size_t)(end - p));
}

static void check_removed(struct slice text, const uint32_t *counts, size_t n, uint8_t which)
{
    uint32_t *removed = calloc(n + 1, sizeof *removed);
    struct buf left, spans, cut;
    bool any_kept = n == 0;
    buf_init(&left, BUF_NO_MAX);
    buf_init(&spans, BUF_NO_MAX);
    buf_init(&cut, BUF_NO_MAX);
    for (size_t i = 0; i < n; i++) {
        removed[i] = which >> i % 8 & 1 ? counts[i] : 0;
        any_kept |= !removed[i];
    }
    check(units_join_kept(text, removed, &left) == 0);
    check(units_put_spans(text, removed, counts, &spans) == 0 && buf_terminate(&spans) == 0);
    cut_spans(text, spans.p, &cut);
    check(any_kept ? slice_eq(buf_slice(&cut), buf_slice(&left)) : left.n == 0 && cut.n == 0);
    check(which || slice_eq(buf_slice(&left), text));
    buf_free(&left);
    buf_free(&spans);
    buf_free(&cut);
    free(removed);
}

/* Each unit alone has the keys that it has in the text. */
static void check_keys(struct slice text, const struct units *all)
{
    struct units one;
    struct slice unit;
    const char *key = all->keys.p;
    const uint32_t *count = (const uint32_t *)(const void *)all->counts.p;
    units_init(&one, all->opts);
    for (size_t at = 0; unit_next(text, &at, &unit); count++) {
        check(units_of(&one, unit, NULL) == 0);
        check(unit.n == 0 || one.keys.n == *count * sizeof(uint64_t));
        check(unit.n == 0 || one.keys.n == 0 || memcmp(one.keys.p, key, one.keys.n) == 0);
        key += *count * sizeof(uint64_t);
    }
    check(key == all->keys.p + all->keys.n);
    units_free(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 4096) return 0;
    struct units u;
    struct buf text;
    struct units_opts o = {.blank_too = data[0] & 1,
                           .normalize = data[0] & 2,
                           .ngram = data[0] & 4 ? 1 + (data[0] >> 5) : 0,
                           .min_chars = data[0] & 8 ? data[1] & 15 : 0,
                           .min_words = data[0] & 16 ? data[1] >> 4 : 0};
    buf_init(&text, BUF_NO_MAX);
    units_init(&u, o);
    check(buf_reserve(&u.keys, 8) == 0); /* a pointer even to none */
    check(utf8_repair(&text, (const char *)data + 3, size - 3) >= 0);
    check(units_of(&u, buf_slice(&text), NULL) == 0);
    check_keys(buf_slice(&text), &u);
    check_removed(buf_slice(&text), (const uint32_t *)(const void *)u.counts.p, u.counts.n / sizeof(uint32_t),
                  data[2]);
    units_free(&u);
    buf_free(&text);
    return 0;
}
