/* The survivors against a list that is searched from end to end; the memory bound; growth. */
#include "dedup/survivors.h"
#include "dedup/shingle.h"
#include "tests/unit/test.h"

#define MIB ((uint64_t)1 << 20)

static struct hash128 key_of(uint64_t i)
{
    return (struct hash128){hash_mix64(i), i}; /* no two alike */
}

static struct slice name_of(uint64_t i, char out[24])
{
    return slice_of(out, (size_t)snprintf(out, 24, "id-%" PRIu64, i));
}

TEST(exact_remembers_the_first)
{
    struct survivors *s = survivors_new(0, 64 * MIB, false);
    char id[24];
    uint64_t number;
    for (uint64_t i = 0; i < 50000; i++)
        CHECK_INT(survivors_exact(s, key_of(i), name_of(i, id), &number, NULL), 0);
    CHECK_INT(survivors_count(s), 50000);
    for (uint64_t i = 0; i < 50000; i += 7) {
        CHECK_INT(survivors_exact(s, key_of(i), slice_str("again"), &number, NULL), 1);
        CHECK_INT(number, i);
        struct slice kept = survivors_id(s, number);
        name_of(i, id);
        CHECK_SLICE(kept, id);
    }
    CHECK_INT(survivors_count(s), 50000);
    survivors_free(s);
}

/* Keys that agree in one half are still two. */
TEST(exact_compares_all_128_bits)
{
    struct survivors *s = survivors_new(0, 64 * MIB, false);
    uint64_t number;
    static const struct hash128 keys[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {UINT64_MAX, 1}};
    for (unsigned i = 0; i < 5; i++) CHECK_INT(survivors_exact(s, keys[i], slice_str(""), &number, NULL), 0);
    for (unsigned i = 0; i < 5; i++) {
        CHECK_INT(survivors_exact(s, keys[i], slice_str(""), &number, NULL), 1);
        CHECK_INT(number, i);
    }
    survivors_free(s);
}

static uint64_t fill_exact(uint64_t memory, uint64_t most, struct err *e)
{
    struct survivors *s = survivors_new(0, memory, false);
    uint64_t i = 0, number;
    int r = 0;
    for (char id[24]; i < most && r == 0; i++) r = survivors_exact(s, key_of(i), name_of(i, id), &number, e);
    CHECK(survivors_bytes(s) <= memory);
    if (r < 0) {
        struct err again = {0};
        CHECK_INT(survivors_exact(s, key_of(most), slice_str("x"), &number, &again), -ERR_IO);
        CHECK_INT(survivors_count(s), i - 1);
        if (i > 1) CHECK_INT(survivors_exact(s, key_of(0), slice_str("x"), &number, &again), 1);
    }
    survivors_free(s);
    return i;
}

TEST(memory_bound_is_kept)
{
    static const uint64_t bounds[] = {0, 1000, 100000, MIB, 3 * MIB, 16 * MIB};
    uint64_t last = 0;
    for (unsigned i = 0; i < 6; i++) {
        struct err e = {0};
        uint64_t n = fill_exact(bounds[i], 1000000, &e);
        CHECK_INT(e.code, ERR_IO);
        CHECK(strstr(e.msg, "--memory"));
        CHECK(n >= last);
        last = n;
    }
    CHECK(last > 50000);
}

static int similar(struct survivors *s, const uint64_t *band, const uint32_t *set, size_t n, const char *id,
                   double threshold, uint64_t *number, double *j)
{
    return survivors_similar(s, band, set, n, slice_str(id), threshold, number, j, NULL);
}

TEST(best_match_then_earliest)
{
    struct survivors *s = survivors_new(2, 64 * MIB, false);
    uint64_t number = 99;
    double j = 0;
    uint64_t all[2] = {7, 8}, first[2] = {7, 100}, second[2] = {101, 8}, none[2] = {102, 103};
    uint32_t a[4] = {1, 2, 3, 9}, b[4] = {1, 2, 3, 4}, c[4] = {1, 2, 3, 5}, d[5] = {1, 2, 3, 4, 6},
             d2[5] = {1, 2, 3, 4, 9};
    CHECK_INT(similar(s, first, a, 4, "a", 0.9, &number, &j), 0);
    CHECK_INT(similar(s, second, b, 4, "b", 0.9, &number, &j), 0);
    CHECK_INT(similar(s, all, c, 4, "c", 0.9, &number, &j), 0); /* shares both, is not like enough */
    CHECK_INT(similar(s, all, d, 5, "d", 0.5, &number, &j), 1);
    CHECK_INT(number, 1);
    CHECK_NEAR(j, 0.8, 0);
    CHECK_INT(similar(s, all, d2, 5, "d2", 0.5, &number, &j), 1); /* a and b equally: the earlier */
    CHECK_INT(number, 0);
    CHECK_NEAR(j, 0.8, 0);
    CHECK_INT(similar(s, all, d, 5, "d", 0.8, &number, &j), 1);  /* reached exactly */
    CHECK_INT(similar(s, none, b, 4, "e", 0.5, &number, &j), 0); /* the same set, but no band in common */
    CHECK_INT(survivors_count(s), 4);
    survivors_free(s);
}

