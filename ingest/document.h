/* document.h: one record of an input becomes one document, or is counted as what it was instead.
 *
 * Every call counts the record in the ledger exactly once: kept, skipped by kind, or damaged. Kinds: the WARC record type
 * ("request", "revisit"…), "http-4xx" by hundreds, "type-image" by major media type, "encoding-compress", "encoding-other",
 * "binary", "empty-text", "sample", "redirect", "namespace-14" and "post-type-5" by number, "model-json"; "blocklist:CATEGORY",
 * "not-allowed", "robots:TOKEN" (admit.h); those that readers count: "directory", "link", "special", "nested", "office",
 * "stackexchange-table", "empty-input". */
#ifndef LEAT_INGEST_DOCUMENT_H
#define LEAT_INGEST_DOCUMENT_H

#include "common/jsonl.h"
#include "common/ledger.h"
#include "ingest/admit/admit.h"
#include "ingest/charset/charset.h"
#include "ingest/extract/extract.h"
#include "ingest/read/fields.h"
#include "ingest/content.h"
#include "ingest/latex/latex.h"
#include "ingest/map.h"
#include "ingest/read/piece.h"
#include "ingest/markup/wikitext.h"
#include "ingest/markup/xmldoc.h"

#define DOCUMENT_NAMESPACES 64

struct document_options {
    enum extract_mode extract;
    bool markdown;         /* pages become Markdown, not plain text */
    const char *source;    /* NULL: the name of the input's format */
    bool raw;              /* files and entries keep their text as it stands, whatever it is */
    const struct map *map; /* of lines of JSON; NULL: they are documents already. Borrowed */
    enum content content;  /* of every file; CONTENT_TEXT: by its name and first bytes */
    uint64_t max_record;
    double sample; /* share of the documents, by id */
    bool nfc;      /* text is brought to Normalization Form C */
    bool fix_mojibake;
    const struct admit_options *admit;       /* NULL: no lists, and no domains */
    int32_t namespaces[DOCUMENT_NAMESPACES]; /* of a MediaWiki dump, that are wanted; none: articles */
    size_t n_namespaces;
};

struct document_maker { /* one per thread */
    struct document_options options;
    struct html html;
    struct page page;
    struct extractor extractor;
    struct charset_decoder charset;
    struct latex latex;
    struct xmldoc xml;
    struct fields fields; /* of the WARC record */
    struct wikitext wikitext;
    struct buf a, b; /* HTTP bodies, lines that are changed */
    struct buf text, meta, value, nfc, path;
    struct buf fixed, spare; /* of mojibake */
    struct admit admit;
    struct doc doc;
    struct jsonl *jsonl;
};

int document_init(struct document_maker *m, const struct document_options *o, struct err *e);
void document_free(struct document_maker *m);

/* Buffers that one record made larger than this are given back behind it. */
#define DOCUMENT_KEEP_BYTES ((size_t)1 << 20)

/* A record with more content than this is large: one at a time is worked on. */
#define DOCUMENT_LARGE ((size_t)2 << 20)

enum document_result {
    DOCUMENT_DONE = 0,
    DOCUMENT_LATER = 1 /* it is large, and `large_allowed` is false: nothing was counted, call again */
};

/* bytes: what the piece's offsets refer to; header blocks are changed in place, so that only one call (or a second one
 * after DOCUMENT_LATER) is made for a piece; JSONL_PADDING bytes behind a line are readable. Appends at most one line
 * to *out and adds to *records. < 0: out of memory. */
int document_make(struct document_maker *m, char *bytes, const struct piece *piece, bool large_allowed,
                  struct buf *out, uint64_t *records, struct ledger *l, struct err *e);

#endif
