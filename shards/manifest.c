/* manifest.c: what a shard directory holds.
 *
 * Writing: one canonical text, no times and no host, so the same tokens and options give the same bytes; its last
 * member is the XXH3 of everything before it, so a flipped byte in the manifest itself is found too. Reading: nothing
 * is believed that the text can contradict. Memory: the manifest, about 200 bytes a file. */
#include "shards/manifest.h"
#include "common/json.h"
#include "common/stream.h"
#include "common/tool.h"
#include <inttypes.h>
#include <stdlib.h>

const char *const shard_part_suffix[SHARD_PARTS] = {".bin", ".idx", ".docs.zst"};
static const char *const part_key[SHARD_PARTS] = {"bin", "idx", "docs"};
#define FORMAT_NAME "leat-shards"
#define SEAL_BYTES (sizeof ",\n  \"xxh3\": \"\"\n}\n" - 1 + HASH64_HEX)

unsigned shard_width(uint64_t vocab_size)
{
    return vocab_size < 65500 ? 2 : 4;
}

void shard_manifest_init(struct shard_manifest *m)
{
    *m = (struct shard_manifest){.eod_token = SHARD_NO_TOKEN};
}

void shard_manifest_free(struct shard_manifest *m)
{
    for (size_t d = 0; d < m->n_domains; d++) {
        for (int s = 0; s < SHARD_SPLITS; s++) {
            struct shard_files *f = &m->domain[d].split[s];
            for (size_t i = 0; i < f->n; i++) free(f->at[i].stem);
            free(f->at);
        }
        free(m->domain[d].name);
    }
    free(m->domain);
    shard_manifest_init(m);
}

static void *grow(void *array, size_t *cap, size_t n, size_t element)
{
    if (n < *cap) return array;
    size_t more = *cap ? 2 * *cap : 4;
    void *p = reallocarray(array, more, element);
    if (p) *cap = more;
    return p;
}

struct shard_domain *shard_manifest_add_domain(struct shard_manifest *m, struct slice name)
{
    struct shard_domain *all = grow(m->domain, &m->cap, m->n_domains, sizeof *all);
    if (!all) return NULL;
    m->domain = all;
    char *copy = strndup(name.n ? name.p : "", name.n);
    if (!copy) return NULL;
    all[m->n_domains] = (struct shard_domain){.name = copy};
    return &all[m->n_domains++];
}

struct shard_file *shard_files_add(struct shard_files *f, struct slice stem)
{
    struct shard_file *all = grow(f->at, &f->cap, f->n, sizeof *all);
    if (!all) return NULL;
    f->at = all;
    char *copy = strndup(stem.p, stem.n);
    if (!copy) return NULL;
    all[f->n] = (struct shard_file){.stem = copy};
    return &all[f->n++];
}

/* ------------------------------------------------------------------ writing */

static void put_u64(struct buf *b, const char *key, uint64_t v)
{
    buf_printf(b, "\"%s\": %" PRIu64, key, v);
}

static void put_digest(struct buf *b, const char *key, const struct shard_digest *g)
{
    char hex[HASH64_HEX + 1];
    hash64_hex(g->xxh3, hex);
    buf_printf(b, "\"%s\": {\"bytes\": %" PRIu64 ", \"xxh3\": \"%s\"}", key, g->bytes, hex);
}

static void put_split(struct buf *b, const struct shard_files *f, const char *key)
{
    buf_printf(
        b, ",\n      \"%s\": {\"documents\": %" PRIu64 ", \"sequences\": %" PRIu64 ", \"tokens\": %" PRIu64,
        key, f->documents, f->documents, f->tokens);
    buf_puts(b, ", \"files\": [");
    for (size_t i = 0; i < f->n; i++) {
        const struct shard_file *x = &f->at[i];
        buf_puts(b, i ? ",\n        {\"name\": " : "\n        {\"name\": ");
        json_put_str(b, slice_str(x->stem));
        buf_printf(b, ", \"documents\": %" PRIu64 ", \"sequences\": %" PRIu64 ", \"tokens\": %" PRIu64,
                   x->documents, x->documents, x->tokens);
        for (int p = 0; p < SHARD_PARTS; p++) {
            buf_puts(b, ",\n         ");
            put_digest(b, part_key[p], &x->part[p]);
        }
        buf_putc(b, '}');
    }
    buf_puts(b, "]}");
}

static void put_totals(struct buf *b, const struct shard_manifest *m)
{
    uint64_t documents = 0, tokens = 0;
    for (size_t d = 0; d < m->n_domains; d++)
        for (int s = 0; s < SHARD_SPLITS; s++) {
            documents += m->domain[d].split[s].documents;
            tokens += m->domain[d].split[s].tokens;
        }
    buf_puts(b, ",\n  ");
    put_u64(b, "documents", documents);
    buf_puts(b, ",\n  ");
    put_u64(b, "sequences", documents);
    buf_puts(b, ",\n  ");
    put_u64(b, "tokens", tokens);
    buf_puts(b, ",\n  ");
    put_u64(b, "duplicate_ids", m->duplicate_ids);
}

