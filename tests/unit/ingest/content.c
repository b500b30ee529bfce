/* What a file is, by its name and its first bytes; what is opened inside an archive. */
#include "ingest/content.h"
#include "ingest/read/nested.h"
#include "tests/unit/test.h"

static enum content of(const char *path, const char *first)
{
    return content_of_file(slice_str(path), slice_str(first));
}

TEST(pages_among_files)
{
    CHECK_INT(of("a.html", "<p>x"), CONTENT_HTML);
    CHECK_INT(of("a/B.HTM", "\xef\xbb\xbf\n<div>"), CONTENT_HTML);
    CHECK_INT(of("a.xhtml", "<?xml version='1.0'?><html>"), CONTENT_HTML);
    CHECK_INT(of("a.html.gz", "<p>x"), CONTENT_HTML);
    CHECK_INT(of("a.html", "{% extends x %}"), CONTENT_TEXT);
    CHECK_INT(of("a.html", ""), CONTENT_TEXT);
    CHECK_INT(of("a.xml", "<?xml version='1.0'?><!-- c --><!DOCTYPE html><html>"), CONTENT_HTML);
    CHECK_INT(of("a.xml", "<?xml version='1.0'?><TEI>"), CONTENT_TEI);
    CHECK_INT(of("a.xml", "<!-- never closed"), CONTENT_TEXT);
    CHECK_INT(of("index", "<!DOCTYPE HTML PUBLIC>"), CONTENT_HTML);
    CHECK_INT(of("site/index.php?id=3.4", "<html>"), CONTENT_HTML);
    CHECK_INT(of("index", "<p>"), CONTENT_TEXT);
    CHECK_INT(of("a.c", "<!doctype html>"), CONTENT_TEXT);
    CHECK_INT(of("README.md", "<html>"), CONTENT_TEXT);
    CHECK_STR(content_name(CONTENT_HTML), "html");
}

static enum nested_kind kind(const char *path, const char *first, bool raw)
{
    return nested_kind(slice_str(path), slice_str(first), raw);
}

TEST(what_is_opened)
{
    CHECK_INT(kind("a.txt.gz", "\x1f\x8b\x08", false), NESTED_STREAM);
    CHECK_INT(kind("a.gz", "plain", false), NESTED_NONE);
    CHECK_INT(kind("a.ZIP", "PK\3\4", false), NESTED_WHOLE);
    CHECK_INT(kind("a.7z", "7z\xbc\xaf\x27\x1c", true), NESTED_WHOLE);
    CHECK_INT(kind("a.docx", "PK\3\4", false), NESTED_NONE);
    CHECK_INT(kind("hep-th", "\x1f\x8b\x08", false), NESTED_STREAM);
    CHECK_INT(kind("a.jsonl", "{\"text\":1}", false), NESTED_STREAM);
    CHECK_INT(kind("a.jsonl", "{\"text\":1}", true), NESTED_NONE);
    CHECK_INT(kind("a.json", "{\"text\":1}", false), NESTED_NONE);
    CHECK_INT(kind("a.warc", "WARC/1.0\r\n", false), NESTED_STREAM);
    CHECK_INT(kind("a.warc", "WARC/1.0\r\n", true), NESTED_NONE);
    CHECK_INT(kind("a.txt", "", false), NESTED_NONE);
}

int main(void)
{
    RUN(pages_among_files);
    RUN(what_is_opened);
    return TEST_END();
}
