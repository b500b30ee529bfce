/* UTF-8: validity and decoding against a reference by arithmetic, repair against Python's decoder (the same policy as
 * WHATWG's), counting and encoding over all code points. */
#include "common/text.h"
#include "tests/unit/test.h"

/* Length and code point of the sequence at p, from RFC 3629's definition: the bits, then what they may be; 0: invalid. */
static unsigned reference_decode(const uint8_t *p, size_t n, uint32_t *cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned ones = 0;
    while (ones < 8 && (p[0] & (0x80 >> ones))) ones++;
    if (ones == 0) {
        *cp = p[0];
        return 1;
    }
    if (ones == 1 || ones > 4 || ones > n) return 0;
    uint32_t v = p[0] & (0x7F >> ones);
    for (unsigned i = 1; i < ones; i++) {
        if (p[i] >> 6 != 2) return 0;
        v = v << 6 | (p[i] & 0x3F);
    }
    if (v < least[ones] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) return 0;
    *cp = v;
    return ones;
}

static size_t reference_prefix(const uint8_t *p, size_t n)
{
    uint32_t cp;
    size_t at = 0;
    for (unsigned bytes; at < n; at += bytes)
        if (!(bytes = reference_decode(p + at, n - at, &cp))) break;
    return at;
}

/* Bytes on both sides of every border in the well-formed ranges. */
static const uint8_t border[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
enum { BORDERS = sizeof border, QUADS = BORDERS * BORDERS * BORDERS * BORDERS };

static void quad(size_t i, uint8_t out[4])
{
    for (unsigned k = 0; k < 4; k++, i /= BORDERS) out[k] = border[i % BORDERS];
}

TEST(valid_prefix_and_decode_on_all_borders)
{
    size_t wrong = 0;
    for (size_t i = 0; i < QUADS; i++) {
        uint8_t q[4];
        quad(i, q);
        for (size_t n = 1; n <= 4; n++) {
            uint32_t cp = 0, want_cp = 0xFFFD;
            unsigned want = reference_decode(q, n, &want_cp);
            unsigned got = utf8_decode((char *)q, (char *)q + n, &cp);
            wrong += got != (want ? want : 1) || cp != want_cp;
            wrong += utf8_valid_prefix((char *)q, n) != reference_prefix(q, n);
        }
    }
    CHECK_INT(wrong, 0);
}

TEST(invalid_byte_is_found_wherever_it_lies)
{
    char text[100];
    for (size_t n = 0; n <= sizeof text; n++) {
        memset(text, 'a', sizeof text);
        CHECK_INT(utf8_valid_prefix(text, n), n);
        for (size_t at = 0; at < n; at++) {
            memset(text, 'a', sizeof text);
            text[at] = (char)0xFF;
            CHECK_INT(utf8_valid_prefix(text, n), at);
            text[at] = (char)0xC3; /* a lead without its tail */
            CHECK_INT(utf8_valid_prefix(text, n), at);
            if (at + 1 < n) text[at + 1] = (char)0xA9;
            CHECK_INT(utf8_valid_prefix(text, n), at + 1 < n ? n : at);
        }
    }
}

static uint64_t state = 88172645463325252;
static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* Text of characters of all lengths, longer than what is looked at in one step, with one byte changed or cut off. */
TEST(valid_prefix_of_long_text_with_one_fault)
{
    static const uint32_t some[] = {'a',    'b',    0x7F,   0x80,    0x7FF,   0x800,
                                    0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
    size_t wrong = 0;
    for (int round = 0; round < 200000; round++) {
        uint8_t text[120];
        size_t n = 0, want = next_random() % 110;
        unsigned kinds = round % 3 == 0 ? 3 : 11;
        while (n < want) n += utf8_encode(some[next_random() % kinds], (char *)text + n);
        wrong += utf8_valid_prefix((char *)text, n) != n;
        uint64_t r = next_random();
        if (n && r & 1) text[(r >> 8) % n] = border[(r >> 32) % BORDERS];
        if (n && r & 2) n -= (r >> 40) % (n < 4 ? n : 4);
        wrong += utf8_valid_prefix((char *)text, n) != reference_prefix(text, n);
    }
    CHECK_INT(wrong, 0);
}

TEST(encode_and_decode_all_code_points)
{
    size_t wrong = 0;
    uint64_t count = 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char out[4];
        uint32_t back = 0;
        unsigned n = utf8_encode(cp, out);
        bool none = (cp >= 0xD800 && cp <= 0xDFFF) || cp > 0x10FFFF;
        wrong += utf8_decode(out, out + n, &back) != n || back != (none ? 0xFFFD : cp);
        wrong += reference_decode((uint8_t *)out, n, &back) != n;
        buf_put(&b, out, n);
        count++;
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(utf8_valid_prefix(b.p, b.n), b.n);
    CHECK_INT(utf8_count(b.p, b.n), count);
    buf_free(&b);
}

static void repair_is(const char *in, const char *want, int64_t replaced)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(utf8_repair(&b, in, strlen(in)), replaced);
    buf_terminate(&b);
    CHECK_STR(b.p, want);
    buf_free(&b);
}

#define R "\xEF\xBF\xBD"
TEST(repair_by_maximal_subparts)
{
    repair_is("plain", "plain", 0);
    repair_is("caf\xC3\xA9", "caf\xC3\xA9", 0);
    repair_is("caf\xE9 noir", "caf" R " noir", 1); /* Latin-1 */
    /* The Unicode Standard, tables 3-8, 3-9, 3-11 */
    repair_is("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", R R R R R R R R "A", 8);
    repair_is("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", R R R R R R R R "A", 8);
    repair_is("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", R R R R "A", 4);
}

/* Every quadruple of border bytes, each by itself, through Python; its answers are one line of hex digits each. */
static FILE *python_answers(void)
{
    FILE *f = fopen("quads.bin", "wb");
    for (size_t i = 0; f && i < QUADS; i++) {
        uint8_t q[4];
        quad(i, q);
        fwrite(q, 1, 4, f);
    }
    if (!f || fclose(f) != 0) return NULL;
    return popen("python3 -c 'import sys\n"
                 "d = open(\"quads.bin\", \"rb\").read()\n"
                 "for i in range(0, len(d), 4):\n"
                 "    sys.stdout.write(d[i:i+4].decode(\"utf-8\", \"replace\").encode().hex() + \"\\n\")'",
                 "r");
}

TEST(repair_is_python_s)
{
    if (system("command -v python3 >/dev/null") != 0) SKIP("no python3");
    FILE *python = python_answers();
    char line[64], hex[64];
    size_t wrong = 0, n = 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (; python && n < QUADS && fgets(line, sizeof line, python); n++) {
        uint8_t q[4];
        quad(n, q);
        buf_clear(&b);
        utf8_repair(&b, (char *)q, 4);
        for (size_t i = 0; i < b.n; i++) snprintf(hex + 2 * i, 3, "%02x", (uint8_t)b.p[i]);
        line[strcspn(line, "\n")] = 0;
        wrong += strcmp(line, hex) != 0;
    }
    CHECK(python && pclose(python) == 0);
    CHECK_INT(n, QUADS);
    CHECK_INT(wrong, 0);
    buf_free(&b);
}

TEST(repair_stops_at_the_buffer_s_maximum)
{
    struct buf b;
    buf_init(&b, 4);
    CHECK_INT(utf8_repair(&b, "abcde", 5), -1);
    buf_clear(&b);
    CHECK_INT(utf8_repair(&b, "ab\xFF", 3), -1);
    buf_free(&b);
}

TEST(count_in_all_lengths)
{
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82z";
    char many[200];
    for (size_t i = 0; i < sizeof many; i++) many[i] = text[i % 11];
    for (size_t n = 0; n < sizeof many; n++) {
        size_t leads = 0;
        for (size_t i = 0; i < n; i++) leads += ((uint8_t)many[i] & 0xC0) != 0x80;
        CHECK_INT(utf8_count(many, n), leads);
    }
}

int main(void)
{
    RUN(valid_prefix_and_decode_on_all_borders);
    RUN(invalid_byte_is_found_wherever_it_lies);
    RUN(valid_prefix_of_long_text_with_one_fault);
    RUN(encode_and_decode_all_code_points);
    RUN(repair_by_maximal_subparts);
    RUN(repair_is_python_s);
    RUN(repair_stops_at_the_buffer_s_maximum);
    RUN(count_in_all_lengths);
    return TEST_END();
}
