/* lm MODEL TEXT RUNS: scores the lines of TEXT RUNS times on one thread; prints tokens (words and </s>), the sum of log10
 * and tokens per second of processor time (other work on the machine then disturbs less) of the fastest and the median run. For tests/bench/lm.sh. */
#include "common/stream.h"
#include "filter/lm/lm.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct lm *m;
    struct buf text;
    struct lm_score r = {0};
    int runs = argc > 3 ? atoi(argv[3]) : 1;
    double *seconds = calloc((size_t)runs, sizeof *seconds);
    buf_init(&text, BUF_NO_MAX);
    double from = now();
    if (argc < 4 || lm_open(&m, argv[1], NULL, &e) < 0 || file_read(argv[2], BUF_NO_MAX, &text, &e) < 0) {
        fprintf(stderr, "lm: %s\n", e.msg);
        free(seconds);
        return 1;
    }
    double opened = now() - from;
    struct lm_scratch *s = lm_scratch_new();
    for (int i = 0; i < runs; i++) {
        from = now();
        if (lm_score_text(m, s, buf_slice(&text), &r, &e) < 0) exit(1);
        seconds[i] = now() - from;
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, ascending);
    double tokens = (double)(r.words + r.sequences);
    printf("%.0f tokens, log10 %.4f, opened in %.3f s, M tokens/s best %.2f median %.2f\n", tokens, r.log10,
           opened, tokens / seconds[0] / 1e6, tokens / seconds[runs / 2] / 1e6);
    lm_scratch_free(s);
    lm_close(m);
    buf_free(&text);
    free(seconds);
    return 0;
}
