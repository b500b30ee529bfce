/* json.h: JSON for files that are read whole (tokenizer.json, manifests, ledgers, checkpoints' headers), and writing.
 *
 * Reading: simdjson's DOM behind C. Ownership: a json_file owns everything; nodes and slices borrow from it. */
#ifndef LEAT_COMMON_JSON_H
#define LEAT_COMMON_JSON_H

#include "buf.h"
#include "err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum json_type { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_INT, JSON_NUM, JSON_STR, JSON_ARRAY, JSON_OBJECT };

struct json_file;
struct json { /* a node, by value; type JSON_NONE: not there */
    void *tape;
    size_t at;
};

/* Parses text (copied). `name` is used in messages. */
int json_parse(struct json_file **f, const char *name, struct slice text, struct err *e);
int json_load(struct json_file **f, const char *path, size_t max_bytes, struct err *e);
void json_free(struct json_file *f);
struct json json_root(const struct json_file *f);

enum json_type json_type(struct json v);
struct json json_get(struct json object, const char *key); /* JSON_NONE when absent or not an object */
bool json_has(struct json object, const char *key);
size_t json_size(struct json v); /* elements or members */

/* Values; each returns true and fills *out when the node has that type. json_int takes integers that fit; json_num
 * takes any number. */
bool json_bool(struct json v, bool *out);
bool json_int(struct json v, int64_t *out);
bool json_uint(struct json v, uint64_t *out);
bool json_num(struct json v, double *out);
bool json_str(struct json v, struct slice *out);

/* for (struct json_iter i = json_iter(v); json_next(&i);) … i.key (objects), i.value */
struct json_iter {
    struct slice key;
    struct json value;
    void *tape;
    size_t at, end;
    bool object;
};
struct json_iter json_iter(struct json v);
bool json_next(struct json_iter *i);

/* Writing: appends to *b. Strings get quotes; control characters, '"' and '\' are escaped (\n \t \r \b \f short, else
 * \u00XX); everything else as it is. Text is taken to be valid UTF-8. */
int json_put_str(struct buf *b, struct slice s);
int json_put_num(struct buf *b,
                 double v); /* the shortest digits that read back the same; nan and inf become null */

#ifdef __cplusplus
}
#endif
#endif
