/* The expected tokens follow the HTML Standard, 13.2.5, state by state. */
#include "ingest/html/html.h"
#include "tests/unit/test.h"

static struct html h;
static struct buf out;

static void put(const char *mark, struct slice s)
{
    buf_puts(&out, mark);
    buf_put_slice(&out, s);
}

static int show(void *ctx, struct html *html, const struct html_token *t)
{
    static const char *const marks[] = {"T:", "S:", "E:", "C:", "D:"};
    put(marks[t->type], t->type == HTML_START || t->type == HTML_END ? t->name : t->text);
    if (t->type == HTML_TEXT && !t->references) buf_puts(&out, "(raw)");
    for (size_t i = 0; i < t->n_attrs; i++) {
        put(" ", t->attrs[i].name);
        put("=", t->attrs[i].value);
    }
    if (t->self_closing) buf_puts(&out, " /");
    return buf_putc(&out, '|');
}

static const char *tokens(const char *z)
{
    buf_clear(&out);
    html_tokenize(&h, slice_str(z), show, NULL);
    buf_terminate(&out);
    return out.p;
}

TEST(text_and_tags)
{
    CHECK_STR(tokens("a<b>c</b>d"), "T:a|S:b|T:c|E:b|T:d|");
    CHECK_STR(tokens("<BR/><p\n>"), "S:BR /|S:p|");
    CHECK_STR(tokens(""), "");
    CHECK_STR(tokens("</p class=x>"), "E:p class=x|");
}

TEST(attributes)
{
    CHECK_STR(tokens("<a href=x title='a b' id = \"q>r\" checked>"), "S:a href=x title=a b id=q>r checked=|");
    CHECK_STR(tokens("<a x=1/>"), "S:a x=1/|");
    CHECK_STR(tokens("<a x=/>"), "S:a x=/|");
    CHECK_STR(tokens("<a / b>"), "S:a b=|");
    CHECK_STR(tokens("<a/b=c/>"), "S:a b=c/|");
    CHECK_STR(tokens("<a =b>"), "S:a =b=|");
    CHECK_STR(tokens("<a b=>"), "S:a b=|");
    CHECK_STR(tokens("<a b='c'd>"), "S:a b=c d=|");
    CHECK_STR(tokens("<a b=\"\n\">"), "S:a b=\n|");
}

TEST(less_than_signs_that_are_text)
{
    CHECK_STR(tokens("1 < 2 <3 <- <"), "T:1 < 2 <3 <- <|");
    CHECK_STR(tokens("a<<b>"), "T:a<|S:b|");
    CHECK_STR(tokens("x</"), "T:x</|");
}

TEST(ends_inside_a_tag)
{
    CHECK_STR(tokens("a<b"), "T:a|");
    CHECK_STR(tokens("a<b c"), "T:a|");
    CHECK_STR(tokens("a<b c='d>e"), "T:a|");
    CHECK_STR(tokens("a<b c="), "T:a|");
    CHECK_STR(tokens("a</b"), "T:a|");
    CHECK_STR(tokens("<a /"), "");
}

TEST(comments)
{
    CHECK_STR(tokens("<!--a-->b"), "C:a|T:b|");
    CHECK_STR(tokens("<!-->b"), "C:|T:b|");
    CHECK_STR(tokens("<!--->b"), "C:|T:b|");
    CHECK_STR(tokens("<!---->b"), "C:|T:b|");
    CHECK_STR(tokens("<!----!>b"), "C:|T:b|");
    CHECK_STR(tokens("<!--a--!>b"), "C:a|T:b|");
    CHECK_STR(tokens("<!--a->b-->c"), "C:a->b|T:c|");
    CHECK_STR(tokens("<!--a"), "C:a|");
    CHECK_STR(tokens("<!a>b<?php x?>c</ d>e</>f<![CDATA[g]]>"),
              "C:a|T:b|C:?php x?|T:c|C: d|T:e|T:f|C:[CDATA[g]]|");
    CHECK_STR(tokens("<!"), "C:|");
}

TEST(doctype)
{
    CHECK_STR(tokens("<!DOCTYPE html>a"), "D: html|T:a|");
    CHECK_STR(tokens("<!doctype"), "D:|");
}

