/* Any bytes, repaired to UTF-8, as a document, in each dialect: all signals are finite, the same from an object that has
 * measured others before, and signals_test answers as the value does. */
#include "filter/signals/signals.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_test(struct signals *s, struct slice text, const struct signal_frame *frame, enum signal g,
                       double v)
{
    const double thresholds[] = {v, v / 2, v * 1.5, 0.2};
    struct signal_frame quick = *frame;
    quick.by_bounds = true;
    for (unsigned k = 0; k < 8; k++) {
        bool holds = false, below = k & 1;
        double t = thresholds[k / 2];
        signals_begin(s, &quick, text);
        check(signals_test(s, g, below, t, &holds, NULL) == 0);
        check(holds == (below ? v < t : v > t));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct signals *kept;
    struct signals *fresh = signals_new();
    struct buf text;
    if (!kept) kept = signals_new();
    buf_init(&text, BUF_NO_MAX);
    check(utf8_repair(&text, (const char *)data, size) >= 0);
    struct signal_frame frame = {.dialect = size ? (enum dialect)(data[0] & 3) : DIALECT_LEAT,
                                 .short_line_chars = 30};
    signals_begin(fresh, &frame, buf_slice(&text));
    for (int g = 0; g < SIG_COUNT; g++) {
        double a = -1, b = -1;
        check(signals_value(fresh, (enum signal)g, &a, NULL) == 0);
        signals_begin(kept, &frame, buf_slice(&text));
        check(signals_value(kept, (enum signal)g, &b, NULL) == 0);
        check(a == b && a >= 0 && a - a == 0);
        check_test(kept, buf_slice(&text), &frame, (enum signal)g, a);
    }
    signals_free(fresh);
    buf_free(&text);
    return 0;
}
