/* dedup.c: leat dedup: drops documents that repeat another one, or their lines (lines.h).
 *
 * exact, simhash and minhash keep the first of those that are alike as they stream by (first.h), or the best (best.h), in one process or
 * in stages (stages.h). substring removes spans that stood before (substring.h).
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --pairs, --clusters. State: of the verb. */
#include "common/log.h"
#include "common/stage.h"
#include "dedup/best.h"
#include "dedup/bloom.h"
#include "dedup/check.h"
#include "dedup/endless.h"
#include "dedup/first.h"
#include "dedup/lines.h"
#include "dedup/nearby.h"
#include "dedup/shingle.h"
#include "dedup/stages.h"
#include "dedup/substring.h"
#include <stdio.h>
#include <stdlib.h>

static const char *profile, *pairs_file;
static double threshold = -1;                                          /* not given */
static int64_t words_per_ngram, seed = -1, most_bits = -1, max_bucket; /* none of these given */
static bool normalize, allow_duplicate_ids;
static int unit, index_kind;
static int64_t min_chars, min_words = -1, min_bytes, expected;
static double overlap, drop_share = 1, fp = 1e-6;
static bool annotate;
static enum { KEEP_AUTO, KEEP_BEST, KEEP_FIRST, KEEP_EARLIEST } keep_kind; /* as in its option */
static int algorithm = ALGORITHM_MINHASH;
static int shingle_unit, signature, compat;
static const char *prefer_score, *prefer_source, *clusters_file, *work_dir, *task, *part, *save_index;
static int64_t check_sample = 1000;
static struct opt_list against;

