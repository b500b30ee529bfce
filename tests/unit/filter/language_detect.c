/* Languages of texts: Article 1 of the Universal Declaration of Human Rights, as the United Nations publish it. */
#include "filter/language/language.h"
#include "filter/language/grams.h"
#include "filter/language/model.h"
#include "tests/unit/test.h"

static const struct {
    const char *code, *text;
} articles[] = {
    {"en", "All human beings are born free and equal in dignity and rights. They are endowed with reason and "
           "conscience and should act "
           "towards one another in a spirit of brotherhood."},
    {"de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und "
           "Gewissen begabt und sollen einander im "
           "Geiste der Brüderlichkeit begegnen."},
    {"fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de "
           "raison et de conscience et doivent "
           "agir les uns envers les autres dans un esprit de fraternité."},
    {"no", "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter. De er utstyrt med "
           "fornuft og samvittighet og bør "
           "handle mot hverandre i brorskapets ånd."},
    {"nn", "Alle menneske er fødde til fridom og med same menneskeverd og menneskerettar. Dei har fått "
           "fornuft og samvit og skal leve med "
           "kvarandre som brør."},
    {"mk", "Сите човечки суштества се раѓаат слободни и еднакви по достоинство и права. Тие се обдарени со "
           "разум и совест и треба да се "
           "однесуваат еден кон друг во духот на општо човечката припадност."},
    {"el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."},
    {"ka", "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით."},
    {"zh", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。"},
    {"ja", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
    {"he", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון"},
};

static const char *code_of(struct slice text)
{
    static struct language l;
    language_detect(text, &l);
    return l.code;
}

TEST(article_one)
{
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        CHECK_STR(code_of(slice_str(articles[i].text)), articles[i].code);
}

TEST(nothing_to_go_by)
{
    struct language l;
    static const char *const texts[] = {"", " ", "12345 67", "\n\n--- *** ---\n", "\xc2\x92"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        language_detect(slice_str(texts[i]), &l);
        CHECK_STR(l.code, "un");
        CHECK_INT(l.score, 0);
    }
}

TEST(control_characters_do_not_matter)
{
    char text[512];
    size_t n = strlen(articles[1].text);
    memcpy(text, articles[1].text, n);
    text[4] = '\1';
    text[n - 1] = '\x7f';
    CHECK_STR(code_of(slice_of(text, n)), "de");
}

/* A long text is judged by four pieces: what stands between them does not matter, and no character is cut. */
TEST(long_texts)
{
    struct buf b;
    struct language l;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < 500; i++) buf_puts(&b, articles[8].text);
    language_detect(buf_slice(&b), &l);
    CHECK_STR(l.code, "zh");
    CHECK(l.score >= 900);
    buf_clear(&b);
    for (size_t i = 0; i < 300; i++) buf_puts(&b, articles[i < 3 ? 1 : 0].text);
    language_detect(buf_slice(&b), &l);
    CHECK_STR(l.code, "en");
    CHECK(l.score < 1000);
    buf_free(&b);
}

struct seen {
    uint32_t hash[256];
    size_t n;
};

static void see(void *ctx, const uint32_t *hash, size_t n)
{
    struct seen *s = ctx;
    for (size_t i = 0; i < n && s->n < 256; i++) s->hash[s->n++] = hash[i];
}

TEST(grams_of_words)
{
    struct seen a = {.n = 0}, b = {.n = 0}, c = {.n = 0};
    grams_of(slice_str("Ab"), see, &a); /* of " ab ": a, b; " a", "ab", "b "; " ab", "ab "; " ab " */
    CHECK_INT(a.n, 8);
    grams_of(slice_str("...aB!"), see, &b);
    CHECK(a.n == b.n && memcmp(a.hash, b.hash, a.n * sizeof *a.hash) == 0);
    grams_of(slice_str("abc"), see, &c); /* 3 + 4 + 3 + 2, and the word */
    CHECK_INT(c.n, 13);
}

TEST(the_table)
{
    CHECK(n_model_languages > 40 && n_model_languages <= MODEL_LANGUAGES_MAX);
    for (size_t i = 0; i < n_model_keys; i++) {
        CHECK(model_keys[i] < 1U << MODEL_KEY_BITS && (i == 0 || model_keys[i - 1] < model_keys[i]));
        CHECK(model_rows[i] <= model_rows[i + 1]);
    }
    for (uint32_t i = 0; i < model_rows[n_model_keys]; i++)
        CHECK(model_weights[i].language < n_model_languages && model_weights[i].weight);
}

int main(void)
{
    RUN(article_one);
    RUN(nothing_to_go_by);
    RUN(control_characters_do_not_matter);
    RUN(long_texts);
    RUN(grams_of_words);
    RUN(the_table);
    return TEST_END();
}
