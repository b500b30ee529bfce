/* decide.c: see decide.h. Block by block: edit, then try the rules. Without `all` the first rule that holds ends it, and
 * signals are measured no further than the answer needs.
 *
 * State: the measuring tools and four buffers of text, reused. */
#include "filter/rules/decide.h"
#include "filter/rules/c4.h"
#include "filter/rules/refinedweb.h"
#include "filter/signals/python.h"
#include <math.h>
#include <stdlib.h>

struct decider {
    struct signals *signals;
    struct signal_frame frame;
    struct c4 c4;
    struct refinedweb *refinedweb; /* opened when the first rules need it */
    struct pattern_state *patterns;
    struct buf text[2]; /* of edits by patterns */
    unsigned next_text;
    struct edit_log log;
    double value[SIG_COUNT], pattern_value[PATTERNS_MAX];
    bool has_value[SIG_COUNT];
};

struct decider *decider_new(void)
{
    struct decider *d = calloc(1, sizeof *d);
    if (!d) return NULL;
    c4_init(&d->c4);
    buf_init(&d->text[0], BUF_NO_MAX);
    buf_init(&d->text[1], BUF_NO_MAX);
    d->signals = signals_new();
    d->patterns = pattern_state_new();
    if (d->signals && d->patterns) return d;
    decider_free(d);
    return NULL;
}

void decider_free(struct decider *d)
{
    if (!d) return;
    signals_free(d->signals);
    pattern_state_free(d->patterns);
    refinedweb_free(d->refinedweb);
    c4_free(&d->c4);
    buf_free(&d->text[0]);
    buf_free(&d->text[1]);
    free(d);
}

struct run { /* one document's decision */
    struct decider *d;
    const struct rules *r;
    const struct decide_options *o;
    struct decision *out;
    struct slice text; /* as edited so far */
    struct err *e;
};

static bool is_on(const struct rule *rule)
{
    return rule->on && !(rule->zero_off && rule->threshold == 0);
}

static void note_hit(struct run *run, const char *rule, double value)
{
    if (run->out->rule) return;
    run->out->rule = rule;
    run->out->value = value;
}

/* The edited text takes the place of the text before. */
static void replace(struct run *run, struct slice text)
{
    if (slice_eq(run->text, text)) return;
    run->text = text.n ? text : slice_of("", 0);
    run->out->edited = true;
    signals_continue(run->d->signals, text);
}

/* ------------------------------------------------------------------ edits by rules */

/* The threshold of a rule of a block that edits, 0 when it is off. */
static double edit_option(const struct rules *r, enum block b, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].block == b && strcmp(r->at[i].name, name) == 0)
            return is_on(&r->at[i]) ? r->at[i].threshold : 0;
    return 0;
}

