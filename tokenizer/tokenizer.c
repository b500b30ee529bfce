/* tokenizer.c: leat tokenizer: makes a tokenizer from text, and says what one is.
 *
 * train: documents are cut into pieces on all threads and the pieces counted (pieces.h); merges are learnt from the counts
 * (train.h); the result is a tokenizer.json. info: the facts of a tokenizer.json and, of a sample, how many tokens it takes.
 *
 * In: JSONL documents. Out: tokenizer.json. State: the different pieces and their counts, within --memory. */
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "common/text.h"
#include "tokenizer/encode.h"
#include "tokenizer/train.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t vocab_size = 32000, min_frequency = 0;
static const char *pattern_text = "llama3";
static struct opt_list special;
static bool as_json;

static const char *const verbs[] = {"train", "info", NULL};
static const struct opt own[] = {
    {"vocab-size", 0, OPT_INT, &vocab_size, "N", NULL, 256, VOCAB_MAX_IDS,
     "learn until there are N tokens, special tokens and the 256 bytes included", .verbs = "train"},
    {"pattern", 0, OPT_STR, &pattern_text, "NAME|REGEX", NULL, 0, 0,
     "cut text with this pattern: gpt2, cl100k, llama3, qwen2, o200k, deepseek, or a regular "
     "expression",
     .verbs = "train"},
    {"special", 0, OPT_LIST, &special, "TOKEN", NULL, 0, 0,
     "a special token, which gets the next of the first ids; may be repeated. <|endoftext|> when none "
     "is given",
     .verbs = "train"},
    {"min-frequency", 0, OPT_INT, &min_frequency, "N", NULL, 0, 1e15,
     "merge no pair that occurs less than N times", .verbs = "train"},
    {"json", 0, OPT_FLAG, &as_json, NULL, NULL, 0, 0, "print one JSON object", .verbs = "info"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat tokenizer",
    .summary = "train a byte-level BPE tokenizer, or describe one",
    .operands = "[INPUT…]",
    .verbs = verbs,
    .description =
        "train reads JSONL documents and writes a tokenizer.json, which Hugging Face's tokenizers loads and "
        "leat tokenize uses. "
        "Merges are those of Hugging Face's BpeTrainer on the same texts: the pair that occurs most often, "
        "of equals the one with "
        "the lower ids. Special tokens that stand in the texts are ordinary text.\n\n"
        "The different pieces of text are kept within --memory; where they do not fit, train on a sample.\n\n"
        "info FILE [INPUT…] prints size, pattern, special tokens and hash of a tokenizer.json and, of the "
        "JSONL documents in "
        "INPUT, the bytes and characters per token.",
    .examples = "leat tokenizer train -o tokenizer.json --vocab-size 32000 docs.jsonl.zst\n"
                "leat tokenizer train --pattern o200k --special '<|endoftext|>' --special '<|pad|>' --sample "
                "0.1 docs.jsonl >t.json\n"
                "leat tokenizer info tokenizer.json sample.jsonl\n",
    .own = own,
};

/* ------------------------------------------------------------------ train */

struct training {
    struct pattern *pattern;
    struct counts *counts;
};

struct train_worker {
    struct training *training;
    struct pattern_scan *scan;
    struct pieces pieces;
};

static void train_worker_free(void *ctx, void *worker)
{
    struct train_worker *w = worker;
    counts_flush(w->training->counts, &w->pieces, true, NULL); /* counts_result tells of an error */
    pattern_scan_free(w->scan);
    pieces_free(&w->pieces);
    free(w);
}

static void *train_worker_new(void *ctx)
{
    struct training *t = ctx;
    struct train_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->training = t;
    pieces_init(&w->pieces);
    w->scan = pattern_scan_new(t->pattern);
    if (!w->scan) {
        free(w);
        return NULL;
    }
    return w;
}

static int count_document(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct train_worker *w = worker;
    struct slice piece;
    int r = pattern_scan_start(w->scan, d->text, e);
    while (r >= 0 && (r = pattern_scan_next(w->scan, &piece, e)) > 0)
        if (pieces_add(&w->pieces, piece, 1) < 0) r = err_nomem(e, "counting pieces");
    if (r == 0) r = counts_flush(w->training->counts, &w->pieces, false, e);
    return r < 0 ? r : stage_emit(o, d, 0);
}

static int write_vocab(struct tool *t, const struct vocab *v)
{
    struct out *out;
    struct buf b;
    struct err later = {0};
    int r = tool_open_output(t, "json", &out, &t->err);
    if (r < 0) return r;
    buf_init(&b, BUF_NO_MAX);
    r = vocab_put_json(v, &b) < 0 ? err_nomem(&t->err, "writing a vocabulary")
                                  : out_write(out, b.p, b.n, 1, &t->err);
    buf_free(&b);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int learn(struct tool *t, struct training *x, const struct pattern_spec *p)
{
    static const char *const END_OF_TEXT[] = {"<|endoftext|>"};
    const struct pieces *sum;
    struct vocab *v;
    struct train_opts o = {.vocab_size = (uint64_t)vocab_size,
                           .min_frequency = min_frequency,
                           .special = special.n ? special.at : END_OF_TEXT,
                           .n_special = special.n ? special.n : 1,
                           .pattern = p,
                           .memory_bytes = t->memory};
    int r = counts_result(x->counts, &sum, &t->err);
    if (r < 0) return r;
    if (sum->n == 0) return err_set(&t->err, ERR_DATA, "no text to learn from");
    log_info("%zu different pieces, %zu bytes of them", sum->n, sum->n_bytes);
    r = train_merges(&v, sum, &o, &t->err);
    if (r < 0) return r;
    log_info("%llu tokens, %zu merges", (unsigned long long)v->n_tokens, v->n_merges);
    r = write_vocab(t, v);
    vocab_free(v);
    return r;
}

/* A pattern by name, or a regular expression. A bare word that is no name is a mistyped one: as a regular expression it would
 * find nothing but itself. */
static int choose_pattern(struct pattern_spec *p, struct err *e)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (pattern_named(pattern_text, p)) return 0;
    if (pattern_text[0] && strspn(pattern_text, word) == strlen(pattern_text))
        return err_set(e, ERR_USAGE,
                       "unknown pattern '%s': the names are %s; a regular expression has more than letters",
                       pattern_text, pattern_names());
    return 0;
}

static int run_train(struct tool *t)
{
    static const struct stage_ops ops = {
        .worker_new = train_worker_new, .worker_free = train_worker_free, .doc = count_document};
    struct training x = {0};
    struct pattern_spec p = {.regex = {slice_str(pattern_text)}, .n = 1};
    int r = choose_pattern(&p, &t->err);
    if (r == 0) r = pattern_new(&x.pattern, &p, &t->err);
    if (r == 0 && !(x.counts = counts_new(t->memory))) r = err_nomem(&t->err, "starting");
    if (r == 0) r = stage_run(t, &ops, &x);
    if (r == 0) r = learn(t, &x, &p);
    counts_free(x.counts);
    pattern_free(x.pattern);
    return r;
}

/* ------------------------------------------------------------------ info */

struct sample {
    struct tokenizer tokenizer;
    atomic_ullong documents, bytes, characters, tokens;
};

struct sample_worker {
    struct encoder *encoder;
    struct ids ids;
};

static void sample_worker_free(void *ctx, void *worker)
{
    struct sample_worker *w = worker;
    encoder_free(w->encoder);
    ids_free(&w->ids);
    free(w);
}

static void *sample_worker_new(void *ctx)
{
    struct sample *s = ctx;
    struct sample_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->encoder = encoder_new(&s->tokenizer);
    if (!w->encoder) {
        free(w);
        return NULL;
    }
    return w;
}

static int measure_document(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct sample *s = ctx;
    struct sample_worker *w = worker;
    w->ids.n = 0;
    int r = encode_text(w->encoder, d->text, &w->ids, e);
    if (r < 0) return r;
    atomic_fetch_add(&s->documents, 1);
    atomic_fetch_add(&s->bytes, d->text.n);
    atomic_fetch_add(&s->characters, utf8_count(d->text.p, d->text.n));
    atomic_fetch_add(&s->tokens, w->ids.n);
    return stage_emit(o, d, 0);
}

static int measure(struct tool *t, struct sample *s)
{
    static const struct stage_ops ops = {
        .worker_new = sample_worker_new, .worker_free = sample_worker_free, .doc = measure_document};
    if (t->n_inputs < 2) return 0;
    t->inputs++;
    t->n_inputs--;
    return stage_run(t, &ops, s);
}

static void put_pattern(const struct vocab *v, struct buf *b)
{
    const char *name = pattern_name(&v->pattern);
    buf_puts(b, ",\"pattern\":");
    if (name)
        json_put_str(b, slice_str(name));
    else
        buf_puts(b, "null");
    buf_puts(b, ",\"regex\":[");
    for (size_t k = 0; k < v->pattern.n; k++) {
        if (k) buf_putc(b, ',');
        json_put_str(b, v->pattern.regex[k]);
    }
    buf_putc(b, ']');
}

static void put_added(const struct vocab *v, struct buf *b, bool special_ones)
{
    bool first = true;
    for (size_t i = 0; i < v->n_added; i++) {
        if ((v->added[i].flags & ADDED_SPECIAL ? true : false) != special_ones) continue;
        if (!first) buf_putc(b, ',');
        first = false;
        json_put_str(b, v->added[i].content);
        buf_printf(b, ":%u", v->added[i].id);
    }
}

static void put_sample(struct sample *s, struct buf *b)
{
    unsigned long long documents = s->documents, bytes = s->bytes, characters = s->characters,
                       tokens = s->tokens;
    double n = tokens ? (double)tokens : 1;
    buf_printf(b, ",\"sample\":{\"documents\":%llu,\"bytes\":%llu,\"characters\":%llu,\"tokens\":%llu,",
               documents, bytes, characters, tokens);
    buf_printf(b, "\"bytes_per_token\":%.4f,\"characters_per_token\":%.4f}", (double)bytes / n,
               (double)characters / n);
}

static void put_info_json(struct sample *s, const char *hash, bool sampled, struct buf *b)
{
    const struct vocab *v = s->tokenizer.vocab;
    buf_printf(b, "{\"tokens\":%llu,\"vocab_size\":%zu,\"merges\":%zu", (unsigned long long)v->n_tokens,
               v->n_ids, v->n_merges);
    put_pattern(v, b);
    buf_printf(b, ",\"normalizer\":%s,\"ignore_merges\":%s,\"template\":%s,\"special\":{",
               v->nfc ? "\"NFC\"" : "null", v->ignore_merges ? "true" : "false",
               v->has_template ? "true" : "false");
    put_added(v, b, true);
    buf_puts(b, "},\"added\":{");
    put_added(v, b, false);
    buf_printf(b, "},\"hash\":\"%s\"", hash);
    if (sampled) put_sample(s, b);
    buf_puts(b, "}\n");
}

static void put_info_text(struct sample *s, const char *hash, bool sampled, struct buf *b)
{
    const struct vocab *v = s->tokenizer.vocab;
    const char *name = pattern_name(&v->pattern);
    buf_printf(b, "tokens         %llu (ids below %zu)\n", (unsigned long long)v->n_tokens, v->n_ids);
    buf_printf(b, "merges         %zu%s\n", v->n_merges,
               v->ignore_merges ? " (a piece that is a token needs none)" : "");
    if (name) buf_printf(b, "pattern        %s\n", name);
    for (size_t k = 0; !name && k < v->pattern.n; k++)
        buf_printf(b, "pattern        %.*s\n", (int)v->pattern.regex[k].n, v->pattern.regex[k].p);
    buf_printf(b, "normalizer     %s\n", v->nfc ? "NFC" : "none");
    if (v->has_template)
        buf_puts(b, "template       adds tokens around a text; leat does not: see --add-bos and --eod\n");
    for (size_t i = 0; i < v->n_added; i++)
        buf_printf(b, "%s  %u %.*s\n", v->added[i].flags & ADDED_SPECIAL ? "special token" : "added token  ",
                   v->added[i].id, (int)v->added[i].content.n, v->added[i].content.p);
    buf_printf(b, "hash           %s\n", hash);
    if (!sampled || s->tokens == 0) return;
    double tokens = (double)s->tokens;
    buf_printf(
        b, "sample         %llu documents, %llu bytes, %llu tokens: %.3f bytes and %.3f characters a token\n",
        (unsigned long long)s->documents, (unsigned long long)s->bytes, (unsigned long long)s->tokens,
        (double)s->bytes / tokens, (double)s->characters / tokens);
}

static int print_info(struct tool *t, struct sample *s, bool sampled)
{
    struct hash128 h;
    struct out *out;
    struct buf b;
    struct err later = {0};
    char hex[HASH128_HEX + 1];
    int r = vocab_hash(s->tokenizer.vocab, &h, &t->err);
    if (r < 0 || (r = tool_open_output(t, "text", &out, &t->err)) < 0) return r;
    hash128_hex(h, hex);
    buf_init(&b, BUF_NO_MAX);
    (as_json ? put_info_json : put_info_text)(s, hex, sampled, &b);
    r = b.failed ? err_nomem(&t->err, "printing") : out_write(out, b.p, b.n, 1, &t->err);
    buf_free(&b);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int run_info(struct tool *t)
{
    struct sample s = {0};
    if (t->n_inputs == 0)
        return err_set(&t->err, ERR_USAGE,
                       "leat tokenizer info takes a tokenizer.json: leat tokenizer info FILE [INPUT…]");
    bool sampled = t->n_inputs > 1;
    int r = tokenizer_open(&s.tokenizer, t->inputs[0], SPECIAL_IS_TEXT, &t->err);
    if (r == 0) r = measure(t, &s);
    if (r == 0) r = print_info(t, &s, sampled);
    tokenizer_close(&s.tokenizer);
    return r;
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_VERB | TOOL_MEMORY, argc, argv)) return t.status;
    int r = strcmp(t.verb, "train") == 0 ? run_train(&t) : run_info(&t);
    opt_list_free(&special);
    return tool_finish(&t, r);
}
