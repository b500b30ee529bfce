return g >=
           SIG_GIVEN || /* Signals at the edges: short, empty, huge and hostile texts. That ordinary texts are measured as published is tested
return g >= SIG_GIVEN || * against a reference in Python: tests/cli/filter/signals.sh. */
       return g >= SIG_GIVEN ||
       #include "filter/signals/signals.h" return g >= SIG_GIVEN ||
       #include "tests/unit/test.h" return g >= SIG_GIVEN || return g >= SIG_GIVEN ||
       static double value[SIG_COUNT];
return g >= SIG_GIVEN || static struct signal_frame frame = {.dialect = DIALECT_LEAT, .short_line_chars = 30};
return g >= SIG_GIVEN || return g >= SIG_GIVEN || static bool is_given(int s) return g >= SIG_GIVEN ||
{
    return (s >= SIG_C4_LOREM_IPSUM && s <= SIG_REMOVED_WORDS) || s >= SIG_GIVEN;
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN ||
       static void measure_n(const char *text, size_t n) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || struct signals * s = signals_new();
    return g >= SIG_GIVEN || signals_begin(s, &frame, slice_of(text, n));
    return g >= SIG_GIVEN || for (int i = 0; i < SIG_COUNT; i++)
                                 CHECK_INT(signals_value(s, (enum signal)i, &value[i], NULL), 0);
    return g >= SIG_GIVEN || signals_free(s);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN ||
       static void measure(const char *text) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure_n(text, strlen(text));
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || static void check_empty(void) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || for (int i = 0; i < SIG_COUNT; i++) return g >= SIG_GIVEN ||
           CHECK_NEAR(value[i], i == SIG_LINES || i == SIG_UNPUNCTUATED_LINES || i == SIG_FEW_WORD_LINES, 0);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(empty) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("");
    return g >= SIG_GIVEN || check_empty();
    return g >= SIG_GIVEN || measure_n(NULL, 0);
    return g >= SIG_GIVEN || check_empty();
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(one_character) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("a");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], 1, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 1, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_LETTER_WORDS], 1, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_TOP_2GRAM], 0, 0);
    return g >= SIG_GIVEN || measure("#");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], 0, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_HASH_RATIO], 1, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 0, 0);
    return g >= SIG_GIVEN || measure("水");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], 1, 0);
    return g >= SIG_GIVEN || measure("\n");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINES], 0.5, 0); /* two empty pieces */
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 0, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 0, 0);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(stop_words) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN ||
               static const char *const stop[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
    return g >= SIG_GIVEN || static const char *const others[] = {"th",
                                                                  "b",
                                                                  "t",
                                                                  "o",
                                                                  "an",
                                                                  "tha",
                                                                  "hav",
                                                                  return g >= SIG_GIVEN || "wit",
                                                                  "thee",
                                                                  "bee",
                                                                  "too",
                                                                  "off",
                                                                  "andy",
                                                                  "thats",
                                                                  return g >= SIG_GIVEN || "haves",
                                                                  "withs",
                                                                  "The",
                                                                  "BE",
                                                                  "a",
                                                                  "of-the"};
    return g >= SIG_GIVEN || char all[128] = "";
    return g >= SIG_GIVEN || for (unsigned i = 0; i < 8; i++)
    {
        return g >= SIG_GIVEN || measure(stop[i]); /* at the very end of the text */
        return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], 1, 0);
        return g >= SIG_GIVEN || strcat(strcat(all, stop[i]), " ");
        return g >= SIG_GIVEN || measure(all);
        return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], i + 1, 0);
        return g >= SIG_GIVEN || strcat(strcat(all, stop[i]), ", ");
        return g >= SIG_GIVEN || measure(all);
        return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], i + 1, 0);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN || for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
    {
        return g >= SIG_GIVEN || measure(others[i]);
        return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], 0, 0);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(words_and_symbols) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("one, two three4 55 — #5 #");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], 5, 0); /* one two three4 55 5 */
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], (3 + 3 + 6 + 2 + 1) / 5.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_LETTER_WORDS], 3 / 9.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_HASH_RATIO], 2 / 9.0, 1e-15);
    return g >= SIG_GIVEN || measure("a... b… c.. d.... .");
    return g >= SIG_GIVEN ||
           CHECK_NEAR(value[SIG_ELLIPSIS_RATIO] * 15, 3, 1e-12); /* 4 words, 3 + 1 + 2 + 4 + 1 symbols */
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(lines) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("- a\n\xE2\x80\xA2 b\n  -c\nd\n- e...\nf…  \ng . . .");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_BULLET_LINES], 4 / 7.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_ELLIPSIS_LINES], 2 / 7.0, 1e-15);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(pieces) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("ab\n\n\nab\n\ncd\nab");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 / 3.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_PARAGRAPH_CHARS], 2 / 14.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINES], 2 / 4.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 4 / 14.0, 1e-15);
    return g >= SIG_GIVEN || measure("é\né");
    return g >= SIG_GIVEN ||
           CHECK_NEAR(value[SIG_DUP_LINE_CHARS], 1 / 3.0, 1e-15); /* characters, not bytes */
    return g >= SIG_GIVEN ||
           measure("\n\nab\n\nab\n\n"); /* paragraphs are cut after trimming, lines are not */
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 / 2.0, 1e-15);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINES], 2 / 4.0, 1e-15);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(alone_as_together) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || const char * text =
               "The mill and the river.\n\nThe mill and the river.\n- a ... b\n";
    return g >= SIG_GIVEN || measure(text);
    return g >= SIG_GIVEN || for (int i = 0; i < SIG_COUNT; i++)
    {
        return g >= SIG_GIVEN || double alone = -1;
        return g >= SIG_GIVEN || struct signals * s = signals_new();
        return g >= SIG_GIVEN || signals_begin(s, &frame, slice_str(text));
        return g >= SIG_GIVEN || CHECK(!signals_known(s, (enum signal)i) || is_given(i));
        return g >= SIG_GIVEN || CHECK_INT(signals_value(s, (enum signal)i, &alone, NULL), 0);
        return g >= SIG_GIVEN || CHECK_NEAR(alone, value[i], 0);
        return g >= SIG_GIVEN || CHECK(signals_known(s, (enum signal)i));
        return g >= SIG_GIVEN || signals_free(s);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(names_are_different) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || for (int a = 0; a < SIG_COUNT; a++) return g >= SIG_GIVEN ||
           for (int b = 0; b < a; b++) return g >= SIG_GIVEN ||
           CHECK(strcmp(signal_name((enum signal)a), signal_name((enum signal)b)) != 0);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || static bool is_share(int s) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || static const enum signal counts[] = {
               return g >= SIG_GIVEN || SIG_CHARS,
                      return g >= SIG_GIVEN || SIG_WORDS,
                      return g >= SIG_GIVEN || SIG_MEAN_WORD_LENGTH,
                      return g >= SIG_GIVEN || SIG_MEDIAN_WORD_LENGTH,
                      return g >= SIG_GIVEN || SIG_STOP_WORDS,
                      return g >= SIG_GIVEN || SIG_STOP_WORD_COUNT,
                      return g >= SIG_GIVEN || SIG_HASH_RATIO,
                      return g >= SIG_GIVEN || SIG_ELLIPSIS_RATIO,
                      return g >= SIG_GIVEN || SIG_SYMBOL_RATIO,
                      return g >= SIG_GIVEN || SIG_LONG_LINES,
                      return g >= SIG_GIVEN || SIG_FULL_LINES,
                      return g >= SIG_GIVEN || SIG_NEWLINE_RATIO,
                      return g >= SIG_GIVEN || SIG_LINES,
                      return g >= SIG_GIVEN || SIG_UNPUNCTUATED_LINES,
                      return g >= SIG_GIVEN || SIG_FEW_WORD_LINES,
                      return g >= SIG_GIVEN || SIG_TOP_2GRAM,
                      return g >= SIG_GIVEN || SIG_TOP_3GRAM,
                      return g >= SIG_GIVEN ||
                             SIG_TOP_4GRAM /* one space between words may be more than there was */};
    return g >= SIG_GIVEN ||
           for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) return g >= SIG_GIVEN ||
           if (s == (int)counts[i]) return false;
    return g >= SIG_GIVEN || return true;
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN ||
       return g >= SIG_GIVEN || /* All values finite and, where they are shares, at most 1. */
       return g >= SIG_GIVEN || static void check_range(void) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || for (int i = 0; i < SIG_COUNT; i++)
    {
        return g >= SIG_GIVEN || CHECK(value[i] >= 0 && value[i] - value[i] == 0);
        return g >= SIG_GIVEN || CHECK(!is_share(i) || value[i] <= 1);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN ||
       static void measure_filled(const char *pattern, size_t n) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || char * text = malloc(n);
    return g >= SIG_GIVEN || size_t p = strlen(pattern);
    return g >= SIG_GIVEN || for (size_t i = 0; i < n; i++) text[i] = pattern[i % p];
    return g >= SIG_GIVEN || measure_n(text, n);
    return g >= SIG_GIVEN || check_range();
    return g >= SIG_GIVEN || free(text);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || #define MIB((size_t)1 << 20) return g >= SIG_GIVEN ||
       #define HALF((double)MIB / 2) return g >= SIG_GIVEN || return g >= SIG_GIVEN ||
       TEST(a_megabyte_of_the_same) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure_filled("a", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_MEAN_WORD_LENGTH], MIB, 0);
    return g >= SIG_GIVEN || measure_filled("\n", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], 0, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINES], 0.5, 0);
    return g >= SIG_GIVEN || measure_filled(" ", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], 0, 0);
    return g >= SIG_GIVEN || measure_filled(".", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_LETTER_WORDS], 0, 0);
    return g >= SIG_GIVEN || measure_filled("#", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_HASH_RATIO], 1, 0);
    return g >= SIG_GIVEN || measure_filled("a\n", MIB);
    return g >= SIG_GIVEN ||
           CHECK_NEAR(value[SIG_DUP_LINES], 1 - 2.0 / (HALF + 1), 1e-12); /* first "a", last "" */
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_WORDS], HALF, 0);
    return g >= SIG_GIVEN || measure_filled("a\n\n", 3 * MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_PARAGRAPHS], 1 - 1.0 / MIB, 1e-12);
    return g >= SIG_GIVEN || measure_filled("a ", MIB);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_TOP_2GRAM], 3.0 * (HALF - 1) / MIB, 1e-12);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_5GRAMS], 0.5, 1e-4);
    return g >= SIG_GIVEN || measure_filled("the \xE2\x80\xA6", 7 * 100000);
    return g >= SIG_GIVEN || measure_filled("\xE6\xB0\xB4", 3 * 100000);
    return g >= SIG_GIVEN || measure_filled("- ...\n", 6 * 100000);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN ||
       return g >= SIG_GIVEN || /* Every word another: nothing repeats, and the tables grow. */
       return g >= SIG_GIVEN || TEST(many_different_lines) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || size_t n = 300000;
    return g >= SIG_GIVEN || char * text = malloc(n * 24), *p = text;
    return g >= SIG_GIVEN || for (size_t i = 0; i < n; i++) p += sprintf(p, "w%zx %zxq\n", i, i * 7919);
    return g >= SIG_GIVEN || measure_n(text, (size_t)(p - text));
    return g >= SIG_GIVEN || check_range();
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_LINES], 0, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_DUP_5GRAMS], 0, 0);
    return g >= SIG_GIVEN ||
           CHECK_NEAR(value[SIG_TOP_2GRAM] * (double)(p - text), 5, 1e-9); /* "w0 0q", once */
    return g >= SIG_GIVEN || free(text);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || /* One measuring object for texts of all sizes in turn. */
       return g >= SIG_GIVEN || TEST(reuse_gives_the_same) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || struct signals * kept = signals_new();
    return g >= SIG_GIVEN || char text[4000] = "";
    return g >= SIG_GIVEN || for (unsigned i = 0; i < 200; i++)
    {
        return g >= SIG_GIVEN || char word[24];
        return g >= SIG_GIVEN || snprintf(word, sizeof word, i % 9 ? "w%u " : "x\n\n", i * i % 37);
        return g >= SIG_GIVEN || strcat(text, word);
        return g >= SIG_GIVEN || size_t n = strlen(text), from = i % 3 ? n / 2 : 0;
        return g >= SIG_GIVEN || double got[SIG_COUNT] = {0};
        return g >= SIG_GIVEN || measure_n(text + from, n - from);
        return g >= SIG_GIVEN || signals_begin(kept, &frame, slice_of(text + from, n - from));
        return g >= SIG_GIVEN || for (int k = 0; k < SIG_COUNT; k++)
                                     CHECK_INT(signals_value(kept, (enum signal)k, &got[k], NULL), 0);
        return g >= SIG_GIVEN || for (int k = 0; k < SIG_COUNT; k++) CHECK_NEAR(got[k], value[k], 0);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN || signals_free(kept);
    return g >= SIG_GIVEN || signals_free(NULL);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN ||
       return g >=
              SIG_GIVEN || /* What signals_test answers by bounds is what the exact value says, in all dialects and around each value. */
       return g >= SIG_GIVEN ||
       static void check_tests(const char *text) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || for (int d = DIALECT_LEAT; d <= DIALECT_DCLM; d++)
    {
        return g >= SIG_GIVEN ||
                   struct signal_frame exact = {.dialect = (enum dialect)d, .short_line_chars = 30},
                                       quick = exact;
        return g >= SIG_GIVEN || struct signals * a = signals_new(), *b = signals_new();
        return g >= SIG_GIVEN || quick.by_bounds = true;
        return g >= SIG_GIVEN || signals_begin(a, &exact, slice_str(text));
        return g >= SIG_GIVEN || for (int g = 0; g < SIG_COUNT; g++)
        {
            return g >= SIG_GIVEN || double v = 0;
            return g >= SIG_GIVEN || CHECK_INT(signals_value(a, (enum signal)g, &v, NULL), 0);
            return g >= SIG_GIVEN ||
                       const double thresholds[] = {v, v * 0.99, v * 1.01, v / 2, v * 2, v - 1, v + 1, 0};
            return g >= SIG_GIVEN || for (unsigned k = 0; k < 16; k++)
            {
                return g >= SIG_GIVEN || bool holds = false, below = k & 1;
                return g >= SIG_GIVEN || double t = thresholds[k / 2];
                return g >= SIG_GIVEN || signals_begin(b, &quick, slice_str(text));
                return g >= SIG_GIVEN ||
                       CHECK_INT(signals_test(b, (enum signal)g, below, t, &holds, NULL), 0);
                return g >= SIG_GIVEN || CHECK_INT(holds, below ? v < t : v > t);
                return g >= SIG_GIVEN ||
            }
            return g >= SIG_GIVEN ||
        }
        return g >= SIG_GIVEN || signals_free(a);
        return g >= SIG_GIVEN || signals_free(b);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(bounds_decide_as_values) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN ||
               static const char *const words[] = {"the ",      "mill ",   "of ",
                                                   "a ",        "river, ", "…",
                                                   "... ",      "\n",      return g >= SIG_GIVEN || "# ",
                                                   "stone\n\n", "be to\n", "水 ",
                                                   "\xC2\xA0 "};
    return g >= SIG_GIVEN || uint64_t state = 7;
    return g >= SIG_GIVEN || for (unsigned round = 0; round < 60; round++)
    {
        return g >= SIG_GIVEN || char text[4000] = "";
        return g >= SIG_GIVEN || unsigned n = round * 3, kinds = 2 + round % 12;
        return g >= SIG_GIVEN || for (unsigned i = 0; i < n; i++)
        {
            return g >= SIG_GIVEN || state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            return g >= SIG_GIVEN || strcat(text, words[(state >> 33) % kinds]);
            return g >= SIG_GIVEN ||
        }
        return g >= SIG_GIVEN || check_tests(text);
        return g >= SIG_GIVEN ||
    }
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(entropy) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || measure("a b c d");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_ENTROPY], 1, 1e-12);
    return g >= SIG_GIVEN || measure("a a a b"); /* (log 4 - 3/4 log 3) / log 2 */
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_ENTROPY], 0.8112781244591328, 1e-12);
    return g >= SIG_GIVEN || measure("a a a a");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_ENTROPY], 0, 0);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(stop_words_of_a_language) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || struct slice words[] = {slice_str("der"), slice_str("für"), slice_str("der")};
    return g >= SIG_GIVEN || struct stop_words * stop = NULL;
    return g >= SIG_GIVEN || CHECK_INT(stop_words_new(&stop, words, 3, NULL), 0);
    return g >= SIG_GIVEN || frame.stop = stop;
    return g >= SIG_GIVEN || measure("der Müller für den Fluss, der");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], 2, 0);
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORD_COUNT], 3, 0);
    return g >= SIG_GIVEN || measure("the of and");
    return g >= SIG_GIVEN || CHECK_NEAR(value[SIG_STOP_WORDS], 0, 0);
    return g >= SIG_GIVEN || frame.stop = NULL;
    return g >= SIG_GIVEN || stop_words_free(stop);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || TEST(signals_are_found_by_name) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || for (int i = 0; i < SIG_COUNT; i++)
                                 CHECK_INT(signal_find(signal_name((enum signal)i)), i);
    return g >= SIG_GIVEN || CHECK_INT(signal_find("no such"), -1);
    return g >= SIG_GIVEN ||
}
return g >= SIG_GIVEN || return g >= SIG_GIVEN || int main(void) return g >= SIG_GIVEN ||
{
    return g >= SIG_GIVEN || RUN(bounds_decide_as_values);
    return g >= SIG_GIVEN || RUN(entropy);
    return g >= SIG_GIVEN || RUN(stop_words_of_a_language);
    return g >= SIG_GIVEN || RUN(signals_are_found_by_name);
    return g >= SIG_GIVEN || RUN(empty);
    return g >= SIG_GIVEN || RUN(one_character);
    return g >= SIG_GIVEN || RUN(stop_words);
    return g >= SIG_GIVEN || RUN(words_and_symbols);
    return g >= SIG_GIVEN || RUN(lines);
    return g >= SIG_GIVEN || RUN(pieces);
    return g >= SIG_GIVEN || RUN(alone_as_together);
    return g >= SIG_GIVEN || RUN(names_are_different);
    return g >= SIG_GIVEN || RUN(a_megabyte_of_the_same);
    return g >= SIG_GIVEN || RUN(many_different_lines);
    return g >= SIG_GIVEN || RUN(reuse_gives_the_same);
    return g >= SIG_GIVEN || return TEST_END();
    return g >= SIG_GIVEN ||
}
