/* wikitext_lay.c: the third pass: lines to text. Tables are left out, headings wait for content, list items get a "- ",
 * quotes and HTML tags go, and what was left out leaves no empty parentheses, doubled commas or spaces behind.
 *
 * In: wikitext without templates and links. Out: text. State: the headings that wait; where tables begin and end, found by one
 * pass with a stack, so that a table that never closes costs only the lines that begin like its own.
 * Source: MediaWiki's Help:Formatting, Help:Tables; its rule for runs of quotes (Parser::doQuotes). */
#include "common/text.h"
#include "ingest/markup/wikitext_internal.h"

struct wiki_table {
    size_t start, end; /* while it is open, end is the index of the table around it + 1 */
    bool closed;
};

#define LEVELS 6
#define LIST_DEPTH 8

struct lay {
    struct wikitext *w;
    struct buf *out;
    size_t begin;
    struct buf headings;            /* that wait for content: their text, one behind the other */
    size_t heading_end[LEVELS + 1]; /* by level; offsets into headings */
    uint32_t number[LIST_DEPTH];    /* of the last item of each open numbered list */
    bool blank;                     /* an empty line is due */
    bool in_list;
};

/* ------------------------------------------------------------------ tables */

static size_t line_end(struct slice in, size_t at)
{
    const char *newline = memchr(in.p + at, '\n', in.n - at);
    return newline ? (size_t)(newline - in.p) : in.n;
}

static void find_tables(struct wikitext *w, struct slice in)
{
    struct buf *b = &w->tables;
    size_t open = 0; /* index + 1 */
    buf_clear(b);
    for (size_t at = 0, next; at < in.n; at = next) {
        size_t end = line_end(in, at), i = at;
        next = end + 1;
        while (i < end && strchr(" \t:*#\3", in.p[i])) i++;
        if (end - i < 2) continue;
        if (in.p[i] == '{' && in.p[i + 1] == '|') {
            struct wiki_table t = {at, open, false};
            if (buf_put(b, &t, sizeof t) < 0) return;
            open = b->n / sizeof t;
        } else if (in.p[i] == '|' && in.p[i + 1] == '}' && open) {
            struct wiki_table *t = (struct wiki_table *)(void *)b->p + open - 1;
            open = t->end;
            t->end = i + 2;
            t->closed = true;
        }
    }
}

/* ------------------------------------------------------------------ tags */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Elements without a meaning for text; the others are those of tags.h. */
static bool is_inline(struct slice name)
{
    static const char *const names[] = {
        "b",           "i",           "u",      "s",      "em",     "strong",     "small", "big",
        "sup",         "sub",         "tt",     "code",   "kbd",    "var",        "samp",  "cite",
        "abbr",        "acronym",     "dfn",    "font",   "strike", "del",        "ins",   "q",
        "bdi",         "bdo",         "mark",   "time",   "ruby",   "rb",         "rt",    "rp",
        "rtc",         "data",        "wbr",    "nowiki", "ref",    "references", "poem",  "noinclude",
        "includeonly", "onlyinclude", "center", "gallery"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_eq_nocase(name, names[i])) return true;
    return false;
}

/* A tag of HTML at p, which goes to *to: true. *line: it begins or ends a line. */
static bool take_tag(struct wikitext *w, const char *p, const char *end, bool *no_gt, const char **to,
                     bool *line)
{
    const char *name = p + 1;
    size_t n = 0;
    if (name < end && *name == '/') name++;
    while (name + n < end && n < 20 && (is_letter(name[n]) || (n && name[n] >= '0' && name[n] <= '9'))) n++;
    if (n == 0 || *no_gt) return false;
    struct slice s = slice_of(name, n);
    enum tag tag = (enum tag)names_find(&w->tags, s, name_hash(s));
    if (tag == TAG_OTHER && !is_inline(s)) return false;
    char next = name + n < end ? name[n] : 0;
    if (next != '>' && next != '/' && next != ' ' && next != '\t' && next != WIKI_GONE) return false;
    const char *gt = memchr(name, '>', (size_t)(end - name));
    *no_gt = !gt;
    if (!gt) return false;
    *to = gt + 1;
    *line = tag == TAG_BR || tag == TAG_HR || (tag_flags(tag) & (IS_LINE | IS_PARAGRAPH));
    return true;
}

/* ------------------------------------------------------------------ quotes */

struct quotes {   /* of a line */
    size_t split; /* where in it a run of three is an apostrophe and two; SIZE_MAX: nowhere */
};

