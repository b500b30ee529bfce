/* pageauthor.c: gathers the names of authors that metas and JSON-LD state, and chooses among them.
 *
 * A page whose articles have different authors lists the texts of others, and is not believed. Names of the site,
 * of accounts and roles ("admin") are no authors.
 * In: names as written. Out: one string. State: struct pageauthor. Memory: NAMES_MAX for each source. Time: linear. */
#include "ingest/html/pageauthor.h"
#include "common/json_text.h"
#include "common/text.h"
#include "ingest/html/entities.h"

#define NAME_MAX_BYTES 100
#define NAMES_MAX 1000

static struct buf *buffer(struct pageauthor *a, size_t i)
{
    struct buf *more[] = {&a->site, &a->said, &a->name};
    return i < AUTHOR_SOURCES ? &a->names[i] : more[i - AUTHOR_SOURCES];
}

#define BUFFERS (AUTHOR_SOURCES + 3)

void pageauthor_init(struct pageauthor *a)
{
    memset(a, 0, sizeof *a);
    for (size_t i = 0; i < BUFFERS; i++) buf_init(buffer(a, i), BUF_NO_MAX);
}

void pageauthor_free(struct pageauthor *a)
{
    for (size_t i = 0; i < BUFFERS; i++) buf_free(buffer(a, i));
}

void pageauthor_clear(struct pageauthor *a)
{
    for (size_t i = 0; i < BUFFERS; i++) buf_clear(buffer(a, i));
    a->several = false;
}

bool pageauthor_failed(const struct pageauthor *a)
{
    bool failed = a->site.failed || a->said.failed || a->name.failed;
    for (size_t i = 0; i < AUTHOR_SOURCES; i++) failed |= a->names[i].failed;
    return failed;
}

/* ------------------------------------------------------------------ names */

static bool has_part(struct slice s, const char *z)
{
    return slice_find(s, slice_str(z)) != NULL;
}

static bool is_name(struct slice s)
{
    static const char *const parts[] = {"://", "www.", ".com", ".net", ".org", "@", "<", "{", "[", "%", "\\"};
    static const char *const none[] = {"admin",   "administrator", "author", "authors",   "editor",
                                       "editors", "staff",         "user",   "unknown",   "guest",
                                       "none",    "null",          "n/a",    "undefined", "anonymous",
                                       "default", "root",          "test",   "webmaster"};
    bool letter = false, words = false, account = false;
    if (s.n < 2 || s.n > NAME_MAX_BYTES) return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        letter |= (c >= 'A' && c <= 'Z') || c >= 0x80; /* what has only small letters is an account */
        words |= c == ' ';
        account |= c == '_' || c == '.' || (c >= '0' && c <= '9');
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (has_part(s, parts[i])) return false;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (slice_eq_nocase(s, none[i])) return false;
    return letter && (words || !account) && *s.p != ',' && !has_part(s, ": ");
}

/* White space collapsed, without control characters, without "by" before it. The slice is in a->name. */
static struct slice clean(struct pageauthor *a, struct slice raw)
{
    struct buf *b = &a->name;
    buf_clear(b);
    for (size_t i = 0; i < raw.n; i++) {
        uint8_t c = (uint8_t)raw.p[i], next = i + 1 < raw.n ? (uint8_t)raw.p[i + 1] : 0;
        bool nbsp = c == 0xc2 && next == 0xa0;
        if (c == 0xc2 && next < 0xa1) i++;
        if (nbsp || c <= ' ') {
            if (b->n && b->p[b->n - 1] != ' ') buf_putc(b, ' ');
        } else if (c != 0x7f && !(c == 0xc2 && next < 0xa0)) {
            buf_putc(b, (char)c);
        }
    }
    struct slice s = slice_trim(slice_of(b->n ? b->p : "", b->n));
    if (s.n > 3 && slice_eq_nocase(slice_of(s.p, 3), "by ")) s = slice_trim(slice_of(s.p + 3, s.n - 3));
    return s;
}

/* The next letter or digit of a name, in lower case; 0: none. */
static char next_letter(struct slice s, size_t *i)
{
    while (*i < s.n) {
        char c = s.p[(*i)++];
        if (c >= 'A' && c <= 'Z') return (char)(c | 0x20);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80) return c;
    }
    return 0;
}

/* Whether a name is the site's, or begins so: "Docker Inc" of "Docker". A person's name may begin a site's. */
static bool is_site(struct slice name, struct slice site)
{
    size_t i = 0, j = 0;
    for (;;) {
        char a = next_letter(name, &i), b = next_letter(site, &j);
        if (!b) return j > 1;
        if (a != b) return false; /* a = 0, too: it is shorter */
    }
}

static bool has_name(struct slice names, struct slice name)
{
    for (size_t at = 0; at + name.n <= names.n;) {
        const char *end = slice_find(slice_of(names.p + at, names.n - at), slice_str("; "));
        size_t n = end ? (size_t)(end - names.p) - at : names.n - at;
        if (slice_eq(slice_of(names.p + at, n), name)) return true;
        at += n + 2;
    }
    return false;
}

static void add(struct pageauthor *a, struct buf *to, struct slice raw)
{
    struct slice name = clean(a, raw);
    if (!is_name(name) || to->n + name.n + 2 > NAMES_MAX) return;
    if (to->n && has_name(buf_slice(to), name)) return;
    if (to->n) buf_puts(to, "; ");
    buf_put_slice(to, name);
}

void pageauthor_meta(struct pageauthor *a, enum pageauthor_source source, struct slice content)
{
    if (content.n > NAMES_MAX) return;
    buf_clear(&a->said);
    entities_put(&a->said, content, true);
    add(a, &a->names[source], slice_of(a->said.n ? a->said.p : "", a->said.n));
}

/* Appends a name of JSON-LD, in which references are written too. */
static void add_json(struct pageauthor *a, struct buf *to, struct slice escaped)
{
    char plain[4 * NAME_MAX_BYTES];
    if (escaped.n > sizeof plain) return;
    int64_t n = json_unescape(plain, escaped.p, escaped.n);
    if (n <= 0) return;
    buf_clear(&a->said);
    entities_put(&a->said, slice_of(plain, (size_t)n), false);
    add(a, to, slice_of(a->said.n ? a->said.p : "", a->said.n));
}

void pageauthor_jsonld(struct pageauthor *a, const struct slice *names, size_t n)
{
    struct buf found;
    struct buf *known = &a->names[AUTHOR_JSONLD];
    if (n == 0) return;
    buf_init(&found, BUF_NO_MAX);
    for (size_t i = 0; i < n; i++) add_json(a, &found, names[i]);
    bool same = found.n == known->n && (found.n == 0 || memcmp(found.p, known->p, found.n) == 0);
    if (known->n && found.n && !same) a->several = true;
    if (!known->n && found.n) buf_put_slice(known, buf_slice(&found));
    if (found.failed) known->failed = true;
    buf_free(&found);
}

struct slice pageauthor_get(const struct pageauthor *a)
{
    struct slice site = slice_of(a->site.n ? a->site.p : "", a->site.n);
    for (size_t i = 0; i < AUTHOR_SOURCES; i++) {
        const struct buf *b = &a->names[i];
        if (b->n == 0) continue;
        struct slice names = buf_slice(b);
        if ((i == AUTHOR_JSONLD && a->several) || (site.n && is_site(names, site))) return slice_str("");
        return names;
    }
    return slice_str("");
}
