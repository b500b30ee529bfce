/* refinedweb.c: see refinedweb.h. One pass over the lines for each correction, in the order of the original, which strips
 * the text after most of them. State: two buffers. Memory: the text twice. */
#include "filter/rules/refinedweb.h"
#include "filter/signals/python.h"
#include <stdlib.h>

enum { COUNTER, ITEMS, READ_MORE, SIGN_IN, EXPRESSIONS };

struct refinedweb {
    struct buf text[2], line;
    struct pattern *expression[EXPRESSIONS];
    struct pattern_state *state;
};

/* Python's \s has U+001C to U+001F besides. */
#define BLANK "[\\s\\x1c-\\x1f]"

static int compile(struct refinedweb *w, struct err *e)
{
    static const struct {
        const char *name, *regex;
    } known[EXPRESSIONS] = {
        {"rw_counter",
         "^\\W*\\d[,.\\d]*[kmb]?" BLANK
         "+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|"
         "followers)\\W*$"},
        {"rw_items_in_cart", BLANK "?items in cart"},
        {"rw_read_more", BLANK "?Read more...$"},
        {"rw_sign_in", "^Sign-in" BLANK "?"},
    };
    int r = 0;
    for (int i = 0; i < EXPRESSIONS && r == 0; i++)
        r = own_pattern_new(&w->expression[i], known[i].name, slice_str(known[i].regex), true, e);
    return r;
}

struct refinedweb *refinedweb_new(struct err *e)
{
    struct refinedweb *w = calloc(1, sizeof *w);
    if (w) w->state = pattern_state_new();
    if (!w || !w->state || compile(w, e) < 0) {
        if (!w || !w->state) err_nomem(e, "opening the corrections of lines");
        refinedweb_free(w);
        return NULL;
    }
    buf_init(&w->text[0], BUF_NO_MAX);
    buf_init(&w->text[1], BUF_NO_MAX);
    buf_init(&w->line, BUF_NO_MAX);
    return w;
}

void refinedweb_free(struct refinedweb *w)
{
    if (!w) return;
    for (int i = 0; i < EXPRESSIONS; i++) own_pattern_free(w->expression[i]);
    pattern_state_free(w->state);
    buf_free(&w->text[0]);
    buf_free(&w->text[1]);
    buf_free(&w->line);
    free(w);
}

/* ------------------------------------------------------------------ judging a line */

struct pass {
    struct refinedweb *w;
    const struct refinedweb_options *o;
    struct edit_log *log;
    struct err *e;
};

/* What is left of the line: NULL p when it goes. */
typedef int judge(struct pass *p, struct slice *line);

static double share(struct slice line, bool (*is)(uint32_t))
{
    uint64_t n = 0, all = 0;
    const char *end = line.p + line.n;
    for (const char *p = line.p; p < end; all++) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        n += is(cp);
    }
    return all ? (double)n / (double)all : 0;
}

static int drop(struct pass *p, struct slice *line, const char *rule)
{
    edit_removed(p->log, rule, *line);
    line->p = NULL;
    return 0;
}

static int judge_capitals(struct pass *p, struct slice *line)
{
    return share(*line, py_isupper) > p->o->max_capitals ? drop(p, line, "rw_capitals") : 0;
}

static int judge_digits(struct pass *p, struct slice *line)
{
    return share(*line, py_isdigit) > 0.999999 ? drop(p, line, "rw_digits") : 0;
}

static int judge_counter(struct pass *p, struct slice *line)
{
    size_t at = 0;
    struct slice match;
    int r = pattern_next(p->w->expression[COUNTER], p->w->state, *line, &at, &match, p->e);
    return r > 0 ? drop(p, line, "rw_counter") : r;
}

/* Words of the line, counted up to `most`. */
static size_t count_words(struct slice line, size_t most)
{
    size_t n = 0, at = 0;
    struct slice word;
    while (n < most && py_word_next(line, &at, &word)) n++;
    return n;
}

