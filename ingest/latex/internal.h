/* internal.h: what latex.c, math.c and raw.c call of each other. */
#ifndef LEAT_INGEST_LATEX_INTERNAL_H
#define LEAT_INGEST_LATEX_INTERNAL_H

#include "ingest/latex/latex.h"

/* latex.c */
void latex_emit(struct latex *l, const char *p, size_t n);
void latex_end_environment(struct latex *l, struct slice name);
void latex_drop_arguments(struct latex *l, const char *args);
/* A condition whose branch is not taken: skips to its \else or \fi; behind a branch that was, to \fi. */
void latex_skip_branch(struct latex *l, bool stop_at_else);

/* math.c: reads mathematics to its end and writes it. opener and closer are its delimiters as source; env: the name
 * whose \end closes it (closer is then its text), or n = 0. */
void latex_math(struct latex *l, const char *opener, const char *closer, struct slice env, bool display);

/* raw.c: what is not tokenised. */
void latex_verbatim(struct latex *l, struct slice name); /* behind \begin{name} */
void latex_drop_raw(struct latex *l, struct slice name);
void latex_verb(struct latex *l);
void latex_url(struct latex *l);
void latex_accent(struct latex *l, const char *combining); /* behind the accent's name */

#endif
