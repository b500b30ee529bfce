/* jsonl.h, batches of lines: against a slow reference on random content, and what damage and truncation do. */
#include "common/jsonl.h"
#include "tests/unit/test.h"
#include <pthread.h>
#include <sys/stat.h>
#include <zlib.h>

static char dir[] = "/tmp/leat-lines-XXXXXX";
static char path_buffer[4][64];

static char *path(int i, const char *name)
{
    snprintf(path_buffer[i], sizeof path_buffer[i], "%s/%s", dir, name);
    return path_buffer[i];
}

static void put_file(const char *where, const void *p, size_t n)
{
    unlink(where); /* some file systems sync a file that is written anew */
    FILE *f = fopen(where, "wb");
    CHECK(f && fwrite(p, 1, n, f) == n);
    if (f) fclose(f);
}

static void put_text(const char *where, const char *text)
{
    put_file(where, text, strlen(text));
}

/* ------------------------------------------------------------------ what was given, as text */

struct result {
    struct buf lines;   /* "OFFSET:line\n" … */
    struct buf batches; /* "OFFSET+BYTES/COUNT " … */
    struct ledger ledger;
    int64_t last; /* of lines_next: 0 or an error */
    uint64_t count;
    bool truncated;
    struct err err;
};

static void result_free(struct result *r)
{
    buf_free(&r->lines);
    buf_free(&r->batches);
    ledger_free(&r->ledger);
    free(r);
}

static uint64_t note_lines(struct result *r, const struct buf *b, uint64_t offset)
{
    struct slice line;
    uint64_t seen = 0;
    for (size_t at = 0; lines_each(b, &at, &line); seen++) {
        uint64_t where = offset + (uint64_t)(line.p - b->p);
        buf_printf(&r->lines, "%" PRIu64 ":", where);
        buf_put(&r->lines, line.p, line.n + 1); /* its newline with it */
    }
    return seen;
}

static struct result *read_all(struct lines *l)
{
    struct result *r = calloc(1, sizeof *r);
    struct buf b;
    const char *file;
    uint64_t offset;
    buf_init(&b, BUF_NO_MAX);
    buf_init(&r->lines, BUF_NO_MAX);
    buf_init(&r->batches, BUF_NO_MAX);
    buf_terminate(&r->lines); /* so that p is never NULL */
    buf_terminate(&r->batches);
    ledger_init(&r->ledger);
    while ((r->last = lines_next(l, &b, &r->ledger, &file, &offset, &r->err)) > 0) {
        CHECK(b.n > 0 && b.p[b.n - 1] == '\n' && b.cap - b.n >= JSONL_PADDING);
        CHECK_INT(note_lines(r, &b, offset), r->last);
        buf_printf(&r->batches, "%llu+%zu/%lld ", (unsigned long long)offset, b.n, (long long)r->last);
        r->count += (uint64_t)r->last;
    }
    CHECK_INT(l->records, r->count);
    r->truncated = l->truncated;
    CHECK_INT(r->truncated, r->ledger.truncated);
    buf_free(&b);
    lines_free(l);
    return r;
}

static struct result *read_file(char *const *paths, size_t n, size_t batch, uint64_t max, uint64_t limit)
{
    struct lines l;
    lines_init(&l, paths, n);
    if (batch) l.batch_bytes = batch;
    if (max) l.max_record_bytes = max;
    l.limit_records = limit;
    return read_all(&l);
}

/* ------------------------------------------------------------------ plain */

static void gives(const char *content, const char *want)
{
    char *file = path(0, "plain");
    put_text(file, content);
    for (size_t batch = 1; batch <= 64; batch = batch * 2 + 1) {
        struct result *r = read_file(&file, 1, batch, 0, 0);
        CHECK_INT(r->last, 0);
        CHECK_SLICE(buf_slice(&r->lines), want);
        result_free(r);
    }
}

