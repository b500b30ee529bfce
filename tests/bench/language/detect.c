/* detect.c: for each line of stdin the code and score that leat gives it; for language.sh. "-n N": N times over, codes of the last. */
#include "filter/language/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[2]) : 1;
    char *text = NULL;
    size_t n_text = 0, room = 0;
    for (size_t got = 1; got > 0; n_text += got) {
        if (n_text == room) {
            char *more = realloc(text, room = 2 * room + 65536);
            if (!more) abort();
            text = more;
        }
        got = fread(text + n_text, 1, room - n_text, stdin);
    }
    clock_t start = clock();
    for (int t = 0; t < times; t++)
        for (const char *p = text, *end = text + n_text; p < end;) {
            const char *nl = memchr(p, '\n', (size_t)(end - p));
            struct language l;
            if (!nl) nl = end;
            language_detect(slice_of(p, (size_t)(nl - p)), &l);
            if (t + 1 == times) printf("%s %u\n", l.code, l.score);
            p = nl + 1;
        }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    fprintf(stderr, "%.2f\n", (double)n_text * times / seconds / 1e6);
    free(text);
    return 0;
}
