/* record.c: see record.h. One pass over the tokens; memory: one document at the other width. */
#include "shards/record.h"
#include "common/json.h"
#include "common/text.h"
#include <inttypes.h>

static void put_text(struct buf *out, const char *key, struct slice s)
{
    buf_puts(out, key);
    if (utf8_valid_prefix(s.p, s.n) == s.n) {
        json_put_str(out, s);
        return;
    }
    struct buf mended;
    buf_init(&mended, BUF_NO_MAX);
    if (utf8_repair(&mended, s.p, s.n) < 0 || json_put_str(out, buf_slice(&mended)) < 0) out->failed = true;
    buf_free(&mended);
}

/* Raw JSON from outside goes into a line of JSON: it must be one value, on one line. */
static int check_carried(const char *key, struct slice raw, struct err *e)
{
    struct json_file *f;
    if (memchr(raw.p, '\n', raw.n)) return err_set(e, ERR_DATA, "carried key \"%s\" holds a line break", key);
    int r = json_parse(&f, key, raw, NULL);
    if (r < 0) return err_set(e, ERR_DATA, "carried key \"%s\" does not hold JSON", key);
    json_free(f);
    return 0;
}

static int put_carried(const struct ltok_header *h, const struct ltok_doc *d, struct buf *out, struct err *e)
{
    const char *before = ",\"carried\":{";
    for (unsigned k = 0; k < h->n_keys; k++) {
        if (d->carry[k].n == 0) continue;
        int r = check_carried(h->keys[k], d->carry[k], e);
        if (r < 0) return r;
        buf_puts(out, before);
        put_text(out, "", slice_str(h->keys[k]));
        buf_putc(out, ':');
        buf_put_slice(out, d->carry[k]);
        before = ",";
    }
    if (before[1] == 0) buf_putc(out, '}');
    return 0;
}

int shard_record_put(const struct ltok_header *h, const struct ltok_doc *d, uint64_t tokens, struct buf *out,
                     struct err *e)
{
    put_text(out, "{\"id\":", d->id);
    put_text(out, ",\"source\":", d->source);
    put_text(out, ",\"url\":", d->url);
    put_text(out, ",\"warc_file\":", d->warc_file);
    if (d->warc_offset < 0)
        buf_puts(out, ",\"warc_offset\":null");
    else
        buf_printf(out, ",\"warc_offset\":%" PRId64, d->warc_offset);
    buf_printf(out, ",\"tokens\":%" PRIu64, tokens);
    int r = put_carried(h, d, out, e);
    buf_puts(out, "}\n");
    if (r == 0 && out->failed) r = err_nomem(e, "writing where a document came from");
    return r;
}

/* ------------------------------------------------------------------ tokens */

int shard_record_tokens(const struct ltok_header *h, const struct ltok_doc *d, unsigned width,
                        struct buf *scratch, struct slice *tokens, struct err *e)
{
    *tokens = slice_of(d->tokens, d->n_tokens * h->width);
    if (h->width == width) return 0;
    buf_clear(scratch);
    if (buf_reserve(scratch, d->n_tokens * width) < 0) return err_nomem(e, "widening tokens");
    for (uint64_t i = 0; i < d->n_tokens; i++) {
        uint32_t t = ltok_token(h, d, i);
        memcpy(scratch->p + i * width, &t, width); /* little-endian: the low bytes are first */
    }
    *tokens = slice_of(scratch->p, d->n_tokens * width);
    return 0;
}
