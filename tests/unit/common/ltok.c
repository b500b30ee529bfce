/* Token streams: there and back, against bytes assembled by Python and xxhsum, and never a clean end for a stream that
 * was cut or changed anywhere. */
#include "common/ltok.h"
#include "tests/unit/test.h"

#define LIMIT ((uint64_t)1 << 20)

static const struct ltok_header plain = {.width = 2,
                                         .flags = LTOK_MASK,
                                         .vocab_size = 1000,
                                         .eod_token = 999,
                                         .tokenizer = {0x0123456789ABCDEF, 0xFEDCBA9876543210},
                                         .n_keys = 2,
                                         .keys = {"tier", "language"}};

/* Two documents and one without anything. */
static void put_stream(struct buf *b)
{
    static const uint8_t tokens[] = {1, 0, 0xE7, 3, 42, 0}, mask[] = {0, 1, 1};
    struct ltok_doc one = {.id = slice_str("doc-1"),
                           .domain = slice_str("web"),
                           .source = slice_str("cc"),
                           .url = slice_str("http://a/"),
                           .warc_file = slice_str("x.warc.gz"),
                           .warc_offset = 12345678901,
                           .carry = {slice_str("3"), slice_str("\"en\"")},
                           .n_tokens = 3,
                           .tokens = tokens};
    struct ltok_doc two = {
        .id = slice_str("doc-2"), .warc_offset = -1, .n_tokens = 3, .tokens = tokens, .mask = mask};
    struct ltok_doc none = {.warc_offset = -1};
    CHECK_INT(ltok_put_header(b, &plain), 0);
    CHECK_INT(ltok_put_doc(b, &plain, &one), 0);
    CHECK_INT(ltok_put_doc(b, &plain, &two), 0);
    CHECK_INT(ltok_put_doc(b, &plain, &none), 0);
    CHECK_INT(ltok_put_end(b, 3, 6), 0);
}

static void write_file(const char *path, const char *p, size_t n)
{
    unlink(path); /* a file system may sync one that is overwritten */
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0) abort();
}

TEST(there_and_back)
{
    struct err e = {0};
    struct buf b;
    struct ltok_reader *r;
    struct ltok_doc d;
    buf_init(&b, BUF_NO_MAX);
    put_stream(&b);
    write_file("a.ltok", b.p, b.n);
    CHECK_INT(ltok_open(&r, "a.ltok", LIMIT, &e), 0);
    const struct ltok_header *h = ltok_header(r);
    CHECK(h->width == 2 && h->flags == LTOK_MASK && h->vocab_size == 1000 && h->eod_token == 999 &&
          h->n_keys == 2);
    CHECK(hash128_eq(h->tokenizer, plain.tokenizer));
    CHECK_STR(h->keys[0], "tier");
    CHECK_STR(h->keys[1], "language");
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_SLICE(d.id, "doc-1");
    CHECK_SLICE(d.domain, "web");
    CHECK_SLICE(d.source, "cc");
    CHECK_SLICE(d.url, "http://a/");
    CHECK_SLICE(d.warc_file, "x.warc.gz");
    CHECK_SLICE(d.carry[0], "3");
    CHECK_SLICE(d.carry[1], "\"en\"");
    CHECK_INT(d.warc_offset, 12345678901);
    CHECK_INT(d.n_tokens, 3);
    CHECK_INT(ltok_token(&plain, &d, 1), 999);
    CHECK(!d.mask && !d.roles);
    uint64_t first = ltok_offset(r);
    CHECK(memcmp(b.p + first, "DTOK", 4) == 0);
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_SLICE(d.id, "doc-2");
    CHECK_INT(d.warc_offset, -1);
    CHECK(d.mask && d.mask[0] == 0 && d.mask[2] == 1);
    CHECK(ltok_offset(r) > first);
    CHECK(memcmp(b.p + ltok_offset(r), "DTOK", 4) == 0);
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_INT(d.n_tokens, 0);
    CHECK_INT(ltok_next(r, &d, &e), 0);
    CHECK_INT(ltok_next(r, &d, &e), 0);
    CHECK_STR(in_name(ltok_in(r)), "a.ltok");
    ltok_close(r);
    ltok_close(NULL);
    buf_free(&b);
}

