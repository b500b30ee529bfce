/* facts_text.c: what the text of each block shows, in one pass over it.
 *
 * In: struct page. Out: f->fact. State: none. Memory: the facts, some 200 bytes a block. Time: linear. */
#include "common/text.h"
#include "ingest/extract/facts.h"

void facts_clear_slots(struct features *f)
{
    memset(f->slots, 0, f->n_slots * sizeof *f->slots);
    memset(f->slot_sums, 0, f->n_slots * sizeof *f->slot_sums);
}

size_t facts_slot(struct features *f, uint32_t key)
{
    size_t mask = f->n_slots - 1;
    key |= 1;
    uint32_t h = key * 0x9e3779b1U;
    size_t i = (h ^ h >> 15) & mask;
    for (int k = 0; k < 16; k++, i = (i + 1) & mask)
        if (f->slots[i] == key || f->slots[i] == 0) break;
    f->slots[i] = f->slots[i] ? f->slots[i] : key;
    return i;
}

enum { IN_WORD = 8 };

static const uint8_t kind_of[256] = {
    [0 ... 7] = K_SPACE,
    ['\t'] = K_SPACE,
    ['\n'] = K_SPACE,
    [' '] = K_SPACE,
    ['a' ... 'z'] = K_LOWER | IN_WORD,
    ['A' ... 'Z'] = K_UPPER | IN_WORD,
    ['0' ... '9'] = K_DIGIT | IN_WORD,
    ['.'] = K_END,
    ['!'] = K_END,
    ['?'] = K_END,
    [','] = K_COMMA,
    [';'] = K_COMMA,
    [':'] = K_COMMA,
    [0x80 ... 0xff] = K_HIGH | IN_WORD,
};

/* 0xC2, 0xE2: look at what follows. */
#define MORE 128
static const uint8_t mark_of[256] = {
    ['$'] = HAS_CURRENCY, ['@'] = HAS_AT, ['|'] = HAS_BAR, ['"'] = HAS_QUOTE,
    ['%'] = HAS_PERCENT,  [0xc2] = MORE,  [0xe2] = MORE,
};

/* Marks of two and three bytes: ©, £, »; €, quotation marks. */
static uint8_t long_mark(const char *p, const char *end)
{
    uint8_t lead = (uint8_t)*p, second = end - p > 1 ? (uint8_t)p[1] : 0,
            third = end - p > 2 ? (uint8_t)p[2] : 0;
    if (lead == 0xc2)
        return second == 0xa9 ? HAS_COPYRIGHT : second == 0xa3 ? HAS_CURRENCY : second == 0xbb ? HAS_BAR : 0;
    if (second == 0x82 && third == 0xac) return HAS_CURRENCY;
    return second == 0x80 && (third | 1) == 0x9d ? HAS_QUOTE : 0;
}

static uint8_t marks_in(const char *p, const char *end)
{
    uint8_t found = 0;
    for (; p < end; p++) {
        uint8_t mark = mark_of[(uint8_t)*p];
        found |= mark == MORE ? long_mark(p, end) : mark;
    }
    return found;
}

#define TITLE_BYTES 400
struct title_words {
    uint64_t bits[16]; /* a Bloom filter */
};

/* A text on the way of being read. */
struct reading {
    const struct title_words *title;
    const struct blocks *blocks;
    uint32_t n[K_KINDS], words, ends, in_title, capitals, all, described, structured, before;
};

static uint32_t title_has(const struct title_words *title, uint32_t hash)
{
    return title->bits[hash >> 28] >> (hash >> 22 & 63) & 1;
}

/* From the first character of a word to behind its last. */
static const char *read_word(struct reading *r, const char *p, const char *end)
{
    uint32_t hash = 0, digits = 0;
    uint8_t kind;
    const char *from = p;
    for (; p < end && ((kind = kind_of[(uint8_t)*p]) & IN_WORD); p++) {
        hash = said_word_add(hash, *p);
        digits += kind == (K_DIGIT | IN_WORD);
    }
    r->words++;
    r->n[K_DIGIT] += digits;
    r->n[K_LOWER] += (uint32_t)(p - from) - digits;
    if (*from >= 'A' && *from <= 'Z') r->capitals++;
    r->in_title += title_has(r->title, hash);
    r->all = (r->all ^ hash) * 0x85ebca6bU;
    r->described += said_has(&r->blocks->described, r->before, hash);
    r->structured += said_has(&r->blocks->structured, r->before, hash);
    r->before = hash;
    return p;
}

