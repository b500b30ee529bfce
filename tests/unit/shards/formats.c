/* The index and the manifest: what is written is read, and what anybody else may have written is checked. */
#include "shards/cat.h"
#include "shards/docs.h"
#include "shards/index.h"
#include "shards/manifest.h"
#include "shards/map.h"
#include "shards/shard.h"
#include "shards/verify.h"
#include "tests/unit/shards/make.h"
#include <dirent.h>

/* ------------------------------------------------------------------ index */

static const int32_t lengths[] = {3, 0, 70000, 1};
enum { SEQUENCES = 4 };

static void put_index(struct buf *b)
{
    uint64_t offset = 0;
    buf_init(b, BUF_NO_MAX);
    shard_index_put_header(b, 2, SEQUENCES);
    buf_put(b, lengths, sizeof lengths);
    shard_index_put_offsets(b, 2, lengths, 1, &offset); /* in two pieces */
    shard_index_put_offsets(b, 2, lengths + 1, SEQUENCES - 1, &offset);
    shard_index_put_boundaries(b, 0, 2);
    shard_index_put_boundaries(b, 2, SEQUENCES - 1);
}

TEST(index_bytes_are_as_the_layout_says)
{
    struct buf b;
    put_index(&b);
    static const unsigned char head[] = {'M', 'M', 'I', 'D', 'I', 'D', 'X', 0, 0, 1, 0, 0, 0,
                                         0,   0,   0,   0,   8,   4,   0,   0, 0, 0, 0, 0, 0,
                                         5,   0,   0,   0,   0,   0,   0,   0, 3, 0, 0, 0};
    CHECK_MEM(b.p, sizeof head, (const char *)head, sizeof head);
    CHECK_INT(b.n, 34 + 4 * 4 + 8 * 4 + 8 * 5);
    struct shard_index x;
    struct err e = {0};
    CHECK_INT(shard_index_parse(&x, "i", buf_slice(&b), &e), 0);
    CHECK_INT(x.sequences, SEQUENCES);
    CHECK_INT(x.width, 2);
    CHECK_INT(shard_index_length(&x, 2), 70000);
    CHECK_INT(shard_index_offset(&x, 3), 2 * 70003);
    CHECK_INT(shard_index_check(&x, "i", 2 * 70004, &e), 0);
    CHECK_INT(shard_index_check(&x, "i", 2 * 70004 - 2, &e), -ERR_DATA);
    err_clear(&e);
    CHECK_INT(shard_index_check(&x, "i", 2 * 70004 + 2, &e), -ERR_DATA);
    CHECK(strstr(e.msg, "end at byte"));
    buf_free(&b);
}

/* Any one byte changed, any cut, any byte more: parse or check refuses it. */
TEST(every_changed_byte_of_an_index_is_found)
{
    struct buf b;
    struct shard_index x;
    put_index(&b);
    for (size_t i = 0; i < b.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            b.p[i] ^= (char)(1 << bit);
            int r = shard_index_parse(&x, "i", buf_slice(&b), NULL);
            if (r == 0) r = shard_index_check(&x, "i", 2 * 70004, NULL);
            CHECK(r == -ERR_DATA);
            b.p[i] ^= (char)(1 << bit);
        }
    for (size_t n = 0; n < b.n; n++) CHECK_INT(shard_index_parse(&x, "i", slice_of(b.p, n), NULL), -ERR_DATA);
    buf_putc(&b, 0);
    CHECK_INT(shard_index_parse(&x, "i", buf_slice(&b), NULL), -ERR_DATA);
    buf_free(&b);
}

TEST(counts_that_overflow_are_refused)
{
    struct buf b;
    struct shard_index x;
    static const uint64_t counts[] = {UINT64_MAX, UINT64_MAX / 12, UINT64_MAX / 12 + 1, (uint64_t)1 << 63,
                                      (uint64_t)1 << 60};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            put_index(&b);
            memcpy(b.p + 18, &counts[i], 8);
            memcpy(b.p + 26, &counts[j], 8);
            CHECK_INT(shard_index_parse(&x, "i", buf_slice(&b), NULL), -ERR_DATA);
            buf_free(&b);
        }
}

/* ------------------------------------------------------------------ manifest */

