/* dedup.c: leat dedup exact|simhash|minhash|lines: drops documents that repeat an earlier one, or their lines (lines.h).
 *
 * Keys, fingerprints, shingles and signatures are computed on all threads; then, in input order, each document is held against those
 * kept so far (survivors.h). A near-duplicate is dropped only when its true similarity with a kept document reaches the
 * threshold: agreeing bands only propose it. So no chain of likenesses removes an unlike document.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --pairs. State: what was kept, within --memory. */
#include "common/json.h"
#include "common/stage.h"
#include "dedup/bloom.h"
#include "dedup/lines.h"
#include "dedup/minhash.h"
#include "dedup/nearby.h"
#include "dedup/shingle.h"
#include "dedup/simhash.h"
#include "dedup/survivors.h"
#include <stdio.h>
#include <stdlib.h>

static const char *profile = "14x8", *pairs_file;
static double threshold = 0.8;
static int64_t words_per_ngram, seed = 1, most_bits = 3;
static bool normalize, allow_duplicate_ids;
static int unit, index_kind;
static int64_t min_chars, min_words, expected;
static double overlap, drop_share = 1, fp = 1e-6;
static bool annotate;

static const struct opt own[] = {
    {"threshold", 0, OPT_NUM, &threshold, "J", NULL, 0, 1,
     "drop a document whose Jaccard similarity with a kept one is at least this", .verbs = "minhash"},
    {"profile", 0, OPT_STR, &profile, "BANDSxROWS", NULL, 0, 0,
     "how candidates are found; more bands find more, more rows check fewer", .verbs = "minhash"},
    {"distance", 0, OPT_INT, &most_bits, "BITS", NULL, 0, NEARBY_MAX_DISTANCE,
     "drop a document whose fingerprint differs from a kept one's in at most so many of 64 bits; each more "
     "costs "
     "memory and time",
     .verbs = "simhash"},
    {"ngram", 0, OPT_INT, &words_per_ngram, "N", NULL, 1, SHINGLE_MAX,
     "words in a shingle, and in what --overlap counts [default: 5, of simhash 3]",
     .verbs = "simhash|minhash|lines"},
    {"seed", 0, OPT_INT, &seed, "N", NULL, 0, 9e15, "seed of the lanes' multipliers", .verbs = "minhash"},
    {"normalize", 0, OPT_FLAG, &normalize, NULL, NULL, 0, 0,
     "compare lower-cased words, not bytes: case, white space and punctuation do not count",
     .verbs = "exact|lines"},
    {"allow-duplicate-ids", 0, OPT_FLAG, &allow_duplicate_ids, NULL, NULL, 0, 0,
     "keep documents of different texts that have the same id, and count them; else that is an error",
     .verbs = "exact|simhash|minhash"},
    {"pairs", 0, OPT_STR, &pairs_file, "FILE", NULL, 0, 0,
     "write a line per dropped document: its id, the id of the kept one, their similarity (of simhash "
     "their distance), separated by tabs; "
     "\\t, \\n, \\r and \\\\ stand for those characters in an id",
     .verbs = "exact|simhash|minhash"},
    {"unit", 0, OPT_CHOICE, &unit, NULL, "line|paragraph", 0, 0,
     "what is compared and removed: lines, of which those of white space only are left alone, or what dolma "
     "calls paragraphs: the same, and blank ones are lines as all others",
     .verbs = "lines"},
    {"min-chars", 0, OPT_INT, &min_chars, "N", NULL, 0, 1e15, "leave lines of fewer characters alone",
     .verbs = "lines"},
    {"min-words", 0, OPT_INT, &min_words, "N", NULL, 0, 1e15, "leave lines of fewer words alone",
     .verbs = "lines"},
    {"overlap", 0, OPT_NUM, &overlap, "SHARE", NULL, 0, 1,
     "remove a line when at least this share of the n-grams of its lower-cased words was in lines that "
     "stayed, "
     "or all its words where they are fewer; 0: lines are compared as a whole",
     .verbs = "lines", .excludes = "normalize"},
    {"drop-share", 0, OPT_NUM, &drop_share, "SHARE", NULL, 0.001, 1,
     "drop a document of which at least this share of the characters would be removed", .verbs = "lines"},
    {"index", 0, OPT_CHOICE, &index_kind, NULL, "exact|bloom", 0, 0,
     "how the lines are kept in memory: all their hashes, or a Bloom filter of a fixed size, which takes "
     "some "
     "lines for repeated that are not",
     .verbs = "lines"},
    {"expected", 0, OPT_INT, &expected, "N", NULL, 0, 1e15,
     "how many different lines, or n-grams, the filter is made for", .verbs = "lines",
     .needs = "index=bloom"},
    {"fp", 0, OPT_NUM, &fp, "RATE", NULL, BLOOM_MIN_FP, 0.5,
     "the share of strange lines that the filter, once it holds as many as expected, takes for repeated",
     .verbs = "lines", .needs = "index=bloom"},
    {"annotate", 0, OPT_FLAG, &annotate, NULL, NULL, 0, 0,
     "remove and drop nothing; write the spans of repeated lines into metadata.dedup_lines", .verbs = "lines",
     .excludes = "rejects|attributes|drop-share"},
    {0}};

