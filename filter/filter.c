/* filter.c: leat filter: keeps the documents that no rule drops.
 *
 * Every document is decided on by the rules that are on, in their published order (rules/decide.h); what a line edit
 * removed is counted, and a document that no edit changes keeps its bytes. Without rules every record is still parsed
 * and checked.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --attributes; with --explain lines of text. State: none but one
 * thread's tables. */
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "filter/explain.h"
#include "filter/language/codes.h"
#include "filter/scores/scores.h"
#include "filter/screen/screen.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const char *preset, *rules_file, *explain_id, *language, *languages;
static int dialect = 0; /* of the choices below; 0: the rules file's, or the default */
static bool annotate, list_rules;
static atomic_bool explained; /* a document with the id was there */
static struct opt_list sets;
static struct scores_opts scores_opts;
static struct screen_opts screen_opts = {.least_grams = 1, .window = 200};

static const struct opt own[] = {
    {"preset", 0, OPT_STR, &preset, "NAME[,NAME…]", NULL, 0, 0,
     "turn on the rules of these presets: gopher-repetition, gopher-quality, c4, c4-paragraph, fineweb, "
     "refinedweb-lines, fineweb-2024, fineweb-2; dolma: gopher-v1, gopher-v2, c4-v1, c4-v2; dclm: "
     "gopher-quality, "
     "gopher-repetition, refinedweb-lines, dclm-baseline"},
    {"rules", 0, OPT_STR, &rules_file, "FILE", NULL, 0, 0,
     "read presets, thresholds, patterns and rules by language from a YAML file; an empty file means no "
     "rules"},
    {"set", 0, OPT_LIST, &sets, "RULE=NUMBER", NULL, 0, 0,
     "change one rule's threshold, or turn it off with RULE=off; may be repeated"},
    {"dialect", 0, OPT_CHOICE, &dialect, "NAME", "auto|leat|datatrove-0.10|dolma-1.2|dclm", 0, 0,
     "whose words and formulas; auto: the rules file's, or else datatrove-0.10"},
    {"language", 0, OPT_STR, &language, "CODE", NULL, 0, 0,
     "the language of all documents; without it that of metadata.language, where there is one, or else "
     "English"},
    {"detect-language", 0, OPT_STR, &scores_opts.language, "builtin|FILE", NULL, 0, 0,
     "find each document's language and write it to metadata.language and .language_score: by CLD2 and a "
     "model for what it takes "
     "for each other, or by a classifier whose labels are languages (fastText's .bin and .ftz, leat's .lcl). "
     "Rules see it"},
    {"languages", 0, OPT_STR, &languages, "CODE[,CODE…]", NULL, 0, 0,
     "drop documents in other languages, or of none that is known"},
    {"lm", 0, OPT_STR, &scores_opts.perplexity, "FILE", NULL, 0, 0,
     "the n-gram model whose perplexity min_perplexity and max_perplexity test: a .blm or .arpa of leat lm, "
     "which knows its normal form of text, or another program's .arpa of words as they stand (leat lm "
     "convert "
     "--normalize makes a .blm of others)"},
    {"classifier", 0, OPT_STR, &scores_opts.classifier, "FILE", NULL, 0, 0,
     "the model (.lcl of leat classify, .bin or .ftz of fastText) whose probability the rule "
     "classifier_score tests"},
    {"classifier-label", 0, OPT_STR, &scores_opts.label, "LABEL", NULL, 0, 0,
     "of which label; if not given, of the most probable one", .needs = "classifier"},
    {"tokenizer", 0, OPT_STR, &scores_opts.tokenizer, "FILE", NULL, 0, 0,
     "the tokenizer.json in whose tokens min_tokens and max_tokens count, without one for the document's "
     "end"},
    {"annotate", 0, OPT_FLAG, &annotate, NULL, NULL, 0, 0,
     "drop and edit nothing; write the measured signals into metadata instead, and as filter_rule what would "
     "have "
     "dropped the document",
     .excludes = "rejects|attributes|explain"},
    {"explain", 0, OPT_STR, &explain_id, "ID", NULL, 0, 0,
     "for the documents with this id print each rule with the value and what it decides, and what is removed "
     "and "
     "why, and what --languages, --word-list, --decontaminate and --pii would do after the rules (screen: "
     "what they see, "
     "as in --attributes); no documents are written",
     .excludes = "output|rejects|attributes"},
    {"list-rules", 0, OPT_FLAG, &list_rules, NULL, NULL, 0, 0,
     "print all rules of the dialect with their thresholds, and what its pipelines are made of, and end"},
    {"pii", 0, OPT_STR, &screen_opts.pii, "KIND[,KIND…]", NULL, 0, 0,
     "look for personal data and secrets: all, or email, phone, ip, card, iban, crypto, secret, id"},
    {"pii-action", 0, OPT_CHOICE, &screen_opts.pii_action, NULL, "mask|drop|annotate", 0, 0,
     "what becomes of it: a placeholder such as [EMAIL] in its place, the document is dropped, or its places "
     "go into "
     "metadata.pii",
     .needs = "pii"},
    {"pii-style", 0, OPT_CHOICE, &screen_opts.pii_style, NULL, "leat|fineweb", 0, 0,
     "fineweb: what FineWeb looks for and writes instead (datatrove's PIIFormatter; email and ip alone)",
     .needs = "pii"},
    {"pii-placeholder", 0, OPT_LIST, &screen_opts.placeholders, "KIND=TEXT", NULL, 0, 0,
     "the text that replaces this kind; may be repeated", .needs = "pii,pii-action=mask"},
    {"word-list", 0, OPT_LIST, &screen_opts.word_lists, "FILE[=drop:SHARE]", NULL, 0, 0,
     "write into metadata.word_lists how many words of each document are in a list of words and phrases, one "
     "a "
     "line, or drop it when their share of all words is larger; data-juicer drops at 0.045. May be repeated"},
    {"decontaminate", 0, OPT_LIST, &screen_opts.evaluations, "FILE", NULL, 0, 0,
     "drop documents that share n-grams with this evaluation set: JSON lines, a JSON array, or text, where "
     "each "
     "paragraph is an item. May be repeated"},
    {"decontaminate-ngram", 0, OPT_STR, &screen_opts.ngram, "[exact-|chars-]N", NULL, 0, 0,
     "words in a row, without case and punctuation (13 as GPT-3, if not given; 8 as PaLM), as they are "
     "(exact-13), or "
     "letters and digits in a row (chars-50 as GPT-4)",
     .needs = "decontaminate"},
    {"decontaminate-key", 0, OPT_STR, &screen_opts.keys, "KEY[,KEY…]", NULL, 0, 0,
     "the keys of an evaluation set's objects whose strings are the item; if not given the usual ones, such "
     "as question, "
     "prompt, answer",
     .needs = "decontaminate"},
    {"decontaminate-action", 0, OPT_CHOICE, &screen_opts.evaluation_action, NULL, "drop|remove|annotate", 0,
     0,
     "drop the document, remove what it shares with --decontaminate-window characters around, or write it "
     "into "
     "metadata.contamination",
     .needs = "decontaminate"},
    {"decontaminate-min", 0, OPT_INT, &screen_opts.least_grams, "N", NULL, 1, 1e15,
     "n-grams that a document must share", .needs = "decontaminate"},
    {"decontaminate-share", 0, OPT_NUM, &screen_opts.item_share, "SHARE", NULL, 0, 1,
     "the share of an item's words that must be covered; PaLM: 0.7", .needs = "decontaminate"},
    {"decontaminate-window", 0, OPT_INT, &screen_opts.window, "CHARS", NULL, 0, 1e9,
     "characters that go at both sides; pieces of fewer characters go too, and a document of "
     "more than ten "
     "pieces",
     .needs = "decontaminate,decontaminate-action=remove"},
    {0}};

