/* Words and sentences against what spaCy, datatrove and uniseg cut (words_recorded.json, made by words_record.py). */
#include "filter/words/words.h"
#include "common/hash.h"
#include "common/simd.h"
#include "common/json.h"
#include "filter/words/spacy.h"
#include "filter/words/uax29.h"
#include "tests/unit/test.h"

static struct words words;
static struct err e;

/* The words, joined by spaces. */
static void joined(struct buf *b, struct slice text)
{
    buf_clear(b);
    for (size_t i = 0; i < words.n; i++) {
        if (i) buf_putc(b, ' ');
        buf_put(b, text.p + words.at[i].offset, words.at[i].bytes);
    }
}

static struct slice nth(struct json list, int n)
{
    struct json_iter i = json_iter(list);
    struct slice s = {"", 0};
    while (n-- >= 0) json_next(&i);
    json_str(i.value, &s);
    return s;
}

typedef int cutter(struct words *w, struct slice text, struct err *e);

static int cut_en(struct words *w, struct slice text, struct err *x)
{
    return words_split(w, DIALECT_DATATROVE, slice_str(""), text, x);
}
static int cut_en_plain(struct words *w, struct slice text, struct err *x)
{
    return spacy_words_plain(w, &spacy_en, text, x);
}
static int cut_xx(struct words *w, struct slice text, struct err *x)
{
    return words_split(w, DIALECT_DATATROVE, slice_str("deu_Latn"), text, x);
}
static int cut_xx_plain(struct words *w, struct slice text, struct err *x)
{
    return spacy_words_plain(w, &spacy_xx, text, x);
}
static int cut_dclm(struct words *w, struct slice text, struct err *x)
{
    return words_split(w, DIALECT_DCLM, slice_str("en"), text, x);
}

static struct json_file *recorded(void)
{
    struct json_file *f = NULL;
    char path[4096];
    const char *root = getenv("LEAT_ROOT");
    snprintf(path, sizeof path, "%s/tests/unit/filter/words_recorded.json", root ? root : ".");
    CHECK(json_load(&f, path, 64 << 20, &e) == 0);
    return f;
}

/* Every case's text, cut, is the n-th of the case. */
static void compare(cutter *cut, int n)
{
    struct json_file *f = recorded();
    struct buf b;
    size_t cases = 0;
    buf_init(&b, BUF_NO_MAX);
    if (!f) return;
    for (struct json_iter i = json_iter(json_root(f)); json_next(&i); cases++) {
        struct slice text = nth(i.value, 0), want = nth(i.value, n);
        CHECK(cut(&words, text, &e) == 0);
        joined(&b, text);
        CHECK_MEM(b.p ? b.p : "", b.n, want.p, want.n);
    }
    CHECK(cases > 1000);
    buf_free(&b);
    json_free(f);
}

TEST(english)
{
    compare(cut_en, 1);
}
TEST(english_plain)
{
    compare(cut_en_plain, 1);
}
TEST(other_languages)
{
    compare(cut_xx, 2);
}
TEST(other_languages_plain)
{
    compare(cut_xx_plain, 2);
}
TEST(uax29)
{
    compare(cut_dclm, 4);
}

TEST(sentences)
{
    struct json_file *f = recorded();
    if (!f) return;
    for (struct json_iter i = json_iter(json_root(f)); json_next(&i);) {
        struct slice text = nth(i.value, 0);
        struct json_iter part = json_iter(i.value);
        for (int n = 0; n < 4; n++) json_next(&part);
        CHECK(sentences_split(&words, DIALECT_DATATROVE, slice_str("en"), text, &e) == 0);
        CHECK_INT(words.n, json_size(part.value));
        struct json_iter s = json_iter(part.value);
        for (size_t k = 0; k < words.n && json_next(&s); k++) {
            uint64_t chars = 0;
            json_uint(s.value, &chars);
            CHECK_INT(words.at[k].chars, chars);
        }
    }
    json_free(f);
}

/* The quick way cuts the words of the plain one. */
static void check_same(const struct spacy_rules *rules, struct slice text, const struct words *plain)
{
    CHECK_INT(spacy_words(&words, rules, text, &e), 0);
    CHECK_INT(words.n, plain->n);
    for (size_t i = 0; i < words.n && i < plain->n; i++) {
        const struct word *a = &words.at[i], *b = &plain->at[i];
        CHECK(a->offset == b->offset && a->bytes == b->bytes && a->chars == b->chars && a->flags == b->flags);
    }
}

