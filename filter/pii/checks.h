/* checks.h: check digits as published. Digits are ASCII; each returns whether they are right. */
#ifndef LEAT_FILTER_PII_CHECKS_H
#define LEAT_FILTER_PII_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool check_luhn(const char *d, unsigned n);     /* ISO/IEC 7812-1 annex B */
bool check_verhoeff(const char *d, unsigned n); /* Verhoeff 1969; Aadhaar */
/* ISO 7064: mod 97-10 over letters and digits as numbers (10 for A…), from s, going round to its first `turn` characters. */
unsigned check_mod97(const char *s, unsigned n, unsigned turn);
bool check_mod11_10(const char *d, unsigned n); /* ISO 7064 mod 11,10; the German tax number */
/* The sum of digits times weights. */
int check_sum(const char *d, const signed char *weights, unsigned n);
/* A day of the calendar. */
bool check_date(unsigned year, unsigned month, unsigned day);
unsigned check_number(const char *d, unsigned n); /* the first n digits as a number; n < 10 */

void sha256(const void *p, size_t n, unsigned char out[32]); /* FIPS 180-4; at most 119 bytes */

#endif
