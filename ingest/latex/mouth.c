/* mouth.c: reading LaTeX from the source and from expansions.
 *
 * In: texts. Out: names, arguments. State: a stack of texts, two budgets. Memory: the texts that are being read: at most the
 * budget. */
#include "ingest/latex/mouth.h"
#include <stdlib.h>

void mouth_init(struct mouth *m, struct slice source)
{
    m->texts[0] = (struct mouth_text){source.p, source.p + source.n, NULL, false};
    m->n = 1;
    m->expansion_left = MOUTH_EXPANSION * (uint64_t)source.n + MOUTH_MIN;
    m->ahead_left = m->expansion_left;
    m->name_bytes = 0;
    m->at_is_letter = m->spaced = false;
}

void mouth_free(struct mouth *m)
{
    while (m->n > 1) free(m->texts[--m->n].owned);
}

bool mouth_more(struct mouth *m)
{
    while (m->n > 1 && mouth_top(m)->p == mouth_top(m)->end) free(m->texts[--m->n].owned);
    return mouth_top(m)->p < mouth_top(m)->end;
}

bool mouth_at(struct mouth *m, char c)
{
    return mouth_more(m) && *mouth_top(m)->p == c;
}

bool mouth_spend(struct mouth *m, size_t bytes)
{
    if (bytes > m->expansion_left) {
        m->expansion_left = 0;
        return false;
    }
    m->expansion_left -= bytes;
    return true;
}

int mouth_push(struct mouth *m, char *p, size_t n)
{
    mouth_more(m);
    if (!p || n == 0 || m->n == MOUTH_DEPTH) {
        free(p);
        return n == 0 ? 0 : -1;
    }
    m->texts[m->n++] = (struct mouth_text){p, p + n, p, false};
    return 0;
}

int mouth_push_copy(struct mouth *m, struct slice s)
{
    if (!mouth_spend(m, s.n + 16)) return -1;
    char *p = malloc(s.n + 1);
    if (p) memcpy(p, s.p, s.n);
    return mouth_push(m, p, s.n);
}

/* ------------------------------------------------------------------ names and white space */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_letter(const struct mouth *m, char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c == '@' && (m->at_is_letter || m->texts[m->n - 1].at_is_letter));
}

/* Blanks, and one line end with the blanks behind it: p before a second line end stays before the first. */
static const char *past_space(const char *p, const char *end)
{
    while (p < end && is_blank(*p)) p++;
    if (p == end || *p != '\n') return p;
    const char *line = p + 1;
    while (line < end && is_blank(*line)) line++;
    return line < end && *line == '\n' ? p : line;
}

bool mouth_at_blank_line(const struct mouth *m)
{
    const struct mouth_text *t = &m->texts[m->n - 1];
    const char *p = t->p;
    if (p == t->end || *p != '\n') return false;
    p++;
    while (p < t->end && is_blank(*p)) p++;
    return p < t->end && *p == '\n';
}

struct slice mouth_name(struct mouth *m)
{
    m->name_bytes = 0;
    m->spaced = false;
    if (mouth_more(m)) {
        struct mouth_text *t = mouth_top(m);
        const char *from = t->p;
        while (t->p < t->end && is_letter(m, *t->p)) t->p++;
        bool word = t->p > from;
        if (!word)
            for (t->p++; t->p < t->end && ((unsigned char)*t->p & 0xc0) == 0x80;) t->p++;
        m->name_bytes = (size_t)(t->p - from) < MOUTH_NAME ? (size_t)(t->p - from) : MOUTH_NAME;
        memcpy(m->name, from, m->name_bytes);
        from = t->p;
        if (word) t->p = past_space(t->p, t->end);
        m->spaced = t->p > from;
    }
    m->name[m->name_bytes] = 0;
    return slice_of(m->name, m->name_bytes);
}

void mouth_skip_comment(struct mouth *m)
{
    struct mouth_text *t = mouth_top(m);
    const char *line = memchr(t->p, '\n', (size_t)(t->end - t->p));
    t->p = line ? line + 1 : t->end;
    while (t->p < t->end && is_blank(*t->p)) t->p++;
}