static uint32_t edit_number(const struct rules *r, enum block b, const char *name)
{
    double v = edit_option(r, b, name);
    return v <= 0 ? 0 : v >= UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static struct c4_options c4_options_of(const struct run *run)
{
    const struct rules *r = run->r;
    return (struct c4_options){
        .max_word_chars = edit_number(r, BLOCK_C4, "c4_too_long_word"),
        .min_words = edit_number(r, BLOCK_C4, "c4_too_few_words"),
        .terminal_punct = edit_option(r, BLOCK_C4, "c4_no_terminal_punct") != 0,
        .javascript = edit_option(r, BLOCK_C4, "c4_javascript") != 0,
        .policy = edit_option(r, BLOCK_C4, "c4_policy") != 0,
        .citations = edit_option(r, BLOCK_C4, "c4_citation") != 0,
        .lorem_ipsum = edit_option(r, BLOCK_C4, "lorem_ipsum") != 0,
        .curly_bracket = edit_option(r, BLOCK_C4, "curly_bracket") != 0,
        .min_sentences = edit_option(r, BLOCK_C4, "too_few_sentences"),
        .count_sentences = run->o->all,
        .dialect = run->d->frame.dialect,
        .language = run->d->frame.language,
    };
}

static struct refinedweb_options refinedweb_options_of(const struct rules *r)
{
    double capitals = edit_option(r, BLOCK_REFINEDWEB, "rw_capitals");
    return (struct refinedweb_options){
        .max_capitals = capitals > 0 ? capitals : 1,
        .digits = edit_option(r, BLOCK_REFINEDWEB, "rw_digits") != 0,
        .counters = edit_option(r, BLOCK_REFINEDWEB, "rw_counter") != 0,
        .one_word = edit_option(r, BLOCK_REFINEDWEB, "rw_one_word") != 0,
        .fixed_parts = edit_option(r, BLOCK_REFINEDWEB, "rw_fixed_parts") != 0,
    };
}

static int edit_c4(struct run *run)
{
    struct decider *d = run->d;
    struct c4_result result;
    struct edit_log before = d->log;
    struct c4_options o = c4_options_of(run);
    int got = c4_clean(&d->c4, &o, run->text, &result, &d->log, run->e);
    if (got < 0) return got;
    signals_give(d->signals, SIG_C4_LOREM_IPSUM, result.lorem_ipsum);
    signals_give(d->signals, SIG_C4_CURLY_BRACKET, result.curly_bracket);
    signals_give(d->signals, SIG_C4_SENTENCES, result.sentences);
    if (result.lorem_ipsum || result.curly_bracket)
        d->log = before; /* the document ends here: nothing of it is cleaned */
    else
        replace(run, buf_slice(&d->c4.text));
    return 0;
}

static int edit_refinedweb(struct run *run)
{
    struct decider *d = run->d;
    struct slice text = run->text;
    struct refinedweb_options o = refinedweb_options_of(run->r);
    double removed = 0;
    if (!d->refinedweb && !(d->refinedweb = refinedweb_new(run->e))) return -run->e->code;
    int got = refinedweb_correct(d->refinedweb, &o, &text, &removed, &d->log, run->e);
    if (got < 0) return got;
    signals_give(d->signals, SIG_REMOVED_WORDS, removed);
    replace(run, text);
    return 0;
}

/* ------------------------------------------------------------------ patterns */

static int match_all(struct run *run, const struct pattern_rule *p, double *value)
{
    uint64_t n = 0, chars = 0;
    struct slice match;
    int got;
    for (size_t at = 0;
         (got = pattern_next(p->pattern, run->d->patterns, run->text, &at, &match, run->e)) > 0; n++)
        if (p->share) chars += utf8_count(match.p, match.n);
    uint64_t all = p->share ? utf8_count(run->text.p, run->text.n) : 0;
    *value = p->share ? (all ? (double)chars / (double)all : 0) : (double)n;
    return got;
}

static int drop_by_pattern(struct run *run, const struct pattern_rule *p, double *value)
{
    int got = match_all(run, p, value);
    if (got < 0) return got;
    bool holds = *value < p->min || *value > p->max;
    if (holds) note_hit(run, own_pattern_name(p->pattern), *value);
    if (run->o->tell_pattern) run->o->tell_pattern(run->o->to, p, *value, holds);
    return 0;
}

static int remove_lines(struct run *run, const struct pattern_rule *p, struct buf *out, double *value)
{
    struct slice line, match;
    bool any = false;
    for (size_t at = 0; py_piece_next(run->text, &at, &line);) {
        size_t from = 0;
        int got = pattern_next(p->pattern, run->d->patterns, line, &from, &match, run->e);
        if (got < 0) return got;
        if (got > 0) {
            ++*value;
            edit_removed(&run->d->log, own_pattern_name(p->pattern), line);
            continue;
        }
        if (any) buf_putc(out, '\n');
        any = true;
        buf_put_slice(out, line);
    }
    return 0;
}

static int remove_matches(struct run *run, const struct pattern_rule *p, struct buf *out, double *value)
{
    struct slice match;
    size_t copied = 0;
    int got;
    for (size_t at = 0;
         (got = pattern_next(p->pattern, run->d->patterns, run->text, &at, &match, run->e)) > 0;) {
        size_t from = (size_t)(match.p - run->text.p);
        if (from < copied) continue; /* behind \K */
        buf_put(out, run->text.p + copied, from - copied);
        copied = from + match.n;
        ++*value;
        edit_removed(&run->d->log, own_pattern_name(p->pattern), match);
    }
    buf_put(out, run->text.p + copied, run->text.n - copied);
    return got;
}

static int edit_by_pattern(struct run *run, const struct pattern_rule *p, double *value)
{
    struct decider *d = run->d;
    struct buf *out = &d->text[d->next_text];
    uint64_t counted = edit_total(&d->log);
    size_t bytes = run->text.n;
    buf_clear(out);
    *value = 0;
    int got = p->action == PATTERN_REMOVE_LINE ? remove_lines(run, p, out, value)
                                               : remove_matches(run, p, out, value);
    if (got < 0) return got;
    if (out->failed) return err_nomem(run->e, "removing by a pattern");
    if (run->o->tell_pattern) run->o->tell_pattern(run->o->to, p, *value, false);
    if (*value == 0) return 0;
    edit_count(&d->log, own_pattern_name(p->pattern),
               bytes - out->n - (edit_total(&d->log) - counted)); /* line ends */
    d->next_text = !d->next_text;
    replace(run, buf_slice(out));
    return 0;
}

static int try_patterns(struct run *run)
{
    for (size_t i = 0; i < run->r->n_patterns; i++) {
        const struct pattern_rule *p = &run->r->patterns[i];
        double *value = &run->d->pattern_value[i];
        pattern_state_begin(run->d->patterns);
        int got = p->action == PATTERN_DROP ? drop_by_pattern(run, p, value) : edit_by_pattern(run, p, value);
        if (got < 0) return got;
        if (run->out->rule && !run->o->all) return 0;
    }
    return 0;
}

/* ------------------------------------------------------------------ blocks */

static bool is_unknown(const struct run *run, enum signal s)
{
    return s >= SIG_GIVEN && isnan(run->o->given[s - SIG_GIVEN]);
}

static int test_exactly(struct run *run, const struct rule *rule)
{
    double v = 0;
    int got = signals_value(run->d->signals, rule->signal, &v, run->e);
    if (got < 0) return got;
    bool unknown = is_unknown(run, rule->signal);
    bool holds = !unknown && (rule->below ? v < rule->threshold : v > rule->threshold);
    run->d->value[rule->signal] = v;
    run->d->has_value[rule->signal] = !unknown;
    if (holds) note_hit(run, rule->name, v);
    if (run->o->tell_rule) run->o->tell_rule(run->o->to, rule, v, holds);
    return 0;
}

static int test_quickly(struct run *run, const struct rule *rule)
{
    bool holds;
    double v = 0;
    if (is_unknown(run, rule->signal)) return 0;
    int got = signals_test(run->d->signals, rule->signal, rule->below, rule->threshold, &holds, run->e);
    if (got < 0 || !holds) return got;
    got = signals_value(run->d->signals, rule->signal, &v, run->e);
    note_hit(run, rule->name, v);
    return got;
}

static bool any_on(const struct rules *r, enum block b)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].block == b && r->at[i].on) return true;
    return false;
}

