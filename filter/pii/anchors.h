/* anchors.h: where in a text personal data could be: one pass that only looks at bytes.
 *
 * In blocks of 64 bytes, a bit per byte: digits, '@', ':', '=', and the first bytes of known tokens. All else is judged
 * from these places, so that text without them costs what reading it costs. */
#ifndef LEAT_FILTER_PII_ANCHORS_H
#define LEAT_FILTER_PII_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#define ANCHOR_BLOCK 64
#define ANCHOR_AHEAD 2 /* a token is told by three bytes */

struct anchors {
    uint64_t digit, at, colon, equal, token;
};

#define ANCHOR_GROUPS 8

/* Three bytes that tell a token, in groups: "abc def". Some bits are set elsewhere too: look again. */
struct anchor_tokens {
    uint8_t low[3][16], high[3][16]; /* by half bytes, a bit for each group */
};
void anchor_tokens_init(struct anchor_tokens *t, const char *const begins[ANCHOR_GROUPS]);

/* Reads blocks·64 + ANCHOR_AHEAD bytes at p. */
typedef void anchors_fn(const struct anchor_tokens *t, const unsigned char *p, size_t blocks,
                        struct anchors *out);
anchors_fn anchors_plain;
/* The fastest of this machine that LEAT_SIMD=plain|avx2|avx512 in the environment allows. All give the same bits. */
anchors_fn *anchors_best(void);

#endif
