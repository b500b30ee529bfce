/* line_signals.c: what is counted in the lines of a text: see signals.h for the formulas.
 *
 * Lines are cut as the original cuts them (python.h) and told apart by their 64-bit hashes; where the first pass can tell
 * all apart by their ends and lengths, as in most texts, they are not hashed. State: the table of names. */
#include "filter/signals/phrases.h"
#include "filter/signals/python.h"
#include "filter/signals/signals_internal.h"
#include "filter/signals/terminal.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define BULLET "\xe2\x80\xa2"
#define CIRCLE "\xe2\x97\x8f"

/* ------------------------------------------------------------------ shapes */

static void shapes_datatrove(struct signals *s)
{
    uint64_t lines = 0, bullets = 0, ellipses = 0;
    bool only_newlines = py_only_newlines(s->text);
    struct slice line;
    for (size_t at = 0; py_line_next(s->text, &at, &line, only_newlines); lines++) {
        struct slice l = py_lstrip(line), r = py_rstrip(line);
        char first = l.n ? l.p[0] : 0, last = r.n ? r.p[r.n - 1] : 0;
        bullets += first == '-' || (first == BULLET[0] && slice_has_prefix(l, BULLET));
        ellipses += (last == '.' && slice_has_suffix(r, "...")) ||
                    (last == ELLIPSIS[2] && slice_has_suffix(r, ELLIPSIS));
    }
    s->value[SIG_BULLET_LINES] = ratio((double)bullets, (double)lines);
    s->value[SIG_ELLIPSIS_LINES] = ratio((double)ellipses, (double)lines);
}

static void shapes_dolma(struct signals *s, unsigned v1)
{
    uint64_t lines = 0, bullets = 0, ellipses = 0;
    struct slice line;
    for (size_t at = 0; v1 ? py_piece_next(s->text, &at, &line) : py_block_next(s->text, &at, 1, &line);
         lines++) {
        bullets += slice_has_prefix(line, "*") || slice_has_prefix(line, "-");
        ellipses += slice_has_suffix(line, ELLIPSIS);
    }
    s->value[v1 ? SIG_BULLET_LINES_V1 : SIG_BULLET_LINES] = ratio((double)bullets, (double)lines);
    s->value[v1 ? SIG_ELLIPSIS_LINES_V1 : SIG_ELLIPSIS_LINES] = ratio((double)ellipses, (double)lines);
}

static bool has_dclm_bullet(struct slice line)
{
    return slice_has_prefix(line, CIRCLE) || slice_has_prefix(line, BULLET) || slice_has_prefix(line, "*") ||
           slice_has_prefix(line, "-");
}

static void shapes_dclm(struct signals *s)
{
    uint64_t lines = 0, bullets = 0, ellipses = 0;
    struct slice line;
    for (size_t at = 0; py_piece_next(s->text, &at, &line);) {
        line = py_strip(line);
        lines += line.n > 0;
        bullets += has_dclm_bullet(line);
        ellipses += slice_has_suffix(line, "...") || slice_has_suffix(line, ". . .") ||
                    slice_has_suffix(line, ELLIPSIS);
    }
    s->value[SIG_BULLET_LINES] = ratio((double)bullets, (double)lines);
    s->value[SIG_ELLIPSIS_LINES] = ratio((double)ellipses, (double)lines);
}

int measure_shapes(struct signals *s, struct err *e)
{
    switch (s->frame->dialect) {
    case DIALECT_DOLMA: shapes_dolma(s, 0); break;
    case DIALECT_DCLM: shapes_dclm(s); break;
    default: shapes_datatrove(s);
    }
    return 0;
}

/* ------------------------------------------------------------------ lines and paragraphs that stand again */

/* Equal pieces have equal keys; different ones seldom have. */
static uint64_t rough_key(struct slice piece)
{
    uint64_t first = 0, last = 0;
    memcpy(&first, piece.p, piece.n < 8 ? piece.n : 8);
    if (piece.n > 8) memcpy(&last, piece.p + piece.n - 8, 8);
    return hash_mix64(first + piece.n) ^ last;
}

/* Whether the piece was not named before; names it. */
static bool is_new(struct names *names, uint64_t key)
{
    size_t before = names->n;
    names_of(names, key);
    return names->n > before;
}

/* The number of pieces; *alike: some have the same rough key. */
static uint64_t count_blocks(struct signals *s, struct slice text, unsigned newlines, bool *alike)
{
    uint64_t n = 0;
    struct slice piece;
    names_reset(&s->pieces, 0);
    *alike = false;
    for (size_t at = 0; py_block_next(text, &at, newlines, &piece); n++)
        *alike = *alike || !is_new(&s->pieces, rough_key(piece));
    return n;
}

