/* yaml_tree.h: the tree behind yaml.h, for yaml.c and yaml_parse.c only. */
#ifndef LEAT_COMMON_YAML_TREE_H
#define LEAT_COMMON_YAML_TREE_H

#include "yaml.h"

#define YAML_MAX_BYTES ((size_t)16 << 20)
#define YAML_MAX_DEPTH 64
#define YAML_MAX_NODES 1000000 /* after anchors are resolved */
#define YAML_MAX_ANCHORS 1024

struct yaml_asked { /* a key that was asked for and is not there */
    const char *key;
    struct yaml_asked *next;
};

struct yaml_node {
    struct yaml y; /* first: a struct yaml * is a struct yaml_node * */
    struct yaml_node *last_child;
    struct yaml_asked *asked;
    const char *option; /* "--set a=b" when it came from there */
    bool anchored;      /* something refers to it: it need not be used itself */
};

struct yaml_file {
    struct arena arena; /* everything lies in it */
    const char *name;
    struct yaml_node *root;
    size_t n_nodes;
};

/* The tree of one document, in f's arena; an empty one is an empty map. `option` is NULL for a file. NULL on error. */
struct yaml_node *yaml_tree(struct yaml_file *f, struct slice text, const char *option, struct err *e);
struct yaml_node *yaml_node_new(struct yaml_file *f, enum yaml_kind kind, const char *option, struct err *e);
void yaml_node_append(struct yaml_node *parent, struct yaml_node *child);
static inline struct yaml_node *yaml_node_of(const struct yaml *y)
{
    return (struct yaml_node *)y;
}

#endif
