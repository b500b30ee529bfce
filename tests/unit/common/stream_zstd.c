/* What is particular to zstd: leat's trailer, other people's skippable frames, dictionaries, large windows. */
#include "common/hash.h"
#include "tests/unit/common/stream_util.h"

static struct buf text;

static void put_le(struct buf *b, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) buf_putc(b, (char)(v >> 8 * i));
}

static void put_skippable(struct buf *b, uint32_t magic, struct slice payload)
{
    put_le(b, magic, 4);
    put_le(b, payload.n, 4);
    buf_put_slice(b, payload);
}

static void put_frame(struct buf *b, const char *options, struct slice content)
{
    char line[256];
    put_file("content", content.p, content.n);
    snprintf(line, sizeof line, "zstd -qc %s content >packed", options);
    CHECK(run(line));
    struct buf packed = get_file("packed");
    buf_put_slice(b, buf_slice(&packed));
    buf_free(&packed);
}

static void put_trailer(struct buf *b, uint64_t bytes, uint64_t hash)
{
    struct buf payload;
    buf_init(&payload, 32);
    buf_puts(&payload, "leatend1");
    put_le(&payload, 12, 8);
    put_le(&payload, bytes, 8);
    put_le(&payload, hash, 8);
    put_skippable(b, 0x184D2A5E, buf_slice(&payload));
    buf_free(&payload);
}

static struct told tell(const struct buf *b, unsigned flags)
{
    put_file("file", b->p, b->n);
    return drain("file", flags, 4096);
}

#define START slice_str("leatzst1")

/* The layout of docs/formats.md, built by hand, read by leat. */
TEST(trailers_are_checked)
{
    struct slice part = slice_of(text.p, 5000);
    uint64_t hash = hash64(part.p, part.n);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    static const struct {
        bool announced, trailer;
        int bytes, hash;
        int damaged, truncated;
    } cases[] = {
        {true, true, 0, 0, 0, 0},  {true, true, 1, 0, 1, 0},  {true, true, 0, 1, 1, 0},
        {true, false, 0, 0, 0, 1}, {false, true, 0, 0, 1, 0}, {false, false, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&b);
        if (cases[i].announced) put_skippable(&b, 0x184D2A5E, START);
        put_frame(&b, "", slice_of(text.p, 2000));
        put_frame(&b, "", slice_of(text.p + 2000, 3000)); /* any number of frames */
        if (cases[i].trailer)
            put_trailer(&b, part.n + (unsigned)cases[i].bytes, hash + (unsigned)cases[i].hash);
        struct told t = tell(&b, 0);
        CHECK(slice_eq(buf_slice(&t.content), part));
        CHECK_INT(t.damaged, cases[i].damaged);
        CHECK_INT(t.truncated, cases[i].truncated);
        buf_free(&t.content);
    }
    buf_free(&b);
}

TEST(files_one_behind_the_other)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    struct out_opts o = {.path = "one.zst"};
    CHECK_INT(write_out(&o, slice_of(text.p, 1000), 100, OUT_COMMIT, &e), 0);
    o.path = "two.zst";
    CHECK_INT(write_out(&o, slice_of(text.p + 1000, 1000), 100, OUT_COMMIT, &e), 0);
    o.path = "three.zst";
    CHECK_INT(write_out(&o, slice_of(text.p + 2000, 1000), 100, OUT_PARTIAL, &e), 0);
    struct buf one = get_file("one.zst"), two = get_file("two.zst"), partial = get_file("three.zst.partial");
    buf_put_slice(&b, buf_slice(&one));
    buf_put_slice(&b, buf_slice(&two));
    struct told t = tell(&b, 0);
    CHECK(is_whole(&t, slice_of(text.p, 2000)));
    buf_free(&t.content);
    put_frame(&b, "", slice_of(text.p + 2000, 500)); /* a foreign frame, without a trailer */
    t = tell(&b, IN_MEMBERS);
    CHECK(is_whole(&t, slice_of(text.p, 2500)));
    CHECK_INT(t.members, 3);
    buf_free(&t.content);
    buf_clear(&b);
    buf_put_slice(&b, buf_slice(&partial));
    t = tell(&b, 0);
    CHECK_INT(t.truncated, 1);
    CHECK(slice_eq(buf_slice(&t.content), slice_of(text.p + 2000, 1000)));
    CHECK(strstr(t.first_message, "no trailer"));
    buf_free(&t.content);
    buf_put_slice(&b, buf_slice(&one));
    t = tell(&b, 0);
    CHECK_INT(t.damaged, 1);
    CHECK_INT(t.truncated, 0);
    CHECK_INT(t.content.n, 2000);
    buf_free(&t.content);
    buf_free(&one);
    buf_free(&two);
    buf_free(&partial);
    buf_free(&b);
}

TEST(a_broken_frame_and_then_the_trailer)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    put_skippable(&b, 0x184D2A5E, START);
    size_t at = b.n;
    put_frame(&b, "", slice_of(text.p, 2000));
    b.p[(at + b.n) / 2] ^= 0x10;
    put_trailer(&b, 2000, 0);
    struct told t = tell(&b, 0);
    CHECK_INT(t.damaged, 1); /* the trailer's word is not held against it twice */
    CHECK_INT(t.truncated, 0);
    buf_free(&t.content);
    buf_free(&b);
}

