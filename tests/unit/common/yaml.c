/* YAML: the tree, the typed getters, messages word by word, anchors and their limits, unknown keys, --set. */
#include "common/yaml.h"
#include "tests/unit/test.h"

static struct err e;

static struct yaml_file *parse(const char *text)
{
    struct yaml_file *f = NULL;
    err_clear(&e);
    int rc = yaml_parse(&f, "f.yaml", slice_str(text), &e);
    CHECK_INT(rc, 0);
    if (rc) printf("# %s\n", e.msg);
    return f;
}

/* The text is refused with this message. */
static void refused(const char *text, const char *message)
{
    struct yaml_file *f = (void *)1;
    err_clear(&e);
    CHECK_INT(yaml_parse(&f, "f.yaml", slice_str(text), &e), -ERR_USAGE);
    CHECK(f == NULL);
    CHECK_STR(e.msg, message);
}

/* The tree as text: {k:v k:[a b]}; quoted scalars in quotes. */
static void show(struct buf *b, const struct yaml *y)
{
    if (y->key) buf_printf(b, "%s:", y->key);
    if (y->kind == YAML_SCALAR) {
        buf_printf(b, y->quoted ? "\"%s\"" : "%s", y->value);
        CHECK_INT(y->value_bytes, strlen(y->value));
        return;
    }
    size_t n = 0;
    buf_putc(b, y->kind == YAML_MAP ? '{' : '[');
    for (const struct yaml *c = y->child; c; c = c->next, n++) {
        if (n) buf_putc(b, ' ');
        show(b, c);
    }
    CHECK_INT(n, y->n_children);
    buf_putc(b, y->kind == YAML_MAP ? '}' : ']');
}

static void file_is(struct yaml_file *f, const char *want)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    if (f) show(&b, yaml_root(f));
    buf_terminate(&b);
    CHECK_STR(b.p, want);
    buf_free(&b);
}

static void is(const char *text, const char *want)
{
    struct yaml_file *f = parse(text);
    file_is(f, want);
    yaml_free(f);
}

TEST(trees)
{
    is("", "{}");
    is("# nothing\n", "{}");
    is("---\n", "{}");
    is("\xEF\xBB\xBF"
       "a: 1\n",
       "{a:1}");
    is("a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  d: {e: f}\n  g:\n  - h\n  - i: j\n",
       "{a:1 b:[x \"y\" \"z\n\"] c:{d:{e:f} g:[h {i:j}]}}");
    is("- 1\n- 2\n", "[1 2]");
    is("a: |\n  two\n  lines\nb: !!str 5\nc: !!int 5\nd: ! e\n", "{a:\"two\nlines\n\" b:\"5\" c:5 d:\"e\"}");
    is("a:\nb: ~\n'': c\n", "{a: b:~ :c}");
}

TEST(places)
{
    struct yaml_file *f = parse("a: 1\nb:\n  - x\n  -   é: y\n      z: 1\n");
    const struct yaml *b = yaml_get(yaml_root(f), "b"), *map = b->child->next;
    CHECK_INT(b->line, 2);
    CHECK_INT(b->column, 1);
    CHECK_INT(b->child->line, 3);
    CHECK_INT(b->child->column, 5);
    CHECK_INT(map->child->line, 4);
    CHECK_INT(map->child->column, 7);
    CHECK_INT(yaml_error(map->child->next, &e, "%s is odd", "z"), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:5:7: z is odd");
    yaml_free(f);
}

TEST(malformed)
{
    refused("a: [1, 2\n",
            "f.yaml:2:1: did not find expected ',' or ']', while parsing a flow sequence (line 1)");
    refused("a: 1\n\tb: 2\n", "f.yaml:2:1: found a tab character that violates indentation, "
                              "while scanning a plain scalar (line 1)");
    refused("a: 1\nb: \"x",
            "f.yaml:2:6: found unexpected end of stream, while scanning a quoted scalar (line 2)");
    refused("a: 1\nb: \x01\n", "f.yaml:2:4: control characters are not allowed");
    refused("a: 1\nb: \xC3\xA9\xFF\n", "f.yaml:2:5: not valid UTF-8");
    refused("a: \"\\0\"\n", "f.yaml:1:4: a string may not hold a NUL character (\\0)");
    refused("just text\n", "f.yaml:1:1: a map (key: value) or a list is expected, not a single value");
    refused("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins; one file holds one");
    refused("? [a]\n: 1\n", "f.yaml:1:3: a key must be a plain string");
    refused("k: &x [a]\n? *x\n: 1\n", "f.yaml:2:3: a key must be a plain string");
    refused("a: !mine 1\n", "f.yaml:1:4: no tag has a meaning here; take away !mine");
    refused("a: !mine [1]\n", "f.yaml:1:4: no tag has a meaning here; take away !mine");
    refused("a: !mine {b: 1}\n", "f.yaml:1:4: no tag has a meaning here; take away !mine");
    refused("a: 1\nb: 2\n'a': 3\n",
            "f.yaml:3:1: key 'a' is here a second time; the first is on line 1, column 1");
}

TEST(duplicates_among_many_keys)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 1000; i++) buf_printf(&b, "k%d: %d\n", i * 7919 % 1000, i);
    buf_terminate(&b);
    struct yaml_file *f = parse(b.p);
    CHECK_STR(yaml_get(yaml_root(f), "k919")->value, "1");
    CHECK_STR(yaml_root(f)->child->next->key, "k919"); /* the order of the file */
    yaml_free(f);
    buf_puts(&b, "k919: again\n");
    buf_terminate(&b);
    refused(b.p, "f.yaml:1001:1: key 'k919' is here a second time; the first is on line 2, column 1");
    buf_free(&b);
}

