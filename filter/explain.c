/* explain.c: see explain.h. No state. */
#include "filter/explain.h"
#include "common/json.h"
#include <math.h>

#define SHOWN 120 /* bytes of a removed line */

void explain_rule(struct buf *out, const struct rule *rule)
{
    if (rule->what) {
        const char *number = strstr(rule->what, "%g");
        buf_put(out, rule->what, number ? (size_t)(number - rule->what) : strlen(rule->what));
        if (number) buf_printf(out, "%g%s", rule->threshold, number + 2);
        return;
    }
    buf_printf(out, "drops when %s %s %g", signal_name(rule->signal), rule->below ? "<" : ">",
               rule->threshold);
}

void explain_pattern(struct buf *out, const struct pattern_rule *p)
{
    const char *counted = p->share ? "matched share" : "matches";
    if (p->action == PATTERN_REMOVE_LINE) buf_puts(out, "removes lines that match");
    if (p->action == PATTERN_REMOVE_MATCH) buf_puts(out, "removes what matches");
    if (p->action != PATTERN_DROP) return;
    if (isfinite(p->min)) buf_printf(out, "drops when %s < %g", counted, p->min);
    if (isfinite(p->max))
        buf_printf(out, "%sdrops when %s > %g", isfinite(p->min) ? ", " : "", counted, p->max);
}

static void tell_rule(void *to, const struct rule *rule, double value, bool holds)
{
    struct buf *out = to;
    buf_printf(out, "  %-8s %-28s %s = ", holds ? "DROPS" : "passes", rule->name, signal_name(rule->signal));
    json_put_num(out, value);
    buf_puts(out, "; ");
    explain_rule(out, rule);
    buf_putc(out, '\n');
}

static void tell_pattern(void *to, const struct pattern_rule *p, double value, bool holds)
{
    struct buf *out = to;
    buf_printf(out, "  %-8s %-28s %s = ",
               holds                       ? "DROPS"
               : p->action == PATTERN_DROP ? "passes"
                                           : "edits",
               own_pattern_name(p->pattern), p->share ? "share" : "matches");
    json_put_num(out, value);
    buf_puts(out, "; ");
    explain_pattern(out, p);
    buf_putc(out, '\n');
}

static void tell_edit(void *to, const char *rule, struct slice removed)
{
    struct buf *out = to;
    size_t n = removed.n;
    if (n > SHOWN)
        for (n = SHOWN; n > 0 && (removed.p[n] & 0xC0) == 0x80;) n--;
    buf_printf(out, "  %-8s %-28s %zu bytes: ", "removes", rule, removed.n);
    json_put_str(out, slice_of(removed.p, n));
    buf_puts(out, n < removed.n ? "…\n" : "\n");
}

int explain(struct decider *d, const struct rules *r, struct slice id, struct slice text,
            struct decide_options o, struct decision *decision, struct buf *out, struct err *e)
{
    o.all = true;
    o.tell_rule = tell_rule;
    o.tell_pattern = tell_pattern;
    o.tell_edit = tell_edit;
    o.to = out;
    buf_puts(out, "document ");
    json_put_str(out, id);
    buf_printf(out, ": %zu bytes of text, dialect %s, language %.*s\n", text.n,
               dialect_name(r->frame.dialect), o.language.n ? (int)o.language.n : 2,
               o.language.n ? o.language.p : "en");
    int got = decide(d, r, text, &o, decision, e);
    if (got < 0) return got;
    for (size_t i = 0; i < decision->removed->n; i++)
        if (decision->removed->at[i].bytes)
            buf_printf(out, "  in all   %-28s %llu bytes removed\n", decision->removed->at[i].rule,
                       (unsigned long long)decision->removed->at[i].bytes);
    if (decision->rule) {
        buf_printf(out, "dropped by %s, value ", decision->rule);
        json_put_num(out, decision->value);
        buf_putc(out, '\n');
    } else
        buf_printf(out, "kept, with %zu bytes of text\n", decision->text.n);
    return out->failed ? -ERR_IO : 0;
}
