/* blocks.c: blocks and their tree, gathered while a page is read.
 *
 * In: what page.c sees. Out: struct blocks. State: the innermost open node, whether a link is open. Memory: see blocks.h.
 * Time: constant for each tag, and linear in the class, id and address of each. */
#include "ingest/extract/blocks.h"
#include "common/text.h"
#include <stdlib.h>

void blocks_init(struct blocks *b)
{
    memset(b, 0, sizeof *b);
    groups_init(&b->groups);
}

void blocks_free(struct blocks *b)
{
    free(b->block);
    free(b->node);
}

static bool grow(void **array, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) return true;
    size_t more = *cap ? 2 * *cap : 256;
    void *p = realloc(*array, more * size);
    if (!p) return false;
    *array = p;
    *cap = more;
    return true;
}

void blocks_begin(struct blocks *b)
{
    b->n = b->n_nodes = 0;
    b->at = 0;
    b->open = b->in_link = b->failed = b->ld_json = false;
    b->pending = (struct block){0};
    b->body = b->url = b->generator = 0;
    said_clear(&b->described);
    said_clear(&b->structured);
    b->claims = b->url_parts = b->url_words = 0;
    b->images = b->inputs = b->times = 0;
    if (!grow((void **)&b->node, &b->cap_nodes, 0, sizeof *b->node)) {
        b->failed = true;
        return;
    }
    b->node[b->n_nodes++] = (struct block_node){.path = 1};
}

void blocks_end(struct blocks *b)
{
    if (!b->failed) b->node[0].end = (uint32_t)b->n;
}

/* ------------------------------------------------------------------ elements */

static uint32_t state_of_tag(enum tag tag, unsigned flags)
{
    if (flags & IS_CONTROL) return STATE(CONTROL);
    switch (tag) {
    case TAG_NAV: return STATE(NAV);
    case TAG_ASIDE: return STATE(ASIDE);
    case TAG_HEADER: return STATE(HEADER);
    case TAG_FOOTER: return STATE(FOOTER);
    case TAG_MAIN: return STATE(MAIN);
    case TAG_ARTICLE: return STATE(ARTICLE);
    case TAG_SECTION: return STATE(SECTION);
    case TAG_FORM: return STATE(FORM);
    case TAG_LI: return STATE(LIST);
    case TAG_TH: return STATE(TH) | STATE(CELL);
    case TAG_TD: return STATE(CELL);
    case TAG_H1:
    case TAG_H2:
    case TAG_H3:
    case TAG_H4:
    case TAG_H5:
    case TAG_H6: return STATE(HEADING);
    case TAG_PRE: return STATE(PRE);
    case TAG_BLOCKQUOTE: return STATE(QUOTE);
    case TAG_FIGURE:
    case TAG_FIGCAPTION: return STATE(FIGURE);
    case TAG_DT:
    case TAG_DD: return STATE(DL);
    case TAG_NOSCRIPT: return STATE(NOSCRIPT);
    case TAG_DETAILS: return STATE(DETAILS);
    case TAG_DIALOG:
    case TAG_SEARCH: return STATE(ROLE);
    case TAG_P: return STATE(PARAGRAPH);
    default: return 0;
    }
}

static const struct {
    const char *name;
    uint32_t state;
} roles[] = {
    {"main", STATE(MAIN)},          {"navigation", STATE(NAV)},      {"banner", STATE(HEADER)},
    {"contentinfo", STATE(FOOTER)}, {"complementary", STATE(ASIDE)}, {"article", STATE(ARTICLE)},
    {"menu", STATE(NAV)},           {"menubar", STATE(NAV)},         {"search", STATE(ROLE)},
    {"dialog", STATE(ROLE)},        {"alert", STATE(ROLE)},          {"button", STATE(CONTROL)},
    {"tab", STATE(ROLE)},           {"tablist", STATE(ROLE)},        {"tooltip", STATE(ROLE)},
};

static uint32_t state_of_role(struct slice role)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (slice_eq_nocase(role, roles[i].name)) return roles[i].state;
    return 0;
}

static uint32_t state_of_prop(struct slice prop)
{
    static const char *const body[] = {"articlebody", "text", "description", "reviewbody", "mainentity"};
    for (size_t i = 0; i < sizeof body / sizeof *body; i++)
        if (slice_eq_nocase(prop, body[i])) return STATE(PROP_BODY);
    return STATE(PROP);
}

static void claim_type(struct blocks *b, struct slice type);

static int8_t clamp(int32_t n)
{
    return (int8_t)(n < -127 ? -127 : n > 127 ? 127 : n);
}

