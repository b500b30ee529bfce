/* plan.c: turns a pipeline file into steps and processes.
 *
 * Everything is decided here, before anything runs: file names, options, who is framed, where ledgers lie. The script
 * (script.c) and the runner (execute.c) only read the plan, so they cannot differ.
 *
 * Memory: the plan's strings, in one arena. */
#include "pipelines/plan.h"
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const plan_folders[] = {"docs", "ledgers", "logs", NULL};

/* ------------------------------------------------------------------ strings and lists */

static char *keep(struct plan *p, const char *z)
{
    char *copy = arena_strndup(&p->arena, z, strlen(z));
    if (!copy) p->failed = true;
    return copy;
}

static char *format(struct plan *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static char *format(struct plan *p, const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    char *copy = n < 0 ? NULL : keep(p, text);
    if (n >= 0)
        free(text);
    else
        p->failed = true;
    return copy;
}

/* A larger copy in the arena when the list is full; the old one is left to the arena. */
static void *grow(struct plan *p, void *at, size_t n, size_t *cap, size_t item)
{
    if (n + 1 < *cap) return at;
    size_t larger = *cap ? 2 * *cap : 16;
    void *copy = arena_alloc(&p->arena, larger * item);
    if (!copy) {
        p->failed = true;
        return NULL;
    }
    if (n) memcpy(copy, at, n * item);
    *cap = larger;
    return copy;
}

static void list_add(struct plan *p, struct words_list *l, char *word)
{
    char **at = grow(p, l->at, l->n, &l->cap, sizeof *at);
    if (!at || !word) return;
    l->at = at;
    l->at[l->n++] = word;
    l->at[l->n] = NULL;
}

static struct step *add_step(struct plan *p, const char *name)
{
    struct step *at = grow(p, p->step, p->n, &p->cap, sizeof *at);
    if (!at) return NULL;
    p->step = at;
    memset(&p->step[p->n], 0, sizeof *at);
    p->step[p->n].name = keep(p, name);
    return &p->step[p->n++];
}

static struct process *add_process(struct plan *p, struct step *s, const char *label, bool foreign,
                                   const struct yaml *where)
{
    struct process *at = grow(p, s->process, s->n, &s->cap, sizeof *at);
    if (!at) return NULL;
    s->process = at;
    struct process *q = &s->process[s->n];
    *q = (struct process){.foreign = foreign, .label = keep(p, label), .where = where};
    if (!foreign) {
        char *file = format(p, "%s/ledgers/%s.%zu.%s.json", p->run_dir, s->name, s->n, label);
        for (char *c = file ? file + strlen(p->run_dir) + 9 : NULL; c && *c; c++)
            if (*c == ' ') *c = '-';
        q->stats = file;
    }
    s->n++;
    return q;
}

/* ------------------------------------------------------------------ variables and options */

/* value with every ${name} replaced. */
static int expand(struct plan *p, const struct yaml *node, char **out, struct err *e)
{
    struct buf b;
    int r = 0;
    buf_init(&b, 1 << 20);
    for (const char *z = node->value; *z && r == 0;) {
        const char *dollar = strstr(z, "${"), *close = dollar ? strchr(dollar, '}') : NULL;
        if (!close) {
            buf_puts(&b, z);
            break;
        }
        char name[128];
        const char *value = NULL;
        snprintf(name, sizeof name, "%.*s", (int)(close - dollar - 2), dollar + 2);
        buf_put(&b, z, (size_t)(dollar - z));
        if (!p->vars || yaml_str(p->vars, name, &value, e) <= 0)
            r = yaml_error(node, e, "${%s} is not among the vars of this file", name);
        else
            buf_puts(&b, value);
        z = close + 1;
    }
    if (r == 0 && buf_terminate(&b) < 0) r = err_nomem(e, "reading the pipeline");
    if (r == 0) *out = keep(p, b.p);
    buf_free(&b);
    return r;
}

static int add_value(struct plan *p, struct process *q, const struct yaml *node, const char *key,
                     struct err *e)
{
    char *value = NULL;
    if (node->kind != YAML_SCALAR) return yaml_error(node, e, "option %s: a single value was expected", key);
    if (!node->quoted && strcmp(node->value, "false") == 0) return 0;
    if (!node->quoted && strcmp(node->value, "true") == 0) {
        list_add(p, &q->argv, format(p, "--%s", key));
        return 0;
    }
    int r = expand(p, node, &value, e);
    if (r == 0) list_add(p, &q->argv, format(p, "--%s=%s", key, value));
    return r;
}

/* What the run gives to every tool. */
#define SET_BY_RUN "output", "stats", "framed", "help", "version", "man", "check-options"
static const char *const set_by_run[] = {SET_BY_RUN, NULL};

static bool is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0) names++;
    return *names != NULL;
}

