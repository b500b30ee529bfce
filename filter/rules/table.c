/* table.c: the published rules, as data.
 *
 * datatrove 0.10 (and leat, the same over leat's words): huggingface/datatrove's gopher_repetition_filter.py,
 * gopher_quality_filter.py, c4_filters.py, fineweb_quality_filter.py, whose reasons the names are; order of
 * examples/fineweb.py; fineweb-2: huggingface/fineweb-2's fineweb-2-pipeline.py. Thresholds of Gopher: Rae et al. 2021,
 * arXiv 2112.11446, tables A1 and A2. dolma 1.2: thresholds of the Dolma corpus (Soldaini et al. 2024, appendix "Gopher
 * rules") over the taggers' values. dclm: mlfoundations/dclm's dclm_baseline_refinedweb.yaml, in its order. */
#include "filter/rules/table.h"
#include <math.h>

#define BELOW true
#define ABOVE false
#define ROW(name, block, signal, below, threshold)                          \
    {                                                                       \
        name, BLOCK_##block, SIG_##signal, below, true, threshold, 0, false \
    }
#define FIRM(name, block, signal, below, threshold)                          \
    {                                                                        \
        name, BLOCK_##block, SIG_##signal, below, false, threshold, 0, false \
    } /* 0 is a threshold like others */
#define EDIT(name, block, threshold, what)                                  \
    {                                                                       \
        name, BLOCK_##block, SIG_COUNT, false, true, threshold, what, false \
    }

#define NGRAM_ROWS(block)                                                                               \
    ROW("top_2_gram", block, TOP_2GRAM, ABOVE, 0.20), ROW("top_3_gram", block, TOP_3GRAM, ABOVE, 0.18), \
        ROW("top_4_gram", block, TOP_4GRAM, ABOVE, 0.16),                                               \
        ROW("duplicated_5_n_grams", block, DUP_5GRAMS, ABOVE, 0.15),                                    \
        ROW("duplicated_6_n_grams", block, DUP_6GRAMS, ABOVE, 0.14),                                    \
        ROW("duplicated_7_n_grams", block, DUP_7GRAMS, ABOVE, 0.13),                                    \
        ROW("duplicated_8_n_grams", block, DUP_8GRAMS, ABOVE, 0.12),                                    \
        ROW("duplicated_9_n_grams", block, DUP_9GRAMS, ABOVE, 0.11),                                    \
        ROW("duplicated_10_n_grams", block, DUP_10GRAMS, ABOVE, 0.10)

/* clang-format off */
#define LIMIT_ROWS                                              \
    FIRM("min_chars", LIMITS, CHARS, BELOW, 200),               \
    FIRM("max_chars", LIMITS, CHARS, ABOVE, 1000000),           \
    FIRM("min_words", LIMITS, WORDS, BELOW, 50),                \
    FIRM("max_words", LIMITS, WORDS, ABOVE, 100000),            \
    FIRM("min_entropy", LIMITS, ENTROPY, BELOW, 0.8),           \
    FIRM("max_entropy", LIMITS, ENTROPY, ABOVE, 1),             \
    FIRM("language_score", LIMITS, LANGUAGE_SCORE, BELOW, 0.65), \
    FIRM("min_perplexity", LIMITS, PERPLEXITY, BELOW, 10),      \
    FIRM("max_perplexity", LIMITS, PERPLEXITY, ABOVE, 1500),    \
    FIRM("classifier_score", LIMITS, CLASSIFIER_SCORE, BELOW, 0.5), \
    FIRM("min_tokens", LIMITS, TOKENS, BELOW, 512),             \
    FIRM("max_tokens", LIMITS, TOKENS, ABOVE, 2048)

#define REFINEDWEB_ROWS                                                                                          \
    EDIT("rw_capitals", REFINEDWEB, 0.5, "removes lines with a share of capitals > %g"),                         \
    EDIT("rw_digits", REFINEDWEB, 1, "removes lines of digits alone"),                                           \
    EDIT("rw_counter", REFINEDWEB, 1, "removes lines that are counters, such as \"3 likes\""),                   \
    EDIT("rw_one_word", REFINEDWEB, 1, "removes lines of a single word"),                                        \
    EDIT("rw_fixed_parts", REFINEDWEB, 1, "cuts \"items in cart\", \"Read more...\" and \"Sign-in\" out of short lines"), \
    ROW("rw_removed_words", REFINEDWEB, REMOVED_WORDS, ABOVE, 0.05)

