/* Any bytes as a path and, behind the first NUL, as a text: a known language or none. */
#include "filter/code/language.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *nul = size ? memchr(p, 0, size) : NULL;
    size_t path = nul ? (size_t)(nul - p) : size;
    struct slice text = nul ? slice_of(nul + 1, size - path - 1) : slice_of("", 0);
    const char *language = language_of(slice_of(p, path), text);
    if (language && language_known(slice_str(language)) != language) abort();
    language_known(text);
    return 0;
}
