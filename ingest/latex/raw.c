/* raw.c: parts of LaTeX that are not made of commands: verbatim text, URLs, bodies that are left out, accents.
 *
 * In: the mouth. Out: text. State: none of its own. Each finds its end in the text that is being read, or takes all of it. */
#include "common/text.h"
#include "ingest/latex/internal.h"
#include <stdio.h>
#include <unicode/unorm2.h>

#define END_BYTES (MOUTH_NAME + 16)

/* "\end{name}" */
static struct slice end_of(struct slice name, char mark[END_BYTES])
{
    int n =
        snprintf(mark, END_BYTES, "\\end{%.*s}", (int)(name.n < MOUTH_NAME ? name.n : MOUTH_NAME), name.p);
    return slice_of(mark, (size_t)n);
}

/* The rest of this text up to the mark, which is read as well. */
static struct slice take_until(struct mouth *m, struct slice mark)
{
    if (!mouth_more(m)) return slice_of("", 0);
    struct mouth_text *t = mouth_top(m);
    const char *from = t->p, *found = memmem(from, (size_t)(t->end - from), mark.p, mark.n);
    t->p = found ? found + mark.n : t->end;
    return slice_of(from, (size_t)((found ? found : t->end) - from));
}

void latex_verbatim(struct latex *l, struct slice name)
{
    char mark[END_BYTES];
    struct slice end = end_of(name, mark);
    if (!slice_has_prefix(name, "verbatim") && !slice_is(name, "code"))
        mouth_option(&l->mouth, '[', ']', NULL);
    if (slice_is(name, "minted") || slice_is(name, "sourcecode")) mouth_argument(&l->mouth, NULL, false);
    struct slice body = take_until(&l->mouth, end);
    if (l->s.drop) return;
    if (l->s.table)
        flow_words(l->s.flow, body.p, body.n);
    else
        flow_code(l->s.flow, body);
}

/* Environments of the same name in it are passed over with it. */
void latex_drop_raw(struct latex *l, struct slice name)
{
    char end_mark[END_BYTES], begin_mark[END_BYTES];
    struct slice end = end_of(name, end_mark);
    int n = snprintf(begin_mark, sizeof begin_mark, "\\begin{%.*s}", (int)end.n - 6, name.p);
    for (int depth = 1; depth > 0 && mouth_more(&l->mouth); depth--) {
        struct slice body = take_until(&l->mouth, end);
        for (const char *p = body.p, *stop = p + body.n; p < stop; p += n, depth++)
            if (!(p = memmem(p, (size_t)(stop - p), begin_mark, (size_t)n))) break;
    }
}

void latex_verb(struct latex *l)
{
    if (!mouth_more(&l->mouth)) return;
    struct mouth_text *t = mouth_top(&l->mouth);
    uint32_t code;
    unsigned n = utf8_decode(t->p, t->end, &code);
    const char *mark = code == '{' ? "}" : t->p, *from = t->p + n;
    const char *line = memchr(from, '\n', (size_t)(t->end - from)), *stop = line ? line : t->end;
    const char *found = memmem(from, (size_t)(stop - from), mark, n);
    if (!found) return; /* what follows is read as text */
    latex_emit(l, from, (size_t)(found - from));
    t->p = found + n;
}

/* Backslashes before what is special are none of the address's own. */
static void emit_url(struct latex *l, struct slice s)
{
    const char *p = s.p, *end = p + s.n;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        latex_emit(l, p, (size_t)((slash ? slash : end) - p));
        if (!slash) return;
        p = slash + 1;
    }
}

void latex_url(struct latex *l)
{
    struct slice inside;
    mouth_skip_space(&l->mouth);
    if (mouth_peek_group(&l->mouth, MOUTH_AHEAD, &inside)) {
        emit_url(l, inside);
        mouth_top(&l->mouth)->p = inside.p + inside.n + 1;
    } else if (!mouth_at(&l->mouth, '{')) {
        latex_verb(l);
    }
}

/* ------------------------------------------------------------------ accents */

/* A letter and a mark as one character where there is one (NFC). */
static void emit_composed(struct latex *l, uint32_t base, const char *combining)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    uint32_t mark;
    char both[8];
    utf8_decode(combining, combining + strlen(combining), &mark);
    UChar32 one = U_SUCCESS(status) ? unorm2_composePair(nfc, (UChar32)base, (UChar32)mark) : -1;
    unsigned n = utf8_encode(one < 0 ? base : (uint32_t)one, both);
    if (one < 0) n += utf8_encode(mark, both + n);
    latex_emit(l, both, n);
}

static void emit_bare_accent(struct latex *l, const char *name)
{
    if (*name == '^' || *name == '~' || *name == '`') latex_emit(l, name, 1);
}

/* The letter under an accent: "\i" and "\j" give way to their dotted forms. 0: none. */
static size_t base_letter(struct slice s, uint32_t *base)
{
    const char *p = s.p, *end = p + s.n;
    if (s.n == 0) return 0;
    if (*p != '\\') return *p == '{' || *p == '$' ? 0 : utf8_decode(p, end, base);
    if (s.n < 2 || (p[1] != 'i' && p[1] != 'j')) return 0;
    size_t n = 2;
    *base = (uint32_t)p[1];
    while (n < s.n && p[n] == ' ') n++;
    return n < s.n && n == 2 && (p[n] | 0x20) >= 'a' && (p[n] | 0x20) <= 'z' ? 0 : n;
}

void latex_accent(struct latex *l, const char *combining)
{
    char accent[2] = {l->mouth.name[0], 0};
    struct buf *argument = &l->scratch;
    uint32_t base = 0;
    buf_clear(argument);
    mouth_argument(&l->mouth, argument, false);
    struct slice s = slice_trim(slice_of(argument->n ? argument->p : "", argument->n));
    size_t n = combining ? base_letter(s, &base) : 0;
    if (n && (unicode_classes(base) & (UC_LETTER | UC_NUMBER))) {
        emit_composed(l, base, combining);
        s = slice_of(s.p + n, s.n - n);
    } else if (s.n == 0) {
        emit_bare_accent(l, accent);
    }
    mouth_push_copy(&l->mouth, s);
}
