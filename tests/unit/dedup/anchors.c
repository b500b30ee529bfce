/* A window's anchor depends on the window alone, and every window has one. */
#include "dedup/anchors.h"
#include "tests/unit/test.h"
#include <stdlib.h>

static struct coder coder;

static const struct anchor *list_of(struct anchors *a, const struct coded *c, size_t *n)
{
    CHECK_INT(anchors_of(a, c, NULL), 0);
    *n = a->list.n / sizeof(struct anchor);
    return (const struct anchor *)(const void *)a->list.p;
}

/* The anchor of each window, as the window's text alone has it. */
static void check_windows(struct anchors *a, struct anchors *one, struct slice text, bool bytes)
{
    struct coded c = {0}, window = {0};
    struct coder other;
    size_t n, k, i = 0;
    coder_init(&other);
    CHECK_INT((bytes ? coder_bytes : coder_words)(&coder, text, &c, NULL), 0);
    const struct anchor *at = list_of(a, &c, &n);
    for (const struct anchor *last = at + n; at < last; at++)
        for (; i <= at->last; i++) {
            struct buf b;
            buf_init(&b, BUF_NO_MAX);
            struct coded_span around[] = {{0, coded_start(&c, i)},
                                          {coded_end(&c, i + a->window - 1), c.bytes}};
            coded_put_without(&c, around, 2, &b);
            CHECK_INT((bytes ? coder_bytes : coder_words)(&other, buf_slice(&b), &window, NULL), 0);
            const struct anchor *alone = list_of(one, &window, &k);
            CHECK_INT(k, 1);
            CHECK_INT(alone->unit + i, at->unit);
            CHECK_INT(alone->hash, at->hash);
            buf_free(&b);
        }
    CHECK_INT(i, c.units < a->window ? 0 : c.units - a->window + 1);
    coder_free(&other);
}

TEST(anchors_depend_on_their_windows_alone)
{
    struct anchors a, one;
    char text[600];
    coder_init(&coder);
    for (unsigned seed = 0; seed < 60; seed++) {
        bool bytes = seed % 2;
        size_t window = bytes ? 16 + seed : 1 + seed / 2;
        srand(seed);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = "a bcd, ef"[(unsigned)rand() % (seed < 30 ? 3 : 9)];
        anchors_init(&a, window);
        anchors_init(&one, window);
        check_windows(&a, &one, slice_of(text, sizeof text - seed), bytes);
        check_windows(&a, &one, slice_of(text, window), bytes);
        check_windows(&a, &one, slice_of(text, 3), bytes);
        anchors_free(&a);
        anchors_free(&one);
    }
    coder_free(&coder);
}

TEST(neighbours_share_anchors)
{
    struct anchors a;
    struct coded c = {0};
    struct buf b;
    size_t n;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 20000; i++) buf_printf(&b, "w%d ", i * 7919 % 10007);
    coder_init(&coder);
    anchors_init(&a, 50);
    CHECK_INT(coder_words(&coder, buf_slice(&b), &c, NULL), 0);
    list_of(&a, &c, &n);
    CHECK(n > 20000 / 26 && n < 20000 / 18); /* 2 / 44 of the windows */
    anchors_free(&a);
    coder_free(&coder);
    buf_free(&b);
}

int main(void)
{
    RUN(anchors_depend_on_their_windows_alone);
    RUN(neighbours_share_anchors);
    return TEST_END();
}
