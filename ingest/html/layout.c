/* layout.c: marked text to text: lines, paragraphs, items, cells. Markdown is markdown.h's.
 *
 * What marks ask for is gathered until the next word, so that marks without words between them say no more than the strongest
 * of them. In: ranges of a page's text, in order, and its notes of tables. Out: text appended to a buffer. State: struct
 * layout. Memory: the output. */
#include "ingest/html/layout.h"

void layout_init(struct layout *l, struct buf *out)
{
    *l = (struct layout){.out = out, .begin = out->n};
    markdown_init(&l->markdown, out);
}

void layout_seam(struct layout *l)
{
    l->seam = true;
    markdown_seam(&l->markdown);
}

static void trim_white(struct layout *l)
{
    struct buf *b = l->out;
    while (b->n > l->begin && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n' || b->p[b->n - 1] == '\t'))
        b->n--;
}

/* What the marks since the last word ask for. */
static void put_separator(struct layout *l)
{
    int lines = l->lines > l->breaks ? l->lines : l->breaks;
    if (lines || l->cell) trim_white(l);
    bool first = l->out->n == l->begin;
    if (!first && lines) buf_puts(l->out, lines > 1 ? "\n\n" : "\n");
    if (l->soft && !lines && !l->cell && !first) buf_putc(l->out, ' ');
    if (l->item)
        buf_puts(l->out, "- ");
    else if (l->cell && !lines && !first)
        buf_puts(l->out, " | ");
    l->lines = l->breaks = 0;
    l->item = l->cell = l->soft = false;
}

static void take_mark(struct layout *l, char mark)
{
    if (l->in_row) { /* a row of a table stays on its line */
        if (mark == MARK_CELL)
            l->cell = true;
        else
            l->soft = true;
        return;
    }
    switch (mark) {
    case MARK_LINE:
        if (l->lines < 1) l->lines = 1;
        break;
    case MARK_PARAGRAPH:
        if (!l->item) l->lines = 2; /* a paragraph that begins an item stays beside its "- " */
        break;
    case MARK_BREAK: l->breaks++; break;
    case MARK_CELL: l->cell = true; break;
    case MARK_NEXT_ITEM: l->lines = l->breaks = 0; /* fall through */
    case MARK_ITEM:
        if (l->lines < 1) l->lines = 1;
        l->item = true;
        break;
    case MARK_ITEM_END:
        if (l->lines < 1) l->lines = 1;
        l->item = false;
        break;
    default: break;
    }
}

static bool ends_white(const struct layout *l)
{
    const struct buf *b = l->out;
    return b->n == l->begin || b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n';
}

static void put_words(struct layout *l, const char *p, size_t n)
{
    bool marked = l->lines || l->breaks || l->cell || l->item || l->soft;
    bool blank = n == 1 && *p == ' '; /* white space alone asks for nothing */
    if (blank && (marked || ends_white(l))) return;
    if (marked) put_separator(l);
    if (l->seam && *p == ' ' && ends_white(l)) {
        p++;
        n--;
    }
    l->seam = false;
    while (n && *p == '\n' && ends_white(l)) { /* empty lines that begin a <pre> */
        p++;
        n--;
    }
    buf_put(l->out, p, n);
}

static void take_note(struct layout *l, const struct note *note)
{
    if (note->kind == NOTE_TABLE && note->value) l->columns = note->value;
    if (note->kind == NOTE_TABLE_END && note->value) l->columns = 0;
    bool row = note->kind == NOTE_ROW && l->columns;
    if (l->in_row && (row || !l->columns)) { /* a row ends */
        l->cell = l->soft = false;
        if (l->lines < 1) l->lines = 1;
    }
    l->in_row = l->columns && (l->in_row || row);
}

static void put_run(struct layout *l, const char *at, const char *stop)
{
    while (at < stop) {
        const char *from = at;
        while (at < stop && (uint8_t)*at > MARK_LAST) at++;
        if (at > from) put_words(l, from, (size_t)(at - from));
        if (at < stop) take_mark(l, *at++);
    }
}

void layout_range(struct layout *l, const struct page *p, size_t start, size_t end)
{
    if (start == end) return;
    if (p->markdown) {
        l->page = p;
        markdown_range(&l->markdown, p, start, end);
        return;
    }
    const struct notes *notes = &p->notes;
    while (start < end) {
        while (l->note < notes->n && notes->list[l->note].at <= start) take_note(l, &notes->list[l->note++]);
        size_t stop = l->note < notes->n && notes->list[l->note].at < end ? notes->list[l->note].at : end;
        put_run(l, p->text.p + start, p->text.p + stop);
        start = stop;
    }
}

void layout_marks(struct layout *l, const struct page *p, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++)
        if ((uint8_t)p->text.p[i] <= MARK_LAST) layout_range(l, p, i, i + 1);
}

void layout_end(struct layout *l)
{
    if (l->page)
        markdown_end(&l->markdown, l->page);
    else
        trim_white(l);
}
