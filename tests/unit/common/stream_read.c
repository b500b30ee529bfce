/* Reading streams: every codec as its own tool writes it, plain files, pipes, members. */
#include "tests/unit/common/stream_util.h"

static struct buf text; /* 1.5 MB */

TEST(plain)
{
    put_file("plain", text.p, text.n);
    static const size_t caps[] = {1, 7, 64, 4096, 1 << 20};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        size_t n = caps[i] < 64 ? 3000 : text.n;
        put_file("plain", text.p, n);
        for (unsigned flags = 0; flags < 4; flags++) {
            struct told t = drain("plain", flags, caps[i]);
            CHECK(is_whole(&t, slice_of(text.p, n)));
            CHECK_INT(t.codec, CODEC_PLAIN);
            CHECK_INT(t.members, 1);
            CHECK_INT(t.offsets[0], 0);
            buf_free(&t.content);
        }
    }
}

TEST(empty_and_almost_magic)
{
    static const char *const contents[] = {"",
                                           "(",
                                           "P*M",
                                           "BZ",
                                           "BZh9",
                                           "BZh91AX",
                                           "\x1f",
                                           "PK",
                                           "P*M\x17",
                                           "#leat",
                                           "#leat-x",
                                           "#",
                                           "{}\n",
                                           "\xfe",
                                           "\x28\xb4..",
                                           "BZh0..",
                                           "#leat-streak 1 x\n"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        put_file("short", contents[i], strlen(contents[i]));
        struct told t = drain("short", 0, 4096);
        CHECK(is_whole(&t, slice_str(contents[i])));
        CHECK_INT(t.codec, CODEC_PLAIN);
        buf_free(&t.content);
    }
}

TEST(every_codec_of_outside_tools)
{
    static const size_t sizes[] = {0, 1, 1000, 1500000};
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        if (!has_command(outside[i].tool)) SKIP(outside[i].tool);
        for (size_t k = 0; k < 4; k++) {
            put_file("content", text.p, sizes[k]);
            CHECK(compress_outside(i, "content", "packed"));
            for (size_t cap = 97; cap < 1 << 21; cap *= 101) {
                struct told t = drain("packed", 0, cap);
                CHECK(is_whole(&t, slice_of(text.p, sizes[k])));
                CHECK_INT(t.codec, outside[i].codec);
                buf_free(&t.content);
                if (sizes[k] < 1000) break;
            }
        }
    }
}

TEST(many_members)
{
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        CHECK(run("rm -f all"));
        size_t starts[5], at = 0;
        for (size_t m = 0; m < 5; m++) {
            put_file("content", text.p + at, m * 5000);
            at += m * 5000;
            struct stat st = {0};
            stat("all", &st);
            starts[m] = (size_t)st.st_size;
            CHECK(compress_outside(i, "content", "packed") && run("cat packed >>all"));
        }
        struct told t = drain("all", 0, 100000);
        CHECK(is_whole(&t, slice_of(text.p, at)));
        buf_free(&t.content);
        t = drain("all", IN_MEMBERS, 3000);
        CHECK(is_whole(&t, slice_of(text.p, at)));
        CHECK_INT(t.members, 4); /* the first has no content */
        for (size_t m = 1; m < 5; m++) CHECK_INT(t.offsets[m - 1], starts[m]);
        buf_free(&t.content);
    }
}

/* Member ends around the edge of the 448-KiB buffer. */
TEST(members_across_the_buffer)
{
    struct buf random;
    buf_init(&random, BUF_NO_MAX);
    uint64_t x = 1;
    for (size_t i = 0; i < 458752; i++) buf_putc(&random, (char)((x = x * 6364136223846793005u + 1) >> 56));
    put_file("tail", text.p, 300);
    CHECK(run("gzip -nc tail >tail.gz"));
    struct buf tail = get_file("tail.gz");
    for (size_t n = 458650; n < 458720; n++) {
        put_file("content", random.p, n);
        CHECK(run("gzip -n1c content >all")); /* stored: 18 bytes of gzip, 5 for each 65535 */
        FILE *f = fopen("all", "a");
        CHECK(f && fwrite(tail.p, 1, tail.n, f) == tail.n && fclose(f) == 0);
        struct told t = drain("all", 0, 1 << 20);
        CHECK(!t.damaged && !t.truncated && t.content.n == n + 300);
        CHECK(memcmp(t.content.p, random.p, n) == 0 && memcmp(t.content.p + n, text.p, 300) == 0);
        buf_free(&t.content);
        n += n < 458670 || n > 458705 ? 4 : 0;
    }
    buf_free(&random);
    buf_free(&tail);
}

