/* jsonld.c: reads JSON-LD for dates, and forgives what is no JSON.
 *
 * Pages hold JSON with raw line ends, trailing commas and comments around it, so this is no parser: it follows strings,
 * braces and brackets, and knows of each open object its kind and its date. In: a script's text. Out: calls to a sink.
 * State: the open objects, 64 at most; deeper ones are counted only. Time: linear. */
#include "ingest/jsonld.h"
#include "common/text.h"

#define DEPTH 64

struct level {
    bool object, types; /* types: an array that is the value of "@type" */
    enum jsonld_kind kind;
    struct slice published, created, modified;
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

static void take_value(struct scan *s, struct level *at, struct slice value)
{
    struct level *object = at;
    bool type = at->object && s->has_key && slice_is(s->key, "@type");
    if (at->types && s->depth > 1) {
        object = at - 1;
        type = true;
    }
    enum jsonld_kind kind = type ? kind_of(value) : JSONLD_OTHER;
    if (kind > object->kind) object->kind = kind;
    if (type && slice_has_suffix(value, "JobPosting")) object->kind = JSONLD_OTHER;
    if (!at->object || !s->has_key) return;
    if (slice_is(s->key, "datePublished")) object->published = value;
    if (slice_is(s->key, "dateCreated")) object->created = value;
    if (slice_is(s->key, "dateModified")) object->modified = value;
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

static void open_level(struct scan *s, bool object)
{
    struct level *parent = top(s);
    bool types = !object && parent && parent->object && s->has_key && slice_is(s->key, "@type");
    s->depth++;
    struct level *at = top(s);
    if (at) *at = (struct level){.object = object, .types = types};
    s->has_key = false;
}

static void close_level(struct scan *s)
{
    const struct level *at = top(s);
    if (at && at->object) {
        struct slice date = at->published.n || at->kind != JSONLD_ARTICLE ? at->published : at->created;
        if (date.n || at->modified.n) s->sink(s->ctx, at->kind, date, at->modified);
    }
    if (s->depth) s->depth--;
    s->has_key = false;
}

void jsonld_scan(struct slice text, jsonld_sink sink, void *ctx)
{
    struct scan s = {.p = text.p, .end = text.p + text.n, .sink = sink, .ctx = ctx};
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
