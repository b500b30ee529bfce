/* html5lib-tests' tokeniser cases (tests/suites.sh brings them), each from each of its initial states.
 *
 * What the tokeniser leaves to its caller is done here before tokens are compared: lower case of names, the first of two
 * attributes of one name, no attributes of end tags, line ends, character references, U+FFFD for NUL (which a page never
 * holds: charset.c and page.c remove control characters), adjacent texts in one.
 *
 * Not compared: parse errors (none are reported); a DOCTYPE's names (nothing reads them; where it ends is compared). Not
 * run: inputs with a lone surrogate (they are not Unicode, so never in valid UTF-8), and xmlViolationTests (they are about
 * how a tree goes into XML). */
#include "common/json.h"
#include "common/json_text.h"
#include "common/text.h"
#include "ingest/html/entities.h"
#include "ingest/html/html.h"
#include "tests/unit/test.h"
#include <glob.h>

static struct html h;
static struct buf got, want, scratch, scratch2, lowered, unescaped;
static bool text_open; /* the last token put was text */

/* ------------------------------------------------------------------ both sides write tokens so */

static void put_field(struct buf *b, char mark, struct slice s)
{
    buf_putc(b, mark);
    buf_put_slice(b, s);
    buf_putc(b, '\n');
}

static void put_character(struct buf *b, struct slice s)
{
    if (s.n == 0) return;
    if (text_open)
        b->n--; /* the line end */
    else
        buf_putc(b, 'T');
    buf_put_slice(b, s);
    buf_putc(b, '\n');
    text_open = true;
}

/* ------------------------------------------------------------------ ours */

static struct slice lower(struct slice s, struct buf *b)
{
    buf_clear(b);
    for (size_t i = 0; i < s.n; i++)
        buf_putc(b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i]);
    return buf_slice(b);
}

/* CR LF and CR are LF; NUL is U+FFFD where the standard says so. */
static struct slice normal(struct slice s, bool nul, struct buf *b)
{
    buf_clear(b);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r') {
            buf_putc(b, '\n');
            if (i + 1 < s.n && s.p[i + 1] == '\n') i++;
        } else if (s.p[i] == 0 && nul) {
            buf_puts(b, "\xef\xbf\xbd");
        } else {
            buf_putc(b, s.p[i]);
        }
    }
    return buf_slice(b);
}

static struct slice decoded(struct slice s, bool attribute)
{
    buf_clear(&scratch2);
    entities_put(&scratch2, s, attribute);
    return buf_slice(&scratch2);
}

static struct slice name_of(struct slice name)
{
    return lower(normal(name, true, &scratch), &lowered);
}

static void put_attrs(const struct html_token *t)
{
    for (size_t i = 0; i < t->n_attrs; i++) {
        struct slice name = t->attrs[i].name;
        size_t k = 0;
        while (t->attrs[k].name.n != name.n || strncasecmp(t->attrs[k].name.p, name.p, name.n) != 0) k++;
        if (k < i) continue;
        put_field(&got, 'n', name_of(t->attrs[i].name));
        put_field(&got, 'v', decoded(normal(t->attrs[i].value, true, &scratch), true));
    }
}

struct start { /* how a case begins */
    enum html_content content;
    enum tag raw_tag;
    bool set;
};

static int take(void *ctx, struct html *html, const struct html_token *t)
{
    struct start *start = ctx;
    if (!start->set) { /* the tag that stands before each input */
        html->content = start->content;
        html->raw_tag = start->raw_tag;
        return !(start->set = true);
    }
    if (t->type == HTML_TEXT) {
        bool raw = !t->references || start->content == HTML_CONTENT_RCDATA;
        struct slice s = normal(t->text, raw && start->content != HTML_CONTENT_CDATA, &scratch);
        put_character(&got, t->references ? decoded(s, false) : s);
        return 0;
    }
    text_open = false;
    if (t->type == HTML_DOCTYPE) put_field(&got, 'D', slice_str(""));
    if (t->type == HTML_COMMENT) put_field(&got, 'C', normal(t->text, true, &scratch));
    if (t->type == HTML_END) put_field(&got, 'E', name_of(t->name));
    if (t->type == HTML_START) {
        put_field(&got, 'S', name_of(t->name));
        put_attrs(t);
        if (t->self_closing) put_field(&got, '/', slice_str(""));
    }
    return 0;
}

/* ------------------------------------------------------------------ theirs */

/* A string of a case; false: it holds a lone surrogate. */
static bool string_of(struct json v, bool escaped, struct buf *b, struct slice *s)
{
    if (!json_str(v, s)) *s = slice_str("");
    if (!escaped) return true;
    buf_clear(b);
    buf_reserve(b, s->n + 1);
    int64_t n = json_unescape(b->p, s->p, s->n);
    if (n < 0) return false;
    *s = slice_of(b->p, (size_t)n);
    return true;
}

