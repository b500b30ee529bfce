/* run.c: the loop of training: batch, step, metrics, now and then an evaluation and a checkpoint. State: training.h, the loader's
 * sample number, seconds; all of it is in a checkpoint. */
#include "run.h"
#include "checkpoint.h"
#include "common/log.h"
#include "common/stream.h"
#include "loader.h"
#include "metrics.h"
#include "training.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

struct run {
    const struct run_options *o;
    struct config *config;
    struct loader loader;
    struct training training;
    struct metrics metrics;
    int dir; /* holds the lock on `out` */
    char metrics_path[CHECKPOINT_PATH];
    double began, seconds_before; /* clock at the start; seconds of earlier runs */
    double said;                  /* clock of the last progress line */
    uint64_t tokens;              /* trained on, over all runs */
    uint64_t first_step;          /* done before this run */
    uint64_t saved_step;          /* of the newest good checkpoint; UINT64_MAX: none */
    struct err save_error;        /* of the last checkpoint that failed */
};

static double seconds_of(const struct run *r)
{
    return r->seconds_before + clock_seconds() - r->began;
}

/* ---- checkpoints */

static struct checkpoint describe(const struct run *r)
{
    const struct shard_info *info = shard_info(r->loader.set);
    struct checkpoint c = {.step = r->training.step,
                           .sample = r->loader.sample,
                           .tokens = r->tokens,
                           .seconds = seconds_of(r),
                           .seed = r->config->train.seed,
                           .shards = r->loader.hash,
                           .vocab_size = info->vocab_size,
                           .eod_token = info->eod_token,
                           .model = r->config->model};
    memcpy(c.tokenizer, info->tokenizer, sizeof c.tokenizer);
    return c;
}

/* A checkpoint that cannot be written does not end the run: the one before it stands, and the next may succeed. */
static void save(struct run *r)
{
    if (r->training.step == r->saved_step) return;
    struct checkpoint c = describe(r);
    err_clear(&r->save_error);
    int rc = checkpoint_write(r->o->out, &c, &r->training.store, &r->save_error);
    if (rc == 0) {
        r->saved_step = c.step;
        rc = checkpoint_prune(r->o->out, r->config->train.keep, &r->save_error);
    }
    if (rc == 0)
        log_info("step %llu: checkpoint %s/step-%08llu", (unsigned long long)c.step, r->o->out,
                 (unsigned long long)c.step);
    else if (r->saved_step == UINT64_MAX)
        log_error("the checkpoint of step %llu failed: %s; there is none to fall back on",
                  (unsigned long long)c.step, r->save_error.msg);
    else
        log_error("the checkpoint of step %llu failed: %s; the last good one is %s/step-%08llu",
                  (unsigned long long)c.step, r->save_error.msg, r->o->out,
                  (unsigned long long)r->saved_step);
}

static int check_same_data(const struct run *r, const struct checkpoint *c, const char *path, struct err *e)
{
    int rc = config_same_model(&r->config->model, &c->model, e);
    if (rc < 0) return rc;
    if (c->shards != r->loader.hash)
        return err_set(
            e, ERR_USAGE,
            "%s was trained on other shards than %s (their manifest's XXH3 differs): give those, or "
            "train anew with another --out",
            path, r->o->shards);
    if (c->seed != r->config->train.seed)
        return err_set(
            e, ERR_USAGE,
            "train: seed is %lld in the configuration and %lld in %s: the order of samples would change",
            (long long)r->config->train.seed, (long long)c->seed, path);
    if (c->sample != c->step * r->loader.batch)
        return err_set(e, ERR_USAGE,
                       "%s was trained with batches of %llu samples, the configuration says %u: keep "
                       "batch_sequences * accumulation",
                       path, (unsigned long long)(c->step ? c->sample / c->step : 0), r->loader.batch);
    return 0;
}

static int restore(struct run *r, const char *path, struct err *e)
{
    struct checkpoint c;
    int rc = checkpoint_read_state(&c, path, e);
    if (rc == 0) rc = check_same_data(r, &c, path, e);
    if (rc == 0) rc = checkpoint_read(path, &c, &r->training.store, true, e);
    if (rc < 0) return rc;
    r->training.step = r->first_step = r->saved_step = c.step;
    r->loader.sample = c.sample;
    r->tokens = c.tokens;
    r->seconds_before = c.seconds;
    log_info("resuming from %s", path);
    return 0;
}

