/* spdx_table.h: the ids that SPDX's licence list has. For spdx.c only. */
#ifndef LEAT_FILTER_SPDX_TABLE_H
#define LEAT_FILTER_SPDX_TABLE_H

#include <stddef.h>

extern const char *const spdx_licences[], *const spdx_exceptions[];
extern const size_t n_spdx_licences, n_spdx_exceptions;

#endif