/* `count` times open, then close. */
static char *nested(const char *open, const char *close, int count)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < count; i++) buf_puts(&b, open);
    for (int i = 0; i < count; i++) buf_puts(&b, close);
    buf_terminate(&b);
    return b.p;
}

TEST(depth)
{
    char *good = nested("[", "]", 64), *deep = nested("[", "]", 65), *maps = nested("{a: ", "}", 100);
    struct yaml_file *f = parse(good);
    yaml_free(f);
    refused(deep, "f.yaml:1:65: more than 64 levels deep");
    refused(maps, "f.yaml:1:254: more than 64 levels deep");
    free(good);
    free(deep);
    free(maps);
}

TEST(size)
{
    struct yaml_file *f;
    size_t n = ((size_t)16 << 20) + 1;
    char *big = malloc(n);
    memset(big, ' ', n);
    err_clear(&e);
    CHECK_INT(yaml_parse(&f, "f.yaml", slice_of(big, n), &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml: larger than 16 MiB");
    err_clear(&e);
    CHECK_INT(yaml_parse(&f, "f.yaml", slice_of(big, n - 1), &e), 0);
    yaml_free(f);
    free(big);
}

TEST(anchors)
{
    is("a: &x {b: [1]}\nc: *x\nd: &y z\ne: *y\n", "{a:{b:[1]} c:{b:[1]} d:z e:z}");
    is("&k a: 1\nb: *k\n", "{a:1 b:a}");
    is("a: &x 1\nb: &x 2\nc: *x\n", "{a:1 b:2 c:2}");
    refused("a: *x\n", "f.yaml:1:4: no anchor before this is called &x");
    refused("a: &x [*x]\n", "f.yaml:1:8: this refers to what it is part of: *x");
    struct yaml_file *f = parse("a: &x {b: 1}\n\nc: *x\n");
    CHECK_INT(yaml_get(yaml_root(f), "c")->line, 3);
    CHECK_INT(yaml_get(yaml_root(f), "c")->child->line, 1);
    yaml_free(f);
}

TEST(merges)
{
    is("x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\n", "{x:{a:1 b:2} y:{b:3 a:1}}");
    is("x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz:\n  <<: [*y, *x, {c: 3}]\n",
       "{x:{a:1} y:{a:2 b:2} z:{a:2 b:2 c:3}}");
    is("x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nz: {<<: *y}\n", "{x:{a:1} y:{b:2 a:1} z:{b:2 a:1}}");
    is("y: {<<: &x {a: [1, 2]}}\nz: *x\n", "{y:{a:[1 2]} z:{a:[1 2]}}");
    is("'<<': 1\n", "{<<:1}");
    refused("<<: 1\n", "f.yaml:1:1: << takes a map or a list of maps");
    refused("<<: [1]\n", "f.yaml:1:6: << takes a map or a list of maps");
    refused("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n",
            "f.yaml:4:3: key '<<' is here a second time; the first is on line 3, column 3");
}

TEST(aliases_to_aliases_end_early)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&b, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++) buf_printf(&b, "%s*a%d", j ? "," : "", i - 1);
        buf_puts(&b, "]\n");
    }
    buf_terminate(&b);
    refused(b.p, "f.yaml:6:38: more than 1000000 nodes, anchors resolved");
    buf_clear(&b);
    buf_puts(&b, "a0: &a0 [x]\n");
    for (int i = 1; i < 100; i++) buf_printf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    buf_terminate(&b);
    refused(b.p, "f.yaml:63:12: more than 64 levels deep, anchors resolved");
    buf_clear(&b);
    for (int i = 0; i <= 1024; i++) buf_printf(&b, "- &a%d x\n", i);
    buf_terminate(&b);
    refused(b.p, "f.yaml:1025:3: more than 1024 anchors");
    buf_free(&b);
}

