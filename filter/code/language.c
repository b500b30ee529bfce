/* language.c: a file's extension, then its "#!" line. Tables, nothing guessed from content. */
#include "filter/code/language.h"
#include "common/text.h"

const char *const language_names[] = {"c", "go", "java", "javascript", "python", "rust", NULL};

struct ending {
    const char *ending, *language;
};

static const struct ending extensions[] = {
    {".c", "c"},
    {".h", "c"},
    {".go", "go"},
    {".java", "java"},
    {".js", "javascript"},
    {".mjs", "javascript"},
    {".cjs", "javascript"},
    {".jsx", "javascript"},
    {".py", "python"},
    {".pyi", "python"},
    {".rs", "rust"},
};

static const struct ending interpreters[] = {{"python", "python"}, {"node", "javascript"}};

const char *language_known(struct slice s)
{
    for (const char *const *n = language_names; *n; n++)
        if (slice_is(s, *n)) return *n;
    return NULL;
}

static const char *by_extension(struct slice path)
{
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        size_t n = strlen(extensions[i].ending);
        if (path.n > n && slice_eq_nocase(slice_of(path.p + path.n - n, n), extensions[i].ending))
            return extensions[i].language;
    }
    return NULL;
}

/* The program's name in "#!/usr/bin/env -S python3 -u" or "#!/usr/bin/python3". */
static struct slice interpreter(struct slice line)
{
    size_t at = 2;
    struct slice word = {0};
    while (at < line.n) {
        while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t')) at++;
        size_t start = at;
        while (at < line.n && line.p[at] != ' ' && line.p[at] != '\t' && line.p[at] != '\r') at++;
        word = slice_of(line.p + start, at - start);
        const char *slash = word.n ? memrchr(word.p, '/', word.n) : NULL;
        if (slash) word = slice_of(slash + 1, word.n - (size_t)(slash + 1 - word.p));
        if (!slice_is(word, "env") && !slice_has_prefix(word, "-")) return word;
        at += at == start;
    }
    return word;
}

static const char *by_shebang(struct slice text)
{
    struct slice line;
    size_t at = 0;
    if (!slice_has_prefix(text, "#!") || !line_next(text, &at, &line)) return NULL;
    struct slice program = interpreter(line);
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++)
        if (slice_has_prefix(program, interpreters[i].ending)) return interpreters[i].language;
    return NULL;
}

const char *language_of(struct slice path, struct slice text)
{
    const char *language = by_extension(path);
    return language ? language : by_shebang(text);
}
