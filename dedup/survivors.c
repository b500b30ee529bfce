/* survivors.c: open-addressing tables over append-only arrays.
 *
 * Exact: slots of (key, number). Similar: slots of (band key, number of the newest survivor in that bucket); the older
 * ones hang on it through `next[number * bands + band]`. A candidate met in several bands is verified once. Shingles and
 * ids of survivors lie in chunks of an arena, so nothing moves but the tables, which double at a load of 1/2. Sets are made of
 * the shingles of those documents alone that share a band with another.
 *
 * Memory: exact 24-48 bytes a survivor; nearest as nearby.h says; similar 4 bytes a shingle, 8 + 24-48 bytes a band; the id and 32-48 bytes of a set
 * of ids, which must differ. */
#include "dedup/survivors.h"
#include "common/idset.h"
#include "common/opts.h"
#include "dedup/nearby.h"
#include "dedup/shingle.h"
#include <stdlib.h>

#define NONE UINT32_MAX

struct slot {
    uint64_t key, low; /* low: the other half of an exact key, or the band */
    uint32_t number;
    uint32_t used;
};

struct survivor {
    const char *id;
    uint32_t *set; /* a list, until the first comparison */
    uint32_t id_bytes, n;
    uint64_t checked_for; /* the last document that it was verified against, counted from 1 */
    bool is_set;
};

struct survivors {
    unsigned bands;
    uint64_t memory_bytes, seen, checked, repeated_ids;
    bool ids_may_repeat;
    struct idset ids;
    struct nearby nearby;
    struct arena arena;
    struct slot *slot;
    size_t cap, used;
    struct survivor *at;
    uint32_t *next; /* bands per survivor */
    size_t n, room;
    uint32_t *own, *spare; /* of the document at hand, and room to sort */
    size_t own_n, own_cap;
    bool own_is_set;
};

struct survivors *survivors_new(unsigned bands, uint64_t memory_bytes, bool ids_may_repeat)
{
    struct survivors *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->bands = bands;
    s->memory_bytes = memory_bytes;
    s->ids_may_repeat = ids_may_repeat;
    idset_init(&s->ids, memory_bytes);
    nearby_init(&s->nearby, 0);
    arena_init(&s->arena);
    return s;
}

struct survivors *survivors_new_nearby(unsigned distance, uint64_t memory_bytes, bool ids_may_repeat)
{
    struct survivors *s = survivors_new(0, memory_bytes, ids_may_repeat);
    if (s) nearby_init(&s->nearby, distance);
    return s;
}

void survivors_free(struct survivors *s)
{
    if (!s) return;
    arena_free(&s->arena);
    idset_free(&s->ids);
    nearby_free(&s->nearby);
    free(s->slot);
    free(s->at);
    free(s->next);
    free(s->own);
    free(s->spare);
    free(s);
}

uint64_t survivors_count(const struct survivors *s)
{
    return s->n;
}

uint64_t survivors_bytes(const struct survivors *s)
{
    return s->arena.used_bytes + s->cap * sizeof *s->slot +
           s->room * (sizeof *s->at + s->bands * sizeof *s->next) + idset_bytes(&s->ids) +
           nearby_bytes(&s->nearby);
}

uint64_t survivors_repeated_ids(const struct survivors *s)
{
    return s->repeated_ids;
}

uint64_t survivors_checked(const struct survivors *s)
{
    return s->checked + s->nearby.compared;
}

struct slice survivors_id(const struct survivors *s, uint64_t number)
{
    return slice_of(s->at[number].id, s->at[number].id_bytes);
}

/* ------------------------------------------------------------------ growing within the bound */

static int refuse(const struct survivors *s, struct err *e)
{
    char memory[OPT_SIZE_TEXT];
    return err_set(e, ERR_IO,
                   "the state of %llu kept documents needs more than --memory %s: give more, or take --keep "
                   "earliest, which keeps the same documents and sorts in --tmp",
                   (unsigned long long)s->n, opt_spell_size(s->memory_bytes, memory));
}

static struct slot *find_slot(const struct survivors *s, uint64_t key, uint64_t low)
{
    size_t i = hash_mix64(key + low) & (s->cap - 1);
    while (s->slot[i].used && (s->slot[i].key != key || s->slot[i].low != low)) i = (i + 1) & (s->cap - 1);
    return &s->slot[i];
}

