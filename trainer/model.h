/* model.h: the decoder in the Llama form as a graph: RMS norm, rotary positions, causal grouped attention, SwiGLU. Tensor names are
 * those of the published Llama weights in Hugging Face's layout, so that the weights file of a checkpoint reads there as it is. */
#ifndef LEAT_TRAINER_MODEL_H
#define LEAT_TRAINER_MODEL_H

#include "config.h"
#include "graph.h"

/* Loss of `sequences` sequences of seq_len tokens. Inputs: "tokens", "positions", "starts", "targets" [rows], "scale" [1] (what the
 * sum of losses is multiplied with, for the gradients). Output: "losses" [rows]. */
int model_loss(struct graph *g, const struct model_config *m, int64_t sequences, struct err *e);

/* The next `rows` tokens of one sequence through the key/value caches (ROLE_STATE, seq_len positions). Inputs: "tokens",
 * "positions" [rows]. Output, when asked for: "logits" [rows, vocab]. */
int model_decode(struct graph *g, const struct model_config *m, int64_t rows, bool logits, struct err *e);

#endif
