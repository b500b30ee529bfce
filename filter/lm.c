/* lm.c: leat lm: n-gram language models: trained from text, and the perplexity of documents by them.
 *
 * train: lm/verb_train.c. score, tiers: lm/verb_score.c. Here the options, convert (ARPA to .blm) and info (what a model
 * is).
 *
 * In: JSONL documents, or lines with --text. Out: ARPA or .blm; JSONL. State: the model; while training, --memory. */
#include "common/text.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/verbs.h"
#include <stdio.h>

static struct lm_options said = {
    .order = 3, .prune = "0", .fallback = "0.5,1,1.5", .quantiles = "0.333333,0.666667"};

static const char *const verbs[] = {"train", "score", "tiers", "convert", "info", NULL};
static const struct opt own[] = {
    {"model", 'm', OPT_STR, &said.model, "FILE", NULL, 0, 0,
     "score, tiers: the model, an ARPA file or a .blm"},
    {"order", 0, OPT_INT, &said.order, "N", NULL, 1, LM_MAX_ORDER, "train: n-grams of up to N words"},
    {"prune", 0, OPT_STR, &said.prune, "N[,N…]", NULL, 0, 0,
     "train: leave out the n-grams that occur N times or less: a number per order, the first 0, none less "
     "than "
     "the one before; the last holds for the orders that follow"},
    {"vocab", 0, OPT_STR, &said.vocab, "FILE", NULL, 0, 0,
     "train: count every word that is not in FILE (words parted by white space) as <unk>"},
    {"normalize", 0, OPT_STR, &said.normalize, "NAMES", NULL, 0, 0,
     "what lines go through before they are cut into words: none; lower, digits (to 0), punct (to ASCII), "
     "accents (off), controls (off), joined by commas; ccnet for all five; none by default. A model "
     "remembers "
     "what it was trained with (an ARPA file in a comment), and the option is left out; an ARPA file of "
     "another program does not"},
    {"discount-fallback", 0, OPT_STR, &said.fallback, "D1,D2,D3", NULL, 0, 0,
     "train: the discounts of an order whose counts give none, as happens with little or made text"},
    {"text", 0, OPT_FLAG, &said.text, NULL, NULL, 0, 0,
     "the input is plain text, each line a sequence. score then prints a line for each: log10 of its "
     "probability, perplexity, words, unknown words; for one without words 0, nan, 0, 0"},
    {"tokens", 0, OPT_FLAG, &said.tokens, NULL, NULL, 0, 0,
     "score: print each word, log10 of its probability and the length of the n-gram that gave it instead"},
    {"tiers", 0, OPT_STR, &said.tiers, "A,B", NULL, 0, 0,
     "score: set metadata.tier to basic (perplexity of at most A), advanced (at most B) or expert"},
    {"max-perplexity", 0, OPT_NUM, &said.max_perplexity, "P", NULL, 0, 1e300,
     "score: drop documents of a perplexity over P; 0: none"},
    {"quantiles", 0, OPT_STR, &said.quantiles, "P,Q", NULL, 0, 0,
     "tiers: the shares of documents at which to cut"},
    {"json", 0, OPT_FLAG, &said.json, NULL, NULL, 0, 0, "info: print one JSON object"},
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

/* ------------------------------------------------------------------ convert, info */

static int one_model(struct lm **m, struct tool *t, const struct lm_options *o)
{
    unsigned bits;
    int r = 0;
    if (t->n_inputs != 1) return err_set(&t->err, ERR_USAGE, "leat lm %s takes one model", t->verb);
    if (o->normalize) r = lm_normal_parse(o->normalize, &bits, &t->err);
    return r < 0 ? r : lm_open(m, t->inputs[0], o->normalize ? &bits : NULL, &t->err);
}

static int run_convert(struct tool *t, const struct lm_options *o)
{
    struct lm *m = NULL;
    struct out *out = NULL;
    struct err later = {0};
    if (!lm_wants_binary(t))
        return err_set(&t->err, ERR_USAGE, "convert writes a .blm: name it with -o FILE.blm");
    int r = one_model(&m, t, o);
    if (r == 0) r = tool_open_output(t, "blm", &out, &t->err);
    if (r == 0) {
        r = blm_write(m, out, &t->err);
        int closed = out_close(out, r < 0 ? OUT_ABANDON : OUT_COMMIT, r < 0 ? &later : &t->err);
        if (r == 0) r = closed;
    }
    lm_close(m);
    return r;
}

static int put_info(const struct lm *m, bool json, struct buf *b)
{
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

static int run_info(struct tool *t, const struct lm_options *o)
{
    struct lm *m = NULL;
    struct out *out = NULL;
    struct buf b;
    struct err later = {0};
    int r = one_model(&m, t, o);
    if (r == 0) r = tool_open_output(t, "text", &out, &t->err);
    if (r < 0) {
        lm_close(m);
        return r;
    }
    buf_init(&b, BUF_NO_MAX);
    put_info(m, o->json, &b);
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
        int (*run)(struct tool *, const struct lm_options *);
    } table[] = {{"train", lm_run_train},
                 {"score", lm_run_score},
                 {"tiers", lm_run_tiers},
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
        r = table[i].run(&t, &said);
    }
    return tool_finish(&t, r);
}
