/* The nearest fingerprint against a list that is searched from end to end; the memory bound. */
#include "dedup/nearby.h"
#include "common/hash.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static uint64_t random64(uint64_t *state)
{
    return hash_mix64(*state += 0x9e3779b97f4a7c15ULL);
}

static uint64_t flip(uint64_t fingerprint, unsigned bits, uint64_t *state)
{
    for (uint64_t done = 0, bit; bits > 0; bits--) {
        do bit = 1ULL << random64(state) % 64;
        while (done & bit);
        done |= bit;
        fingerprint ^= bit;
    }
    return fingerprint;
}

static bool search(const uint64_t *kept, size_t n, uint64_t fingerprint, unsigned most, uint64_t *number,
                   unsigned *best)
{
    *best = most + 1;
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned)__builtin_popcountll(kept[i] ^ fingerprint);
        if (d >= *best) continue;
        *best = d;
        *number = i;
    }
    return *best <= most;
}

static void add(struct nearby *x, uint64_t fingerprint)
{
    struct err e = {0};
    CHECK_INT(nearby_reserve(x, &e), 0);
    nearby_add(x, fingerprint);
}

static void compare(struct nearby *x, const uint64_t *kept, uint64_t fingerprint, unsigned *found)
{
    uint64_t number = 0, want = 0;
    unsigned distance = 0, best;
    bool near = search(kept, x->n, fingerprint, x->distance, &want, &best);
    CHECK_INT(nearby_find(x, fingerprint, &number, &distance), near);
    if (!near) return;
    CHECK_INT(number, want);
    CHECK_INT(distance, best);
    ++*found;
}

/* All are added, near ones, too: so there are several to choose from. */
TEST(as_by_searching_all)
{
    static uint64_t kept[4000];
    for (unsigned most = 0; most <= NEARBY_MAX_DISTANCE; most++) {
        uint64_t state = most;
        unsigned found = 0;
        struct nearby x;
        nearby_init(&x, most);
        x.max_bytes = UINT64_MAX;
        simd_limit((enum simd)(most % 3));
        for (size_t i = 0; i < 4000; i++) {
            bool fresh = i == 0 || random64(&state) % 4 == 0;
            uint64_t from = fresh ? random64(&state) : kept[random64(&state) % i];
            kept[i] = fresh ? from : flip(from, (unsigned)(random64(&state) % (most + 4)), &state);
            compare(&x, kept, kept[i], &found);
            add(&x, kept[i]);
        }
        CHECK(found > 500);
        nearby_free(&x);
    }
}

/* Whichever bits differ: every pair of places for distance 2, and random ones up to the greatest distance. */
TEST(no_place_is_missed)
{
    for (unsigned most = 1; most <= NEARBY_MAX_DISTANCE; most++) {
        uint64_t state = most, base = random64(&state), number = 9;
        unsigned distance = 9;
        struct nearby x;
        nearby_init(&x, most);
        x.max_bytes = UINT64_MAX;
        CHECK(!nearby_find(&x, base, &number, &distance));
        add(&x, base);
        for (unsigned a = 0; a < 64; a++) {
            for (unsigned b = 0; b < 64; b++) {
                CHECK_INT(nearby_find(&x, base ^ 1ULL << a ^ 1ULL << b, &number, &distance),
                          a == b || most > 1);
                CHECK_INT(distance, a == b ? 0 : most > 1 ? 2 : distance);
            }
        }
        for (unsigned i = 0; i < 20000; i++) {
            CHECK(nearby_find(&x, flip(base, most, &state), &number, &distance));
            CHECK_INT(distance, most);
            CHECK(!nearby_find(&x, flip(base, most + 1, &state), &number, &distance));
        }
        nearby_free(&x);
    }
}

TEST(edges_of_the_numbers)
{
    struct nearby x;
    uint64_t number = 9;
    unsigned distance = 9;
    nearby_init(&x, 3);
    x.max_bytes = UINT64_MAX;
    add(&x, 0);
    add(&x, UINT64_MAX);
    CHECK(nearby_find(&x, 7, &number, &distance));
    CHECK_INT(number, 0);
    CHECK_INT(distance, 3);
    CHECK(!nearby_find(&x, 15, &number, &distance));
    CHECK(nearby_find(&x, UINT64_MAX << 2, &number, &distance));
    CHECK_INT(number, 1);
    CHECK_INT(distance, 2);
    nearby_free(&x);
}

TEST(memory_bound_is_kept)
{
    static const uint64_t bounds[] = {0, 1000, 100000, 1000000, 10000000};
    size_t last = 0;
    for (unsigned i = 0; i < 5; i++) {
        struct nearby x;
        struct err e = {0};
        uint64_t state = 1, number;
        unsigned distance;
        int r;
        nearby_init(&x, 3);
        x.max_bytes = bounds[i];
        while ((r = nearby_reserve(&x, &e)) == 0) nearby_add(&x, random64(&state));
        CHECK_INT(r, 1);
        CHECK(nearby_bytes(&x) <= bounds[i]);
        CHECK(x.n >= last);
        last = x.n;
        state = 1;
        CHECK_INT(nearby_find(&x, random64(&state), &number, &distance), x.n > 0);
        nearby_free(&x);
    }
    CHECK(last > 60000);
}

/* What agrees by chance is compared, no more: some n / 2^25 a table. */
TEST(few_are_compared)
{
    struct nearby x;
    uint64_t state = 1, number;
    unsigned distance, found = 0;
    nearby_init(&x, 3);
    x.max_bytes = UINT64_MAX;
    for (unsigned i = 0; i < 300000; i++) add(&x, random64(&state));
    for (unsigned i = 0; i < 100000; i++) found += nearby_find(&x, random64(&state), &number, &distance);
    CHECK_INT(found, 0);
    CHECK(x.compared < 10 * 100000);
    nearby_free(&x);
}

int main(void)
{
    RUN(as_by_searching_all);
    RUN(no_place_is_missed);
    RUN(edges_of_the_numbers);
    RUN(memory_bound_is_kept);
    RUN(few_are_compared);
    return TEST_END();
}
