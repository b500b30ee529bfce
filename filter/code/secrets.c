/* secrets.c: asks filter/pii for its kind PII_SECRET alone. */
#include "filter/code/secrets.h"
#include "filter/pii/pii.h"
#include <stdlib.h>

struct secrets {
    struct pii *pii;
};

struct secrets *secrets_new(void)
{
    struct secrets *s = calloc(1, sizeof *s);
    if (s && (s->pii = pii_new())) return s;
    free(s);
    return NULL;
}

void secrets_free(struct secrets *s)
{
    if (s) pii_free(s->pii);
    free(s);
}

static void add(const char *what[8], const char *kind)
{
    for (size_t i = 0; i < 8; i++) {
        if (what[i] && strcmp(what[i], kind) == 0) return;
        if (what[i]) continue;
        what[i] = kind;
        return;
    }
}

int64_t secrets_count(struct secrets *s, struct slice text, const char *what[8], struct err *e)
{
    const struct pii_span *spans;
    int r = pii_find(s->pii, text, PII_BIT(PII_SECRET), e);
    if (r < 0) return r;
    size_t n = pii_spans(s->pii, &spans);
    for (size_t i = 0; i < n; i++) add(what, spans[i].what);
    return (int64_t)n;
}