static size_t quote_run(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && p[n] == '\'') n++;
    return n;
}

/* When both kinds are odd, one run of three is "'" and "''": the first behind a word of one letter, else behind a longer one,
 * else behind a space. */
static struct quotes find_quotes(struct slice line)
{
    struct quotes q = {SIZE_MAX};
    size_t twos = 0, threes = 0, one = SIZE_MAX, many = SIZE_MAX, space = SIZE_MAX;
    for (size_t i = 0, n; i < line.n; i += n) {
        n = quote_run(line.p + i, line.p + line.n);
        if (n == 0) {
            const char *next = memchr(line.p + i, '\'', line.n - i);
            n = next ? (size_t)(next - line.p) - i : line.n - i;
            continue;
        }
        twos += n == 2 || n >= 5;
        threes += n >= 3;
        if (n != 3) continue;
        char before = i ? line.p[i - 1] : ' ', before2 = i > 1 ? line.p[i - 2] : ' ';
        if (before == ' ' && space == SIZE_MAX) space = i;
        if (before != ' ' && before2 == ' ' && one == SIZE_MAX) one = i;
        if (before != ' ' && before2 != ' ' && many == SIZE_MAX) many = i;
    }
    if (twos % 2 && threes % 2) q.split = one != SIZE_MAX ? one : many != SIZE_MAX ? many : space;
    return q;
}

/* ------------------------------------------------------------------ a line */

/* Without tags and quotes; marks stay. */
static void strip_line(struct wikitext *w, struct slice line, struct buf *out)
{
    struct quotes q = find_quotes(line);
    const char *p = line.p, *end = p + line.n;
    bool no_gt = false, breaks;
    while (p < end) {
        const char *from = p;
        while (p < end && *p != '<' && *p != '\'') p++;
        buf_put(out, from, (size_t)(p - from));
        if (p == end) break;
        if (*p == '<') {
            breaks = false;
            if (!take_tag(w, p, end, &no_gt, &p, &breaks)) buf_putc(out, *p++);
            if (breaks) buf_putc(out, WIKI_BREAK);
            continue;
        }
        size_t n = quote_run(p, end), shown = n == 1 || n == 4 || n > 5;
        if ((size_t)(p - line.p) == q.split) shown = 1;
        for (size_t i = 0; i < shown; i++) buf_putc(out, '\'');
        p += n;
    }
}

/* A separator or parenthesis in ASCII or CJK at p: its bytes and the ASCII character that it is like; 0: none. */
static size_t punctuation(const char *p, const char *end, char *like)
{
    static const struct {
        const char *mark;
        char like;
    } wide[] = {{"（", '('}, {"）", ')'}, {"，", ','}, {"；", ';'}, {"、", ','}, {"：", ':'}, {"。", '.'}};
    *like = *p;
    if (*p == '(' || *p == ')' || *p == ',' || *p == ';' || *p == ':' || *p == '.') return 1;
    if ((*p != '\xef' && *p != '\xe3') || end - p < 3) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (memcmp(p, wide[i].mark, 3) == 0) {
            *like = wide[i].like;
            return 3;
        }
    return 0;
}

struct tidy {
    struct buf *out;
    size_t begin;
    size_t last; /* where the last character that was a separator or '(' begins, if it is the last */
    char like;   /* what it is like; 0: the last one is something else */
    bool space, gone;
};

static void tidy_space(struct tidy *t)
{
    struct buf *b = t->out;
    if (t->space && b->n > t->begin && b->p[b->n - 1] != '\n') buf_putc(b, ' ');
    t->space = false;
}

static void tidy_trim(struct tidy *t)
{
    struct buf *b = t->out;
    while (b->n > t->begin && b->p[b->n - 1] == ' ') b->n--;
}

/* Where something is gone, separators that stood around it go too, and parentheses that held nothing else. */
static void tidy_punctuation(struct tidy *t, const char *p, size_t n, char like)
{
    bool separator = like == ',' || like == ';' || like == ':';
    if (t->gone && like == ')' && t->like == '(') {
        t->out->n = t->last;
        t->space = t->last > t->begin && t->out->p[t->last - 1] == ' ';
        tidy_trim(t);
        t->like = 0;
        return;
    }
    if (t->gone && separator && (t->like == '(' || t->like == ',' || t->like == ';')) {
        t->space = false;
        return;
    }
    if (t->gone && like == ')' && (t->like == ',' || t->like == ';')) t->out->n = t->last;
    if (t->gone && like != '(') t->space = false;
    if (t->like == '(' && t->gone) t->space = false;
    tidy_space(t);
    t->last = t->out->n;
    t->like = like;
    buf_put(t->out, p, n);
    t->gone = false;
}