TEST(raw_text)
{
    CHECK_STR(tokens("<style>a<b>&amp;</styl></STYLE >c"), "S:style|T:a<b>&amp;</styl>(raw)|E:STYLE|T:c|");
    CHECK_STR(tokens("<title>a<b>&amp;</title>"), "S:title|T:a<b>&amp;|E:title|");
    CHECK_STR(tokens("<textarea></textarea>x"), "S:textarea|E:textarea|T:x|");
    CHECK_STR(tokens("<xmp><p></xmp"), "S:xmp|T:<p></xmp(raw)|");
    CHECK_STR(tokens("<plaintext><p></plaintext>"), "S:plaintext|T:<p></plaintext>(raw)|");
    CHECK_STR(tokens("</style><p>"), "E:style|S:p|");
}

TEST(scripts)
{
    CHECK_STR(tokens("<script>a</p></script>b"), "S:script|T:a</p>(raw)|E:script|T:b|");
    CHECK_STR(tokens("<script><!--a</script>b"), "S:script|T:<!--a(raw)|E:script|T:b|");
    CHECK_STR(tokens("<script><!--<script>a</script>b--></script>c"),
              "S:script|T:<!--<script>a</script>b-->(raw)|E:script|T:c|");
    CHECK_STR(tokens("<script><!--><script></script>c"), "S:script|T:<!--><script>(raw)|E:script|T:c|");
    CHECK_STR(tokens("<script><!--<scriptx></script>c"), "S:script|T:<!--<scriptx>(raw)|E:script|T:c|");
    CHECK_STR(tokens("<script><!--<script>"), "S:script|T:<!--<script>(raw)|");
}

static int count(void *ctx, struct html *html, const struct html_token *t)
{
    size_t *n = ctx;
    CHECK(t->n_attrs <= HTML_ATTRS_MAX);
    return ++*n == 0;
}

static size_t count_tokens(const char *piece, size_t bytes)
{
    size_t found = 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    while (b.n + strlen(piece) <= bytes) buf_puts(&b, piece);
    html_tokenize(&h, buf_slice(&b), count, &found);
    buf_free(&b);
    return found;
}

/* Anything quadratic would take hours here. */
TEST(hostile_pages)
{
    size_t n = 4 << 20;
    CHECK_INT(count_tokens("<", n), 1);
    CHECK_INT(count_tokens("&", n), 1);
    CHECK_INT(count_tokens("<div>", n), n / 5);
    CHECK_INT(count_tokens("<a ", n), 0);
    CHECK_INT(count_tokens("<!--", n), 1);
    CHECK_INT(count_tokens("<script>", n), 2);
    CHECK_INT(count_tokens("<script><!--<script>", n), 2);
    CHECK_INT(count_tokens("<title></titl", n), 2);
    CHECK_INT(count_tokens("</", n), 1);
    CHECK_INT(count_tokens("<a b='", n), 0);
    CHECK_INT(count_tokens("a=b ", n), 1);
}

TEST(many_attributes)
{
    size_t n = 0;
    buf_clear(&out);
    buf_puts(&out, "<a");
    for (int i = 0; i < 50000; i++) buf_printf(&out, " x%d=\"y\"", i);
    buf_puts(&out, " class=z>t");
    html_tokenize(&h, buf_slice(&out), count, &n);
    CHECK_INT(n, 2);
}

TEST(names)
{
    struct names tags;
    names_init_tags(&tags);
    for (unsigned id = 1; id < TAG_COUNT; id++) {
        struct slice name = slice_str(tag_name((enum tag)id));
        CHECK_INT(names_find(&tags, name, name_hash(name)), id);
    }
    CHECK_INT(names_find(&tags, slice_str("DiV"), name_hash(slice_str("DiV"))), TAG_DIV);
    CHECK_INT(names_find(&tags, slice_str("my-nav"), name_hash(slice_str("my-nav"))), TAG_OTHER);
}

static int stop(void *ctx, struct html *html, const struct html_token *t)
{
    const struct html_attr *a = html_attr(t, ATTR_ID);
    return a && slice_is(a->value, "here") ? 7 : 0;
}

TEST(a_sink_may_stop)
{
    CHECK_INT(html_tokenize(&h, slice_str("<p id=a id=here><p class=here><p ID=here><p>"), stop, NULL), 7);
    CHECK_INT(html_tokenize(&h, slice_str("<p id=a id=here>"), stop, NULL), 0);
}

int main(void)
{
    html_init(&h);
    buf_init(&out, BUF_NO_MAX);
    RUN(text_and_tags);
    RUN(attributes);
    RUN(less_than_signs_that_are_text);
    RUN(ends_inside_a_tag);
    RUN(comments);
    RUN(doctype);
    RUN(raw_text);
    RUN(scripts);
    RUN(hostile_pages);
    RUN(many_attributes);
    RUN(names);
    RUN(a_sink_may_stop);
    buf_free(&out);
    return TEST_END();
}
