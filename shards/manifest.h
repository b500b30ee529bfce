/* manifest.h: manifest.json, which makes a directory a shard directory. docs/formats.md has the members. */
#ifndef LEAT_SHARDS_MANIFEST_H
#define LEAT_SHARDS_MANIFEST_H

#include "common/hash.h"
#include "shards/name.h"
#include "shards/order.h"

#define SHARD_MANIFEST "manifest.json"
#define SHARD_FORMAT_VERSION 1
#define SHARD_MANIFEST_MAX ((size_t)256 << 20)

enum shard_part { SHARD_BIN, SHARD_IDX, SHARD_DOCS, SHARD_PARTS };
extern const char *const shard_part_suffix[SHARD_PARTS]; /* ".bin", ".idx", ".docs.zst" */

struct shard_digest {
    uint64_t bytes, xxh3;
};

struct shard_file { /* three files of one stem */
    char *stem;
    uint64_t documents, tokens; /* one sequence per document */
    struct shard_digest part[SHARD_PARTS];
};

struct shard_files {
    struct shard_file *at;
    size_t n, cap;
    uint64_t documents, tokens; /* sums */
};

struct shard_domain {
    char *name;
    double weight;
    uint32_t quanta;
    struct shard_files split[SHARD_SPLITS];
};

struct shard_manifest {
    unsigned width; /* bytes a token: 2 or 4 */
    uint64_t vocab_size, eod_token;
    struct hash128 tokenizer;
    double valid_share;
    uint64_t duplicate_ids;
    bool has_tokenizer_file;
    struct shard_digest tokenizer_file; /* tokenizer.json beside the shards */
    struct shard_domain *domain;        /* in the order of their names' bytes */
    size_t n_domains, cap;
};

/* A token is two bytes wide where Megatron-LM makes it so: when the vocabulary is below 65,500. */
unsigned shard_width(uint64_t vocab_size);

void shard_manifest_init(struct shard_manifest *m);
void shard_manifest_free(struct shard_manifest *m);

/* Grows the arrays; the new element is zeroed but for its name (copied). NULL: out of memory. */
struct shard_domain *shard_manifest_add_domain(struct shard_manifest *m, struct slice name);
struct shard_file *shard_files_add(struct shard_files *f, struct slice stem);

/* The text of the manifest: a pure function of *m. */
int shard_manifest_put(const struct shard_manifest *m, struct buf *out, struct err *e);

/* Checks everything that does not need the files: sums, weights, widths, file names that follow from their domains. -ERR_DATA. `name` is
 * for messages. _parse does not look at the hash of the text itself; _load (a file) does. */
int shard_manifest_parse(struct shard_manifest *m, const char *name, struct slice text, struct err *e);
int shard_manifest_load(struct shard_manifest *m, const char *dir, struct err *e);

#endif
