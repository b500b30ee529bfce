/* spacy_url.c: whether a string is what spaCy's URL expression matches (spacy/lang/tokenizer_exceptions.py, 3.8).
 *
 * The expression: an optional scheme ([\w+-.]{2,}://), optionally anything and "@", then a public IPv4 address or names
 * between dots whose last is 2 to 63 lower-case letters, then optionally a port of 2 to 5 digits, then the end or one of
 * "/?#" and anything. Its parts are told apart by characters that none of them may contain, so one look at each place
 * where the host may begin decides: the start, behind the scheme, behind each "@". A host ends before the next "@", so
 * the time is linear, where the expression's is not. */
#include "filter/words/spacy_internal.h"

#define LABEL_MAX 64 /* characters of a name between dots */
#define TOP_MIN 2    /* of the last one */
#define TOP_MAX 63

/* What may follow a host. */
static bool is_rest(const char *p, const char *end)
{
    unsigned bytes, n = 0;
    if (p < end && *p == ':')
        for (p++; n < 6 && p < end && (spacy_at(p, end, &bytes) & SP_DECIMAL); n++) p += bytes;
    else
        n = 2;
    return n >= 2 && n <= 5 && (p == end || *p == '/' || *p == '?' || *p == '#');
}

/* ---- IPv4 */

struct octet {
    char digit[3]; /* '0' to '9'; 'x': another script's */
    unsigned n;
};

static const char *octet_read(const char *p, const char *end, struct octet *o)
{
    unsigned bytes;
    o->n = 0;
    memset(o->digit, 0, 3);
    for (; p < end && (spacy_at(p, end, &bytes) & SP_DECIMAL); p += bytes) {
        if (o->n == 3) return NULL;
        o->digit[o->n++] = bytes == 1 ? *p : 'x';
    }
    return o->n ? p : NULL;
}

static bool octet_is(const struct octet *o, const char *z)
{
    return o->n == strlen(z) && memcmp(o->digit, z, o->n) == 0;
}

static inline bool within(char c, char low, char high)
{
    return c >= low && c <= high;
}

/* Three digits up to 2 `tens` 9 or 2 `tens + 1` `ones`, not under 100. */
static bool three(const struct octet *o, char tens, char ones)
{
    if (o->digit[0] == '1') return true;
    if (o->digit[0] != '2') return false;
    return within(o->digit[1], '0', tens) || (o->digit[1] == tens + 1 && within(o->digit[2], '0', ones));
}

static bool octets_match(const struct octet o[4])
{
    if (!within(o[0].digit[0], '1', '9') || !within(o[3].digit[0], '1', '9')) return false;
    return (o[0].n < 3 || three(&o[0], '1', '3')) && (o[1].n < 3 || three(&o[1], '4', '5')) &&
           (o[2].n < 3 || three(&o[2], '4', '5')) && (o[3].n < 3 || three(&o[3], '4', '4'));
}

/* Networks that are not public. */
static bool octets_private(const struct octet o[4])
{
    const char *d = o[1].digit;
    if (octet_is(&o[0], "10") || octet_is(&o[0], "127")) return true;
    if (octet_is(&o[0], "169")) return octet_is(&o[1], "254");
    if (octet_is(&o[0], "192")) return octet_is(&o[1], "168");
    if (!octet_is(&o[0], "172") || o[1].n != 2) return false;
    return (d[0] == '1' && within(d[1], '6', '9')) || d[0] == '2' || (d[0] == '3' && within(d[1], '0', '1'));
}

static bool is_address(const char *p, const char *end)
{
    struct octet o[4];
    for (int i = 0; i < 4; i++) {
        if (i > 0 && (p == end || *p++ != '.')) return false;
        p = octet_read(p, end, &o[i]);
        if (!p) return false;
    }
    return octets_match(o) && !octets_private(o) && is_rest(p, end);
}

/* ---- names */

struct label {
    uint32_t first, last, all; /* classes */
    unsigned chars;
    bool host; /* every character may be in a host's name */
};

static bool label_ends(const struct label *l)
{
    return l->chars >= 1 && l->chars <= LABEL_MAX && l->host && l->first & l->last & SP_HOST;
}

static bool is_name(const char *p, const char *end)
{
    struct label l = {0, 0, ~0U, 0, true};
    bool dot = false;
    unsigned bytes;
    for (; p < end; p += bytes) {
        uint32_t class = spacy_at(p, end, &bytes);
        bool host = class & SP_HOST || *p == '_' || *p == '-';
        if (*p == '.') {
            if (!label_ends(&l)) return false;
            dot = true;
            l = (struct label){0, 0, ~0U, 0, true};
            continue;
        }
        if (!host && !(class & SP_LOWER)) break;
        if (l.chars++ == 0) l.first = class;
        l.last = class;
        l.all &= class;
        l.host &= host;
    }
    return dot && l.all & SP_LOWER && l.chars >= TOP_MIN && l.chars <= TOP_MAX && is_rest(p, end);
}

/* ---- */

static bool is_host(const char *p, const char *end)
{
    return is_address(p, end) || is_name(p, end);
}

/* Behind "://" if a scheme stands before it; else NULL. */
static const char *scheme_end(const char *p, const char *end)
{
    unsigned bytes, n = 0;
    for (; p < end; p += bytes, n++)
        if (!(spacy_at(p, end, &bytes) & SP_WORD) && *p != '+' && *p != '-' && *p != '.') break;
    return n >= 2 && end - p >= 3 && memcmp(p, "://", 3) == 0 ? p + 3 : NULL;
}

bool spacy_is_url(const char *p, const char *end)
{
    if (end - p < 4 || !memchr(p, '.', (size_t)(end - p))) return false;
    if (is_host(p, end)) return true;
    const char *q = scheme_end(p, end);
    if (q && is_host(q, end)) return true;
    for (q = p + 1; (q = memchr(q, '@', (size_t)(end - q))); q++)
        if (is_host(q + 1, end)) return true;
    return false;
}
