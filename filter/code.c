/* code.c: leat code: keeps source files that parse.
 *
 * The language comes from metadata.language_code where that names one, else from metadata.path, else from a "#!" line;
 * tree-sitter parses the text, and the share of bytes that did not fit decides. What passes carries its language and error
 * ratio in metadata.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects. State: the loaded grammars; one tree a thread. */
#include "common/json.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/code/language.h"
#include "filter/code/syntax.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *languages, *grammars;
static double max_error_ratio = 0;
static uint64_t max_size = 1 << 20;
static bool keep_unknown;

static const struct opt own[] = {
    {"languages", 'l', OPT_STR, &languages, "NAME[,NAME…]", NULL, 0, 0,
     "keep only these languages: c, go, java, javascript, python, rust; all when not given"},
    {"max-error-ratio", 0, OPT_NUM, &max_error_ratio, "R", NULL, 0, 1,
     "keep files with at most this share of bytes in syntax errors"},
    {"max-size", 0, OPT_SIZE, &max_size, "SIZE", NULL, 0, 0,
     "drop larger files unparsed; it bounds memory and time"},
    {"keep-unknown", 0, OPT_FLAG, &keep_unknown, NULL, NULL, 0, 0,
     "keep documents whose language is not known, unparsed, instead of dropping them"},
    {"grammars", 0, OPT_STR, &grammars, "DIR[:DIR…]", NULL, 0, 0,
     "look for libtree-sitter-NAME.so here first; then in $LEAT_GRAMMARS, beside the program, and in the "
     "installed folder"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat code",
    .summary = "keep source files that parse",
    .operands = "[INPUT…]",
    .description = "Reads JSONL documents that are source files, finds each one's language "
                   "(metadata.language_code where it names a "
                   "programming language, else the extension of metadata.path, else a \"#!\" line), parses "
                   "it with tree-sitter and "
                   "drops what does not parse.\n\n"
                   "The error ratio is the share of bytes inside the topmost ERROR nodes, plus one byte for "
                   "every token that the "
                   "parser had to supply. Kept documents get metadata.language_code, and "
                   "metadata.error_ratio when it is above 0.\n\n"
                   "Reasons of drops: unknown-language, language-not-wanted, too-large, syntax-errors, and "
                   "too-complex for the few texts "
                   "with errors on which tree-sitter would take time and memory out of all proportion.",
    .examples = "leat ingest project.tar.gz | leat code --languages c,python -o code.jsonl.zst\n"
                "# tolerate a little\n"
                "leat code --max-error-ratio 0.02 --rejects broken.jsonl files.jsonl >parsed.jsonl\n",
    .own = own,
};

struct code {
    struct syntax *syntax;
};

static bool wanted(const char *language)
{
    size_t n = strlen(language);
    if (!languages) return true;
    for (const char *p = languages; *p; p += *p == ',') {
        size_t len = strcspn(p, ",");
        if (len == n && memcmp(p, language, n) == 0) return true;
        p += len;
    }
    return false;
}

/* NULL: not known. Metadata of another type than string tells nothing. */
static const char *find_language(struct stage_out *o, const struct doc *d)
{
    struct slice value;
    struct err ignored = {0};
    const char *language = NULL;
    if (jsonl_meta_str(o->jsonl, d, "language_code", &value, &ignored) == 1) language = language_known(value);
    if (language) return language;
    err_clear(&ignored);
    if (jsonl_meta_str(o->jsonl, d, "path", &value, &ignored) != 1) value = slice_of("", 0);
    return language_of(value, d->text);
}

static int drop_with(struct stage_out *o, struct doc *d, const char *rule, double value)
{
    char number[64];
    snprintf(number, sizeof number, "%.9g", value);
    return stage_drop(o, d, rule, number);
}

static int judge(struct syntax *syntax, const char *language, struct doc *d, struct stage_out *o,
                 struct err *e)
{
    struct syntax_result found;
    int r = syntax_parse(syntax, language, d->text, &found, e);
    if (r < 0) return r;
    if (found.too_complex) return stage_drop(o, d, "too-complex", NULL);
    double ratio = d->text.n ? (double)found.error_bytes / (double)d->text.n : 0;
    if (ratio > 1) ratio = 1;
    if (ratio > max_error_ratio) return drop_with(o, d, "syntax-errors", ratio);
    r = doc_meta_set_str(d, "language_code", slice_str(language));
    if (r == 0 && found.errors) r = doc_meta_set_num(d, "error_ratio", ratio);
    return r < 0 ? r : stage_keep(o, d);
}

static int code_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct code *c = ctx;
    const char *language = find_language(o, d);
    if (!language) return keep_unknown ? stage_keep(o, d) : stage_drop(o, d, "unknown-language", NULL);
    if (!wanted(language)) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", language);
        return stage_drop(o, d, "language-not-wanted", quoted);
    }
    if (d->text.n > max_size) return drop_with(o, d, "too-large", (double)d->text.n);
    return judge(c->syntax, language, d, o, e);
}

/* --grammars, $LEAT_GRAMMARS, <program>/../lib/leat/grammars, where a build tree has them, the installed folder. */
static int search_path(struct buf *b)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *env = getenv("LEAT_GRAMMARS");
    if (grammars) buf_printf(b, "%s:", grammars);
    if (env && *env) buf_printf(b, "%s:", env);
    char *slash = n > 0 ? memrchr(self, '/', (size_t)n) : NULL;
    if (slash)
        buf_printf(b, "%.*s/../lib/leat/grammars:%.*s/../../deps/grammars:", (int)(slash - self), self,
                   (int)(slash - self), self);
    buf_puts(b, LEAT_LIBDIR "/grammars");
    return buf_terminate(b);
}

/* Every language that is asked for must be known and have its grammar, before anything is read. */
static int check_languages(struct syntax *syntax, struct err *e)
{
    for (const char *p = languages ? languages : ""; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        const char *name = language_known(slice_of(p, n));
        if (!name)
            return err_set(e, ERR_USAGE, "--languages %.*s: known are c, go, java, javascript, python, rust",
                           (int)n, p);
        int r = syntax_have(syntax, name, e);
        if (r < 0) return r;
        p += n;
    }
    for (const char *const *n = language_names; !languages && *n; n++) {
        int r = syntax_have(syntax, *n, e);
        if (r < 0) return r;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {.kind = "jsonl", .doc = code_doc};
    struct tool t;
    struct code c = {0};
    struct buf path;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS, argc, argv)) return t.status;
    buf_init(&path, BUF_NO_MAX);
    int r = search_path(&path) < 0 ? err_nomem(&t.err, "starting") : 0;
    if (r == 0 && !(c.syntax = syntax_new(path.p))) r = err_nomem(&t.err, "starting");
    if (r == 0) r = check_languages(c.syntax, &t.err);
    if (r == 0) r = stage_run(&t, &ops, &c);
    syntax_free(c.syntax);
    buf_free(&path);
    return tool_finish(&t, r);
}
