/* Any bytes as a rules file, and each of their lines as a preset and as a --set. */
#include "filter/rules/rules.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_rules(struct rules *r)
{
    double value[SIG_COUNT] = {0};
    size_t on = 0;
    for (size_t i = 0; i < r->n; i++) {
        on += r->at[i].on;
        check(r->at[i].threshold - r->at[i].threshold == 0);
    }
    rules_ready(r);
    check((on == 0) == (r->wanted == 0));
    const struct rule *hit = rules_match(r, value);
    check(!hit || hit->on);
}

static void read_file(struct slice text)
{
    struct yaml_file *f;
    struct rules r;
    struct err e = {0};
    if (yaml_parse(&f, "fuzz", text, &e) < 0) return;
    rules_init(&r);
    check(rules_read(&r, yaml_root(f), &e) == 0 || (e.code == ERR_USAGE && e.msg[0]));
    check_rules(&r);
    yaml_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size), line;
    read_file(text);
    for (size_t at = 0; line_next(text, &at, &line);) {
        struct rules r;
        struct err e = {0};
        char *z = strndup(line.p, line.n);
        rules_init(&r);
        check(rules_set(&r, z, &e) == 0 || e.code == ERR_USAGE);
        err_clear(&e);
        check(rules_add_presets(&r, z, &e) == 0 || e.code == ERR_USAGE);
        check_rules(&r);
        free(z);
    }
    return 0;
}