/* The same stream assembled by Python from docs/formats.md, its checksums by xxhsum. */
static const char assemble[] =
    "import struct, subprocess, sys\n"
    "def sealed(part):\n"
    "    digest = subprocess.run(['xxhsum', '-H3'], input=part, capture_output=True, "
    "check=True).stdout.split()\n"
    "    hash = [w for w in digest if w.startswith(b'XXH3_')][0][5:] if b'=' not in digest else digest[-1]\n"
    "    return part + struct.pack('<I', int(hash, 16) & 0xFFFFFFFF)\n"
    "def s(x): return struct.pack('<I', len(x)) + x\n"
    "def doc(strings, offset, tokens, mask):\n"
    "    block = b''.join(map(s, strings)) + struct.pack('<q', offset)\n"
    "    fixed = struct.pack('<4sIQI', b'DTOK', 1 if mask else 0, len(tokens), len(block))\n"
    "    return sealed(fixed + block + struct.pack('<%dH' % len(tokens), *tokens) + mask)\n"
    "keys = [b'tier', b'language']\n"
    "head = struct.pack('<8sIBBHQQQQ', b'LEATTOK\\1', 1, 2, 1, len(keys), 1000, 999, 0x0123456789ABCDEF,\n"
    "                   0xFEDCBA9876543210) + b''.join(struct.pack('<H', len(k)) + k for k in keys)\n"
    "out = sealed(head)\n"
    "out += doc([b'doc-1', b'web', b'cc', b'http://a/', b'x.warc.gz', b'3', b'\"en\"'], 12345678901, [1, "
    "999, 42], b'')\n"
    "out += doc([b'doc-2', b'', b'', b'', b'', b'', b''], -1, [1, 999, 42], b'\\0\\1\\1')\n"
    "out += doc([b''] * 7, -1, [], b'')\n"
    "out += sealed(struct.pack('<4sQQ', b'TEND', 3, 6))\n"
    "open('python.ltok', 'wb').write(out)\n";

TEST(the_bytes_are_those_of_the_documented_layout)
{
    if (system("command -v python3 xxhsum >/dev/null") != 0) SKIP("no python3 or no xxhsum");
    write_file("assemble.py", assemble, strlen(assemble));
    CHECK_INT(system("python3 assemble.py"), 0);
    struct err e = {0};
    struct buf ours, theirs;
    buf_init(&ours, BUF_NO_MAX);
    buf_init(&theirs, BUF_NO_MAX);
    put_stream(&ours);
    CHECK_INT(file_read("python.ltok", LIMIT, &theirs, &e), 0);
    CHECK(slice_eq(buf_slice(&ours), buf_slice(&theirs)));
    buf_free(&ours);
    buf_free(&theirs);
}

TEST(four_bytes_and_roles)
{
    struct err e = {0};
    struct buf b;
    struct ltok_reader *r;
    struct ltok_doc d;
    struct ltok_header h = {
        .width = 4, .flags = LTOK_ROLES, .vocab_size = 200000, .eod_token = LTOK_NO_TOKEN};
    static const uint8_t tokens[] = {0x3F, 0x0D, 3, 0, 1, 0, 0, 0}, roles[] = {7, 8};
    struct ltok_doc in = {.warc_offset = -1, .n_tokens = 2, .tokens = tokens, .roles = roles};
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(ltok_put_header(&b, &h), 0);
    CHECK_INT(ltok_put_doc(&b, &h, &in), 0);
    CHECK_INT(ltok_put_end(&b, 1, 2), 0);
    write_file("a.ltok", b.p, b.n);
    CHECK_INT(ltok_open(&r, "a.ltok", LIMIT, &e), 0);
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_INT(ltok_token(&h, &d, 0), 199999);
    CHECK_INT(ltok_token(&h, &d, 1), 1);
    CHECK(d.roles && d.roles[1] == 8 && !d.mask);
    CHECK_INT(ltok_next(r, &d, &e), 0);
    ltok_close(r);
    buf_free(&b);
}

