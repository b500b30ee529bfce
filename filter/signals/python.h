/* python.h: text as Python's str sees it, for the published filters are written in Python.
 *
 * What white space is to split, strip and isspace, where splitlines cuts, what isalpha, isalnum, isdigit and isupper are:
 * facts of the Python Library Reference ("Text Sequence Type") and of Unicode's classes, here those of text.h (Python
 * 3.11 has Unicode 14.0; letters that were added since are letters here). Lengths are code points. All texts are valid
 * UTF-8. */
#ifndef LEAT_FILTER_PYTHON_H
#define LEAT_FILTER_PYTHON_H

#include "common/text.h"

/* Bytes of the white space at p < end, 0 when there is none. */
unsigned py_space_bytes_wide(const char *p, const char *end); /* for p[0] >= 0x80 */
static inline unsigned py_space_bytes(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p;
    if (c >= 0x80) return py_space_bytes_wide(p, end);
    return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
}

bool py_isalpha(uint32_t cp);
bool py_isalnum(uint32_t cp);
bool py_isdigit(uint32_t cp);
bool py_isupper(uint32_t cp);

struct slice py_strip(struct slice s);
struct slice py_lstrip(struct slice s);
struct slice py_rstrip(struct slice s);
bool py_isblank(struct slice s); /* strip leaves nothing */

/* str.split(): for (size_t at = 0; py_word_next(text, &at, &word);) */
bool py_word_next(struct slice text, size_t *at, struct slice *word);

/* str.splitlines(): for (size_t at = 0; py_line_next(text, &at, &line, only_newlines);). only_newlines: what
 * py_only_newlines said about the text; it makes the cutting quick. */
bool py_only_newlines(struct slice text); /* no line ends but at '\n' */
bool py_line_next(struct slice text, size_t *at, struct slice *line, bool only_newlines);

/* str.split("\n"): n newlines give n + 1 pieces. */
bool py_piece_next(struct slice text, size_t *at, struct slice *piece);

/* re.split("\n{k,}"). */
bool py_block_next(struct slice text, size_t *at, unsigned least_newlines, struct slice *piece);

#endif
