/* The trainer against recorded numbers of an independent implementation (reference.py, NumPy in double): logits, losses, every
 * gradient, 20 optimizer steps; finite differences through the whole model; floats against doubles; the same bits for any
 * number of threads, and with accumulation. */
#include "common/hash.h"
#include "common/stream.h"
#include "small.h"
#include "trainer/model.h"
#include "trainer/safetensors.h"

static struct buf file;
static struct safetensors recorded;
static const char *data;

static bool load(void)
{
    char path[4096];
    struct err e = {0};
    const char *root = getenv("LEAT_ROOT");
    uint64_t n = 0;
    snprintf(path, sizeof path, "%s/tests/unit/trainer/reference.safetensors", root ? root : ".");
    buf_init(&file, 1 << 24);
    if (file_read(path, 1 << 24, &file, &e) == 0) {
        for (int i = 0; i < 8; i++) n |= (uint64_t)(unsigned char)file.p[i] << (8 * i);
        data = file.p + 8 + n;
        if (safetensors_parse(&recorded, path, slice_of(file.p + 8, n), file.n - 8 - n, &e) == 0) return true;
    }
    printf("# %s\n", e.msg);
    return false;
}

static double value_of(const struct safetensors_entry *t, int64_t i)
{
    double v;
    memcpy(&v, data + t->begin + (size_t)i * sizeof v, sizeof v);
    return v;
}

static const struct safetensors_entry *find(const char *which, const char *kind, const char *name)
{
    char key[256];
    snprintf(key, sizeof key, "%s.%s%s%s", which, kind, *name ? "." : "", name);
    const struct safetensors_entry *t = safetensors_find(&recorded, key);
    if (!t) printf("# not recorded: %s\n", key);
    CHECK(t != NULL);
    return t;
}

/* The greatest difference of an arena from what is recorded, relative to each tensor's greatest element. */
static double arena_error(const struct training *t, enum store_arena arena, const char *which,
                          const char *kind)
{
    double worst = 0;
    for (size_t k = 0; k < t->store.n_weights; k++) {
        const struct weight *w = &t->store.weight[k];
        const struct safetensors_entry *r = find(which, kind, w->name);
        double top = 0, error = 0;
        if (!r || !shape_eq(r->shape, w->shape)) return INFINITY;
        for (int64_t i = 0; i < w->count; i++) {
            top = fmax(top, fabs(value_of(r, i)));
            error = fmax(error, fabs(small_get(t, arena, k, i) - value_of(r, i)));
        }
        if (!(error / top <= worst)) worst = error / top;
    }
    return worst;
}

static void compare(const char *which, const char *backend, double gradients, double losses, double after)
{
    struct config c = small_config(strcmp(which, "tied") == 0, strcmp(which, "untied") == 0);
    struct training t;
    struct training_result r;
    const struct safetensors_entry *loss = find(which, "losses", ""), *norm = find(which, "norms", "");
    double worst = 0;
    small_open(&t, &c, backend, 2);
    for (uint32_t step = 0; loss && norm && step < 20; step++) {
        CHECK_INT(training_step(&t, small_tokens(step), &r, NULL), 0);
        worst = fmax(worst, small_rel(r.loss, value_of(loss, step), 1));
        worst = fmax(worst, small_rel(r.grad_norm, value_of(norm, step), 1));
        double g = step == 0 ? arena_error(&t, STORE_GRADS, which, "grad") : 0;
        if (!(g <= gradients)) printf("# %s on %s: gradients differ by %g\n", which, backend, g);
        CHECK(g <= gradients);
    }
    double w = arena_error(&t, STORE_WEIGHTS, which, "after");
    if (!(worst <= losses && w <= after))
        printf("# %s on %s: losses %g, weights %g\n", which, backend, worst, w);
    CHECK(worst <= losses);
    CHECK(w <= after);
    training_close(&t);
}

TEST(doubles_are_the_recorded_numbers)
{
    compare("tied", "ref64", 1e-12, 1e-11, 1e-10);
    compare("untied", "ref64", 1e-12, 1e-11, 1e-10);
}

