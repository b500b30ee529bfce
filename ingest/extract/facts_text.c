/* facts_text.c: what the text of each block shows, in one pass over it.
 *
 * In: struct page. Out: f->fact. State: none. Memory: the facts, some 200 bytes a block. Time: linear. */
#include "common/text.h"
#include "ingest/extract/charbits.h"
#include "ingest/extract/facts.h"
#include "ingest/extract/words.h"

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

static const uint8_t kind_of[256] = {
    [0 ... 7] = K_SPACE,     ['\t'] = K_SPACE,
    ['\n'] = K_SPACE,        [' '] = K_SPACE,
    ['a' ... 'z'] = K_LOWER, ['A' ... 'Z'] = K_UPPER,
    ['0' ... '9'] = K_DIGIT, ['.'] = K_END,
    ['!'] = K_END,           ['?'] = K_END,
    [','] = K_COMMA,         [';'] = K_COMMA,
    [':'] = K_COMMA,         [0x80 ... 0xff] = K_HIGH,
};

/* Marks of one byte, and of two and three: ©, £, »; €, quotation marks. */
static uint8_t mark_at(const char *p, const char *end)
{
    uint8_t second = end - p > 1 ? (uint8_t)p[1] : 0, third = end - p > 2 ? (uint8_t)p[2] : 0;
    switch ((uint8_t)*p) {
    case '$': return HAS_CURRENCY;
    case '@': return HAS_AT;
    case '|': return HAS_BAR;
    case '"': return HAS_QUOTE;
    case 0xc2:
        return second == 0xa9 ? HAS_COPYRIGHT : second == 0xa3 ? HAS_CURRENCY : second == 0xbb ? HAS_BAR : 0;
    case 0xe2:
        if (second == 0x82 && third == 0xac) return HAS_CURRENCY;
        return second == 0x80 && (third | 1) == 0x9d ? HAS_QUOTE : 0;
    default: return 0;
    }
}

#define TITLE_BYTES 400
struct title_words {
    uint64_t bits[16]; /* a Bloom filter */
};

/* A text on the way of being read. */
struct reading {
    const struct title_words *title;
    const struct blocks *blocks;
    const char *start, *end; /* the block's */
    const char *hinted;      /* words from here on give no hints */
    const char *readable;    /* the page's end */
    const char *word;        /* the word that is open; NULL: none */
    struct word_hints hints;
    uint32_t letters, digits, commas, others, words, ends, in_title, capitals, all, described, structured,
        before;
    bool after_end;
    uint8_t first, last, marks;
};

static uint32_t title_has(const struct title_words *title, uint32_t hash)
{
    return title->bits[hash >> 28] >> (hash >> 22 & 63) & 1;
}

static void take_word(struct reading *r, const char *p, const char *end)
{
    uint32_t hash = word_hash(p, (size_t)(end - p), r->readable);
    if (!r->words++) r->first = kind_of[(uint8_t)*p];
    r->capitals += *p >= 'A' && *p <= 'Z';
    r->in_title += title_has(r->title, hash);
    r->all = (r->all ^ hash) * 0x85ebca6bU;
    if (r->blocks->described.pairs) r->described += said_has(&r->blocks->described, r->before, hash);
    if (r->blocks->structured.pairs) r->structured += said_has(&r->blocks->structured, r->before, hash);
    if (p < r->hinted && (*p < '0' || *p > '9')) groups_of_word(&r->blocks->groups, hash, &r->hints);
    r->before = hash;
}

static uint32_t count(uint64_t bits)
{
    return bits ? (uint32_t)__builtin_popcountll(bits) : 0;
}

static void take_words(struct reading *r, const char *p, uint64_t word)
{
    uint64_t edges = word ^ (word << 1 | (r->word != NULL));
    for (; edges; edges &= edges - 1) {
        const char *edge = p + __builtin_ctzll(edges);
        if (r->word) take_word(r, r->word, edge);
        r->word = r->word ? NULL : edge;
    }
}

static void take_marks(struct reading *r, const char *p, uint64_t mark)
{
    for (; mark; mark &= mark - 1) {
        const char *at = p + __builtin_ctzll(mark);
        if (at < r->hinted) r->marks |= mark_at(at, r->hinted);
    }
}

