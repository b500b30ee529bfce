/* recorded.h: what Hugging Face's tokenizers gave for the texts of data/record.py, for the tests of this folder. */
#ifndef LEAT_TESTS_TOKENIZER_RECORDED_H
#define LEAT_TESTS_TOKENIZER_RECORDED_H

#include "common/json.h"
#include "tests/unit/test.h"
#include "tokenizer/pattern.h"

static inline struct json_file *recorded_load(void)
{
    char path[4096];
    struct json_file *f = NULL;
    struct err e = {0};
    const char *root = getenv("LEAT_ROOT");
    snprintf(path, sizeof path, "%s/tests/unit/tokenizer/data/recorded.json", root ? root : ".");
    if (json_load(&f, path, 64 << 20, &e) < 0) {
        printf("not ok - %s: %s\n", path, e.msg);
        exit(1);
    }
    return f;
}

static inline struct pattern_spec recorded_pattern(const struct json_file *f, const char *name)
{
    struct pattern_spec spec = {.n = 0};
    for (struct json_iter i = json_iter(json_get(json_get(json_root(f), "patterns"), name)); json_next(&i);)
        json_str(i.value, &spec.regex[spec.n++]);
    return spec;
}

/* A generator of the same numbers everywhere. */
static inline uint32_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*state >> 33);
}

#endif
