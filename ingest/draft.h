/* draft.h: a record on its way to becoming a document: what is known of it before its text is. Inside ingest only.
 *
 * Every way ends in exactly one of draft_skip, draft_damage, draft_write, which count the record in the ledger. */
#ifndef LEAT_INGEST_DRAFT_H
#define LEAT_INGEST_DRAFT_H

#include "common/hash.h"
#include "ingest/content.h"
#include "ingest/document.h"

#define DRAFT_EXTRA 12

struct draft_extra { /* metadata that only this kind of record has */
    const char *key;
    struct slice value;
    bool json; /* value is JSON; else a string */
};

/* Slices borrow from the piece, the document_maker's buffers or static strings; n = 0: not known. */
struct draft {
    const struct piece *piece;
    struct slice outer; /* the path of the archive's entry that the record lies in */
    struct slice id, created, body, content_type, url, path, title, languages, record_id, truncated;
    struct slice author, published, doi, license, language; /* as the document itself says */
    const char *format; /* "warc", "archive"…: the source where the user names none */
    const char *charset;
    const char *page_type; /* NULL: not known */
    int http_status;       /* 0: none */
    enum content content;
    bool is_final; /* the text is UTF-8 already (WET) */
    char id_hex[HASH128_HEX + 1], date[32];
    struct draft_extra extra[DRAFT_EXTRA];
    size_t n_extra;
    struct buf *out;
    uint64_t *records;
    struct ledger *ledger;
};

/* Sets d->path and d->outer from the piece, whose offsets are into `bytes`. 0, or -ERR_IO: out of memory. */
int draft_set_path(struct document_maker *m, struct draft *d, const char *bytes);

/* DOCUMENT_DONE, the record being counted under `kind` (which is copied). */
int draft_skip(struct draft *d, const char *kind);
int draft_damage(struct draft *d, const char *why);

/* Sets d->id to XXH128 of source, container and place. 0, or -ERR_IO: out of memory. */
int draft_make_id(struct document_maker *m, struct draft *d, struct err *e);

/* Whether the record's URL (d->url) lets it in: *done and DOCUMENT_DONE when it does not; 0; < 0: out of memory. */
int draft_admit(struct document_maker *m, struct draft *d, bool *done, struct err *e);

/* Adds where a line of an archive lies, "path" and "archive", to m->doc, each where it says nothing of that name. As doc_meta_set_str. */
int draft_set_origin(struct document_maker *m, const struct draft *d);

/* d->body (bytes of d->content) to text, and the document written: DOCUMENT_DONE, or < 0: out of memory. */
int draft_body(struct document_maker *m, struct draft *d, struct err *e);

/* Writes the document with this text (valid UTF-8), or skips it as "empty-text": DOCUMENT_DONE, or < 0: out of memory. */
int draft_write(struct document_maker *m, struct draft *d, struct slice text, struct err *e);

/* The ways: from a WARC record, a file or archive entry, a line of JSON, a page or post of a dump. As document_make. */
int document_from_warc(struct document_maker *m, struct draft *d, char *head, char *block, bool large_allowed,
                       struct err *e);
int document_from_arc(struct document_maker *m, struct draft *d, char *head, char *block, bool large_allowed,
                      struct err *e);
/* A block that is an HTTP response, or only a body of the type that was `identified` elsewhere. */
int document_from_response(struct document_maker *m, struct draft *d, char *block, struct slice identified,
                           bool large_allowed, struct err *e);
int document_from_file(struct document_maker *m, struct draft *d, bool large_allowed, struct err *e);
int document_from_epub(struct document_maker *m, struct draft *d, bool large_allowed, struct err *e);
int document_from_line(struct document_maker *m, struct draft *d, struct err *e);
int document_from_dump(struct document_maker *m, struct draft *d, struct err *e);

#endif
