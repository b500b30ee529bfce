/* Any bytes as a configuration file, read with every getter; and, after the first newline, as a --set. */
#include "common/yaml.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(struct yaml *y, unsigned depth)
{
    int64_t i;
    double d;
    bool b;
    int c;
    const char *s;
    struct yaml *child;
    size_t n = 0;
    struct err e;
    if (depth > 200 || y->line == 0 || y->column == 0) abort();
    for (const struct yaml *m = y->child; m; m = m->next, n++) {
        if (y->kind == YAML_MAP && n < 50) {
            for (unsigned k = 0; k < 7; k++) {
                err_clear(&e);
                if (k == 0) yaml_int(y, m->key, -5, 1000, &i, &e);
                if (k == 1) yaml_num(y, m->key, -5, 1000, &d, &e);
                if (k == 2) yaml_bool(y, m->key, &b, &e);
                if (k == 3) yaml_choice(y, m->key, "a|bc|", &c, &e);
                if (k == 4) yaml_str(y, m->key, &s, &e);
                if (k == 5) yaml_map(y, m->key, &child, &e);
                if (k == 6) yaml_seq(y, m->key, &child, &e);
            }
            yaml_get(y, "absent");
        }
        visit((struct yaml *)m, depth + 1);
    }
    if (n != y->n_children || strlen(y->value) != y->value_bytes) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_file *f;
    struct err e = {0};
    struct slice text = slice_of((const char *)data, size);
    if (yaml_parse(&f, "fuzz", text, &e) < 0) {
        if (!e.code || !e.msg[0]) abort();
        return 0;
    }
    visit(yaml_root(f), 0);
    err_clear(&e);
    yaml_check_used(yaml_root(f), &e);
    const char *line = size ? memchr(text.p, '\n', size) : NULL;
    char *assignment = line ? strndup(line + 1, (size_t)(text.p + size - line - 1)) : NULL;
    if (assignment) {
        err_clear(&e);
        if (yaml_set(f, assignment, &e) == 0) visit(yaml_root(f), 0);
        free(assignment);
    }
    yaml_free(f);
    return 0;
}
