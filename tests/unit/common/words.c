/* Words: examples by hand, a slow reference over code points for random text, and ICU's own breaks for runs of scripts
 * without spaces. */
#include "common/text.h"
#include "tests/unit/test.h"
#include <unicode/ubrk.h>
#include <unicode/ustring.h>

static struct words words; /* one for all tests, as a thread has */

/* The tokens of a text are these: joined by '|', each with ':' and its flags where they are not WORD_LETTER. */
static void cuts(const char *text, const char *want)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(words_find(&words, slice_str(text), &e), 0);
    for (size_t i = 0; i < words.n; i++) {
        struct word w = words.at[i];
        if (i) buf_putc(&b, '|');
        buf_put(&b, text + w.offset, w.bytes);
        if (w.flags != WORD_LETTER) buf_printf(&b, ":%u", w.flags);
        CHECK_INT(w.chars, utf8_count(text + w.offset, w.bytes));
    }
    buf_terminate(&b);
    CHECK_STR(b.p, want);
    buf_free(&b);
}

TEST(english)
{
    cuts("", "");
    cuts(" \t\n\x01\x7F", "");
    cuts("The quick fox.", "The|quick|fox|.:1");
    cuts("Don't stop, \"never\"!", "Don't|stop|,:1|\":1|never|\":1|!:1");
    cuts("well-known state-of-the-art -- dash-", "well-known|state-of-the-art|-:1|-:1|dash|-:1");
    cuts("'tis the dogs' U.S. e.g.", "':1|tis|the|dogs|':1|U.S|.:1|e.g|.:1");
    cuts("a,b a--b a.'b snake_case", "a|,:1|b|a|-:1|-:1|b|a|.:1|':1|b|snake|_:1|case");
    cuts("O\xE2\x80\x99Neill\xE2\x80\x99s", "O\xE2\x80\x99Neill\xE2\x80\x99s");
    cuts("\xE2\x80\x98q\xE2\x80\x99 co\xE2\x80\x90op", "\xE2\x80\x98:1|q|\xE2\x80\x99:1|co\xE2\x80\x90op");
}

TEST(numbers)
{
    cuts("3.14 1,000,000 2024-01-02 1. ,5", "3.14:4|1,000,000:4|2024-01-02:4|1:4|.:1|,:1|5:4");
    cuts("3rd 4x4 covid-19 x86-64", "3rd:6|4x4:6|covid|-:1|19:4|x86-64:6");
    cuts("a.1 1.a x\xC2\xB2 \xE2\x85\xA7", "a|.:1|1:4|1:4|.:1|a|x\xC2\xB2:6|\xE2\x85\xA7:4");
    cuts("\xD9\xA1\xD9\xAB\xD9\xA2", "\xD9\xA1\xD9\xAB\xD9\xA2:4"); /* Arabic 1.2 */
}

TEST(marks_and_formats)
{
    cuts("cafe\xCC\x81 e\xCC\x81's", "cafe\xCC\x81|e\xCC\x81's");
    cuts("co\xC2\xADop \xC2\xAD x\xE2\x80\x8B\x79", "co\xC2\xADop|x|y"); /* soft hyphen; zero width space */
    cuts("\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE"); /* ZWNJ, Persian */
    cuts("\xE2\x9D\xA4\xEF\xB8\x8F!", "\xE2\x9D\xA4\xEF\xB8\x8F:1|!:1");                  /* heart, VS16 */
    cuts(" \xCC\x81 a", "\xCC\x81:1|a"); /* a mark with nothing to stand on */
    cuts("\xEF\xBB\xBF"
         "bom",
         "bom");
    cuts("!\xCC\x81?", "!\xCC\x81:1|?:1");
    cuts("a\xFF"
         "b \xC3",
         "a|\xFF:1|b|\xC3:1"); /* invalid bytes are symbols */
}

TEST(other_alphabets)
{
    cuts("Привет, мир!", "Привет|,:1|мир|!:1");
    cuts("naïve Straße œuvre", "naïve|Straße|œuvre");
    cuts("한국어 문장", "한국어|문장");
    cuts("हिन्दी में", "हिन्दी|में");
    cuts("שלום", "שלום");
}

TEST(scripts_without_spaces)
{
    cuts("北京大学生。", "北京:10|大学生:10|。:1");
    cuts("在2008年", "在:10|2008:4|年:10");
    cuts("これはペンです", "これ:10|は:10|ペン:10|です:10");
    cuts("สวัสดีครับ", "สวัสดี:10|ครับ:10");
    cuts("iPhone手机", "iPhone|手机:10");
    cuts("𪚥𪚥", "𪚥:10|𪚥:10"); /* not in the dictionary */
    cuts("我\xE2\x80\x99s", "我:10|\xE2\x80\x99:1|s");
}

