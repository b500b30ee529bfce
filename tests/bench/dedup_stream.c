/* dedup_stream.c: an endless stream of documents with planted duplicates, and a judge of what was made of it.
 *
 *   dedup_stream make BYTES SEED    JSONL to stdout until BYTES are reached (0: for ever); then documents and bytes on stderr
 *   dedup_stream check SEED MADE    reads what a deduplicator let through; MADE holds make's line on stderr. Status 1: a
 *                                   document was removed that repeats none, or the lines are not those of the stream
 *
 * A document is a run of units, each a word of its own and a phrase of 14 words out of a fixed pool: cheap to make, and two
 * of them have few of their word 5-grams in common. One in a hundred repeats an earlier document, one in a hundred does so with some
 * of the words between its phrases replaced, so few that the Jaccard similarity of word 5-grams is at least .85: a word
 * stands in 5 of them, so c words of s 5-grams leave (s - 5c) / (s + 5c). The distance to what is repeated is log-uniform
 * from 1 to the whole stream. Everything follows from the seed and a document's number: memory does not grow. */
#include "common/hash.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OCTAVES 16 /* words: 2^16 - 1; each octave of ranks is as likely as another: about Zipf's law */
#define PHRASES 16384
#define PHRASE_WORDS 14
#define UNIT_WORDS (PHRASE_WORDS + 1)
#define NGRAM 5
#define LEAST_BYTES 1000
#define MOST_BYTES 8000
#define MAX_UNITS (MOST_BYTES / (UNIT_WORDS * 5) + 2) /* a word has at least 4 letters, and a space */
#define CHUNK (1 << 18)

struct word {
    char text[15];
    uint8_t n;
};

struct phrase {
    char text[127];
    uint8_t n;
};

static struct word vocabulary[1 << OCTAVES];
static struct phrase pool[PHRASES];
static uint64_t seed;

struct random {
    uint64_t state;
};

static struct random random_of(uint64_t number, uint64_t purpose)
{
    return (struct random){hash_mix64(hash_mix64(seed * 0x9e3779b97f4a7c15ULL + purpose) ^ number)};
}

static uint64_t draw(struct random *r)
{
    r->state = r->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return r->state;
}

static uint64_t draw_below(struct random *r, uint64_t n)
{
    return (uint64_t)((unsigned __int128)hash_mix64(draw(r)) * n >> 64);
}

/* ------------------------------------------------------------------ words and phrases */

/* Consonant and vowel by turns, then one of four endings: no two numbers make the same word. */
static void spell(struct word *w, uint32_t number)
{
    static const char *const endings[] = {"", "s", "n", "ing"};
    uint32_t left = number;
    w->n = 0;
    while (left || w->n < 4) {
        w->text[w->n++] = "bdfghklmnprstvz"[left % 15];
        w->text[w->n++] = "aeiou"[left / 15 % 5];
        left /= 75;
    }
    for (const char *e = endings[hash_mix64(number) % 4]; *e; e++) w->text[w->n++] = *e;
    w->text[w->n++] = ' ';
}

static inline uint32_t rank_of(uint64_t bits)
{
    unsigned octave = (unsigned)bits % OCTAVES;
    return (1U << octave | ((uint32_t)(bits / OCTAVES) & ((1U << octave) - 1))) - 1;
}

/* Whether it has room for all the words and a mark behind them. */
static bool compose(struct phrase *p, struct random *r)
{
    size_t n = 0;
    for (unsigned i = 0; i < PHRASE_WORDS; i++) {
        const struct word *w = &vocabulary[rank_of(hash_mix64(draw(r)))];
        if (n + w->n + 3 > sizeof p->text) return false;
        memcpy(p->text + n, w->text, w->n);
        n += w->n;
    }
    static const char *const marks[] = {" ", ", ", ". ", ".\\n"};
    const char *mark = marks[draw_below(r, 4)];
    memcpy(p->text + n - 1, mark, strlen(mark));
    p->n = (uint8_t)(n - 1 + strlen(mark));
    return true;
}

static void make_pool(void)
{
    struct random r = random_of(0, 1);
    for (uint32_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) spell(&vocabulary[i], i);
    for (unsigned i = 0; i < PHRASES; i++)
        while (!compose(&pool[i], &r)) {
        }
}

/* ------------------------------------------------------------------ documents */

struct plan {
    uint64_t of; /* the document whose text it is: its own number where it repeats none */
    bool near;
    unsigned changed;         /* words */
    uint32_t at_least;        /* the similarity, in 1/10000 */
    uint32_t word[MAX_UNITS]; /* near: 1 + rank of what stands there instead; 0: as it was */
};

struct unit {
    uint32_t phrase, word;
};

