/* generate.c: leat generate: a checkpoint and prompts, as token streams, to their continuations, as a token stream. Text goes through
 * leat tokenize on both sides. */
#include "common/ltok.h"
#include "common/tool.h"
#include "decoder.h"
#include "kernels/philox.h"
#include "sampler.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *checkpoint, *prompt_ids;
static int64_t max_tokens = 128, seed = 1;
static struct sampler sampler = {.temperature = 0.8, .top_k = 0, .top_p = 0.95};
static bool continuation_only;
static int device;

static const struct opt options[] = {
    {"checkpoint", 'c', OPT_STR, &checkpoint, "DIR", NULL, 0, 0,
     "take the model in DIR: a checkpoint, or the --out of leat train, whose newest is taken"},
    {"prompt-ids", 'p', OPT_STR, &prompt_ids, "ID,ID…", NULL, 0, 0,
     "continue these token ids instead of reading token streams. An empty list continues nothing: a new "
     "document"},
    {"max-tokens", 'n', OPT_INT, &max_tokens, "N", NULL, 1, 1e9,
     "stop after N new tokens, or before, at the end-of-document token"},
    {"temperature", 'T', OPT_NUM, &sampler.temperature, "X", NULL, 0, 1000,
     "divide logits by X; 0: always the most likely token"},
    {"top-k", 0, OPT_INT, &sampler.top_k, "K", NULL, 0, 1e9, "choose among the K most likely tokens; 0: all"},
    {"top-p", 0, OPT_NUM, &sampler.top_p, "P", NULL, 0, 1,
     "choose among the fewest most likely tokens that have the probability P together"},
    {"seed", 0, OPT_INT, &seed, "N", NULL, 0, 9e15,
     "draw with this seed; the same seed gives the same tokens"},
    {"continuation-only", 0, OPT_FLAG, &continuation_only, NULL, NULL, 0, 0,
     "write the new tokens without their prompt"},
    {"device", 0, OPT_CHOICE, &device, "NAME", BACKEND_NAMES, 0, 0,
     "compute on cpu, in floats, or on ref64, the slow reference in doubles"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat generate",
    .summary = "continue prompts with a trained model",
    .operands = "[INPUT…]",
    .description =
        "Reads prompts as token streams (.ltok) and writes each with its continuation, as a token stream. A "
        "prompt's last "
        "end-of-document token is taken off. The model sees an end-of-document token first, as between the "
        "documents it was "
        "trained on, then the prompt; of a longer sequence than its context it sees the last part.\n\n"
        "Each prompt's draws follow from --seed and the prompt's place in the input.",
    .examples = "# text in, text out\n"
                "echo '{\"id\":\"a\",\"text\":\"Once upon\"}' | leat tokenize -m tokenizer.json | leat "
                "generate -c run | leat tokenize -m "
                "tokenizer.json --decode\n"
                "# from nothing\n"
                "leat generate -c run --prompt-ids '' | leat tokenize -m tokenizer.json --decode\n",
    .own = options,
};

struct generator {
    struct tool *t;
    struct decoder d;
    struct ltok_header header; /* of the output */
    struct out *out;
    struct sampler_candidate *scratch;
    uint32_t *ids; /* end-of-document if there is one, prompt, continuation */
    size_t n_ids, ids_cap;
    struct buf tokens, line; /* encoded */
    uint64_t documents, tokens_out, prompt_tokens;
};

/* ---- one sequence */

static int push(struct generator *g, uint32_t id)
{
    if (g->n_ids == g->ids_cap) {
        size_t cap = g->ids_cap ? 2 * g->ids_cap : 1024;
        uint32_t *more = realloc(g->ids, cap * sizeof *more);
        if (!more) return err_nomem(&g->t->err, "holding a prompt");
        g->ids = more;
        g->ids_cap = cap;
    }
    g->ids[g->n_ids++] = id;
    return 0;
}

static int push_prompt(struct generator *g, uint64_t id)
{
    if (id < g->d.state.vocab_size) return push(g, (uint32_t)id);
    return err_set(&g->t->err, ERR_USAGE,
                   "token id %" PRIu64 " is not below the model's vocabulary of %" PRIu64, id,
                   g->d.state.vocab_size);
}

static bool has_eod(const struct generator *g)
{
    return g->d.state.eod_token < g->d.state.vocab_size;
}

static int begin(struct generator *g)
{
    g->n_ids = 0;
    return has_eod(g) ? push(g, (uint32_t)g->d.state.eod_token) : 0;
}

/* Appends up to max_tokens ids. */
static int continue_ids(struct generator *g)
{
    uint64_t context = (uint64_t)g->d.state.model.seq_len, skip = g->n_ids > context ? g->n_ids - context : 0;
    uint64_t number = g->documents;
    if (g->n_ids == 0)
        return err_set(&g->t->err, ERR_USAGE, "an empty prompt, and no end-of-document token to begin with");
    decoder_reset(&g->d);
    decoder_feed(&g->d, g->ids + skip, g->n_ids - skip);
    for (int64_t i = 0; i < max_tokens; i++) {
        double u = philox_uniform((uint64_t)seed, number, (uint64_t)i);
        uint32_t id = sampler_pick(&sampler, g->d.logits, (uint32_t)g->d.state.vocab_size, u, g->scratch);
        int r = push(g, id);
        if (r < 0) return r;
        if (has_eod(g) && id == g->d.state.eod_token) break;
        if (i + 1 < max_tokens) decoder_feed(&g->d, &id, 1);
    }
    return 0;
}

/* ---- out */

static int flush(struct generator *g, struct buf *b, uint64_t records)
{
    int r = b->failed ? err_nomem(&g->t->err, "writing tokens")
                      : out_write(g->out, b->p, b->n, records, &g->t->err);
    buf_clear(b);
    return r;
}

static int write_ids(struct generator *g, const struct ltok_doc *prompt, size_t prompt_end)
{
    size_t from = continuation_only ? prompt_end : has_eod(g);
    struct ltok_doc doc = {.id = prompt->id,
                           .domain = prompt->domain,
                           .source = prompt->source,
                           .url = prompt->url,
                           .warc_file = prompt->warc_file,
                           .warc_offset = prompt->warc_offset};
    buf_clear(&g->tokens);
    for (size_t i = from; i < g->n_ids; i++) {
        for (unsigned j = 0; j < g->header.width; j++) buf_putc(&g->tokens, (char)(g->ids[i] >> (8 * j)));
    }
    doc.n_tokens = g->n_ids - from;
    doc.tokens = g->tokens.p ? g->tokens.p : "";
    if (g->tokens.failed) return err_nomem(&g->t->err, "writing tokens");
    ltok_put_doc(&g->line, &g->header, &doc);
    g->documents++;
    g->tokens_out += doc.n_tokens;
    ledger_keep(&g->t->ledger, 0, 0);
    return flush(g, &g->line, 1);
}

static int generate(struct generator *g, const struct ltok_doc *prompt)
{
    size_t prompt_end = g->n_ids;
    g->prompt_tokens += prompt_end - has_eod(g);
    int r = continue_ids(g);
    return r < 0 ? r : write_ids(g, prompt, prompt_end);
}

/* ---- in */

static int read_ids(struct generator *g)
{
    int r = begin(g);
    for (const char *p = prompt_ids; r == 0 && *p;) {
        char *end;
        errno = 0;
        unsigned long long id = strtoull(p, &end, 10);
        if (end == p || errno || *p == '-' || (*end && *end != ','))
            return err_set(&g->t->err, ERR_USAGE,
                           "--prompt-ids: \"%s\" is not a list of token ids, as in 12,7,310", prompt_ids);
        r = push_prompt(g, id);
        p = *end ? end + 1 : end;
    }
    g->t->ledger.created++;
    struct ltok_doc doc = {.id = slice_str("prompt"), .domain = slice_str("generated"), .warc_offset = -1};
    return r < 0 ? r : generate(g, &doc);
}

static int check_header(const struct generator *g, const char *path, const struct ltok_header *h)
{
    if (hash128_eq(h->tokenizer, g->header.tokenizer)) return 0;
    return err_set(&g->t->err, ERR_USAGE,
                   "%s was made with another tokenizer than the model was trained with (hash %s): tokenize "
                   "with that one",
                   path, g->d.state.tokenizer);
}

static int take_prompt(struct generator *g, const struct ltok_header *h, const struct ltok_doc *doc)
{
    uint64_t n = doc->n_tokens;
    int r = begin(g);
    if (n > 0 && ltok_token(h, doc, n - 1) == g->d.state.eod_token) n--;
    for (uint64_t i = 0; r == 0 && i < n; i++) r = push_prompt(g, ltok_token(h, doc, i));
    return r < 0 ? r : generate(g, doc);
}

/* What came whole before the end is used. */
static int end_early(struct generator *g, const char *path, uint64_t offset, int why)
{
    struct tool *t = g->t;
    if (why != IN_TRUNCATED && why != -ERR_DATA) return why;
    if (why == -ERR_DATA) ledger_damage(&t->ledger, path, offset, 0, "%s", t->err.msg);
    ledger_truncate(&t->ledger, t->err.msg);
    err_clear(&t->err);
    return 0;
}

static bool limit_reached(const struct tool *t)
{
    return t->limit > 0 && t->ledger.in >= (uint64_t)t->limit;
}

static int read_documents(struct generator *g, struct ltok_reader *in, const char *path)
{
    struct tool *t = g->t;
    struct ltok_doc doc;
    int r = check_header(g, path, ltok_header(in));
    while (r == 0 && !limit_reached(t)) {
        int n = ltok_next(in, &doc, &t->err);
        if (n <= 0) return end_early(g, path, ltok_offset(in), n);
        t->ledger.in++;
        if (hash_sampled(doc.id, t->sample))
            r = take_prompt(g, ltok_header(in), &doc);
        else
            ledger_skip(&t->ledger, "sample", 0);
    }
    return r;
}

static int read_stream(struct generator *g, const char *path)
{
    struct ltok_reader *in;
    int r = ltok_open(&in, path, g->t->max_record, &g->t->err);
    if (r < 0) return r == IN_TRUNCATED ? end_early(g, path, 0, r) : r;
    r = read_documents(g, in, path);
    ltok_close(in);
    return r;
}

static int read_streams(struct generator *g)
{
    int r = 0;
    if (g->t->n_inputs == 0) return read_stream(g, "-");
    for (size_t i = 0; r == 0 && i < g->t->n_inputs; i++) r = read_stream(g, g->t->inputs[i]);
    return r;
}

/* ---- start and end */

static int set_header(struct generator *g)
{
    const struct checkpoint *c = &g->d.state;
    g->header = (struct ltok_header){
        .width = c->vocab_size <= 65536 ? 2 : 4,
        .vocab_size = c->vocab_size,
        .eod_token = has_eod(g) ? c->eod_token : LTOK_NO_TOKEN,
    };
    hash64_parse(c->tokenizer, HASH64_HEX, &g->header.tokenizer.hi);
    hash64_parse(c->tokenizer + HASH64_HEX, HASH64_HEX, &g->header.tokenizer.lo);
    ltok_put_header(&g->line, &g->header);
    return flush(g, &g->line, 0);
}

static int open_all(struct generator *g)
{
    static const char *const devices[] = {"cpu", "ref64"};
    struct tool *t = g->t;
    if (!checkpoint) return err_set(&t->err, ERR_USAGE, "--checkpoint DIR is missing: which model");
    if (prompt_ids && t->n_inputs)
        return err_set(&t->err, ERR_USAGE, "give --prompt-ids or inputs, not both");
    int r = decoder_open(&g->d, checkpoint, backend_find(devices[device]), (int)t->threads, &t->err);
    if (r < 0) return r;
    if (g->d.state.vocab_size == 0 || g->d.state.vocab_size > (uint64_t)g->d.state.model.vocab)
        return err_set(&t->err, ERR_DATA, "%s: vocab_size is not the model's", checkpoint);
    g->scratch = calloc((size_t)g->d.state.vocab_size, sizeof *g->scratch);
    return g->scratch ? tool_open_output(t, "ltok", &g->out, &t->err) : err_nomem(&t->err, "sampling");
}

static int finish(struct generator *g, int r)
{
    if (r == 0 && !g->t->ledger.truncated) {
        ltok_put_end(&g->line, g->documents, g->tokens_out);
        r = flush(g, &g->line, 0);
    }
    int closed = out_close(g->out, tool_out_end(g->t, r), &g->t->err);
    ledger_extra(&g->t->ledger, "prompt_tokens", g->prompt_tokens);
    ledger_extra(&g->t->ledger, "tokens", g->tokens_out);
    decoder_close(&g->d);
    buf_free(&g->line);
    buf_free(&g->tokens);
    free(g->ids);
    free(g->scratch);
    return r < 0 ? r : closed;
}

int main(int argc, char **argv)
{
    struct tool t;
    struct generator g = {.t = &t};
    if (!tool_start(&t, &spec, TOOL_INPUTS | TOOL_OUTPUT | TOOL_THREADS | TOOL_STATS, argc, argv))
        return t.status;
    buf_init(&g.tokens, BUF_NO_MAX);
    buf_init(&g.line, BUF_NO_MAX);
    int r = open_all(&g);
    if (r == 0) r = set_header(&g);
    if (r == 0) r = prompt_ids ? read_ids(&g) : read_streams(&g);
    return tool_finish(&t, finish(&g, r));
}
