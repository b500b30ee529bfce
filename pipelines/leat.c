/* leat.c: `leat X …` runs the program leat-X, as git does, so that every stage is a program of its own and a user's
 * leat-foo on PATH is a tool like ours.
 *
 * A tool is looked for beside this program and then on PATH. The overview knows our tools' summaries by itself: no
 * process is started to ask. Links nothing but the option tables, so that it costs no time in a pipe.
 *
 * In: argv. Out: another program in this process's place, or text on standard output. State: none. */
#include "common/opts.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "leat-"

static const struct known {
    const char *name, *summary;
} known[] = {
    {"ingest", "crawls, archives, dumps, books, papers, JSONL to documents"},
    {"filter", "keep the documents that pass rules for quality and repetition"},
    {"code", "keep source code that parses"},
    {"classify", "text classifiers, fastText's too; documents scored by them"},
    {"lm", "n-gram language models; the perplexity of documents"},
    {"dedup", "remove exact and near duplicates"},
    {"tokenizer", "train and describe tokenizers"},
    {"tokenize", "documents to tokens, and back"},
    {"shard", "tokens to training shards, mixed by weight"},
    {"shards", "describe, verify and print shards"},
    {"train", "train a model on shards"},
    {"generate", "continue prompts with a trained model"},
    {"run", "run a pipeline file, or print it as a shell script"},
};
#define N_KNOWN (sizeof known / sizeof *known)

static const struct opt no_options[] = {{0}};
static const struct opt_spec spec = {
    .name = "leat",
    .summary = "from crawls to training shards, as Unix pipes",
    .operands = "TOOL [ARGUMENT…]",
    .description = "Runs the program leat-TOOL with the arguments. It is looked for beside leat itself, then "
                   "on PATH, so that "
                   "your own leat-foo is a tool as well. \"leat help TOOL\" shows a tool's manual page, or "
                   "its --help where "
                   "there is none. Without arguments leat lists the tools that it finds.\n"
                   "\n"
                   "The tools are filters, in this order:\n"
                   "\n"
                   "  crawl --ingest--> documents --filter, code, dedup--> documents\n"
                   "    --tokenize--> tokens --shard--> shards --train--> model\n"
                   "\n"
                   "Documents are lines of JSON; every arrow is a pipe, and every tool can be replaced by "
                   "any program that reads "
                   "and writes the same.",
    .examples = "leat ingest crawl.warc.gz | leat filter --preset gopher-quality | leat dedup exact -o "
                "docs.jsonl.zst\n"
                "leat help filter\n",
    .see_also = "leat-ingest leat-filter leat-code leat-classify leat-lm leat-dedup leat-tokenizer "
                "leat-tokenize leat-shard "
                "leat-shards leat-train leat-generate leat-run",
    .own = no_options,
};

/* ------------------------------------------------------------------ where tools are */

/* The folder of this program; "" when the system does not say. */
static void own_folder(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
    char *slash = strrchr(out, '/');
    if (slash) *slash = 0;
}

/* Empty entries of PATH (the working directory) are passed over. */
static const char *next_folder(const char *path, char out[PATH_MAX])
{
    while (path && *path) {
        size_t n = strcspn(path, ":");
        const char *next = path[n] ? path + n + 1 : path + n;
        if (n > 0 && n < PATH_MAX) {
            memcpy(out, path, n);
            out[n] = 0;
            return next;
        }
        path = next;
    }
    return NULL;
}

static bool is_program(const char *folder, const char *file, char out[PATH_MAX])
{
    struct stat st;
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, file);
    if (!*folder || n >= PATH_MAX) return false;
    return stat(out, &st) == 0 && S_ISREG(st.st_mode) && access(out, X_OK) == 0;
}

static bool find_program(const char *file, char out[PATH_MAX])
{
    char folder[PATH_MAX];
    own_folder(folder);
    if (is_program(folder, file, out)) return true;
    for (const char *path = getenv("PATH"); (path = next_folder(path, folder));)
        if (is_program(folder, file, out)) return true;
    return false;
}

/* Names are plain words: a slash would lead out of the folders. */
static bool find_tool(const char *name, char out[PATH_MAX])
{
    char file[NAME_MAX + 1];
    int n = snprintf(file, sizeof file, PREFIX "%s", name);
    return *name && n < (int)sizeof file && !strchr(name, '/') && find_program(file, out);
}

/* ------------------------------------------------------------------ all tools */

struct names {
    char **at;
    size_t n, cap;
};

static void names_free(struct names *s)
{
    for (size_t i = 0; i < s->n; i++) free(s->at[i]);
    free(s->at);
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < N_KNOWN; i++)
        if (strcmp(known[i].name, name) == 0) return true;
    return false;
}

static void names_add(struct names *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i], name) == 0) return;
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 16;
        char **more = realloc(s->at, cap * sizeof *more);
        if (!more) return;
        s->at = more;
        s->cap = cap;
    }
    char *copy = strdup(name);
    if (copy) s->at[s->n++] = copy;
}