static inline struct unit next_unit(struct random *r)
{
    uint64_t bits = draw(r);
    return (struct unit){(uint32_t)(bits >> 50), rank_of(bits >> 26)};
}

static size_t size_of(struct random *r)
{
    return LEAST_BYTES + draw_below(r, MOST_BYTES - LEAST_BYTES);
}

/* 0: it repeats none; 1: exactly; 2: nearly. */
static unsigned kind_of(uint64_t number)
{
    struct random r = random_of(number, 2);
    uint64_t hundredth = draw_below(&r, 100);
    return number == 0 || hundredth > 1 ? 0 : (unsigned)hundredth + 1;
}

/* What an earlier document drawn by its distance repeats, or itself: never a planted one. */
static uint64_t original_of(uint64_t number)
{
    while (kind_of(number)) {
        struct random r = random_of(number, 3);
        uint64_t octaves = 64 - (uint64_t)__builtin_clzll(number), octave = 1ULL << draw_below(&r, octaves);
        uint64_t distance = octave + draw_below(&r, octave);
        number -= distance < number ? distance : number;
    }
    return number;
}

/* The least number of different 5-grams: units whose phrase stood there before may add none. */
static unsigned ngrams_of(uint64_t number, unsigned *units)
{
    struct random r = random_of(number, 4);
    uint32_t seen[MAX_UNITS];
    unsigned different = 0, n = 0;
    for (size_t size = size_of(&r), bytes = 0; bytes < size; n++) {
        struct unit u = next_unit(&r);
        unsigned i = 0;
        while (i < different && seen[i] != u.phrase) i++;
        if (i == different) seen[different++] = u.phrase;
        bytes += vocabulary[u.word].n + (size_t)pool[u.phrase].n;
    }
    *units = n;
    return different * UNIT_WORDS - (NGRAM - 1);
}

static void plan_changes(uint64_t number, struct plan *p)
{
    struct random r = random_of(number, 5), original = random_of(p->of, 4);
    unsigned units, ngrams = ngrams_of(p->of, &units);
    uint32_t was[MAX_UNITS] = {0};
    size_of(&original);
    for (unsigned i = 0; i < units; i++) was[i] = next_unit(&original).word;
    memset(p->word, 0, sizeof p->word);
    p->changed = 1 + (unsigned)draw_below(&r, ngrams * 3 / 185); /* (s - 5c) / (s + 5c) >= .85 */
    for (unsigned c = 0; c < p->changed;) {
        unsigned i = (unsigned)draw_below(&r, units);
        uint32_t word = rank_of(hash_mix64(draw(&r)));
        if (p->word[i] || word == was[i]) continue;
        p->word[i] = word + 1;
        c++;
    }
    p->at_least = 10000 * (ngrams - NGRAM * p->changed) / (ngrams + NGRAM * p->changed);
}

static void plan(uint64_t number, struct plan *p)
{
    unsigned kind = kind_of(number);
    p->of = original_of(number);
    p->near = kind == 2;
    p->at_least = 10000;
    if (p->near) plan_changes(number, p);
}

/* Copies whole slots, of which the next one overwrites the rest: at most 128 bytes more than it returns. */
static size_t write_text(const struct plan *p, char *to)
{
    struct random r = random_of(p->of, 4);
    size_t size = size_of(&r), n = 0; /* that of the original, whatever its words became */
    char *at = to;
    for (unsigned i = 0; n < size; i++) {
        struct unit u = next_unit(&r);
        const struct word *w = &vocabulary[p->near && p->word[i] ? p->word[i] - 1 : u.word];
        n += vocabulary[u.word].n + (size_t)pool[u.phrase].n;
        memcpy(at, w, sizeof *w);
        at += w->n;
        memcpy(at, &pool[u.phrase], sizeof *pool);
        at += pool[u.phrase].n;
    }
    return (size_t)(at - to);
}

static size_t write_document(uint64_t number, const struct plan *p, char *to)
{
    char *at = to + sprintf(to, "{\"id\":\"s-%llu\",\"text\":\"", (unsigned long long)number);
    at += write_text(p, at);
    if (p->of == number)
        at += sprintf(at, "\",\"source\":\"stream\"}\n");
    else
        at += sprintf(at,
                      "\",\"source\":\"stream\",\"metadata\":{\"duplicate_of\":\"s-%llu\",\"jaccard_at_"
                      "least\":%u.%04u}}\n",
                      (unsigned long long)p->of, p->at_least / 10000, p->at_least % 10000);
    return (size_t)(at - to);
}

