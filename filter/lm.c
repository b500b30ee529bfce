/* lm.c: leat lm: n-gram language models: trained from text, and the perplexity of documents by them.
 *
 * train: words are cut on all threads and numbered in input order, n-grams counted and estimated through sorted temporary
 * files within --memory (lm/train.h). score: every document's perplexity into its metadata (lm/lm.h). tiers: the two
 * perplexities that part a sample's documents. convert: ARPA to .blm. info: what a model is.
 *
 * In: JSONL documents, or lines with --text. Out: ARPA or .blm; JSONL. State: the model; while training, --memory. */
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/lm/logs.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/textlines.h"
#include "filter/lm/train.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t order = 3;
static const char *prune = "0", *fallback = "0.5,1,1.5", *vocab_file, *normalize, *model_file, *tiers;
static const char *quantiles = "0.333333,0.666667";
static double max_perplexity;
static bool plain_text, show_tokens, as_json;

static const char *const verbs[] = {"train", "score", "tiers", "convert", "info", NULL};
static const struct opt own[] = {
    {"model", 'm', OPT_STR, &model_file, "FILE", NULL, 0, 0,
     "score, tiers: the model, an ARPA file or a .blm"},
    {"order", 0, OPT_INT, &order, "N", NULL, 1, LM_MAX_ORDER, "train: n-grams of up to N words"},
    {"prune", 0, OPT_STR, &prune, "N[,N…]", NULL, 0, 0,
     "train: leave out the n-grams that occur N times or less: a number per order, the first 0, none less "
     "than "
     "the one before; the last holds for the orders that follow"},
    {"vocab", 0, OPT_STR, &vocab_file, "FILE", NULL, 0, 0,
     "train: count every word that is not in FILE (words parted by white space) as <unk>"},
    {"normalize", 0, OPT_STR, &normalize, "NAMES", NULL, 0, 0,
     "what lines go through before they are cut into words: none; lower, digits (to 0), punct (to ASCII), "
     "accents (off), controls (off), joined by commas; ccnet for all five; none by default. A model "
     "remembers "
     "what it was trained with (an ARPA file in a comment), and the option is left out; an ARPA file of "
     "another program does not"},
    {"discount-fallback", 0, OPT_STR, &fallback, "D1,D2,D3", NULL, 0, 0,
     "train: the discounts of an order whose counts give none, as happens with little or made text"},
    {"text", 0, OPT_FLAG, &plain_text, NULL, NULL, 0, 0,
     "the input is plain text, each line a sequence. score then prints a line for each: log10 of its "
     "probability, perplexity, words, unknown words; for one without words 0, nan, 0, 0"},
    {"tokens", 0, OPT_FLAG, &show_tokens, NULL, NULL, 0, 0,
     "score: print each word, log10 of its probability and the length of the n-gram that gave it instead"},
    {"tiers", 0, OPT_STR, &tiers, "A,B", NULL, 0, 0,
     "score: set metadata.tier to basic (perplexity of at most A), advanced (at most B) or expert"},
    {"max-perplexity", 0, OPT_NUM, &max_perplexity, "P", NULL, 0, 1e300,
     "score: drop documents of a perplexity over P; 0: none"},
    {"quantiles", 0, OPT_STR, &quantiles, "P,Q", NULL, 0, 0,
     "tiers: the shares of documents at which to cut"},
    {"json", 0, OPT_FLAG, &as_json, NULL, NULL, 0, 0, "info: print one JSON object"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat lm",
    .summary = "train n-gram language models and score documents",
    .operands = "[INPUT…]",
    .verbs = verbs,
    .description = "train reads documents and writes a model with interpolated modified Kneser-Ney smoothing "
                   "(Chen and Goodman "
                   "1998), as KenLM's lmplz estimates it: an ARPA file, or a .blm when -o ends so. The lines "
                   "of a text are its "
                   "sequences, words are what white space parts. Counting needs --memory and as much room in "
                   "--tmp as the "
                   "n-grams take; the result depends on neither, nor on -t.\n\n"
                   "score writes each document's perplexity, 10^(-log10 p / (words + lines)), into "
                   "metadata.perplexity, and the "
                   "share of words that the model does not have into metadata.perplexity_oov; both are null "
                   "for a document "
                   "without words. Log-probabilities are those of KenLM with the same ARPA file.\n\n"
                   "tiers prints the two perplexities below which a third and two thirds of the documents "
                   "lie, for --tiers.\n\n"
                   "convert MODEL.arpa -o MODEL.blm makes the file that is mapped and shared instead of "
                   "being read: at once "
                   "there, and in memory once for any number of processes. info MODEL describes a model.",
    .examples = "leat lm train wiki.jsonl.zst --normalize ccnet --prune 0,0,1 -o en.blm\n"
                "leat lm score -m en.blm docs.jsonl -o scored.jsonl\n"
                "leat lm score -m en.blm --tiers \"$(leat lm tiers -m en.blm sample.jsonl)\" docs.jsonl\n"
                "leat lm score -m en.blm --max-perplexity 1000 docs.jsonl -o kept.jsonl\n"
                "printf 'a sentence\\n' | leat lm score -m en.arpa --text --tokens\n",
    .own = own,
};

/* ------------------------------------------------------------------ option values */

/* n numbers joined by commas. */
static int parse_numbers(const char *option, const char *z, double *out, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        char *end;
        out[i] = strtod(z, &end);
        if (end == z || out[i] - out[i] != 0 || *end != (i + 1 < n ? ',' : 0))
            return err_set(e, ERR_USAGE, "--%s: %zu numbers joined by commas are wanted", option, n);
        z = end + 1;
    }
    return 0;
}

