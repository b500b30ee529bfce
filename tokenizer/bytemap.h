/* bytemap.h: GPT-2's map between bytes and printable characters, in which tokenizer.json writes byte-level tokens.
 *
 * Bytes 33-126, 161-172 and 174-255 stand for the character of the same number; the other 68 bytes, in order, for
 * U+0100, U+0101 … (a space is U+0120). Source: openai/gpt-2, encoder.py, bytes_to_unicode. */
#ifndef LEAT_TOKENIZER_BYTEMAP_H
#define LEAT_TOKENIZER_BYTEMAP_H

#include "common/buf.h"

#define BYTEMAP_END 0x144 /* every mapped character is below it */

uint32_t bytemap_char(uint8_t byte);
int bytemap_byte(uint32_t cp); /* the byte, or -1 when the character stands for none */

/* Appends the characters of bytes, as UTF-8. 0, or -1 when out of memory. */
int bytemap_put(struct buf *out, struct slice bytes);

/* Appends the bytes that the UTF-8 text stands for and returns true; false, with nothing appended, when a character of
 * it stands for no byte. When memory runs out, out->failed is set. */
bool bytemap_get(struct buf *out, struct slice text);

/* The bytes in the order of their characters' code points: the order of ids in a trained vocabulary. */
void bytemap_sorted(uint8_t bytes[256]);

#endif
