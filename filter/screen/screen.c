/* screen.c: word lists, evaluation sets and personal data, one after the other, on one document. */
#include "filter/screen/screen.h"
#include "common/json.h"
#include "filter/lists/wordlist.h"
#include "filter/overlap/overlap.h"
#include "filter/pii/pii.h"
#include "filter/screen/short_names.h"
#include <stdio.h>
#include <stdlib.h>

#define REPORTED_ITEMS 10
#define MOST_PIECES 10 /* GPT-3: a document cut into more is dropped */

struct list {
    struct wordlist *words;
    char *path;
    char *name;  /* the file's, without its folder where that is enough */
    char *rule;  /* "word_list:NAME" */
    double most; /* of the share; < 0: only counted */
};

struct screen {
    struct screen_opts opts;
    unsigned kinds;
    struct pii_masks masks;
    struct list *list;
    size_t n_lists;
    bool counts;             /* some list is only counted */
    const char **evaluation; /* names, by opts.evaluations */
    struct overlap *overlap;
    char about[160];
};

struct screen_worker {
    struct pii *pii;
    struct folded folded;
    struct overlap_found *found;
    struct buf cut, masked, json, lists;
};

/* ------------------------------------------------------------------ options */

static int set_placeholder(struct screen *s, const char *option, struct err *e)
{
    const char *equal = strchr(option, '=');
    unsigned kinds;
    char kind[32];
    if (!equal || equal - option >= (ptrdiff_t)sizeof kind)
        return err_set(e, ERR_USAGE, "--pii-placeholder %.64s: give KIND=TEXT, such as email=<EMAIL>",
                       option);
    snprintf(kind, sizeof kind, "%.*s", (int)(equal - option), option);
    if (utf8_valid_prefix(equal, strlen(equal)) != strlen(equal))
        return err_set(e, ERR_USAGE, "--pii-placeholder %s: the text is not UTF-8", kind);
    int r = pii_parse_kinds(kind, &kinds, e);
    for (unsigned k = 0; r == 0 && k < PII_KINDS; k++)
        if (kinds & PII_BIT(k)) s->masks.of[k] = (struct pii_mask){{equal + 1}, 1};
    return r;
}

static int open_pii(struct screen *s, struct err *e)
{
    const struct screen_opts *o = &s->opts;
    if (!o->pii) return 0;
    int r = pii_parse_kinds(o->pii, &s->kinds, e);
    s->masks = o->pii_style ? pii_fineweb : pii_placeholders;
    if (r == 0 && o->pii_style) s->kinds &= PII_BIT(PII_EMAIL) | PII_BIT(PII_IP);
    if (r == 0 && !s->kinds)
        r = err_set(e, ERR_USAGE, "--pii %s: --pii-style fineweb knows email and ip alone", o->pii);
    for (size_t i = 0; i < o->placeholders.n && r == 0; i++) r = set_placeholder(s, o->placeholders.at[i], e);
    return r;
}

/* "FILE" or "FILE=drop:SHARE". */
static int parse_list(struct list *l, const char *option, struct err *e)
{
    const char *drop = strstr(option, "=drop:");
    char *end = NULL;
    size_t n = strlen(option);
    l->path = drop ? strndup(option, (size_t)(drop - option)) : strdup(option);
    l->most = drop ? strtod(drop + 6, &end) : -1;
    if (!l->path) return err_nomem(e, "word lists");
    if (drop && (end == drop + 6 || *end || !(l->most >= 0 && l->most <= 1)))
        return err_set(e, ERR_USAGE, "--word-list %s: the share behind drop: is a number from 0 to 1",
                       option);
    if (!drop && n > 5 && strcmp(option + n - 5, "=drop") == 0)
        return err_set(e, ERR_USAGE, "--word-list %s: drop above which share? Write %s:0.045", option,
                       option);
    return 0;
}

static int open_list(struct list *l, const char *name, struct err *e)
{
    l->name = strdup(name);
    if (!l->name || asprintf(&l->rule, "word_list:%.*s", SHORT_NAME_BYTES, l->name) < 0) l->rule = NULL;
    return l->rule ? wordlist_open(&l->words, l->path, e) : err_nomem(e, "word lists");
}

