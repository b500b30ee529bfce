/* The sets against a slow exact reference: sorted strings of n words, compared as strings. */
#include "dedup/shingle.h"
#include "dedup/wordhash.h"
#include "tests/unit/test.h"

#define MOST 400 /* words of a text */

static struct shingles *by_words(unsigned n)
{
    return shingles_new(&(struct shingle_opts){.n = n});
}

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

/* Words as a text may hold them, and as they are compared. */
static const char *const written[] = {
    "mill",   "MILL",   "Mill",  "river", "éclair",   "ÉCLAIR",     "straße", "Straße", "ΑΒΓ", "αβγ",
    "Привет", "привет", "don't", "Don't", "3.5",      "well-known", "z",      "Z",      "[",   "@",
    "@mill",  "\"",     "…",     "a{b}",  "ＦＵＬＬ", "ｆｕｌｌ",   "Æ",      "æ",      "ſ",   "Kelvin"};
static const char *const compared[] = {
    "mill",   "mill",   "mill",  "river", "éclair",   "éclair",     "straße", "straße", "αβγ", "αβγ",
    "привет", "привет", "don't", "don't", "3.5",      "well-known", "z",      "z",      "",    "",
    "mill",   "",       "",      "a b",   "ｆｕｌｌ", "ｆｕｌｌ",   "æ",      "æ",      "ſ",   "kelvin"};
#define N_WORDS (sizeof written / sizeof *written)

