/* page.c: from HTML tokens to marked text.
 *
 * One pass. Inline elements that mean nothing are not even pushed; an end tag is looked for only when an element of its
 * name is open, and closing pops what it passes, so that the work is linear in the number of tags (a stopped search costs
 * at most PAGE_DEPTH steps). A page whose tags never close costs no more than one that is well formed.
 *
 * In: a page. Out: struct page. State: the open elements. Memory: see page.h. Source of the rules of nesting: HTML
 * Standard, 13.2.6 (simplified: no foster parenting, no reconstruction of formatting elements). */
#include "ingest/html/page.h"
#include "common/text.h"
#include "ingest/html/entities.h"
#include "ingest/html/pagetitle.h"
#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Words in class or id that say "not the content". */
static const uint64_t furniture_groups = GROUP(NAV) | GROUP(MENU) | GROUP(SIDEBAR) | GROUP(FOOTER) |
                                         GROUP(BREADCRUMB) | GROUP(TOC) | GROUP(COOKIE) | GROUP(SHARE) |
                                         GROUP(AD) | GROUP(NEWSLETTER) | GROUP(MODAL) | GROUP(PAGER) |
                                         GROUP(RELATED);

void page_init(struct page *p)
{
    memset(p, 0, sizeof *p);
    buf_init(&p->text, BUF_NO_MAX);
    buf_init(&p->title, BUF_NO_MAX);
    pagemeta_init(&p->meta);
    notes_init(&p->notes);
    blocks_init(&p->blocks);
    formula_init(&p->formula);
}

void page_free(struct page *p)
{
    buf_free(&p->text);
    buf_free(&p->title);
    pagemeta_free(&p->meta);
    notes_free(&p->notes);
    free(p->spans);
    blocks_free(&p->blocks);
    formula_free(&p->formula);
}

/* ------------------------------------------------------------------ text */

enum { T_WORD, T_SPACE, T_CONTROL, T_AMP, T_C2 };

static const uint8_t text_class[256] = {
    [0 ... 8] = T_CONTROL, ['\t'] = T_SPACE,  ['\n'] = T_SPACE,        [11] = T_CONTROL,
    ['\f'] = T_SPACE,      ['\r'] = T_SPACE,  [14 ... 31] = T_CONTROL, [' '] = T_SPACE,
    ['&'] = T_AMP,         [127] = T_CONTROL, [0xc2] = T_C2,
};

/* Where text goes: the page's, or its title. */
struct sink {
    struct buf *b;
    bool *space;
    bool pre;
};

static bool at_line_start(const struct buf *b)
{
    return b->n == 0 || (uint8_t)b->p[b->n - 1] <= MARK_LAST;
}

static inline void put_space(struct sink *s)
{
    if (*s->space && !at_line_start(s->b)) s->b->p[s->b->n++] = ' ';
    *s->space = false;
}

/* Room was reserved by the caller. */
static inline void put_word(struct sink *s, const char *p, size_t n)
{
    put_space(s);
    memcpy(s->b->p + s->b->n, p, n);
    s->b->n += n;
}

static void put_white(struct sink *s, char c)
{
    if (!s->pre)
        *s->space = true;
    else if (c != '\r' && c != '\f')
        s->b->p[s->b->n++] = c;
}

/* One character that a reference gave, or that stands behind 0xC2: white space, a control character, or a word's. */
static void put_char(struct sink *s, const char *p, size_t n)
{
    uint8_t c = (uint8_t)*p;
    if (n == 2 && c == 0xc2 && (uint8_t)p[1] < 0xa0) return; /* C1 controls */
    if (n == 2 && c == 0xc2 && (uint8_t)p[1] == 0xa0)        /* no-break space */
        put_white(s, ' ');
    else if (n == 1 && text_class[c] == T_SPACE)
        put_white(s, *p);
    else if (n != 1 || text_class[c] != T_CONTROL)
        put_word(s, p, n);
}