/* Texts longer than a window, so that every offset in it is met. */
TEST(windows)
{
    const char *tail = "Mr. Smith's \"well-known\" dogs, can't (bark): 10km! aren't, 8) 42. etc.";
    struct words plain;
    words_init(&plain);
    for (int lead = 0; lead < 200; lead++) {
        char text[1024];
        int n = snprintf(text, sizeof text, "%.*s%s %s %s", lead, "aaaa bbb cc d ", lead > 14 ? "x" : "",
                         tail, tail);
        for (int k = 14; k < lead; k++) n += snprintf(text + n, sizeof text - (size_t)n, "y");
        n += snprintf(text + n, sizeof text - (size_t)n, " %s %s", tail, tail);
        struct slice s = slice_of(text, (size_t)n);
        CHECK_INT(spacy_words_plain(&plain, &spacy_en, s, &e), 0);
        for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
            simd_limit((enum simd)simd);
            check_same(&spacy_en, s, &plain);
        }
    }
    words_free(&plain);
}

/* Chunks put together from pieces that the rules, exceptions and quick ways treat in many ways. */
TEST(chunks_of_pieces)
{
    static const char *const pieces[] = {
        "a",       "the",    "don",    "cannot", "Mr",      "NFL", "St",  "o",      "O",      "x",
        "XD",      "'",      "\u2019", "'s",     "\u2019s", "'S",  "n't", "t",      "s",      "am",
        "km",      "th",     "it",     "Id",     "us",      "we",  ".",   ",",      ";",      ":",
        "!",       "?",      "\"",     "(",      ")",       "-",   "--",  "\u2013", "\u2026", "8",
        "0",       "19",     "%",      "$",      "&",       "/",   "<",   "3",      "=",      ":)",
        "<3",      "\u00e9", "\u6c34", "\u201c", "\u201d",  " ",   " ",   " ",      "\n",     "well-known",
        "o'clock", "ma'am",  "goin'",  "Jan",
    };
    const struct spacy_rules *const rules[] = {&spacy_en, &spacy_xx};
    struct words plain;
    uint64_t state = 1;
    words_init(&plain);
    for (int round = 0; round < 20000; round++) {
        char text[1024];
        size_t n = 0;
        for (unsigned k = 0; k < 40; k++) {
            uint64_t draw = hash_mix64(state++);
            const char *piece = pieces[draw % (sizeof pieces / sizeof *pieces)];
            memcpy(text + n, piece, strlen(piece));
            n += strlen(piece);
            if (draw >> 32 & 1) text[n++] = ' ';
        }
        simd_limit((enum simd)(round % 3));
        struct slice s = slice_of(text, n);
        CHECK_INT(spacy_words_plain(&plain, rules[round % 2], s, &e), 0);
        check_same(rules[round % 2], s, &plain);
    }
    words_free(&plain);
}

TEST(flags)
{
    struct slice text = slice_str("word 42 ... a1 \xC3\xA9\xCC\x81 \xE2\x82\xAC _ \xE2\x80\xA6 x:y");
    uint32_t want[] = {WORD_LETTER, WORD_NUMBER, WORD_SYMBOL, WORD_LETTER | WORD_NUMBER,
                       WORD_LETTER, 0,           WORD_SYMBOL, WORD_SYMBOL,
                       WORD_LETTER, WORD_SYMBOL, WORD_LETTER};
    CHECK(words_split(&words, DIALECT_DATATROVE, slice_str("en"), text, &e) == 0);
    CHECK_INT(words.n, 11);
    for (size_t i = 0; i < words.n && i < 11; i++) CHECK_INT(words.at[i].flags, want[i]);
    CHECK(words.n > 4 && words.at[4].chars == 2 && words.at[4].bytes == 4);
}

TEST(white_space)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    struct slice text = slice_of(" a\xC2\xA0"
                                 "b\0c  (d)\xE3\x80\x80\x1C"
                                 "e\n",
                                 18);
    CHECK(words_split(&words, DIALECT_DOLMA, slice_str("en"), text, &e) == 0);
    joined(&b, text);
    CHECK_MEM(b.p, b.n, "a b\0c (d) e", 11);
    buf_free(&b);
}

/* Chinese words are a dictionary's, of more than one character. */
TEST(dictionary)
{
    struct slice text = slice_str("\xE4\xB8\xAD\xE5\x9B\xBD\xE4\xBA\xBA\xE6\xB0\x91"); /* 中国人民 */
    CHECK(words_split(&words, DIALECT_DATATROVE, slice_str("zho_Hans"), text, &e) == 0);
    CHECK(words.n >= 1 && words.n < 4);
}

TEST(names)
{
    for (int d = DIALECT_LEAT; d <= DIALECT_DCLM; d++)
        CHECK_INT(dialect_find(dialect_name((enum dialect)d)), d);
    CHECK_INT(dialect_find("datatrove"), -1);
}

int main(void)
{
    words_init(&words);
    RUN(english);
    RUN(english_plain);
    RUN(other_languages);
    RUN(other_languages_plain);
    RUN(uax29);
    RUN(sentences);
    RUN(windows);
    RUN(chunks_of_pieces);
    RUN(flags);
    RUN(white_space);
    RUN(dictionary);
    RUN(names);
    words_free(&words);
    return TEST_END();
}