static int parse_prune(uint64_t out[LM_MAX_ORDER + 1], struct err *e)
{
    const char *z = prune;
    for (unsigned k = 1; k <= LM_MAX_ORDER; k++) {
        char *end;
        if (!*z) {
            out[k] = out[k - 1];
            continue;
        }
        out[k] = strtoull(z, &end, 10);
        if (end == z || *z == '-' || (*end && *end != ',') || out[k] < out[k - 1] || (k == 1 && out[k]))
            return err_set(e, ERR_USAGE,
                           "--prune %s: numbers joined by commas, from 0 and not descending, as in 0,0,1",
                           prune);
        z = *end ? end + 1 : end;
    }
    return *z ? err_set(e, ERR_USAGE, "--prune %s: more than %d orders", prune, LM_MAX_ORDER) : 0;
}

static int parse_cuts(const char *option, const char *z, double cut[2], struct err *e)
{
    cut[0] = cut[1] = 0;
    if (parse_numbers(option, z, cut, 2, e) < 0) return -ERR_USAGE;
    if (cut[0] > 0 && cut[0] <= cut[1]) return 0;
    return err_set(e, ERR_USAGE, "--%s %s: the first must be above 0 and not above the second", option, z);
}

/* ------------------------------------------------------------------ train */

struct train_worker {
    struct cutter *cutter;
    struct buf cut;
};

static void *train_worker_new(void *ctx)
{
    struct train_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->cut, BUF_NO_MAX);
    w->cutter = cutter_new(ctx);
    if (w->cutter) return w;
    free(w);
    return NULL;
}

static void train_worker_free(void *ctx, void *worker)
{
    struct train_worker *w = worker;
    cutter_free(w->cutter);
    buf_free(&w->cut);
    free(w);
}

static int train_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct train_worker *w = worker;
    buf_clear(&w->cut);
    int r = cutter_text(w->cutter, d->text, &w->cut, e);
    return r < 0 ? r : stage_defer(o, d, w->cut.p, w->cut.n);
}

static int train_ordered(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                         struct err *e)
{
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        r = training_add(ctx, slice_of(marks[i].data, marks[i].data_bytes), e);
        if (r == 0) r = stage_resolve(o, &marks[i], NULL, NULL);
    }
    return r;
}

static int train_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct train_worker *w = worker;
    return cutter_text(w->cutter, line, out, e);
}

