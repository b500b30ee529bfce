/* notes.c: takes notes of elements for Markdown.
 *
 * A table is data when it has two rows and two columns, no table, list, heading or other large block in its cells, and no cell
 * longer than CELL_MAX; anything else lays out a page, and bars and dashes would only be noise there.
 * In: start tags and ends, in order. Out: notes. State: open tables, the open code. Memory: see notes.h. */
#include "ingest/html/notes.h"
#include "common/text.h"
#include <stdlib.h>

#define NOTES_KEEP ((size_t)1 << 16) /* more, that one page needed, are given back */
#define HEADING_MAX 400              /* bytes; a heading that never ends is none */
#define CODE_MAX 2000                /* bytes of code inside a line */
#define CELL_MAX 800                 /* bytes of a cell of data */
#define HINT_MAX 64                  /* bytes between the element that names a language and its code */
#define BEFORE_CODE 8                /* bytes of white space between <pre> and its <code> */
#define LANGUAGE_MAX 24
#define LANGUAGES_MAX ((size_t)1 << 20)
#define START_MAX 999999 /* of an ordered list */

void notes_init(struct notes *n)
{
    memset(n, 0, sizeof *n);
    buf_init(&n->languages, LANGUAGES_MAX);
}

void notes_free(struct notes *n)
{
    free(n->list);
    buf_free(&n->languages);
}

void notes_clear(struct notes *n)
{
    buf_clear(&n->languages);
    if (n->cap > NOTES_KEEP) {
        free(n->list);
        n->list = NULL;
        n->cap = 0;
    }
    n->n = n->n_tables = n->hint_at = 0;
    n->pre = n->code = n->hint = 0;
    n->failed = false;
}

/* The note's index + 1; 0: there is no room. Ends always have room: each has its start. */
static uint32_t add(struct notes *n, enum note_kind kind, size_t at, uint32_t value)
{
    if (n->n >= 2 * NOTES_MAX) return 0;
    if (n->n == n->cap) {
        size_t cap = n->cap ? 2 * n->cap : 256;
        struct note *more = realloc(n->list, cap * sizeof *more);
        if (!more) {
            n->failed = true;
            return 0;
        }
        n->list = more;
        n->cap = cap;
    }
    n->list[n->n] = (struct note){.at = at, .value = value, .kind = (uint8_t)kind};
    return (uint32_t)++n->n;
}

/* ------------------------------------------------------------------ the language of code */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '#' || c == '-' || c == '.' ||
           c == '_';
}

/* Stores a language's name; 0: it says none. */
static uint32_t put_language(struct notes *n, struct slice name)
{
    static const char *const none[] = {"text",      "plain",       "plaintext",    "none",
                                       "default",   "nohighlight", "no-highlight", "wrapper",
                                       "container", "block",       "code"};
    char lower[LANGUAGE_MAX + 1];
    if (name.n == 0 || name.n > LANGUAGE_MAX || n->languages.n + LANGUAGE_MAX + 2 > LANGUAGES_MAX) return 0;
    for (size_t i = 0; i < name.n; i++) {
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i];
        if (!is_name_char(lower[i])) return 0;
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (slice_is(slice_of(lower, name.n), none[i])) return 0;
    if (n->languages.n == 0) buf_putc(&n->languages, 0);
    uint32_t at = (uint32_t)n->languages.n;
    buf_put(&n->languages, lower, name.n);
    if (buf_putc(&n->languages, 0) < 0) n->failed = true;
    return at;
}

/* Sphinx marks code by <div class="highlight-c notranslate">, older ones without the second word; others name their
 * boxes so. */
static bool is_sphinx(struct slice class, struct slice word)
{
    return word.n == class.n || slice_find(class, slice_str("notranslate"));
}

