/* items.c: evaluation files are small and of many forms: objects are read whole, and the strings under the keys are taken. */
#include "filter/overlap/items.h"
#include "common/json.h"
#include "common/text.h"
#include "filter/overlap/overlap.h"
#include <stdio.h>

const char overlap_usual_keys[] =
    "text,question,query,prompt,context,problem,passage,sentence,input,instruction,goal,"
    "answer,solution,canonical_solution,continuation,completion,output";

struct reader {
    const char *file, *keys;
    item_fn *fn;
    void *ctx;
    struct buf text;
    char number[32]; /* an id that is a number */
};

static bool is_key(const char *keys, struct slice key)
{
    for (const char *at = keys;; at++) {
        size_t n = strcspn(at, ",");
        if (n == key.n && memcmp(at, key.p, n) == 0) return true;
        at += n;
        if (!*at) return false;
    }
}

static void put_string(struct reader *r, struct slice s)
{
    if (r->text.n) buf_putc(&r->text, '\n');
    buf_put_slice(&r->text, s);
}

static void put_value(struct reader *r, struct json v)
{
    struct slice s;
    if (json_str(v, &s)) put_string(r, s);
    if (json_type(v) != JSON_ARRAY) return;
    for (struct json_iter i = json_iter(v); json_next(&i);)
        if (json_str(i.value, &s)) put_string(r, s);
}

static struct slice id_of(struct reader *r, struct json object)
{
    static const char *const names[] = {"id", "task_id", "qid", "question_id"};
    struct slice s;
    int64_t n;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct json v = json_get(object, names[i]);
        if (json_str(v, &s)) return s;
        if (!json_int(v, &n)) continue;
        snprintf(r->number, sizeof r->number, "%lld", (long long)n);
        return slice_str(r->number);
    }
    return slice_of("", 0);
}

static int put_object(struct reader *r, uint64_t line, struct json object, struct err *e)
{
    if (json_type(object) != JSON_OBJECT)
        return err_set(e, ERR_USAGE,
                       "%s:%llu: not a JSON object; an evaluation file has one object for each item", r->file,
                       (unsigned long long)line);
    buf_clear(&r->text);
    for (struct json_iter i = json_iter(object); json_next(&i);)
        if (is_key(r->keys, i.key)) put_value(r, i.value);
    if (r->text.failed) return err_nomem(e, "reading an evaluation file");
    return r->fn(r->ctx, r->file, line, id_of(r, object), buf_slice(&r->text), e);
}

/* An evaluation file is configuration, not input: broken, it is a mistake of the call. */
static int as_usage(struct err *e)
{
    if (e && e->code == ERR_DATA) e->code = ERR_USAGE;
    return e ? -e->code : -ERR_USAGE;
}

static int read_line(struct reader *r, uint64_t line, struct slice text, struct err *e)
{
    struct json_file *f;
    char name[600];
    snprintf(name, sizeof name, "%.500s:%llu", r->file, (unsigned long long)line);
    if (json_parse(&f, name, text, e) < 0) return as_usage(e);
    int n = put_object(r, line, json_root(f), e);
    json_free(f);
    return n;
}

static int read_lines(struct reader *r, struct slice text, struct err *e)
{
    struct slice line;
    uint64_t n = 0;
    int x = 0;
    for (size_t at = 0; x == 0 && line_next(text, &at, &line);) {
        n++;
        if (slice_trim(line).n) x = read_line(r, n, line, e);
    }
    return x;
}

static int read_array(struct reader *r, struct slice text, struct err *e)
{
    struct json_file *f;
    uint64_t n = 0;
    int x = json_parse(&f, r->file, text, e);
    if (x < 0) return as_usage(e);
    for (struct json_iter i = json_iter(json_root(f)); x == 0 && json_next(&i);)
        x = put_object(r, ++n, i.value, e);
    json_free(f);
    return x;
}

static int read_paragraphs(struct reader *r, struct slice text, struct err *e)
{
    struct slice line;
    uint64_t n = 0, first = 1;
    size_t start = 0;
    int x = 0;
    for (size_t at = 0; x == 0 && line_next(text, &at, &line);) {
        size_t line_at = (size_t)(line.p - text.p);
        n++;
        if (slice_trim(line).n) continue;
        if (line_at > start)
            x = r->fn(r->ctx, r->file, first, slice_of("", 0), slice_of(text.p + start, line_at - start), e);
        start = at;
        first = n + 1;
    }
    if (x == 0 && start < text.n)
        x = r->fn(r->ctx, r->file, first, slice_of("", 0), slice_of(text.p + start, text.n - start), e);
    return x;
}

int items_each(const char *file, struct slice text, const char *keys, item_fn *fn, void *ctx, struct err *e)
{
    struct reader r = {.file = file, .keys = keys, .fn = fn, .ctx = ctx};
    size_t valid = utf8_valid_prefix(text.p, text.n);
    struct slice all = slice_trim(text);
    if (valid != text.n)
        return err_set(e, ERR_USAGE, "%s: not UTF-8 at byte %zu; convert the file", file, valid);
    buf_init(&r.text, BUF_NO_MAX);
    int x = all.n && *all.p == '{'   ? read_lines(&r, text, e)
            : all.n && *all.p == '[' ? read_array(&r, text, e)
                                     : read_paragraphs(&r, text, e);
    buf_free(&r.text);
    return x;
}
