/* syntax.c: loads grammars and counts what did not parse.
 *
 * tree-sitter always gives a tree; what it could not fit stands in ERROR nodes or was supplied as MISSING tokens. Only
 * subtrees that hold an error are walked, by cursor, so a valid file costs one look at its root.
 *
 * State: the loaded grammars behind a mutex. Memory and time: limited by meter.h. Every text gets a parser of its own, so
 * that what it costs, and with it the result, depends on no text before. */
#include "filter/code/syntax.h"
#include "filter/code/meter.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

/* Bytes that tree-sitter may ask for, a byte of text. Programs take 25 to 80 altogether, deep nesting of errors 300. */
#define TOTAL_LIMIT 4096
#define LIVE_LIMIT 256
#define FREE_BYTES ((uint64_t)4 << 20) /* for any text, on top of that */

#define MAX_GRAMMARS 256

struct grammar {
    char *name;
    void *handle;
    const TSLanguage *language; /* NULL: not found, `why` says so */
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
        free(s->grammar[i]->name);
        free(s->grammar[i]);
    }
    pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static void *open_library(const char *path, const char *language)
{
    for (const char *p = path; *p; p += *p == ':') {
        size_t n = strcspn(p, ":");
        char file[4096];
        if (n && n + strlen(language) + 32 < sizeof file) {
            snprintf(file, sizeof file, "%.*s/libtree-sitter-%s.so", (int)n, p, language);
            void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
            if (handle) return handle;
        }
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
    else
        g->language = language;
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

static int find(struct syntax *s, const char *language, const TSLanguage **out, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    struct grammar *g = find_locked(s, language);
    pthread_mutex_unlock(&s->lock);
    if (!g) return err_nomem(e, "loading a grammar");
    *out = g->language;
    return g->language ? 0 : err_set(e, g->why.code, "%s", g->why.msg);
}

int syntax_have(struct syntax *s, const char *language, struct err *e)
{
    const TSLanguage *l;
    return find(s, language, &l, e);
}

/* Counts node's own error, if it is one; true when its children may hold others. */
static bool count_node(TSNode node, struct syntax_result *out)
{
    bool error = ts_node_symbol(node) == (TSSymbol)-1; /* ts_builtin_sym_error */
    if (error) {
        out->errors++;
        out->error_bytes += ts_node_end_byte(node) - ts_node_start_byte(node);
        return false;
    }
    if (ts_node_is_missing(node)) {
        out->errors++;
        out->error_bytes++;
    }
    return ts_node_has_error(node);
}

static void count_errors(TSNode root, struct syntax_result *out)
{
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    for (bool more = true; more;) {
        bool inside = count_node(ts_tree_cursor_current_node(&cursor), out);
        if (inside && ts_tree_cursor_goto_first_child(&cursor)) continue;
        while (!(more = ts_tree_cursor_goto_next_sibling(&cursor)) && ts_tree_cursor_goto_parent(&cursor)) {
        }
    }
    ts_tree_cursor_delete(&cursor);
}

struct task {
    const TSLanguage *language;
    struct slice text;
    struct syntax_result *out;
};

static void parse(void *ctx)
{
    struct task *t = ctx;
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, t->language);
    TSTree *tree = ts_parser_parse_string(parser, NULL, t->text.p, (uint32_t)t->text.n);
    t->out->too_complex = !tree;
    if (tree) count_errors(ts_tree_root_node(tree), t->out);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
}

int syntax_parse(struct syntax *s, const char *language, struct slice text, struct syntax_result *out,
                 struct err *e)
{
    struct task task = {.text = text, .out = out};
    const struct meter_limits limits = {FREE_BYTES + TOTAL_LIMIT * (uint64_t)text.n,
                                        FREE_BYTES + LIVE_LIMIT * (uint64_t)text.n};
    *out = (struct syntax_result){0};
    int r = find(s, language, &task.language, e);
    if (r < 0) return r;
    if (text.n > UINT32_MAX) return err_set(e, ERR_DATA, "source text of more than 4 GiB");
    if (!meter_run(&limits, parse, &task)) *out = (struct syntax_result){.too_complex = true};
    return 0;
}
