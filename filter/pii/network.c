/* network.c: e-mail addresses and public IP addresses.
 *
 * An e-mail address: a dot-atom of RFC 5322 of at most 64 characters, '@', a name of at least two labels whose last one is
 * letters, and not the ending of a file ("icon@2x.png"). IPv4 is RFC 6943's strict form, IPv6 RFC 4291's with at least
 * three groups or "::" and one; only what IANA's registries of special addresses leave for the public net. Four numbers
 * after "version", "v", "Chrome/", "§"… are not an address. */
#include "filter/pii/find.h"
#include <string.h>

static bool is_local(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+/=?^_`{|}~.-", c));
}

/* ------------------------------------------------------------------ e-mail */

/* Where the local part begins; `at` when there is none. */
static size_t local_start(const struct pii *f, size_t at)
{
    size_t i = at;
    while (i > 0 && at - i <= 65 && is_local(f->p[i - 1]) && !(f->p[i - 1] == '.' && pii_at(f, i) == '.'))
        i--;
    while (i < at && !is_alnum(f->p[i]) && f->p[i] != '_') i++;
    for (size_t k = at; k > i; k--) /* links: "mailto=x@y", "?to=x@y", "a/b/x@y" */
        if (strchr("=/?&|", f->p[k - 1])) return k;
    return at - i <= 64 && pii_before(f, at) != '.' ? i : at;
}

static bool is_file_ending(const char *p, size_t n)
{
    static const char *const endings[] = {"png",  "jpg",  "jpeg", "gif", "svg", "webp", "css", "js",
                                          "json", "html", "htm",  "php", "txt", "pdf",  "bmp", "tiff",
                                          "ico",  "exe",  "dll",  "xml", "min", "jar",  "tgz", "gz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_eq_nocase(slice_of(p, n), endings[i])) return true;
    return false;
}

/* The end of the longest name at i that ends with a label of letters; i when there is none. */
static size_t domain_end(const struct pii *f, size_t i)
{
    size_t start = i, best = i;
    unsigned labels = 0;
    while (i - start < 255) {
        size_t label = i, letters = 0;
        while (is_alnum(pii_at(f, i)) || pii_at(f, i) == '-') letters += is_letter(f->p[i++]);
        while (i > label && f->p[i - 1] == '-') i--;
        if (i == label || i - label > 63 || f->p[label] == '-') break;
        bool top = letters == i - label || (i - label > 4 && memcmp(f->p + label, "xn--", 4) == 0);
        if (labels++ && top && i - label >= 2 && !is_file_ending(f->p + label, i - label)) best = i;
        if (pii_at(f, i) != '.') break;
        i++;
    }
    return best;
}

/* The '@' belongs to scheme://user:password@host. */
static bool in_authority(const struct pii *f, size_t at, size_t *user)
{
    size_t i = at, colon = 0;
    while (i > 0 && at - i < 128 && (is_local(f->p[i - 1]) || f->p[i - 1] == ':') && f->p[i - 1] != '/') i--;
    if (i < 3 || memcmp(f->p + i - 3, "://", 3) != 0) return false;
    for (size_t k = i; k < at; k++)
        if (f->p[k] == ':') colon = k;
    *user = i;
    return colon > i && colon + 1 < at;
}

void find_email(struct pii *f, size_t at)
{
    size_t start = local_start(f, at), user;
    size_t end = start < at ? domain_end(f, at + 1) : at + 1;
    if (end == at + 1 || in_authority(f, at, &user)) return;
    pii_add(f, start, end, PII_EMAIL, "email", RANK_CERTAIN);
}

void find_url_password(struct pii *f, size_t at)
{
    size_t user;
    if (in_authority(f, at, &user) && is_alnum(pii_at(f, at + 1)))
        pii_add(f, user, at, PII_SECRET, "url_password", RANK_CERTAIN);
}

/* ------------------------------------------------------------------ IPv4 */

unsigned ip4_parse(const char *p, size_t n, unsigned char a[4])
{
    size_t i = 0;
    for (unsigned k = 0; k < 4; k++) {
        size_t start = i;
        unsigned v = 0;
        while (i < n && i - start < 4 && is_digit(p[i])) v = v * 10 + (unsigned)(p[i++] - '0');
        if (i == start || i - start > 3 || v > 255 || (p[start] == '0' && i - start > 1)) return 0;
        a[k] = (unsigned char)v;
        if (k == 3) return (unsigned)i;
        if (i == n || p[i++] != '.') return 0;
    }
    return 0;
}

bool ip4_is_public(const unsigned char a[4])
{
    static const struct {
        uint32_t base;
        unsigned bits;
    } not_public[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
                      {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24},
                      {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24},
                      {0xf0000000, 4}};
    uint32_t v = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
    if (v == 0xc0000009 || v == 0xc000000a) return true; /* RFC 7723, RFC 8155 */
    for (size_t i = 0; i < sizeof not_public / sizeof *not_public; i++)
        if ((v ^ not_public[i].base) >> (32 - not_public[i].bits) == 0) return false;
    return true;
}

/* What stands before four numbers says that they count something else. */
static bool is_version(const struct pii *f, size_t start)
{
    char c = pii_before(f, start);
    if (is_letter(c) || c == '_' || c == '.' || c == '-' || c == '$' || c == '#') return true;
    if (c == '/' && start > 1 && is_letter(f->p[start - 2])) return true; /* "Chrome/41.0.2228.0" */
    return pii_context(f, start, start, 24, 0,
                       "version|ver.|ver "
                       "|release|build|firmware|section|§|chapter|clause|v.|update|upgrade|oid|revision|rev.|"
                       "python|kernel|java|php|node|mysql|figure|table|appendix|versión|版本|версия");
}

void find_ip4(struct pii *f, size_t at)
{
    unsigned char a[4];
    if (pii_at(f, at + 1) != '.' && pii_at(f, at + 2) != '.' && pii_at(f, at + 3) != '.') return;
    unsigned n = ip4_parse(f->p + at, f->n - at, a);
    if (!n || !ip4_is_public(a) || a[0] >= 224) return;
    char next = pii_at(f, at + n), then = pii_at(f, at + n + 1);
    if (is_alnum(next) || next == '_' || next == '%') return;
    if ((next == '.' || next == '-') && is_alnum(then)) return; /* a longer version, a host name */
    if (pii_before(f, at) == ',' && at > 1 && is_digit(f->p[at - 2])) return;
    if (!is_version(f, at)) pii_add(f, at, at + n, PII_IP, "ipv4", RANK_CHECKED);
}

/* ------------------------------------------------------------------ IPv6 */

static bool is_hex(char c)
{
    return is_digit(c) || (unsigned char)((c | 32) - 'a') < 6;
}

struct ip6 {
    uint16_t group[8];
    unsigned n, gap; /* groups, and where "::" stands: 9 for nowhere */
};

/* The trailing IPv4 form; its length. */
static unsigned ip6_ending(const char *p, size_t n, struct ip6 *a)
{
    unsigned char v4[4];
    unsigned used = a->n <= 6 ? ip4_parse(p, n, v4) : 0;
    if (!used) return 0;
    a->group[a->n++] = (uint16_t)(v4[0] << 8 | v4[1]);
    a->group[a->n++] = (uint16_t)(v4[2] << 8 | v4[3]);
    return used;
}

/* The length of an address at p, or 0. */
static size_t ip6_parse(const char *p, size_t n, struct ip6 *a)
{
    size_t i = 0;
    *a = (struct ip6){.gap = 9};
    if (n >= 2 && p[0] == ':' && p[1] == ':') a->gap = 0, i = 2;
    while (a->n < 8 && i < n && is_hex(p[i])) {
        size_t start = i;
        unsigned v = 0, v4 = ip6_ending(p + i, n - i, a);
        if (v4) return i + v4;
        while (i < n && i - start < 5 && is_hex(p[i]))
            v = v << 4 | (unsigned)(is_digit(p[i]) ? p[i] - '0' : (p[i] | 32) - 'a' + 10), i++;
        if (i - start > 4) return 0;
        a->group[a->n++] = (uint16_t)v;
        if (i + 1 < n && p[i] == ':' && p[i + 1] == ':' && a->gap == 9)
            a->gap = a->n, i += 2;
        else if (a->n < 8 && i + 1 < n && p[i] == ':' && is_hex(p[i + 1]))
            i++;
        else
            break;
    }
    return i;
}

/* Only 2000::/3 is given out, but for some spans of 2001::/23 and the documentation's; where a text writes an address of
 * all eight groups out of it, it is one too, if not link-local, private or multicast. */
static bool ip6_is_public(const struct ip6 *a)
{
    unsigned g = a->group[0];
    if (a->gap == 0) return false;
    if (g == 0x2001 && (a->group[1] == 0xdb8 || (a->n > 1 && a->group[1] < 0x200 && a->gap != 1)))
        return false;
    if ((g & 0xe000) == 0x2000) return true;
    return a->gap == 9 && g != 0 && (g & 0xfe00) != 0xfc00 && (g & 0xff80) != 0xfe80 &&
           (g & 0xff00) != 0xff00;
}

void find_ip6(struct pii *f, size_t colon)
{
    struct ip6 a;
    size_t i = colon;
    if (colon < f->ip_done) return;
    while (i > f->ip_done && colon - i < 45 && (is_hex(f->p[i - 1]) || f->p[i - 1] == ':')) i--;
    while (i < colon && f->p[i] == ':' && pii_at(f, i + 1) != ':') i++;
    size_t end = i + ip6_parse(f->p + i, f->n - i, &a);
    if (end <= colon) return;
    f->ip_done = end;
    bool whole = a.gap == 9 ? a.n == 8 : a.n >= 2 && a.n < 8;
    if (!whole || !pii_word_starts(f, i) || !pii_word_ends(f, end) || pii_at(f, end) == ':' ||
        !ip6_is_public(&a))
        return;
    pii_add(f, i, end, PII_IP, "ipv6", RANK_CERTAIN);
}

/* ------------------------------------------------------------------ datatrove's */

static bool is_python_word(const struct pii *f, size_t i, bool before)
{
    uint32_t cp;
    if (before) {
        if (!i) return false;
        do i--;
        while (i > 0 && (f->p[i] & 0xc0) == 0x80);
    }
    if (i >= f->n) return false;
    utf8_decode(f->p + i, f->p + f->n, &cp);
    return cp == '_' || (unicode_classes(cp) & (UC_LETTER | UC_NUMBER));
}

/* \b[A…]+(?:\.[A…]+)* before the '@': the first place where it can begin. */
static size_t fineweb_local(const struct pii *f, size_t from, size_t at)
{
    size_t i = at, best = at;
    if (at == from || f->p[at - 1] == '.') return at;
    while (i > from && is_local(f->p[i - 1]) && !(f->p[i - 1] == '.' && f->p[i] == '.')) {
        i--;
        if (f->p[i] != '.' && is_python_word(f, i, true) != is_python_word(f, i, false)) best = i;
    }
    return best;
}

static size_t fineweb_domain(const struct pii *f, size_t i)
{
    size_t last = 0;
    for (unsigned dots = 0;; dots++) {
        size_t label = i, end;
        while (is_alnum(pii_at(f, i)) || pii_at(f, i) == '-') i++;
        for (end = i; end > label && f->p[end - 1] == '-';) end--;
        if (end == label || f->p[label] == '-') return last;
        if (dots) last = end;
        if (end != i || pii_at(f, i) != '.') return last;
        i++;
    }
}

/* 25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]? : the longest that it takes. */
static unsigned octet(const struct pii *f, size_t i)
{
    char a = pii_at(f, i), b = pii_at(f, i + 1), c = pii_at(f, i + 2);
    if (!is_digit(a)) return 0;
    if (!is_digit(b)) return 1;
    if (!is_digit(c) || a > '2' || (a == '2' && (b > '5' || (b == '5' && c > '5')))) return 2;
    return 3;
}

/* "[1.2.3.4]", whose last part may also be [A-Za-z0-9-]*[A-Za-z0-9]: */
static size_t fineweb_literal(const struct pii *f, size_t i)
{
    if (pii_at(f, i++) != '[') return 0;
    for (unsigned k = 0; k < 3; k++) {
        i += octet(f, i);
        if (!is_digit(f->p[i - 1]) || pii_at(f, i++) != '.') return 0;
    }
    unsigned n = octet(f, i);
    if (n && pii_at(f, i + n) == ']') return i + n + 1;
    size_t start = i;
    while (is_alnum(pii_at(f, i)) || pii_at(f, i) == '-') i++;
    return i > start && is_alnum(f->p[i - 1]) && pii_at(f, i) == ':' && pii_at(f, i + 1) == ']' ? i + 2 : 0;
}

static unsigned fineweb_ip4(const struct pii *f, size_t at, size_t to)
{
    size_t i = at;
    for (unsigned k = 0; k < 4; k++) {
        unsigned n = octet(f, i);
        if (i + n > to) n = i < to ? (unsigned)(to - i) : 0;
        if (!n) return 0;
        i += n;
        if (k < 3 && (i >= to || f->p[i++] != '.')) return 0;
    }
    return (unsigned)(i - at);
}

static void fineweb_ips(struct pii *f, size_t from, size_t to)
{
    unsigned char a[4];
    while (from < to) {
        const char *dot = memchr(f->p + from, '.', to - from);
        if (!dot) return;
        size_t end = (size_t)(dot - f->p), i = end;
        while (i > from && end - i < 3 && is_digit(f->p[i - 1])) i--;
        unsigned n = 0;
        for (; i < end && !n; i += !n) n = fineweb_ip4(f, i, to);
        if (n && ip4_parse(f->p + i, n, a) == n && ip4_is_public(a))
            pii_add(f, i, i + n, PII_IP, "ipv4", RANK_CERTAIN);
        from = n ? i + n : end + 1;
    }
}

void find_fineweb(struct pii *f)
{
    size_t done = 0, at = 0;
    const char *p;
    while (pii_wants(f, PII_EMAIL) && at < f->n && (p = memchr(f->p + at, '@', f->n - at))) {
        at = (size_t)(p - f->p);
        size_t start = fineweb_local(f, done, at), end = start < at ? fineweb_domain(f, at + 1) : 0;
        if (start < at && !end) end = fineweb_literal(f, at + 1);
        at++;
        if (!end) continue;
        if (pii_wants(f, PII_IP)) fineweb_ips(f, done, start);
        pii_add(f, start, end, PII_EMAIL, "email", RANK_CERTAIN);
        done = at = end;
    }
    if (pii_wants(f, PII_IP)) fineweb_ips(f, done, f->n);
}
