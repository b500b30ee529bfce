/* jsonld.c: reads JSON-LD for dates and authors, and forgives what is no JSON.
 *
 * Pages hold JSON with raw line ends, trailing commas and comments around it, so this is no parser: it follows strings,
 * braces and brackets, and knows of each open object its kind, dates and authors. In: a script's text. Out: calls to a sink.
 * State: the open objects, 64 at most; deeper ones are counted only. Time: linear. */
#include "ingest/html/jsonld.h"
#include "common/text.h"

#define DEPTH 64

struct level {
    bool object, types; /* types: an array that is the value of "@type" */
    size_t owner;       /* index + 1 of the object whose author this is, or whose list of authors; 0: none */
    bool body;          /* an organisation */
    struct slice created, name;
    struct jsonld_object is;
};

struct scan {
    const char *p, *end;
    struct level open[DEPTH];
    size_t depth; /* may pass DEPTH */
    struct slice key;
    bool has_key;
    jsonld_sink sink;
    void *ctx;
};

static struct level *top(struct scan *s)
{
    return s->depth > 0 && s->depth <= DEPTH ? &s->open[s->depth - 1] : NULL;
}

static enum jsonld_kind kind_of(struct slice type)
{
    static const char *const articles[] = {"Question", "Recipe", "Report", "HowTo", NULL};
    static const char *const pages[] = {"WebPage", "ItemPage",       "AboutPage",
                                        "FAQPage", "MedicalWebPage", NULL};
    for (size_t i = type.n; i-- > 0;) /* "https://schema.org/Article" */
        if (type.p[i] == '/' || type.p[i] == ':') {
            type = slice_of(type.p + i + 1, type.n - i - 1);
            break;
        }
    if (slice_has_suffix(type, "Article") || slice_has_suffix(type, "Posting")) return JSONLD_ARTICLE;
    for (size_t i = 0; articles[i]; i++)
        if (slice_is(type, articles[i])) return JSONLD_ARTICLE;
    for (size_t i = 0; pages[i]; i++)
        if (slice_is(type, pages[i])) return JSONLD_PAGE;
    return JSONLD_OTHER;
}

static void skip_space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r')) s->p++;
}

/* p is behind the opening quote. */
static struct slice take_string(struct scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && *s->p != '"') s->p += *s->p == '\\' && s->p + 1 < s->end ? 2 : 1;
    struct slice text = slice_of(from, (size_t)(s->p - from));
    if (s->p < s->end) s->p++;
    return text;
}

static void take_type(struct level *at, struct slice type)
{
    struct jsonld_object *is = &at->is;
    enum jsonld_kind kind = kind_of(type);
    at->body |= slice_has_suffix(type, "Organization") || slice_has_suffix(type, "Corporation") ||
                slice_has_suffix(type, "WebSite") || slice_has_suffix(type, "Brand");
    if (kind > is->kind) is->kind = kind;
    if (slice_has_suffix(type, "JobPosting")) is->kind = JSONLD_OTHER;
}

static void add_author(struct jsonld_object *is, struct slice name)
{
    if (is->n_authors < JSONLD_AUTHORS) is->authors[is->n_authors++] = name;
}

/* A member's value, as written. */
static void take_member(struct scan *s, struct level *at, struct slice value)
{
    if (slice_is(s->key, "@type")) take_type(at, value);
    if (slice_is(s->key, "datePublished")) at->is.published = value;
    if (slice_is(s->key, "dateCreated")) at->created = value;
    if (slice_is(s->key, "dateModified")) at->is.modified = value;
    if (slice_is(s->key, "author")) add_author(&at->is, value);
    if (slice_is(s->key, "name")) at->name = value;
}

static void take_value(struct scan *s, struct level *at, struct slice value)
{
    if (at->types && s->depth > 1)
        take_type(at - 1, value);
    else if (at->object && s->has_key)
        take_member(s, at, value);
    else if (!at->object && at->owner)
        add_author(&s->open[at->owner - 1].is, value);
}

static void take_quoted(struct scan *s)
{
    struct slice text = take_string(s);
    struct level *at = top(s);
    skip_space(s);
    if (at && at->object && !s->has_key && s->p < s->end && *s->p == ':') {
        s->p++;
        s->key = text;
        s->has_key = true;
        return;
    }
    if (at) take_value(s, at, text);
    s->has_key = false;
}

/* Whose author is what opens inside `parent`; 0: nobody's. */
static size_t owner_of(const struct scan *s, const struct level *parent)
{
    if (!parent) return 0;
    if (!parent->object) return parent->owner;
    return s->has_key && slice_is(s->key, "author") ? s->depth : 0;
}

static void open_level(struct scan *s, bool object)
{
    struct level *parent = top(s);
    bool types = !object && parent && parent->object && s->has_key && slice_is(s->key, "@type");
    size_t owner = owner_of(s, parent);
    s->depth++;
    struct level *at = top(s);
    if (at) {
        at->object = object;
        at->types = types;
        at->owner = owner;
        at->body = false;
        at->created = at->name = slice_str("");
        at->is.kind = JSONLD_OTHER;
        at->is.published = at->is.modified = slice_str("");
        at->is.n_authors = 0;
    }
    s->has_key = false;
}

static void close_level(struct scan *s)
{
    struct level *at = top(s);
    if (at && at->object) {
        if (!at->is.published.n && at->is.kind == JSONLD_ARTICLE) at->is.published = at->created;
        if (at->owner && at->name.n && !at->body) add_author(&s->open[at->owner - 1].is, at->name);
        if (at->is.published.n || at->is.modified.n || at->is.n_authors) s->sink(s->ctx, &at->is);
    }
    if (s->depth) s->depth--;
    s->has_key = false;
}

void jsonld_scan(struct slice text, jsonld_sink sink, void *ctx)
{
    struct scan s;
    s.p = text.p;
    s.end = text.p + text.n;
    s.depth = 0;
    s.key = slice_str("");
    s.has_key = false;
    s.sink = sink;
    s.ctx = ctx;
    while (s.p < s.end) {
        switch (*s.p++) {
        case '"': take_quoted(&s); break;
        case '{': open_level(&s, true); break;
        case '[': open_level(&s, false); break;
        case '}':
        case ']': close_level(&s); break;
        case ',': s.has_key = false; break;
        default: break;
        }
    }
}
