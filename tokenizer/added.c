/* added.c: the trie of added tokens. A node has its first child and its next sibling; the first bytes are a table, so text
 * in which no token begins is passed at a load a byte. Memory: 16 bytes a byte of the tokens. */
#include "tokenizer/added.h"
#include <stdlib.h>

#define NO_ID UINT32_MAX

void added_init(struct added *a)
{
    memset(a, 0, sizeof *a);
    a->n = 1;
}

void added_free(struct added *a)
{
    free(a->node);
    added_init(a);
}

static uint32_t node_new(struct added *a, uint8_t byte)
{
    if (a->n >= a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 256;
        struct added_node *grown = realloc(a->node, cap * sizeof *grown);
        if (!grown) return 0;
        a->node = grown;
        a->cap = cap;
    }
    a->node[a->n] = (struct added_node){.id = NO_ID, .byte = byte};
    return (uint32_t)a->n++;
}

static uint32_t child_of(const struct added *a, uint32_t node, uint8_t byte)
{
    uint32_t c = a->node[node].child;
    while (c && a->node[c].byte != byte) c = a->node[c].sibling;
    return c;
}

int added_put(struct added *a, struct slice content, uint32_t id, struct err *e)
{
    uint32_t at = 0;
    for (size_t i = 0; i < content.n; i++) {
        uint8_t byte = (uint8_t)content.p[i];
        uint32_t next = i == 0 ? a->root[byte] : child_of(a, at, byte);
        if (!next) {
            next = node_new(a, byte);
            if (!next) return err_nomem(e, "reading added tokens");
            if (i == 0) a->root[byte] = next;
            if (i > 0) {
                a->node[next].sibling = a->node[at].child;
                a->node[at].child = next;
            }
        }
        at = next;
    }
    a->node[at].id = id;
    return 0;
}

/* The longest token that begins at text.p[at]; 0: none. */
static size_t longest(const struct added *a, struct slice text, size_t at, uint32_t *id)
{
    size_t found = 0;
    uint32_t node = a->root[(uint8_t)text.p[at]];
    for (size_t i = at + 1; node; i++) {
        if (a->node[node].id != NO_ID) {
            found = i - at;
            *id = a->node[node].id;
        }
        node = i < text.n ? child_of(a, node, (uint8_t)text.p[i]) : 0;
    }
    return found;
}

bool added_find(const struct added *a, struct slice text, size_t from, size_t *start, size_t *end,
                uint32_t *id)
{
    for (size_t at = from; at < text.n; at++) {
        if (!a->root[(uint8_t)text.p[at]]) continue;
        size_t n = longest(a, text, at, id);
        if (!n) continue;
        *start = at;
        *end = at + n;
        return true;
    }
    return false;
}