TEST(plain)
{
    gives("", "");
    gives("\n", "");
    gives("\n\r\n \t \n", "");
    gives("a", "0:a\n");
    gives("a\n", "0:a\n");
    gives("a\nb", "0:a\n2:b\n");
    gives("\n\na\r\n\n b \n  ", "2:a\r\n6: b \n");
    gives("0123456789abcdef\n0123456789abcdef\nx", "0:0123456789abcdef\n17:0123456789abcdef\n34:x\n");
    gives("0123456789abcde\n\n0123456789abcde\n \nx\n", "0:0123456789abcde\n17:0123456789abcde\n35:x\n");
}

TEST(several_inputs)
{
    char *files[3] = {path(0, "one"), path(1, "two"), path(2, "three")};
    put_text(files[0], "a\nb");
    put_text(files[1], "");
    put_text(files[2], "c\n");
    struct lines l;
    lines_init(&l, files, 3);
    struct result *r = read_all(&l);
    CHECK_SLICE(buf_slice(&r->lines), "0:a\n2:b\n0:c\n");
    CHECK_SLICE(buf_slice(&r->batches), "0+4/2 0+2/1 ");
    CHECK_INT(l.total_raw_bytes, 5);
    CHECK_INT(l.done_raw_bytes, 5);
    result_free(r);
}

TEST(missing_file)
{
    char *files[2] = {path(0, "one"), path(1, "not-there")};
    put_text(files[0], "a\n");
    struct result *r = read_file(files, 2, 0, 0, 0);
    CHECK_INT(r->last, -ERR_IO);
    CHECK(strstr(r->err.msg, "not-there") != NULL);
    CHECK_SLICE(buf_slice(&r->lines), "0:a\n");
    result_free(r);
}

TEST(directory_as_input)
{
    char *file = dir;
    struct result *r = read_file(&file, 1, 0, 0, 0);
    CHECK_INT(r->last, -ERR_IO);
    result_free(r);
}

TEST(standard_input)
{
    char *file = path(0, "in"), *dash = "-";
    for (int named = 0; named < 2; named++) {
        put_text(file, "a\n\nb\n");
        CHECK(freopen(file, "rb", stdin) != NULL);
        lseek(0, 0, SEEK_SET);
        struct lines l;
        struct ledger *led = calloc(1, sizeof *led);
        struct buf b;
        const char *name = "";
        uint64_t offset;
        struct err e = {0};
        ledger_init(led);
        buf_init(&b, BUF_NO_MAX);
        lines_init(&l, named ? &dash : NULL, named ? 1 : 0);
        CHECK_INT(lines_next(&l, &b, led, &name, &offset, &e), 2);
        CHECK_STR(name, "stdin");
        CHECK_INT(l.total_raw_bytes, 0);
        CHECK_INT(lines_next(&l, &b, led, &name, &offset, &e), 0);
        CHECK_INT(lines_next(&l, &b, led, &name, &offset, &e), 0);
        lines_free(&l);
        buf_free(&b);
        ledger_free(led);
        free(led);
    }
}

/* ------------------------------------------------------------------ limits */

TEST(limit)
{
    char *files[2] = {path(0, "one"), path(1, "two")};
    put_text(files[0], "a\n\nb\nc\n");
    put_text(files[1], "d\ne\n");
    static const char *const want[] = {"", "0:a\n", "0:a\n3:b\n", "0:a\n3:b\n5:c\n", "0:a\n3:b\n5:c\n0:d\n"};
    for (uint64_t limit = 1; limit <= 4; limit++) {
        for (size_t batch = 1; batch < 20; batch += 3) {
            struct result *r = read_file(files, 2, batch, 0, limit);
            CHECK_SLICE(buf_slice(&r->lines), want[limit]);
            result_free(r);
        }
    }
}

TEST(too_long)
{
    char *file = path(0, "long");
    put_text(file, "abc\nabcd\nabcde\nx\n\nabcdefghijklmnopqrstuvwxyz\ny\nabcdef");
    for (size_t batch = 1; batch < 80; batch++) {
        struct result *r = read_file(&file, 1, batch, 4, 0);
        CHECK_SLICE(buf_slice(&r->lines), "0:abc\n4:abcd\n15:x\n45:y\n");
        CHECK_INT(r->ledger.damaged, 3);
        CHECK_INT(r->ledger.n_damage, 3);
        CHECK_INT(r->ledger.damage[0].offset, 9);
        CHECK_INT(r->ledger.damage[1].offset, 18);
        CHECK_INT(r->ledger.damage[2].offset, 47);
        CHECK_STR(r->ledger.damage[0].reason, "line longer than 4 bytes: see --max-record");
        CHECK_STR(r->ledger.damage[0].file, file);
        CHECK_INT(r->ledger.destroyed_bytes, 5 + 26 + 6);
        result_free(r);
    }
}

