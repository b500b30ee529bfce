/* codes.c: ISO 639's codes and English names as ICU has them, and the codes of language.h. No state. */
#include "filter/language/codes.h"
#include "common/text.h"
#include "filter/language/language.h"
#include <stdio.h>
#include <unicode/uloc.h>

#define CODE_BYTES 64

static const char *const retired[] = {"bh", "in", "iw", "ji", "jw", "mo", "sh", NULL};

static bool is_two_letters(const char *code)
{
    for (const char *const *iso = uloc_getISOLanguages(); *iso; iso++)
        if (strcmp(*iso, code) == 0) return true;
    for (const char *const *old = retired; *old; old++)
        if (strcmp(*old, code) == 0) return true;
    return strcmp(code, "un") == 0;
}

static bool is_code(struct slice s)
{
    char first[4] = "";
    size_t n = 0;
    while (n < s.n && s.p[n] != '-' && s.p[n] != '_') n++;
    if (n < 2 || n > 3) return false;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z') return false;
    memcpy(first, s.p, n);
    return n == 3 || is_two_letters(first);
}

/* The code of "english", or NULL. */
static const char *code_of_name(const char *word)
{
    for (const char *const *iso = uloc_getISOLanguages(); *iso; iso++) {
        UChar name[96];
        UErrorCode status = U_ZERO_ERROR;
        int32_t n = uloc_getDisplayLanguage(*iso, "en", name, 96, &status);
        size_t i = 0;
        while (i < (size_t)n && i < 96 && word[i] && (name[i] | 0x20) == (word[i] | 0x20)) i++;
        if (U_SUCCESS(status) && n > 0 && i == (size_t)n && !word[i]) return *iso;
    }
    return NULL;
}

static int unknown(const char *what, const char *word, const char *known, const char *near, struct err *e)
{
    if (near) return err_set(e, ERR_USAGE, "%s: '%s' is no %s; did you mean %s?", what, word, known, near);
    return err_set(e, ERR_USAGE, "%s: '%s' is no %s, such as en, de, zh", what, word, known);
}

/* "deu", "de-DE" and "DE" as "de": what ICU makes of them. */
static const char *base_of(const char *word, char base[CODE_BYTES])
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = uloc_getLanguage(word, base, CODE_BYTES, &status);
    return U_SUCCESS(status) && n > 0 && n < CODE_BYTES ? base : "";
}

int codes_check(const char *what, struct slice code, struct err *e)
{
    char word[CODE_BYTES], base[CODE_BYTES];
    if (is_code(code)) return 0;
    snprintf(word, sizeof word, "%.*s", (int)code.n, code.p);
    const char *near = code_of_name(word);
    if (!near && is_code(slice_str(base_of(word, base)))) near = base;
    return unknown(what, word, "language's code (ISO 639)", near, e);
}

static bool is_detected(struct slice code)
{
    const char *name;
    for (size_t i = 0; (name = language_code(i)); i++)
        if (slice_is(code, name)) return true;
    return false;
}

int codes_check_detected(const char *what, struct slice code, struct err *e)
{
    char word[CODE_BYTES], base[CODE_BYTES];
    if (is_detected(code)) return 0;
    snprintf(word, sizeof word, "%.*s", (int)code.n, code.p);
    const char *near = code_of_name(word);
    if (!near && is_detected(slice_str(base_of(word, base)))) near = base;
    return unknown(what, word, "language of --detect-language builtin", near, e);
}
