/* likeness.c: a pair as JSON and as a line of tabs. */
#include "dedup/likeness.h"
#include "common/log.h"

int likeness_put_json(struct buf *b, struct slice kept, bool distance, double value, struct err *e)
{
    buf_clear(b);
    buf_puts(b, "{\"of\":");
    json_put_str(b, kept);
    buf_puts(b, distance ? ",\"distance\":" : ",\"similarity\":");
    json_put_num(b, value);
    buf_puts(b, "}");
    return buf_terminate(b) < 0 ? err_nomem(e, "naming a duplicate") : 0;
}

static char escape_letter(char c)
{
    switch (c) {
    case '\t': return 't';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\\': return '\\';
    default: return 0;
    }
}

void likeness_put_id(struct buf *b, struct slice id)
{
    for (size_t i = 0; i < id.n; i++) {
        char letter = escape_letter(id.p[i]);
        if (letter) buf_putc(b, '\\');
        buf_putc(b, letter ? letter : id.p[i]);
    }
    buf_putc(b, '\t');
}

int likeness_put_line(struct buf *b, struct slice dropped, struct slice kept, bool distance, double value,
                      struct err *e)
{
    likeness_put_id(b, dropped);
    likeness_put_id(b, kept);
    buf_printf(b, "%.*f\n", distance ? 0 : 6, value);
    return b->failed ? err_nomem(e, "writing a pair") : 0;
}

void likeness_tell_ids(uint64_t without_id, bool reports, struct ledger *l)
{
    if (without_id == 0) return;
    ledger_extra(l, "without_id", without_id);
    if (reports)
        log_warn("%llu document%s no id: --pairs, --clusters and metadata.drop.value name %s by an empty one",
                 (unsigned long long)without_id, without_id == 1 ? " has" : "s have",
                 without_id == 1 ? "it" : "them");
}
