/* safetensors.c: see safetensors.h. Memory: some hundred bytes a tensor. */
#include "safetensors.h"
#include "common/json.h"
#include <stdlib.h>

static int bad(struct err *e, const char *file, struct slice name, const char *what)
{
    return err_set(e, ERR_DATA, "%s: tensor \"%.*s\": %s", file, (int)(name.n < 100 ? name.n : 100), name.p,
                   what);
}

static int parse_shape(struct shape *s, struct json v)
{
    *s = (struct shape){0};
    if (json_type(v) != JSON_ARRAY || json_size(v) > OP_MAX_RANK) return -1;
    for (struct json_iter i = json_iter(v); json_next(&i);) {
        if (!json_int(i.value, &s->dim[s->rank++])) return -1;
    }
    return 0;
}

static int parse_offsets(struct safetensors_entry *t, struct json v)
{
    uint64_t at[2] = {0};
    int n = 0;
    if (json_type(v) != JSON_ARRAY || json_size(v) != 2) return -1;
    for (struct json_iter i = json_iter(v); json_next(&i);) {
        if (!json_uint(i.value, &at[n++])) return -1;
    }
    t->begin = at[0];
    t->end = at[1];
    return 0;
}

static int parse_entry(struct safetensors_entry *t, const char *file, struct slice name, struct json v,
                       struct err *e)
{
    struct slice type;
    if (name.n == 0 || name.n >= SAFETENSORS_NAME) return bad(e, file, name, "the name is empty or too long");
    *t = (struct safetensors_entry){0};
    memcpy(t->name, name.p, name.n);
    if (!json_str(json_get(v, "dtype"), &type)) return bad(e, file, name, "no dtype");
    t->width = slice_is(type, "F32") ? 4 : slice_is(type, "F64") ? 8 : 0;
    if (!t->width) return bad(e, file, name, "the dtype is neither F32 nor F64");
    if (parse_shape(&t->shape, json_get(v, "shape")) < 0)
        return bad(e, file, name, "the shape is no list of at most 3 sizes");
    if (parse_offsets(t, json_get(v, "data_offsets")) < 0)
        return bad(e, file, name, "data_offsets is no pair of offsets");
    int64_t n = shape_count(t->shape);
    if (n < 0 || t->end < t->begin || t->end - t->begin != (uint64_t)n * t->width)
        return bad(e, file, name, "the shape does not fit the offsets");
    return 0;
}

static int by_offset(const void *a, const void *b)
{
    const struct safetensors_entry *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Every byte belongs to one tensor. */
static int check_cover(struct safetensors *s, const char *file, uint64_t data_bytes, struct err *e)
{
    uint64_t at = 0;
    qsort(s->at, s->n, sizeof *s->at, by_offset);
    for (size_t i = 0; i < s->n; at = s->at[i++].end) {
        if (s->at[i].begin != at)
            return bad(e, file, slice_str(s->at[i].name), "its bytes overlap another's, or leave a gap");
    }
    if (at == data_bytes) return 0;
    return err_set(e, ERR_DATA,
                   "%s: %llu bytes of tensors, but the header says %llu: the file was cut, or grew", file,
                   (unsigned long long)data_bytes, (unsigned long long)at);
}

static int parse_all(struct safetensors *s, const char *file, struct json root, struct err *e)
{
    if (json_type(root) != JSON_OBJECT) return err_set(e, ERR_DATA, "%s: the header is no JSON object", file);
    s->at = calloc(json_size(root) + 1, sizeof *s->at);
    if (!s->at) return err_nomem(e, "reading a safetensors header");
    for (struct json_iter i = json_iter(root); json_next(&i);) {
        if (slice_is(i.key, "__metadata__")) continue;
        int r = parse_entry(&s->at[s->n], file, i.key, i.value, e);
        if (r < 0) return r;
        s->n++;
    }
    return 0;
}

int safetensors_parse(struct safetensors *s, const char *file, struct slice json, uint64_t data_bytes,
                      struct err *e)
{
    struct json_file *f;
    *s = (struct safetensors){0};
    int r = json_parse(&f, file, json, e);
    if (r < 0) return r;
    r = parse_all(s, file, json_root(f), e);
    if (r == 0) r = check_cover(s, file, data_bytes, e);
    json_free(f);
    if (r < 0) safetensors_free(s);
    return r;
}

void safetensors_free(struct safetensors *s)
{
    free(s->at);
    *s = (struct safetensors){0};
}

const struct safetensors_entry *safetensors_find(const struct safetensors *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->at[i].name, name) == 0) return &s->at[i];
    }
    return NULL;
}

static void put_entry(struct buf *b, const struct safetensors_entry *t)
{
    json_put_str(b, slice_str(t->name));
    buf_printf(b, ":{\"dtype\":\"%s\",\"shape\":[", t->width == 4 ? "F32" : "F64");
    for (int i = 0; i < t->shape.rank; i++) buf_printf(b, "%s%lld", i ? "," : "", (long long)t->shape.dim[i]);
    buf_printf(b, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)t->begin,
               (unsigned long long)t->end);
}

int safetensors_put_header(struct buf *b, const struct safetensors_entry *at, size_t n)
{
    struct buf json;
    buf_init(&json, SAFETENSORS_MAX_HEADER);
    buf_puts(&json, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = 0; i < n; i++) {
        buf_putc(&json, ',');
        put_entry(&json, &at[i]);
    }
    buf_putc(&json, '}');
    while (json.n % 8 && !json.failed) buf_putc(&json, ' ');
    unsigned char length[8];
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)((uint64_t)json.n >> (8 * i));
    buf_put(b, length, sizeof length);
    buf_put_slice(b, buf_slice(&json));
    int failed = json.failed || b->failed;
    buf_free(&json);
    return failed ? -1 : 0;
}
