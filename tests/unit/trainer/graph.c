/* Graphs, their derivatives, and the planner's promise: what lives at the same time shares no byte. */
#include "small.h"
#include "trainer/model.h"

static struct config big(void)
{
    struct config c = small_config(true, false);
    c.model.layers = 5;
    c.model.width = 48;
    c.model.seq_len = 33;
    c.model.ffn = 100;
    return c;
}

TEST(plans_overlap_nowhere)
{
    for (int gradients = 0; gradients < 2; gradients++) {
        struct config c = big();
        struct graph g;
        struct plan p;
        struct err e = {0};
        int pairs = 0, shared = 0;
        uint64_t sum = 0;
        CHECK_INT(model_loss(&g, &c.model, 3, &e), 0);
        if (gradients) graph_differentiate(&g);
        CHECK_INT(plan_make(&p, &g, backend_find("cpu"), 2, &e), 0);
        for (size_t i = 0; i < p.n; i++) {
            const struct plan_slot *a = &p.slot[i];
            if (a->first < 0) continue;
            sum += a->bytes;
            CHECK(a->at % 64 == 0 && a->at + a->bytes <= p.bytes);
            for (size_t j = 0; j < i; j++) {
                const struct plan_slot *b = &p.slot[j];
                if (b->first < 0) continue;
                bool together = a->first <= b->last && b->first <= a->last;
                bool apart = a->at + a->bytes <= b->at || b->at + b->bytes <= a->at;
                CHECK(!together || apart);
                pairs += together;
                shared += !apart;
            }
        }
        CHECK(pairs > 100 && shared > 20);
        CHECK(p.bytes >= p.least_bytes && p.bytes < p.least_bytes * 11 / 10);
        CHECK(p.bytes < sum * (gradients ? 3 : 2) / 4);
        plan_free(&p);
        graph_free(&g);
    }
}

/* Nothing is read before it is written: each activation's first call has it as an output. */
TEST(written_before_read)
{
    struct config c = big();
    struct graph g;
    struct err e = {0};
    CHECK_INT(model_loss(&g, &c.model, 2, &e), 0);
    graph_differentiate(&g);
    CHECK_INT(graph_failed(&g, &e), 0);
    for (size_t i = 0; i < g.n_tensors; i++) {
        if (g.tensor[i].role != ROLE_ACTIVATION) continue;
        for (size_t k = 0; k < g.n_calls; k++) {
            const struct graph_call *call = &g.call[k];
            bool written = (!call->backward || op_get(call->kind)->root) &&
                           ((int)i == call->out || (int)i == call->saved);
            for (int j = 0; j < OP_INPUTS; j++) written |= (int)i == call->grad_in[j] && !call->grad_add[j];
            if (!plan_uses(call, (int)i)) continue;
            if (!written)
                printf("# %s is used in call %zu, %s, first\n", g.tensor[i].name, k,
                       op_get(call->kind)->name);
            CHECK(written);
            break;
        }
    }
    graph_free(&g);
}

static struct op_params none;

TEST(only_what_matters_is_differentiated)
{
    struct graph g;
    graph_init(&g);
    int x = graph_input(&g, "x", TYPE_FLOAT, SHAPE2(4, 3));
    int w = graph_weight(&g, "w", SHAPE2(5, 3), 0.1);
    int y = graph_call(&g, OP_MATMUL, &none, "y", (int[]){x, w});
    graph_call(&g, OP_SWIGLU, &none, "unused", (int[]){y, y});
    int target = graph_input(&g, "target", TYPE_INDEX, SHAPE1(4)),
        scale = graph_input(&g, "scale", TYPE_DOUBLE, SHAPE1(1));
    int head = graph_weight(&g, "head", SHAPE2(7, 5), 0.1);
    graph_call(&g, OP_CLASSIFIER, &none, "loss", (int[]){y, head, target, scale});
    graph_differentiate(&g);
    CHECK_INT(graph_failed(&g, NULL), 0);
    CHECK_INT(g.n_calls, 4); /* matmul, swiglu; classifier and matmul backward */
    CHECK(g.call[2].backward && g.call[2].kind == OP_CLASSIFIER && g.call[3].backward &&
          g.call[3].kind == OP_MATMUL);
    CHECK(g.call[3].grad_in[0] == GRAPH_NONE &&
          g.call[3].grad_in[1] != GRAPH_NONE); /* an input wants no gradient */
    CHECK(g.call[3].grad_add[1] && !g.call[2].grad_add[0]);
    CHECK_INT(graph_find(&g, "nowhere"), GRAPH_NONE);
    graph_free(&g);
}

TEST(the_residuals_gradient_is_taken_over)
{
    struct config c = big();
    struct graph g;
    int copies = 0, adds = 0;
    CHECK_INT(model_loss(&g, &c.model, 1, NULL), 0);
    graph_differentiate(&g);
    for (size_t k = 0; k < g.n_calls; k++) {
        adds += g.call[k].backward && g.call[k].kind == OP_MATMUL_ADD;
        copies += g.call[k].backward && g.call[k].kind == OP_MATMUL_ADD && g.call[k].grad_in[2] != GRAPH_NONE;
    }
    CHECK_INT(adds, 10);
    CHECK_INT(copies, 0);
    graph_free(&g);
}

