/* What was added is found, strangers are taken for it no more often than asked, the size is as planned, and undo undoes. */
#include "dedup/bloom.h"
#include "common/hash.h"
#include "tests/unit/test.h"

static uint64_t key_of(uint64_t i)
{
    return hash64(&i, sizeof i);
}

static void check_rate(uint64_t n, double fp, uint64_t strangers)
{
    struct bloom b;
    struct buf log;
    uint64_t missed = 0, wrong = 0;
    buf_init(&log, BUF_NO_MAX);
    CHECK_INT(bloom_init(&b, bloom_plan(n, fp), NULL), 0);
    for (uint64_t i = 0; i < n; i++) {
        buf_clear(&log);
        CHECK(bloom_add(&b, key_of(i), &log) >= 0);
    }
    for (uint64_t i = 0; i < n; i++) missed += !bloom_has(&b, key_of(i));
    for (uint64_t i = n; i < n + strangers; i++) wrong += bloom_has(&b, key_of(i));
    CHECK_INT(missed, 0);
    double expected = fp * (double)strangers;
    printf("# fp %g: %.2f bits a key, %u hashes, measured %g\n", fp,
           8.0 * (double)bloom_bytes(&b) / (double)n, b.plan.hashes, (double)wrong / (double)strangers);
    CHECK((double)wrong <= expected + 4 * sqrt(expected));
    CHECK((double)wrong >= 0.5 * expected - 4 * sqrt(expected));
    bloom_free(&b);
    buf_free(&log);
}

TEST(the_rate_is_as_asked)
{
    check_rate(100000, 0.5, 100000);
    check_rate(100000, 0.1, 100000);
    check_rate(100000, 0.01, 1000000);
    check_rate(100000, 1e-4, 1000000);
    check_rate(1, 0.01, 1000);
    check_rate(1000, BLOOM_MIN_FP, 1000);
}

TEST(the_plan_is_fixed)
{
    struct bloom_plan p = bloom_plan(1000000, 0.01);
    CHECK_INT(p.hashes, 7);
    CHECK_INT(p.blocks, 20051);
    CHECK(bloom_plan(1, 0.5).blocks >= 1);
}

TEST(undo_undoes)
{
    struct bloom b;
    struct buf log;
    buf_init(&log, BUF_NO_MAX);
    CHECK_INT(bloom_init(&b, bloom_plan(100, 0.01), NULL), 0);
    for (uint64_t i = 0; i < 50; i++) bloom_add(&b, key_of(i), &log);
    uint64_t before = hash64(b.word, bloom_bytes(&b));
    buf_clear(&log);
    for (uint64_t i = 20; i < 100; i++) bloom_add(&b, key_of(i), &log);
    CHECK(hash64(b.word, bloom_bytes(&b)) != before);
    bloom_undo(&b, &log);
    CHECK(hash64(b.word, bloom_bytes(&b)) == before);
    bloom_free(&b);
    buf_free(&log);
}

int main(void)
{
    RUN(the_rate_is_as_asked);
    RUN(the_plan_is_fixed);
    RUN(undo_undoes);
    return TEST_END();
}