static int check_options(struct err *e)
{
    if (index_kind == 1 && expected < 1)
        return err_set(e, ERR_USAGE,
                       "--index bloom needs --expected: how many different lines, or n-grams, will come");
    return 0;
}

static const char *const verbs[] = {"exact", "simhash", "minhash", "lines", NULL};

static const struct opt_spec spec = {
    .name = "leat dedup",
    .summary = "drop documents that repeat an earlier one",
    .operands = "[INPUT…]",
    .verbs = verbs,
    .description =
        "exact drops a document whose text is that of an earlier one: the same bytes, or with --normalize "
        "the same words.\n\n"
        "simhash drops near-duplicates: of a document's word n-grams, each as often as it stands there, a "
        "fingerprint "
        "of 64 bits is made (Charikar), and a document is dropped exactly when a kept one's differs in at "
        "most "
        "--distance bits; none is missed. Two documents whose counts of n-grams have the cosine c differ in "
        "about "
        "64*acos(c)/pi bits: 2.9 at .99, 9.6 at .89. It finds copies with few changes, faster than minhash "
        "and in less "
        "memory; it compares fingerprints, never texts.\n\n"
        "minhash drops near-duplicates: documents are sets of word n-grams, MinHash bands propose pairs, and "
        "a document is "
        "dropped exactly when a kept document that shares a band with it has a true Jaccard similarity of at "
        "least "
        "--threshold. Which band profile finds what: a pair of similarity J is proposed with probability "
        "1-(1-J^rows)^bands; 14x8 finds 92% at .8 and 99.96% at .9.\n\n"
        "lines removes repeated lines from the texts, in the manner of dolma's deduper and DCLM's BFF: a "
        "line "
        "stays where it stands first, in the order of the input and within one document too, and is removed "
        "wherever it comes again; the others are joined by newlines. With --overlap it is removed when that "
        "share of its n-grams was in lines that stayed. Lines are what Python's text.split(\"\\n\") gives, "
        "which "
        "dolma and BFF call paragraphs; a carriage return belongs to its line. A document is dropped with "
        "the "
        "rule no-text-left when nothing but white space is left, with repeated-share by --drop-share; what "
        "stood in it for the first time may then stand in a later one. Its state is 11 to 33 bytes a line, "
        "or a "
        "Bloom filter (1.3 bytes for an --fp of 1%, 5 for one in a million). With "
        "--attributes nothing is removed, and the spans of repeated lines go to FILE: "
        "\"dedup__lines\":[[start,end,share],...], in characters, with the share of n-grams seen.\n\n"
        "The earlier document is kept: the result depends on the order of the inputs, and on nothing else. "
        "State is held in "
        "memory and bounded by --memory; past it the run ends with an error and no output. A rejected "
        "document of exact, simhash and minhash carries in metadata.drop.value the id of the document that "
        "stayed "
        "and their similarity, or distance in bits.",
    .examples = "leat dedup exact docs.jsonl.zst | leat dedup minhash --threshold 0.8 -o unique.jsonl.zst\n"
                "leat dedup minhash --profile 20x13 --pairs pairs.tsv --memory 8G a.jsonl.zst b.jsonl.zst -o "
                "out.jsonl.zst\n"
                "leat dedup lines --min-words 5 --drop-share 0.8 -o fresh.jsonl.zst docs.jsonl.zst\n"
                "# as DCLM's BFF: n-grams of paragraphs, in a filter for a billion of them\n"
                "leat dedup lines --overlap 0.8 --ngram 13 --min-words 13 --index bloom --expected "
                "1000000000 --fp 0.01 "
                "--memory 4G docs.jsonl.zst -o fresh.jsonl.zst\n",
    .attributes_verbs = "lines",
    .own = own,
    .check = check_options,
};