static const char *put_reference(struct sink *s, const char *p, const char *end)
{
    char out[ENTITY_BYTES];
    size_t n = 0, taken = entity_decode(p, end, false, out, &n);
    if (taken)
        put_char(s, out, n);
    else
        put_word(s, p, taken = 1);
    return p + taken;
}

/* One space between two words: it stays, so that words are copied many at a time. */
static inline bool is_plain_space(const char *from, const char *p, const char *end)
{
    return *p == ' ' && p > from && p + 1 < end && text_class[(uint8_t)p[1]] == T_WORD;
}

#if defined(__SSE2__)
/* How many of the 15 bytes at p, which stands in a word or behind one, are of words and single spaces between them. Of the
 * sixteenth what follows is not known. */
static inline unsigned plain_bytes(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p), blank = _mm_set1_epi8(' ');
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, blank), v); /* blanks and controls */
    __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('&')), _mm_cmpeq_epi8(v, _mm_set1_epi8(127)));
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xc2)));
    unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, odd));
    unsigned lone = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, blank)) & ~(stops >> 1);
    return (unsigned)__builtin_ctz((stops & ~lone) | 1U << 15);
}
#endif

/* From p to the end of what is copied as it stands. */
static const char *skip_plain(const char *p, const char *end)
{
    const char *from = p;
    if (p == end || text_class[(uint8_t)*p] != T_WORD) return p;
#if defined(__SSE2__)
    while (end - p >= 16) {
        unsigned n = plain_bytes(p);
        p += n;
        if (n < 15) return p;
    }
#endif
    while (p < end && (text_class[(uint8_t)*p] == T_WORD || is_plain_space(from, p, end))) p++;
    return p;
}

/* Appends text with white space collapsed (kept in <pre>) and control characters removed. */
static int put_text(struct sink *s, struct slice text, bool references)
{
    if (buf_reserve(s->b, text.n + text.n / 2 + 8) < 0)
        return -1; /* "&nGt;" gives 6 bytes for 5, and a space each */
    for (const char *p = text.p, *end = p + text.n; p < end;) {
        const char *from = p;
        p = skip_plain(p, end);
        if (p > from) put_word(s, from, (size_t)(p - from));
        if (p == end) break;
        uint8_t class = text_class[(uint8_t)*p];
        if (class == T_SPACE && !s->pre) {
            *s->space = true;
            while (p < end && text_class[(uint8_t)*p] == T_SPACE) p++;
            continue;
        }
        if (class == T_AMP && references) {
            p = put_reference(s, p, end);
            continue;
        }
        size_t n = class == T_C2 && end - p > 1 ? 2 : 1;
        if (class == T_AMP)
            put_word(s, p, 1);
        else
            put_char(s, p, n);
        p += n;
    }
    return 0;
}

/* ------------------------------------------------------------------ marks and spans */

/* Marks of which the later ones say nothing new are left out. */
static void put_mark(struct page *p, enum page_mark mark)
{
    p->space = false;
    size_t n = p->text.n;
    if (mark <= MARK_PARAGRAPH && n > p->last_mark) {
        char last = p->text.p[n - 1];
        if (last == MARK_PARAGRAPH || (last == MARK_LINE && mark == MARK_LINE)) return;
    }
    if (buf_putc(&p->text, (char)mark) < 0) p->failed = true;
}

static int32_t open_span(struct page *p, enum page_span_kind kind)
{
    if (p->n_spans == PAGE_SPANS) return -1;
    if (p->n_spans == p->cap_spans) {
        size_t cap = p->cap_spans ? 2 * p->cap_spans : 64;
        struct page_span *more = realloc(p->spans, cap * sizeof *more);
        if (!more) {
            p->failed = true;
            return -1;
        }
        p->spans = more;
        p->cap_spans = cap;
    }
    if (p->space && buf_reserve(&p->text, 1) == 0) put_space(&(struct sink){&p->text, &p->space, false});
    p->last_mark = p->text.n;
    p->spans[p->n_spans] = (struct page_span){p->text.n, SIZE_MAX, kind, p->content > 0};
    return (int32_t)p->n_spans++;
}