TEST(what_does_not_fit_is_not_written)
{
    struct buf b, full;
    buf_init(&b, BUF_NO_MAX);
    buf_init(&full, 60);
    struct ltok_header h = plain;
    static const uint8_t roles[1];
    struct ltok_doc d = {.warc_offset = -1, .roles = roles};
    CHECK_INT(ltok_put_doc(&b, &h, &d), -1); /* roles without the header's flag */
    d.roles = NULL;
    d.carry[1] = slice_of("", (size_t)UINT32_MAX + 1);
    CHECK_INT(ltok_put_doc(&b, &h, &d), -1);
    d.carry[1].n = 0;
    d.n_tokens = UINT64_MAX / 2;
    CHECK_INT(ltok_put_doc(&b, &h, &d), -1);
    d.n_tokens = 0;
    CHECK_INT(b.n, 0);
    CHECK_INT(ltok_put_header(&full, &h), -1);
    CHECK_INT(ltok_put_doc(&full, &h, &d), -1);
    CHECK_INT(ltok_put_end(&full, 0, 0), -1);
    h.width = 3;
    CHECK_INT(ltok_put_header(&b, &h), -1);
    h.width = 2;
    h.vocab_size = 65537;
    CHECK_INT(ltok_put_header(&b, &h), -1);
    h.vocab_size = 999; /* eod_token is 999 */
    CHECK_INT(ltok_put_header(&b, &h), -1);
    h.vocab_size = 1000;
    h.n_keys = 33;
    CHECK_INT(ltok_put_header(&b, &h), -1);
    h.n_keys = 3; /* the third name is empty */
    CHECK_INT(ltok_put_header(&b, &h), -1);
    buf_free(&b);
    buf_free(&full);
}

/* Reads a file through: how it ends (as ltok_open and ltok_next return), and how many documents it gave. */
static int read_through(const char *path, uint64_t limit, unsigned *documents, struct err *e)
{
    struct ltok_reader *r;
    struct ltok_doc d;
    *documents = 0;
    err_clear(e);
    int rc = ltok_open(&r, path, limit, e);
    if (rc < 0) {
        CHECK(r == NULL);
        return rc;
    }
    while ((rc = ltok_next(r, &d, e)) == 1) ++*documents;
    struct err again = {0};
    CHECK_INT(ltok_next(r, &d, &again), rc);
    ltok_close(r);
    return rc;
}

TEST(a_cut_at_every_byte_is_noticed)
{
    struct err e = {0};
    struct buf b;
    unsigned documents, most = 0;
    buf_init(&b, BUF_NO_MAX);
    put_stream(&b);
    for (size_t n = 0; n < b.n; n++) {
        write_file("cut.ltok", b.p, n);
        int rc = read_through("cut.ltok", LIMIT, &documents, &e);
        CHECK(rc == IN_TRUNCATED || (n < 100 && rc == -ERR_DATA));
        CHECK_INT(e.code, ERR_DATA);
        CHECK(strstr(e.msg, "cut.ltok: "));
        CHECK(documents >= most);
        most = documents;
    }
    CHECK_INT(most, 3);
    CHECK_STR(e.msg, "cut.ltok: token stream cut after 3 whole documents: the end record is missing");
    buf_free(&b);
}

TEST(a_change_of_any_byte_is_noticed)
{
    struct err e = {0};
    struct buf b;
    unsigned documents;
    buf_init(&b, BUF_NO_MAX);
    put_stream(&b);
    for (size_t i = 0; i < b.n * 8; i++) {
        b.p[i / 8] ^= (char)(1 << i % 8);
        write_file("bad.ltok", b.p, b.n);
        int rc = read_through("bad.ltok", LIMIT, &documents, &e);
        CHECK(rc == -ERR_DATA || rc == IN_TRUNCATED);
        CHECK_INT(e.code, ERR_DATA);
        b.p[i / 8] ^= (char)(1 << i % 8);
    }
    buf_free(&b);
}

/* ---- damage that the checksums do not see, because they are right */

/* A header and one document of `tokens` tokens with this strings block, then `end`. */
static void forge(const char *fixed, const char *strings, uint32_t n_strings, uint64_t tokens, struct buf *b)
{
    buf_clear(b);
    CHECK_INT(ltok_put_header(b, &plain), 0);
    size_t start = b->n;
    buf_put(b, fixed, 8);
    buf_put(b, &tokens, 8);
    buf_put(b, &n_strings, 4);
    buf_put(b, strings, n_strings);
    for (uint64_t i = 0; i < tokens && i < 8; i++) buf_put(b, "\xE7\x03", 2);
    uint32_t sum = (uint32_t)hash64(b->p + start, b->n - start);
    buf_put(b, &sum, 4);
    write_file("forged.ltok", b->p, b->n);
}

static void forged_says(int want, uint64_t limit, const char *what)
{
    struct err e = {0};
    unsigned documents;
    CHECK_INT(read_through("forged.ltok", limit, &documents, &e), want);
    CHECK(strstr(e.msg, what));
    if (!strstr(e.msg, what)) printf("# %s\n", e.msg);
}

