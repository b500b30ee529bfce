/* Repeated n-grams and the table of numbers, against quadratic searches. */
#include "filter/signals/ngrams.h"
#include "tests/unit/test.h"

#define MOST 300

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

/* ------------------------------------------------------------------ names */

TEST(numbers_in_order_of_appearance)
{
    struct names t = {0};
    for (unsigned round = 0; round < 3; round++) {
        size_t n = round == 1 ? 100 : 70000;
        names_reset(&t, round == 2 ? n : 0);
        for (size_t i = 0; i < n; i++) {
            CHECK_INT(names_of(&t, i * i * 31 + round), i);
            CHECK_INT(names_of(&t, (i / 2) * (i / 2) * 31 + round), i / 2);
        }
        CHECK_INT(t.n, n);
        CHECK(!t.failed);
    }
    names_free(&t);
}

TEST(all_keys_are_allowed)
{
    struct names t = {0};
    static const uint64_t keys[] = {0, UINT64_MAX, 1, 1ULL << 63, 0xffffffff00000000ULL};
    names_reset(&t, 0);
    for (unsigned i = 0; i < 10; i++) CHECK_INT(names_of(&t, keys[i % 5]), i % 5);
    names_free(&t);
}

TEST(too_many_is_a_failure_not_a_crash)
{
    struct names t = {0};
    names_reset(&t, (size_t)1 << 40);
    CHECK(t.failed);
    CHECK_INT(names_of(&t, 5), 0);
    CHECK_INT(names_of(&t, 6), 0);
    names_reset(&t, 0); /* and it can be used again */
    CHECK(!t.failed);
    CHECK_INT(names_of(&t, 5), 0);
    CHECK_INT(names_of(&t, 6), 1);
    names_free(&t);
}

/* ------------------------------------------------------------------ n-grams */

struct sample {
    char text[MOST * 8];
    struct words words;
    uint32_t id[MOST]; /* of each word's text */
};

static void make(struct sample *s, unsigned words, unsigned kinds)
{
    static const char *const word[] = {"a", "of", "mill", "Mill", "é", ".", "river", ",", "水", "stone"};
    s->text[0] = 0;
    for (unsigned i = 0; i < words; i++) {
        if (i > 20 && draw(25) == 0) { /* again what stood before */
            unsigned from = draw(i - 12), n = 2 + draw(11);
            for (unsigned k = 0; k < n && i < words; k++, i++) s->id[i] = s->id[from + k];
            i--;
        } else
            s->id[i] = draw(kinds);
    }
    for (unsigned i = 0; i < words; i++) {
        strcat(s->text, word[s->id[i]]);
        strcat(s->text, " ");
    }
    CHECK_INT(words_find(&s->words, slice_str(s->text), NULL), 0);
    CHECK_INT(s->words.n, words);
}

static uint64_t chars(const struct sample *s, size_t from, unsigned n)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++) sum += s->words.at[from + i].chars;
    return sum;
}

static bool equal(const struct sample *s, size_t a, size_t b, unsigned n)
{
    return memcmp(s->id + a, s->id + b, n * sizeof *s->id) == 0;
}

static uint64_t reference_top(const struct sample *s, unsigned n)
{
    uint64_t best = 0, best_chars = 0;
    for (size_t i = 0; i + n <= s->words.n; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k + n <= s->words.n; k++) count += equal(s, i, k, n);
        if (count <= best) continue;
        best = count;
        best_chars = chars(s, i, n) + n - 1;
    }
    return best * best_chars;
}

static uint64_t reference_dup(const struct sample *s, unsigned n)
{
    size_t visited[MOST], n_visited = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i + n <= s->words.n;) {
        bool seen = false;
        for (size_t k = 0; k < n_visited; k++) seen |= equal(s, visited[k], i, n);
        if (seen) sum += chars(s, i, n);
        if (!seen) visited[n_visited++] = i;
        i += seen ? n : 1;
    }
    return sum;
}

TEST(as_by_searching)
{
    static struct sample s;
    struct ngrams g = {0};
    unsigned repeated = 0;
    words_init(&s.words);
    for (unsigned round = 0; round < 500; round++) {
        make(&s, round < 40 ? round / 2 : draw(MOST), 1 + draw(10));
        CHECK_INT(ngrams_start(&g, slice_str(s.text), &s.words), 0);
        for (unsigned n = 2; n <= 12; n++) {
            CHECK_INT(ngrams_lengthen(&g), 0);
            CHECK_INT(g.n, n);
            uint64_t top = reference_top(&s, n), dup = reference_dup(&s, n);
            CHECK_INT(ngrams_top_chars(&g), top);
            CHECK_INT(ngrams_dup_chars(&g), dup);
            repeated += dup > 0;
        }
    }
    CHECK(repeated > 1000);
    ngrams_free(&g);
    words_free(&s.words);
}

TEST(hand_made)
{
    struct ngrams g = {0};
    struct words w;
    words_init(&w);
    struct slice text = slice_str("to be or not to be or not to be");
    CHECK_INT(words_find(&w, text, NULL), 0);
    CHECK_INT(ngrams_start(&g, text, &w), 0);
    CHECK_INT(ngrams_lengthen(&g), 0);
    CHECK_INT(ngrams_top_chars(&g), 3 * 5); /* "to be", thrice */
    CHECK_INT(ngrams_lengthen(&g), 0);
    CHECK_INT(ngrams_top_chars(&g), 2 * 8); /* "to be or", twice, stands before "be or not" */
    CHECK_INT(ngrams_lengthen(&g), 0);
    CHECK_INT(ngrams_lengthen(&g), 0);
    CHECK_INT(ngrams_dup_chars(&g), 11); /* "to be or not to" again; the rest is too short */
    ngrams_free(&g);
    words_free(&w);
}

int main(void)
{
    RUN(numbers_in_order_of_appearance);
    RUN(all_keys_are_allowed);
    RUN(too_many_is_a_failure_not_a_crash);
    RUN(as_by_searching);
    RUN(hand_made);
    return TEST_END();
}
