/* opts.h: one table of options gives parsing, --help, the man page and (later) shell completion.
 *
 * Syntax: -o FILE, -oFILE, -t4, --threads 4, --threads=4, -qv, "--" ends the options, "-" is an operand. Long names may
 * not be abbreviated: a script must not change its meaning when an option is added. */
#ifndef LEAT_COMMON_OPTS_H
#define LEAT_COMMON_OPTS_H

#include "buf.h"
#include "err.h"

#define LEAT_VERSION "0.3.0"

#ifdef __cplusplus
extern "C" {
#endif

enum opt_type {
    OPT_FLAG,   /* bool: true when given */
    OPT_STR,    /* const char *: borrows argv */
    OPT_INT,    /* int64_t, within [min, max] when max > min */
    OPT_NUM,    /* double, within [min, max] when max > min */
    OPT_SIZE,   /* uint64_t bytes: 64M, 1.5G, 1000 (K, M, G, T: powers of 1024) */
    OPT_CHOICE, /* int: index into `choices`, "a|b|c" */
    OPT_LIST    /* struct opt_list: may be repeated */
};

struct opt_list {
    const char **at; /* borrowed strings of argv; the array is owned: opt_list_free */
    size_t n;
};

struct opt {
    const char *name; /* long name without dashes */
    char letter;      /* 0: none */
    enum opt_type type;
    void *value;         /* where it goes; what stands there before is the default, and --help prints it */
                         /* (a number below min is no default: the help tells it then) */
    const char *arg;     /* "FILE", "N" …; NULL for a flag */
    const char *choices; /* OPT_CHOICE */
    double min, max;
    const char
        *help; /* one sentence without a capital or a full stop; more sentences may follow. NULL: not shown */

    /* How it stands to others; NULL where it is free. The parser sees to it, and the help says so. */
    const char *verbs; /* "train|eval": the verbs that take it; NULL: all */
    const char *
        needs; /* "pii": without that option it would do nothing. "a|b": one of them; "a=x": the choice x of a;
                             "a,b": each of these */
    const char *excludes; /* "output|rejects": none of these may be given with it */
};

struct opt_spec {
    const char *name;     /* "leat filter" */
    const char *summary;  /* what it does, in one line */
    const char *operands; /* "[INPUT…]" or NULL when it takes none */
    const char *const
        *verbs; /* "exact", "minhash", …, NULL; the first operand must be one of them. Or NULL */
    const char *description;      /* paragraphs, separated by blank lines; for the man page and --help */
    const char *examples;         /* lines "command\n", comments begin with '#' */
    const char *attributes_verbs; /* "lines": the verbs that take --attributes; NULL: all */
    const char *see_also;         /* further manual pages of section 1, separated by spaces; or NULL */
    const struct opt *own;        /* the tool's own options, ended by name == NULL */
    const struct opt *shared;     /* the options of all tools, ended by name == NULL; may be NULL */
    int (*check)(
        struct err *e); /* of --check-options: whether the values are good, beyond their types; or NULL */
};

/* Operands are moved to the front of argv: *operands points at them, *n_operands counts. Returns 0, or -ERR_USAGE with a
 * message that names the option and what it takes (and the nearest name for an unknown one).
 * --help, --version, --man and --check-options are recognised here: *action says which was given. With OPT_HELP the operands
 * are the verb that stood before it, if any. With OPT_CHECK all else is
 * as with OPT_RUN, but nothing shall be done: `leat run` asks so whether a step's options are good. */
enum opt_action { OPT_RUN, OPT_HELP, OPT_VERSION, OPT_MAN, OPT_CHECK };
int opts_parse(const struct opt_spec *s, int argc, char **argv, char ***operands, size_t *n_operands,
               enum opt_action *action, struct err *e);

/* Must be called before parsing changes the defaults that they print. */
int opts_put_help(const struct opt_spec *s, struct buf *b);
/* The options that one verb takes, its examples, and where the rest is told. */
int opts_put_verb_help(const struct opt_spec *s, const char *verb, struct buf *b);
int opts_put_man(const struct opt_spec *s, struct buf *b); /* roff, man(7) */

void opt_list_free(struct opt_list *l);
/* Whether `name`, n bytes, is one of list, "a|b". */
bool opt_lists(const char *list, const char *name, size_t n);
const char *opt_arg(const struct opt *o); /* what stands behind its name in the help; NULL for a flag */
int opt_parse_size(const char *z, uint64_t *bytes); /* 0, or -1 */

/* Bytes as opt_parse_size reads them, in two digits or more, rounded up: "86G", "1.5M". Returns out. */
enum { OPT_SIZE_TEXT = 24 };
const char *opt_spell_size(uint64_t bytes, char out[OPT_SIZE_TEXT]);

/* The name that was probably meant, without regard to case: one that begins with word, or the least edit distance of at most a
 * third of its length (1 to 3; swapped neighbours count 1). NULL when none is near. */
const char *opt_nearest(const char *word, const char *const *names, size_t n);

/* The options that every tool has: --help, --version, --man, --check-options; ended by name == NULL. */
extern const struct opt opts_builtin[];

#ifdef __cplusplus
}
#endif
#endif
