/* markdown.c: marks and notes to Markdown.
 *
 * As in layout.c, what marks and notes ask for is gathered until the next word, so that empty elements leave nothing behind.
 * Notes are read in their order whether their text is kept or left out; so the stack of lists and quotes is always
 * right. A line begins with what its open lists and quotes ask for.
 *
 * In: ranges of a page's text, in order, and its notes. Out: text appended to a buffer. State: struct markdown. Memory: the
 * output: the text, as much again for the beginnings of lines, and a fixed part. Time: linear. */
#include "ingest/html/markdown.h"
#include "ingest/html/page.h"

#define INDENT_BYTES ((uint64_t)64 << 10)

void markdown_init(struct markdown *m, struct buf *out)
{
    *m = (struct markdown){.out = out, .begin = out->n};
}

void markdown_seam(struct markdown *m)
{
    m->seam = true;
}

/* ------------------------------------------------------------------ lines */

static bool is_first(const struct markdown *m)
{
    return m->out->n == m->begin;
}

static bool ends_white(const struct markdown *m)
{
    const struct buf *b = m->out;
    return is_first(m) || b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n';
}

static void trim_white(struct markdown *m)
{
    struct buf *b = m->out;
    while (b->n > m->begin && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n' || b->p[b->n - 1] == '\t'))
        b->n--;
}

static void want_lines(struct markdown *m, int lines)
{
    if (m->lines < lines) m->lines = lines;
}

static uint32_t shown_depth(const struct markdown *m)
{
    return m->depth < MARKDOWN_LEVELS ? m->depth : MARKDOWN_LEVELS;
}

static void put_times(struct buf *b, char c, size_t n)
{
    while (n-- > 0) buf_putc(b, c);
}

static void put_item_mark(struct markdown *m, struct markdown_level *l)
{
    size_t before = m->out->n;
    if (l->number == NOTE_BULLETS)
        buf_puts(m->out, "- ");
    else
        buf_printf(m->out, "%u. ", l->number++);
    l->width = (uint8_t)(m->out->n - before);
    l->pending = false;
    l->in_item = true;
}

/* What a line inside the open lists and quotes begins with. */
static void put_line_start(struct markdown *m)
{
    size_t before = m->out->n;
    bool room = m->indent_left > 0;
    for (uint32_t i = m->base; i < shown_depth(m); i++) {
        struct markdown_level *l = &m->level[i];
        if (l->pending)
            put_item_mark(m, l);
        else if (room && l->quote)
            buf_puts(m->out, "> ");
        else if (room && l->in_item)
            put_times(m->out, ' ', l->width);
    }
    if (m->loose_item) buf_puts(m->out, "- ");
    m->loose_item = false;
    uint64_t bytes = m->out->n - before;
    m->indent_left -= bytes < m->indent_left ? bytes : m->indent_left;
}

/* As a line in the first `depth` of them that begins no item. */
static void put_indent(struct markdown *m, uint32_t depth)
{
    size_t before = m->out->n;
    for (uint32_t i = m->base; i < depth && i < MARKDOWN_LEVELS && m->indent_left > 0; i++) {
        const struct markdown_level *l = &m->level[i];
        if (l->quote)
            buf_puts(m->out, "> ");
        else if (l->in_item)
            put_times(m->out, ' ', l->width);
    }
    uint64_t bytes = m->out->n - before;
    m->indent_left -= bytes < m->indent_left ? bytes : m->indent_left;
}

/* The same without white space at its end. */
static void put_empty_line(struct markdown *m, uint32_t depth)
{
    size_t before = m->out->n;
    put_indent(m, depth);
    while (m->out->n > before && m->out->p[m->out->n - 1] == ' ') m->out->n--;
}

static bool begins_item(const struct markdown *m)
{
    if (m->loose_item) return true;
    for (uint32_t i = m->base; i < shown_depth(m); i++)
        if (m->level[i].pending) return true;
    return false;
}

/* The line ends that are due, and the beginning of the line. */
static void separate(struct markdown *m)
{
    int breaks = m->breaks > 1 ? 2 : m->breaks;
    int lines = m->lines > breaks ? m->lines : breaks;
    trim_white(m);
    if (!is_first(m)) {
        buf_putc(m->out, '\n');
        if (lines > 1) {
            put_empty_line(m, m->least);
            buf_putc(m->out, '\n');
        }
    }
    put_line_start(m);
    m->lines = m->breaks = 0;
    m->space = false;
    m->least = m->depth;
}

static void put_rule(struct markdown *m)
{
    m->rule = false;
    if (is_first(m)) return;
    want_lines(m, 2);
    trim_white(m);
    buf_putc(m->out, '\n');
    put_empty_line(m, m->least);
    buf_putc(m->out, '\n');
    put_indent(m, m->least);
    buf_puts(m->out, "---");
}

/* ------------------------------------------------------------------ tables */

/* What stands between the last word and a word in the present cell. */
static void put_bars(struct markdown *m)
{
    if (m->cells_put == 0) {
        want_lines(m, m->rows ? 1 : 2);
        separate(m);
        buf_putc(m->out, '|');
    } else {
        trim_white(m);
        buf_puts(m->out, " |");
    }
    for (uint32_t i = m->cells_put + 1; i < m->cells; i++) buf_puts(m->out, " |");
    buf_putc(m->out, ' ');
    m->cells_put = m->cells;
    m->space = false;
}

static void end_row(struct markdown *m)
{
    if (m->cells_put) {
        trim_white(m);
        uint32_t columns = m->cells > m->columns ? m->cells : m->columns;
        uint32_t last = m->rows ? m->cells : columns; /* the first row is as wide as the table */
        for (uint32_t i = m->cells_put; i <= last; i++) buf_puts(m->out, " |");
        if (m->rows++ == 0) {
            buf_putc(m->out, '\n');
            put_line_start(m);
            buf_putc(m->out, '|');
            for (uint32_t i = 0; i < columns; i++) buf_puts(m->out, " --- |");
        }
        want_lines(m, 1);
    }
    m->cells = m->cells_put = 0;
}

static void put_cell_text(struct markdown *m, const char *p, size_t n)
{
    const char *end = p + n, *bar;
    while ((bar = memchr(p, '|', (size_t)(end - p)))) {
        buf_put(m->out, p, (size_t)(bar - p));
        buf_puts(m->out, "\\|");
        p = bar + 1;
    }
    buf_put(m->out, p, (size_t)(end - p));
}

/* ------------------------------------------------------------------ words */

static void put_ticks(struct markdown *m)
{
    put_times(m->out, '`', m->ticks);
    if (m->ticks > 1) buf_putc(m->out, ' ');
    m->ticks_open = m->ticks;
    m->ticks = 0;
}

static void end_ticks(struct markdown *m)
{
    if (m->ticks_open > 1) buf_putc(m->out, ' ');
    put_times(m->out, '`', m->ticks_open);
    m->ticks = m->ticks_open = 0;
}

/* What is due before a word. */
static void begin_words(struct markdown *m)
{
    bool in_cell = m->columns && m->cells;
    if (m->rule) put_rule(m);
    if (m->heading && !m->heading_begun && !begins_item(m)) want_lines(m, 2);
    if (in_cell && m->cells_put < m->cells) {
        put_bars(m);
    } else if (in_cell || m->heading_begun) {
        if (m->space && !ends_white(m)) buf_putc(m->out, ' ');
        m->lines = m->breaks = 0;
    } else if (m->lines || m->breaks || is_first(m) || begins_item(m)) {
        separate(m);
    }
    m->space = false;
    if (m->heading && !m->heading_begun) {
        put_times(m->out, '#', m->heading);
        buf_putc(m->out, ' ');
        m->heading_begun = true;
    }
}

static bool is_due(const struct markdown *m)
{
    return m->lines || m->breaks || m->space || m->rule || m->cells_put < m->cells ||
           (m->heading && !m->heading_begun) || is_first(m) || begins_item(m);
}

static void put_words(struct markdown *m, const char *p, size_t n)
{
    bool blank = n == 1 && *p == ' '; /* white space alone asks for nothing */
    if (blank && (is_due(m) || ends_white(m))) return;
    if (is_due(m)) begin_words(m);
    if (*p == ' ' && ends_white(m)) {
        p++;
        n--;
    }
    m->seam = false;
    if (m->ticks && n && *p == ' ') {
        buf_putc(m->out, ' ');
        p++;
        n--;
    }
    if (m->ticks && n) put_ticks(m);
    if (m->columns && m->cells)
        put_cell_text(m, p, n);
    else
        buf_put(m->out, p, n);
}

/* ------------------------------------------------------------------ code */

static void begin_fence(struct markdown *m, const struct page *p)
{
    const struct note *note = &p->notes.list[m->pre - 1];
    if (m->rule) put_rule(m);
    want_lines(m, begins_item(m) ? 1 : 2);
    separate(m);
    put_times(m->out, '`', note->ticks);
    if (note->value) buf_puts(m->out, p->notes.languages.p + note->value);
    m->fence = true;
    m->code_lines = 1;
}

/* The line ends that are due, and the beginning of the line. */
static void put_code_lines(struct markdown *m)
{
    for (; m->code_lines > 0; m->code_lines--) {
        buf_putc(m->out, '\n');
        if (m->code_lines > 1)
            put_empty_line(m, m->depth);
        else
            put_line_start(m);
    }
}

/* Line ends are held back until there is more code, so that none stand before the closing fence. */
static void put_code(struct markdown *m, const struct page *p, const char *at, size_t n)
{
    const char *end = at + n;
    if (!m->fence) {
        const char *word = at;
        while (word < end && (*word == ' ' || *word == '\n' || *word == '\t')) word++;
        if (word == end) return;
        for (const char *line = at; line < word; line++)
            if (*line == '\n') at = line + 1; /* empty lines that begin it */
        begin_fence(m, p);
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t bytes = (size_t)((stop ? stop : end) - at);
        if (bytes) {
            put_code_lines(m);
            buf_put(m->out, at, bytes);
        }
        if (!stop) break;
        m->code_lines++;
        at = stop + 1;
    }
}

static void end_fence(struct markdown *m, uint32_t ticks)
{
    if (m->fence) {
        trim_white(m);
        buf_putc(m->out, '\n');
        put_line_start(m);
        put_times(m->out, '`', ticks);
        want_lines(m, 2);
    }
    m->pre = 0;
    m->fence = false;
    m->code_lines = 0;
}

/* ------------------------------------------------------------------ marks and notes */

static struct markdown_level *innermost_list(struct markdown *m)
{
    if (m->depth > MARKDOWN_LEVELS) return NULL;
    for (uint32_t i = m->depth; i-- > m->base;)
        if (!m->level[i].quote) return &m->level[i];
    return NULL;
}

static void begin_item(struct markdown *m)
{
    struct markdown_level *list = innermost_list(m);
    want_lines(m, 1);
    if (!list)
        m->loose_item = true;
    else {
        list->pending = true;
        list->in_item = false;
    }
}

static void end_item(struct markdown *m)
{
    struct markdown_level *list = innermost_list(m);
    want_lines(m, 1);
    m->loose_item = false;
    if (list) list->pending = list->in_item = false;
}

/* A mark where lines cannot end. */
static void take_soft_mark(struct markdown *m, enum page_mark mark)
{
    if (mark == MARK_CELL && m->columns)
        m->cells++;
    else
        m->space = true;
}

static void take_mark(struct markdown *m, enum page_mark mark)
{
    if (m->pre) {
        if (m->fence && m->code_lines == 0 && mark != MARK_CELL) m->code_lines = 1;
        return;
    }
    if ((m->columns && (m->cells || mark == MARK_CELL)) || m->heading_begun) {
        take_soft_mark(m, mark);
        return;
    }
    switch (mark) {
    case MARK_CELL:
    case MARK_LINE: want_lines(m, 1); break;
    case MARK_PARAGRAPH:
        if (!begins_item(m)) want_lines(m, 2); /* a paragraph that begins an item stays beside its mark */
        break;
    case MARK_BREAK: m->breaks++; break;
    case MARK_NEXT_ITEM: m->lines = m->breaks = 0; /* fall through */
    case MARK_ITEM: begin_item(m); break;
    case MARK_ITEM_END: end_item(m); break;
    default: break;
    }
}

static void open_level(struct markdown *m, bool quote, uint32_t number)
{
    if (m->depth < MARKDOWN_LEVELS)
        m->level[m->depth] = (struct markdown_level){.quote = quote, .number = number};
    m->depth++;
}

static void close_level(struct markdown *m)
{
    if (m->depth) m->depth--;
    if (m->base > m->depth) m->base = m->depth;
    if (m->least > m->depth) m->least = m->depth;
}

/* Of the next item of the innermost list, if its items have numbers. */
static void set_number(struct markdown *m, uint32_t number)
{
    struct markdown_level *l = m->depth && m->depth <= MARKDOWN_LEVELS ? &m->level[m->depth - 1] : NULL;
    if (l && !l->quote && l->number != NOTE_BULLETS) l->number = number;
}

static void end_heading(struct markdown *m)
{
    if (m->heading_begun) want_lines(m, 2);
    m->heading = 0;
    m->heading_begun = m->space = false;
}

static void end_table(struct markdown *m)
{
    end_row(m);
    if (m->rows) want_lines(m, 2);
    m->columns = m->rows = 0;
}

static void take_note(struct markdown *m, const struct page *p)
{
    const struct note *note = &p->notes.list[m->note++];
    switch ((enum note_kind)note->kind) {
    case NOTE_HEADING: m->heading = note->value; break;
    case NOTE_HEADING_END: end_heading(m); break;
    case NOTE_LIST: open_level(m, false, note->value); break;
    case NOTE_QUOTE: open_level(m, true, 0); break;
    case NOTE_LIST_END:
    case NOTE_QUOTE_END: close_level(m); break;
    case NOTE_PRE: m->pre = (uint32_t)m->note; break;
    case NOTE_PRE_END: end_fence(m, m->pre ? p->notes.list[m->pre - 1].ticks : 3); break;
    case NOTE_CODE: m->ticks = note->ticks; break;
    case NOTE_CODE_END: end_ticks(m); break;
    case NOTE_TABLE:
        if (note->value) m->columns = note->value;
        break;
    case NOTE_TABLE_END:
        if (note->value) end_table(m);
        break;
    case NOTE_ROW:
        if (m->columns) end_row(m);
        break;
    case NOTE_RULE: m->rule = true; break;
    case NOTE_NUMBER: set_number(m, note->value); break;
    default: break;
    }
}

/* ------------------------------------------------------------------ the text */

static void put_run(struct markdown *m, const struct page *p, const char *at, const char *stop)
{
    while (at < stop) {
        const char *from = at;
        while (at < stop && (uint8_t)*at > MARK_LAST) at++;
        if (at > from && m->pre)
            put_code(m, p, from, (size_t)(at - from));
        else if (at > from)
            put_words(m, from, (size_t)(at - from));
        if (at < stop) take_mark(m, (enum page_mark) * at++);
    }
}

void markdown_range(struct markdown *m, const struct page *p, size_t start, size_t end)
{
    const struct notes *notes = &p->notes;
    if (start == end) return;
    while (m->note < notes->n && notes->list[m->note].at < start) take_note(m, p);
    if (!m->started) {
        m->base = m->depth;
        m->indent_left = INDENT_BYTES + p->text.n;
    }
    m->started = true;
    while (start < end) {
        while (m->note < notes->n && notes->list[m->note].at <= start) take_note(m, p);
        size_t stop = m->note < notes->n && notes->list[m->note].at < end ? notes->list[m->note].at : end;
        put_run(m, p, p->text.p + start, p->text.p + stop);
        start = stop;
    }
}

void markdown_end(struct markdown *m, const struct page *p)
{
    end_ticks(m);
    if (m->columns) end_row(m);
    if (m->pre) end_fence(m, p->notes.list[m->pre - 1].ticks);
    trim_white(m);
}
