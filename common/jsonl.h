/* jsonl.h: lines of JSON to docs (simdjson on demand), and batches of whole lines out of streams.
 *
 * Every line is checked whole: valid UTF-8, valid JSON to the last value (also where leat does not look), the types of
 * the known keys, no known key twice. What fails is a damaged record with its reason, never a guess. */
#ifndef LEAT_COMMON_JSONL_H
#define LEAT_COMMON_JSONL_H

#include "doc.h"
#include "ledger.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes behind a line that the parser may read (not use): keep so many allocated behind every line. */
#define JSONL_PADDING 64

struct jsonl; /* a parser: one per thread; of the last long line: its strings, and 4 bytes a token */

struct jsonl *jsonl_new(void); /* NULL: out of memory */
void jsonl_free(struct jsonl *j);

/* Parses one line (no newline) into *d. 0; -ERR_DATA: *e (set anew) says what is wrong and at which byte of the line;
 * -ERR_IO: out of memory. line[n .. n+JSONL_PADDING) must be readable. */
int jsonl_parse(struct jsonl *j, const char *line, size_t n, struct doc *d, struct err *e);

/* Whether a line is one JSON object, whatever its keys: as jsonl_parse, without the types of the known keys. */
int jsonl_check(struct jsonl *j, const char *line, size_t n, struct err *e);

/* One value of a parsed document's metadata by key (top level; of a key that stands twice, the last; edits are not seen).
 * str gives the unescaped string, valid until the next jsonl_parse or jsonl_meta_*. Returns 1 found, 0 absent or null,
 * -ERR_DATA another type, -ERR_IO out of memory. */
int jsonl_meta_str(struct jsonl *j, const struct doc *d, const char *key, struct slice *out, struct err *e);
int jsonl_meta_num(struct jsonl *j, const struct doc *d, const char *key, double *out, struct err *e);
int jsonl_meta_raw(struct jsonl *j, const struct doc *d, const char *key, struct slice *out, struct err *e);

/* Batches of whole lines from several inputs in order. */
struct lines {
    char *const *paths; /* n_paths == 0: standard input */
    size_t n_paths, next_path;
    struct in *in;
    size_t batch_bytes;      /* aim; a single longer line makes a longer batch */
    size_t max_record_bytes; /* a longer line is damaged and passed over */
    uint64_t limit_records;  /* 0: none */
    uint64_t records;        /* lines given so far */
    bool blank_too;          /* blank lines are lines, and so are those that are too long, made blank */
    bool maybe_blank;        /* there may be blank lines in the batch given last */
    uint64_t offset;         /* of the next line in the uncompressed content of the current input */
    struct buf carry;        /* the beginning of a line whose end is still to come */
    bool ended;              /* the current input has no more to give */
    bool cut;                /* … for it ended early */
    bool truncated;          /* an input ended early */
    uint64_t done_raw_bytes, total_raw_bytes; /* for progress: inputs that are done; total 0: unknown */

    int skipping; /* why bytes are passed over, up to a newline: see lines.c */
    uint64_t skip_offset, skip_bytes, skip_raw_bytes;
    char reason[1024]; /* of what is passed over, or of the early end */
};

void lines_init(struct lines *l, char *const *paths, size_t n_paths);
void lines_free(struct lines *l);

/* Fills *b with whole lines of one input (each ends with '\n'; a last line without one gets it), JSONL_PADDING bytes
 * allocated behind them. Damage goes into *led (counted, reported), truncation sets l->truncated. *file names the input
 * and *offset is that of the batch's first byte. Blank lines stay where they are, so that offsets hold, but are no
 * lines, but for blank_too: they are not counted, and lines_each passes over them. Returns the number of lines; 0: the end; < 0: an I/O
 * error. */
int64_t lines_next(struct lines *l, struct buf *b, struct ledger *led, const char **file, uint64_t *offset,
                   struct err *e);

static inline bool line_is_blank(struct slice line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '\r')) i++;
    return i == line.n;
}

/* The lines of a batch: for (size_t at = 0; lines_each(b, &at, &line);), each without its newline; its offset in the
 * batch is line.p - b->p. */
static inline bool lines_each(const struct buf *b, size_t *at, struct slice *line)
{
    while (*at < b->n) {
        const char *p = b->p + *at, *newline = (const char *)memchr(p, '\n', b->n - *at);
        *line = slice_of(p, newline ? (size_t)(newline - p) : b->n - *at);
        *at += line->n + 1;
        if (!line_is_blank(*line)) return true;
    }
    return false;
}

#ifdef __cplusplus
}
#endif
#endif
