/* The reader library over made shards: every window, in the order promised, with the right tokens. */
#include "shards/shard.h"
#include "common/hash.h"
#include "tests/unit/shards/make.h"
#include <pthread.h>

#define VOCAB 5000
#define SEQ 64

static const struct made_domain made[] = {
    {"code", 30, 9000, 500}, {"web", 60, 20000, 900}, {"wiki", 10, 3000, 0}};
enum { DOMAINS = 3 };

static struct shard_set *open_set(const char *dir)
{
    struct shard_set *s = NULL;
    struct err e = {0};
    if (shard_open(&s, dir, &e) < 0) {
        printf("# %s\n", e.msg);
        exit(1);
    }
    return s;
}

/* The token stream of a domain's split, read without the library: files end to end. */
static uint64_t slow_stream(const char *dir, const char *domain, const char *split, unsigned width,
                            uint32_t **out)
{
    uint64_t n = 0;
    *out = NULL;
    for (int i = 0;; i++) {
        char path[300];
        struct buf b;
        snprintf(path, sizeof path, "%s/%s%s-%05d.bin", dir, domain,
                 strcmp(split, "valid") == 0 ? "-valid" : "", i);
        if (access(path, R_OK) < 0) return n;
        buf_init(&b, BUF_NO_MAX);
        FILE *f = fopen(path, "rb");
        for (int c; (c = fgetc(f)) != EOF;) buf_putc(&b, (char)c);
        fclose(f);
        uint32_t *more = realloc(*out, (n + b.n / width + 1) * sizeof *more);
        if (!more) abort();
        *out = more;
        for (size_t at = 0; at < b.n; at += width) {
            (*out)[n] = 0;
            memcpy(&(*out)[n++], b.p + at, width);
        }
        buf_free(&b);
    }
}

TEST(info_says_what_was_written)
{
    struct shard_set *s = open_set("three");
    const struct shard_info *i = shard_info(s);
    CHECK_INT(i->token_width, 2);
    CHECK_INT(i->vocab_size, VOCAB);
    CHECK_INT(i->eod_token, VOCAB - 1);
    CHECK_STR(i->tokenizer, "00000000000000000000000000000000");
    CHECK_INT(i->n_domains, DOMAINS);
    uint64_t tokens = 0, valid = 0;
    for (unsigned d = 0; d < DOMAINS; d++) {
        CHECK_STR(i->domains[d].name, made[d].name);
        CHECK_NEAR(i->domains[d].weight, made[d].weight / 100, 1e-12);
        CHECK_INT(i->domains[d].tokens, made[d].tokens + i->domains[d].documents);
        CHECK_INT(i->domains[d].valid_tokens, made[d].valid_tokens + i->domains[d].valid_documents);
        tokens += i->domains[d].tokens;
        valid += i->domains[d].valid_tokens;
        CHECK_INT(shard_windows(s, "train", d, SEQ), (i->domains[d].tokens - 1) / SEQ);
    }
    CHECK_INT(i->tokens, tokens);
    CHECK_INT(i->valid_tokens, valid);
    CHECK_INT(shard_windows(s, "valid", 2, SEQ), 0);
    CHECK_INT(shard_windows(s, "train", 9, SEQ), 0);
    CHECK_INT(shard_windows(s, "test", 0, SEQ), 0);
    CHECK_INT(shard_windows(s, NULL, 0, 0), 0);
    shard_close(s);
}

/* Over two epochs of the largest domain: each epoch has every window of the domain once, and each sample holds the
 * tokens of its window. */
