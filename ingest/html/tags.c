/* tags.c: names of elements and attributes to small numbers, by a hash that the tokeniser computes while it reads a name. */
#include "ingest/html/tags.h"
#include "common/text.h"

static const unsigned flags_of[TAG_COUNT] = {
#define X(id, name, flags) [TAG_##id] = (flags),
    TAGS(X)
#undef X
};

static const char *const tag_names[TAG_COUNT] = {[TAG_OTHER] = "",
#define X(id, name, flags) [TAG_##id] = (name),
                                                 TAGS(X)
#undef X
};

static const char *const attr_names[ATTR_COUNT] = {[ATTR_OTHER] = "",
#define X(id, name) [ATTR_##id] = (name),
                                                   ATTRS(X)
#undef X
};

unsigned tag_flags(enum tag tag)
{
    return flags_of[tag];
}

const char *tag_name(enum tag tag)
{
    return tag_names[tag];
}

uint32_t name_hash(struct slice name)
{
    uint32_t h = 0;
    for (size_t i = 0; i < name.n; i++) h = name_hash_add(h, name.p[i]);
    return h;
}

static unsigned slot_of(uint32_t hash)
{
    return (hash >> 16) % NAMES_SLOTS;
}

void names_init(struct names *n, const char *const *name, unsigned count)
{
    memset(n, 0, sizeof *n);
    n->name = name;
    for (unsigned id = 1; id < count; id++) {
        uint32_t hash = name_hash(slice_str(name[id]));
        unsigned slot = slot_of(hash);
        while (n->id[slot]) slot = (slot + 1) % NAMES_SLOTS;
        n->hash[slot] = hash;
        n->id[slot] = (uint8_t)id;
        n->bytes[slot] = (uint8_t)strlen(name[id]);
    }
}

void names_init_tags(struct names *n)
{
    names_init(n, tag_names, TAG_COUNT);
}

void names_init_attrs(struct names *n)
{
    names_init(n, attr_names, ATTR_COUNT);
}

/* Names are short: a loop here costs less than a call. */
static bool is_same(const char *written, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = written[i];
        if (c >= 'A' && c <= 'Z') c |= 0x20;
        if (c != name[i]) return false;
    }
    return true;
}

unsigned names_find(const struct names *n, struct slice name, uint32_t hash)
{
    for (unsigned slot = slot_of(hash); n->id[slot]; slot = (slot + 1) % NAMES_SLOTS)
        if (n->hash[slot] == hash && n->bytes[slot] == name.n &&
            is_same(name.p, n->name[n->id[slot]], name.n))
            return n->id[slot];
    return 0;
}

bool tags_style_hides(struct slice style)
{
    const char *p = slice_find(style, slice_str("display"));
    if (!p) return false;
    const char *end = style.p + style.n;
    for (p += 7; p < end && (*p == ' ' || *p == ':');) p++;
    return end - p >= 4 && memcmp(p, "none", 4) == 0;
}
