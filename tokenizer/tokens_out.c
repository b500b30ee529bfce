/* tokens_out.c: documents to tokens.
 *
 * Each document is encoded by itself on any thread; bos and eod go around it. Provenance (id, source, url, place in the crawl)
 * and the carried keys are copied from its metadata, so that a shard can say where every document came from.
 *
 * In: documents. Out: the layout of common/ltok.h, or JSON. State: an encoder per thread, and the sums. */
#include "tokenizer/tokens_out.h"
#include "common/json.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#define NARROW_BELOW 65500

struct writer {
    const struct tokenizer *tokenizer;
    const struct tokens_opts *o;
    struct ltok_header header;
    atomic_ullong documents, tokens, bytes;
};

struct worker {
    struct encoder *encoder;
    struct ids ids;
    struct buf narrow;  /* tokens of 2 bytes */
    struct arena arena; /* strings of one document */
};

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    encoder_free(w->encoder);
    ids_free(&w->ids);
    buf_free(&w->narrow);
    arena_free(&w->arena);
    free(w);
}

static void *worker_new(void *ctx)
{
    struct writer *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->narrow, BUF_NO_MAX);
    arena_init(&w->arena);
    w->encoder = encoder_new(x->tokenizer);
    if (!w->encoder) {
        worker_free(ctx, w);
        return NULL;
    }
    return w;
}

/* ------------------------------------------------------------------ what goes along */

static int keep(struct worker *w, struct slice from, struct slice *to)
{
    char *p = arena_strndup(&w->arena, from.p, from.n);
    *to = slice_of(p, from.n);
    return p ? 0 : -ERR_IO;
}

/* A string of metadata; empty where it is absent or no string. */
static int keep_string(struct worker *w, struct stage_out *o, const struct doc *d, const char *key,
                       struct slice *to)
{
    struct slice found = {"", 0};
    if (jsonl_meta_str(o->jsonl, d, key, &found, NULL) != 1) found = slice_str("");
    return keep(w, found, to);
}

static int keep_raw(struct worker *w, struct stage_out *o, const struct doc *d, const char *key,
                    struct slice *to)
{
    struct slice found = {"", 0};
    if (jsonl_meta_raw(o->jsonl, d, key, &found, NULL) != 1) found = slice_str("");
    return keep(w, found, to);
}

/* A string, or a number's or truth value's text, of metadata. */
static int keep_domain(struct writer *x, struct worker *w, struct stage_out *o, const struct doc *d,
                       struct slice *to)
{
    if (x->o->domain) {
        *to = slice_str(x->o->domain);
        return 0;
    }
    *to = d->source;
    if (!x->o->domain_key) return 0;
    int r = keep_raw(w, o, d, x->o->domain_key, to);
    if (r == 0 && to->n && to->p[0] == '"')
        r = keep_string(w, o, d, x->o->domain_key, to);
    else if (to->n && (to->p[0] == '{' || to->p[0] == '['))
        to->n = 0;
    if (r < 0 || to->n) return r;
    *to = d->source;
    ledger_extra(o->ledger, "without domain key", 1);
    return 0;
}

static int64_t warc_offset(struct stage_out *o, const struct doc *d)
{
    double offset;
    if (jsonl_meta_num(o->jsonl, d, "warc_offset", &offset, NULL) != 1) return -1;
    return offset >= 0 && offset < 9007199254740992.0 && floor(offset) == offset ? (int64_t)offset : -1;
}

static int put_ltok(struct writer *x, struct worker *w, const struct doc *d, struct stage_out *o)
{
    struct ltok_doc l = {.id = d->id, .source = d->source, .n_tokens = w->ids.n, .tokens = w->ids.at};
    arena_reset(&w->arena);
    int r = keep_domain(x, w, o, d, &l.domain);
    if (r == 0) r = keep_string(w, o, d, "url", &l.url);
    if (r == 0) r = keep_string(w, o, d, "warc_file", &l.warc_file);
    for (size_t i = 0; r == 0 && i < x->o->n_carry; i++) r = keep_raw(w, o, d, x->o->carry[i], &l.carry[i]);
    if (r < 0) return r;
    l.warc_offset = warc_offset(o, d);
    buf_clear(&w->narrow);
    if (buf_reserve(&w->narrow, w->ids.n * x->header.width) < 0) return -ERR_IO;
    for (size_t i = 0; i < w->ids.n; i++)
        for (unsigned k = 0; k < x->header.width; k++)
            w->narrow.p[w->narrow.n++] = (char)(w->ids.at[i] >> (8 * k));
    l.tokens = w->narrow.p;
    return ltok_put_doc(o->out, &x->header, &l) < 0 ? -ERR_IO : 0;
}

