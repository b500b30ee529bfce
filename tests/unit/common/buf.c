/* Buffers, arenas, errors. */
#include "common/buf.h"
#include "common/err.h"
#include "tests/unit/test.h"

#include <errno.h>

/* Under AddressSanitizer a malloc that cannot be is to give NULL, as it does without. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

TEST(slices)
{
    struct slice a = slice_str("leat"), empty = slice_str(NULL);
    CHECK_INT(empty.n, 0);
    CHECK(slice_eq(a, slice_of("leathery", 4)));
    CHECK(!slice_eq(a, slice_str("leas")));
    CHECK(slice_is(empty, ""));
    CHECK(!slice_is(a, "lea"));
}

TEST(buf_appends)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 3000; i++) CHECK_INT(buf_putc(&b, (char)('a' + i % 26)), 0);
    CHECK_INT(b.n, 3000);
    CHECK(b.p[2999] == 'a' + 2999 % 26);
    CHECK(b.cap <= 2 * 3000 + 256);
    buf_clear(&b);
    CHECK_INT(buf_puts(&b, "one "), 0);
    CHECK_INT(buf_put_slice(&b, slice_str("two ")), 0);
    CHECK_INT(buf_put(&b, NULL, 0), 0);
    CHECK_INT(buf_printf(&b, "%d%s", 3, " four"), 0);
    CHECK_SLICE(buf_slice(&b), "one two 3 four");
    CHECK_INT(buf_terminate(&b), 0);
    CHECK_STR(b.p, "one two 3 four");
    buf_consume(&b, 4);
    CHECK_SLICE(buf_slice(&b), "two 3 four");
    buf_consume(&b, 0);
    buf_consume(&b, 1000);
    CHECK_INT(b.n, 0);
    buf_free(&b);
    CHECK(b.p == NULL && b.cap == 0 && b.max == BUF_NO_MAX);
}

TEST(buf_keeps_its_maximum)
{
    struct buf b;
    buf_init(&b, 10);
    CHECK_INT(buf_puts(&b, "12345"), 0);
    CHECK_INT(buf_puts(&b, "67890"), 0);
    CHECK(!b.failed);
    CHECK_INT(buf_terminate(&b), 0); /* fits behind a full one */
    CHECK_STR(b.p, "1234567890");
    CHECK_INT(buf_putc(&b, 'x'), -1);
    CHECK(b.failed);
    b.n = 3;
    CHECK_INT(buf_putc(&b, 'x'), -1); /* stays refused, so that the content is a prefix of what was meant */
    CHECK_INT(buf_printf(&b, "x"), -1);
    CHECK_INT(buf_reserve(&b, 0), -1);
    CHECK_SLICE(buf_slice(&b), "123");
    buf_clear(&b);
    CHECK_INT(buf_reserve(&b, SIZE_MAX), -1);
    buf_clear(&b);
    CHECK_INT(buf_printf(&b, "%s", "12345678901"), -1);
    CHECK_INT(b.n, 0);
    buf_clear(&b);
    CHECK_INT(buf_printf(&b, "%s", "1234567890"), 0);
    CHECK(b.cap <= 11);
    buf_free(&b);
}

TEST(buf_refuses_impossible_sizes)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "x");
    CHECK_INT(buf_reserve(&b, SIZE_MAX - 1), -1); /* malloc cannot */
    CHECK(b.failed);
    CHECK_SLICE(buf_slice(&b), "x");
    buf_clear(&b);
    CHECK_INT(buf_reserve(&b, SIZE_MAX), -1); /* n + SIZE_MAX would wrap */
    buf_free(&b);
}

TEST(arena_aligns_and_stays)
{
    struct arena a;
    arena_init(&a);
    char *p[2000];
    for (int i = 0; i < 2000; i++) {
        p[i] = arena_alloc(&a, (size_t)i % 97 + 1);
        CHECK(((uintptr_t)p[i] & 15) == 0);
        memset(p[i], i & 127, (size_t)i % 97 + 1);
    }
    bool intact = true;
    for (int i = 0; i < 2000; i++)
        for (int j = 0; j < i % 97 + 1; j++) intact &= p[i][j] == (i & 127);
    CHECK(intact);
    CHECK(a.used_bytes >= 2000 * 49 && a.used_bytes < 2000 * 65);
    CHECK_STR(arena_strndup(&a, "stream", 3), "str");
    CHECK_STR(arena_strndup(&a, NULL, 0), "");
    arena_free(&a);
    CHECK_INT(a.used_bytes, 0);
}

TEST(arena_reset_keeps_the_largest_block)
{
    struct arena a;
    arena_init(&a);
    arena_reset(&a);
    arena_alloc(&a, 100);
    char *large = arena_alloc(&a, 3 << 20);
    for (int i = 0; i < 100; i++) arena_alloc(&a, 50000);
    arena_reset(&a);
    CHECK_INT(a.used_bytes, 0);
    CHECK(arena_alloc(&a, 3 << 20) == large);
    arena_free(&a);
}

TEST(arena_refuses_impossible_sizes)
{
    struct arena a;
    arena_init(&a);
    CHECK(arena_alloc(&a, SIZE_MAX) == NULL);
    CHECK(arena_alloc(&a, SIZE_MAX / 2) == NULL);
    CHECK(arena_strndup(&a, "", SIZE_MAX) == NULL);
    arena_free(&a);
}

TEST(the_first_error_wins)
{
    struct err e = {0};
    CHECK_INT(err_set(&e, ERR_DATA, "line %d", 7), -ERR_DATA);
    CHECK_INT(err_set(&e, ERR_IO, "later"), -ERR_DATA);
    errno = ENOENT;
    CHECK_INT(err_sys(&e, "later"), -ERR_DATA);
    CHECK_INT(err_nomem(&e, "later"), -ERR_DATA);
    CHECK_STR(e.msg, "line 7");
    err_clear(&e);
    CHECK_INT(e.code, 0);
    errno = ENOENT;
    CHECK_INT(err_sys(&e, "cannot open %s", "x"), -ERR_IO);
    CHECK_STR(e.msg, "cannot open x: No such file or directory");
    err_clear(&e);
    CHECK_INT(err_nomem(&e, "sorting"), -ERR_IO);
    CHECK_STR(e.msg, "out of memory while sorting");
}

TEST(errors_without_a_place)
{
    CHECK_INT(err_set(NULL, ERR_USAGE, "x"), -ERR_USAGE);
    CHECK_INT(err_sys(NULL, "x"), -ERR_IO);
    err_clear(NULL);
    struct err e = {0};
    char long_name[3000];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    err_sys(&e, "%s", long_name);
    CHECK_INT(strlen(e.msg), sizeof e.msg - 1);
}

int main(void)
{
    RUN(slices);
    RUN(buf_appends);
    RUN(buf_keeps_its_maximum);
    RUN(buf_refuses_impossible_sizes);
    RUN(arena_aligns_and_stays);
    RUN(arena_reset_keeps_the_largest_block);
    RUN(arena_refuses_impossible_sizes);
    RUN(the_first_error_wins);
    RUN(errors_without_a_place);
    return TEST_END();
}
