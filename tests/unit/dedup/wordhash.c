/* The hashes are those of the words that words_find cuts, lower-cased one by one, for every kind of vector. */
#include "dedup/wordhash.h"
#include "common/hash.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static struct wordhash fast;
static struct words words;

static uint64_t slow_hash(const char *p, const char *end)
{
    struct buf lower;
    buf_init(&lower, BUF_NO_MAX);
    while (p < end) {
        uint32_t cp;
        char bytes[4];
        p += utf8_decode(p, end, &cp);
        buf_put(&lower, bytes, utf8_encode(unicode_lower(cp), bytes));
    }
    uint64_t h = wordhash_word(lower.p, lower.n);
    buf_free(&lower);
    return h;
}

static void check_text(const char *p, size_t n)
{
    struct slice text = slice_of(p, n);
    size_t k = 0;
    CHECK_INT(wordhash_of(&fast, text, NULL), 0);
    CHECK_INT(words_find(&words, text, NULL), 0);
    for (size_t i = 0; i < words.n; i++) {
        const struct word *w = &words.at[i];
        if (w->flags & WORD_SYMBOL) continue;
        CHECK(k < fast.n && fast.at[k] == slow_hash(p + w->offset, p + w->offset + w->bytes));
        k++;
    }
    CHECK_INT(k, fast.n);
}

TEST(known_texts)
{
    static const char *const texts[] = {
        "",
        "a",
        "The Mill's well-known 3,000 e.g. A.B. don't -- 1.5.",
        "na\u00efve \u4e2d\u6587\u5b57 caf\u00e9 \u212aelvin \u00c9COLE e\u0301 x",
        "antidisestablishmentarianism Pneumonoultramicroscopicsilicovolcanoconiosis x",
        "0123456789012345678901234567890123456789012345678901234567890123456789x"};
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_text(texts[i], strlen(texts[i]));
    }
}

TEST(upper_case_does_not_count)
{
    CHECK_INT(wordhash_of(&fast, slice_str("\u00c9COLE Mill KELVIN"), NULL), 0);
    uint64_t a[3];
    memcpy(a, fast.at, sizeof a);
    CHECK_INT(wordhash_of(&fast, slice_str("\u00e9cole mill \u212aelvin"), NULL), 0);
    CHECK(fast.n == 3 && memcmp(a, fast.at, sizeof a) == 0);
}

TEST(made_texts)
{
    static const char *const pieces[] = {"a",
                                         "The",
                                         "mill",
                                         "characteristics",
                                         "responsibilities",
                                         "internationalization",
                                         "x",
                                         "3",
                                         "14",
                                         "\u00e9",
                                         "\u4e2d",
                                         "\u0301",
                                         "\u200d",
                                         "\u2019",
                                         "'",
                                         "-",
                                         ".",
                                         ",",
                                         " ",
                                         " ",
                                         " ",
                                         " ",
                                         "\n",
                                         "!",
                                         "\"",
                                         "(",
                                         "_",
                                         "\u201c",
                                         "\xff",
                                         "\xe2\x80"};
    uint64_t state = 3;
    for (int round = 0; round < 30000; round++) {
        char text[2048];
        size_t n = 0;
        unsigned most = 1 + (unsigned)(hash_mix64(state++) % 90), plain = (unsigned)(hash_mix64(state++) % 3);
        for (unsigned k = 0; k < most; k++) {
            uint64_t draw = hash_mix64(state++);
            size_t which = draw % (sizeof pieces / sizeof *pieces);
            if (plain && pieces[which][0] & 0x80) which = 0; /* most texts are ASCII for a while */
            memcpy(text + n, pieces[which], strlen(pieces[which]));
            n += strlen(pieces[which]);
            if (draw >> 40 & 1) text[n++] = ' ';
        }
        simd_limit((enum simd)(round % 3));
        check_text(text, n);
    }
}

int main(void)
{
    wordhash_init(&fast);
    words_init(&words);
    RUN(known_texts);
    RUN(upper_case_does_not_count);
    RUN(made_texts);
    wordhash_free(&fast);
    words_free(&words);
    return TEST_END();
}