static void put_manifest(struct buf *b, bool eod)
{
    struct shard_manifest m;
    shard_manifest_init(&m);
    m = (struct shard_manifest){.width = 2,
                                .vocab_size = 1000,
                                .eod_token = eod ? 999 : SHARD_NO_TOKEN,
                                .tokenizer = {1, 2},
                                .valid_share = 0.25,
                                .duplicate_ids = 3,
                                .has_tokenizer_file = eod};
    for (int d = 0; d < 2; d++) {
        struct shard_domain *x = shard_manifest_add_domain(&m, slice_str(d ? "web/x" : "code"));
        x->weight = d ? 0.75 : 0.25;
        x->quanta = d ? 3072 : 1024;
        for (int i = 0; i < 6; i++) {
            char stem[64];
            snprintf(stem, sizeof stem, "%s-%05d", d ? "web%2fx" : "code", i);
            struct shard_file *f = shard_files_add(&x->split[SHARD_TRAIN], slice_str(stem));
            f->documents = 2, f->tokens = 50;
            for (int p = 0; p < SHARD_PARTS; p++) f->part[p] = (struct shard_digest){100, 0xabcdef};
            x->split[SHARD_TRAIN].documents += 2;
            x->split[SHARD_TRAIN].tokens += 50;
        }
    }
    buf_init(b, BUF_NO_MAX);
    CHECK_INT(shard_manifest_put(&m, b, NULL), 0);
    shard_manifest_free(&m);
}

TEST(a_manifest_comes_back)
{
    for (int eod = 0; eod < 2; eod++) {
        struct buf text, again;
        struct shard_manifest m;
        struct err e = {0};
        put_manifest(&text, eod);
        CHECK_INT(shard_manifest_parse(&m, "m", buf_slice(&text), &e), 0);
        CHECK_INT(m.n_domains, 2);
        CHECK_STR(m.domain[1].name, "web/x");
        CHECK_STR(m.domain[1].split[SHARD_TRAIN].at[5].stem, "web%2fx-00005");
        CHECK(m.domain[1].split[SHARD_TRAIN].at[5].part[SHARD_DOCS].xxh3 == 0xabcdef);
        buf_init(&again, BUF_NO_MAX);
        CHECK_INT(shard_manifest_put(&m, &again, &e), 0);
        CHECK(slice_eq(buf_slice(&text), buf_slice(&again)));
        shard_manifest_free(&m);
        buf_free(&text);
        buf_free(&again);
    }
}

/* The text with one part replaced must be refused, with these words. */
static void refused(const char *from, const char *to, const char *why)
{
    struct buf text, changed;
    struct shard_manifest m;
    struct err e = {0};
    put_manifest(&text, true);
    buf_terminate(&text);
    const char *at = strstr(text.p, from);
    CHECK(at != NULL);
    if (!at) return;
    buf_init(&changed, BUF_NO_MAX);
    buf_put(&changed, text.p, (size_t)(at - text.p));
    buf_puts(&changed, to);
    buf_puts(&changed, at + strlen(from));
    CHECK_INT(shard_manifest_parse(&m, "m", buf_slice(&changed), &e), -ERR_DATA);
    if (!strstr(e.msg, why)) printf("# %s -> %s: %s\n", from, to, e.msg);
    CHECK(strstr(e.msg, why) != NULL);
    CHECK(m.domain == NULL && m.n_domains == 0);
    buf_free(&text);
    buf_free(&changed);
}