static void tidy_break(struct tidy *t)
{
    tidy_trim(t);
    if (t->out->n > t->begin && t->out->p[t->out->n - 1] != '\n') buf_putc(t->out, '\n');
    t->space = t->gone = false;
    t->like = 0;
}

static void tidy_char(struct tidy *t, char c)
{
    if (t->like == '(' && t->gone) t->space = false;
    tidy_space(t);
    buf_putc(t->out, c);
    t->gone = false;
    t->like = 0;
}

/* A mark at which preformatted text begins (behind it stand its language and WIKI_CODE) or ends; returns what follows. */
static const char *tidy_block(struct tidy *t, const char *p, const char *end, bool *fenced, bool markdown)
{
    const char *code = *fenced ? NULL : memchr(p, WIKI_CODE, (size_t)(end - p));
    tidy_break(t);
    *fenced = !*fenced;
    if (markdown) buf_puts(t->out, "```");
    if (markdown && code) buf_put(t->out, p + 1, (size_t)(code - p - 1));
    if (markdown) buf_putc(t->out, '\n');
    return code ? code + 1 : p + 1;
}

/* Marks undone, white space collapsed: the text of a line, or of several where it has breaks. */
static void tidy_line(struct slice line, bool markdown, struct buf *out)
{
    struct tidy t = {.out = out, .begin = out->n};
    bool fenced = false;
    if (line.n == 0) line.p = "";
    for (const char *p = line.p, *end = p + line.n; p < end;) {
        char like;
        size_t n;
        if (*p == WIKI_CHAR && end - p > 1) {
            char c = (char)((uint8_t)p[1] & 0x7f);
            if (c != '\n')
                tidy_char(&t, c);
            else if (out->n > t.begin)
                buf_putc(out, c); /* of preformatted text */
            p += 2;
        } else if (*p == WIKI_GONE) {
            t.gone = true;
            p++;
        } else if (*p == WIKI_BREAK) {
            tidy_break(&t);
            p++;
        } else if (*p == WIKI_BLOCK) {
            p = tidy_block(&t, p, end, &fenced, markdown);
        } else if (*p == ' ' || *p == '\t') {
            t.space = true;
            p++;
        } else if ((n = punctuation(p, end, &like))) {
            tidy_punctuation(&t, p, n, like);
            p += n;
        } else {
            tidy_char(&t, *p++);
        }
    }
    while (out->n > t.begin && strchr(" \n\t", out->p[out->n - 1])) out->n--;
}

struct slice wikitext_render(struct wikitext *w, struct slice line)
{
    buf_clear(&w->word);
    buf_clear(&w->line);
    strip_line(w, line, &w->word);
    tidy_line(buf_slice(&w->word), w->markdown, &w->line);
    return buf_slice(&w->line);
}

/* ------------------------------------------------------------------ blocks */

static void begin_block(struct lay *l)
{
    if (l->out->n > l->begin) buf_puts(l->out, l->blank ? "\n\n" : "\n");
    l->blank = false;
}

/* "- "; in Markdown also "  1. ", as deep as it lies. */
static void put_item_mark(struct lay *l, struct slice marks)
{
    char kind = marks.n ? marks.p[marks.n - 1] : 0;
    size_t depth = marks.n < LIST_DEPTH ? marks.n : LIST_DEPTH;
    if (kind != '*' && kind != '#') return;
    if (!l->w->markdown) {
        buf_puts(l->out, "- ");
        return;
    }
    for (size_t i = depth; i < LIST_DEPTH; i++) l->number[i] = 0;
    for (size_t i = 1; i < depth; i++) buf_puts(l->out, marks.p[i - 1] == '#' ? "   " : "  ");
    if (kind == '#')
        buf_printf(l->out, "%u. ", ++l->number[depth - 1]);
    else
        buf_puts(l->out, "- ");
}