/* --limit reports nothing of what it did not reach. */
TEST(limit_before_damage)
{
    char *file = path(0, "long");
    put_text(file, "a\nb\nabcdefghijk\nc\nabcdefghijkl");
    for (size_t batch = 1; batch < 80; batch++) {
        struct result *r = read_file(&file, 1, batch, 4, 2);
        CHECK_SLICE(buf_slice(&r->lines), "0:a\n2:b\n");
        CHECK_INT(r->ledger.damaged, 0);
        result_free(r);
        r = read_file(&file, 1, batch, 4, 3);
        CHECK_SLICE(buf_slice(&r->lines), "0:a\n2:b\n16:c\n");
        CHECK_INT(r->ledger.damaged, 1);
        result_free(r);
    }
}

/* ------------------------------------------------------------------ random content, slow reference */

static uint64_t state = 7;

static uint64_t draw(uint64_t below)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
}

static void random_content(struct buf *b)
{
    static const char alphabet[] = "ab\"{} \t\r";
    buf_clear(b);
    for (uint64_t lines = draw(40); lines > 0; lines--) {
        uint64_t n = draw(4) == 0 ? 0 : draw(10) == 0 ? draw(300) : draw(24);
        for (uint64_t i = 0; i < n; i++) buf_putc(b, alphabet[draw(sizeof alphabet - 1)]);
        if (lines > 1 || draw(2)) buf_putc(b, '\n');
    }
}

static bool is_blank(const char *p, size_t n)
{
    while (n > 0 && strchr(" \t\r", p[n - 1])) n--;
    return n == 0;
}

static void expect(const struct buf *content, uint64_t max, uint64_t limit, struct buf *lines,
                   struct buf *damages)
{
    uint64_t given = 0;
    buf_clear(lines);
    buf_clear(damages);
    for (size_t at = 0; at < content->n && (limit == 0 || given < limit);) {
        size_t n = 0;
        while (at + n < content->n && content->p[at + n] != '\n') n++;
        if (is_blank(content->p + at, n) && n <= max) {
        } else if (n > max) {
            buf_printf(damages, "%zu ", at);
        } else {
            buf_printf(lines, "%zu:%.*s\n", at, (int)n, content->p + at);
            given++;
        }
        at += n + 1;
    }
}

TEST(random_lines)
{
    struct buf content, lines, damages, got;
    char *file = path(0, "random");
    buf_init(&content, BUF_NO_MAX);
    buf_init(&lines, BUF_NO_MAX);
    buf_init(&damages, BUF_NO_MAX);
    buf_init(&got, BUF_NO_MAX);
    buf_terminate(&content);
    buf_terminate(&lines);
    buf_terminate(&damages);
    buf_terminate(&got);
    for (int round = 0; round < 3000; round++) {
        uint64_t max = draw(3) ? 1000 : 1 + draw(40), limit = draw(3) ? 0 : 1 + draw(20);
        random_content(&content);
        put_file(file, content.p, content.n);
        expect(&content, max, limit, &lines, &damages);
        struct result *r = read_file(&file, 1, 1 + draw(draw(2) ? 30 : 400), max, limit);
        buf_clear(&got);
        for (size_t i = 0; i < r->ledger.n_damage; i++)
            buf_printf(&got, "%llu ", (unsigned long long)r->ledger.damage[i].offset);
        CHECK_MEM(r->lines.p, r->lines.n, lines.p, lines.n);
        CHECK_MEM(got.p, got.n, damages.p, damages.n);
        result_free(r);
        if (test_failed_here) break;
    }
    buf_free(&content);
    buf_free(&lines);
    buf_free(&damages);
    buf_free(&got);
}

/* ------------------------------------------------------------------ pipes */