static int make(uint64_t bytes)
{
    static char out[CHUNK + 2 * MOST_BYTES];
    struct plan p;
    uint64_t number = 0, written = 0;
    size_t n = 0;
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 4 * CHUNK); /* fails on what is no pipe */
    for (; bytes == 0 || written + n < bytes; number++) {
        plan(number, &p);
        n += write_document(number, &p, out + n);
        if (n < CHUNK) continue;
        if (fwrite(out, 1, n, stdout) != n) return 1;
        written += n;
        n = 0;
    }
    if (fwrite(out, 1, n, stdout) != n || fflush(stdout)) return 1;
    written += n;
    fprintf(stderr, "%llu %llu\n", (unsigned long long)number, (unsigned long long)written);
    return 0;
}

/* ------------------------------------------------------------------ judging */

#define BINS 4      /* exact; near, at least .95, .90, .85 alike */
#define DISTANCES 9 /* powers of ten */

struct count {
    uint64_t planted, removed;
};

struct judge {
    struct count by_bin[BINS], by_distance[DISTANCES];
    uint64_t next, kept, wrong;
};

static void judge_one(struct judge *j, uint64_t number, bool removed)
{
    struct plan p;
    unsigned bin = 0, power = 0;
    if (kind_of(number) == 0) {
        j->wrong += removed;
        if (removed && j->wrong <= 5)
            fprintf(stderr, "s-%llu was removed, and repeats none\n", (unsigned long long)number);
        return;
    }
    plan(number, &p);
    if (p.near) bin = p.at_least >= 9500 ? 1 : p.at_least >= 9000 ? 2 : 3;
    for (uint64_t d = number - p.of; d >= 10 && power < DISTANCES - 1; d /= 10) power++;
    j->by_bin[bin].planted++;
    j->by_bin[bin].removed += removed;
    j->by_distance[power].planted++;
    j->by_distance[power].removed += removed;
}

/* All documents before this one that have not been seen were removed. */
static bool judge_line(struct judge *j, const char *line)
{
    static const char head[] = "{\"id\":\"s-";
    if (strncmp(line, head, sizeof head - 1) != 0) return false;
    uint64_t number = strtoull(line + sizeof head - 1, NULL, 10);
    if (number < j->next) return false;
    for (; j->next < number; j->next++) judge_one(j, j->next, true);
    judge_one(j, j->next++, false);
    j->kept++;
    return true;
}

static void print_count(const char *what, struct count c)
{
    if (c.planted)
        printf("%s: %llu planted, %llu removed, %.5f\n", what, (unsigned long long)c.planted,
               (unsigned long long)c.removed, (double)c.removed / (double)c.planted);
}

static void print_judge(const struct judge *j, uint64_t documents, uint64_t bytes)
{
    static const char *const name[BINS] = {"exact", "near, J >= .95", "near, J >= .90", "near, J >= .85"};
    printf("%llu documents, %.3f GB; %llu kept; removed that repeat none: %llu\n",
           (unsigned long long)documents, (double)bytes / 1e9, (unsigned long long)j->kept,
           (unsigned long long)j->wrong);
    for (unsigned b = 0; b < BINS; b++) print_count(name[b], j->by_bin[b]);
    for (unsigned d = 0; d < DISTANCES; d++) {
        char what[40];
        snprintf(what, sizeof what, "distance from 10^%u", d);
        print_count(what, j->by_distance[d]);
    }
}

static int check(const char *made)
{
    struct judge j = {0};
    char *line = NULL;
    size_t cap = 0;
    unsigned long long documents, bytes;
    bool whole = true;
    setvbuf(stdin, NULL, _IOFBF, 1 << 20);
    while (whole && getline(&line, &cap, stdin) > 0) whole = judge_line(&j, line);
    free(line);
    FILE *f = fopen(made, "r"); /* written by now: the stream has ended */
    bool ended = f && fscanf(f, "%llu%llu", &documents, &bytes) == 2;
    if (f) fclose(f);
    if (!whole || !ended || documents < j.next) {
        fputs(whole && !ended ? "dedup_stream: the stream was not read to its end\n"
                              : "dedup_stream: these are not the documents of that stream in its order\n",
              stderr);
        return 1;
    }
    for (; j.next < documents; j.next++) judge_one(&j, j.next, true);
    print_judge(&j, documents, bytes);
    return j.wrong != 0;
}

int main(int argc, char **argv)
{
    bool making = argc == 4 && strcmp(argv[1], "make") == 0;
    if (!making && (argc != 4 || strcmp(argv[1], "check") != 0)) {
        fputs("dedup_stream make BYTES SEED | dedup_stream check SEED MADE\n", stderr);
        return 2;
    }
    seed = strtoull(argv[making ? 3 : 2], NULL, 10);
    make_pool();
    return making ? make(strtoull(argv[2], NULL, 10)) : check(argv[3]);
}
