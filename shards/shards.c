/* shards.c: leat shards: looks at, checks and unpacks what leat shard wrote.
 *
 * In: a shard directory. Out: a table or the manifest (info), nothing (verify), documents (cat). State: the manifest. */
#include "common/json.h"
#include "common/log.h"
#include "common/tool.h"
#include "shards/cat.h"
#include "shards/verify.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool json, ids, ltok;
static const char *domain;
static int split = 2;
static int64_t limit;

static const struct opt own[] = {
    {"json", 0, OPT_FLAG, &json, NULL, NULL, 0, 0, "print the manifest as it lies", .verbs = "info"},
    {"domain", 0, OPT_STR, &domain, "NAME", NULL, 0, 0, "only this domain", .verbs = "cat"},
    {"split", 0, OPT_CHOICE, &split, "SPLIT", "train|valid|all", 0, 0, "only documents of this split",
     .verbs = "cat"},
    {"ids", 0, OPT_FLAG, &ids, NULL, NULL, 0, 0, "with the token ids of each document", .verbs = "cat",
     .excludes = "ltok"},
    {"ltok", 0, OPT_FLAG, &ltok, NULL, NULL, 0, 0,
     "write a token stream, which `leat tokenize --decode` turns into text; without the end-of-document "
     "tokens",
     .verbs = "cat"},
    {"limit", 0, OPT_INT, &limit, "N", NULL, 0, 9e18, "stop after N documents; 0: no limit", .verbs = "cat"},
    {0}};

static const char *const verbs[] = {"info", "verify", "cat", NULL};

static const struct opt_spec spec = {
    .name = "leat shards",
    .summary = "look at, check and unpack shards",
    .operands = "DIR",
    .verbs = verbs,
    .description = "info prints the domains with their files, documents, tokens and weights.\n\n"
                   "verify reads everything: sizes and hashes of all files, indexes against tokens, token "
                   "ids against the "
                   "vocabulary, documents' lines against indexes. What is wrong is named on standard error, "
                   "and the exit status "
                   "is 3.\n\n"
                   "cat prints the documents in the order in which they lie, one JSON object a line: domain, "
                   "split, file, "
                   "sequence, and where the document came from.",
    .examples = "leat shards info shards\n"
                "leat shards verify shards\n"
                "leat shards cat --domain code --ids shards | head -1\n"
                "# the text again\n"
                "leat shards cat --ltok shards | leat tokenize -m tokenizer.json --decode\n",
    .own = own,
};

/* ------------------------------------------------------------------ info */

static void put_row(struct buf *b, const char *name, const struct shard_files split_files[SHARD_SPLITS],
                    double weight)
{
    const struct shard_files *train = &split_files[SHARD_TRAIN], *valid = &split_files[SHARD_VALID];
    buf_printf(b, "%-20s %7zu %12" PRIu64 " %16" PRIu64 " %12" PRIu64 " %14" PRIu64 " %7.2f%%\n", name,
               train->n + valid->n, train->documents, train->tokens, valid->documents, valid->tokens,
               100 * weight);
}

/* Names are shown as in file names: they may hold anything. */
static int put_table(const struct shard_manifest *m, struct buf *b, struct err *e)
{
    struct shard_files sum[SHARD_SPLITS] = {{0}};
    double weight = 0;
    struct buf name;
    int r = 0;
    buf_init(&name, BUF_NO_MAX);
    buf_printf(b, "%-20s %7s %12s %16s %12s %14s %8s\n", "domain", "files", "documents", "tokens",
               "valid docs", "valid tokens", "weight");
    for (size_t d = 0; d < m->n_domains && r == 0; d++) {
        const struct shard_domain *x = &m->domain[d];
        buf_clear(&name);
        r = shard_name_escape(slice_str(x->name), &name, e);
        if (r == 0) put_row(b, name.p, x->split, x->weight);
        weight += x->weight;
        for (int s = 0; s < SHARD_SPLITS; s++) {
            sum[s].n += x->split[s].n;
            sum[s].documents += x->split[s].documents;
            sum[s].tokens += x->split[s].tokens;
        }
    }
    if (r == 0) put_row(b, "total", sum, weight);
    buf_free(&name);
    return r;
}

