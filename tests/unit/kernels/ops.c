/* Every op: gradients of the reference against finite differences; the float backend against the reference; the same bits
 * for any number of threads; adding to a gradient; shapes that do not fit. */
#include "bench.h"

/* sum(out * grad_out), or for a root scale * sum(out): what the gradients differentiate. */
static double objective(struct bench *k)
{
    k->b->forward[k->c.kind](&k->c, k->team);
    double sum = 0, scale = op_get(k->c.kind)->root ? *(double *)k->c.in[3].data : 0;
    for (int64_t i = 0; i < shape_count(k->c.out.shape); i++)
        sum +=
            bench_get(k->b, &k->c.out, i) * (k->c.grad_out.data ? bench_get(k->b, &k->c.grad_out, i) : scale);
    return sum;
}

/* Largest error of up to 60 elements of input i's gradient, relative to the gradient's largest element; of up to 6 where
 * the output is large: its size is for the other backends' tiles, and the reference has none. */
static double difference_error(struct bench *k, unsigned i)
{
    int64_t n = shape_count(k->c.in[i].shape), most = shape_count(k->c.out.shape) > 100000 ? 6 : 60,
            step = n / most + 1;
    double *x = k->c.in[i].data, *g = k->c.grad_in[i].data, worst = 0, top = 1e-3;
    for (int64_t j = 0; j < n; j++) top = fmax(top, fabs(g[j]));
    for (int64_t j = 0; j < n; j += step) {
        double at = x[j], h = 1e-3, d[2];
        for (int m = 0; m < 2; m++) { /* two widths, extrapolated: the error is of the fourth order */
            x[j] = at + h;
            d[m] = objective(k);
            x[j] = at - h;
            d[m] = (d[m] - objective(k)) / (2 * h);
            h /= 2;
        }
        x[j] = at;
        worst = fmax(worst, fabs((4 * d[1] - d[0]) / 3 - g[j]) / top);
    }
    return worst;
}

TEST(gradients_are_finite_differences)
{
    const struct backend *ref = backend_find("ref64");
    for (int n = 0; n < BENCH_CASES; n++) {
        const struct op *op = op_get(bench_cases[n].kind);
        if (!op->differentiable) continue;
        struct bench k;
        bench_open(&k, ref, &bench_cases[n], 1);
        ref->forward[k.c.kind](&k.c, k.team);
        ref->backward[k.c.kind](&k.c, k.team);
        for (unsigned i = 0; i < op->n_in; i++) {
            if (!k.c.grad_in[i].data) continue;
            double error = difference_error(&k, i);
            if (!(error <= 1e-6)) printf("# case %d: %s input %u: %g\n", n, op->name, i, error);
            CHECK(error <= 1e-6);
        }
        bench_close(&k);
    }
}

/* Greatest difference between two tensors of the backends, relative to the reference's greatest element. */
static double parity(struct bench *ref, struct bench *cpu, const struct tensor *r, const struct tensor *c)
{
    if (!r->data || r->type == TYPE_INDEX) return 0;
    double worst = 0, top = 1e-30;
    for (int64_t i = 0; i < shape_count(r->shape); i++) {
        bool narrow = r->type == TYPE_FLOAT;
        double a = narrow ? bench_get(ref->b, r, i) : ((double *)r->data)[i];
        double b = narrow ? bench_get(cpu->b, c, i) : ((double *)c->data)[i];
        if (!(fabs(a - b) <= worst)) worst = fabs(a - b);
        top = fmax(top, fabs(a));
    }
    return worst / top;
}

static double parity_of_call(struct bench *ref, struct bench *cpu)
{
    double worst =
        fmax(parity(ref, cpu, &ref->c.out, &cpu->c.out), parity(ref, cpu, &ref->c.saved, &cpu->c.saved));
    for (int i = 0; i < OP_INPUTS; i++) {
        worst = fmax(worst, parity(ref, cpu, &ref->c.grad_in[i], &cpu->c.grad_in[i]));
        worst = fmax(worst, parity(ref, cpu, &ref->c.in[i], &cpu->c.in[i])); /* those that are updated */
    }
    return worst;
}

static void run(struct bench *k, bool add)
{
    for (int i = 0; i < OP_INPUTS; i++) k->c.grad_add[i] = add;
    k->b->forward[k->c.kind](&k->c, k->team);
    if (k->b->backward[k->c.kind]) k->b->backward[k->c.kind](&k->c, k->team);
}

TEST(cpu_is_the_reference_to_1e_5)
{
    for (int n = 0; n < 2 * BENCH_CASES; n++) {
        const struct op_case *o = &bench_cases[n / 2];
        struct bench ref, cpu;
        bench_open(&ref, backend_find("ref64"), o, 1);
        bench_open(&cpu, backend_find("cpu"), o, 2);
        run(&ref, n % 2);
        run(&cpu, n % 2);
        double error = parity_of_call(&ref, &cpu);
        if (!(error <= 1e-5)) printf("# case %d: %s: %g\n", n / 2, op_get(o->kind)->name, error);
        CHECK(error <= 1e-5);
        bench_close(&ref);
        bench_close(&cpu);
    }
}

static bool same_bits(const struct bench *a, const struct bench *b, const struct tensor *s,
                      const struct tensor *t)
{
    return !s->data || memcmp(s->data, t->data, bench_bytes(a->b, s->type, s->shape)) == 0;
}

