/* The table beside an array of flags, with documents that are taken back; keys that fall on one slot; the bound. */
#include "dedup/seen.h"
#include "common/hash.h"
#include "tests/unit/test.h"

#define KEYS 20000

/* Keys that crowd: equal low bits, the zero, neighbours. */
static uint64_t key_of(unsigned i)
{
    if (i < 8) return i;
    return i % 2 ? (uint64_t)(i / 2) << 40 | (i % 7) : hash_mix64(i);
}

static void check_all(const struct seen *s, const bool *there)
{
    for (unsigned i = 0; i < KEYS; i++) CHECK_INT(seen_has(s, key_of(i)), there[i]);
}

TEST(documents_taken_back)
{
    static bool there[KEYS], before[KEYS];
    struct seen s;
    uint64_t x = 1, n = 0;
    seen_init(&s, 1 << 24);
    there[0] = there[1] = false; /* 0 and 1 are one key: never both */
    for (unsigned document = 0; document < 400; document++) {
        seen_begin(&s);
        memcpy(before, there, sizeof there);
        uint64_t n_before = n;
        for (unsigned k = 0; k < 120; k++) {
            x = hash_mix64(x + 1);
            unsigned i = 1 + (unsigned)(x % (KEYS / 4 * (1 + document / 100) - 1));
            CHECK_INT(seen_add(&s, key_of(i), NULL), there[i]);
            n += !there[i];
            there[i] = true;
        }
        if (document % 3 == 0) {
            seen_undo(&s);
            memcpy(there, before, sizeof there);
            n = n_before;
        }
        CHECK_INT(s.added, n);
    }
    there[0] = there[1];
    check_all(&s, there);
    seen_free(&s);
}

TEST(memory_is_bounded)
{
    struct seen s;
    struct err e = {0};
    int r = 0;
    seen_init(&s, 1 << 20);
    for (unsigned i = 0; r == 0 && i < 1000000; i++) {
        seen_begin(&s);
        r = seen_add(&s, hash_mix64(i + 1), &e);
    }
    CHECK_INT(r, -ERR_IO);
    CHECK(strstr(e.msg, "--memory") != NULL);
    CHECK(seen_bytes(&s) <= 1 << 20 && s.added > 40000);
    seen_free(&s);
    err_clear(&e);
    CHECK_INT(seen_init_bloom(&s, 1000000000, 0.01, 1 << 20, &e), -ERR_USAGE);
    seen_free(&s);
}

TEST(a_filter_taken_back)
{
    struct seen s;
    CHECK_INT(seen_init_bloom(&s, 1000, 1e-6, 1 << 20, NULL), 0);
    seen_begin(&s);
    CHECK_INT(seen_add(&s, 5, NULL), 0);
    CHECK_INT(seen_add(&s, 5, NULL), 1);
    seen_begin(&s);
    CHECK_INT(seen_add(&s, 6, NULL), 0);
    seen_undo(&s);
    CHECK(seen_has(&s, 5) && !seen_has(&s, 6));
    CHECK_INT(s.added, 1);
    seen_free(&s);
}

int main(void)
{
    RUN(documents_taken_back);
    RUN(memory_is_bounded);
    RUN(a_filter_taken_back);
    return TEST_END();
}
