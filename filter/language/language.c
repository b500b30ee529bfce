/* language.c: reads a few hundred bytes, or where these leave a doubt a few kilobytes; looks at the letters, asks CLD2, and
 * where that is weak the model.
 *
 * Rules, found on web sentences in 75 languages: what CLD2 calls English, or nothing, is what the model says; where it says Norwegian, or
 * Serbian, the model decides if it is sure of a language like it. Among Bosnian, Croatian and Serbian, and between Indonesian and Malay,
 * the model knows no better.
 *
 * In: UTF-8. Out: a code and a score. State: none. Memory: LANGUAGE_BYTES of stack. */
#include "filter/language/language.h"
#include "common/text.h"
#include "filter/language/cld.h"
#include "filter/language/model.h"
#include "filter/language/script.h"

/* ------------------------------------------------------------------ what is read */

static bool is_inner_byte(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

#define PLAIN 32

/* Whether the PLAIN bytes at p hold no control. */
static bool is_plain(const char *p)
{
    uint8_t other = 0;
    for (unsigned i = 0; i < PLAIN; i++) {
        uint8_t c = (uint8_t)p[i];
        other |= (uint8_t)(c < 0x20) | (uint8_t)(c == 0x7f) | (uint8_t)(c == 0xc2);
    }
    return !other;
}

/* Appends text[from, to), cut to whole characters, with spaces for controls. */
static size_t copy_piece(struct slice text, size_t from, size_t to, char *out)
{
    size_t n = 0;
    while (from < to && is_inner_byte(text.p[from])) from++;
    while (to < text.n && to > from && is_inner_byte(text.p[to])) to--;
    while (from < to) {
        if (to - from >= PLAIN && is_plain(text.p + from)) {
            memcpy(out + n, text.p + from, PLAIN);
            n += PLAIN;
            from += PLAIN;
            continue;
        }
        uint8_t c = (uint8_t)text.p[from];
        bool c1 = c == 0xc2 && from + 1 < to && (uint8_t)text.p[from + 1] < 0xa0;
        out[n++] = c < 0x20 || c == 0x7f || c1 ? ' ' : (char)c;
        from += c1 ? 2 : 1;
    }
    return n;
}

/* The text, or pieces from all over it: `most` bytes. */
static struct slice sample_of(struct slice text, size_t most, char *out)
{
    if (text.n <= most) return slice_of(out, copy_piece(text, 0, text.n, out));
    const size_t piece = most / 4 - 1;
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t from = (text.n - piece) / 3 * i;
        n += copy_piece(text, from, from + piece, out + n);
        out[n++] = '\n';
    }
    return slice_of(out, n);
}

/* ------------------------------------------------------------------ who decides */

static bool is_one_of(const char *code, const char *const *codes)
{
    for (; *codes; codes++)
        if (strcmp(code, *codes) == 0) return true;
    return false;
}

/* Where CLD2 says `said`, the model's word counts if it is one of `like` (NULL: any) with more than the margin over its second, in
 * sixteenths of a logit. */
static const char *const nordic[] = {"no", "nn", "da", "sv", NULL};
static const char *const cyrillic[] = {"mk", "bg", "sr", "ru", "uk", "be", NULL};
static const struct weakness {
    const char *said;
    const char *const *like;
    int64_t margin;
} weaknesses[] = {
    {"en", NULL, -1}, {"un", NULL, -1}, {"no", nordic, 16}, {"nn", nordic, 16}, {"sr", cyrillic, 24}};

static const struct weakness *weakness_of(const char *said)
{
    for (const struct weakness *w = weaknesses; w < weaknesses + sizeof weaknesses / sizeof *weaknesses; w++)
        if (strcmp(w->said, said) == 0) return w;
    return NULL;
}

/* CLD2's old codes, and those of scripts and countries. */
static const char *const renamed[][2] = {{"iw", "he"},    {"jw", "jv"},      {"in", "id"},
                                         {"ji", "yi"},    {"mo", "ro"},      {"nb", "no"},
                                         {"sr-ME", "sr"}, {"zh-Hant", "zh"}, {"sr-Latn", "sr"}};

static const char *iso(const char *code)
{
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (strcmp(code, renamed[i][0]) == 0) return renamed[i][1];
    return code;
}

/* English that is like English needs no second thought: one English sentence in a hundred scores less, but four in five of the others that
 * are called English. */
#define SURE_ENGLISH 640

/* What a part of a text must be of one language for the rest not to be read. */
#define SURE_PERCENT 95

static const char *second_thought(const char *said, unsigned score, struct slice sample)
{
    const struct weakness *w = weakness_of(said);
    struct model_guess model;
    if (!w || (!w->like && score >= SURE_ENGLISH)) return said;
    model_guess(sample, &model);
    if (!model.code || model.margin <= w->margin) return said;
    const char *code = iso(model.code);
    return !w->like || is_one_of(code, w->like) ? code : said;
}

/* Languages that CLD2 tells apart better in more text. */
static const char *const close_ones[] = {"bs", "hr", "sr", "id", "ms", NULL};

/* Whether there is no doubt about what CLD2 says of a part of the text. */
static bool is_sure(const struct cld_result *cld, const char *code)
{
    bool weak = weakness_of(code) && (strcmp(code, "en") != 0 || cld->score < SURE_ENGLISH);
    return cld->reliable && cld->percent >= SURE_PERCENT && !weak && !is_one_of(code, close_ones);
}

/* Decides by the sample; false: more should be read. */
static bool decide(struct slice sample, bool is_all, struct language *l)
{
    struct cld_result cld;
    unsigned percent = 0;
    const char *code = script_language(sample, &percent);
    bool sure = percent >= SURE_PERCENT;
    l->score = percent * 10;
    if (!code) {
        cld_guess(sample.p, sample.n, &cld);
        code = iso(cld.code);
        sure = is_sure(&cld, code);
        if (is_all) code = second_thought(code, cld.score, sample);
        l->score = cld.percent * (cld.reliable ? 10 : 5);
    }
    size_t n = strlen(code);
    memcpy(l->code, code, n < sizeof l->code ? n + 1 : sizeof l->code - 1);
    if (strcmp(code, "un") == 0) l->score = 0;
    return sure;
}

void language_detect(struct slice text, struct language *l)
{
    char bytes[LANGUAGE_BYTES];
    if (text.n > LANGUAGE_FIRST_BYTES && decide(sample_of(text, LANGUAGE_FIRST_BYTES, bytes), false, l))
        return;
    decide(sample_of(text, LANGUAGE_BYTES, bytes), true, l);
}

const char *language_code(size_t i)
{
    const char *of_cld = cld_code(i);
    size_t n = 0;
    if (of_cld) return iso(of_cld);
    while (cld_code(n)) n++;
    return i - n < n_model_languages ? iso(model_languages[i - n]) : NULL;
}
