/* map.c: moving members of JSON lines.
 *
 * Two walks over the line's members: one finds what each source names, the next writes what is left. An object is entered
 * only where a path leads into it, so both take linear time and the depth of a path.
 *
 * In: a line that is valid JSON. Out: a line. State: none but the parsed specification. Memory: the line. */
#include "ingest/map.h"
#include "common/json.h"
#include "common/json_text.h"
#include "common/text.h"
#include <stdlib.h>

enum target { TARGET_ID, TARGET_TEXT, TARGET_SOURCE, TARGET_CREATED, TARGET_METADATA };
static const char *const target_names[] = {"id", "text", "source", "created"};

struct pair {
    enum target target;
    struct slice key;             /* METADATA: of the member there */
    struct slice path[MAP_DEPTH]; /* of the source */
    size_t depth;
    struct slice as_given; /* the source, for messages */
};

struct map {
    struct pair pairs[MAP_PAIRS];
    size_t n;
    char *strings;
};

/* ------------------------------------------------------------------ the specification */

static int bad_spec(struct err *e, const char *why, struct slice pair)
{
    return err_set(e, ERR_USAGE,
                   "--fields: %s in \"%.*s\": give TARGET=SOURCE pairs with commas between, as in "
                   "text=content,id=url,metadata.lang=meta.language",
                   why, (int)(pair.n < 200 ? pair.n : 200), pair.p);
}

/* As metadata holds it: nothing is put into an object there. */
static int nested_target(struct slice whole, struct err *e)
{
    return bad_spec(e, "a target of more than one key below metadata (of a dot that is part of a key: \\.)",
                    whole);
}

static int find_target(struct pair *p, struct slice target, struct slice whole, struct err *e)
{
    if (slice_has_prefix(target, "metadata.") && target.n > 9) {
        p->target = TARGET_METADATA;
        p->key = slice_of(target.p + 9, target.n - 9);
        return 0;
    }
    for (int t = 0; t < TARGET_METADATA; t++) {
        if (!slice_is(target, target_names[t])) continue;
        p->target = (enum target)t;
        p->key = target;
        return 0;
    }
    return bad_spec(e, "a target that is none of text, id, source, created, metadata.KEY", whole);
}

/* Takes a run of characters up to an unescaped one of `ends`; the unescaped run goes to *dst. */
static struct slice take_run(const char **at, const char *ends, char **dst)
{
    const char *p = *at;
    char *begin = *dst;
    while (*p && !strchr(ends, *p)) {
        if (*p == '\\' && p[1]) p++;
        *(*dst)++ = *p++;
    }
    *at = p;
    return slice_of(begin, (size_t)(*dst - begin));
}

/* Those without a backslash. */
static int count_dots(const char *p, const char *end)
{
    int n = 0;
    for (; p < end; p++) {
        if (*p == '\\')
            p++;
        else
            n += *p == '.';
    }
    return n;
}

static bool ends_in_escape(const char *spec, size_t n)
{
    size_t backslashes = 0;
    while (backslashes < n && spec[n - 1 - backslashes] == '\\') backslashes++;
    return backslashes % 2 == 1;
}

static int parse_pair(struct map *m, const char **at, char **dst, struct err *e)
{
    const char *begin = *at;
    struct pair *p = &m->pairs[m->n];
    struct slice target = take_run(at, "=,", dst);
    struct slice whole = slice_of(begin, strcspn(begin, ","));
    if (count_dots(begin, *at) > 1 && slice_has_prefix(target, "metadata.")) return nested_target(whole, e);
    if (**at != '=') return bad_spec(e, "no \"=\"", whole);
    if (find_target(p, target, whole, e) < 0) return -ERR_USAGE;
    p->as_given = slice_of(*at + 1, 0);
    do {
        ++*at;
        if (p->depth == MAP_DEPTH) return bad_spec(e, "a source of more than 8 keys", whole);
        struct slice key = take_run(at, ".,", dst);
        if (key.n == 0) return bad_spec(e, "an empty key", whole);
        p->path[p->depth++] = key;
    } while (**at == '.');
    p->as_given.n = (size_t)(*at - p->as_given.p);
    for (size_t i = 0; i < m->n; i++)
        if (m->pairs[i].target == p->target && slice_eq(m->pairs[i].key, p->key))
            return bad_spec(e, "a target that was given before", whole);
    m->n++;
    return 0;
}

int map_parse(struct map **out, const char *spec, struct err *e)
{
    struct map *m = calloc(1, sizeof *m);
    size_t n = strlen(spec);
    *out = m;
    if (!m || !(m->strings = malloc(2 * n + 2))) return err_nomem(e, "reading --fields");
    memcpy(m->strings, spec, n + 1); /* as given, for messages; behind it the keys */
    char *dst = m->strings + n + 1;
    const char *at = m->strings;
    if (utf8_valid_prefix(spec, n) < n) return err_set(e, ERR_USAGE, "--fields is not valid UTF-8");
    if (ends_in_escape(spec, n))
        return bad_spec(e, "a backslash at the end (one that is meant is written twice)", slice_of(spec, n));
    for (;; at++) {
        if (m->n == MAP_PAIRS) return err_set(e, ERR_USAGE, "--fields has more than 32 pairs");
        if (parse_pair(m, &at, &dst, e) < 0) return -ERR_USAGE;
        if (*at != ',') return 0;
    }
}