/* ------------------------------------------------------------------ the open elements */

static uint32_t *count_of(struct page *p, enum tag tag, uint32_t hash)
{
    return &p->counts[tag == TAG_OTHER ? TAG_COUNT + hash % PAGE_NAMES : (unsigned)tag];
}

static bool is_content(const struct page *p, const struct page_open *o)
{
    return o->span >= 0 && p->spans[o->span].kind >= SPAN_MAIN;
}

static enum page_mark block_mark(const struct page *p, enum tag tag, unsigned flags)
{
    bool inner_list = p->lists > 0 && (flags & IS_LIST);
    return (flags & IS_PARAGRAPH) && !inner_list ? MARK_PARAGRAPH : MARK_LINE;
}

static void pop(struct page *p)
{
    struct page_open *o = &p->open[--p->depth];
    blocks_close(&p->blocks, o->node);
    unsigned flags = tag_flags(o->tag);
    --*count_of(p, o->tag, o->hash);
    if (o->unseen) p->unseen--;
    if (is_content(p, o)) p->content--;
    if (flags & IS_LIST) p->lists--;
    if (o->tag == TAG_H1 && !p->h1_end && p->text.n > p->h1_start) p->h1_end = p->text.n;
    if (o->tag == TAG_PRE || o->tag == TAG_LISTING || o->tag == TAG_XMP) p->pre--;
    if (o->note) notes_end(&p->notes, o->note, &p->text);
    if (o->span >= 0) {
        p->spans[o->span].end = p->text.n;
        p->last_mark = p->text.n;
    }
    if (!p->unseen && (flags & (IS_PARAGRAPH | IS_LINE)))
        put_mark(p, o->tag == TAG_LI ? MARK_ITEM_END : block_mark(p, o->tag, flags));
}

/* kind: of the span that it opens; -1: none, unless its names say otherwise. */
static void push(struct page *p, const struct html_token *t, unsigned flags, int kind, uint32_t note)
{
    if (p->depth == PAGE_DEPTH) {
        p->deeper++;
        return;
    }
    bool inside = kind < 0 && (flags & IS_CODE) && !(flags & (IS_PARAGRAPH | IS_LINE)); /* a run of text */
    uint32_t node = p->unseen || inside ? 0 : blocks_open(&p->blocks, t, flags);
    bool may_be_furniture = (flags & IS_BLOCK) && kind < SPAN_MAIN && kind != SPAN_FURNITURE;
    if (node && may_be_furniture && (p->blocks.node[node].own & furniture_groups)) kind = SPAN_SUSPECT;
    int32_t span = kind < 0 ? -1 : open_span(p, (enum page_span_kind)kind);
    struct page_open *o = &p->open[p->depth++];
    *o = (struct page_open){t->tag, t->hash, span, note, node, (flags & IS_UNSEEN) != 0, false};
    ++*count_of(p, t->tag, t->hash);
    if (o->unseen) p->unseen++;
    if (is_content(p, o)) p->content++;
    if (flags & IS_LIST) p->lists++;
    if (t->tag == TAG_H1 && !p->h1_end) p->h1_start = p->text.n;
    if (t->tag == TAG_PRE || t->tag == TAG_LISTING || t->tag == TAG_XMP) p->pre++;
}

/* Pops up to and with the innermost element of one of two names, unless an element with a flag of `stops`, or of the tag
 * `stop`, lies before it. */
static void close_inner(struct page *p, enum tag a, enum tag b, unsigned stops, enum tag stop)
{
    if (!p->counts[a] && !p->counts[b]) return;
    for (size_t i = p->depth; i-- > 0;) {
        enum tag tag = p->open[i].tag;
        if (tag == a || tag == b) {
            while (p->depth > i) pop(p);
            return;
        }
        if (tag == stop || (tag_flags(tag) & stops)) return;
    }
}