TEST(manifests_that_contradict_themselves_are_refused)
{
    refused("leat-shards", "other", "\"format\"");
    refused("\"format_version\": 1", "\"format_version\": 2", "format version 2");
    refused("\"token_bytes\": 2", "\"token_bytes\": 4", "token_bytes");
    refused("\"vocab_size\": 1000", "\"vocab_size\": -1", "vocab_size");
    refused("\"vocab_size\": 1000", "\"vocab_size\": 999", "eod_token");
    refused("\"eod_token\": 999", "\"eod_token\": \"x\"", "eod_token");
    refused("\"duplicate_ids\": 3", "\"duplicate_ids\": 0.5", "duplicate_ids");
    refused("\"tokenizer\": \"0", "\"tokenizer\": \"g", "32 hex");
    refused("\"valid_share\": 0.25", "\"valid_share\": null", "valid_share");
    refused("\"domains\": [", "\"domainz\": [", "domains");
    refused("{\"name\": \"code\"", "{\"nam\": \"code\"", "no name");
    refused("{\"name\": \"code\"", "{\"name\": \"zzz\"", "name is not that of its domain");
    refused("{\"name\": \"code\", \"weight\": 0.25", "{\"name\": \"code\", \"weight\": -0.25", "weight");
    refused("\"weight\": 0.25", "\"weight\": 1.25", "weight");
    refused("\"quanta\": 1024", "\"quanta\": 1025", "4096");
    refused("\"quanta\": 1024", "\"quanta\": 5000", "quanta");
    refused("\"name\": \"code-00001\"", "\"name\": \"../x-00001\"", "name is not that of its domain");
    refused("\"name\": \"code-00001\"", "\"name\": \"code-00000\"", "name is not that of its domain");
    refused("\"name\": \"code-00001\"", "\"name\": 7", "no name");
    refused("\"bytes\": 100", "\"bytes\": 101", "disagree");
    refused("\"bytes\": 100", "\"bytes\": -1", "bytes");
    refused("\"xxh3\": \"0000000000abcdef\"", "\"xxh3\": \"abc\"", "16 hex");
    refused("\"documents\": 12, \"sequences\": 12, \"tokens\": 300", "\"documents\": 12, \"tokens\": 301",
            "sums");
    refused("\"documents\": 12, \"sequences\": 12, \"tokens\": 300, \"files\": [",
            "\"documents\": 12, \"tokens\": 300, \"files\": 3, \"x\": [", "list");
    refused("\"tokens\": 600", "\"tokens\": 601", "sums");
    refused("\"name\": \"web/x\"", "\"name\": \"aaa\"", "order");
    refused("\"name\": \"web/x\"", "\"name\": \"code\"", "order");
    refused("\"tokens\": 50,\n", "\"tokens\": 9223372036854775807,\n", "tokens");
}

TEST(a_manifest_of_too_many_domains_is_refused)
{
    struct buf text;
    struct shard_manifest m, many;
    struct err e = {0};
    shard_manifest_init(&many);
    many.width = 2;
    for (int i = 0; i <= SHARD_MAX_DOMAINS; i++) {
        char name[16];
        snprintf(name, sizeof name, "d%05d", i);
        shard_manifest_add_domain(&many, slice_str(name));
    }
    buf_init(&text, BUF_NO_MAX);
    CHECK_INT(shard_manifest_put(&many, &text, &e), 0);
    CHECK_INT(shard_manifest_parse(&m, "m", buf_slice(&text), &e), -ERR_DATA);
    CHECK(strstr(e.msg, "too many"));
    shard_manifest_free(&many);
    buf_free(&text);
}

/* ------------------------------------------------------------------ verify */

static int verify(const char *dir, struct err *e)
{
    struct shard_manifest m;
    struct err *verdict;
    size_t n;
    err_clear(e);
    int r = shard_manifest_load(&m, dir, e);
    if (r < 0) return r;
    r = shard_verify(dir, &m, 2, &verdict, &n, e);
    for (size_t i = 0; i < n && r == 0; i++)
        if (verdict[i].code) r = err_set(e, verdict[i].code, "%s", verdict[i].msg);
    free(verdict);
    shard_manifest_free(&m);
    return r;
}

static const struct made_domain two[] = {{"code", 1, 300, 0}, {"web", 1, 900, 200}};

/* A flipped bit anywhere in any file, and any file cut or lengthened, is found, and the file is named. */
TEST(every_flip_is_found)
{
    struct err e = {0};
    CHECK_INT(made_shards("flip", 5000, 1000, two, 2, &e), 0);
    CHECK_INT(verify("flip", &e), 0);
    DIR *dir = opendir("flip");
    int files = 0;
    for (struct dirent *x; (x = readdir(dir));) {
        char path[300];
        struct stat st;
        if (x->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "flip/%s", x->d_name);
        if (stat(path, &st) < 0) continue;
        files++;
        for (long i = 0; i < 12; i++) {
            long at = i == 0   ? 0
                      : i == 1 ? st.st_size - 1
                               : (long)(hash_mix64((uint64_t)(i + 100 * files)) % (uint64_t)st.st_size);
            made_damage(path, at);
            CHECK_INT(verify("flip", &e), -ERR_DATA);
            CHECK(strstr(e.msg, path) != NULL);
            made_damage(path, at);
        }
        CHECK_INT(verify("flip", &e), 0);
    }
    closedir(dir);
    CHECK(files > 10);
}