static int print_info(const char *dir, const struct shard_manifest *m, struct buf *b, struct err *e)
{
    char hex[HASH128_HEX + 1];
    if (json) {
        buf_printf(b, "%s/%s", dir, SHARD_MANIFEST);
        int r = buf_terminate(b) < 0 ? err_nomem(e, "reading a manifest") : 0;
        struct buf path = *b;
        buf_init(b, BUF_NO_MAX);
        if (r == 0) r = file_read(path.p, SHARD_MANIFEST_MAX, b, e);
        buf_free(&path);
        return r;
    }
    int r = put_table(m, b, e);
    hash128_hex(m->tokenizer, hex);
    buf_printf(b, "tokenizer %s, vocabulary %" PRIu64 ", %u bytes a token, ", hex, m->vocab_size, m->width);
    if (m->eod_token == SHARD_NO_TOKEN)
        buf_puts(b, "no end-of-document token\n");
    else
        buf_printf(b, "end-of-document token %" PRIu64 "\n", m->eod_token);
    if (m->duplicate_ids > 0)
        buf_printf(b, "%" PRIu64 " documents have an id that another one has\n", m->duplicate_ids);
    return r;
}

static int run_info(struct tool *t, const char *dir, const struct shard_manifest *m, struct out *out,
                    struct err *e)
{
    struct buf b;
    (void)t;
    buf_init(&b, BUF_NO_MAX);
    int r = print_info(dir, m, &b, e);
    if (r == 0 && b.failed) r = err_nomem(e, "printing");
    if (r == 0) r = out_write(out, b.p, b.n, 0, e);
    buf_free(&b);
    return r;
}

/* ------------------------------------------------------------------ verify */

static int run_verify(struct tool *t, const char *dir, const struct shard_manifest *m, struct out *out,
                      struct err *e)
{
    struct err *verdict;
    size_t n, bad = 0;
    (void)out;
    int code = ERR_DATA;
    int r = shard_verify(dir, m, (int)t->threads, &verdict, &n, e);
    for (size_t i = 0; i < n; i++)
        if (verdict[i].code) {
            log_error("%s", verdict[i].msg);
            if (bad++ == 0) code = verdict[i].code;
        }
    free(verdict);
    if (r < 0) return r;
    if (bad > 0) return err_set(e, code, "%s: %zu of its %zu shards are not right", dir, bad, n - 1);
    log_info("%s: all %zu shards are right", dir, n - 1);
    return 0;
}

/* ------------------------------------------------------------------ cat */

static int run_cat(struct tool *t, const char *dir, const struct shard_manifest *m, struct out *out,
                   struct err *e)
{
    struct shard_cat c = {.dir = dir,
                          .m = m,
                          .domain = domain,
                          .split = split < SHARD_SPLITS ? split : -1,
                          .ids = ids,
                          .ltok = ltok,
                          .limit = (uint64_t)limit,
                          .out = out};
    int r = shard_cat_write(&c, e);
    t->ledger.in = c.documents;
    t->ledger.kept = c.documents;
    return r;
}

/* ------------------------------------------------------------------ all */

static int run(struct tool *t, struct err *e)
{
    struct shard_manifest m;
    struct out *out = NULL;
    if (t->n_inputs != 1) return err_set(e, ERR_USAGE, "give one directory of shards");
    const char *dir = t->inputs[0];
    int r = shard_manifest_load(&m, dir, e);
    if (r < 0) return r;
    r = tool_open_output(t, ltok ? "ltok" : "jsonl", &out, e);
    if (r == 0 && strcmp(t->verb, "info") == 0)
        r = run_info(t, dir, &m, out, e);
    else if (r == 0 && strcmp(t->verb, "verify") == 0)
        r = run_verify(t, dir, &m, out, e);
    else if (r == 0)
        r = run_cat(t, dir, &m, out, e);
    int closed = out_close(out, tool_out_end(t, r), e);
    shard_manifest_free(&m);
    return r < 0 ? r : closed;
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_VERB | TOOL_OUTPUT | TOOL_THREADS | TOOL_STATS, argc, argv))
        return t.status;
    int r = run(&t, &t.err);
    return tool_finish(&t, r);
}
