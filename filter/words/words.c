/* words.c: which splitter a dialect and a language ask for. */
#include "filter/words/words.h"
#include "filter/words/spaces.h"
#include "filter/words/spacy.h"
#include "filter/words/uax29.h"
#include <string.h>

static const char *const names[] = {"leat", "datatrove-0.10", "dolma-1.2", "dclm"};

int dialect_find(const char *name)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

const char *dialect_name(enum dialect d)
{
    return names[d];
}

/* Languages written without spaces, by ISO 639-1 and 639-3 code: words are a dictionary's. */
static const char *const spaceless[] = {"zh",  "zho", "cmn", "yue", "wuu", "ja", "jpn", "th", "tha", "lo",
                                        "lao", "km",  "khm", "my",  "mya", "bo", "bod", "dz", "dzo"};

static struct slice without_script(struct slice language)
{
    const char *at = memchr(language.p, '_', language.n);
    return at ? slice_of(language.p, (size_t)(at - language.p)) : language;
}

static bool is_english(struct slice language)
{
    return language.n == 0 || slice_is(language, "en") || slice_is(language, "eng");
}

static bool is_spaceless(struct slice language)
{
    for (size_t i = 0; i < sizeof spaceless / sizeof *spaceless; i++)
        if (slice_is(language, spaceless[i])) return true;
    return false;
}

static int datatrove_words(struct words *w, struct slice language, struct slice text, struct err *e)
{
    language = without_script(language);
    if (is_english(language)) return spacy_words(w, &spacy_en, text, e);
    return is_spaceless(language) ? words_find(w, text, e) : spacy_words(w, &spacy_xx, text, e);
}

int words_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e)
{
    switch (d) {
    case DIALECT_DATATROVE: return datatrove_words(w, language, text, e);
    case DIALECT_DOLMA: return spaces_words(w, text, e);
    case DIALECT_DCLM: return uax29_words(w, text, e);
    default: return words_find(w, text, e);
    }
}

int sentences_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e)
{
    int rc = words_split(w, d, language, text, e);
    return rc < 0 ? rc : spacy_sentences(w, text, e);
}
