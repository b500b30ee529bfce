/* Training: merges and ids recorded from Hugging Face's BpeTrainer; the definition by full recounts; limits. */
#include "tests/unit/tokenizer/recorded.h"
#include "tokenizer/bytemap.h"
#include "tokenizer/encode.h"
#include "tokenizer/train.h"

static struct json_file *recorded;

static struct counts *count_texts(const struct pattern *p, struct json texts, uint64_t memory, struct err *e)
{
    struct counts *c = counts_new(memory);
    struct pattern_scan *s = pattern_scan_new(p);
    struct pieces own;
    pieces_init(&own);
    for (struct json_iter i = json_iter(texts); json_next(&i);) {
        struct slice text, piece;
        json_str(i.value, &text);
        pattern_scan_start(s, text, e);
        while (pattern_scan_next(s, &piece, e) == 1) pieces_add(&own, piece, 1);
        counts_flush(c, &own, false, e);
    }
    counts_flush(c, &own, true, e);
    pieces_free(&own);
    pattern_scan_free(s);
    return c;
}

static void check_merges(const struct vocab *v, struct json want)
{
    size_t k = 0;
    CHECK_INT(v->n_merges, json_size(want));
    for (struct json_iter i = json_iter(want); json_next(&i) && k < v->n_merges; k++) {
        struct slice line;
        char got[256];
        struct slice a = v->token[v->merge[k].left].text, b = v->token[v->merge[k].right].text;
        json_str(i.value, &line);
        snprintf(got, sizeof got, "%.*s %.*s", (int)a.n, a.p, (int)b.n, b.p);
        CHECK_MEM(got, strlen(got), line.p, line.n);
        if (test_failed_here) return;
    }
}

static void check_ids(struct vocab *v, struct json texts, struct json want)
{
    struct tokenizer t;
    struct err e = {0};
    struct ids ids = {0};
    CHECK_INT(tokenizer_from(&t, v, SPECIAL_IS_TEXT, &e), 0);
    struct encoder *c = encoder_new(&t);
    struct json_iter text = json_iter(texts), list = json_iter(want);
    while (json_next(&text) && json_next(&list)) {
        struct slice s;
        uint64_t id;
        size_t k = 0, wrong = 0;
        json_str(text.value, &s);
        ids.n = 0;
        CHECK_INT(encode_text(c, s, &ids, &e), 0);
        for (struct json_iter i = json_iter(list.value); json_next(&i); k++)
            wrong += k >= ids.n || !json_uint(i.value, &id) || ids.at[k] != id;
        CHECK_INT(ids.n, k);
        CHECK_INT(wrong, 0);
    }
    encoder_free(c);
    ids_free(&ids);
    tokenizer_close(&t);
}

static void train_as_recorded(struct pattern_spec spec, struct json run, struct json corpus)
{
    struct json root = json_root(recorded);
    struct train_opts o = {.pattern = &spec, .memory_bytes = 1 << 30};
    char special[4][64];
    const char *list[4];
    for (struct json_iter i = json_iter(json_get(run, "special")); json_next(&i); o.n_special++) {
        struct slice s;
        json_str(i.value, &s);
        snprintf(special[o.n_special], 64, "%.*s", (int)s.n, s.p);
        list[o.n_special] = special[o.n_special];
    }
    o.special = list;
    json_uint(json_get(run, "vocab_size"), &o.vocab_size);
    json_int(json_get(run, "min_frequency"), &o.min_frequency);
    struct pattern *p;
    struct err e = {0};
    const struct pieces *sum;
    struct vocab *v;
    struct slice last;
    CHECK_INT(pattern_new(&p, &spec, &e), 0);
    struct counts *c = count_texts(p, corpus, o.memory_bytes, &e);
    CHECK_INT(counts_result(c, &sum, &e), 0);
    CHECK_INT(train_merges(&v, sum, &o, &e), 0);
    check_merges(v, json_get(run, "merges"));
    json_str(json_get(run, "last"), &last);
    CHECK_MEM(v->token[v->n_ids - 1].text.p, v->token[v->n_ids - 1].text.n, last.p, last.n);
    check_ids(v, json_get(root, "texts"), json_get(run, "ids"));
    counts_free(c);
    pattern_free(p);
}

static void train_corpus(const char *name)
{
    struct json root = json_root(recorded);
    train_as_recorded(recorded_pattern(recorded, name), json_get(json_get(root, "trained"), name),
                      json_get(root, "corpus"));
}