static int check_options(struct err *e);
static const struct opt_spec spec = {
    .check = check_options,
    .name = "leat filter",
    .summary = "keep the documents that pass quality rules",
    .operands = "[INPUT…]",
    .description =
        "Reads JSONL documents, measures each, and drops those that a rule names. Rules are tried in their "
        "published "
        "order; the first that holds is the reason of the drop, which --stats counts and --rejects records "
        "in "
        "metadata.drop with the value that was measured.\n\n"
        "Presets carry the published thresholds: Gopher's quality and repetition rules, C4's cleaning of "
        "lines, "
        "FineWeb's, RefinedWeb's corrections of lines, and whole pipelines of these; --list-rules prints "
        "them. They "
        "are tried in the order of their publication (FineWeb's: repetition, quality, C4, FineWeb), whatever "
        "the "
        "order on the command line. C4 and RefinedWeb edit: what comes after them sees the edited text, "
        "which is what "
        "is written.\n\n"
        "The dialect is whose words and formulas are meant by a rule: datatrove-0.10 decides as datatrove "
        "does (its "
        "English words are spaCy's), dolma-1.2 as dolma's taggers, dclm as mlfoundations/dclm; leat is "
        "datatrove's "
        "formulas over words of Unicode's rules, the same for all languages.\n\n"
        "A rules file is YAML: presets, thresholds by rule or off, the order, own regular expressions, and "
        "rules by "
        "language; docs/formats.md describes it.\n\n"
        "What the rules keep is looked at for listed words, for pieces of evaluation sets, and for personal "
        "data, in this "
        "order. Text that is masked or removed, and what stands there instead, is counted in --stats.\n\n"
        "What models say is measured once, on the text as it came, and only where a rule or an option asks: "
        "the language, a model's "
        "perplexity, a classifier's score, tokens. Rules of what is not known of a document do not apply to "
        "it.\n\n"
        "With --attributes the documents are not changed: id and signals go to that file as one line each.",
    .examples = "leat filter --preset gopher-quality,gopher-repetition docs.jsonl.zst -o kept.jsonl.zst\n"
                "# FineWeb's four filters, in its order\n"
                "leat filter --preset fineweb-2024 --rejects rejects.jsonl <docs.jsonl >kept.jsonl\n"
                "# a lower bound of 30 words, and no stop words for other languages\n"
                "leat filter --preset gopher-quality --set gopher_short_doc=30 --set "
                "gopher_enough_stop_words=off <docs.jsonl\n"
                "# English, Danish and Swedish, and none but the plainest text\n"
                "leat filter --detect-language builtin --languages en,da,sv --lm en.blm --set "
                "max_perplexity=1000 <docs.jsonl\n"
                "# FineWeb's last step\n"
                "leat filter --pii email,ip --pii-style fineweb kept.jsonl.zst -o clean.jsonl.zst\n"
                "leat filter --pii all --pii-action drop --rejects with-pii.jsonl <docs.jsonl\n"
                "leat filter --decontaminate gsm8k/test.jsonl --rejects found.jsonl <docs.jsonl\n"
                "leat filter --list-rules --dialect dolma-1.2\n",
    .own = own,
};