/* A band's key counts only in its own band. */
TEST(bands_are_apart)
{
    struct survivors *s = survivors_new(2, 64 * MIB, false);
    uint64_t number;
    double j;
    uint64_t x[2] = {1, 2}, y[2] = {2, 1};
    uint32_t set[1] = {5};
    CHECK_INT(similar(s, x, set, 1, "x", 0.5, &number, &j), 0);
    CHECK_INT(similar(s, y, set, 1, "y", 0.5, &number, &j), 0);
    CHECK_INT(similar(s, x, set, 1, "z", 0.5, &number, &j), 1);
    survivors_free(s);
}

/* A~B and B~C but not A~C: B goes because of A, and so C stays. */
TEST(a_chain_does_not_pull)
{
    struct survivors *s = survivors_new(1, 64 * MIB, false);
    uint64_t number, band[1] = {1};
    double j;
    uint32_t a[4] = {1, 2, 3, 4}, b[4] = {2, 3, 4, 5}, c[4] = {3, 4, 5, 6};
    CHECK_INT(similar(s, band, a, 4, "a", 0.6, &number, &j), 0);
    CHECK_INT(similar(s, band, b, 4, "b", 0.6, &number, &j), 1);
    CHECK_INT(similar(s, band, c, 4, "c", 0.6, &number, &j), 0);
    CHECK_INT(survivors_count(s), 2);
    CHECK_INT(survivors_checked(s), 2);
    survivors_free(s);
}

struct listed {
    uint64_t band[3];
    uint32_t set[12];
    size_t n;
};

/* What survivors.h promises, by looking at every survivor. */
static int search(const struct listed *kept, size_t n, const struct listed *d, double threshold,
                  size_t *which, double *best)
{
    int found = 0;
    for (size_t i = 0; i < n; i++) {
        bool met = false;
        for (unsigned b = 0; b < 3; b++) met |= kept[i].band[b] == d->band[b];
        double j = shingles_jaccard(kept[i].set, kept[i].n, d->set, d->n);
        if (!met || j < threshold || (found && j <= *best)) continue;
        found = 1;
        *best = j;
        *which = i;
    }
    return found;
}

static void make(struct listed *d, uint64_t *state)
{
    uint32_t x = 0;
    d->n = 1 + hash_mix64(++*state) % 12;
    for (size_t i = 0; i < d->n; i++) d->set[i] = x += 1 + (uint32_t)(hash_mix64(++*state) % 3);
    for (unsigned b = 0; b < 3; b++) d->band[b] = hash_mix64(++*state) % 200;
}

TEST(the_same_as_searching_all)
{
    static struct listed kept[3000];
    static const double thresholds[] = {0, 0.3, 0.5, 0.8, 1};
    uint64_t state = 3;
    for (unsigned t = 0; t < 5; t++) {
        struct survivors *s = survivors_new(3, 64 * MIB, false);
        size_t n = 0;
        for (unsigned i = 0; i < 3000; i++) {
            struct listed d;
            size_t which = 0;
            uint64_t number = 0;
            double best = 0, j = 0;
            make(&d, &state);
            int want = search(kept, n, &d, thresholds[t], &which, &best);
            CHECK_INT(similar(s, d.band, d.set, d.n, "", thresholds[t], &number, &j), want);
            if (want) {
                CHECK_INT(number, which);
                CHECK_NEAR(j, best, 0);
            } else
                kept[n++] = d;
        }
        CHECK_INT(survivors_count(s), n);
        survivors_free(s);
    }
}

