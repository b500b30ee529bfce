/* verify.c: sizes and hashes of all files, the index against the .bin, token ids against the vocabulary, the ends of
 * documents, and the documents' lines against the index. One pass over each file; memory: one line of a .docs.zst. */
#include "shards/verify.h"
#include "common/json.h"
#include "common/pool.h"
#include "common/stream.h"
#include "shards/docs.h"
#include "shards/index.h"
#include "shards/map.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
    const char *dir;
    const struct shard_manifest *m;
    const struct shard_file *file;
    struct slice part[SHARD_PARTS]; /* mapped */
    struct shard_index index;
};

static int wrong(const struct job *j, enum shard_part part, struct err *e, const char *what)
{
    return err_set(e, ERR_DATA, "%s/%s%s %s", j->dir, j->file->stem, shard_part_suffix[part], what);
}

static int check_hashes(struct job *j, struct err *e)
{
    for (int p = 0; p < SHARD_PARTS; p++) {
        const struct shard_digest *g = &j->file->part[p];
        int r = shard_map_open(&j->part[p], j->dir, j->file->stem, shard_part_suffix[p], g->bytes, e);
        if (r < 0) return r;
        if (hash64(j->part[p].p, j->part[p].n) != g->xxh3)
            return wrong(j, p, e, "does not have the hash that the manifest says; it was damaged or changed");
    }
    return 0;
}

static uint32_t token_at(const struct job *j, uint64_t i)
{
    uint32_t t = 0;
    memcpy(&t, j->part[SHARD_BIN].p + i * j->m->width, j->m->width);
    return t;
}

static int check_tokens(const struct job *j, struct err *e)
{
    uint64_t at = 0;
    for (uint64_t i = 0; i < j->file->tokens; i++)
        if (token_at(j, i) >= j->m->vocab_size)
            return wrong(j, SHARD_BIN, e, "holds a token that is not in the vocabulary");
    for (uint64_t i = 0; i < j->index.sequences && j->m->eod_token != SHARD_NO_TOKEN; i++) {
        at += (uint64_t)shard_index_length(&j->index, i);
        if (shard_index_length(&j->index, i) == 0 || token_at(j, at - 1) != j->m->eod_token)
            return wrong(j, SHARD_BIN, e, "has a document that does not end with the end-of-document token");
    }
    return 0;
}

static int check_index(struct job *j, struct err *e)
{
    char *name;
    if (asprintf(&name, "%s/%s%s", j->dir, j->file->stem, shard_part_suffix[SHARD_IDX]) < 0)
        return err_nomem(e, "verifying shards");
    int r = shard_index_parse(&j->index, name, j->part[SHARD_IDX], e);
    if (r == 0) r = shard_index_check(&j->index, name, j->part[SHARD_BIN].n, e);
    free(name);
    if (r == 0 && j->index.width != j->m->width)
        r = wrong(j, SHARD_IDX, e, "has another token width than the manifest");
    if (r == 0 && j->index.sequences != j->file->documents)
        r = wrong(j, SHARD_IDX, e, "has another number of documents than the manifest");
    return r;
}

static int check_line(const struct job *j, struct slice line, uint64_t i, struct err *e)
{
    struct json_file *f;
    uint64_t tokens = 0;
    if (i >= j->index.sequences) return wrong(j, SHARD_DOCS, e, "has more lines than there are documents");
    int r = json_parse(&f, j->file->stem, line, e);
    if (r < 0) return r;
    if (!json_uint(json_get(json_root(f), "tokens"), &tokens) ||
        tokens != (uint64_t)shard_index_length(&j->index, i))
        r = wrong(j, SHARD_DOCS, e, "and the index disagree on the length of a document");
    json_free(f);
    return r;
}

static int check_docs(const struct job *j, struct err *e)
{
    struct shard_docs docs;
    struct slice line;
    uint64_t n = 0;
    int r = shard_docs_open(&docs, j->dir, j->file->stem, e);
    while (r == 0 && (r = shard_docs_next(&docs, &line, e)) > 0) r = check_line(j, line, n++, e);
    shard_docs_close(&docs);
    if (r == 0 && n != j->file->documents)
        r = wrong(j, SHARD_DOCS, e, "has fewer lines than there are documents");
    return r;
}

static void verify_file(struct job *j, struct err *e)
{
    int r = check_hashes(j, e);
    if (r == 0) r = check_index(j, e);
    if (r == 0) r = check_tokens(j, e);
    if (r == 0) check_docs(j, e);
    for (int p = 0; p < SHARD_PARTS; p++) shard_map_close(&j->part[p]);
}

static void verify_tokenizer(const char *dir, const struct shard_manifest *m, struct err *e)
{
    struct slice map;
    if (!m->has_tokenizer_file) return;
    int r = shard_map_open(&map, dir, "tokenizer", ".json", m->tokenizer_file.bytes, e);
    if (r == 0 && hash64(map.p, map.n) != m->tokenizer_file.xxh3)
        err_set(e, ERR_DATA, "%s/tokenizer.json does not have the hash that the manifest says", dir);
    shard_map_close(&map);
}

/* ------------------------------------------------------------------ all files */

struct verifying {
    struct job *job;
    struct err *verdict;
};

static void verify_one(void *ctx, uint64_t i, int thread)
{
    struct verifying *v = ctx;
    (void)thread;
    verify_file(&v->job[i], &v->verdict[i]);
}

static size_t count_files(const struct shard_manifest *m)
{
    size_t n = 0;
    for (size_t d = 0; d < m->n_domains; d++)
        for (int s = 0; s < SHARD_SPLITS; s++) n += m->domain[d].split[s].n;
    return n;
}

static void list_jobs(const char *dir, const struct shard_manifest *m, struct job *job)
{
    for (size_t d = 0; d < m->n_domains; d++)
        for (int s = 0; s < SHARD_SPLITS; s++)
            for (size_t i = 0; i < m->domain[d].split[s].n; i++)
                *job++ = (struct job){.dir = dir, .m = m, .file = &m->domain[d].split[s].at[i]};
}

int shard_verify(const char *dir, const struct shard_manifest *m, int threads, struct err **verdict,
                 size_t *n, struct err *e)
{
    size_t files = count_files(m);
    struct verifying v = {calloc(files + 1, sizeof *v.job), calloc(files + 1, sizeof *v.verdict)};
    struct team *team = team_new(threads);
    bool room = v.job && v.verdict && team;
    if (room) {
        list_jobs(dir, m, v.job);
        team_run(team, files, verify_one, &v);
        verify_tokenizer(dir, m, &v.verdict[files]);
    }
    team_free(team);
    free(v.job);
    *verdict = v.verdict;
    *n = room ? files + 1 : 0;
    return room ? 0 : err_nomem(e, "verifying shards");
}
