/* groups.c: words to groups, by hash.
 *
 * In: names and texts. Out: a bit per group. State: the table. Memory: none. */
#include "ingest/extract/groups.h"
#include "ingest/extract/words.h"
#include <stdbool.h>

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
    static const char *const negations[] = {"has", "no", "with"};
    memset(g, 0, sizeof *g);
    for (int i = 0; i < 3; i++)
        g->negations[i] = word_hash(negations[i], strlen(negations[i]), negations[i] + strlen(negations[i]));
    for (unsigned i = 0; i < GROUP_COUNT; i++)
        for (const char *p = words_of[i]; *p;) {
            size_t n = strcspn(p, " ");
            uint32_t hash = word_hash(p, n, p + n);
            add(&g->names, hash, (uint8_t)(i + 1), 0);
            add(&g->texts, hash, (uint8_t)(i + 1), 0);
            p += n + (p[n] == ' ');
        }
    for (size_t i = 0; i < n_name_weights; i++)
        add(&g->names, name_weights[i].hash, 0, name_weights[i].weight);
    for (size_t i = 0; i < n_text_weights; i++)
        add(&g->texts, text_weights[i].hash, 0, text_weights[i].weight);
}

void groups_take_known(const struct group_words *w, uint32_t hash, struct word_hints *h)
{
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
    while (p < end && is_letter(*p) && (p == from || !is_lower(p[-1]) || is_lower(*p))) p++;
    if (p > from) *hash = word_hash(from, (size_t)(p - from), end);
    *s = slice_of(p, (size_t)(end - p));
    return p > from;
}

void groups_of_names(const struct groups *g, struct slice value, uint32_t *sig, struct word_hints *hints)
{
    const struct group_words *w = &g->names;
    uint32_t hash;
    bool negated = false;
    while (word_next(&value, &hash)) {
        GROUPS_SEEN(hash);
        hints->words += !negated;
        if (!negated && (w->present[hash >> 22] >> (hash >> 16 & 63) & 1)) groups_take_known(w, hash, hints);
        negated = hash == g->negations[0] || hash == g->negations[1] || hash == g->negations[2];
        *sig = (*sig ^ hash) * 0x85ebca6bU;
    }
}