static int judge_one_word(struct pass *p, struct slice *line)
{
    return line->n && count_words(*line, 2) < 2 ? drop(p, line, "rw_one_word") : 0;
}

/* Cuts what the expression matches out of a line of at most ten words; a line of which nothing is left goes. */
static int cut(struct pass *p, struct slice *line, int expression)
{
    const struct pattern *x = p->w->expression[expression];
    struct slice match;
    size_t at = 0, copied = 0;
    int r;
    if (count_words(*line, 11) > 10) return 0;
    buf_clear(&p->w->line);
    while ((r = pattern_next(x, p->w->state, *line, &at, &match, p->e)) > 0) {
        buf_put(&p->w->line, line->p + copied, (size_t)(match.p - line->p) - copied);
        copied = (size_t)(match.p - line->p) + match.n;
        edit_removed(p->log, own_pattern_name(x), match);
    }
    if (r < 0 || copied == 0) return r;
    buf_put(&p->w->line, line->p + copied, line->n - copied);
    *line = buf_slice(&p->w->line);
    if (py_isblank(*line)) line->p = NULL;
    return 0;
}

static int judge_items(struct pass *p, struct slice *line)
{
    return cut(p, line, ITEMS);
}

static int judge_read_more(struct pass *p, struct slice *line)
{
    return cut(p, line, READ_MORE);
}

static int judge_sign_in(struct pass *p, struct slice *line)
{
    return cut(p, line, SIGN_IN);
}

/* ------------------------------------------------------------------ the text */

/* One correction of the whole text, into `out`. */
static int correct(struct pass *p, judge *j, bool strip, struct slice *text, struct buf *out)
{
    bool any = false;
    struct slice line;
    buf_clear(out);
    for (size_t at = 0; py_piece_next(*text, &at, &line);) {
        int r = j(p, &line);
        if (r < 0) return r;
        if (!line.p) continue;
        if (any) buf_putc(out, '\n');
        any = true;
        buf_put_slice(out, line);
    }
    if (out->failed || p->w->line.failed) return err_nomem(p->e, "correcting lines");
    *text = out->n ? buf_slice(out) : slice_of("", 0); /* never NULL */
    if (strip) *text = py_strip(*text);
    return 0;
}

/* Words as fastText cuts them, that begin with a letter or digit. */
static uint64_t words_of(struct slice text)
{
    uint64_t n = 0;
    bool inside = false;
    const char *end = text.p + text.n;
    for (const char *p = text.p; p < end; p++) {
        bool gap = *p == ' ' || (*p >= '\t' && *p <= '\r') || *p == 0;
        uint32_t cp;
        if (!gap && !inside && utf8_decode(p, end, &cp)) n += py_isalnum(cp);
        inside = !gap;
    }
    return n;
}

int refinedweb_correct(struct refinedweb *w, const struct refinedweb_options *o, struct slice *text,
                       double *removed_words, struct edit_log *log, struct err *e)
{
    const struct {
        judge *j;
        bool on, strip;
    } steps[] = {
        {judge_capitals, o->max_capitals < 1, true}, {judge_digits, o->digits, true},
        {judge_counter, o->counters, true},          {judge_one_word, o->one_word, false},
        {judge_items, o->fixed_parts, true},         {judge_read_more, o->fixed_parts, true},
        {judge_sign_in, o->fixed_parts, true},
    };
    struct pass p = {w, o, log, e};
    uint64_t before = words_of(*text), counted = edit_total(log);
    size_t bytes = text->n;
    pattern_state_begin(w->state);
    for (unsigned i = 0, out = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!steps[i].on) continue;
        int r = correct(&p, steps[i].j, steps[i].strip, text, &w->text[out]);
        if (r < 0) return r;
        out = !out;
    }
    edit_count(log, "rw_white_space", bytes - text->n - (edit_total(log) - counted));
    uint64_t after = words_of(*text);
    *removed_words = before ? ((double)before - (double)after) / (double)before : 1;
    if (text->n == 0) *removed_words = 1; /* the original drops what became empty */
    return 0;
}
