/* detect.c: for each line of stdin the code and score that leat gives it; for language.sh. "-n N": N times over, codes of the last. */
#include "filter/language/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[2]) : 1;
    char *line = NULL, *text = NULL;
    size_t cap = 0, n_text = 0, room = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, stdin)) > 0) {
        if (n_text + (size_t)n > room && !(text = realloc(text, room = 2 * (room + (size_t)n)))) return 1;
        memcpy(text + n_text, line, (size_t)n);
        n_text += (size_t)n;
    }
    clock_t start = clock();
    for (int t = 0; t < times; t++)
        for (const char *p = text, *end = text + n_text; p < end;) {
            const char *nl = memchr(p, '\n', (size_t)(end - p));
            struct language l;
            language_detect(slice_of(p, (size_t)(nl - p)), &l);
            if (t + 1 == times) printf("%s %u\n", l.code, l.score);
            p = nl + 1;
        }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    fprintf(stderr, "%.2f\n", (double)n_text * times / seconds / 1e6);
    free(text);
    free(line);
    return 0;
}
