/* syntax.h: whether source text parses, by tree-sitter (https://tree-sitter.github.io).
 *
 * Grammars are shared objects libtree-sitter-<language>.so, found on a search path, loaded when first needed and kept.
 * A struct syntax may be shared by threads. */
#ifndef LEAT_FILTER_SYNTAX_H
#define LEAT_FILTER_SYNTAX_H

#include "common/buf.h"
#include "common/err.h"

struct syntax;

/* path: folders separated by ':'. */
struct syntax *syntax_new(const char *path); /* NULL: out of memory */
void syntax_free(struct syntax *s);

/* 0 when the language's grammar is there and fits this libtree-sitter; -ERR_USAGE says where was looked and what helps. */
int syntax_have(struct syntax *s, const char *language, struct err *e);

struct syntax_result {
    bool too_complex;     /* parsing was given up, and the counts are 0 */
    uint64_t errors;      /* topmost ERROR nodes, and tokens that the parser had to make up */
    uint64_t error_bytes; /* in the first; one for each of the second */
};

/* text of at most UINT32_MAX bytes. Given up, on the same texts everywhere, are those on which tree-sitter asks for more
 * than 256 bytes of memory at a time, or 4096 altogether, for each byte of text (and 4 MiB): only texts with errors do.
 * tree-sitter up to 0.20 also gives up at more than 65,535 brackets or comments without anything between. */
int syntax_parse(struct syntax *s, const char *language, struct slice text, struct syntax_result *out,
                 struct err *e);

#endif
