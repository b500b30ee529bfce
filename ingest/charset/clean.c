/* clean.c: control characters and line ends. One pass, runs of other bytes are copied whole. State: none. */
#include "ingest/charset/clean.h"
#include "common/text.h"

/* Bytes to look at: controls, and the first byte of C1 controls. */
static bool is_plain(uint8_t c)
{
    return (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7f && c != 0xc2;
}

int clean_text(struct buf *out, struct slice text)
{
    const char *p = text.p, *end = p + text.n;
    if (buf_reserve(out, text.n) < 0) return -1;
    while (p < end) {
        const char *from = p;
        while (p < end && is_plain((uint8_t)*p)) p++;
        buf_put(out, from, (size_t)(p - from));
        if (p == end) break;
        bool wide = (uint8_t)*p == 0xc2 && end - p > 1, newline = p + 1 < end && p[1] == '\n';
        if (*p == '\r' && !newline) buf_putc(out, '\n');
        if (wide && (uint8_t)p[1] >= 0xa0) buf_put(out, p, 2);
        p += wide ? 2 : 1;
    }
    return out->failed ? -1 : 0;
}

bool clean_is_binary(struct slice text)
{
    size_t n = text.n < 4096 ? text.n : 4096, odd = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text.p[i];
        odd += (c < 0x20 && !strchr("\t\n\r\f\033", c)) || c == 0 || c == 0x7f;
        odd += n - i >= 3 && memcmp(text.p + i, "\xef\xbf\xbd", 3) == 0;
    }
    return odd * 10 > n;
}
