/* spdx.h: licence expressions (SPDX specification 2.3, annex D) and whether a list of licences allows them. */
#ifndef LEAT_FILTER_SPDX_H
#define LEAT_FILTER_SPDX_H

#include "common/buf.h"
#include "common/err.h"

/* What one may take: licences, each an id or "ID WITH EXCEPTION", separated by commas; `permissive` stands for the ids of spdx_permissive.
 * Ids are those of SPDX's list, or LicenseRef-…; -ERR_USAGE names what is none, and the nearest that is one. */
struct spdx_list {
    struct slice at[256]; /* borrowed from the text given */
    size_t n;
};
int spdx_list_parse(struct spdx_list *l, const char *text, struct err *e);

extern const char spdx_permissive[];

enum spdx_answer { SPDX_NO, SPDX_YES, SPDX_INVALID };

/* A OR B needs one of them, A AND B both; "A WITH E" is allowed where A is, since an exception only gives more. X-or-later (X+) is allowed
 * where any later X is, X-only where X or an earlier X-or-later is. Ids are compared without case; the old GPL-2.0 is GPL-2.0-only.
 * At most 64 parentheses deep. */
enum spdx_answer spdx_allowed(struct slice expression, const struct spdx_list *list);
static inline bool spdx_valid(struct slice expression)
{
    return spdx_allowed(expression, &(struct spdx_list){.n = 0}) != SPDX_INVALID;
}

#endif