static void put_json(const struct worker *w, const struct doc *d, struct buf *b)
{
    buf_puts(b, "{\"id\":");
    json_put_str(b, d->id);
    buf_puts(b, ",\"tokens\":[");
    for (size_t i = 0; i < w->ids.n; i++) buf_printf(b, i ? ",%u" : "%u", w->ids.at[i]);
    buf_puts(b, "]}\n");
}

/* ------------------------------------------------------------------ documents */

static int encode_document(struct writer *x, struct worker *w, const struct doc *d, struct err *e)
{
    uint64_t bos = x->o->bos_token, eod = x->o->eod_token;
    w->ids.n = 0;
    if (ids_reserve(&w->ids, 2) < 0) return err_nomem(e, "encoding a text");
    if (bos != LTOK_NO_TOKEN) w->ids.at[w->ids.n++] = (uint32_t)bos;
    int r = encode_text(w->encoder, d->text, &w->ids, e);
    if (r < 0) return r;
    if (ids_reserve(&w->ids, 1) < 0) return err_nomem(e, "encoding a text");
    if (eod != LTOK_NO_TOKEN) w->ids.at[w->ids.n++] = (uint32_t)eod;
    return 0;
}

static int write_document(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct writer *x = ctx;
    struct worker *w = worker;
    int r = encode_document(x, w, d, e);
    if (r < 0) return r;
    atomic_fetch_add(&x->documents, 1);
    atomic_fetch_add(&x->tokens, w->ids.n);
    atomic_fetch_add(&x->bytes, d->text.n);
    ledger_extra(o->ledger, "tokens", w->ids.n);
    if (x->o->form == TOKENS_LTOK) r = put_ltok(x, w, d, o);
    if (x->o->form == TOKENS_JSON) put_json(w, d, o->out);
    if (r < 0) return err_nomem(e, "writing tokens");
    return stage_emit(o, d, x->o->form == TOKENS_COUNT ? 0 : 1);
}

static int put_header(void *ctx, struct buf *out, struct err *e)
{
    struct writer *x = ctx;
    return ltok_put_header(out, &x->header) < 0 ? err_nomem(e, "writing a header") : 0;
}

static int put_end(void *ctx, struct buf *out, struct err *e)
{
    struct writer *x = ctx;
    return ltok_put_end(out, x->documents, x->tokens) < 0 ? err_nomem(e, "writing the end") : 0;
}

static int write_count(struct tool *t, struct writer *x)
{
    struct out *out;
    struct buf b;
    struct err later = {0};
    int r = tool_open_output(t, "json", &out, &t->err);
    if (r < 0) return r;
    buf_init(&b, BUF_NO_MAX);
    buf_printf(&b, "{\"documents\":%llu,\"tokens\":%llu,\"bytes\":%llu}\n", (unsigned long long)x->documents,
               (unsigned long long)x->tokens, (unsigned long long)x->bytes);
    r = b.failed ? err_nomem(&t->err, "printing") : out_write(out, b.p, b.n, 1, &t->err);
    buf_free(&b);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

int tokens_header(struct ltok_header *h, const struct vocab *v, const struct tokens_opts *o, struct err *e)
{
    *h = (struct ltok_header){.width = v->n_ids < NARROW_BELOW ? 2 : 4,
                              .vocab_size = v->n_ids,
                              .eod_token = o->eod_token,
                              .n_keys = (unsigned)o->n_carry};
    if (o->n_carry > LTOK_MAX_KEYS)
        return err_set(e, ERR_USAGE, "--carry: at most %d keys go along", LTOK_MAX_KEYS);
    for (size_t i = 0; i < o->n_carry; i++) {
        size_t n = strlen(o->carry[i]);
        if (n == 0 || n >= sizeof h->keys[i])
            return err_set(e, ERR_USAGE, "--carry \"%s\": a key has 1 to %zu bytes", o->carry[i],
                           sizeof h->keys[i] - 1);
        memcpy(h->keys[i], o->carry[i], n + 1);
    }
    return vocab_hash(v, &h->tokenizer, e);
}

int tokens_write(struct tool *t, const struct tokenizer *k, const struct tokens_opts *o)
{
    static const char *const KINDS[] = {"ltok", "jsonl", NULL};
    struct writer x = {.tokenizer = k, .o = o};
    bool ltok = o->form == TOKENS_LTOK;
    struct stage_ops ops = {.kind = KINDS[o->form],
                            .worker_new = worker_new,
                            .worker_free = worker_free,
                            .doc = write_document,
                            .begin = ltok ? put_header : NULL,
                            .end = ltok ? put_end : NULL};
    int r = tokens_header(&x.header, k->vocab, o, &t->err);
    if (r == 0) r = stage_run(t, &ops, &x);
    return r == 0 && o->form == TOKENS_COUNT ? write_count(t, &x) : r;
}
