/* syntax.h: whether source text parses, by tree-sitter (https://tree-sitter.github.io).
 *
 * Grammars are shared objects libtree-sitter-<language>.so, found on a search path, loaded when first needed and kept.
 * A struct syntax may be shared by threads; a struct syntax_parser belongs to one. */
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

struct syntax_parser;
struct syntax_parser *syntax_parser_new(struct syntax *s); /* NULL: out of memory */
void syntax_parser_free(struct syntax_parser *p);

struct syntax_result {
    uint64_t
        error_bytes; /* in the topmost ERROR nodes, plus one for every token that the parser had to make up */
    uint64_t errors; /* how many of both */
};

/* text of at most UINT32_MAX bytes. Memory: tree-sitter's tree, some 10-50 bytes a byte of text. */
int syntax_parse(struct syntax_parser *p, const char *language, struct slice text, struct syntax_result *out,
                 struct err *e);

#endif
