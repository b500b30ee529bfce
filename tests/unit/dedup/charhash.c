/* Characters in normal form: case and the kind and length of white space do not count, all else does. */
#include "dedup/charhash.h"
#include "dedup/shingle.h"
#include "tests/unit/test.h"

static void check_normal(const char *text, const char *normal)
{
    struct charhash c;
    const char *p = normal, *end = p + strlen(normal);
    size_t n = 0;
    charhash_init(&c);
    CHECK_INT(charhash_of(&c, slice_str(text), NULL), 0);
    for (uint32_t cp; p < end; n++) {
        p += utf8_decode(p, end, &cp);
        CHECK(n < c.n && c.at[n] == charhash_char(cp));
    }
    CHECK_INT(c.n, n);
    charhash_free(&c);
}

TEST(normal_form)
{
    check_normal("", "");
    check_normal(" \t\r\n", "");
    check_normal("The  Mill,\n\n by the RIVER! ", "the mill, by the river!");
    check_normal("\u00a0a\u3000\u2028B\v\f\302\205c", "a b c");
    check_normal("\u00c9COLE \u212aELVIN \u0391\u0392", "\u00e9cole kelvin \u03b1\u03b2");
    check_normal("\u6c34\u8eca \u6c34", "\u6c34\u8eca \u6c34");
    check_normal("\x01 \x1c[\x7f@`{", "\x01 \x1c[\x7f@`{");
}

static size_t list_of(const char *text, unsigned n, uint32_t *to)
{
    struct shingles *s = shingles_new(&(struct shingle_opts){.n = n, .unit = SHINGLE_CHARACTERS});
    struct shingle_list list = {0};
    CHECK_INT(shingles_of(s, slice_str(text), &list, NULL), 0);
    CHECK(list.wide == NULL);
    memcpy(to, list.at, list.n * sizeof *to);
    size_t size = list.n;
    shingles_free(s);
    return size;
}

TEST(shingles)
{
    uint32_t a[32], b[32];
    CHECK_INT(list_of("abcabc", 3, a), 4);
    CHECK(a[0] == a[3] && a[0] != a[1] && a[1] != a[2]);
    CHECK_INT(list_of("  ABC ", 3, b), 1);
    CHECK(b[0] == a[0]);
    CHECK_INT(list_of("ab", 3, b), 1); /* fewer are one */
    CHECK(b[0] != a[0]);
    CHECK_INT(list_of("a b", 3, b), 1);
    CHECK_INT(list_of("a\n\tb", 3, a), 1);
    CHECK(a[0] == b[0]);
    CHECK_INT(list_of("", 3, a), 1);
    CHECK_INT(list_of("\n", 3, b), 1); /* without any: the bytes */
    CHECK(a[0] != b[0]);
}

int main(void)
{
    RUN(normal_form);
    RUN(shingles);
    return TEST_END();
}
