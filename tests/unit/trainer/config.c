/* Configurations: defaults, ranges, what does not fit; the model as JSON and back. */
#include "../test.h"
#include "trainer/config.h"

#define MODEL "model: {layers: 2, width: 16, heads: 4, seq_len: 8}\n"
#define TRAIN "train: {steps: 10, batch_sequences: 2, lr: 0.01}\n"

static struct err last;

static int read_text(const char *text, struct config *c)
{
    struct yaml_file *f;
    err_clear(&last);
    int r = yaml_parse(&f, "c.yaml", slice_str(text), &last);
    if (r < 0) return r;
    r = config_read(c, f, &last);
    yaml_free(f);
    return r;
}

static bool says(const char *text, const char *what)
{
    struct config c = {0};
    if (read_text(text, &c) != -ERR_USAGE) return false;
    if (strstr(last.msg, what)) return true;
    printf("# %s\n", last.msg);
    return false;
}

TEST(defaults)
{
    struct config c = {0};
    CHECK_INT(read_text(MODEL TRAIN, &c), 0);
    CHECK_INT(c.model.kv_heads, 4);
    CHECK_INT(c.model.ffn, 64);
    CHECK(c.model.tie_embeddings && c.model.rope_theta == 10000 && c.model.norm_eps == 1e-5);
    CHECK_INT(c.train.accumulation, 1);
    CHECK_NEAR(c.train.min_lr, 0.001, 1e-18);
    CHECK(c.train.beta1 == 0.9 && c.train.beta2 == 0.95 && c.train.clip == 1 && c.train.seed == 1);
}

TEST(everything_can_be_said)
{
    struct config c = {0};
    CHECK_INT(
        read_text(
            "model: {form: llama, vocab: 50, layers: 3, width: 24, heads: 6, kv_heads: 3, ffn: 40, seq_len: "
            "9, "
            "tie_embeddings: no, rope_theta: 500, norm_eps: 1e-6, init_std: 0.1}\n"
            "train: {steps: 7, max_minutes: 1.5, batch_sequences: 3, accumulation: 4, lr: 1e-3, min_lr: 0, "
            "warmup_steps: 2, weight_decay: 0, beta1: 0.8, beta2: 0.99, eps: 1e-6, clip: 0, seed: 9, "
            "checkpoint_every: 5, keep: 3, eval_every: 2, eval_batches: 6, document_mask: yes, "
            "eod_mask_loss: on}\n",
            &c),
        0);
    CHECK(!c.model.tie_embeddings && c.model.vocab == 50 && c.model.rope_theta == 500 &&
          c.model.init_std == 0.1);
    CHECK(c.train.max_minutes == 1.5 && c.train.min_lr == 0 && c.train.document_mask &&
          c.train.eod_mask_loss);
    CHECK(c.train.keep == 3 && c.train.eval_batches == 6 && c.train.seed == 9 &&
          c.train.checkpoint_every == 5);
}

TEST(what_is_wrong_is_named)
{
    CHECK(says(TRAIN, "`model:` is missing"));
    CHECK(says(MODEL, "`train:` is missing"));
    CHECK(says("model: {layers: 2, heads: 4, seq_len: 8}\n" TRAIN, "`model: width` is missing"));
    CHECK(says(MODEL "train: {steps: 10, batch_sequences: 2}\n", "`train: lr` is missing"));
    CHECK(says("model: {form: gpt9, layers: 2, width: 16, heads: 4, seq_len: 8}\n" TRAIN, "llama"));
    CHECK(says("model: {layers: 0, width: 16, heads: 4, seq_len: 8}\n" TRAIN, "c.yaml:1:"));
    CHECK(says("model: {layers: two, width: 16, heads: 4, seq_len: 8}\n" TRAIN, "layers"));
    CHECK(says("model: {layers: 2, width: 18, heads: 4, seq_len: 8}\n" TRAIN,
               "width 18 is no multiple of heads 4"));
    CHECK(says("model: {layers: 2, width: 12, heads: 4, seq_len: 8}\n" TRAIN, "even"));
    CHECK(says("model: {layers: 2, width: 16, heads: 4, kv_heads: 3, seq_len: 8}\n" TRAIN, "kv_heads 3"));
    CHECK(says("model: {layers: 2, width: 16, heads: 4, seq_len: 8, laers: 2}\n" TRAIN, "laers"));
    CHECK(says(MODEL "train: {steps: 10, batch_sequences: 2, lr: 1, min_lr: 2}\n", "min_lr"));
    CHECK(says(MODEL "train: {steps: 10, batch_sequences: 2, lr: nan}\n", "lr"));
    CHECK(says(MODEL "train: {steps: 10, batch_sequences: 2, lr: 1, tie: yes}\n", "tie"));
    CHECK(says("model: [1]\n" TRAIN, "model"));
}

