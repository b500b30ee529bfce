/* yaml_parse.c: one YAML document to a tree of nodes, by libyaml's events.
 *
 * In: text of at most 16 MiB. Out: nodes in the file's arena, aliases and merges (<<) resolved by copying, so that each
 * place has nodes of its own. Recursive descent over the events, 64 levels at most; copies count against the same
 * million nodes as everything else, so that a document of aliases to aliases ends early. Keys of a map are compared by
 * sorting them: n log n. Memory: the tree, about 130 bytes a node and the text of its scalars. */
#include "common/hash.h"
#include "common/text.h"
#include "common/yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

struct anchor {
    uint64_t hash; /* of the name: many aliases among many anchors are found quickly */
    const char *name;
    struct yaml_node *node; /* NULL until it is complete */
};

struct parse {
    yaml_parser_t parser;
    yaml_event_t event; /* the one looked at now */
    struct slice text;
    struct yaml_file *f;
    const char *option;
    struct err *e;
    unsigned n_anchors;
    struct anchor anchors[YAML_MAX_ANCHORS];
};

static int fail_at(struct parse *p, yaml_mark_t at, const char *problem, const char *more)
{
    if (p->option) return err_set(p->e, ERR_USAGE, "%s: %s%s", p->option, problem, more);
    return err_set(p->e, ERR_USAGE, "%s:%zu:%zu: %s%s", p->f->name, at.line + 1, at.column + 1, problem,
                   more);
}

static void *fail_here(struct parse *p, const char *problem, const char *more)
{
    fail_at(p, p->event.start_mark, problem, more);
    return NULL;
}

/* Line and column, from 0, of a byte of the text. */
static yaml_mark_t mark_of(struct slice text, size_t offset)
{
    yaml_mark_t m = {.index = offset};
    struct slice line;
    size_t at = 0, start = 0;
    for (; line_next(text, &at, &line) && at <= offset; start = at) m.line++;
    if (start < offset) m.column = utf8_count(text.p + start, offset - start);
    return m;
}

static int parser_error(struct parse *p)
{
    const yaml_parser_t *y = &p->parser;
    const char *problem = y->problem ? y->problem : "cannot be parsed";
    if (y->error == YAML_MEMORY_ERROR) return err_nomem(p->e, "parsing YAML");
    if (y->error == YAML_READER_ERROR) return fail_at(p, mark_of(p->text, y->problem_offset), problem, "");
    char more[160] = "";
    if (y->context) snprintf(more, sizeof more, ", %s (line %zu)", y->context, y->context_mark.line + 1);
    return fail_at(p, y->problem_mark, problem, more);
}

static int next_event(struct parse *p)
{
    yaml_event_delete(&p->event);
    return yaml_parser_parse(&p->parser, &p->event) ? 0 : parser_error(p);
}

/* ---- nodes */

struct yaml_node *yaml_node_new(struct yaml_file *f, enum yaml_kind kind, const char *option, struct err *e)
{
    struct yaml_node *n = arena_alloc(&f->arena, sizeof *n);
    if (!n) {
        err_nomem(e, "parsing YAML");
        return NULL;
    }
    memset(n, 0, sizeof *n);
    n->y.kind = kind;
    n->y.file = f;
    n->y.line = n->y.column = 1;
    n->y.value = "";
    n->option = option;
    return n;
}

void yaml_node_append(struct yaml_node *parent, struct yaml_node *child)
{
    child->y.next = NULL;
    if (parent->last_child)
        parent->last_child->y.next = &child->y;
    else
        parent->y.child = &child->y;
    parent->last_child = child;
    parent->y.n_children++;
}

static bool count_node(struct parse *p)
{
    if (++p->f->n_nodes <= YAML_MAX_NODES) return true;
    fail_here(p, "more than 1000000 nodes, anchors resolved", "");
    return false;
}

static struct yaml_node *new_node(struct parse *p, enum yaml_kind kind)
{
    struct yaml_node *n = count_node(p) ? yaml_node_new(p->f, kind, p->option, p->e) : NULL;
    if (!n) return NULL;
    n->y.line = (unsigned)p->event.start_mark.line + 1;
    n->y.column = (unsigned)p->event.start_mark.column + 1;
    return n;
}

