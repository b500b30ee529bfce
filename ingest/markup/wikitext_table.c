/* wikitext_table.c: a wiki's table as one of Markdown.
 *
 * Its first row is the header, whatever it was; what spans rows or columns stands in its first cell; tables inside cells
 * are left out. Rows have as many cells as they were given, so that the output is no more than a few times the input.
 *
 * In: "{|" to "|}", without templates and links. Out: lines of cells. State: the cell and the row at hand.
 * Source: MediaWiki's Help:Tables. */
#include "common/text.h"
#include "ingest/markup/wikitext_internal.h"

struct table {
    struct wikitext *w;
    struct buf *out;
    size_t rows, cells; /* rows put; cells of the row at hand */
    bool in_cell;
};

/* A cell's content, without the attributes before a bar of its own. */
static struct slice without_attributes(struct slice cell)
{
    const char *bar = cell.n ? memchr(cell.p, '|', cell.n) : NULL;
    bool attributes = bar && memchr(cell.p, '=', (size_t)(bar - cell.p));
    return attributes ? slice_of(bar + 1, cell.n - (size_t)(bar + 1 - cell.p)) : cell;
}

static void put_text(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|') buf_putc(out, '\\');
        buf_putc(out, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
}

static void end_cell(struct table *t)
{
    if (!t->in_cell) return;
    struct slice raw = t->w->cell.n ? buf_slice(&t->w->cell) : slice_of("", 0);
    struct slice text = wikitext_render(t->w, without_attributes(raw));
    buf_puts(t->out, t->cells == 0 ? "| " : " ");
    put_text(t->out, text);
    buf_puts(t->out, " |");
    t->cells++;
    t->in_cell = false;
}

static void end_row(struct table *t)
{
    end_cell(t);
    if (t->cells == 0) return;
    if (t->rows == 0) {
        buf_puts(t->out, "\n|");
        for (size_t i = 0; i < t->cells; i++) buf_puts(t->out, " --- |");
    }
    buf_putc(t->out, '\n');
    t->rows++;
    t->cells = 0;
}

static void begin_cell(struct table *t, struct slice content)
{
    end_cell(t);
    buf_clear(&t->w->cell);
    buf_put_slice(&t->w->cell, content);
    t->in_cell = true;
}

/* "a || b" */
static void take_cells(struct table *t, struct slice line, bool header)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < line.n; i++) {
        bool cut = line.p[i] == line.p[i + 1] && (line.p[i] == '|' || (header && line.p[i] == '!'));
        if (!cut) continue;
        begin_cell(t, slice_of(line.p + from, i - from));
        from = i + 2;
        i++;
    }
    begin_cell(t, slice_of(line.p + from, line.n - from));
}

static void take_caption(struct table *t, struct slice line)
{
    if (t->rows || t->cells || t->in_cell) return;
    struct slice text = wikitext_render(t->w, without_attributes(line));
    if (text.n == 0) return;
    buf_put_slice(t->out, text);
    buf_puts(t->out, "\n\n");
}

static void take_line(struct table *t, struct slice line)
{
    struct slice s = line;
    while (s.n && (*s.p == ' ' || *s.p == '\t' || *s.p == WIKI_GONE)) s = slice_of(s.p + 1, s.n - 1);
    char first = s.n ? s.p[0] : 0, second = s.n > 1 ? s.p[1] : 0;
    struct slice rest = slice_of(s.p + (s.n > 0), s.n - (s.n > 0));
    if (first == '|' && second == '-') {
        end_row(t);
    } else if (first == '|' && second == '+') {
        take_caption(t, slice_of(s.p + 2, s.n - 2));
    } else if (first == '|' || first == '!') {
        take_cells(t, rest, first == '!');
    } else if (t->in_cell && s.n) {
        buf_putc(&t->w->cell, WIKI_BREAK);
        buf_put_slice(&t->w->cell, s);
    }
}

void wikitext_table(struct wikitext *w, struct slice table, struct buf *out)
{
    struct table t = {.w = w, .out = out};
    struct slice line;
    size_t inner = 0, from = out->n;
    bool first = true;
    for (size_t at = 0; line_next(table, &at, &line); first = false) {
        struct slice s = slice_trim(line);
        bool opens = slice_has_prefix(s, "{|"), closes = slice_has_prefix(s, "|}");
        if (opens && !first) inner++;
        if (!first && !opens && !closes && inner == 0) take_line(&t, line);
        if (closes && inner) inner--;
    }
    end_row(&t);
    if (t.rows == 0) out->n = from;
    while (out->n > from && out->p[out->n - 1] == '\n') out->n--;
}
