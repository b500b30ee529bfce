/* path.h: names of archive entries as metadata holds them. No path is ever opened. */
#ifndef LEAT_INGEST_PATH_H
#define LEAT_INGEST_PATH_H

#include "common/buf.h"

/* What bytes that are not UTF-8 are taken for. */
enum path_charset {
    PATH_UNKNOWN, /* they become U+FFFD */
    PATH_CP437    /* as a zip's names are where its header does not say UTF-8 (APPNOTE.TXT, appendix D) */
};

/* Appends a relative path of valid UTF-8: without root, drive, empty, "." and ".." components and control characters;
 * backslashes separate in a name that has no slash. At most PATH_BYTES of it (cut between characters). -1: out of
 * memory. */
#define PATH_BYTES 4096
int path_clean(struct buf *out, struct slice name, enum path_charset charset);

/* The name behind the last slash. */
struct slice path_base(struct slice path);

/* "tex" of "a/b.tex", empty where there is none; of "b.tex.gz" too, if a codec's ending is to be looked behind. */
struct slice path_ending(struct slice path, bool behind_codec);

/* Whether `ending` is one of those in `list`, each between spaces, whatever its case. */
bool path_ending_in(struct slice ending, const char *list);

/* "b.tex" of "a/b.tex.gz", "b.tar" of "b.tgz"; the name itself where its ending is no codec's. */
int path_without_codec(struct buf *out, struct slice path);

#endif
