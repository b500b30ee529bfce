/* bytemap.c: GPT-2's byte-to-character map, by arithmetic: the bytes that do not stand for themselves lie in three runs
 * (0-32, 127-160, 173). No state. */
#include "tokenizer/bytemap.h"
#include "common/text.h"

static bool is_itself(uint32_t c)
{
    return (c >= 33 && c <= 126) || (c >= 161 && c <= 172) || (c >= 174 && c <= 255);
}

uint32_t bytemap_char(uint8_t byte)
{
    if (is_itself(byte)) return byte;
    return 0x100U + (byte <= 32 ? byte : byte <= 160 ? byte - 127U + 33 : 67);
}

int bytemap_byte(uint32_t cp)
{
    if (cp < 0x100) return is_itself(cp) ? (int)cp : -1;
    if (cp >= BYTEMAP_END) return -1;
    uint32_t n = cp - 0x100;
    return (int)(n <= 32 ? n : n < 67 ? n - 33 + 127 : 173);
}

int bytemap_put(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        char c[4];
        buf_put(out, c, utf8_encode(bytemap_char((uint8_t)bytes.p[i]), c));
    }
    return out->failed ? -1 : 0;
}

bool bytemap_get(struct buf *out, struct slice text)
{
    size_t before = out->n;
    const char *end = text.p + text.n;
    for (const char *p = text.p; p < end;) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        int byte = bytemap_byte(cp);
        if (byte < 0) {
            out->n = before;
            return false;
        }
        buf_putc(out, (char)byte);
    }
    return true;
}

void bytemap_sorted(uint8_t bytes[256])
{
    size_t n = 0;
    for (uint32_t cp = 0; cp < BYTEMAP_END; cp++) {
        int byte = bytemap_byte(cp);
        if (byte >= 0) bytes[n++] = (uint8_t)byte;
    }
}
