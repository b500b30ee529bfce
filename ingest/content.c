/* content.c: media types and first bytes. State: none. */
#include "ingest/content.h"
#include "common/text.h"
#include "ingest/read/epub.h"
#include "ingest/read/path.h"
#include "ingest/markup/xmldoc.h"

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

/* ------------------------------------------------------------------ known binary formats */

/* Signatures as the formats' own specifications have them. What is printable in full and short is left to clean.h. */
static const struct magic {
    uint8_t at, n;
    const char *bytes;
} magics[] = {
    {0, 8, "\x89PNG\r\n\x1a\n"},
    {0, 3, "\xff\xd8\xff"}, /* JPEG */
    {8, 4, "WEBP"},         /* these three in RIFF */
    {8, 4, "WAVE"},
    {8, 4, "AVI "},
    {0, 4, "II*\0"}, /* TIFF */
    {0, 4, "MM\0*"},
    {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, /* OLE 2: old office documents */
    {0, 4,
     "\x7f"
     "ELF"},
    {0, 4, "\xfe\xed\xfa\xce"}, /* Mach-O */
    {0, 4, "\xfe\xed\xfa\xcf"},
    {0, 4, "\xce\xfa\xed\xfe"},
    {0, 4, "\xcf\xfa\xed\xfe"},
    {0, 4, "\xca\xfe\xba\xbe"}, /* Java classes, Mach-O for many machines */
    {0, 4, "\0asm"},
    {0, 16, "SQLite format 3\0"},
    {0, 5, "wOFF\0"},
    {0, 8, "wOFFOTTO"},
    {0, 8, "wOFFtrue"},
    {0, 5, "wOF2\0"},
    {0, 8, "wOF2OTTO"},
    {0, 8, "wOF2true"},
    {0, 5, "\0\1\0\0\0"}, /* TrueType */
    {0, 5, "OTTO\0"},
    {0, 5, "OggS\0"},
    {0, 5, "fLaC\0"},
    {0, 5, "ID3\2\0"}, /* MP3 */
    {0, 5, "ID3\3\0"},
    {0, 5, "ID3\4\0"},
    {4, 4, "ftyp"},             /* MP4, HEIF */
    {0, 4, "\x1a\x45\xdf\xa3"}, /* Matroska, WebM */
    {0, 4, "PK\3\4"},
    {0, 6, "7z\xbc\xaf\x27\x1c"},
    {0, 6, "Rar!\x1a\7"},
    {0, 8, "!<arch>\n"},
    {0, 3, "\x1f\x8b\x08"}, /* gzip */
    {0, 6,
     "\xfd"
     "7zXZ\0"},
};

static bool has(struct slice s, size_t at, const char *bytes, size_t n)
{
    return s.n >= at + n && memcmp(s.p + at, bytes, n) == 0;
}

static bool is_pdf(struct slice s)
{
    s = slice_trim(s);
    return has(s, 0, "%PDF-", 5) && s.n > 7 && s.p[5] >= '0' && s.p[5] <= '9' && s.p[6] == '.';
}

/* Magics of letters, which a text may begin with too: with zeros behind them they are none. */
static bool is_lettered(struct slice s)
{
    bool lettered = has(s, 0, "MZ", 2) || has(s, 0, "GIF87a", 6) || has(s, 0, "GIF89a", 6);
    return lettered && memchr(s.p, 0, s.n < 64 ? s.n : 64);
}

bool content_is_binary(struct slice first)
{
    if (first.n > CONTENT_LOOK_BYTES) first.n = CONTENT_LOOK_BYTES;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const struct magic *m = &magics[i];
        bool framed = m->at == 0 || (m->at == 4 && first.n && !first.p[0]) || has(first, 0, "RIFF", 4);
        if (framed && has(first, m->at, m->bytes, m->n)) return true;
    }
    return is_pdf(first) || is_lettered(first);
}

#define ZIP_NAME_AT 30 /* of a local file header */

const char *content_packaged_kind(struct slice path, struct slice first)
{
    static const char *const office[] = {
        "[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/"};
    static const char *const programs[] = {"META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"};
    struct slice ending = path_ending(path, false);
    if (!has(first, 0, "PK\3\4", 4) || first.n < ZIP_NAME_AT) return NULL;
    size_t name_bytes = (uint8_t)first.p[26] | (size_t)(uint8_t)first.p[27] << 8;
    struct slice rest = slice_of(first.p + ZIP_NAME_AT, first.n - ZIP_NAME_AT), name = rest;
    if (name.n > name_bytes) name.n = name_bytes;
    if (slice_is(name, "mimetype")) return slice_find(rest, slice_str("application/vnd.")) ? "office" : NULL;
    if (path_ending_in(ending, " zip whl egg nupkg epub ")) return NULL; /* the name says: files */
    for (size_t i = 0; i < sizeof office / sizeof *office; i++)
        if (slice_has_prefix(name, office[i])) return "office";
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (slice_is(name, programs[i])) return "binary";
    return slice_is(name, "META-INF/") ? "binary" : NULL;
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
    bool made = base.n && memchr(base.p, '?', base.n);
    return made || is_number(ending) ? slice_of("", 0) : ending;
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