static int train_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    int r = 0;
    while (made.n && r == 0) {
        size_t n = training_cut_bytes(made);
        r = training_add(ctx, made, e);
        made = slice_of(made.p + n, made.n - n);
    }
    return r;
}

static int train_read(struct tool *t, struct training *x)
{
    static const struct stage_ops ops = {.worker_new = train_worker_new,
                                         .worker_free = train_worker_free,
                                         .doc = train_doc,
                                         .ordered = train_ordered};
    static const struct textlines_ops lines = {.worker_new = train_worker_new,
                                               .worker_free = train_worker_free,
                                               .line = train_line,
                                               .write = train_write};
    return plain_text ? textlines_run(t, &lines, x) : stage_run(t, &ops, x);
}

static void tell_discounts(const struct training *x)
{
    const struct counter *c = training_counts(x);
    for (unsigned k = 1; k <= c->order; k++) {
        const struct discounts *d = training_discounts(x, k);
        log_info("%u-grams: %llu of %llu, discounts %.4f %.4f %.4f%s", k,
                 (unsigned long long)c->level[k].kept, (unsigned long long)c->level[k].all, d->d[1], d->d[2],
                 d->d[3],
                 d->fallback ? " (--discount-fallback: too little or unusual text for this order)" : "");
    }
}

static bool wants_binary(const struct tool *t)
{
    return t->output && slice_has_suffix(slice_str(t->output), ".blm");
}

static int train_write_model(struct tool *t, struct training *x)
{
    struct out *out;
    struct err later = {0};
    int r = tool_open_output(t, "arpa", &out, &t->err);
    if (r < 0) return r;
    r = wants_binary(t) ? training_write_binary(x, out, &t->err) : training_write_arpa(x, out, &t->err);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int train_options(struct tool *t, struct train_opts *o)
{
    *o = (struct train_opts){.order = (unsigned)order,
                             .memory = t->memory,
                             .tmp = t->tmp,
                             .vocab = vocab_file,
                             .threads = (int)t->threads};
    int r = parse_prune(o->prune, &t->err);
    if (r == 0) r = parse_numbers("discount-fallback", fallback, o->fallback, 3, &t->err);
    for (int j = 0; j < 3 && r == 0; j++)
        if (o->fallback[j] < 0 || o->fallback[j] > j + 1)
            r = err_set(&t->err, ERR_USAGE, "--discount-fallback: D%d must lie within 0 and %d", j + 1,
                        j + 1);
    if (r == 0 && normalize) r = lm_normal_parse(normalize, &o->normal, &t->err);
    return r;
}

static int run_train(struct tool *t)
{
    struct train_opts o;
    struct training *x = NULL;
    int r = train_options(t, &o);
    if (r == 0) r = training_new(&x, &o, &t->err);
    if (r == 0) r = train_read(t, x);
    if (r == 0)
        log_info("%llu tokens, %llu different words", (unsigned long long)training_tokens(x),
                 (unsigned long long)training_words(x));
    if (r == 0) r = training_estimate(x, &t->err);
    if (r == 0) tell_discounts(x);
    if (r == 0) r = train_write_model(t, x);
    training_free(x);
    return r;
}

/* ------------------------------------------------------------------ score */

#define BINS_PER_DECADE 2000
#define DECADES 16

struct scoring {
    struct lm *lm;
    double cut[2];
    struct out *out;                              /* with --text */
    atomic_ullong bin[BINS_PER_DECADE * DECADES]; /* tiers: documents by log10 of their perplexity */
};

struct score_worker {
    struct lm_scratch *lm;
    struct buf scratch;
};

static void *score_worker_new(void *ctx)
{
    struct score_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->scratch, BUF_NO_MAX);
    w->lm = lm_scratch_new();
    if (w->lm) return w;
    free(w);
    return NULL;
}

static void score_worker_free(void *ctx, void *worker)
{
    struct score_worker *w = worker;
    lm_scratch_free(w->lm);
    buf_free(&w->scratch);
    free(w);
}

/* NULL: *e is set. */
static struct scoring *scoring_new(struct err *e)
{
    struct scoring *s = calloc(1, sizeof *s);
    if (!s) err_nomem(e, "opening a model");
    return s;
}

