/* Any command line: parsed or refused, operands inside argv, and messages that end. */
#include "common/opts.h"
#include <stdlib.h>

static bool flag;
static const char *text;
static int64_t whole;
static double number;
static uint64_t size;
static int choice;
static struct opt_list list;
static const char *const verbs[] = {"exact", "minhash", NULL};
static const struct opt own[] = {
    {"flag", 'f', OPT_FLAG, &flag, NULL, NULL, 0, 0, "a flag"},
    {"int", 'i', OPT_INT, &whole, "N", NULL, -5, 100, "a number"},
    {"num", 'n', OPT_NUM, &number, "R", NULL, 0, 1, "a share"},
    {"size", 's', OPT_SIZE, &size, "SIZE", NULL, 0, 0, "bytes"},
    {"choice", 'c', OPT_CHOICE, &choice, NULL, "a|bb|", 0, 0, "one of"},
    {"list", 'l', OPT_LIST, &list, "X", NULL, 0, 0, "a thing"},
    {0},
};
static const struct opt shared[] = {{"text", 't', OPT_STR, &text, "FILE", NULL, 0, 0, "a file"}, {0}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct opt_spec spec = {.name = "leat fuzz", .summary = "x", .own = own, .shared = shared};
    char *line = malloc(n + 1), *argv[65] = {"leat-fuzz"}, **operands;
    size_t n_operands;
    int argc = 1;
    enum opt_action action;
    struct err e = {0};
    if (!line) return 0;
    memcpy(line, data, n);
    line[n] = 0;
    if (n && data[0] & 1) spec.operands = "[INPUT…]";
    if (n && data[0] & 2) spec.verbs = verbs;
    for (size_t at = 1; at < n && argc < 64; at += strlen(line + at) + 1) argv[argc++] = line + at;
    int r = opts_parse(&spec, argc, argv, &operands, &n_operands, &action, &e);
    if (r != 0 && (r != -ERR_USAGE || !e.msg[0])) abort();
    if (r == 0 && action == OPT_RUN) {
        for (size_t i = 0; i < n_operands; i++)
            if (operands[i] < line || operands[i] > line + n) abort();
        if (whole < -5 || whole > 100 || !(number >= 0 && number <= 1) || choice < 0 || choice > 2) abort();
    }
    opt_list_free(&list);
    free(line);
    return 0;
}
