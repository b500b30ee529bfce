/* content.c: media types and first bytes. State: none. */
#include "ingest/content.h"
#include "common/text.h"
#include "ingest/epub.h"
#include "ingest/path.h"
#include "ingest/xmldoc.h"

const char *content_name(enum content c)
{
    static const char *const names[] = {
        [CONTENT_TEXT] = "text",   [CONTENT_HTML] = "html", [CONTENT_EPUB] = "epub",
        [CONTENT_LATEX] = "latex", [CONTENT_JATS] = "jats", [CONTENT_TEI] = "tei"};
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

/* ------------------------------------------------------------------ first bytes */

#define FIRST_BYTES 4096

/* The first bytes without a byte order mark and white space. */
static struct slice beginning(struct slice s)
{
    if (slice_has_prefix(s, "\xef\xbb\xbf")) s = slice_of(s.p + 3, s.n - 3);
    return slice_trim(slice_of(s.p, s.n < FIRST_BYTES ? s.n : FIRST_BYTES));
}

static bool begins_nocase(struct slice s, const char *start)
{
    size_t n = strlen(start);
    return s.n >= n && slice_eq_nocase(slice_of(s.p, n), start);
}

bool content_looks_like_html(struct slice s)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<title", "<!--"};
    s = beginning(s);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins_nocase(s, starts[i])) return true;
    return false;
}

static bool begins_with_tag(struct slice first)
{
    first = beginning(first);
    return first.n > 0 && first.p[0] == '<';
}

/* A doctype or root element of HTML, behind an XML declaration or comments if there are any. */
static bool begins_with_html_root(struct slice first)
{
    first = beginning(first);
    while (slice_has_prefix(first, "<?") || slice_has_prefix(first, "<!--")) {
        struct slice end = slice_str(first.p[1] == '?' ? "?>" : "-->");
        const char *behind = slice_find(first, end);
        if (!behind) return false;
        behind += end.n;
        first = slice_trim(slice_of(behind, (size_t)(first.p + first.n - behind)));
    }
    return begins_nocase(first, "<!doctype html") || begins_nocase(first, "<html");
}

static bool begins_with_zip(struct slice first)
{
    return slice_has_prefix(first, "PK\3\4");
}

static bool is_jats(struct slice first)
{
    return xmldoc_recognise(first) == XMLDOC_JATS;
}

static bool is_tei(struct slice first)
{
    return xmldoc_recognise(first) == XMLDOC_TEI;
}

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

static bool is_anything(struct slice first)
{
    return true;
}

/* ------------------------------------------------------------------ files */

static bool is_number(struct slice s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++;
    return i == s.n;
}

/* Of a name; n = 0 for those without one, for those of pages that a program made ("index.php?id=3"), and for numbers
 * ("0704.0001"). What a codec's ending hides counts: the codec has been undone. */
static struct slice ending_of(struct slice path)
{
    struct slice base = path_base(path), ending = path_ending(base, true);
    return memchr(base.p, '?', base.n) || is_number(ending) ? slice_of("", 0) : ending;
}

/* The first row whose endings and first bytes both fit decides. */
static const struct rule {
    const char *endings; /* each between spaces; "": a name without one; NULL: any name */
    bool (*begins)(struct slice first);
    enum content content;
} rules[] = {
    {" html htm xhtml xht shtml ", begins_with_tag, CONTENT_HTML},
    {" xml ", begins_with_html_root, CONTENT_HTML},
    {"", begins_with_html_root, CONTENT_HTML},
    {" epub ", begins_with_zip, CONTENT_EPUB},
    {"", epub_recognise, CONTENT_EPUB},
    {NULL, is_jats, CONTENT_JATS},
    {NULL, is_tei, CONTENT_TEI},
    {" tex ltx latex ", is_anything, CONTENT_LATEX},
    {" txt ", looks_like_latex, CONTENT_LATEX},
    {"", looks_like_latex, CONTENT_LATEX},
};

enum content content_of_file(struct slice path, struct slice first)
{
    struct slice ending = ending_of(path);
    if (first.n > CONTENT_LOOK_BYTES) first.n = CONTENT_LOOK_BYTES;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *endings = rules[i].endings;
        bool named = !endings || (*endings ? path_ending_in(ending, endings) : ending.n == 0);
        if (named && rules[i].begins(first)) return rules[i].content;
    }
    return CONTENT_TEXT;
}