static int open_model(struct scoring *s, struct tool *t)
{
    unsigned bits;
    int r = 0;
    if (!model_file) return err_set(&t->err, ERR_USAGE, "no model: give one with -m");
    if (normalize) r = lm_normal_parse(normalize, &bits, &t->err);
    if (r == 0 && tiers) r = parse_cuts("tiers", tiers, s->cut, &t->err);
    if (r == 0) r = lm_open(&s->lm, model_file, normalize ? &bits : NULL, &t->err);
    return r;
}

static void close_model(struct scoring *s)
{
    lm_close(s->lm);
    free(s);
}

static double oov(const struct lm_score *r)
{
    return (double)r->unknown / (double)r->words;
}

static int put_score(const struct scoring *s, const struct lm_score *r, struct doc *d)
{
    if (r->words == 0) {
        doc_meta_set_raw(d, "perplexity", slice_str("null"));
        return doc_meta_set_raw(d, "perplexity_oov", slice_str("null"));
    }
    if (tiers) doc_meta_set_str(d, "tier", slice_str(lm_tier_name[lm_tier(r->perplexity, s->cut)]));
    doc_meta_set_num(d, "perplexity", r->perplexity);
    return doc_meta_set_num(d, "perplexity_oov", oov(r));
}

/* "lm__perplexity":[[0,LENGTH,VALUE]],… */
static int put_attributes(const struct scoring *s, struct score_worker *w, const struct lm_score *r,
                          struct doc *d, struct stage_out *o)
{
    unsigned long long chars = utf8_count(d->text.p, d->text.n);
    struct buf *b = &w->scratch;
    buf_clear(b);
    if (r->words) {
        buf_printf(b, "\"lm__perplexity\":[[0,%llu,", chars);
        json_put_num(b, r->perplexity);
        buf_printf(b, "]],\"lm__oov\":[[0,%llu,", chars);
        json_put_num(b, oov(r));
        buf_puts(b, "]]");
        if (tiers)
            buf_printf(b, ",\"lm__tier_%s\":[[0,%llu,1]]", lm_tier_name[lm_tier(r->perplexity, s->cut)],
                       chars);
    }
    return buf_terminate(b) < 0 ? -ERR_IO : stage_attributes(o, d, b->p);
}

static int put_tokens(const struct scoring *s, struct score_worker *w, struct slice text, struct buf *out,
                      struct err *e)
{
    const struct lm_token *token;
    struct slice line;
    size_t n;
    for (size_t at = 0; line_next(text, &at, &line);) {
        int r = lm_score_line(s->lm, w->lm, line, &token, &n, e);
        if (r < 0) return r;
        for (size_t i = 0; i < n; i++) {
            buf_put_slice(out, token[i].word);
            buf_printf(out, "\t%.9g\t%u%s\n", (double)token[i].log10, token[i].matched,
                       token[i].unknown ? "\tunknown" : "");
        }
    }
    return out->failed ? err_nomem(e, "writing tokens") : 0;
}

static int score_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct scoring *s = ctx;
    struct score_worker *w = worker;
    struct lm_score score;
    int r;
    if (show_tokens) {
        r = put_tokens(s, w, d->text, o->out, e);
        return r < 0 ? r : stage_emit(o, d, 1);
    }
    r = lm_score_text(s->lm, w->lm, d->text, &score, e);
    if (r < 0) return r;
    r = o->attributes ? put_attributes(s, w, &score, d, o) : put_score(s, &score, d);
    if (r < 0) return r;
    if (max_perplexity == 0 || score.perplexity <= max_perplexity) return stage_keep(o, d);
    buf_clear(&w->scratch);
    json_put_num(&w->scratch, score.perplexity);
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_drop(o, d, "perplexity", w->scratch.p);
}

