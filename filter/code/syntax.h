/* syntax.h: whether source text parses, by tree-sitter (https://tree-sitter.github.io), and what its tree tells.
 *
 * Grammars are shared objects libtree-sitter-<language>.so, found on a search path, loaded when first needed and kept.
 * A struct syntax may be shared by threads; a struct syntax_worker is one thread's. */
#ifndef LEAT_FILTER_SYNTAX_H
#define LEAT_FILTER_SYNTAX_H

#include "common/buf.h"
#include "common/err.h"

struct syntax;
struct syntax_worker;

/* path: folders separated by ':'. */
struct syntax *syntax_new(const char *path); /* NULL: out of memory */
void syntax_free(struct syntax *s);
struct syntax_worker *syntax_worker_new(void);
void syntax_worker_free(struct syntax_worker *w);

/* 0 when the language's grammar is there and fits this libtree-sitter; -ERR_USAGE says where was looked and what helps. */
int syntax_have(struct syntax *s, const char *language, struct err *e);

/* What to find out besides errors; each costs a walk over the whole tree. */
enum syntax_wants {
    SYNTAX_SHARES = 1, /* comments, literals */
    SYNTAX_RULES =
        2, /* rules of the language that its grammar does not know: language_rules.h; only of texts without errors */
    SYNTAX_MODULE = 4 /* with them: JavaScript that is a module by its name */
};

struct syntax_result {
    bool too_complex;       /* parsing was given up, and all else is 0 */
    uint64_t errors;        /* topmost ERROR nodes, and tokens that the parser had to make up */
    uint64_t error_bytes;   /* in the first; one for each of the second */
    uint64_t error_lines;   /* that hold any of those */
    uint64_t token_bytes;   /* of all tokens but comments */
    uint64_t comment_bytes; /* comments with their marks, and Python's docstrings */
    uint64_t literal_bytes; /* strings, numbers, and the commas between elements */
    const char *broken;     /* the rule of the language that is broken, or NULL; static */
};

/* text of at most UINT32_MAX bytes. Given up, on the same texts everywhere, are those on which tree-sitter asks for more
 * than 192 bytes of memory at a time, or 4096 altogether, for each byte of text (and 4 MiB), or reads it 256 times: only texts with errors
 * do. tree-sitter up to 0.20 also gives up at more than 65,535 brackets or comments without anything between. */
int syntax_parse(struct syntax *s, struct syntax_worker *w, const char *language, struct slice text,
                 unsigned wants, struct syntax_result *out, struct err *e);

#endif
