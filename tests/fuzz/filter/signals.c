/* Any bytes, repaired to UTF-8, as a document: all signals are finite and in their range, and the same from an object that
 * has measured others before. */
#include "filter/signals/signals.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ALL ((1u << SIG_COUNT) - 1)

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_range(const double *v, size_t bytes)
{
    for (int s = 0; s < SIG_COUNT; s++) {
        bool count =
            s == SIG_WORDS || s == SIG_MEAN_WORD_LENGTH || s == SIG_HASH_RATIO || s == SIG_ELLIPSIS_RATIO;
        bool top =
            s >= SIG_TOP_2GRAM && s <= SIG_TOP_4GRAM; /* one space between words may be more than there was */
        double most = s == SIG_STOP_WORDS ? 8 : count || top ? (double)bytes + 4 : 1;
        check(v[s] >= 0 && v[s] <= most);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct signals *kept;
    struct signals *fresh = signals_new();
    struct buf text;
    double a[SIG_COUNT] = {0}, b[SIG_COUNT] = {0};
    if (!kept) kept = signals_new();
    buf_init(&text, BUF_NO_MAX);
    check(utf8_repair(&text, (const char *)data, size) >= 0);
    check(signals_measure(fresh, buf_slice(&text), ALL, a, NULL) == 0);
    check(signals_measure(kept, buf_slice(&text), ALL, b, NULL) == 0);
    for (int s = 0; s < SIG_COUNT; s++) check(a[s] == b[s]);
    check_range(a, text.n);
    signals_free(fresh);
    buf_free(&text);
    return 0;
}
