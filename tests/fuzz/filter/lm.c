/* Any bytes as a model: an ARPA file, or a .blm whose hashes are made right so that its tables are reached; then the bytes as
 * a text that is scored by it. No score is above 0 plus what positive backoffs give, and none is a reading beyond the tables. */
#include "common/hash.h"
#include "common/stream.h"
#include "filter/lm/lm.h"
#include "filter/lm/normal.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

/* The hashes of docs/formats.md: the body's at 32, the header's at 248. */
static void mend(uint8_t *p, size_t n)
{
    if (n < 256) return;
    uint64_t bytes = n, body = hash64(p + 256, n - 256);
    memcpy(p + 24, &bytes, 8);
    memcpy(p + 32, &body, 8);
    uint64_t head = hash64(p, 248);
    memcpy(p + 248, &head, 8);
}

static void score(const struct lm *m, struct slice text)
{
    struct lm_scratch *s = lm_scratch_new();
    struct lm_score r;
    const struct lm_token *token;
    struct err e = {0};
    size_t n;
    check(lm_score_text(m, s, text, &r, &e) == 0);
    check(r.unknown <= r.words && r.sequences <= r.words);
    check(lm_score_line(m, s, text, &token, &n, &e) == 0);
    for (size_t i = 0; i < n; i++) check(token[i].matched >= 1 && token[i].matched <= lm_order(m));
    lm_scratch_free(s);
}

static void normalise(struct slice text)
{
    for (unsigned bits = 0; bits <= LM_CCNET; bits += 5) {
        struct buf b;
        struct err e = {0};
        buf_init(&b, BUF_NO_MAX);
        check(lm_normalize(bits, text, &b, &e) == 0);
        buf_free(&b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    char path[64];
    struct lm *m = NULL;
    struct err e = {0};
    int fd = memfd_create("model", 0);
    memcpy(copy, data, size);
    if (size > 8 && memcmp(copy, "leat-lm\n", 8) == 0) mend(copy, size);
    check(fd >= 0 && write(fd, copy, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct slice text = slice_of((const char *)copy, size);
    if (lm_open(&m, path, NULL, &e) == 0)
        score(m, text);
    else
        check((e.code == ERR_DATA || e.code == ERR_IO || e.code == ERR_USAGE) && e.msg[0]);
    lm_close(m);
    normalise(text);
    close(fd);
    free(copy);
    return 0;
}
