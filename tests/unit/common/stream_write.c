/* Writing streams: what lies on the disk afterwards, in every way to end; small files and directories. */
#include "common/hash.h"
#include "tests/unit/common/stream_util.h"

#include <sys/resource.h>
#include <sys/wait.h>

static struct buf text; /* 3 MB */

static bool is_file(const char *path, struct slice content)
{
    struct buf b = get_file(path);
    bool same = slice_eq(buf_slice(&b), content);
    buf_free(&b);
    return same && file_exists(path);
}

TEST(three_ends)
{
    static const char *const names[] = {"e.jsonl", "e.jsonl.gz", "e.jsonl.zst"};
    for (size_t i = 0; i < 3; i++) {
        char tmp[64], partial[64];
        snprintf(tmp, sizeof tmp, "%s.tmp", names[i]);
        snprintf(partial, sizeof partial, "%s.partial", names[i]);
        struct out_opts o = {.path = names[i]};
        struct err e = {0};
        put_file(names[i], "old", 3);
        CHECK_INT(write_out(&o, buf_slice(&text), 1000, OUT_ABANDON, &e), 0);
        CHECK(!file_exists(tmp) && !file_exists(partial) && is_file(names[i], slice_str("old")));
        CHECK_INT(write_out(&o, buf_slice(&text), 1000, OUT_PARTIAL, &e), 0);
        CHECK(!file_exists(tmp) && file_exists(partial) && is_file(names[i], slice_str("old")));
        struct told t = drain(partial, 0, 1 << 20);
        CHECK(slice_eq(buf_slice(&t.content), buf_slice(&text)));
        CHECK_INT(t.truncated, i == 2);
        buf_free(&t.content);
        CHECK_INT(write_out(&o, buf_slice(&text), 300000, OUT_COMMIT, &e), 0);
        CHECK(!file_exists(tmp));
        t = drain(names[i], 0, 1 << 20);
        CHECK(is_whole(&t, buf_slice(&text)));
        buf_free(&t.content);
        CHECK_STR(e.msg, "");
    }
}

TEST(outside_tools_read_it)
{
    struct err e = {0};
    struct out_opts o = {.path = "out.gz"};
    put_file("content", text.p, text.n);
    CHECK_INT(write_out(&o, buf_slice(&text), 70001, OUT_COMMIT, &e), 0);
    CHECK(run("gzip -dc out.gz | cmp - content"));
    CHECK(
        run("python3 -c \"import gzip; assert gzip.open('out.gz').read() == open('content','rb').read()\""));
    o.path = "out.zst";
    CHECK_INT(write_out(&o, buf_slice(&text), 70001, OUT_COMMIT, &e), 0);
    CHECK(run("zstd -qdc out.zst | cmp - content && zstd -qt out.zst"));
    o.path = "empty.gz";
    CHECK_INT(write_out(&o, slice_str(""), 1, OUT_COMMIT, &e), 0);
    CHECK(run("gzip -dc empty.gz | cmp - /dev/null"));
    o.path = "empty.zst";
    CHECK_INT(write_out(&o, slice_str(""), 1, OUT_COMMIT, &e), 0);
    CHECK(run("zstd -qdc empty.zst | cmp - /dev/null"));
}

/* The trailer's bytes as docs/formats.md gives them. */
TEST(trailer_layout)
{
    struct err e = {0};
    struct out_opts o = {.path = "layout.zst"};
    CHECK_INT(write_out(&o, buf_slice(&text), 1000, OUT_COMMIT, &e), 0);
    struct buf b = get_file("layout.zst");
    CHECK_MEM(b.p, (size_t)16, "\x5e\x2a\x4d\x18\x08\0\0\0leatzst1", (size_t)16);
    const char *p = b.p + b.n - 40;
    CHECK_MEM(p, (size_t)16, "\x5e\x2a\x4d\x18\x20\0\0\0leatend1", (size_t)16);
    uint64_t fields[3]; /* the test's machines are little-endian */
    memcpy(fields, p + 16, 24);
    CHECK_INT(fields[0], (text.n + 999) / 1000);
    CHECK_INT(fields[1], text.n);
    CHECK(fields[2] == hash64(text.p, text.n));
    buf_free(&b);
}

