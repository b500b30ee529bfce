/* inflate.c: deflate data that isa-l called broken or cut, once more by zlib.
 *
 * isa-l may count bytes that it never wrote before an invalid symbol, and hold bytes back at a cut; zlib gives exactly what is
 * there. In: bytes in memory. Out: a buffer. State: none. Memory: the output, and zlib's 40 KiB. */
#include "ingest/read/inflate.h"
#include <zlib.h>

int inflate_exactly(struct slice s, enum inflate_wrapper wrapper, size_t max_bytes, struct buf *out)
{
    static const int bits[] = {-15, 15, 15 + 16};
    z_stream z = {0};
    buf_clear(out);
    if (inflateInit2(&z, bits[wrapper]) != Z_OK) return -1;
    z.next_in = (Bytef *)s.p;
    int r = Z_OK;
    while (r == Z_OK && out->n <= max_bytes && buf_reserve(out, 65536) == 0) {
        size_t room = max_bytes + 1 - out->n < 65536 ? max_bytes + 1 - out->n : 65536;
        size_t left = s.n - (size_t)((const char *)z.next_in - s.p);
        z.avail_in = (uInt)(left < UINT32_MAX / 2 ? left : UINT32_MAX / 2);
        z.next_out = (Bytef *)out->p + out->n;
        z.avail_out = (uInt)room;
        r = inflate(&z, Z_NO_FLUSH);
        out->n += room - z.avail_out;
    }
    inflateEnd(&z);
    return out->failed ? -1 : 0;
}