TEST(floats_are_the_recorded_numbers)
{
    compare("tied", "cpu", 1e-5, 1e-4, 1e-3);
    compare("untied", "cpu", 1e-5, 1e-4, 1e-3);
}

TEST(logits_through_the_caches)
{
    struct config c = small_config(true, false);
    struct training t;
    struct program p;
    struct graph g;
    struct err e = {0};
    const struct safetensors_entry *want = find("tied", "logits", "");
    double got[SMALL_VOCAB], worst = 0;
    small_open(&t, &c, "ref64", 1);
    CHECK_INT(model_decode(&g, &c.model, 1, true, &e), 0);
    CHECK_INT(program_open(&p, &g, &t.store, t.team, &e), 0);
    for (int b = 0; want && b < SMALL_BATCH; b++) {
        for (int32_t j = 0; j < SMALL_SEQ; j++) {
            int32_t token = (int32_t)small_tokens(0)[b * (SMALL_SEQ + 1) + j];
            program_write(&p, "tokens", &token);
            program_write(&p, "positions", &j);
            program_run(&p);
            program_read_floats(&p, "logits", got);
            for (int i = 0; i < SMALL_VOCAB; i++)
                worst = fmax(worst, fabs(got[i] - value_of(want, (b * SMALL_SEQ + j) * SMALL_VOCAB + i)));
        }
    }
    CHECK(worst < 1e-12);
    program_close(&p);
    training_close(&t);
}

/* ---- what needs no record */

static double eval_loss(struct training *t)
{
    double sum = 0;
    uint64_t n = 0;
    training_eval(t, small_tokens(0), &sum, &n);
    return sum / (double)n;
}

TEST(whole_model_by_finite_differences)
{
    struct config c = small_config(false, true);
    struct training t;
    struct training_result r;
    c.train.lr = c.train.min_lr = 0; /* a step that only makes gradients */
    c.train.weight_decay = 0;
    small_open(&t, &c, "ref64", 1);
    CHECK_INT(training_step(&t, small_tokens(0), &r, NULL), 0);
    CHECK_NEAR(r.loss, eval_loss(&t), 1e-14);
    for (size_t k = 0; k < t.store.n_weights; k++) {
        double top = 0, worst = 0;
        for (int64_t i = 0; i < t.store.weight[k].count; i++)
            top = fmax(top, fabs(small_get(&t, STORE_GRADS, k, i)));
        for (int64_t i = 0; i < t.store.weight[k].count; i += 1 + t.store.weight[k].count / 7) {
            double *x = (double *)t.store.arena[STORE_WEIGHTS] + t.store.weight[k].at + i, at = *x, d[2],
                   h = 1e-3;
            for (int m = 0; m < 2; m++, h /= 2) {
                *x = at + h;
                d[m] = eval_loss(&t);
                *x = at - h;
                d[m] = (d[m] - eval_loss(&t)) / (2 * h);
            }
            *x = at;
            worst = fmax(worst, fabs((4 * d[1] - d[0]) / 3 - small_get(&t, STORE_GRADS, k, i)) / top);
        }
        if (!(worst <= 1e-6)) printf("# %s: %g\n", t.store.weight[k].name, worst);
        CHECK(worst <= 1e-6);
    }
    training_close(&t);
}

static uint64_t bits_after(const struct config *c, int threads, int steps)
{
    struct training t;
    struct training_result r;
    uint64_t h = 0;
    small_open(&t, c, "cpu", threads);
    for (int i = 0; i < steps; i++) {
        training_step(&t, small_tokens((uint32_t)i), &r, NULL);
        h = h * 31 + hash64(&r.loss, sizeof r.loss);
    }
    h ^= hash64(t.store.arena[STORE_WEIGHTS], (size_t)t.store.elements * sizeof(float));
    training_close(&t);
    return h;
}

TEST(same_bits_for_any_number_of_threads)
{
    struct config c = small_config(false, false);
    uint64_t one = bits_after(&c, 1, 6);
    CHECK(one == bits_after(&c, 2, 6));
    CHECK(one == bits_after(&c, 3, 6));
    CHECK(one == bits_after(&c, 8, 6));
    CHECK(one != bits_after(&c, 1, 5));
}

