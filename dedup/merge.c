/* merge.c: sorted runs, read as one, by a tree of losers.
 *
 * Why this tree: each record costs one comparison a level, on a path that is known beforehand, and first words lie in the tree
 * itself; the exchange has no branch that could be mispredicted. Ties look at the other words, then at the number of the run.
 * State: a cursor and the last record for each run. Memory: a share of memory_bytes each, at most 4 MiB. */
#include "dedup/sorter.h"
#include "common/opts.h"
#include <inttypes.h>
#include <stdlib.h>

#define LEAST_BUFFER_BYTES ((uint64_t)64 << 10)
#define PREFETCH_BYTES 128 /* ahead in a run: its turn comes after other runs have had theirs */
#define MOST_BUFFER_BYTES ((uint64_t)4 << 20) /* as fast as larger ones, and it stays in the caches */

struct source {
    struct records *r;
    uint64_t from, to, high; /* high: the greatest first word that belongs here */
    struct records_cursor *cursor;
    const uint64_t *record; /* NULL: at its end */
};

struct node {
    uint64_t key; /* first word of the record; UINT64_MAX at the end */
    uint64_t source;
};

struct merge {
    unsigned words;
    bool begun;
    int failed; /* the error that ended it */
    uint64_t memory_bytes;
    struct buf sources;
    struct source *source;
    uint64_t sources_n, leaves; /* leaves: the next power of two */
    struct node *loser;         /* 1…leaves - 1 */
    struct node winner;
};

int merge_new(struct merge **m, unsigned words, uint64_t memory_bytes, struct err *e)
{
    *m = calloc(1, sizeof **m);
    if (!*m) return err_nomem(e, "merging records");
    **m = (struct merge){.words = words, .memory_bytes = memory_bytes};
    buf_init(&(*m)->sources, BUF_NO_MAX);
    return 0;
}

void merge_free(struct merge *m)
{
    if (!m) return;
    struct source *s = (struct source *)(void *)m->sources.p;
    for (uint64_t i = 0; i < m->sources.n / sizeof *s; i++) records_walk_end(s[i].cursor);
    buf_free(&m->sources);
    free(m->loser);
    free(m);
}

int merge_add(struct merge *m, struct records *r, uint64_t low, uint64_t high, struct err *e)
{
    for (uint64_t run = 0; run < records_runs(r); run++) {
        struct source s = {.r = r, .high = high};
        int got = 0;
        records_run(r, run, &s.from, &s.to);
        if (low > 0) got = records_lower_bound(r, s.from, s.to, low, &s.from, e);
        if (got == 0 && high < UINT64_MAX) got = records_lower_bound(r, s.from, s.to, high + 1, &s.to, e);
        if (got < 0) return got;
        if (s.from < s.to && buf_put(&m->sources, &s, sizeof s)) return err_nomem(e, "merging records");
    }
    return 0;
}

