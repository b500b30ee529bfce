/* train.c TEXTS.tsv ROWS: the languages model: "language TAB text" lines, in random order, to the tables of filter/language/model.h on stdout.
 *
 * Softmax regression over hashed grams, AdaGrad. A first pass over the texts finds the ROWS grams that weigh most (length of their weights
 * times the square root of how often they stand there); two more passes are over these alone. For train.py; no part of leat. */
#include "filter/language/grams.h"
#include "filter/language/model.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS ((size_t)1 << MODEL_KEY_BITS)
#define LEAST 6 /* weaker weights, in sixteenths, are left out */
#define GRAMS ((size_t)1 << 20)

static char language[MODEL_LANGUAGES_MAX][16];
static size_t n_languages;
static struct text {
    struct slice s;
    size_t language;
} * texts;
static size_t n_texts;
static uint8_t *chosen; /* NULL: all grams count */
static float *weight, *gradient;
static uint32_t *gram;
static size_t n_grams;
static float logit[MODEL_LANGUAGES_MAX];

static void die(const char *why)
{
    fprintf(stderr, "train: %s\n", why);
    exit(1);
}

static void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p) die("out of memory");
    return p;
}

static size_t language_of(const char *name, size_t n)
{
    for (size_t i = 0; i < n_languages; i++)
        if (strlen(language[i]) == n && memcmp(language[i], name, n) == 0) return i;
    if (n_languages == MODEL_LANGUAGES_MAX || n >= sizeof *language)
        die("too many languages, or too long a name");
    memcpy(language[n_languages], name, n);
    return n_languages++;
}

static void read_texts(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t room = 0, cap = 0;
    char *line = NULL;
    ssize_t n;
    if (!f) die("cannot read the texts");
    while ((n = getline(&line, &cap, f)) > 0) {
        const char *tab = memchr(line, '\t', (size_t)n);
        if (!tab) die("a line without a tab");
        if (n_texts == room) {
            room = room ? 2 * room : 65536;
            void *more = realloc(texts, room * sizeof *texts);
            if (!more) die("out of memory");
            texts = more;
        }
        size_t bytes = (size_t)(line + n - (tab + 1));
        char *copy = zeros(bytes + 1, 1);
        memcpy(copy, tab + 1, bytes);
        texts[n_texts++] = (struct text){slice_of(copy, bytes), language_of(line, (size_t)(tab - line))};
    }
    free(line);
    fclose(f);
}

static void take(void *ctx, const uint32_t *hash, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t key = hash[i] * 0x9e3779b1U >> (32 - MODEL_KEY_BITS);
        if ((!chosen || chosen[key]) && n_grams < GRAMS) gram[n_grams++] = key;
    }
}

/* The languages' logits; n_grams = 0: nothing is known of the text. */
static void look(struct slice text)
{
    n_grams = 0;
    grams_of(text, take, NULL);
    memset(logit, 0, sizeof logit);
    for (size_t k = 0; k < n_grams; k++)
        for (size_t c = 0; c < n_languages; c++) logit[c] += weight[gram[k] * MODEL_LANGUAGES_MAX + c];
    for (size_t c = 0; c < n_languages && n_grams; c++) logit[c] /= sqrtf((float)n_grams);
}

static void learn(const struct text *t)
{
    float most = logit[0], sum = 0, square = 0, scale = 1 / sqrtf((float)n_grams);
    for (size_t c = 1; c < n_languages; c++) most = logit[c] > most ? logit[c] : most;
    for (size_t c = 0; c < n_languages; c++) sum += logit[c] = expf(logit[c] - most);
    for (size_t c = 0; c < n_languages; c++) logit[c] = logit[c] / sum - (c == t->language);
    for (size_t c = 0; c < n_languages; c++) square += logit[c] * logit[c];
    for (size_t k = 0; k < n_grams; k++) {
        float *g = &gradient[gram[k]], *w = &weight[gram[k] * MODEL_LANGUAGES_MAX];
        *g += square * scale * scale;
        float step = .3f * scale / sqrtf(*g + .01f);
        for (size_t c = 0; c < n_languages; c++) w[c] -= step * logit[c];
    }
}