/* What a class says: "language-c", "lang-c", "highlight-source-c", "highlight-c", "src-c", "brush: c", "sourceCode c". */
static uint32_t language_of_class(struct notes *n, struct slice class, bool code)
{
    static const struct {
        const char *before;
        bool around; /* also on an element around the code */
    } marks[] = {{"language-", true},       {"highlight-source-", true},
                 {"highlight-text-", true}, {"highlight-", true},
                 {"lang-", false},          {"src-", false},
                 {"brush:", false}};
    bool next = false; /* the word before says that this one is a language */
    for (size_t at = 0; at < class.n;) {
        size_t end = at;
        while (end < class.n && (unsigned char)class.p[end] > ' ' && class.p[end] != ';') end++;
        struct slice word = slice_of(class.p + at, end - at);
        at = end + 1;
        if (word.n == 0) continue;
        uint32_t found = next ? put_language(n, word) : 0;
        next = slice_is(word, "brush:") || slice_is(word, "sourceCode");
        for (size_t i = 0; i < sizeof marks / sizeof *marks && !found; i++) {
            const char *before = marks[i].before;
            if (!slice_has_prefix(word, before) || !(code || marks[i].around)) continue;
            if (i == 3 && !is_sphinx(class, word)) break;
            found = put_language(n, slice_of(word.p + strlen(before), word.n - strlen(before)));
            break;
        }
        if (found) return found;
    }
    return 0;
}

/* code: of <pre> or <code> itself. */
static uint32_t language_of(struct notes *n, const struct html_token *t, bool code)
{
    for (size_t i = 0; i < t->n_attrs; i++) {
        enum attr attr = t->attrs[i].attr;
        uint32_t found = 0;
        if (attr == ATTR_DATA_LANG || attr == ATTR_DATA_LANGUAGE)
            found = put_language(n, slice_trim(t->attrs[i].value));
        if (attr == ATTR_CLASS) found = language_of_class(n, t->attrs[i].value, code);
        if (found) return found;
    }
    return 0;
}

/* ------------------------------------------------------------------ tables */

static struct note_table *innermost(struct notes *n)
{
    return n->n_tables && n->n_tables <= NOTES_TABLES ? &n->tables[n->n_tables - 1] : NULL;
}

static void not_data(struct notes *n)
{
    struct note_table *t = innermost(n);
    if (t) t->layout = true;
}

static void end_cell(struct note_table *t, size_t at)
{
    if (t->cells && at - t->cell_start > CELL_MAX) t->layout = true;
}

static void begin_cell(struct notes *n, size_t at)
{
    struct note_table *t = innermost(n);
    if (!t) return;
    end_cell(t, at);
    t->cell_start = at;
    if (t->cells++ == 0) t->rows++;
    if (t->cells > t->columns) t->columns = t->cells;
}

static void begin_row(struct notes *n, size_t at)
{
    struct note_table *t = innermost(n);
    if (!t) return;
    end_cell(t, at);
    t->cells = 0;
    add(n, NOTE_ROW, at, 0);
}

static uint32_t begin_table(struct notes *n, const struct html_token *t, size_t at)
{
    const struct html_attr *role = html_attr(t, ATTR_ROLE);
    not_data(n); /* the table around it */
    uint32_t note = add(n, NOTE_TABLE, at, 0);
    if (!note) return 0;
    n->n_tables++;
    struct note_table *table = innermost(n);
    if (table) *table = (struct note_table){.note = note};
    if (table && role)
        table->layout = slice_eq_nocase(role->value, "presentation") || slice_eq_nocase(role->value, "none");
    return note;
}

static void end_table(struct notes *n, uint32_t note, size_t at)
{
    struct note_table *t = innermost(n);
    uint32_t columns = 0;
    if (t) {
        end_cell(t, at);
        if (!t->layout && t->rows > 1 && t->columns > 1) columns = t->columns;
    }
    n->n_tables--;
    n->list[note - 1].value = columns;
    add(n, NOTE_TABLE_END, at, columns);
}

/* ------------------------------------------------------------------ code */