void map_free(struct map *m)
{
    if (!m) return;
    free(m->strings);
    free(m);
}

/* ------------------------------------------------------------------ what is to be moved */

struct move {
    const struct map *map;
    struct slice value[MAP_PAIRS]; /* of each pair's source; n = 0: absent */
    struct err *e;
};

/* Of the pairs in `active`, whose paths lead to this object, those that lead on to this key. */
static uint32_t lead_on(const struct map *m, uint32_t active, size_t depth, struct slice key)
{
    uint32_t on = 0;
    for (size_t i = 0; i < m->n; i++)
        if (active & 1U << i && json_key_is(key, m->pairs[i].path[depth])) on |= 1U << i;
    return on;
}

/* Of these, those that end here. */
static uint32_t ends_here(const struct map *m, uint32_t on, size_t depth)
{
    uint32_t ends = 0;
    for (size_t i = 0; i < m->n; i++)
        if (on & 1U << i && m->pairs[i].depth == depth + 1) ends |= 1U << i;
    return ends;
}

static int twice(struct move *mv, size_t pair)
{
    struct slice s = mv->map->pairs[pair].as_given;
    return err_set(mv->e, ERR_DATA, "key \"%.*s\" of --fields stands twice", (int)s.n, s.p);
}

static int find_sources(struct move *mv, struct slice object, uint32_t active, size_t depth)
{
    struct slice key, value;
    while (json_member_next(&object, &key, &value)) {
        uint32_t on = lead_on(mv->map, active, depth, key);
        uint32_t ends = on ? ends_here(mv->map, on, depth) : 0;
        if (!on || slice_is(value, "null")) continue;
        for (size_t i = 0; i < mv->map->n; i++) {
            if (!(ends & 1U << i)) continue;
            if (mv->value[i].n) return twice(mv, i);
            mv->value[i] = value;
        }
        if (on & ~ends && value.p[0] == '{' && find_sources(mv, value, on & ~ends, depth + 1) < 0)
            return -ERR_DATA;
    }
    return 0;
}

static bool moves(const struct move *mv, uint32_t pairs)
{
    for (size_t i = 0; i < mv->map->n; i++)
        if (pairs & 1U << i && mv->value[i].n) return true;
    return false;
}

/* ------------------------------------------------------------------ the line anew */

static bool is_empty_value(struct slice value)
{
    return slice_is(value, "null") || slice_is(value, "\"\"");
}

/* A target that has a value already. */
static int taken(struct move *mv, size_t pair)
{
    const struct pair *p = &mv->map->pairs[pair];
    const char *where = p->target == TARGET_METADATA ? "metadata." : "";
    return err_set(
        mv->e, ERR_DATA,
        "it holds \"%s%.*s\" beside \"%.*s\", which --fields puts there: give the other a place too, "
        "as in metadata.other=%s%.*s",
        where, (int)p->key.n, p->key.p, (int)p->as_given.n, p->as_given.p, where, (int)p->key.n, p->key.p);
}

/* The pair with a value whose target is this member of the line (or of its metadata); -1: none. */
static int pair_for(const struct move *mv, struct slice key, bool in_metadata)
{
    for (size_t i = 0; i < mv->map->n; i++) {
        const struct pair *p = &mv->map->pairs[i];
        if (mv->value[i].n && (p->target == TARGET_METADATA) == in_metadata && json_key_is(key, p->key))
            return (int)i;
    }
    return -1;
}

static void put_separator(struct buf *out, bool *first)
{
    if (!*first) buf_putc(out, ',');
    *first = false;
}

static void put_raw_member(struct buf *out, bool *first, struct slice key, struct slice value)
{
    put_separator(out, first);
    buf_putc(out, '"');
    buf_put_slice(out, key);
    buf_puts(out, "\":");
    buf_put_slice(out, value);
}

static void put_target(struct buf *out, bool *first, const struct pair *p, struct slice value)
{
    bool number = value.p[0] == '-' || (value.p[0] >= '0' && value.p[0] <= '9');
    bool quoted = number && (p->target == TARGET_SOURCE || p->target == TARGET_CREATED);
    put_separator(out, first);
    json_put_str(out, p->key);
    buf_putc(out, ':');
    if (quoted) buf_putc(out, '"');
    buf_put_slice(out, value);
    if (quoted) buf_putc(out, '"');
}

static void put_targets(struct buf *out, bool *first, const struct move *mv, enum target target)
{
    for (size_t i = 0; i < mv->map->n; i++)
        if (mv->map->pairs[i].target == target && mv->value[i].n)
            put_target(out, first, &mv->map->pairs[i], mv->value[i]);
}