static void describe(struct blocks *b, struct block_node *o, const struct html_token *t)
{
    struct word_hints hints = {0};
    for (size_t i = 0; i < t->n_attrs; i++) {
        struct slice value = t->attrs[i].value;
        uint32_t ignored = 0;
        switch (t->attrs[i].attr) {
        case ATTR_CLASS: groups_of_names(&b->groups, value, &o->signature, &hints); break;
        case ATTR_ID: groups_of_names(&b->groups, value, &ignored, &hints); break;
        case ATTR_ROLE: o->state |= state_of_role(value); break;
        case ATTR_HIDDEN: o->state |= STATE(HIDDEN); break;
        case ATTR_ARIA_HIDDEN:
            if (slice_eq_nocase(value, "true")) o->state |= STATE(HIDDEN);
            break;
        case ATTR_STYLE:
            if (tags_style_hides(value)) o->state |= STATE(HIDDEN);
            break;
        case ATTR_ITEMPROP: o->state |= state_of_prop(value); break;
        case ATTR_ITEMTYPE: claim_type(b, value); break;
        default: break;
        }
    }
    o->own = hints.groups;
    o->weight = clamp(hints.weight);
    if (hints.least < o->path_least) o->path_least = hints.least;
    if (hints.most > o->path_most) o->path_most = hints.most;
    o->path_weight += o->weight;
}

uint32_t blocks_open(struct blocks *b, const struct html_token *t, unsigned flags)
{
    b->open = false;
    if (b->off || b->n_nodes == BLOCKS_MAX || b->failed) return 0;
    if (!grow((void **)&b->node, &b->cap_nodes, b->n_nodes, sizeof *b->node)) {
        b->failed = true;
        return 0;
    }
    const struct block_node *parent = &b->node[b->at];
    struct block_node *o = &b->node[b->n_nodes];
    *o = (struct block_node){.parent = b->at,
                             .first = (uint32_t)b->n,
                             .end = (uint32_t)b->n,
                             .depth = (uint16_t)(parent->depth + 1),
                             .signature = ((uint32_t)t->tag + 1) * 0x9e3779b1U,
                             .tag = (uint8_t)t->tag,
                             .path_weight = parent->path_weight,
                             .path_least = parent->path_least,
                             .path_most = parent->path_most,
                             .state = parent->state | state_of_tag(t->tag, flags)};
    describe(b, o, t);
    o->all = parent->all | o->own;
    o->path = (parent->path ^ o->signature) * 0xc2b2ae35U;
    b->at = (uint32_t)b->n_nodes++;
    return b->at;
}

void blocks_close(struct blocks *b, uint32_t node)
{
    if (node == 0) return; /* inside a run of text, or one for which there was no room */
    b->open = false;
    if (node != b->at) return;
    b->node[node].end = (uint32_t)b->n;
    b->at = b->node[node].parent;
}

void blocks_text(struct blocks *b, size_t start, size_t end)
{
    if (start == end || b->failed || b->off) return;
    if (!b->open && b->n < BLOCKS_MAX) {
        if (!grow((void **)&b->block, &b->cap, b->n, sizeof *b->block)) {
            b->failed = true;
            return;
        }
        struct block *fresh = &b->block[b->n++];
        *fresh = b->pending;
        fresh->start = start;
        fresh->node = b->at;
        b->pending = (struct block){0};
        b->open = true;
    }
    struct block *last = &b->block[b->n - 1];
    last->end = end;
    if (b->in_link) last->link_bytes += (uint32_t)(end - start);
}

/* ------------------------------------------------------------------ what a page says of itself */

static const struct {
    const char *name;
    enum page_claim claim;
} types[] = {
    {"Article", CLAIM_ARTICLE},       {"NewsArticle", CLAIM_ARTICLE},
    {"BlogPosting", CLAIM_ARTICLE},   {"TechArticle", CLAIM_ARTICLE},
    {"Report", CLAIM_ARTICLE},        {"Product", CLAIM_PRODUCT},
    {"ProductGroup", CLAIM_PRODUCT},  {"Offer", CLAIM_PRODUCT},
    {"QAPage", CLAIM_FORUM},          {"DiscussionForumPosting", CLAIM_FORUM},
    {"ItemList", CLAIM_LIST},         {"CollectionPage", CLAIM_LIST},
    {"OfferCatalog", CLAIM_LIST},     {"SearchResultsPage", CLAIM_LIST},
    {"FAQPage", CLAIM_FAQ},           {"Service", CLAIM_SERVICE},
    {"LocalBusiness", CLAIM_SERVICE}, {"SoftwareApplication", CLAIM_SERVICE},
    {"Recipe", CLAIM_RECIPE},         {"BreadcrumbList", CLAIM_BREADCRUMB},
    {"Review", CLAIM_REVIEW},         {"AggregateRating", CLAIM_REVIEW},
    {"Event", CLAIM_EVENT},           {"Course", CLAIM_EVENT},
    {"JobPosting", CLAIM_EVENT},      {"Blog", CLAIM_BLOG},
    {"Comment", CLAIM_COMMENT},       {"UserComments", CLAIM_COMMENT},
};

/* A schema.org type, with or without its address. */
static void claim_type(struct blocks *b, struct slice type)
{
    for (size_t i = type.n; i-- > 0;)
        if (type.p[i] == '/' || type.p[i] == '#') {
            type = slice_of(type.p + i + 1, type.n - i - 1);
            break;
        }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq_nocase(type, types[i].name)) b->claims |= (uint32_t)1 << types[i].claim;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Each string behind "@type", in a list too. */