static int open_lists(struct screen *s, struct err *e)
{
    size_t n = s->opts.word_lists.n;
    const char **name = calloc(n + 1, sizeof *name);
    s->list = calloc(n + 1, sizeof *s->list);
    int r = 0;
    if (!s->list || !name) {
        free(name);
        return err_nomem(e, "word lists");
    }
    for (; r == 0 && s->n_lists < n; s->n_lists++) {
        r = parse_list(&s->list[s->n_lists], s->opts.word_lists.at[s->n_lists], e);
        name[s->n_lists] = s->list[s->n_lists].path;
    }
    if (r == 0) r = short_names(name, n, "--word-list", e);
    for (size_t i = 0; i < n && r == 0; i++) {
        s->counts |= s->list[i].most < 0;
        r = open_list(&s->list[i], name[i], e);
    }
    free(name);
    return r;
}

static int name_evaluations(struct screen *s, struct err *e)
{
    size_t n = s->opts.evaluations.n;
    s->evaluation = calloc(n, sizeof *s->evaluation);
    if (!s->evaluation) return err_nomem(e, "decontamination");
    memcpy(s->evaluation, s->opts.evaluations.at, n * sizeof *s->evaluation);
    return short_names(s->evaluation, n, "--decontaminate", e);
}

static int open_overlap(struct screen *s, struct err *e)
{
    struct overlap_opts o = {.keys = s->opts.keys};
    if (!s->opts.evaluations.n) return 0;
    int r = name_evaluations(s, e);
    if (r == 0) r = overlap_parse(&o, s->opts.ngram ? s->opts.ngram : "13", e);
    if (r == 0) r = overlap_new(&s->overlap, &o, e);
    for (size_t i = 0; i < s->opts.evaluations.n && r == 0; i++)
        r = overlap_add(s->overlap, s->opts.evaluations.at[i], e);
    if (r == 0) r = overlap_ready(s->overlap, e);
    if (r < 0) return r;
    struct overlap_counts c = overlap_counts(s->overlap);
    snprintf(s->about, sizeof s->about,
             "decontamination: %llu items, of which %llu are too short for an n-gram; %llu n-grams, %llu MB",
             (unsigned long long)c.items, (unsigned long long)c.too_short, (unsigned long long)c.grams,
             (unsigned long long)(c.memory_bytes >> 20));
    return 0;
}

int screen_open(struct screen **screen, const struct screen_opts *opts, struct err *e)
{
    struct screen *s = calloc(1, sizeof *s);
    *screen = NULL;
    if (!s) return err_nomem(e, "filtering");
    s->opts = *opts;
    if (!s->opts.least_grams) s->opts.least_grams = 1;
    int r = open_pii(s, e);
    if (r == 0) r = open_lists(s, e);
    if (r == 0) r = open_overlap(s, e);
    if (r == 0 && (s->kinds || s->n_lists || s->overlap))
        *screen = s;
    else
        screen_free(s);
    return r;
}

void screen_free(struct screen *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_lists; i++) {
        wordlist_free(s->list[i].words);
        free(s->list[i].path);
        free(s->list[i].name);
        free(s->list[i].rule);
    }
    free(s->list);
    overlap_free(s->overlap);
    free(s->evaluation);
    free(s);
}

const char *screen_about(const struct screen *s)
{
    return s->about;
}

struct screen_worker *screen_worker_new(const struct screen *s)
{
    struct screen_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    folded_init(&w->folded);
    buf_init(&w->cut, BUF_NO_MAX);
    buf_init(&w->masked, BUF_NO_MAX);
    buf_init(&w->json, BUF_NO_MAX);
    buf_init(&w->lists, BUF_NO_MAX);
    w->pii = pii_new();
    w->found = overlap_found_new();
    if (w->pii && w->found) return w;
    screen_worker_free(w);
    return NULL;
}

void screen_worker_free(struct screen_worker *w)
{
    if (!w) return;
    pii_free(w->pii);
    overlap_found_free(w->found);
    folded_free(&w->folded);
    buf_free(&w->cut);
    buf_free(&w->masked);
    buf_free(&w->json);
    buf_free(&w->lists);
    free(w);
}

/* ------------------------------------------------------------------ word lists */

static double share_of(const struct wordlist_count *c, const struct screen_worker *w)
{
    return w->folded.n ? (double)c->words / (double)w->folded.n : 0;
}

static int fold_for_lists(const struct screen *s, struct screen_worker *w, struct slice text, struct err *e)
{
    return s->n_lists ? fold_words(&w->folded, text, FOLD_SYMBOLS, e) : 0;
}

