/* checkpoint.c: writing, finding and reading checkpoints. In and out: the store's arenas, piece by piece. Memory: 1 MiB, and the
 * headers. */
#include "checkpoint.h"
#include "checkpoint_dir.h"
#include "common/json.h"
#include "common/stream.h"
#include "safetensors.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20, STATE_MAX = 1 << 20 };

static const char *const file_names[CHECKPOINT_FILES] = {"model.safetensors", "optimizer.safetensors"};

/* What lies in which file: arenas with a prefix for their tensors' names. */
static const struct {
    enum store_arena arena;
    int file;
    const char *prefix;
} parts[] = {{STORE_WEIGHTS, CHECKPOINT_MODEL, ""},
             {STORE_MOMENT1, CHECKPOINT_OPTIMIZER, "exp_avg."},
             {STORE_MOMENT2, CHECKPOINT_OPTIMIZER, "exp_avg_sq."}};
enum { PARTS = sizeof parts / sizeof *parts };

/* ---- writing */

static size_t list_entries(const struct store *s, int file, struct safetensors_entry *at)
{
    size_t n = 0;
    uint64_t end = 0;
    for (int p = 0; p < PARTS; p++) {
        for (size_t i = 0; parts[p].file == file && i < s->n_weights; i++) {
            const struct weight *w = &s->weight[i];
            struct safetensors_entry *t = &at[n++];
            *t = (struct safetensors_entry){
                .width = (unsigned)s->b->float_bytes, .shape = w->shape, .begin = end};
            end = t->end = end + (uint64_t)w->count * s->b->float_bytes;
            snprintf(t->name, sizeof t->name, "%s%s", parts[p].prefix, w->name);
        }
    }
    return n;
}

struct writer {
    struct out *out;
    struct hash_stream *hash;
    char *piece;
};

static int put(struct writer *w, const void *p, size_t n, struct err *e)
{
    hash_stream_update(w->hash, p, n);
    return out_write(w->out, p, n, 0, e);
}

static int put_weight(struct writer *w, const struct store *s, enum store_arena arena,
                      const struct weight *weight, struct err *e)
{
    const char *from = (const char *)s->arena[arena] + (uint64_t)weight->at * s->b->float_bytes;
    uint64_t bytes = (uint64_t)weight->count * s->b->float_bytes;
    int r = 0;
    for (uint64_t at = 0; r == 0 && at < bytes; at += PIECE_BYTES) {
        size_t n = bytes - at < PIECE_BYTES ? (size_t)(bytes - at) : PIECE_BYTES;
        s->b->read(w->piece, from + at, n);
        r = put(w, w->piece, n, e);
    }
    return r;
}

static int put_file(struct writer *w, const struct store *s, int file, struct err *e)
{
    struct safetensors_entry *entries = calloc(PARTS * s->n_weights + 1, sizeof *entries);
    struct buf header;
    buf_init(&header, SAFETENSORS_MAX_HEADER + 8);
    int r = 0;
    if (!entries || safetensors_put_header(&header, entries, list_entries(s, file, entries)) < 0)
        r = err_nomem(e, "writing a checkpoint");
    if (r == 0) r = put(w, header.p, header.n, e);
    for (int p = 0; p < PARTS; p++) {
        for (size_t i = 0; r == 0 && parts[p].file == file && i < s->n_weights; i++)
            r = put_weight(w, s, parts[p].arena, &s->weight[i], e);
    }
    buf_free(&header);
    free(entries);
    return r;
}

static int write_file(const char *dir, int file, const struct store *s, uint64_t *hash, struct err *e)
{
    char path[CHECKPOINT_PATH];
    struct writer w = {.hash = hash_stream_new(), .piece = malloc(PIECE_BYTES)};
    struct out_opts o = {.path = path};
    int r = w.hash && w.piece ? 0 : err_nomem(e, "writing a checkpoint");
    if (r == 0) r = checkpoint_join(path, dir, file_names[file], e);
    if (r == 0) r = out_open(&w.out, &o, e);
    if (r == 0) {
        r = put_file(&w, s, file, e);
        int closed = out_close(w.out, r < 0 ? OUT_ABANDON : OUT_COMMIT, e);
        r = r < 0 ? r : closed;
    }
    if (r == 0) *hash = hash_stream_digest(w.hash);
    hash_stream_free(w.hash);
    free(w.piece);
    return r;
}

