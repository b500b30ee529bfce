/* Damage: broken members are told and passed over, and everything else is given. */
#include "tests/unit/common/stream_util.h"
#include <zlib.h>

static struct buf text;

/* Three parts of the text, each a member of its own, in one buffer. */
struct three {
    struct buf bytes;
    size_t start[4]; /* of each member, and the end */
    size_t content[4];
};

static struct three make_three(size_t outside_index, size_t n)
{
    struct three t = {0};
    buf_init(&t.bytes, BUF_NO_MAX);
    for (size_t i = 0; i < 3; i++) {
        t.content[i + 1] = t.content[i] + n + i;
        put_file("content", text.p + t.content[i], n + i);
        if (!compress_outside(outside_index, "content", "packed")) abort();
        struct buf b = get_file("packed");
        buf_put_slice(&t.bytes, buf_slice(&b));
        t.start[i + 1] = t.bytes.n;
        buf_free(&b);
    }
    return t;
}

static bool ends_with(const struct told *t, struct slice s)
{
    return t->content.n >= s.n && memcmp(t->content.p + t->content.n - s.n, s.p, s.n) == 0;
}

static struct slice part(const struct three *t, size_t i)
{
    return slice_of(text.p + t->content[i], t->content[i + 1] - t->content[i]);
}

/* Whatever byte of the second member is wrong, the first and the third are given. */
TEST(a_broken_member_costs_only_itself)
{
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        struct three t = make_three(i, 700);
        for (size_t at = t.start[1]; at < t.start[2]; at++) {
            t.bytes.p[at] ^= (char)(1 << at % 8);
            put_file("broken", t.bytes.p, t.bytes.n);
            t.bytes.p[at] ^= (char)(1 << at % 8);
            struct told told = drain("broken", at % 2 ? IN_MEMBERS : 0, 1 << 16);
            bool good = told.content.n >= 700 && memcmp(told.content.p, text.p, 700) == 0 &&
                        ends_with(&told, part(&t, 2)) && !told.truncated && !told.errors;
            bool harmless = slice_eq(buf_slice(&told.content), slice_of(text.p, t.content[3]));
            if (!good || !(told.damaged || harmless)) {
                printf("# %s flipped at %zu: %d damaged, %d truncated, %zu bytes\n", outside[i].tool, at,
                       told.damaged, told.truncated, told.content.n);
                CHECK(!"resync");
            }
            buf_free(&told.content);
        }
        buf_free(&t.bytes);
    }
}

TEST(a_lost_stretch_is_counted)
{
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        struct three t = make_three(i, 3000);
        put_file("broken", t.bytes.p, t.start[1]);
        FILE *f = fopen("broken", "a"); /* the second member, but for its last 5 bytes, is noise */
        for (size_t at = t.start[1]; f && at < t.start[2]; at++) fputc(at + 5 < t.start[2] ? 0xa5 : 0, f);
        CHECK(f && fwrite(t.bytes.p + t.start[2], 1, t.bytes.n - t.start[2], f) == t.bytes.n - t.start[2] &&
              fclose(f) == 0);
        struct told told = drain("broken", 0, 1 << 16);
        CHECK_INT(told.damaged, 1);
        CHECK_INT(told.skipped, t.start[2] - t.start[1]);
        CHECK_INT(told.content.n, t.content[1] + t.content[3] - t.content[2]);
        CHECK(ends_with(&told, part(&t, 2)));
        CHECK(strstr(told.first_message, "starts at byte") &&
              strstr(told.first_message, codec_name(outside[i].codec)));
        buf_free(&told.content);
        buf_free(&t.bytes);
    }
}

TEST(garbage_behind_the_last_member)
{
    static const char *const garbage[] = {"\n", "trailing text that is no member",
                                          "\x1f\x8b\x08\xff????????????"};
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        struct three t = make_three(i, 500);
        for (size_t g = 0; g < 3; g++) {
            size_t n = t.bytes.n;
            buf_puts(&t.bytes, garbage[g]);
            put_file("garbage", t.bytes.p, t.bytes.n);
            t.bytes.n = n;
            struct told told = drain("garbage", 0, 1 << 16);
            CHECK(slice_eq(buf_slice(&told.content), slice_of(text.p, t.content[3])));
            CHECK_INT(told.damaged, 1);
            CHECK_INT(told.truncated, 0);
            CHECK_INT(told.skipped, strlen(garbage[g]));
            buf_free(&told.content);
        }
        buf_free(&t.bytes);
    }
}