/* Of a folded text: {"NAME":{"hits":2,"words":3,"share":.01},…} */
static void put_lists(const struct screen *s, struct screen_worker *w, struct slice text, struct buf *b)
{
    buf_putc(b, '{');
    for (size_t i = 0; i < s->n_lists; i++) {
        struct wordlist_count c = {0};
        wordlist_count(s->list[i].words, &w->folded, text, &c);
        buf_puts(b, i ? "," : "");
        json_put_str(b, slice_str(s->list[i].name));
        buf_printf(b, ":{\"hits\":%llu,\"words\":%llu,\"share\":", (unsigned long long)c.hits,
                   (unsigned long long)c.words);
        json_put_num(b, share_of(&c, w));
        buf_putc(b, '}');
    }
    buf_putc(b, '}');
}

/* What is counted is kept in w->lists until the document is known to stay. */
static int check_lists(const struct screen *s, struct screen_worker *w, struct slice text,
                       struct screen_drop *drop, struct err *e)
{
    int r = fold_for_lists(s, w, text, e);
    for (size_t i = 0; i < s->n_lists && r == 0 && !drop->rule; i++) {
        struct wordlist_count c = {0};
        wordlist_count(s->list[i].words, &w->folded, text, &c);
        if (s->list[i].most < 0 || !(share_of(&c, w) > s->list[i].most)) continue;
        json_put_num(&w->json, share_of(&c, w));
        drop->rule = s->list[i].rule;
    }
    buf_clear(&w->lists);
    if (s->counts && r == 0 && !drop->rule) put_lists(s, w, text, &w->lists);
    return r;
}

/* ------------------------------------------------------------------ evaluation sets */

/* {"ngrams":12,"document_share":.5,"items":[{"file","line","id","ngrams","item_share","ngram"},…]} */
static void put_found(const struct overlap_found *f, struct buf *b)
{
    buf_printf(b, "{\"ngrams\":%llu,\"document_share\":", (unsigned long long)f->grams);
    json_put_num(b, f->share);
    buf_printf(b, ",\"matched_items\":%zu,\"items\":[", f->n_items);
    for (size_t i = 0; i < f->n_items && i < REPORTED_ITEMS; i++) {
        const struct overlap_item *x = &f->item[i];
        buf_puts(b, i ? ",{\"file\":" : "{\"file\":");
        json_put_str(b, slice_str(x->file));
        buf_printf(b, ",\"line\":%llu", (unsigned long long)x->line);
        if (x->id.n) buf_puts(b, ",\"id\":"), json_put_str(b, x->id);
        buf_printf(b, ",\"ngrams\":%llu,\"item_share\":", (unsigned long long)x->grams);
        json_put_num(b, x->share);
        buf_puts(b, ",\"ngram\":");
        json_put_str(b, x->first);
        buf_putc(b, '}');
    }
    buf_puts(b, "]}");
}

static const char *evaluation_name(const struct screen *s, const char *path)
{
    for (size_t i = 0; i < s->opts.evaluations.n; i++)
        if (strcmp(s->opts.evaluations.at[i], path) == 0) return s->evaluation[i];
    return path;
}

static bool is_contaminated(const struct screen *s, const struct overlap_found *f)
{
    if (f->grams < (uint64_t)s->opts.least_grams) return false;
    for (size_t i = 0; i < f->n_items; i++)
        if (f->item[i].share >= s->opts.item_share) return true;
    return false;
}

static int remove_overlap(const struct screen *s, struct screen_worker *w, struct slice *text,
                          struct stage_out *o, struct screen_drop *drop, struct err *e)
{
    unsigned window = s->opts.window < 0 ? 0 : (unsigned)s->opts.window;
    buf_clear(&w->cut);
    int64_t pieces = overlap_cut(w->found, *text, window, window, &w->cut);
    if (pieces < 0) return err_nomem(e, "decontamination");
    if (pieces == 0 || pieces > MOST_PIECES) {
        put_found(w->found, &w->json);
        drop->rule = "contaminated";
        return 0;
    }
    uint64_t joints = (uint64_t)pieces - 1;
    ledger_remove(o->ledger, "decontaminate", text->n + joints - w->cut.n);
    o->ledger->text_added += joints;
    *text = buf_slice(&w->cut);
    return 0;
}

