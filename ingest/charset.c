/* charset.c: which encoding, and the way to UTF-8.
 *
 * Valid UTF-8 comes first because nothing else looks like it by chance; so most pages are checked once and never copied.
 * In: bytes. Out: valid UTF-8. State: one iconv descriptor per encoding that was met, one output buffer. Memory: at most
 * three times the input. */
#include "ingest/charset.h"
#include "common/text.h"
#include <errno.h>

#define PRESCAN_BYTES 4096
#define NOT_OPEN ((iconv_t)-1)

void charset_init(struct charset_decoder *d)
{
    memset(d, 0, sizeof *d);
    for (size_t i = 0; i < CHARSETS; i++) d->open[i] = NOT_OPEN;
    html_init(&d->html);
    buf_init(&d->out, BUF_NO_MAX);
}

void charset_free(struct charset_decoder *d)
{
    for (size_t i = 0; i < CHARSETS; i++)
        if (d->open[i] != NOT_OPEN) iconv_close(d->open[i]);
    buf_free(&d->out);
}

/* ------------------------------------------------------------------ what is declared */

static const struct charset *find_z(const char *label)
{
    return charset_find(slice_str(label));
}

struct slice charset_parameter(struct slice type)
{
    for (size_t i = 0; i + 8 <= type.n; i++) {
        if (!slice_eq_nocase(slice_of(type.p + i, 7), "charset")) continue;
        const char *p = type.p + i + 7, *end = type.p + type.n;
        while (p < end && (*p == ' ' || *p == '\t')) p++;
        if (p == end || *p != '=') continue;
        p++;
        while (p < end && (*p == ' ' || *p == '\t' || *p == '"' || *p == '\'')) p++;
        const char *from = p;
        while (p < end && !strchr(" \t;,\"'", *p)) p++;
        return slice_of(from, (size_t)(p - from));
    }
    return slice_of("", 0);
}

struct prescan {
    struct slice label;
};

static int prescan_token(void *ctx, struct html *h, const struct html_token *t)
{
    struct prescan *found = ctx;
    if (t->type != HTML_START || t->tag != TAG_META) return 0;
    const struct html_attr *charset = html_attr(t, ATTR_CHARSET), *equiv = html_attr(t, ATTR_HTTP_EQUIV);
    const struct html_attr *content = html_attr(t, ATTR_CONTENT);
    if (charset)
        found->label = charset->value;
    else if (content && equiv && slice_eq_nocase(slice_trim(equiv->value), "content-type"))
        found->label = charset_parameter(content->value);
    return found->label.n > 0;
}

/* A page that declares UTF-16 in ASCII letters is none (HTML Standard, 13.2.3.2). */
static const struct charset *prescan(struct charset_decoder *d, struct slice bytes)
{
    struct prescan found = {{"", 0}};
    html_tokenize(&d->html, slice_of(bytes.p, bytes.n < PRESCAN_BYTES ? bytes.n : PRESCAN_BYTES),
                  prescan_token, &found);
    const struct charset *c = charset_find(found.label);
    return c && slice_has_prefix(slice_str(c->name), "utf-") ? find_z("utf-8") : c;
}

/* ------------------------------------------------------------------ what is there */

static const struct charset *byte_order_mark(struct slice bytes, size_t *mark_bytes)
{
    static const struct {
        const char *bytes, *name;
        size_t n;
    } marks[] = {{"\xef\xbb\xbf", "utf-8", 3},
                 {"\xff\xfe\0\0", "utf-32le", 4},
                 {"\0\0\xfe\xff", "utf-32be", 4},
                 {"\xff\xfe", "utf-16le", 2},
                 {"\xfe\xff", "utf-16be", 2}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        *mark_bytes = marks[i].n;
        if (bytes.n >= marks[i].n && memcmp(bytes.p, marks[i].bytes, marks[i].n) == 0)
            return find_z(marks[i].name);
    }
    *mark_bytes = 0;
    return NULL;
}

static bool is_wide(const struct charset *c)
{
    if (!c) return false;
    struct slice name = slice_str(c->name);
    return slice_has_prefix(name, "utf-16") || slice_has_prefix(name, "utf-32");
}

/* ASCII bytes may still mean something else: escape sequences, or two bytes a character. */
static bool hides_in_ascii(const struct charset *c, struct slice bytes)
{
    if (c && strcmp(c->name, "iso-2022-jp") == 0) return memchr(bytes.p, 0x1b, bytes.n);
    return is_wide(c) && memchr(bytes.p, 0, bytes.n);
}

/* Whether bytes that are not all valid are UTF-8 still: at least ten characters beyond ASCII to one error. Counts no
 * further than a hundred errors. */
static bool mostly_utf8(struct slice bytes, size_t good)
{
    uint64_t errors = 0, wide = 0;
    size_t counted = 0;
    for (;;) {
        for (size_t i = counted; i < good; i++) wide += ((uint8_t)bytes.p[i] & 0xc0) == 0xc0;
        if (good >= bytes.n || errors == 100) break;
        errors++;
        counted = good + 1;
        good = counted + utf8_valid_prefix(bytes.p + counted, bytes.n - counted);
    }
    return wide >= 10 * errors;
}

