/* pattern.c: see pattern.h.
 *
 * PCRE2's match limit counts the backtracking from one starting place, so a text with many such places could still take
 * long (as "a.*b" does on a long line of a's). So starting places are tried in windows (PCRE2's offset limit), whose size
 * follows the time that they take, and after each the thread's CPU time is looked at.
 *
 * State: a JIT stack of at most 1 MiB a thread. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/rules/pattern.h"
#include <pcre2.h>
#include <stdlib.h>
#include <time.h>

#define MATCH_LIMIT 1000000
#define DEPTH_LIMIT 100000
#define HEAP_LIMIT_KIB 65536
#define SECONDS_MOST 10.0
#define WINDOW_FIRST 4096 /* starting places */
#define WINDOW_LEAST 64
#define WINDOW_MOST ((size_t)1 << 24)

struct pattern {
    pcre2_code *code;
    char name[64];
};

struct pattern_state {
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    size_t window;
    double started; /* 0: the clock has not been looked at for this document */
};

static double thread_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int own_pattern_new(struct pattern **out, const char *name, struct slice regex, bool any_case, struct err *e)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT |
                       (any_case ? PCRE2_CASELESS : 0);
    struct pattern *p = calloc(1, sizeof *p);
    if (!p) return err_nomem(e, "compiling a pattern");
    p->code = pcre2_compile((PCRE2_SPTR)regex.p, regex.n, options, &code, &at, NULL);
    if (!p->code) {
        PCRE2_UCHAR why[200] = "";
        pcre2_get_error_message(code, why, sizeof why);
        free(p);
        return err_set(e, ERR_USAGE, "pattern '%s': %s at offset %zu", name, (const char *)why, (size_t)at);
    }
    pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* where JIT is not to be had, it is interpreted */
    strncpy(p->name, name, sizeof p->name - 1);
    *out = p;
    return 0;
}

void own_pattern_free(struct pattern *p)
{
    if (!p) return;
    pcre2_code_free(p->code);
    free(p);
}

const char *own_pattern_name(const struct pattern *p)
{
    return p->name;
}

struct pattern_state *pattern_state_new(void)
{
    struct pattern_state *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->match = pcre2_match_data_create(1, NULL);
    s->context = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(32 * 1024, 1024 * 1024, NULL);
    if (!s->match || !s->context) {
        pattern_state_free(s);
        return NULL;
    }
    pcre2_set_match_limit(s->context, MATCH_LIMIT);
    pcre2_set_depth_limit(s->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(s->context, HEAP_LIMIT_KIB);
    if (s->stack) pcre2_jit_stack_assign(s->context, NULL, s->stack);
    s->window = WINDOW_FIRST;
    return s;
}

void pattern_state_free(struct pattern_state *s)
{
    if (!s) return;
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->context);
    pcre2_jit_stack_free(s->stack);
    free(s);
}

void pattern_state_begin(struct pattern_state *s)
{
    s->started = 0;
    s->window = WINDOW_FIRST;
}

static int too_long(const struct pattern *p, const char *what, struct err *e)
{
    return err_set(e, ERR_USAGE,
                   "pattern '%s' %s: write it without repetition inside repetition, or with possessive "
                   "quantifiers (a++)",
                   p->name, what);
}

static int failure(const struct pattern *p, int code, struct err *e)
{
    PCRE2_UCHAR why[200] = "";
    switch (code) {
    case PCRE2_ERROR_MATCHLIMIT: return too_long(p, "takes too many steps", e);
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT: return too_long(p, "goes too deep", e);
    default: break;
    }
    pcre2_get_error_message(code, why, sizeof why);
    return err_set(e, ERR_USAGE, "pattern '%s': %s", p->name, (const char *)why);
}

/* After a window of starting places that took `seconds`. */
static int watch(const struct pattern *p, struct pattern_state *s, double now, double seconds, struct err *e)
{
    if (now - s->started > SECONDS_MOST) return too_long(p, "takes more than ten seconds", e);
    if (seconds > 0.05 && s->window > WINDOW_LEAST) s->window /= 4;
    if (seconds < 0.005 && s->window < WINDOW_MOST) s->window *= 2;
    return 0;
}

static size_t next_character(struct slice text, size_t at)
{
    for (at++; at < text.n && (text.p[at] & 0xC0) == 0x80;) at++;
    return at;
}

/* One window of starting places, from `at` to `limit`: as pcre2_match, or TIME_IS_UP. */
#define TIME_IS_UP (-1000)
static int match_window(const struct pattern *p, struct pattern_state *s, struct slice text, size_t at,
                        size_t limit, struct err *e)
{
    bool timed = text.n > WINDOW_FIRST; /* a short text takes no longer than the match limit lets it */
    double before = timed ? thread_seconds() : 0;
    if (timed && s->started == 0) s->started = before;
    pcre2_set_offset_limit(s->context, limit);
    int r = pcre2_match(p->code, (PCRE2_SPTR)text.p, text.n, at, PCRE2_NO_UTF_CHECK, s->match, s->context);
    double now = timed ? thread_seconds() : 0;
    return timed && watch(p, s, now, now - before, e) < 0 ? TIME_IS_UP : r;
}

static void take_match(const struct pattern_state *s, struct slice text, size_t *at, struct slice *match)
{
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->match);
    size_t from = v[0] < v[1] ? v[0] : v[1], to = v[1]; /* \K may put the start behind the end */
    *match = slice_of(text.p + from, to - from);
    *at = from < to && to > *at ? to : next_character(text, to > *at ? to : *at);
}

int pattern_next(const struct pattern *p, struct pattern_state *s, struct slice text, size_t *at,
                 struct slice *match, struct err *e)
{
    while (*at <= text.n) {
        size_t limit = text.n - *at > s->window ? *at + s->window : text.n;
        int r = match_window(p, s, text, *at, limit, e);
        if (r == TIME_IS_UP) return -ERR_USAGE;
        if (r < 0 && r != PCRE2_ERROR_NOMATCH) return failure(p, r, e);
        if (r >= 0) {
            take_match(s, text, at, match);
            return 1;
        }
        if (limit == text.n) break;
        *at = next_character(text, limit);
    }
    *at = text.n + 1;
    return 0;
}