/* {a: 1, b: [x, y], c: true} → --a=1 --b=x --b=y --c. Keys in `taken` (NULL-terminated) are the run's; `other` (or NULL) is
 * no option. */
static int add_options(struct plan *p, struct process *q, const struct yaml *map, const char *const *taken,
                       const char *other, struct err *e)
{
    if (!map || (map->kind == YAML_SCALAR && !*map->value)) return 0;
    if (map->kind != YAML_MAP) return yaml_error(map, e, "a map of options was expected");
    for (const struct yaml *o = map->child; o; o = o->next) {
        if (other && strcmp(o->key, other) == 0) continue;
        yaml_get(map, o->key);
        int r = 0;
        if (is_among(taken, o->key))
            return yaml_error(o, e, "step %s: %s: leat run sets --%s itself; leave it out",
                              p->step[p->n - 1].name, q->label, o->key);
        if (o->kind == YAML_SEQ)
            for (const struct yaml *v = o->child; v && r == 0; v = v->next) r = add_value(p, q, v, o->key, e);
        else
            r = add_value(p, q, o, o->key, e);
        if (r < 0) return r;
    }
    return 0;
}

/* "dedup minhash" → leat dedup minhash */
static void add_tool(struct plan *p, struct process *q, const char *tool)
{
    list_add(p, &q->argv, keep(p, "leat"));
    for (const char *z = tool; *z;) {
        size_t n = strcspn(z, " ");
        if (n) list_add(p, &q->argv, arena_strndup(&p->arena, z, n));
        z += n + strspn(z + n, " ");
    }
}

/* A process's own number of threads goes before that of all. */
static void add_threads(struct plan *p, struct process *q, const struct yaml *options)
{
    for (const struct yaml *o = options && options->kind == YAML_MAP ? options->child : NULL; o; o = o->next)
        if (strcmp(o->key, "threads") == 0) return;
    if (p->threads) list_add(p, &q->argv, format(p, "--threads=%lld", (long long)p->threads));
}

static void add_common_options(struct plan *p, struct process *q, const struct yaml *options)
{
    list_add(p, &q->argv, format(p, "--stats=%s", q->stats));
    add_threads(p, q, options);
}

/* ------------------------------------------------------------------ stages of one pipe */

static int add_shell(struct plan *p, struct step *s, const struct yaml *command, struct err *e)
{
    char *text = NULL;
    if (command->kind != YAML_SCALAR) return yaml_error(command, e, "sh: a command line was expected");
    int r = expand(p, command, &text, e);
    struct process *q = r == 0 ? add_process(p, s, "sh", true, command) : NULL;
    if (!q) return r;
    list_add(p, &q->argv, keep(p, "sh"));
    list_add(p, &q->argv, keep(p, "-c"));
    list_add(p, &q->argv, text);
    return 0;
}

/* What writes no documents that the next could read. */
static int refuse_stage(const struct step *s, const struct yaml *stage, const char *tool, struct err *e)
{
    static const char *const stages[] = {"dedup sketch", "dedup match", "dedup sets", "dedup verify",
                                         "dedup link",   "dedup index", "dedup drop", NULL};
    if (strcmp(tool, "dedup check") == 0)
        return yaml_error(
            stage, e, "step %s: dedup check writes no documents: run it by itself on the output", s->name);
    if (is_among(stages, tool))
        return yaml_error(stage, e,
                          "step %s: %s is a part of deduplicating as an array of jobs; in a pipe write dedup "
                          "exact, simhash or minhash",
                          s->name, tool);
    return 0;
}

static int add_stage(struct plan *p, struct step *s, const struct yaml *stage, const char *domain,
                     struct err *e)
{
    if (stage->kind != YAML_MAP || stage->n_children != 1)
        return yaml_error(stage, e,
                          "a stage is written `tool: {option: value}`, or `tool: {}` without options");
    const char *tool = stage->child->key;
    struct yaml *options = yaml_get(stage, tool);
    if (strcmp(tool, "sh") == 0) return add_shell(p, s, options, e);
    if (refuse_stage(s, stage, tool, e) < 0) return -ERR_USAGE;
    static const char *const taken_of_ingest[] = {SET_BY_RUN, "source", NULL};
    bool ingests = strcmp(tool, "ingest") == 0 && domain;
    struct process *q = add_process(p, s, tool, false, stage);
    if (!q) return 0;
    add_tool(p, q, tool);
    int r = add_options(p, q, options, ingests ? taken_of_ingest : set_by_run, NULL, e);
    if (ingests) list_add(p, &q->argv, format(p, "--source=%s", domain));
    add_common_options(p, q, options);
    return r;
}