static const struct opt own[] = {
    {"threshold", 0, OPT_NUM, &threshold, "J", NULL, 0, 1,
     "drop a document whose Jaccard similarity with a kept one is at least this [default: 0.8]",
     .verbs = "minhash|verify|check"},
    {"profile", 0, OPT_STR, &profile, "BANDSxROWS", NULL, 0, 0,
     "how candidates are found; more bands find more, more rows check fewer [default: 14x8]",
     .verbs = "minhash|sketch"},
    {"distance", 0, OPT_INT, &most_bits, "BITS", NULL, 0, NEARBY_MAX_DISTANCE,
     "drop a document whose fingerprint differs from a kept one's in at most so many of 64 bits; each more "
     "costs memory and time [default: 3]",
     .verbs = "simhash|sketch"},
    {"ngram", 0, OPT_INT, &words_per_ngram, "N", NULL, 1, SHINGLE_MAX,
     "words, or characters, in a shingle, and words in what --overlap counts [default: 5, of simhash 3, of "
     "--shingle characters 24]",
     .verbs = "simhash|minhash|lines|sketch|check"},
    {"shingle", 0, OPT_CHOICE, &shingle_unit, NULL, "words|characters", 0, 0,
     "what a shingle is a run of: words, lower-cased and without punctuation, or all characters of the text, "
     "lower-cased and with "
     "one blank for each run of white space",
     .verbs = "minhash|sketch|check"},
    {"signature", 0, OPT_CHOICE, &signature, NULL, "permutations|fss", 0, 0,
     "how the bands' numbers are made: one random order of the shingles a lane, or by Fast Similarity "
     "Sketching, which estimates "
     "better where shingles are few and is faster where they are more than some 150",
     .verbs = "minhash|sketch"},
    {"compat", 0, OPT_CHOICE, &compat, NULL, "none|datatrove", 0, 0,
     "datatrove: shingles and bands are those of datatrove 0.10 with the same --profile, --ngram and --seed, "
     "so the same pairs are proposed; --threshold 0 takes all of these for alike, as it does. It is for "
     "languages with spaces, to repeat a run of datatrove: figures count as 0, and documents of fewer than "
     "--ngram words are left alone",
     .verbs = "minhash|sketch|check", .excludes = "shingle|signature"},
    {"seed", 0, OPT_INT, &seed, "N", NULL, 0, 9e15, "seed of the lanes' hashes [default: 1]",
     .verbs = "minhash|sketch"},
    {"normalize", 0, OPT_FLAG, &normalize, NULL, NULL, 0, 0,
     "compare lower-cased words, not bytes: case, white space and punctuation between words do not count",
     .verbs = "exact|lines|sketch"},
    {"allow-duplicate-ids", 0, OPT_FLAG, &allow_duplicate_ids, NULL, NULL, 0, 0,
     "keep documents of different texts that have the same id, and count them; else that is an error",
     .verbs = "exact|simhash|minhash|link"},
    {"pairs", 0, OPT_STR, &pairs_file, "FILE", NULL, 0, 0,
     "write a line per dropped document, in the order of the input: its id, the id of the kept one, their "
     "similarity (of simhash "
     "their distance), separated by tabs; "
     "\\t, \\n, \\r and \\\\ stand for those characters in an id",
     .verbs = "exact|simhash|minhash|link"},
    {"clusters", 0, OPT_STR, &clusters_file, "FILE", NULL, 0, 0,
     "write a line per document of each cluster, the survivor first: the survivor's id, how many documents "
     "there are "
     "with it, the document's id, its similarity with the survivor (give --keep best when reading a pipe)",
     .verbs = "exact|simhash|minhash|link"},
    {"keep", 0, OPT_CHOICE, (int *)&keep_kind, NULL, "auto|best|first|earliest", 0, 0,
     "which of the documents that are alike stays. first: the one that comes first, and the output streams. "
     "best: the one whose "
     "source stands first in --prefer-source, of these the one with the greatest --prefer-score, then the "
     "longest, then "
     "the one with the least hash of its id; the result does not depend on the order of the inputs, which "
     "are read two or three "
     "times; a pipe is copied to --tmp for it. earliest: as first, but worked out as best is, for more "
     "documents than memory "
     "holds. auto: best of files, first of a pipe",
     .verbs = "exact|simhash|minhash|sketch"},
    {"prefer-score", 0, OPT_STR, &prefer_score, "KEY", NULL, 0, 0,
     "of documents that are alike keep the one with the greatest number in metadata.KEY; one without comes "
     "last. KEY is a key of metadata itself (no path); the value must be a JSON number (give --keep best "
     "when reading a pipe)",
     .verbs = "exact|simhash|minhash|sketch"},
    {"prefer-source", 0, OPT_STR, &prefer_source, "A,B,...", NULL, 0, 0,
     "of documents that are alike keep the one whose source comes first in this list; others come last "
     "(give --keep best when reading a pipe)",
     .verbs = "exact|simhash|minhash|sketch"},
    {"check-sample", 0, OPT_INT, &check_sample, "N", NULL, 1, 1e7,
     "compare so many documents with all others; their shingles must fit into --memory", .verbs = "check"},
    {"against", 0, OPT_LIST, &against, "DIR", NULL, 0, 0,
     "a saved index of earlier documents, which all stay: what is like one of them goes. May be given "
     "several times; the "
     "options that say what is alike must be those of the index. The stages behind sketch must all be given "
     "the same ones (give --keep best when reading a pipe)",
     .verbs = "exact|simhash|minhash|match|sets|verify|link|index|drop"},
    {"save-index", 0, OPT_STR, &save_index, "DIR", NULL, 0, 0,
     "write an index of the documents that stay into a folder, for --against: about 30 bytes a band and 90 "
     "bytes a document, and of minhash 4 bytes a word. It holds the documents of this run only (give --keep "
     "best when reading a pipe)",
     .verbs = "exact|simhash|minhash|index"},
    {"max-bucket", 0, OPT_INT, &max_bucket, "N", NULL, 1, 1e9,
     "where more than N different documents share a band compare all of them with the N best only; the "
     "ledger counts such buckets [default: 256]",
     .verbs = "simhash|minhash|match"},
    {"work", 0, OPT_STR, &work_dir, "DIR", NULL, 0, 0, "the folder that the stages share",
     .verbs = "sketch|match|sets|verify|link|index|drop"},
    {"task", 0, OPT_STR, &task, "K/N", NULL, 0, 0,
     "which of N parts of the inputs this is, from 0 [default: 0/1]: sets, index and drop are given the same "
     "inputs as sketch with the "
     "same K; match begins when all N are sketched",
     .verbs = "sketch|sets|index|drop"},
    {"part", 0, OPT_STR, &part, "K/N", NULL, 0, 0,
     "do the part K, from 0, of N equal parts of the work [default: 0/1]", .verbs = "match|verify"},
    {"algorithm", 0, OPT_CHOICE, &algorithm, NULL, "exact|simhash|minhash", 0, 0,
     "what the stages compare by", .verbs = "sketch"},
    {"unit", 0, OPT_CHOICE, &unit, NULL, "line|paragraph", 0, 0,
     "what is compared and removed: lines, of which those of white space only are left alone, or what dolma "
     "calls paragraphs: the same, and blank ones are lines as all others",
     .verbs = "lines"},
    {"min-chars", 0, OPT_INT, &min_chars, "N", NULL, 0, 1e15, "leave lines of fewer characters alone",
     .verbs = "lines"},
    {"min-words", 0, OPT_INT, &min_words, "N", NULL, 0, 1e15,
     "leave lines, or repeated spans, of fewer words alone [default: lines 0, substring 50]",
     .verbs = "lines|substring", .excludes = "min-bytes"},
    {"min-bytes", 0, OPT_INT, &min_bytes, "N", NULL, SUBSTRING_LEAST_BYTES, 1e9,
     "look for spans of at least so many bytes, which may begin and end between any characters, not for "
     "words",
     .verbs = "substring"},
    {"overlap", 0, OPT_NUM, &overlap, "SHARE", NULL, 0, 1,
     "remove a line when at least this share of the n-grams of its lower-cased words was in lines that "
     "stayed, "
     "or all its words where they are fewer; 0: lines are compared as a whole",
     .verbs = "lines", .excludes = "normalize"},
    {"drop-share", 0, OPT_NUM, &drop_share, "SHARE", NULL, 0.001, 1,
     "drop a document of which at least this share of the characters would be removed",
     .verbs = "lines|substring"},
    {"index", 0, OPT_CHOICE, &index_kind, NULL, "exact|bloom", 0, 0,
     "how what was kept is held in memory: as it is, or as a Bloom filter of a fixed size, for endless "
     "streams, which takes "
     "some lines, or documents, for repeated that are not; of minhash nothing is verified then, and a "
     "document goes when it shares "
     "a band with a kept one; metadata.drop.value is the number of its bands that were there before",
     .verbs = "lines|exact|minhash"},
    {"expected", 0, OPT_INT, &expected, "N", NULL, 1, 1e15,
     "how many different lines, or n-grams, or documents, the filter is made for",
     .verbs = "lines|exact|minhash", .needs = "index=bloom"},
    {"fp", 0, OPT_NUM, &fp, "RATE", NULL, BLOOM_MIN_FP, 0.5,
     "the share of strange lines, or documents, that the filter, once it holds as many as expected, takes "
     "for repeated",
     .verbs = "lines|exact|minhash", .needs = "index=bloom"},
    {"annotate", 0, OPT_FLAG, &annotate, NULL, NULL, 0, 0,
     "remove and drop nothing; write the spans of what is repeated into metadata.dedup_lines, or "
     "metadata.dedup_substring",
     .verbs = "lines|substring", .excludes = "rejects|attributes|drop-share"},
    {0}};

