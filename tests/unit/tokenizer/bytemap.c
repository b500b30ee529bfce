/* GPT-2's byte map, against its definition: own characters for three ranges, the rest in order from U+0100. */
#include "common/text.h"
#include "tests/unit/test.h"
#include "tokenizer/bytemap.h"

TEST(map_follows_definition)
{
    uint32_t next = 0x100;
    for (uint32_t b = 0; b < 256; b++) {
        bool own = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
        CHECK_INT(bytemap_char((uint8_t)b), own ? b : next);
        if (!own) next++;
    }
    CHECK_INT(next, BYTEMAP_END);
}

TEST(map_inverts)
{
    unsigned found = 0;
    for (uint32_t cp = 0; cp < 0x1000; cp++) {
        int byte = bytemap_byte(cp);
        if (byte < 0) continue;
        found++;
        CHECK_INT(bytemap_char((uint8_t)byte), cp);
    }
    CHECK_INT(found, 256);
    CHECK_INT(bytemap_byte(0x10FFFF), -1);
}

TEST(sorted_by_character)
{
    uint8_t bytes[256];
    bytemap_sorted(bytes);
    CHECK_INT(bytes[0], '!');
    CHECK_INT(bytes[255], 173);
    for (int i = 1; i < 256; i++) CHECK(bytemap_char(bytes[i - 1]) < bytemap_char(bytes[i]));
}

TEST(text_round_trip)
{
    char all[256];
    struct buf text, back;
    for (int i = 0; i < 256; i++) all[i] = (char)i;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&back, BUF_NO_MAX);
    CHECK_INT(bytemap_put(&text, slice_of(all, 256)), 0);
    CHECK_INT(utf8_valid_prefix(text.p, text.n), text.n);
    CHECK(bytemap_get(&back, buf_slice(&text)));
    CHECK_MEM(back.p, back.n, all, 256);
    buf_clear(&text);
    bytemap_put(&text, slice_str(" a\n"));
    CHECK_SLICE(buf_slice(&text), "ĠaĊ");
    buf_free(&text);
    buf_free(&back);
}

TEST(foreign_characters_are_refused)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    buf_puts(&out, "kept");
    CHECK(!bytemap_get(&out, slice_str("ab|▁")));
    CHECK(!bytemap_get(&out, slice_str("a b")));
    CHECK_SLICE(buf_slice(&out), "kept");
    buf_free(&out);
}

int main(void)
{
    RUN(map_follows_definition);
    RUN(map_inverts);
    RUN(sorted_by_character);
    RUN(text_round_trip);
    RUN(foreign_characters_are_refused);
    return TEST_END();
}
