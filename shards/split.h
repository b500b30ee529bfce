/* split.h: which documents are for validation. */
#ifndef LEAT_SHARDS_SPLIT_H
#define LEAT_SHARDS_SPLIT_H

#include "common/buf.h"

/* Appends the form of a URL by which copies of a page are told to be the same: without scheme, user, "www.", default
 * port, fragment and trailing slashes, the host in lower case. */
int shard_url_canonical(struct slice url, struct buf *out);

/* Whether a document belongs to the share 0 <= share <= 1 that is held out: by a hash of its canonical URL, else of its id.
 * A smaller share is a subset of a larger one. `scratch` is overwritten. */
bool shard_is_valid(struct slice url, struct slice id, double share, struct buf *scratch);

#endif
