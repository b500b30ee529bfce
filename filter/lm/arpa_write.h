/* arpa_write.h: a trained model as an ARPA file. */
#ifndef LEAT_FILTER_LM_ARPA_WRITE_H
#define LEAT_FILTER_LM_ARPA_WRITE_H

#include "common/stream.h"
#include "filter/lm/estimate.h"
#include "filter/lm/vocab.h"

/* The comment that stands first where lines went through a normal form (its names follow): KenLM passes over it. */
#define ARPA_NORMAL "# leat-lm normalize="

/* Writes all that x gives, on so many threads. Numbers have seven decimals. normal: bits of enum lm_normal. */
int arpa_write(struct estimate *x, const struct counter *c, const struct vocab *v, unsigned normal,
               int threads, struct out *o, struct err *e);

/* v, at least LOG10_OF_ZERO, with seven decimals, without needless zeros; p has room for 32 bytes. Returns the length. */
size_t arpa_put_number(char *p, double v);

#endif
