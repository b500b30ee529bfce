/* path.c: names of archive entries, made harmless and readable. One pass. State: none. Memory: the name. */
#include "ingest/read/path.h"
#include "common/text.h"
#include <strings.h>

#define CODECS " gz bz2 xz zst lz4 lz lzma z "
#define TAR_CODECS " tgz tbz tbz2 txz tlz tzst crate "

/* The upper half of code page 437, as Unicode. Source: unicode.org's CP437.TXT. */
static const uint16_t cp437[128] = {
    0xc7,   0xfc,   0xe9,   0xe2,   0xe4,   0xe0,   0xe5,   0xe7,   0xea,   0xeb,   0xe8,   0xef,   0xee,
    0xec,   0xc4,   0xc5,   0xc9,   0xe6,   0xc6,   0xf4,   0xf6,   0xf2,   0xfb,   0xf9,   0xff,   0xd6,
    0xdc,   0xa2,   0xa3,   0xa5,   0x20a7, 0x192,  0xe1,   0xed,   0xf3,   0xfa,   0xf1,   0xd1,   0xaa,
    0xba,   0xbf,   0x2310, 0xac,   0xbd,   0xbc,   0xa1,   0xab,   0xbb,   0x2591, 0x2592, 0x2593, 0x2502,
    0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514,
    0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550,
    0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c,
    0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x3b1,  0xdf,   0x393,  0x3c0,  0x3a3,  0x3c3,  0xb5,   0x3c4,
    0x3a6,  0x398,  0x3a9,  0x3b4,  0x221e, 0x3c6,  0x3b5,  0x2229, 0x2261, 0xb1,   0x2265, 0x2264, 0x2320,
    0x2321, 0xf7,   0x2248, 0xb0,   0x2219, 0xb7,   0x221a, 0x207f, 0xb2,   0x25a0, 0xa0};

static int to_utf8(struct buf *out, struct slice name, enum path_charset charset)
{
    if (utf8_valid_prefix(name.p, name.n) == name.n) return buf_put_slice(out, name);
    if (charset == PATH_UNKNOWN) return utf8_repair(out, name.p, name.n) < 0 ? -1 : 0;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = (uint8_t)name.p[i];
        char utf8[4];
        buf_put(out, utf8, utf8_encode(c < 0x80 ? c : cp437[c - 0x80], utf8));
    }
    return out->failed ? -1 : 0;
}

static bool is_left_out(struct slice component)
{
    bool drive = component.n == 2 && component.p[1] == ':';
    return component.n == 0 || slice_is(component, ".") || slice_is(component, "..") || drive;
}

/* A component without control characters (C0, DEL, C1). */
static void put_component(struct buf *out, struct slice c)
{
    for (size_t i = 0; i < c.n; i++) {
        uint8_t b = (uint8_t)c.p[i];
        bool c1 = b == 0xc2 && i + 1 < c.n && (uint8_t)c.p[i + 1] < 0xa0;
        if (b >= 0x20 && b != 0x7f && !c1) buf_putc(out, (char)b);
        i += c1;
    }
}

static void put_components(struct buf *out, struct slice path)
{
    size_t begin = out->n;
    char slash = memchr(path.p, '/', path.n) ? '/' : '\\';
    for (const char *p = path.p, *end = p + path.n; p <= end;) {
        const char *next = memchr(p, slash, (size_t)(end - p));
        struct slice c = slice_of(p, (size_t)((next ? next : end) - p));
        size_t before = out->n;
        if (!is_left_out(c)) {
            if (before > begin) buf_putc(out, '/');
            size_t at = out->n;
            put_component(out, c);
            if (out->n == at || is_left_out(slice_of(out->p + at, out->n - at))) out->n = before;
        }
        p += c.n + 1;
    }
}

int path_clean(struct buf *out, struct slice name, enum path_charset charset)
{
    struct buf utf8;
    size_t begin = out->n;
    buf_init(&utf8, BUF_NO_MAX);
    if (name.n > 2 * PATH_BYTES) name.n = 2 * PATH_BYTES;
    int r = to_utf8(&utf8, name, charset);
    if (r == 0 && utf8.n) put_components(out, buf_slice(&utf8));
    buf_free(&utf8);
    if (r < 0 || out->failed) return -1;
    if (out->n - begin > PATH_BYTES) out->n = begin + utf8_valid_prefix(out->p + begin, PATH_BYTES);
    return 0;
}

struct slice path_base(struct slice path)
{
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
    return slash ? slice_of(slash + 1, (size_t)(path.p + path.n - slash - 1)) : path;
}

static struct slice last_ending(struct slice base)
{
    const char *dot = base.n ? memrchr(base.p, '.', base.n) : NULL;
    return dot && dot > base.p ? slice_of(dot + 1, (size_t)(base.p + base.n - dot - 1)) : slice_of("", 0);
}

struct slice path_ending(struct slice path, bool behind_codec)
{
    struct slice base = path_base(path), ending = last_ending(base);
    if (!behind_codec || !path_ending_in(ending, CODECS)) return ending;
    base.n -= ending.n + 1;
    return last_ending(base);
}

bool path_ending_in(struct slice ending, const char *list)
{
    if (ending.n == 0) return false;
    for (const char *p = list + 1; *p; p += strcspn(p, " ") + 1)
        if (strcspn(p, " ") == ending.n && strncasecmp(p, ending.p, ending.n) == 0) return true;
    return false;
}

int path_without_codec(struct buf *out, struct slice path)
{
    struct slice base = path_base(path), ending = last_ending(base);
    bool tar = path_ending_in(ending, TAR_CODECS);
    if (tar || path_ending_in(ending, CODECS)) base.n -= ending.n + 1;
    buf_put_slice(out, base);
    if (tar) buf_puts(out, ".tar");
    return out->failed ? -1 : 0;
}