static int grow_table(struct survivors *s, size_t more, struct err *e)
{
    if (2 * (s->used + more) <= s->cap) return 0;
    struct slot *old = s->slot;
    size_t old_cap = s->cap, cap = s->cap ? 2 * s->cap : 4096;
    if (survivors_bytes(s) + cap * sizeof *old > s->memory_bytes) return refuse(s, e);
    struct slot *larger = calloc(cap, sizeof *larger);
    if (!larger) return err_nomem(e, "growing the table of kept documents");
    s->slot = larger;
    s->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].used) *find_slot(s, old[i].key, old[i].low) = old[i];
    free(old);
    return 0;
}

static int grow_list(struct survivors *s, struct err *e)
{
    if (s->n < s->room) return 0;
    size_t room = s->room ? s->room + s->room / 2 : 1024, item = sizeof *s->at + s->bands * sizeof *s->next;
    if (room >= NONE)
        return err_set(e, ERR_IO, "more than 4 billion kept documents: deduplicate parts of the input");
    if (survivors_bytes(s) + room * item > s->memory_bytes) return refuse(s, e);
    struct survivor *at = realloc(s->at, room * sizeof *at);
    if (at) s->at = at;
    uint32_t *next = s->bands ? realloc(s->next, room * s->bands * sizeof *next) : NULL;
    if (next) s->next = next;
    if (!at || (s->bands && !next)) return err_nomem(e, "growing the list of kept documents");
    s->room = room;
    return 0;
}

/* Documents that stay must have ids of their own, where they have any: attributes and shards go by them. */
static int note_id(struct survivors *s, struct slice id, struct err *e)
{
    uint64_t first, rest = survivors_bytes(s) - idset_bytes(&s->ids);
    if (id.n == 0) return 0;
    s->ids.max_bytes = s->memory_bytes > rest ? s->memory_bytes - rest : 0;
    int r = idset_add(&s->ids, id, s->n, &first, e);
    if (r < 0) return refuse(s, e);
    s->repeated_ids += r == 1;
    if (r == 0 || s->ids_may_repeat) return 0;
    return err_set(e, ERR_DATA,
                   "id \"%.*s\" twice, of documents with different texts: give each an id of its own, or "
                   "--allow-duplicate-ids",
                   (int)(id.n < 200 ? id.n : 200), id.p);
}

/* Appends a survivor; its number is s->n - 1. */
static int append(struct survivors *s, struct slice id, const uint32_t *set, size_t n, struct err *e)
{
    int r = grow_list(s, e);
    if (r == 0) r = note_id(s, id, e);
    if (r < 0) return r;
    if (survivors_bytes(s) + id.n + 4 * n + (1 << 16) > s->memory_bytes) return refuse(s, e);
    char *own_id = arena_strndup(&s->arena, id.p, id.n);
    uint32_t *own_set = arena_alloc(&s->arena, n ? n * sizeof *set : 1);
    if (!own_id || !own_set || n > UINT32_MAX || id.n > UINT32_MAX)
        return err_nomem(e, "keeping a document's shingles");
    if (n) memcpy(own_set, set, n * sizeof *set);
    s->at[s->n++] = (struct survivor){own_id, own_set, (uint32_t)id.n, (uint32_t)n, 0, s->own_is_set};
    return 0;
}

/* ------------------------------------------------------------------ the three forms */

int survivors_exact(struct survivors *s, struct hash128 key, struct slice id, uint64_t *number, struct err *e)
{
    const struct slot *found = s->cap ? find_slot(s, key.hi, key.lo) : NULL;
    if (found && found->used) {
        *number = found->number;
        return 1;
    }
    int r = grow_table(s, 1, e);
    if (r == 0) r = append(s, id, NULL, 0, e);
    if (r < 0) return r;
    *find_slot(s, key.hi, key.lo) = (struct slot){key.hi, key.lo, (uint32_t)(s->n - 1), 1};
    s->used++;
    return 0;
}

int survivors_nearest(struct survivors *s, uint64_t fingerprint, struct slice id, uint64_t *number,
                      unsigned *distance, struct err *e)
{
    if (nearby_find(&s->nearby, fingerprint, number, distance)) return 1;
    uint64_t rest = survivors_bytes(s) - nearby_bytes(&s->nearby);
    s->nearby.max_bytes = s->memory_bytes > rest ? s->memory_bytes - rest : 0;
    int r = nearby_reserve(&s->nearby, e);
    if (r == 1) r = refuse(s, e);
    if (r == 0) r = append(s, id, NULL, 0, e);
    if (r == 0) nearby_add(&s->nearby, fingerprint);
    return r;
}