TEST(similar_refuses_past_the_bound)
{
    static uint32_t set[200000];
    uint64_t number, band[14];
    for (uint32_t i = 0; i < 200000; i++) set[i] = i;
    for (unsigned size = 1; size <= 200000; size *= 100) {
        struct survivors *s = survivors_new(14, 4 * MIB, false);
        struct err e = {0};
        double j;
        int r = 0;
        uint64_t i = 0;
        for (; r == 0 && i < 1000000; i++) {
            for (unsigned b = 0; b < 14; b++) band[b] = hash_mix64(i * 14 + b);
            r = survivors_similar(s, band, set, size, slice_of((char *)&i, sizeof i), 0.5, &number, &j, &e);
        }
        CHECK_INT(r, -ERR_IO);
        CHECK(strstr(e.msg, "--memory"));
        CHECK(survivors_bytes(s) <= 4 * MIB);
        CHECK(i > (size < 10000 ? 1000u : 30u));
        survivors_free(s);
    }
}

TEST(nearest_and_its_bound)
{
    struct survivors *s = survivors_new_nearby(3, 4 * MIB, false);
    uint64_t number = 9, i = 0;
    unsigned bits = 9;
    struct err e = {0}, full = {0};
    char id[24];
    int r = 0;
    CHECK_INT(survivors_nearest(s, 0, slice_str("none"), &number, &bits, &e), 0);
    CHECK_INT(survivors_nearest(s, 0xF0, slice_str("four"), &number, &bits, &e), 0);
    CHECK_INT(survivors_nearest(s, 0x70, slice_str("three"), &number, &bits, &e), 1); /* of both the nearer */
    CHECK_INT(number, 1);
    CHECK_INT(bits, 1);
    CHECK_INT(survivors_nearest(s, 0x30, slice_str("two"), &number, &bits, &e), 1); /* of both the earlier */
    CHECK_INT(number, 0);
    CHECK_INT(bits, 2);
    struct slice kept = survivors_id(s, number);
    CHECK_SLICE(kept, "none");
    CHECK_INT(survivors_nearest(s, 0xFF00, slice_str("four"), &number, &bits, &e), -ERR_DATA);
    CHECK_INT(survivors_checked(s) > 3, 1);
    survivors_free(s);
    s = survivors_new_nearby(3, 4 * MIB, false);
    for (; r == 0; i++) r = survivors_nearest(s, hash_mix64(i), name_of(i, id), &number, &bits, &full);
    CHECK_INT(r, -ERR_IO);
    CHECK(strstr(full.msg, "--memory"));
    CHECK(survivors_bytes(s) <= 4 * MIB);
    CHECK_INT(survivors_count(s), i - 1);
    CHECK(i > 8000);
    survivors_free(s);
}

TEST(ids_of_survivors_differ)
{
    const struct hash128 key[] = {{1, 2}, {3, 4}, {5, 6}};
    for (int may_repeat = 0; may_repeat < 2; may_repeat++) {
        struct survivors *s = survivors_new(0, 4 * MIB, may_repeat);
        struct err e = {0};
        uint64_t number = 9;
        CHECK_INT(survivors_exact(s, key[0], slice_str("a"), &number, &e), 0);
        CHECK_INT(survivors_exact(s, key[0], slice_str("a"), &number, &e), 1); /* dropped: it may */
        CHECK_INT(number, 0);
        CHECK_INT(survivors_exact(s, key[1], slice_of("", 0), &number, &e), 0);
        CHECK_INT(survivors_exact(s, key[2], slice_of("", 0), &number, &e), 0); /* no id at all */
        CHECK_INT(survivors_exact(s, (struct hash128){7, 8}, slice_str("a"), &number, &e),
                  may_repeat ? 0 : -ERR_DATA);
        CHECK_INT(survivors_repeated_ids(s), 1);
        CHECK(may_repeat || strstr(e.msg, "id \"a\" twice"));
        survivors_free(s);
    }
}

int main(void)
{
    RUN(exact_remembers_the_first);
    RUN(exact_compares_all_128_bits);
    RUN(memory_bound_is_kept);
    RUN(best_match_then_earliest);
    RUN(bands_are_apart);
    RUN(a_chain_does_not_pull);
    RUN(the_same_as_searching_all);
    RUN(similar_refuses_past_the_bound);
    RUN(nearest_and_its_bound);
    RUN(ids_of_survivors_differ);
    survivors_free(NULL);
    return TEST_END();
}