/* A deep copy; strings are shared. */
static struct yaml_node *copy_node(struct parse *p, const struct yaml_node *from, unsigned depth)
{
    if (depth > YAML_MAX_DEPTH) return fail_here(p, "more than 64 levels deep, anchors resolved", "");
    struct yaml_node *n = new_node(p, from->y.kind);
    if (!n) return NULL;
    *n = *from;
    n->y.child = n->y.next = NULL;
    n->last_child = NULL;
    n->y.n_children = 0;
    n->anchored = false;
    for (const struct yaml *c = from->y.child; c; c = c->next) {
        struct yaml_node *child = copy_node(p, yaml_node_of(c), depth + 1);
        if (!child) return NULL;
        yaml_node_append(n, child);
    }
    return n;
}

/* ---- anchors */

/* The last one of that name. */
static struct anchor *anchor_find(struct parse *p, const char *name)
{
    uint64_t hash = hash64(name, strlen(name));
    for (unsigned i = p->n_anchors; i-- > 0;)
        if (p->anchors[i].hash == hash && strcmp(p->anchors[i].name, name) == 0) return &p->anchors[i];
    return NULL;
}

/* Declares the anchor of a node that begins; *a stays NULL when it has none. */
static int anchor_begin(struct parse *p, const yaml_char_t *anchor, struct anchor **a)
{
    const char *name = (const char *)anchor;
    if (!name) return 0;
    if (p->n_anchors == YAML_MAX_ANCHORS)
        return fail_at(p, p->event.start_mark, "more than 1024 anchors", "");
    size_t bytes = strlen(name);
    char *copy = arena_strndup(&p->f->arena, name, bytes);
    if (!copy) return err_nomem(p->e, "parsing YAML");
    *a = &p->anchors[p->n_anchors++];
    **a = (struct anchor){hash64(name, bytes), copy, NULL};
    return 0;
}

static struct yaml_node *parse_alias(struct parse *p, unsigned depth)
{
    const char *name = (const char *)p->event.data.alias.anchor;
    struct anchor *a = anchor_find(p, name);
    if (!a) return fail_here(p, "no anchor before this is called &", name);
    if (!a->node) return fail_here(p, "this refers to what it is part of: *", name);
    a->node->anchored = true;
    struct yaml_node *n = copy_node(p, a->node, depth);
    if (n) n->y.key = NULL;
    return n;
}

/* ---- events to nodes */

/* Tags carry types, and types come from the reader of a key; so only those of YAML's core are let through, and !!str,
 * which is another way to quote. */
static bool check_tag(struct parse *p, const yaml_char_t *tag, bool *quoted)
{
    const char *t = (const char *)tag;
    if (!t) return true;
    if (strcmp(t, "!") == 0 || strcmp(t, YAML_STR_TAG) == 0) *quoted = true;
    if (strcmp(t, "!") == 0 || strncmp(t, "tag:yaml.org,2002:", 18) == 0) return true;
    fail_here(p, "no tag has a meaning here; take away ", t);
    return false;
}

static struct yaml_node *parse_scalar(struct parse *p)
{
    const char *value = (const char *)p->event.data.scalar.value;
    size_t bytes = p->event.data.scalar.length;
    if (memchr(value, 0, bytes)) return fail_here(p, "a string may not hold a NUL character (\\0)", "");
    struct yaml_node *n = new_node(p, YAML_SCALAR);
    if (!n) return NULL;
    n->y.quoted = p->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!check_tag(p, p->event.data.scalar.tag, &n->y.quoted)) return NULL;
    n->y.value = arena_strndup(&p->f->arena, value, bytes);
    n->y.value_bytes = bytes;
    if (!n->y.value) err_nomem(p->e, "parsing YAML");
    return n->y.value ? n : NULL;
}

static struct yaml_node *parse_node(struct parse *p, unsigned depth);

