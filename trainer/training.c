/* training.c: four lists of calls: the loss with its gradients, the loss alone, the gradient's norm, the update. In: tokens. State: weights,
 * gradients, moments, step. Memory: as training_memory says. */
#include "training.h"
#include "model.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the lists */

static int open_loss(struct training *t, struct program *p, bool gradients, struct err *e)
{
    struct graph g;
    if (model_loss(&g, &t->config.model, t->config.train.batch_sequences, e) < 0) {
        graph_free(&g);
        return -e->code;
    }
    if (gradients) graph_differentiate(&g);
    return program_open(p, &g, &t->store, t->team, e);
}

static int open_norm(struct training *t, struct err *e)
{
    struct graph g;
    struct op_params p = {.clip = t->config.train.clip};
    graph_init(&g);
    int all = graph_arena(&g, "gradients", ROLE_GRAD, GRAPH_ALL, SHAPE1(t->store.elements));
    int partials = graph_call(&g, OP_SQUARE_SUMS, NULL, "partials", &all);
    graph_keep(&g, graph_call(&g, OP_CLIP, &p, "norm", &partials));
    return program_open(&t->norm, &g, &t->store, t->team, e);
}

/* Weight decay is for matrices: not for the weights of norms. */
static void add_update(struct graph *g, const struct training *t, int w, int schedule, int norm)
{
    const struct train_config *c = &t->config.train;
    const struct weight *weight = &t->store.weight[w];
    struct op_params p = {.beta1 = c->beta1,
                          .beta2 = c->beta2,
                          .eps = c->eps,
                          .weight_decay = weight->shape.rank > 1 ? c->weight_decay : 0};
    static const enum graph_role roles[] = {ROLE_WEIGHT, ROLE_GRAD, ROLE_MOMENT1, ROLE_MOMENT2};
    int in[OP_INPUTS] = {0, 0, 0, 0, schedule, norm};
    for (int i = 0; i < 4; i++) in[i] = graph_arena(g, weight->name, roles[i], w, weight->shape);
    graph_call(g, OP_ADAMW, &p, weight->name, in);
}

static int open_update(struct training *t, struct err *e)
{
    struct graph g;
    graph_init(&g);
    int schedule = graph_input(&g, "schedule", TYPE_DOUBLE, SHAPE1(3));
    int norm = graph_input(&g, "norm", TYPE_DOUBLE, SHAPE1(2));
    for (size_t i = 0; i < t->store.n_weights; i++) add_update(&g, t, (int)i, schedule, norm);
    return program_open(&t->update, &g, &t->store, t->team, e);
}

static int open_store(struct training *t, const struct backend *b, struct err *e)
{
    struct graph g;
    int r = model_loss(&g, &t->config.model, 1, e);
    if (r == 0) r = store_init(&t->store, b, &g, true, e);
    graph_free(&g);
    if (r == 0) store_fill(&t->store, (uint64_t)t->config.train.seed);
    return r;
}

static int open_buffers(struct training *t, struct err *e)
{
    size_t rows = (size_t)(t->config.train.batch_sequences * t->config.model.seq_len);
    t->tokens = calloc(rows, sizeof *t->tokens);
    t->positions = calloc(rows, sizeof *t->positions);
    t->starts = calloc(rows, sizeof *t->starts);
    t->targets = calloc(rows, sizeof *t->targets);
    t->losses = calloc(rows, sizeof *t->losses);
    return t->tokens && t->positions && t->starts && t->targets && t->losses ? 0
                                                                             : err_nomem(e, "making a batch");
}

int training_open(struct training *t, const struct config *c, uint64_t eod_token, const struct backend *b,
                  int threads, struct err *e)
{
    *t = (struct training){.config = *c, .eod_token = eod_token, .team = team_new(threads)};
    int r = t->team ? 0 : err_set(e, ERR_IO, "cannot start %d threads", threads);
    if (r == 0) r = open_store(t, b, e);
    if (r == 0) r = open_loss(t, &t->loss, true, e);
    if (r == 0 && c->train.eval_every > 0) r = open_loss(t, &t->eval, false, e);
    if (r == 0) r = open_norm(t, e);
    if (r == 0) r = open_update(t, e);
    if (r == 0) r = open_buffers(t, e);
    if (r < 0) training_close(t);
    return r;
}

void training_close(struct training *t)
{
    program_close(&t->loss);
    program_close(&t->eval);
    program_close(&t->norm);
    program_close(&t->update);
    store_free(&t->store);
    team_free(t->team);
    free(t->tokens);
    free(t->positions);
    free(t->starts);
    free(t->targets);
    free(t->losses);
    *t = (struct training){0};
}

/* ---- a step */

double training_lr(const struct train_config *c, uint64_t step)
{
    double s = (double)step, warmup = (double)c->warmup_steps, steps = (double)c->steps;
    if (s <= warmup) return c->lr * s / warmup;
    if (s >= steps) return c->min_lr;
    return c->min_lr + (c->lr - c->min_lr) * (1 + cos(M_PI * (s - warmup) / (steps - warmup))) / 2;
}

static bool is_target(const struct training *t, uint32_t token)
{
    return !t->config.train.eod_mask_loss || token != t->eod_token;
}

static uint64_t count_targets(const struct training *t, const uint32_t *tokens, int64_t sequences)
{
    uint64_t n = 0;
    for (int64_t i = 0; i < sequences; i++) {
        const uint32_t *s = tokens + i * (t->config.model.seq_len + 1);
        for (int64_t j = 0; j < t->config.model.seq_len; j++) n += is_target(t, s[j]);
    }
    return n;
}