static int start_or_resume(struct run *r, struct err *e)
{
    char path[CHECKPOINT_PATH];
    int found = checkpoint_newest(r->o->out, path, e);
    if (found < 0) return found;
    if (found && !r->o->resume)
        return err_set(e, ERR_USAGE,
                       "%s is there from an earlier run: continue it with --resume, or choose another --out",
                       path);
    if (r->o->resume && !found) log_info("%s holds no checkpoint: starting from step 0", r->o->out);
    int rc = checkpoint_prune(r->o->out, r->config->train.keep, e); /* what a killed run left half-written */
    return rc == 0 && found ? restore(r, path, e) : rc;
}

/* ---- what is said */

static void say_start(const struct run *r)
{
    const struct model_config *m = &r->config->model;
    uint64_t store, activations, workspace;
    training_memory(&r->training, &store, &activations, &workspace);
    log_info("%lld parameters: %lld layers, width %lld, %lld heads over %lld, ffn %lld, vocabulary %lld, "
             "context %lld",
             (long long)store_parameters(&r->training.store), (long long)m->layers, (long long)m->width,
             (long long)m->heads, (long long)m->kv_heads, (long long)m->ffn, (long long)m->vocab,
             (long long)m->seq_len);
    log_info("memory: %.1f MiB of weights, gradients and moments, %.1f of activations, %.1f of workspace",
             (double)store / 0x1p20, (double)activations / 0x1p20, (double)workspace / 0x1p20);
    log_info("%llu tokens to train on, %llu to validate; %u sequences a step, %d threads",
             (unsigned long long)shard_info(r->loader.set)->tokens,
             (unsigned long long)shard_info(r->loader.set)->valid_tokens, r->loader.batch, r->o->threads);
}

static double tokens_per_step(const struct run *r)
{
    return (double)r->loader.batch * r->loader.seq_len;
}

/* At most one line in two seconds, and the last step's. */
static void say_step(struct run *r, const struct metrics_step *s)
{
    double now = clock_seconds(), done = (double)(s->step - r->first_step);
    uint64_t steps = (uint64_t)r->config->train.steps;
    bool last = s->step == steps || s->step == r->first_step + 1;
    if (!last && now - r->said < 2) return;
    r->said = now;
    double left = (double)(steps - s->step) * (now - r->began) / done;
    log_info("step %llu/%llu  loss %.4f  lr %.2e  norm %.3f  %.0f tokens/s  %.0f min %02d s left",
             (unsigned long long)s->step, (unsigned long long)steps, s->result.loss, s->result.lr,
             s->result.grad_norm, s->tokens_per_sec, (double)(int64_t)(left / 60), (int)((int64_t)left % 60));
}

static void say_costs(const struct run *r)
{
    struct buf b;
    size_t from = 0;
    buf_init(&b, 1 << 16);
    training_put_costs(&r->training, &b);
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] != '\n') continue;
        log_debug("%.*s", (int)(i - from), b.p + from);
        from = i + 1;
    }
    buf_free(&b);
}

/* ---- the loop */

static int evaluate(struct run *r, struct err *e)
{
    uint32_t n = (uint32_t)r->config->train.batch_sequences;
    double sum = 0;
    uint64_t targets = 0;
    for (int64_t i = 0; i < r->config->train.eval_batches; i++) {
        int rc = loader_valid(&r->loader, (uint64_t)i * n, n, e);
        if (rc < 0) return rc;
        training_eval(&r->training, r->loader.tokens, &sum, &targets);
    }
    double loss = targets ? sum / (double)targets : 0;
    log_info("step %llu: validation loss %.4f", (unsigned long long)r->training.step, loss);
    return metrics_put_eval(&r->metrics, r->training.step, loss, targets, e);
}

