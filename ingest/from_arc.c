/* from_arc.c: an ARC record becomes a document: its line, and the HTTP response that stands behind it.
 *
 * In: a line and a block. Out: as draft.h. State: none of its own. */
#include "common/text.h"
#include "ingest/read/arc.h"
#include "ingest/draft.h"

int document_from_arc(struct document_maker *m, struct draft *d, char *head, char *block, bool large_allowed,
                      struct err *e)
{
    struct arc_line line;
    bool done = false;
    if (!arc_parse(slice_of(head, d->piece->head_bytes - 1), &line))
        return draft_damage(d, "an ARC record without a line");
    d->format = "arc";
    d->url = line.url;
    arc_date(line.date, d->date);
    d->created = slice_str(d->date);
    if (slice_has_prefix(line.url, ARC_FILEDESC)) return draft_skip(d, "filedesc");
    if (draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return draft_skip(d, "sample");
    int r = draft_admit(m, d, &done, e);
    if (r < 0 || done) return r;
    return document_from_response(m, d, block, line.content_type, large_allowed, e);
}