TEST(as_recorded_gpt2)
{
    train_corpus("gpt2");
}
TEST(as_recorded_o200k_special_byte)
{
    train_corpus("o200k");
}
TEST(as_recorded_long_pieces)
{
    train_corpus("gaps");
}
TEST(as_recorded_deepseek)
{
    train_corpus("deepseek");
}

/* A merge that makes the text of a special token uses its id. */
TEST(as_recorded_special_text)
{
    struct pattern_spec spec = {.regex = {slice_str("x+")}, .n = 1};
    int n = 0;
    for (struct json_iter i = json_iter(json_get(json_root(recorded), "small")); json_next(&i); n++)
        train_as_recorded(spec, i.value, json_get(i.value, "corpus"));
    CHECK_INT(n, 16);
}

/* ---- the definition: count all pairs of all words anew for each merge */

#define WORDS 60
struct naive {
    uint32_t word[WORDS][32];
    size_t n[WORDS];
    int64_t count[WORDS];
};

static int64_t count_pair(const struct naive *t, uint32_t a, uint32_t b)
{
    int64_t sum = 0;
    for (size_t w = 0; w < WORDS; w++)
        for (size_t i = 0; i + 1 < t->n[w]; i++)
            if (t->word[w][i] == a && t->word[w][i + 1] == b) sum += t->count[w];
    return sum;
}

static int64_t best_pair(const struct naive *t, uint32_t *a, uint32_t *b)
{
    int64_t best = 0;
    for (size_t w = 0; w < WORDS; w++)
        for (size_t i = 0; i + 1 < t->n[w]; i++) {
            uint32_t x = t->word[w][i], y = t->word[w][i + 1];
            int64_t count = count_pair(t, x, y);
            if (count < best || (count == best && (x > *a || (x == *a && y >= *b)))) continue;
            best = count;
            *a = x;
            *b = y;
        }
    return best;
}

static void join(struct naive *t, uint32_t a, uint32_t b, uint32_t made)
{
    for (size_t w = 0; w < WORDS; w++) {
        size_t out = 0;
        for (size_t i = 0; i < t->n[w]; i++) {
            bool both = i + 1 < t->n[w] && t->word[w][i] == a && t->word[w][i + 1] == b;
            t->word[w][out++] = both ? made : t->word[w][i];
            i += both;
        }
        t->n[w] = out;
    }
}

TEST(as_defined)
{
    struct pattern_spec spec = {.n = 0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t state = seed;
        struct naive t = {0};
        struct pieces own;
        struct err e = {0};
        struct counts *c = counts_new(1 << 30);
        pieces_init(&own);
        for (size_t w = 0; w < WORDS; w++) { /* no letter twice in a word: no text is made in two ways */
            char text[32], letters[] = "abcdefgh";
            size_t n = 2 + random_next(&state) % 6;
            for (size_t i = 0; i < n; i++) {
                size_t pick = i + random_next(&state) % (8 - i);
                text[i] = letters[pick];
                letters[pick] = letters[i];
            }
            t.count[w] = 1 + random_next(&state) % 4;
            t.n[w] = n;
            for (size_t i = 0; i < n; i++) t.word[w][i] = (uint32_t)(text[i] - '!');
            pieces_add(&own, slice_of(text, n), t.count[w]);
        }
        counts_flush(c, &own, true, &e);
        const struct pieces *sum;
        struct vocab *v;
        struct train_opts o = {
            .vocab_size = 300, .pattern = &spec, .memory_bytes = 1 << 30, .min_frequency = (int64_t)seed % 4};
        CHECK_INT(counts_result(c, &sum, &e), 0);
        CHECK_INT(train_merges(&v, sum, &o, &e), 0);
        for (size_t m = 0;; m++) {
            uint32_t a = 0, b = 0;
            int64_t count = best_pair(&t, &a, &b);
            bool over = count < (o.min_frequency > 1 ? o.min_frequency : 1) || m == 44;
            CHECK(over == (m == v->n_merges));
            if (over || m >= v->n_merges) break;
            CHECK_INT(v->merge[m].left, a);
            CHECK_INT(v->merge[m].right, b);
            join(&t, a, b, v->merge[m].result);
        }
        vocab_free(v);
        counts_free(c);
        pieces_free(&own);
    }
}

/* ---- limits and errors */

static int train_words(const char *const *words, size_t n, const struct train_opts *o, struct vocab **v,
                       struct err *e)
{
    struct counts *c = counts_new(1 << 30);
    struct pieces own;
    const struct pieces *sum = NULL;
    pieces_init(&own);
    *v = NULL;
    for (size_t i = 0; i < n; i++) pieces_add(&own, slice_str(words[i]), 1);
    counts_flush(c, &own, true, e);
    int r = counts_result(c, &sum, e);
    if (r == 0) r = train_merges(v, sum, o, e);
    counts_free(c);
    pieces_free(&own);
    return r;
}

