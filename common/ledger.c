/* ledger.c: the accounts of a tool's run.
 *
 * A table is a short array searched from its front: a tool has tens of rules, and rows that count most are met first.
 * Names that outside data could make without end are kept from filling memory: after LEDGER_ROWS rows everything new
 * counts under "other", so the sums stay right.
 *
 * State: what ledger.h shows. Memory: at most 4 tables of LEDGER_ROWS rows and LEDGER_DAMAGES messages. */
#include "common/ledger.h"
#include "common/json.h"
#include "common/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LEDGER_ROWS 1000

/* ------------------------------------------------------------------ tables */

/* A name that does not fit is cut between two characters. */
static void set_name(char out[64], const char *name)
{
    size_t n = strlen(name);
    if (n > 63) {
        n = 63;
        while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80) n--;
    }
    memcpy(out, name, n);
    out[n] = 0;
}

static struct ledger_count *table_find(const struct ledger_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->row[i].name, name) == 0) return &t->row[i];
    return NULL;
}

static struct ledger_count *table_row(struct ledger_table *t, const char *name)
{
    char key[64];
    struct ledger_count *row = table_find(t, name);
    if (row) return row;
    set_name(key, t->n < LEDGER_ROWS ? name : "other");
    row = table_find(t, key);
    if (row) return row;
    if (t->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 16;
        struct ledger_count *more = realloc(t->row, cap * sizeof *more);
        if (!more) return NULL;
        t->row = more;
        t->cap = cap;
    }
    row = &t->row[t->n++];
    *row = (struct ledger_count){0};
    memcpy(row->name, key, sizeof key);
    return row;
}

static void count(struct ledger *l, struct ledger_table *t, const char *name, uint64_t records,
                  uint64_t text_bytes)
{
    struct ledger_count *row = table_row(t, name);
    if (!row) {
        l->failed = true;
        return;
    }
    row->records += records;
    row->text_bytes += text_bytes;
}

static uint64_t sum_records(const struct ledger_table *t)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < t->n; i++) sum += t->row[i].records;
    return sum;
}

static uint64_t sum_text(const struct ledger_table *t)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < t->n; i++) sum += t->row[i].text_bytes;
    return sum;
}

/* ------------------------------------------------------------------ life */

void ledger_init(struct ledger *l)
{
    memset(l, 0, sizeof *l);
}

static void free_damages(struct ledger *l)
{
    for (size_t i = 0; i < l->n_damage; i++) {
        free(l->damage[i].file);
        free(l->damage[i].reason);
    }
    l->n_damage = 0;
}

void ledger_free(struct ledger *l)
{
    free_damages(l);
    free(l->dropped.row);
    free(l->skipped.row);
    free(l->removed.row);
    free(l->extra.row);
    ledger_init(l);
}

void ledger_reset(struct ledger *l)
{
    free_damages(l);
    l->dropped.n = l->skipped.n = l->removed.n = l->extra.n = 0;
    l->in = l->created = l->kept = l->damaged = 0;
    l->text_in = l->text_added = l->text_written = l->destroyed_bytes = 0;
    l->truncated = l->failed = false;
    l->truncation[0] = 0;
}

/* ------------------------------------------------------------------ counting */

void ledger_keep(struct ledger *l, uint64_t text_in, uint64_t text_written)
{
    l->kept++;
    l->text_in += text_in;
    l->text_written += text_written;
}

void ledger_drop(struct ledger *l, const char *rule, uint64_t text_bytes)
{
    l->text_in += text_bytes;
    count(l, &l->dropped, rule, 1, text_bytes);
}

void ledger_skip(struct ledger *l, const char *kind, uint64_t text_bytes)
{
    l->text_in += text_bytes;
    count(l, &l->skipped, kind, 1, text_bytes);
}

void ledger_remove(struct ledger *l, const char *rule, uint64_t text_bytes)
{
    count(l, &l->removed, rule, 1, text_bytes);
}

void ledger_extra(struct ledger *l, const char *name, uint64_t n)
{
    count(l, &l->extra, name, n, 0);
}

static void add_damage(struct ledger *l, const char *file, uint64_t offset, const char *reason)
{
    if (l->n_damage == LEDGER_DAMAGES) return;
    struct ledger_damage d = {strdup(file), offset, strdup(reason)};
    if (!d.file || !d.reason) {
        free(d.file);
        free(d.reason);
        l->failed = true;
        return;
    }
    l->damage[l->n_damage++] = d;
}

void ledger_damage(struct ledger *l, const char *file, uint64_t offset, uint64_t destroyed, const char *fmt,
                   ...)
{
    char reason[1024];
    va_list args;
    l->in++;
    l->damaged++;
    l->destroyed_bytes += destroyed;
    if (l->n_damage == LEDGER_DAMAGES) return;
    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    add_damage(l, file ? file : "", offset, reason);
}

/* ------------------------------------------------------------------ sums */

uint64_t ledger_dropped(const struct ledger *l)
{
    return sum_records(&l->dropped);
}

uint64_t ledger_dropped_text(const struct ledger *l)
{
    return sum_text(&l->dropped) + sum_text(&l->skipped);
}

uint64_t ledger_skipped(const struct ledger *l)
{
    return sum_records(&l->skipped);
}

uint64_t ledger_removed_text(const struct ledger *l)
{
    return sum_text(&l->removed);
}

static void merge_table(struct ledger *l, struct ledger_table *into, const struct ledger_table *from)
{
    for (size_t i = 0; i < from->n; i++)
        count(l, into, from->row[i].name, from->row[i].records, from->row[i].text_bytes);
}

