/* url_host.c: the host of a URL, by the WHATWG URL Standard §3: percent-decoding, domain to ASCII, IPv4 in any of its old forms, IPv6.
 *
 * Domains of plain ASCII are only brought to lower case, their "xn--" labels unchecked, which is what the standard says since 2025; others
 * go through ICU's UTS #46 (non-transitional, bidi and joiners checked; its complaints about hyphens and lengths do not
 * count, as the standard sets CheckHyphens and VerifyDnsLength to false). In: a slice. Out: appended. State: none. Memory: a host
 * has at most URL_MAX_HOST bytes. */
#include "common/url_host.h"
#include "common/err.h"
#include "common/text.h"
#include <unicode/uidna.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* ------------------------------------------------------------------ IPv4 */

/* "10", "012", "0xA", "0x": false when it is no number. Large ones stay at 2^40. */
static bool ipv4_number(struct slice s, uint64_t *value)
{
    unsigned radix = 10;
    size_t i = 0;
    *value = 0;
    if (s.n == 0) return false;
    if (s.n >= 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') {
        radix = 16;
        i = 2;
    } else if (s.n >= 2 && s.p[0] == '0') {
        radix = 8;
        i = 1;
    }
    for (; i < s.n; i++) {
        int d = hex_digit(s.p[i]);
        if (d < 0 || (unsigned)d >= radix) return false;
        *value = *value * radix + (unsigned)d;
        if (*value >> 40) *value = (uint64_t)1 << 40;
    }
    return true;
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.n > 0;
}

/* Whether the standard takes the host for an IPv4 address: its last label is a number. */
static bool ends_in_number(struct slice host)
{
    uint64_t value;
    if (host.n && host.p[host.n - 1] == '.') host.n--;
    const char *dot = host.n ? memrchr(host.p, '.', host.n) : NULL;
    struct slice last = dot ? slice_of(dot + 1, (size_t)(host.p + host.n - dot - 1)) : host;
    return all_digits(last) || ipv4_number(last, &value);
}

static int put_ipv4(struct slice host, struct buf *out)
{
    uint64_t part[4] = {0}, address = 0;
    size_t n = 0;
    if (host.n && host.p[host.n - 1] == '.') host.n--;
    for (size_t i = 0, from = 0; i <= host.n; i++) {
        if (i < host.n && host.p[i] != '.') continue;
        if (n == 4 || !ipv4_number(slice_of(host.p + from, i - from), &part[n])) return -ERR_DATA;
        n++;
        from = i + 1;
    }
    if (n == 0) return -ERR_DATA;
    for (size_t i = 0; i + 1 < n; i++) {
        if (part[i] > 255) return -ERR_DATA;
        address |= part[i] << (24 - 8 * i);
    }
    if (part[n - 1] >> (8 * (5 - n))) return -ERR_DATA;
    address |= part[n - 1];
    return buf_printf(out, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
                      (unsigned)(address >> 8 & 255), (unsigned)(address & 255)) < 0
               ? -ERR_IO
               : 0;
}

/* ------------------------------------------------------------------ IPv6 */

/* The dotted end of an IPv6 address into two pieces. */
static bool ipv6_dotted(struct slice s, uint16_t *piece)
{
    unsigned byte[4];
    size_t i = 0;
    for (int k = 0; k < 4; k++) {
        if (k && (i == s.n || s.p[i++] != '.')) return false;
        size_t first = i;
        byte[k] = 0;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i - first < 3)
            byte[k] = byte[k] * 10 + (unsigned)(s.p[i++] - '0');
        if (i == first || byte[k] > 255 || (i - first > 1 && s.p[first] == '0')) return false;
    }
    piece[0] = (uint16_t)(byte[0] << 8 | byte[1]);
    piece[1] = (uint16_t)(byte[2] << 8 | byte[3]);
    return i == s.n;
}

/* Pieces of s, between colons, into piece[0..max); *n counts them; *compress: before which "::" stood, or -1. */
static bool ipv6_pieces(struct slice s, uint16_t piece[8], int *n, int *compress)
{
    size_t i = 0;
    *n = 0;
    *compress = -1;
    if (s.n && s.p[0] == ':') {
        if (s.n < 2 || s.p[1] != ':') return false;
        i = 2;
        *compress = 0;
    }
    while (i < s.n) {
        if (*n == 8) return false;
        if (s.p[i] == ':') {
            if (*compress >= 0) return false;
            i++;
            *compress = *n;
            continue;
        }
        unsigned value = 0;
        size_t first = i;
        while (i < s.n && i - first < 4 && hex_digit(s.p[i]) >= 0)
            value = value * 16 + (unsigned)hex_digit(s.p[i++]);
        if (i < s.n && s.p[i] == '.') {
            if (i == first || *n > 6 || !ipv6_dotted(slice_of(s.p + first, s.n - first), piece + *n))
                return false;
            *n += 2;
            return true;
        }
        if (i < s.n && s.p[i] == ':') {
            if (++i == s.n) return false;
        } else if (i < s.n) {
            return false;
        }
        piece[(*n)++] = (uint16_t)value;
    }
    return true;
}