static int check_options(struct err *e)
{
    if (index_kind == 1 && expected < 1)
        return err_set(
            e, ERR_USAGE,
            "--index bloom needs --expected: how many different lines, n-grams or documents will come");
    return 0;
}

static const char *const verbs[] = {"exact", "simhash", "minhash", "lines", "substring", "sketch", "match",
                                    "sets",  "verify",  "link",    "index", "drop",      "check",  NULL};

static const struct opt_spec spec = {
    .name = "leat dedup",
    .summary = "drop documents that repeat another one",
    .operands = "[INPUT…]",
    .verbs = verbs,
    .description =
        "exact drops a document whose text is that of another one: the same bytes, or with "
        "--normalize the same words.\n\n"
        "simhash drops near-duplicates: of a document's word n-grams, each as often as it stands "
        "there, a fingerprint of 64 bits is "
        "made (Charikar), and a document is dropped exactly when a kept one's differs in at most "
        "--distance bits; none is missed. "
        "Two documents whose counts of n-grams have the cosine c differ in about 64*acos(c)/pi "
        "bits: 2.9 at .99, 9.6 at .89. It "
        "finds copies with few changes, faster than minhash and in less memory; it compares "
        "fingerprints, never texts.\n\n"
        "minhash drops near-duplicates: documents are sets of n-grams of words or characters, "
        "MinHash bands propose "
        "pairs, and a document is dropped "
        "exactly when a kept document that shares a band with it has a true Jaccard similarity of "
        "at least --threshold. In scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, "
        "Burmese) every character is a "
        "word. Fewer words than a shingle has are one shingle.\n\n"
        "A pair of similarity J is proposed with probability 1-(1-J^rows)^bands. Profiles, who "
        "uses them, and what they find at .7, "
        ".8 and .9: 14x8, FineWeb: 56%, 92%, 99.96%. 20x13, NeMo Curator: 18%, 68%, 99.7%. 26x11: "
        "41%, 90%, 99.99%. 14x9, 9x13 "
        "and 5x25, RedPajama 2: 44%, 87%, 99.9%; 8%, 40%, 93%; 0.1%, 2%, 31%. 50x4: all, and 96% "
        "at .5. FineWeb and RedPajama "
        "take 5 words, NeMo 24 characters, SlimPajama 13 characters.\n\n"
        "--compat datatrove is for languages with spaces, to repeat a run of datatrove: figures "
        "count as 0, and of fewer than --ngram words there is no shingle, so such a document "
        "always stays. Of words and their normal form next to nothing differs in English texts; "
        "of other languages words are those of the English rules.\n\n"
        "Which one: the same bytes, or the same words: exact (--normalize). Copies with few "
        "changes, many short texts: simhash. Everything else: minhash with the defaults. Raise "
        "the share that is found with --profile (50x4 for thresholds below 0.7), not with "
        "--threshold. --shingle characters is for comparing as NeMo (--ngram 24) and SlimPajama "
        "(13) do; it takes about five times as long. --signature fss finds as much or more at all lengths, "
        "is "
        "faster on documents of more than some 150 words, and slower on shorter ones; a saved "
        "index needs the signature that it was made with. --compat datatrove is only for "
        "repeating a run of datatrove. In Chinese, Japanese and the like words are characters: "
        "take --ngram 10 or so.\n\n"
        "Which of those that are alike stays is --keep's. first: documents are taken in the order "
        "of the input, the output streams, "
        "and the state is held in memory, bounded by --memory; past it the run ends with an error "
        "and no output. best: they are "
        "taken in the order of a key of their own, and a document goes exactly when one before it "
        "stays and is like it. So no chain "
        "of likenesses removes an unlike document, and which documents stay depends neither on "
        "the order of the inputs nor on how "
        "the work is cut. The inputs are read two or three times, the state lies sorted in files "
        "in --tmp (of minhash 14x8 some 400 "
        "bytes a document, and the word hashes of those in pairs), and --memory bounds what is "
        "sorted at a time. Documents with "
        "the same words in the same order count as one; where more than --max-bucket others share "
        "one band all are compared with the "
        "best of them only. A run that was killed (kill -9) leaves a folder leat-dedup-... in "
        "--tmp: remove it. Standard input is taken for a pipe even where it is a file (< FILE): "
        "there the default is first; name the file, or give --keep best. A rejected document of exact, "
        "simhash and minhash carries in "
        "metadata.drop.value the id of the document "
        "that stayed and their similarity, or distance in bits. The ledger's extra has the pairs "
        "that were compared and were alike, how "
        "many alike ones there are to judge by the chance of finding each, the clusters (a "
        "document that stays and those that "
        "went for it) and their sizes.\n\n"
        "The stages do what --keep best does as commands of their own, for job arrays: they share "
        "a folder, --work. sketch is run "
        "for each part of the inputs, a --task; match for each --part of the band keys; sets "
        "again for each task; verify for each "
        "part of the pairs; link once; drop, and if wanted index, for each task. Each stage "
        "begins when the one before is done "
        "everywhere. (exact and simhash need sets only for --rejects, --pairs and --clusters.) A "
        "stage that was cut off is run "
        "again; one that was done is not done again; files that do not belong together, or are "
        "damaged, are refused. The "
        "documents that stay are those that --keep best keeps in one process.\n\n"
        "--save-index writes what a later run needs to be held --against these documents. A "
        "saved index holds the documents of this run only, not those of the indexes that it was "
        "held against: give a third run both.\n\n"
        "check tells how many near-duplicates are left: it compares a sample of the documents "
        "with all, exactly, and writes a line for each pair that is alike: id, the other's id, "
        "similarity, separated by tabs. It reads its inputs twice, so it needs files; the "
        "sample's shingles are held in memory, 20 bytes or so each, within --memory. In the "
        "ledger all documents are skipped, as compared: none is written.\n\n"
        "lines removes repeated lines from the texts, in the manner of dolma's deduper and DCLM's "
        "BFF: a line stays where it stands "
        "first, in the order of the input and within one document too, and is removed wherever it "
        "comes again; the others are "
        "joined by newlines. With --overlap it is removed when that share of its n-grams was in "
        "lines that stayed. Lines are what "
        "Python's text.split(\"\\n\") gives, which dolma and BFF call paragraphs; a carriage "
        "return belongs to its line. A document "
        "is dropped with the rule no-text-left when nothing but white space is left, with "
        "repeated-share by --drop-share; what "
        "stood in it for the first time may then stand in a later one. Its state is 11 to 33 "
        "bytes a line, or a Bloom filter (1.3 "
        "bytes for an --fp of 1%, 5 for one in a million). With --attributes nothing is removed, "
        "and the spans of repeated lines "
        "go to FILE: \"dedup__lines\":[[start,end,share],...], in characters, with the share of "
        "n-grams seen. The result depends "
        "on the order of the inputs.\n\n"
        "substring removes spans of at least --min-words words, or --min-bytes bytes, that stood "
        "before, byte for byte, in an earlier document or earlier in the same one: what Lee et "
        "al. (Deduplicating Training Data Makes Language Models Better) and RefinedWeb look for "
        "at 50 tokens; but the first occurrence stays. It is exact: a word goes when, and only "
        "when, it is one of --min-words words in a row that, with all that stands between them, "
        "began earlier: in a document that stayed, or, not overlapping them, in the same one. "
        "Symbols are no words; in scripts without spaces every character is one. Documents are "
        "dropped as by lines. Its state is the texts that stay, 1.2 to 1.4 bytes a byte of prose, "
        "1.5 to 2 with --min-bytes 100; texts in which nothing is new take none. With "
        "--attributes nothing is removed, and the spans go to FILE: "
        "\"dedup__substring\":[[start,end,1],...], in characters. The result depends on the order "
        "of the inputs.\n\n"
        "With --index bloom exact, minhash and lines hold what was there in a Bloom filter of a "
        "fixed size, for streams that do not "
        "end: 3.6 bytes a document of exact, and 14 times 4.8 of minhash 14x8, at an --fp of one "
        "in a million. Nothing is verified "
        "then, and the result depends on the order of the inputs.",
    .examples = "leat dedup minhash -o unique.jsonl.zst docs/*.jsonl.zst\n"
                "leat dedup exact docs.jsonl.zst | leat dedup minhash --keep first --threshold 0.8 -o "
                "unique.jsonl.zst\n"
                "leat dedup minhash --profile 20x13 --prefer-source wiki,web --prefer-score quality --pairs "
                "pairs.tsv --clusters clusters.tsv "
                "--memory 8G --tmp /scratch a.jsonl.zst b.jsonl.zst -o out.jsonl.zst\n"
                "# a new crawl against the last one\n"
                "leat dedup minhash --save-index index-01 -o unique-01.jsonl.zst crawl-01.jsonl.zst\n"
                "leat dedup minhash --against index-01 --save-index index-02 -o unique-02.jsonl.zst "
                "crawl-02.jsonl.zst\n"
                "leat dedup minhash --against index-01 --against index-02 -o unique-03.jsonl.zst "
                "crawl-03.jsonl.zst\n"
                "# in stages: each line but link is an array of jobs\n"
                "leat dedup sketch --work W --task $K/4 part-$K.jsonl.zst\n"
                "leat dedup match --work W --part $K/16\n"
                "leat dedup sets --work W --task $K/4 part-$K.jsonl.zst\n"
                "leat dedup verify --work W --part $K/16\n"
                "leat dedup link --work W\n"
                "leat dedup drop --work W --task $K/4 -o unique-$K.jsonl.zst part-$K.jsonl.zst\n"
                "# how much is left\n"
                "leat dedup check --check-sample 10000 unique.jsonl.zst\n"
                "leat dedup lines --min-words 5 --drop-share 0.8 -o fresh.jsonl.zst docs.jsonl.zst\n"
                "leat dedup substring --min-words 50 --memory 64G -o fresh.jsonl.zst docs.jsonl.zst\n"
                "# as DCLM's BFF: n-grams of paragraphs, in a filter for a billion of them\n"
                "leat dedup lines --overlap 0.8 --ngram 13 --min-words 13 --index bloom --expected "
                "1000000000 --fp 0.01 --memory 4G "
                "docs.jsonl.zst -o fresh.jsonl.zst\n",
    .attributes_verbs = "lines|substring",
    .own = own,
    .check = check_options,
};

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
                                              .min_words = min_words < 0 ? 0 : (uint64_t)min_words},
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

