/* name.c: domain names as file names, by percent escapes: injective, and safe for hostile names ("..", "a/b", ""). */
#include "shards/name.h"
#include "common/text.h"
#include <inttypes.h>

const char *const shard_split_name[SHARD_SPLITS] = {"train", "valid"};

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool stays(struct slice domain, size_t i)
{
    static const char mark[] = "-valid";
    char c = domain.p[i];
    if (i == 0 && (c == '.' || c == '-')) return false;
    if (c == '-' && domain.n - i == sizeof mark - 1 && slice_has_suffix(domain, mark)) return false;
    return plain(c);
}

int shard_name_escape(struct slice domain, struct buf *out, struct err *e)
{
    size_t start = out->n;
    if (utf8_valid_prefix(domain.p, domain.n) != domain.n)
        return err_set(e, ERR_USAGE, "a domain name is not UTF-8; see `leat tokenize --domain-key`");
    if (domain.n == 0) buf_putc(out, '%');
    for (size_t i = 0; i < domain.n && out->n - start <= SHARD_MAX_NAME; i++)
        if (stays(domain, i))
            buf_putc(out, domain.p[i]);
        else
            buf_printf(out, "%%%02x", (unsigned char)domain.p[i]);
    if (out->n - start > SHARD_MAX_NAME)
        return err_set(
            e, ERR_USAGE,
            "domain name \"%.60s…\" makes a file name of more than %d bytes; give `leat tokenize` a "
            "--domain-key with short values",
            out->p + start, SHARD_MAX_NAME);
    return buf_terminate(out) < 0 ? err_nomem(e, "naming a file") : 0;
}

int shard_name_file(const char *escaped, enum shard_split split, uint64_t number, struct buf *out)
{
    return buf_printf(out, "%s%s-%05" PRIu64, escaped, split == SHARD_VALID ? "-valid" : "", number);
}
