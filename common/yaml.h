/* yaml.h: configuration files, typed by who reads them.
 *
 * A scalar has no type of its own: the reader of a key says what it must be (so `no` is Norwegian where a string is
 * asked for). Errors name file, line and column, and what was expected. Anchors and merges are resolved; a document is
 * at most 16 MiB and 64 levels deep. libyaml parses. */
#ifndef LEAT_COMMON_YAML_H
#define LEAT_COMMON_YAML_H

#include "buf.h"
#include "err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum yaml_kind { YAML_SCALAR, YAML_SEQ, YAML_MAP };

struct yaml_file;
struct yaml { /* node; borrowed from its file */
    enum yaml_kind kind;
    bool quoted;       /* a scalar in quotes: never null, bool or number by spelling */
    const char *key;   /* in a map; NUL-terminated */
    const char *value; /* scalar text, NUL-terminated; may hold no NUL itself */
    size_t value_bytes;
    unsigned line, column;           /* from 1; of its key, in a map */
    const struct yaml *child, *next; /* first child; next sibling */
    size_t n_children;
    bool used; /* set by the getters; see yaml_check_used */
    const struct yaml_file *file;
};

int yaml_load(struct yaml_file **f, const char *path, struct err *e);
int yaml_parse(struct yaml_file **f, const char *name, struct slice text, struct err *e);
void yaml_free(struct yaml_file *f);
struct yaml *yaml_root(struct yaml_file *f); /* an empty document is an empty map */

/* --set a.b.c=value: sets or adds a scalar (maps on the way are made; "a.2.b" indexes a sequence). The value is parsed as
 * YAML. Errors in it are reported with "--set" in place of the file name. */
int yaml_set(struct yaml_file *f, const char *assignment, struct err *e);

/* The member of a map, or NULL. Marks it used. */
struct yaml *yaml_get(const struct yaml *map, const char *key);

/* -ERR_USAGE with "FILE:LINE:COL: …". */
int yaml_error(const struct yaml *node, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Getters by key of a map: 1 set, 0 absent (the variable keeps its value), < 0 another type or out of range. A null
 * (nothing, ~ or null, not in quotes) is absent. Integers: digits with _ between, 0x…, or 1e9. */
int yaml_str(const struct yaml *map, const char *key, const char **out, struct err *e);
int yaml_int(const struct yaml *map, const char *key, int64_t min, int64_t max, int64_t *out, struct err *e);
int yaml_num(const struct yaml *map, const char *key, double min, double max, double *out, struct err *e);
int yaml_bool(const struct yaml *map, const char *key, bool *out,
              struct err *e); /* true false yes no on off */
int yaml_choice(const struct yaml *map, const char *key, const char *choices /* "a|b" */, int *out,
                struct err *e);
int yaml_map(const struct yaml *map, const char *key, struct yaml **out, struct err *e);
int yaml_seq(const struct yaml *map, const char *key, struct yaml **out, struct err *e);

/* A key that nobody asked for is an error that names it and the nearest known one. Checks the whole tree below node.
 * What is only there to be referred to (&anchor) need not be asked for. */
int yaml_check_used(const struct yaml *node, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
