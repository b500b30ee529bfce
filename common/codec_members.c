/* codec_members.c: drives a decoder over the members of a file. */
#include "common/stream_internal.h"

int members_open(struct in *s, const struct decoder_ops *ops)
{
    if (ops) return 0;
    in_fault(s, -ERR_USAGE, "%s: reading %s is not built in", s->name, codec_name(s->codec));
    return -ERR_USAGE;
}

ssize_t members_read(struct in *s, uint8_t *dst, size_t cap)
{
    return 0;
}
