/* classify_table.h: the trees of classify.c. classify_table.c is made by tests/bench/extraction/train.py. */
#ifndef LEAT_INGEST_CLASSIFY_TABLE_H
#define LEAT_INGEST_CLASSIFY_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A tree asks the same question of all nodes of a level, so that a leaf's number is the answers' bits: answer i, "feature[i] >
 * above[i]", is bit i. */
#define TREE_DEPTH 6
struct tree {
    uint16_t feature[TREE_DEPTH];
    uint8_t above[TREE_DEPTH];
    int16_t leaf[1 << TREE_DEPTH]; /* logits << LOGIT_BITS */
};

#define TYPE_DEPTH 4
struct type_tree {
    uint16_t feature[TYPE_DEPTH];
    uint8_t above[TYPE_DEPTH];
    int16_t leaf[1 << TYPE_DEPTH][7]; /* by page type */
};

#define LOGIT_BITS 11

extern const struct tree first_trees[], second_trees[];
extern const struct type_tree type_trees[];
extern const size_t n_first_trees, n_second_trees, n_type_trees;
extern const int32_t first_bias, second_bias, type_bias[7];

/* 1023 / (1 + exp(-x)) for x = (i - 128) / 16; 4096 * exp(-i / 16). */
extern const uint16_t sigmoid_table[257];
extern const uint16_t exp_table[128];

#endif