TEST(threads_and_pieces_change_no_byte)
{
    struct err e = {0};
    struct out_opts o = {.path = "one.zst", .threads = 1};
    CHECK_INT(write_out(&o, buf_slice(&text), 1000, OUT_COMMIT, &e), 0);
    struct buf one = get_file("one.zst");
    for (int threads = 0; threads <= 40; threads = threads * 3 + 1) {
        o = (struct out_opts){.path = "many.zst", .threads = threads};
        struct out *s;
        CHECK_INT(out_open(&s, &o, &e), 0);
        size_t piece = 1 + (size_t)threads * 99991, at = 0;
        while (at < text.n) {
            size_t n = piece < text.n - at ? piece : text.n - at;
            CHECK_INT(out_write(s, text.p + at, n, 0, &e), 0);
            at += n;
            piece = piece * 7 % 1000003;
        }
        CHECK_INT(out_write(s, NULL, 0, 3000, &e), 0);
        CHECK_INT(out_records(s), 3000);
        CHECK_INT(out_bytes(s), text.n);
        CHECK_INT(out_close(s, OUT_COMMIT, &e), 0);
        CHECK(is_file("many.zst", buf_slice(&one)));
    }
    CHECK(text.n / 1000 == 3000);
    buf_free(&one);
}

TEST(levels)
{
    struct err e = {0};
    size_t size[2];
    static const char *const paths[] = {"level.gz", "level.zst"};
    for (size_t i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++) {
            struct out_opts o = {.path = paths[i], .level = k ? 9 : 1};
            CHECK_INT(write_out(&o, buf_slice(&text), 1 << 20, OUT_COMMIT, &e), 0);
            struct buf b = get_file(paths[i]);
            size[k] = b.n;
            buf_free(&b);
        }
        CHECK(size[1] < size[0]);
        struct out_opts o = {.path = paths[i], .level = 99};
        CHECK_INT(write_out(&o, buf_slice(&text), 1 << 20, OUT_COMMIT, &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "has no level 99"));
        err_clear(&e);
        CHECK(run("test ! -e level.gz.tmp -a ! -e level.zst.tmp"));
    }
}

TEST(what_is_refused)
{
    static const struct {
        struct out_opts o;
        int code;
        const char *says;
    } cases[] = {
        {{.path = "a.xz"}, -ERR_USAGE, "a.xz: leat writes .zst and .gz, and no xz"},
        {{.path = "a.bz2"}, -ERR_USAGE, "no bzip2"},
        {{.path = "a.lz4"}, -ERR_USAGE, "no lz4"},
        {{.path = "a.zst", .framed = true}, -ERR_USAGE, "take a name without .zst, or no --framed"},
        {{.path = "a", .framed = true, .kind = "two words"}, -ERR_USAGE, "\"two words\" cannot be the kind"},
        {{.path = "a", .framed = true, .kind = "4567890123456789012345678901234567890123456789012"},
         -ERR_USAGE,
         "cannot be the kind"},
        {{.path = "nowhere/a"},
         -ERR_IO,
         "cannot create nowhere/a.tmp: make its directory first: No such file"},
        {{.path = "content/a"}, -ERR_IO, "cannot create content/a.tmp: Not a directory"},
        {{.path = "."}, -ERR_IO, "cannot write .: Is a directory"},
    };
    put_file("content", "x", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct out *s;
        CHECK_INT(out_open(&s, &cases[i].o, &e), cases[i].code);
        CHECK(s == NULL);
        if (!strstr(e.msg, cases[i].says)) printf("# %s\n", e.msg);
        CHECK(strstr(e.msg, cases[i].says));
    }
    CHECK(run("test ! -e a -a ! -e a.tmp -a ! -e a.zst.tmp"));
}

TEST(devices_are_written_in_place)
{
    struct err e = {0};
    struct out_opts o = {.path = "/dev/null"};
    CHECK_INT(write_out(&o, buf_slice(&text), 100000, OUT_COMMIT, &e), 0);
    CHECK(run("test -c /dev/null -a ! -e /dev/null.tmp"));
    o.path = "/dev/full";
    CHECK_INT(write_out(&o, slice_str("x"), 1, OUT_COMMIT, &e), -ERR_IO); /* on the last flush */
    CHECK(strstr(e.msg, "cannot write /dev/full (free some space there, or write elsewhere): No space left"));
    for (int end = OUT_COMMIT; end <= OUT_ABANDON; end++) {
        struct out *s;
        err_clear(&e);
        CHECK_INT(out_open(&s, &o, &e), 0);
        CHECK_INT(out_write(s, text.p, text.n, 0, &e), -ERR_IO);
        err_clear(&e);
        CHECK_INT(out_write(s, "x", 1, 0, &e), -ERR_IO); /* it stays failed */
        CHECK(strstr(e.msg, "/dev/full could not be written"));
        CHECK_INT(out_close(s, (enum out_end)end, &e), end == OUT_ABANDON ? 0 : -ERR_IO);
    }
    CHECK(run("mkfifo fifo && { cat fifo >got & }"));
    o.path = "fifo";
    err_clear(&e);
    CHECK_INT(write_out(&o, slice_str("through\n"), 100, OUT_COMMIT, &e), 0);
    CHECK(run(
        "for i in $(seq 100); do test -s got && break; sleep 0.01; done; test -p fifo; grep -q through got"));
    CHECK_INT(out_close(NULL, OUT_COMMIT, &e), 0);
}

