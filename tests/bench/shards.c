/* For tests/bench/shards.sh:
 *   shards make TOKENS >STREAM    a token stream of documents of about 1,000 tokens in four domains
 *   shards read DIR SEQ_LEN       reads every window once in the order of training; prints tokens per second */
#include "common/ltok.h"
#include "shards/shard.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int make(uint64_t total)
{
    static const char *const domain[] = {"web", "web", "academic", "code", "encyclopedia"};
    struct ltok_header h = {.width = 2, .vocab_size = 50257, .eod_token = 50256};
    static uint16_t tokens[4096];
    struct buf b;
    uint64_t documents = 0, given = 0;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < 4096; i++) tokens[i] = (uint16_t)(hash_mix64(i) % 50256);
    ltok_put_header(&b, &h);
    while (given < total) {
        char id[32], url[64];
        snprintf(id, sizeof id, "%016" PRIx64, hash_mix64(documents + 1));
        snprintf(url, sizeof url, "https://example.org/page/%" PRIu64, documents);
        struct ltok_doc d = {.id = slice_str(id),
                             .domain = slice_str(domain[documents % 5]),
                             .source = slice_str("bench"),
                             .url = slice_str(url),
                             .warc_file = slice_str("a.warc.gz"),
                             .warc_offset = (int64_t)given,
                             .tokens = tokens + documents % 1000,
                             .n_tokens = 100 + hash_mix64(documents) % 1800};
        ltok_put_doc(&b, &h, &d);
        given += d.n_tokens;
        documents++;
        if (b.n > (1 << 20) && fwrite(b.p, 1, b.n, stdout) != b.n) return 1;
        if (b.n > (1 << 20)) buf_clear(&b);
    }
    ltok_put_end(&b, documents, given);
    return fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0 ? 0 : 1;
}

static int read_all(const char *dir, uint32_t seq_len)
{
    struct shard_set *s;
    struct err e = {0};
    struct shard_order o = {.seed = 1};
    enum { BATCH = 32 };
    uint32_t *t = malloc(BATCH * ((size_t)seq_len + 1) * sizeof *t);
    double start = now();
    int r = shard_open(&s, dir, &e);
    double opened = now();
    uint64_t samples = r == 0 ? shard_info(s)->tokens / seq_len / BATCH * BATCH : 0;
    for (int round = 0; round < 3 && r == 0; round++) {
        double begun = now();
        for (uint64_t i = 0; i < samples && r == 0; i += BATCH)
            r = shard_batch(s, &o, i, BATCH, seq_len, t, &e);
        printf("round %d: %.0f M tokens/s in shuffled windows of %u\n", round,
               1e-6 * (double)(samples * seq_len) / (now() - begun), seq_len);
    }
    struct shard_sample at;
    double begun = now();
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 1000000 && r == 0; i++) {
        r = shard_sample_at(s, &o, i * 1000003, seq_len, &at, &e);
        sum += at.window;
    }
    printf("open %.2f ms; sample at any i %.0f ns (%u)\n", 1e3 * (opened - start), 1e3 * (now() - begun),
           (unsigned)(sum & 1));
    if (r < 0) fprintf(stderr, "%s\n", e.msg);
    shard_close(s);
    free(t);
    return -r;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "make") == 0) return make(strtoull(argv[2], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "read") == 0)
        return read_all(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    return 2;
}