/* The longest run of two or more zero pieces, the first of equal ones. */
static int longest_zeros(const uint16_t piece[8], int *length)
{
    int best = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && piece[i + n] == 0) n++;
        if (n > *length) {
            best = i;
            *length = n;
        }
        i += n;
    }
    return best;
}

/* s: without the brackets. */
static int put_ipv6(struct slice s, struct buf *out)
{
    uint16_t piece[8] = {0};
    int n, compress, zeros;
    if (!ipv6_pieces(s, piece, &n, &compress) || (compress < 0 && n != 8) || (compress >= 0 && n == 8))
        return -ERR_DATA;
    if (compress >= 0) {
        memmove(piece + 8 - (n - compress), piece + compress, (size_t)(n - compress) * sizeof *piece);
        memset(piece + compress, 0, (size_t)(8 - n) * sizeof *piece);
    }
    int from = longest_zeros(piece, &zeros);
    buf_putc(out, '[');
    for (int i = 0; i < 8; i++) {
        if (i == from) {
            buf_puts(out, i == 0 ? "::" : ":");
            i += zeros - 1;
            continue;
        }
        buf_printf(out, "%x%s", piece[i], i < 7 ? ":" : "");
    }
    return buf_putc(out, ']') < 0 ? -ERR_IO : 0;
}

/* ------------------------------------------------------------------ domains */

/* The standard's forbidden domain code points, of ASCII. */
static bool is_forbidden(uint8_t c)
{
    return c <= 0x20 || c == 0x7f || strchr("#/:<>?@[\\]^|%", c) != NULL;
}

/* Decodes %XX; false: longer than URL_MAX_HOST. */
static bool percent_decode(struct slice in, char out[URL_MAX_HOST], size_t *n, bool *ascii)
{
    *n = 0;
    *ascii = true;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%' && i + 2 < in.n && hex_digit(in.p[i + 1]) >= 0 && hex_digit(in.p[i + 2]) >= 0) {
            c = (char)(hex_digit(in.p[i + 1]) << 4 | hex_digit(in.p[i + 2]));
            i += 2;
        }
        if (*n == URL_MAX_HOST) return false;
        out[(*n)++] = c;
        *ascii &= (uint8_t)c < 0x80;
    }
    return true;
}

static int domain_by_icu(struct url *u, const char *p, size_t n, char out[4 * URL_MAX_HOST], size_t *out_n)
{
    const uint32_t passed = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                            UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                            UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    if (!u->idna)
        u->idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                      UIDNA_NONTRANSITIONAL_TO_UNICODE,
                                  &status);
    if (U_FAILURE(status)) return -ERR_IO;
    int32_t got = uidna_nameToASCII_UTF8(u->idna, p, (int32_t)n, out, 4 * URL_MAX_HOST, &info, &status);
    if (status == U_MEMORY_ALLOCATION_ERROR) return -ERR_IO;
    if (U_FAILURE(status) || got > URL_MAX_HOST || (info.errors & ~passed)) return -ERR_DATA;
    *out_n = (size_t)got;
    return 0;
}

int url_put_host(struct url *u, struct slice in, struct buf *out, enum url_host_kind *kind)
{
    char decoded[URL_MAX_HOST], name[4 * URL_MAX_HOST];
    size_t n, name_n;
    bool ascii;
    *kind = URL_IPV6;
    if (in.n && in.p[0] == '[')
        return in.p[in.n - 1] == ']' && in.n > 1 ? put_ipv6(slice_of(in.p + 1, in.n - 2), out) : -ERR_DATA;
    *kind = URL_DOMAIN;
    if (!percent_decode(in, decoded, &n, &ascii)) return -ERR_DATA;
    if (ascii) {
        for (size_t i = 0; i < n; i++)
            name[i] = decoded[i] >= 'A' && decoded[i] <= 'Z' ? (char)(decoded[i] | 0x20) : decoded[i];
        name_n = n;
    } else {
        if (utf8_valid_prefix(decoded, n) < n) return -ERR_DATA;
        int r = domain_by_icu(u, decoded, n, name, &name_n);
        if (r < 0) return r;
    }
    if (name_n == 0) return -ERR_DATA;
    for (size_t i = 0; i < name_n; i++)
        if (is_forbidden((uint8_t)name[i])) return -ERR_DATA;
    struct slice host = slice_of(name, name_n);
    if (ends_in_number(host)) {
        *kind = URL_IPV4;
        return put_ipv4(host, out);
    }
    return buf_put_slice(out, host) < 0 ? -ERR_IO : 0;
}