struct dribble {
    int fd;
    const struct buf *content;
};

static void *write_in_pieces(void *arg)
{
    struct dribble *d = arg;
    for (size_t at = 0; at < d->content->n;) {
        size_t n = 1 + at % 97 * 3;
        if (n > d->content->n - at) n = d->content->n - at;
        ssize_t wrote = write(d->fd, d->content->p + at, n);
        if (wrote <= 0) break;
        at += (size_t)wrote;
    }
    close(d->fd);
    return NULL;
}

/* The same batches from a pipe that comes in small pieces as from a file. */
TEST(pipe_in_pieces)
{
    struct buf content;
    char *file = path(0, "whole"), *fifo = path(1, "fifo");
    buf_init(&content, BUF_NO_MAX);
    for (int i = 0; i < 3000; i++) buf_printf(&content, "line %d %0*d\n", i, i % 300 + 1, i);
    put_file(file, content.p, content.n);
    struct result *want = read_file(&file, 1, 4096, 0, 0);
    int ends[2];
    CHECK(pipe(ends) == 0);
    snprintf(fifo, sizeof path_buffer[1], "/proc/self/fd/%d", ends[0]);
    struct dribble d = {ends[1], &content};
    pthread_t writer;
    pthread_create(&writer, NULL, write_in_pieces, &d);
    struct result *got = read_file(&fifo, 1, 4096, 0, 0);
    pthread_join(writer, NULL);
    close(ends[0]);
    CHECK_MEM(got->batches.p, got->batches.n, want->batches.p, want->batches.n);
    CHECK_MEM(got->lines.p, got->lines.n, want->lines.p, want->lines.n);
    CHECK_INT(got->count, 3000);
    result_free(want);
    result_free(got);
    buf_free(&content);
}

/* ------------------------------------------------------------------ damage in the stream */

/* Appends a gzip member with this content, broken if asked: its CRC is changed. */
static void put_member(struct buf *b, const char *content, bool broken)
{
    unsigned char raw[4096];
    z_stream z = {0};
    CHECK_INT(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)content;
    z.avail_in = (unsigned)strlen(content);
    z.next_out = raw;
    z.avail_out = sizeof raw;
    CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = z.total_out;
    deflateEnd(&z);
    if (broken) raw[n - 6] ^= 0x55;
    buf_put(b, raw, n);
}

TEST(damaged_between_lines)
{
    struct buf b;
    char *file = path(0, "damaged.gz");
    buf_init(&b, BUF_NO_MAX);
    put_member(&b, "{1}\n{2}\n", false);
    put_member(&b, "{3}\n{4", true);
    put_member(&b, "{5}\n{6}\n", false);
    put_member(&b, "{7}\n", false);
    put_file(file, b.p, b.n);
    struct result *r = read_file(&file, 1, 0, 0, 0);
    CHECK_INT(r->last, 0);
    CHECK_INT(r->ledger.damaged, 1);
    CHECK(!r->truncated);
    buf_terminate(&r->lines);
    CHECK(strstr(r->lines.p, "{1}\n") && strstr(r->lines.p, "{2}\n")); /* what was whole before */
    CHECK(strstr(r->lines.p, "{5}\n") && strstr(r->lines.p, "{6}\n") && strstr(r->lines.p, "{7}\n"));
    CHECK(!strstr(r->lines.p, "{4"));
    CHECK(r->ledger.destroyed_bytes > 0);
    result_free(r);
    buf_free(&b);
}

/* A line that runs over members: its parts are not joined across the damage. */
TEST(damaged_inside_a_line)
{
    struct buf b;
    char *file = path(0, "damaged.gz");
    buf_init(&b, BUF_NO_MAX);
    put_member(&b, "{1}\n{22", false);
    put_member(&b, "222}\n{33", true);
    put_member(&b, "333}\n{4}\n", false);
    put_file(file, b.p, b.n);
    for (int limit = 0; limit < 2; limit++) {
        struct result *r = read_file(&file, 1, 0, 0, (uint64_t)limit);
        buf_terminate(&r->lines);
        CHECK(strncmp(r->lines.p, "0:{1}\n", 6) == 0);
        CHECK(!strstr(r->lines.p, "33"));
        CHECK(limit || strstr(r->lines.p, "{4}\n"));
        CHECK_INT(r->ledger.damaged, limit ? 0 : 1);
        result_free(r);
    }
    buf_free(&b);
}

