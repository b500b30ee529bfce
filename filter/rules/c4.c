/* c4.c: see c4.h. One pass over the lines. The phrases are looked for in the whole text first: most texts have none of
 * them, and then no line is looked at for them. Each kept line is at least one sentence, so sentences are only cut where
 * there are fewer lines than the rule asks for. State: the buffers. Memory: the text once more. */
#include "filter/rules/c4.h"
#include "filter/signals/phrases.h"
#include "filter/signals/python.h"

void c4_init(struct c4 *c)
{
    words_init(&c->sentences);
    buf_init(&c->text, BUF_NO_MAX);
    buf_init(&c->line, BUF_NO_MAX);
}

void c4_free(struct c4 *c)
{
    words_free(&c->sentences);
    buf_free(&c->text);
    buf_free(&c->line);
}

struct pass {
    const struct c4_options *o;
    struct c4_result *result;
    struct edit_log *log;
    unsigned phrases; /* that the text has somewhere */
    bool curly, squares;
};

/* Whether so many bytes stand anywhere without an ASCII space or newline: from the end of each window backwards, so that
 * few are looked at. */
static bool may_have_long_word(struct slice line, uint32_t most)
{
    for (size_t i = 0; line.n - i > most;) {
        size_t k = i + most;
        while (k > i && line.p[k] != ' ' && line.p[k] != '\n') k--;
        if (k == i) return true;
        i = k;
    }
    return false;
}

static bool has_long_word(struct slice line, uint32_t most)
{
    struct slice word;
    if (line.n <= most || !may_have_long_word(line, most)) return false;
    for (size_t at = 0; py_word_next(line, &at, &word);)
        if (word.n > most && utf8_count(word.p, word.n) > most) return true;
    return false;
}

static bool has_words(struct slice line, uint32_t least)
{
    struct slice word;
    uint32_t n = 0;
    for (size_t at = 0; n < least && py_word_next(line, &at, &word);) n++;
    return n >= least;
}

static bool is_ended(struct slice line)
{
    if (line.n == 0 || line.p[line.n - 1] == 0 || !strchr(".?!\"'", line.p[line.n - 1])) return false;
    return line.p[line.n - 1] != '.' || !slice_has_suffix(line, "...");
}

/* ------------------------------------------------------------------ citations */

/* Bytes of the citation at p < end, which is a '[', or 0. Digits are Python's \d. */
static size_t citation_bytes(const char *p, const char *end)
{
    static const char *const fixed[] = {"[edit]", "[citation needed]"};
    struct slice rest = slice_of(p, (size_t)(end - p));
    for (unsigned i = 0; i < 2; i++)
        if (slice_has_prefix(rest, fixed[i])) return strlen(fixed[i]);
    const char *q = p + 1;
    while (q < end && *q != ']') {
        uint32_t cp;
        unsigned bytes = utf8_decode(q, end, &cp);
        const char *category = cp < 0x80 ? (cp - '0' < 10 ? "Nd" : "") : unicode_category(cp);
        if (category[0] != 'N' || category[1] != 'd') return 0;
        q += bytes;
    }
    return q < end ? (size_t)(q + 1 - p) : 0;
}

/* The line without its citations: itself, or in c->line. */
static struct slice without_citations(struct c4 *c, struct slice line, struct edit_log *log)
{
    const char *p = line.p, *end = line.p + line.n, *copied = p;
    buf_clear(&c->line);
    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        size_t n = citation_bytes(p, end);
        if (!n) {
            p++;
            continue;
        }
        buf_put(&c->line, copied, (size_t)(p - copied));
        edit_removed(log, "c4_citation", slice_of(p, n));
        copied = p += n;
    }
    if (copied == line.p) return line;
    buf_put(&c->line, copied, (size_t)(end - copied));
    return buf_slice(&c->line);
}

/* ------------------------------------------------------------------ one line */