static int substring_main(struct tool *t)
{
    static const struct stage_ops ops = {.kind = "jsonl",
                                         .worker_new = substring_dedup_worker_new,
                                         .worker_free = substring_dedup_worker_free,
                                         .doc = substring_dedup_doc,
                                         .ordered = substring_dedup_in_order};
    const struct substring_opts opts = {.window = (size_t)(min_bytes       ? min_bytes
                                                           : min_words < 0 ? 50
                                                                           : min_words),
                                        .bytes = min_bytes > 0,
                                        .drop_share = drop_share,
                                        .annotate = annotate,
                                        .memory_bytes = t->memory};
    if (!opts.window) return err_set(&t->err, ERR_USAGE, "substring's --min-words is at least 1");
    struct substring_dedup *x = substring_dedup_new(&opts, &t->err);
    if (!x) return -t->err.code;
    int r = stage_run(t, &ops, x);
    substring_dedup_account(x, &t->ledger);
    substring_dedup_free(x);
    return r;
}

static double least_likeness(void)
{
    return threshold < 0 ? 0.8 : threshold;
}

/* What the options say of minhash's shingles. */
static struct shingle_opts shingle_opts(void)
{
    struct shingle_opts o = {.unit = compat == 1         ? SHINGLE_DATATROVE
                                     : shingle_unit == 1 ? SHINGLE_CHARACTERS
                                                         : SHINGLE_WORDS};
    o.n = words_per_ngram ? (unsigned)words_per_ngram : o.unit == SHINGLE_CHARACTERS ? 24 : 5;
    return o;
}