TEST(a_full_disk_leaves_nothing)
{
    static const char *const names[] = {"full", "full.gz", "full.zst"};
    struct buf noise;
    buf_init(&noise, BUF_NO_MAX);
    uint64_t x = 5;
    for (size_t i = 0; i < 3000000; i += 8, x = hash_mix64(x + i)) buf_put(&noise, &x, 8);
    for (size_t i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0) { /* a limit on file sizes stands in for a full disk: EFBIG */
            struct err e = {0};
            struct out_opts o = {.path = names[i]};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000000, 1000000});
            int r = write_out(&o, buf_slice(&noise), 100000, OUT_COMMIT, &e);
            _exit(r == -ERR_IO && strstr(e.msg, names[i]) ? 0 : 1);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(!file_exists(names[i]));
    }
    CHECK(run("test ! -e full.tmp -a ! -e full.gz.tmp -a ! -e full.zst.tmp"));
    buf_free(&noise);
}

/* Standard output of a child: into a file, a pipe that closes, /dev/full. */
static int child_writes(const char *target, const struct out_opts *o, size_t piece, enum out_end end,
                        char *message)
{
    int told[2];
    CHECK(pipe(told) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct err e = {0};
        signal(SIGPIPE, SIG_IGN);
        int fd[2];
        if (target) {
            dup2(open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666), 1);
        } else if (pipe(fd) == 0) {
            dup2(fd[1], 1);
            close(fd[1]);
            close(fd[0]); /* no reader */
        }
        int r = write_out(o, buf_slice(&text), piece, end, &e);
        if (write(told[1], e.msg, sizeof e.msg) < 0 || fcntl(1, F_GETFD) < 0) _exit(99);
        exit(-r); /* not _exit: the child's coverage counts too */
    }
    close(told[1]);
    if (read(told[0], message, 1024) < 0) message[0] = 0;
    close(told[0]);
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(standard_output)
{
    char message[1024];
    struct out_opts plain = {.path = NULL}, framed = {.path = "-", .framed = true, .kind = "jsonl"};
    CHECK_INT(child_writes("got", &plain, 1000, OUT_COMMIT, message), 0);
    CHECK(is_file("got", buf_slice(&text)));
    CHECK_INT(child_writes("got", &plain, 1 << 20, OUT_ABANDON, message), 0); /* what was written goes out */
    CHECK(is_file("got", buf_slice(&text)));
    CHECK_INT(child_writes(NULL, &plain, 1000, OUT_COMMIT, message), ERR_PIPE);
    CHECK_STR(message, "the reader of standard output has gone");
    CHECK_INT(child_writes("/dev/full", &plain, 1000, OUT_COMMIT, message), ERR_IO);
    CHECK(strstr(message, "cannot write standard output"));
    CHECK_INT(child_writes("/dev/full", &framed, 1000, OUT_COMMIT, message), ERR_IO);
    static const enum out_end ends[] = {OUT_COMMIT, OUT_PARTIAL, OUT_ABANDON};
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(child_writes("got", &framed, 1000, ends[i], message), 0);
        struct told t = drain("got", 0, 1 << 20);
        CHECK(slice_eq(buf_slice(&t.content), buf_slice(&text)));
        CHECK_INT(t.truncated, i > 0);
        buf_free(&t.content);
    }
}

TEST(frame_layout)
{
    struct err e = {0};
    struct out_opts o = {.path = "framed", .framed = true, .kind = "ltok"};
    struct out *s;
    CHECK_INT(out_open(&s, &o, &e), 0);
    CHECK(is_file("framed.tmp", slice_str("#leat-stream 1 ltok\n"))); /* at once, so that a reader knows */
    CHECK_INT(out_write(s, "leat", 4, 7, &e), 0);
    CHECK_INT(out_close(s, OUT_COMMIT, &e), 0);
    CHECK(is_file("framed",
                  slice_str("#leat-stream 1 ltok\nleat"
                            "#leat-end 1 00000000000000000007 00000000000000000004 ed715a3ae124e62d\n")));
    o.kind = NULL;
    CHECK_INT(out_open(&s, &o, &e), 0);
    CHECK(is_file("framed.tmp", slice_str("#leat-stream 1 jsonl\n")));
    CHECK_INT(out_close(s, OUT_ABANDON, &e), 0);
}

