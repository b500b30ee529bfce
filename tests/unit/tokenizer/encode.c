/* Text to ids and back: added and special tokens, normalisation, invalid bytes, ignore_merges; and the round trip of any bytes. */
#include "common/text.h"
#include "tests/unit/tokenizer/recorded.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/encode.h"
#include "tokenizer/normalize.h"

struct made {
    struct tokenizer t;
    struct encoder *c;
    struct ids ids;
    struct err e;
};

/* 256 bytes, then "ab" 256, "abc" 257, "é" as its two bytes 258, "e\u0301" has none; all cut by gpt2. */
static struct vocab *base(void)
{
    struct vocab *v = vocab_new();
    struct err e = {0};
    struct pattern_spec gpt2;
    for (unsigned i = 0; i < 256; i++) {
        struct buf c;
        char byte = (char)i;
        buf_init(&c, 16);
        bytemap_put(&c, slice_of(&byte, 1));
        vocab_add_token(v, i, buf_slice(&c), &e);
        buf_free(&c);
    }
    vocab_add_token(v, 256, slice_str("ab"), &e);
    vocab_add_token(v, 257, slice_str("abc"), &e);
    vocab_add_token(v, 258, slice_str("Ã©"), &e);
    vocab_add_merge(v, 'a', 'b', 256, &e);
    vocab_add_merge(v, 0xC3, 0xA9, 258, &e);
    pattern_named("gpt2", &gpt2);
    vocab_set_pattern(v, &gpt2, &e);
    CHECK_INT(e.code, 0);
    return v;
}

static void make(struct made *m, struct vocab *v, enum encode_special special)
{
    memset(m, 0, sizeof *m);
    vocab_finish(v, "made", &m->e);
    CHECK_INT(tokenizer_from(&m->t, v, special, &m->e), 0);
    if (m->e.code) printf("# %s\n", m->e.msg);
    m->c = encoder_new(&m->t);
}

static void unmake(struct made *m)
{
    encoder_free(m->c);
    ids_free(&m->ids);
    tokenizer_close(&m->t);
}

/* The ids as text, "1 2 3". */
static const char *ids_of(struct made *m, struct slice text)
{
    static char out[4096];
    size_t n = 0;
    m->ids.n = 0;
    out[0] = 0;
    CHECK_INT(encode_text(m->c, text, &m->ids, &m->e), 0);
    for (size_t i = 0; i < m->ids.n && n < sizeof out - 16; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, i ? " %u" : "%u", m->ids.at[i]);
    return out;
}

TEST(merges_and_cache)
{
    struct made m;
    make(&m, base(), SPECIAL_IS_TEXT);
    CHECK_STR(ids_of(&m, slice_str("")), "");
    CHECK_STR(ids_of(&m, slice_str("abc ab")), "256 99 32 256");
    CHECK_STR(ids_of(&m, slice_str("abc ab")), "256 99 32 256"); /* out of the cache */
    CHECK_STR(ids_of(&m, slice_str("é")), "258");
    unmake(&m);
}

TEST(ignore_merges)
{
    struct made m;
    struct vocab *v = base();
    v->ignore_merges = true;
    make(&m, v, SPECIAL_IS_TEXT);
    CHECK_STR(ids_of(&m, slice_str("abc abc abcd")), "257 32 256 99 32 256 99 100");
    unmake(&m);
}

TEST(special_tokens_are_text_unless_asked)
{
    struct made m;
    for (int special = 0; special < 2; special++) {
        struct vocab *v = base();
        struct err e = {0};
        vocab_add_added(v, 300, slice_str("<e>"), ADDED_SPECIAL, &e);
        make(&m, v, special ? SPECIAL_IS_TOKEN : SPECIAL_IS_TEXT);
        CHECK_STR(ids_of(&m, slice_str("ab<e><e>")), special ? "256 300 300" : "256 60 101 62 60 101 62");
        CHECK_STR(ids_of(&m, slice_str("<e")), "60 101");
        unmake(&m);
    }
}

