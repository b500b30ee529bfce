/* Any bytes as the lines of a list; then each of them as a URL that is looked up. */
#include "common/text.h"
#include "ingest/admit/blocklist_internal.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(struct blocklist *b, struct url *u, struct slice line, int added)
{
    struct blocklist_worker w = {0};
    struct url_normal parts;
    struct buf normal, text;
    buf_init(&normal, BUF_NO_MAX);
    buf_init(&text, BUF_NO_MAX);
    buf_puts(&text, "http://");
    buf_put_slice(&text, line);
    if (url_parse(u, buf_slice(&text), NULL) == 0 && url_normal(u, &normal, &parts) == 0) {
        const char *found = blocklist_find(b, &w, &parts, u->host_kind);
        if (found && added == 0) abort();
    }
    blocklist_worker_free(&w);
    buf_free(&normal);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blocklist *b = calloc(1, sizeof *b);
    struct blocklist_scratch s;
    struct slice all = slice_of((const char *)data, size), line;
    char *category = strdup(BLOCKLIST_PREFIX "x");
    int added = 0;
    hostset_init(&b->hosts);
    hostset_init(&b->urls);
    url_init(&s.url);
    buf_init(&s.text, BUF_NO_MAX);
    buf_init(&s.normal, BUF_NO_MAX);
    b->category = calloc(1, sizeof *b->category);
    b->category[b->n_categories++] = category;
    for (size_t at = 0; line_next(all, &at, &line);) {
        struct err e = {0};
        int r = blocklist_add_line(b, &s, line, 0, &e);
        if (r < 0 && r != -ERR_DATA) abort();
        added += r == 1;
    }
    for (size_t at = 0; line_next(all, &at, &line);) look_up(b, &s.url, line, added);
    url_free(&s.url);
    buf_free(&s.text);
    buf_free(&s.normal);
    blocklist_close(b);
    return 0;
}
