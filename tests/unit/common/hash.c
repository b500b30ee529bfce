/* Hashes against xxhsum, the reference's own command. */
#include "common/hash.h"
#include "tests/unit/test.h"

/* The last word of xxhsum's answer for the file. */
static bool ask_xxhsum(const char *algorithm, size_t digits, char *answer)
{
    char line[128], *at;
    snprintf(line, sizeof line, "xxhsum -%s data 2>/dev/null", algorithm);
    FILE *f = popen(line, "r"); /* NOLINT */
    char text[256] = "";
    if (!f) return false;
    bool got = fgets(text, sizeof text, f) != NULL;
    if (pclose(f) || !got) return false;
    at = strstr(text, "= ") ? strstr(text, "= ") + 2 : text;
    memcpy(answer, at, digits);
    answer[digits] = 0;
    return true;
}

static void fill(char *p, size_t n)
{
    uint64_t x = n;
    for (size_t i = 0; i < n; i++) p[i] = (char)(x = hash_mix64(x + i));
}

TEST(values_are_those_of_xxhsum)
{
    static const size_t sizes[] = {0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1000, 65537};
    static char data[65537];
    if (system("command -v xxhsum >/dev/null")) SKIP("xxhsum is not installed"); /* NOLINT */
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fill(data, sizes[i]);
        FILE *f = fopen("data", "w");
        CHECK(f && fwrite(data, 1, sizes[i], f) == sizes[i] && fclose(f) == 0);
        char want[HASH128_HEX + 1], got[HASH128_HEX + 1];
        CHECK(ask_xxhsum("H3", HASH64_HEX, want));
        hash64_hex(hash64(data, sizes[i]), got);
        CHECK_STR(got, want);
        CHECK(ask_xxhsum("H2", HASH128_HEX, want));
        hash128_hex(hash128(data, sizes[i]), got);
        CHECK_STR(got, want);
    }
}

/* As xxhsum prints them: `printf leat | xxhsum -H3`, `xxhsum -H2`. */
TEST(recorded_values)
{
    char hex[HASH128_HEX + 1];
    hash64_hex(hash64("leat", 4), hex);
    CHECK_STR(hex, "ed715a3ae124e62d");
    hash128_hex(hash128("leat", 4), hex);
    CHECK_STR(hex, "19730a6ff73e22bf62b5ffdd51de47b0");
    CHECK(hash64_seed("leat", 4, 0) == hash64("leat", 4));
    CHECK(hash64_seed("leat", 4, 1) != hash64("leat", 4));
    CHECK(hash128_eq(hash128("leat", 4), hash128("leat", 4)));
    CHECK(!hash128_eq(hash128("leat", 4), hash128("leas", 4)));
}

TEST(hex_goes_and_comes)
{
    char hex[HASH64_HEX + 1];
    uint64_t h = 0;
    hash64_hex(0x0123456789abcdefu, hex);
    CHECK_STR(hex, "0123456789abcdef");
    CHECK_INT(hash64_parse("FEDcba9876543210", 16, &h), 0);
    CHECK(h == 0xfedcba9876543210u);
    CHECK_INT(hash64_parse("0123456789abcdef", 15, &h), -1);
    CHECK_INT(hash64_parse("0123456789abcdeg", 16, &h), -1);
    CHECK_INT(hash64_parse("0123456789abcde ", 16, &h), -1);
    CHECK(h == 0xfedcba9876543210u);
}

TEST(stream_gives_the_hash_of_the_whole)
{
    static char data[5000];
    fill(data, sizeof data);
    struct hash_stream *s = hash_stream_new();
    CHECK(hash_stream_digest(s) == hash64("", 0));
    size_t n = 0;
    for (size_t piece = 0; n + piece <= sizeof data; n += piece++) {
        hash_stream_update(s, data + n, piece);
        if (piece == 50) CHECK(hash_stream_digest(s) == hash64(data, n + piece)); /* and it goes on */
    }
    CHECK(hash_stream_digest(s) == hash64(data, n));
    hash_stream_reset(s);
    hash_stream_update(s, NULL, 0);
    CHECK(hash_stream_digest(s) == hash64("", 0));
    hash_stream_free(s);
    hash_stream_free(NULL);
}

TEST(samples_are_fair_and_nested)
{
    int tenth = 0, half = 0, outside = 0;
    for (int i = 0; i < 20000; i++) {
        char id[32];
        struct slice s = slice_of(id, (size_t)snprintf(id, sizeof id, "document-%d", i));
        bool a = hash_sampled(s, 0.1), b = hash_sampled(s, 0.5);
        tenth += a;
        half += b;
        outside += a && !b;
        CHECK(hash_sampled(s, 1));
        CHECK(!hash_sampled(s, 0));
    }
    CHECK(tenth > 1850 && tenth < 2150); /* 3.5 standard deviations */
    CHECK(half > 9750 && half < 10250);
    CHECK_INT(outside, 0);
}

TEST(mix_is_a_bijection_by_its_inverse)
{
    for (uint64_t x = 1; x < 1u << 20; x = x * 3 + 1) {
        uint64_t y = hash_mix64(x);
        y ^= y >> 33;
        y *= 0x9cb4b2f8129337dbu; /* the inverses of fmix64's factors modulo 2^64 */
        y ^= y >> 33;
        y *= 0x4f74430c22a54005u;
        y ^= y >> 33;
        CHECK(y == x);
    }
}

int main(void)
{
    RUN(values_are_those_of_xxhsum);
    RUN(recorded_values);
    RUN(hex_goes_and_comes);
    RUN(stream_gives_the_hash_of_the_whole);
    RUN(samples_are_fair_and_nested);
    RUN(mix_is_a_bijection_by_its_inverse);
    return TEST_END();
}
