/* The sorts against qsort, and the sorter with little memory against the same with much. */
#include "filter/lm/sort.h"
#include "tests/unit/test.h"

static uint64_t state = 88172645463325252ULL;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static gram_key random_key(unsigned bits)
{
    gram_key k = (gram_key)next() << 64 | next();
    return bits == 128 ? k : k & ((((gram_key)1) << bits) - 1);
}

static int compare(const void *a, const void *b)
{
    gram_key x = *(const gram_key *)a, y = *(const gram_key *)b;
    return x < y ? -1 : x > y;
}

TEST(keys_as_qsort)
{
    static gram_key a[20000], b[20000];
    static const unsigned bits[] = {1, 3, 8, 9, 40, 64, 65, 127, 128};
    for (size_t t = 0; t < sizeof bits / sizeof *bits; t++)
        for (size_t n = 0; n <= 20000; n = n < 30 ? n + 1 : n * 9) {
            for (size_t i = 0; i < n; i++) a[i] = b[i] = random_key(bits[t]);
            sort_keys(a, n, bits[t]);
            qsort(b, n, sizeof *b, compare);
            CHECK(memcmp(a, b, n * sizeof *a) == 0);
        }
}

TEST(grams_keep_their_counts)
{
    static struct gram g[5000];
    uint64_t sum = 0, after = 0;
    for (size_t i = 0; i < 5000; i++) {
        g[i] = (struct gram){.key = random_key(20)};
        g[i].count = (uint64_t)g[i].key * 3 + 1;
        sum += g[i].count;
    }
    sort_grams(g, 5000, 20);
    for (size_t i = 0; i < 5000; i++) {
        CHECK(g[i].count == (uint64_t)g[i].key * 3 + 1);
        CHECK(i == 0 || g[i - 1].key <= g[i].key);
        after += g[i].count;
    }
    CHECK(sum == after);
}

/* How often each of 256 keys comes out of a sorter; and that they come in order. */
static void count_sorted(uint64_t memory, int threads, bool keys_only, uint64_t count[256], unsigned *runs)
{
    struct team *team = team_new(threads);
    struct sorter_opts o = {.key_bits = 100, .keys_only = keys_only, .memory = memory, .team = team};
    struct sorter *s;
    struct err e = {0};
    struct gram g;
    gram_key last = 0;
    uint64_t n = 0;
    state = 12345;
    CHECK(sorter_new(&s, &o, &e) == 0);
    for (int i = 0; i < 100000; i++) {
        g = (struct gram){.key = ((gram_key)(next() & 255) + 1) << 90, .count = 1};
        CHECK((keys_only ? sorter_add_key(s, g.key, &e) : sorter_add(s, &g, &e)) == 0);
    }
    CHECK(sorter_done(s, &e) == 0);
    *runs = sorter_runs(s);
    while (sorter_next(s, &g, &e) == 1) {
        CHECK(g.key > last);
        last = g.key;
        count[(unsigned)(g.key >> 90) - 1] = g.count;
        n += g.count;
    }
    CHECK(n == 100000);
    sorter_free(s);
    team_free(team);
}

TEST(sorter_with_little_memory)
{
    uint64_t want[256] = {0}, got[256];
    unsigned runs;
    count_sorted(64 << 20, 1, true, want, &runs);
    CHECK(runs == 0);
    for (int threads = 1; threads <= 5; threads += 2)
        for (int keys_only = 0; keys_only < 2; keys_only++) {
            memset(got, 0, sizeof got);
            count_sorted(1, threads, keys_only, got, &runs);
            CHECK(runs >= 24);
            CHECK(memcmp(got, want, sizeof want) == 0);
        }
}

TEST(sorter_of_nothing)
{
    struct team *team = team_new(3);
    struct sorter_opts o = {.key_bits = 8, .memory = 1000, .team = team};
    struct sorter *s;
    struct err e = {0};
    struct gram g;
    CHECK(sorter_new(&s, &o, &e) == 0);
    CHECK(sorter_done(s, &e) == 0);
    CHECK(sorter_next(s, &g, &e) == 0);
    sorter_free(s);
    team_free(team);
}

int main(void)
{
    RUN(keys_as_qsort);
    RUN(grams_keep_their_counts);
    RUN(sorter_with_little_memory);
    RUN(sorter_of_nothing);
    return TEST_END();
}
