/* Signals at the edges: short, empty, huge and hostile texts. That ordinary texts are measured as published is tested
 * against a reference in Python: tests/cli/filter/signals.sh. */
#include "filter/signals/signals.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static double value[SIG_COUNT];
static struct signal_frame frame = {.dialect = DIALECT_LEAT, .short_line_chars = 30};

static bool is_given(int s)
{
    return (s >= SIG_C4_LOREM_IPSUM && s <= SIG_REMOVED_WORDS) || s >= SIG_GIVEN;
}

static void measure_n(const char *text, size_t n)
{
    struct signals *s = signals_new();
    signals_begin(s, &frame, slice_of(text, n));
    for (int i = 0; i < SIG_COUNT; i++) CHECK_INT(signals_value(s, (enum signal)i, &value[i], NULL), 0);
    signals_free(s);
}

static void measure(const char *text)
{
    measure_n(text, strlen(text));
}

static void check_empty(void)
{
    for (int i = 0; i < SIG_COUNT; i++)
        CHECK_NEAR(value[i], i == SIG_LINES || i == SIG_UNPUNCTUATED_LINES || i == SIG_FEW_WORD_LINES, 0);
}

TEST(empty)
{
    measure("");
    check_empty();
    measure_n(NULL, 0);
    check_empty();
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

TEST(alone_as_together)
{
    const char *text = "The mill and the river.\n\nThe mill and the river.\n- a ... b\n";
    measure(text);
    for (int i = 0; i < SIG_COUNT; i++) {
        double alone = -1;
        struct signals *s = signals_new();
        signals_begin(s, &frame, slice_str(text));
        CHECK(!signals_known(s, (enum signal)i) || is_given(i));
        CHECK_INT(signals_value(s, (enum signal)i, &alone, NULL), 0);
        CHECK_NEAR(alone, value[i], 0);
        CHECK(signals_known(s, (enum signal)i));
        signals_free(s);
    }
}

TEST(names_are_different)
{
    for (int a = 0; a < SIG_COUNT; a++)
        for (int b = 0; b < a; b++)
            CHECK(strcmp(signal_name((enum signal)a), signal_name((enum signal)b)) != 0);
}

static bool is_share(int s)
{
    static const enum signal counts[] = {
        SIG_CHARS,
        SIG_WORDS,
        SIG_MEAN_WORD_LENGTH,
        SIG_MEDIAN_WORD_LENGTH,
        SIG_STOP_WORDS,
        SIG_STOP_WORD_COUNT,
        SIG_HASH_RATIO,
        SIG_ELLIPSIS_RATIO,
        SIG_SYMBOL_RATIO,
        SIG_LONG_LINES,
        SIG_FULL_LINES,
        SIG_NEWLINE_RATIO,
        SIG_LINES,
        SIG_UNPUNCTUATED_LINES,
        SIG_FEW_WORD_LINES,
        SIG_TOP_2GRAM,
        SIG_TOP_3GRAM,
        SIG_TOP_4GRAM /* one space between words may be more than there was */};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (s == (int)counts[i]) return false;
    return true;
}

/* All values finite and, where they are shares, at most 1. */
static void check_range(void)
{
    for (int i = 0; i < SIG_COUNT; i++) {
        CHECK(value[i] >= 0 && value[i] - value[i] == 0);
        CHECK(!is_share(i) || value[i] <= 1);
    }
}

static void measure_filled(const char *pattern, size_t n)
{
    char *text = malloc(n);
    size_t p = strlen(pattern);
    for (size_t i = 0; i < n; i++) text[i] = pattern[i % p];
    measure_n(text, n);
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
    measure_n(text, (size_t)(p - text));
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
        measure_n(text + from, n - from);
        signals_begin(kept, &frame, slice_of(text + from, n - from));
        for (int k = 0; k < SIG_COUNT; k++) CHECK_INT(signals_value(kept, (enum signal)k, &got[k], NULL), 0);
        for (int k = 0; k < SIG_COUNT; k++) CHECK_NEAR(got[k], value[k], 0);
    }
    signals_free(kept);
    signals_free(NULL);
}