/* ---- the reference: UAX #29's rules over an array of code points */

struct reference {
    uint32_t cp[256];
    size_t at[257]; /* byte offsets */
    size_t n;
};

static bool is(uint32_t cp, unsigned classes)
{
    return (unicode_classes(cp) & classes) != 0;
}

static bool extends(uint32_t cp)
{
    return is(cp, UC_MARK) || (cp != 0x200B && strcmp(unicode_category(cp), "Cf") == 0);
}

static bool reference_joins(const struct reference *r, uint32_t before, size_t i)
{
    uint32_t c = r->cp[i], after = i + 1 < r->n ? r->cp[i + 1] : ' ';
    bool letters = is(before, UC_LETTER) && is(after, UC_LETTER) && !is(after, UC_IDEO);
    bool numbers = is(before, UC_NUMBER) && is(after, UC_NUMBER) && !is(after, UC_IDEO);
    if (c == ',' || c == 0x66B || c == 0x66C) return numbers;
    return (letters || numbers) &&
           (c == '\'' || c == '-' || c == '.' || (c >= 0x2010 && c <= 0x2011) || c == 0x2019);
}

/* The token at code point i: its end, and its flags; 0 flags: none. */
static size_t reference_token(const struct reference *r, size_t i, unsigned *flags)
{
    uint32_t c = r->cp[i], base = c;
    size_t end = i + 1;
    *flags = is(c, UC_LETTER) ? WORD_LETTER : is(c, UC_NUMBER) ? WORD_NUMBER : WORD_SYMBOL;
    if (*flags == WORD_SYMBOL && (is(c, UC_SPACE) || strcmp(unicode_category(c), "Cc") == 0)) *flags = 0;
    if (c == 0x200B || strcmp(unicode_category(c), "Cf") == 0) *flags = 0;
    for (; *flags && end < r->n; end++) {
        uint32_t next = r->cp[end];
        if (extends(next)) continue;
        if (*flags == WORD_SYMBOL) break;
        bool part = is(next, UC_LETTER | UC_NUMBER) && !is(next, UC_IDEO);
        if (!part && !reference_joins(r, base, end)) break;
        if (part) *flags |= is(next, UC_LETTER) ? WORD_LETTER : WORD_NUMBER;
        if (part) base = next;
    }
    return end;
}

static uint64_t state = 88172645463325252;
static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* Random text of which most characters come from a small alphabet that has every kind. */
static void random_text(struct buf *b, struct reference *r)
{
    static const uint32_t alphabet[] = {'a',    'Z',    '0',    '9',   '\'',    '-',    '.',     ',',
                                        ' ',    '\n',   '_',    '!',   0xE9,    0x416,  0x301,   0x200D,
                                        0x200B, 0x2019, 0x2010, 0x66B, 0x661,   0x20AC, 0x1F600, 0xFE0F,
                                        0x7F,   0xAD,   0xBD,   0xA0,  0x1D400, 0xE000, 0x378};
    uint64_t ascii = next_random() % 3; /* 0: ASCII only; 1: nearly; 2: any */
    buf_clear(b);
    r->n = next_random() % 256;
    for (size_t i = 0; i < r->n; i++) {
        uint64_t x = next_random(), from = ascii == 0 || (ascii == 1 && x >> 60) ? 12 : 31;
        uint32_t cp = x % 5 ? 'a' + (uint32_t)(x >> 20) % 26 : alphabet[(x >> 20) % from];
        char out[4];
        r->cp[i] = cp;
        r->at[i] = b->n;
        buf_put(b, out, utf8_encode(cp, out));
    }
    r->at[r->n] = b->n;
}

static bool same_words(const struct reference *r)
{
    size_t k = 0;
    for (size_t i = 0; i < r->n;) {
        unsigned flags;
        size_t end = reference_token(r, i, &flags);
        if (flags) {
            const struct word *w = &words.at[k++];
            if (k > words.n || w->offset != r->at[i] || w->bytes != r->at[end] - r->at[i]) return false;
            if (w->flags != flags || w->chars != end - i) return false;
        }
        i = end;
    }
    return k == words.n;
}

TEST(random_text_is_cut_as_by_the_reference)
{
    struct reference r;
    struct err e = {0};
    struct buf b;
    size_t wrong = 0;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 20000; i++) {
        random_text(&b, &r);
        CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
        if (!same_words(&r) && wrong++ == 0) printf("# %.*s\n", (int)b.n, b.p);
    }
    CHECK_INT(wrong, 0);
    buf_free(&b);
}

/* ---- ICU */

/* How many of the words found in text[from..to) end where ICU's own iterator over UTF-16 has no boundary, and how many
 * of its boundaries are missing. */
