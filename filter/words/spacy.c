/* spacy.c: finds the chunks between white space; simple and usual ones are cut by spacy_simple.c and spacy_usual.c,
 * the others by spacy_chunk.c, which cuts all kinds to the same words. State: the list. Memory: 24 bytes a word. Time: linear. */
#include "filter/words/spacy.h"
#include "filter/words/spacy_internal.h"

int spacy_grow(struct words *w, size_t extra, struct err *e)
{
    size_t cap = w->cap ? w->cap * 2 : 1024;
    if (cap - w->n < extra) cap = w->n + extra;
    struct word *at = cap <= SIZE_MAX / sizeof *at ? realloc(w->at, cap * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "cutting words");
    w->at = at;
    w->cap = cap;
    return 0;
}

static inline bool ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

/* Cuts what stands between p and the next ASCII white space, or the end; returns that. */
static const char *other_chunks(struct spacy *s, const char *p, int *rc)
{
    const char *limit = p;
    unsigned bytes;
    while (limit < s->end && !ascii_space(*limit)) limit++;
    while (*rc == 0 && p < limit) {
        if (spacy_at(p, limit, &bytes) & SP_SPACE)
            p += bytes;
        else
            *rc = spacy_chunk(s, p, limit, &p);
    }
    return limit;
}

/* Cuts simple chunks from p on, in a copy with spaces behind it where the text ends; returns the next chunk. */
static const char *simple_chunks(struct spacy *s, spacy_simple *simple, const char *p, bool *other)
{
    char last[SPACY_WINDOW + SPACY_AHEAD];
    size_t left = (size_t)(s->end - p), n;
    uint64_t base = (uint64_t)(p - s->text);
    if (left >= sizeof last) return p + simple(s, p, left, base, other);
    memset(last, ' ', sizeof last);
    memcpy(last, p, left);
    n = simple(s, last, sizeof last, base, other);
    return p + (n < left ? n : left);
}

static int cut_text(struct spacy *s, spacy_simple *simple)
{
    int rc = 0;
    for (const char *p = s->text; rc == 0 && p < s->end;) {
        bool other = true;
        if (simple) {
            if (spacy_reserve(s->w, SPACY_WINDOW + 1, s->e) < 0) return -ERR_IO;
            p = simple_chunks(s, simple, p, &other);
        }
        if (!other) continue;
        if (ascii_space(*p))
            p++;
        else
            p = other_chunks(s, p, &rc);
    }
    return rc == 0 && s->torn_n ? spacy_mend(s) : rc;
}

static int split(struct words *w, const struct spacy_rules *rules, struct slice text, spacy_simple *simple,
                 struct err *e)
{
    struct spacy s;
    s.w = w;
    s.rules = rules;
    s.text = text.p ? text.p : "";
    s.end = s.text + text.n;
    s.e = e;
    s.torn_n = 0;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    return cut_text(&s, simple);
}

int spacy_words(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, spacy_simple_chosen(), e);
}

int spacy_words_plain(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, NULL, e);
}
