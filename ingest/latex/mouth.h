/* mouth.h: where LaTeX is read from: the source, and on top of it what macros expanded to.
 *
 * Texts that are pushed are read first. An argument may begin in one text and go on below it, as in TeX. Nothing here goes
 * back, so all reading is linear in what is there to read: the source, and the bytes that were pushed, which have a
 * budget. Looking ahead has one as well. */
#ifndef LEAT_INGEST_LATEX_MOUTH_H
#define LEAT_INGEST_LATEX_MOUTH_H

#include "common/buf.h"

#define MOUTH_DEPTH 200      /* texts at once */
#define MOUTH_NAME 64        /* bytes of a command's name; longer ones are cut */
#define MOUTH_EXPANSION 8    /* budget of pushed bytes: so many times the source… */
#define MOUTH_MIN (1u << 20) /* …and this */
#define MOUTH_AHEAD 4096     /* bytes looked ahead for a closing bracket… */
#define MOUTH_AHEAD_SHORT 64 /* …once that budget is spent */

struct mouth_text {
    const char *p, *end;
    char *owned;       /* freed when it has been read; NULL: the source */
    bool at_is_letter; /* it was defined behind \makeatletter */
};

struct mouth {
    struct mouth_text texts[MOUTH_DEPTH];
    size_t n;                            /* >= 1 */
    uint64_t expansion_left, ahead_left; /* bytes */
    char name[MOUTH_NAME + 1];
    size_t name_bytes;
    bool at_is_letter; /* \makeatletter */
    bool spaced;       /* white space followed the last command's name */
};

void mouth_init(struct mouth *m, struct slice source); /* source outlives it */
void mouth_free(struct mouth *m);

static inline struct mouth_text *mouth_top(struct mouth *m)
{
    return &m->texts[m->n - 1];
}

/* Leaves texts that have been read; false: all have. */
bool mouth_more(struct mouth *m);
/* Whether the next byte is c; texts that have been read are left. */
bool mouth_at(struct mouth *m, char c);
/* Spends from the budget; false: it is spent, and nothing is expanded any more. */
bool mouth_spend(struct mouth *m, size_t bytes);
/* Takes a malloc'd text over. -1: too deep, or p is NULL; the text is freed. */
int mouth_push(struct mouth *m, char *p, size_t n);
int mouth_push_copy(struct mouth *m, struct slice s);

/* Behind a backslash: reads the name into m->name, and the white space behind a name of letters (no blank line). */
struct slice mouth_name(struct mouth *m);
/* White space and comments, up to a blank line. */
void mouth_skip_space(struct mouth *m);
/* From '%' to the first byte of the next line that is not blank. */
void mouth_skip_comment(struct mouth *m);
/* The next line end belongs to a blank line. */
bool mouth_at_blank_line(const struct mouth *m);

/* Reads an argument: {…}, a command, or a character; appends its text without the braces unless into is NULL. It ends, if
 * nothing else does, at the end of all texts, or where the budget ends, or before a blank line unless is_long. */
void mouth_argument(struct mouth *m, struct buf *into, bool is_long);
/* Reads an optional argument if one stands here (white space before it allowed unless the last command was a symbol). */
bool mouth_option(struct mouth *m, char open, char close, struct buf *into);
/* Appends what stands before the delimiter, outside braces, and reads both. false: it is not near, nothing was read. */
bool mouth_until(struct mouth *m, struct slice delimiter, struct buf *into);
/* Whether these bytes stand in the next MOUTH_AHEAD of this text. Reads nothing. */
bool mouth_has_near(struct mouth *m, struct slice bytes);
/* The inside of the group whose '{' is next, if it closes within `most` bytes of this text. Reads nothing. */
bool mouth_peek_group(struct mouth *m, size_t most, struct slice *inside);
/* Drops {an address}, in which '%' begins no comment. */
void mouth_address(struct mouth *m);
/* An optional '=', and a length with its stretch and shrink, a number, or a register. */
void mouth_dimension(struct mouth *m);
/* "to 3cm", "height 1pt depth 2pt"…: what may stand behind boxes and rules of plain TeX. */
void mouth_keywords(struct mouth *m);

#endif