static struct yaml_node *parse_seq(struct parse *p, unsigned depth)
{
    bool quoted;
    if (!check_tag(p, p->event.data.sequence_start.tag, &quoted)) return NULL;
    struct yaml_node *n = new_node(p, YAML_SEQ);
    while (n && next_event(p) == 0) {
        if (p->event.type == YAML_SEQUENCE_END_EVENT) return n;
        struct yaml_node *child = parse_node(p, depth + 1);
        if (!child) return NULL;
        yaml_node_append(n, child);
    }
    return NULL;
}

/* ---- maps */

struct member {
    struct yaml_node *node;
    size_t rank; /* a smaller one wins; those below n_own are written in the map itself */
};

struct members {
    struct member *at;
    size_t n, cap, n_own;
};

static int member_add(struct parse *p, struct members *m, struct yaml_node *node)
{
    if (m->n == m->cap) {
        size_t cap = m->cap ? m->cap * 2 : 16;
        struct member *at = realloc(m->at, cap * sizeof *at);
        if (!at) return err_nomem(p->e, "parsing YAML");
        m->at = at;
        m->cap = cap;
    }
    m->at[m->n] = (struct member){node, m->n};
    m->n++;
    return 0;
}

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = strcmp(x->node->y.key, y->node->y.key);
    return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static int by_rank(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static int duplicate_error(struct parse *p, const struct yaml_node *first, const struct yaml_node *second)
{
    return yaml_error(&second->y, p->e,
                      "key '%.80s' is here a second time; the first is on line %u, column %u", second->y.key,
                      first->y.line, first->y.column);
}

/* Leaves one member a key: the map's own, else the first that a merge brings. */
static int members_unique(struct parse *p, struct members *m)
{
    size_t kept = 0;
    if (m->n) qsort(m->at, m->n, sizeof *m->at, by_key);
    for (size_t i = 0; i < m->n; i++) {
        struct member *last = kept ? &m->at[kept - 1] : NULL;
        if (!last || strcmp(last->node->y.key, m->at[i].node->y.key) != 0)
            m->at[kept++] = m->at[i];
        else if (m->at[i].rank < m->n_own)
            return duplicate_error(p, last->node, m->at[i].node);
    }
    m->n = kept;
    if (m->n) qsort(m->at, m->n, sizeof *m->at, by_rank);
    return 0;
}

static int add_children(struct parse *p, struct members *m, const struct yaml_node *map)
{
    int rc = 0;
    if (map->y.kind != YAML_MAP) return yaml_error(&map->y, p->e, "<< takes a map or a list of maps");
    for (const struct yaml *c = map->y.child; c && rc == 0; c = c->next)
        rc = member_add(p, m, yaml_node_of(c));
    return rc;
}

/* Adds what "<<: value" brings. */
static int add_merge(struct parse *p, struct members *m, const struct yaml_node *value)
{
    int rc = 0;
    if (value->y.kind != YAML_SEQ) return add_children(p, m, value);
    for (const struct yaml *c = value->y.child; c && rc == 0; c = c->next)
        rc = add_children(p, m, yaml_node_of(c));
    return rc;
}

/* One "key: value", the key being the event looked at. */
static struct yaml_node *parse_member(struct parse *p, unsigned depth, bool *merge)
{
    if (p->event.type != YAML_SCALAR_EVENT && p->event.type != YAML_ALIAS_EVENT)
        return fail_here(p, "a key must be a plain string", "");
    struct yaml_node *key = parse_node(p, depth + 1);
    if (key && key->y.kind != YAML_SCALAR) return fail_here(p, "a key must be a plain string", "");
    if (!key || next_event(p) < 0) return NULL;
    struct yaml_node *value = parse_node(p, depth + 1);
    if (!value) return NULL;
    value->y.key = key->y.value;
    value->y.line = key->y.line;
    value->y.column = key->y.column;
    *merge = !key->y.quoted && strcmp(key->y.value, "<<") == 0;
    return value;
}

static int parse_members(struct parse *p, struct members *m, unsigned depth)
{
    struct yaml_node *merged = NULL;
    int rc = 0;
    while (rc == 0 && (rc = next_event(p)) == 0 && p->event.type != YAML_MAPPING_END_EVENT) {
        bool merge;
        struct yaml_node *n = parse_member(p, depth, &merge);
        if (!n) return -ERR_USAGE;
        if (merge && merged) return duplicate_error(p, merged, n);
        if (merge)
            merged = n;
        else
            rc = member_add(p, m, n);
    }
    m->n_own = m->n;
    if (rc == 0 && merged) rc = add_merge(p, m, merged);
    return rc < 0 ? rc : members_unique(p, m);
}

static struct yaml_node *parse_map(struct parse *p, unsigned depth)
{
    bool quoted;
    struct members m = {0};
    if (!check_tag(p, p->event.data.mapping_start.tag, &quoted)) return NULL;
    struct yaml_node *n = new_node(p, YAML_MAP);
    bool ok = n && parse_members(p, &m, depth) == 0;
    for (size_t i = 0; ok && i < m.n; i++) {
        struct yaml_node *child = m.at[i].node;
        if (m.at[i].rank >= m.n_own) child = copy_node(p, child, depth + 1);
        ok = child != NULL;
        if (ok) yaml_node_append(n, child);
    }
    free(m.at);
    return ok ? n : NULL;
}

static struct yaml_node *parse_node(struct parse *p, unsigned depth)
{
    struct anchor *a = NULL;
    struct yaml_node *n = NULL;
    if (depth > YAML_MAX_DEPTH) return fail_here(p, "more than 64 levels deep", "");
    switch (p->event.type) {
    case YAML_ALIAS_EVENT: return parse_alias(p, depth);
    case YAML_SCALAR_EVENT:
        if (anchor_begin(p, p->event.data.scalar.anchor, &a) == 0) n = parse_scalar(p);
        break;
    case YAML_SEQUENCE_START_EVENT:
        if (anchor_begin(p, p->event.data.sequence_start.anchor, &a) == 0) n = parse_seq(p, depth);
        break;
    case YAML_MAPPING_START_EVENT:
        if (anchor_begin(p, p->event.data.mapping_start.anchor, &a) == 0) n = parse_map(p, depth);
        break;
    default: return fail_here(p, "something to be a value is missing", "");
    }
    if (a) a->node = n;
    return n;
}

/* ---- the document */

static struct yaml_node *parse_document(struct parse *p)
{
    if (next_event(p) < 0 || next_event(p) < 0) return NULL; /* stream start, document start */
    if (p->event.type == YAML_STREAM_END_EVENT) return new_node(p, p->option ? YAML_SCALAR : YAML_MAP);
    if (next_event(p) < 0) return NULL;
    struct yaml_node *root = parse_node(p, 1);
    if (!root || next_event(p) < 0 || next_event(p) < 0) return NULL; /* document end, and what comes then */
    if (p->event.type != YAML_STREAM_END_EVENT)
        return fail_here(p, "a second document begins; one file holds one", "");
    if (root->y.kind != YAML_SCALAR || p->option) return root;
    if (root->y.value_bytes > 0 || root->y.quoted) {
        yaml_error(&root->y, p->e, "a map (key: value) or a list is expected, not a single value");
        return NULL;
    }
    root->y.kind = YAML_MAP; /* "---" alone */
    return root;
}

struct yaml_node *yaml_tree(struct yaml_file *f, struct slice text, const char *option, struct err *e)
{
    struct parse p = {.f = f, .text = text, .option = option, .e = e};
    size_t good = utf8_valid_prefix(text.p, text.n);
    if (good < text.n) {
        fail_at(&p, mark_of(text, good), "not valid UTF-8", "");
        return NULL;
    }
    if (!yaml_parser_initialize(&p.parser)) {
        err_nomem(e, "parsing YAML");
        return NULL;
    }
    yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    struct yaml_node *root = parse_document(&p);
    yaml_event_delete(&p.event);
    yaml_parser_delete(&p.parser);
    return root;
}
