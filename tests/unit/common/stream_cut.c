/* No cut passes for a shorter corpus, and no flipped bit for content: files of every codec, cut at every byte and
 * flipped in every byte. */
#include "tests/unit/common/stream_util.h"

static struct buf text;

struct sample {
    char name[32];
    struct buf bytes;
};
static struct sample samples[16];
static size_t n_samples;

static void add_sample(const char *name)
{
    struct sample *s = &samples[n_samples++];
    snprintf(s->name, sizeof s->name, "%s", name);
    s->bytes = get_file(name);
    if (s->bytes.n == 0) abort();
}

static void make_samples(void)
{
    struct err e = {0};
    put_file("content", text.p, text.n);
    for (size_t i = 0; i < N_OUTSIDE; i++) {
        char name[32];
        snprintf(name, sizeof name, "cut%s", outside[i].extension);
        if (!compress_outside(i, "content", name)) continue;
        add_sample(name);
    }
    struct out_opts o = {.path = "leat.zst"};
    if (write_out(&o, buf_slice(&text), 100, OUT_COMMIT, &e)) abort();
    add_sample("leat.zst");
    o.path = "leat.gz";
    if (write_out(&o, buf_slice(&text), 100, OUT_COMMIT, &e)) abort();
    add_sample("leat.gz");
    o = (struct out_opts){.path = "framed", .framed = true, .kind = "jsonl"};
    if (write_out(&o, buf_slice(&text), 100, OUT_COMMIT, &e)) abort();
    add_sample("framed");
    if (!run("gzip -c framed >framed.gz")) abort();
    add_sample("framed.gz");
}

static bool is_prefix(const struct told *t)
{
    return t->content.n <= text.n && memcmp(t->content.p ? t->content.p : "", text.p, t->content.n) == 0;
}

TEST(a_cut_is_always_told)
{
    static const size_t caps[] = {1 << 16, 100};
    for (size_t i = 0; i < n_samples; i++) {
        const struct sample *s = &samples[i];
        bool framed = strcmp(s->name, "framed") == 0;
        for (size_t cut = 0; cut < s->bytes.n; cut++) {
            put_file(s->name, s->bytes.p, cut);
            struct told t = drain(s->name, 0, caps[cut % 2]);
            /* An empty pipe, or the first bytes of a frame's header, cannot be told from content. */
            bool untold = framed && cut < 6 && t.content.n == cut && t.last == 0;
            if (!untold && (t.truncated != 1 || t.damaged || t.errors || !is_prefix(&t))) {
                printf("# %s cut at %zu: %d truncated, %d damaged, %zu bytes\n", s->name, cut, t.truncated,
                       t.damaged, t.content.n);
                CHECK(!"told");
            }
            buf_free(&t.content);
        }
        put_file(s->name, s->bytes.p, s->bytes.n);
        struct told t = drain(s->name, 0, 100);
        CHECK(is_whole(&t, buf_slice(&text)));
        buf_free(&t.content);
    }
}

TEST(all_before_a_cut_is_given)
{
    for (size_t i = 0; i < n_samples; i++) {
        const struct sample *s = &samples[i];
        if (strcmp(s->name, "framed") != 0) continue;
        for (size_t cut = 21; cut < s->bytes.n; cut++) {
            put_file("cut", s->bytes.p, cut);
            struct told t = drain("cut", 0, 1 << 16);
            size_t whole = cut - 21 < text.n ? cut - 21 : text.n; /* the header line has 21 bytes */
            CHECK_INT(t.content.n, whole);
            buf_free(&t.content);
        }
    }
    put_file("content", text.p, text.n);
    CHECK(run("gzip -c content >cut.gz && head -c -1 cut.gz >cut1.gz"));
    struct told t = drain("cut1.gz", 0, 1 << 16);
    CHECK_INT(t.content.n, text.n);
    CHECK_INT(t.truncated, 1);
    buf_free(&t.content);
}

TEST(a_flip_is_always_told)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < n_samples; i++) {
        const struct sample *s = &samples[i];
        for (size_t at = 0; at < s->bytes.n; at++) {
            s->bytes.p[at] ^= (char)masks[at % 3];
            put_file(s->name, s->bytes.p, s->bytes.n);
            s->bytes.p[at] ^= (char)masks[at % 3];
            struct told t = drain(s->name, 0, 1 << 16);
            bool told = t.truncated || t.damaged || t.errors;
            bool same = slice_eq(buf_slice(&t.content), buf_slice(&text));
            bool plain = t.codec == CODEC_PLAIN &&
                         at < 21; /* a broken magic or header line: content of its own kind */
            if (!told && !same && !plain) {
                printf("# %s flipped at %zu of %zu: %zu bytes\n", s->name, at, s->bytes.n, t.content.n);
                CHECK(!"told");
            }
            buf_free(&t.content);
        }
        put_file(s->name, s->bytes.p, s->bytes.n);
    }
}

int main(void)
{
    text = make_text(1200, 2);
    make_samples();
    RUN(a_cut_is_always_told);
    RUN(all_before_a_cut_is_given);
    RUN(a_flip_is_always_told);
    for (size_t i = 0; i < n_samples; i++) buf_free(&samples[i].bytes);
    buf_free(&text);
    return TEST_END();
}