/* What a start tag closes without an end tag. */
static void close_implied(struct page *p, enum tag tag, unsigned flags)
{
    switch (tag) {
    case TAG_LI: close_inner(p, TAG_LI, TAG_LI, IS_LIST | IS_SCOPE, TAG_OTHER); break;
    case TAG_DD:
    case TAG_DT: close_inner(p, TAG_DD, TAG_DT, IS_SCOPE, TAG_DL); break;
    case TAG_TD:
    case TAG_TH: close_inner(p, TAG_TD, TAG_TH, 0, TAG_TABLE); break;
    case TAG_TR: close_inner(p, TAG_TR, TAG_TR, 0, TAG_TABLE); break;
    case TAG_TBODY:
    case TAG_TFOOT: close_inner(p, TAG_TBODY, TAG_THEAD, 0, TAG_TABLE); break;
    case TAG_OPTION: close_inner(p, TAG_OPTION, TAG_OPTION, IS_CONTROL, TAG_OTHER); break;
    case TAG_OPTGROUP: close_inner(p, TAG_OPTGROUP, TAG_OPTION, IS_CONTROL, TAG_OTHER); break;
    default: break;
    }
    if (flags & IS_CLOSES_P) close_inner(p, TAG_P, TAG_P, IS_SCOPE | IS_CONTROL, TAG_OTHER);
}

static void end_tag(struct page *p, const struct html_token *t)
{
    unsigned flags = tag_flags(t->tag);
    bool block = flags & (IS_PARAGRAPH | IS_LINE | IS_SCOPE | IS_LIST | IS_CONTROL);
    if (t->tag == TAG_BR || (t->tag == TAG_P && !p->counts[TAG_P])) {
        if (!p->unseen) put_mark(p, t->tag == TAG_P ? MARK_PARAGRAPH : MARK_BREAK);
        return;
    }
    if (p->deeper) {
        p->deeper--;
        return;
    }
    if (!*count_of(p, t->tag, t->hash)) return;
    for (size_t i = p->depth; i-- > 0;) {
        const struct page_open *o = &p->open[i];
        if (o->tag == t->tag && (o->tag != TAG_OTHER || o->hash == t->hash)) {
            while (p->depth > i) pop(p);
            return;
        }
        unsigned passed = tag_flags(o->tag);
        bool table_part =
            t->tag == TAG_TABLE || t->tag == TAG_TR || t->tag == TAG_TBODY || t->tag == TAG_THEAD;
        if ((passed & IS_SCOPE) && !(table_part && o->tag != TAG_TABLE)) return;
        if (!block && (passed & (IS_PARAGRAPH | IS_LINE))) return;
    }
}

/* ------------------------------------------------------------------ what attributes say */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_letter(char c)
{
    return is_lower((char)(c | 0x20));
}

static bool role_is(struct slice role, const char *const *names)
{
    for (; *names; names++)
        if (slice_eq_nocase(role, *names)) return true;
    return false;
}

static const char *const furniture_roles[] = {
    "navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog", NULL};

/* The kind of span that an element opens; -1: none. */
static int span_kind(const struct html_token *t, unsigned flags)
{
    int kind = flags & IS_MAIN ? SPAN_MAIN : flags & IS_ARTICLE ? SPAN_ARTICLE : -1;
    if (t->tag == TAG_NOSCRIPT) return SPAN_NOSCRIPT;
    if (flags & (IS_FURNITURE | IS_CONTROL)) kind = t->tag == TAG_HEADER ? SPAN_HEADER : SPAN_FURNITURE;
    for (size_t i = 0; i < t->n_attrs && kind != SPAN_FURNITURE; i++) {
        struct slice value = t->attrs[i].value;
        bool suspect = false;
        switch (t->attrs[i].attr) {
        case ATTR_ROLE:
            if (slice_eq_nocase(value, "main")) kind = SPAN_MAIN;
            if (role_is(value, furniture_roles)) kind = SPAN_FURNITURE;
            break;
        case ATTR_HIDDEN: suspect = true; break;
        case ATTR_ARIA_HIDDEN: suspect = slice_eq_nocase(value, "true"); break;
        case ATTR_STYLE: suspect = tags_style_hides(value); break;
        default: break;
        }
        if (suspect && kind != SPAN_FURNITURE) kind = SPAN_SUSPECT;
    }
    return kind;
}