/* Neither merges nor whole pieces turn text into a special token. */
TEST(text_never_becomes_special)
{
    for (int ignore_merges = 0; ignore_merges < 2; ignore_merges++) {
        struct made m;
        struct vocab *v = base();
        struct err e = {0};
        v->ignore_merges = ignore_merges;
        vocab_add_added(v, 256, slice_str("ab"), ADDED_SPECIAL, &e);
        make(&m, v, SPECIAL_IS_TEXT);
        CHECK_STR(ids_of(&m, slice_str("ab")), "97 98");
        unmake(&m);
    }
}

TEST(added_tokens_longest_first)
{
    struct made m;
    struct vocab *v = base();
    struct err e = {0};
    vocab_add_added(v, 300, slice_str("  "), 0, &e);
    vocab_add_added(v, 301, slice_str("    "), 0, &e);
    vocab_add_added(v, 302, slice_str("x y"), 0, &e);
    vocab_add_added(v, 303, slice_str("ab"), 0, &e); /* refused: 256 is its id */
    CHECK_INT(e.code, ERR_USAGE);
    make(&m, v, SPECIAL_IS_TEXT);
    CHECK_STR(ids_of(&m, slice_str("       ")), "301 300 32");
    CHECK_STR(ids_of(&m, slice_str("ax y x  y")), "97 302 32 120 300 121");
    CHECK_STR(ids_of(&m, slice_str("x ")), "120 32");
    unmake(&m);
}

TEST(normalisation)
{
    struct made m;
    struct vocab *v = base();
    struct err e = {0};
    v->nfc = true;
    vocab_add_added(v, 300, slice_str("e\u0301!"), 0, &e);
    vocab_add_added(v, 301, slice_str("\u00e9?"), ADDED_NORMALIZED, &e);
    make(&m, v, SPECIAL_IS_TEXT);
    CHECK_STR(ids_of(&m, slice_str("e\u0301")), "258");
    CHECK_STR(ids_of(&m, slice_str("e\u0301! \u00e9!")), "300 32 258 33");
    CHECK_STR(ids_of(&m, slice_str("e\u0301? \u00e9?")), "301 32 301");
    unmake(&m);
}

TEST(nfc_of_long_texts)
{
    struct buf in, want, own;
    struct slice got;
    struct err e = {0};
    buf_init(&in, BUF_NO_MAX);
    buf_init(&want, BUF_NO_MAX);
    buf_init(&own, BUF_NO_MAX);
    for (int i = 0; i < 60000; i++) {
        buf_puts(&in, i % 7 ? "e\u0301" : "u\u0323\u0308 ");
        buf_puts(&want, i % 7 ? "\u00e9" : "\u1ee5\u0308 ");
    }
    CHECK_INT(normalize_nfc(buf_slice(&in), &own, &got, &e), 0);
    CHECK(slice_eq(got, buf_slice(&want)));
    CHECK_INT(normalize_nfc(slice_str("caf\u00e9"), &own, &got, &e), 0);
    CHECK_SLICE(got, "caf\u00e9");
    buf_free(&in);
    buf_free(&want);
    buf_free(&own);
}

TEST(invalid_bytes_are_pieces)
{
    struct made m;
    make(&m, base(), SPECIAL_IS_TEXT);
    CHECK_STR(ids_of(&m, slice_str("a\xff"
                                   "b")),
              "97 255 98");
    CHECK_STR(ids_of(&m, slice_str("\xc3")), "195");
    CHECK_STR(ids_of(&m, slice_str("ab\xc3"
                                   "ab\xa9")),
              "256 195 256 169");
    CHECK_STR(ids_of(&m, slice_str("  \xff")), "32 32 255"); /* the edge of text */
    unmake(&m);
}