struct filter {
    struct rules rules;
    struct screen *screen; /* NULL: nothing but rules */
    struct scores *scores; /* NULL: no models */
};

struct filter_worker {
    struct decider *decider;
    struct screen_worker *screen;
    struct scores_worker *scores;
    struct scored scored;
    struct buf scratch;
    char language[64]; /* of the document */
};

static void worker_free(void *ctx, void *worker)
{
    struct filter_worker *w = worker;
    decider_free(w->decider);
    screen_worker_free(w->screen);
    scores_worker_free(w->scores);
    buf_free(&w->scratch);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct filter *f = ctx;
    struct filter_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->scratch, BUF_NO_MAX);
    w->decider = decider_new();
    if (f->screen) w->screen = screen_worker_new(f->screen);
    if (f->scores) w->scores = scores_worker_new(f->scores);
    if (w->decider && (w->screen || !f->screen) && (w->scores || !f->scores)) return w;
    worker_free(ctx, w);
    return NULL;
}

/* ------------------------------------------------------------------ scores instead of drops */

static void put_attribute(struct buf *b, const char *prefix, const char *name, uint64_t chars, double value)
{
    buf_puts(b, b->n ? "," : "");
    buf_printf(b, "\"%s%s\":[[0,%llu,", prefix, name, (unsigned long long)chars);
    json_put_num(b, value);
    buf_puts(b, "]]");
}