static int step(struct run *r, struct err *e)
{
    struct metrics_step s = {0};
    double then = clock_seconds();
    int rc = loader_next(&r->loader, e);
    if (rc == 0) rc = training_step(&r->training, r->loader.tokens, &s.result, e);
    if (rc < 0) return rc;
    r->tokens += (uint64_t)tokens_per_step(r);
    s.step = r->training.step;
    s.tokens = r->tokens;
    s.seconds = seconds_of(r);
    s.tokens_per_sec = tokens_per_step(r) / (clock_seconds() - then + 1e-9);
    say_step(r, &s);
    return metrics_put_step(&r->metrics, &s, e);
}

static bool due(uint64_t step, int64_t every)
{
    return every > 0 && step % (uint64_t)every == 0;
}

/* Why the run ends now; NULL: it goes on. */
static const char *reason_to_end(const struct run *r)
{
    const struct train_config *t = &r->config->train;
    if (r->training.step >= (uint64_t)t->steps) return "done";
    if (*r->o->stop) return "stopped by a signal";
    if (t->max_minutes > 0 && clock_seconds() - r->began >= 60 * t->max_minutes)
        return "stopped by max_minutes";
    return NULL;
}

static int train(struct run *r, struct err *e)
{
    const struct train_config *t = &r->config->train;
    const char *reason;
    int rc = 0;
    while (rc == 0 && !(reason = reason_to_end(r))) {
        rc = step(r, e);
        uint64_t at = r->training.step;
        bool last = at == (uint64_t)t->steps;
        if (rc == 0 && t->eval_every > 0 && (due(at, t->eval_every) || last)) rc = evaluate(r, e);
        if (rc == 0 && due(at, t->checkpoint_every)) save(r);
    }
    if (rc < 0) {
        if (r->saved_step != UINT64_MAX)
            log_info("the last good checkpoint is %s/step-%08llu", r->o->out,
                     (unsigned long long)r->saved_step);
        return rc;
    }
    save(r);
    log_info("%s at step %llu of %lld, %.1f s, %.0f tokens/s", reason, (unsigned long long)r->training.step,
             (long long)t->steps, clock_seconds() - r->began,
             (double)(r->training.step - r->first_step) * tokens_per_step(r) /
                 (clock_seconds() - r->began + 1e-9));
    return r->save_error.code
               ? err_set(e, r->save_error.code, "the last checkpoint failed: %s", r->save_error.msg)
               : 0;
}

/* Two runs into one directory would remove each other's checkpoints. The lock ends with the process. */
static int lock(struct run *r, struct err *e)
{
    r->dir = open(r->o->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->dir < 0) return err_sys(e, "cannot open %s", r->o->out);
    if (flock(r->dir, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return 0;
    return err_set(e, ERR_USAGE, "%s: another leat train is running there: choose another --out", r->o->out);
}

static int prepare(struct run *r, struct err *e)
{
    struct train_config *t = &r->config->train;
    int rc = loader_open(&r->loader, r->o->shards, r->config, e);
    if (rc < 0) return rc;
    if (t->eval_every > 0 && !r->loader.has_valid) {
        log_warn("the shards have no validation split of a window of %lld tokens: no evaluation",
                 (long long)r->config->model.seq_len);
        t->eval_every = 0;
    }
    rc = training_open(&r->training, r->config, shard_info(r->loader.set)->eod_token, r->o->backend,
                       r->o->threads, e);
    if (rc == 0) rc = file_mkdirs(r->o->out, e);
    if (rc == 0) rc = lock(r, e);
    if (rc == 0) rc = start_or_resume(r, e);
    if (rc < 0) return rc;
    snprintf(r->metrics_path, sizeof r->metrics_path, "%s/metrics.jsonl", r->o->out);
    return metrics_open(&r->metrics, r->metrics_path, r->training.step, e);
}

int run_train(struct config *config, const struct run_options *o, struct err *e)
{
    struct run r = {.o = o, .config = config, .saved_step = UINT64_MAX, .metrics = {.fd = -1}, .dir = -1};
    int rc = prepare(&r, e);
    if (rc == 0) {
        say_start(&r);
        r.began = clock_seconds();
        rc = train(&r, e);
        say_costs(&r);
    }
    int closed = metrics_close(&r.metrics, e);
    training_close(&r.training);
    loader_close(&r.loader);
    if (r.dir >= 0) close(r.dir);
    return rc < 0 ? rc : closed;
}
