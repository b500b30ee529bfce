/* Folded words: what they are; equal hashes exactly for equal words; the same from every kind of CPU. */
#include "filter/words/fold.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

static void check_folds(const char *text, unsigned flags, const char *want)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_reserve(&b, 1);
    CHECK_INT(fold_text(&b, slice_str(text), flags, NULL), 0);
    CHECK_SLICE(buf_slice(&b), want);
    buf_free(&b);
}

TEST(words)
{
    check_folds("", 0, "");
    check_folds(" -- ", 0, "");
    check_folds("Don't STOP; it's 3.14!", 0, "don t stop it s 3 14");
    check_folds("ÀÉ Straße ΑΣ", 0, "àé straße ασ");
    check_folds("“Café”—naïve…", 0, "café naïve");
    check_folds("三级片 ok スポット3p", 0, "三 级 片 ok ス ポ ッ ト 3p");
    check_folds("a🖕b ☃", 0, "a b");
    check_folds("a🖕b ☃ +1", FOLD_SYMBOLS, "a 🖕 b ☃ 1");
    check_folds("Ab, c1é", FOLD_CHARS, "a b c 1 é");
    check_folds(" Don't\tSTOP;\n it's ", FOLD_EXACT, "Don't STOP; it's");
}

/* Random words of a small alphabet, ASCII and not, in random case and with random marks between: fold_words must agree with
 * fold_text, which decodes character by character, in number, place and equality. */
TEST(hashes_are_equal_as_words_are)
{
    static const char *const parts[] = {"a", "B", "ab", "é", "É", "z",  "averyverylongwordindeedof",
                                        "X", " ", ", ", "-", "—", "三", "9"};
    struct folded f;
    struct buf text, a, b;
    folded_init(&f);
    buf_init(&text, BUF_NO_MAX);
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    for (unsigned round = 0; round < 300; round++) {
        buf_clear(&text);
        for (unsigned i = draw(200); i; i--) buf_puts(&text, parts[draw(14)]);
        CHECK_INT(fold_words(&f, buf_slice(&text), 0, NULL), 0);
        buf_clear(&a);
        fold_text(&a, buf_slice(&text), 0, NULL);
        buf_clear(&b);
        for (size_t i = 0; i < f.n; i++) {
            if (i) buf_putc(&b, ' ');
            fold_text(&b, slice_of(text.p + f.word[i].start, f.word[i].end - f.word[i].start), 0, NULL);
        }
        CHECK_MEM(a.p, a.n, b.p, b.n);
        for (unsigned k = 0; f.n > 3 && k < 200; k++) {
            size_t i = draw((unsigned)f.n - 2), j = draw((unsigned)f.n - 2), n = 1 + draw(2);
            buf_clear(&a);
            buf_clear(&b);
            fold_text(&a, slice_of(text.p + f.word[i].start, f.word[i + n - 1].end - f.word[i].start), 0,
                      NULL);
            fold_text(&b, slice_of(text.p + f.word[j].start, f.word[j + n - 1].end - f.word[j].start), 0,
                      NULL);
            CHECK((fold_hash(&f, i, n, fold_power(n)) == fold_hash(&f, j, n, fold_power(n))) ==
                  slice_eq(buf_slice(&a), buf_slice(&b)));
        }
    }
    folded_free(&f);
    buf_free(&text);
    buf_free(&a);
    buf_free(&b);
}

TEST(every_kind_of_cpu_gives_the_same)
{
    char text[700];
    struct folded a, b;
    simd_limit(SIMD_PLAIN);
    folded_init(&a);
    simd_limit(SIMD_AVX512);
    folded_init(&b);
    for (unsigned round = 0; round < 300; round++) {
        size_t n = draw(sizeof text);
        for (size_t i = 0; i < n; i++) text[i] = "abcZ9 ,.-aaaa"[draw(13)];
        for (size_t i = 0; i + 2 < n && round % 2; i += 2 + draw(90))
            text[i] = (char)0xc3, text[i + 1] = (char)0xa9; /* é */
        fold_words(&a, slice_of(text, n), 0, NULL);
        fold_words(&b, slice_of(text, n), 0, NULL);
        CHECK_INT(a.n, b.n);
        CHECK(a.n == 0 || memcmp(a.word, b.word, a.n * sizeof *a.word) == 0);
    }
    folded_free(&a);
    folded_free(&b);
}

int main(void)
{
    RUN(words);
    RUN(hashes_are_equal_as_words_are);
    RUN(every_kind_of_cpu_gives_the_same);
    return TEST_END();
}
