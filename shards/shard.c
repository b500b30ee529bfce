/* shard.c: leat shard: token streams into a directory of shards that any trainer of the Megatron family reads.
 *
 * One pass: every document goes to the files of its domain and split as it comes; indexes are made from spilled lengths
 * when a shard is closed, the manifest at the end. So memory does not grow with the input, but for the ids, which must be
 * unique in a run: --memory bounds them.
 *
 * In: .ltok streams. Out: DIR, made as DIR.tmp and renamed when everything is on the disk. */
#include "common/hash.h"
#include "common/log.h"
#include "common/ltok.h"
#include "common/tool.h"
#include "shards/directory.h"
#include "common/idset.h"
#include "shards/split.h"
#include "shards/store.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *output, *mix_file, *tokenizer_file;
static struct opt_list weights;
static uint64_t shard_size = (uint64_t)1 << 30, memory = (uint64_t)4 << 30;
static double valid_share = 0.005;
static bool force, allow_duplicate_ids;

static const struct opt own[] = {
    {"output", 'o', OPT_STR, &output, "DIR", NULL, 0, 0,
     "make the directory DIR. It appears when it is whole; what was written before an early end of input "
     "stays as "
     "DIR.partial, without a manifest"},
    {"mix", 0, OPT_STR, &mix_file, "FILE", NULL, 0, 0,
     "read the domains' weights from a YAML file with the key weights, a map of domain to number. Without "
     "any weights "
     "each domain weighs what it has in tokens"},
    {"weight", 0, OPT_LIST, &weights, "DOMAIN=W", NULL, 0, 0,
     "give a domain the weight W, over what --mix says; may be repeated"},
    {"shard-size", 0, OPT_SIZE, &shard_size, "SIZE", NULL, 1, 1e18,
     "begin a new file before a .bin would grow beyond SIZE; a longer document has a file of its own"},
    {"valid-share", 0, OPT_NUM, &valid_share, "P", NULL, 0, 1,
     "hold out the share P of the documents for validation, by a hash of the URL, else of the id"},
    {"tokenizer-file", 0, OPT_STR, &tokenizer_file, "FILE", NULL, 0, 0,
     "put a copy of FILE beside the shards as tokenizer.json"},
    {"memory", 0, OPT_SIZE, &memory, "SIZE", NULL, 1048576, 1e18,
     "keep the ids that were seen within SIZE bytes: about 72 a document"},
    {"allow-duplicate-ids", 0, OPT_FLAG, &allow_duplicate_ids, NULL, NULL, 0, 0,
     "count documents whose id was seen before, and keep them. Without it they are an error"},
    {"force", 0, OPT_FLAG, &force, NULL, NULL, 0, 0, "replace DIR when it is a directory of shards or empty"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat shard",
    .summary = "write token streams as shards for training",
    .operands = "[INPUT.ltok…]",
    .description =
        "Reads token streams as `leat tokenize` writes them, and makes a directory: for each domain "
        "DOMAIN-NNNNN.bin and .idx (Megatron-LM's indexed dataset, byte for byte), DOMAIN-NNNNN.docs.zst (a "
        "line of "
        "JSON for each document: where it came from), the same with -valid- for the documents held out, and "
        "manifest.json with counts, weights and the XXH3 of every file. The order of training is not "
        "written: it is "
        "computed when the shards are read.\n\n"
        "Tokens are two bytes wide when the vocabulary is below 65,500, else four. Every document ends with "
        "the "
        "tokenizer's end-of-document token, if it has one.\n\n"
        "All inputs must come from one tokenizer. Weights of domains that do not occur are left out with a "
        "warning; a "
        "domain without a weight is an error when others have one.",
    .examples = "leat tokenize -m tokenizer.json docs.jsonl.zst | leat shard -o shards\n"
                "leat shard -o shards --mix mix.yaml --shard-size 512M web.ltok.zst code.ltok.zst\n"
                "leat shard -o shards --weight web=70 --weight code=30 --valid-share 0.01 all.ltok\n",
    .own = own,
};

struct run {
    struct tool *t;
    struct shard_directory dir;
    struct shard_store store;
    struct shard_mix mix;
    struct idset ids;
    struct shard_manifest manifest;
    struct ltok_header header; /* of the first input */
    const char *header_from;   /* its name; NULL: none yet */
    struct buf scratch;
    size_t input;
    uint64_t document; /* of the current input, from 1 */
    uint64_t tokens, valid_documents;
    struct progress progress;
    uint64_t bytes_before; /* of the inputs that are done */
};

/* ------------------------------------------------------------------ inputs that belong together */

static int begin_store(struct run *r, const struct ltok_header *h, const char *name, struct err *e)
{
    if (h->vocab_size > (uint64_t)1 << 31)
        return err_set(e, ERR_USAGE,
                       "%s: a vocabulary of %" PRIu64 " does not fit Megatron-LM's 32-bit tokens", name,
                       h->vocab_size);
    r->header = *h;
    r->header_from = name;
    r->manifest.width = shard_width(h->vocab_size);
    r->manifest.vocab_size = h->vocab_size;
    r->manifest.eod_token = h->eod_token;
    r->manifest.tokenizer = h->tokenizer;
    shard_store_init(&r->store, r->dir.tmp, r->manifest.width, shard_size, &r->mix);
    return 0;
}

static int check_header(struct run *r, const struct ltok_header *h, const char *name, struct err *e)
{
    if (!r->header_from) return begin_store(r, h, name, e);
    const char *what = !hash128_eq(h->tokenizer, r->header.tokenizer) ? "tokenizers"
                       : h->vocab_size != r->header.vocab_size        ? "vocabulary sizes"
                       : h->eod_token != r->header.eod_token          ? "end-of-document tokens"
                       : h->width != r->header.width                  ? "token widths"
                                                                      : NULL;
    if (!what) return 0;
    return err_set(e, ERR_USAGE, "%s and %s have different %s; tokenize both with one tokenizer",
                   r->header_from, name, what);
}

/* ------------------------------------------------------------------ one document */

#define ORIGIN_BITS 40

static const char *input_name(const struct run *r, uint64_t input)
{
    const char *name = r->t->n_inputs ? r->t->inputs[input] : "-";
    return strcmp(name, "-") == 0 ? "stdin" : name;
}

static int check_id(struct run *r, const struct ltok_doc *d, struct err *e)
{
    uint64_t first;
    if (d->id.n == 0) return 0;
    int n = idset_add(&r->ids, d->id, (uint64_t)r->input << ORIGIN_BITS | r->document, &first, e);
    if (n <= 0) return n;
    r->manifest.duplicate_ids++;
    if (allow_duplicate_ids) return 0;
    return err_set(e, ERR_DATA,
                   "id \"%.*s\" twice: document %" PRIu64 " of %s and document %" PRIu64
                   " of %s; remove copies with `leat dedup`, or give --allow-duplicate-ids",
                   (int)(d->id.n < 200 ? d->id.n : 200), d->id.p, first & (((uint64_t)1 << ORIGIN_BITS) - 1),
                   input_name(r, first >> ORIGIN_BITS), r->document, input_name(r, r->input));
}

static int add_document(struct run *r, const struct ltok_header *h, const struct ltok_doc *d, struct err *e)
{
    struct ledger *l = &r->t->ledger;
    uint64_t tokens = 0;
    l->in++;
    r->document++;
    if (!hash_sampled(d->id, r->t->sample)) {
        ledger_skip(l, "sample", 0);
        return 0;
    }
    if (d->mask || d->roles)
        return err_set(e, ERR_USAGE,
                       "%s: document %" PRIu64
                       " has a loss mask or roles, which shards do not hold yet; tokenize it "
                       "as plain text",
                       input_name(r, r->input), r->document);
    int n = check_id(r, d, e);
    if (n < 0) return n;
    bool valid = shard_is_valid(d->url, d->id, valid_share, &r->scratch);
    n = shard_store_add(&r->store, h, d, valid ? SHARD_VALID : SHARD_TRAIN, &tokens, e);
    if (n < 0) return n;
    r->tokens += tokens;
    r->valid_documents += valid;
    ledger_keep(l, 0, 0);
    return 0;
}

/* ------------------------------------------------------------------ one input */

static void show_progress(struct run *r, struct ltok_reader *in)
{
    r->progress.records = r->t->ledger.in;
    r->progress.kept = r->t->ledger.kept;
    r->progress.bytes = r->bytes_before + in_raw_bytes(ltok_in(in));
    log_progress(&r->progress);
}

static bool limit_reached(const struct run *r)
{
    return r->t->limit > 0 && r->t->ledger.in >= (uint64_t)r->t->limit;
}

/* A stream that was cut, or is damaged in the middle, has lost its rest: what came before is kept as DIR.partial. */
static int end_early(struct run *r, struct ltok_reader *in, int why, struct err *e)
{
    if (why != IN_TRUNCATED && why != -ERR_DATA) return why;
    if (why == -ERR_DATA)
        ledger_damage(&r->t->ledger, input_name(r, r->input), ltok_offset(in), 0, "%s", e->msg);
    ledger_truncate(&r->t->ledger, e->msg);
    err_clear(e);
    return 0;
}

static int read_input(struct run *r, struct ltok_reader *in, struct err *e)
{
    const struct ltok_header *h = ltok_header(in);
    struct ltok_doc d;
    int n = check_header(r, h, input_name(r, r->input), e);
    if (n < 0) return n;
    while (!limit_reached(r)) {
        n = ltok_next(in, &d, e);
        if (n == 0) return 0;
        if (n < 0) return end_early(r, in, n, e);
        n = add_document(r, h, &d, e);
        if (n < 0) return n;
        show_progress(r, in);
    }
    return 0;
}

static int read_inputs(struct run *r, struct err *e)
{
    size_t n_inputs = r->t->n_inputs ? r->t->n_inputs : 1;
    uint64_t max_bytes =
        r->t->max_record * 8; /* a token a byte of text, of four bytes, with mask, role and strings */
    int n = 0;
    for (r->input = 0; r->input < n_inputs && n == 0 && !limit_reached(r); r->input++) {
        struct ltok_reader *in;
        r->document = 0;
        n = ltok_open(&in, r->t->n_inputs ? r->t->inputs[r->input] : "-", max_bytes, e);
        if (n < 0) return n;
        n = read_input(r, in, e);
        r->bytes_before += in_raw_bytes(ltok_in(in));
        ltok_close(in);
    }
    return n;
}

/* ------------------------------------------------------------------ the end */

static void warn_of_weights(const struct run *r)
{
    for (size_t i = 0; i < r->mix.n; i++)
        if (!r->mix.at[i].met && r->mix.at[i].weight > 0)
            log_warn("domain \"%s\" has a weight but no documents; the others share its part",
                     r->mix.at[i].name);
    for (size_t i = 0; i < r->manifest.n_domains; i++) {
        const struct shard_domain *d = &r->manifest.domain[i];
        const struct shard_mix_row *row = shard_mix_find(&r->mix, slice_str(d->name));
        if (d->split[SHARD_TRAIN].tokens == 0 && row && row->weight > 0)
            log_warn("domain \"%s\" has no training tokens; the others share its weight", d->name);
        else if (d->weight > 0 && d->quanta == 0)
            log_warn("domain \"%s\" weighs less than 1/%d of all and will not be read", d->name,
                     2 * SHARD_QUANTA);
    }
}

static int copy_tokenizer(struct run *r, struct err *e)
{
    struct buf content, path;
    if (!tokenizer_file) return 0;
    buf_init(&content, BUF_NO_MAX);
    buf_init(&path, BUF_NO_MAX);
    int n = file_read(tokenizer_file, (size_t)1 << 30, &content, e);
    if (n == 0) buf_printf(&path, "%s/tokenizer.json", r->dir.tmp);
    if (n == 0 && buf_terminate(&path) < 0) n = err_nomem(e, "copying the tokenizer");
    if (n == 0) n = file_write(path.p, buf_slice(&content), e);
    r->manifest.has_tokenizer_file = true;
    r->manifest.tokenizer_file = (struct shard_digest){content.n, hash64(content.p, content.n)};
    buf_free(&content);
    buf_free(&path);
    return n;
}

static int write_manifest(struct run *r, struct err *e)
{
    struct buf text, path;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&path, BUF_NO_MAX);
    int n = shard_mix_apply(&r->mix, &r->manifest, e);
    if (n == 0) warn_of_weights(r);
    if (n == 0) n = copy_tokenizer(r, e);
    if (n == 0) n = shard_manifest_put(&r->manifest, &text, e);
    buf_printf(&path, "%s/%s", r->dir.tmp, SHARD_MANIFEST);
    if (n == 0 && buf_terminate(&path) < 0) n = err_nomem(e, "writing the manifest");
    if (n == 0) n = file_write(path.p, buf_slice(&text), e);
    buf_free(&text);
    buf_free(&path);
    return n;
}