static int try_block(struct run *run, enum block b)
{
    int got = 0;
    if (b == BLOCK_PATTERNS) return try_patterns(run);
    if (b == BLOCK_C4 && any_on(run->r, b)) got = edit_c4(run);
    if (b == BLOCK_REFINEDWEB && any_on(run->r, b)) got = edit_refinedweb(run);
    for (size_t i = 0; i < run->r->n && got >= 0; i++) {
        const struct rule *rule = &run->r->at[i];
        if (rule->block != b || rule->signal == SIG_COUNT || !is_on(rule)) continue;
        got = run->o->all ? test_exactly(run, rule) : test_quickly(run, rule);
        if (run->out->rule && !run->o->all) break;
    }
    return got;
}

/* What models say is annotated whether or not a rule tests it; a score that the metadata has is there already. */
static void give_signals(const struct run *run)
{
    struct decider *d = run->d;
    for (int i = 0; i < SIGNALS_GIVEN; i++) {
        double v = run->o->given[i];
        signals_give(d->signals, (enum signal)(SIG_GIVEN + i), isnan(v) ? 0 : v);
        if (!run->o->all || isnan(v) || SIG_GIVEN + i == SIG_LANGUAGE_SCORE) continue;
        d->value[SIG_GIVEN + i] = v;
        d->has_value[SIG_GIVEN + i] = true;
    }
}

int decide(struct decider *d, const struct rules *r, struct slice text, const struct decide_options *o,
           struct decision *out, struct err *e)
{
    if (text.n == 0) text = slice_of("", 0); /* never NULL */
    struct run run = {d, r, o, out, text, e};
    *out = (struct decision){.removed = &d->log,
                             .value_of = d->value,
                             .has_value = d->has_value,
                             .pattern_value = d->pattern_value};
    d->frame = r->frame;
    d->frame.language = o->language.n ? o->language : slice_of("", 0);
    d->frame.by_bounds = !o->all;
    d->log.n = 0;
    d->log.tell = o->tell_edit;
    d->log.to = o->to;
    if (o->all) memset(d->has_value, 0, sizeof d->has_value);
    signals_begin(d->signals, &d->frame, text);
    give_signals(&run);
    for (size_t i = 0; i < r->n_order; i++) {
        int got = try_block(&run, r->order[i]);
        if (got < 0) return got;
        if (out->rule && !o->all) break;
    }
    out->text = run.text;
    return 0;
}