struct dedup {
    enum { EXACT, SIMHASH, MINHASH } verb; /* as in verbs */
    struct minhash minhash;
    struct survivors *survivors;
    struct out *pairs;
    struct buf value, pair_line;
};

/* What a deferred document carries: the key or the band keys, then the list of shingles. */
struct mark {
    struct hash128 key;
    uint64_t n;
    uint64_t band[]; /* bands keys, then n uint32_t */
};

struct worker {
    struct shingles *shingles;
    struct wordhash words;
    struct buf mark;
};

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    shingles_free(w->shingles);
    wordhash_free(&w->words);
    buf_free(&w->mark);
    free(w);
}

static void *worker_new(void *ctx)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->mark, BUF_NO_MAX);
    wordhash_init(&w->words);
    w->shingles = shingles_new(&(struct shingle_opts){.n = (unsigned)words_per_ngram});
    if (w->shingles) return w;
    worker_free(ctx, w);
    return NULL;
}

static int exact_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct worker *w = worker;
    struct hash128 key;
    int r = 0;
    if (normalize)
        r = shingles_normal_hash(w->shingles, d->text, &key, e);
    else
        key = hash128(d->text.p, d->text.n);
    return r < 0 ? r : stage_defer(o, d, &key, sizeof key);
}

static int simhash_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct worker *w = worker;
    uint64_t fingerprint;
    int r = simhash_text(&w->words, d->text, (unsigned)words_per_ngram, &fingerprint, e);
    return r < 0 ? r : stage_defer(o, d, &fingerprint, sizeof fingerprint);
}

static int minhash_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct dedup *x = ctx;
    struct worker *w = worker;
    struct shingle_list list;
    size_t head = sizeof(struct mark) + x->minhash.o.bands * sizeof(uint64_t);
    int r = shingles_of(w->shingles, d->text, &list, e);
    if (r < 0) return r;
    buf_clear(&w->mark);
    size_t bytes = list.n * sizeof *list.at;
    if (buf_reserve(&w->mark, head + bytes) < 0) return err_nomem(e, "keeping a document's shingles");
    struct mark *m = (struct mark *)(void *)w->mark.p;
    m->key = (struct hash128){0};
    m->n = list.n;
    minhash_bands(&x->minhash, &list, m->band);
    memcpy(w->mark.p + head, list.at, bytes);
    return stage_defer(o, d, m, head + bytes);
}