void mouth_skip_space(struct mouth *m)
{
    while (mouth_more(m)) {
        struct mouth_text *t = mouth_top(m);
        const char *from = t->p;
        t->p = past_space(t->p, t->end);
        if (t->p < t->end && *t->p == '%')
            mouth_skip_comment(m);
        else if (t->p < t->end || t->p == from)
            return;
    }
}

/* ------------------------------------------------------------------ arguments */

static bool keep(struct mouth *m, struct buf *into, const char *p, size_t n)
{
    if (!into) return true;
    return mouth_spend(m, n) && buf_put(into, p, n) == 0;
}

/* The next thing of a group's inside: a backslash and what stands behind it, or a character. depth: of braces. false: end here. */
static bool group_step(struct mouth *m, struct buf *into, int *depth)
{
    struct mouth_text *t = mouth_top(m);
    const char *p = t->p;
    if (*p == '%') {
        mouth_skip_comment(m);
        return true;
    }
    if (*p == '{') ++*depth;
    if (*p == '}' && --*depth == 0) {
        t->p++;
        return false;
    }
    size_t n = *p == '\\' && t->end - p > 1 ? 2 : 1;
    if (n == 2 && p[1] == '\n') n = 1;
    while (p + n < t->end && ((unsigned char)p[n] & 0xc0) == 0x80)
        n++; /* the budget ends between characters */
    t->p += n;
    return keep(m, into, p, n);
}

static void read_group(struct mouth *m, struct buf *into, bool is_long)
{
    int depth = 1;
    mouth_top(m)->p++;
    while (mouth_more(m) && (is_long || !mouth_at_blank_line(m)))
        if (!group_step(m, into, &depth)) return;
}

void mouth_argument(struct mouth *m, struct buf *into, bool is_long)
{
    mouth_skip_space(m);
    if (!mouth_more(m) || mouth_at_blank_line(m)) return;
    struct mouth_text *t = mouth_top(m);
    if (*t->p == '{') {
        read_group(m, into, is_long);
    } else if (*t->p == '\\') {
        t->p++;
        char spaced = ' ';
        struct slice name = mouth_name(m);
        keep(m, into, "\\", 1);
        keep(m, into, name.p, name.n);
        if (m->spaced) keep(m, into, &spaced, 1);
    } else if (*t->p != '}') {
        const char *from = t->p++;
        while (t->p < t->end && ((unsigned char)*t->p & 0xc0) == 0x80) t->p++;
        keep(m, into, from, (size_t)(t->p - from));
    }
}

/* Where the delimiter stands outside braces, before a blank line and the end of this text; NULL: not near. */
static const char *look_for(struct mouth *m, const char *p, struct slice delimiter)
{
    const char *end = mouth_top(m)->end, *from = p, *found = NULL;
    size_t most = m->ahead_left ? MOUTH_AHEAD : MOUTH_AHEAD_SHORT;
    int depth = 0;
    if ((size_t)(end - p) > most) end = p + most;
    for (; p < end && !found; p++) {
        if (depth == 0 && (size_t)(end - p) >= delimiter.n && memcmp(p, delimiter.p, delimiter.n) == 0)
            found = p;
        else if (*p == '{')
            depth++;
        else if ((*p == '}' && depth-- == 0) || (*p == '\n' && end - p > 1 && p[1] == '\n'))
            break;
        else if (*p == '\\' && end - p > 1)
            p++;
    }
    size_t looked = (size_t)(p - from);
    if (!found) m->ahead_left = looked < m->ahead_left ? m->ahead_left - looked : 0;
    return found;
}

bool mouth_until(struct mouth *m, struct slice delimiter, struct buf *into)
{
    if (!mouth_more(m)) return false;
    struct mouth_text *t = mouth_top(m);
    const char *found = look_for(m, t->p, delimiter);
    if (!found) return false;
    keep(m, into, t->p, (size_t)(found - t->p));
    t->p = found + delimiter.n;
    return true;
}

bool mouth_option(struct mouth *m, char open, char close, struct buf *into)
{
    if (!mouth_more(m)) return false;
    struct mouth_text *t = mouth_top(m);
    const char *p = past_space(t->p, t->end), *found;
    if (p == t->end || *p != open || !(found = look_for(m, p + 1, slice_of(&close, 1)))) return false;
    keep(m, into, p + 1, (size_t)(found - p - 1));
    t->p = found + 1;
    return true;
}