/* Writes a manifest with the right hashes for what lies in DIR: only what the files say can tell that they are wrong. */
static void seal_again(const char *dir)
{
    struct shard_manifest m;
    struct buf text, content;
    char path[300];
    CHECK_INT(shard_manifest_load(&m, dir, NULL), 0);
    buf_init(&text, BUF_NO_MAX);
    for (size_t d = 0; d < m.n_domains; d++)
        for (int s = 0; s < SHARD_SPLITS; s++)
            for (size_t i = 0; i < m.domain[d].split[s].n; i++)
                for (int p = 0; p < SHARD_PARTS; p++) {
                    struct shard_file *f = &m.domain[d].split[s].at[i];
                    FILE *in;
                    snprintf(path, sizeof path, "%s/%s%s", dir, f->stem, shard_part_suffix[p]);
                    buf_init(&content, BUF_NO_MAX);
                    in = fopen(path, "rb");
                    for (int c; in && (c = fgetc(in)) != EOF;) buf_putc(&content, (char)c);
                    if (in) fclose(in);
                    f->part[p] = (struct shard_digest){content.n, hash64(content.p, content.n)};
                    buf_free(&content);
                }
    CHECK_INT(shard_manifest_put(&m, &text, NULL), 0);
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    CHECK_INT(file_write(path, buf_slice(&text), NULL), 0);
    buf_free(&text);
    shard_manifest_free(&m);
}

static void write_docs(const char *path, const char *text, uint64_t lines)
{
    struct out *o;
    CHECK_INT(out_open(&o, &(struct out_opts){.path = path}, NULL), 0);
    CHECK_INT(out_write(o, text, strlen(text), lines, NULL), 0);
    CHECK_INT(out_close(o, OUT_COMMIT, NULL), 0);
}

static int cat(const char *dir, bool ltok, struct err *e)
{
    struct shard_manifest m;
    struct out *out;
    CHECK_INT(shard_manifest_load(&m, dir, NULL), 0);
    CHECK_INT(out_open(&out, &(struct out_opts){.path = "cat.out"}, NULL), 0);
    struct shard_cat c = {.dir = dir, .m = &m, .split = -1, .ltok = ltok, .out = out};
    err_clear(e);
    int r = shard_cat_write(&c, e);
    out_close(out, OUT_ABANDON, NULL);
    shard_manifest_free(&m);
    return r;
}

/* Made wrong on purpose, hashes and all. */
static void found(const char *dir, const char *why)
{
    struct err e;
    seal_again(dir);
    CHECK_INT(verify(dir, &e), -ERR_DATA);
    if (!strstr(e.msg, why)) printf("# %s\n", e.msg);
    CHECK(strstr(e.msg, why) != NULL);
}

TEST(contradictions_between_files_are_found)
{
    struct made_domain one[] = {{"web", 1, 1, 0}};
    struct err e = {0};
    CHECK_INT(made_shards("lie", 6000, 1 << 20, one, 1, &e), 0);
    struct shard_manifest m;
    CHECK_INT(shard_manifest_load(&m, "lie", &e), 0);
    CHECK_INT(m.domain[0].split[0].documents, 1); /* a token and the end of the document */
    shard_manifest_free(&m);
    made_damage("lie/web-00000.bin", 1);
    found("lie", "not in the vocabulary");
    made_damage("lie/web-00000.bin", 1);
    made_damage("lie/web-00000.bin", 2);
    found("lie", "does not end with");
    made_damage("lie/web-00000.bin", 2);
    made_damage("lie/web-00000.idx", 34);
    found("lie", "sequence 0");
    made_damage("lie/web-00000.idx", 34);
    write_docs("lie/web-00000.docs.zst", "{\"tokens\":1}\n", 1);
    found("lie", "disagree on the length");
    write_docs("lie/web-00000.docs.zst", "{\"tokens\":2}\n{\"tokens\":2}\n", 2);
    found("lie", "more lines");
    write_docs("lie/web-00000.docs.zst", "", 0);
    found("lie", "fewer lines");
    CHECK_INT(cat("lie", false, &e), -ERR_DATA);
    CHECK(strstr(e.msg, "fewer lines"));
    write_docs("lie/web-00000.docs.zst", "tokens\n", 1);
    found("lie", "web-00000");
    CHECK_INT(cat("lie", false, &e), -ERR_DATA);
    CHECK(strstr(e.msg, "line 1 is not an object"));
    CHECK(cat("lie", true, &e) < 0);
    write_docs("lie/web-00000.docs.zst", "{\"tokens\":2}", 1);
    found("lie", "no end");
    write_docs("lie/web-00000.docs.zst", "{\"tokens\":2}\n", 1);
    seal_again("lie");
    CHECK_INT(verify("lie", &e), 0);
}