/* zeros: where, and how many; expected faults: gzip, zstd, xz, bzip2, lz4 */
TEST(zeros_between_and_behind)
{
    static const struct {
        size_t behind, zeros;
        int damaged[5];
    } cases[] = {
        {3, 512, {0, 1, 0, 0, 1}},
        {3, 1, {0, 1, 0, 0, 1}},
        {1, 4, {1, 1, 0, 1, 1}},
        {1, 300000, {1, 1, 0, 1, 1}},
    };
    static char zeros[300000];
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (size_t i = 0; i < N_OUTSIDE; i++) {
            struct three t = make_three(i, 500);
            struct buf b;
            buf_init(&b, BUF_NO_MAX);
            buf_put(&b, t.bytes.p, t.start[cases[c].behind]);
            buf_put(&b, zeros, cases[c].zeros);
            buf_put(&b, t.bytes.p + t.start[cases[c].behind], t.bytes.n - t.start[cases[c].behind]);
            put_file("zeros", b.p, b.n);
            struct told told = drain("zeros", 0, 1 << 16);
            CHECK(slice_eq(buf_slice(&told.content), slice_of(text.p, t.content[3])));
            CHECK_INT(told.damaged, cases[c].damaged[i]);
            CHECK_INT(told.truncated, 0);
            buf_free(&told.content);
            buf_free(&b);
            buf_free(&t.bytes);
        }
    }
}