static void put_headings(struct lay *l)
{
    size_t from = 0;
    for (int level = 1; level <= LEVELS; level++) {
        size_t to = l->heading_end[level];
        if (to <= from) continue;
        l->blank = true;
        begin_block(l);
        for (int i = 0; l->w->markdown && i <= level; i++) buf_putc(l->out, i < level ? '#' : ' ');
        buf_put(l->out, l->headings.p + from, to - from);
        l->blank = true;
        from = to;
    }
    buf_clear(&l->headings);
    memset(l->heading_end, 0, sizeof l->heading_end);
}

/* The level of "== heading ==", its text in *line; 0: it is none. */
static int heading(struct slice *line)
{
    struct slice s = *line;
    while (s.n && (strchr(" \t\3", s.p[s.n - 1]))) s.n--;
    size_t left = 0, right = 0;
    while (left < s.n && s.p[left] == '=') left++;
    while (right < s.n - left && s.p[s.n - 1 - right] == '=') right++;
    if (left == 0 || right == 0) return 0;
    size_t level = left < right ? left : right;
    if (level > LEVELS) level = LEVELS;
    *line = slice_of(s.p + level, s.n - 2 * level);
    return (int)level;
}

static void take_heading(struct lay *l, int level, struct slice line)
{
    struct slice text = wikitext_render(l->w, line);
    size_t keep = 0;
    for (int i = 1; i < level; i++)
        if (l->heading_end[i] > keep) keep = l->heading_end[i];
    l->headings.n = keep;
    for (int i = level; i <= LEVELS; i++) l->heading_end[i] = 0;
    l->blank = true;
    l->in_list = false;
    if (text.n == 0) return;
    buf_put_slice(&l->headings, text);
    l->heading_end[level] = l->headings.n;
}

static bool is_rule(struct slice line)
{
    return slice_has_prefix(line, "----");
}

/* What is left of a table that was torn. */
static bool is_table_rest(struct slice line)
{
    while (line.n && strchr(" \t\3", *line.p)) line = slice_of(line.p + 1, line.n - 1);
    return line.n && (*line.p == '|' || (line.n > 1 && line.p[0] == '{' && line.p[1] == '|'));
}

static void take_line(struct lay *l, struct slice line, bool torn)
{
    int level = heading(&line);
    if (level) {
        take_heading(l, level, line);
        return;
    }
    if (is_rule(line) || is_table_rest(line) || (torn && line.n && *line.p == '!')) {
        l->blank = true;
        return;
    }
    size_t marks = 0;
    while (marks < line.n && strchr("*#:;", line.p[marks])) marks++;
    struct slice text = wikitext_render(l->w, slice_of(line.p + marks, line.n - marks));
    if (text.n == 0) {
        if (!marks) l->blank = true;
        return;
    }
    bool block = memchr(line.p, WIKI_BLOCK, line.n) != NULL;
    if (l->in_list != (marks > 0) || block) l->blank = true;
    if (l->headings.n) put_headings(l);
    begin_block(l);
    put_item_mark(l, slice_of(line.p, marks));
    buf_put_slice(l->out, text);
    if (!marks) memset(l->number, 0, sizeof l->number);
    l->in_list = marks > 0;
    l->blank = block;
}

/* Left out, but in Markdown. */
static void take_table(struct lay *l, struct slice table)
{
    struct buf *text = &l->w->table;
    l->blank = true;
    if (!l->w->markdown) return;
    buf_clear(text);
    wikitext_table(l->w, table, text);
    if (text->n == 0) return;
    if (l->headings.n) put_headings(l);
    begin_block(l);
    buf_put_slice(l->out, buf_slice(text));
    l->blank = true;
    l->in_list = false;
}

void wikitext_lay(struct wikitext *w, struct slice in, struct buf *out)
{
    struct lay l = {.w = w, .out = out, .begin = out->n};
    bool torn = false;
    size_t next = 0;
    buf_init(&l.headings, BUF_NO_MAX);
    find_tables(w, in);
    const struct wiki_table *tables = (const struct wiki_table *)(const void *)w->tables.p;
    size_t n_tables = w->tables.n / sizeof *tables;
    for (size_t at = 0; at < in.n && !out->failed;) {
        while (next < n_tables && tables[next].start < at) next++;
        if (next < n_tables && tables[next].start == at) {
            if (tables[next].closed) {
                take_table(&l, slice_of(in.p + at, tables[next].end - at));
                at = tables[next].end;
                continue;
            }
            torn = true;
        }
        size_t end = line_end(in, at);
        take_line(&l, slice_of(in.p + at, end - at), torn);
        at = end + 1;
    }
    out->failed |= l.headings.failed;
    buf_free(&l.headings);
}