static int set_minhash(struct plan *p, struct err *e)
{
    p->shingle = shingle_opts();
    p->minhash.seed = seed < 0 ? 1 : (uint64_t)seed;
    p->minhash.kind = compat == 1 ? MINHASH_DATATROVE : signature == 1 ? MINHASH_FSS : MINHASH_PERMUTATIONS;
    if (compat == 1 && seed > (int64_t)UINT32_MAX)
        return err_set(e, ERR_USAGE,
                       "--seed %lld: --compat datatrove takes numpy's seeds, which are below 2^32",
                       (long long)seed);
    return minhash_profile(&p->minhash, profile ? profile : "14x8", e);
}

static const char *const algorithms[] = {"exact", "simhash", "minhash"}; /* as in enum algorithm */

static int set_plan(struct plan *p, const char *verb, struct err *e)
{
    memset(p, 0, sizeof *p);
    p->algorithm = (enum algorithm)algorithm;
    for (int i = 0; i < 3; i++)
        if (strcmp(verb, algorithms[i]) == 0) p->algorithm = (enum algorithm)i;
    p->normalize = normalize && p->algorithm == ALGORITHM_EXACT;
    p->shingle.n = 1;
    if (p->algorithm == ALGORITHM_EXACT) return 0;
    if (p->algorithm == ALGORITHM_MINHASH) return set_minhash(p, e);
    p->shingle.n = words_per_ngram ? (unsigned)words_per_ngram : 3;
    p->distance = most_bits < 0 ? 3 : (unsigned)most_bits;
    return 0;
}

