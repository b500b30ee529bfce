/* Formats and codecs that no tool at hand writes: written here by libarchive's writing half. What Python can write is
 * compared in tests/cli/ingest/archive.sh. */
#include "ingest/read/inputs.h"
#include "tests/unit/test.h"
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

static const char *const names[] = {"a.c", "dir/\xc3\xbc.py", "empty"};
static const char *const contents[] = {"int a;\n", "x = 1\n", ""};
static const char *path = "test.archive";
static struct ledger led;
static struct err e;

static bool write_archive(int (*format)(struct archive *), int (*filter)(struct archive *),
                          const char *password)
{
    struct archive *a = archive_write_new();
    bool good = format(a) == ARCHIVE_OK && (!filter || filter(a) == ARCHIVE_OK);
    if (password)
        good = good && archive_write_set_options(a, "zip:encryption=zipcrypt") == ARCHIVE_OK &&
               archive_write_set_passphrase(a, password) == ARCHIVE_OK;
    archive_write_set_bytes_in_last_block(a, 1);
    good = good && archive_write_open_filename(a, path) == ARCHIVE_OK;
    for (int i = 0; good && i < 3; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname_utf8(entry, names[i]);
        archive_entry_set_size(entry, (la_int64_t)strlen(contents[i]));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_mtime(entry, 1700000000, 0);
        good = archive_write_header(a, entry) >= ARCHIVE_WARN &&
               archive_write_data(a, contents[i], strlen(contents[i])) >= 0;
        archive_entry_free(entry);
    }
    return (archive_write_close(a) == ARCHIVE_OK) & (archive_write_free(a) == ARCHIVE_OK) & good;
}

static bool write_tar_of(const char *name, struct slice content)
{
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool good =
        archive_write_set_format_ustar(a) == ARCHIVE_OK && archive_write_open_filename(a, path) == ARCHIVE_OK;
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)content.n);
    archive_entry_set_filetype(entry, AE_IFREG);
    good = good && archive_write_header(a, entry) == ARCHIVE_OK &&
           archive_write_data(a, content.p, content.n) >= 0;
    archive_entry_free(entry);
    return (archive_write_close(a) == ARCHIVE_OK) & (archive_write_free(a) == ARCHIVE_OK) & good;
}

/* Reads it all; returns the number of entries that are as they were written. */
static int read_archive(bool by_path)
{
    struct window w;
    struct archive_reader *r;
    struct buf in;
    struct piece p;
    struct archive_budget budget = {0};
    struct archive_origin from = {.w = &w, .path = by_path ? path : NULL};
    int right = 0, status;
    buf_init(&in, BUF_NO_MAX);
    ledger_reset(&led);
    CHECK_INT(window_open(&w, path, &e), 0);
    CHECK_INT(window_fill(&w, 4096, &e), 0);
    CHECK(archive_recognise(window_data(&w), window_ahead(&w)));
    CHECK_INT(archive_reader_open(&r, &from, path, 1 << 20, &budget, &e), 0);
    while ((status = archive_reader_next(r, &in, &p, &led, &e)) > 0) {
        CHECK_INT(archive_reader_rest(r, &in, &p, &led, &e), 1);
        for (int i = 0; i < 3; i++) { /* 7z puts empty files last */
            bool name = slice_is(slice_of(in.p + p.head, p.head_bytes), names[i]);
            right += name && slice_is(slice_of(in.p + p.body, p.body_bytes), contents[i]) &&
                     (p.mtime == 1700000000 || p.mtime == INT64_MIN);
        }
        CHECK(p.index < 3);
        CHECK_INT(p.kind, PIECE_ENTRY);
    }
    CHECK_INT(status, 0);
    CHECK_INT(archive_reader_next(r, &in, &p, &led, &e), 0); /* the end stays the end */
    archive_reader_close(r);
    window_close(&w);
    buf_free(&in);
    return right;
}

