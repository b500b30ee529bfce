/* doc.h: the record that flows between the stages: one JSON object a line,
 *   {"id","text","source","created"?,"metadata":{…}}, which dolma and datatrove read and write.
 *
 * A doc is a view: the fields that leat knows, unescaped, beside the line they came from. Changes are edits beside it;
 * doc_write splices them into the line, so unknown keys, their order, white space and number text pass through, and a
 * document without edits is written with its bytes unchanged.
 *
 * Ownership: slices borrow from the line and from the parser (jsonl.h) and are valid until the parser's next call;
 * edits are copied into the doc. A doc is reused: doc_init once, jsonl_parse or doc_new many times, doc_free once. */
#ifndef LEAT_COMMON_DOC_H
#define LEAT_COMMON_DOC_H

#include "buf.h"
#include "err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct doc {
    struct slice line;     /* the JSON object without the newline; n = 0 for a document made by doc_new */
    struct slice id;       /* "" when absent; a number's text when the id is a number */
    struct slice text;     /* always there */
    struct slice source;   /* "" when absent */
    struct slice created;  /* "" when absent or null */
    struct slice metadata; /* raw JSON object inside `line`, braces included; n = 0 when absent or null */

    /* For doc_write: where in `line` the value of "text" lies (with its quotes), where metadata's null lies, and
     * the closing brace. */
    struct slice text_raw, metadata_null;
    size_t end_offset;

    bool text_changed;
    struct buf new_text; /* text points here after doc_set_text */
    struct buf edits;    /* metadata edits in order: see doc.c */
    struct buf own;      /* doc_new: id, source, created */
};

void doc_init(struct doc *d);
void doc_free(struct doc *d);
/* Leaves no fields and no edits, but the memory for the next ones. jsonl_parse and doc_new begin with it. */
void doc_clear(struct doc *d);

/* Starts a document that comes from no line. All slices are copied; created may be empty. */
int doc_new(struct doc *d, struct slice id, struct slice source, struct slice created, struct slice text);

int doc_set_text(struct doc *d, struct slice text);

/* Sets a key of metadata: added at its end, or in place of the value that stands there. Setting a key twice keeps the
 * later value. str: any bytes that are valid UTF-8. num: %.17g shortened to the least digits that read back the same.
 * raw: a JSON value, written as it is. */
int doc_meta_set_str(struct doc *d, const char *key, struct slice value);
int doc_meta_set_int(struct doc *d, const char *key, int64_t value);
int doc_meta_set_num(struct doc *d, const char *key, double value);
int doc_meta_set_bool(struct doc *d, const char *key, bool value);
int doc_meta_set_raw(struct doc *d, const char *key, struct slice json);

bool doc_changed(const struct doc *d);

/* Appends the document as one line with its newline. -ERR_IO when out of memory, here or in an edit before: so a caller may
 * make many edits and look at doc_write's answer alone. */
int doc_write(const struct doc *d, struct buf *out);

#ifdef __cplusplus
}
#endif
#endif