/* All of the bytes are valid, but for a character that the end of the input cut. */
static bool is_utf8(struct slice bytes, size_t good)
{
    if (good == bytes.n) return true;
    return good + 4 > bytes.n && utf8_count(bytes.p, good) < good;
}

static bool is_name(const struct charset *c, const char *name)
{
    return c && strcmp(c->name, name) == 0;
}

static const struct charset *choose(struct charset_decoder *d, struct slice bytes, struct slice declared,
                                    bool html, size_t good)
{
    const struct charset *c = charset_find(declared), *meta = NULL;
    if (hides_in_ascii(c, bytes)) return c;
    bool utf8 = is_utf8(bytes, good), likely = utf8 || mostly_utf8(bytes, good);
    bool look = html && (!utf8 || memchr(bytes.p, 0x1b, bytes.n));
    if (look) meta = prescan(d, bytes);
    if (utf8) return hides_in_ascii(meta, bytes) ? meta : find_z("utf-8");
    if (is_wide(c)) c = NULL; /* there is no zero byte in it */
    if (is_name(c, "utf-8") && !likely) c = NULL;
    if (!c) c = meta;
    if (is_name(c, "utf-8") && !likely) c = NULL;
    return c ? c : find_z(likely ? "utf-8" : "windows-1252");
}

/* ------------------------------------------------------------------ conversion */

/* 0x80 to 0x9f of windows-1252; the five that mean nothing stay C1 controls, as the standard has it. */
static const uint16_t windows_1252[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                          0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

static int decode_1252(struct buf *out, struct slice bytes)
{
    for (size_t at = 0; at < bytes.n;) {
        size_t n = bytes.n - at < 65536 ? bytes.n - at : 65536;
        if (buf_reserve(out, 3 * n) < 0) return -1;
        char *to = out->p + out->n;
        for (const char *p = bytes.p + at, *end = p + n; p < end; p++) {
            uint8_t c = (uint8_t)*p;
            if (c < 0x80)
                *to++ = (char)c;
            else
                to += utf8_encode(c < 0xa0 ? windows_1252[c - 0x80] : c, to);
        }
        out->n = (size_t)(to - out->p);
        at += n;
    }
    return 0;
}

static int decode_iconv(iconv_t cd, struct buf *out, struct slice bytes)
{
    char *in = (char *)bytes.p;
    size_t left = bytes.n;
    iconv(cd, NULL, NULL, NULL, NULL);
    while (left > 0) {
        if (buf_reserve(out, left + left / 2 + 64) < 0) return -1;
        char *to = out->p + out->n;
        size_t room = out->cap - out->n;
        size_t r = iconv(cd, &in, &left, &to, &room);
        out->n = (size_t)(to - out->p);
        if (r != (size_t)-1 || errno == E2BIG) continue;
        in++; /* a byte that means nothing here, or a character cut by the end */
        left--;
        if (buf_put(out, "\xef\xbf\xbd", 3) < 0) return -1;
    }
    if (buf_reserve(out, 64) < 0) return -1; /* some encodings hold a character back */
    char *to = out->p + out->n;
    size_t room = 64;
    iconv(cd, NULL, NULL, &to, &room);
    out->n = (size_t)(to - out->p);
    return 0;
}

static int convert(struct charset_decoder *d, const struct charset *c, struct slice bytes, struct err *e)
{
    buf_clear(&d->out);
    if (c->iconv) {
        iconv_t *cd = &d->open[charset_index(c)];
        if (*cd == NOT_OPEN) *cd = iconv_open("UTF-8", c->iconv);
        if (*cd == NOT_OPEN)
            return err_set(e, ERR_DATA,
                           "iconv does not know %s: install its modules (libc6, libc-gconv-modules-extra)",
                           c->iconv);
        return decode_iconv(*cd, &d->out, bytes) < 0 ? err_nomem(e, "decoding a page") : 0;
    }
    bool utf8 = strcmp(c->name, "utf-8") == 0;
    if ((utf8 ? utf8_repair(&d->out, bytes.p, bytes.n) : decode_1252(&d->out, bytes)) < 0)
        return err_nomem(e, "decoding a page");
    return 0;
}

int charset_decode(struct charset_decoder *d, struct slice bytes, struct slice declared, bool html,
                   struct slice *text, const char **name, struct err *e)
{
    size_t mark = 0;
    const struct charset *c = byte_order_mark(bytes, &mark);
    bytes = slice_of(bytes.p + mark, bytes.n - mark);
    size_t good = utf8_valid_prefix(bytes.p, bytes.n);
    if (!c) c = choose(d, bytes, declared, html, good);
    *name = c->name;
    *text = bytes;
    if (strcmp(c->name, "utf-8") == 0 && good == bytes.n) return 0;
    int r = convert(d, c, bytes, e);
    *text = slice_of(d->out.n ? d->out.p : "", d->out.n);
    return r;
}