/* The signals as dolma's attributes: "filter__words":[[0,LENGTH,VALUE]],… */
static int put_attributes(const struct filter *f, struct filter_worker *w, const struct rules *r,
                          const struct decision *decision, struct doc *d, struct stage_out *o, struct err *e)
{
    uint64_t chars = utf8_count(d->text.p, d->text.n);
    buf_clear(&w->scratch);
    for (int s = 0; s < SIG_COUNT; s++)
        if (decision->has_value[s])
            put_attribute(&w->scratch, "filter__", signal_name(s), chars, decision->value_of[s]);
    for (size_t i = 0; i < r->n_patterns; i++)
        put_attribute(&w->scratch, "filter__pattern_", own_pattern_name(r->patterns[i].pattern), chars,
                      decision->pattern_value[i]);
    int got = f->screen ? screen_attributes(f->screen, w->screen, d, &w->scratch, e) : 0;
    if (got < 0) return got;
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_attributes(o, d, w->scratch.p);
}

static int put_annotations(const struct rules *r, const struct decision *decision, struct doc *d)
{
    int got = 0;
    char key[96];
    for (int s = 0; s < SIG_COUNT && got == 0; s++) {
        if (!decision->has_value[s]) continue;
        snprintf(key, sizeof key, "filter_%s", signal_name(s));
        got = doc_meta_set_num(d, key, decision->value_of[s]);
    }
    for (size_t i = 0; i < r->n_patterns && got == 0; i++) {
        snprintf(key, sizeof key, "filter_pattern_%s", own_pattern_name(r->patterns[i].pattern));
        got = doc_meta_set_num(d, key, decision->pattern_value[i]);
    }
    if (got == 0 && decision->rule) got = doc_meta_set_str(d, "filter_rule", slice_str(decision->rule));
    return got;
}

/* ------------------------------------------------------------------ one document */

static int drop(struct filter_worker *w, const struct decision *decision, struct doc *d, struct stage_out *o)
{
    buf_clear(&w->scratch);
    json_put_num(&w->scratch, decision->value);
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_drop(o, d, decision->rule, w->scratch.p);
}

static int keep(const struct filter *f, struct filter_worker *w, const struct decision *decision,
                struct doc *d, struct stage_out *o, struct err *e)
{
    const struct edit_log *log = decision->removed;
    struct slice before = d->text, text = decision->edited ? decision->text : before;
    struct screen_drop why = {0};
    int got = f->screen ? screen_doc(f->screen, w->screen, d, &text, o, &why, e) : 0;
    if (got < 0) return got;
    if (why.rule) return stage_drop(o, d, why.rule, why.value);
    bool changed = decision->edited || text.p != before.p;
    if (changed && (got = doc_set_text(d, text)) < 0) return got;
    for (size_t i = 0; decision->edited && i < log->n; i++)
        if (log->at[i].bytes) ledger_remove(o->ledger, log->at[i].rule, log->at[i].bytes);
    return stage_keep(o, d);
}