/* datatrove: share of pieces that stood before, and their characters over the text's. */
static int repeats_datatrove(struct signals *s, struct slice text, unsigned newlines, enum signal first)
{
    uint64_t dups = 0, dup_chars = 0;
    bool alike;
    uint64_t n = count_blocks(s, text, newlines, &alike);
    struct slice piece;
    if (alike) names_reset(&s->pieces, 0);
    for (size_t at = 0; alike && py_block_next(text, &at, newlines, &piece);) {
        if (is_new(&s->pieces, hash64(piece.p, piece.n))) continue;
        dups++;
        dup_chars += utf8_count(piece.p, piece.n);
    }
    s->value[first] = ratio((double)dups, (double)n);
    s->value[first + 1] = ratio((double)dup_chars, (double)signals_chars(s));
    return s->pieces.failed ? -1 : 0;
}

struct copies { /* of pieces that stand more than once, the first included */
    uint64_t pieces, copies, copy_chars, all_chars;
};

/* Counts the pieces that `next` cuts; with `trim` as dclm: stripped, and blank ones left out. */
static int count_copies(struct signals *s, bool (*next)(struct slice, size_t *, struct slice *), bool trim,
                        struct copies *c)
{
    size_t most = (size_t)count_byte(s->text, '\n') + 1;
    uint32_t *count = signals_counts(s, 2 * most);
    struct slice piece;
    *c = (struct copies){0};
    if (!count) return -1;
    uint32_t *chars = count + most;
    names_reset(&s->pieces, 0);
    for (size_t at = 0; next(s->text, &at, &piece);) {
        if (trim) piece = py_strip(piece);
        if (trim && piece.n == 0) continue;
        uint32_t number = names_of(&s->pieces, hash64(piece.p, piece.n));
        if (s->pieces.failed) return -1;
        if (count[number]++ == 0) chars[number] = (uint32_t)utf8_count(piece.p, piece.n);
        c->pieces++;
        c->all_chars += chars[number];
    }
    for (size_t k = 0; k < s->pieces.n; k++) {
        c->copies += count[k] > 1 ? count[k] : 0;
        c->copy_chars += count[k] > 1 ? (uint64_t)count[k] * chars[k] : 0;
    }
    return 0;
}

static bool next_run(struct slice text, size_t *at, struct slice *piece)
{
    return py_block_next(text, at, 1, piece);
}

/* re.split("\n\n"): a third newline begins the next piece. */
static bool next_double(struct slice text, size_t *at, struct slice *piece)
{
    if (*at > text.n) return false;
    struct slice rest = slice_of(text.p + *at, text.n - *at);
    const char *cut = slice_find(rest, slice_str("\n\n"));
    *piece = slice_of(rest.p, cut ? (size_t)(cut - rest.p) : rest.n);
    *at += piece->n + (cut ? 2 : 1);
    return true;
}

static int repeats_dolma(struct signals *s, unsigned v1, struct err *e)
{
    const struct words *words;
    struct copies c;
    uint64_t chars = 0;
    enum signal first = v1 ? SIG_DUP_LINES_V1 : SIG_DUP_LINES;
    int r = signals_words(s, &words, e);
    if (r < 0) return r;
    for (size_t i = 0; i < words->n; i++) chars += words->at[i].chars;
    if (count_copies(s, v1 ? py_piece_next : next_run, false, &c) < 0) return err_nomem(e, "counting lines");
    bool empty = s->text.n == 0;
    s->value[first] = empty ? 0 : ratio((double)c.copies, (double)c.pieces);
    s->value[first + 1] = (double)c.copy_chars / (double)(chars ? chars : 1);
    return 0;
}

/* No piece at all drops, one piece keeps. */
static int repeats_dclm(struct signals *s, bool paragraphs, enum signal first, struct err *e)
{
    struct copies c;
    if (count_copies(s, paragraphs ? next_double : py_piece_next, true, &c) < 0)
        return err_nomem(e, "counting lines");
    s->value[first] = c.pieces ? ratio((double)c.copies, (double)c.pieces) : 1;
    s->value[first + 1] = c.pieces ? ratio((double)c.copy_chars, (double)c.all_chars) : 1;
    return 0;
}

int measure_paragraphs(struct signals *s, struct err *e)
{
    switch (s->frame->dialect) {
    case DIALECT_DOLMA: return 0;
    case DIALECT_DCLM: return repeats_dclm(s, true, SIG_DUP_PARAGRAPHS, e);
    default:
        if (repeats_datatrove(s, py_strip(s->text), 2, SIG_DUP_PARAGRAPHS) < 0)
            return err_nomem(e, "counting paragraphs");
        return 0;
    }
}

