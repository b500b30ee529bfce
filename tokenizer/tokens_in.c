/* tokens_in.c: token streams back to text, document by document.
 *
 * In: .ltok. Out: JSONL. A stream that was cut gives the documents before the cut; one that is damaged too, since nothing behind
 * the damage can be trusted: both end with status 3. Memory: one document. */
#include "tokenizer/tokens_in.h"
#include "common/json.h"
#include "common/log.h"
#include "common/ltok.h"
#include "common/text.h"
#include "tokenizer/encode.h"

struct decoder {
    struct tool *t;
    const struct vocab *v;
    struct hash128 hash;
    struct out *out;
    struct ids ids;
    struct buf text, repaired, line;
};

static int check_header(const struct decoder *d, const char *path, const struct ltok_header *h)
{
    if (hash128_eq(h->tokenizer, d->hash)) return 0;
    char ours[HASH128_HEX + 1], theirs[HASH128_HEX + 1];
    hash128_hex(d->hash, ours);
    hash128_hex(h->tokenizer, theirs);
    return err_set(
        &d->t->err, ERR_USAGE,
        "%s was made with another tokenizer (hash %s, -m has %s): give the tokenizer.json that made it", path,
        theirs, ours);
}

static int take_ids(struct decoder *d, const struct ltok_header *h, const struct ltok_doc *doc)
{
    d->ids.n = 0;
    if (ids_reserve(&d->ids, doc->n_tokens) < 0) return err_nomem(&d->t->err, "decoding a text");
    while (d->ids.n < doc->n_tokens) {
        d->ids.at[d->ids.n] = ltok_token(h, doc, d->ids.n);
        d->ids.n++;
    }
    if (d->ids.n && d->ids.at[d->ids.n - 1] == h->eod_token) d->ids.n--;
    return 0;
}

/* The text as valid UTF-8. */
static struct slice repaired(struct decoder *d)
{
    if (utf8_valid_prefix(d->text.p, d->text.n) == d->text.n) return buf_slice(&d->text);
    buf_clear(&d->repaired);
    int64_t n = utf8_repair(&d->repaired, d->text.p, d->text.n);
    if (n > 0) ledger_extra(&d->t->ledger, "repaired", (uint64_t)n);
    return buf_slice(&d->repaired);
}

static int write_document(struct decoder *d, const struct ltok_doc *doc)
{
    struct err *e = &d->t->err;
    struct slice text = repaired(d);
    buf_clear(&d->line);
    buf_puts(&d->line, "{\"id\":");
    json_put_str(&d->line, doc->id);
    buf_puts(&d->line, ",\"text\":");
    json_put_str(&d->line, text);
    buf_puts(&d->line, "}\n");
    if (d->line.failed || d->repaired.failed) return err_nomem(e, "decoding a text");
    ledger_keep(&d->t->ledger, text.n, text.n);
    return out_write(d->out, d->line.p, d->line.n, 1, e);
}

static int decode_document(struct decoder *d, const struct ltok_header *h, const struct ltok_doc *doc)
{
    struct tool *t = d->t;
    t->ledger.in++;
    if (t->sample < 1 && !hash_sampled(doc->id, t->sample)) {
        ledger_skip(&t->ledger, "sample", 0);
        return 0;
    }
    buf_clear(&d->text);
    int r = take_ids(d, h, doc);
    if (r == 0) r = decode_ids(d->v, d->ids.at, d->ids.n, &d->text, &t->err);
    return r < 0 ? r : write_document(d, doc);
}

static bool at_limit(const struct tool *t)
{
    return t->limit > 0 && t->ledger.in >= (uint64_t)t->limit;
}

static void show_progress(struct decoder *d, struct ltok_reader *r)
{
    struct progress p = {.records = d->t->ledger.in,
                         .kept = d->t->ledger.kept,
                         .bytes = in_raw_bytes(ltok_in(r)),
                         .total_bytes = in_size_bytes(ltok_in(r))};
    log_progress(&p);
}

/* What the reader said at its end. */
static int end_stream(struct decoder *d, const char *path, struct ltok_reader *r, int status, struct err *why)
{
    if (status == -ERR_DATA) ledger_damage(&d->t->ledger, path, ltok_offset(r), 0, "%s", why->msg);
    if (status == -ERR_DATA || status == IN_TRUNCATED) {
        ledger_truncate(&d->t->ledger, why->msg);
        return 0;
    }
    return status < 0 ? err_set(&d->t->err, -status, "%s", why->msg) : 0;
}

static int decode_stream(struct decoder *d, const char *path)
{
    struct ltok_reader *r;
    struct ltok_doc doc;
    struct err why = {0};
    int status = ltok_open(&r, path, 16 * d->t->max_record, &d->t->err);
    if (status < 0) return status;
    status = check_header(d, path, ltok_header(r));
    if (status == 0)
        while (!at_limit(d->t) && (status = ltok_next(r, &doc, &why)) > 0) {
            status = decode_document(d, ltok_header(r), &doc);
            show_progress(d, r);
            if (status < 0) break;
        }
    if (why.code) status = end_stream(d, path, r, status, &why);
    ltok_close(r);
    return status < 0 ? status : 0;
}

static int decode_all(struct decoder *d)
{
    struct tool *t = d->t;
    struct err later = {0};
    int r = tool_open_output(t, "jsonl", &d->out, &t->err);
    if (r < 0) return r;
    if (t->n_inputs == 0) r = decode_stream(d, "-");
    for (size_t i = 0; r == 0 && i < t->n_inputs; i++) r = decode_stream(d, t->inputs[i]);
    int closed = out_close(d->out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

int tokens_decode(struct tool *t, const struct vocab *v)
{
    struct decoder d = {.t = t, .v = v};
    buf_init(&d.text, BUF_NO_MAX);
    buf_init(&d.repaired, BUF_NO_MAX);
    buf_init(&d.line, BUF_NO_MAX);
    int r = vocab_hash(v, &d.hash, &t->err);
    if (r == 0) r = decode_all(&d);
    ids_free(&d.ids);
    buf_free(&d.text);
    buf_free(&d.repaired);
    buf_free(&d.line);
    return r;
}