static bool has_metadata_targets(const struct move *mv)
{
    for (size_t i = 0; i < mv->map->n; i++)
        if (mv->map->pairs[i].target == TARGET_METADATA && mv->value[i].n) return true;
    return false;
}

enum where { WHERE_LINE, WHERE_METADATA, WHERE_DEEPER };

static int put_rest(struct buf *out, bool *first, struct move *mv, struct slice object, uint32_t active,
                    size_t depth, enum where where);

/* An object without what is moved out of it; the line's metadata with what is moved into it. */
static int put_object(struct buf *out, struct move *mv, struct slice object, uint32_t active, size_t depth,
                      enum where where)
{
    bool first = true;
    buf_putc(out, '{');
    int r = put_rest(out, &first, mv, object, active, depth, where);
    if (where == WHERE_METADATA) put_targets(out, &first, mv, TARGET_METADATA);
    buf_putc(out, '}');
    return r;
}

static int put_rest(struct buf *out, bool *first, struct move *mv, struct slice object, uint32_t active,
                    size_t depth, enum where where)
{
    struct slice key, value;
    while (json_member_next(&object, &key, &value)) {
        uint32_t on = lead_on(mv->map, active, depth, key), ends = on ? ends_here(mv->map, on, depth) : 0;
        bool null = slice_is(value, "null"), is_object = value.p[0] == '{';
        bool metadata =
            where == WHERE_LINE && json_key_is(key, slice_str("metadata")) && has_metadata_targets(mv);
        if (ends && !null && moves(mv, ends)) continue;
        int target = where == WHERE_DEEPER ? -1 : pair_for(mv, key, where == WHERE_METADATA);
        if (target >= 0 && !is_empty_value(value)) return taken(mv, (size_t)target);
        if (target >= 0 || (metadata && null)) continue;
        if (is_object && (metadata || moves(mv, on & ~ends))) {
            put_separator(out, first);
            buf_putc(out, '"');
            buf_put_slice(out, key);
            buf_puts(out, "\":");
            if (put_object(out, mv, value, on & ~ends, depth + 1, metadata ? WHERE_METADATA : WHERE_DEEPER) <
                0)
                return -ERR_DATA;
        } else {
            put_raw_member(out, first, key, value);
        }
    }
    return 0;
}

/* Whether the line has an object "metadata" that stays. */
static bool has_metadata(const struct move *mv, struct slice line)
{
    struct slice key, value;
    while (json_member_next(&line, &key, &value)) {
        if (!json_key_is(key, slice_str("metadata")) || value.p[0] != '{') continue;
        uint32_t on = lead_on(mv->map, UINT32_MAX, 0, key);
        return !moves(mv, ends_here(mv->map, on, 0));
    }
    return false;
}

int map_apply(const struct map *m, struct slice line, struct buf *out, struct err *e)
{
    struct move mv = {.map = m, .e = e};
    bool first = true;
    size_t begin = out->n;
    if (find_sources(&mv, line, UINT32_MAX, 0) < 0) return -ERR_DATA;
    if (!moves(&mv, UINT32_MAX)) return 0;
    buf_putc(out, '{');
    for (int t = TARGET_ID; t < TARGET_METADATA; t++) put_targets(out, &first, &mv, (enum target)t);
    if (put_rest(out, &first, &mv, line, UINT32_MAX, 0, WHERE_LINE) < 0) {
        out->n = begin;
        return -ERR_DATA;
    }
    if (has_metadata_targets(&mv) && !has_metadata(&mv, line)) {
        put_separator(out, &first);
        buf_puts(out, "\"metadata\":");
        put_object(out, &mv, slice_str("{}"), 0, 1, WHERE_METADATA);
    }
    buf_putc(out, '}');
    return out->failed ? err_nomem(e, "mapping fields") : 1;
}

void map_put_keys(struct buf *out, struct slice object)
{
    struct slice key, value;
    int n = 0;
    while (json_member_next(&object, &key, &value)) {
        if (n++) buf_puts(out, ", ");
        if (n > 12) {
            buf_puts(out, "…");
            return;
        }
        buf_put(out, key.p, key.n < 60 ? key.n : utf8_valid_prefix(key.p, 60));
    }
}

int map_set_member(struct buf *out, struct slice line, const char *key, struct slice value)
{
    struct slice at = line, name, old;
    const char *brace = memchr(line.p, '{', line.n), *end = line.p + line.n;
    bool there = false, any = false;
    while (!there && json_member_next(&at, &name, &old)) {
        there = json_key_is(name, slice_str(key));
        any = true;
    }
    const char *from = there ? old.p : brace + 1;
    buf_put(out, line.p, (size_t)(from - line.p));
    if (!there) buf_printf(out, "\"%s\":", key);
    json_put_str(out, value);
    if (!there && any) buf_putc(out, ',');
    if (there) from += old.n;
    buf_put(out, from, (size_t)(end - from));
    return out->failed ? -ERR_IO : 0;
}