/* The longest run of '`'. */
static size_t longest_ticks(struct slice s)
{
    size_t longest = 0;
    for (size_t i = 0, run = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

static uint32_t begin_pre(struct notes *n, const struct html_token *t, size_t at)
{
    if (n->pre) return 0;
    uint32_t language = language_of(n, t, true);
    if (!language && n->hint && at - n->hint_at <= HINT_MAX) language = n->hint;
    n->hint = 0;
    return n->pre = add(n, NOTE_PRE, at, language);
}

static uint32_t begin_code(struct notes *n, const struct html_token *t, size_t at)
{
    if (n->pre) { /* <pre><code class="language-c"> */
        struct note *pre = &n->list[n->pre - 1];
        if (!pre->value && at - pre->at < BEFORE_CODE) pre->value = language_of(n, t, true);
        return 0;
    }
    return n->code ? 0 : (n->code = add(n, NOTE_CODE, at, 0));
}

static void end_pre(struct notes *n, struct note *note, struct slice text)
{
    size_t ticks = longest_ticks(text) + 1;
    note->ticks = (uint16_t)(ticks < 3 ? 3 : ticks > UINT16_MAX ? UINT16_MAX : ticks);
    n->pre = 0;
}

static void end_code(struct notes *n, struct note *note, struct slice text)
{
    n->code = 0;
    text = slice_trim(text);
    if (text.n == 0 || text.n > CODE_MAX) return;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ' && text.p[i] != '\t') return;
    note->ticks = (uint16_t)(longest_ticks(text) + 1);
}

static void end_heading(struct note *note, struct slice text)
{
    if (text.n > HEADING_MAX || memchr(text.p, '\n', text.n)) note->value = 0;
}

/* ------------------------------------------------------------------ elements */

/* The number that an attribute states; false: none, or none that is to be believed. */
static bool read_number(const struct html_token *t, enum attr attr, uint32_t *number)
{
    const struct html_attr *a = html_attr(t, attr);
    struct slice s = a ? slice_trim(a->value) : slice_str("");
    *number = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || *number > START_MAX) return false;
        *number = *number * 10 + (uint32_t)(s.p[i] - '0');
    }
    return s.n > 0 && *number <= START_MAX;
}

static uint32_t first_number(const struct html_token *t)
{
    uint32_t number;
    return read_number(t, ATTR_START, &number) ? number : 1;
}

static uint32_t begin(struct notes *n, const struct html_token *t, size_t at)
{
    uint32_t number;
    switch (t->tag) {
    case TAG_H1:
    case TAG_H2:
    case TAG_H3:
    case TAG_H4:
    case TAG_H5:
    case TAG_H6: not_data(n); return add(n, NOTE_HEADING, at, (uint32_t)(t->tag - TAG_H1) + 1);
    case TAG_OL: not_data(n); return add(n, NOTE_LIST, at, first_number(t));
    case TAG_UL:
    case TAG_MENU:
    case TAG_DIR: not_data(n); return add(n, NOTE_LIST, at, NOTE_BULLETS);
    case TAG_BLOCKQUOTE: not_data(n); return add(n, NOTE_QUOTE, at, 0);
    case TAG_PRE:
    case TAG_LISTING:
    case TAG_XMP: not_data(n); return begin_pre(n, t, at);
    case TAG_CODE:
    case TAG_KBD:
    case TAG_SAMP:
    case TAG_TT: return begin_code(n, t, at);
    case TAG_TABLE: return begin_table(n, t, at);
    case TAG_HR:
        not_data(n);
        add(n, NOTE_RULE, at, 0);
        return 0;
    case TAG_LI:
        if (read_number(t, ATTR_VALUE, &number)) add(n, NOTE_NUMBER, at, number);
        return 0;
    case TAG_TR: begin_row(n, at); return 0;
    case TAG_TD:
    case TAG_TH: begin_cell(n, at); return 0;
    case TAG_DL:
    case TAG_FORM:
    case TAG_FIELDSET:
    case TAG_ARTICLE:
    case TAG_SECTION:
    case TAG_NAV:
    case TAG_ASIDE:
    case TAG_HEADER:
    case TAG_FOOTER:
    case TAG_MAIN: not_data(n); return 0;
    default: return 0;
    }
}

uint32_t notes_start(struct notes *n, const struct html_token *t, size_t at)
{
    if (t->tag == TAG_DIV || t->tag == TAG_FIGURE) {
        uint32_t language = language_of(n, t, false);
        if (!language) return 0;
        n->hint = language;
        n->hint_at = at;
        return 0;
    }
    if (n->n < NOTES_MAX) return begin(n, t, at);
    not_data(n); /* its rows would no longer be told apart */
    return 0;
}

void notes_end(struct notes *n, uint32_t index, const struct buf *text)
{
    struct note *note = &n->list[index - 1];
    struct slice inside = slice_str("");
    if (text->n > note->at) inside = slice_of(text->p + note->at, text->n - note->at);
    switch ((enum note_kind)note->kind) {
    case NOTE_TABLE: end_table(n, index, text->n); return;
    case NOTE_PRE: end_pre(n, note, inside); break;
    case NOTE_CODE: end_code(n, note, inside); break;
    case NOTE_HEADING: end_heading(note, inside); break;
    default: break;
    }
    add(n, (enum note_kind)(note->kind + 1), text->n, 0);
}
