/* code LANGUAGE GRAMMARS LIST: a bare ts_parser_parse_string of each file in LIST (paths, one a line), with one parser for all; nothing is
 * done with the trees. Prints CPU seconds and bytes: what tree-sitter itself takes, reading the files not counted. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tree_sitter/api.h>

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static char *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    p = malloc(*n + 1);
    if (p && fread(p, 1, *n, f) != *n) *n = 0;
    fclose(f);
    return p;
}

static const TSLanguage *load(const char *name, const char *folder)
{
    char file[4096], symbol[128];
    snprintf(file, sizeof file, "%s/libtree-sitter-%s.so", folder, name);
    snprintf(symbol, sizeof symbol, "tree_sitter_%s", name);
    void *handle = dlopen(file, RTLD_NOW);
    const TSLanguage *(*entry)(void) = NULL;
    if (handle) *(void **)&entry = dlsym(handle, symbol);
    return entry ? entry() : NULL;
}

int main(int argc, char **argv)
{
    char path[4096];
    double seconds = 0, bytes = 0;
    const TSLanguage *language = argc == 4 ? load(argv[1], argv[2]) : NULL;
    FILE *list = language ? fopen(argv[3], "r") : NULL;
    if (!list) return 2;
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, language);
    while (fgets(path, sizeof path, list)) {
        size_t n = 0;
        path[strcspn(path, "\n")] = 0;
        char *text = read_all(path, &n);
        if (!text) continue;
        double start = cpu_seconds();
        ts_tree_delete(ts_parser_parse_string(parser, NULL, text, (uint32_t)n));
        seconds += cpu_seconds() - start;
        bytes += (double)n;
        free(text);
    }
    printf("%.4f %.0f\n", seconds, bytes);
    return 0;
}