static const struct rule datatrove[] = {
    FIRM("empty", REPETITION, CHARS, BELOW, 1),
    ROW("dup_para_frac", REPETITION, DUP_PARAGRAPHS, ABOVE, 0.3),
    ROW("dup_para_char_frac", REPETITION, DUP_PARAGRAPH_CHARS, ABOVE, 0.2),
    ROW("dup_line_frac", REPETITION, DUP_LINES, ABOVE, 0.3),
    ROW("dup_line_char_frac", REPETITION, DUP_LINE_CHARS, ABOVE, 0.2),
    NGRAM_ROWS(REPETITION),
    ROW("gopher_short_doc", QUALITY, WORDS, BELOW, 50),
    ROW("gopher_long_doc", QUALITY, WORDS, ABOVE, 100000),
    ROW("gopher_below_avg_threshold", QUALITY, MEAN_WORD_LENGTH, BELOW, 3),
    ROW("gopher_above_avg_threshold", QUALITY, MEAN_WORD_LENGTH, ABOVE, 10),
    ROW("gopher_too_many_hashes", QUALITY, HASH_RATIO, ABOVE, 0.1),
    ROW("gopher_too_many_ellipsis", QUALITY, ELLIPSIS_RATIO, ABOVE, 0.1),
    ROW("gopher_too_many_bullets", QUALITY, BULLET_LINES, ABOVE, 0.9),
    ROW("gopher_too_many_end_ellipsis", QUALITY, ELLIPSIS_LINES, ABOVE, 0.3),
    ROW("gopher_below_alpha_threshold", QUALITY, LETTER_WORDS, BELOW, 0.8),
    ROW("gopher_enough_stop_words", QUALITY, STOP_WORDS, BELOW, 2),
    EDIT("c4_too_long_word", C4, 1000, "removes lines with a word of more than %g characters"),
    EDIT("c4_citation", C4, 1, "removes [1], [edit] and [citation needed]"),
    EDIT("c4_no_terminal_punct", C4, 1, "removes lines that do not end in one of . ? ! \" '"),
    EDIT("c4_too_few_words", C4, 3, "removes lines of fewer than %g words"),
    EDIT("c4_javascript", C4, 1, "removes lines that say \"javascript\""),
    EDIT("c4_policy", C4, 1, "removes lines about cookies, privacy policies, terms of use"),
    ROW("lorem_ipsum", C4, C4_LOREM_IPSUM, ABOVE, 0.5),
    ROW("curly_bracket", C4, C4_CURLY_BRACKET, ABOVE, 0.5),
    FIRM("too_few_sentences", C4, C4_SENTENCES, BELOW, 5),
    FIRM("too_few_paragraphs", C4_PARAGRAPH, LONG_LINES, BELOW, 3),
    FIRM("fineweb_empty", FINEWEB, FULL_LINES, BELOW, 1),
    FIRM("line_punct_ratio", FINEWEB, PUNCT_LINES, BELOW, 0.12),
    FIRM("short_line_ratio", FINEWEB, SHORT_LINES, ABOVE, 0.67),
    FIRM("char_dup_ratio", FINEWEB, LINE_CHAR_DUPS, ABOVE, 0.01),
    FIRM("list_ratio", FINEWEB, NEWLINE_RATIO, ABOVE, 0.3),
    REFINEDWEB_ROWS,
    LIMIT_ROWS,
};
static const enum block datatrove_order[] = {BLOCK_PATTERNS, BLOCK_REPETITION, BLOCK_QUALITY, BLOCK_C4,
                                             BLOCK_C4_PARAGRAPH, BLOCK_FINEWEB, BLOCK_REFINEDWEB, BLOCK_LIMITS};

