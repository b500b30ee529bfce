/* pattern.c: pre-tokeniser patterns over PCRE2 with JIT.
 *
 * The expressions are compiled over symbols (symbols.h), one byte per character, so the pieces do not depend on PCRE2's
 * Unicode version. A scan maps the text to symbols once, finds the ends of pieces in symbols, and walks along the
 * UTF-8 to turn them into bytes. The stages are pulled: stage k asks stage k-1 for its next piece when it has used one up.
 *
 * State of a scan: the symbols of one text, per stage the piece in hand. Time: PCRE2's; an expression that backtracks without
 * bound is stopped by a limit on steps and reported. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/pattern.h"
#include "tokenizer/symbols.h"
#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT 20000000
#define JIT_STACK_START (32 << 10)
#define JIT_STACK_MAX (8 << 20)

struct pattern {
    struct symbols symbols;
    size_t n;
    pcre2_code *code[PATTERN_MAX_STAGES];
    bool jit[PATTERN_MAX_STAGES];
};

/* A stage cuts [start, end) of the symbols; `at` is where its next piece begins, `search` where its next match may,
 * `found` whether [match_start, match_end) is a match that is still to be given out. */
struct stage {
    size_t start, end, at, search, match_start, match_end;
    bool found;
};

struct pattern_scan {
    const struct pattern *pattern;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    uint8_t *symbol; /* owned */
    size_t n, cap;
    bool ascii; /* every character is one byte */
    bool whole_given;
    const char *text, *next; /* the text; where the next piece begins */
    struct stage stage[PATTERN_MAX_STAGES];
};

/* ------------------------------------------------------------------ the published patterns */

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define O200K_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define O200K_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"

/* Sources: openai/gpt-2 encoder.py; tiktoken_ext/openai_public.py (cl100k's \p{N}{1,3}+ without its +, which changes
 * nothing there and is read differently by Oniguruma); the tokenizer.json of Llama 3, Qwen 2 and DeepSeek-V3. */