/* The rule that takes the line away, NULL: it stays, or ends the document. */
static const char *judge(const struct pass *p, struct slice line, struct slice whole)
{
    const struct c4_options *o = p->o;
    if (o->terminal_punct && !is_ended(line)) return "c4_no_terminal_punct";
    if (o->min_words && !has_words(whole, o->min_words)) return "c4_too_few_words";
    unsigned phrases = p->phrases ? phrases_in(line) : 0;
    if (o->lorem_ipsum && (phrases & PHRASE_LOREM_IPSUM)) {
        p->result->lorem_ipsum = true;
        return NULL;
    }
    if (o->javascript && (phrases & PHRASE_JAVASCRIPT)) return "c4_javascript";
    if (o->curly_bracket && p->curly && memchr(line.p, '{', line.n)) {
        p->result->curly_bracket = true;
        return NULL;
    }
    return o->policy && (phrases & PHRASE_POLICY) ? "c4_policy" : NULL;
}

/* Keeps the line in c->text, or counts it. */
static void take_line(struct c4 *c, const struct pass *p, struct slice line, uint64_t *kept)
{
    struct slice whole = line;
    struct edit_log before = {.n = 0}, *log = p->log;
    if (p->o->max_word_chars && has_long_word(line, p->o->max_word_chars)) {
        edit_removed(log, "c4_too_long_word", line);
        return;
    }
    bool cites = p->squares && p->o->citations && memchr(line.p, '[', line.n);
    if (cites) line = without_citations(c, line, &before);
    const char *rule = judge(p, line, whole);
    if (rule) {
        edit_removed(log, rule, whole);
        return;
    }
    if (before.n) edit_count(log, "c4_citation", whole.n - line.n);
    if (before.n && log->tell) log->tell(log->to, "c4_citation", whole);
    if ((*kept)++) buf_putc(&c->text, '\n');
    buf_put_slice(&c->text, line);
}

/* ------------------------------------------------------------------ the text */

static int count_sentences(struct c4 *c, const struct c4_options *o, uint64_t kept, double *sentences,
                           struct err *e)
{
    *sentences = (double)kept;
    if (!o->count_sentences && *sentences >= o->min_sentences) return 0;
    *sentences = 0;
    struct slice text = buf_slice(&c->text), line;
    for (size_t at = 0; kept > 0 && py_piece_next(text, &at, &line);) {
        if (!o->count_sentences && *sentences >= o->min_sentences) return 0;
        int r = sentences_split(&c->sentences, o->dialect, o->language, line, e);
        if (r < 0) return r;
        *sentences += c->sentences.n ? (double)c->sentences.n : 1;
    }
    return 0;
}

int c4_clean(struct c4 *c, const struct c4_options *o, struct slice text, struct c4_result *result,
             struct edit_log *log, struct err *e)
{
    struct pass p = {.o = o, .result = result, .log = log};
    bool only_newlines = py_only_newlines(text);
    uint64_t kept = 0, counted = edit_total(log);
    struct slice line;
    *result = (struct c4_result){0};
    buf_clear(&c->text);
    if (o->lorem_ipsum || o->javascript || o->policy) p.phrases = phrases_in(text);
    p.curly = text.n && memchr(text.p, '{', text.n);
    p.squares = text.n && memchr(text.p, '[', text.n);
    for (size_t at = 0; py_line_next(text, &at, &line, only_newlines);) {
        take_line(c, &p, py_strip(line), &kept);
        if (result->lorem_ipsum || result->curly_bracket) break;
    }
    int r = count_sentences(c, o, kept, &result->sentences, e);
    if (r < 0) return r;
    struct slice clean = c->text.n ? py_strip(buf_slice(&c->text)) : slice_of("", 0);
    buf_consume(&c->text, clean.n ? (size_t)(clean.p - c->text.p) : c->text.n);
    c->text.n = clean.n;
    if (c->text.failed || c->line.failed) return err_nomem(e, "cleaning lines");
    if (result->lorem_ipsum || result->curly_bracket) return 0;
    edit_count(log, "c4_white_space", text.n - clean.n - (edit_total(log) - counted));
    return 0;
}