static void check_epochs(const char *dir, const struct shard_order *o, uint64_t samples)
{
    struct shard_set *s = open_set(dir);
    const struct shard_info *info = shard_info(s);
    uint32_t *stream[DOMAINS], *got = malloc((SEQ + 1) * sizeof *got);
    uint64_t read[DOMAINS] = {0};
    char *seen[DOMAINS];
    struct err e = {0};
    bool good = true;
    for (unsigned d = 0; d < DOMAINS; d++) {
        CHECK_INT(slow_stream(dir, made[d].name, "train", info->token_width, &stream[d]),
                  info->domains[d].tokens);
        seen[d] = calloc(shard_windows(s, "train", d, SEQ), 1);
    }
    for (uint64_t i = 0; i < samples && good; i++) {
        struct shard_sample at;
        good = shard_sample_at(s, o, i, SEQ, &at, &e) == 0 && shard_batch(s, o, i, 1, SEQ, got, &e) == 0;
        uint64_t windows = shard_windows(s, "train", at.domain, SEQ);
        if (good && o->batch_samples <= 1) good = at.epoch == read[at.domain]++ / windows;
        good = good && at.window < windows && ++seen[at.domain][at.window] <= (char)(at.epoch + 2) &&
               memcmp(got, stream[at.domain] + at.window * SEQ, (SEQ + 1) * sizeof *got) == 0;
        if (good && o->batch_samples <= 1 && read[at.domain] % windows == 0) /* an epoch is over */
            for (uint64_t w = 0; w < windows; w++) good = good && seen[at.domain][w] == (char)(at.epoch + 1);
    }
    CHECK(good);
    for (unsigned d = 0; d < DOMAINS; d++) {
        free(stream[d]);
        free(seen[d]);
    }
    free(got);
    shard_close(s);
}

TEST(each_window_once_an_epoch)
{
    check_epochs("three", &(struct shard_order){.seed = 1}, 1200);
    check_epochs("three", &(struct shard_order){.seed = 99, .split = "train"}, 1200);
    check_epochs("three", &(struct shard_order){.seed = 1, .batch_samples = 24}, 1200);
}

TEST(wide_tokens_and_small_files)
{
    check_epochs("wide", &(struct shard_order){.seed = 5}, 1000);
}

TEST(the_same_sequence_however_it_is_cut)
{
    struct shard_set *s = open_set("three");
    enum { N = 300 };
    const uint32_t cuts[] = {1, 2, 3, 7, 64, 299};
    size_t row = SEQ + 1;
    for (uint32_t batch = 0; batch < 10; batch += 8) {
        struct shard_order o = {.seed = 7, .batch_samples = batch};
        struct err e = {0};
        uint32_t *whole = malloc(N * row * sizeof *whole), *cut = calloc(N * row, sizeof *cut);
        CHECK_INT(shard_batch(s, &o, 1000, N, SEQ, whole, &e), 0);
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
            for (uint32_t i = 0; i < N; i += cuts[c]) {
                uint32_t n = N - i < cuts[c] ? N - i : cuts[c];
                struct shard_set *fresh = i % 3 ? s : open_set("three"); /* a restart at any sample */
                CHECK_INT(shard_batch(fresh, &o, 1000 + i, n, SEQ, cut + i * row, &e), 0);
                if (fresh != s) shard_close(fresh);
            }
            CHECK(memcmp(whole, cut, N * row * sizeof *cut) == 0);
            memset(cut, 0, N * row * sizeof *cut);
        }
        /* ranks of a world of three take turns */
        for (uint32_t rank = 0; rank < 3; rank++)
            for (uint32_t i = rank; i < N; i += 3)
                CHECK_INT(shard_batch(s, &o, 1000 + i, 1, SEQ, cut + i * row, &e), 0);
        CHECK(memcmp(whole, cut, N * row * sizeof *cut) == 0);
        free(whole);
        free(cut);
    }
    shard_close(s);
}

struct worker {
    struct shard_set *s;
    uint64_t first;
    uint32_t *tokens;
    int r;
};

static void *read_some(void *ctx)
{
    struct worker *w = ctx;
    struct err e = {0};
    for (uint32_t i = 0; i < 50 && w->r == 0; i++)
        w->r = shard_batch(w->s, &(struct shard_order){.seed = 3}, w->first + i, 1, SEQ,
                           w->tokens + (size_t)i * (SEQ + 1), &e);
    return NULL;
}

