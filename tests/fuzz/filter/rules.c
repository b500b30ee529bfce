/* Any bytes as a rules file, and each of their lines as a preset and as a --set. */
#include "filter/rules/rules.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_rules(const struct rules *r)
{
    bool any = r->n_patterns > 0;
    for (size_t i = 0; i < r->n; i++) any |= r->at[i].on;
    check(!any || rules_any(r));
    check(rules_for(r, slice_str("de")) != NULL);
}

static void read_file(struct slice text, enum dialect d)
{
    struct yaml_file *f;
    struct rules r;
    struct err e = {0};
    if (yaml_parse(&f, "fuzz", text, &e) < 0) return;
    rules_init(&r, d);
    int got = rules_read(&r, yaml_root(f), "", &e);
    check(got == 0 || (e.code && e.msg[0]));
    check_rules(&r);
    rules_free(&r);
    yaml_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size), line;
    read_file(text, size ? (enum dialect)(data[0] & 3) : DIALECT_DATATROVE);
    for (size_t at = 0; line_next(text, &at, &line);) {
        struct rules r;
        struct err e = {0};
        char *z = strndup(line.p, line.n);
        rules_init(&r, DIALECT_DATATROVE);
        check(rules_set(&r, z, &e) == 0 || e.code == ERR_USAGE);
        err_clear(&e);
        check(rules_add_presets(&r, z, &e) == 0 || e.code == ERR_USAGE);
        check_rules(&r);
        rules_free(&r);
        free(z);
    }
    return 0;
}