static int score_text_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct scoring *s = ctx;
    struct score_worker *w = worker;
    struct lm_score r;
    if (show_tokens) return put_tokens(s, w, line, out, e);
    int failed = lm_score_text(s->lm, w->lm, line, &r, e);
    if (failed < 0) return failed;
    json_put_num(out, r.log10);
    buf_putc(out, '\t');
    if (r.words)
        json_put_num(out, r.perplexity);
    else
        buf_puts(out, "nan");
    return buf_printf(out, "\t%llu\t%llu\n", (unsigned long long)r.words, (unsigned long long)r.unknown);
}

static int score_text_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    struct scoring *s = ctx;
    return out_write(s->out, made.p, made.n, lines, e);
}

static int score_text(struct tool *t, struct scoring *s)
{
    static const struct textlines_ops ops = {.worker_new = score_worker_new,
                                             .worker_free = score_worker_free,
                                             .line = score_text_line,
                                             .blank_too = true,
                                             .write = score_text_write};
    struct err later = {0};
    int r = tool_open_output(t, "text", &s->out, &t->err);
    if (r < 0) return r;
    r = textlines_run(t, &ops, s);
    int closed = out_close(s->out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int run_score(struct tool *t)
{
    struct stage_ops ops = {.kind = show_tokens ? "text" : "jsonl",
                            .worker_new = score_worker_new,
                            .worker_free = score_worker_free,
                            .doc = score_doc};
    struct scoring *s = scoring_new(&t->err);
    if (!s) return -ERR_IO;
    int r = open_model(s, t);
    if (r == 0) r = plain_text ? score_text(t, s) : stage_run(t, &ops, s);
    close_model(s);
    return r;
}

/* ------------------------------------------------------------------ tiers */

static void count_perplexity(struct scoring *s, double perplexity)
{
    double place = log10_exactly(perplexity) * BINS_PER_DECADE;
    size_t last = BINS_PER_DECADE * DECADES - 1;
    atomic_fetch_add(&s->bin[place < 0 ? 0 : place < (double)last ? (size_t)place : last], 1);
}

static int tiers_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct score_worker *w = worker;
    struct scoring *s = ctx;
    struct lm_score score;
    int r = lm_score_text(s->lm, w->lm, d->text, &score, e);
    if (r < 0) return r;
    if (score.words) count_perplexity(s, score.perplexity);
    return stage_emit(o, d, 0);
}

static int tiers_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct score_worker *w = worker;
    struct scoring *s = ctx;
    struct lm_score score;
    int r = lm_score_text(s->lm, w->lm, line, &score, e);
    if (r == 0 && score.words) count_perplexity(s, score.perplexity);
    return r;
}

static int tiers_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    return 0;
}

/* The upper end of the bin in which the document of this rank lies; -1: there are none. */
static double quantile(const struct scoring *s, double share)
{
    unsigned long long all = 0, below = 0;
    size_t i = 0;
    for (size_t b = 0; b < BINS_PER_DECADE * DECADES; b++) all += s->bin[b];
    if (all == 0) return -1;
    while (i < BINS_PER_DECADE * DECADES - 1 && (double)(below + s->bin[i]) < share * (double)all)
        below += s->bin[i++];
    return pow10_exactly((double)(i + 1) / BINS_PER_DECADE);
}

