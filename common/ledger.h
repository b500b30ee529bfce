/* ledger.h: the accounts of a tool's run: no record and no byte of text is lost unseen.
 *
 *   records: in + created = kept + dropped + skipped + damaged
 *   text:    in + added   = written + dropped + removed          (bytes of the documents' text, UTF-8)
 *
 * text_in counts the text of the documents that were parsed; a damaged record has no text (the bytes that were
 * destroyed in a container are counted apart). Workers fill a ledger per batch, merged in batch order, so that the
 * list of damages does not depend on the number of threads. docs/formats.md has the JSON. */
#ifndef LEAT_COMMON_LEDGER_H
#define LEAT_COMMON_LEDGER_H

#include "buf.h"
#include "err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ledger_count { /* one reason or kind */
    char name[64];
    uint64_t records, text_bytes;
};

struct ledger_table {
    struct ledger_count *row;
    size_t n, cap;
};

#define LEDGER_DAMAGES 100

struct ledger_damage {
    char *file; /* owned */
    uint64_t offset;
    char *reason; /* owned */
};

struct ledger {
    uint64_t in, created, kept, damaged;
    struct ledger_table dropped; /* by rule; text_bytes too */
    struct ledger_table
        skipped; /* by kind: "revisit", "sample", … ; records that are none of the tool's business */
    struct ledger_table removed; /* text removed from kept documents, by rule; records = documents touched */
    uint64_t text_in, text_added, text_written;
    uint64_t destroyed_bytes; /* spans of a container that could not be read */
    struct ledger_damage damage[LEDGER_DAMAGES];
    size_t n_damage;
    bool truncated;            /* an input ended early */
    char truncation[512];      /* which and how: of the first */
    struct ledger_table extra; /* free counters of a tool, outside the balance: records only */
    bool failed;               /* out of memory while counting */
};

void ledger_init(struct ledger *l);
void ledger_free(struct ledger *l);
void ledger_reset(struct ledger *l);

/* keep, drop and skip count the document's text in text_in as well: the reader counts only `in`. */
void ledger_keep(struct ledger *l, uint64_t text_in, uint64_t text_written);
void ledger_drop(struct ledger *l, const char *rule, uint64_t text_bytes);
/* A record that is passed by. text_bytes counts as dropped text (0 for what has none). */
void ledger_skip(struct ledger *l, const char *kind, uint64_t text_bytes);
void ledger_remove(struct ledger *l, const char *rule, uint64_t text_bytes); /* part of a kept document */
/* Counts `in` and `damaged` (a damaged record was one that came in); `destroyed` is the number of container bytes lost
 * with it. keep, drop and skip do not count `in`: the reader does, for each record that it could tell as one. */
void ledger_damage(struct ledger *l, const char *file, uint64_t offset, uint64_t destroyed, const char *fmt,
                   ...) __attribute__((format(printf, 5, 6)));
/* An input ended early: `why` names it and says how. */
void ledger_truncate(struct ledger *l, const char *why);
void ledger_extra(struct ledger *l, const char *name, uint64_t n);

uint64_t ledger_dropped(const struct ledger *l);      /* sums over the rows */
uint64_t ledger_dropped_text(const struct ledger *l); /* the skipped records' text with it */
uint64_t ledger_skipped(const struct ledger *l);
uint64_t ledger_removed_text(const struct ledger *l);

void ledger_merge(struct ledger *into, const struct ledger *from);

/* 0, or -ERR_IO with the equation that does not hold. */
int ledger_check(const struct ledger *l, struct err *e);

/* The accounts as JSON members (no braces around), rows sorted by name: for tool_finish. */
int ledger_put_json(const struct ledger *l, struct buf *b);

#ifdef __cplusplus
}
#endif
#endif