TEST(formats)
{
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK(write_archive(archive_write_set_format_cpio_newc, NULL, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK(write_archive(archive_write_set_format_zip, NULL, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK_INT(read_archive(false), 3);
    CHECK(write_archive(archive_write_set_format_pax, NULL, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK_INT(led.damaged, 0);
}

TEST(rare_codecs)
{
    CHECK(write_archive(archive_write_set_format_pax, archive_write_add_filter_compress, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK(write_archive(archive_write_set_format_pax, archive_write_add_filter_lzip, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK(write_archive(archive_write_set_format_pax, archive_write_add_filter_lzma, NULL));
    CHECK_INT(read_archive(true), 3);
    CHECK_INT(led.damaged, 0);
}

/* A 7z, which is read from its end, inside a tar: from memory. */
TEST(seven_zip_in_a_tar)
{
    char *const paths[] = {(char *)path};
    const struct inputs_options options = {.max_record = 1 << 20};
    struct inputs inputs;
    struct buf inner, in;
    struct piece p;
    int right = 0;
    buf_init(&inner, BUF_NO_MAX);
    buf_init(&in, BUF_NO_MAX);
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK_INT(file_read(path, 1 << 20, &inner, &e), 0);
    CHECK(write_tar_of("d/x.7z", buf_slice(&inner)));
    ledger_reset(&led);
    CHECK_INT(inputs_init(&inputs, paths, 1, &options, &e), 0);
    while (inputs_next(&inputs, &in, &p, &led, &e) > 0)
        for (int i = 0; i < 3; i++)
            right += slice_is(slice_of(in.p + p.head, p.head_bytes), names[i]) &&
                     slice_is(slice_of(in.p + p.body, p.body_bytes), contents[i]) &&
                     slice_is(slice_of(in.p + p.outer, p.outer_bytes), "d/x.7z");
    CHECK_INT(right, 3);
    CHECK_INT(led.damaged, 0);
    inputs_free(&inputs);
    buf_free(&inner);
    buf_free(&in);
}

TEST(seven_zip_needs_a_file)
{
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK_INT(read_archive(false), 0);
    CHECK_INT(led.damaged, 1);
    CHECK(strstr(led.damage[0].reason, "give it as a file"));
}

/* Puts what is in the file behind `before`, `times` over, and `behind` behind that. */
static bool surround(struct slice before, int times, struct slice behind)
{
    struct buf once, all;
    buf_init(&once, BUF_NO_MAX);
    buf_init(&all, BUF_NO_MAX);
    bool good = file_read(path, 1 << 20, &once, &e) == 0;
    buf_put_slice(&all, before);
    while (times-- > 0) buf_put_slice(&all, buf_slice(&once));
    buf_put_slice(&all, behind);
    FILE *f = fopen(path, "wb");
    good = f && fwrite(all.p, 1, all.n, f) == all.n && good;
    if (f) good = (fclose(f) == 0) & good;
    buf_free(&once);
    buf_free(&all);
    return good;
}

static int read_inputs(struct ledger *l)
{
    char *const paths[] = {(char *)path};
    const struct inputs_options options = {.max_record = 1 << 20};
    struct inputs inputs;
    struct buf in;
    struct piece p;
    int n = 0;
    buf_init(&in, BUF_NO_MAX);
    ledger_reset(l);
    CHECK_INT(inputs_init(&inputs, paths, 1, &options, &e), 0);
    while (inputs_next(&inputs, &in, &p, l, &e) > 0) n++;
    inputs_free(&inputs);
    buf_free(&in);
    return n;
}

TEST(seven_zips_beside_other_bytes)
{
    static char program[9000] = "MZ 7z\xbc\xaf\x27\x1c";
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK(surround(slice_of("", 0), 2, slice_of("\0\0\0", 3)));
    CHECK_INT(read_inputs(&led), 6);
    CHECK_INT(led.damaged, 0);
    CHECK(surround(slice_of("", 0), 1, slice_str("what is this?")));
    CHECK_INT(read_inputs(&led), 6);
    CHECK_INT(led.damaged, 1);
    CHECK_INT(led.destroyed_bytes, 16);
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK(surround(slice_of(program, sizeof program), 1, slice_of("", 0)));
    CHECK_INT(read_inputs(&led), 3);
    CHECK_INT(led.damaged, 0);
    CHECK(surround(slice_of("", 0), 0, slice_of(program, sizeof program)));
    CHECK_INT(read_inputs(&led), 0);
    CHECK_INT(ledger_skipped(&led), 1);
}

TEST(cpios_one_behind_the_other)
{
    CHECK(write_archive(archive_write_set_format_cpio_newc, NULL, NULL));
    CHECK(surround(slice_of("", 0), 2, slice_of("", 0)));
    CHECK_INT(read_inputs(&led), 6);
    CHECK_INT(led.damaged, 0);
    CHECK(surround(slice_of("", 0), 1, slice_str("what is this?")));
    CHECK_INT(read_inputs(&led), 6);
    CHECK_INT(led.destroyed_bytes, 13);
}

TEST(encrypted_entries_are_damaged)
{
    CHECK(write_archive(archive_write_set_format_zip, NULL, "secret"));
    CHECK_INT(read_archive(true), 1); /* the empty one */
    CHECK_INT(led.damaged, 2);
}

TEST(a_file_that_is_gone)
{
    struct window w;
    struct archive_reader *r;
    CHECK(write_archive(archive_write_set_format_7zip, NULL, NULL));
    CHECK_INT(window_open(&w, path, &e), 0);
    CHECK_INT(window_fill(&w, 4096, &e), 0);
    struct archive_budget budget = {0};
    struct archive_origin from = {.w = &w, .path = "gone"};
    CHECK_INT(archive_reader_open(&r, &from, path, 1 << 20, &budget, &e), -ERR_IO);
    archive_reader_close(r);
    archive_reader_close(NULL);
    window_close(&w);
}

int main(void)
{
    char dir[] = "/tmp/leat-archive-XXXXXX";
    setlocale(LC_ALL, "C.UTF-8"); /* for writing the names */
    if (!mkdtemp(dir) || chdir(dir) != 0) return 1;
    ledger_init(&led);
    RUN(formats);
    RUN(rare_codecs);
    RUN(seven_zip_in_a_tar);
    RUN(seven_zip_needs_a_file);
    RUN(seven_zips_beside_other_bytes);
    RUN(cpios_one_behind_the_other);
    RUN(encrypted_entries_are_damaged);
    RUN(a_file_that_is_gone);
    unlink(path);
    if (chdir("/") == 0) rmdir(dir);
    ledger_free(&led);
    return TEST_END();
}
