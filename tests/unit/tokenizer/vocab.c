/* tokenizer.json in and out: what is read, what is refused and by which name, and the hash. */
#include "tests/unit/tokenizer/recorded.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/vocab.h"

/* A tokenizer.json with the 256 bytes and the tokens "ab" 256 and "abc" 257. Each part can be replaced. */
struct parts {
    const char *normalizer, *pre, *post, *decoder, *added, *model, *merges, *more_vocab, *root;
};

static void put_json_file(struct buf *b, const struct parts *p)
{
    buf_printf(b,
               "{\"version\":\"1.0\",%s\"normalizer\":%s,\"pre_tokenizer\":%s,\"post_processor\":%s,"
               "\"decoder\":%s,\"added_tokens\":%s,",
               p->root ? p->root : "", p->normalizer ? p->normalizer : "null",
               p->pre ? p->pre : "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}",
               p->post ? p->post : "null", p->decoder ? p->decoder : "{\"type\":\"ByteLevel\"}",
               p->added ? p->added : "[]");
    buf_printf(b, "\"model\":{%s\"vocab\":{", p->model ? p->model : "\"type\":\"BPE\",");
    for (unsigned i = 0; i < 256; i++) {
        struct buf c;
        char byte = (char)i;
        buf_init(&c, 16);
        bytemap_put(&c, slice_of(&byte, 1));
        json_put_str(b, buf_slice(&c));
        buf_printf(b, ":%u,", i);
        buf_free(&c);
    }
    buf_printf(b, "\"ab\":256,\"abc\":257%s},\"merges\":%s}}", p->more_vocab ? p->more_vocab : "",
               p->merges ? p->merges : "[\"a b\",[\"ab\",\"c\"]]");
}

static int parse(const struct parts *p, struct vocab **v, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    put_json_file(&b, p);
    int r = vocab_parse(v, "t.json", buf_slice(&b), e);
    buf_free(&b);
    return r;
}

static void check_refused(struct parts p, const char *says)
{
    struct vocab *v;
    struct err e = {0};
    int r = parse(&p, &v, &e);
    CHECK_INT(r, -ERR_USAGE);
    if (r == 0) vocab_free(v);
    if (strstr(e.msg, says)) return;
    printf("# \"%s\" does not say \"%s\"\n", e.msg, says);
    test_failed_here = 1;
}

