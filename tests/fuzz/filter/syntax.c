/* The first byte chooses a language and what is asked for, the rest is its text: parsed within the limits, twice the same. Grammars from
 * $LEAT_GRAMMARS or build/deps/grammars; without them nothing is parsed. */
#include "filter/code/language.h"
#include "filter/code/syntax.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct syntax *syntax;
static struct syntax_worker *worker;

static void start(void)
{
    const char *folder = getenv("LEAT_GRAMMARS");
    syntax = syntax_new(folder ? folder : "build/deps/grammars");
    worker = syntax_worker_new();
    if (!syntax || !worker) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"javascript", "python", "c",          "bash",   "typescript", "rust",
                                        "ruby",       "lua",    "javascript", "python", "go",         "java",
                                        "cpp",        "css",    "make",       "toml"};
    struct syntax_result a, b;
    if (!syntax) start();
    if (!size) return 0;
    const char *name = names[data[0] & 15];
    unsigned wants = data[0] >> 4 & 7;
    struct slice text = slice_of((const char *)data + 1, size - 1);
    if (syntax_parse(syntax, worker, name, text, wants, &a, NULL) < 0) return 0;
    if (syntax_parse(syntax, worker, name, text, wants, &b, NULL) < 0) abort();
    if (a.too_complex != b.too_complex || a.errors != b.errors || a.error_bytes != b.error_bytes ||
        a.broken != b.broken)
        abort();
    if (a.error_bytes > 2 * text.n + 1000 || (a.broken && a.errors)) abort();
    if (a.comment_bytes > text.n || a.literal_bytes > a.token_bytes) abort();
    return 0;
}