static uint64_t shard_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

TEST(an_index_of_another_file_is_found)
{
    struct made_domain one[] = {{"web", 1, 30, 0}}, more[] = {{"web", 1, 300, 0}},
                       wide[] = {{"web", 1, 30, 0}};
    struct err e = {0};
    CHECK_INT(made_shards("a", 5000, 1 << 20, one, 1, &e), 0);
    CHECK_INT(made_shards("b", 5000, 1 << 20, more, 1, &e), 0);
    CHECK_INT(made_shards("c", 70000, 1 << 20, wide, 1, &e), 0);
    CHECK_INT(rename("b/web-00000.idx", "a/web-00000.idx"), 0);
    found("a", "a/web-00000.idx");
    CHECK_INT(rename("c/web-00000.idx", "a/web-00000.idx"), 0);
    found("a", "a/web-00000.idx");
    CHECK_INT(cat("a", true, &e), -ERR_DATA);
    struct buf idx; /* fits the bytes of the .bin, but not the manifest */
    int32_t one_length = (int32_t)(shard_bytes("a/web-00000.bin") / 4);
    uint64_t offset = 0;
    buf_init(&idx, BUF_NO_MAX);
    shard_index_put_header(&idx, 4, 1);
    buf_put(&idx, &one_length, 4);
    shard_index_put_offsets(&idx, 4, &one_length, 1, &offset);
    shard_index_put_boundaries(&idx, 0, 2);
    CHECK_INT(file_write("a/web-00000.idx", buf_slice(&idx), &e), 0);
    found("a", "another token width");
    CHECK_INT(cat("a", true, &e), -ERR_DATA);
    CHECK(strstr(e.msg, "another token width"));
    buf_free(&idx);
}

TEST(cut_document_lines_are_damage)
{
    struct shard_docs docs;
    struct slice line;
    struct err e = {0};
    write_docs("cut-00000.docs.zst", "{\"tokens\":31}\n{\"tokens\":32}\n", 2);
    CHECK_INT(shard_docs_open(&docs, ".", "cut-00000", &e), 0);
    CHECK_INT(shard_docs_next(&docs, &line, &e), 1);
    CHECK_SLICE(line, "{\"tokens\":31}");
    CHECK_INT(shard_docs_next(&docs, &line, &e), 1);
    CHECK_INT(shard_docs_next(&docs, &line, &e), 0);
    CHECK_INT(docs.lines, 2);
    shard_docs_close(&docs);
    made_damage("cut-00000.docs.zst", -5); /* into the trailer */
    CHECK_INT(shard_docs_open(&docs, ".", "cut-00000", &e), 0);
    int r = 1;
    while (r > 0) r = shard_docs_next(&docs, &line, &e);
    CHECK_INT(r, -ERR_DATA);
    shard_docs_close(&docs);
    err_clear(&e);
    CHECK_INT(shard_docs_open(&docs, ".", "absent-00000", &e), -ERR_IO);
    shard_docs_close(&docs);
}

int main(void)
{
    RUN(index_bytes_are_as_the_layout_says);
    RUN(every_changed_byte_of_an_index_is_found);
    RUN(counts_that_overflow_are_refused);
    RUN(a_manifest_comes_back);
    RUN(manifests_that_contradict_themselves_are_refused);
    RUN(a_manifest_of_too_many_domains_is_refused);
    RUN(every_flip_is_found);
    RUN(contradictions_between_files_are_found);
    RUN(an_index_of_another_file_is_found);
    RUN(cut_document_lines_are_damage);
    return TEST_END();
}
