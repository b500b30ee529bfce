/* charhash.c: characters, one by one.
 *
 * In: valid UTF-8. State: the hashes, reused. Memory: 8 bytes a byte of the longest text. Time: linear. */
#include "dedup/charhash.h"
#include <stdlib.h>

#define FACTOR 0x9E3779B97F4A7C15ULL
#define BLANK UINT32_MAX /* white space */

void charhash_init(struct charhash *c)
{
    memset(c, 0, sizeof *c);
}

void charhash_free(struct charhash *c)
{
    free(c->at);
    charhash_init(c);
}

static int reserve(struct charhash *c, size_t n, struct err *e)
{
    if (c->at && n <= c->cap) return 0;
    uint64_t *at = n < SIZE_MAX / sizeof *at ? malloc((n + 1) * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "hashing characters");
    free(c->at);
    c->at = at;
    c->cap = n;
    return 0;
}

uint64_t charhash_char(uint32_t cp)
{
    uint64_t h = (cp + 1) * FACTOR;
    return h ^ h >> 32;
}

/* The character at p < end in lower case, or BLANK; *bytes gets its length. */
static inline uint32_t normal(const char *p, const char *end, unsigned *bytes)
{
    uint32_t cp = (uint8_t)*p;
    *bytes = 1;
    if (cp < 0x80) {
        if (cp == ' ' || cp - '\t' < 5) return BLANK;
        return cp - 'A' < 26 ? cp | 0x20 : cp;
    }
    *bytes = utf8_decode(p, end, &cp);
    return unicode_classes(cp) & UC_SPACE ? BLANK : unicode_lower(cp);
}

int charhash_of(struct charhash *c, struct slice text, struct err *e)
{
    unsigned bytes;
    c->n = 0;
    if (reserve(c, text.n, e) < 0) return -ERR_IO;
    bool blank = false; /* white space stands before it, and something before that */
    for (const char *p = text.n ? text.p : "", *end = p + text.n; p < end; p += bytes) {
        uint32_t cp = normal(p, end, &bytes);
        if (cp == BLANK) {
            blank = c->n > 0;
            continue;
        }
        if (blank) c->at[c->n++] = charhash_char(' ');
        blank = false;
        c->at[c->n++] = charhash_char(cp);
    }
    return 0;
}