int measure_lines(struct signals *s, struct err *e)
{
    switch (s->frame->dialect) {
    case DIALECT_DOLMA: return repeats_dolma(s, 0, e);
    case DIALECT_DCLM: return repeats_dclm(s, false, SIG_DUP_LINES, e);
    default:
        if (repeats_datatrove(s, s->text, 1, SIG_DUP_LINES) < 0) return err_nomem(e, "counting lines");
        return 0;
    }
}

int measure_lines_v1(struct signals *s, struct err *e)
{
    if (s->frame->dialect != DIALECT_DOLMA) return 0;
    shapes_dolma(s, 1);
    return repeats_dolma(s, 1, e);
}

/* ------------------------------------------------------------------ C4's paragraphs, FineWeb's lines */

static bool is_longer(struct slice s, size_t chars) /* than that many characters */
{
    return s.n > chars && (s.n > 4 * chars || utf8_count(s.p, s.n) > chars);
}

int measure_long_lines(struct signals *s, struct err *e)
{
    uint64_t n = 0;
    struct slice line;
    for (size_t at = 0; py_piece_next(s->text, &at, &line);) n += is_longer(line, 199);
    s->value[SIG_LONG_LINES] = (double)n;
    return 0;
}

/* Characters of the lines that stood before, blank ones left out. */
static uint64_t count_line_dups(struct signals *s)
{
    uint64_t chars = 0;
    struct slice line;
    names_reset(&s->pieces, 0);
    for (size_t at = 0; py_piece_next(s->text, &at, &line);)
        if (!py_isblank(line) && !is_new(&s->pieces, hash64(line.p, line.n)))
            chars += utf8_count(line.p, line.n);
    return chars;
}

int measure_fineweb(struct signals *s, struct err *e)
{
    uint64_t n = 0, ended = 0, is_short = 0, newlines = 0;
    bool alike = false;
    struct slice line;
    names_reset(&s->pieces, 0);
    for (size_t at = 0; py_piece_next(s->text, &at, &line); newlines++) {
        if (py_isblank(line)) continue;
        n++;
        ended += ends_in_terminal(line);
        is_short += !is_longer(line, s->frame->short_line_chars);
        alike = alike || !is_new(&s->pieces, rough_key(line));
    }
    uint64_t dup_chars = alike ? count_line_dups(s) : 0;
    if (s->pieces.failed) return err_nomem(e, "counting lines");
    double others = (double)(signals_chars(s) - (newlines - 1));
    s->value[SIG_FULL_LINES] = (double)n;
    s->value[SIG_PUNCT_LINES] = ratio((double)ended, (double)n);
    s->value[SIG_SHORT_LINES] = ratio((double)is_short, (double)n);
    s->value[SIG_LINE_CHAR_DUPS] = ratio((double)dup_chars, others);
    return 0;
}

int measure_newlines(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    s->value[SIG_NEWLINE_RATIO] = ratio((double)count_byte(s->text, '\n'), (double)words->n);
    return 0;
}

/* ------------------------------------------------------------------ dolma's c4 */

static bool is_few_words(struct slice line)
{
    struct slice word;
    size_t at = 0, n = 0;
    while (n < 3 && py_word_next(line, &at, &word)) n++;
    return n < 3;
}

static bool has_javascript_word(struct slice text)
{
    struct slice word;
    for (size_t at = 0; py_word_next(text, &at, &word);)
        if (slice_eq_nocase(word, "javascript")) return true;
    return false;
}

int measure_tags(struct signals *s, struct err *e)
{
    uint64_t lines = 0, unpunctuated = 0, few = 0;
    struct slice line;
    for (size_t at = 0; py_piece_next(s->text, &at, &line); lines++) {
        line = py_strip(line);
        unpunctuated += line.n == 0 || !strchr(".?!\"", line.p[line.n - 1]) || line.p[line.n - 1] == 0;
        few += is_few_words(line);
    }
    unsigned phrases = phrases_in(s->text);
    s->value[SIG_LINES] = (double)lines;
    s->value[SIG_UNPUNCTUATED_LINES] = (double)unpunctuated;
    s->value[SIG_FEW_WORD_LINES] = (double)few;
    s->value[SIG_HAS_JAVASCRIPT] = (phrases & PHRASE_JAVASCRIPT) != 0;
    s->value[SIG_HAS_JAVASCRIPT_V1] = (phrases & PHRASE_JAVASCRIPT) && has_javascript_word(s->text);
    s->value[SIG_HAS_LOREM_IPSUM] = (phrases & PHRASE_LOREM_IPSUM) != 0;
    s->value[SIG_HAS_CURLY_BRACE] = memchr(s->text.p, '{', s->text.n) != NULL;
    return 0;
}