#define DOLMA_GOPHER(block, v)                                                                    \
    FIRM("word_count_min", block, WORDS, BELOW, 50),                                              \
    FIRM("word_count_max", block, WORDS, ABOVE, 100000),                                          \
    FIRM("median_word_length_min", block, MEDIAN_WORD_LENGTH, BELOW, 3),                          \
    FIRM("median_word_length_max", block, MEDIAN_WORD_LENGTH, ABOVE, 10),                         \
    FIRM("symbol_to_word_ratio", block, SYMBOL_RATIO, ABOVE, 0.1),                                \
    FIRM("fraction_of_words_with_alpha_character", block, LETTER_WORDS, BELOW, 0.8),              \
    FIRM("required_word_count", block, STOP_WORD_COUNT, BELOW, 2),                                \
    FIRM("fraction_of_lines_starting_with_bullet_point", block, BULLET_LINES##v, ABOVE, 0.9),     \
    FIRM("fraction_of_lines_ending_with_ellipsis", block, ELLIPSIS_LINES##v, ABOVE, 0.3),         \
    FIRM("fraction_of_duplicate_lines", block, DUP_LINES##v, ABOVE, 0.3),                         \
    FIRM("fraction_of_characters_in_duplicate_lines", block, DUP_LINE_CHARS##v, ABOVE, 0.3),      \
    FIRM("fraction_of_characters_in_most_common_2grams", block, TOP_2GRAM, ABOVE, 0.20),          \
    FIRM("fraction_of_characters_in_most_common_3grams", block, TOP_3GRAM, ABOVE, 0.18),          \
    FIRM("fraction_of_characters_in_most_common_4grams", block, TOP_4GRAM, ABOVE, 0.16),          \
    FIRM("fraction_of_characters_in_duplicate_5grams", block, DUP_5GRAMS, ABOVE, 0.15),           \
    FIRM("fraction_of_characters_in_duplicate_6grams", block, DUP_6GRAMS, ABOVE, 0.14),           \
    FIRM("fraction_of_characters_in_duplicate_7grams", block, DUP_7GRAMS, ABOVE, 0.13),           \
    FIRM("fraction_of_characters_in_duplicate_8grams", block, DUP_8GRAMS, ABOVE, 0.12),           \
    FIRM("fraction_of_characters_in_duplicate_9grams", block, DUP_9GRAMS, ABOVE, 0.11),           \
    FIRM("fraction_of_characters_in_duplicate_10grams", block, DUP_10GRAMS, ABOVE, 0.10)

/* dolma's c4 taggers only mark lines; a document goes for what it has anywhere. */
#define DOLMA_C4(block, v)                                         \
    FIRM("has_curly_brace", block, HAS_CURLY_BRACE, ABOVE, 0.5),   \
    FIRM("has_lorem_ipsum", block, HAS_LOREM_IPSUM, ABOVE, 0.5),   \
    FIRM("has_javascript", block, HAS_JAVASCRIPT##v, ABOVE, 0.5),  \
    FIRM("line_count", block, LINES, BELOW, 0),                    \
    FIRM("lines_with_no_ending_punctuation", block, UNPUNCTUATED_LINES, ABOVE, INFINITY), \
    FIRM("lines_with_too_few_words", block, FEW_WORD_LINES, ABOVE, INFINITY)

static const struct rule dolma[] = {
    DOLMA_GOPHER(GOPHER_V1, _V1), DOLMA_GOPHER(GOPHER_V2, ), DOLMA_C4(C4_V1, _V1), DOLMA_C4(C4_V2, ), LIMIT_ROWS,
};
static const enum block dolma_order[] = {BLOCK_PATTERNS, BLOCK_GOPHER_V1, BLOCK_GOPHER_V2, BLOCK_C4_V1, BLOCK_C4_V2,
                                         BLOCK_LIMITS};

static const struct rule dclm[] = {
    FIRM("page_length_min", QUALITY, WORDS, BELOW, 50),
    FIRM("page_length_max", QUALITY, WORDS, ABOVE, 100000),
    FIRM("word_length_min", QUALITY, MEAN_WORD_LENGTH, BELOW, 3),
    FIRM("word_length_max", QUALITY, MEAN_WORD_LENGTH, ABOVE, 10),
    FIRM("symbol_ratio", QUALITY, SYMBOL_RATIO, ABOVE, 0.1),
    FIRM("bullet_count", QUALITY, BULLET_LINES, ABOVE, 0.9),
    FIRM("ellipsis_count", QUALITY, ELLIPSIS_LINES, ABOVE, 0.3),
    FIRM("alphabetic_word_ratio", QUALITY, LETTER_WORDS, BELOW, 0.8),
    FIRM("stop_word", QUALITY, STOP_WORD_COUNT, BELOW, 2),
    FIRM("dup_line_frac", REPETITION, DUP_LINES, ABOVE, 0.3),
    FIRM("dup_para_frac", REPETITION, DUP_PARAGRAPHS, ABOVE, 0.3),
    FIRM("dup_line_char_frac", REPETITION, DUP_LINE_CHARS, ABOVE, 0.2),
    FIRM("dup_para_char_frac", REPETITION, DUP_PARAGRAPH_CHARS, ABOVE, 0.2),
    NGRAM_ROWS(REPETITION),
    REFINEDWEB_ROWS,
    LIMIT_ROWS,
};
static const enum block dclm_order[] = {BLOCK_PATTERNS, BLOCK_QUALITY, BLOCK_REPETITION, BLOCK_REFINEDWEB, BLOCK_LIMITS};
/* clang-format on */

#define SIZE(a) (sizeof(a) / sizeof *(a))

const struct rule *table_rules(enum dialect d, size_t *n)
{
    switch (d) {
    case DIALECT_DOLMA: *n = SIZE(dolma); return dolma;
    case DIALECT_DCLM: *n = SIZE(dclm); return dclm;
    default: *n = SIZE(datatrove); return datatrove;
    }
}

const enum block *table_order(enum dialect d, size_t *n)
{
    switch (d) {
    case DIALECT_DOLMA: *n = SIZE(dolma_order); return dolma_order;
    case DIALECT_DCLM: *n = SIZE(dclm_order); return dclm_order;
    default: *n = SIZE(datatrove_order); return datatrove_order;
    }
}

#define OURS (1u << DIALECT_DATATROVE | 1u << DIALECT_LEAT)
#define DOLMA (1u << DIALECT_DOLMA)
#define DCLM (1u << DIALECT_DCLM)
#define END BLOCK_COUNT

static const struct preset presets[] = {
    {.name = "gopher-repetition", .dialects = OURS | DCLM, .blocks = {BLOCK_REPETITION, END}},
    {.name = "gopher-quality", .dialects = OURS | DCLM, .blocks = {BLOCK_QUALITY, END}},
    {.name = "c4", .dialects = OURS, .blocks = {BLOCK_C4, END}},
    {.name = "c4-paragraph", .dialects = OURS, .blocks = {BLOCK_C4_PARAGRAPH, END}},
    {.name = "fineweb", .dialects = OURS, .blocks = {BLOCK_FINEWEB, END}},
    {.name = "refinedweb-lines", .dialects = OURS | DCLM, .blocks = {BLOCK_REFINEDWEB, END}},
    {.name = "fineweb-2024",
     .dialects = OURS,
     .blocks = {BLOCK_REPETITION, BLOCK_QUALITY, BLOCK_C4, BLOCK_FINEWEB},
     .changes = {{"c4_no_terminal_punct", NAN}}},
    {.name = "fineweb-2",
     .dialects = OURS,
     .blocks = {BLOCK_REPETITION, BLOCK_FINEWEB, BLOCK_QUALITY, END},
     .ordered = true,
     .changes = {{"dup_para_frac", 0},
                 {"dup_para_char_frac", 0},
                 {"dup_line_char_frac", 0},
                 {"short_line_ratio", 999},
                 {"char_dup_ratio", 0.1}}},
    {.name = "gopher-v1", .dialects = DOLMA, .blocks = {BLOCK_GOPHER_V1, END}},
    {.name = "gopher-v2", .dialects = DOLMA, .blocks = {BLOCK_GOPHER_V2, END}},
    {.name = "c4-v1", .dialects = DOLMA, .blocks = {BLOCK_C4_V1, END}},
    {.name = "c4-v2", .dialects = DOLMA, .blocks = {BLOCK_C4_V2, END}},
    {.name = "dclm-baseline",
     .dialects = DCLM,
     .blocks = {BLOCK_QUALITY, BLOCK_REPETITION, BLOCK_REFINEDWEB, END}},
};

const struct preset *table_presets(size_t *n)
{
    *n = SIZE(presets);
    return presets;
}