/* < 0, 0, > 0: as a to b, in the words after the first, which is equal. */
static int compare_rest(const uint64_t *a, const uint64_t *b, unsigned words)
{
    for (unsigned i = 1; i < words; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* ------------------------------------------------------------------ one run */

static int out_of_order(const struct source *s, struct err *e)
{
    return err_set(e, ERR_DATA, "%s is out of order in records %" PRIu64 " to %" PRIu64 ": make it again",
                   records_path(s->r), s->from, s->to);
}

/* The next record of a run, which must not be less than `last`. */
static int advance(const struct merge *m, struct source *s, struct err *e)
{
    uint64_t last[RECORDS_MAX_WORDS] = {0};
    for (unsigned i = 0; i < m->words && s->record; i++) last[i] = s->record[i];
    int got = records_next(s->cursor, &s->record, e);
    if (got <= 0) {
        s->record = NULL;
        return got;
    }
    __builtin_prefetch((const void *)((uintptr_t)s->record + PREFETCH_BYTES));
    uint64_t key = s->record[0];
    if (key > s->high) return out_of_order(s, e);
    if (key > last[0]) return 1;
    return key < last[0] || compare_rest(last, s->record, m->words) > 0 ? out_of_order(s, e) : 1;
}

/* ------------------------------------------------------------------ the tree */

/* Whether a comes before b: both have the same key. */
static bool tie(const struct merge *m, struct node a, struct node b)
{
    const uint64_t *x = a.source < m->sources_n ? m->source[a.source].record : NULL;
    const uint64_t *y = b.source < m->sources_n ? m->source[b.source].record : NULL;
    if (!x || !y) return x != NULL;
    int order = compare_rest(x, y, m->words);
    return order ? order < 0 : a.source < b.source;
}

static bool before(const struct merge *m, struct node a, struct node b)
{
    return a.key != b.key ? a.key < b.key : tie(m, a, b);
}

static struct node node_of(const struct merge *m, uint64_t source)
{
    const uint64_t *record = source < m->sources_n ? m->source[source].record : NULL;
    return (struct node){record ? record[0] : UINT64_MAX, source};
}

/* Plays the matches below node i: the winner goes up. */
static struct node play(struct merge *m, uint64_t i)
{
    if (i >= m->leaves) return node_of(m, i - m->leaves);
    struct node a = play(m, 2 * i), b = play(m, 2 * i + 1);
    bool a_wins = before(m, a, b);
    m->loser[i] = a_wins ? b : a;
    return a_wins ? a : b;
}

/* The winner's run has another record: its matches again, from the leaf up. */
static void replay(struct merge *m)
{
    struct node up = node_of(m, m->winner.source);
    for (uint64_t i = (m->leaves + up.source) / 2; i > 0; i /= 2) {
        struct node other = m->loser[i];
        bool swap = other.key < up.key;
        if (__builtin_expect(other.key == up.key, 0)) swap = tie(m, other, up);
        uint64_t mask = -(uint64_t)swap, key = (other.key ^ up.key) & mask,
                 source = (other.source ^ up.source) & mask;
        m->loser[i] = (struct node){other.key ^ key, other.source ^ source};
        up = (struct node){up.key ^ key, up.source ^ source};
    }
    m->winner = up;
}

/* ------------------------------------------------------------------ reading */

static int begin(struct merge *m, struct err *e)
{
    char needed[OPT_SIZE_TEXT], given[OPT_SIZE_TEXT];
    m->source = (struct source *)(void *)m->sources.p;
    m->sources_n = m->sources.n / sizeof *m->source;
    if (m->sources_n > 0 && m->memory_bytes / m->sources_n < LEAST_BUFFER_BYTES)
        return err_set(e, ERR_IO,
                       "%" PRIu64
                       " sorted runs need %s of memory to be merged, not %s: give more with --memory",
                       m->sources_n, opt_spell_size(m->sources_n * LEAST_BUFFER_BYTES, needed),
                       opt_spell_size(m->memory_bytes, given));
    uint64_t share = m->sources_n > 0 ? m->memory_bytes / m->sources_n : 0;
    if (share > MOST_BUFFER_BYTES) share = MOST_BUFFER_BYTES;
    for (uint64_t i = 0; i < m->sources_n; i++) {
        struct source *s = &m->source[i];
        int got = records_walk(&s->cursor, s->r, s->from, s->to, share, e);
        if (got == 0) got = advance(m, s, e);
        if (got < 0) return got;
    }
    for (m->leaves = 1; m->leaves < m->sources_n;) m->leaves *= 2;
    m->loser = malloc(m->leaves * sizeof *m->loser);
    if (!m->loser) return err_nomem(e, "merging records");
    m->winner = play(m, 1);
    m->begun = true;
    return 0;
}

static int next_winner(struct merge *m, struct err *e)
{
    struct source *s = &m->source[m->winner.source];
    if (!s->record) return 0;
    int got = advance(m, s, e);
    if (got >= 0) replay(m);
    return got;
}

int merge_next(struct merge *m, const uint64_t **record, struct err *e)
{
    if (m->failed) return err_set(e, m->failed, "records are not merged any further after an error");
    int got = m->begun ? (m->sources_n ? next_winner(m, e) : 0) : begin(m, e);
    if (got < 0) {
        m->failed = -got;
        return got;
    }
    *record = m->sources_n ? m->source[m->winner.source].record : NULL;
    return *record != NULL;
}