/* A member that is corrupt and runs to the end of the file, over another one. */
TEST(running_over_the_next_member)
{
    struct three t = make_three(0, 600);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    /* A gzip member of one stored block that claims more bytes than follow. */
    buf_put(&b, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\xff\xff\0\0", 15);
    buf_put(&b, t.bytes.p, t.start[1]);
    put_file("over", b.p, b.n);
    struct told told = drain("over", 0, 1 << 16);
    CHECK_INT(told.damaged, 1);
    CHECK_INT(told.truncated, 0);
    CHECK(ends_with(&told, part(&t, 0)));
    CHECK(strstr(told.first_message, "does not end before the next"));
    buf_free(&told.content);
    put_file("over", b.p, b.n - 1); /* and the next one is cut */
    told = drain("over", 0, 1 << 16);
    CHECK_INT(told.damaged, 1);
    CHECK_INT(told.truncated, 1);
    buf_free(&told.content);
    buf_puts(&b, "rest"); /* and the next one was content of the first, which is cut */
    put_file("over", b.p, b.n);
    told = drain("over", 0, 1 << 16);
    CHECK_INT(told.truncated, 1);
    buf_free(&told.content);
    buf_free(&b);
    buf_free(&t.bytes);
}

/* Thousands of starts that lead nowhere: the search stays linear, and still finds what follows. */
TEST(false_starts)
{
    struct three t = make_three(0, 600);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_put(&b, t.bytes.p, t.start[1]);
    while (b.n < 3000000)
        buf_put(&b, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x00\x10\xff\xef 4096 stored bytes follow", 41);
    for (int i = 0; i < 200000; i++) buf_putc(&b, '.');
    buf_put(&b, t.bytes.p + t.start[2], t.bytes.n - t.start[2]);
    put_file("false", b.p, b.n);
    struct told told = drain("false", 0, 1 << 16);
    CHECK(told.damaged > 0);
    CHECK(ends_with(&told, part(&t, 2)));
    CHECK(told.content.n < 2 * b.n + 100000);
    buf_free(&told.content);
    b.n = 0;
    buf_put(&b, t.bytes.p, t.start[1]);
    while (b.n < 3000000) buf_put(&b, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x07 no block", 20);
    buf_put(&b, t.bytes.p + t.start[2], t.bytes.n - t.start[2]);
    put_file("false", b.p, b.n);
    told = drain("false", 0, 1 << 16);
    CHECK(ends_with(&told, part(&t, 2)) ||
          told.damaged == 1); /* the last start may fall to the limit of trials */
    buf_free(&told.content);
    buf_free(&b);
    buf_free(&t.bytes);
}

TEST(what_xz_asks_too_much)
{
    put_file("options.xz", "\xfd\x37\x7a\x58\x5a\0\x01\x04\xa7\xe7\xaf\x5f....", 16);
    struct told t = drain("options.xz", 0, 100);
    CHECK_INT(t.damaged, 1);
    CHECK(strstr(t.first_message, "needs options that this liblzma does not know"));
    buf_free(&t.content);
    CHECK(run("python3 -c \"import lzma; open('large.xz', 'wb').write(lzma.compress(b'x', filters=[{'id': "
              "lzma.FILTER_LZMA2, 'preset': 0, 'dict_size': 192 << 20}]))\""));
    t = drain("large.xz", 0, 100);
    CHECK_INT(t.damaged, 1);
    CHECK(strstr(t.first_message, "needs more than 128 MiB to decompress"));
    buf_free(&t.content);
}

/* ------------------------------------------------------------------ frames */

static void frame(struct buf *b, const char *content, const char *end)
{
    buf_clear(b);
    buf_printf(b, "#leat-stream 1 jsonl\n%s%s", content, end);
    put_file("frame", b->p, b->n);
}

TEST(end_lines_are_checked)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    static const struct {
        const char *content, *end;
        int damaged, truncated;
        const char *given;
    } cases[] = {
        {"", "#leat-end 1 00000000000000000000 00000000000000000000 2d06800538d394c2\n", 0, 0, ""},
        {"leat", "#leat-end 1 00000000000000000009 00000000000000000004 ed715a3ae124e62d\n", 0, 0, "leat"},
        {"leat", "#leat-end 1 00000000000000000001 00000000000000000005 ed715a3ae124e62d\n", 1, 0, "leat"},
        {"leat", "#leat-end 1 00000000000000000001 00000000000000000004 ed715a3ae124e62e\n", 1, 0, "leat"},
        {"leat", "#leat-end 1 00000000000000000001 99999999999999999999 ed715a3ae124e62d\n", 0, 1, "leat"},
        {"leat", "#leat-end 2 00000000000000000001 00000000000000000004 ed715a3ae124e62d\n", 0, 1, NULL},
        {"leat", "#leat-end 1 00000000000000000001 00000000000000000004 ed715a3ae124e62d", 0, 1, "leat"},
        {"leat", "#leat-end 1 00000000000000000001 00000000000000000004 ed715a3ae124e62d\nx", 0, 1, NULL},
        {"leat", "", 0, 1, "leat"},
        {"leat\n", "#", 0, 1, "leat\n"},
        {"# not an end", "", 0, 1, "# not an end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t cap = 3; cap < 100000; cap *= 100) {
            frame(&b, cases[i].content, cases[i].end);
            struct told t = drain("frame", 0, cap);
            CHECK_INT(t.damaged, cases[i].damaged);
            CHECK_INT(t.truncated, cases[i].truncated);
            CHECK(!cases[i].given || slice_is(buf_slice(&t.content), cases[i].given));
            buf_free(&t.content);
        }
    }
    buf_free(&b);
}

TEST(header_lines)
{
    static const struct {
        const char *line;
        bool framed;
    } cases[] = {
        {"#leat-stream 1 jsonl\n", true},
        {"#leat-stream 1 a-b_c.9\n", true},
        {"#leat-stream 1 456789012345678901234567890123456789012345678901\n", true},
        {"#leat-stream 1 4567890123456789012345678901234567890123456789012\n", false},
        {"#leat-stream 1 \n", false},
        {"#leat-stream 1 Jsonl\n", false},
        {"# leat-stream 1 jsonl\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_file("header", cases[i].line, strlen(cases[i].line));
        struct told t = drain("header", 0, 100);
        CHECK_INT(t.truncated, cases[i].framed); /* there is no end line */
        CHECK(slice_is(buf_slice(&t.content), cases[i].framed ? "" : cases[i].line));
        buf_free(&t.content);
    }
    put_file("header", "#leat-stream 2 jsonl\n{}\n", 24);
    struct told t = drain("header", 0, 100);
    CHECK(t.errors > 0 && strstr(t.first_message, "use a newer leat"));
    buf_free(&t.content);
}

/* A frame inside gzip whose one member is broken: the content before and behind comes, the frame is damaged. */
TEST(a_frame_with_a_broken_member)
{
    struct err e = {0};
    struct out_opts o = {.path = "framed", .framed = true, .kind = "jsonl"};
    CHECK_INT(write_out(&o, slice_of(text.p, 3000), 100, OUT_COMMIT, &e), 0);
    CHECK(run(
        "head -c 1000 framed | gzip -c >all; gzip -c framed >middle; tail -c 500 framed | gzip -c >last"));
    struct buf b = get_file("middle");
    b.p[b.n / 2] ^= 0x55;
    put_file("middle", b.p, b.n);
    CHECK(run("cat middle last >>all"));
    struct told t = drain("all", 0, 1 << 16);
    CHECK_INT(t.damaged, 2); /* the member, and the frame's count */
    CHECK(memcmp(t.content.p, text.p, 1000 - 21) == 0);
    CHECK(ends_with(&t, slice_of(text.p + 3000 - (500 - 71), 500 - 71)));
    buf_free(&b);
    buf_free(&t.content);
}

/* What zlib gives of a member that may be broken. */
static struct buf by_zlib(const struct buf *file)
{
    struct buf out;
    z_stream z = {0};
    int r = inflateInit2(&z, 15 + 16);
    buf_init(&out, BUF_NO_MAX);
    z.next_in = (Bytef *)file->p;
    z.avail_in = (uInt)file->n;
    while (r == Z_OK) {
        buf_reserve(&out, 1000);
        z.next_out = (Bytef *)out.p + out.n;
        z.avail_out = 1000;
        r = inflate(&z, Z_NO_FLUSH);
        out.n += 1000 - z.avail_out;
        if (z.avail_in == 0 && z.avail_out == 1000) break; /* it was cut */
    }
    inflateEnd(&z);
    return out;
}

/* Not a byte more or less, however it is read. */
TEST(all_before_an_invalid_symbol_is_given)
{
    static const size_t caps[] = {1, 100, 1 << 16, 1 << 20};
    put_file("plain", text.p, text.n);
    CHECK(run("gzip -nc plain >good.gz"));
    struct buf good = get_file("good.gz");
    for (size_t i = 0; i < 40; i++) {
        size_t at = 20 + i * (good.n - 20) / 40;
        bool cut = i % 4 == 3;
        if (!cut) good.p[at] ^= (char)(1 << i % 8);
        struct buf part = good;
        if (cut) part.n = at;
        put_file("bad.gz", part.p, part.n);
        struct buf want = by_zlib(&part);
        for (size_t k = 0; k < sizeof caps / sizeof *caps; k++) {
            struct told t = drain("bad.gz", IN_MEMBERS, caps[k]);
            CHECK(t.damaged + t.truncated > 0);
            CHECK(slice_eq(buf_slice(&t.content), buf_slice(&want)));
            buf_free(&t.content);
        }
        buf_free(&want);
        if (!cut) good.p[at] ^= (char)(1 << i % 8);
    }
    buf_free(&good);
}

int main(void)
{
    text = make_text(20000, 3);
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        if (has_command(outside[i].tool)) continue;
        printf("ok - stream_damage # SKIP %s is not installed\n", outside[i].tool);
        return 0;
    }
    RUN(a_broken_member_costs_only_itself);
    RUN(a_lost_stretch_is_counted);
    RUN(garbage_behind_the_last_member);
    RUN(zeros_between_and_behind);
    RUN(running_over_the_next_member);
    RUN(false_starts);
    RUN(what_xz_asks_too_much);
    RUN(end_lines_are_checked);
    RUN(header_lines);
    RUN(a_frame_with_a_broken_member);
    RUN(all_before_an_invalid_symbol_is_given);
    buf_free(&text);
    return TEST_END();
}
