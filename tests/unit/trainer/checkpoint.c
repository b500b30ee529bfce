/* Checkpoints: written and read back, resumed to the bit at every step, found and pruned; damage of every kind; metrics that
 * are taken back; headers of safetensors. */
#include "trainer/checkpoint.h"
#include "common/stream.h"
#include "small.h"
#include "trainer/metrics.h"
#include "trainer/safetensors.h"
#include <fcntl.h>

static char dir[64];

static void make_dir(void)
{
    strcpy(dir, "/tmp/leat-checkpoint-XXXXXX");
    if (!mkdtemp(dir)) exit(1);
}

static void shell(const char *format, const char *a, const char *b)
{
    char command[8192];
    snprintf(command, sizeof command, format, a, b);
    CHECK_INT(system(command), 0);
}

static struct checkpoint describe(const struct training *t)
{
    struct checkpoint c = {.step = t->step,
                           .sample = t->step * 2,
                           .tokens = t->step * 14,
                           .seconds = 1.5,
                           .seed = 1,
                           .shards = 0x123456789abcdef0,
                           .vocab_size = 12,
                           .eod_token = SMALL_EOD,
                           .model = t->config.model};
    strcpy(c.tokenizer, "00112233445566778899aabbccddeeff");
    return c;
}

static bool same_bytes(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n) == 0;
}

static void train(struct training *t, uint64_t steps, double *losses)
{
    struct training_result r;
    while (t->step < steps) {
        uint64_t at = t->step;
        CHECK_INT(training_step(t, small_tokens((uint32_t)at), &r, NULL), 0);
        losses[at] = r.loss;
    }
}

enum { STEPS = 12 };

/* A run that is killed after each step and resumed in a new process's memory has the losses of one that was not, to the bit. */
TEST(resumed_at_every_step)
{
    static const char *const backends[] = {"cpu", "ref64"};
    for (int b = 0; b < 2; b++) {
        struct config c = small_config(true, false);
        struct training t;
        struct err e = {0};
        double straight[STEPS], resumed[STEPS];
        char path[CHECKPOINT_PATH];
        make_dir();
        small_open(&t, &c, backends[b], 1);
        train(&t, STEPS, straight);
        training_close(&t);
        for (uint64_t step = 0; step < STEPS; step++) {
            small_open(&t, &c, backends[b], 2);
            if (step > 0) {
                struct checkpoint state;
                CHECK_INT(checkpoint_find(dir, path, &e), 0);
                CHECK_INT(checkpoint_read_state(&state, path, &e), 0);
                CHECK_INT(state.step, step);
                CHECK_INT(checkpoint_read(path, &state, &t.store, true, &e), 0);
                t.step = state.step;
            }
            train(&t, step + 1, resumed);
            struct checkpoint state = describe(&t);
            CHECK_INT(checkpoint_write(dir, &state, &t.store, &e), 0);
            training_close(&t);
        }
        CHECK(same_bytes(straight, resumed, sizeof straight));
        if (e.code) printf("# %s\n", e.msg);
        CHECK_INT(checkpoint_prune(dir, 3, &e), 0);
        shell("test \"$(ls %s | tr '\\n' ' ')\" = 'step-00000010 step-00000011 step-00000012 '", dir, "");
        shell("rm -r %s%s", dir, "");
    }
}

/* A checkpoint of the float backend in the double one, and back: the same weights, since floats are doubles. */
TEST(read_on_another_backend)
{
    struct config c = small_config(false, false);
    struct training cpu, ref, back;
    struct err e = {0};
    char path[CHECKPOINT_PATH];
    double losses[3];
    make_dir();
    small_open(&cpu, &c, "cpu", 1);
    train(&cpu, 3, losses);
    struct checkpoint state = describe(&cpu);
    CHECK_INT(checkpoint_write(dir, &state, &cpu.store, &e), 0);
    CHECK_INT(checkpoint_newest(dir, path, &e), 1);
    small_open(&ref, &c, "ref64", 1);
    CHECK_INT(checkpoint_read(path, &state, &ref.store, true, &e), 0);
    state.step = 4;
    CHECK_INT(checkpoint_write(dir, &state, &ref.store, &e), 0);
    CHECK_INT(checkpoint_newest(dir, path, &e), 1);
    small_open(&back, &c, "cpu", 1);
    CHECK_INT(checkpoint_read(path, &state, &back.store, true, &e), 0);
    for (int arena = STORE_WEIGHTS; arena < STORE_ARENAS; arena++) {
        size_t bytes = (size_t)cpu.store.elements * sizeof(float);
        if (arena != STORE_GRADS) CHECK(memcmp(cpu.store.arena[arena], back.store.arena[arena], bytes) == 0);
    }
    training_close(&cpu);
    training_close(&ref);
    training_close(&back);
    shell("rm -r %s%s", dir, "");
}