TEST(threads_read_one_set)
{
    struct shard_set *s = open_set("three"), *alone = open_set("three");
    static uint32_t tokens[8][50 * (SEQ + 1)], want[50 * (SEQ + 1)];
    pthread_t id[8];
    struct worker w[8];
    for (int i = 0; i < 8; i++) {
        w[i] = (struct worker){s, (uint64_t)i * 13, tokens[i], 0};
        pthread_create(&id[i], NULL, read_some, &w[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(id[i], NULL);
        CHECK_INT(w[i].r, 0);
        CHECK_INT(shard_batch(alone, &(struct shard_order){.seed = 3}, w[i].first, 50, SEQ, want, NULL), 0);
        CHECK(memcmp(want, tokens[i], sizeof want) == 0);
    }
    shard_close(s);
    shard_close(alone);
}

TEST(seeds_differ)
{
    struct shard_set *s = open_set("three");
    uint32_t a[SEQ + 1], b[SEQ + 1];
    int same = 0;
    for (uint64_t i = 0; i < 50; i++) {
        CHECK_INT(shard_batch(s, &(struct shard_order){.seed = 1}, i, 1, SEQ, a, NULL), 0);
        CHECK_INT(shard_batch(s, &(struct shard_order){.seed = 2}, i, 1, SEQ, b, NULL), 0);
        same += memcmp(a, b, sizeof a) == 0;
    }
    CHECK(same < 5);
    shard_close(s);
}

TEST(validation_leaves_out_small_domains)
{
    struct shard_set *s = open_set("three");
    struct shard_sample at;
    int count[DOMAINS] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        CHECK_INT(shard_sample_at(s, &(struct shard_order){.split = "valid"}, i, SEQ, &at, NULL), 0);
        count[at.domain]++;
    }
    CHECK_INT(count[0], 100); /* 30 : 60, without the 10 of wiki */
    CHECK_INT(count[1], 200);
    CHECK_INT(count[2], 0);
    struct err e = {0};
    CHECK_INT(shard_sample_at(s, &(struct shard_order){.split = "valid"}, 0, 4000, &at, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "--valid-share"));
    shard_close(s);
}

TEST(only_validation)
{
    struct made_domain d[] = {{"a", 1, 0, 5000}, {"b", 1, 0, 2500}};
    struct err e = {0};
    CHECK_INT(made_shards("held", VOCAB, 1 << 20, d, 2, &e), 0);
    struct shard_set *s = open_set("held");
    struct shard_sample at;
    int first = 0;
    for (uint64_t i = 0; i < 300; i++) {
        CHECK_INT(shard_sample_at(s, &(struct shard_order){.split = "valid"}, i, SEQ, &at, NULL), 0);
        first += at.domain == 0;
    }
    CHECK(first > 190 && first < 210);
    CHECK_INT(shard_sample_at(s, &(struct shard_order){0}, 0, SEQ, &at, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "no window"));
    shard_close(s);
}

TEST(bad_requests_are_refused_with_the_mend)
{
    struct shard_set *s = open_set("three");
    uint32_t t[4001];
    struct err e = {0};
    CHECK_INT(shard_batch(s, &(struct shard_order){.split = "test"}, 0, 1, SEQ, t, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "no split \"test\""));
    err_clear(&e);
    CHECK_INT(shard_batch(s, &(struct shard_order){0}, 0, 1, 0, t, &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(shard_batch(s, &(struct shard_order){0}, 0, 1, 4000, t, &e), -ERR_USAGE);
    char tokens[64];
    snprintf(tokens, sizeof tokens, "has %" PRIu64 " training tokens", shard_info(s)->domains[2].tokens);
    CHECK(strstr(e.msg, "\"wiki\"") && strstr(e.msg, tokens) && strstr(e.msg, "wiki=0"));
    CHECK_INT(shard_batch(s, &(struct shard_order){0}, 5, 0, SEQ, t, NULL), 0);
    shard_close(s);
    shard_close(NULL);
}

TEST(domains_of_weight_0_may_be_small)
{
    struct made_domain d[] = {{"big", 1, 9000, 0}, {"small", 0, 20, 0}};
    struct err e = {0};
    CHECK_INT(made_shards("zero", VOCAB, 1 << 20, d, 2, &e), 0);
    struct shard_set *s = open_set("zero");
    struct shard_sample at;
    for (uint64_t i = 0; i < 500; i++) {
        CHECK_INT(shard_sample_at(s, &(struct shard_order){0}, i, SEQ, &at, &e), 0);
        CHECK_INT(at.domain, 0);
    }
    shard_close(s);
}

/* Reads until an error, or all samples. */
static int read_all(const char *dir, struct err *e)
{
    struct shard_set *s;
    uint32_t t[SEQ + 1];
    int r = shard_open(&s, dir, e);
    for (uint64_t i = 0; i < 2000 && r == 0; i++)
        r = shard_batch(s, &(struct shard_order){0}, i, 1, SEQ, t, e);
    shard_close(s);
    return r;
}

TEST(files_that_changed_are_found_out)
{
    struct err e = {0};
    CHECK_INT(made_shards("hurt", VOCAB, 1 << 14, made, DOMAINS, &e), 0);
    CHECK_INT(read_all("hurt", &e), 0);
    made_damage("hurt/web-00001.bin", -2);
    CHECK_INT(read_all("hurt", &e), -ERR_DATA);
    CHECK(strstr(e.msg, "hurt/web-00001.bin"));
    err_clear(&e);
    unlink("hurt/web-00001.bin");
    CHECK_INT(read_all("hurt", &e), -ERR_DATA);
    CHECK(strstr(e.msg, "hurt/web-00001.bin is missing"));
    err_clear(&e);
    made_damage("hurt/manifest.json", 200);
    CHECK_INT(read_all("hurt", &e), -ERR_DATA);
    CHECK(strstr(e.msg, "hurt/manifest.json"));
    err_clear(&e);
    unlink("hurt/manifest.json");
    CHECK_INT(read_all("hurt", &e), -ERR_IO);
    CHECK(strstr(e.msg, "leat shard"));
}

TEST(tokens_beyond_the_vocabulary_are_found_out)
{
    struct err e = {0};
    CHECK_INT(made_shards("beyond", VOCAB, 1 << 14, made, DOMAINS, &e), 0);
    made_damage("beyond/web-00000.bin", 101); /* the high byte of a token: + 16384 */
    CHECK_INT(read_all("beyond", &e), -ERR_DATA);
    CHECK(strstr(e.msg, "beyond/web-00000.bin holds token"));
}

/* A directory of many files is opened by its manifest alone. */
TEST(a_hundred_files)
{
    struct made_domain d[] = {{"web", 1, 60000, 0}};
    struct err e = {0};
    CHECK_INT(made_shards("many", VOCAB, 1200, d, 1, &e), 0);
    struct shard_set *s = open_set("many");
    CHECK(access("many/web-00100.bin", R_OK) == 0);
    uint32_t *stream, got[3 * (SEQ + 1)];
    CHECK_INT(slow_stream("many", "web", "train", 2, &stream), shard_info(s)->tokens);
    for (uint64_t i = 0; i < 900 && stream; i += 3) {
        struct shard_sample at;
        CHECK_INT(shard_batch(s, &(struct shard_order){0}, i, 3, SEQ, got, &e), 0);
        CHECK_INT(shard_sample_at(s, &(struct shard_order){0}, i + 1, SEQ, &at, &e), 0);
        CHECK(memcmp(got + SEQ + 1, stream + at.window * SEQ, (SEQ + 1) * sizeof *got) == 0);
    }
    free(stream);
    shard_close(s);
}

int main(void)
{
    struct err e = {0};
    if (made_shards("three", VOCAB, 1 << 14, made, DOMAINS, &e) < 0 ||
        made_shards("wide", 100000, 4000, made, DOMAINS, &e) < 0) {
        printf("not ok - making shards\n# %s\n", e.msg);
        return 1;
    }
    RUN(info_says_what_was_written);
    RUN(each_window_once_an_epoch);
    RUN(wide_tokens_and_small_files);
    RUN(the_same_sequence_however_it_is_cut);
    RUN(threads_read_one_set);
    RUN(seeds_differ);
    RUN(validation_leaves_out_small_domains);
    RUN(only_validation);
    RUN(bad_requests_are_refused_with_the_mend);
    RUN(domains_of_weight_0_may_be_small);
    RUN(files_that_changed_are_found_out);
    RUN(tokens_beyond_the_vocabulary_are_found_out);
    RUN(a_hundred_files);
    return TEST_END();
}
