/* flow.c: text laid out while it is written. In: words and what separates them. Out: appended to a buffer. State: struct
 * flow. Memory: the output. Time: linear. */
#include "ingest/markup/flow.h"

void flow_init(struct flow *f, struct buf *out)
{
    *f = (struct flow){.out = out, .begin = out->n};
}

static void trim(struct flow *f)
{
    struct buf *b = f->out;
    while (b->n > f->begin && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n' || b->p[b->n - 1] == '\t'))
        b->n--;
}

static void put_separator(struct flow *f)
{
    bool first = f->out->n == f->begin;
    if (!first && f->lines)
        buf_puts(f->out, f->lines > 1 ? "\n\n" : "\n");
    else if (!first && f->cell)
        buf_puts(f->out, " | ");
    else if (!first && f->space)
        buf_putc(f->out, ' ');
    if (f->heading) {
        buf_put(f->out, "######", (size_t)f->heading);
        buf_putc(f->out, ' ');
    }
    f->lines = f->heading = 0;
    f->space = f->cell = f->labelled = false;
}

static bool is_white(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void flow_words(struct flow *f, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        const char *from = p;
        while (p < end && is_white(*p)) p++;
        if (p > from) f->space = true;
        from = p;
        while (p < end && !is_white(*p)) p++;
        if (p == from) break;
        if (f->lines || f->cell || f->space || f->heading) put_separator(f);
        f->labelled = false;
        buf_put(f->out, from, (size_t)(p - from));
    }
}

void flow_puts(struct flow *f, const char *z)
{
    flow_words(f, z, strlen(z));
}

void flow_line(struct flow *f)
{
    if (f->labelled) return;
    if (f->lines < 1) f->lines = 1;
    f->cell = false;
}

void flow_paragraph(struct flow *f)
{
    if (f->labelled) return;
    f->lines = 2;
    f->cell = false;
}

void flow_cell(struct flow *f)
{
    f->cell = true;
}

void flow_item(struct flow *f, const char *label)
{
    f->labelled = false;
    if (f->lines < 1) f->lines = 1;
    f->cell = false;
    put_separator(f);
    buf_puts(f->out, label);
    f->space = f->labelled = true;
}

void flow_block(struct flow *f, struct slice s, int lines)
{
    const char *p = s.p, *end = s.p + s.n, *line = s.p;
    while (end > p && is_white(end[-1])) end--;
    while (p < end && is_white(*p))
        if (*p++ == '\n') line = p;
    if (line >= end) return;
    f->labelled = false;
    if (f->lines < lines) f->lines = lines;
    f->cell = false;
    put_separator(f);
    buf_put(f->out, line, (size_t)(end - line));
    f->lines = lines;
}

void flow_notes(struct flow *f, struct flow *notes)
{
    struct buf *b = notes->out;
    if (b->n == 0) return;
    flow_end(notes);
    f->labelled = false;
    flow_block(f, buf_slice(b), 2);
    buf_clear(b);
    notes->begin = 0;
}

void flow_heading(struct flow *f, int level)
{
    flow_paragraph(f);
    if (f->markdown) f->heading = level < 1 ? 1 : level > 6 ? 6 : level;
}

/* The longest run of backticks in it, so that the fence can be longer. */
static size_t longest_ticks(struct slice s)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

static void put_fence(struct flow *f, size_t ticks)
{
    for (size_t i = 0; i < ticks; i++) buf_putc(f->out, '`');
}

void flow_code(struct flow *f, struct slice s)
{
    size_t ticks = longest_ticks(s) < 3 ? 3 : longest_ticks(s) + 1;
    bool blank = true;
    for (size_t i = 0; i < s.n && blank; i++) blank = is_white(s.p[i]);
    if (blank) return;
    if (!f->markdown) {
        flow_block(f, s, 2);
        return;
    }
    f->labelled = f->cell = false;
    f->lines = 2;
    put_separator(f);
    put_fence(f, ticks);
    flow_block(f, s, 1);
    buf_putc(f->out, '\n');
    put_fence(f, ticks);
    f->lines = 2;
}

void flow_end(struct flow *f)
{
    trim(f);
    f->lines = f->heading = 0;
    f->space = f->cell = f->labelled = false;
}