static int add_stages(struct plan *p, struct step *s, const struct yaml *stages, const char *domain,
                      struct err *e)
{
    for (const struct yaml *stage = stages ? stages->child : NULL; stage; stage = stage->next) {
        int r = add_stage(p, s, stage, domain, e);
        if (r < 0) return r;
    }
    return 0;
}

/* Inputs go to the first process, -o to the last, --framed to each of ours that another of ours reads. */
static int connect_step(struct plan *p, struct step *s, struct words_list *inputs, const struct yaml *where,
                        struct err *e)
{
    if (p->failed || s->n == 0) return 0;
    struct process *first = &s->process[0], *last = &s->process[s->n - 1];
    if (first->foreign || last->foreign)
        return yaml_error(where, e,
                          "a pipe begins and ends with a leat tool; put the sh: stage between two of them");
    for (size_t i = 0; i + 1 < s->n; i++)
        if (!s->process[i].foreign && !s->process[i + 1].foreign)
            list_add(p, &s->process[i].argv, keep(p, "--framed"));
    if (s->writes) list_add(p, &last->argv, format(p, "--output=%s", s->writes));
    list_add(p, &first->argv, keep(p, "--"));
    for (size_t i = 0; i < inputs->n; i++) list_add(p, &first->argv, inputs->at[i]);
    return 0;
}

/* ------------------------------------------------------------------ sources */

static int expand_glob(struct plan *p, struct step *s, const struct yaml *node, struct words_list *out,
                       struct err *e)
{
    char *pattern = NULL;
    glob_t g;
    if (node->kind != YAML_SCALAR) return yaml_error(node, e, "a file name or pattern was expected");
    int r = expand(p, node, &pattern, e);
    if (r < 0 || !pattern) return r;
    if (glob(pattern, GLOB_BRACE, NULL, &g) != 0) return yaml_error(node, e, "no file matches %s", pattern);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        struct stat st;
        if (stat(g.gl_pathv[i], &st) == 0) s->input_bytes += (uint64_t)st.st_size;
        list_add(p, out, keep(p, g.gl_pathv[i]));
    }
    globfree(&g);
    return 0;
}

static bool safe_name(const char *name)
{
    if (!*name || *name == '.') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(name);
}

static int add_source(struct plan *p, const struct yaml *source, struct words_list *docs, struct err *e)
{
    const char *name = NULL, *domain = NULL;
    struct yaml *inputs = NULL, *stages = NULL;
    struct words_list files = {0};
    int r;
    if ((r = yaml_str(source, "name", &name, e)) < 0 || (r = yaml_str(source, "domain", &domain, e)) < 0 ||
        (r = yaml_seq(source, "inputs", &inputs, e)) < 0 || (r = yaml_seq(source, "stages", &stages, e)) < 0)
        return r;
    if (!name || !safe_name(name))
        return yaml_error(source, e, "a source needs a name of letters, digits, '.', '_' and '-'");
    if (!inputs || !stages || !stages->n_children)
        return yaml_error(source, e, "source %s needs inputs and stages", name);
    if (plan_find(p, name) < p->n) return yaml_error(source, e, "a step called %s stands here already", name);
    struct step *s = add_step(p, name);
    if (!s) return 0;
    for (const struct yaml *i = inputs->child; i && r >= 0; i = i->next) r = expand_glob(p, s, i, &files, e);
    if (r >= 0) r = add_stages(p, s, stages, domain ? domain : name, e);
    s->writes = format(p, "%s/docs/%s.jsonl.zst", p->run_dir, name);
    list_add(p, docs, s->writes);
    return r < 0 ? r : connect_step(p, s, &files, source, e);
}

