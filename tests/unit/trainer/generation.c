/* Generation: the choice of tokens; caches against the whole computation, with chunks, and round the ring. */
#include "common/hash.h"
#include "small.h"
#include "trainer/decoder.h"
#include "trainer/sampler.h"

static uint32_t pick(double temperature, int64_t k, double p, double u)
{
    static const double logits[] = {1, 3, NAN, 3, 2}; /* weights e^-2, 1, none, 1, e^-1 */
    struct sampler s = {temperature, k, p};
    struct sampler_candidate scratch[5];
    return sampler_pick(&s, logits, 5, u, scratch);
}

TEST(greedy)
{
    CHECK_INT(pick(0, 0, 1, 0.99), 1);
    CHECK_INT(pick(0, 3, 0.5, 0.99), 1);
}

/* Weights in the order of ids: .1353 1 1 .3679, sum 2.5032 */
TEST(all_tokens)
{
    CHECK_INT(pick(1, 0, 1, 0), 0);
    CHECK_INT(pick(1, 0, 1, 0.0540), 0);
    CHECK_INT(pick(1, 0, 1, 0.0541), 1);
    CHECK_INT(pick(1, 0, 1, 0.4535), 1);
    CHECK_INT(pick(1, 0, 1, 0.4537), 3);
    CHECK_INT(pick(1, 0, 1, 0.8529), 3);
    CHECK_INT(pick(1, 0, 1, 0.8532), 4);
    CHECK_INT(pick(1, 0, 1, 0.9999999), 4);
}

TEST(top_k)
{
    CHECK_INT(pick(1, 1, 1, 0.9), 1);
    CHECK_INT(pick(1, 2, 1, 0.51), 3);
    CHECK_INT(pick(1, 3, 1, 0.99), 4);
    CHECK_INT(pick(1, 9, 1, 0.999), 0); /* most likely first: 1 3 4 0 */
}

TEST(top_p)
{
    CHECK_INT(pick(1, 0, 0, 0.9), 1); /* at least one */
    CHECK_INT(pick(1, 0, 0.39, 0.99), 1);
    CHECK_INT(pick(1, 0, 0.41, 0.99), 3);
    CHECK_INT(pick(1, 0, 0.9, 0.99), 4);
    CHECK_INT(pick(1, 2, 0.99, 0.99), 3);
}

TEST(temperature)
{
    CHECK_INT(pick(100, 0, 1, 0.24), 0); /* nearly even */
    CHECK_INT(pick(0.01, 0, 1, 0.001), 1);
    struct sampler s = {1, 0, 1};
    struct sampler_candidate scratch[2];
    double none[] = {NAN, NAN}, high[] = {-INFINITY, 1e300};
    CHECK_INT(sampler_pick(&s, none, 2, 0.5, scratch), 0);
    CHECK_INT(sampler_pick(&s, high, 2, 0.5, scratch), 1);
}

TEST(shares_follow_the_weights)
{
    int count[5] = {0};
    for (int i = 0; i < 20000; i++) count[pick(1, 0, 1, (i + 0.5) / 20000)]++;
    CHECK_NEAR(count[0] / 20000.0, 0.1353 / 2.5032, 2e-4);
    CHECK_NEAR(count[4] / 20000.0, 0.3679 / 2.5032, 2e-4);
    CHECK_INT(count[2], 0);
}

/* ---- the decoder */

enum { SEQ = 70 };
static char dir[64];

static struct config long_config(void)
{
    struct config c = small_config(true, false);
    c.model.seq_len = SEQ;
    return c;
}

