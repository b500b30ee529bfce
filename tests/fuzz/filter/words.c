/* Any bytes: words of every dialect lie in order inside the text, between its characters; 64 bytes at a time give what
 * one gives; sentences touch and are the whole text. */
#include "filter/words/words.h"
#include "common/simd.h"
#include "filter/words/spacy.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_order(const struct words *w, struct slice text, bool valid)
{
    uint64_t end = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct word *at = &w->at[i];
        check(at->offset >= end && at->bytes > 0 && at->chars > 0 && at->chars <= at->bytes);
        end = at->offset + at->bytes;
        check(end <= text.n);
        if (!valid) continue;
        check((text.p[at->offset] & 0xC0) != 0x80 && (end == text.n || (text.p[end] & 0xC0) != 0x80));
        check(utf8_count(text.p + at->offset, at->bytes) == at->chars);
    }
}

static void check_sentences(struct words *w, struct slice text)
{
    uint64_t end = 0;
    check(sentences_split(w, DIALECT_DATATROVE, slice_str("en"), text, NULL) == 0 && w->n > 0);
    for (size_t i = 0; i < w->n; i++) {
        check(w->at[i].offset == end);
        end += w->at[i].bytes;
    }
    check(end == text.n);
}

static void check_text(struct slice text, bool valid)
{
    static struct words w, plain; /* kept, as a thread keeps them */
    static bool ready;
    if (!ready) {
        words_init(&w);
        words_init(&plain);
        ready = true;
    }
    static const char *const languages[] = {"", "deu_Latn", "zh"};
    for (int d = DIALECT_LEAT; d <= DIALECT_DCLM; d++)
        for (int l = 0; l < 3; l++) {
            check(words_split(&w, (enum dialect)d, slice_str(languages[l]), text, NULL) == 0);
            check_order(&w, text, valid);
        }
    check(spacy_words_plain(&plain, &spacy_en, text, NULL) == 0);
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        check(spacy_words(&w, &spacy_en, text, NULL) == 0 && w.n == plain.n);
        for (size_t i = 0; i < w.n; i++)
            check(w.at[i].offset == plain.at[i].offset && w.at[i].bytes == plain.at[i].bytes &&
                  w.at[i].chars == plain.at[i].chars && w.at[i].flags == plain.at[i].flags);
    }
    check_sentences(&w, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    check_text(text, utf8_valid_prefix(text.p, text.n) == text.n);
    check(utf8_repair(&b, text.p, text.n) >= 0);
    check_text(buf_slice(&b), true);
    buf_free(&b);
    return 0;
}