static int finish(struct run *r, struct err *e)
{
    struct ledger *l = &r->t->ledger;
    bool whole = tool_out_end(r->t, 0) == OUT_COMMIT;
    int n = r->header_from ? shard_store_seal(&r->store, (int)r->t->threads, &r->manifest, e) : 0;
    if (n == 0 && whole) n = write_manifest(r, e);
    if (n < 0) return n;
    ledger_extra(l, "tokens", r->tokens);
    ledger_extra(l, "valid_documents", r->valid_documents);
    ledger_extra(l, "duplicate_ids", r->manifest.duplicate_ids);
    ledger_extra(l, "domains", r->manifest.n_domains);
    return whole ? shard_directory_commit(&r->dir, e) : shard_directory_keep_partial(&r->dir, e);
}

static int load_mix(struct run *r, struct err *e)
{
    int n = mix_file ? shard_mix_load(&r->mix, mix_file, e) : 0;
    for (size_t i = 0; i < weights.n && n == 0; i++) n = shard_mix_set(&r->mix, weights.at[i], e);
    return n;
}

static int run(struct tool *t, struct err *e)
{
    struct run r = {.t = t};
    if (!output) return err_set(e, ERR_USAGE, "no directory to write; give -o DIR");
    shard_manifest_init(&r.manifest);
    idset_init(&r.ids, memory);
    buf_init(&r.scratch, BUF_NO_MAX);
    r.manifest.valid_share = valid_share;
    int n = load_mix(&r, e);
    if (n == 0) n = shard_directory_begin(&r.dir, output, force, e);
    if (n == 0) {
        n = read_inputs(&r, e);
        log_progress_end();
        if (n == 0) n = finish(&r, e);
        if (n < 0) shard_directory_abandon(&r.dir);
    }
    if (r.header_from) shard_store_free(&r.store);
    shard_manifest_free(&r.manifest);
    idset_free(&r.ids);
    shard_mix_free(&r.mix);
    buf_free(&r.scratch);
    return n;
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_INPUTS | TOOL_THREADS | TOOL_STATS, argc, argv)) return t.status;
    int r = run(&t, &t.err);
    opt_list_free(&weights);
    return tool_finish(&t, r);
}