static int add_sources(struct plan *p, const struct yaml *root, struct words_list *docs, struct err *e)
{
    struct yaml *sources = NULL;
    int r = yaml_seq(root, "sources", &sources, e);
    if (r < 0) return r;
    if (!sources || !sources->n_children) return yaml_error(root, e, "a pipeline needs sources");
    for (const struct yaml *s = sources->child; s; s = s->next) {
        if (s->kind != YAML_MAP) return yaml_error(s, e, "a source is a map with name, inputs and stages");
        r = add_source(p, s, docs, e);
        if (r < 0) return r;
    }
    return 0;
}

/* ------------------------------------------------------------------ the steps behind the sources */

static void read_from(struct plan *p, struct step *s, const struct words_list *docs)
{
    for (size_t i = 0; i < docs->n; i++) list_add(p, &s->reads, docs->at[i]);
}

/* After it, docs is the joined file. */
static int add_join(struct plan *p, const struct yaml *root, struct words_list *docs, struct err *e)
{
    struct yaml *stages = NULL;
    int r = yaml_seq(root, "join", &stages, e);
    if (r <= 0 || !stages->n_children) return r < 0 ? r : 0;
    struct step *s = add_step(p, "join");
    if (!s) return 0;
    read_from(p, s, docs);
    s->writes = format(p, "%s/joined.jsonl.zst", p->run_dir);
    r = add_stages(p, s, stages, NULL, e);
    if (r == 0) r = connect_step(p, s, docs, stages, e);
    *docs = (struct words_list){0};
    list_add(p, docs, s->writes);
    return r;
}

/* *file: the tokenizer that the file names or the step trains; NULL when there is no `tokenizer`. */
static int add_tokenizer(struct plan *p, const struct yaml *root, struct words_list *docs, char **file,
                         struct err *e)
{
    struct yaml *tokenizer = NULL, *train = NULL;
    int r = yaml_map(root, "tokenizer", &tokenizer, e);
    if (r <= 0) return r;
    struct yaml *named = yaml_get(tokenizer, "file");
    if (named) return expand(p, named, file, e);
    r = yaml_map(tokenizer, "train", &train, e);
    if (r < 0) return r;
    if (!train) return yaml_error(tokenizer, e, "tokenizer: give file: FILE or train: {vocab-size: N}");
    struct step *s = add_step(p, "tokenizer");
    struct process *q = s ? add_process(p, s, "tokenizer train", false, train) : NULL;
    if (!q) return 0;
    add_tool(p, q, "tokenizer train");
    r = add_options(p, q, train, set_by_run, NULL, e);
    add_common_options(p, q, train);
    read_from(p, s, docs);
    *file = s->writes = format(p, "%s/tokenizer.json", p->run_dir);
    return r < 0 ? r : connect_step(p, s, docs, train, e);
}

static int add_weights(struct plan *p, struct process *q, const struct yaml *shard, struct err *e)
{
    struct yaml *weights = NULL;
    int r = yaml_map(shard, "weights", &weights, e);
    for (const struct yaml *w = r > 0 ? weights->child : NULL; w; w = w->next) {
        char *value = NULL;
        yaml_get(weights, w->key);
        if (w->kind != YAML_SCALAR) return yaml_error(w, e, "a weight is a number");
        if ((r = expand(p, w, &value, e)) < 0) return r;
        list_add(p, &q->argv, format(p, "--weight=%s=%s", w->key, value));
    }
    return r < 0 ? r : 0;
}

static int add_shards(struct plan *p, const struct yaml *root, struct words_list *docs, char *tokenizer,
                      struct err *e)
{
    static const char *const taken_of_tokenize[] = {SET_BY_RUN, "model", NULL};
    static const char *const taken_of_shard[] = {SET_BY_RUN, "force", "tokenizer-file", NULL};
    struct yaml *shard = NULL, *tokenize = NULL;
    int r = yaml_map(root, "shard", &shard, e);
    if (r == 0) r = yaml_map(root, "tokenize", &tokenize, e);
    if (!shard)
        return r > 0 ? yaml_error(tokenize, e, "tokenize needs shards to write to: add shard: {}") : r;
    if (!tokenizer)
        return yaml_error(shard, e, "shard needs a tokenizer: add tokenizer: {file: FILE} or {train: {…}}");
    if ((r = yaml_map(root, "tokenize", &tokenize, e)) < 0) return r;
    struct step *s = add_step(p, "shards");
    struct process *q = s ? add_process(p, s, "tokenize", false, tokenize ? tokenize : shard) : NULL;
    if (!q) return 0;
    add_tool(p, q, "tokenize");
    list_add(p, &q->argv, format(p, "--model=%s", tokenizer));
    r = add_options(p, q, tokenize, taken_of_tokenize, NULL, e);
    add_common_options(p, q, tokenize);
    q = r < 0 ? NULL : add_process(p, s, "shard", false, shard);
    if (!q) return r;
    add_tool(p, q, "shard");
    list_add(p, &q->argv, keep(p, "--force"));
    list_add(p, &q->argv, format(p, "--tokenizer-file=%s", tokenizer));
    r = add_options(p, q, shard, taken_of_shard, "weights", e);
    if (r == 0) r = add_weights(p, q, shard, e);
    add_common_options(p, q, shard);
    read_from(p, s, docs);
    s->writes = format(p, "%s/shards", p->run_dir);
    return r < 0 ? r : connect_step(p, s, docs, shard, e);
}