/* What the document says about its language. */
static int read_metadata(const struct rules *r, struct filter_worker *w, const struct doc *d,
                         struct stage_out *o, struct decide_options *options)
{
    struct slice value;
    struct err ignored = {0}; /* a language that is no string is none */
    options->language = slice_str(language ? language : r->language);
    for (int i = 0; i < SIGNALS_GIVEN; i++) options->given[i] = NAN;
    if (d->metadata.n == 0) return 0;
    if (options->language.n == 0 && jsonl_meta_str(o->jsonl, d, r->language_key, &value, &ignored) > 0 &&
        value.n < sizeof w->language) {
        memcpy(w->language, value.p, value.n);
        options->language = slice_of(w->language, value.n);
    }
    err_clear(&ignored);
    double score;
    if (jsonl_meta_num(o->jsonl, d, r->score_key, &score, &ignored) > 0)
        options->given[SIG_LANGUAGE_SCORE - SIG_GIVEN] = score;
    return 0;
}

/* What models say takes the place of what the metadata said. */
static int ask_models(const struct filter *f, struct filter_worker *w, const struct doc *d,
                      struct decide_options *options, struct err *e)
{
    const struct scored *s = &w->scored;
    if (!f->scores) return 0;
    int got = scores_doc(f->scores, w->scores, d->text, &w->scored, e);
    if (got < 0) return got;
    if (s->language[0]) {
        if (!language) options->language = slice_str(s->language);
        options->given[SIG_LANGUAGE_SCORE - SIG_GIVEN] = s->language_score;
    }
    options->given[SIG_PERPLEXITY - SIG_GIVEN] = s->perplexity;
    options->given[SIG_CLASSIFIER_SCORE - SIG_GIVEN] = s->classifier_score;
    options->given[SIG_TOKENS - SIG_GIVEN] = s->tokens;
    return 0;
}

/* In --languages, a list with commas. */
static bool is_wanted(struct slice code)
{
    for (const char *p = languages; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        if (n == code.n && memcmp(p, code.p, n) == 0) return true;
        p += n;
    }
    return false;
}

static int drop_language(struct filter_worker *w, struct slice code, struct doc *d, struct stage_out *o)
{
    buf_clear(&w->scratch);
    json_put_str(&w->scratch, code);
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_drop(o, d, "language", w->scratch.p);
}

static int put_language(const struct filter_worker *w, struct doc *d)
{
    int got = doc_meta_set_str(d, "language", slice_str(w->scored.language));
    return got < 0 ? got : doc_meta_set_num(d, "language_score", w->scored.language_score);
}

/* What the screen sees in the text as it came, by the names of --attributes. */
static int explain_screen(const struct filter *f, struct filter_worker *w, const struct doc *d,
                          struct buf *out, struct err *e)
{
    buf_clear(&w->scratch);
    int got = screen_attributes(f->screen, w->screen, d, &w->scratch, e);
    if (got < 0) return got;
    buf_puts(out, "screen: {");
    buf_put_slice(out, buf_slice(&w->scratch));
    buf_puts(out, "}\n");
    return out->failed ? err_nomem(e, "explaining") : 0;
}

/* Which of what is not a rule would drop a document that the rules keep; NULL: none would. *value: JSON. Nothing is counted. */
static int other_verdict(const struct filter *f, struct filter_worker *w, struct doc *d,
                         const struct decision *decision, struct slice code, struct screen_drop *why,
                         struct err *e)
{
    struct slice text = decision->edited ? decision->text : d->text;
    struct ledger uncounted;
    struct stage_out nowhere = {.ledger = &uncounted};
    *why = (struct screen_drop){0};
    if (languages && !is_wanted(code)) {
        buf_clear(&w->scratch);
        json_put_str(&w->scratch, code);
        if (buf_terminate(&w->scratch) < 0) return -ERR_IO;
        *why = (struct screen_drop){"language", w->scratch.p};
        return 0;
    }
    if (!f->screen || decision->rule) return 0;
    ledger_init(&uncounted);
    int got = screen_doc(f->screen, w->screen, d, &text, &nowhere, why, e);
    ledger_free(&uncounted);
    return got;
}