/* The option that was given and means nothing to what the stages compare by. */
static const char *stray(enum algorithm a)
{
    bool minhash = a == ALGORITHM_MINHASH;
    return !minhash && profile                        ? "--profile"
           : !minhash && shingle_unit                 ? "--shingle"
           : !minhash && signature                    ? "--signature"
           : !minhash && compat                       ? "--compat"
           : !minhash && seed >= 0                    ? "--seed"
           : a != ALGORITHM_SIMHASH && most_bits >= 0 ? "--distance"
           : a != ALGORITHM_EXACT && normalize        ? "--normalize"
           : a == ALGORITHM_EXACT && words_per_ngram  ? "--ngram"
                                                      : NULL;
}

/* Two reports, or one and the output, in one place. */
static int check_places(const struct tool *t, struct err *e)
{
    const char *place[] = {t->output ? t->output : "-", pairs_file, clusters_file};
    const char *name[] = {"the output", "--pairs", "--clusters"};
    for (int i = 0; i < 3; i++)
        for (int k = i + 1; k < 3; k++)
            if (place[i] && place[k] && strcmp(place[i], place[k]) == 0)
                return err_set(e, ERR_USAGE, "%s and %s would both go to %s; give each a file of its own",
                               name[i], name[k], strcmp(place[i], "-") == 0 ? "standard output" : place[i]);
    return 0;
}