static void fill_sequence(struct training *t, const uint32_t *s, int64_t row)
{
    int64_t start = row;
    for (int64_t j = 0; j < t->config.model.seq_len; j++, row++) {
        t->tokens[row] = (int32_t)s[j];
        t->positions[row] = (int32_t)j;
        t->starts[row] = (int32_t)start;
        t->targets[row] = is_target(t, s[j]) ? (int32_t)s[j + 1] : OP_IGNORE;
        if (t->config.train.document_mask && s[j] == t->eod_token) start = row + 1;
    }
}

/* Runs one microbatch; returns the sum of its losses, in order. */
static double run_batch(struct training *t, struct program *p, const uint32_t *tokens, double scale)
{
    int64_t sequences = t->config.train.batch_sequences, length = t->config.model.seq_len;
    for (int64_t i = 0; i < sequences; i++) fill_sequence(t, tokens + i * (length + 1), i * length);
    program_write(p, "tokens", t->tokens);
    program_write(p, "positions", t->positions);
    program_write(p, "starts", t->starts);
    program_write(p, "targets", t->targets);
    program_write(p, "scale", &scale);
    program_run(p);
    program_read_floats(p, "losses", t->losses);
    double sum = 0;
    for (int64_t i = 0; i < sequences * length; i++) sum += t->losses[i];
    return sum;
}

static void run_update(struct training *t, double lr, const double norm[2])
{
    const struct train_config *c = &t->config.train;
    double n = (double)(t->step + 1), schedule[3] = {lr, 1 - pow(c->beta1, n), 1 - pow(c->beta2, n)};
    program_write(&t->update, "schedule", schedule);
    program_write(&t->update, "norm", norm);
    program_run(&t->update);
}

int training_step(struct training *t, const uint32_t *tokens, struct training_result *r, struct err *e)
{
    const struct train_config *c = &t->config.train;
    int64_t batch = c->batch_sequences * (t->config.model.seq_len + 1);
    double sum = 0, norm[2];
    r->targets = count_targets(t, tokens, c->batch_sequences * c->accumulation);
    r->lr = training_lr(c, t->step + 1);
    t->store.b->zero(t->store.arena[STORE_GRADS], (uint64_t)t->store.elements * t->store.b->float_bytes);
    for (int64_t i = 0; i < c->accumulation; i++, t->runs[0]++)
        sum += run_batch(t, &t->loss, tokens + i * batch, r->targets ? 1 / (double)r->targets : 0);
    program_run(&t->norm);
    program_read_doubles(&t->norm, "norm", norm);
    r->loss = r->targets ? sum / (double)r->targets : 0;
    r->grad_norm = norm[0];
    if (!isfinite(norm[0]) || !isfinite(r->loss))
        return err_set(
            e, ERR_IO,
            "step %llu: the loss is %g and the norm of its gradient %g: lower lr, or lengthen warmup_steps",
            (unsigned long long)t->step + 1, r->loss, norm[0]);
    run_update(t, r->lr, norm);
    t->step++;
    return 0;
}

void training_eval(struct training *t, const uint32_t *tokens, double *sum, uint64_t *targets)
{
    *sum += run_batch(t, &t->eval, tokens, 0);
    *targets += count_targets(t, tokens, t->config.train.batch_sequences);
    t->runs[1]++;
}

/* ---- figures */

void training_memory(const struct training *t, uint64_t *store, uint64_t *activations, uint64_t *workspace)
{
    const struct program *p[] = {&t->loss, &t->eval, &t->norm, &t->update};
    *store = store_bytes(&t->store);
    *activations = *workspace = 0;
    for (int i = 0; i < 4; i++) {
        *activations += p[i]->plan.bytes;
        *workspace += p[i]->plan.workspace_bytes;
    }
}

struct cost_row {
    char name[40];
    double seconds, flops, bytes;
};

static int by_seconds(const void *a, const void *b)
{
    const struct cost_row *x = a, *y = b;
    return x->seconds < y->seconds ? 1 : x->seconds > y->seconds ? -1 : 0;
}

int training_put_costs(const struct training *t, struct buf *b)
{
    struct program_cost cost[OP_COUNT] = {0};
    struct cost_row row[2 * OP_COUNT] = {0};
    double total = 0;
    program_costs(&t->loss, (double)t->runs[0], cost);
    if (t->config.train.eval_every > 0) program_costs(&t->eval, (double)t->runs[1], cost);
    program_costs(&t->norm, (double)t->step, cost);
    program_costs(&t->update, (double)t->step, cost);
    for (int i = 0; i < 2 * OP_COUNT; i++) {
        const struct program_cost *c = &cost[i / 2];
        row[i] = (struct cost_row){
            .seconds = c->seconds[i % 2], .flops = c->flops[i % 2], .bytes = c->bytes[i % 2]};
        snprintf(row[i].name, sizeof row[i].name, "%s%s", op_get(i / 2)->name, i % 2 ? " backward" : "");
        total += row[i].seconds;
    }
    qsort(row, 2 * (size_t)OP_COUNT, sizeof *row, by_seconds);
    buf_puts(b, "op                       seconds   share  GFLOP/s     GB/s\n");
    for (int i = 0; i < 2 * OP_COUNT && row[i].seconds > 0; i++)
        buf_printf(b, "%-22s %9.3f  %5.1f%% %8.1f %8.1f\n", row[i].name, row[i].seconds,
                   100 * row[i].seconds / total, row[i].flops / row[i].seconds * 1e-9,
                   row[i].bytes / row[i].seconds * 1e-9);
    return b->failed ? -1 : 0;
}