/* likeness: the similarity, or of simhash the distance. */
static int find(struct dedup *x, const struct stage_deferred *m, uint64_t *number, double *likeness,
                struct err *e)
{
    const struct mark *mark = m->data;
    unsigned bits;
    int r;
    switch (x->verb) {
    case EXACT:
        *likeness = 1;
        return survivors_exact(x->survivors, *(const struct hash128 *)m->data, m->id, number, e);
    case SIMHASH:
        r = survivors_nearest(x->survivors, *(const uint64_t *)m->data, m->id, number, &bits, e);
        if (r == 1) *likeness = bits;
        return r;
    default:
        return survivors_similar(x->survivors, mark->band,
                                 (const uint32_t *)(mark->band + x->minhash.o.bands), mark->n, m->id,
                                 threshold, number, likeness, e);
    }
}

static char escape_letter(char c)
{
    switch (c) {
    case '\t': return 't';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\\': return '\\';
    default: return 0;
    }
}

/* The id, with what would break the line apart escaped, and a tab. */
static void put_field(struct buf *b, struct slice id)
{
    for (size_t i = 0; i < id.n; i++) {
        char letter = escape_letter(id.p[i]);
        if (letter) buf_putc(b, '\\');
        buf_putc(b, letter ? letter : id.p[i]);
    }
    buf_putc(b, '\t');
}

static int report(struct dedup *x, struct slice dropped, struct slice kept, double likeness, struct err *e)
{
    if (!x->pairs) return 0;
    buf_clear(&x->pair_line);
    put_field(&x->pair_line, dropped);
    put_field(&x->pair_line, kept);
    buf_printf(&x->pair_line, "%.*f\n", x->verb == SIMHASH ? 0 : 6, likeness);
    if (x->pair_line.failed) return err_nomem(e, "writing --pairs");
    return out_write(x->pairs, x->pair_line.p, x->pair_line.n, 1, e);
}

static int drop(struct dedup *x, const struct stage_deferred *m, uint64_t number, double likeness,
                struct stage_out *o, struct err *e)
{
    struct slice kept = survivors_id(x->survivors, number);
    buf_clear(&x->value);
    buf_puts(&x->value, "{\"of\":");
    json_put_str(&x->value, kept);
    buf_puts(&x->value, x->verb == SIMHASH ? ",\"distance\":" : ",\"similarity\":");
    json_put_num(&x->value, likeness);
    buf_puts(&x->value, "}");
    if (buf_terminate(&x->value) < 0) return err_nomem(e, "naming a duplicate");
    int r = report(x, m->id, kept, likeness, e);
    return r < 0 ? r
                 : stage_resolve(o, m, x->verb == EXACT ? "exact-duplicate" : "near-duplicate", x->value.p);
}

static int in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e)
{
    struct dedup *x = ctx;
    for (size_t i = 0; i < n; i++) {
        uint64_t number;
        double likeness;
        int r = find(x, &marks[i], &number, &likeness, e);
        if (r == 1)
            r = drop(x, &marks[i], number, likeness, o, e);
        else if (r == 0)
            r = stage_resolve(o, &marks[i], NULL, NULL);
        if (r < 0) return r;
    }
    return 0;
}

static int open_all(struct dedup *x, const struct tool *t, struct err *e)
{
    struct out_opts pairs = {.path = pairs_file, .threads = (int)t->threads};
    while (x->verb < MINHASH && strcmp(t->verb, verbs[x->verb]) != 0) x->verb++;
    if (!words_per_ngram) words_per_ngram = x->verb == SIMHASH ? 3 : 5;
    buf_init(&x->value, BUF_NO_MAX);
    buf_init(&x->pair_line, BUF_NO_MAX);
    if (pairs_file && strcmp(pairs_file, t->output ? t->output : "-") == 0)
        return err_set(e, ERR_USAGE,
                       "the output and --pairs would both go to %s; give each a file of its own",
                       strcmp(pairs_file, "-") == 0 ? "standard output" : pairs_file);
    struct minhash_opts minhash = {.seed = (uint64_t)seed};
    int r = minhash_profile(&minhash, profile, e);
    if (r < 0) return r;
    minhash_init(&x->minhash, &minhash);
    x->survivors =
        x->verb == SIMHASH
            ? survivors_new_nearby((unsigned)most_bits, t->memory, allow_duplicate_ids)
            : survivors_new(x->verb == EXACT ? 0 : x->minhash.o.bands, t->memory, allow_duplicate_ids);
    if (!x->survivors) return err_nomem(e, "starting");
    return pairs_file ? out_open(&x->pairs, &pairs, e) : 0;
}

