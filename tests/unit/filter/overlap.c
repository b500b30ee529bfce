/* Overlap with evaluation sets: forms of files, what is matched and how much; beside a quadratic search; what is cut out. */
#include "filter/overlap/overlap.h"
#include "filter/overlap/items.h"
#include "tests/unit/test.h"

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

static struct overlap *open_text(const char *ngram, const char *keys, const char *text)
{
    struct overlap *o;
    struct overlap_opts opts = {.keys = keys};
    struct err e = {0};
    CHECK_INT(overlap_parse(&opts, ngram, &e), 0);
    CHECK_INT(overlap_new(&o, &opts, &e), 0);
    CHECK_INT(overlap_add_text(o, "eval", slice_str(text), &e), 0);
    CHECK_INT(overlap_ready(o, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
    return o;
}

TEST(lengths)
{
    struct overlap_opts o = {0};
    struct err e = {0};
    CHECK(overlap_parse(&o, "13", &e) == 0 && o.n == 13 && o.flags == 0);
    CHECK(overlap_parse(&o, "exact-8", &e) == 0 && o.n == 8 && o.flags == FOLD_EXACT);
    CHECK(overlap_parse(&o, "chars-50", &e) == 0 && o.n == 50 && o.flags == FOLD_CHARS);
    static const char *const bad[] = {"",   "1",       "257",    "13x",
                                      "-5", "char-50", "exact-", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        CHECK_INT(overlap_parse(&o, bad[i], &e), -ERR_USAGE);
    }
}

static int put_item(void *ctx, const char *file, uint64_t line, struct slice id, struct slice text,
                    struct err *e)
{
    buf_printf(ctx, "%llu<%.*s>%.*s;", (unsigned long long)line, (int)id.n, id.p, (int)text.n, text.p);
    return 0;
}

static void check_items(const char *text, const char *keys, int want, const char *items)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    buf_reserve(&b, 1);
    CHECK_INT(items_each("eval", slice_str(text), keys, put_item, &b, &e), want);
    if (want == 0) CHECK_SLICE(buf_slice(&b), items);
    if (want < 0) CHECK(strstr(e.msg, "eval"));
    buf_free(&b);
}

TEST(items)
{
    check_items("{\"a\":\"x\",\"id\":\"q1\",\"b\":\"y\"}\n\n{\"b\":[\"u\",\"v\",3],\"a\":7,\"task_id\":12}\n",
                "a,b", 0, "1<q1>x\ny;3<12>u\nv;");
    check_items("{\"question\":\"q\",\"answer\":\"a\",\"other\":\"o\"}", overlap_usual_keys, 0, "1<>q\na;");
    check_items(" [{\"a\":\"x\"},\n{\"a\":\"y\"}]", "a", 0, "1<>x;2<>y;");
    check_items("one\ntwo\n\n\nthree", "a", 0, "1<>one\ntwo\n;5<>three;");
    check_items("", "a", 0, "");
    check_items("{\"a\":\n", "a", -ERR_USAGE, "");
    check_items("{\"a\":\"x\"}\n[1]\n", "a", -ERR_USAGE, "");
    check_items("[1]", "a", -ERR_USAGE, "");
    check_items("caf\xe9", "a", -ERR_USAGE, "");
}

TEST(what_is_found)
{
    struct overlap *o = open_text(
        "4", NULL,
        "{\"question\":\"One two three four five?\",\"id\":\"q\"}\n{\"text\":\"six seven eight nine\"}\n");
    struct overlap_found *f = overlap_found_new();
    const char *text = "zero. ONE, two; three  four -- five and SIX seven eight nine ten";
    CHECK_INT(overlap_find(o, f, slice_str(text), NULL), 0);
    CHECK_INT(f->grams, 3);
    CHECK_NEAR(f->share, 9.0 / 12, 1e-12);
    CHECK_INT(f->n_items, 2);
    CHECK(f->item[0].line == 1 && f->item[0].grams == 2 && f->item[0].share == 1 && f->item[1].line == 2);
    CHECK_SLICE(f->item[0].id, "q");
    CHECK_SLICE(f->item[0].first, "ONE, two; three  four");
    CHECK_INT(f->n_spans, 2);
    CHECK_SLICE(slice_of(text + f->span[0].start, f->span[0].end - f->span[0].start),
                "ONE, two; three  four -- five");
    CHECK_INT(overlap_find(o, f, slice_str("one two three five four six seven eight"), NULL), 0);
    CHECK(f->grams == 0 && f->n_items == 0 && f->n_spans == 0);
    overlap_found_free(f);
    overlap_free(o);
}

TEST(exact_and_characters)
{
    struct overlap_found *f = overlap_found_new();
    struct overlap *o = open_text("exact-3", NULL, "One two, three");
    CHECK_INT(overlap_find(o, f, slice_str("say One  two,\nthree now"), NULL), 0);
    CHECK_INT(f->grams, 1);
    CHECK_INT(overlap_find(o, f, slice_str("say one two, three One two three"), NULL), 0);
    CHECK_INT(f->grams, 0);
    overlap_free(o);
    o = open_text("chars-6", NULL, "ab-cd ef");
    CHECK_INT(overlap_find(o, f, slice_str("xx A.B C D e fyy"), NULL), 0);
    CHECK_INT(f->grams, 1);
    overlap_free(o);
    overlap_found_free(f);
}

TEST(too_short)
{
    struct overlap *o = open_text("4", NULL, "a b c d\n\none two\n\nx y z w v");
    struct overlap_counts c = overlap_counts(o);
    CHECK(c.items == 3 && c.too_short == 1 && c.grams == 3);
    overlap_free(o);
    struct overlap_opts opts = {.n = 4};
    struct err e = {0};
    CHECK_INT(overlap_new(&o, &opts, &e), 0);
    CHECK_INT(overlap_add_text(o, "eval", slice_str("one two"), &e), 0);
    CHECK_INT(overlap_ready(o, &e), -ERR_USAGE);
    overlap_free(o);
}

/* Words a…d, so that much matches: the slow way compares every n-gram with every n-gram. */
TEST(as_a_quadratic_search)
{
    struct overlap_found *f = overlap_found_new();
    for (unsigned round = 0; round < 300; round++) {
        char eval[500] = "", text[500] = "";
        unsigned n = 2 + draw(5), items = 1 + draw(5), m = draw(200), grams = 0, covered = 0;
        bool hit[256] = {0};
        for (unsigned i = 0; i < items; i++) {
            for (unsigned k = 0; k < n + draw(10); k++) strcat(eval, (char[]){"abcd"[draw(4)], ' ', 0});
            strcat(eval, "\n\n");
        }
        for (unsigned k = 0; k < m; k++) strcat(text, (char[]){"ABCD"[draw(4)], draw(3) ? ' ' : '.', 0});
        for (unsigned i = 0; i + n <= m; i++) {
            bool any = false;
            for (const char *at = eval; !any && strlen(at) >= 2 * n; at++) {
                bool same = true;
                for (unsigned k = 0; same && k < n; k++)
                    same = at[2 * k] == (text[2 * (i + k)] | 32) && at[2 * k + 1] == ' ';
                any = same;
            }
            grams += any;
            for (unsigned k = 0; any && k < n; k++) hit[i + k] = true;
        }
        for (unsigned k = 0; k < m; k++) covered += hit[k];
        char ngram[8];
        snprintf(ngram, sizeof ngram, "%u", n);
        struct overlap *o = open_text(ngram, NULL, eval);
        CHECK_INT(overlap_find(o, f, slice_str(text), NULL), 0);
        CHECK_INT(f->grams, grams);
        CHECK_NEAR(f->share, m ? (double)covered / m : 0, 1e-12);
        overlap_free(o);
    }
    overlap_found_free(f);
}

TEST(cutting)
{
    struct overlap *o = open_text("3", NULL, "one two three");
    struct overlap_found *f = overlap_found_new();
    struct buf b;
    struct slice text = slice_str("aaaa bbbb cccc one two three dddd eeee ffff");
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(overlap_find(o, f, text, NULL), 0);
    CHECK_INT(overlap_cut(f, text, 0, 1, &b), 2);
    CHECK_SLICE(buf_slice(&b), "aaaa bbbb cccc \n dddd eeee ffff");
    buf_clear(&b);
    CHECK_INT(overlap_cut(f, text, 6, 1, &b), 2);
    CHECK_SLICE(buf_slice(&b), "aaaa bbbb\neeee ffff");
    buf_clear(&b);
    CHECK_INT(overlap_cut(f, text, 10, 6, &b), 0);
    CHECK_INT(overlap_cut(f, text, 1000, 0, &b), 0);
    CHECK_INT(b.n, 0);
    text = slice_str("éééé one two three éééé");
    CHECK_INT(overlap_find(o, f, text, NULL), 0);
    CHECK_INT(overlap_cut(f, text, 3, 1, &b), 2);
    CHECK_SLICE(buf_slice(&b), "éé\néé");
    buf_free(&b);
    overlap_found_free(f);
    overlap_free(o);
}

/* One piece in very many items, and a text of nothing else. */
TEST(a_piece_of_many_items)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (unsigned i = 0; i < 20000; i++) buf_puts(&b, "a a a a a a a a\n\n");
    buf_terminate(&b);
    struct overlap *o = open_text("4", NULL, b.p);
    struct overlap_found *f = overlap_found_new();
    CHECK_INT(overlap_find(o, f, buf_slice(&b), NULL), 0);
    CHECK_INT(f->grams, 20000 * 8 - 3);
    CHECK_NEAR(f->share, 1, 0);
    CHECK(f->n_items > 0 && f->n_items <= 8);
    overlap_found_free(f);
    overlap_free(o);
    buf_free(&b);
}

int main(void)
{
    RUN(lengths);
    RUN(items);
    RUN(what_is_found);
    RUN(exact_and_characters);
    RUN(too_short);
    RUN(as_a_quadratic_search);
    RUN(cutting);
    RUN(a_piece_of_many_items);
    return TEST_END();
}
