/* A token stream out of lines, for the scripts in tests/cli/shards:
 *   ltok WIDTH[m] VOCABULARY EOD|- TOKENIZER_BYTE [KEY…] <LINES >STREAM
 * A line has tab-separated id, domain, source, url, warc_file, warc_offset (or -1), one value per KEY, and token ids with
 * spaces between; %XX stands for a byte. Without arguments: a test of itself. */
#include "common/ltok.h"
#include "tests/unit/test.h"

#define FIELDS (6 + LTOK_MAX_KEYS + 1)

static size_t unescape(char *s)
{
    char *to = s;
    for (char *p = s; *p; p++) {
        unsigned c;
        if (*p == '%' && sscanf(p + 1, "%2x", &c) == 1) {
            *to++ = (char)c;
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    return (size_t)(to - s);
}

static int put_line(struct buf *b, const struct ltok_header *h, char *line, uint64_t *tokens)
{
    struct slice field[FIELDS] = {{0}};
    struct ltok_doc d = {0};
    struct buf ids;
    char *text = line;
    buf_init(&ids, BUF_NO_MAX);
    line[strcspn(line, "\n")] = 0;
    for (unsigned i = 0; i < 6 + h->n_keys; i++) {
        char *next = strsep(&text, "\t");
        if (next) field[i] = slice_of(next, unescape(next));
    }
    for (char *id; text && (id = strsep(&text, " "));) {
        uint32_t t = (uint32_t)strtoul(id, NULL, 10);
        if (*id) buf_put(&ids, &t, h->width);
        d.n_tokens += *id != 0;
    }
    d.id = field[0], d.domain = field[1], d.source = field[2], d.url = field[3], d.warc_file = field[4];
    d.warc_offset = field[5].n ? strtoll(field[5].p, NULL, 10) : -1;
    for (unsigned k = 0; k < h->n_keys; k++) d.carry[k] = field[6 + k];
    d.tokens = ids.p ? ids.p : "";
    if (h->flags & LTOK_MASK) d.mask = d.tokens; /* any bytes will do */
    int r = ltok_put_doc(b, h, &d);
    *tokens += d.n_tokens;
    buf_free(&ids);
    return r;
}

static int make(const struct ltok_header *h, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t cap = 0;
    uint64_t documents = 0, tokens = 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = ltok_put_header(&b, h);
    while (r == 0 && getline(&line, &cap, in) > 0) {
        r = put_line(&b, h, line, &tokens);
        documents++;
        if (b.n > (1 << 20)) {
            fwrite(b.p, 1, b.n, out);
            buf_clear(&b);
        }
    }
    if (r == 0) r = ltok_put_end(&b, documents, tokens);
    if (b.n > 0) fwrite(b.p, 1, b.n, out);
    buf_free(&b);
    free(line);
    return r == 0 && fflush(out) == 0 ? 0 : 1;
}

TEST(lines_become_a_stream)
{
    struct ltok_header h = {.width = 2, .vocab_size = 100, .eod_token = 99};
    char path[] = "/tmp/leat-ltok-XXXXXX";
    int fd = mkstemp(path);
    FILE *in = tmpfile(), *out = fdopen(fd, "w");
    fputs("a%09b\tweb\ts\thttp://x/\tw\t7\t1 2 3\nc\tweb\t\t\t\t-1\t\n", in);
    rewind(in);
    CHECK_INT(make(&h, in, out), 0);
    fclose(in);
    fclose(out);
    struct ltok_reader *r;
    struct ltok_doc d;
    struct err e = {0};
    CHECK_INT(ltok_open(&r, path, 1 << 20, &e), 0);
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_SLICE(d.id, "a\tb");
    CHECK_INT(d.n_tokens, 3);
    CHECK_INT(d.warc_offset, 7);
    CHECK_INT(ltok_next(r, &d, &e), 1);
    CHECK_INT(d.n_tokens, 0);
    CHECK_INT(ltok_next(r, &d, &e), 0);
    ltok_close(r);
    unlink(path);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        RUN(lines_become_a_stream);
        return TEST_END();
    }
    struct ltok_header h = {.width = (unsigned)atoi(argv[1]), .vocab_size = strtoull(argv[2], NULL, 10)};
    h.eod_token = strcmp(argv[3], "-") == 0 ? LTOK_NO_TOKEN : strtoull(argv[3], NULL, 10);
    h.tokenizer = (struct hash128){1, strtoull(argv[4], NULL, 10)};
    if (strchr(argv[1], 'm')) h.flags = LTOK_MASK;
    for (int i = 5; i < argc && h.n_keys < LTOK_MAX_KEYS; i++)
        snprintf(h.keys[h.n_keys++], sizeof h.keys[0], "%s", argv[i]);
    return make(&h, stdin, stdout);
}