struct best {
    uint32_t number;
    double jaccard;
};

/* No pair of sets of these sizes is more alike. */
static double most_alike(size_t a, size_t b)
{
    return a < b ? (double)a / (double)b : (double)b / (double)a;
}

static int reserve_own(struct survivors *s, size_t n, struct err *e)
{
    if (n <= s->own_cap) return 0;
    size_t cap = n + n / 2;
    free(s->own);
    free(s->spare);
    s->own = malloc(cap * sizeof *s->own);
    s->spare = malloc(cap * sizeof *s->spare);
    s->own_cap = s->own && s->spare ? cap : 0;
    return s->own_cap ? 0 : err_nomem(e, "comparing documents");
}

/* Makes a set of the document's shingles, once. */
static int make_own(struct survivors *s, const uint32_t *list, size_t n, struct err *e)
{
    if (s->own_is_set) return 0;
    if (reserve_own(s, n, e) < 0) return -ERR_IO;
    memcpy(s->own, list, n * sizeof *list);
    s->own_n = shingles_set(s->own, s->spare, n);
    s->own_is_set = true;
    return 0;
}

/* Makes a set of the survivor's shingles, where they lie, once. */
static int make_set(struct survivors *s, struct survivor *c, struct err *e)
{
    if (c->is_set) return 0;
    if (c->n > s->own_cap) {
        uint32_t *spare = realloc(s->spare, c->n * sizeof *spare);
        if (!spare) return err_nomem(e, "comparing documents");
        s->spare = spare;
    }
    c->n = (uint32_t)shingles_set(c->set, s->spare, c->n);
    c->is_set = true;
    return 0;
}

/* Verifies one bucket's survivors that this document has not met yet. */
static int check_bucket(struct survivors *s, unsigned band, uint32_t first, double threshold,
                        struct best *best, struct err *e)
{
    for (uint32_t i = first; i != NONE; i = s->next[(size_t)i * s->bands + band]) {
        struct survivor *c = &s->at[i];
        if (c->checked_for == s->seen) continue;
        c->checked_for = s->seen;
        s->checked++;
        if (make_set(s, c, e) < 0) return -ERR_IO;
        if (most_alike(c->n, s->own_n) < threshold) continue;
        double j = shingles_jaccard(c->set, c->n, s->own, s->own_n);
        if (j < threshold) continue;
        if (best->number == NONE || j > best->jaccard || (j == best->jaccard && i < best->number))
            *best = (struct best){i, j};
    }
    return 0;
}

static int insert_bands(struct survivors *s, const uint64_t *band, struct err *e)
{
    int r = grow_table(s, s->bands, e);
    if (r < 0) return r;
    uint32_t number = (uint32_t)(s->n - 1);
    for (unsigned b = 0; b < s->bands; b++) {
        struct slot *slot = find_slot(s, band[b], b);
        s->next[(size_t)number * s->bands + b] = slot->used ? slot->number : NONE;
        s->used += !slot->used;
        *slot = (struct slot){band[b], b, number, 1};
    }
    return 0;
}

int survivors_similar(struct survivors *s, const uint64_t *band, const uint32_t *list, size_t n,
                      struct slice id, double threshold, uint64_t *number, double *jaccard, struct err *e)
{
    struct best best = {NONE, 0};
    int r = 0;
    s->seen++;
    s->own_is_set = false;
    for (unsigned b = 0; r == 0 && b < s->bands && s->cap && n; b++) {
        struct slot *slot = find_slot(s, band[b], b);
        if (!slot->used) continue;
        r = make_own(s, list, n, e);
        if (r == 0) r = check_bucket(s, b, slot->number, threshold, &best, e);
    }
    if (r < 0) return r;
    if (best.number != NONE) {
        *number = best.number;
        *jaccard = best.jaccard;
        return 1;
    }
    r = s->own_is_set ? append(s, id, s->own, s->own_n, e) : append(s, id, list, n, e);
    return r == 0 && n ? insert_bands(s, band, e) : r;
}
