/* All places with a hash are found, and none that was taken back. */
#include "dedup/places.h"
#include "tests/unit/test.h"
#include <stdlib.h>

static size_t count(const struct places *p, uint32_t hash, uint64_t *sum)
{
    uint64_t offset;
    size_t n = 0;
    *sum = 0;
    for (size_t i = places_first(p, hash); places_next(p, hash, &i, &offset); n++) *sum += offset;
    return n;
}

TEST(places_are_found_and_taken_back)
{
    enum { HASHES = 500, ROUNDS = 200, EACH = 97 };
    static size_t n[HASHES];
    static uint64_t sum[HASHES];
    struct places p;
    uint64_t offset = 0, got;
    places_init(&p);
    CHECK_INT(count(&p, 1, &got), 0);
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        places_begin(&p);
        for (int i = 0; i < EACH; i++) {
            uint32_t hash = (uint32_t)rand() % HASHES;
            offset += 0x123456789;
            CHECK_INT(places_reserve(&p, 1 << 30), 0);
            CHECK_INT(places_add(&p, hash, offset), 0);
            if (round % 3 == 0) continue;
            n[hash]++;
            sum[hash] += offset;
        }
        if (round % 3 == 0) places_undo(&p);
    }
    for (uint32_t hash = 0; hash < HASHES; hash++) {
        CHECK_INT(count(&p, hash, &got), n[hash]);
        CHECK_INT(got, sum[hash]);
    }
    CHECK(places_bytes(&p) >= p.used * 16);
    places_free(&p);
}

TEST(no_more_than_the_bound)
{
    struct places p;
    places_init(&p);
    CHECK_INT(places_reserve(&p, 1000), 1);
    CHECK_INT(places_reserve(&p, 4096 * sizeof(struct place)), 0);
    places_free(&p);
}

int main(void)
{
    RUN(places_are_found_and_taken_back);
    RUN(no_more_than_the_bound);
    return TEST_END();
}