static int add_train(struct plan *p, const struct yaml *root, struct err *e)
{
    static const char *const taken[] = {"shards",  "out", "resume",        "help",
                                        "version", "man", "check-options", NULL};
    struct yaml *train = NULL;
    char *config = NULL;
    int r = yaml_map(root, "train", &train, e);
    if (r <= 0) return r;
    struct yaml *named = yaml_get(train, "config");
    if (!named) return yaml_error(train, e, "train needs config: FILE");
    size_t shards = plan_find(p, "shards");
    if (shards == p->n) return yaml_error(train, e, "train needs shards: add shard: {…}");
    if ((r = expand(p, named, &config, e)) < 0) return r;
    if (config && access(config, R_OK) != 0)
        return yaml_error(named, e, "cannot read %s: the training's configuration", config);
    struct step *s = add_step(p, "train");
    struct process *q = s ? add_process(p, s, "train", false, train) : NULL;
    if (!q) return 0;
    s->terminal = true;
    s->writes = format(p, "%s/model", p->run_dir);
    add_tool(p, q, "train");
    list_add(p, &q->argv, config);
    list_add(p, &q->argv, format(p, "--shards=%s", p->step[shards].writes));
    list_add(p, &q->argv, format(p, "--out=%s", s->writes));
    list_add(p, &q->argv, keep(p, "--resume"));
    list_add(p, &s->reads, p->step[shards].writes);
    r = add_options(p, q, train, taken, "config", e);
    add_threads(p, q, train);
    q->stats = NULL; /* its account is metrics.jsonl */
    return r;
}

/* ------------------------------------------------------------------ the whole */

static int build(struct plan *p, struct yaml *root, const char *run_dir, struct err *e)
{
    const char *name = "pipeline", *dir = NULL;
    struct yaml *vars = NULL;
    struct words_list docs = {0};
    char *tokenizer = NULL;
    int r;
    if ((r = yaml_str(root, "name", &name, e)) < 0 || (r = yaml_str(root, "run_dir", &dir, e)) < 0 ||
        (r = yaml_map(root, "vars", &vars, e)) < 0 ||
        (r = yaml_int(root, "threads", 0, 4096, &p->threads, e)) < 0)
        return r;
    p->vars = vars;
    p->name = keep(p, name);
    p->run_dir = run_dir ? keep(p, run_dir) : dir ? keep(p, dir) : format(p, "run-%s", name);
    if (!p->run_dir) return err_nomem(e, "planning");
    if ((r = add_sources(p, root, &docs, e)) < 0 || (r = add_join(p, root, &docs, e)) < 0 ||
        (r = add_tokenizer(p, root, &docs, &tokenizer, e)) < 0 ||
        (r = add_shards(p, root, &docs, tokenizer, e)) < 0 || (r = add_train(p, root, e)) < 0)
        return r;
    for (const struct yaml *v = vars ? vars->child : NULL; v; v = v->next) yaml_get(vars, v->key);
    return yaml_check_used(root, e);
}

int plan_build(struct plan *p, struct yaml_file *f, const char *run_dir, struct err *e)
{
    struct yaml *root = yaml_root(f);
    memset(p, 0, sizeof *p);
    arena_init(&p->arena);
    if (root->kind != YAML_MAP) return yaml_error(root, e, "a pipeline file is a map; see man leat-run");
    int r = build(p, root, run_dir, e);
    return r == 0 && p->failed ? err_nomem(e, "planning") : r;
}

void plan_free(struct plan *p)
{
    arena_free(&p->arena);
}

size_t plan_find(const struct plan *p, const char *name)
{
    size_t i = 0;
    while (i < p->n && strcmp(p->step[i].name, name) != 0) i++;
    return i;
}
