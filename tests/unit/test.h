/* test.h: the unit tests' harness. Each test program prints "ok - NAME" or "not ok - NAME" lines, as tests/run reads.
 *
 *   TEST(buf_grows) { CHECK(b.n == 3); CHECK_STR(got, "abc"); }
 *   int main(void) { RUN(buf_grows); return TEST_END(); }                                                          */
#ifndef LEAT_TESTS_TEST_H
#define LEAT_TESTS_TEST_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int test_failures, test_failed_here, test_count;
static const char *test_skip_reason;

#define TEST(name) static void test_##name(void)
#define RUN(name)                                                                             \
    do {                                                                                      \
        test_failed_here = 0;                                                                 \
        test_skip_reason = NULL;                                                              \
        test_##name();                                                                        \
        test_count++;                                                                         \
        if (test_failed_here) test_failures++;                                                \
        printf("%s - %s%s%s\n", test_failed_here ? "not ok" : "ok", #name,                    \
               test_skip_reason ? " # SKIP " : "", test_skip_reason ? test_skip_reason : ""); \
        fflush(stdout);                                                                       \
    } while (0)
#define TEST_END() (test_failures ? 1 : 0)
#define SKIP(why)                 \
    do {                          \
        test_skip_reason = (why); \
        return;                   \
    } while (0)

#define CHECK(cond)                                             \
    do {                                                        \
        if (!(cond)) {                                          \
            test_failed_here = 1;                               \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
        }                                                       \
    } while (0)
#define CHECK_INT(a, b)                                                                        \
    do {                                                                                       \
        long long test_a = (long long)(a), test_b = (long long)(b);                            \
        if (test_a != test_b) {                                                                \
            test_failed_here = 1;                                                              \
            printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #a, test_a, test_b); \
        }                                                                                      \
    } while (0)
#define CHECK_MEM(a, an, b, bn)                                                                             \
    do {                                                                                                    \
        const char *test_a = (a), *test_b = (b);                                                            \
        size_t test_an = (an), test_bn = (bn);                                                              \
        if (test_an != test_bn || memcmp(test_a, test_b, test_an) != 0) {                                   \
            test_failed_here = 1;                                                                           \
            printf("# %s:%d: %s is \"%.*s\", not \"%.*s\"\n", __FILE__, __LINE__, #a, (int)test_an, test_a, \
                   (int)test_bn, test_b);                                                                   \
        }                                                                                                   \
    } while (0)
#define CHECK_STR(a, b) CHECK_MEM((a), strlen(a), (b), strlen(b))
#define CHECK_SLICE(s, z) CHECK_MEM((s).p, (s).n, (z), strlen(z))
#define CHECK_NEAR(a, b, tol)                                                                    \
    do {                                                                                         \
        double test_a = (a), test_b = (b);                                                       \
        if (!(fabs(test_a - test_b) <= (tol))) {                                                 \
            test_failed_here = 1;                                                                \
            printf("# %s:%d: %s is %.17g, not %.17g\n", __FILE__, __LINE__, #a, test_a, test_b); \
        }                                                                                        \
    } while (0)

#endif