static int print_tiers(struct tool *t, const struct scoring *s, const double share[2])
{
    struct out *out;
    char line[80];
    struct err later = {0};
    if (quantile(s, 0) < 0)
        return err_set(&t->err, ERR_DATA, "no document has words: there is nothing to cut into tiers");
    int r = tool_open_output(t, "text", &out, &t->err);
    if (r < 0) return r;
    int n = snprintf(line, sizeof line, "%.1f,%.1f\n", quantile(s, share[0]), quantile(s, share[1]));
    r = out_write(out, line, (size_t)n, 1, &t->err);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int run_tiers(struct tool *t)
{
    static const struct stage_ops ops = {
        .worker_new = score_worker_new, .worker_free = score_worker_free, .doc = tiers_doc};
    static const struct textlines_ops lines = {.worker_new = score_worker_new,
                                               .worker_free = score_worker_free,
                                               .line = tiers_line,
                                               .write = tiers_write};
    struct scoring *s = scoring_new(&t->err);
    double share[2] = {0};
    if (!s) return -ERR_IO;
    int r = parse_cuts("quantiles", quantiles, share, &t->err);
    if (r == 0 && share[1] > 1)
        r = err_set(&t->err, ERR_USAGE, "--quantiles %s: shares are at most 1", quantiles);
    if (r == 0) r = open_model(s, t);
    if (r == 0) r = plain_text ? textlines_run(t, &lines, s) : stage_run(t, &ops, s);
    if (r == 0) r = print_tiers(t, s, share);
    close_model(s);
    return r;
}

/* ------------------------------------------------------------------ convert, info */

static int one_model(struct lm **m, struct tool *t)
{
    unsigned bits;
    int r = 0;
    if (t->n_inputs != 1) return err_set(&t->err, ERR_USAGE, "leat lm %s takes one model", t->verb);
    if (normalize) r = lm_normal_parse(normalize, &bits, &t->err);
    return r < 0 ? r : lm_open(m, t->inputs[0], normalize ? &bits : NULL, &t->err);
}

static int run_convert(struct tool *t)
{
    struct lm *m = NULL;
    struct out *out = NULL;
    struct err later = {0};
    if (!wants_binary(t))
        return err_set(&t->err, ERR_USAGE, "convert writes a .blm: name it with -o FILE.blm");
    int r = one_model(&m, t);
    if (r == 0) r = tool_open_output(t, "blm", &out, &t->err);
    if (r == 0) {
        r = blm_write(m, out, &t->err);
        int closed = out_close(out, r < 0 ? OUT_ABANDON : OUT_COMMIT, r < 0 ? &later : &t->err);
        if (r == 0) r = closed;
    }
    lm_close(m);
    return r;
}

static int put_info(const struct lm *m, struct buf *b)
{
    bool json = as_json;
    buf_puts(b, json ? "{\"format\":\"" : "format     ");
    buf_puts(b, lm_mapped(m) ? "blm" : "arpa");
    buf_printf(b, json ? "\",\"order\":%u,\"normalize\":\"" : "\norder      %u\nnormalize  ", lm_order(m));
    lm_normal_put(lm_normal_of(m), b);
    buf_printf(b, json ? "\",\"bytes\":%llu,\"ngrams\":[" : "\nbytes      %llu\n",
               (unsigned long long)lm_bytes(m));
    for (unsigned k = 1; k <= lm_order(m); k++)
        buf_printf(b, json ? "%s%llu" : "%s%llu\n",
                   json ? (k > 1 ? "," : "")
                        : (char[]){(char)('0' + k), '-', 'g', 'r', 'a', 'm', 's', ' ', ' ', ' ', ' ', 0},
                   (unsigned long long)lm_count(m, k));
    return json ? buf_puts(b, "]}\n") : 0;
}

static int run_info(struct tool *t)
{
    struct lm *m = NULL;
    struct out *out = NULL;
    struct buf b;
    struct err later = {0};
    int r = one_model(&m, t);
    if (r == 0) r = tool_open_output(t, "text", &out, &t->err);
    if (r < 0) {
        lm_close(m);
        return r;
    }
    buf_init(&b, BUF_NO_MAX);
    put_info(m, &b);
    r = b.failed ? err_nomem(&t->err, "describing a model") : out_write(out, b.p, b.n, 1, &t->err);
    buf_free(&b);
    lm_close(m);
    int closed = out_close(out, r < 0 ? OUT_ABANDON : OUT_COMMIT, r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *verb;
        int (*run)(struct tool *);
    } table[] = {{"train", run_train},
                 {"score", run_score},
                 {"tiers", run_tiers},
                 {"convert", run_convert},
                 {"info", run_info}};
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY | TOOL_VERB, argc,
                    argv))
        return t.status;
    int r = err_set(&t.err, ERR_USAGE, "say what to do: train, score, tiers, convert or info");
    for (size_t i = 0; t.verb && i < sizeof table / sizeof *table; i++) {
        if (strcmp(t.verb, table[i].verb) != 0) continue;
        err_clear(&t.err);
        r = table[i].run(&t);
    }
    return tool_finish(&t, r);
}