/* The option that was given and means nothing to those who keep the first. */
static const char *best_only(void)
{
    return clusters_file   ? "--clusters"
           : prefer_score  ? "--prefer-score"
           : prefer_source ? "--prefer-source"
           : against.n     ? "--against"
           : save_index    ? "--save-index"
           : max_bucket    ? "--max-bucket"
                           : NULL;
}

static int endless_main(struct tool *t, const struct plan *plan)
{
    struct endless_opts o = {*plan, (uint64_t)expected, fp};
    if (check_options(&t->err) < 0) return -ERR_USAGE;
    if (threshold >= 0)
        return err_set(&t->err, ERR_USAGE,
                       "--index bloom compares nothing: a shared band is enough; it takes no --threshold");
    if (pairs_file)
        return err_set(&t->err, ERR_USAGE,
                       "--index bloom does not know which document another repeats: it takes no --pairs");
    if (keep_kind == KEEP_BEST || keep_kind == KEEP_EARLIEST || best_only())
        return err_set(&t->err, ERR_USAGE, "--index bloom keeps the first: it takes no %s",
                       best_only() ? best_only() : "--keep best or earliest");
    return endless_run(t, &o, &t->err);
}

static int documents_main(struct tool *t)
{
    struct first_opts first = {
        .threshold = least_likeness(), .pairs = pairs_file, .ids_may_repeat = allow_duplicate_ids};
    struct best_opts best = {.threshold = least_likeness(),
                             .max_bucket = max_bucket ? (uint64_t)max_bucket : 256,
                             .against = (char *const *)against.at,
                             .n_against = against.n,
                             .pairs = pairs_file,
                             .clusters = clusters_file,
                             .save_index = save_index,
                             .ids_may_repeat = allow_duplicate_ids};
    struct stages_opts stage = {work_dir, task, part, &best};
    int r = set_plan(&best.plan, t->verb, &t->err);
    if (r == 0 && stray(best.plan.algorithm))
        r = err_set(&t->err, ERR_USAGE, "%s has nothing to do with %s: leave it out",
                    stray(best.plan.algorithm), algorithms[best.plan.algorithm]);
    first.plan = best.plan;
    if (r == 0) r = keep_init(&best.keep, keep_kind == KEEP_EARLIEST, prefer_score, prefer_source, &t->err);
    if (r == 0 && keep_kind == KEEP_EARLIEST && (prefer_score || prefer_source))
        r = err_set(&t->err, ERR_USAGE, "--keep earliest goes by the order of the inputs: it takes no %s",
                    prefer_score ? "--prefer-score" : "--prefer-source");
    if (r == 0 && keep_kind == KEEP_FIRST && stages_has(t->verb))
        r = err_set(&t->err, ERR_USAGE, "the stages keep the best or the earliest: first is for one process");
    if (r == 0 && stages_has(t->verb)) return stages_run(t, &stage, &t->err);
    if (r == 0) r = check_places(t, &t->err);
    if (r < 0) return r;
    if (index_kind == 1) return endless_main(t, &best.plan);
    if (keep_kind == KEEP_BEST || keep_kind == KEEP_EARLIEST ||
        (keep_kind == KEEP_AUTO && best_rereadable(t))) {
        bool earliest = keep_kind == KEEP_EARLIEST;
        log_info("keeping the %s of documents that are alike, by files in %s (--keep %s)",
                 earliest ? "first" : "best", t->tmp, earliest ? "earliest" : "best");
        return best_run(t, &best, &t->err);
    }
    if (best_only())
        return err_set(&t->err, ERR_USAGE, "%s needs --keep best%s", best_only(),
                       keep_kind == KEEP_AUTO ? "; of a pipe the default is first: add --keep best" : "");
    log_info("keeping the first of documents that are alike, as they come (--keep first)");
    return first_run(t, &first, &t->err);
}

static int check_main(struct tool *t)
{
    struct check_opts o = {shingle_opts(), least_likeness(), (uint64_t)check_sample, t->memory};
    if (!best_rereadable(t))
        return err_set(&t->err, ERR_USAGE, "check reads its inputs twice: give it files");
    return check_run(t, &o, &t->err);
}

static int run(struct tool *t)
{
    if (strcmp(t->verb, "lines") == 0) return lines_main(t);
    if (strcmp(t->verb, "substring") == 0) return substring_main(t);
    if (strcmp(t->verb, "check") == 0) return check_main(t);
    return documents_main(t);
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec,
                    TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_SCORES_ALL | TOOL_MEMORY | TOOL_VERB,
                    argc, argv))
        return t.status;
    return tool_finish(&t, run(&t));
}