/* The next n <= CHARBITS bytes. */
static void take_bytes(struct reading *r, const char *p, size_t n)
{
    const struct charbits b = charbits_of(p, n, r->readable);
    uint64_t all = n < CHARBITS ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
    take_words(r, p, b.word);
    take_marks(r, p, b.mark);
    r->digits += count(b.digit);
    r->letters += count(b.word & ~b.digit);
    r->commas += count(b.comma);
    r->others += count(all & ~(b.word | b.space | b.end | b.comma));
    r->ends += count(b.space & (b.end << 1 | r->after_end));
    r->after_end = b.end >> (CHARBITS - 1);
    uint64_t black = all & ~b.space;
    if (black) r->last = kind_of[(uint8_t)p[63 - __builtin_clzll(black)]];
}

static void read_text(struct reading *r)
{
    for (const char *p = r->start; p < r->end; p += CHARBITS)
        take_bytes(r, p, r->end - p < CHARBITS ? (size_t)(r->end - p) : CHARBITS);
    if (r->word) take_word(r, r->word, r->end);
    r->ends += r->last == K_END;
}

static uint16_t cap16(uint32_t n)
{
    return (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

static void take_reading(struct block_fact *b, const struct reading *r)
{
    if (r->words > 1) {
        b->described_share = share(r->described, r->words - 1);
        b->structured_share = share(r->structured, r->words - 1);
    }
    b->words = r->words;
    b->punctuation = cap16(r->commas);
    b->sentences = cap16(r->ends);
    b->digits = cap16(r->digits);
    b->capitals = cap16(r->capitals);
    b->others = cap16(r->others);
    b->letters = cap16(r->letters);
    b->first = r->first;
    b->last = r->last;
    b->marks = r->marks;
    b->title_share = share(r->in_title, r->words);
    if (b->bytes <= SHORT_BYTES) b->text_groups = r->hints.groups;
    if (r->hints.words) b->text_weight = (int8_t)(r->hints.weight / (int32_t)r->hints.words);
    b->text_least = r->hints.least;
    b->text_most = r->hints.most;
    b->text_hash = r->all;
}

static bool in_word(char c)
{
    uint8_t kind = kind_of[(uint8_t)c];
    return kind == K_LOWER || kind == K_UPPER || kind == K_DIGIT || kind == K_HIGH;
}

static void read_title(const struct page *p, struct title_words *title)
{
    const char *q = p->title.n ? p->title.p : "", *readable = q + p->title.n,
               *end = p->title.n < TITLE_BYTES ? readable : q + TITLE_BYTES;
    memset(title, 0, sizeof *title);
    while (q < end) {
        const char *from = q;
        while (q < end && in_word(*q)) q++;
        if (q > from) {
            uint32_t hash = word_hash(from, (size_t)(q - from), readable);
            title->bits[hash >> 28] |= (uint64_t)1 << (hash >> 22 & 63);
        }
        q += q < end;
    }
}

static void read_block(struct block_fact *b, struct reading *r, const struct block *s)
{
    memset(b, 0, sizeof *b);
    b->bytes = (uint32_t)(s->end - s->start);
    b->link_bytes = s->link_bytes;
    read_text(r);
    take_reading(b, r);
    bool sentences = b->sentences > 0 && b->bytes >= 60;
    if ((sentences || b->bytes >= 200) && s->link_bytes < b->bytes / 3) b->prose = b->bytes;
}

static void read_blocks(struct features *f, const struct page *p)
{
    struct title_words title;
    read_title(p, &title);
    for (size_t i = 0; i < p->blocks.n; i++) {
        const struct block *s = &p->blocks.block[i];
        const char *start = p->text.p + s->start, *end = p->text.p + s->end;
        struct reading r = {
            .title = &title, .blocks = &p->blocks, .start = start, .end = end, .last = K_SPACE};
        r.hinted = end - start > SHORT_BYTES ? start + SHORT_BYTES : end;
        r.readable = p->text.p + p->text.n;
        read_block(&f->fact[i], &r, s);
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
