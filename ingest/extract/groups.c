/* groups.c: words to groups, by hash.
 *
 * A word is known by its hash alone: what a collision costs is a hint that misleads.
 * In: names and texts. Out: a bit per group. State: the table. Memory: none. */
#include "ingest/extract/groups.h"
#include "ingest/html/tags.h"

static const char *const words_of[GROUP_COUNT] = {
#define X(name, words) [GROUP_##name] = (words),
    GROUPS(X)
#undef X
};

/* The trainer learns which words there are by this. */
#ifndef GROUPS_SEEN
#define GROUPS_SEEN(hash) ((void)0)
#endif

static unsigned slot_of(uint32_t hash)
{
    return (hash >> 16) % GROUP_SLOTS;
}

/* The slot of a word, or the free one where it would be. */
static unsigned find(const struct group_words *w, uint32_t hash)
{
    unsigned i = slot_of(hash);
    while (w->hash[i] && w->hash[i] != hash) i = (i + 1) % GROUP_SLOTS;
    return i;
}

static void add(struct group_words *w, uint32_t hash, uint8_t group, int8_t weight)
{
    unsigned i = find(w, hash);
    w->hash[i] = hash;
    w->present[hash >> 22] |= (uint64_t)1 << (hash >> 16 & 63);
    if (group) w->group[i] = group;
    if (weight) w->weight[i] = weight;
}

void groups_init(struct groups *g)
{
    memset(g, 0, sizeof *g);
    for (unsigned i = 0; i < GROUP_COUNT; i++)
        for (const char *p = words_of[i]; *p;) {
            size_t n = strcspn(p, " ");
            uint32_t hash = name_hash(slice_of(p, n));
            add(&g->names, hash, (uint8_t)(i + 1), 0);
            add(&g->texts, hash, (uint8_t)(i + 1), 0);
            p += n + (p[n] == ' ');
        }
    for (size_t i = 0; i < n_name_weights; i++)
        add(&g->names, name_weights[i].hash, 0, name_weights[i].weight);
    for (size_t i = 0; i < n_text_weights; i++)
        add(&g->texts, text_weights[i].hash, 0, text_weights[i].weight);
}

static void take(struct word_hints *h, const struct group_words *w, uint32_t hash)
{
    h->words++;
    if (!(w->present[hash >> 22] >> (hash >> 16 & 63) & 1)) return;
    unsigned i = find(w, hash);
    if (!w->hash[i]) return;
    if (w->group[i]) h->groups |= (uint64_t)1 << (w->group[i] - 1);
    h->weight += w->weight[i];
    if (w->weight[i] < h->least) h->least = w->weight[i];
    if (w->weight[i] > h->most) h->most = w->weight[i];
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_letter(char c)
{
    return is_lower((char)(c | 0x20));
}

/* The next word: letters, cut at other characters and before a capital that follows a small letter. */
static bool word_next(struct slice *s, uint32_t *hash)
{
    const char *p = s->p, *end = p + s->n;
    while (p < end && !is_letter(*p)) p++;
    const char *from = p;
    *hash = 0;
    for (; p < end && is_letter(*p) && (p == from || !is_lower(p[-1]) || is_lower(*p)); p++)
        *hash = name_hash_add(*hash, *p);
    *s = slice_of(p, (size_t)(end - p));
    return p > from;
}

void groups_of_names(const struct groups *g, struct slice value, uint32_t *sig, struct word_hints *hints)
{
    uint32_t hash;
    bool negated = false;
    const uint32_t has = name_hash(slice_str("has")), no = name_hash(slice_str("no")),
                   with = name_hash(slice_str("with"));
    while (word_next(&value, &hash)) {
        GROUPS_SEEN(hash);
        if (!negated) take(hints, &g->names, hash);
        negated = hash == has || hash == no || hash == with;
        *sig = (*sig ^ hash) * 0x85ebca6bU;
    }
}

void groups_of_text(const struct groups *g, struct slice text, struct word_hints *hints)
{
    for (size_t i = 0; i < text.n;) {
        uint32_t hash = 0;
        size_t from = i;
        for (; i < text.n && (is_letter(text.p[i]) || (uint8_t)text.p[i] >= 0x80); i++)
            hash = name_hash_add(hash, text.p[i]);
        if (i > from)
            take(hints, &g->texts, hash);
        else
            i++;
    }
}