/* What signals_test answers by bounds is what the exact value says, in all dialects and around each value. */
static void check_tests(const char *text)
{
    for (int d = DIALECT_LEAT; d <= DIALECT_DCLM; d++) {
        struct signal_frame exact = {.dialect = (enum dialect)d, .short_line_chars = 30}, quick = exact;
        struct signals *a = signals_new(), *b = signals_new();
        quick.by_bounds = true;
        for (int g = 0; g < SIG_COUNT; g++) {
            double v = 0, narrow;
            for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
                simd_limit((enum simd)simd);
                signals_begin(a, &exact, slice_str(text));
                CHECK_INT(signals_value(a, (enum signal)g, simd ? &v : &narrow, NULL), 0);
                CHECK(simd == SIMD_PLAIN || v == narrow);
            }
            const double thresholds[] = {v, v * 0.99, v * 1.01, v / 2, v * 2, v - 1, v + 1, 0};
            for (unsigned k = 0; k < 16; k++) {
                bool holds = false, below = k & 1;
                double t = thresholds[k / 2];
                signals_begin(b, &quick, slice_str(text));
                CHECK_INT(signals_test(b, (enum signal)g, below, t, &holds, NULL), 0);
                CHECK_INT(holds, below ? v < t : v > t);
            }
        }
        signals_free(a);
        signals_free(b);
    }
}

TEST(bounds_decide_as_values)
{
    static const char *const words[] = {"the ", "mill ",     "of ",     "a ",  "river, ",  "…", "... ", "\n",
                                        "# ",   "stone\n\n", "be to\n", "水 ", "\xC2\xA0 "};
    uint64_t state = 7;
    for (unsigned round = 0; round < 60; round++) {
        char text[4000] = "";
        unsigned n = round * 3, kinds = 2 + round % 12;
        for (unsigned i = 0; i < n; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            strcat(text, words[(state >> 33) % kinds]);
        }
        check_tests(text);
    }
}

TEST(entropy)
{
    measure("a b c d");
    CHECK_NEAR(value[SIG_ENTROPY], 1, 1e-12);
    measure("a a a b"); /* (log 4 - 3/4 log 3) / log 2 */
    CHECK_NEAR(value[SIG_ENTROPY], 0.8112781244591328, 1e-12);
    measure("a a a a");
    CHECK_NEAR(value[SIG_ENTROPY], 0, 0);
}

TEST(stop_words_of_a_language)
{
    struct slice words[] = {slice_str("der"), slice_str("für"), slice_str("der")};
    struct stop_words *stop = NULL;
    CHECK_INT(stop_words_new(&stop, words, 3, NULL), 0);
    frame.stop = stop;
    measure("der Müller für den Fluss, der");
    CHECK_NEAR(value[SIG_STOP_WORDS], 2, 0);
    CHECK_NEAR(value[SIG_STOP_WORD_COUNT], 3, 0);
    measure("the of and");
    CHECK_NEAR(value[SIG_STOP_WORDS], 0, 0);
    frame.stop = NULL;
    stop_words_free(stop);
}

TEST(signals_are_found_by_name)
{
    for (int i = 0; i < SIG_COUNT; i++) CHECK_INT(signal_find(signal_name((enum signal)i)), i);
    CHECK_INT(signal_find("no such"), -1);
}

int main(void)
{
    RUN(bounds_decide_as_values);
    RUN(entropy);
    RUN(stop_words_of_a_language);
    RUN(signals_are_found_by_name);
    RUN(empty);
    RUN(one_character);
    RUN(stop_words);
    RUN(words_and_symbols);
    RUN(lines);
    RUN(pieces);
    RUN(alone_as_together);
    RUN(names_are_different);
    RUN(a_megabyte_of_the_same);
    RUN(many_different_lines);
    RUN(reuse_gives_the_same);
    return TEST_END();
}