TEST(mistakes_are_kept_until_asked_for)
{
    struct graph g;
    struct err e = {0};
    graph_init(&g);
    int x = graph_input(&g, "x", TYPE_FLOAT, SHAPE2(4, 3));
    int w = graph_weight(&g, "w", SHAPE2(5, 4), 0.1);
    int y = graph_call(&g, OP_MATMUL, &none, "wrong", (int[]){x, w});
    CHECK_INT(y, GRAPH_NONE);
    CHECK_INT(graph_call(&g, OP_SWIGLU, &none, "after", (int[]){y, y}), GRAPH_NONE);
    CHECK_INT(graph_failed(&g, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "wrong: matmul") != NULL);
    graph_free(&g);

    graph_weight(&g, "w", SHAPE1(3), 0);
    CHECK_INT(graph_weight(&g, "w", SHAPE1(3), 0), 0);
    CHECK_INT(graph_failed(&g, NULL), 0);
    graph_weight(&g, "w", SHAPE1(4), 0);
    CHECK_INT(graph_failed(&g, NULL), -ERR_USAGE);
    graph_free(&g);

    graph_input(&g, "none", TYPE_FLOAT, SHAPE1(0));
    CHECK_INT(graph_failed(&g, NULL), -ERR_USAGE);
    graph_free(&g);

    x = graph_input(&g, "x", TYPE_INDEX, SHAPE1(4));
    graph_call(&g, OP_SWIGLU, &none, "types", (int[]){x, x});
    CHECK_INT(graph_failed(&g, NULL), -ERR_USAGE);
    graph_free(&g);

    x = graph_input(&g, "x", TYPE_FLOAT, SHAPE1(4));
    graph_call(&g, OP_SWIGLU, &none, "no loss", (int[]){x, x});
    graph_differentiate(&g);
    CHECK_INT(graph_failed(&g, NULL), -ERR_USAGE);
    graph_free(&g);
}

TEST(a_store_knows_its_weights)
{
    struct config c = small_config(true, false);
    struct training t;
    struct program p;
    struct graph g;
    struct err e = {0};
    small_open(&t, &c, "cpu", 1);
    c.model.tie_embeddings = false;
    CHECK_INT(model_decode(&g, &c.model, 1, true, &e), 0);
    CHECK_INT(program_open(&p, &g, &t.store, t.team, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "lm_head.weight") != NULL);
    CHECK(program_tensor(&t.loss, "nothing of that name").data == NULL);
    training_close(&t);
}

TEST(initial_weights_are_normal_and_follow_the_seed)
{
    struct config c = small_config(false, false);
    struct training t;
    double sum = 0, square = 0, first, again;
    struct err e = {0};
    c.model.width = 128;
    c.model.ffn = 256;
    c.model.init_std = 0.02;
    CHECK_INT(training_open(&t, &c, SMALL_EOD, backend_find("cpu"), 1, &e), 0);
    for (size_t k = 0; k < t.store.n_weights; k++) {
        const struct weight *w = &t.store.weight[k];
        double s = 0, q = 0, std = strstr(w->name, "o_proj") || strstr(w->name, "down_proj") ? 0.01 : 0.02;
        for (int64_t i = 0; i < w->count; i++)
            s += small_get(&t, STORE_WEIGHTS, k, i), q += pow(small_get(&t, STORE_WEIGHTS, k, i), 2);
        if (w->shape.rank == 1) CHECK(s == (double)w->count && q == (double)w->count);
        if (w->shape.rank == 2) CHECK_NEAR(sqrt(q / (double)w->count) / std, 1, 0.05);
        sum += s, square += q;
    }
    CHECK(sum != 0 && square != 0);
    first = small_get(&t, STORE_WEIGHTS, 0, 5);
    for (size_t k = 1; k < t.store.n_weights; k++) CHECK(small_get(&t, STORE_WEIGHTS, k, 5) != first);
    store_fill(&t.store, 2);
    CHECK(first != small_get(&t, STORE_WEIGHTS, 0, 5));
    store_fill(&t.store, 1);
    again = small_get(&t, STORE_WEIGHTS, 0, 5);
    CHECK(first == again);
    training_close(&t);
}

/* An allocation that is refused is what is tested: the address sanitizer would end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

TEST(too_much_memory_is_said)
{
    struct config c = small_config(true, false);
    struct training t;
    struct err e = {0};
    c.model.width = 65536;
    c.model.ffn = 1 << 20;
    c.model.layers = 900;
    CHECK_INT(training_open(&t, &c, SMALL_EOD, backend_find("ref64"), 1, &e), -ERR_IO);
    CHECK(strstr(e.msg, "no memory") != NULL);
}

int main(void)
{
    RUN(plans_overlap_nowhere);
    RUN(written_before_read);
    RUN(only_what_matters_is_differentiated);
    RUN(the_residuals_gradient_is_taken_over);
    RUN(mistakes_are_kept_until_asked_for);
    RUN(a_store_knows_its_weights);
    RUN(initial_weights_are_normal_and_follow_the_seed);
    RUN(too_much_memory_is_said);
    return TEST_END();
}