TEST(damaged_twice)
{
    struct buf b;
    char *file = path(0, "damaged.gz");
    buf_init(&b, BUF_NO_MAX);
    put_member(&b, "{1}\n", true);
    put_member(&b, "{2}\n", true);
    put_member(&b, "\n{3}\n", false);
    put_member(&b, "{4}\n", true);
    put_file(file, b.p, b.n);
    struct result *r = read_file(&file, 1, 0, 0, 0);
    buf_terminate(&r->lines);
    CHECK(strstr(r->lines.p, "{3}\n") != NULL);
    CHECK_INT(r->ledger.damaged, 3);
    result_free(r);
    buf_free(&b);
}

TEST(truncated)
{
    struct buf b;
    char *files[2] = {path(0, "cut.gz"), path(1, "next")};
    put_text(files[1], "{9}\n");
    buf_init(&b, BUF_NO_MAX);
    put_member(&b, "{1}\n{2}\n{3", false);
    size_t whole = b.n;
    put_member(&b, "}\n{4}\n", false);
    put_file(files[0], b.p, b.n - 3); /* inside the second member's trailer */
    struct result *r = read_file(files, 2, 0, 0, 0);
    CHECK_INT(r->last, 0);
    CHECK(r->truncated);
    buf_terminate(&r->lines);
    CHECK(strstr(r->lines.p, "{1}\n") && strstr(r->lines.p, "{2}\n") && strstr(r->lines.p, "{9}\n"));
    result_free(r);
    put_file(files[0], b.p, whole + 12); /* inside its header */
    r = read_file(files, 2, 0, 0, 0);
    CHECK(r->truncated);
    CHECK_SLICE(buf_slice(&r->lines), "0:{1}\n4:{2}\n0:{9}\n");
    CHECK_INT(r->ledger.damaged, 1);
    CHECK_INT(r->ledger.damage[0].offset, 8);
    result_free(r);
    r = read_file(files, 2, 0, 0, 2);
    CHECK(!r->truncated); /* not reached */
    CHECK_INT(r->ledger.damaged, 0);
    result_free(r);
    buf_free(&b);
}

/* Batches made for one giant line give the memory back. */
TEST(giant_line)
{
    struct buf content, b;
    char *file = path(0, "giant");
    buf_init(&content, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    buf_reserve(&content, 3 << 20);
    memset(content.p, 'x', 3 << 20);
    content.n = 3 << 20;
    for (int i = 0; i < 100; i++) buf_puts(&content, "\nsmall, but many of them");
    put_file(file, content.p, content.n);
    struct lines l;
    struct ledger *led = calloc(1, sizeof *led);
    const char *name;
    uint64_t offset, count = 0;
    struct err e = {0};
    ledger_init(led);
    lines_init(&l, &file, 1);
    l.batch_bytes = 1024;
    int64_t n = lines_next(&l, &b, led, &name, &offset, &e);
    CHECK(n >= 1 && b.cap > 3 << 20);
    for (; n > 0; n = lines_next(&l, &b, led, &name, &offset, &e)) count += (uint64_t)n;
    CHECK_INT(count, 101);
    CHECK(b.cap < 1 << 20);
    lines_free(&l);
    ledger_free(led);
    free(led);
    buf_free(&b);
    buf_free(&content);
}

int main(void)
{
    if (!mkdtemp(dir)) return 1;
    RUN(plain);
    RUN(several_inputs);
    RUN(missing_file);
    RUN(directory_as_input);
    RUN(standard_input);
    RUN(limit);
    RUN(too_long);
    RUN(limit_before_damage);
    RUN(random_lines);
    RUN(pipe_in_pieces);
    RUN(damaged_between_lines);
    RUN(damaged_inside_a_line);
    RUN(damaged_twice);
    RUN(truncated);
    RUN(giant_line);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) != 0 || TEST_END();
}