TEST(vocabulary)
{
    struct config c = {0};
    struct err e = {0};
    read_text(MODEL TRAIN, &c);
    CHECK_INT(config_set_vocab(&c.model, 300, &e), 0);
    CHECK_INT(c.model.vocab, 300);
    CHECK_INT(config_set_vocab(&c.model, 290, &e), 0); /* more than the shards': padding */
    CHECK_INT(config_set_vocab(&c.model, 301, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "vocab is 300") && strstr(e.msg, "301"));
    CHECK_INT(config_set_vocab(&c.model, 0, NULL), -ERR_USAGE);
    CHECK_INT(config_set_vocab(&c.model, 20000000, NULL), -ERR_USAGE);
}

static int from_json(struct model_config *m, const char *text)
{
    struct json_file *f;
    err_clear(&last);
    int r = json_parse(&f, "state.json", slice_str(text), &last);
    if (r < 0) return r;
    r = config_get_model(m, json_root(f), &last);
    json_free(f);
    return r;
}

TEST(model_as_json_and_back)
{
    struct config c = {0};
    struct model_config m = {0};
    struct buf b;
    read_text("model: {layers: 2, width: 16, heads: 4, kv_heads: 2, seq_len: 8, tie_embeddings: no, "
              "rope_theta: 123.5}\n" TRAIN,
              &c);
    c.model.vocab = 77;
    buf_init(&b, 4096);
    CHECK_INT(config_put_model(&c.model, &b), 0);
    buf_putc(&b, 0);
    CHECK_INT(from_json(&m, b.p), 0);
    CHECK_INT(config_same_model(&c.model, &m, &last), 0);
    CHECK(m.vocab == 77 && m.rope_theta == 123.5 && !m.tie_embeddings && m.init_std == 0.02);
    m.layers = 3;
    CHECK_INT(config_same_model(&c.model, &m, &last), -ERR_USAGE);
    CHECK(strstr(last.msg, "layers is 2 in the configuration and 3 in the checkpoint") != NULL);
    m.layers = 2;
    m.init_std = 5; /* only says how training began */
    CHECK_INT(config_same_model(&c.model, &m, NULL), 0);
    static const char *const edits[][2] = {
        {"llama", "gpt"},      {"\"layers\":2", "\"layers\":2.5"}, {"\"layers\":2", "\"layers\":0"},
        {"false", "0"},        {"\"heads\":4", "\"heads\":5"},     {"\"vocab\":77", "\"vocab\":0"},
        {"\"width\"", "\"w\""}};
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char text[4096], *at = strstr(b.p, edits[i][0]);
        CHECK(at != NULL);
        if (!at) continue;
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - b.p), b.p, edits[i][1], at + strlen(edits[i][0]));
        if (from_json(&m, text) != -ERR_DATA) printf("# %s is taken\n", text);
        CHECK_INT(from_json(&m, text), -ERR_DATA);
    }
    buf_free(&b);
}

int main(void)
{
    RUN(defaults);
    RUN(everything_can_be_said);
    RUN(what_is_wrong_is_named);
    RUN(vocabulary);
    RUN(model_as_json_and_back);
    return TEST_END();
}
