/* filter.c: leat filter: keeps the documents that no rule drops.
 *
 * Every document is measured once for all rules that are on (signals.h), then the rules are tried in their published
 * order (rules.h). Without rules every record is still parsed and checked, and written with its bytes unchanged.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --attributes. State: none but one thread's tables. */
#include "common/json.h"
#include "common/stage.h"
#include "filter/rules/rules.h"
#include <stdio.h>
#include <stdlib.h>

static const char *preset, *rules_file;
static bool annotate, list_rules;
static struct opt_list sets;

static const struct opt own[] = {
    {"preset", 0, OPT_STR, &preset, "NAME[,NAME…]", NULL, 0, 0,
     "turn on the rules of these presets: gopher-quality, gopher-repetition"},
    {"rules", 0, OPT_STR, &rules_file, "FILE", NULL, 0, 0,
     "read presets and thresholds from a YAML file; an empty file means no rules"},
    {"set", 0, OPT_LIST, &sets, "RULE=NUMBER", NULL, 0, 0,
     "change one rule's threshold, or turn it off with RULE=off; may be repeated"},
    {"annotate", 0, OPT_FLAG, &annotate, NULL, NULL, 0, 0,
     "drop nothing; write the measured signals into metadata instead, and the rule that would have dropped"},
    {"list-rules", 0, OPT_FLAG, &list_rules, NULL, NULL, 0, 0,
     "print all rules with their thresholds, and end"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat filter",
    .summary = "keep the documents that pass quality rules",
    .operands = "[INPUT…]",
    .description =
        "Reads JSONL documents, measures each, and drops those that a rule names. Rules are tried in their "
        "published "
        "order; the first that holds is the reason of the drop, which --stats counts and --rejects records "
        "in "
        "metadata.drop with the value that was measured.\n\n"
        "Presets carry the thresholds of Rae et al. 2021 (Gopher) as datatrove applies them; --list-rules "
        "prints them. A "
        "rules file is YAML with the keys presets (a list) and rules (a map of rule to threshold, or "
        "off).\n\n"
        "With --attributes the documents are not changed: id and signals go to that file as one line each.",
    .examples = "leat filter --preset gopher-quality,gopher-repetition docs.jsonl.zst -o kept.jsonl.zst\n"
                "# a lower bound of 30 words, and no stop words for other languages\n"
                "leat filter --preset gopher-quality --set gopher_short_doc=30 --set "
                "gopher_enough_stop_words=off <docs.jsonl\n"
                "leat filter --list-rules\n",
    .own = own,
};

struct filter_worker {
    struct signals *signals;
    struct buf scratch;
};

static void *worker_new(void *ctx)
{
    struct filter_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->scratch, BUF_NO_MAX);
    w->signals = signals_new();
    if (w->signals) return w;
    free(w);
    return NULL;
}

static void worker_free(void *ctx, void *worker)
{
    struct filter_worker *w = worker;
    signals_free(w->signals);
    buf_free(&w->scratch);
    free(w);
}

/* The signals as dolma's attributes: "filter__words":[[0,LENGTH,VALUE]],… */
static int put_attributes(struct filter_worker *w, const struct rules *rules, const double *value,
                          struct doc *d, struct stage_out *o)
{
    const char *comma = "";
    uint64_t chars = utf8_count(d->text.p, d->text.n);
    buf_clear(&w->scratch);
    for (int s = 0; s < SIG_COUNT; s++) {
        if (!(rules->wanted & SIGNAL_BIT(s))) continue;
        buf_printf(&w->scratch, "%s\"filter__%s\":[[0,%llu,", comma, signal_name(s),
                   (unsigned long long)chars);
        json_put_num(&w->scratch, value[s]);
        buf_puts(&w->scratch, "]]");
        comma = ",";
    }
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_attributes(o, d, w->scratch.p);
}

static int put_annotations(const struct rules *rules, const double *value, const struct rule *hit,
                           struct doc *d)
{
    int r = 0;
    for (int s = 0; s < SIG_COUNT && r == 0; s++) {
        char key[64];
        if (!(rules->wanted & SIGNAL_BIT(s))) continue;
        snprintf(key, sizeof key, "filter_%s", signal_name(s));
        r = doc_meta_set_num(d, key, value[s]);
    }
    if (r == 0 && hit) r = doc_meta_set_str(d, "filter_rule", slice_str(hit->name));
    return r;
}

static int drop(struct filter_worker *w, const struct rule *hit, const double *value, struct doc *d,
                struct stage_out *o)
{
    buf_clear(&w->scratch);
    json_put_num(&w->scratch, value[hit->signal]);
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_drop(o, d, hit->name, w->scratch.p);
}

static int filter_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct rules *rules = ctx;
    struct filter_worker *w = worker;
    double value[SIG_COUNT] = {0};
    if (!rules->wanted) return stage_keep(o, d);
    int r = signals_measure(w->signals, d->text, rules->wanted, value, e);
    if (r < 0) return r;
    const struct rule *hit = rules_match(rules, value);
    if (o->attributes) {
        r = put_attributes(w, rules, value, d, o);
        return r < 0 ? r : stage_keep(o, d);
    }
    if (annotate) {
        r = put_annotations(rules, value, hit, d);
        return r < 0 ? r : stage_keep(o, d);
    }
    return hit ? drop(w, hit, value, d, o) : stage_keep(o, d);
}

static int choose_rules(struct rules *rules, struct err *e)
{
    int r = 0;
    rules_init(rules);
    if (preset) r = rules_add_presets(rules, preset, e);
    if (r == 0 && rules_file) r = rules_load(rules, rules_file, e);
    for (size_t i = 0; i < sets.n && r == 0; i++) r = rules_set(rules, sets.at[i], e);
    rules_ready(rules);
    if (r == 0 && !preset && !rules_file && !sets.n)
        r = err_set(e, ERR_USAGE, "no rules: give --preset, --rules or --set");
    return r;
}

static void print_rules(const struct rules *rules)
{
    for (size_t i = 0; i < rules->n; i++) {
        const struct rule *r = &rules->at[i];
        printf("%-30s %-18s drops when %s %s %g\n", r->name, r->preset, signal_name(r->signal),
               r->below ? "<" : ">", r->threshold);
    }
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .kind = "jsonl", .worker_new = worker_new, .worker_free = worker_free, .doc = filter_doc};
    struct tool t;
    struct rules rules;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES, argc, argv)) return t.status;
    int r = 0;
    if (list_rules) {
        rules_init(&rules);
        print_rules(&rules);
    } else {
        r = choose_rules(&rules, &t.err);
        if (r == 0) r = stage_run(&t, &ops, &rules);
    }
    opt_list_free(&sets);
    return tool_finish(&t, r);
}
