/* blocks [FILE…]: for each file the number of its records, the bytes of their blocks, how many had a wrong length, how many places
 * were damaged; so that tests can compare with other readers. Without arguments it tests itself. */
#include "common/text.h"
#include "ingest/read/arc.h"
#include "tests/unit/test.h"

struct sums {
    uint64_t records, bytes, wrong, damaged;
};

static int sum_up(const char *path, struct sums *s)
{
    static struct window w;
    static struct warc_reader r;
    static struct ledger led;
    struct err e = {0};
    struct buf in;
    struct piece piece;
    memset(s, 0, sizeof *s);
    ledger_reset(&led);
    buf_init(&in, BUF_NO_MAX);
    int n = window_open(&w, path, &e);
    if (n == 0) n = window_fill(&w, ARC_LINE_BYTES, &e);
    if (n == 0) {
        bool arc = arc_dialect.starts(window_data(&w), window_ahead(&w));
        warc_start(&r, arc ? &arc_dialect : &warc_iso, &w, path, (uint64_t)64 << 20);
        while ((n = warc_next(&r, &in, &piece, &led, &e)) > 0) {
            s->records++;
            s->bytes += piece.body_bytes;
            buf_clear(&in);
        }
    }
    s->wrong = led.extra.n ? led.extra.row[0].records : 0;
    s->damaged = led.damaged;
    window_close(&w);
    buf_free(&in);
    ledger_free(&led);
    return n;
}

TEST(sums_of_a_file)
{
    static const char content[] =
        "WARC/1.0\r\nContent-Length: 3\r\n\r\none\r\n\r\nWARC/1.0\r\n\r\nwithout a length\r\n\r\n"
        "WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n";
    char path[] = "/tmp/leat-blocks-XXXXXX";
    struct sums s;
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, content, sizeof content - 1) == (ssize_t)sizeof content - 1);
    CHECK_INT(sum_up(path, &s), 0);
    CHECK_INT(s.records, 3);
    CHECK_INT(s.bytes, 3 + 16);
    CHECK_INT(s.wrong, 1);
    CHECK_INT(s.damaged, 0);
    close(fd);
    unlink(path);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct sums s;
        if (sum_up(argv[i], &s) < 0) return 1;
        printf("%s %llu %llu %llu %llu\n", argv[i], (unsigned long long)s.records,
               (unsigned long long)s.bytes, (unsigned long long)s.wrong, (unsigned long long)s.damaged);
    }
    if (argc > 1) return 0;
    RUN(sums_of_a_file);
    return TEST_END();
}
