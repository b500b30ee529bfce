/* Any bytes as a stream: read in pieces of sizes and with flags that the first byte chooses. Whatever they are, reading
 * ends, gives 0 behind the end, a message with every fault, and never more than the codecs can have made of it. */
#include "common/stream.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CONTENT_MAX ((uint64_t)64 << 20) /* a bomb is read no further */

static void read_all(struct in *s, size_t cap)
{
    char *p = malloc(cap);
    struct err e;
    uint64_t total = 0, faults = 0;
    bool truncated = false;
    for (;;) {
        e.code = 0;
        e.msg[0] = 0;
        ssize_t n = in_read(s, p, cap, &e);
        if (n > (ssize_t)cap || (n < 0 && (!e.code || !e.msg[0])) || (n > 0 && truncated)) abort();
        if (n > 0 && in_member_offset(s) > in_raw_bytes(s)) abort();
        truncated |= n == IN_TRUNCATED;
        if (n == 0 || (n < 0 && n != IN_DAMAGED && n != IN_TRUNCATED)) break;
        total += n > 0 ? (uint64_t)n : 0;
        faults += n < 0;
        if (faults > in_size_bytes(s) + 2) abort();
        if (total > CONTENT_MAX) break;
    }
    if (total <= CONTENT_MAX && e.code == 0 && in_read(s, p, cap, &e) != 0) abort();
    if (in_skipped_bytes(s) > in_raw_bytes(s)) abort();
    free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t caps[] = {1, 13, 100, 4095, 4096, 1 << 16};
    if (size == 0) return 0;
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1) || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    int saved = dup(0);
    dup2(fd, 0);
    struct in *s;
    if (in_open(&s, "-", (data[0] >> 3) & (IN_MEMBERS | IN_RAW), NULL)) abort();
    read_all(s, caps[(data[0] & 7) % 6]);
    in_close(s);
    dup2(saved, 0);
    close(saved);
    close(fd);
    return 0;
}
