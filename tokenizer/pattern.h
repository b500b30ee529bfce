/* pattern.h: the pre-tokeniser: cuts a text into the pieces that byte-pair encoding works on.
 *
 * A pattern is a list of regular expressions (see regex.h for the dialect). Each cuts every piece of the one before: what it
 * matches is a piece, and what lies between matches is one too (Hugging Face's Split, behavior Isolated), so every byte of
 * the text is in exactly one piece. The edges of a piece are the edges of the text for the next expression. */
#ifndef LEAT_TOKENIZER_PATTERN_H
#define LEAT_TOKENIZER_PATTERN_H

#include "common/buf.h"
#include "common/err.h"

#define PATTERN_MAX_STAGES 8

struct pattern_spec {
    struct slice regex[PATTERN_MAX_STAGES]; /* UTF-8, borrowed */
    size_t n;                               /* 0: the whole text is one piece */
};

/* The published patterns: gpt2, cl100k, llama3, qwen2, o200k, deepseek. false: no such name. */
bool pattern_named(const char *name, struct pattern_spec *spec);
const char *pattern_name(const struct pattern_spec *spec); /* NULL: none of them */
const char *pattern_names(void);                           /* "gpt2, cl100k, …" */

/* Immutable once made: any number of threads may scan with it. -ERR_USAGE: an expression that cannot be honoured. */
struct pattern;
int pattern_new(struct pattern **p, const struct pattern_spec *spec, struct err *e);
void pattern_free(struct pattern *p);

/* One thread's scan. The text must be valid UTF-8 and stay until the scan is over. Memory: one byte per character. */
struct pattern_scan;
struct pattern_scan *pattern_scan_new(const struct pattern *p); /* NULL: out of memory */
void pattern_scan_free(struct pattern_scan *s);
int pattern_scan_start(struct pattern_scan *s, struct slice text, struct err *e);
/* 1: *piece is the next piece, never empty; 0: the end; -ERR_USAGE: the expression needs too many steps. */
int pattern_scan_next(struct pattern_scan *s, struct slice *piece, struct err *e);

#endif