static void save_model(void)
{
    struct config c = long_config();
    struct training t;
    struct err e = {0};
    struct checkpoint state = {
        .vocab_size = SMALL_VOCAB, .eod_token = SMALL_EOD, .model = c.model, .seed = 1};
    strcpy(state.tokenizer, "00112233445566778899aabbccddeeff");
    strcpy(dir, "/tmp/leat-generation-XXXXXX");
    if (!mkdtemp(dir)) exit(1);
    small_open(&t, &c, "ref64", 1); /* the weights as doubles */
    CHECK_INT(checkpoint_write(dir, &state, &t.store, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
    training_close(&t);
}

static uint32_t token_at(uint64_t i)
{
    return (uint32_t)(hash_mix64(i + 5) % SMALL_VOCAB);
}

/* -log p of token n behind the n before it, by the training's own list of calls: positions beyond n do not matter. */
static double trained_loss(const char *backend, int n)
{
    struct config c = long_config();
    struct training t;
    uint32_t tokens[SMALL_BATCH * (SEQ + 1)] = {0};
    for (int i = 0; i <= n; i++) tokens[i] = token_at((uint64_t)i);
    small_open(&t, &c, backend, 1);
    double sum = 0;
    uint64_t targets = 0;
    training_eval(&t, tokens, &sum, &targets);
    double loss = t.losses[n - 1];
    training_close(&t);
    return loss;
}

static double decoded_loss(const struct decoder *d, uint32_t next)
{
    double top = -INFINITY, sum = 0;
    for (int i = 0; i < SMALL_VOCAB; i++) top = fmax(top, d->logits[i]);
    for (int i = 0; i < SMALL_VOCAB; i++) sum += exp(d->logits[i] - top);
    return top + log(sum) - d->logits[next];
}

static void open_decoder(struct decoder *d, const char *backend, int threads)
{
    struct err e = {0};
    if (decoder_open(d, dir, backend_find(backend), threads, &e) == 0) return;
    printf("# %s\n", e.msg);
    exit(1);
}

static void feed(struct decoder *d, uint64_t from, uint64_t to)
{
    uint32_t tokens[512];
    for (uint64_t i = from; i < to; i++) tokens[i - from] = token_at(i);
    decoder_feed(d, tokens, to - from);
}

TEST(caches_are_the_whole_computation)
{
    static const char *const backends[] = {"cpu", "ref64"};
    for (int b = 0; b < 2; b++) {
        struct decoder d;
        double tolerance = b ? 1e-12 : 1e-5;
        open_decoder(&d, backends[b], 2);
        feed(&d, 0, 1);
        CHECK_NEAR(decoded_loss(&d, token_at(1)), trained_loss(backends[b], 1), tolerance);
        feed(&d, 1, 69); /* two chunks and some */
        CHECK_INT(d.position, 69);
        CHECK_NEAR(decoded_loss(&d, token_at(69)), trained_loss(backends[b], 69), tolerance);
        decoder_reset(&d);
        for (uint64_t i = 0; i < 40; i++) feed(&d, i, i + 1);
        CHECK_NEAR(decoded_loss(&d, token_at(40)), trained_loss(backends[b], 40), tolerance);
        decoder_close(&d);
    }
}

/* Round the ring the model sees the last SEQ positions. With one layer and rotary positions (which are relative) it is as if only they had been
 * fed; with two it still sees, through the first, what came before: so chunks and single rows are compared, and both backends. */
TEST(round_the_ring)
{
    struct decoder chunks, single, ref;
    open_decoder(&chunks, "cpu", 1);
    open_decoder(&single, "cpu", 3);
    open_decoder(&ref, "ref64", 1);
    feed(&chunks, 0, 100); /* the third chunk would come round: it must not be one */
    for (uint64_t i = 0; i < 100; i++) feed(&ref, i, i + 1);
    for (uint64_t i = 0; i < 100; i++) feed(&single, i, i + 1);
    CHECK_NEAR(decoded_loss(&chunks, 1), decoded_loss(&ref, 1), 1e-5);
    CHECK_NEAR(decoded_loss(&single, 1), decoded_loss(&ref, 1), 1e-5);
    decoder_reset(&ref);
    feed(&ref, 0, SEQ);
    CHECK(fabs(decoded_loss(&single, 1) - decoded_loss(&ref, 1)) > 1e-3);
    decoder_close(&chunks);
    decoder_close(&single);
    decoder_close(&ref);
}

TEST(nothing_there)
{
    struct decoder d;
    struct err e = {0};
    CHECK_INT(decoder_open(&d, "/nowhere", backend_find("cpu"), 1, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "/nowhere") != NULL);
}

int main(void)
{
    char command[128];
    RUN(greedy);
    RUN(all_tokens);
    RUN(top_k);
    RUN(top_p);
    RUN(temperature);
    RUN(shares_follow_the_weights);
    save_model();
    RUN(caches_are_the_whole_computation);
    RUN(round_the_ring);
    RUN(nothing_there);
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) || TEST_END();
}