static void put_state(struct buf *b, const struct checkpoint *c)
{
    buf_printf(b,
               "{\"format\":\"leat-checkpoint\",\"version\":1,\"step\":%llu,\"sample\":%llu,\"tokens\":%llu,"
               "\"seconds\":",
               (unsigned long long)c->step, (unsigned long long)c->sample, (unsigned long long)c->tokens);
    json_put_num(b, c->seconds);
    buf_printf(
        b, ",\"seed\":%lld,\"shards\":\"%016llx\",\"tokenizer\":\"%s\",\"vocab_size\":%llu,\"eod_token\":",
        (long long)c->seed, (unsigned long long)c->shards, c->tokenizer, (unsigned long long)c->vocab_size);
    if (c->eod_token == UINT64_MAX)
        buf_puts(b, "null");
    else
        buf_printf(b, "%llu", (unsigned long long)c->eod_token);
    buf_puts(b, ",\n \"model\":");
    config_put_model(&c->model, b);
    buf_puts(b, ",\n \"files\":{");
    for (int i = 0; i < CHECKPOINT_FILES; i++)
        buf_printf(b, "%s\"%s\":\"%016llx\"", i ? "," : "", file_names[i], (unsigned long long)c->file[i]);
    buf_puts(b, "}}\n");
}

