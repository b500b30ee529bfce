/* keep.c: a document's keep key as three integers. */
#include "dedup/keep.h"
#include "common/hash.h"
#include "common/log.h"

int keep_init(struct keep *k, bool first, const char *score, const char *sources, struct err *e)
{
    memset(k, 0, sizeof *k);
    k->first = first;
    k->score = score;
    for (const char *p = sources; p && *p;) {
        size_t n = strcspn(p, ",");
        if (k->sources == sizeof k->source / sizeof *k->source)
            return err_set(e, ERR_USAGE, "--prefer-source names more than %u sources", k->sources);
        k->source[k->sources++] = slice_of(p, n);
        p += n + (p[n] == ',');
    }
    return 0;
}

/* Greater numbers become lesser words; what has no score comes last. -0 is 0. */
static uint64_t descending(double x)
{
    uint64_t bits;
    if (x == 0) x = 0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? bits : ~(bits | 1ULL << 63);
}

static uint64_t rank_of(const struct keep *k, struct slice source)
{
    unsigned i = 0;
    while (i < k->sources && !slice_eq(k->source[i], source)) i++;
    return i;
}

int keep_key(const struct keep *k, struct jsonl *j, const struct doc *d, uint64_t place, uint64_t *word,
             struct err *e)
{
    double score;
    memset(word, 0, KEEP_WORDS * sizeof *word);
    if (k->first) {
        word[0] = place;
        return 0;
    }
    word[0] = rank_of(k, d->source);
    word[1] = UINT64_MAX;
    word[2] = ~(uint64_t)d->text.n;
    if (!k->score) return 0;
    struct err ignored = {0}; /* what is no number is no score */
    int r = jsonl_meta_num(j, d, k->score, &score, &ignored);
    if (r == 1) word[1] = descending(score);
    return r == -ERR_IO ? err_nomem(e, "reading a score") : 0;
}

void keep_count(const struct keep *k, const uint64_t *word, struct keep_found *f)
{
    f->documents++;
    if (k->first) return;
    if (word[0] < k->sources) f->source[word[0]] = true;
    f->with_score += word[1] != UINT64_MAX;
}

void keep_tell(const struct keep *k, const struct keep_found *f, bool all, struct ledger *l)
{
    if (k->score) ledger_extra(l, "with_score", f->with_score);
    if (f->documents == 0) return;
    if (k->score && f->with_score == 0)
        log_warn("no document has a number in metadata.%s: --prefer-score had no effect", k->score);
    for (unsigned i = 0; all && i < k->sources; i++)
        if (!f->source[i])
            log_warn("no document has the source %.*s, which --prefer-source names", (int)k->source[i].n,
                     k->source[i].p);
}

uint64_t keep_hash(const struct keep *k)
{
    uint64_t h = hash64_seed(k->score ? k->score : "", k->score ? strlen(k->score) : 0, k->first);
    for (unsigned i = 0; i < k->sources; i++) h = hash64_seed(k->source[i].p, k->source[i].n, h);
    return h;
}