TEST(missing_bytes)
{
    struct made m;
    struct vocab *v = vocab_new();
    struct err e = {0};
    for (unsigned i = 0; i < 256; i++) {
        struct buf c;
        char byte = (char)i;
        buf_init(&c, 16);
        bytemap_put(&c, slice_of(&byte, 1));
        if (i != 0xFF) vocab_add_token(v, i, buf_slice(&c), &e);
        buf_free(&c);
    }
    make(&m, v, SPECIAL_IS_TEXT);
    CHECK_INT(encode_text(m.c, slice_str("a\xff"), &m.ids, &m.e), -ERR_DATA);
    unmake(&m);
}

TEST(decoding)
{
    struct made m;
    struct vocab *v = base();
    struct err e = {0};
    struct buf out;
    const uint32_t ids[] = {256, ' ', 258, 300}, bad[] = {259}, high[] = {5000};
    vocab_add_added(v, 300, slice_str("<é>"), ADDED_SPECIAL, &e);
    make(&m, v, SPECIAL_IS_TEXT);
    buf_init(&out, BUF_NO_MAX);
    CHECK_INT(decode_ids(v, ids, 4, &out, &e), 0);
    CHECK_SLICE(buf_slice(&out), "ab é<é>");
    CHECK_INT(decode_ids(v, bad, 1, &out, &e), -ERR_DATA);
    CHECK_INT(decode_ids(v, high, 1, &out, &e), -ERR_DATA);
    buf_free(&out);
    unmake(&m);
}

TEST(stripping_tokens_are_refused)
{
    struct tokenizer t;
    struct vocab *v = base();
    struct err e = {0};
    vocab_add_added(v, 300, slice_str("<mask>"), ADDED_LSTRIP | ADDED_SPECIAL, &e);
    vocab_finish(v, "made", &e);
    CHECK_INT(tokenizer_from(&t, v, SPECIAL_IS_TOKEN, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "lstrip") != NULL);
    v = base();
    e.code = 0;
    vocab_add_added(v, 300, slice_str("<mask>"), ADDED_LSTRIP | ADDED_SPECIAL, &e);
    vocab_finish(v, "made", &e);
    CHECK_INT(tokenizer_from(&t, v, SPECIAL_IS_TEXT, &e), 0);
    tokenizer_close(&t);
    CHECK(tokenizer_open(&t, "/nonexistent.json", SPECIAL_IS_TEXT, &e) < 0);
}

TEST(any_bytes_round_trip)
{
    struct made m;
    struct buf out;
    uint64_t state = 4;
    size_t wrong = 0;
    make(&m, base(), SPECIAL_IS_TEXT);
    buf_init(&out, BUF_NO_MAX);
    for (int round = 0; round < 3000; round++) {
        static const char PARTS[] = "ab é\n漢c \xff\xe2\x82";
        char text[300];
        size_t n = random_next(&state) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = round % 2 ? (char)random_next(&state) : PARTS[random_next(&state) % (sizeof PARTS - 1)];
        m.ids.n = 0;
        buf_clear(&out);
        CHECK_INT(encode_text(m.c, slice_of(text, n), &m.ids, &m.e), 0);
        CHECK_INT(decode_ids(m.t.vocab, m.ids.at, m.ids.n, &out, &m.e), 0);
        wrong += !slice_eq(buf_slice(&out), slice_of(text, n));
    }
    CHECK_INT(wrong, 0);
    buf_free(&out);
    unmake(&m);
}

int main(void)
{
    RUN(merges_and_cache);
    RUN(ignore_merges);
    RUN(special_tokens_are_text_unless_asked);
    RUN(text_never_becomes_special);
    RUN(added_tokens_longest_first);
    RUN(normalisation);
    RUN(nfc_of_long_texts);
    RUN(invalid_bytes_are_pieces);
    RUN(missing_bytes);
    RUN(decoding);
    RUN(stripping_tokens_are_refused);
    RUN(any_bytes_round_trip);
    return TEST_END();
}