static int explain_doc(const struct filter *f, struct filter_worker *w, const struct rules *r, struct doc *d,
                       const struct decide_options *options, struct buf *out, struct err *e)
{
    struct decision decision;
    struct screen_drop why;
    int got = explain(w->decider, r, d->id, d->text, *options, &decision, out, e);
    if (got >= 0) got = other_verdict(f, w, d, &decision, options->language, &why, e);
    if (got < 0) return got;
    if (why.rule)
        buf_printf(out, "%s %s, value %s\n",
                   strcmp(why.rule, "language") ? "and then dropped by" : "dropped before that by", why.rule,
                   why.value);
    return f->screen ? explain_screen(f, w, d, out, e) : 0;
}

static int annotate_doc(const struct filter *f, struct filter_worker *w, const struct rules *r, struct doc *d,
                        const struct decision *decision, struct slice code, struct err *e)
{
    struct screen_drop why;
    int got = put_annotations(r, decision, d);
    if (got >= 0) got = other_verdict(f, w, d, decision, code, &why, e);
    if (got >= 0 && why.rule) got = doc_meta_set_str(d, "filter_rule", slice_str(why.rule));
    return got >= 0 && f->screen ? screen_annotate(f->screen, w->screen, d, e) : got;
}

static int filter_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct filter *f = ctx;
    const struct rules *r = &f->rules;
    struct filter_worker *w = worker;
    struct decide_options options = {.all = annotate || o->attributes};
    struct decision decision;
    read_metadata(r, w, d, o, &options);
    int asked = ask_models(f, w, d, &options, e);
    if (asked < 0) return asked;
    r = rules_for(r, options.language);
    if (explain_id) {
        if (!slice_is(d->id, explain_id)) return stage_emit(o, d, 0);
        explained = true;
        int got = explain_doc(f, w, r, d, &options, o->out, e);
        return got < 0 ? got : stage_emit(o, d, 1);
    }
    int got = f->scores && w->scored.language[0] && !o->attributes ? put_language(w, d) : 0;
    if (got < 0) return got;
    if (languages && !options.all && !is_wanted(options.language))
        return drop_language(w, options.language, d, o);
    got = decide(w->decider, r, d->text, &options, &decision, e);
    if (got < 0) return got;
    if (!options.all) return decision.rule ? drop(w, &decision, d, o) : keep(f, w, &decision, d, o, e);
    got = o->attributes ? put_attributes(f, w, r, &decision, d, o, e)
                        : annotate_doc(f, w, r, d, &decision, options.language, e);
    return got < 0 ? got : stage_keep(o, d);
}

/* An error in a pattern says on which document. */
static int named_filter_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct err inner = {0};
    int got = filter_doc(ctx, worker, d, o, &inner);
    if (got >= 0) return got;
    if (inner.code == ERR_USAGE)
        return err_set(e, ERR_USAGE, "%.700s (document %.*s of %s)", inner.msg,
                       (int)(d->id.n < 200 ? d->id.n : 200), d->id.p, o->file);
    return inner.code ? err_set(e, inner.code, "%s", inner.msg) : got;
}

/* ------------------------------------------------------------------ rules */

static int choose_rules(struct rules *rules, struct err *e)
{
    int got = rules_open(rules, dialect - 1, preset, rules_file, e);
    for (size_t i = 0; i < sets.n && got >= 0; i++) got = rules_set(rules, sets.at[i], e);
    bool screens = screen_opts.pii || screen_opts.word_lists.n || screen_opts.evaluations.n ||
                   scores_opts.language || languages;
    if (got >= 0 && !preset && !rules_file && !sets.n && !list_rules && !screens)
        return err_set(e, ERR_USAGE,
                       "no rules: give --preset, --rules or --set, or --pii, --word-list, --decontaminate, "
                       "--languages or "
                       "--detect-language");
    return got;
}

