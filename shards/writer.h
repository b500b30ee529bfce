/* writer.h: the shards of one domain and split: documents in, numbered files of a target size out. */
#ifndef LEAT_SHARDS_WRITER_H
#define LEAT_SHARDS_WRITER_H

#include "shards/append.h"

struct shard_writer {
    const char *dir, *escaped; /* borrowed: where, and the domain's file name */
    enum shard_split split;
    unsigned width;
    uint64_t shard_bytes; /* a .bin is closed before a document would make it larger */
    struct shard_files done;
    /* the shard that is being written */
    bool open;
    char *stem;
    uint64_t documents;
    struct shard_append bin, lengths, docs;
};

void shard_writer_init(struct shard_writer *w, const char *dir, const char *escaped, enum shard_split split,
                       unsigned width, uint64_t shard_bytes);
void shard_writer_free(struct shard_writer *w);

/* One document: its tokens in two pieces (bytes of w->width each, the second usually end-of-document) and its line of
 * JSON for .docs.zst, with the newline. */
int shard_writer_put(struct shard_writer *w, struct slice tokens, struct slice tail, struct slice line,
                     struct err *e);

/* Closes the shard that is being written, if any: writes .idx and .docs.zst, removes the temporary files, and adds the
 * three to `done`. Different writers may be sealed at the same time. */
int shard_writer_seal(struct shard_writer *w, struct err *e);

#endif
