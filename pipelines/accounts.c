/* accounts.c: no document is lost between two programs without being noticed.
 *
 * Each tool's own ledger balances (common/ledger.h). Here the ledgers are laid side by side: what left one program must
 * have arrived at the next. */
#include "pipelines/accounts.h"
#include <inttypes.h>
#include "common/json.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t get_count(struct json object, const char *key)
{
    uint64_t n = 0;
    json_uint(json_get(object, key), &n);
    return n;
}

static int by_records(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    if (x->records != y->records) return x->records < y->records ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* {rule: {records, …}} → the sum, and the rows with the most first. */
static uint64_t read_reasons(struct json object, struct reason *out, size_t *n)
{
    uint64_t sum = 0;
    for (struct json_iter i = json_iter(object); json_next(&i);) {
        uint64_t records = get_count(i.value, "records");
        sum += records;
        if (*n == ACCOUNT_REASONS) continue;
        struct reason *r = &out[(*n)++];
        snprintf(r->name, sizeof r->name, "%.*s", (int)i.key.n, i.key.p);
        r->records = records;
    }
    qsort(out, *n, sizeof *out, by_records);
    return sum;
}

int account_read(const struct process *q, struct account *a, struct err *e)
{
    struct json_file *f;
    memset(a, 0, sizeof *a);
    if (!q->stats) return 0;
    int r = json_load(&f, q->stats, 64 << 20, e);
    if (r < 0) return r;
    struct json root = json_root(f), records = json_get(root, "records"), text = json_get(root, "text");
    bool balanced = false;
    a->known = true;
    a->in = get_count(records, "in");
    a->created = get_count(records, "created");
    a->kept = get_count(records, "kept");
    a->damaged = get_count(records, "damaged");
    a->dropped = read_reasons(json_get(records, "dropped"), a->drop, &a->n_drop);
    a->skipped = read_reasons(json_get(records, "skipped"), a->skip, &a->n_skip);
    a->text_in = get_count(text, "in");
    a->text_written = get_count(text, "written");
    json_num(json_get(root, "seconds"), &a->seconds);
    if (!json_bool(json_get(root, "balanced"), &balanced) || !balanced)
        r = err_set(e, ERR_IO, "%s: this ledger does not balance", q->stats);
    json_free(f);
    return r;
}

/* A process that was told to stop early takes in less, rightly. */
static bool limited(const struct process *q)
{
    for (size_t i = 0; i < q->argv.n; i++)
        if (strncmp(q->argv.at[i], "--limit", 7) == 0) return true;
    return false;
}

static int check_boundary(const char *from, uint64_t kept, uint64_t text, const char *step,
                          const struct process *to, const struct account *a, struct err *e)
{
    bool less_is_right = limited(to);
    if (a->in != kept && !(less_is_right && a->in < kept))
        return err_set(e, ERR_IO, "step %s: %s wrote %llu documents, but %s took in %llu", step, from,
                       (unsigned long long)kept, to->label, (unsigned long long)a->in);
    bool has_text = strcmp(to->label, "shard") != 0; /* tokens come in there */
    if (has_text && !less_is_right && !a->damaged && a->text_in != text)
        return err_set(e, ERR_IO, "step %s: %s wrote %llu bytes of text, but %s took in %llu", step, from,
                       (unsigned long long)text, to->label, (unsigned long long)a->text_in);
    return 0;
}

int accounts_step(const struct step *s, struct account *of, struct err *e)
{
    for (size_t i = 0; i < s->n; i++) {
        int r = account_read(&s->process[i], &of[i], e);
        if (r == 0 && i && of[i - 1].known && of[i].known)
            r = check_boundary(s->process[i - 1].label, of[i - 1].kept, of[i - 1].text_written, s->name,
                               &s->process[i], &of[i], e);
        if (r < 0) return r;
    }
    return 0;
}

int accounts_between(const struct plan *p, const struct step *s, struct account *const *of, struct err *e)
{
    uint64_t kept = 0, text = 0;
    size_t sources = 0;
    const struct account *mine = of[s - p->step];
    if (!mine[0].known) return 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < s->reads.n; k++) {
            const struct step *from = &p->step[i];
            if (!from->writes || strcmp(from->writes, s->reads.at[k]) != 0) continue;
            kept += of[i][from->n - 1].kept;
            text += of[i][from->n - 1].text_written;
            sources++;
        }
    return sources ? check_boundary("the step before", kept, text, s->name, &s->process[0], &mine[0], e) : 0;
}

/* ------------------------------------------------------------------ the funnel */

static void put_reasons(struct buf *b, const char *what, const struct reason *r, size_t n)
{
    if (!n) return;
    buf_printf(b, "%28s", what);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%s %llu", i ? ", " : "", r[i].name, (unsigned long long)r[i].records);
    buf_putc(b, '\n');
}

static void put_row(struct buf *b, const char *step, const struct process *q, const struct account *a)
{
    if (!a->known) {
        buf_printf(b, "%-10s %-16s (keeps no ledger)\n", step, q->label);
        return;
    }
    buf_printf(b,
               "%-10s %-16s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %8" PRIu64
               " %10.2f %10.2f %7.1f\n",
               step, q->label, a->in + a->created, a->kept, a->dropped, a->skipped, a->damaged,
               (double)a->text_in / 1e6, (double)a->text_written / 1e6, a->seconds);
    put_reasons(b, "dropped: ", a->drop, a->n_drop);
    put_reasons(b, "skipped: ", a->skip, a->n_skip);
}

int accounts_put_funnel(const struct plan *p, struct account *const *of, struct buf *b)
{
    buf_printf(b, "%-10s %-16s %9s %9s %9s %9s %8s %10s %10s %7s\n", "step", "tool", "in", "kept", "dropped",
               "skipped", "damaged", "MB text in", "MB out", "seconds");
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->step[i].n; k++)
            if (p->step[i].process[k].stats || p->step[i].process[k].foreign)
                put_row(b, p->step[i].name, &p->step[i].process[k], &of[i][k]);
    return b->failed ? -ERR_IO : 0;
}