static void put_head(struct buf *b, const struct shard_manifest *m)
{
    char hex[HASH128_HEX + 1];
    hash128_hex(m->tokenizer, hex);
    buf_printf(b, "{\n  \"format\": \"%s\",\n  \"format_version\": %d,\n  \"leat_version\": \"%s\"",
               FORMAT_NAME, SHARD_FORMAT_VERSION, LEAT_VERSION);
    buf_printf(b, ",\n  \"tokenizer\": \"%s\",\n  \"vocab_size\": %" PRIu64 ",\n  \"eod_token\": ", hex,
               m->vocab_size);
    if (m->eod_token == SHARD_NO_TOKEN)
        buf_puts(b, "null");
    else
        buf_printf(b, "%" PRIu64, m->eod_token);
    buf_printf(b, ",\n  \"token_bytes\": %u,\n  \"valid_share\": ", m->width);
    json_put_num(b, m->valid_share);
    put_totals(b, m);
    if (m->has_tokenizer_file) {
        buf_puts(b, ",\n  ");
        put_digest(b, "tokenizer_file", &m->tokenizer_file);
    }
}

int shard_manifest_put(const struct shard_manifest *m, struct buf *out, struct err *e)
{
    size_t start = out->n;
    put_head(out, m);
    buf_puts(out, ",\n  \"domains\": [");
    for (size_t d = 0; d < m->n_domains; d++) {
        const struct shard_domain *x = &m->domain[d];
        buf_puts(out, d ? ",\n    {\"name\": " : "\n    {\"name\": ");
        json_put_str(out, slice_str(x->name));
        buf_puts(out, ", \"weight\": ");
        json_put_num(out, x->weight);
        buf_printf(out, ", \"quanta\": %" PRIu32, x->quanta);
        for (int s = 0; s < SHARD_SPLITS; s++) put_split(out, &x->split[s], shard_split_name[s]);
        buf_putc(out, '}');
    }
    buf_puts(out, "]");
    char hex[HASH64_HEX + 1];
    hash64_hex(hash64(out->p + start, out->n - start), hex);
    buf_printf(out, ",\n  \"xxh3\": \"%s\"\n}\n", hex);
    return out->failed ? err_nomem(e, "writing the manifest") : 0;
}

/* ------------------------------------------------------------------ reading */

struct reading {
    const char *name;
    struct err *e;
};

static int wrong(const struct reading *r, const char *what)
{
    return err_set(r->e, ERR_DATA, "%s: %s; the manifest is damaged or was edited: write the shards again",
                   r->name, what);
}

static int get_u64(const struct reading *r, struct json o, const char *key, uint64_t max, uint64_t *out)
{
    if (json_uint(json_get(o, key), out) && *out <= max) return 0;
    return err_set(r->e, ERR_DATA, "%s: \"%s\" is not a number from 0 to %" PRIu64, r->name, key, max);
}

static int get_digest(const struct reading *r, struct json o, const char *key, struct shard_digest *g)
{
    struct json v = json_get(o, key);
    struct slice hex;
    int n = get_u64(r, v, "bytes", INT64_MAX, &g->bytes);
    if (n < 0) return n;
    if (!json_str(json_get(v, "xxh3"), &hex) || hash64_parse(hex.p, hex.n, &g->xxh3) < 0)
        return wrong(r, "a file's \"xxh3\" is not 16 hex digits");
    return 0;
}

/* A file's name follows from its domain, split and number: nothing else is ever opened. */
static int check_stem(const struct reading *r, struct slice stem, const char *domain, enum shard_split split,
                      size_t number)
{
    struct buf want;
    buf_init(&want, BUF_NO_MAX);
    int n = shard_name_escape(slice_str(domain), &want, r->e);
    if (n == 0) {
        struct buf file;
        buf_init(&file, BUF_NO_MAX);
        shard_name_file(want.p, split, number, &file);
        if (file.failed)
            n = err_nomem(r->e, "reading a manifest");
        else if (!slice_eq(buf_slice(&file), stem))
            n = wrong(r, "a file's name is not that of its domain");
        buf_free(&file);
    }
    buf_free(&want);
    return n;
}

