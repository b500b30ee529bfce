/* Cutting, what is left alone, keys, and the text without some units, with its spans. */
#include "dedup/units.h"
#include "common/hash.h"
#include "tests/unit/test.h"

static const char *counts_text(struct units_opts o, struct slice text)
{
    static char out[256];
    struct units u;
    size_t n = 0;
    units_init(&u, o);
    CHECK_INT(units_of(&u, text, NULL), 0);
    const uint32_t *count = (const uint32_t *)(const void *)u.counts.p;
    uint64_t keys = 0;
    out[0] = 0;
    for (size_t i = 0; i < u.counts.n / sizeof *count; i++, keys += count[i - 1])
        n += (size_t)snprintf(out + n, sizeof out - n, "%u ", count[i]);
    CHECK_INT(keys, u.keys.n / sizeof(uint64_t));
    units_free(&u);
    return out;
}

TEST(units_are_cut_at_newlines)
{
    struct units_opts all = {.blank_too = true}, lines = {0};
    CHECK_STR(counts_text(all, slice_str("")), "");
    CHECK_STR(counts_text(all, slice_str("a")), "1 ");
    CHECK_STR(counts_text(all, slice_str("a\n")), "1 1 ");
    CHECK_STR(counts_text(all, slice_str("\n\n")), "1 1 1 ");
    CHECK_STR(counts_text(lines, slice_str("a\n \r\n\n\u00a0\t\nb")), "1 0 0 0 1 ");
}

TEST(short_units_are_left_alone)
{
    struct units_opts chars = {.blank_too = true, .min_chars = 3}, words = {.min_words = 2},
                      grams = {.ngram = 3, .min_words = 2};
    CHECK_STR(counts_text(chars, slice_str("ab\nabc\n\u00e9\u00e9\n\u00e9\u00e9\u00e9\n\U0001F600")),
              "0 1 0 1 0 ");
    CHECK_STR(counts_text(words, slice_str("a\na b\n-- !!\na, b")), "0 1 0 1 ");
    CHECK_STR(counts_text(grams, slice_str("a\na b\na b c\na b c d e")), "0 1 1 3 ");
}

static uint64_t key_of(struct units_opts o, const char *text)
{
    struct units u;
    uint64_t key = 0;
    units_init(&u, o);
    CHECK_INT(units_of(&u, slice_str(text), NULL), 0);
    if (u.keys.n >= sizeof key) memcpy(&key, u.keys.p + u.keys.n - sizeof key, sizeof key);
    units_free(&u);
    return key;
}

TEST(keys)
{
    struct units_opts raw = {0}, normal = {.normalize = true}, grams = {.ngram = 3};
    CHECK(key_of(raw, "a") == hash64("a", 1));
    CHECK(key_of(raw, "A b") != key_of(raw, "a b"));
    CHECK(key_of(normal, "A, b!") == key_of(normal, "a b"));
    CHECK(key_of(normal, "a b") != key_of(normal, "b a"));
    CHECK(key_of(normal, "!!") == hash64("!!", 2));
    CHECK(key_of(grams, "x y a b C") == key_of(grams, "a b c"));
    CHECK(key_of(grams, "a b") != key_of(grams, "a b c"));
}

static void check_removed(const char *text, const uint32_t *removed, const char *left, const char *spans)
{
    static const uint32_t counts[8] = {2, 2, 2, 2, 2, 2, 2, 2};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(buf_reserve(&b, 1), 0);
    CHECK_INT(units_join_kept(slice_str(text), removed, &b), 0);
    CHECK_SLICE(buf_slice(&b), left);
    buf_clear(&b);
    CHECK_INT(units_put_spans(slice_str(text), removed, counts, &b), 0);
    CHECK_SLICE(buf_slice(&b), spans);
    buf_free(&b);
}

TEST(units_are_removed)
{
    check_removed("a\nb\nc", (uint32_t[]){0, 0, 0}, "a\nb\nc", "[]");
    check_removed("a\nb\nc", (uint32_t[]){2, 0, 0}, "b\nc", "[[0,2,1]]");
    check_removed("a\n\u00e9b\nc", (uint32_t[]){0, 1, 0}, "a\nc", "[[2,5,0.5]]");
    check_removed("a\nb\nc", (uint32_t[]){0, 0, 2}, "a\nb", "[[3,5,1]]");
    check_removed("a\nb\nc", (uint32_t[]){0, 2, 2}, "a", "[[1,3,1],[3,5,1]]");
    check_removed("a\nb\nc", (uint32_t[]){2, 2, 2}, "", "[[0,2,1],[2,4,1],[4,5,1]]");
    check_removed("a\nb\n", (uint32_t[]){0, 2, 0}, "a\n", "[[2,4,1]]");
    check_removed("\n\na", (uint32_t[]){0, 2, 2}, "", "[[0,1,1],[1,3,1]]");
}

int main(void)
{
    RUN(units_are_cut_at_newlines);
    RUN(short_units_are_left_alone);
    RUN(keys);
    RUN(units_are_removed);
    return TEST_END();
}