static void pass(void)
{
    size_t right = 0;
    for (size_t i = 0; i < n_texts; i++) {
        look(texts[i].s);
        if (n_grams == 0) continue;
        size_t best = 0;
        for (size_t c = 1; c < n_languages; c++)
            if (logit[c] > logit[best]) best = c;
        right += best == texts[i].language;
        learn(&texts[i]);
    }
    fprintf(stderr, "train: %zu texts, %zu languages: %.4f right before they were learned\n", n_texts,
            n_languages, (double)right / (double)n_texts);
}

static int larger_first(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void choose(size_t rows)
{
    uint32_t *count = zeros(KEYS, sizeof *count);
    float *worth = zeros(KEYS, sizeof *worth), *order = zeros(KEYS, sizeof *order);
    for (size_t i = 0; i < n_texts; i++) {
        n_grams = 0;
        grams_of(texts[i].s, take, NULL);
        for (size_t k = 0; k < n_grams; k++) count[gram[k]]++;
    }
    for (size_t i = 0; i < KEYS; i++) {
        float square = 0;
        for (size_t c = 0; c < n_languages; c++)
            square += weight[i * MODEL_LANGUAGES_MAX + c] * weight[i * MODEL_LANGUAGES_MAX + c];
        order[i] = worth[i] = sqrtf(square * (float)count[i]);
    }
    qsort(order, KEYS, sizeof *order, larger_first);
    chosen = zeros(KEYS, 1);
    for (size_t i = 0; i < KEYS; i++) chosen[i] = worth[i] > order[rows];
    memset(weight, 0, KEYS * MODEL_LANGUAGES_MAX * sizeof *weight);
    memset(gradient, 0, KEYS * sizeof *gradient);
    free(count);
    free(worth);
    free(order);
}

static int rounded(size_t key, size_t c)
{
    float v = rintf(weight[key * MODEL_LANGUAGES_MAX + c] * 16);
    if (fabsf(v) < LEAST) return 0;
    return v > 127 ? 127 : v < -127 ? -127 : (int)v;
}

static void print(void)
{
    size_t rows = 0, at = 0, column = 0;
    puts("/* model_table.c: made by tests/bench/language/train.py from translations of programs in Debian's "
         "packages. */\n"
         "#include \"filter/language/model.h\"\n\n/* clang-format off */\nconst char *const "
         "model_languages[] = {");
    for (size_t c = 0; c < n_languages; c++) printf("\"%s\",%s", language[c], c % 12 == 11 ? "\n" : " ");
    printf("};\nconst size_t n_model_languages = %zu;\n\nconst uint32_t model_keys[] = {\n", n_languages);
    for (size_t i = 0; i < KEYS; i++)
        if (chosen[i]) printf("%zu,%s", i, ++rows % 16 ? "" : "\n");
    printf("};\nconst size_t n_model_keys = %zu;\n\nconst uint32_t model_rows[] = {\n", rows);
    for (size_t i = rows = 0; i < KEYS; i++) {
        if (!chosen[i]) continue;
        printf("%zu,%s", at, ++rows % 16 ? "" : "\n");
        for (size_t c = 0; c < n_languages; c++) at += rounded(i, c) != 0;
    }
    printf("%zu};\n\nconst struct model_weight model_weights[] = {\n", at);
    for (size_t i = 0; i < KEYS; i++)
        for (size_t c = 0; c < n_languages && chosen[i]; c++)
            if (rounded(i, c)) printf("{%zu,%d},%s", c, rounded(i, c), ++column % 16 ? "" : "\n");
    puts("};\n/* clang-format on */");
}

int main(int argc, char **argv)
{
    if (argc != 3) die("usage: train TEXTS.tsv ROWS > model_table.c");
    read_texts(argv[1]);
    weight = zeros(KEYS * MODEL_LANGUAGES_MAX, sizeof *weight);
    gradient = zeros(KEYS, sizeof *gradient);
    gram = zeros(GRAMS, sizeof *gram);
    pass();
    choose(strtoul(argv[2], NULL, 10));
    pass();
    pass();
    print();
    return 0;
}
