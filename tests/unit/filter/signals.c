/* Signals at the edges: short, empty, huge and hostile texts. That ordinary texts are measured as published is tested
 * against a reference in Python: tests/cli/filter/signals.sh. */
#include "filter/signals/signals.h"
#include "tests/unit/test.h"

#define ALL ((1u << SIG_COUNT) - 1)

static double value[SIG_COUNT];

static void measure_n(const char *text, size_t n, uint32_t wanted)
{
    struct signals *s = signals_new();
    for (int i = 0; i < SIG_COUNT; i++) value[i] = -1;
    CHECK_INT(signals_measure(s, slice_of(text, n), wanted, value, NULL), 0);
    signals_free(s);
}

static void measure(const char *text)
{
    measure_n(text, strlen(text), ALL);
}

TEST(empty)
{
    measure("");
    for (int i = 0; i < SIG_COUNT; i++) CHECK_NEAR(value[i], 0, 0);
    measure_n(NULL, 0, ALL);
    for (int i = 0; i < SIG_COUNT; i++) CHECK_NEAR(value[i], 0, 0);
}

TEST(one_character)
{
    measure("a");
    CHECK_NEAR(value[SIG_WORDS], 1, 0);
    CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 1, 0);
    CHECK_NEAR(value[SIG_LETTER_WORDS], 1, 0);
    CHECK_NEAR(value[SIG_TOP_2GRAM], 0, 0);
    measure("#");
    CHECK_NEAR(value[SIG_WORDS], 0, 0);
    CHECK_NEAR(value[SIG_HASH_RATIO], 1, 0);
    CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 0, 0);
    measure("水");
    CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 1, 0);
    measure("\n");
    CHECK_NEAR(value[SIG_DUP_LINES], 0.5, 0); /* two empty pieces */
    CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 0, 0);
    CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 0, 0);
}

TEST(stop_words)
{
    static const char *const stop[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
    static const char *const others[] = {"th",    "b",     "t",   "o",   "an",  "tha",   "hav",
                                         "wit",   "thee",  "bee", "too", "off", "andy",  "thats",
                                         "haves", "withs", "The", "BE",  "a",   "of-the"};
    char all[128] = "";
    for (unsigned i = 0; i < 8; i++) {
        measure(stop[i]); /* at the very end of the text */
        CHECK_NEAR(value[SIG_STOP_WORDS], 1, 0);
        strcat(strcat(all, stop[i]), " ");
        measure(all);
        CHECK_NEAR(value[SIG_STOP_WORDS], i + 1, 0);
        strcat(strcat(all, stop[i]), ", ");
        measure(all);
        CHECK_NEAR(value[SIG_STOP_WORDS], i + 1, 0);
    }
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        measure(others[i]);
        CHECK_NEAR(value[SIG_STOP_WORDS], 0, 0);
    }
}

TEST(words_and_symbols)
{
    measure("one, two three4 55 — #5 #");
    CHECK_NEAR(value[SIG_WORDS], 5, 0); /* one two three4 55 5 */
    CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], (3 + 3 + 6 + 2 + 1) / 5.0, 1e-15);
    CHECK_NEAR(value[SIG_LETTER_WORDS], 3 / 9.0, 1e-15);
    CHECK_NEAR(value[SIG_HASH_RATIO], 2 / 9.0, 1e-15);
    measure("a... b… c.. d.... .");
    CHECK_NEAR(value[SIG_ELLIPSIS_RATIO] * 15, 3, 1e-12); /* 4 words, 3 + 1 + 2 + 4 + 1 symbols */
}

TEST(lines)
{
    measure("- a\n\xE2\x80\xA2 b\n  -c\nd\n- e...\nf…  \ng . . .");
    CHECK_NEAR(value[SIG_BULLET_LINES], 4 / 7.0, 1e-15);
    CHECK_NEAR(value[SIG_ELLIPSIS_LINES], 2 / 7.0, 1e-15);
}

TEST(pieces)
{
    measure("ab\n\n\nab\n\ncd\nab");
    CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 / 3.0, 1e-15);
    CHECK_NEAR(value[SIG_DUP_PARAGRAPH_CHARS], 2 / 14.0, 1e-15);
    CHECK_NEAR(value[SIG_DUP_LINES], 2 / 4.0, 1e-15);
    CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 4 / 14.0, 1e-15);
    measure("é\né");
    CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 1 / 3.0, 1e-15); /* characters, not bytes */
    measure("\n\nab\n\nab\n\n"); /* paragraphs are cut after trimming, lines are not */
    CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 / 2.0, 1e-15);
    CHECK_NEAR(value[SIG_DUP_LINES], 2 / 4.0, 1e-15);
}