/* ---- damage */

static int read_back(const char *path, struct err *e)
{
    struct config c = small_config(true, false);
    struct training t;
    struct checkpoint state;
    small_open(&t, &c, "cpu", 1);
    err_clear(e);
    int r = checkpoint_read_state(&state, path, e);
    if (r == 0) r = checkpoint_read(path, &state, &t.store, true, e);
    training_close(&t);
    return r;
}

static void damaged(const char *command, const char *path, int code, const char *what)
{
    struct err e = {0};
    shell("cp -r %s %s.good", path, path);
    shell(command, path, path);
    int r = read_back(path, &e);
    if (r != code || !strstr(e.msg, what)) printf("# %s: %d: %s\n", command, r, e.msg);
    CHECK(r == code && strstr(e.msg, what));
    char good[CHECKPOINT_PATH + 8];
    snprintf(good, sizeof good, "%s.good", path);
    shell("rm -r %s && mv %s.good %1$s", path, path);
}

TEST(damage_is_named)
{
    struct config c = small_config(true, false);
    struct training t;
    struct err e = {0};
    char path[CHECKPOINT_PATH];
    double losses[2];
    make_dir();
    small_open(&t, &c, "cpu", 1);
    train(&t, 2, losses);
    struct checkpoint state = describe(&t);
    CHECK_INT(checkpoint_write(dir, &state, &t.store, &e), 0);
    CHECK_INT(checkpoint_newest(dir, path, &e), 1);
    CHECK_INT(read_back(path, &e), 0);
    static const struct {
        const char *command;
        int code;
        const char *what;
    } cases[] = {
        {"printf X | dd of=%s/model.safetensors bs=1 seek=3000 conv=notrunc status=none", -ERR_DATA, "XXH3"},
        {"printf X | dd of=%s/optimizer.safetensors bs=1 seek=9000 conv=notrunc status=none", -ERR_DATA,
         "XXH3"},
        {"truncate -s -1 %s/model.safetensors", -ERR_DATA, "cut"},
        {"truncate -s 100 %s/model.safetensors", -ERR_DATA, "not a safetensors"},
        {"truncate -s 4 %s/model.safetensors", -ERR_DATA, "cut"},
        {"truncate -s 0 %s/optimizer.safetensors", -ERR_DATA, "cut"},
        {"rm %s/model.safetensors", -ERR_IO, "model.safetensors"},
        {"rm %s/state.json", -ERR_IO, "state.json"},
        {"cp %s/model.safetensors %s/optimizer.safetensors", -ERR_DATA, "tensors"},
        {"sed -i s/leat-checkpoint/other/ %s/state.json", -ERR_DATA, "not the state"},
        {"sed -i s/.version.:1/\\\"version\\\":2/ %s/state.json", -ERR_DATA, "version"},
        {"sed -i s/.sample.:/\\\"sampel\\\":/ %s/state.json", -ERR_DATA, "missing"},
        {"sed -i s/00112233/0011223/ %s/state.json", -ERR_DATA, "missing"},
        {"sed -i s/00112233/0011223g/ %s/state.json", -ERR_DATA, "missing"},
        {"sed -i s/.layers.:2/\\\"layers\\\":0/ %s/state.json", -ERR_DATA, "layers"},
        {"sed -i s/.optimizer.safetensors.:.../\\\"optimizer.safetensors\\\":\\\"zz/ %s/state.json",
         -ERR_DATA, "missing"},
        {"truncate -s -5 %s/state.json", -ERR_DATA, "state.json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        damaged(cases[i].command, path, cases[i].code, cases[i].what);
    CHECK_INT(read_back(path, &e), 0);
    training_close(&t);
    c.model.ffn = 24; /* another model than the files' */
    small_open(&t, &c, "cpu", 1);
    CHECK_INT(checkpoint_read(path, &state, &t.store, true, &e), -ERR_DATA);
    CHECK(strstr(e.msg, "shape") != NULL);
    training_close(&t);
    err_clear(&e);
    c = small_config(false, false);
    small_open(&t, &c, "cpu", 1);
    CHECK_INT(checkpoint_read(path, &state, &t.store, true, &e), -ERR_DATA);
    training_close(&t);
    shell("rm -r %s%s", dir, "");
}

TEST(only_whole_ones_are_found)
{
    char path[CHECKPOINT_PATH];
    struct err e = {0};
    make_dir();
    CHECK_INT(checkpoint_newest("/nowhere/at/all", path, &e), 0);
    CHECK_INT(checkpoint_newest(dir, path, &e), 0);
    CHECK_INT(checkpoint_find(dir, path, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "holds no checkpoint") != NULL);
    shell("cd %s && mkdir step-00000009 step-00000100.tmp step-00000007 step-12 step-0000000x other%s", dir,
          "");
    shell("touch %s/step-00000100.tmp/half%s", dir, "");
    CHECK_INT(checkpoint_newest(dir, path, &e), 1);
    CHECK_STR(path + strlen(path) - 13, "step-00000009");
    shell("mkdir %s/step-123456789012%s", dir, ""); /* a number, not a name, is compared */
    CHECK_INT(checkpoint_newest(dir, path, &e), 1);
    CHECK_STR(path + strlen(path) - 17, "step-123456789012");
    err_clear(&e);
    CHECK_INT(checkpoint_prune(dir, 2, &e), 0);
    shell("test \"$(cd %s && LC_ALL=C ls | tr '\\n' ' ')\" = 'other step-00000009 step-0000000x step-12 "
          "step-123456789012 '%s",
          dir, "");
    shell("mkdir %s/step-00000003.tmp %s/step-00000003.tmp/folder", dir,
          dir); /* not ours: it is not removed */
    CHECK_INT(checkpoint_prune(dir, 2, &e), -ERR_IO);
    shell("rm -r %s && touch %s", dir, dir);
    err_clear(&e);
    CHECK_INT(checkpoint_newest(dir, path, &e), -ERR_IO);
    shell("rm %s%s", dir, "");
}

TEST(nowhere_to_write)
{
    struct config c = small_config(true, false);
    struct training t;
    struct err e = {0};
    char path[CHECKPOINT_PATH];
    small_open(&t, &c, "cpu", 1);
    struct checkpoint state = describe(&t);
    CHECK_INT(checkpoint_write("/proc/nowhere", &state, &t.store, &e), -ERR_IO);
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    err_clear(&e);
    CHECK_INT(checkpoint_write(path, &state, &t.store, &e), -ERR_USAGE);
    CHECK_INT(checkpoint_read(path, &state, &t.store, false, NULL), -ERR_USAGE);
    training_close(&t);
}

/* ---- metrics */

TEST(metrics_are_taken_back)
{
    struct metrics m;
    struct err e = {0};
    char path[128];
    struct buf b;
    struct metrics_step s = {
        .result = {.loss = 2.5, .grad_norm = 0.1, .lr = 1e-3}, .seconds = 1, .tokens_per_sec = 10};
    make_dir();
    snprintf(path, sizeof path, "%s/m.jsonl", dir);
    CHECK_INT(metrics_open(&m, path, 0, &e), 0);
    for (s.step = 1; s.step <= 4; s.step++) {
        s.tokens = s.step * 7;
        CHECK_INT(metrics_put_step(&m, &s, &e), 0);
        if (s.step % 2 == 0) CHECK_INT(metrics_put_eval(&m, s.step, 2.25, 5, &e), 0);
    }
    CHECK_INT(metrics_close(&m, &e), 0);
    CHECK_INT(metrics_close(&m, &e), 0);
    shell("printf '{\"step\":5,\"lo' >>%s%s", path, ""); /* killed in a write */
    CHECK_INT(metrics_open(&m, path, 2, &e), 0);
    CHECK_INT(metrics_close(&m, &e), 0);
    buf_init(&b, 4096);
    CHECK_INT(file_read(path, 4096, &b, &e), 0);
    buf_putc(&b, 0);
    CHECK_STR(b.p, "{\"step\":1,\"loss\":2.5,\"lr\":0.001,\"grad_norm\":0.1,\"tokens\":7,\"tokens_per_sec\":"
                   "10,\"seconds\":1}\n"
                   "{\"step\":2,\"loss\":2.5,\"lr\":0.001,\"grad_norm\":0.1,\"tokens\":14,\"tokens_per_sec\":"
                   "10,\"seconds\":1}\n"
                   "{\"step\":2,\"valid_loss\":2.25,\"valid_targets\":5}\n");
    buf_free(&b);
    CHECK_INT(metrics_open(&m, "/nowhere/m.jsonl", 0, &e), -ERR_IO);
    err_clear(&e);
    m = (struct metrics){open("/dev/full", O_WRONLY), "/dev/full"};
    CHECK_INT(metrics_put_step(&m, &s, &e), -ERR_IO);
    CHECK(strstr(e.msg, "/dev/full") != NULL);
    metrics_close(&m, &e);
    shell("rm -r %s%s", dir, "");
}

/* ---- safetensors */

static const char *parsed(const char *json, uint64_t bytes)
{
    static struct err e;
    struct safetensors s;
    err_clear(&e);
    if (safetensors_parse(&s, "f", slice_str(json), bytes, &e) == 0) safetensors_free(&s);
    return e.msg;
}

#define T(name, type, shape, from, to) \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"

TEST(safetensors_headers)
{
    CHECK_STR(parsed("{" T("b", "F64", "[2]", "24", "40") "," T("a", "F32", "[2,3]", "0",
                                                                "24") ",\"__metadata__\":{\"x\":\"y\"}}  ",
                     40),
              "");
    CHECK_STR(parsed("{" T("a", "F32", "[]", "0", "4") "}", 4), "");
    CHECK(strstr(parsed("{" T("a", "F32", "[2]", "0", "8") "}", 9), "cut"));
    CHECK(strstr(parsed("{" T("a", "F32", "[2]", "0", "8") "," T("b", "F32", "[1]", "4", "8") "}", 8),
                 "overlap"));
    CHECK(strstr(parsed("{" T("a", "F32", "[2]", "0", "8") "," T("b", "F32", "[1]", "12", "16") "}", 16),
                 "gap"));
    CHECK(strstr(parsed("{" T("a", "BF16", "[2]", "0", "4") "}", 4), "dtype"));
    CHECK(strstr(parsed("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4), "dtype"));
    CHECK(strstr(parsed("{" T("a", "F32", "[2]", "0", "12") "}", 12), "fit"));
    CHECK(strstr(parsed("{" T("a", "F32", "[2]", "8", "0") "}", 8), "fit"));
    CHECK(strstr(parsed("{" T("a", "F32", "[-2]", "0", "8") "}", 8), "fit"));
    CHECK(strstr(parsed("{" T("a", "F32", "[4294967296,4294967296,4]", "0", "8") "}", 8), "fit"));
    CHECK(strstr(parsed("{" T("a", "F32", "[1,1,1,1]", "0", "4") "}", 4), "shape"));
    CHECK(strstr(parsed("{" T("a", "F32", "[1.5]", "0", "4") "}", 4), "shape"));
    CHECK(strstr(parsed("{" T("a", "F32", "3", "0", "4") "}", 4), "shape"));
    CHECK(strstr(parsed("{" T("a", "F32", "[1]", "-1", "4") "}", 4), "data_offsets"));
    CHECK(
        strstr(parsed("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4), "data_offsets"));
    CHECK(strstr(parsed("{" T("", "F32", "[1]", "0", "4") "}", 4), "name"));
    CHECK(strstr(parsed("[]", 0), "object"));
    CHECK(strlen(parsed("{", 0)) > 0);
    struct safetensors_entry entry = {
        .name = "w\"", .width = 8, .shape = SHAPE2(2, 1), .begin = 0, .end = 16};
    struct safetensors s;
    struct buf b;
    buf_init(&b, 4096);
    CHECK_INT(safetensors_put_header(&b, &entry, 1), 0);
    CHECK(b.n % 8 == 0 && (unsigned char)b.p[0] == b.n - 8);
    CHECK_INT(safetensors_parse(&s, "f", slice_of(b.p + 8, b.n - 8), 16, NULL), 0);
    CHECK(s.n == 1 && safetensors_find(&s, "w\"") && !safetensors_find(&s, "v"));
    safetensors_free(&s);
    buf_free(&b);
}

int main(void)
{
    RUN(resumed_at_every_step);
    RUN(read_on_another_backend);
    RUN(damage_is_named);
    RUN(only_whole_ones_are_found);
    RUN(nowhere_to_write);
    RUN(metrics_are_taken_back);
    RUN(safetensors_headers);
    return TEST_END();
}
