/* syntax.c: loads grammars and counts what did not parse.
 *
 * tree-sitter always gives a tree; what it could not fit stands in ERROR nodes or was supplied as MISSING tokens. Only
 * subtrees that hold an error are walked, by cursor, so a valid file costs one look at its root, if nothing else is asked for.
 *
 * The text is given to the parser in pieces of 4 KiB, so that how often it is read can be counted: a scanner that looks far ahead at every
 * token takes time with the square of the text without asking for memory.
 *
 * State: the loaded grammars behind a mutex. Memory and time: limited by meter.h. Every text gets a parser of its own, so
 * that what it costs, and with it the result, depends on no text before. */
#include "filter/code/syntax.h"
#include "filter/code/language_rules.h"
#include "filter/code/meter.h"
#include "filter/code/tree.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

/* Bytes that tree-sitter may ask for, a byte of text. Programs take 25 to 80 altogether, deep nesting of errors 300. */
#define TOTAL_LIMIT 4096
#define LIVE_LIMIT 192
#define FREE_BYTES ((uint64_t)4 << 20) /* for any text, on top of that */
/* Times that a text may be read; programs take 2 to 4. */
#define READ_LIMIT 256
#define READ_BYTES 4096
#define READ_BACK 64 /* what going back costs, in bytes */

#define MAX_GRAMMARS 256

struct grammar {
    char *name;
    void *handle;
    const TSLanguage *language; /* NULL: not found, `why` says so */
    unsigned char *kinds;       /* enum tree_kind by symbol */
    struct language_rules *rules;
    struct err why;
};

struct syntax {
    char *path;
    pthread_mutex_t lock;
    struct grammar *grammar[MAX_GRAMMARS];
    size_t n;
};

struct syntax *syntax_new(const char *path)
{
    struct syntax *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    meter_install();
    s->path = strdup(path);
    pthread_mutex_init(&s->lock, NULL);
    if (s->path) return s;
    syntax_free(s);
    return NULL;
}

void syntax_free(struct syntax *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n; i++) {
        if (s->grammar[i]->handle) dlclose(s->grammar[i]->handle);
        free(s->grammar[i]->kinds);
        language_rules_free(s->grammar[i]->rules);
        free(s->grammar[i]->name);
        free(s->grammar[i]);
    }
    pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static void *open_in(const char *folder, size_t n, const char *language)
{
    char file[4096];
    if (!n || n + strlen(language) + 32 >= sizeof file) return NULL;
    snprintf(file, sizeof file, "%.*s/libtree-sitter-%s.so", (int)n, folder, language);
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle || !strchr(language, '_')) return handle;
    for (char *c = file + n; *c; c++)
        if (*c == '_') *c = '-'; /* as editors name them: libtree-sitter-c-sharp.so */
    return dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

static void *open_library(const char *path, const char *language)
{
    for (const char *p = path; *p; p += *p == ':') {
        size_t n = strcspn(p, ":");
        void *handle = open_in(p, n, language);
        if (handle) return handle;
        p += n;
    }
    return NULL;
}

static void load(struct syntax *s, struct grammar *g)
{
    char symbol[128];
    g->handle = open_library(s->path, g->name);
    if (!g->handle) {
        err_set(&g->why, ERR_USAGE,
                "no grammar for %s: libtree-sitter-%s.so is not in %s; make deps builds it, and --grammars "
                "or $LEAT_GRAMMARS says where it is",
                g->name, g->name, s->path);
        return;
    }
    snprintf(symbol, sizeof symbol, "tree_sitter_%s", g->name);
    const TSLanguage *(*entry)(void) = NULL;
    *(void **)&entry = dlsym(g->handle, symbol);
    const TSLanguage *language = entry ? entry() : NULL;
    uint32_t abi = language ? ts_language_version(language) : 0;
    if (abi < TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION || abi > TREE_SITTER_LANGUAGE_VERSION)
        err_set(&g->why, ERR_USAGE,
                "the grammar for %s has ABI %u; this libtree-sitter reads %d to %d: install an older one",
                g->name, abi, TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION, TREE_SITTER_LANGUAGE_VERSION);
    else if (!(g->kinds = tree_kinds(language, g->name)))
        err_nomem(&g->why, "loading a grammar");
    else
        g->language = language;
    if (g->language) g->rules = language_rules_new(g->name, language);
}

