/* Any bytes as the header of a response, as the metas of a page, and as the argument of --respect. */
#include "ingest/admit/consent.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct consent *c)
{
    struct buf json;
    buf_init(&json, BUF_NO_MAX);
    if (c->n > CONSENT_TOKENS || consent_put_json(c, &json) < 0) abort();
    for (size_t i = 1; i < c->n; i++)
        if (strcmp(c->token[i - 1], c->token[i]) >= 0) abort();
    for (size_t i = 0, quotes = 0; i < json.n; i++) {
        quotes += json.p[i] == '"';
        if ((uint8_t)json.p[i] <= ' ' || (uint8_t)json.p[i] > '~' || json.p[i] == '\\') abort();
        if (i + 1 == json.n && quotes != 2 * c->n) abort();
    }
    buf_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields f;
    struct consent c;
    struct respected r;
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    if (buf_put(&text, data, size) < 0 || buf_terminate(&text) < 0) abort();
    const char *list = text.p;
    struct err e = {0};
    int parsed = respected_parse(&r, &list, 1, &e);
    consent_clear(&c);
    consent_add_robots(&c, buf_slice(&text));
    check(&c);
    fields_parse(&f, text.p, text.n);
    consent_add_header(&c, &f);
    consent_add_tdm(&c, buf_slice(&text));
    consent_add_page(&c, buf_slice(&text));
    check(&c);
    if (parsed == 0) respected_find(&r, &c);
    buf_free(&text);
    return 0;
}