/* ---- getters */

TEST(strings)
{
    const char *s = "default";
    struct yaml_file *f = parse("lang: no\nn: 5\nnull1: ~\nnull2:\nnull3: null\nq: 'null'\nl: []\n");
    const struct yaml *r = yaml_root(f);
    CHECK_INT(yaml_str(r, "absent", &s, &e), 0);
    CHECK_INT(yaml_str(r, "null1", &s, &e), 0);
    CHECK_INT(yaml_str(r, "null2", &s, &e), 0);
    CHECK_INT(yaml_str(r, "null3", &s, &e), 0);
    CHECK_STR(s, "default");
    CHECK_INT(yaml_str(r, "lang", &s, &e), 1);
    CHECK_STR(s, "no");
    CHECK_INT(yaml_str(r, "n", &s, &e), 1);
    CHECK_STR(s, "5");
    CHECK_INT(yaml_str(r, "q", &s, &e), 1);
    CHECK_STR(s, "null");
    CHECK_INT(yaml_str(r, "l", &s, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:7:1: l must be a string, not a list");
    CHECK(yaml_get(yaml_get(r, "n"), "x") == NULL);
    CHECK(yaml_get(NULL, "x") == NULL);
    yaml_free(f);
}

/* yaml_int of "v: TEXT": the value, or the message. */
static const char *as_int(const char *text, int64_t min, int64_t max)
{
    static char out[1100];
    char doc[256];
    int64_t v = -77;
    snprintf(doc, sizeof doc, "v: %s\n", text);
    struct yaml_file *f = parse(doc);
    int rc = yaml_int(yaml_root(f), "v", min, max, &v, &e);
    snprintf(out, sizeof out, "%lld", (long long)v);
    yaml_free(f);
    return rc < 0 ? e.msg : out;
}

TEST(integers)
{
    CHECK_STR(as_int("42", 0, 100), "42");
    CHECK_STR(as_int("-42", INT64_MIN, INT64_MAX), "-42");
    CHECK_STR(as_int("+7", 0, 100), "7");
    CHECK_STR(as_int("1_000_000", 0, INT64_MAX), "1000000");
    CHECK_STR(as_int("0x1F", 0, 100), "31");
    CHECK_STR(as_int("010", 0, 100), "10");
    CHECK_STR(as_int("1e9", 0, INT64_MAX), "1000000000");
    CHECK_STR(as_int("2.5e3", 0, INT64_MAX), "2500");
    CHECK_STR(as_int("9223372036854775807", 0, INT64_MAX), "9223372036854775807");
    CHECK_STR(as_int("-9223372036854775808", INT64_MIN, 0), "-9223372036854775808");
    CHECK_STR(as_int("", 0, 1), "-77"); /* null: absent */
    CHECK_STR(as_int("101", 0, 100), "f.yaml:1:1: v must be an integer from 0 to 100, not '101'");
    CHECK_STR(as_int("0", 1, INT64_MAX), "f.yaml:1:1: v must be an integer of at least 1, not '0'");
    CHECK_STR(as_int("2", INT64_MIN, 1), "f.yaml:1:1: v must be an integer of at most 1, not '2'");
    CHECK_STR(as_int("x", INT64_MIN, INT64_MAX), "f.yaml:1:1: v must be an integer, not 'x'");
    CHECK_STR(as_int("'5'", 0, 9), "f.yaml:1:1: v must be an integer from 0 to 9, not \"5\"");
    CHECK_STR(as_int("{a: 5}", 0, 9), "f.yaml:1:1: v must be an integer from 0 to 9, not a map");
    const char *const bad[] = {
        "1.5",  "9223372036854775808",
        "_1",   "1_",
        "1__0", "0x",
        "0xG",  "--1",
        "1 2",  "1e99",
        "inf",  ".inf",
        "nan",  "5k",
        "true", "1111111111111111111111111111111111111111111111111111111111111111111111111111"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(strstr(as_int(bad[i], INT64_MIN, INT64_MAX), "v must be an integer, not '"));
}

static const char *as_num(const char *text, double min, double max)
{
    static char out[1100];
    char doc[128];
    double v = -77;
    snprintf(doc, sizeof doc, "v: %s\n", text);
    struct yaml_file *f = parse(doc);
    int rc = yaml_num(yaml_root(f), "v", min, max, &v, &e);
    snprintf(out, sizeof out, "%.17g", v);
    yaml_free(f);
    return rc < 0 ? e.msg : out;
}

TEST(numbers)
{
    CHECK_STR(as_num("0.5", 0, 1), "0.5");
    CHECK_STR(as_num("3e-4", 0, 1), "0.00029999999999999997");
    CHECK_STR(as_num("-1.", -INFINITY, 0), "-1");
    CHECK_STR(as_num(".5E+1", 0, 9), "5");
    CHECK_STR(as_num("1_000.5", 0, 1e9), "1000.5");
    CHECK_STR(as_num(".inf", 0, INFINITY), "inf");
    CHECK_STR(as_num("-.Inf", -INFINITY, 0), "-inf");
    CHECK_STR(as_num("~", 0, 1), "-77");
    CHECK_STR(as_num("1.5", 0, 1), "f.yaml:1:1: v must be a number from 0 to 1, not '1.5'");
    CHECK_STR(as_num("-1", 0, INFINITY), "f.yaml:1:1: v must be a number of at least 0, not '-1'");
    CHECK_STR(as_num("1", -INFINITY, 0), "f.yaml:1:1: v must be a number of at most 0, not '1'");
    CHECK_STR(as_num("[1]", -INFINITY, INFINITY), "f.yaml:1:1: v must be a number, not a list");
    const char *const bad[] = {".",   "e5",   "1e",  "1e+",   "0x10", "inf",
                               "nan", ".nan", "1,5", "1.5.2", "'1'",  "1f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(strstr(as_num(bad[i], -INFINITY, INFINITY), "v must be a number, not "));
}

TEST(booleans)
{
    struct yaml_file *f = parse("a: true\nb: No\nc: ON\nd: 'yes'\ne: 1\nf: off\ng: {}\n");
    const struct yaml *r = yaml_root(f);
    bool v = false;
    CHECK_INT(yaml_bool(r, "a", &v, &e), 1);
    CHECK(v);
    CHECK_INT(yaml_bool(r, "b", &v, &e), 1);
    CHECK(!v);
    CHECK_INT(yaml_bool(r, "c", &v, &e), 1);
    CHECK(v);
    CHECK_INT(yaml_bool(r, "none", &v, &e), 0);
    CHECK(v);
    CHECK_INT(yaml_bool(r, "f", &v, &e), 1);
    CHECK(!v);
    CHECK_INT(yaml_bool(r, "d", &v, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:4:1: d must be true or false, not \"yes\"");
    err_clear(&e);
    CHECK_INT(yaml_bool(r, "e", &v, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:5:1: e must be true or false, not '1'");
    err_clear(&e);
    CHECK_INT(yaml_bool(r, "g", &v, &e), -ERR_USAGE);
    yaml_free(f);
}

TEST(choices)
{
    struct yaml_file *f = parse("a: best\nb: be\nc: 'first'\nd: []\n");
    const struct yaml *r = yaml_root(f);
    int v = -1;
    CHECK_INT(yaml_choice(r, "a", "first|best", &v, &e), 1);
    CHECK_INT(v, 1);
    CHECK_INT(yaml_choice(r, "c", "first|best", &v, &e), 1);
    CHECK_INT(v, 0);
    CHECK_INT(yaml_choice(r, "none", "first|best", &v, &e), 0);
    CHECK_INT(yaml_choice(r, "b", "first|best", &v, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:2:1: b must be one of first|best, not 'be'");
    err_clear(&e);
    CHECK_INT(yaml_choice(r, "d", "first|best", &v, &e), -ERR_USAGE);
    yaml_free(f);
}

TEST(maps_and_lists)
{
    struct yaml_file *f = parse("m: {a: 1}\ns: [1, 2]\nx: 5\nnone:\n");
    const struct yaml *r = yaml_root(f);
    struct yaml *y = NULL;
    CHECK_INT(yaml_map(r, "m", &y, &e), 1);
    CHECK_INT(y->n_children, 1);
    CHECK_INT(yaml_seq(r, "s", &y, &e), 1);
    CHECK_INT(y->n_children, 2);
    CHECK_INT(yaml_map(r, "none", &y, &e), 0);
    CHECK_INT(yaml_seq(r, "none", &y, &e), 0);
    CHECK_INT(yaml_map(r, "s", &y, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:2:1: s must be a map (key: value), not a list");
    err_clear(&e);
    CHECK_INT(yaml_seq(r, "x", &y, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:3:1: x must be a list, not '5'");
    yaml_free(f);
}

/* ---- unknown keys */

TEST(unknown_keys)
{
    int64_t v;
    struct yaml *y;
    struct yaml_file *f = parse("train:\n  learning_rat: 1\n  steps: 2\n");
    CHECK_INT(yaml_map(yaml_root(f), "train", &y, &e), 1);
    CHECK_INT(yaml_int(y, "steps", 0, 9, &v, &e), 1);
    for (int i = 0; i < 3; i++) CHECK_INT(yaml_int(y, "learning_rate", 0, 9, &v, &e), 0);
    CHECK_INT(yaml_int(y, "warmup", 0, 9, &v, &e), 0);
    CHECK_INT(yaml_check_used(yaml_root(f), &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:2:3: unknown key 'learning_rat'; the nearest known one is 'learning_rate'");
    err_clear(&e);
    CHECK(yaml_get(y, "learning_rat"));
    CHECK_INT(yaml_check_used(yaml_root(f), &e), 0);
    yaml_free(f);
}

TEST(unknown_keys_in_lists_and_where_nothing_is_known)
{
    struct yaml *y;
    struct yaml_file *f = parse("list:\n- a: 1\n- {b: 2}\n");
    CHECK_INT(yaml_seq(yaml_root(f), "list", &y, &e), 1);
    CHECK(yaml_get(y->child, "a"));
    CHECK_INT(yaml_check_used(yaml_root(f), &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:3:4: unknown key 'b'; nothing is known here");
    err_clear(&e);
    CHECK(!yaml_get(y->child->next, "bb"));
    CHECK(!yaml_get(y->child->next, "ab"));
    CHECK(!yaml_get(y->child->next,
                    "a name of more than sixty-three bytes, which is never offered as the nearest one"));
    CHECK_INT(yaml_check_used(y, &e), -ERR_USAGE);
    CHECK_STR(e.msg,
              "f.yaml:3:4: unknown key 'b'; the nearest known one is 'ab'"); /* of two as near, by name */
    yaml_free(f);
}

TEST(what_is_only_referred_to_need_not_be_known)
{
    struct yaml *y;
    struct yaml_file *f = parse("base: &b {a: 1, zz: 2}\nuse: {<<: *b}\n");
    CHECK_INT(yaml_map(yaml_root(f), "use", &y, &e), 1);
    CHECK(yaml_get(y, "a"));
    CHECK_INT(yaml_check_used(yaml_root(f), &e), -ERR_USAGE);
    CHECK_STR(e.msg, "f.yaml:1:17: unknown key 'zz'; the nearest known one is 'a'");
    err_clear(&e);
    CHECK(yaml_get(y, "zz"));
    CHECK_INT(yaml_check_used(yaml_root(f), &e), 0);
    yaml_free(f);
}

/* ---- --set */

TEST(set)
{
    struct yaml_file *f = parse("a: {b: 1, c: 2}\ns: [x, {y: 1}, z]\nn:\n");
    const char *const good[] = {"a.b=7", "a.d.e=new", "s.1.y=no",  "s.0='q'", "top=[1, {k: v}]",
                                "n.m=1", "a.c=",      "eq=a=b: c", "s.2.w=5"};
    for (size_t i = 0; i < 7; i++) CHECK_INT(yaml_set(f, good[i], &e), 0);
    file_is(f, "{a:{b:7 c: d:{e:new}} s:[\"q\" {y:no} z] n:{m:1} top:[1 {k:v}]}");
    CHECK_INT(yaml_set(f, good[7], &e), 0);
    CHECK_STR(yaml_get(yaml_get(yaml_root(f), "eq"), "a=b")->value, "c");
    CHECK_INT(yaml_set(f, good[8], &e), -ERR_USAGE);
    CHECK_STR(e.msg, "--set s.2.w=5: 'w': the key before it has a single value, nothing can be below");
    yaml_free(f);
}

TEST(set_refuses)
{
    struct yaml_file *f = parse("a: 1\ns: [x]\n");
    const char *const bad[][2] = {
        {"a", "--set a: must be KEY=VALUE, as in --set a.b=1"},
        {"=1", "--set =1: must be KEY=VALUE, as in --set a.b=1"},
        {"a.b=1", "--set a.b=1: 'b': the key before it has a single value, nothing can be below"},
        {"b..c=1", "--set b..c=1: '': a key is empty"},
        {"s.1=1", "--set s.1=1: '1' is no index of a list of 1 (the first is 0)"},
        {"s.x=1", "--set s.x=1: 'x' is no index of a list of 1 (the first is 0)"},
        {"b=[1", "--set b=[1: did not find expected ',' or ']', while parsing a flow sequence (line 1)"},
        {"b={x: 1, x: 2}",
         "--set b={x: 1, x: 2}: key 'x' is here a second time; the first is on line 1, column 2"},
        {"b=\xFF", "--set b=\xFF: not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        CHECK_INT(yaml_set(f, bad[i][0], &e), -ERR_USAGE);
        CHECK_STR(e.msg, bad[i][1]);
    }
    char *deep = nested("a.", "", 70);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_printf(&b, "b.%sz=1", deep);
    buf_terminate(&b);
    err_clear(&e);
    CHECK_INT(yaml_set(f, b.p, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "more than 64 keys deep"));
    buf_free(&b);
    free(deep);
    yaml_free(f);
}

TEST(set_is_named_in_later_errors)
{
    int64_t v;
    struct yaml_file *f = parse("lr: 1\n");
    CHECK_INT(yaml_set(f, "lr=fast", &e), 0);
    CHECK_INT(yaml_int(yaml_root(f), "lr", 0, 9, &v, &e), -ERR_USAGE);
    CHECK_STR(e.msg, "--set lr=fast: lr must be an integer from 0 to 9, not 'fast'");
    err_clear(&e);
    CHECK_INT(yaml_set(f, "model.widht=3", &e), 0);
    CHECK(!yaml_get(yaml_get(yaml_root(f), "model"), "width"));
    CHECK_INT(yaml_check_used(yaml_root(f), &e), -ERR_USAGE);
    CHECK_STR(e.msg, "--set model.widht=3: unknown key 'widht'; the nearest known one is 'width'");
    yaml_free(f);
}

/* ---- files */

TEST(load)
{
    struct yaml_file *f;
    FILE *out = fopen("c.yaml", "w");
    fputs("a: 1\nb: x y\n", out);
    fclose(out);
    err_clear(&e);
    CHECK_INT(yaml_load(&f, "c.yaml", &e), 0);
    file_is(f, "{a:1 b:x y}");
    yaml_error(yaml_get(yaml_root(f), "b"), &e, "odd");
    CHECK_STR(e.msg, "c.yaml:2:1: odd");
    yaml_free(f);
    err_clear(&e);
    CHECK_INT(yaml_load(&f, "absent.yaml", &e), -ERR_IO);
    CHECK(strstr(e.msg, "absent.yaml"));
    CHECK(f == NULL);
    yaml_free(NULL);
}

int main(void)
{
    RUN(trees);
    RUN(places);
    RUN(malformed);
    RUN(duplicates_among_many_keys);
    RUN(depth);
    RUN(size);
    RUN(anchors);
    RUN(merges);
    RUN(aliases_to_aliases_end_early);
    RUN(strings);
    RUN(integers);
    RUN(numbers);
    RUN(booleans);
    RUN(choices);
    RUN(maps_and_lists);
    RUN(unknown_keys);
    RUN(unknown_keys_in_lists_and_where_nothing_is_known);
    RUN(what_is_only_referred_to_need_not_be_known);
    RUN(set);
    RUN(set_refuses);
    RUN(set_is_named_in_later_errors);
    RUN(load);
    return TEST_END();
}
