/* cld.h: Compact Language Detector 2 (libcld2), which is C++. */
#ifndef LEAT_FILTER_CLD_H
#define LEAT_FILTER_CLD_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cld_result {
    char code[16];    /* "en", "zh-Hant"; "un": unknown */
    unsigned percent; /* of the text that is in its first language */
    unsigned score;   /* how like it: of texts that are in it, some 1000 */
    bool reliable;
};

/* The language that most of the text is in. text: valid UTF-8 without control characters. */
void cld_guess(const char *p, size_t n, struct cld_result *guess);

/* The i-th of its codes, from 0; NULL: there are no more. */
const char *cld_code(size_t i);

#ifdef __cplusplus
}
#endif
#endif
