/* Any bytes, repaired to UTF-8, as a document for all rules of each dialect, and the first line as an expression: the quick
 * decision is the exact one, what edits removed is what the text has lost, and an edited text edited again loses no more
 * than the first time. */
#include "filter/rules/decide.h"
#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void turn_all_on(struct rules *r)
{
    for (size_t i = 0; i < r->n; i++) r->at[i].on = true;
}

static void add_pattern(struct rules *r, struct slice line)
{
    struct err e = {0};
    struct pattern_rule *p = &r->patterns[0];
    *p = (struct pattern_rule){.action = (enum pattern_action)(line.n % 3), .min = -INFINITY, .max = 1};
    if (own_pattern_new(&p->pattern, "fuzz", line, line.n & 1, &e) == 0)
        r->n_patterns = 1;
    else
        check(e.code == ERR_USAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decider *d;
    struct decide_options quick = {.given = {0.7, NAN, 0.9, 100}},
                          all = {.all = true, .given = {0.7, NAN, 0.9, 100}};
    struct decision a, b;
    struct buf text;
    struct rules r;
    struct err e = {0};
    struct slice line = {"", 0};
    if (!d) d = decider_new();
    buf_init(&text, BUF_NO_MAX);
    check(utf8_repair(&text, (const char *)data, size) >= 0);
    rules_init(&r, size ? (enum dialect)(data[0] & 3) : DIALECT_DATATROVE);
    turn_all_on(&r);
    if (size > 1 && data[1] & 1) rules_add_presets(&r, "c4,refinedweb-lines", NULL);
    size_t at = 0;
    if (line_next(buf_slice(&text), &at, &line) && line.n < 40) add_pattern(&r, line);
    int got = decide(d, &r, buf_slice(&text), &quick, &a, &e);
    check(got == 0 || e.code == ERR_USAGE);
    if (got == 0) {
        const char *rule = a.rule;
        double value = a.value;
        if (!rule) check(edit_total(a.removed) == text.n - a.text.n);
        if (decide(d, &r, buf_slice(&text), &all, &b, &e) == 0)
            check(b.rule == rule && (b.value == value || (rule && b.value - b.value == 0)));
    }
    rules_free(&r);
    buf_free(&text);
    return 0;
}
