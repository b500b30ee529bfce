/* work.h: the work folder, through which the stages of keeping the best speak to each other: who is called what in it.
 *
 *   sketch-TTTTTT.docs .bands .ids   of each task (a part of the inputs): a record a line; band keys; hashes of ids
 *   match-PPPPP-of-NNNNN.rec         of each part of the band keys: pairs that share one
 *   sets-TTTTTT.index .data          of each task: ids and shingles of the documents that are in a pair
 *   verify-PPPPP-of-NNNNN.rec        of each part of the pairs: those that are alike
 *   link-00000-of-00001.rec          what is removed, and for whom; clusters-00000-of-00001.rec: the same, by whom
 *
 * Every file is one of records.h, appears when it is whole, and tells in its meta from what it was made (`from`: a stamp of the
 * files before it), so that what does not belong together is refused. The layout of the records: docs/formats.md.
 * A saved index (index.h) is such a folder, too; its tasks get numbers from WORK_MAX_TASK + 1 on when it is opened, so the top bit
 * of its documents' numbers is set. */
#ifndef LEAT_DEDUP_WORK_H
#define LEAT_DEDUP_WORK_H

#include "dedup/minhash.h"
#include "dedup/records.h"

/* ---- numbers of documents: the task, and the number of the line in it */

#define DOC_NUMBER(task, index) ((uint64_t)(task) << 40 | (index))
#define DOC_TASK(doc) ((unsigned)((doc) >> 40))
#define DOC_INDEX(doc) ((doc) & ((1ULL << 40) - 1))
#define DOC_IS_OLD(doc) ((doc) >> 63)
#define WORK_MAX_TASK ((1U << 23) - 1)

/* ---- records */

enum docs_word {              /* of .docs */
                 DOCS_KEY,    /* three words, keep.h */
                 DOCS_ID = 3, /* XXH3-128 of the id, or of the text where there is none: two words */
                 DOCS_SET =
                     5, /* two words; minhash: XXH3-128 of the list of shingles; exact: the key; simhash: the fingerprint, 0 */
                 DOCS_TEXT = 7, /* bytes of the text as it came, or DOCS_ABSENT */
                 DOCS_WORDS
};
#define DOCS_ABSENT UINT64_MAX /* no document: a damaged line, or one left out by --sample */
enum { BANDS_WORDS = 3 };      /* band key, DOCS_SET's first word, document */
enum { IDS_WORDS = 3 };        /* DOCS_ID's two words, document */
enum { PAIR_WORDS = 3 };       /* the lesser document, the greater, likeness */
enum { REMOVED_WORDS = 3 };    /* removed document, survivor, likeness; or survivor first */

/* Likeness: bits of a double, greater is more alike: of minhash the Jaccard similarity, of simhash 64 - distance. */
#define LIKENESS_UNKNOWN 0    /* to be verified */
#define LIKENESS_SAME (~0ULL) /* the same text, list of shingles or fingerprint */

/* ---- what is being compared */

enum algorithm { ALGORITHM_EXACT, ALGORITHM_SIMHASH, ALGORITHM_MINHASH };

struct plan {
    enum algorithm algorithm;
    bool normalize;              /* exact */
    unsigned distance;           /* simhash */
    struct shingle_opts shingle; /* simhash: n only; minhash */
    struct minhash_opts minhash;
};

int plan_put(const struct plan *p, struct buf *b); /* JSON members, no braces */
/* As options: "minhash --ngram 5 …". */
void plan_tell(const struct plan *p, char *text, size_t cap);
/* Whether the saved indexes can be used with the plan, before anything is read. */
int plan_check_against(const struct plan *p, char *const *against, size_t n_against, struct err *e);

/* ---- sketches */

struct sketch {
    unsigned task, stored_task; /* of a saved index they differ */
    const char *dir;            /* borrowed */
    struct records *docs, *bands, *ids;
};

struct sketches {
    struct plan plan;
    unsigned tasks;    /* that dir has; all of them are there */
    struct sketch *at; /* by task */
    size_t n;
    uint64_t stamp;
};

/* All of dir, and of the saved indexes in `against`. They must have the same plan, those of dir the same keep key, and no task of a
 * folder may be missing. */
int sketches_open(struct sketches *s, const char *dir, char *const *against, size_t n_against, struct err *e);
void sketches_close(struct sketches *s);
const struct sketch *sketches_task(const struct sketches *s, unsigned task); /* or NULL */

/* Records of .docs by number; fast where the numbers ascend. */
struct docs_walk {
    const struct sketches *sketches;
    const struct sketch *in;
    struct records_cursor *cursor;
    uint64_t next; /* index that the cursor gives next */
};
void docs_walk_init(struct docs_walk *w, const struct sketches *s);
int docs_walk_get(struct docs_walk *w, uint64_t doc, const uint64_t **record,
                  struct err *e); /* valid until the next call */
void docs_walk_free(struct docs_walk *w);

/* ---- files of the other stages */

struct parts {
    struct records **at;
    size_t n;
    uint64_t stamp;
};

/* DIR/STAGE-PPPPP-of-NNNNN.rec, all N of them, made from `from`; ERR_USAGE names the one that is missing or of something else. */
int parts_open(struct parts *p, const char *dir, const char *stage, unsigned words, uint64_t from,
               struct err *e);
void parts_close(struct parts *p);

/* Name of a file, appended to a cleared *b with a NUL. */
int work_sketch_path(struct buf *b, const char *dir, unsigned task, const char *ending, struct err *e);
int work_sets_path(struct buf *b, const char *dir, unsigned task, const char *ending, struct err *e);
int work_part_path(struct buf *b, const char *dir, const char *stage, unsigned part, unsigned parts,
                   struct err *e);

/* The meta of a part: {"from":…,MEMBERS}. members: JSON, or "". */
int work_part_meta(struct buf *b, uint64_t from, const char *members, struct err *e);

/* Whether the file is there, undamaged, with this meta: then its stage has been done. All of it is read. 1, 0 or < 0. */
int work_done(const char *path, unsigned words, const char *kind, struct slice meta, struct err *e);

/* As records_open, but a missing file is ERR_USAGE that names the stage to run. */
int work_open(struct records **r, const char *path, unsigned words, const char *kind, const char *stage,
              struct err *e);

/* Creates the folder if it is not there. */
int work_folder(const char *dir, struct err *e);

#endif
