/* Numbers of ARPA files against printf; blocks that were written come back, whatever their size and counts. */
#include "filter/lm/arpa_write.h"
#include "filter/lm/blocks.h"
#include "tests/unit/test.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252ULL;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* Without the zeros at the end. */
static void by_printf(char *out, size_t size, double v)
{
    int n = snprintf(out, size, "%.7f", v);
    while (out[n - 1] == '0') n--;
    n -= out[n - 1] == '.';
    out[n] = 0;
}

TEST(numbers_as_printf)
{
    char got[33], want[400];
    for (int i = 0; i < 300000; i++) {
        double v = -(double)(next() % 989999999 + 1) / 1e7; /* seven decimals, so that none is halfway */
        if (i % 3 == 1) v = -(double)(next() % 999 + 1) / 100;
        if (i < 40) v = i / 4.0;
        got[arpa_put_number(got, v)] = 0;
        by_printf(want, sizeof want, v);
        CHECK_STR(got, want);
    }
    got[arpa_put_number(got, -INFINITY)] = 0;
    CHECK_STR(got, "-99");
}

static uint64_t random_count(void)
{
    static const uint64_t big[] = {UINT32_MAX - 1, UINT32_MAX, (uint64_t)UINT32_MAX + 1, 1ULL << 60};
    return next() % 50 == 0 ? big[next() % 4] : 1 + next() % 3;
}

/* The context after b's. */
static void make_block(struct block *b)
{
    unsigned from = (unsigned)(next() % b->length);
    b->context[from]++;
    for (unsigned i = from + 1; i < b->length; i++) b->context[i] = (uint32_t)next() % 100;
    b->n = next() % 3 ? next() % 4 : next() % 1000 == 0 ? 90000 : next() % 60;
    b->pruned = next() % 5 == 0 ? next() >> 3 : 0;
    for (uint64_t i = 0; i < b->n; i++)
        b->at[i] = (struct follower){.word = (uint32_t)(i * 40000 + next() % 40000), .count = random_count()};
}

TEST(blocks_come_back)
{
    static struct follower at[100000];
    enum { BLOCKS = 3000 };
    for (unsigned length = 1; length < LM_MAX_ORDER; length++) {
        struct err e = {0};
        struct block_writer w;
        struct block_reader r;
        struct block b = {.length = length, .at = at};
        const uint64_t seed = state;
        CHECK(block_writer_new(&w, NULL, &e) == 0);
        for (int i = 0; i < BLOCKS; i++) {
            make_block(&b);
            CHECK(block_write(&w, &b, &e) == 0);
        }
        CHECK(block_reader_open(&r, w.spool, length, &e) == 0);
        state = seed;
        b = (struct block){.length = length, .at = at};
        for (int i = 0; i < BLOCKS; i++) {
            make_block(&b);
            CHECK(block_next(&r, &e) == 1);
            CHECK(memcmp(r.block.context, b.context, length * sizeof *b.context) == 0);
            CHECK(r.block.n == b.n && r.block.pruned == b.pruned);
            CHECK(r.block.single == (b.n == 1 && b.at[0].count == 1 && b.pruned == 0));
            for (uint64_t j = 0; j < b.n; j++)
                CHECK(r.block.at[j].word == b.at[j].word && r.block.at[j].count == b.at[j].count);
        }
        CHECK(block_next(&r, &e) == 0);
        block_reader_free(&r);
        spool_free(w.spool);
    }
}

int main(void)
{
    RUN(numbers_as_printf);
    RUN(blocks_come_back);
    return TEST_END();
}
