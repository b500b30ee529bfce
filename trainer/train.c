/* train.c: leat train: a configuration and shards to a model. */
#include "common/tool.h"
#include "run.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = number;
}

/* The first signal ends the run after its step, a second one at once. */
static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART};
    sigemptyset(&a.sa_mask);
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGINT, &a, NULL);
}

static const char *shards, *out = "run";
static bool resume;
static int device;
static struct opt_list sets;

static const struct opt options[] = {
    {"shards", 's', OPT_STR, &shards, "DIR", NULL, 0, 0,
     "train on the shards in DIR, as leat shard writes them"},
    {"out", 'o', OPT_STR, &out, "DIR", NULL, 0, 0, "put checkpoints and metrics.jsonl into DIR"},
    {"resume", 'r', OPT_FLAG, &resume, NULL, NULL, 0, 0,
     "continue from the newest checkpoint in --out. The losses are those of a run that was never stopped. "
     "Without a "
     "checkpoint there, start from step 0"},
    {"set", 0, OPT_LIST, &sets, "KEY=VALUE", NULL, 0, 0,
     "set a key of the configuration, as in --set train.lr=1e-3. May be repeated"},
    {"device", 0, OPT_CHOICE, &device, "NAME", BACKEND_NAMES, 0, 0,
     "compute on cpu, in floats, or on ref64, the slow reference in doubles"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat train",
    .summary = "train a language model on shards",
    .operands = "CONFIG.yaml",
    .description = "Trains a decoder (the Llama form: RMS norm, rotary positions, causal grouped-query "
                   "attention, SwiGLU) with AdamW, a "
                   "linear warm-up and a cosine, and clipping by the global norm.\n\n"
                   "CONFIG.yaml has two sections. model: form (llama), layers, width, heads, kv_heads, ffn, "
                   "seq_len, vocab (of the shards "
                   "unless given), tie_embeddings, rope_theta, norm_eps, init_std. train: steps, "
                   "max_minutes, batch_sequences, "
                   "accumulation, lr, min_lr, warmup_steps, weight_decay (of matrices), beta1, beta2, eps, "
                   "clip, seed, checkpoint_every, "
                   "keep, eval_every, eval_batches, document_mask, eod_mask_loss. Required are layers, "
                   "width, heads, seq_len, steps, "
                   "batch_sequences and lr.\n\n"
                   "DIR/step-N/ is a checkpoint: it is whole when it has that name. SIGTERM and SIGINT end "
                   "the run after the step that is "
                   "being computed, with a checkpoint and status 0. metrics.jsonl has a line for each step: "
                   "step, loss, lr, grad_norm, tokens, "
                   "tokens_per_sec, seconds. -v prints where the time went, by op.\n\n"
                   "The same bits come out for any number of threads, on one kind of machine.",
    .examples = "# train, and go on after a crash\n"
                "leat train demo.yaml --shards shards --out run\n"
                "leat train demo.yaml --shards shards --out run --resume\n"
                "# a larger batch, for a moment\n"
                "leat train demo.yaml -s shards -o try --set train.accumulation=4 --set train.steps=20\n",
    .own = options,
};

static int read_config(struct config *c, const char *path, struct err *e)
{
    struct yaml_file *f;
    int r = yaml_load(&f, path, e);
    for (size_t i = 0; r == 0 && i < sets.n; i++) r = yaml_set(f, sets.at[i], e);
    if (r == 0) r = config_read(c, f, e);
    yaml_free(f);
    return r;
}

static int train(const struct tool *t, struct err *e)
{
    static const char *const devices[] = {"cpu", "ref64"};
    struct config config;
    if (t->n_inputs != 1)
        return err_set(e, ERR_USAGE, "give one configuration file, as in: leat train demo.yaml --shards DIR");
    if (!shards) return err_set(e, ERR_USAGE, "--shards DIR is missing: what to train on");
    int r = read_config(&config, t->inputs[0], e);
    if (r < 0) return r;
    catch_signals();
    struct run_options o = {.shards = shards,
                            .out = out,
                            .resume = resume,
                            .backend = backend_find(devices[device]),
                            .threads = (int)t->threads,
                            .stop = &stop};
    return run_train(&config, &o, e);
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_THREADS, argc, argv)) return t.status;
    int r = train(&t, &t.err);
    opt_list_free(&sets);
    return tool_finish(&t, r);
}