TEST(links_stay_links)
{
    struct err e = {0};
    put_file("target", "old", 3);
    CHECK(run("ln -sf target link && ln -sf not-yet dangling"));
    struct out_opts o = {.path = "link"};
    CHECK_INT(write_out(&o, slice_str("new"), 10, OUT_COMMIT, &e), 0);
    CHECK(is_file("target", slice_str("new")));
    CHECK(run("test -L link"));
    o.path = "dangling";
    CHECK_INT(write_out(&o, slice_str("new"), 10, OUT_COMMIT, &e), 0);
    CHECK(is_file("dangling", slice_str("new")));
    CHECK_INT(
        child_writes("here", &(struct out_opts){.path = "/dev/stdout"}, 1000, OUT_COMMIT, (char[1024]){0}),
        0);
    CHECK(is_file("here", buf_slice(&text)));
    CHECK(run("test -e /dev/stdout -a ! -e /dev/stdout.tmp"));
}

TEST(a_rename_that_fails)
{
    struct err e = {0};
    struct out_opts o = {.path = "taken"};
    struct out *s;
    CHECK_INT(out_open(&s, &o, &e), 0);
    CHECK(run("mkdir taken"));
    CHECK_INT(out_close(s, OUT_COMMIT, &e), -ERR_IO);
    CHECK(strstr(e.msg, "cannot rename taken.tmp to taken: "));
    CHECK(!file_exists("taken.tmp"));
}

/* ------------------------------------------------------------------ small files */

TEST(small_files)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "before ");
    CHECK_INT(file_write("small", slice_str("content"), &e), 0);
    CHECK_INT(file_read("small", 7, &b, &e), 0);
    CHECK_SLICE(buf_slice(&b), "before content");
    CHECK_INT(file_read("small", 6, &b, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "small has more than 6 bytes, the most that is taken here");
    CHECK_SLICE(buf_slice(&b), "before content");
    err_clear(&e);
    CHECK_INT(file_write("small.gz", buf_slice(&text), &e), 0);
    buf_clear(&b);
    CHECK_INT(file_read("small.gz", text.n, &b, &e), 0);
    CHECK(slice_eq(buf_slice(&b), buf_slice(&text)));
    CHECK(run("head -c 1000 small.gz >cut.gz"));
    CHECK_INT(file_read("cut.gz", text.n, &b, &e), -ERR_DATA);
    CHECK_INT(e.code, ERR_DATA);
    err_clear(&e);
    CHECK_INT(file_read("nowhere", 10, &b, &e), -ERR_IO);
    err_clear(&e);
    CHECK_INT(file_write("nowhere/x", slice_str("x"), &e), -ERR_IO);
    err_clear(&e);
    CHECK_INT(file_write("/dev/full", slice_str("x"), &e), -ERR_IO);
    err_clear(&e);
    CHECK_INT(file_write("/dev/full", buf_slice(&text), &e), -ERR_IO);
    struct buf narrow;
    buf_init(&narrow, 100);
    err_clear(&e);
    CHECK_INT(file_read("small", 1000, &narrow, &e), 0);
    buf_clear(&narrow);
    CHECK_INT(file_read("small.gz", 10 << 20, &narrow, &e), -ERR_IO);
    buf_free(&b);
    buf_free(&narrow);
}

TEST(directories)
{
    struct err e = {0};
    CHECK_INT(file_mkdirs("d/e/f", &e), 0);
    CHECK_INT(file_mkdirs("d/e/f", &e), 0);
    CHECK_INT(file_mkdirs("d/e//g/", &e), 0);
    CHECK(file_exists("d/e/f") && file_exists("d/e/g"));
    char here[4096], line[5000];
    CHECK(getcwd(here, sizeof here) != NULL);
    snprintf(line, sizeof line, "%s/h/i", here);
    CHECK_INT(file_mkdirs(line, &e), 0);
    CHECK(file_exists("h/i"));
    put_file("d/file", "x", 1);
    CHECK_INT(file_mkdirs("d/file/g", &e), -ERR_IO);
    CHECK_STR(e.msg, "cannot make the directory d/file: Not a directory");
    err_clear(&e);
    CHECK_INT(file_sync_dir("d/e", &e), 0);
    CHECK_INT(file_sync_dir("d/file", &e), -ERR_IO);
    CHECK(!file_exists("nowhere"));
}

int main(void)
{
    text = make_text(3000000, 5);
    RUN(three_ends);
    RUN(outside_tools_read_it);
    RUN(trailer_layout);
    RUN(threads_and_pieces_change_no_byte);
    RUN(levels);
    RUN(what_is_refused);
    RUN(devices_are_written_in_place);
    RUN(a_full_disk_leaves_nothing);
    RUN(standard_output);
    RUN(frame_layout);
    RUN(links_stay_links);
    RUN(a_rename_that_fails);
    RUN(small_files);
    RUN(directories);
    buf_free(&text);
    return TEST_END();
}