static void take_lang(struct page *p, const struct html_token *t)
{
    const struct html_attr *a = html_attr(t, ATTR_LANG);
    if (!a) a = html_attr(t, ATTR_XML_LANG);
    if (!a || p->lang[0]) return;
    struct slice lang = slice_trim(a->value);
    for (size_t i = 0; i < lang.n; i++)
        if (!is_letter(lang.p[i]) && (lang.p[i] < '0' || lang.p[i] > '9') && lang.p[i] != '-' &&
            lang.p[i] != '_')
            return;
    if (lang.n < sizeof p->lang) memcpy(p->lang, lang.p, lang.n);
}

/* ------------------------------------------------------------------ start tags */

static void start_marks(struct page *p, enum tag tag, unsigned flags)
{
    struct page_open *parent = p->depth ? &p->open[p->depth - 1] : NULL;
    if (p->unseen) return;
    if (tag == TAG_BR && p->pre)
        p->failed |= buf_putc(&p->text, '\n') < 0;
    else if (tag == TAG_BR)
        put_mark(p, MARK_BREAK);
    else if (tag == TAG_TD || tag == TAG_TH)
        put_mark(p, MARK_CELL);
    else if (tag == TAG_LI) {
        put_mark(p, parent && parent->has_items ? MARK_NEXT_ITEM : MARK_ITEM);
        if (parent) parent->has_items = true;
    } else if (flags & (IS_PARAGRAPH | IS_LINE))
        put_mark(p, block_mark(p, tag, flags));
}

/* Whether the element must be followed to its end. Code is for any markup, so that what is open, and so chosen, does not depend
 * on the markup. */
static bool matters(struct page *p, const struct html_token *t, unsigned flags, int kind)
{
    const unsigned followed = IS_PARAGRAPH | IS_LINE | IS_SCOPE | IS_LIST | IS_UNSEEN | IS_CONTROL | IS_CODE;
    return kind >= 0 || (flags & followed) || t->tag == TAG_TBODY || t->tag == TAG_THEAD ||
           *count_of(p, t->tag, t->hash);
}

static void start_tag(struct page *p, struct html *h, const struct html_token *t)
{
    unsigned flags = tag_flags(t->tag);
    if (t->tag == TAG_HTML) take_lang(p, t);
    if (flags & IS_META) pagemeta_tag(&p->meta, t);
    if (!p->unseen) blocks_tag(&p->blocks, t);
    if (t->tag == TAG_HTML || t->tag == TAG_BODY || t->tag == TAG_HEAD) return;
    if (p->counts[TAG_SVG] && h->content != HTML_DATA) { /* foreign content has no raw text */
        h->content = HTML_DATA;
        return;
    }
    if (h->content != HTML_DATA && (flags & IS_UNSEEN)) {
        p->muted = true;
        p->in_title = t->tag == TAG_TITLE && p->title.n == 0 && !p->unseen;
        return;
    }
    close_implied(p, t->tag, flags);
    start_marks(p, t->tag, flags);
    int kind = (flags & IS_VOID) || p->unseen ? -1 : span_kind(t, flags);
    uint32_t note = 0;
    bool noted =
        p->markdown || p->notes.n_tables || t->tag == TAG_TABLE; /* tables matter to plain text too */
    if (noted && !p->unseen && p->depth < PAGE_DEPTH) note = notes_start(&p->notes, t, p->text.n);
    if ((flags & IS_VOID) || !matters(p, t, flags, kind)) return;
    push(p, t, flags, kind, note);
    p->pre_start = t->tag == TAG_PRE || t->tag == TAG_LISTING;
}

/* Appends what is shown. */
static void put_shown(struct page *p, struct slice text, bool references)
{
    struct sink s = {&p->text, &p->space, p->pre > 0};
    size_t start = p->text.n;
    if (put_text(&s, text, references) < 0) p->failed = true;
    blocks_text(&p->blocks, start, p->text.n);
}

