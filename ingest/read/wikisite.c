/* wikisite.c: a dump's <siteinfo>.
 *
 * The dumps are written by one program, in XML whose text never holds a bare '<': elements are found by their tags, as they
 * stand. In: the beginning of a dump. State: struct wiki_site. Memory: WIKI_NAMESPACES names.
 * Source: MediaWiki's export schema (export-0.3 to 0.11), its Title and wfUrlencode for addresses. */
#include "ingest/read/wikisite.h"
#include "common/text.h"
#include "ingest/html/entities.h"
#include "ingest/read/xml.h"
#include <stdlib.h>

static void copy(char *to, size_t room, struct slice s)
{
    if (s.n >= room) return;
    memcpy(to, s.p, s.n);
    to[s.n] = 0;
}

static int32_t number(struct slice s)
{
    int32_t n = 0;
    bool minus = s.n && *s.p == '-';
    for (size_t i = minus; i < s.n && i < 8; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') n = n * 10 + (s.p[i] - '0');
    return minus ? -n : n;
}

/* "https://en.wikipedia.org/wiki/Main_Page" up to its last slash. */
static void take_base(struct wiki_site *s, struct slice url)
{
    while (url.n && url.p[url.n - 1] != '/') url.n--;
    if (slice_has_prefix(url, "http")) copy(s->base, sizeof s->base, url);
}

static void take_namespaces(struct wiki_site *s, struct slice at)
{
    while (s->n_namespaces < WIKI_NAMESPACES) {
        const char *tag = slice_find(at, slice_str("<namespace "));
        if (!tag) return;
        at = slice_of(tag + 1, at.n - (size_t)(tag + 1 - at.p));
        const char *close = memchr(at.p, '>', at.n);
        if (!close) return;
        struct slice head = slice_of(at.p, (size_t)(close - at.p)), name = {close + 1, 0};
        const char *end = memchr(close, '<', at.n - head.n);
        if (end && close[-1] != '/') name.n = (size_t)(end - name.p);
        size_t from = s->names.n;
        if (name.n > 255 || entities_put(&s->names, name, false) < 0) continue;
        s->namespaces[s->n_namespaces++] =
            (struct wiki_namespace){number(xml_attribute(head, "key")), (uint32_t)(s->names.n - from), from};
    }
}

struct wiki_site *wiki_site_new(struct slice header)
{
    struct wiki_site *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    buf_init(&s->names, BUF_NO_MAX);
    const char *root = slice_find(header, slice_str("<mediawiki"));
    if (root) {
        struct slice tag = slice_of(root, header.n - (size_t)(root - header.p));
        const char *end = memchr(tag.p, '>', tag.n);
        if (end) tag.n = (size_t)(end - tag.p);
        copy(s->lang, sizeof s->lang, xml_attribute(tag, "xml:lang"));
    }
    take_base(s, xml_element(header, "base"));
    take_namespaces(s, header);
    return s;
}

void wiki_site_free(struct wiki_site *s)
{
    while (s) {
        struct wiki_site *next = s->next;
        buf_free(&s->names);
        free(s);
        s = next;
    }
}

/* ------------------------------------------------------------------ names */

static uint32_t next_folded(const char **p, const char *end)
{
    uint32_t c;
    *p += utf8_decode(*p, end, &c);
    return c == '_' ? ' ' : unicode_lower(c);
}

static bool same_name(struct slice a, struct slice b)
{
    const char *p = a.p, *q = b.p, *a_end = a.p + a.n, *b_end = b.p + b.n;
    while (p < a_end && q < b_end)
        if (next_folded(&p, a_end) != next_folded(&q, b_end)) return false;
    return p == a_end && q == b_end;
}

int32_t wiki_site_namespace(const struct wiki_site *s, struct slice name)
{
    static const struct {
        const char *name;
        int32_t key;
    } english[] = {{"media", -2},         {"special", -1},  {"talk", 1},           {"user", 2},
                   {"user talk", 3},      {"project", 4},   {"project talk", 5},   {"file", 6},
                   {"image", 6},          {"file talk", 7}, {"image talk", 7},     {"mediawiki", 8},
                   {"mediawiki talk", 9}, {"template", 10}, {"template talk", 11}, {"help", 12},
                   {"help talk", 13},     {"category", 14}, {"category talk", 15}};
    if (name.n == 0 || name.n > 255) return WIKI_NS_NONE;
    for (size_t i = 0; s && i < s->n_namespaces; i++)
        if (same_name(name, slice_of(s->names.p + s->namespaces[i].name, s->namespaces[i].bytes)))
            return s->namespaces[i].key;
    for (size_t i = 0; i < sizeof english / sizeof *english; i++)
        if (same_name(name, slice_str(english[i].name))) return english[i].key;
    return WIKI_NS_NONE;
}

bool wiki_site_has_variants(const struct wiki_site *s)
{
    static const char *const languages[] = {"zh",  "sr",  "sh",  "kk",     "ku",  "iu",  "shi", "tg", "uz",
                                            "gan", "ban", "crh", "en-rtl", "wuu", "zgh", "mni", "tly"};
    if (!s || !s->lang[0]) return true;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcmp(s->lang, languages[i]) == 0 || strncmp(s->lang, "zh-", 3) == 0) return true;
    return false;
}

int wiki_site_put_url(const struct wiki_site *s, struct slice title, struct buf *out)
{
    if (!s || !s->base[0] || title.n == 0) return 0;
    buf_puts(out, s->base);
    for (size_t i = 0; i < title.n; i++) {
        unsigned char c = (unsigned char)title.p[i];
        bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (c == ' ') c = '_';
        if (letter || (c && strchr("-_.~;@$!*(),/:", c)))
            buf_putc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
    return out->failed ? -1 : 0;
}