static int read_file(const struct reading *r, struct json v, const struct shard_manifest *m,
                     enum shard_split split)
{
    struct shard_domain *d = &m->domain[m->n_domains - 1];
    struct shard_files *f = &d->split[split];
    struct slice stem;
    if (!json_str(json_get(v, "name"), &stem)) return wrong(r, "a file has no name");
    int n = check_stem(r, stem, d->name, split, f->n);
    if (n < 0) return n;
    struct shard_file *x = shard_files_add(f, stem);
    if (!x) return err_nomem(r->e, "reading a manifest");
    n = get_u64(r, v, "documents", INT64_MAX / 32, &x->documents);
    if (n == 0) n = get_u64(r, v, "tokens", INT64_MAX / 8, &x->tokens);
    for (int p = 0; p < SHARD_PARTS && n == 0; p++) n = get_digest(r, v, part_key[p], &x->part[p]);
    if (n == 0 && x->part[SHARD_BIN].bytes != x->tokens * m->width)
        return wrong(r, "a file's tokens and bytes disagree");
    if (__builtin_add_overflow(f->documents, x->documents, &f->documents) ||
        __builtin_add_overflow(f->tokens, x->tokens, &f->tokens) || f->tokens > INT64_MAX / 8)
        return wrong(r, "the counts of the files overflow");
    return n;
}

static int read_split(const struct reading *r, struct json v, const struct shard_manifest *m,
                      enum shard_split split)
{
    const struct shard_files *f = &m->domain[m->n_domains - 1].split[split];
    uint64_t documents = 0, tokens = 0;
    int n = get_u64(r, v, "documents", INT64_MAX, &documents);
    if (n == 0) n = get_u64(r, v, "tokens", INT64_MAX, &tokens);
    struct json files = json_get(v, "files");
    if (n == 0 && json_type(files) != JSON_ARRAY) n = wrong(r, "\"files\" is not a list");
    for (struct json_iter i = json_iter(files); n == 0 && json_next(&i);) n = read_file(r, i.value, m, split);
    if (n == 0 && (f->documents != documents || f->tokens != tokens))
        n = wrong(r, "a split's counts are not the sums of its files'");
    return n;
}