TEST(same_bits_for_any_number_of_threads)
{
    static const int threads[] = {1, 2, 3, 8};
    for (int n = 0; n < BENCH_CASES; n++) {
        struct bench one, many;
        bench_open(&one, backend_find("cpu"), &bench_cases[n], 1);
        run(&one, true);
        for (int i = 1; i < 4; i++) {
            bench_open(&many, backend_find("cpu"), &bench_cases[n], threads[i]);
            run(&many, true);
            CHECK(same_bits(&one, &many, &one.c.out, &many.c.out));
            for (int j = 0; j < OP_INPUTS; j++) {
                CHECK(same_bits(&one, &many, &one.c.grad_in[j], &many.c.grad_in[j]));
                CHECK(same_bits(&one, &many, &one.c.in[j], &many.c.in[j]));
            }
            bench_close(&many);
        }
        bench_close(&one);
    }
}

/* A gradient that is not wanted changes nothing else. */
TEST(gradients_may_be_left_out)
{
    static const char *const backends[] = {"cpu", "ref64"};
    for (int n = 0; n < 2 * BENCH_CASES; n++) {
        const struct op_case *o = &bench_cases[n / 2];
        const struct op *op = op_get(o->kind);
        if (__builtin_popcount(op->differentiable) < 2) continue;
        struct bench all, some;
        bench_open(&all, backend_find(backends[n % 2]), o, 1);
        run(&all, false);
        for (unsigned out = 0; out < op->n_in; out++) {
            bench_open(&some, backend_find(backends[n % 2]), o, 1);
            some.b->free(some.c.grad_in[out].data);
            some.c.grad_in[out].data = NULL;
            run(&some, false);
            for (unsigned i = 0; i < op->n_in; i++)
                CHECK(i == out || same_bits(&all, &some, &all.c.grad_in[i], &some.c.grad_in[i]));
            bench_close(&some);
        }
        bench_close(&all);
    }
}

TEST(shapes_that_do_not_fit_are_refused)
{
    int refused = 0;
    for (int n = 0; n < BENCH_CASES; n++) {
        struct op_case o = bench_cases[n];
        struct shape out, saved;
        for (unsigned i = 0; i < op_get(o.kind)->n_in; i++) {
            struct shape right = o.in[i];
            struct err e = {0};
            o.in[i].dim[0] = 0;
            CHECK_INT(op_infer(o.kind, &o.params, o.in, &out, &saved, &e), -ERR_USAGE);
            CHECK(strstr(e.msg, op_get(o.kind)->name) != NULL);
            o.in[i] = right;
            o.in[i].rank = right.rank == 1 ? 2 : 1;
            o.in[i].dim[1] = 3;
            refused += op_infer(o.kind, &o.params, o.in, &out, &saved, NULL) < 0;
            o.in[i] = right;
        }
    }
    CHECK(refused >= 45);
    struct op_params p = HEADS(3, 2, 4, 5);
    struct shape in[] = {SHAPE2(5, 12), SHAPE2(5, 8), SHAPE2(5, 8), SHAPE1(5)}, out, saved;
    CHECK(op_infer(OP_ATTENTION, &p, in, &out, &saved, NULL) < 0); /* 3 heads over 2 */
    p = (struct op_params)HEADS(2, 2, 4, 3);
    in[0] = SHAPE2(5, 8);
    CHECK(op_infer(OP_ATTENTION, &p, in, &out, &saved, NULL) < 0); /* 5 rows of sequences of 3 */
    p.head_size = 3;
    CHECK(op_infer(OP_ROPE_ANGLES, &p, &in[3], &out, &saved, NULL) < 0); /* odd */
    struct shape huge[] = {SHAPE2((int64_t)1 << 40, 4), SHAPE2((int64_t)1 << 40, 4)};
    CHECK(op_infer(OP_MATMUL, &p, huge, &out, &saved, NULL) < 0);
}

TEST(costs)
{
    const struct op_case *o = &bench_cases[0];
    CHECK_INT(op_get(OP_MATMUL)->flops(&o->params, o->in), 2 * 70 * 33 * 45);
    CHECK_INT(op_bytes(OP_MATMUL, o->in, SHAPE2(70, 45), 4), 4 * (70 * 33 + 33 * 45 + 70 * 45));
    struct shape kv[] = {SHAPE2(4, 6), SHAPE2(4, 6), SHAPE1(4), SHAPE2(9, 6), SHAPE2(9, 6)};
    CHECK_INT(op_bytes(OP_KV_STORE, kv, (struct shape){0}, 8), 8 * (24 + 24) + 4 * 4 + 2 * 2 * 8 * 54);
    struct op_params p = HEADS(2, 1, 4, 6);
    struct shape a[] = {SHAPE2(12, 8), SHAPE2(12, 4), SHAPE2(12, 4), SHAPE1(12)};
    CHECK_INT(op_get(OP_ATTENTION)->flops(&p, a),
              2 * 2 * 2 * 4 * (2 * 21)); /* q k and p v: pairs of 2 sequences x 2 heads */
    struct shape cached[] = {SHAPE2(3, 8), SHAPE1(3), SHAPE2(9, 4), SHAPE2(9, 4)};
    CHECK_INT(op_get(OP_ATTENTION_CACHED)->flops(&p, cached), 2 * 2 * 3 * 9 * 8);
    CHECK(backend_find("cuda") == NULL);
}

int main(void)
{
    RUN(gradients_are_finite_differences);
    RUN(cpu_is_the_reference_to_1e_5);
    RUN(same_bits_for_any_number_of_threads);
    RUN(gradients_may_be_left_out);
    RUN(shapes_that_do_not_fit_are_refused);
    RUN(costs);
    return TEST_END();
}
