/* filter.c: leat filter: keeps the documents that no rule drops.
 *
 * Every document is measured once for all rules that are on (signals.h), then the rules are tried in their published
 * order (rules.h). Without rules every record is still parsed and checked, and written with its bytes unchanged.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --attributes. State: none but one thread's tables. */
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "filter/rules/rules.h"
#include "filter/screen/screen.h"
#include <stdio.h>
#include <stdlib.h>

static const char *preset, *rules_file;
static bool annotate, list_rules;
static struct opt_list sets;
static struct screen_opts screen_opts = {.least_grams = 1, .window = 200};

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
    {"pii", 0, OPT_STR, &screen_opts.pii, "KIND[,KIND…]", NULL, 0, 0,
     "look for personal data and secrets: all, or email, phone, ip, card, iban, crypto, secret, id"},
    {"pii-action", 0, OPT_CHOICE, &screen_opts.pii_action, NULL, "mask|drop|annotate", 0, 0,
     "what becomes of it: a placeholder such as [EMAIL] in its place, the document is dropped, or its places go into "
     "metadata.pii"},
    {"pii-style", 0, OPT_CHOICE, &screen_opts.pii_style, NULL, "leat|fineweb", 0, 0,
     "fineweb: what FineWeb looks for and writes instead (datatrove's PIIFormatter; email and ip alone)"},
    {"pii-placeholder", 0, OPT_LIST, &screen_opts.placeholders, "KIND=TEXT", NULL, 0, 0,
     "the text that replaces this kind; may be repeated"},
    {"word-list", 0, OPT_LIST, &screen_opts.word_lists, "FILE[=drop:SHARE]", NULL, 0, 0,
     "count the words of each document that are in a list of words and phrases, one a line, and drop it when their share "
     "of all words is larger; data-juicer drops at 0.045. May be repeated"},
    {"decontaminate", 0, OPT_LIST, &screen_opts.evaluations, "FILE", NULL, 0, 0,
     "drop documents that share n-grams with this evaluation set: JSON lines, a JSON array, or text, where each "
     "paragraph is an item. May be repeated"},
    {"decontaminate-ngram", 0, OPT_STR, &screen_opts.ngram, "[exact-|chars-]N", NULL, 0, 0,
     "words in a row, without case and punctuation (13 as GPT-3, if not given; 8 as PaLM), as they are (exact-13), or "
     "letters and digits in a row (chars-50 as GPT-4)"},
    {"decontaminate-key", 0, OPT_STR, &screen_opts.keys, "KEY[,KEY…]", NULL, 0, 0,
     "the keys of an evaluation set's objects whose strings are the item; if not given the usual ones, such as question, "
     "prompt, answer"},
    {"decontaminate-action", 0, OPT_CHOICE, &screen_opts.evaluation_action, NULL, "drop|remove|annotate", 0, 0,
     "drop the document, remove what it shares with --decontaminate-window characters around, or write it into "
     "metadata.contamination"},
    {"decontaminate-min", 0, OPT_INT, &screen_opts.least_grams, "N", NULL, 1, 1e15, "n-grams that a document must share"},
    {"decontaminate-share", 0, OPT_NUM, &screen_opts.item_share, "SHARE", NULL, 0, 1,
     "the share of an item's words that must be covered; PaLM: 0.7"},
    {"decontaminate-window", 0, OPT_INT, &screen_opts.window, "CHARS", NULL, 0, 1e9,
     "for remove: characters that go at both sides; pieces of fewer characters go too, and a document of more than ten "
     "pieces"},
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
        "What the rules keep is looked at for listed words, for pieces of evaluation sets, and for personal data, in this "
        "order. Text that is masked or removed, and what stands there instead, is counted in --stats.\n\n"
        "With --attributes the documents are not changed: id and signals go to that file as one line each.",
    .examples = "leat filter --preset gopher-quality,gopher-repetition docs.jsonl.zst -o kept.jsonl.zst\n"
                "# a lower bound of 30 words, and no stop words for other languages\n"
                "leat filter --preset gopher-quality --set gopher_short_doc=30 --set "
                "gopher_enough_stop_words=off <docs.jsonl\n"
                "# FineWeb's last step\n"
                "leat filter --pii email,ip --pii-style fineweb kept.jsonl.zst -o clean.jsonl.zst\n"
                "leat filter --pii all --pii-action drop --rejects with-pii.jsonl <docs.jsonl\n"
                "leat filter --decontaminate gsm8k/test.jsonl --decontaminate HumanEval.jsonl.gz --rejects found.jsonl <docs.jsonl\n"
                "leat filter --list-rules\n",
    .own = own,
};

