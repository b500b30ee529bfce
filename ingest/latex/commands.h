/* commands.h: what LaTeX's commands and environments mean for text. */
#ifndef LEAT_INGEST_LATEX_COMMANDS_H
#define LEAT_INGEST_LATEX_COMMANDS_H

#include "common/buf.h"

enum latex_action {
    LATEX_DROP,   /* nothing, or the text of its row */
    LATEX_KEEP,   /* nothing, and the groups behind it are read on */
    LATEX_SYMBOL, /* the text of its row */
    LATEX_LOGO,   /* the same, and no macro of the document takes its place: those draw it */
    LATEX_ACCENT, /* the text of its row is a combining character */
    LATEX_SPACED, /* as KEEP, with a space between its groups */
    LATEX_QUOTED, /* its group in quotation marks */
    LATEX_CITE,   /* nothing, nor the white space before it where a mark of punctuation follows */
    LATEX_DEFINE,
    LATEX_BEGIN,
    LATEX_END,
    LATEX_HEADING,
    LATEX_RUN_IN, /* a heading in its paragraph */
    LATEX_APPENDIX,
    LATEX_FOOTNOTE,
    LATEX_CAPTION,
    LATEX_TITLE,
    LATEX_AUTHOR,
    LATEX_DATE,
    LATEX_AND,
    LATEX_ITEM,
    LATEX_PARAGRAPH,
    LATEX_NEWLINE,
    LATEX_VERB,
    LATEX_URL,
    LATEX_TT,
    LATEX_TT_ARGUMENT,
    LATEX_MATH_INLINE,
    LATEX_MATH_DISPLAY,
    LATEX_ENSUREMATH,
    LATEX_INPUT,
    LATEX_IFTHENELSE, /* a condition and two groups: the first */
    LATEX_IFFILE,     /* the same: the second */
    LATEX_CONDITION_TRUE,
    LATEX_CONDITION_FALSE,
    LATEX_CONDITION_MATH,
    LATEX_ELSE,
    LATEX_CSNAME,
    LATEX_EXCLUDE, /* \excludecomment */
    LATEX_XSPACE,
    LATEX_SHORT_VERB, /* a character that begins and ends verbatim text */
    LATEX_NO_SHORT_VERB,
    LATEX_STRING, /* the command behind it as its name */
    LATEX_GOBBLE,
    LATEX_LETTER_AT,
    LATEX_OTHER_AT,
    LATEX_STOP
};

/* args, read and dropped before the action: '*' a star, 'o' [optional], 'p' (optional), 'm' an argument (not past a blank
 * line), 'M' one of any length, 'u' an address, 'd' a length, 'k' keywords with lengths. */
struct latex_command {
    const char *name;
    enum latex_action action;
    const char *args, *text; /* text: may be NULL */
};

enum latex_env {
    LATEX_ENV_TEXT,      /* nothing of its own */
    LATEX_ENV_PARAGRAPH, /* paragraphs of their own */
    LATEX_ENV_LIST,
    LATEX_ENV_ENUMERATE,
    LATEX_ENV_DESCRIPTION,
    LATEX_ENV_TABLE,   /* a float: its text is kept */
    LATEX_ENV_FIGURE,  /* a float: its captions are kept */
    LATEX_ENV_TABULAR, /* rows of cells */
    LATEX_ENV_MATH,
    LATEX_ENV_VERBATIM,
    LATEX_ENV_ALLTT,
    LATEX_ENV_DROP, /* nothing of it is text */
    LATEX_ENV_PROOF,
    LATEX_ENV_THEOREM,
    LATEX_ENV_DOCUMENT
};

struct latex_environment {
    const char *name;
    enum latex_env kind;
    const char *args;
};

/* NULL: not known. */
const struct latex_command *latex_command(struct slice name);
const struct latex_environment *latex_environment(struct slice name);

/* For the test of the tables: the first name that is out of order, or NULL. */
const char *latex_tables_disorder(void);

#endif