static struct vocab *accepted(struct parts p)
{
    struct vocab *v = NULL;
    struct err e = {0};
    CHECK_INT(parse(&p, &v, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
    return v;
}

TEST(plain_file)
{
    struct vocab *v = accepted((struct parts){0});
    CHECK_INT(v->n_ids, 258);
    CHECK_INT(v->n_tokens, 258);
    CHECK_INT(v->n_merges, 2);
    CHECK_INT(v->merge[1].left, 256);
    CHECK_INT(v->merge[1].result, 257);
    CHECK_INT(v->byte_id[' '], ' ');
    CHECK_SLICE(v->token[' '].bytes, " ");
    CHECK_SLICE(v->token[' '].text, "Ġ");
    CHECK_STR(pattern_name(&v->pattern), "gpt2");
    CHECK(!v->nfc && !v->ignore_merges && !v->has_template);
    vocab_free(v);
}

TEST(what_is_taken)
{
    struct vocab *v = accepted((struct parts){.normalizer = "{\"type\":\"NFC\"}"});
    CHECK(v->nfc);
    vocab_free(v);
    v = accepted(
        (struct parts){.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}"});
    CHECK(v->nfc);
    vocab_free(v);
    v = accepted((struct parts){
        .model = "\"type\":\"BPE\",\"ignore_merges\":true,\"dropout\":null,\"end_of_word_suffix\":\"\","});
    CHECK(v->ignore_merges);
    CHECK_INT(vocab_index_get(&v->by_bytes, slice_str("abc")), 257);
    vocab_free(v);
    v = accepted((struct parts){.model = ""}); /* files before 0.8 have no type */
    vocab_free(v);
    v = accepted(
        (struct parts){.post = "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"TemplateProcessing\"}]}"});
    CHECK(v->has_template);
    vocab_free(v);
    v = accepted((struct parts){
        .pre =
            "{\"type\":\"Sequence\",\"pretokenizers\":["
            "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"x+\"},\"behavior\":\"Isolated\"},"
            "{\"type\":\"Split\",\"pattern\":{\"String\":\"a.b\"},\"behavior\":\"Isolated\",\"invert\":true},"
            "{\"type\":\"Digits\",\"individual_digits\":true},{\"type\":\"Digits\",\"individual_digits\":"
            "false},"
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}"});
    CHECK_INT(v->pattern.n, 4);
    CHECK_SLICE(v->pattern.regex[0], "x+");
    CHECK_SLICE(v->pattern.regex[1], "a\\.b");
    CHECK_SLICE(v->pattern.regex[2], "\\p{N}");
    CHECK_SLICE(v->pattern.regex[3], "\\p{N}+");
    vocab_free(v);
    v = accepted(
        (struct parts){.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"invert\":true,"
                              "\"behavior\":\"Removed\",\"pattern\":"
                              "{\"Regex\":\"'s|'t|'re|'ve|'m|'ll|'d| ?\\\\p{L}+| ?\\\\p{N}+| "
                              "?[^\\\\s\\\\p{L}\\\\p{N}]+|\\\\s+(?!\\\\S)|\\\\s+\"}},"
                              "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}"});
    CHECK_STR(pattern_name(&v->pattern), "gpt2");
    vocab_free(v);
}

TEST(added_tokens)
{
    struct vocab *v = accepted((struct parts){
        .added = "[{\"id\":300,\"content\":\"<|eot|>\",\"special\":true},{\"id\":257,\"content\":\"abc\","
                 "\"normalized\":true},"
                 "{\"id\":299,\"content\":\" x\",\"lstrip\":true,\"rstrip\":true,\"single_word\":true}]"});
    CHECK_INT(v->n_ids, 301);
    CHECK_INT(v->n_tokens, 260);
    CHECK_INT(v->n_added, 3);
    CHECK_INT(v->added[0].id, 257);
    CHECK_INT(v->added[0].flags, ADDED_NORMALIZED);
    CHECK_INT(v->added[1].flags, ADDED_SINGLE_WORD | ADDED_LSTRIP | ADDED_RSTRIP);
    CHECK_INT(v->token[300].flags, VOCAB_ADDED | VOCAB_SPECIAL);
    CHECK_INT(v->token[298].flags, 0);
    CHECK_SLICE(v->token[299].bytes, " x");
    CHECK_INT(vocab_find(v, slice_str("<|eot|>")), 300);
    CHECK_INT(vocab_find(v, slice_str("ab")), 256);
    CHECK_INT(vocab_find(v, slice_str("nobody")), VOCAB_NO_ID);
    vocab_free(v);
}

TEST(refused_by_name)
{
    check_refused((struct parts){.normalizer = "{\"type\":\"Lowercase\"}"}, "normalizer \"Lowercase\"");
    check_refused(
        (struct parts){.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"}]}"},
        "normalizer \"NFKC\"");
    check_refused(
        (struct parts){.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Sequence\"}]}"},
        "sequence in a sequence");
    check_refused((struct parts){.pre = "null"}, "no ByteLevel");
    check_refused((struct parts){.pre = "{\"type\":\"Metaspace\"}"}, "pre_tokenizer \"Metaspace\"");
    check_refused((struct parts){.pre = "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}"},
                  "add_prefix_space");
    check_refused((struct parts){.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\","
                                        "\"add_prefix_space\":false},{\"type\":\"Digits\"}]}"},
                  "behind ByteLevel");
    check_refused(
        (struct parts){.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Sequence\"}]}"},
        "pre_tokenizer \"Sequence\"");
    check_refused(
        (struct parts){
            .pre = "{\"type\":\"Split\",\"behavior\":\"MergedWithNext\",\"pattern\":{\"Regex\":\"a\"}}"},
        "MergedWithNext");
    check_refused((struct parts){.pre = "{\"type\":\"Split\",\"behavior\":\"Removed\",\"invert\":true,"
                                        "\"pattern\":{\"Regex\":\"a\"}}"},
                  "Removed");
    check_refused((struct parts){.pre = "{\"type\":\"Split\",\"behavior\":\"Isolated\"}"}, "no pattern");
    check_refused((struct parts){.decoder = "{\"type\":\"ByteFallback\"}"}, "decoder \"ByteFallback\"");
    check_refused((struct parts){.root = "\"truncation\":{\"max_length\":5},"}, "truncation");
    check_refused((struct parts){.root = "\"padding\":{},"}, "padding");
    check_refused((struct parts){.model = "\"type\":\"Unigram\","}, "model \"Unigram\"");
    check_refused((struct parts){.model = "\"type\":\"BPE\",\"dropout\":0.1,"}, "dropout");
    check_refused((struct parts){.model = "\"type\":\"BPE\",\"end_of_word_suffix\":\"</w>\","},
                  "end_of_word_suffix");
    check_refused((struct parts){.merges = "[\"a\"]"}, "no pair");
    check_refused((struct parts){.merges = "[\"a b c\"]"}, "no pair");
    check_refused((struct parts){.merges = "[[\"a\",\"b\",\"c\"]]"}, "no pair");
    check_refused((struct parts){.merges = "[\"a d\"]"}, "not all in the vocabulary");
    check_refused((struct parts){.merges = "{}"}, "no array");
    check_refused((struct parts){.more_vocab = ",\"x y\":-1"}, "no id");
    check_refused((struct parts){.more_vocab = ",\"xy\":99999999"}, "no id");
    check_refused((struct parts){.more_vocab = ",\"xy\":257"}, "given twice");
    check_refused((struct parts){.more_vocab = ",\"ab\":400"}, "given twice");
    check_refused((struct parts){.more_vocab = ",\"\":400"}, "no text");
    check_refused((struct parts){.added = "[{\"content\":\"x\"}]"}, "without content");
    check_refused((struct parts){.added = "[{\"id\":400,\"content\":\"ab\"}]"}, "the vocabulary says 256");
    check_refused((struct parts){.added = "[{\"id\":256,\"content\":\"zz\"}]"}, "another token's");
    check_refused((struct parts){.added = "[{\"id\":300,\"content\":\"\"}]"}, "empty");
    check_refused(
        (struct parts){.added = "[{\"id\":256,\"content\":\"ab\"},{\"id\":256,\"content\":\"ab\"}]"},
        "given twice");
}

TEST(refused_files)
{
    struct vocab *v;
    struct err e = {0};
    CHECK_INT(vocab_parse(&v, "t.json", slice_str("{}"), &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "no \"model\"") != NULL);
    e.code = 0;
    CHECK_INT(vocab_parse(&v, "t.json",
                          slice_str("{\"model\":{\"vocab\":[],\"merges\":[]},\"pre_tokenizer\":{\"type\":"
                                    "\"ByteLevel\",\"add_prefix_space\":false}}"),
                          &e),
              -ERR_USAGE);
    CHECK(strstr(e.msg, "no object") != NULL);
    e.code = 0;
    CHECK_INT(vocab_parse(&v, "t.json",
                          slice_str("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"pre_tokenizer\":{"
                                    "\"type\":\"ByteLevel\",\"add_prefix_space\":false}}"),
                          &e),
              -ERR_USAGE);
    CHECK(strstr(e.msg, "not a whole byte-level vocabulary") != NULL);
    e.code = 0;
    CHECK(vocab_parse(&v, "t.json", slice_str("{"), &e) < 0);
    e.code = 0;
    CHECK(vocab_load(&v, "/nonexistent/tokenizer.json", &e) < 0);
}

static struct hash128 hash_of(const struct vocab *v)
{
    struct hash128 h = {0, 0};
    struct err e = {0};
    CHECK_INT(vocab_hash(v, &h, &e), 0);
    return h;
}

TEST(written_and_read_again)
{
    struct vocab *v = accepted(
        (struct parts){.normalizer = "{\"type\":\"NFC\"}",
                       .pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"behavior\":"
                              "\"Isolated\",\"pattern\":{\"Regex\":\"\\\\p{N}|\\\"\"}},"
                              "{\"type\":\"Digits\",\"individual_digits\":true},{\"type\":\"ByteLevel\","
                              "\"add_prefix_space\":false,\"use_regex\":false}]}",
                       .model = "\"ignore_merges\":true,",
                       .added = "[{\"id\":300,\"content\":\"<\\\"eot\\n>\",\"special\":true},{\"id\":257,"
                                "\"content\":\"abc\",\"normalized\":true,\"lstrip\":true}]"});
    struct vocab *again;
    struct err e = {0};
    struct buf b, c;
    buf_init(&b, BUF_NO_MAX);
    buf_init(&c, BUF_NO_MAX);
    CHECK_INT(vocab_put_json(v, &b), 0);
    CHECK_INT(vocab_parse(&again, "again.json", buf_slice(&b), &e), 0);
    CHECK(hash128_eq(hash_of(v), hash_of(again)));
    CHECK_INT(vocab_put_json(again, &c), 0);
    CHECK_MEM(b.p, b.n, c.p, c.n);
    vocab_free(v);
    vocab_free(again);
    buf_free(&b);
    buf_free(&c);
}

TEST(hash_tells_tokenizers_apart)
{
    const struct parts variants[] = {
        {0},
        {.normalizer = "{\"type\":\"NFC\"}"},
        {.model = "\"ignore_merges\":true,"},
        {.pre = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}"},
        {.merges = "[\"a b\"]"},
        {.more_vocab = ",\"xy\":258"},
        {.more_vocab = ",\"xy\":259"},
        {.added = "[{\"id\":258,\"content\":\"xy\"}]"},
        {.added = "[{\"id\":258,\"content\":\"xy\",\"special\":true}]"},
    };
    struct hash128 h[9];
    for (size_t i = 0; i < 9; i++) {
        struct vocab *v = accepted(variants[i]);
        h[i] = hash_of(v);
        vocab_free(v);
        for (size_t k = 0; k < i; k++) CHECK(!hash128_eq(h[i], h[k]));
    }
    struct vocab *v = accepted((struct parts){.merges = "[[\"a\",\"b\"],\"ab c\"]"});
    CHECK(hash128_eq(hash_of(v), h[0]));
    vocab_free(v);
}

/* The canonical serialisation of docs/formats.md, built here byte by byte. */
TEST(hash_is_as_documented)
{
    struct vocab *v =
        accepted((struct parts){.added = "[{\"id\":258,\"content\":\"<e>\",\"special\":true}]"});
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_put(&b, "leat tokenizer 1\0\0\1\0\0\0", 22);
    struct pattern_spec gpt2;
    pattern_named("gpt2", &gpt2);
    uint32_t n = (uint32_t)gpt2.regex[0].n;
    buf_put(&b, &n, 4);
    buf_put_slice(&b, gpt2.regex[0]);
    n = 258;
    buf_put(&b, &n, 4);
    for (uint32_t id = 0; id < 258; id++) {
        n = (uint32_t)v->token[id].text.n;
        buf_put(&b, &id, 4);
        buf_put(&b, &n, 4);
        buf_put_slice(&b, v->token[id].text);
    }
    const uint32_t merges[] = {2, 'a', 'b', 256, 'c', 1, 258};
    buf_put(&b, merges, sizeof merges);
    buf_put(&b, "\1\3\0\0\0<e>", 8);
    CHECK(hash128_eq(hash_of(v), hash128(b.p, b.n)));
    buf_free(&b);
    vocab_free(v);
}

int main(void)
{
    RUN(plain_file);
    RUN(what_is_taken);
    RUN(added_tokens);
    RUN(refused_by_name);
    RUN(refused_files);
    RUN(written_and_read_again);
    RUN(hash_tells_tokenizers_apart);
    RUN(hash_is_as_documented);
    return TEST_END();
}