static struct grammar *find_locked(struct syntax *s, const char *language)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->grammar[i]->name, language) == 0) return s->grammar[i];
    struct grammar *g = s->n < MAX_GRAMMARS ? calloc(1, sizeof *g) : NULL;
    if (!g) return NULL;
    g->name = strdup(language);
    if (!g->name) {
        free(g);
        return NULL;
    }
    load(s, g);
    s->grammar[s->n++] = g;
    return g;
}

static int find(struct syntax *s, const char *language, const struct grammar **out, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    struct grammar *g = find_locked(s, language);
    pthread_mutex_unlock(&s->lock);
    if (!g) return err_nomem(e, "loading a grammar");
    *out = g;
    return g->language ? 0 : err_set(e, g->why.code, "%s", g->why.msg);
}

int syntax_have(struct syntax *s, const char *language, struct err *e)
{
    const struct grammar *g;
    return find(s, language, &g, e);
}

struct syntax_worker {
    struct meter *meter;
};

struct syntax_worker *syntax_worker_new(void)
{
    struct syntax_worker *w = calloc(1, sizeof *w);
    if (w && (w->meter = meter_new())) return w;
    free(w);
    return NULL;
}

void syntax_worker_free(struct syntax_worker *w)
{
    if (w) meter_free(w->meter);
    free(w);
}

struct task {
    const struct grammar *grammar;
    struct slice text;
    unsigned wants;
    const size_t *flag;
    uint32_t last; /* where the text was read last */
    struct syntax_result *out;
};

static const char *read_piece(void *ctx, uint32_t at, TSPoint point, uint32_t *n)
{
    struct task *t = ctx;
    bool onward = at >= t->last && at - t->last <= READ_BYTES;
    meter_spend(onward ? at - t->last : READ_BACK);
    t->last = at;
    *n = 0;
    if (at >= t->text.n) return "";
    *n = t->text.n - at < READ_BYTES ? (uint32_t)(t->text.n - at) : READ_BYTES;
    return t->text.p + at;
}

static void look_at(struct task *t, TSTree *tree)
{
    TSNode root = ts_tree_root_node(tree);
    if (ts_node_has_error(root)) tree_errors(root, t->out);
    if (t->wants & SYNTAX_SHARES) tree_shares(root, t->grammar->kinds, t->out);
    if (t->wants & SYNTAX_RULES && !t->out->errors && t->grammar->rules)
        t->out->broken = language_rules_check(t->grammar->rules, root, t->text, t->wants & SYNTAX_MODULE);
}

static void parse(void *ctx)
{
    struct task *t = ctx;
    TSInput input = {.payload = t, .read = read_piece, .encoding = TSInputEncodingUTF8};
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, t->grammar->language);
    ts_parser_set_cancellation_flag(parser, t->flag);
    TSTree *tree = ts_parser_parse(parser, NULL, input);
    t->out->too_complex = !tree;
    if (tree && !*t->flag) look_at(t, tree);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
}

int syntax_parse(struct syntax *s, struct syntax_worker *w, const char *language, struct slice text,
                 unsigned wants, struct syntax_result *out, struct err *e)
{
    struct task task = {.text = text, .wants = wants, .flag = meter_flag(w->meter), .out = out};
    const struct meter_limits limits = {FREE_BYTES + TOTAL_LIMIT * (uint64_t)text.n,
                                        FREE_BYTES + LIVE_LIMIT * (uint64_t)text.n,
                                        FREE_BYTES + READ_LIMIT * (uint64_t)text.n};
    *out = (struct syntax_result){0};
    int r = find(s, language, &task.grammar, e);
    if (r < 0) return r;
    if (text.n > UINT32_MAX) return err_set(e, ERR_DATA, "source text of more than 4 GiB");
    if (!meter_run(w->meter, &limits, parse, &task)) *out = (struct syntax_result){.too_complex = true};
    return 0;
}
