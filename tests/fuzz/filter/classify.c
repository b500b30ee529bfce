/* Any bytes as a fastText model and as leat's, and the same bytes as a text for it; the copied and the uncopied model agree. */
#include "filter/classify/fasttext_internal.h"
#include "common/hash.h"
#include "filter/classify/model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

#define MOST 16

static int64_t predict(const struct fasttext *m, struct slice text, uint32_t *label, float *p)
{
    struct fasttext_scratch *s = fasttext_scratch_new(m);
    struct err e = {0};
    check(s != NULL);
    int64_t n = fasttext_predict(m, s, text, MOST, label, p, &e);
    check(n <= MOST && (n >= 0 || e.code == ERR_DATA));
    for (int64_t i = 0; i < n; i++) check(label[i] < fasttext_n_labels(m) && p[i] >= 0 && p[i] < 1.001F);
    fasttext_scratch_free(s);
    return n;
}

static void as_fasttext(struct slice bytes, struct slice text)
{
    struct fasttext *copied, *lying;
    struct err e = {0};
    uint32_t a[MOST], b[MOST];
    float p[MOST], q[MOST];
    int r = ft_open(&copied, "fuzz", bytes, 1 << 20, &e);
    check(r == 0 || (e.code == ERR_DATA && e.msg[0]));
    err_clear(&e);
    check(ft_open(&lying, "fuzz", bytes, 0, &e) == r);
    if (r < 0) return;
    int64_t n = predict(copied, text, a, p);
    check(predict(lying, text, b, q) == n);
    for (int64_t i = 0; i < n; i++) check(a[i] == b[i] && p[i] == q[i]);
    fasttext_close(copied);
    fasttext_close(lying);
}

/* The checksum is made right, so that what it guards is reached. */
static void as_model(char *bytes, size_t n, struct slice text)
{
    struct model m;
    struct err e = {0};
    if (n >= 8) {
        uint64_t sum = hash64(bytes, n - 8);
        memcpy(bytes + n - 8, &sum, sizeof sum);
    }
    if (model_open_bytes(&m, "fuzz", slice_of(bytes, n), &e) < 0) {
        check(e.code == ERR_DATA && e.msg[0]);
        return;
    }
    struct features *f = features_new(m.features);
    const feature *at;
    size_t found;
    check(f && features_find(f, text, &at, &found, &e) == 0);
    float *logits = calloc(2 * (size_t)m.classes, sizeof *logits);
    model_logits(&m, at, found, logits);
    linear_probabilities(logits, m.outputs, logits + m.outputs);
    free(logits);
    features_free(f);
    model_close(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = aligned_alloc(64, (size + 64 + 63) / 64 * 64);
    check(bytes != NULL);
    memset(bytes + size, 0, 64);
    if (size) memcpy(bytes, data, size);
    struct slice text = slice_of((const char *)data, size < 4096 ? size : 4096);
    as_fasttext(slice_of(bytes, size), text);
    as_model(bytes, size, text);
    free(bytes);
    return 0;
}