static const struct {
    const char *name, *regex[3];
} NAMED[] = {
    {"gpt2", {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"}},
    {"cl100k",
     {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}| "
      "?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"}},
    {"llama3",
     {CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
                   "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
    {"qwen2",
     {CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
                   "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
    {"o200k",
     {"[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "*" O200K_LOWER "+" CONTRACTIONS
      "?|[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "+" O200K_LOWER "*" CONTRACTIONS
      "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
    {"deepseek",
     {"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
      "?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
};
#define N_NAMED (sizeof NAMED / sizeof *NAMED)

static void named_spec(size_t i, struct pattern_spec *spec)
{
    for (spec->n = 0; spec->n < 3 && NAMED[i].regex[spec->n]; spec->n++)
        spec->regex[spec->n] = slice_str(NAMED[i].regex[spec->n]);
}

bool pattern_named(const char *name, struct pattern_spec *spec)
{
    for (size_t i = 0; i < N_NAMED; i++)
        if (strcmp(name, NAMED[i].name) == 0) {
            named_spec(i, spec);
            return true;
        }
    return false;
}

const char *pattern_name(const struct pattern_spec *spec)
{
    for (size_t i = 0; i < N_NAMED; i++) {
        struct pattern_spec known;
        named_spec(i, &known);
        bool same = known.n == spec->n;
        for (size_t k = 0; same && k < known.n; k++) same = slice_eq(known.regex[k], spec->regex[k]);
        if (same) return NAMED[i].name;
    }
    return NULL;
}

const char *pattern_names(void)
{
    return "gpt2, cl100k, llama3, qwen2, o200k, deepseek";
}

/* ------------------------------------------------------------------ compiling */

static int put_expression(const struct pattern *p, const struct regex *r, struct buf *b)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct regex_part *part = &r->part[i];
        if (part->set < 0)
            buf_put(b, r->raw.p + part->offset, part->n);
        else
            symbols_put_class(&p->symbols, (size_t)part->set, b);
    }
    return b->failed ? -ERR_IO : 0;
}

/* Over bytes: neither PCRE2_UTF nor PCRE2_UCP. ^ and $ are of lines, as in Oniguruma. */
static int compile(struct pattern *p, size_t k, const struct regex *r, struct slice source, struct err *e)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    if (put_expression(p, r, &b) < 0) {
        buf_free(&b);
        return err_nomem(e, "compiling a pattern");
    }
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context) pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    uint32_t options = PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
    p->code[k] = pcre2_compile((PCRE2_SPTR)b.p, b.n, options, &code, &at, context);
    pcre2_compile_context_free(context);
    buf_free(&b);
    if (!p->code[k]) {
        PCRE2_UCHAR why[256];
        pcre2_get_error_message(code, why, sizeof why);
        return err_set(e, ERR_USAGE, "pattern \"%.*s\": %s", (int)(source.n < 300 ? source.n : 300), source.p,
                       (char *)why);
    }
    p->jit[k] = pcre2_jit_compile(p->code[k], PCRE2_JIT_COMPLETE) == 0;
    return 0;
}

static int compile_all(struct pattern *p, const struct regex *r, const struct regex_sets *sets,
                       const struct pattern_spec *spec, struct err *e)
{
    int status = symbols_init(&p->symbols, sets, e);
    for (; status == 0 && p->n < spec->n; p->n++) {
        status = compile(p, p->n, &r[p->n], spec->regex[p->n], e);
        if (status < 0) break;
    }
    return status;
}

int pattern_new(struct pattern **out, const struct pattern_spec *spec, struct err *e)
{
    *out = NULL;
    struct pattern *p = calloc(1, sizeof *p);
    if (!p) return err_nomem(e, "compiling a pattern");
    struct regex_sets sets;
    struct regex regex[PATTERN_MAX_STAGES];
    int status = 0;
    regex_sets_init(&sets);
    for (size_t k = 0; k < spec->n; k++) regex_init(&regex[k]);
    for (size_t k = 0; status == 0 && k < spec->n; k++)
        status = regex_parse(&regex[k], &sets, spec->regex[k], e);
    if (status == 0) status = compile_all(p, regex, &sets, spec, e);
    for (size_t k = 0; k < spec->n; k++) regex_free(&regex[k]);
    regex_sets_free(&sets);
    if (status < 0) {
        pattern_free(p);
        return status;
    }
    *out = p;
    return 0;
}

void pattern_free(struct pattern *p)
{
    if (!p) return;
    for (size_t k = 0; k < p->n; k++) pcre2_code_free(p->code[k]);
    symbols_free(&p->symbols);
    free(p);
}

/* ------------------------------------------------------------------ scanning */

struct pattern_scan *pattern_scan_new(const struct pattern *p)
{
    struct pattern_scan *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->pattern = p;
    s->data = pcre2_match_data_create(1, NULL);
    s->context = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    if (!s->data || !s->context) {
        pattern_scan_free(s);
        return NULL;
    }
    pcre2_set_match_limit(s->context, MATCH_LIMIT);
    if (s->stack) pcre2_jit_stack_assign(s->context, NULL, s->stack);
    return s;
}

void pattern_scan_free(struct pattern_scan *s)
{
    if (!s) return;
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    pcre2_jit_stack_free(s->stack);
    free(s->symbol);
    free(s);
}

int pattern_scan_start(struct pattern_scan *s, struct slice text, struct err *e)
{
    if (text.n > s->cap) {
        uint8_t *grown = realloc(s->symbol, text.n);
        if (!grown) return err_nomem(e, "cutting a text into pieces");
        s->symbol = grown;
        s->cap = text.n;
    }
    s->n = text.n ? symbols_map(&s->pattern->symbols, text.p, text.n, s->symbol) : 0;
    s->ascii = s->n == text.n;
    s->text = s->next = text.p;
    s->whole_given = text.n == 0;
    memset(s->stage, 0, sizeof s->stage);
    return 0;
}

static int match_failed(const struct pattern_scan *s, const struct stage *g, int code, struct err *e)
{
    PCRE2_UCHAR why[256];
    pcre2_get_error_message(code, why, sizeof why);
    return err_set(
        e, ERR_USAGE,
        "the pre-tokeniser's pattern gave up %zu characters into a text of %zu (%s): write a pattern that "
        "backtracks less",
        g->search, s->n, (char *)why);
}

/* Looks for stage k's next match; without one, the rest of its stretch is left over. */
static int find(struct pattern_scan *s, size_t k, struct err *e)
{
    struct stage *g = &s->stage[k];
    const pcre2_code *code = s->pattern->code[k];
    PCRE2_SPTR subject = s->symbol + g->start;
    size_t n = g->end - g->start, from = g->search - g->start;
    int r = s->pattern->jit[k] ? pcre2_jit_match(code, subject, n, from, 0, s->data, s->context)
                               : pcre2_match(code, subject, n, from, 0, s->data, s->context);
    if (r < 0 && r != PCRE2_ERROR_NOMATCH) return match_failed(s, g, r, e);
    g->found = true;
    g->match_start = g->match_end = g->search = g->end;
    if (r == PCRE2_ERROR_NOMATCH) return 0;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(s->data);
    g->match_start = g->start + ends[0];
    g->match_end = g->start + ends[1];
    g->search = ends[1] > ends[0] ? g->match_end : g->match_end + 1;
    return 0;
}

static int pull(struct pattern_scan *s, size_t k, size_t *start, size_t *end, struct err *e);

/* Stage k is done with its stretch: asks the stage before for the next. */
static int refill(struct pattern_scan *s, size_t k, struct err *e)
{
    struct stage *g = &s->stage[k];
    size_t start = 0, end = s->n;
    int r = 1;
    if (k > 0)
        r = pull(s, k - 1, &start, &end, e);
    else if (s->whole_given)
        r = 0;
    if (k == 0) s->whole_given = true;
    if (r > 0) *g = (struct stage){.start = start, .end = end, .at = start, .search = start};
    return r;
}

/* The next piece of stage k, in symbols. An empty match only ends the piece before it. */
static int pull(struct pattern_scan *s, size_t k, size_t *start, size_t *end, struct err *e)
{
    struct stage *g = &s->stage[k];
    for (;;) {
        int r = 0;
        if (g->at == g->end) r = refill(s, k, e);
        if (g->at == g->end) return r;
        if (!g->found) r = find(s, k, e);
        if (r < 0) return r;
        *start = g->at;
        *end = g->at < g->match_start ? g->match_start : g->match_end;
        if (*end == g->match_end) g->found = false;
        g->at = *end;
        if (*end > *start) return 1;
    }
}

static const char *skip_chars(const char *p, size_t n)
{
    static const uint8_t LENGTH[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    while (n--) p += LENGTH[(uint8_t)*p >> 4];
    return p;
}

int pattern_scan_next(struct pattern_scan *s, struct slice *piece, struct err *e)
{
    size_t start = 0, end = s->n;
    int r = 1;
    if (s->pattern->n > 0)
        r = pull(s, s->pattern->n - 1, &start, &end, e);
    else if (s->whole_given)
        r = 0;
    if (s->pattern->n == 0) s->whole_given = true;
    if (r <= 0) return r;
    const char *from = s->next;
    s->next = s->ascii ? s->text + end : skip_chars(from, end - start);
    *piece = slice_of(from, (size_t)(s->next - from));
    return 1;
}
