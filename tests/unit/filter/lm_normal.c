/* lm_normalize against what cc_net/text_normalizer.py gives (its table and order of steps, reckoned by hand). */
#include "filter/lm/normal.h"
#include "tests/unit/test.h"

static void check_line(unsigned bits, const char *line, const char *want)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(lm_normalize(bits, slice_str(line), &b, &e), 0);
    CHECK_MEM(b.n ? b.p : "", b.n, want, strlen(want));
    buf_free(&b);
}

TEST(each_step_alone)
{
    check_line(0, "Äb\t1“…", "Äb\t1“…");
    check_line(LM_LOWER, "ÄB Ö É", "äb ö é");
    check_line(LM_DIGITS, "a1 23 ٣ ४", "a0 00 0 0");
    check_line(LM_PUNCT, "“a” — b… 《c》 ’ 。、１", "\"a\"  -  b... \"c\" ' .,\"");
    check_line(LM_ACCENTS, "é e\xCC\x81 ế ç 각", "e e e c \xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8");
    check_line(LM_CONTROLS,
               "a\tb\x7F\xC2\x85"
               "c",
               "abc");
}

TEST(ccnet)
{
    check_line(LM_CCNET, "Ça coûte 12,50 € – « déjà »", "ca coute 00,00 € - \" deja \"");
    check_line(LM_CCNET, "İstanbul", "istanbul");
}

TEST(names)
{
    unsigned bits;
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    CHECK(lm_normal_parse("ccnet", &bits, &e) == 0 && bits == LM_CCNET);
    CHECK(lm_normal_parse("lower,digits", &bits, &e) == 0 && bits == (LM_LOWER | LM_DIGITS));
    lm_normal_put(bits, &b);
    CHECK_SLICE(buf_slice(&b), "lower,digits");
    CHECK(lm_normal_parse("lower,,digits", &bits, &e) == -ERR_USAGE);
    err_clear(&e);
    CHECK(lm_normal_parse("upper", &bits, &e) == -ERR_USAGE);
    buf_free(&b);
}

int main(void)
{
    RUN(each_step_alone);
    RUN(ccnet);
    RUN(names);
    return TEST_END();
}
