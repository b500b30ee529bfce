/* checks.c: check digits: Luhn, Verhoeff, ISO 7064; dates; SHA-256 for what base58 addresses end with. */
#include "filter/pii/checks.h"
#include <string.h>

bool check_luhn(const char *d, unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned v = (unsigned)(d[n - 1 - i] - '0');
        if (i & 1) v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0;
}

/* The multiplication of the dihedral group D5: numbers 0..4 are turns, 5..9 turns and a flip. */
static unsigned d5(unsigned a, unsigned b)
{
    unsigned turn = a < 5 ? (a + b) % 5 : (a + 5 - b % 5) % 5;
    return turn + ((a < 5) == (b < 5) ? 0 : 5);
}

bool check_verhoeff(const char *d, unsigned n)
{
    static const unsigned char once[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    unsigned c = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned v = (unsigned)(d[n - 1 - i] - '0');
        for (unsigned k = 0; k < i % 8; k++) v = once[v];
        c = d5(c, v);
    }
    return c == 0;
}

unsigned check_mod97(const char *s, unsigned n, unsigned turn)
{
    unsigned r = 0;
    for (unsigned i = 0; i < n; i++) {
        char c = s[(i + turn) % n];
        if (c >= '0' && c <= '9')
            r = (r * 10 + (unsigned)(c - '0')) % 97;
        else
            r = (r * 100 + (unsigned)((c & ~32) - 'A' + 10)) % 97;
    }
    return r;
}

bool check_mod11_10(const char *d, unsigned n)
{
    unsigned c = 10;
    for (unsigned i = 0; i + 1 < n; i++) {
        unsigned s = ((unsigned)(d[i] - '0') + c) % 10;
        c = (s ? s : 10) * 2 % 11;
    }
    return (11 - c) % 10 == (unsigned)(d[n - 1] - '0');
}

int check_sum(const char *d, const signed char *weights, unsigned n)
{
    int sum = 0;
    for (unsigned i = 0; i < n; i++) sum += weights[i] * (d[i] - '0');
    return sum;
}

bool check_date(unsigned year, unsigned month, unsigned day)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
    return month != 2 || day != 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

unsigned check_number(const char *d, unsigned n)
{
    unsigned v = 0;
    for (unsigned i = 0; i < n; i++) v = v * 10 + (unsigned)(d[i] - '0');
    return v;
}

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void sha256_block(uint32_t h[8], const unsigned char *p)
{
    static const uint32_t k[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    uint32_t w[64], s[8];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 |
               p[4 * i + 3];
    for (unsigned i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(s, h, sizeof s);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t t =
            s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
        uint32_t u =
            (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t;
        s[0] = t + u;
    }
    for (unsigned i = 0; i < 8; i++) h[i] += s[i];
}

void sha256(const void *p, size_t n, unsigned char out[32])
{
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char block[128] = {0};
    if (n > 119) n = 119;
    size_t whole = n <= 55 ? 64 : 128;
    memcpy(block, p, n);
    block[n] = 0x80;
    block[whole - 1] = (unsigned char)(n * 8);
    block[whole - 2] = (unsigned char)(n * 8 >> 8);
    for (size_t at = 0; at < whole; at += 64) sha256_block(h, block + at);
    for (unsigned i = 0; i < 32; i++) out[i] = (unsigned char)(h[i / 4] >> (24 - i % 4 * 8));
}
