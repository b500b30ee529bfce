/* Any bytes as text, with tokenizers of several kinds: the ids are those of its pieces merged one by one without the cache, and decode to
 * the text. The first byte chooses the tokenizer. */
#include "common/text.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/encode.h"
#include <stdio.h>
#include <stdlib.h>

#define KINDS 4
static struct tokenizer tokenizers[KINDS];
static struct encoder *encoders[KINDS];

static void add(struct vocab *v, uint32_t id, const char *bytes)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    bytemap_put(&b, slice_str(bytes));
    if (vocab_add_token(v, id, buf_slice(&b), &e) < 0) abort();
    buf_free(&b);
}

static uint32_t id_of(const struct vocab *v, const char *bytes)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    bytemap_put(&b, slice_str(bytes));
    uint32_t id = vocab_index_get(&v->by_text, buf_slice(&b));
    buf_free(&b);
    return id;
}

static struct vocab *make_vocab(int kind)
{
    static const char *const PATTERNS[KINDS] = {"gpt2", "o200k", "llama3", "deepseek"};
    static const char *const MERGES[][2] = {{"a", "a"},           {"b", "a"},    {"aa", "b"},
                                            {" ", " "},           {"  ", "  "},  {"\xe4", "\xb8"},
                                            {"\xe4\xb8", "\xad"}, {"aab", "aa"}, {"\n", "\n"}};
    struct vocab *v = vocab_new();
    struct err e = {0};
    struct pattern_spec spec;
    for (unsigned i = 0; i < 256; i++) {
        struct buf b;
        char byte = (char)i;
        buf_init(&b, BUF_NO_MAX);
        bytemap_put(&b, slice_of(&byte, 1));
        vocab_add_token(v, i, buf_slice(&b), &e);
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof MERGES / sizeof *MERGES; i++) {
        char made[32];
        snprintf(made, sizeof made, "%s%s", MERGES[i][0], MERGES[i][1]);
        add(v, (uint32_t)v->n_ids, made);
        vocab_add_merge(v, id_of(v, MERGES[i][0]), id_of(v, MERGES[i][1]), (uint32_t)v->n_ids - 1, &e);
    }
    add(v, 300, "hello");
    v->ignore_merges = kind == 2;
    if (kind == 1) vocab_add_added(v, 301, slice_str("<e>"), ADDED_SPECIAL, &e);
    if (kind == 1) vocab_add_added(v, 302, slice_str("<ee>"), 0, &e);
    pattern_named(PATTERNS[kind], &spec);
    vocab_set_pattern(v, &spec, &e);
    if (vocab_finish(v, "fuzz", &e) < 0) abort();
    return v;
}

static void make_all(void)
{
    struct err e = {0};
    for (int kind = 0; kind < KINDS; kind++) {
        if (tokenizer_from(&tokenizers[kind], make_vocab(kind), SPECIAL_IS_TOKEN, &e) < 0) abort();
        encoders[kind] = encoder_new(&tokenizers[kind]);
    }
}

/* Pieces one by one; only for text without added tokens. */
static void encode_plainly(const struct tokenizer *t, struct slice text, struct ids *ids)
{
    struct pattern_scan *s = pattern_scan_new(t->pattern);
    struct merger m;
    struct slice piece;
    struct err e = {0};
    merger_init(&m);
    pattern_scan_start(s, text, &e);
    while (pattern_scan_next(s, &piece, &e) == 1) {
        uint32_t whole = t->vocab->ignore_merges ? vocab_index_get(&t->vocab->by_bytes, piece) : VOCAB_NO_ID;
        ids_reserve(ids, piece.n);
        for (size_t i = 0; i < piece.n; i++) ids->at[ids->n + i] = t->vocab->byte_id[(uint8_t)piece.p[i]];
        int64_t n = merge_piece(&m, &t->ranks, ids->at + ids->n, piece.n, &e);
        if (whole != VOCAB_NO_ID) {
            ids->at[ids->n] = whole;
            n = 1;
        }
        ids->n += (size_t)n;
    }
    merger_free(&m);
    pattern_scan_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!encoders[0]) make_all();
    if (n == 0) return 0;
    int kind = data[0] % KINDS;
    struct slice text = {(const char *)data + 1, n - 1};
    struct ids ids = {0}, plain = {0};
    struct err e = {0};
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    if (encode_text(encoders[kind], text, &ids, &e) < 0) abort();
    if (decode_ids(tokenizers[kind].vocab, ids.at, ids.n, &out, &e) < 0 || !slice_eq(buf_slice(&out), text))
        abort();
    if (kind != 1 && utf8_valid_prefix(text.p, text.n) == text.n) {
        encode_plainly(&tokenizers[kind], text, &plain);
        if (ids.n != plain.n || (ids.n && memcmp(ids.at, plain.at, ids.n * sizeof *ids.at) != 0)) abort();
    }
    buf_free(&out);
    ids_free(&ids);
    ids_free(&plain);
    return 0;
}
