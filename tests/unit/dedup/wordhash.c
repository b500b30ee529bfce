/* The hashes are those of the words that words_find cuts, lower-cased one by one, and of scripts without spaces of each
 * character, for every kind of vector. */
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

static bool starts_word(uint32_t cp)
{
    return !(unicode_classes(cp) & UC_MARK) && strcmp(unicode_category(cp), "Cf") != 0;
}

/* The end of the first character of p..end, of scripts without spaces, with what belongs to it. */
static const char *character_end(const char *p, const char *end)
{
    uint32_t cp;
    for (p += utf8_decode(p, end, &cp); p < end; p += utf8_decode(p, end, &cp)) {
        utf8_decode(p, end, &cp);
        if (starts_word(cp)) break;
    }
    return p;
}

static void check_next(size_t *k, const char *p, const char *end)
{
    CHECK(*k < fast.n && fast.at[*k] == slow_hash(p, end));
    ++*k;
}

/* Words of scripts without spaces that follow each other at once are one run. */
static size_t run_end(size_t i)
{
    while (i + 1 < words.n && (words.at[i + 1].flags & WORD_IDEO) &&
           words.at[i + 1].offset == words.at[i].offset + words.at[i].bytes)
        i++;
    return i;
}

static void check_text(const char *p, size_t n)
{
    struct slice text = slice_of(p, n);
    size_t k = 0;
    CHECK_INT(wordhash_of(&fast, text, NULL), 0);
    CHECK_INT(words_find(&words, text, NULL), 0);
    for (size_t i = 0; i < words.n; i++) {
        const char *from = p + words.at[i].offset, *stop = from + words.at[i].bytes;
        if (words.at[i].flags & WORD_SYMBOL) continue;
        if (words.at[i].flags & WORD_IDEO) {
            i = run_end(i);
            stop = p + words.at[i].offset + words.at[i].bytes;
            for (const char *next; from < stop; from = next)
                check_next(&k, from, next = character_end(from, stop));
        } else {
            check_next(&k, from, stop);
        }
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

/* One that is changed changes one word, whatever stands around it. */
TEST(scripts_without_spaces)
{
    static const struct {
        const char *text;
        size_t words;
    } cases[] = {{"\u6c34\u8eca\u306f\u56de\u308b\u3002", 5},
                 {"\u4e2d\u6587 mill \u5b57", 4},
                 {"\u30ab\u3099\u30b9", 2},              /* a mark belongs to its letter */
                 {"\u0e01\u0e33\u0e49\u0e07", 3},        /* Thai */
                 {"\u1780\u17d2\u1798", 2},              /* Khmer */
                 {"\u1000\u103b\u102c", 1},              /* Myanmar */
                 {"\u0e81\u0eb2", 2},                    /* Lao */
                 {"\ud55c\uad6d\uc5b4 \ubb38\uc7a5", 2}, /* Korean has spaces */
                 {"\u4e2d\u200d\u6587\u200b\u5b57", 3},
                 {"12\u670824\u65e5", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(wordhash_of(&fast, slice_str(cases[i].text), NULL), 0);
        CHECK_INT(fast.n, cases[i].words);
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
                                         "\u4e2d\u6587",
                                         "\u30ab\u3099",
                                         "\u0e01\u0e33\u0e49",
                                         "\u200b",
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
    RUN(scripts_without_spaces);
    RUN(upper_case_does_not_count);
    RUN(made_texts);
    wordhash_free(&fast);
    words_free(&words);
    return TEST_END();
}