static size_t unlike_icu(const char *text, size_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *u = malloc((n + 1) * sizeof *u);
    bool *boundary = calloc(n + 1, 1);
    int32_t un;
    u_strFromUTF8(u, (int32_t)n + 1, &un, text, (int32_t)n, &status);
    UBreakIterator *it = ubrk_open(UBRK_WORD, "", u, un, &status);
    size_t wrong = 0, byte = 0;
    int32_t unit = 0;
    for (int32_t to; (to = ubrk_next(it)) != UBRK_DONE;) {
        int32_t bytes = 0;
        u_strToUTF8(NULL, 0, &bytes, u + unit, to - unit, &status);
        status = U_ZERO_ERROR;
        byte += (size_t)bytes;
        boundary[byte] = true;
        unit = to;
    }
    for (size_t i = 0; i < words.n; i++) {
        size_t end = words.at[i].offset + words.at[i].bytes;
        wrong += !boundary[end];
        boundary[end] = false;
    }
    for (size_t i = 1; i <= n; i++) wrong += boundary[i];
    ubrk_close(it);
    free(boundary);
    free(u);
    return wrong;
}

static const char *const sentences[] = {
    "人人生而自由在尊严和权利上一律平等他们赋有理性和良心并应以兄弟关系的精神相对待",
    "すべての人間は生まれながらにして自由でありかつ尊厳と権利とについて平等である",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "មនុស្សទាំងអស់កើតមកមានសេរីភាពនិងសមភាព",
    "လူတိုင်းသည်တူညီလွတ်လပ်သောဂုဏ်သိက္ခာဖြင့်",
    "ມະນຸດທຸກຄົນເກີດມາມີອິດສະຫຼະພາບ"};

TEST(a_run_is_cut_as_by_icu)
{
    struct err e = {0};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        CHECK_INT(words_find(&words, slice_str(sentences[i]), &e), 0);
        CHECK(words.n > 3);
        CHECK_INT(unlike_icu(sentences[i], strlen(sentences[i])), 0);
    }
}

TEST(a_run_is_cut_the_same_wherever_it_stands)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        words_find(&words, slice_str(sentences[i]), &e);
        size_t n = words.n, before = strlen("see 大学, A1");
        uint64_t last = words.at[n - 1].offset;
        buf_clear(&b);
        buf_printf(&b, "see 大学, A1%s!人", sentences[i]);
        CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
        CHECK_INT(words.n, 4 + n + 2);
        CHECK_INT(words.at[4 + n - 1].offset, before + last);
    }
    buf_free(&b);
}

/* 20000 characters without a break go through ICU in pieces; where they meet, no word is cut that ICU would not cut. */
TEST(a_long_run_is_cut_in_pieces)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    while (b.n < 60000) buf_puts(&b, sentences[0]);
    CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
    CHECK_INT(unlike_icu(b.p, b.n), 0);
    uint64_t at = 0;
    for (size_t i = 0; i < words.n; i++, at += words.at[i - 1].bytes) CHECK_INT(words.at[i].offset, at);
    CHECK_INT(at, b.n);
    buf_free(&b);
}

/* One word that fills a whole piece cannot be left for the next one. */
TEST(a_run_of_one_endless_word_ends)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "ก");
    while (b.n < 50000) buf_puts(&b, "\xE0\xB9\x88"); /* a Thai tone mark */
    CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
    uint64_t at = 0;
    for (size_t i = 0; i < words.n; i++) at += words.at[i].bytes;
    CHECK_INT(at, b.n);
    CHECK(words.n < 20);
    buf_free(&b);
}

TEST(long_words_and_many_words)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 100000; i++) buf_putc(&b, 'x');
    CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
    CHECK_INT(words.n, 1);
    CHECK_INT(words.at[0].bytes, 100000);
    memset(b.p, '#', b.n);
    CHECK_INT(words_find(&words, buf_slice(&b), &e), 0);
    CHECK_INT(words.n, 100000);
    buf_free(&b);
}

TEST(too_long_a_text_is_refused)
{
    struct err e = {0};
    CHECK_INT(words_find(&words, slice_of("", (size_t)UINT32_MAX + 1), &e), -ERR_DATA);
    CHECK(strstr(e.msg, "4294967296 bytes"));
}

int main(void)
{
    words_init(&words);
    RUN(english);
    CHECK(words.icu == NULL); /* English opens no dictionary */
    RUN(numbers);
    RUN(marks_and_formats);
    RUN(other_alphabets);
    RUN(scripts_without_spaces);
    RUN(random_text_is_cut_as_by_the_reference);
    RUN(a_run_is_cut_as_by_icu);
    RUN(a_run_is_cut_the_same_wherever_it_stands);
    RUN(a_long_run_is_cut_in_pieces);
    RUN(a_run_of_one_endless_word_ends);
    RUN(long_words_and_many_words);
    RUN(too_long_a_text_is_refused);
    words_free(&words);
    return TEST_END();
}