void blocks_ld_json(struct blocks *b, struct slice text)
{
    const struct slice key = slice_str("\"@type\"");
    const char *end = text.p + text.n, *p;
    b->ld_json = false;
    said_add_json(&b->structured, text);
    while ((p = slice_find(text, key))) {
        p += key.n;
        while (p < end && (is_space(*p) || *p == ':' || *p == '[')) p++;
        if (p < end && *p == '"') {
            const char *from = ++p;
            while (p < end && *p != '"') p++;
            claim_type(b, slice_of(from, (size_t)(p - from)));
        }
        text = slice_of(p, (size_t)(end - p));
    }
}

static void take_address(struct blocks *b, struct slice url)
{
    uint32_t ignored = 0;
    const char *p = slice_find(url, slice_str("://"));
    if (!p || b->url_parts) return;
    struct slice path = slice_of(p + 3, url.n - (size_t)(p + 3 - url.p));
    size_t i = 0;
    while (i < path.n && path.p[i] != '/') i++;
    path = slice_of(path.p + i, path.n - i);
    struct word_hints hints = {0};
    groups_of_names(&b->groups, path, &ignored, &hints);
    b->url = hints.groups;
    b->url_parts = 1;
    for (i = 0; i + 1 < path.n; i++) {
        if (path.p[i] == '/') {
            b->url_parts++;
            b->url_words = 1;
        } else if (path.p[i] == '-' || path.p[i] == '_') {
            b->url_words++;
        }
    }
}

static void take_og_type(struct blocks *b, struct slice value)
{
    enum page_claim claim = slice_eq_nocase(value, "article")   ? CLAIM_OG_ARTICLE
                            : slice_eq_nocase(value, "website") ? CLAIM_OG_SITE
                            : value.n >= 7 && slice_eq_nocase(slice_of(value.p, 7), "product")
                                ? CLAIM_OG_PRODUCT
                                : CLAIM_OG_OTHER;
    b->claims |= (uint32_t)1 << claim;
}

static void take_meta(struct blocks *b, const struct html_token *t)
{
    const struct html_attr *content = html_attr(t, ATTR_CONTENT), *name = html_attr(t, ATTR_PROPERTY);
    uint32_t ignored = 0;
    if (!name) name = html_attr(t, ATTR_NAME);
    if (!content || !name) return;
    if (slice_eq_nocase(name->value, "description") || slice_eq_nocase(name->value, "og:description"))
        said_add(&b->described, content->value);
    if (slice_eq_nocase(name->value, "og:type")) take_og_type(b, slice_trim(content->value));
    if (slice_eq_nocase(name->value, "og:url")) take_address(b, content->value);
    if (slice_eq_nocase(name->value, "generator")) {
        struct word_hints hints = {0};
        groups_of_names(&b->groups, content->value, &ignored, &hints);
        b->generator |= hints.groups;
    }
}

static bool has_value(const struct html_token *t, enum attr attr, const char *value)
{
    const struct html_attr *a = html_attr(t, attr);
    return a && slice_eq_nocase(slice_trim(a->value), value);
}

void blocks_tag(struct blocks *b, const struct html_token *t)
{
    const struct html_attr *a;
    uint32_t ignored = 0;
    if (b->off) return;
    switch (t->tag) {
    case TAG_A:
        b->in_link = html_attr(t, ATTR_HREF) != NULL;
        if (b->open)
            b->block[b->n - 1].links++;
        else
            b->pending.links++;
        break;
    case TAG_IMG:
        b->images++;
        if (b->open)
            b->block[b->n - 1].images++;
        else
            b->pending.images++;
        break;
    case TAG_BR:
        if (b->open) b->block[b->n - 1].breaks++;
        break;
    case TAG_B:
    case TAG_STRONG:
        if (b->open)
            b->block[b->n - 1].strong++;
        else
            b->pending.strong++;
        break;
    case TAG_TIME:
        b->times++;
        if (b->open)
            b->block[b->n - 1].times++;
        else
            b->pending.times++;
        break;
    case TAG_INPUT:
        b->inputs++;
        if (!b->failed) b->node[b->at].inputs++;
        break;
    case TAG_META: take_meta(b, t); break;
    case TAG_LINK:
        if (has_value(t, ATTR_REL, "canonical") && (a = html_attr(t, ATTR_HREF))) take_address(b, a->value);
        break;
    case TAG_BODY:
        if ((a = html_attr(t, ATTR_CLASS))) {
            struct word_hints hints = {0};
            groups_of_names(&b->groups, a->value, &ignored, &hints);
            b->body |= hints.groups;
        }
        break;
    case TAG_SCRIPT: b->ld_json = has_value(t, ATTR_TYPE, "application/ld+json"); break;
    default: break;
    }
}

void blocks_link_end(struct blocks *b)
{
    b->in_link = false;
}