TEST(only_what_is_wanted)
{
    for (int s = 0; s < SIG_COUNT; s++) {
        const char *text = "The mill and the river.\n\nThe mill and the river.\n- a ... b\n";
        measure(text);
        double all = value[s];
        measure_n(text, strlen(text), SIGNAL_BIT(s));
        CHECK_NEAR(value[s], all, 0);
    }
    measure_n("a", 1, 0);
    for (int i = 0; i < SIG_COUNT; i++) CHECK_NEAR(value[i], -1, 0);
}

TEST(names_are_different)
{
    for (int a = 0; a < SIG_COUNT; a++)
        for (int b = 0; b < a; b++)
            CHECK(strcmp(signal_name((enum signal)a), signal_name((enum signal)b)) != 0);
}

/* All values finite and, but for the two that are no shares, small. */
static void check_range(void)
{
    for (int i = 0; i < SIG_COUNT; i++) {
        CHECK(value[i] >= 0 && value[i] - value[i] == 0);
        bool share = i != SIG_WORDS && i != SIG_MEAN_WORD_LENGTH && i != SIG_STOP_WORDS &&
                     i != SIG_HASH_RATIO && i != SIG_ELLIPSIS_RATIO &&
                     (i < SIG_TOP_2GRAM || i > SIG_TOP_4GRAM);
        CHECK(!share || value[i] <= 1);
    }
}

static void measure_filled(const char *pattern, size_t n)
{
    char *text = malloc(n);
    size_t p = strlen(pattern);
    for (size_t i = 0; i < n; i++) text[i] = pattern[i % p];
    measure_n(text, n, ALL);
    check_range();
    free(text);
}

#define MIB ((size_t)1 << 20)
#define HALF ((double)MIB / 2)

TEST(a_megabyte_of_the_same)
{
    measure_filled("a", MIB);
    CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], MIB, 0);
    measure_filled("\n", MIB);
    CHECK_NEAR(value[SIG_WORDS], 0, 0);
    CHECK_NEAR(value[SIG_DUP_LINES], 0.5, 0);
    measure_filled(" ", MIB);
    CHECK_NEAR(value[SIG_WORDS], 0, 0);
    measure_filled(".", MIB);
    CHECK_NEAR(value[SIG_LETTER_WORDS], 0, 0);
    measure_filled("#", MIB);
    CHECK_NEAR(value[SIG_HASH_RATIO], 1, 0);
    measure_filled("a\n", MIB);
    CHECK_NEAR(value[SIG_DUP_LINES], 1 - 2.0 / (HALF + 1), 1e-12); /* first "a", last "" */
    CHECK_NEAR(value[SIG_WORDS], HALF, 0);
    measure_filled("a\n\n", 3 * MIB);
    CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 - 1.0 / MIB, 1e-12);
    measure_filled("a ", MIB);
    CHECK_NEAR(value[SIG_TOP_2GRAM], 3.0 * (HALF - 1) / MIB, 1e-12);
    CHECK_NEAR(value[SIG_DUP_5GRAMS], 0.5, 1e-4);
    measure_filled("the \xE2\x80\xA6", 7 * 100000);
    measure_filled("\xE6\xB0\xB4", 3 * 100000);
    measure_filled("- ...\n", 6 * 100000);
}

/* Every word another: nothing repeats, and the tables grow. */
TEST(many_different_lines)
{
    size_t n = 300000;
    char *text = malloc(n * 24), *p = text;
    for (size_t i = 0; i < n; i++) p += sprintf(p, "w%zx %zxq\n", i, i * 7919);
    measure_n(text, (size_t)(p - text), ALL);
    check_range();
    CHECK_NEAR(value[SIG_DUP_LINES], 0, 0);
    CHECK_NEAR(value[SIG_DUP_5GRAMS], 0, 0);
    CHECK_NEAR(value[SIG_TOP_2GRAM] * (double)(p - text), 5, 1e-9); /* "w0 0q", once */
    free(text);
}

/* One measuring object for texts of all sizes in turn. */
TEST(reuse_gives_the_same)
{
    struct signals *kept = signals_new();
    char text[4000] = "";
    for (unsigned i = 0; i < 200; i++) {
        char word[24];
        snprintf(word, sizeof word, i % 9 ? "w%u " : "x\n\n", i * i % 37);
        strcat(text, word);
        size_t n = strlen(text), from = i % 3 ? n / 2 : 0;
        double got[SIG_COUNT] = {0};
        measure_n(text + from, n - from, ALL);
        CHECK_INT(signals_measure(kept, slice_of(text + from, n - from), ALL, got, NULL), 0);
        for (int k = 0; k < SIG_COUNT; k++) CHECK_NEAR(got[k], value[k], 0);
    }
    signals_free(kept);
    signals_free(NULL);
}

int main(void)
{
    RUN(empty);
    RUN(one_character);
    RUN(stop_words);
    RUN(words_and_symbols);
    RUN(lines);
    RUN(pieces);
    RUN(only_what_is_wanted);
    RUN(names_are_different);
    RUN(a_megabyte_of_the_same);
    RUN(many_different_lines);
    RUN(reuse_gives_the_same);
    return TEST_END();
}