static int write_state(const char *dir, const struct checkpoint *c, struct err *e)
{
    char path[CHECKPOINT_PATH];
    struct buf b;
    buf_init(&b, STATE_MAX);
    put_state(&b, c);
    int r = b.failed ? err_nomem(e, "writing a checkpoint") : checkpoint_join(path, dir, "state.json", e);
    if (r == 0) r = file_write(path, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

int checkpoint_write(const char *dir, struct checkpoint *c, const struct store *s, struct err *e)
{
    char path[CHECKPOINT_PATH], whole[CHECKPOINT_PATH];
    int r = checkpoint_paths(dir, c->step, whole, path, e);
    if (r == 0) r = checkpoint_remove(path, e);
    if (r == 0) r = file_mkdirs(path, e);
    for (int i = 0; r == 0 && i < CHECKPOINT_FILES; i++) r = write_file(path, i, s, &c->file[i], e);
    if (r == 0) r = write_state(path, c, e);
    if (r == 0) r = file_sync_dir(path, e);
    if (r == 0 && rename(path, whole) != 0) r = err_sys(e, "cannot rename %s to %s", path, whole);
    if (r == 0) r = file_sync_dir(dir, e);
    if (r < 0) checkpoint_remove(path, NULL);
    return r;
}

/* ---- reading */

static bool get_hash(struct json object, const char *key, uint64_t *h)
{
    struct slice hex;
    return json_str(json_get(object, key), &hex) && hash64_parse(hex.p, hex.n, h) == 0;
}

static bool get_tokenizer(struct checkpoint *c, struct json root)
{
    struct slice hex;
    if (!json_str(json_get(root, "tokenizer"), &hex) || hex.n != HASH128_HEX) return false;
    memcpy(c->tokenizer, hex.p, hex.n);
    return strspn(c->tokenizer, "0123456789abcdef") == hex.n;
}

static int parse_state(struct checkpoint *c, const char *name, struct json root, struct err *e)
{
    struct slice format;
    uint64_t version;
    struct json files = json_get(root, "files"), eod = json_get(root, "eod_token");
    if (!json_str(json_get(root, "format"), &format) || !slice_is(format, "leat-checkpoint"))
        return err_set(e, ERR_DATA, "%s: not the state of a leat checkpoint", name);
    if (!json_uint(json_get(root, "version"), &version) || version != 1)
        return err_set(e, ERR_DATA, "%s: a version that this release does not read", name);
    bool good =
        json_uint(json_get(root, "step"), &c->step) && json_uint(json_get(root, "sample"), &c->sample) &&
        json_uint(json_get(root, "tokens"), &c->tokens) && json_num(json_get(root, "seconds"), &c->seconds) &&
        json_int(json_get(root, "seed"), &c->seed) && get_hash(root, "shards", &c->shards) &&
        get_tokenizer(c, root) && json_uint(json_get(root, "vocab_size"), &c->vocab_size) &&
        (json_type(eod) == JSON_NULL || json_uint(eod, &c->eod_token));
    for (int i = 0; i < CHECKPOINT_FILES; i++) good = good && get_hash(files, file_names[i], &c->file[i]);
    if (!good) return err_set(e, ERR_DATA, "%s: a member is missing or not what it must be", name);
    struct err why = {0};
    if (config_get_model(&c->model, json_get(root, "model"), &why) < 0)
        return err_set(e, ERR_DATA, "%s: %s", name, why.msg);
    return 0;
}

int checkpoint_parse_state(struct checkpoint *c, const char *name, struct slice json, struct err *e)
{
    struct json_file *f;
    *c = (struct checkpoint){.eod_token = UINT64_MAX};
    int r = json_parse(&f, name, json, e);
    if (r < 0) return r;
    r = parse_state(c, name, json_root(f), e);
    json_free(f);
    return r;
}

int checkpoint_read_state(struct checkpoint *c, const char *path, struct err *e)
{
    char file[CHECKPOINT_PATH];
    struct buf b;
    buf_init(&b, STATE_MAX + 1);
    int r = checkpoint_join(file, path, "state.json", e);
    if (r == 0) r = file_read(file, STATE_MAX, &b, e);
    if (r == 0) r = checkpoint_parse_state(c, file, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

struct reader {
    const char *path;
    struct in *in;
    struct hash_stream *hash;
    char *piece;
    double *wide; /* conversion between float and double */
};

/* Exactly n bytes, hashed. */
static int take(struct reader *r, void *to, size_t n, struct err *e)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = in_read(r->in, (char *)to + at, n - at, e);
        if (got == 0) return err_set(e, ERR_DATA, "%s: the file was cut: use an older checkpoint", r->path);
        if (got < 0) return got == -ERR_IO ? (int)got : -ERR_DATA;
        at += (size_t)got;
    }
    hash_stream_update(r->hash, to, n);
    return 0;
}

/* n elements of width `from` into elements first… of the store. */
static void store_piece(const struct reader *r, struct store *s, void *arena, uint64_t first, uint64_t n,
                        unsigned from)
{
    if (from == s->b->float_bytes) {
        s->b->write((char *)arena + first * from, r->piece, n * from);
        return;
    }
    if (from == sizeof(double)) memcpy(r->wide, r->piece, n * sizeof(double));
    for (uint64_t i = 0; from == sizeof(float) && i < n; i++) {
        float narrow = 0;
        memcpy(&narrow, r->piece + i * sizeof narrow, sizeof narrow);
        r->wide[i] = narrow;
    }
    backend_put(s->b, arena, first, r->wide, n);
}

static int take_weight(struct reader *r, struct store *s, void *arena, const struct weight *w,
                       const struct safetensors_entry *t, struct err *e)
{
    if (!shape_eq(t->shape, w->shape))
        return err_set(e, ERR_DATA, "%s: tensor \"%s\" has not the shape of the model in state.json", r->path,
                       t->name);
    int64_t per_piece = PIECE_BYTES / t->width;
    for (int64_t at = 0; at < w->count; at += per_piece) {
        int64_t n = w->count - at < per_piece ? w->count - at : per_piece;
        int rc = take(r, r->piece, (size_t)n * t->width, e);
        if (rc < 0) return rc;
        store_piece(r, s, arena, (uint64_t)(w->at + at), (uint64_t)n, t->width);
    }
    return 0;
}

/* The weight and the arena that a tensor of this file belongs to. */
static const struct weight *weight_of(const struct store *s, int file, const char *name,
                                      enum store_arena *arena)
{
    for (int p = 0; p < PARTS; p++) {
        size_t n = strlen(parts[p].prefix);
        if (parts[p].file != file || strncmp(name, parts[p].prefix, n) != 0) continue;
        for (size_t i = 0; i < s->n_weights; i++) {
            *arena = parts[p].arena;
            if (strcmp(s->weight[i].name, name + n) == 0) return &s->weight[i];
        }
    }
    return NULL;
}

static int take_tensors(struct reader *r, struct store *s, int file, const struct safetensors *t,
                        struct err *e)
{
    size_t want = s->n_weights * (file == CHECKPOINT_OPTIMIZER ? 2 : 1);
    if (t->n != want)
        return err_set(e, ERR_DATA, "%s: %zu tensors, but the model in state.json has %zu", r->path, t->n,
                       want);
    for (size_t i = 0; i < t->n; i++) {
        enum store_arena arena = STORE_WEIGHTS;
        const struct weight *w = weight_of(s, file, t->at[i].name, &arena);
        if (!w) return err_set(e, ERR_DATA, "%s: the model has no tensor \"%s\"", r->path, t->at[i].name);
        int rc = take_weight(r, s, s->arena[arena], w, &t->at[i], e);
        if (rc < 0) return rc;
    }
    return 0;
}

static int take_header(struct reader *r, struct safetensors *t, struct err *e)
{
    unsigned char length[8] = {0};
    uint64_t n = 0, size = in_size_bytes(r->in);
    int rc = take(r, length, sizeof length, e);
    if (rc < 0) return rc;
    for (int i = 0; i < 8; i++) n |= (uint64_t)length[i] << (8 * i);
    if (n > SAFETENSORS_MAX_HEADER || size < 8 || n > size - 8)
        return err_set(e, ERR_DATA, "%s: not a safetensors file", r->path);
    char *json = malloc((size_t)n + 1);
    if (!json) return err_nomem(e, "reading a checkpoint");
    rc = take(r, json, (size_t)n, e);
    if (rc == 0) rc = safetensors_parse(t, r->path, slice_of(json, (size_t)n), size - 8 - n, e);
    free(json);
    return rc;
}

static int read_file(const char *dir, int file, uint64_t hash, struct store *s, struct err *e)
{
    char path[CHECKPOINT_PATH];
    struct safetensors t = {0};
    struct reader r = {.path = path,
                       .hash = hash_stream_new(),
                       .piece = malloc(PIECE_BYTES),
                       .wide = malloc(PIECE_BYTES / sizeof(float) * sizeof(double))};
    int rc = r.hash && r.piece && r.wide ? checkpoint_join(path, dir, file_names[file], e)
                                         : err_nomem(e, "reading a checkpoint");
    if (rc == 0) rc = in_open(&r.in, path, IN_RAW, e);
    if (rc == 0) rc = take_header(&r, &t, e);
    if (rc == 0) rc = take_tensors(&r, s, file, &t, e);
    if (rc == 0 && hash_stream_digest(r.hash) != hash)
        rc = err_set(e, ERR_DATA, "%s: its XXH3 is not the one in state.json: use an older checkpoint", path);
    safetensors_free(&t);
    in_close(r.in);
    hash_stream_free(r.hash);
    free(r.piece);
    free(r.wide);
    return rc;
}

int checkpoint_read(const char *path, const struct checkpoint *c, struct store *s, bool moments,
                    struct err *e)
{
    int r = read_file(path, CHECKPOINT_MODEL, c->file[CHECKPOINT_MODEL], s, e);
    if (r == 0 && moments) r = read_file(path, CHECKPOINT_OPTIMIZER, c->file[CHECKPOINT_OPTIMIZER], s, e);
    return r;
}
