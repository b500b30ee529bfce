/* logs.h: log10 and 10^x whose bits depend on no libm and no CPU: additions, multiplications and divisions of doubles in
 * one order, nothing fused. Relative error under 1e-15 (tests/unit/filter/lm_logs.c compares with libm). */
#ifndef LEAT_FILTER_LM_LOGS_H
#define LEAT_FILTER_LM_LOGS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOG10_OF_ZERO (-99.0) /* what ARPA files say */

double log10_exactly(double x);              /* x > 0, finite; 0 gives -HUGE_VAL */
void log10_exactly_all(double *x, size_t n); /* each becomes its log10_exactly, several at once */
double pow10_exactly(double x);              /* 0 below -307, infinity above 308 */

#ifdef __cplusplus
}
#endif
#endif
