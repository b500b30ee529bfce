/* macros.h: the commands and environments that a LaTeX document defines, and what they expand to.
 *
 * Understood: \newcommand, \renewcommand, \providecommand, \DeclareRobustCommand, \def, \gdef, \edef, \xdef (with delimited
 * parameters), \let, \DeclareMathOperator, \DeclarePairedDelimiter, \NewDocumentCommand, \newenvironment,
 * \renewenvironment, \newtheorem, \newif. Definitions are global from where they stand; groups do not end them. */
#ifndef LEAT_INGEST_LATEX_MACROS_H
#define LEAT_INGEST_LATEX_MACROS_H

#include "ingest/latex/mouth.h"

#define MACROS_MAX 65536u
#define MACRO_ARGS 9

enum macro_kind {
    MACRO_COMMAND,
    MACRO_BUILTIN,     /* \let to a command that is no macro: body is its name */
    MACRO_ENVIRONMENT, /* body, end */
    MACRO_ALIAS,       /* an environment that is another: body is its name */
    MACRO_THEOREM,     /* body is its title */
    MACRO_CONDITION    /* \newif: is_true */
};

struct macro {
    enum macro_kind kind;
    struct slice name, body, end;
    struct slice params; /* \def: the parameter text, if it has delimiters */
    struct slice defaults[MACRO_ARGS];
    uint8_t n_args;
    uint16_t optional, star; /* bits: the arguments that are [optional], the one that is a star */
    bool is_true;
    bool at_is_letter; /* where it was defined, names may have '@' in them */
};

struct macros {
    struct macro **slots;
    size_t n, n_slots;
    struct arena arena;
    struct buf scratch, args;
    bool failed; /* out of memory */
};

void macros_init(struct macros *t);
void macros_free(struct macros *t);
void macros_reset(struct macros *t);

/* NULL: not defined. */
const struct macro *macros_command(const struct macros *t, struct slice name);
const struct macro *macros_environment(const struct macros *t, struct slice name);

/* Behind the name of a defining command (\newcommand…): reads the definition and makes it. false: the command is none of
 * those. */
bool macros_define(struct macros *t, struct mouth *m, struct slice command);
void macros_set_condition(struct macros *t, struct slice name, bool value);
/* \excludecomment and the like: environment `name` is environment `of`. */
void macros_alias(struct macros *t, struct slice name, struct slice of);

/* Reads the arguments and pushes the expansion of a MACRO_COMMAND, or of an environment's beginning. false: the budget is
 * spent, or it does not fit what follows; nothing was pushed. */
bool macros_expand(struct macros *t, struct mouth *m, const struct macro *macro);

#endif