TEST(nothing_to_learn)
{
    struct pattern_spec spec = {.n = 0};
    const char *special[] = {"<s>", "<s>", "</s>"};
    struct train_opts o = {
        .vocab_size = 1000, .pattern = &spec, .memory_bytes = 1 << 30, .special = special, .n_special = 3};
    struct vocab *v;
    struct err e = {0};
    CHECK_INT(train_words(NULL, 0, &o, &v, &e), 0);
    if (!v) return;
    CHECK_INT(v->n_tokens, 258);
    CHECK_INT(v->n_merges, 0);
    CHECK_INT(vocab_find(v, slice_str("</s>")), 1);
    CHECK_INT(v->byte_id['!'], 2);
    vocab_free(v);
}

TEST(errors)
{
    struct pattern_spec spec = {.n = 0};
    const char *words[] = {"abcabc", "bcd"}, *bad[] = {"\xff"}, *none[] = {""};
    struct train_opts o = {.vocab_size = 255, .pattern = &spec, .memory_bytes = 1 << 30};
    struct vocab *v;
    struct err e = {0};
    CHECK_INT(train_words(words, 2, &o, &v, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "--vocab-size 255 is too small") != NULL);
    o.vocab_size = 300;
    o.memory_bytes = 1000;
    e.code = 0;
    CHECK_INT(train_words(words, 2, &o, &v, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "--memory") != NULL);
    o.memory_bytes = 1 << 30;
    o.special = bad;
    o.n_special = 1;
    e.code = 0;
    CHECK_INT(train_words(words, 2, &o, &v, &e), -ERR_USAGE);
    o.special = none;
    e.code = 0;
    CHECK_INT(train_words(words, 2, &o, &v, &e), -ERR_USAGE);
}

TEST(pieces_beyond_memory)
{
    struct counts *c = counts_new(2 << 20);
    struct pieces own;
    struct err e = {0};
    const struct pieces *sum;
    uint64_t state = 1;
    pieces_init(&own);
    int r = 0;
    for (int i = 0; i < 200000 && r == 0; i++) {
        char text[16];
        pieces_add(&own, slice_of(text, (size_t)snprintf(text, sizeof text, "%08x", random_next(&state))), 1);
        r = counts_flush(c, &own, false, &e);
    }
    CHECK_INT(r, -ERR_USAGE);
    CHECK(strstr(e.msg, "--sample") != NULL);
    e.code = 0;
    CHECK_INT(counts_flush(c, &own, true, &e), -ERR_USAGE);
    e.code = 0;
    CHECK_INT(counts_result(c, &sum, &e), -ERR_USAGE);
    pieces_free(&own);
    counts_free(c);
}

TEST(pieces_do_not_depend_on_order)
{
    const struct pieces *a, *b;
    struct err e = {0};
    struct counts *c[2];
    for (int round = 0; round < 2; round++) {
        struct pieces own;
        c[round] = counts_new(1 << 30);
        pieces_init(&own);
        for (unsigned i = 0; i < 150000; i++) {
            char text[16];
            unsigned number = round ? 149999 - i : i;
            pieces_add(&own, slice_of(text, (size_t)snprintf(text, sizeof text, "w%u", number % 100000)),
                       1 + number % 3);
            counts_flush(c[round], &own, false, &e);
        }
        counts_flush(c[round], &own, true, &e);
        pieces_free(&own);
    }
    counts_result(c[0], &a, &e);
    counts_result(c[1], &b, &e);
    size_t wrong = 0;
    CHECK_INT(a->n, 100000);
    CHECK_INT(b->n, 100000);
    for (size_t i = 0; i < 100000; i++)
        wrong += !slice_eq(piece_bytes(a, &a->slot[i]), piece_bytes(b, &b->slot[i])) ||
                 a->slot[i].count != b->slot[i].count;
    CHECK_INT(wrong, 0);
    counts_free(c[0]);
    counts_free(c[1]);
}

int main(void)
{
    recorded = recorded_load();
    RUN(as_recorded_gpt2);
    RUN(as_recorded_o200k_special_byte);
    RUN(as_recorded_long_pieces);
    RUN(as_recorded_deepseek);
    RUN(as_recorded_special_text);
    RUN(as_defined);
    RUN(nothing_to_learn);
    RUN(errors);
    RUN(pieces_beyond_memory);
    RUN(pieces_do_not_depend_on_order);
    json_free(recorded);
    return TEST_END();
}
