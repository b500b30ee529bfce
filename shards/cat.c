/* cat.c: .docs.zst, .idx and .bin side by side, a document at a time. Memory: one document. */
#include "shards/cat.h"
#include "common/json.h"
#include "common/ltok.h"
#include "shards/docs.h"
#include "shards/index.h"
#include "shards/map.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct open_file {
    struct shard_cat *c;
    const struct shard_domain *domain;
    enum shard_split split;
    const struct shard_file *file;
    struct slice bin, idx;
    struct shard_index index;
    struct shard_docs docs;
    struct ltok_header header;
    struct buf b;
};

static uint32_t token_at(const struct open_file *f, struct slice tokens, uint64_t i)
{
    uint32_t t = 0;
    memcpy(&t, tokens.p + i * f->index.width, f->index.width);
    return t;
}

/* ------------------------------------------------------------------ JSON */

static int put_json(struct open_file *f, struct slice line, uint64_t sequence, struct slice tokens,
                    struct err *e)
{
    struct buf *b = &f->b;
    if (line.n < 3 || line.p[0] != '{' || line.p[line.n - 1] != '}')
        return err_set(e, ERR_DATA,
                       "%s/%s.docs.zst: line %" PRIu64 " is not an object; see `leat shards verify`",
                       f->c->dir, f->file->stem, sequence + 1);
    buf_puts(b, "{\"domain\":");
    json_put_str(b, slice_str(f->domain->name));
    buf_printf(b, ",\"split\":\"%s\",\"file\":\"%s\",\"sequence\":%" PRIu64 ",", shard_split_name[f->split],
               f->file->stem, sequence);
    buf_put(b, line.p + 1, line.n - 2);
    if (f->c->ids) {
        buf_puts(b, ",\"ids\":[");
        for (uint64_t i = 0; i < tokens.n / f->index.width; i++)
            buf_printf(b, i ? ",%" PRIu32 : "%" PRIu32, token_at(f, tokens, i));
        buf_putc(b, ']');
    }
    buf_puts(b, "}\n");
    return 0;
}

/* ------------------------------------------------------------------ token stream */

static struct ltok_header make_header(const struct shard_manifest *m)
{
    return (struct ltok_header){
        .width = m->width, .vocab_size = m->vocab_size, .eod_token = m->eod_token, .tokenizer = m->tokenizer};
}

static struct slice member(struct json line, const char *key)
{
    struct slice s = {0};
    json_str(json_get(line, key), &s);
    return s;
}

static int put_ltok(struct open_file *f, struct slice line, struct slice tokens, struct err *e)
{
    struct json_file *json;
    int r = json_parse(&json, f->file->stem, line, e);
    if (r < 0) return r;
    struct json o = json_root(json);
    struct ltok_doc d = {.id = member(o, "id"),
                         .domain = slice_str(f->domain->name),
                         .source = member(o, "source"),
                         .url = member(o, "url"),
                         .warc_file = member(o, "warc_file"),
                         .warc_offset = -1,
                         .n_tokens = tokens.n / f->index.width,
                         .tokens = tokens.p};
    json_int(json_get(o, "warc_offset"), &d.warc_offset);
    if (d.n_tokens > 0 && token_at(f, tokens, d.n_tokens - 1) == f->header.eod_token) d.n_tokens--;
    if (ltok_put_doc(&f->b, &f->header, &d) < 0) r = err_nomem(e, "writing a token stream");
    f->c->tokens += d.n_tokens;
    json_free(json);
    return r;
}

/* ------------------------------------------------------------------ files */

static int write_sequence(struct open_file *f, uint64_t i, struct err *e)
{
    struct slice line;
    int r = shard_docs_next(&f->docs, &line, e);
    if (r == 0)
        return err_set(e, ERR_DATA, "%s/%s.docs.zst has fewer lines than there are documents", f->c->dir,
                       f->file->stem);
    if (r < 0) return r;
    struct slice tokens = slice_of(f->bin.p + shard_index_offset(&f->index, i),
                                   (size_t)shard_index_length(&f->index, i) * f->index.width);
    buf_clear(&f->b);
    r = f->c->ltok ? put_ltok(f, line, tokens, e) : put_json(f, line, i, tokens, e);
    if (r == 0 && f->b.failed) r = err_nomem(e, "writing a document");
    if (r == 0) r = out_write(f->c->out, f->b.p, f->b.n, 1, e);
    if (r == 0) f->c->documents++;
    return r;
}

static bool enough(const struct shard_cat *c)
{
    return c->limit > 0 && c->documents >= c->limit;
}

static int write_file(struct open_file *f, struct err *e)
{
    const struct shard_digest *part = f->file->part;
    int r = shard_map_open(&f->bin, f->c->dir, f->file->stem, ".bin", part[SHARD_BIN].bytes, e);
    if (r == 0) r = shard_map_open(&f->idx, f->c->dir, f->file->stem, ".idx", part[SHARD_IDX].bytes, e);
    if (r == 0) r = shard_index_parse(&f->index, f->file->stem, f->idx, e);
    if (r == 0) r = shard_index_check(&f->index, f->file->stem, f->bin.n, e);
    if (r == 0 && f->index.width != f->c->m->width)
        r = err_set(e, ERR_DATA, "%s/%s.idx has another token width than the manifest", f->c->dir,
                    f->file->stem);
    if (r == 0) r = shard_docs_open(&f->docs, f->c->dir, f->file->stem, e);
    for (uint64_t i = 0; r == 0 && i < f->index.sequences && !enough(f->c); i++) r = write_sequence(f, i, e);
    shard_docs_close(&f->docs);
    shard_map_close(&f->bin);
    shard_map_close(&f->idx);
    return r;
}

static int write_files(struct shard_cat *c, const struct ltok_header *h, struct err *e)
{
    int r = 0;
    bool met = !c->domain;
    for (size_t d = 0; d < c->m->n_domains; d++) {
        const struct shard_domain *domain = &c->m->domain[d];
        if (c->domain && strcmp(c->domain, domain->name) != 0) continue;
        met = true;
        for (int s = 0; s < SHARD_SPLITS; s++)
            for (size_t i = 0;
                 r == 0 && i < domain->split[s].n && (c->split < 0 || c->split == s) && !enough(c); i++) {
                struct open_file f = {
                    .c = c, .domain = domain, .split = s, .file = &domain->split[s].at[i], .header = *h};
                buf_init(&f.b, BUF_NO_MAX);
                r = write_file(&f, e);
                buf_free(&f.b);
            }
    }
    if (!met)
        r = err_set(e, ERR_USAGE, "%s has no domain \"%s\"; `leat shards info` lists them", c->dir,
                    c->domain);
    return r;
}

/* The header or the end of a token stream. */
static int write_edge(struct shard_cat *c, const struct ltok_header *h, bool end, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = end ? ltok_put_end(&b, c->documents, c->tokens) : ltok_put_header(&b, h);
    r = r < 0 ? err_nomem(e, "writing a token stream") : out_write(c->out, b.p, b.n, 0, e);
    buf_free(&b);
    return r;
}

int shard_cat_write(struct shard_cat *c, struct err *e)
{
    struct ltok_header h = make_header(c->m);
    int r = c->ltok ? write_edge(c, &h, false, e) : 0;
    if (r == 0) r = write_files(c, &h, e);
    if (r == 0 && c->ltok) r = write_edge(c, &h, true, e);
    return r;
}
