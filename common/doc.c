/* doc.c: documents and their edits; doc_write splices the edits into the line that the document came from.
 *
 * Edits of metadata are kept in the order in which they were made, as records: key length, value length (8 bytes each), key,
 * value as JSON. Only doc_write looks for a key's last value, with a hash table once there are many: so setting n keys costs
 * O(n). A key that stands several times in the line's metadata gets the new value at each place, so that it holds whichever
 * of them a reader takes.
 *
 * Memory: the edits, and 64 bytes an edit while writing. */
#include "common/doc.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/json_text.h"
#include <stdio.h>
#include <stdlib.h>

void doc_init(struct doc *d)
{
    memset(d, 0, sizeof *d);
    buf_init(&d->new_text, BUF_NO_MAX);
    buf_init(&d->edits, BUF_NO_MAX);
    buf_init(&d->own, BUF_NO_MAX);
}

void doc_free(struct doc *d)
{
    buf_free(&d->new_text);
    buf_free(&d->edits);
    buf_free(&d->own);
}

void doc_clear(struct doc *d)
{
    const struct slice none = {"", 0};
    d->line = d->id = d->text = d->source = d->created = d->metadata = d->text_raw = d->metadata_null = none;
    d->end_offset = 0;
    d->text_changed = false;
    buf_clear(&d->new_text);
    buf_clear(&d->edits);
    buf_clear(&d->own);
}

int doc_new(struct doc *d, struct slice id, struct slice source, struct slice created, struct slice text)
{
    doc_clear(d);
    if (buf_reserve(&d->own, id.n + source.n + created.n) < 0) return -ERR_IO;
    buf_put_slice(&d->own, id);
    buf_put_slice(&d->own, source);
    buf_put_slice(&d->own, created);
    if (d->own.failed) return -ERR_IO;
    d->id = slice_of(d->own.p, id.n);
    d->source = slice_of(d->own.p + id.n, source.n);
    d->created = slice_of(d->own.p + id.n + source.n, created.n);
    return doc_set_text(d, text);
}

int doc_set_text(struct doc *d, struct slice text)
{
    buf_clear(&d->new_text);
    if (buf_put_slice(&d->new_text, text) < 0) return -ERR_IO;
    d->text = slice_of(d->new_text.p ? d->new_text.p : "", d->new_text.n);
    d->text_changed = true;
    return 0;
}

bool doc_changed(const struct doc *d)
{
    return d->line.n == 0 || d->text_changed || d->edits.n > 0;
}

/* ------------------------------------------------------------------ edits */

/* Puts the record's head; the value follows. Returns where the head lies, for end_edit. */
static size_t begin_edit(struct doc *d, const char *key)
{
    size_t at = d->edits.n, length[2] = {strlen(key), 0};
    buf_put(&d->edits, length, sizeof length);
    buf_put(&d->edits, key, length[0]);
    return at;
}

static int end_edit(struct doc *d, size_t at)
{
    size_t length[2];
    if (d->edits.failed) {
        d->edits.n = at;
        return -ERR_IO;
    }
    memcpy(length, d->edits.p + at, sizeof length);
    length[1] = d->edits.n - at - sizeof length - length[0];
    memcpy(d->edits.p + at, length, sizeof length);
    return 0;
}

int doc_meta_set_str(struct doc *d, const char *key, struct slice value)
{
    size_t at = begin_edit(d, key);
    json_put_str(&d->edits, value);
    return end_edit(d, at);
}

int doc_meta_set_int(struct doc *d, const char *key, int64_t value)
{
    size_t at = begin_edit(d, key);
    buf_printf(&d->edits, "%lld", (long long)value);
    return end_edit(d, at);
}

int doc_meta_set_num(struct doc *d, const char *key, double value)
{
    size_t at = begin_edit(d, key);
    json_put_num(&d->edits, value);
    return end_edit(d, at);
}

int doc_meta_set_bool(struct doc *d, const char *key, bool value)
{
    return doc_meta_set_raw(d, key, slice_str(value ? "true" : "false"));
}

int doc_meta_set_raw(struct doc *d, const char *key, struct slice json)
{
    size_t at = begin_edit(d, key);
    buf_put_slice(&d->edits, json);
    return end_edit(d, at);
}

/* ------------------------------------------------------------------ the last value of each key */

struct edit {
    struct slice key, json;
    bool placed; /* in the place of a value that stood there */
};

struct edit_set {
    struct edit *at; /* distinct keys, in the order of their first edit */
    size_t n;
    size_t *slot; /* open addressing: index + 1 into `at`; 0: free */
    size_t mask;
};

/* The slot that holds the key's edit, or the free one where it would go. */
static size_t *find_slot(const struct edit_set *s, struct slice key)
{
    size_t i = hash64(key.p, key.n) & s->mask;
    while (s->slot[i] && !slice_eq(s->at[s->slot[i] - 1].key, key)) i = (i + 1) & s->mask;
    return &s->slot[i];
}

static bool next_edit(const struct buf *edits, size_t *at, struct edit *edit)
{
    size_t length[2];
    if (*at >= edits->n) return false;
    const char *p = edits->p + *at;
    memcpy(length, p, sizeof length);
    edit->key = slice_of(p + sizeof length, length[0]);
    edit->json = slice_of(p + sizeof length + length[0], length[1]);
    edit->placed = false;
    *at += sizeof length + length[0] + length[1];
    return true;
}

static void edit_set_free(struct edit_set *s)
{
    free(s->at);
    free(s->slot);
}