static void put_formula(struct page *p)
{
    if (p->unseen) return;
    put_shown(p, buf_slice(&p->formula.text), false);
    formula_written(&p->formula, p->text.n);
}

/* A raised number that would be read as digits of the one before it. */
static void part_raised(struct page *p, struct slice raised)
{
    if (p->space || p->blocks.in_link) return;
    const char *between = formula_between(buf_slice(&p->text), raised, p->formula.end);
    if (*between && buf_puts(&p->text, between) < 0) p->failed = true;
}

static void take_text(struct page *p, const struct html_token *t)
{
    struct slice text = t->text;
    if (p->in_title) {
        bool space = p->title.n > 0;
        struct sink title = {&p->title, &space, false};
        if (text.n > PAGETITLE_MAX) text.n = pagetitle_cut(text, PAGETITLE_MAX);
        if (put_text(&title, text, true) < 0) p->failed = true;
    }
    if (p->muted && p->meta.in_jsonld) pagemeta_jsonld(&p->meta, text);
    if (p->blocks.ld_json) blocks_ld_json(&p->blocks, text);
    if (p->muted || p->unseen) return;
    if (p->pre_start && text.n && *text.p == '\r') text = slice_of(text.p + 1, text.n - 1);
    if (p->pre_start && text.n && *text.p == '\n') text = slice_of(text.p + 1, text.n - 1);
    p->pre_start = false;
    if (p->formula.sup) part_raised(p, text);
    put_shown(p, text, t->references);
}

static int take_token(void *ctx, struct html *h, const struct html_token *t)
{
    struct page *p = ctx;
    struct html_token bare;
    switch (formula_take(&p->formula, h, t, &p->text)) {
    case FORMULA_NONE: break;
    case FORMULA_WRITE: put_formula(p); return p->failed;
    case FORMULA_SKIP: return 0;
    case FORMULA_BARE:
        bare = *t;
        bare.n_attrs = 0;
        t = &bare;
        break;
    }
    switch (t->type) {
    case HTML_TEXT: take_text(p, t); break;
    case HTML_START: start_tag(p, h, t); break;
    case HTML_END:
        if (t->tag == TAG_A) blocks_link_end(&p->blocks);
        p->blocks.ld_json = false;
        if (p->muted)
            p->muted = p->in_title = p->meta.in_jsonld = false;
        else
            end_tag(p, t);
        p->pre_start = false;
        break;
    default: break;
    }
    h->foreign = p->counts[TAG_SVG] != 0;
    return p->failed;
}

static void forget(struct page *p)
{
    buf_clear(&p->text);
    buf_clear(&p->title);
    pagemeta_clear(&p->meta);
    notes_clear(&p->notes);
    memset(p->lang, 0, sizeof p->lang);
    blocks_begin(&p->blocks);
    p->n_spans = p->depth = p->last_mark = p->h1_start = p->h1_end = 0;
    p->deeper = 0;
    memset(p->counts, 0, sizeof p->counts);
    p->unseen = p->lists = p->pre = p->content = 0;
    p->space = p->in_title = p->muted = p->pre_start = p->failed = false;
}

int page_read(struct page *p, struct html *h, struct slice html, struct err *e)
{
    forget(p);
    formula_begin(&p->formula, html);
    html_tokenize(h, html, take_token, p);
    while (p->depth) pop(p);
    blocks_end(&p->blocks);
    struct slice heading = slice_str("");
    if (p->h1_end) heading = slice_of(p->text.p + p->h1_start, p->h1_end - p->h1_start);
    if (pagetitle_settle(&p->title, heading, buf_slice(&p->meta.og_title)) < 0) p->failed = true;
    pagemeta_end(&p->meta, buf_slice(&p->text));
    return p->failed || p->text.failed || pagemeta_failed(&p->meta) || p->notes.failed || p->blocks.failed ||
                   p->formula.failed
               ? err_nomem(e, "reading a page")
               : 0;
}