static int compare_names(struct slice a, struct slice b)
{
    int order = memcmp(a.n ? a.p : "", b.n ? b.p : "", a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int read_domain(const struct reading *r, struct json v, struct shard_manifest *m)
{
    struct slice name;
    uint64_t quanta = 0;
    if (!json_str(json_get(v, "name"), &name) || memchr(name.n ? name.p : "", 0, name.n))
        return wrong(r, "a domain has no name");
    if (m->n_domains == SHARD_MAX_DOMAINS) return wrong(r, "there are too many domains");
    if (m->n_domains > 0 && compare_names(slice_str(m->domain[m->n_domains - 1].name), name) >= 0)
        return wrong(r, "domains are not in the order of their names");
    struct shard_domain *d = shard_manifest_add_domain(m, name);
    if (!d) return err_nomem(r->e, "reading a manifest");
    int n = get_u64(r, v, "quanta", SHARD_QUANTA, &quanta);
    d->quanta = (uint32_t)quanta;
    if (n == 0 && (!json_num(json_get(v, "weight"), &d->weight) || !(d->weight >= 0) || d->weight > 1))
        n = wrong(r, "a domain's weight is not a share");
    for (int s = 0; s < SHARD_SPLITS && n == 0; s++)
        n = read_split(r, json_get(v, shard_split_name[s]), m, s);
    return n;
}

static int read_head(const struct reading *r, struct json o, struct shard_manifest *m)
{
    uint64_t version, width = 0;
    struct slice s;
    if (!json_str(json_get(o, "format"), &s) || !slice_is(s, FORMAT_NAME))
        return wrong(r, "\"format\" is not " FORMAT_NAME);
    int n = get_u64(r, o, "format_version", UINT32_MAX, &version);
    if (n == 0 && version != SHARD_FORMAT_VERSION)
        n = err_set(r->e, ERR_DATA, "%s: format version %" PRIu64 "; this leat reads version %d", r->name,
                    version, SHARD_FORMAT_VERSION);
    if (n == 0) n = get_u64(r, o, "vocab_size", (uint64_t)1 << 31, &m->vocab_size);
    if (n == 0) n = get_u64(r, o, "token_bytes", 4, &width);
    if (n == 0 && width != shard_width(m->vocab_size))
        n = wrong(r, "\"token_bytes\" does not go with \"vocab_size\"");
    m->width = (unsigned)width;
    struct json eod = json_get(o, "eod_token");
    if (n == 0 && json_type(eod) != JSON_NULL) {
        n = get_u64(r, o, "eod_token", UINT32_MAX, &m->eod_token);
        if (n == 0 && m->eod_token >= m->vocab_size)
            n = wrong(r, "\"eod_token\" is not below \"vocab_size\"");
    }
    if (n == 0) n = get_u64(r, o, "duplicate_ids", INT64_MAX, &m->duplicate_ids);
    return n;
}

static int read_tokenizer(const struct reading *r, struct json o, struct shard_manifest *m)
{
    struct slice hex;
    if (!json_str(json_get(o, "tokenizer"), &hex) || hex.n != HASH128_HEX ||
        hash64_parse(hex.p, HASH64_HEX, &m->tokenizer.hi) < 0 ||
        hash64_parse(hex.p + HASH64_HEX, HASH64_HEX, &m->tokenizer.lo) < 0)
        return wrong(r, "\"tokenizer\" is not 32 hex digits");
    if (!json_num(json_get(o, "valid_share"), &m->valid_share))
        return wrong(r, "\"valid_share\" is not a number");
    if (!json_has(o, "tokenizer_file")) return 0;
    m->has_tokenizer_file = true;
    return get_digest(r, o, "tokenizer_file", &m->tokenizer_file);
}

static int check_totals(const struct reading *r, struct json o, const struct shard_manifest *m)
{
    uint64_t documents = 0, tokens = 0, want_documents = 0, want_tokens = 0, quanta = 0;
    int n = get_u64(r, o, "documents", INT64_MAX, &want_documents);
    if (n == 0) n = get_u64(r, o, "tokens", INT64_MAX, &want_tokens);
    for (size_t d = 0; d < m->n_domains && n == 0; d++) {
        const struct shard_domain *x = &m->domain[d];
        quanta += x->quanta;
        for (int s = 0; s < SHARD_SPLITS; s++)
            if (__builtin_add_overflow(documents, x->split[s].documents, &documents) ||
                __builtin_add_overflow(tokens, x->split[s].tokens, &tokens))
                return wrong(r, "the counts overflow");
    }
    if (n == 0 && (documents != want_documents || tokens != want_tokens))
        n = wrong(r, "the counts are not the sums of the files'");
    if (n == 0 && tokens > 0 && quanta != SHARD_QUANTA && quanta != 0)
        n = wrong(r, "the domains' quanta do not sum to 4096");
    return n;
}

static int read_root(const struct reading *r, struct json o, struct shard_manifest *m)
{
    int n = read_head(r, o, m);
    if (n == 0) n = read_tokenizer(r, o, m);
    struct json domains = json_get(o, "domains");
    if (n == 0 && json_type(domains) != JSON_ARRAY) n = wrong(r, "\"domains\" is not a list");
    for (struct json_iter i = json_iter(domains); n == 0 && json_next(&i);) n = read_domain(r, i.value, m);
    if (n == 0) n = check_totals(r, o, m);
    return n;
}

int shard_manifest_parse(struct shard_manifest *m, const char *name, struct slice text, struct err *e)
{
    struct json_file *f = NULL;
    struct reading r = {name, e};
    shard_manifest_init(m);
    int n = json_parse(&f, name, text, e);
    if (n < 0) return n;
    n = read_root(&r, json_root(f), m);
    json_free(f);
    if (n < 0) shard_manifest_free(m);
    return n;
}

static int check_seal(const char *name, struct slice text, struct err *e)
{
    struct buf want;
    char hex[HASH64_HEX + 1];
    buf_init(&want, BUF_NO_MAX);
    size_t body = text.n > SEAL_BYTES ? text.n - SEAL_BYTES : 0;
    hash64_hex(hash64(text.p, body), hex);
    buf_printf(&want, ",\n  \"xxh3\": \"%s\"\n}\n", hex);
    bool same = slice_eq(buf_slice(&want), slice_of(text.p + body, text.n - body));
    buf_free(&want);
    if (same) return 0;
    return err_set(
        e, ERR_DATA,
        "%s: its text does not match its own hash; it is damaged or was edited: write the shards again",
        name);
}

int shard_manifest_load(struct shard_manifest *m, const char *dir, struct err *e)
{
    struct buf path, text;
    buf_init(&path, BUF_NO_MAX);
    buf_init(&text, SHARD_MANIFEST_MAX);
    shard_manifest_init(m);
    buf_printf(&path, "%s/%s", dir, SHARD_MANIFEST);
    int n = buf_terminate(&path) < 0 ? err_nomem(e, "reading a manifest") : 0;
    if (n == 0 && !file_exists(path.p))
        n = err_set(e, ERR_IO, "%s: no such file; %s is not a directory that `leat shard` finished", path.p,
                    dir);
    if (n == 0) n = file_read(path.p, SHARD_MANIFEST_MAX, &text, e);
    if (n == 0) n = check_seal(path.p, buf_slice(&text), e);
    if (n == 0) n = shard_manifest_parse(m, path.p, buf_slice(&text), e);
    buf_free(&path);
    buf_free(&text);
    return n;
}