static int edit_set_init(struct edit_set *s, const struct buf *edits)
{
    struct edit edit;
    size_t n = 0, size = 4;
    for (size_t at = 0; next_edit(edits, &at, &edit);) n++;
    while (size < 2 * n) size *= 2;
    s->n = 0;
    s->mask = size - 1;
    s->at = malloc((n + 1) * sizeof *s->at);
    s->slot = calloc(size, sizeof *s->slot);
    if (!s->at || !s->slot) {
        edit_set_free(s);
        return -ERR_IO;
    }
    for (size_t at = 0; next_edit(edits, &at, &edit);) {
        size_t *slot = find_slot(s, edit.key);
        if (!*slot) {
            s->at[s->n++] = edit;
            *slot = s->n;
        }
        s->at[*slot - 1].json = edit.json;
    }
    return 0;
}

/* The edit of a key as it stands, escaped, in the line. */
static struct edit *find_escaped(const struct edit_set *s, struct slice key)
{
    if (!memchr(key.p, '\\', key.n)) {
        size_t slot = *find_slot(s, key);
        return slot ? &s->at[slot - 1] : NULL;
    }
    for (size_t i = 0; i < s->n; i++)
        if (json_key_is(key, s->at[i].key)) return &s->at[i];
    return NULL;
}

/* ------------------------------------------------------------------ writing */

static void put_key(struct buf *out, struct slice key)
{
    json_put_str(out, key);
    buf_putc(out, ':');
}

/* The members that stand nowhere yet; `first`: no member stands before them. */
static void put_new_members(struct buf *out, const struct edit_set *s, bool first)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i].placed) continue;
        if (!first) buf_putc(out, ',');
        first = false;
        put_key(out, s->at[i].key);
        buf_put_slice(out, s->at[i].json);
    }
}

/* The metadata object that stands in the line, with its values replaced and new members at its end. */
static void put_metadata(struct buf *out, struct slice metadata, const struct edit_set *s)
{
    struct slice at = metadata, key, value;
    const char *copied = metadata.p;
    bool first = true;
    while (json_member_next(&at, &key, &value)) {
        struct edit *edit = find_escaped(s, key);
        first = false;
        if (!edit) continue;
        buf_put(out, copied, (size_t)(value.p - copied));
        buf_put_slice(out, edit->json);
        edit->placed = true;
        copied = value.p + value.n;
    }
    const char *brace = metadata.p + metadata.n - 1;
    buf_put(out, copied, (size_t)(brace - copied));
    put_new_members(out, s, first);
    buf_putc(out, '}');
}

static void put_new_object(struct buf *out, const struct edit_set *s)
{
    buf_putc(out, '{');
    put_new_members(out, s, true);
    buf_putc(out, '}');
}

struct splice {
    struct slice place; /* in the line; n = 0: between two bytes */
    enum { SPLICE_NONE, SPLICE_TEXT, SPLICE_METADATA, SPLICE_OBJECT, SPLICE_MEMBER } what;
};

static void put_splice(const struct doc *d, struct buf *out, struct splice p, const struct edit_set *s)
{
    if (p.what == SPLICE_TEXT) json_put_str(out, d->text);
    if (p.what == SPLICE_METADATA) put_metadata(out, p.place, s);
    if (p.what == SPLICE_MEMBER) buf_puts(out, ",\"metadata\":");
    if (p.what == SPLICE_MEMBER || p.what == SPLICE_OBJECT) put_new_object(out, s);
}

static void write_spliced(const struct doc *d, struct buf *out, const struct edit_set *s)
{
    struct splice text = {d->text_raw, d->text_changed ? SPLICE_TEXT : SPLICE_NONE};
    struct splice meta = {slice_of(d->line.p + d->end_offset, 0), SPLICE_MEMBER};
    if (d->metadata.n) meta = (struct splice){d->metadata, SPLICE_METADATA};
    if (d->metadata_null.n) meta = (struct splice){d->metadata_null, SPLICE_OBJECT};
    if (s->n == 0) meta.what = SPLICE_NONE;
    bool text_first = text.place.p < meta.place.p;
    struct splice order[2] = {text_first ? text : meta, text_first ? meta : text};
    const char *copied = d->line.p, *end = d->line.p + d->line.n;
    for (int i = 0; i < 2; i++) {
        if (order[i].what == SPLICE_NONE) continue;
        buf_put(out, copied, (size_t)(order[i].place.p - copied));
        put_splice(d, out, order[i], s);
        copied = order[i].place.p + order[i].place.n;
    }
    buf_put(out, copied, (size_t)(end - copied));
    buf_putc(out, '\n');
}

static void write_new(const struct doc *d, struct buf *out, const struct edit_set *s)
{
    buf_puts(out, "{\"id\":");
    json_put_str(out, d->id);
    buf_puts(out, ",\"text\":");
    json_put_str(out, d->text);
    buf_puts(out, ",\"source\":");
    json_put_str(out, d->source);
    if (d->created.n) {
        buf_puts(out, ",\"created\":");
        json_put_str(out, d->created);
    }
    buf_puts(out, ",\"metadata\":");
    put_new_object(out, s);
    buf_puts(out, "}\n");
}

int doc_write(const struct doc *d, struct buf *out)
{
    if (d->edits.failed || d->new_text.failed || d->own.failed) return -ERR_IO;
    if (!doc_changed(d)) {
        buf_put_slice(out, d->line);
        return buf_putc(out, '\n') < 0 ? -ERR_IO : 0;
    }
    struct edit_set s;
    if (edit_set_init(&s, &d->edits) < 0 || !s.at) return -ERR_IO;
    if (d->line.n)
        write_spliced(d, out, &s);
    else
        write_new(d, out, &s);
    edit_set_free(&s);
    return out->failed ? -ERR_IO : 0;
}