struct sample {
    char text[MOST * 24];
    char words[MOST * 24]; /* in normal form, each followed by a space */
    char *gram[MOST + 1];  /* sorted, each once */
    size_t n_grams;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_grams(struct sample *s)
{
    for (size_t i = 0; i < s->n_grams; i++) free(s->gram[i]);
    s->n_grams = 0;
}

static void find_grams(struct sample *s, unsigned n)
{
    char *start[2 * MOST + 1];
    size_t words = 0, all = 0;
    free_grams(s);
    start[0] = s->words;
    for (char *p = s->words; *p; p++)
        if (*p == ' ') start[++words] = p + 1;
    if (words == 0) s->gram[all++] = strdup("no words");
    for (size_t i = 0; words && (i == 0 || i + n <= words); i++) {
        size_t last = i + n < words ? i + n : words;
        s->gram[all++] = strndup(start[i], (size_t)(start[last] - start[i]));
    }
    qsort(s->gram, all, sizeof *s->gram, by_text);
    for (size_t i = 0; i < all; i++) {
        if (s->n_grams && strcmp(s->gram[s->n_grams - 1], s->gram[i]) == 0)
            free(s->gram[i]);
        else
            s->gram[s->n_grams++] = s->gram[i];
    }
}

static void put_word(struct sample *s, unsigned k)
{
    static const char *const gaps[] = {" ", "  ", "\n", " , ", " \xE2\x80\x94 ", "\t"};
    strcat(s->text, written[k]);
    strcat(s->text, gaps[draw(6)]);
    if (*compared[k]) {
        strcat(s->words, compared[k]);
        strcat(s->words, " ");
    }
}

/* `words` words of the first `kinds`; or, when `of` is given, that text again with some words changed in the middle. */
static void make(struct sample *s, unsigned words, unsigned kinds, uint64_t seed, unsigned from, unsigned to)
{
    state = seed;
    s->text[0] = s->words[0] = 0;
    for (unsigned i = 0; i < words; i++) {
        unsigned k = draw(kinds);
        uint64_t kept = state;
        put_word(s, i >= from && i < to ? (k + 1) % kinds : k);
        state = kept;
    }
}

static double reference_jaccard(const struct sample *a, const struct sample *b)
{
    size_t i = 0, k = 0, both = 0;
    while (i < a->n_grams && k < b->n_grams) {
        int c = strcmp(a->gram[i], b->gram[k]);
        both += c == 0;
        i += c <= 0;
        k += c >= 0;
    }
    return (double)both / (double)(a->n_grams + b->n_grams - both);
}

static size_t copy_set(struct shingles *s, const char *text, size_t bytes, uint32_t *to)
{
    struct shingle_list list = {0};
    CHECK_INT(shingles_of(s, slice_of(text, bytes), &list, NULL), 0);
    uint32_t *spare = malloc(list.n * sizeof *spare);
    memcpy(to, list.at, list.n * sizeof *list.at);
    size_t n = shingles_set(to, spare, list.n);
    free(spare);
    for (size_t i = 1; i < n; i++) CHECK(to[i - 1] < to[i]);
    return n;
}

TEST(jaccard_is_that_of_the_strings)
{
    static struct sample a, b;
    static uint32_t x[2 * MOST], y[2 * MOST];
    unsigned different = 0;
    static const unsigned grams[] = {1, 2, 3, 5, 5, 5, 8, SHINGLE_MAX};
    for (unsigned round = 0; round < 800; round++) {
        unsigned n = grams[round % 8], words = round * 7 % MOST, kinds = 2 + round % (N_WORDS - 2);
        unsigned from = words / 3, to = from + round % 9;
        struct shingles *s = by_words(n);
        make(&a, words, kinds, round, 0, 0);
        make(&b, words, kinds, round, from, to);
        find_grams(&a, n);
        find_grams(&b, n);
        size_t nx = copy_set(s, a.text, strlen(a.text), x), ny = copy_set(s, b.text, strlen(b.text), y);
        CHECK_INT(nx, a.n_grams);
        CHECK_INT(ny, b.n_grams);
        double want = reference_jaccard(&a, &b), got = shingles_jaccard(x, nx, y, ny);
        if (*a.words || strcmp(a.text, b.text) == 0) CHECK_NEAR(got, want, 0);
        CHECK_NEAR(shingles_jaccard(y, ny, x, nx), got, 0);
        different += got > 0 && got < 1;
        shingles_free(s);
    }
    CHECK(different > 200);
    free_grams(&a);
    free_grams(&b);
}

static double alike(const char *a, const char *b)
{
    struct shingles *s = by_words(5);
    uint32_t x[64], y[64];
    size_t nx = copy_set(s, a, strlen(a), x), ny = copy_set(s, b, strlen(b), y);
    shingles_free(s);
    return shingles_jaccard(x, nx, y, ny);
}

TEST(short_documents)
{
    struct shingles *s = by_words(5);
    uint32_t set[2];
    CHECK_INT(copy_set(s, NULL, 0, set), 1);
    shingles_free(s);
    CHECK_NEAR(alike("", ""), 1, 0);
    CHECK_NEAR(alike("one two", "One, two!"), 1, 0);
    CHECK_NEAR(alike("one two", "two one"), 0, 0);
    CHECK_NEAR(alike("one two", "one two three"), 0, 0);
    CHECK_NEAR(alike("one two three four five", "ONE TWO THREE FOUR FIVE"), 1, 0);
    CHECK_NEAR(alike("one two three four five six", "one two three four five"), 0.5, 0);
    CHECK_NEAR(alike("水車", "水車"), 1, 0);
}

TEST(documents_without_words_are_alike_only_when_equal)
{
    CHECK_NEAR(alike("!!!", "!!!"), 1, 0);
    CHECK_NEAR(alike("!!!", "???"), 0, 0);
    CHECK_NEAR(alike("", "..."), 0, 0);
    CHECK_NEAR(alike("  \n", ""), 0, 0);
}

/* One object, texts of all sizes in turn: what is left of a longer one must not be seen. */
TEST(reuse_gives_the_same)
{
    static struct sample a;
    static uint32_t x[2 * MOST], y[2 * MOST];
    struct shingles *kept = by_words(5);
    for (unsigned round = 0; round < 300; round++) {
        make(&a, round * 131 % MOST, N_WORDS, round, 0, 0);
        struct shingles *fresh = by_words(5);
        size_t nx = copy_set(kept, a.text, strlen(a.text), x),
               ny = copy_set(fresh, a.text, strlen(a.text), y);
        CHECK_INT(nx, ny);
        CHECK(memcmp(x, y, nx * sizeof *x) == 0);
        shingles_free(fresh);
    }
    shingles_free(kept);
}

static struct hash128 normal(const char *text)
{
    struct shingles *s = by_words(5);
    struct hash128 h = {0};
    CHECK_INT(shingles_normal_hash(s, slice_str(text), &h, NULL), 0);
    shingles_free(s);
    return h;
}

static bool same_normal(const char *a, const char *b)
{
    return hash128_eq(normal(a), normal(b));
}

TEST(normal_hash)
{
    CHECK(same_normal("The Mill, (by the river)!", "the mill by\nthe RIVER"));
    CHECK(same_normal("ÉCLAIR Привет", "éclair ПРИВЕТ"));
    const uint64_t words[] = {wordhash_word("the", 3), wordhash_word("mill", 4)};
    CHECK(hash128_eq(normal("The Mill"), hash128(words, sizeof words)));
    CHECK(!same_normal("the mill", "themill"));
    CHECK(!same_normal("the mill", "mill the"));
    CHECK(!same_normal("a b c", "ab c"));
    CHECK(same_normal("", ""));
    CHECK(!same_normal("!!!", "???")); /* no words: the bytes */
    CHECK(same_normal("…", "…"));
}

/* Linear, whatever the text; and a set of one for a text of one word again and again. */
TEST(extreme_texts)
{
    size_t n = 1 << 20;
    char *text = malloc(n);
    uint32_t *set = malloc(n * sizeof *set);
    struct shingles *s = by_words(5);
    static const char fill[][3] = {"a", "a ", "\n", " ", "!", "1.", "- "};
    static const size_t want[] = {1, 1, 1, 1, 1, 1, 1};
    for (unsigned f = 0; f < sizeof want / sizeof *want; f++) {
        for (size_t i = 0; i < n; i++) text[i] = fill[f][i % strlen(fill[f])];
        CHECK_INT(copy_set(s, text, n, set), want[f]);
    }
    shingles_free(s);
    free(set);
    free(text);
}

int main(void)
{
    RUN(jaccard_is_that_of_the_strings);
    RUN(short_documents);
    RUN(documents_without_words_are_alike_only_when_equal);
    RUN(reuse_gives_the_same);
    RUN(normal_hash);
    RUN(extreme_texts);
    return TEST_END();
}
