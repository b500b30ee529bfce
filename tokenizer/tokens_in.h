/* tokens_in.h: token streams back to text. */
#ifndef LEAT_TOKENIZER_TOKENS_IN_H
#define LEAT_TOKENIZER_TOKENS_IN_H

#include "common/tool.h"
#include "tokenizer/vocab.h"

/* Reads the tool's inputs as token streams made with v (checked by its hash) and writes JSONL of {"id","text"}. The end-of-document
 * token at a document's end is left out. Bytes that are not valid UTF-8 become U+FFFD, counted in the ledger. */
int tokens_decode(struct tool *t, const struct vocab *v);

#endif