struct filter {
    struct rules rules;
    struct screen *screen; /* NULL: nothing but rules */
};

struct filter_worker {
    struct signals *signals;
    struct screen_worker *screen;
    struct buf scratch;
};

static void worker_free(void *ctx, void *worker)
{
    struct filter_worker *w = worker;
    signals_free(w->signals);
    screen_worker_free(w->screen);
    buf_free(&w->scratch);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct filter *f = ctx;
    struct filter_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->scratch, BUF_NO_MAX);
    w->signals = signals_new();
    if (f->screen) w->screen = screen_worker_new(f->screen);
    if (w->signals && (w->screen || !f->screen)) return w;
    worker_free(ctx, w);
    return NULL;
}

/* The signals as dolma's attributes: "filter__words":[[0,LENGTH,VALUE]],… */
static int put_attributes(const struct filter *f, struct filter_worker *w, const double *value, struct doc *d,
                          struct stage_out *o, struct err *e)
{
    const char *comma = "";
    uint64_t chars = utf8_count(d->text.p, d->text.n);
    buf_clear(&w->scratch);
    for (int s = 0; s < SIG_COUNT; s++) {
        if (!(f->rules.wanted & SIGNAL_BIT(s))) continue;
        buf_printf(&w->scratch, "%s\"filter__%s\":[[0,%llu,", comma, signal_name(s),
                   (unsigned long long)chars);
        json_put_num(&w->scratch, value[s]);
        buf_puts(&w->scratch, "]]");
        comma = ",";
    }
    int r = f->screen ? screen_attributes(f->screen, w->screen, d, &w->scratch, e) : 0;
    if (r < 0) return r;
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

static int screen_and_keep(const struct filter *f, struct filter_worker *w, struct doc *d, struct stage_out *o,
                           struct err *e)
{
    struct screen_drop why = {0};
    int r = f->screen ? screen_doc(f->screen, w->screen, d, o, &why, e) : 0;
    if (r < 0) return r;
    return why.rule ? stage_drop(o, d, why.rule, why.value) : stage_keep(o, d);
}

static int filter_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct filter *f = ctx;
    struct filter_worker *w = worker;
    double value[SIG_COUNT] = {0};
    int r = f->rules.wanted ? signals_measure(w->signals, d->text, f->rules.wanted, value, e) : 0;
    if (r < 0) return r;
    const struct rule *hit = f->rules.wanted ? rules_match(&f->rules, value) : NULL;
    if (o->attributes && (f->rules.wanted || f->screen)) {
        r = put_attributes(f, w, value, d, o, e);
        return r < 0 ? r : stage_keep(o, d);
    }
    if (annotate) {
        r = put_annotations(&f->rules, value, hit, d);
        if (r == 0 && f->screen) r = screen_annotate(f->screen, w->screen, d, e);
        return r < 0 ? r : stage_keep(o, d);
    }
    return hit ? drop(w, hit, value, d, o) : screen_and_keep(f, w, d, o, e);
}

static int choose_rules(struct rules *rules, struct err *e)
{
    int r = 0;
    rules_init(rules);
    if (preset) r = rules_add_presets(rules, preset, e);
    if (r == 0 && rules_file) r = rules_load(rules, rules_file, e);
    for (size_t i = 0; i < sets.n && r == 0; i++) r = rules_set(rules, sets.at[i], e);
    rules_ready(rules);
    bool screens = screen_opts.pii || screen_opts.word_lists.n || screen_opts.evaluations.n;
    if (r == 0 && !preset && !rules_file && !sets.n && !screens)
        r = err_set(e, ERR_USAGE,
                    "no rules: give --preset, --rules or --set, or --pii, --word-list or --decontaminate");
    return r;
}

static int run(struct tool *t, const struct stage_ops *ops)
{
    struct filter f = {0};
    int r = choose_rules(&f.rules, &t->err);
    if (r == 0) r = screen_open(&f.screen, &screen_opts, &t->err);
    if (r == 0 && f.screen && *screen_about(f.screen)) log_info("%s", screen_about(f.screen));
    if (r == 0) r = stage_run(t, ops, &f);
    screen_free(f.screen);
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
        r = run(&t, &ops);
    }
    opt_list_free(&sets);
    opt_list_free(&screen_opts.placeholders);
    opt_list_free(&screen_opts.word_lists);
    opt_list_free(&screen_opts.evaluations);
    return tool_finish(&t, r);
}