/* Two sequences at once, or one after the other: the loss is over the targets of both, which are not equally many. */
TEST(accumulation_is_one_batch)
{
    struct config c = small_config(true, true);
    struct training whole, parts;
    struct training_result a, b;
    small_open(&whole, &c, "ref64", 1);
    c.train.batch_sequences = 1;
    c.train.accumulation = 2;
    small_open(&parts, &c, "ref64", 1);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK_INT(training_step(&whole, small_tokens(i), &a, NULL), 0);
        CHECK_INT(training_step(&parts, small_tokens(i), &b, NULL), 0);
        CHECK_NEAR(a.loss, b.loss, 1e-12);
        CHECK_NEAR(a.grad_norm, b.grad_norm, 1e-11);
        CHECK_INT(a.targets, b.targets);
    }
    CHECK(a.targets < SMALL_BATCH * SMALL_SEQ);
    training_close(&whole);
    training_close(&parts);
}

TEST(a_gradient_that_is_no_number_changes_nothing)
{
    struct config c = small_config(true, false);
    struct training t;
    struct training_result r;
    struct err e = {0};
    double nan = NAN;
    small_open(&t, &c, "cpu", 1);
    CHECK_INT(training_step(&t, small_tokens(0), &r, &e), 0);
    double before = small_get(&t, STORE_WEIGHTS, 2, 3);
    backend_put(t.store.b, t.store.arena[STORE_WEIGHTS], (uint64_t)t.store.weight[1].at, &nan, 1);
    CHECK_INT(training_step(&t, small_tokens(0), &r, &e), -ERR_IO);
    CHECK(strstr(e.msg, "step 2") != NULL);
    CHECK(small_get(&t, STORE_WEIGHTS, 2, 3) == before);
    CHECK_INT(t.step, 1);
    training_close(&t);
}

TEST(learning_rate)
{
    struct train_config c = {.steps = 100, .warmup_steps = 10, .lr = 1, .min_lr = 0.1};
    CHECK_NEAR(training_lr(&c, 1), 0.1, 1e-15);
    CHECK_NEAR(training_lr(&c, 10), 1, 1e-15);
    CHECK_NEAR(training_lr(&c, 55), 0.55, 1e-15);
    CHECK_NEAR(training_lr(&c, 100), 0.1, 1e-15);
    CHECK_NEAR(training_lr(&c, 200), 0.1, 1e-15);
    c.warmup_steps = 0;
    CHECK(training_lr(&c, 1) < 1 && training_lr(&c, 1) > 0.99);
}

TEST(figures)
{
    struct config c = small_config(true, false);
    struct training t;
    struct training_result r;
    struct buf b;
    uint64_t store, activations, workspace;
    small_open(&t, &c, "cpu", 1);
    training_step(&t, small_tokens(0), &r, NULL);
    eval_loss(&t);
    CHECK_INT(store_parameters(&t.store), 13 * 16 + 16 + 2 * (16 + 16 + 2 * 256 + 2 * 128 + 3 * 320));
    training_memory(&t, &store, &activations, &workspace);
    CHECK_INT(store, t.store.elements * 16);
    CHECK(activations > 0 && workspace > 0);
    buf_init(&b, 1 << 16);
    CHECK_INT(training_put_costs(&t, &b), 0);
    buf_putc(&b, 0);
    CHECK(strstr(b.p, "matmul backward") != NULL && strstr(b.p, "adamw") != NULL);
    buf_free(&b);
    training_close(&t);
}

int main(void)
{
    if (!load()) return 1;
    RUN(doubles_are_the_recorded_numbers);
    RUN(floats_are_the_recorded_numbers);
    RUN(logits_through_the_caches);
    RUN(whole_model_by_finite_differences);
    RUN(same_bits_for_any_number_of_threads);
    RUN(accumulation_is_one_batch);
    RUN(a_gradient_that_is_no_number_changes_nothing);
    RUN(learning_rate);
    RUN(figures);
    safetensors_free(&recorded);
    buf_free(&file);
    return TEST_END();
}