static void add_folder(struct names *s, const char *folder)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    DIR *d = opendir(folder);
    if (!d) return;
    while ((entry = readdir(d))) {
        const char *file = entry->d_name;
        if (strncmp(file, PREFIX, strlen(PREFIX)) == 0 && file[strlen(PREFIX)] &&
            is_program(folder, file, path))
            names_add(s, file + strlen(PREFIX));
    }
    closedir(d);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_all(struct names *s)
{
    char folder[PATH_MAX];
    *s = (struct names){0};
    own_folder(folder);
    if (*folder) add_folder(s, folder);
    for (const char *path = getenv("PATH"); (path = next_folder(path, folder));) add_folder(s, folder);
    if (s->n) qsort(s->at, s->n, sizeof *s->at, by_text);
}

/* ------------------------------------------------------------------ what is printed */

static int flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    fprintf(stderr, "leat: cannot write to stdout: %s\n", strerror(errno));
    return ERR_IO;
}

static int print_overview(void)
{
    struct names found;
    find_all(&found);
    bool others = false;
    printf("leat %s: %s\n\n"
           "  crawl ─ingest─▶ documents ─filter, code, dedup─▶ documents\n"
           "    ─tokenize─▶ tokens ─shard─▶ shards ─train─▶ model\n\n",
           LEAT_VERSION, spec.summary);
    for (size_t i = 0; i < N_KNOWN; i++) {
        for (size_t j = 0; j < found.n; j++)
            if (strcmp(found.at[j], known[i].name) == 0)
                printf("  %-10s %s\n", known[i].name, known[i].summary);
    }
    for (size_t j = 0; j < found.n; j++) {
        if (is_known(found.at[j])) continue;
        printf("%s  %s\n", others ? "" : "\nOthers:\n", found.at[j]);
        others = true;
    }
    printf("\n'leat help TOOL' tells more about one; 'leat TOOL …' runs leat-TOOL.\n");
    names_free(&found);
    return flush();
}

static int print_man(void)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    if (opts_put_man(&spec, &b) == 0) fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
    return flush();
}

static int unknown_tool(const char *name)
{
    struct names found;
    find_all(&found);
    const char *near = opt_nearest(name, (const char *const *)found.at, found.n);
    if (near)
        fprintf(stderr, "leat: there is no tool '%s'; did you mean '%s'?\n", name, near);
    else
        fprintf(stderr, "leat: there is no tool '%s' (no program " PREFIX "%s beside leat or on PATH)\n",
                name, name);
    fprintf(stderr, "Try 'leat' for a list.\n");
    names_free(&found);
    return ERR_USAGE;
}

/* ------------------------------------------------------------------ running */

static int run_program(const char *path, char **argv)
{
    execv(path, argv);
    fprintf(stderr, "leat: cannot run %s: %s\n", path, strerror(errno));
    return ERR_IO;
}

static int run_tool(char **argv)
{
    char path[PATH_MAX];
    const char *name = argv[0];
    if (!find_tool(name, path)) return unknown_tool(name);
    argv[0] = path;
    return run_program(path, argv);
}

/* `leat --check-options TOOL …`, of `leat run`: our own tools are asked; of others it is enough that they are there. */
static int check_tool(char **argv)
{
    char path[PATH_MAX];
    char *name = argv[1];
    if (!find_tool(name, path)) return unknown_tool(name);
    if (!is_known(name)) return 0;
    argv[1] = argv[0];
    argv[0] = path;
    return run_program(path, argv);
}

/* Pages of this installation come before the system's. */
static void extend_manpath(void)
{
    char folder[PATH_MAX], value[2 * PATH_MAX];
    const char *old = getenv("MANPATH");
    own_folder(folder);
    if (!*folder) return;
    snprintf(value, sizeof value, "%s/../share/man:%s", folder, old ? old : "");
    setenv("MANPATH", value, 1);
}

/* Whether `man -w PAGE` finds it; quietly. */
static bool has_page(const char *man, char *page)
{
    char *argv[] = {"man", "-w", page, NULL};
    int status;
    pid_t pid = fork();
    if (pid < 0) return false;
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) _exit(1);
        execv(man, argv);
        _exit(1);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int help_tool(const char *name)
{
    char path[PATH_MAX], man[PATH_MAX], page[NAME_MAX + 1];
    if (!find_tool(name, path)) return unknown_tool(name);
    snprintf(page, sizeof page, PREFIX "%s", name);
    extend_manpath();
    if (find_program("man", man) && has_page(man, page)) {
        char *argv[] = {"man", page, NULL};
        return run_program(man, argv);
    }
    char *argv[] = {path, "--help", NULL};
    return run_program(path, argv);
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "help";
    bool help = strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0;
    if (help && argc > 2) return help_tool(argv[2]);
    if (help) return print_overview();
    if (strcmp(first, "--man") == 0) return print_man();
    if (strcmp(first, "--version") == 0) {
        printf("leat %s\n", LEAT_VERSION);
        return flush();
    }
    if (strcmp(first, "--check-options") == 0 && argc > 2) return check_tool(argv + 1);
    if (first[0] == '-') {
        fprintf(stderr,
                "leat: unknown option %s; options of a tool come behind its name\nTry 'leat --help'.\n",
                first);
        return ERR_USAGE;
    }
    return run_tool(argv + 1);
}
