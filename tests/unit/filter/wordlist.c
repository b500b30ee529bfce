/* Word lists: boundaries, case, phrases, scripts without spaces, marks; and counts beside a search that tries every entry at
 * every place. */
#include "filter/lists/wordlist.h"
#include "tests/unit/test.h"

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

static struct wordlist_count count(const char *list, const char *text, size_t *words)
{
    struct wordlist *l;
    struct folded f;
    struct wordlist_count c = {0};
    struct err e = {0};
    folded_init(&f);
    CHECK_INT(wordlist_parse(&l, "list", slice_str(list), &e), 0);
    fold_words(&f, slice_str(text), FOLD_SYMBOLS, &e);
    wordlist_count(l, &f, slice_str(text), &c);
    if (words) *words = f.n;
    wordlist_free(l);
    folded_free(&f);
    return c;
}

static void check_count(const char *list, const char *text, unsigned hits, unsigned words)
{
    struct wordlist_count c = count(list, text, NULL);
    if (c.hits != hits || c.words != words) printf("# in \"%s\"\n", text);
    CHECK_INT(c.hits, hits);
    CHECK_INT(c.words, words);
}

TEST(whole_words)
{
    check_count("ass\n", "Class assess ASS, bass; ass.", 2, 2);
    check_count("ass\r\n\r\n  Foo  \r\n", "foo FOO f-oo", 2, 2);
    check_count("naïve\nстрана\n", "NAÏVE naive СТРАНА", 2, 2);
}

TEST(phrases)
{
    check_count("two girls\ntwo\ntwo girls one cup\n", "two girls one; TWO  GIRLS\none-cup two", 3, 7);
    check_count("a b\nb c d\n", "a b c d", 1, 2); /* from the left, none overlapping */
    struct wordlist_count c = count("two\nthree four\n", "one TWO Three, four", NULL);
    CHECK_SLICE(c.longest, "Three, four");
}

TEST(scripts_without_spaces)
{
    check_count("三级片\n", "看三级片吧 三级", 1, 3);
    check_count("g スポット\n3p\n", "あの3pを見る gスポット", 2, 6);
    check_count("หี\n", "ในหีนี้", 1, 2);
}

TEST(marks)
{
    check_count("13.\n", "on 13 May, 13. and 13点", 1, 1);
    check_count("s & m\n", "S & M, s m, s  &  m", 1, 2);
    check_count("#mong\nc++\n", "mong #MONG c c++ C#", 2, 2);
    check_count("\xf0\x9f\x96\x95\n", "a\xf0\x9f\x96\x95\xf0\x9f\x96\x95", 2, 2);
}

TEST(mistakes)
{
    struct wordlist *l;
    struct err e = {0};
    CHECK_INT(wordlist_parse(&l, "list", slice_str("\n \n"), &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "list"));
    err_clear(&e);
    CHECK_INT(wordlist_parse(&l, "list", slice_str("caf\xe9\n"), &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(wordlist_open(&l, "/no/such", &e), -ERR_IO);
}

/* Text and entries of the words a…f; the slow way: at each word the longest entry whose words are those. */
TEST(as_a_search_of_every_entry)
{
    for (unsigned round = 0; round < 300; round++) {
        char list[400] = "", text[400] = "", entry[20][8];
        unsigned n = 1 + draw(19), m = draw(150), len[20], hits = 0, words = 0;
        for (unsigned i = 0; i < n; i++) {
            len[i] = 1 + draw(4);
            for (unsigned k = 0; k < len[i]; k++)
                entry[i][k] = "abcdef"[draw(6)], strncat(list, (char[]){entry[i][k], ' ', 0}, 3);
            strcat(list, "\n");
        }
        for (unsigned i = 0; i < m; i++) strcat(text, (char[]){"abcdef"[draw(6)], draw(5) ? ' ' : ',', 0});
        for (unsigned i = 0; i < m;) {
            unsigned best = 0;
            for (unsigned k = 0; k < n; k++) {
                bool same = i + len[k] <= m;
                for (unsigned j = 0; same && j < len[k]; j++) same = text[2 * (i + j)] == entry[k][j];
                if (same && len[k] > best) best = len[k];
            }
            hits += best > 0;
            words += best;
            i += best ? best : 1;
        }
        check_count(list, text, hits, words);
    }
}

int main(void)
{
    RUN(whole_words);
    RUN(phrases);
    RUN(scripts_without_spaces);
    RUN(marks);
    RUN(mistakes);
    RUN(as_a_search_of_every_entry);
    return TEST_END();
}