TEST(raw)
{
    put_file("content", text.p, 1000);
    CHECK(run("gzip -c content >raw.gz"));
    struct buf b = get_file("raw.gz");
    struct told t = drain("raw.gz", IN_RAW, 100);
    CHECK(is_whole(&t, buf_slice(&b)));
    buf_free(&t.content);
    put_file("raw", "#leat-stream 1 jsonl\n", 21);
    t = drain("raw", IN_RAW, 100);
    CHECK(is_whole(&t, slice_str("#leat-stream 1 jsonl\n")));
    buf_free(&t.content);
    put_file("raw.gz", "", 0);
    t = drain("raw.gz", IN_RAW, 100);
    CHECK(is_whole(&t, slice_str("")));
    buf_free(&b);
    buf_free(&t.content);
}

TEST(what_cannot_be_opened)
{
    struct err e = {0};
    struct in *s;
    CHECK_INT(in_open(&s, "nowhere", 0, &e), -ERR_IO);
    CHECK_STR(e.msg, "cannot open nowhere: No such file or directory");
    CHECK(s == NULL);
    err_clear(&e);
    CHECK_INT(in_open(&s, ".", 0, &e), -ERR_IO);
    CHECK_STR(e.msg, ". is a directory: name the files in it");
    in_close(NULL);
}

TEST(a_failing_read_stays_failed)
{
    struct err e = {0};
    struct in *s;
    for (unsigned flags = 0; flags < 4; flags += 2) {
        CHECK_INT(in_open(&s, "/proc/self/mem", flags, &e), 0); /* address 0 is not there: EIO */
        char c;
        for (int i = 0; i < 2; i++) {
            err_clear(&e);
            CHECK_INT(in_read(s, &c, 1, &e), -ERR_IO);
            CHECK(strstr(e.msg, "cannot read /proc/self/mem: ") == e.msg);
        }
        in_close(s);
        err_clear(&e);
    }
}

static void trickle(const char *path, int fd)
{
    struct buf b = get_file(path);
    for (size_t i = 0; i < b.n; i++) {
        if (write(fd, b.p + i, 1) != 1) break;
        if (i < 20) usleep(1000);
    }
    buf_free(&b);
}

/* A pipe that gives one byte at a time, as standard input. */
TEST(standard_input_and_slow_pipes)
{
    put_file("content", text.p, 20000);
    struct told (*reader)(const char *, unsigned, size_t) = drain;
    int saved = dup(0);
    for (size_t i = 0; i <= N_OUTSIDE; i++) {
        const char *path = i < N_OUTSIDE ? "packed" : "content";
        if (i < N_OUTSIDE) CHECK(compress_outside(i, "content", "packed"));
        int fd[2];
        CHECK(pipe(fd) == 0);
        pid_t child = fork();
        if (child == 0) {
            close(fd[0]);
            trickle(path, fd[1]);
            _exit(0);
        }
        close(fd[1]);
        dup2(fd[0], 0);
        close(fd[0]);
        struct told t = reader(i % 2 ? "-" : NULL, 0, 1000);
        CHECK(is_whole(&t, slice_of(text.p, 20000)));
        buf_free(&t.content);
        CHECK(fcntl(0, F_GETFD) >= 0); /* not closed */
    }
    dup2(saved, 0);
    close(saved);
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

TEST(interrupted_reads_go_on)
{
    int fd[2];
    CHECK(pipe(fd) == 0);
    struct sigaction act = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &act, NULL);
    if (fork() == 0) {
        for (int i = 0; i < 5; i++) {
            usleep(20000);
            kill(getppid(), SIGALRM);
        }
        _exit(write(fd[1], "late\n", 5) != 5);
    }
    close(fd[1]);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", fd[0]);
    struct told t = drain(path, 0, 100);
    CHECK(is_whole(&t, slice_str("late\n")));
    close(fd[0]);
    buf_free(&t.content);
}

