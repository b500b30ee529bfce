/* words list|time DIALECT LANGUAGE FILE: words of texts that NULs separate. list: a line per text, its words joined by
 * spaces; sentences: a line per text with their number; time: CPU seconds, the median of five, of cutting all. */
#include "filter/words/words.h"
#include "common/stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench {
    struct words words;
    enum dialect dialect;
    struct slice language;
    char what;
};

static int one(struct bench *b, struct slice text, struct err *e)
{
    if (b->what == 's') return sentences_split(&b->words, b->dialect, b->language, text, e);
    return words_split(&b->words, b->dialect, b->language, text, e);
}

static void print(const struct bench *b, struct slice text)
{
    if (b->what == 's') printf("%zu", b->words.n);
    for (size_t i = 0; b->what == 'l' && i < b->words.n; i++)
        printf("%s%.*s", i ? " " : "", (int)b->words.at[i].bytes, text.p + b->words.at[i].offset);
    putchar('\n');
}

/* Every text once; returns the number of words, or -1. */
static long long all(struct bench *b, struct slice file, struct err *e)
{
    long long n = 0;
    for (const char *p = file.p, *end = p + file.n; p < end;) {
        const char *to = memchr(p, 0, (size_t)(end - p));
        struct slice text = slice_of(p, (size_t)((to ? to : end) - p));
        if (one(b, text, e) < 0) return -1;
        if (b->what != 't') print(b, text);
        n += (long long)b->words.n;
        p += text.n + 1;
    }
    return n;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long long timed(struct bench *b, struct slice file, struct err *e)
{
    double seconds[5];
    long long n = 0;
    for (int i = 0; i < 5 && n >= 0; i++) {
        clock_t start = clock();
        n = all(b, file, e);
        seconds[i] = (double)(clock() - start) / CLOCKS_PER_SEC;
    }
    qsort(seconds, 5, sizeof *seconds, compare);
    printf("%.4f %lld\n", seconds[2], n);
    return n;
}

int main(int argc, char **argv)
{
    struct bench b;
    struct err e = {0};
    if (argc != 5) return 2;
    FILE *f = fopen(argv[4], "rb");
    struct buf file;
    buf_init(&file, BUF_NO_MAX);
    for (size_t n = 1; f && n > 0; file.n += n) {
        if (buf_reserve(&file, 1 << 20) < 0) return 1;
        n = fread(file.p + file.n, 1, 1 << 20, f);
    }
    if (!f || dialect_find(argv[2]) < 0) return 2;
    fclose(f);
    words_init(&b.words);
    b.what = argv[1][0];
    b.dialect = (enum dialect)dialect_find(argv[2]);
    b.language = slice_str(argv[3]);
    long long n = b.what == 't' ? timed(&b, buf_slice(&file), &e) : all(&b, buf_slice(&file), &e);
    words_free(&b.words);
    buf_free(&file);
    return n < 0;
}
