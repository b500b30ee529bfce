/* content.c: media types and first bytes. State: none. */
#include "ingest/content.h"
#include "common/text.h"
#include "ingest/xmldoc.h"

const char *content_name(enum content c)
{
    static const char *const names[] = {"text", "html", "latex", "jats", "tei"};
    return names[c];
}

struct slice content_media_type(struct slice content_type)
{
    const char *semicolon = memchr(content_type.p, ';', content_type.n);
    return slice_trim(
        slice_of(content_type.p, semicolon ? (size_t)(semicolon - content_type.p) : content_type.n));
}

bool content_type_is(struct slice content_type, const char *type)
{
    return slice_eq_nocase(content_media_type(content_type), type);
}

const char *content_skipped_type(struct slice content_type)
{
    static const char *const known[] = {"type-application", "type-audio",   "type-font",
                                        "type-image",       "type-message", "type-model",
                                        "type-multipart",   "type-text",    "type-video"};
    struct slice type = content_media_type(content_type);
    const char *slash = memchr(type.p, '/', type.n);
    if (type.n == 0) return "type-none";
    struct slice major = slice_of(type.p, slash ? (size_t)(slash - type.p) : type.n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(major, known[i] + 5)) return known[i];
    return "type-other";
}

bool content_looks_like_html(struct slice s)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<title", "<!--"};
    if (slice_has_prefix(s, "\xef\xbb\xbf")) s = slice_of(s.p + 3, s.n - 3);
    s = slice_trim(slice_of(s.p, s.n < 4096 ? s.n : 4096));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        if (s.n >= n && slice_eq_nocase(slice_of(s.p, n), starts[i])) return true;
    }
    return false;
}

/* ------------------------------------------------------------------ files */

/* A source that says so: \documentclass at the beginning of a line. */
static bool looks_like_latex(struct slice s)
{
    static const char *const marks[] = {"\\documentclass", "\\documentstyle", "\\begin{document}"};
    struct slice line;
    for (size_t at = 0; line_next(s, &at, &line);)
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (slice_has_prefix(line, marks[i])) return true;
    return false;
}

static bool has_ending(struct slice path, const char *ending)
{
    size_t n = strlen(ending);
    return path.n > n && slice_eq_nocase(slice_of(path.p + path.n - n, n), ending);
}

enum content content_of_file(struct slice path, struct slice first)
{
    static const char *const tex[] = {".tex", ".ltx", ".latex"};
    if (first.n > CONTENT_LOOK_BYTES) first.n = CONTENT_LOOK_BYTES;
    for (size_t i = 0; i < sizeof tex / sizeof *tex; i++)
        if (has_ending(path, tex[i])) return CONTENT_LATEX;
    enum xmldoc_dialect dialect = xmldoc_recognise(first);
    if (dialect != XMLDOC_NONE) return dialect == XMLDOC_JATS ? CONTENT_JATS : CONTENT_TEI;
    return looks_like_latex(first) ? CONTENT_LATEX : CONTENT_TEXT;
}
