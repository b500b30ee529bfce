/* hostset.c: open addressing with linear probing, at most three quarters full. A key's place is given by its upper bits, so that
 * doubling copies the old table in order, and both are walked from front to back. In: hashes. Memory: 13 to 27 bytes a key,
 * and half of that again while it doubles. */
#include "ingest/admit/hostset.h"
#include <stdlib.h>

#define FIRST_BITS 10

void hostset_init(struct hostset *s)
{
    *s = (struct hostset){.shift = 64 - FIRST_BITS};
}

void hostset_free(struct hostset *s)
{
    free(s->key);
    free(s->value);
    hostset_init(s);
}

static uint64_t key_of(uint64_t hash)
{
    return hash ? hash : 1;
}

/* The slot of a key, or the free one where it belongs. */
static size_t find(const struct hostset *s, uint64_t key)
{
    size_t i = (size_t)(key >> s->shift);
    while (s->key[i] && s->key[i] != key) i = (i + 1) & (s->n_slots - 1);
    return i;
}

static int grow(struct hostset *s, struct err *e)
{
    struct hostset old = *s;
    if (s->n_slots) s->shift--;
    s->n_slots = (size_t)1 << (64 - s->shift);
    s->key = calloc(s->n_slots, sizeof *s->key);
    s->value = calloc(s->n_slots, sizeof *s->value);
    bool failed = !s->key || !s->value;
    for (size_t i = 0; !failed && i < old.n_slots; i++) {
        if (!old.key[i]) continue;
        size_t at = find(s, old.key[i]);
        s->key[at] = old.key[i];
        s->value[at] = old.value[i];
    }
    free(old.key);
    free(old.value);
    if (!failed) return 0;
    hostset_free(s);
    return err_nomem(e, "loading a blocklist");
}

int hostset_add(struct hostset *s, uint64_t hash, unsigned value, struct err *e)
{
    if (s->n >= s->n_slots / 4 * 3 && grow(s, e) < 0) return -ERR_IO;
    size_t i = find(s, key_of(hash));
    if (s->key[i]) return 0;
    s->key[i] = key_of(hash);
    s->value[i] = (uint16_t)value;
    s->n++;
    return 0;
}

int hostset_get(const struct hostset *s, uint64_t hash)
{
    if (s->n == 0) return -1;
    size_t i = find(s, key_of(hash));
    return s->key[i] ? s->value[i] : -1;
}
