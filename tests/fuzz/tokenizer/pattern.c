/* Any bytes as a pattern: refused with a message, or compiled; then every byte of a text lies in exactly one piece. */
#include "tokenizer/pattern.h"
#include "tokenizer/regex.h"
#include <stdlib.h>

static void scan(const struct pattern *p, struct slice text)
{
    struct pattern_scan *s = pattern_scan_new(p);
    struct err e = {0};
    struct slice piece;
    const char *at = text.p;
    int r = pattern_scan_start(s, text, &e);
    while (r == 0 && (r = pattern_scan_next(s, &piece, &e)) == 1) {
        if (piece.p != at || piece.n == 0) abort();
        at += piece.n;
        r = 0;
    }
    if (r == 0 && at != text.p + text.n) abort();
    if (r < 0 && !e.msg[0]) abort();
    pattern_scan_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct regex r;
    struct regex_sets sets;
    struct err e = {0};
    struct slice source = {(const char *)data, n};
    regex_init(&r);
    regex_sets_init(&sets);
    int status = regex_parse(&r, &sets, source, &e);
    if (status < 0 && !e.msg[0]) abort();
    regex_free(&r);
    regex_sets_free(&sets);
    if (status < 0 || n > 60) return 0;
    struct pattern_spec spec = {.regex = {source, {"\\p{N}", 5}}, .n = 1 + n % 2};
    struct pattern *p;
    if (pattern_new(&p, &spec, &e) < 0) {
        if (!e.msg[0]) abort();
        return 0;
    }
    scan(p, slice_str("a'Ll \n\n  12 \u00e9\u4e2d\u6587 \u0301!?\u3000x "));
    pattern_free(p);
    return 0;
}