TEST(skippable_frames_are_passed_over)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    put_skippable(&b, 0x184D2A50, slice_str("x"));
    put_skippable(&b, 0x184D2A5E, slice_str("leat of another kind, and longer than a trailer"));
    put_skippable(&b, 0x184D2A5E, slice_str("leatend9"));
    put_frame(&b, "", slice_of(text.p, 1000));
    put_skippable(&b, 0x184D2A5F, slice_of(text.p, 700000));
    put_skippable(&b, 0x184D2A51, slice_str(""));
    put_frame(&b, "", slice_of(text.p + 1000, 1000));
    struct told t = tell(&b, 0);
    CHECK(is_whole(&t, slice_of(text.p, 2000)));
    CHECK_INT(t.codec, CODEC_ZSTD);
    buf_free(&t.content);
    for (size_t cut = 1; cut < 12; cut++) {
        put_skippable(&b, 0x184D2A50, slice_str("cut"));
        b.n -= cut;
        t = tell(&b, 0);
        CHECK_INT(t.truncated, cut < 11);
        CHECK_INT(t.content.n, 2000);
        buf_free(&t.content);
        b.n -= 11 - cut;
    }
    buf_free(&b);
}

/* A dictionary in front, as in .warc.zst: raw or trained, packed or not. */
TEST(dictionaries)
{
    CHECK(run("mkdir samples"));
    for (size_t i = 0; i < 300; i++) {
        char name[64];
        snprintf(name, sizeof name, "samples/%zu", i);
        put_file(name, text.p + 3000 * i, 1500);
    }
    CHECK(run(
        "zstd -q --train samples/* -o trained --maxdict=4096 2>/dev/null && zstd -q trained -o trained.zst"));
    put_file("raw", text.p, 8000);
    static const struct {
        const char *dictionary, *options;
    } cases[] = {{"trained", "-D trained"}, {"trained.zst", "-D trained"}, {"raw", "-D raw"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b, dictionary = get_file(cases[i].dictionary);
        buf_init(&b, BUF_NO_MAX);
        CHECK(dictionary.n > 0);
        put_skippable(&b, 0x184D2A5D, buf_slice(&dictionary));
        put_frame(&b, cases[i].options, slice_of(text.p + 100, 900));
        put_frame(&b, cases[i].options, slice_of(text.p + 1000, 5000));
        struct told t = tell(&b, IN_MEMBERS);
        CHECK(is_whole(&t, slice_of(text.p + 100, 5900)));
        CHECK_INT(t.members, 2);
        buf_free(&t.content);
        buf_consume(&b, dictionary.n +
                            8); /* the trained one is known to be missing, the raw one by the checksum */
        t = tell(&b, 0);
        CHECK(t.damaged > 0);
        buf_free(&t.content);
        buf_free(&dictionary);
        buf_free(&b);
    }
}

TEST(bad_dictionaries)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    put_skippable(&b, 0x184D2A5D, slice_of("\x28\xb5\x2f\xfd broken", 11));
    put_skippable(&b, 0x184D2A5D, slice_of("\x37\xa4\x30\xec broken", 11));
    put_frame(&b, "", slice_of(text.p, 1000));
    struct told t = tell(&b, 0);
    CHECK_INT(t.damaged, 2);
    CHECK(strstr(t.first_message, "dictionary"));
    CHECK(slice_eq(buf_slice(&t.content), slice_of(text.p, 1000)));
    buf_free(&t.content);
    buf_free(&b);
}

TEST(windows)
{
    CHECK(run("head -c 300000000 /dev/zero | zstd -q --long=27 -c >long27"));
    struct err e = {0};
    struct in *s;
    static char piece[1 << 20];
    uint64_t total = 0;
    ssize_t n;
    CHECK_INT(in_open(&s, "long27", 0, &e), 0);
    while ((n = in_read(s, piece, sizeof piece, &e)) > 0) total += (uint64_t)n;
    CHECK_INT(n, 0);
    CHECK_INT(total, 300000000);
    in_close(s);
    struct told t;
    /* A frame header that asks for 256 MiB. */
    put_file("long28", "\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", 9);
    t = drain("long28", 0, 4096);
    CHECK_INT(t.damaged, 1);
    CHECK(strstr(t.first_message, "too much memory"));
    buf_free(&t.content);
}

int main(void)
{
    text = make_text(1000000, 4);
    if (!has_command("zstd")) {
        printf("ok - stream_zstd # SKIP zstd is not installed\n");
        return 0;
    }
    RUN(trailers_are_checked);
    RUN(files_one_behind_the_other);
    RUN(a_broken_frame_and_then_the_trailer);
    RUN(skippable_frames_are_passed_over);
    RUN(dictionaries);
    RUN(bad_dictionaries);
    RUN(windows);
    buf_free(&text);
    return TEST_END();
}
