/* nfc_table.h: characters that Normalization Form C leaves as they are: a bit each. Made by nfc_gen.py. */
#ifndef LEAT_INGEST_NFC_TABLE_H
#define LEAT_INGEST_NFC_TABLE_H

#include <stdint.h>

#define NFC_PLAIN (1024 + 64)
#define NFC_MARK 1024

extern const uint64_t nfc_plain[NFC_PLAIN]; /* anywhere: U+0000 to U+FFFF, then U+1F000 to U+1FFFF */
extern const uint64_t nfc_mark[NFC_MARK];   /* combining marks, one by itself: U+0000 to U+FFFF */

#endif
