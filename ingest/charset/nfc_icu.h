/* nfc_icu.h: ICU's normalizer for UTF-8 (C++ only) behind C. */
#ifndef LEAT_INGEST_NFC_ICU_H
#define LEAT_INGEST_NFC_ICU_H

#include "common/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

bool nfc_icu_is(struct slice text);                     /* in NFC */
int nfc_icu_append(struct slice text, struct buf *out); /* 0, or -1: out of memory */

#ifdef __cplusplus
}
#endif
#endif