/* Before the output is committed: where that stands, its pairs stand too. */
static int commit_pairs(void *ctx, struct buf *out, struct err *e)
{
    struct dedup *x = ctx;
    int r = out_close(x->pairs, OUT_COMMIT, e);
    x->pairs = NULL;
    return r;
}

static int close_all(struct dedup *x, struct tool *t, int r)
{
    struct err late = {0};
    if (x->survivors) {
        ledger_extra(&t->ledger, "survivors", survivors_count(x->survivors));
        ledger_extra(&t->ledger, "pairs_verified", survivors_checked(x->survivors));
        if (survivors_repeated_ids(x->survivors))
            ledger_extra(&t->ledger, "repeated_ids", survivors_repeated_ids(x->survivors));
        ledger_extra(&t->ledger, "state_bytes", survivors_bytes(x->survivors));
    }
    int closed = out_close(x->pairs, tool_out_end(t, r), &late);
    if (r == 0 && closed < 0) {
        t->err = late;
        r = closed;
    }
    survivors_free(x->survivors);
    buf_free(&x->value);
    buf_free(&x->pair_line);
    return r;
}

static int lines_main(struct tool *t)
{
    static const struct stage_ops ops = {.kind = "jsonl",
                                         .worker_new = lines_dedup_worker_new,
                                         .worker_free = lines_dedup_worker_free,
                                         .doc = lines_dedup_doc,
                                         .ordered = lines_dedup_in_order};
    const struct lines_opts opts = {.units = {.blank_too = unit == 1,
                                              .normalize = normalize,
                                              .ngram = overlap <= 0      ? 0
                                                       : words_per_ngram ? (unsigned)words_per_ngram
                                                                         : 5,
                                              .min_chars = (uint64_t)min_chars,
                                              .min_words = (uint64_t)min_words},
                                    .overlap = overlap,
                                    .drop_share = drop_share,
                                    .annotate = annotate,
                                    .bloom = index_kind == 1,
                                    .expected = (uint64_t)expected,
                                    .fp = fp,
                                    .memory_bytes = t->memory};
    if (overlap <= 0 && words_per_ngram)
        return err_set(&t->err, ERR_USAGE, "lines' --ngram needs --overlap: the share that is enough");
    if (check_options(&t->err) < 0) return -ERR_USAGE;
    struct lines_dedup *x = lines_dedup_new(&opts, &t->err);
    if (!x) return -t->err.code;
    int r = stage_run(t, &ops, x);
    lines_dedup_account(x, &t->ledger);
    lines_dedup_free(x);
    return r;
}

static int documents_main(struct tool *t)
{
    static struct stage_ops ops = {.kind = "jsonl",
                                   .worker_new = worker_new,
                                   .worker_free = worker_free,
                                   .ordered = in_order,
                                   .end = commit_pairs};
    struct dedup x = {0};
    int r = open_all(&x, t, &t->err);
    ops.doc = x.verb == EXACT ? exact_doc : x.verb == SIMHASH ? simhash_doc : minhash_doc;
    if (r == 0) r = stage_run(t, &ops, &x);
    return close_all(&x, t, r);
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec,
                    TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_SCORES_ALL | TOOL_MEMORY | TOOL_VERB,
                    argc, argv))
        return t.status;
    return tool_finish(&t, strcmp(t.verb, "lines") == 0 ? lines_main(&t) : documents_main(&t));
}