bool mouth_has_near(struct mouth *m, struct slice bytes)
{
    struct mouth_text *t = mouth_top(m);
    size_t left = (size_t)(t->end - t->p), most = left < MOUTH_AHEAD ? left : MOUTH_AHEAD;
    if (m->ahead_left < most) return false;
    m->ahead_left -= most;
    return memmem(t->p, most, bytes.p, bytes.n) != NULL;
}

bool mouth_peek_group(struct mouth *m, size_t most, struct slice *inside)
{
    if (!mouth_at(m, '{')) return false;
    const char *p = mouth_top(m)->p + 1, *end = mouth_top(m)->end, *from = p;
    int depth = 1;
    if ((size_t)(end - p) > most) end = p + most;
    for (; p < end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '{')
            depth++;
        else if (*p == '}' && --depth == 0)
            break;
    }
    *inside = slice_of(from, p < end ? (size_t)(p - from) : 0);
    return p < end;
}

void mouth_address(struct mouth *m)
{
    struct slice inside;
    mouth_skip_space(m);
    if (mouth_peek_group(m, MOUTH_AHEAD, &inside))
        mouth_top(m)->p = inside.p + inside.n + 1;
    else
        mouth_argument(m, NULL, false);
}

/* ------------------------------------------------------------------ lengths */

static void skip_number(struct mouth_text *t)
{
    while (t->p < t->end && strchr("+-0123456789.,", *t->p) && *t->p) t->p++;
}

static void skip_unit(struct mouth_text *t)
{
    static const char units[] = "pt pc in bp cm mm dd cc sp ex em mu fi";
    while (t->p < t->end && is_blank(*t->p)) t->p++;
    const char *p = t->p;
    if (t->end - p > 4 && memcmp(p, "true", 4) == 0) p += 4;
    for (const char *u = units; t->end - p >= 2; u += 3) {
        if (memcmp(p, u, 2) == 0) {
            t->p = p + 2;
            break;
        }
        if (!u[2]) return;
    }
    while (t->p < t->end && *t->p == 'l') t->p++; /* fil, fill, filll */
}

static bool skip_length(struct mouth *m)
{
    struct mouth_text *t = mouth_top(m);
    const char *from = t->p;
    skip_number(t);
    bool number = t->p > from;
    if (t->p < t->end && *t->p == '\\') {
        t->p++;
        mouth_name(m);
        return true;
    }
    if (number) skip_unit(t);
    return number;
}

void mouth_dimension(struct mouth *m)
{
    static const char *const words[] = {"plus", "minus"};
    if (!mouth_more(m)) return;
    struct mouth_text *t = mouth_top(m);
    t->p = past_space(t->p, t->end);
    if (t->p < t->end && *t->p == '=') t->p = past_space(t->p + 1, t->end);
    if (t->p < t->end && (*t->p == '`' || *t->p == '\'' || *t->p == '"')) {
        while (t->p<t->end && * t->p> ' ' && *t->p != '}') t->p++; /* the code of a character */
        return;
    }
    if (t->p == t->end || !skip_length(m)) return;
    for (size_t i = 0; i < 2; i++) {
        const char *p = past_space(t->p, t->end);
        size_t n = strlen(words[i]);
        if ((size_t)(t->end - p) < n || memcmp(p, words[i], n) != 0) continue;
        t->p = past_space(p + n, t->end);
        if (!skip_length(m)) return;
    }
}

void mouth_keywords(struct mouth *m)
{
    static const char *const words[] = {"to", "spread", "height", "width", "depth"};
    bool found = mouth_more(m);
    while (found) {
        struct mouth_text *t = mouth_top(m);
        const char *p = past_space(t->p, t->end);
        found = false;
        for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
            size_t n = strlen(words[i]);
            if ((size_t)(t->end - p) <= n || memcmp(p, words[i], n) != 0) continue;
            if (!strchr(" \\0123456789.+-", p[n])) continue;
            t->p = p + n;
            mouth_dimension(m);
            found = mouth_more(m);
        }
    }
}