void ledger_truncate(struct ledger *l, const char *why)
{
    l->truncated = true;
    if (!l->truncation[0]) snprintf(l->truncation, sizeof l->truncation, "%s", why);
}

void ledger_merge(struct ledger *into, const struct ledger *from)
{
    into->in += from->in;
    into->created += from->created;
    into->kept += from->kept;
    into->damaged += from->damaged;
    into->text_in += from->text_in;
    into->text_added += from->text_added;
    into->text_written += from->text_written;
    into->destroyed_bytes += from->destroyed_bytes;
    if (from->truncated) ledger_truncate(into, from->truncation);
    into->failed |= from->failed;
    merge_table(into, &into->dropped, &from->dropped);
    merge_table(into, &into->skipped, &from->skipped);
    merge_table(into, &into->removed, &from->removed);
    merge_table(into, &into->extra, &from->extra);
    for (size_t i = 0; i < from->n_damage; i++)
        add_damage(into, from->damage[i].file, from->damage[i].offset, from->damage[i].reason);
}

int ledger_check(const struct ledger *l, struct err *e)
{
    uint64_t dropped = ledger_dropped(l), skipped = ledger_skipped(l);
    uint64_t dropped_text = ledger_dropped_text(l), removed = ledger_removed_text(l);
    if (l->failed) return err_nomem(e, "counting records: the accounts are not complete");
    if (l->in + l->created != l->kept + dropped + skipped + l->damaged)
        return err_set(e, ERR_IO,
                       "internal error: the records do not balance: %" PRIu64 " in + %" PRIu64
                       " created, but %" PRIu64 " kept + %" PRIu64 " dropped + %" PRIu64 " skipped + %" PRIu64
                       " damaged",
                       l->in, l->created, l->kept, dropped, skipped, l->damaged);
    if (l->text_in + l->text_added != l->text_written + dropped_text + removed)
        return err_set(e, ERR_IO,
                       "internal error: the text does not balance: %" PRIu64 " bytes in + %" PRIu64
                       " added, but %" PRIu64 " written + %" PRIu64 " dropped + %" PRIu64 " removed",
                       l->text_in, l->text_added, l->text_written, dropped_text, removed);
    return 0;
}

/* ------------------------------------------------------------------ JSON */

static int by_name(const void *a, const void *b)
{
    const struct ledger_count *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Rules and file names may hold any bytes; JSON is UTF-8. */
static void put_str(struct buf *b, const char *z)
{
    struct buf fixed;
    buf_init(&fixed, BUF_NO_MAX);
    if (utf8_repair(&fixed, z, strlen(z)) < 0)
        b->failed = true;
    else
        json_put_str(b, buf_slice(&fixed));
    buf_free(&fixed);
}

static void put_row(struct buf *b, const struct ledger_count *c, bool numbers_only)
{
    put_str(b, c->name);
    if (numbers_only)
        buf_printf(b, ":%" PRIu64, c->records);
    else
        buf_printf(b, ":{\"records\":%" PRIu64 ",\"text_bytes\":%" PRIu64 "}", c->records, c->text_bytes);
}

static void put_table(struct buf *b, const char *name, const struct ledger_table *t, bool numbers_only)
{
    struct ledger_count *sorted = malloc((t->n ? t->n : 1) * sizeof *sorted);
    if (!sorted) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < t->n; i++) sorted[i] = t->row[i];
    qsort(sorted, t->n, sizeof *sorted, by_name);
    buf_printf(b, "\"%s\":{", name);
    for (size_t i = 0; i < t->n; i++) {
        if (i) buf_putc(b, ',');
        put_row(b, &sorted[i], numbers_only);
    }
    buf_putc(b, '}');
    free(sorted);
}

static void put_damages(const struct ledger *l, struct buf *b)
{
    buf_puts(b, "\"damage\":[");
    for (size_t i = 0; i < l->n_damage; i++) {
        buf_puts(b, i ? ",{\"file\":" : "{\"file\":");
        put_str(b, l->damage[i].file);
        buf_printf(b, ",\"offset\":%" PRIu64 ",\"reason\":", l->damage[i].offset);
        put_str(b, l->damage[i].reason);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

int ledger_put_json(const struct ledger *l, struct buf *b)
{
    buf_printf(b, "\"records\":{\"in\":%" PRIu64 ",\"created\":%" PRIu64 ",\"kept\":%" PRIu64 ",", l->in,
               l->created, l->kept);
    put_table(b, "dropped", &l->dropped, false);
    buf_putc(b, ',');
    put_table(b, "skipped", &l->skipped, false);
    buf_printf(b, ",\"damaged\":%" PRIu64 "},", l->damaged);
    buf_printf(b,
               "\"text\":{\"in\":%" PRIu64 ",\"added\":%" PRIu64 ",\"written\":%" PRIu64
               ",\"dropped\":%" PRIu64 ",",
               l->text_in, l->text_added, l->text_written, ledger_dropped_text(l));
    put_table(b, "removed", &l->removed, false);
    buf_printf(b, "},\"destroyed_bytes\":%" PRIu64 ",\"truncated\":%s,", l->destroyed_bytes,
               l->truncated ? "true" : "false");
    if (l->truncation[0]) {
        buf_puts(b, "\"truncation\":");
        json_put_str(b, slice_str(l->truncation));
        buf_putc(b, ',');
    }
    put_damages(l, b);
    buf_putc(b, ',');
    put_table(b, "extra", &l->extra, true);
    return b->failed ? -ERR_IO : 0;
}