TEST(forged_documents)
{
    static const char none[36 + 8] = {0}, odd[35 + 8] = {0};
    char before[44] = {0}, eighth[44] = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    memset(before + 28, 0xFF, 8); /* warc_offset -1 */
    forge("DTOK\0\0\0\0", before, 36, 1, &b);
    forged_says(IN_TRUNCATED, LIMIT, "after 1 whole documents");
    forge("DTOK\0\0\0\0", none, 36, 0, &b); /* warc_offset 0 */
    forged_says(IN_TRUNCATED, LIMIT, "after 1 whole documents");
    forge("DTOK\0\0\0\0", odd, 35, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible lengths of its strings");
    forge("DTOK\0\0\0\0", none, 44, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible lengths of its strings");
    forge("DTOK\0\0\0\0", none, 3, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible lengths of its strings");
    memset(eighth, 0xFF, 4);
    forge("DTOK\0\0\0\0", eighth, 36, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible lengths of its strings");
    before[28] = (char)0xFE; /* warc_offset -2 */
    forge("DTOK\0\0\0\0", before, 36, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible lengths of its strings");
    forge("DTOK\2\0\0\0", none, 36, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "impossible flags");
    forge("DTOX\0\0\0\0", none, 36, 0, &b);
    forged_says(-ERR_DATA, LIMIT, "neither a document nor the end record begins here");
    forge("DTOK\0\0\0\0", none, 36, UINT64_MAX / 2 + 9, &b);
    forged_says(-ERR_DATA, LIMIT, "larger than 1048576 bytes");
    forge("DTOK\0\0\0\0", none, 36, LIMIT / 2, &b);
    forged_says(-ERR_DATA, LIMIT, "larger than 1048576 bytes");
    forge("DTOK\0\0\0\0", none, 36, LIMIT / 4, &b);
    forged_says(IN_TRUNCATED, LIMIT, "after 0 whole documents");
    forge("DTOK\0\0\0\0", none, 36, 8, &b);
    forged_says(-ERR_DATA, 71, "larger than 71 bytes");
    forged_says(IN_TRUNCATED, 72, "after 1 whole documents");
    buf_free(&b);
}

TEST(forged_ends_and_tokens)
{
    static const uint8_t big[] = {0xE8, 3};
    struct ltok_doc d = {.warc_offset = -1, .n_tokens = 1, .tokens = big};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    ltok_put_header(&b, &plain);
    ltok_put_doc(&b, &plain, &d);
    write_file("forged.ltok", b.p, b.n);
    forged_says(-ERR_DATA, LIMIT, "a token is not below the vocabulary's size");
    buf_clear(&b);
    ltok_put_header(&b, &plain);
    ltok_put_end(&b, 1, 0);
    write_file("forged.ltok", b.p, b.n);
    forged_says(-ERR_DATA, LIMIT, "the end record counts other documents or tokens");
    buf_clear(&b);
    ltok_put_header(&b, &plain);
    ltok_put_end(&b, 0, 0);
    buf_putc(&b, 'x');
    write_file("forged.ltok", b.p, b.n);
    forged_says(-ERR_DATA, LIMIT, "bytes follow the end record");
    buf_free(&b);
}

/* A header whose fields are changed and whose checksum is right. */
static void forged_header(size_t at, char value, const char *what)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    ltok_put_header(&b, &plain);
    b.p[at] = value;
    uint32_t sum = (uint32_t)hash64(b.p, b.n - 4);
    memcpy(b.p + b.n - 4, &sum, 4);
    ltok_put_end(&b, 0, 0);
    write_file("forged.ltok", b.p, b.n);
    forged_says(-ERR_DATA, LIMIT, what);
    buf_free(&b);
}

TEST(forged_headers)
{
    forged_header(0, 'l', "forged.ltok: not a token stream (.ltok)");
    forged_header(8, 2, "token stream of version 2; this release reads version 1");
    forged_header(12, 3, "impossible header");
    forged_header(13, 4, "impossible header");
    forged_header(15, 1, "impossible header"); /* 258 keys */
    forged_header(18, 1, "impossible header"); /* more ids than two bytes hold */
    forged_header(48, 0, "impossible name of a key");
    forged_header(48, 64, "impossible name of a key");
    forged_header(14, 1, "damaged"); /* a key less: the checksum is not where it should be */
}

TEST(files_that_are_not_there_or_empty)
{
    struct err e = {0};
    unsigned documents;
    CHECK_INT(read_through("absent.ltok", LIMIT, &documents, &e), -ERR_IO);
    write_file("empty.ltok", "", 0);
    CHECK_INT(read_through("empty.ltok", LIMIT, &documents, &e), -ERR_DATA);
    write_file("text.ltok", "{\"id\": 1}\n", 10);
    CHECK_INT(read_through("text.ltok", LIMIT, &documents, &e), -ERR_DATA);
    CHECK_STR(e.msg, "text.ltok: not a token stream (.ltok), as leat tokenize writes it");
    CHECK_INT(read_through(".", LIMIT, &documents, &e), -ERR_IO);
}

/* Through a compressed stream that is cut or damaged: the stream's own report comes first. */
TEST(compressed_streams)
{
    struct err e = {0};
    struct buf b;
    unsigned documents;
    buf_init(&b, BUF_NO_MAX);
    put_stream(&b);
    struct out_opts o = {.path = "a.ltok.zst"};
    struct out *out = NULL;
    CHECK_INT(out_open(&out, &o, &e), 0);
    CHECK_INT(out_write(out, b.p, b.n, 3, &e), 0);
    CHECK_INT(out_close(out, OUT_COMMIT, &e), 0);
    CHECK_INT(read_through("a.ltok.zst", LIMIT, &documents, &e), 0);
    CHECK_INT(documents, 3);
    buf_clear(&b);
    struct in *raw = NULL;
    CHECK_INT(in_open(&raw, "a.ltok.zst", IN_RAW, &e), 0);
    char bytes[4096];
    ssize_t n = in_read(raw, bytes, sizeof bytes, &e);
    in_close(raw);
    CHECK(n > 0);
    write_file("cut.ltok.zst", bytes, (size_t)n - 1); /* leat's trailer is cut */
    CHECK_INT(read_through("cut.ltok.zst", LIMIT, &documents, &e), IN_TRUNCATED);
    CHECK_INT(documents, 3);
    bytes[n / 2] ^= 1;
    write_file("bad.ltok.zst", bytes, (size_t)n);
    CHECK(read_through("bad.ltok.zst", LIMIT, &documents, &e) < 0);
    CHECK_INT(e.code, ERR_DATA);
    buf_free(&b);
}

TEST(many_documents_of_all_sizes)
{
    struct err e = {0};
    struct buf b;
    struct ltok_reader *r;
    struct ltok_doc d;
    struct ltok_header h = {.width = 4, .vocab_size = 1000000, .eod_token = LTOK_NO_TOKEN};
    uint32_t *tokens = malloc(300000 * sizeof *tokens);
    for (uint32_t i = 0; i < 300000; i++) tokens[i] = i;
    buf_init(&b, BUF_NO_MAX);
    ltok_put_header(&b, &h);
    uint64_t sum = 0;
    for (unsigned i = 0; i < 400; i++) {
        struct ltok_doc in = {
            .warc_offset = i, .n_tokens = i % 50 == 49 ? 300000 - i : i * 7, .tokens = tokens};
        CHECK_INT(ltok_put_doc(&b, &h, &in), 0);
        sum += in.n_tokens;
    }
    ltok_put_end(&b, 400, sum);
    write_file("many.ltok", b.p, b.n);
    CHECK_INT(ltok_open(&r, "many.ltok", (uint64_t)4 << 20, &e), 0);
    unsigned n = 0;
    while (ltok_next(r, &d, &e) == 1) {
        CHECK_INT(d.warc_offset, n);
        uint64_t want = n % 50 == 49 ? 300000 - n : n * 7;
        CHECK_INT(d.n_tokens, want);
        if (want) CHECK_INT(ltok_token(&h, &d, want - 1), want - 1);
        n++;
    }
    CHECK_INT(n, 400);
    CHECK_INT(e.code, 0);
    ltok_close(r);
    buf_free(&b);
    free(tokens);
}

int main(void)
{
    RUN(there_and_back);
    RUN(the_bytes_are_those_of_the_documented_layout);
    RUN(four_bytes_and_roles);
    RUN(what_does_not_fit_is_not_written);
    RUN(a_cut_at_every_byte_is_noticed);
    RUN(a_change_of_any_byte_is_noticed);
    RUN(forged_documents);
    RUN(forged_ends_and_tokens);
    RUN(forged_headers);
    RUN(files_that_are_not_there_or_empty);
    RUN(compressed_streams);
    RUN(many_documents_of_all_sizes);
    return TEST_END();
}