static uint16_t cap16(uint32_t n)
{
    return (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

static void read_text(struct block_fact *b, struct reading *r, const char *p, const char *end)
{
    uint8_t last = K_SPACE, before = K_SPACE;
    while (p < end) {
        uint8_t kind = kind_of[(uint8_t)*p];
        if (kind & IN_WORD) {
            if (!r->words) b->first = kind & ~IN_WORD;
            p = read_word(r, p, end);
            before = last = kind_of[(uint8_t)p[-1]] & ~IN_WORD;
            continue;
        }
        r->n[kind]++;
        if (kind != K_SPACE)
            last = kind;
        else if (before == K_END)
            r->ends++;
        before = kind;
        p++;
    }
    if (last == K_END) r->ends++;
    b->last = last;
}

static void take_reading(struct block_fact *b, const struct reading *r)
{
    if (r->words > 1) {
        b->described_share = share(r->described, r->words - 1);
        b->structured_share = share(r->structured, r->words - 1);
    }
    b->words = r->words;
    b->punctuation = cap16(r->n[K_COMMA]);
    b->sentences = cap16(r->ends);
    b->digits = cap16(r->n[K_DIGIT]);
    b->capitals = cap16(r->capitals);
    b->others = cap16(r->n[K_OTHER]);
    b->letters = cap16(r->n[K_LOWER]);
    b->title_share = share(r->in_title, r->words);
    b->text_hash = r->all;
}

static void read_title(const struct page *p, struct title_words *title)
{
    uint32_t hash = 0;
    memset(title, 0, sizeof *title);
    for (size_t i = 0; i <= p->title.n && i < TITLE_BYTES; i++) {
        bool in = i < p->title.n && (kind_of[(uint8_t)p->title.p[i]] & IN_WORD);
        bool ends = !in && i && (kind_of[(uint8_t)p->title.p[i - 1]] & IN_WORD);
        if (ends) title->bits[hash >> 28] |= (uint64_t)1 << (hash >> 22 & 63);
        hash = in ? said_word_add(hash, p->title.p[i]) : 0;
    }
}

static void read_blocks(struct features *f, const struct page *p)
{
    const struct blocks *bs = &p->blocks;
    struct title_words title;
    read_title(p, &title);
    for (size_t i = 0; i < bs->n; i++) {
        const struct block *s = &bs->block[i];
        struct block_fact *b = &f->fact[i];
        const char *from = p->text.p + s->start, *to = p->text.p + s->end;
        memset(b, 0, sizeof *b);
        b->bytes = (uint32_t)(s->end - s->start);
        b->link_bytes = s->link_bytes;
        struct reading r = {.title = &title, .blocks = bs};
        read_text(b, &r, from, to);
        take_reading(b, &r);
        b->marks = marks_in(from, b->bytes > SHORT_BYTES ? from + SHORT_BYTES : to);
        struct word_hints hints = {0};
        groups_of_text(&bs->groups, slice_of(from, b->bytes < SHORT_BYTES ? b->bytes : SHORT_BYTES), &hints);
        if (b->bytes <= SHORT_BYTES) b->text_groups = hints.groups;
        if (hints.words) b->text_weight = (int8_t)(hints.weight / (int32_t)hints.words);
        b->text_least = hints.least;
        b->text_most = hints.most;
        bool sentences = b->sentences > 0 && b->bytes >= 60;
        if ((sentences || b->bytes >= 200) && s->link_bytes < b->bytes / 3) b->prose = b->bytes;
    }
}

static void add_up(struct features *f, size_t n)
{
    struct block_fact sum = {0};
    for (size_t i = 0; i <= n; i++) {
        struct block_fact *b = &f->fact[i];
        if (i == n) memset(b, 0, sizeof *b);
        b->sum_bytes = sum.sum_bytes;
        b->sum_links = sum.sum_links;
        b->sum_prose = sum.sum_prose;
        b->sum_words = sum.sum_words;
        b->sum_sentences = sum.sum_sentences;
        sum.sum_bytes += b->bytes;
        sum.sum_links += b->link_bytes;
        sum.sum_prose += b->prose;
        sum.sum_words += b->words;
        sum.sum_sentences += b->sentences;
    }
    f->bytes = sum.sum_bytes;
    f->link_bytes = sum.sum_links;
    f->prose_bytes = sum.sum_prose;
    f->words = sum.sum_words;
}

static void link_neighbours(struct features *f, const struct blocks *bs)
{
    uint32_t heading = BLOCKS_MAX, prose = BLOCKS_MAX;
    for (size_t i = 0; i < bs->n; i++) {
        struct block_fact *b = &f->fact[i];
        b->heading = heading;
        b->prose_before = prose;
        if (bs->node[bs->block[i].node].state & STATE(HEADING)) heading = (uint32_t)i;
        if (b->prose) prose = (uint32_t)i;
    }
    prose = heading = BLOCKS_MAX;
    for (size_t i = bs->n; i-- > 0;) {
        f->fact[i].prose_behind = prose;
        f->fact[i].next_heading = heading;
        if (bs->node[bs->block[i].node].state & STATE(HEADING)) heading = (uint32_t)i;
        if (f->fact[i].prose) prose = (uint32_t)i;
    }
}

static void count_repeats(struct features *f, const struct blocks *bs)
{
    facts_clear_slots(f);
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].repeats_before = (uint32_t)f->slot_sums[facts_slot(f, f->fact[i].text_hash)][0]++;
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].repeats = (uint32_t)f->slot_sums[facts_slot(f, f->fact[i].text_hash)][0];
    facts_clear_slots(f);
    for (size_t i = 0; i < bs->n; i++) f->slot_sums[facts_slot(f, bs->node[bs->block[i].node].path)][0]++;
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].path_count = (uint32_t)f->slot_sums[facts_slot(f, bs->node[bs->block[i].node].path)][0];
}

void facts_read_text(struct features *f, const struct page *p)
{
    read_blocks(f, p);
    add_up(f, p->blocks.n);
    link_neighbours(f, &p->blocks);
    count_repeats(f, &p->blocks);
}
