/* spacy.c: a text cut into words. Simple chunks between white space are found by spacy_blocks.c (AVX-512) or spacy_simple.c
 * (AVX2, SSE2), usual ones cut by spacy_usual.c, the others by spacy_chunk.c, which cuts all kinds to the same words.
 * State: the list. Memory: 16 bytes a word. Time: linear. */
#include "filter/words/spacy.h"
#include "common/simd.h"
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

int spacy_chunks(struct spacy *s, const char *p, const char *limit)
{
    unsigned bytes;
    int rc = 0;
    while (rc == 0 && p < limit) {
        if (spacy_at(p, limit, &bytes) & SP_SPACE)
            p += bytes;
        else
            rc = spacy_chunk(s, p, limit, &p);
    }
    return rc;
}

static int cut_plain(struct spacy *s)
{
    return spacy_chunks(s, s->text, s->end);
}

#ifdef __SSE2__
static inline bool ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
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

static int cut_windows(struct spacy *s)
{
    spacy_simple *simple = spacy_simple_chosen();
    int rc = 0;
    for (const char *p = s->text; rc == 0 && p < s->end;) {
        bool other;
        if (spacy_reserve(s->w, SPACY_WINDOW + 1, s->e) < 0) return -ERR_IO;
        const char *from = p = simple_chunks(s, simple, p, &other);
        if (!other) continue;
        while (p < s->end && !ascii_space(*p)) p++;
        rc = spacy_chunks(s, from, p);
        p += p == from;
    }
    return rc;
}

static int cut_fast(struct spacy *s)
{
    return simd_widest() == SIMD_AVX512 ? spacy_blocks(s) : cut_windows(s);
}
#else
#define cut_fast cut_plain
#endif

static int split(struct words *w, const struct spacy_rules *rules, struct slice text,
                 int (*cut)(struct spacy *s), struct err *e)
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
    int rc = cut(&s);
    return rc == 0 && s.torn_n ? spacy_mend(&s) : rc;
}

int spacy_words(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, cut_fast, e);
}

int spacy_words_plain(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, cut_plain, e);
}