TEST(what_a_reader_knows)
{
    put_file("content", text.p, text.n);
    CHECK(run("gzip -c content >known.gz"));
    struct stat st;
    CHECK(stat("known.gz", &st) == 0);
    struct err e = {0};
    struct in *s;
    CHECK_INT(in_open(&s, "known.gz", 0, &e), 0);
    CHECK_STR(in_name(s), "known.gz");
    CHECK_INT(in_raw_bytes(s), 0);
    CHECK_INT(in_size_bytes(s), st.st_size);
    char c[1000];
    CHECK_INT(in_read(s, c, sizeof c, &e), 64);
    CHECK_STR(codec_name(in_codec(s)), "gzip");
    CHECK(!in_framed(s));
    while (in_read(s, c, sizeof c, &e) > 0) {
    }
    CHECK_INT(in_raw_bytes(s), st.st_size);
    in_close(s);
    CHECK_INT(in_open(&s, "-", 0, &e), 0);
    CHECK_STR(in_name(s), "stdin");
    in_close(s);
    CHECK_STR(codec_name(CODEC_PLAIN), "plain");
    CHECK_STR(codec_name((enum codec)99), "unknown");
}

struct feed {
    const uint8_t *p;
    size_t n;
    bool fails;
};

static ssize_t read_feed(void *ctx, void *dst, size_t cap, struct err *e)
{
    struct feed *f = ctx;
    size_t n = f->n < 7 ? f->n : 7;
    if (n > cap) n = cap;
    if (n == 0 && f->fails) return err_set(e, ERR_IO, "the feed is broken");
    memcpy(dst, f->p, n);
    f->p += n;
    f->n -= n;
    return (ssize_t)n;
}

TEST(bytes_that_a_function_gives)
{
    static const uint8_t gzip[] = {0x1f, 0x8b, 8, 0,    0,    0,    0,    0, 0, 3, 0x4b, 0x4c,
                                   0x4a, 0x06, 0, 0xc2, 0x41, 0x24, 0x35, 3, 0, 0, 0};
    struct feed whole = {gzip, sizeof gzip, false}, cut = {gzip, 15, false}, broken = {gzip, 15, true};
    struct in *s;
    struct err e = {0};
    char got[100];
    CHECK_INT(in_open_reader(&s, "a.gz", read_feed, &whole, 0, &e), 0);
    CHECK_INT(in_read(s, got, sizeof got, &e), 3);
    CHECK(memcmp(got, "abc", 3) == 0);
    CHECK_INT(in_read(s, got, sizeof got, &e), 0);
    CHECK_INT(in_raw_bytes(s), sizeof gzip);
    CHECK_STR(in_name(s), "a.gz");
    in_close(s);
    CHECK_INT(in_open_reader(&s, "a.gz", read_feed, &cut, 0, &e), 0);
    ssize_t n = in_read(s, got, sizeof got, &e);
    CHECK_INT(n > 0 ? in_read(s, got, sizeof got, &e) : n, IN_TRUNCATED);
    in_close(s);
    err_clear(&e);
    CHECK_INT(in_open_reader(&s, "a.gz", read_feed, &broken, 0, &e), 0);
    n = in_read(s, got, sizeof got, &e);
    CHECK_INT(n > 0 ? in_read(s, got, sizeof got, &e) : n, -ERR_IO);
    CHECK(strstr(e.msg, "the feed is broken"));
    in_close(s);
}

int main(void)
{
    text = make_text(1500000, 1);
    RUN(plain);
    RUN(empty_and_almost_magic);
    RUN(every_codec_of_outside_tools);
    RUN(many_members);
    RUN(members_across_the_buffer);
    RUN(raw);
    RUN(what_cannot_be_opened);
    RUN(a_failing_read_stays_failed);
    RUN(standard_input_and_slow_pipes);
    RUN(interrupted_reads_go_on);
    RUN(what_a_reader_knows);
    RUN(bytes_that_a_function_gives);
    buf_free(&text);
    return TEST_END();
}