static bool put_wanted(struct json token, bool escaped)
{
    struct slice part[3] = {{"", 0}};
    struct json attrs = {0};
    bool closing = false, right = true;
    size_t n = 0;
    for (struct json_iter i = json_iter(token); json_next(&i); n++) {
        if (n < 2) right &= string_of(i.value, escaped, n ? &scratch : &scratch2, &part[n]);
        if (n == 2) attrs = i.value;
        if (n == 3) json_bool(i.value, &closing);
    }
    if (slice_is(part[0], "Character")) {
        put_character(&want, part[1]);
        return right;
    }
    text_open = false;
    bool start = slice_is(part[0], "StartTag");
    char mark = start ? 'S' : *part[0].p; /* EndTag, Comment, DOCTYPE */
    put_field(&want, mark, mark == 'D' ? slice_str("") : part[1]);
    for (struct json_iter i = json_iter(attrs); start && json_next(&i);) {
        struct slice value;
        put_field(&want, 'n', i.key);
        right &= string_of(i.value, escaped, &scratch, &value);
        put_field(&want, 'v', value);
    }
    if (start && closing) put_field(&want, '/', slice_str(""));
    return right;
}

static const struct {
    const char *name;
    enum html_content content;
} states[] = {{"Data state", HTML_DATA},
              {"PLAINTEXT state", HTML_CONTENT_PLAINTEXT},
              {"RCDATA state", HTML_CONTENT_RCDATA},
              {"RAWTEXT state", HTML_CONTENT_RAWTEXT},
              {"Script data state", HTML_CONTENT_SCRIPT},
              {"CDATA section state", HTML_CONTENT_CDATA}};

static unsigned runs, differences, not_unicode;

static void run_from(struct slice state, struct slice last, struct slice input, const char *file)
{
    struct start start = {HTML_DATA, TAG_BASEFONT, false}; /* no case has an end tag of that name */
    bool known = false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (slice_is(state, states[i].name)) start.content = states[i].content, known = true;
    CHECK(known);
    if (last.n) start.raw_tag = (enum tag)names_find(&h.tags, last, name_hash(last));
    struct buf page;
    buf_init(&page, BUF_NO_MAX);
    buf_puts(&page, "<x>");
    buf_put_slice(&page, input);
    buf_clear(&got);
    text_open = false;
    html_tokenize(&h, buf_slice(&page), take, &start);
    runs++;
    if (!slice_eq(buf_slice(&got), buf_slice(&want)) && differences++ < 20)
        printf("# %s, %.*s: \"%.*s\"\n# got:\n%.*s# want:\n%.*s", file, (int)state.n, state.p, (int)input.n,
               input.p, (int)got.n, got.p, (int)want.n, want.p);
    buf_free(&page);
}

static void run_case(struct json c, const char *file)
{
    bool escaped = false;
    struct slice input = {"", 0}, last = {"", 0}, state;
    json_bool(json_get(c, "doubleEscaped"), &escaped);
    bool right = string_of(json_get(c, "input"), escaped, &unescaped, &input);
    json_str(json_get(c, "lastStartTag"), &last);
    buf_clear(&want);
    text_open = false;
    for (struct json_iter i = json_iter(json_get(c, "output")); json_next(&i);)
        right &= put_wanted(i.value, escaped);
    if (!right) {
        not_unicode++;
        return;
    }
    if (!json_has(c, "initialStates")) run_from(slice_str("Data state"), last, input, file);
    for (struct json_iter i = json_iter(json_get(c, "initialStates")); json_next(&i);)
        if (json_str(i.value, &state)) run_from(state, last, input, file);
}

TEST(tokeniser_cases)
{
    char pattern[4096];
    const char *root = getenv("LEAT_ROOT");
    glob_t files;
    snprintf(pattern, sizeof pattern, "%s/build/deps/html5lib-tests/*.test", root ? root : ".");
    if (glob(pattern, 0, NULL, &files) != 0) SKIP("html5lib-tests are not there: make deps");
    html_init(&h);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct json_file *f = NULL;
        struct err e = {0};
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        CHECK(json_load(&f, files.gl_pathv[i], 16 << 20, &e) == 0);
        for (struct json_iter c = json_iter(json_get(json_root(f), "tests")); json_next(&c);)
            run_case(c.value, name);
        json_free(f);
    }
    globfree(&files);
    printf("# %u runs, %u differ, %u inputs are not Unicode\n", runs, differences, not_unicode);
    CHECK(runs > 6700);
    CHECK_INT(differences, 0);
    CHECK(not_unicode <= 20);
}

int main(void)
{
    struct buf *all[] = {&got, &want, &scratch, &scratch2, &lowered, &unescaped};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_init(all[i], BUF_NO_MAX);
    RUN(tokeniser_cases);
    return TEST_END();
}
