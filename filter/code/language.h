/* language.h: which programming language a document is in: by what stands beside it, else by its content.
 *
 * A file's name tells first (whole names, then extensions), then a "#!" line, then the text. Extensions that several
 * languages share (.h, .m, .pl, .v …) are told apart by clues in the text: content.h.
 *
 * Names, extensions and interpreters are facts of GitHub Linguist's languages.yml (commit b45dbe9b). */
#ifndef LEAT_FILTER_LANGUAGE_H
#define LEAT_FILTER_LANGUAGE_H

#include "common/buf.h"

/* Lists are words separated by single spaces; NULL: none. */
struct language {
    const char *name; /* as tree-sitter's grammars call it: what metadata.language_code gets */
    const char
        *aliases; /* other names, in lower case; compared without regard to case, space and hyphen are "_" */
    const char *extensions;   /* with their dot, in lower case */
    const char *filenames;    /* whole names */
    const char *interpreters; /* of "#!" lines, without version */
};

/* All that leat knows; a NULL name ends the list. Some have no grammar among those that `make deps` builds: they are known so that their
 * files are not taken for another language's. */
extern const struct language languages[];

/* The language of a name or alias, or NULL. */
const struct language *language_named(struct slice s);

/* The name or alias that was probably meant, or NULL. */
const char *language_nearest(struct slice s);

/* How a language was found; `method` is for the record. */
enum language_method { BY_NOTHING, BY_NAME, BY_FILENAME, BY_EXTENSION, BY_SHEBANG, BY_CONTENT };
extern const char *const language_methods[];

/* NULL when nothing tells. */
const struct language *language_of(struct slice path, struct slice text, enum language_method *how);

/* Whether a word is in one of the lists above. */
bool language_lists(const char *list, struct slice word);

#endif
