/* content.h: which kind of content bytes are: by their media type, the path they came from, and their first bytes. */
#ifndef LEAT_INGEST_CONTENT_H
#define LEAT_INGEST_CONTENT_H

#include "common/buf.h"

/* What a record's body is, and so how it becomes text. */
enum content {
    CONTENT_TEXT, /* as it stands, without control characters */
    CONTENT_HTML, /* a page */
    CONTENT_EPUB, /* a book: a zip of pages */
    CONTENT_LATEX,
    CONTENT_JATS, /* an article in XML */
    CONTENT_TEI   /* a text in TEI's XML */
};

/* "text", "html"…: the source of a file where the user names none. */
const char *content_name(enum content c);

/* "text/html" of "Text/HTML; charset=x": without parameters and white space. */
struct slice content_media_type(struct slice content_type);
/* Whether the media type of a Content-Type is this one. */
bool content_type_is(struct slice content_type, const char *type);
/* The kind under which content of a type that is not read is counted: "type-image"… */
const char *content_skipped_type(struct slice content_type);
/* Whether content begins as HTML does (white space and a byte order mark aside). */
bool content_looks_like_html(struct slice s);

#define CONTENT_LOOK_BYTES 8192

/* Whether content begins as a known format does that holds no text to read: PDF, images, sound, programs, fonts,
 * databases, archives. (Other binary content is told by its control characters: clean.h.) */
bool content_is_binary(struct slice first);
/* "office" or "binary" where content is a zip that is a document of an office (OOXML, ODF) or a package of programs (jar,
 * apk) by what it holds first; NULL: it is no such zip. */
const char *content_packaged_kind(struct slice path, struct slice first);

/* What a file is by its name's ending and its first bytes (CONTENT_LOOK_BYTES are looked at); CONTENT_TEXT when nothing says
 * more. A name without an ending (or with a query: "index.php?id=3") is judged by its bytes alone. */
enum content content_of_file(struct slice path, struct slice first);

#endif