static int check_overlap(const struct screen *s, struct screen_worker *w, struct doc *d, struct slice *text,
                         struct stage_out *o, struct screen_drop *drop, struct err *e)
{
    int r = s->overlap ? overlap_find(s->overlap, w->found, *text, e) : 0;
    if (r < 0 || !s->overlap || !is_contaminated(s, w->found)) return r;
    for (size_t i = 0; i < w->found->n_items && i < REPORTED_ITEMS; i++) {
        char name[64];
        snprintf(name, sizeof name, "contaminated:%.*s", SHORT_NAME_BYTES,
                 evaluation_name(s, w->found->item[i].file));
        ledger_extra(o->ledger, name, 1);
    }
    if (s->opts.evaluation_action == 1) return remove_overlap(s, w, text, o, drop, e);
    put_found(w->found, &w->json);
    if (s->opts.evaluation_action == 2)
        return buf_terminate(&w->json) < 0 ? -ERR_IO
                                           : doc_meta_set_raw(d, "contamination", buf_slice(&w->json));
    drop->rule = "contaminated";
    return 0;
}

/* ------------------------------------------------------------------ personal data */

static int find_pii(const struct screen *s, struct screen_worker *w, struct slice text, struct err *e)
{
    return (s->opts.pii_style ? pii_find_fineweb : pii_find)(w->pii, text, s->kinds, e);
}

/* [[start,end,"kind","what"],…] in characters. */
static void put_spans(const struct screen_worker *w, struct slice text, struct buf *b)
{
    const struct pii_span *x;
    size_t n = pii_spans(w->pii, &x);
    uint64_t at = 0, chars = 0;
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        uint64_t start = chars += utf8_count(text.p + at, x[i].start - at);
        chars += utf8_count(text.p + x[i].start, x[i].end - x[i].start);
        at = x[i].end;
        buf_printf(b, "%s[%llu,%llu,\"%s\",\"%s\"]", i ? "," : "", (unsigned long long)start,
                   (unsigned long long)chars, pii_kind_name(x[i].kind), x[i].what);
    }
    buf_putc(b, ']');
}

static int mask_pii(const struct screen *s, struct screen_worker *w, struct slice *text, struct stage_out *o,
                    struct err *e)
{
    struct pii_account a;
    buf_clear(&w->masked);
    if (pii_mask(w->pii, *text, &s->masks, &w->masked, &a) < 0) return err_nomem(e, "masking personal data");
    for (unsigned k = 0; k < PII_KINDS; k++) {
        char name[32];
        if (!a.spans[k]) continue;
        snprintf(name, sizeof name, "pii_%s", pii_kind_name(k));
        ledger_remove(o->ledger, name, a.removed[k]);
        ledger_extra(o->ledger, name, a.spans[k]);
    }
    o->ledger->text_added += a.added;
    *text = buf_slice(&w->masked);
    return 0;
}

static int check_pii(const struct screen *s, struct screen_worker *w, struct doc *d, struct slice *text,
                     struct stage_out *o, struct screen_drop *drop, struct err *e)
{
    const struct pii_span *spans;
    int r = s->kinds ? find_pii(s, w, *text, e) : 0;
    if (r < 0 || !s->kinds || !pii_spans(w->pii, &spans)) return r;
    if (s->opts.pii_action == SCREEN_MASK) return mask_pii(s, w, text, o, e);
    buf_clear(&w->json);
    put_spans(w, *text, &w->json);
    if (s->opts.pii_action == SCREEN_ANNOTATE)
        return buf_terminate(&w->json) < 0 ? -ERR_IO : doc_meta_set_raw(d, "pii", buf_slice(&w->json));
    drop->rule = "pii";
    return 0;
}

/* ------------------------------------------------------------------ a document */

static int set_meta(const struct buf *json, struct doc *d, const char *key, struct err *e)
{
    if (json->failed) return err_nomem(e, "filtering");
    return doc_meta_set_raw(d, key, buf_slice(json));
}