/* A rule about what no model was given for would silently keep everything. */
static int check_models(const struct rules *rules, bool shows_all, struct err *e)
{
    const struct {
        enum signal signal;
        const char *option, *model, *rules;
    } needs[] = {{SIG_PERPLEXITY, "--lm", scores_opts.perplexity, "min_perplexity or max_perplexity"},
                 {SIG_CLASSIFIER_SCORE, "--classifier", scores_opts.classifier, "classifier_score"},
                 {SIG_TOKENS, "--tokenizer", scores_opts.tokenizer, "min_tokens or max_tokens"}};
    for (size_t k = 0; k < 3; k++) {
        const struct rule *rule = rules_testing(rules, needs[k].signal);
        if (rule && !needs[k].model)
            return err_set(e, ERR_USAGE, "the rule %s needs %s FILE", rule->name, needs[k].option);
        if (needs[k].model && !rule && !shows_all)
            return err_set(e, ERR_USAGE, "%s is asked by no rule: --set %s, or --annotate", needs[k].option,
                           needs[k].rules);
    }
    return 0;
}

/* A code that no document can have would drop all of them, or none. */
static int check_languages(const struct rules *rules, const struct scores *scores, struct err *e)
{
    struct err unknown = {0};
    if (language && rules_for(rules, slice_str(language)) == rules &&
        codes_check("--language", slice_str(language), e) < 0)
        return -ERR_USAGE;
    for (const char *p = languages; p; p = *p ? p + 1 : NULL) {
        size_t n = strcspn(p, ",");
        if (scores_check_language(scores, "--languages", slice_of(p, n), &unknown) < 0) break;
        p += n;
    }
    if (unknown.code) *e = unknown;
    return -unknown.code;
}

static int run(struct tool *t, const struct stage_ops *ops, struct filter *f)
{
    int got = check_models(&f->rules, annotate || t->attributes, &t->err);
    if (got >= 0) got = scores_open(&f->scores, &scores_opts, &t->err);
    if (got >= 0) got = check_languages(&f->rules, f->scores, &t->err);
    if (got >= 0) got = screen_open(&f->screen, &screen_opts, &t->err);
    if (got >= 0 && f->screen && *screen_about(f->screen)) log_info("%s", screen_about(f->screen));
    if (got >= 0) got = stage_run(t, ops, f);
    if (got >= 0 && explain_id && !explained)
        got = err_set(&t->err, ERR_USAGE, "--explain %s: no document has this id", explain_id);
    screen_free(f->screen);
    scores_close(f->scores);
    return got;
}

static int print_rules(const struct rules *rules, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t k = 0; k < rules->n_order; k++)
        for (size_t i = 0; i < rules->n; i++) {
            if (rules->at[i].block != rules->order[k]) continue;
            buf_printf(&b, "%-44s %-18s ", rules->at[i].name, block_name(rules->order[k]));
            explain_rule(&b, &rules->at[i]);
            buf_puts(&b, rules->at[i].on ? "; on\n" : "\n");
        }
    rules_put_pipelines(rules, &b);
    bool failed = b.failed || fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0;
    buf_free(&b);
    return failed ? err_sys(e, "cannot write to standard output") : 0;
}

/* What can be said before models are opened. */
static int check_options(struct err *e)
{
    struct rules rules = {0};
    int got = choose_rules(&rules, e);
    if (got >= 0) got = check_models(&rules, true, e);
    if (got >= 0 && !scores_opts.language) got = check_languages(&rules, NULL, e);
    rules_free(&rules);
    return got;
}

int main(int argc, char **argv)
{
    struct stage_ops ops = {
        .kind = "jsonl", .worker_new = worker_new, .worker_free = worker_free, .doc = named_filter_doc};
    struct tool t;
    struct filter f = {0};
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_SCORES_ALL, argc, argv))
        return t.status;
    if (explain_id) ops.kind = "text";
    int r = choose_rules(&f.rules, &t.err);
    if (r >= 0) r = list_rules ? print_rules(&f.rules, &t.err) : run(&t, &ops, &f);
    rules_free(&f.rules);
    opt_list_free(&sets);
    opt_list_free(&screen_opts.placeholders);
    opt_list_free(&screen_opts.word_lists);
    opt_list_free(&screen_opts.evaluations);
    return tool_finish(&t, r);
}