int screen_doc(const struct screen *s, struct screen_worker *w, struct doc *d, struct slice *text,
               struct stage_out *o, struct screen_drop *drop, struct err *e)
{
    struct screen_drop none = {0};
    *drop = none;
    buf_clear(&w->json);
    bool pii_drops = s->opts.pii_action == SCREEN_DROP; /* what is dropped must not have been changed */
    int r = check_lists(s, w, *text, drop, e);
    if (r == 0 && !drop->rule && pii_drops) r = check_pii(s, w, d, text, o, drop, e);
    if (r == 0 && !drop->rule) r = check_overlap(s, w, d, text, o, drop, e);
    if (r == 0 && !drop->rule && !pii_drops) r = check_pii(s, w, d, text, o, drop, e);
    if (r == 0 && !drop->rule && s->counts) r = set_meta(&w->lists, d, "word_lists", e);
    if (r == 0 && drop->rule && buf_terminate(&w->json) < 0) r = err_nomem(e, "filtering");
    if (drop->rule) drop->value = w->json.p;
    return r;
}

static int annotate_lists(const struct screen *s, struct screen_worker *w, struct doc *d, struct err *e)
{
    if (!s->n_lists) return 0;
    buf_clear(&w->json);
    int r = fold_for_lists(s, w, d->text, e);
    if (r == 0) put_lists(s, w, d->text, &w->json);
    return r < 0 ? r : set_meta(&w->json, d, "word_lists", e);
}

int screen_annotate(const struct screen *s, struct screen_worker *w, struct doc *d, struct err *e)
{
    int r = annotate_lists(s, w, d, e);
    if (r == 0 && s->overlap) {
        buf_clear(&w->json);
        r = overlap_find(s->overlap, w->found, d->text, e);
        if (r == 0) put_found(w->found, &w->json);
        if (r == 0) r = set_meta(&w->json, d, "contamination", e);
    }
    if (r == 0 && s->kinds) {
        buf_clear(&w->json);
        r = find_pii(s, w, d->text, e);
        if (r == 0) put_spans(w, d->text, &w->json);
        if (r == 0) r = set_meta(&w->json, d, "pii", e);
    }
    return r;
}

/* ------------------------------------------------------------------ dolma's attributes */

static void comma(struct buf *b)
{
    if (b->n) buf_putc(b, ',');
}

static void put_kind_spans(const struct screen_worker *w, struct slice text, unsigned kind, struct buf *b)
{
    const struct pii_span *x;
    size_t n = pii_spans(w->pii, &x);
    uint64_t at = 0, chars = 0;
    const char *between = "";
    comma(b);
    buf_printf(b, "\"filter__pii_%s\":[", pii_kind_name(kind));
    for (size_t i = 0; i < n; i++) {
        if (x[i].kind != kind) continue;
        uint64_t start = chars += utf8_count(text.p + at, x[i].start - at);
        chars += utf8_count(text.p + x[i].start, x[i].end - x[i].start);
        at = x[i].end;
        buf_printf(b, "%s[%llu,%llu,1]", between, (unsigned long long)start, (unsigned long long)chars);
        between = ",";
    }
    buf_putc(b, ']');
}

static void put_whole(struct buf *b, const char *name, const char *what, uint64_t chars, double value)
{
    struct buf key;
    buf_init(&key, BUF_NO_MAX);
    buf_printf(&key, "filter__%s%s", name, what);
    comma(b);
    json_put_str(b, buf_slice(&key));
    buf_printf(b, ":[[0,%llu,", (unsigned long long)chars);
    json_put_num(b, value);
    buf_puts(b, "]]");
    buf_free(&key);
}

int screen_attributes(const struct screen *s, struct screen_worker *w, const struct doc *d, struct buf *out,
                      struct err *e)
{
    uint64_t chars = utf8_count(d->text.p, d->text.n);
    int r = fold_for_lists(s, w, d->text, e);
    for (size_t i = 0; i < s->n_lists && r == 0; i++) {
        struct wordlist_count c = {0};
        wordlist_count(s->list[i].words, &w->folded, d->text, &c);
        put_whole(out, "word_list_share_", s->list[i].name, chars, share_of(&c, w));
    }
    if (r == 0 && s->overlap) r = overlap_find(s->overlap, w->found, d->text, e);
    if (r == 0 && s->overlap) {
        put_whole(out, "contamination_", "ngrams", chars, (double)w->found->grams);
        put_whole(out, "contamination_", "share", chars, w->found->share);
    }
    if (r == 0 && s->kinds) r = find_pii(s, w, d->text, e);
    for (unsigned k = 0; k < PII_KINDS && r == 0; k++)
        if (s->kinds & PII_BIT(k)) put_kind_spans(w, d->text, k, out);
    return r < 0 ? r : out->failed ? err_nomem(e, "filtering") : 0;
}
