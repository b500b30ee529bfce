/* ingest.c: `leat ingest`: crawls and archives become JSONL documents.
 *
 * read: raw records are gathered into batches of about half a megabyte (inputs.h); of a large file of gzip members a batch
 * is a range of the file as it lies, which is decoded on any thread too (split.h). work: each record becomes a document on
 * any thread (document.h). write: lines and accounts go out in the order of the inputs.
 *
 * A record that is large, or becomes so when it is decoded, is not worked on in parallel: its batch waits for its turn to
 * be written, and the record is finished there, one at a time; and behind a batch with a large record nothing is read
 * until it is written. So memory is a few times the largest record, whatever the number of threads. */
#include "common/log.h"
#include "common/pool.h"
#include "common/tool.h"
#include "ingest/document.h"
#include "ingest/read/inputs.h"
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define BATCH_BYTES ((size_t)512 << 10)
#define BATCH_PIECES 4096

struct batch {
    struct buf in;
    bool is_range, later; /* a range of a file, not pieces; its work goes on in the writer's turn */
    struct range range;
    struct piece *pieces;
    size_t n_pieces, n_done;
    struct buf out;
    uint64_t records;
    struct ledger ledger;
    uint64_t raw_bytes; /* of all inputs, read when this batch had been */
    bool large;
};

struct run {
    struct tool *tool;
    struct document_options options;
    struct inputs inputs;
    struct out *out;
    struct ledger tail;    /* what was counted behind the last record */
    struct worker *writer; /* for large records */
    struct split split;
    uint64_t n_records;
    struct progress progress;
    pthread_mutex_t lock;
    pthread_cond_t written;
    bool large_in_flight, failed; /* under the lock */
    uint64_t ranges_in_flight;    /* under the lock, as split.proven and split.broken */
};

struct worker { /* state of one thread */
    struct document_maker maker;
    struct unpacker unpacker;
};

/* ------------------------------------------------------------------ read */

static void *batch_new(void *ctx)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    buf_init(&b->in, BUF_NO_MAX);
    buf_init(&b->out, BUF_NO_MAX);
    ledger_init(&b->ledger);
    b->pieces = calloc(BATCH_PIECES, sizeof *b->pieces);
    return b;
}

static void batch_free(void *ctx, void *batch)
{
    struct batch *b = batch;
    buf_free(&b->in);
    buf_free(&b->out);
    ledger_free(&b->ledger);
    free(b->pieces);
    free(b);
}

static void reuse(struct buf *b)
{
    if (b->cap > 2 * BATCH_BYTES) buf_free(b);
    buf_clear(b);
}

static void batch_clear(struct batch *b)
{
    reuse(&b->in);
    reuse(&b->out);
    ledger_reset(&b->ledger);
    b->n_pieces = b->n_done = 0;
    b->records = 0;
    b->large = b->is_range = b->later = false;
}

static void wait_for_large(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->large_in_flight && !run->failed) pthread_cond_wait(&run->written, &run->lock);
    pthread_mutex_unlock(&run->lock);
}

static void set_large(struct run *run, bool in_flight, bool failed)
{
    pthread_mutex_lock(&run->lock);
    run->large_in_flight = in_flight;
    run->failed |= failed;
    pthread_cond_broadcast(&run->written);
    pthread_mutex_unlock(&run->lock);
}

static bool is_full(const struct run *run, const struct batch *b)
{
    uint64_t limit = (uint64_t)run->tool->limit;
    return b->large || b->in.n >= BATCH_BYTES || b->n_pieces == BATCH_PIECES ||
           (limit && run->n_records == limit);
}

/* The chain of ranges cannot go on: waits until all that are in flight are written. False: the run has failed. */
static bool wait_for_ranges(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->ranges_in_flight && !run->failed) pthread_cond_wait(&run->written, &run->lock);
    bool ok = !run->failed;
    pthread_mutex_unlock(&run->lock);
    return ok;
}

/* Whether the chain is whole as far as is known; then one more range is in flight. */
static bool start_range(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    bool whole = !run->split.broken;
    run->ranges_in_flight += whole;
    pthread_mutex_unlock(&run->lock);
    return whole;
}

static void end_range(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    run->ranges_in_flight--;
    pthread_cond_broadcast(&run->written);
    pthread_mutex_unlock(&run->lock);
}

/* A range of the current input: 1; 0: its records must be read one after another; < 0: an error. */
static int read_range(struct run *run, struct batch *b, struct err *e)
{
    int r = run->split.active ? 1 : inputs_split(&run->inputs, e);
    if (r <= 0) return r;
    if (start_range(run)) {
        r = split_read(&run->split, &b->range, &b->in, e);
        b->is_range = r > 0;
        b->raw_bytes = inputs_raw_bytes(&run->inputs);
        if (r > 0) return 1;
        end_range(run);
        if (r < 0) return r;
    }
    return wait_for_ranges(run) ? inputs_resume(&run->inputs, e) : 0;
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    batch_clear(b);
    if (!b->pieces) return err_nomem(e, "reading");
    wait_for_large(run);
    int r = run->tool->limit ? 0 : read_range(run, b, e);
    if (r != 0) return r;
    r = 1;
    while (r > 0 && !is_full(run, b)) {
        struct piece *p = &b->pieces[b->n_pieces];
        r = inputs_next(&run->inputs, &b->in, p, &b->ledger, e);
        if (r <= 0) break;
        b->n_pieces++;
        run->n_records++;
        b->large |= p->body_bytes > DOCUMENT_LARGE;
    }
    if (r < 0) return r;
    if (buf_reserve(&b->in, JSONL_PADDING) < 0) return err_nomem(e, "reading");
    memset(b->in.p + b->in.n, 0, JSONL_PADDING);
    b->raw_bytes = inputs_raw_bytes(&run->inputs);
    if (b->large) set_large(run, true, false);
    if (b->n_pieces == 0) ledger_merge(&run->tail, &b->ledger);
    return b->n_pieces > 0;
}

/* ------------------------------------------------------------------ work */

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    if (!w) return;
    document_free(&w->maker);
    unpacker_free(&w->unpacker);
    free(w);
}

static void *worker_new(void *ctx)
{
    struct run *run = ctx;
    struct err e = {0};
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    int r = document_init(&w->maker, &run->options, &e);
    if (r == 0) r = unpacker_init(&w->unpacker, &e);
    if (r == 0) return w;
    worker_free(ctx, w);
    return NULL;
}

/* Works on records up to the first that is large, or on one of them if large ones are allowed. */
static int work_on_pieces(struct document_maker *m, struct batch *b, bool large_allowed, struct err *e)
{
    int r = 0;
    while (r == 0 && b->n_done < b->n_pieces) {
        r = document_make(m, b->in.p, &b->pieces[b->n_done], large_allowed, &b->out, &b->records, &b->ledger,
                          e);
        if (r == DOCUMENT_DONE) b->n_done++;
        if (large_allowed) break;
    }
    return r;
}

/* Whether nothing is left to do of it is b->later. */
static int work_on(struct run *run, struct worker *w, struct batch *b, bool turn, struct err *e)
{
    int r = b->is_range ? range_work(&b->range, &run->split, &b->in, &w->unpacker, &w->maker, turn, &b->out,
                                     &b->records, &b->ledger, e)
                        : work_on_pieces(&w->maker, b, turn, e);
    b->later = b->is_range ? r == RANGE_LATER : b->n_done < b->n_pieces;
    return r < 0 ? r : 0;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    int r = work_on(run, worker, b, false, e);
    if (!b->later) reuse(&b->in); /* it may wait long for its turn */
    if (r < 0) set_large(run, false, true);
    return r;
}

/* ------------------------------------------------------------------ write */

static int write_lines(struct run *run, struct batch *b, struct err *e)
{
    int r = b->out.failed ? err_nomem(e, "writing a batch")
                          : out_write(run->out, b->out.p, b->out.n, b->records, e);
    reuse(&b->out);
    b->records = 0;
    return r;
}

/* Whether a batch is part of the input as it was proven to be. */
static bool counts(struct run *run, const struct batch *b)
{
    pthread_mutex_lock(&run->lock);
    bool yes = !b->is_range || split_counts(&run->split, &b->range);
    pthread_mutex_unlock(&run->lock);
    return yes;
}

static void commit_range(struct run *run, const struct batch *b)
{
    pthread_mutex_lock(&run->lock);
    split_commit(&run->split, &b->range);
    pthread_mutex_unlock(&run->lock);
}

static int write_batch(struct run *run, struct batch *b, struct err *e)
{
    int r = write_lines(run, b, e);
    while (r == 0 && b->later) { /* the large one, and what stands behind it */
        r = work_on(run, run->writer, b, true, e);
        if (r == 0) r = write_lines(run, b, e);
    }
    reuse(&b->in);
    if (b->is_range) commit_range(run, b);
    ledger_merge(&run->tool->ledger, &b->ledger);
    run->progress.records = run->tool->ledger.in;
    run->progress.kept = run->tool->ledger.kept;
    run->progress.bytes = b->raw_bytes;
    run->progress.total_bytes = run->inputs.total_raw_bytes;
    log_progress(&run->progress);
    return r;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    int r = counts(run, b) ? write_batch(run, b, e) : 0;
    if (b->large || r < 0) set_large(run, false, r < 0);
    if (b->is_range) end_range(run);
    return r;
}

/* ------------------------------------------------------------------ the run */

enum { CONTENT_AUTO, CONTENT_RAW }; /* --content */

static const struct pool_ops pool_ops = {batch_new,  batch_free, worker_new, worker_free,
                                         batch_read, batch_work, batch_write};

static int run_all(struct run *run, struct err *e)
{
    struct tool *t = run->tool;
    int r = split_init(&run->split, e);
    if (r == 0 && !(run->writer = worker_new(run))) r = err_nomem(e, "starting");
    if (r == 0) r = tool_open_output(t, "jsonl", &run->out, e);
    if (r == 0) r = pool_run((int)t->threads, &pool_ops, run, e);
    ledger_merge(&t->ledger, &run->tail);
    log_progress_end();
    int closed = out_close(run->out, tool_out_end(t, r), r < 0 ? NULL : e);
    return r < 0 ? r : closed;
}

/* "0,14" */
static int parse_namespaces(const char *list, struct document_options *o, struct err *e)
{
    const char *at = list;
    while (at && *at) {
        char *end;
        long n = strtol(at, &end, 10);
        bool bad = end == at || (*end && *end != ',') || n < -2 || n > 100000;
        if (bad || o->n_namespaces == DOCUMENT_NAMESPACES)
            return err_set(e, ERR_USAGE, "--namespaces takes up to %d numbers, as in 0,14: not '%.100s'",
                           DOCUMENT_NAMESPACES, list);
        o->namespaces[o->n_namespaces++] = (int32_t)n;
        at = *end ? end + 1 : end;
    }
    return 0;
}

/* What every file is, where --format says so. */
static enum content content_asked(enum format format)
{
    switch (format) {
    case FORMAT_LATEX: return CONTENT_LATEX;
    case FORMAT_JATS: return CONTENT_JATS;
    case FORMAT_TEI: return CONTENT_TEI;
    default: return CONTENT_TEXT;
    }
}

static int run_on(struct run *run, enum format format, struct parts *parts)
{
    struct tool *t = run->tool;
    const struct inputs_options options = {.asked = format,
                                           .raw = run->options.raw,
                                           .parts = parts,
                                           .threads = (int)t->threads,
                                           .max_record = t->max_record};
    ledger_init(&run->tail);
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->written, NULL);
    int r = inputs_init(&run->inputs, t->inputs, t->n_inputs, &options, &t->err);
    run->inputs.split = &run->split;
    if (r == 0) r = run_all(run, &t->err);
    inputs_free(&run->inputs);
    worker_free(run, run->writer);
    split_free(&run->split);
    ledger_free(&run->tail);
    pthread_cond_destroy(&run->written);
    pthread_mutex_destroy(&run->lock);
    return r;
}

static int ingest(struct tool *t, enum format format, const struct document_options *options,
                  const char *split_pattern, const char *fields)
{
    struct run run = {.tool = t, .options = *options};
    struct parts *parts = NULL;
    struct map *map = NULL;
    int r = 0;
    if (split_pattern) r = parts_compile(&parts, split_pattern, &t->err);
    if (r == 0 && fields) r = map_parse(&map, fields, &t->err);
    run.options.map = map;
    run.options.max_record = t->max_record;
    run.options.sample = t->sample;
    run.options.content = content_asked(format);
    if (run.options.content != CONTENT_TEXT) format = FORMAT_TEXT;
    if (r == 0) r = run_on(&run, format, parts);
    parts_free(parts);
    map_free(map);
    return r;
}

/* Says what the lists hold, and warns of what in them is no entry. */
static void say_lists(const char *option, const struct blocklist *b)
{
    if (!b) return;
    struct blocklist_counts c = blocklist_counts(b);
    log_info("%s: %" PRIu64 " hosts, %" PRIu64 " URLs, %" PRIu64 " expressions in %" PRIu64 " categories",
             option, c.hosts, c.urls, c.expressions, c.categories);
    if (c.not_understood)
        log_warn("%s: %" PRIu64 " lines are no host and no URL, the first at %s", option, c.not_understood,
                 c.example);
}

static int ingest_with_lists(struct tool *t, enum format format, struct document_options options,
                             const struct admit_paths *paths, const char *split_pattern, const char *fields)
{
    struct admit_options admit;
    int r = admit_open(&admit, paths, &t->err);
    if (r < 0) return r;
    say_lists("--blocklist", admit.blocked);
    say_lists("--allow-domains", admit.allowed);
    options.admit = &admit;
    r = ingest(t, format, &options, split_pattern, fields);
    admit_close(&admit);
    return r;
}

int main(int argc, char **argv)
{
    int format = FORMAT_AUTO, extract = EXTRACT_MAIN, content = CONTENT_AUTO, normalize = 0, markup = 0;
    bool fix_mojibake = false;
    const char *source = NULL, *psl = NULL, *namespaces = NULL, *split_pattern = NULL, *fields = NULL;
    bool keep_blocked = false;
    struct opt_list blocked = {0}, allowed = {0}, respected = {0};
    const struct opt own[] = {
        {"format", 'f', OPT_CHOICE, &format, "FORMAT", INGEST_FORMATS, 0, 0,
         "what the inputs are; auto: by the first bytes of each. wet is warc. html, epub, latex, jats, tei "
         "and text take each input as one document"},
        {"content", 0, OPT_CHOICE, &content, "HOW", "auto|raw", 0, 0,
         "what files and the files of archives become. auto: HTML and XHTML, told by the name's ending and "
         "the "
         "first bytes, become pages as those of a crawl do, EPUB books, LaTeX, JATS and TEI become one "
         "document each, lines of "
         "JSONL and "
         "records of WARC files in archives are read as such; everything else keeps its text. raw: every "
         "file keeps "
         "its text as it stands, markup and all: for source code"},
        {"extract", 0, OPT_CHOICE, &extract, "WHAT", "main|all", 0, 0,
         "the text of a page: main leaves out navigation, headers, footers, forms and what is named like "
         "them; "
         "all leaves out only scripts, styles, templates, embedded media and the like; parts that a style or "
         "attribute hides are kept"},
        {"markup", 0, OPT_CHOICE, &markup, "MARKUP", "text|markdown", 0, 0,
         "how the text of a page is written: markdown marks headings, lists, quotes, tables "
         "and code, with the languages of code blocks"},
        {"split", 0, OPT_STR, &split_pattern, "REGEX", NULL, 0, 0,
         "split texts into documents at what this matches (Perl's regular expressions, by PCRE2; the text is "
         "taken for UTF-8); what it matches is left out, and nothing is when it matches between two "
         "characters: '(?m)^(?=From )'; ^ and $ know LF, CR and CRLF; texts in UTF-16 stay whole. Without it "
         "each file is "
         "one document"},
        {"fields", 0, OPT_STR, &fields, "TARGET=SOURCE,…", NULL, 0, 0,
         "which members of JSON lines are the document's: a target is text, id, source, created or "
         "metadata.KEY, "
         "a source a key or a path of keys with dots between (a backslash before a dot that is part of a "
         "key, of KEY too). "
         "They are moved there; everything else stays as it is"},
        {"source", 0, OPT_STR, &source, "NAME", NULL, 0, 0,
         "the documents' source; without it the name of the input's format. JSON lines without it keep "
         "theirs; "
         "with it, another one of theirs is kept as metadata.original_source"},
        {"normalize", 0, OPT_CHOICE, &normalize, "FORM", "nfc|none", 0, 0,
         "the Unicode normalization form of texts and titles; lines of JSONL keep their bytes"},
        {"fix-mojibake", 0, OPT_FLAG, &fix_mojibake, NULL, NULL, 0, 0,
         "turn back UTF-8 that was read as windows-1252 (Ã© for é), where what stands there is "
         "nothing else"},
        {"namespaces", 0, OPT_STR, &namespaces, "LIST", NULL, 0, 0,
         "the namespaces of a MediaWiki dump whose pages become documents, by number, "
         "separated by commas; without it 0, that of articles",
         .needs = "format=auto|format=mediawiki"},
        {"blocklist", 0, OPT_LIST, &blocked, "PATH", NULL, 0, 0,
         "pass over records whose host or URL is listed, before they are decoded; may be "
         "repeated, or have commas. PATH is a directory CATEGORY/domains, CATEGORY/urls, "
         "CATEGORY/expressions (as the UT1 blacklists are), one category of it, a hosts file, or "
         "a file with a host or URL a line; compressed or not"},
        {"keep-blocked", 0, OPT_FLAG, &keep_blocked, NULL, NULL, 0, 0,
         "keep what is on a blocklist, with the category as metadata.blocklist", .needs = "blocklist"},
        {"allow-domains", 0, OPT_LIST, &allowed, "PATH", NULL, 0, 0,
         "keep only records whose host or URL is listed; lists as for --blocklist"},
        {"respect", 0, OPT_LIST, &respected, "SIGNALS", NULL, 0, 0,
         "pass over pages whose owners say one of these (commas between): all, follow, index, "
         "indexifembedded, noai, noarchive, nocache, nofollow, noimageai, noimageindex, noindex, noml, "
         "noodp, "
         "nosnippet, notranslate, noydir; AGENT:noindex when said to one robot; content-signal-ai-train=no, "
         "content-usage-train-ai=n; tdm: rights reserved by TDMRep; ai: tdm, noai and the "
         "last two, all that refuse the training of models. Without it they are only recorded"},
        {"psl", 0, OPT_STR, &psl, "FILE", NULL, 0, 0,
         "a newer public suffix list, as publicsuffix.org has it; "
         "without it the one that libpsl has built in"},
        {0}};
    const struct opt_spec spec = {
        .name = "leat ingest",
        .summary = "turn crawls and archives into JSONL documents",
        .operands = "[INPUT…]",
        .description =
            "Reads WARC (also WET) and ARC files, tar, zip, 7z and cpio archives of source code, pages, "
            "books, texts, LaTeX, JATS, TEI and JSONL, MediaWiki dumps and Stack Exchange's Posts.xml, "
            "compressed "
            "or not, and writes one JSON document a line, in the order of the inputs.\n\n"
            "Of a WARC or ARC file become documents: responses with status 200 and resources that are "
            "HTML, XHTML or plain text, and "
            "conversions. Everything else is counted in the ledger by kind. Bodies are decoded "
            "(chunked, gzip, deflate, br, zstd), "
            "brought to UTF-8 (by byte order mark, valid UTF-8, HTTP's charset, the page's own, else by what "
            "the bytes look like) and Normalization Form C, and pages to text. Of an archive each regular "
            "file that is text "
            "becomes a document. Of a MediaWiki dump become documents: articles that are no redirects, "
            "without "
            "templates, tables, pictures and notes; of Posts.xml each question and each answer.\n\n"
            "Archives, compressed files, JSONL and WARC files inside an archive are read "
            "too, one level deep: what is packed deeper is counted as nested. Nothing is ever written to "
            "disk; an input that "
            "expands to more than 400 times its size is given up.\n\n"
            "metadata.url is the URL as it was found, url_normalized the form under which URLs are "
            "compared, domain the registered "
            "domain. A host is listed with all below it, a URL with all below its path.\n\n"
            "LaTeX (files named .tex, or that begin with \\documentclass) becomes text in which only "
            "mathematics is still TeX, its macros expanded; so do articles in JATS and texts in TEI, "
            "told by their root element. --format text keeps the source of all of these.\n\n"
            "What the metadata of documents hold, under which kinds records are skipped, and how ids are "
            "made, is in "
            "formats.md, beside this manual's package (share/doc/leat). What an output was to hold when an "
            "input ended "
            "early lies beside it as FILE.partial: name the inputs without the broken one, or take the "
            "part.\n\n"
            "A broken record or compressed member is counted, reported and passed over. An input "
            "that ends early gives what "
            "was whole before its end, and exit status 3.\n\n"
            "A document's id is the UUID of its WARC-Record-ID, else a hash of source, the file's base name "
            "and "
            "place, and, of files with the same base name, which of them it is. --limit counts the "
            "records of the inputs, of whatever kind.",
        .examples =
            "# the main content of a crawl's pages, compressed\n"
            "leat ingest -o pages.jsonl.zst crawl-*.warc.gz\n"
            "# everything that a page shows\n"
            "leat ingest --extract all page.html\n"
            "# JSON lines of another form, documents out of one large text\n"
            "leat ingest --fields text=content,metadata.url=url,created=timestamp data.jsonl.zst\n"
            "leat ingest --split '(?m)^={10,}$' --source mail archive.txt.gz\n"
            "# with headings, lists, tables and code as Markdown\n"
            "leat ingest --markup markdown -o pages.jsonl.zst crawl-*.warc.gz\n"
            "# without what is on the UT1 blacklists, and without what refuses to be training data\n"
            "leat ingest --blocklist ut1/adult,ut1/gambling --respect ai,noindex crawl.warc.gz\n"
            "# source code, straight into the code filter\n"
            "leat ingest --content raw --source debian sources.tar.xz | leat code -o code.jsonl.zst\n"
            "# Wikipedia: articles, and the pages of its categories\n"
            "leat ingest --namespaces 0,14 -o wiki.jsonl.zst enwiki-pages-articles-multistream.xml.bz2\n"
            "# Stack Exchange, out of its archive\n"
            "leat ingest -o beer.jsonl.zst beer.stackexchange.com.7z\n"
            "# the sources of papers\n"
            "leat ingest --source arxiv -o papers.jsonl.zst arxiv-*.tar.gz\n"
            "# what a crawl holds, without its documents\n"
            "leat ingest --stats ledger.json crawl.warc.gz >/dev/null\n",
        .own = own};
    struct tool t;
    mallopt(M_ARENA_MAX, 2); /* an arena a thread would keep what large records needed, once for each */
    if (!tool_start(&t, &spec, TOOL_DOCS, argc, argv)) return t.status;
    if (content == CONTENT_RAW && (format == FORMAT_HTML || format == FORMAT_EPUB))
        err_set(&t.err, ERR_USAGE,
                "--content raw keeps text as it stands, --format html and epub do not: give one of them");
    struct document_options options = {.extract = (enum extract_mode)extract,
                                       .markdown = markup == 1,
                                       .source = source,
                                       .nfc = normalize == 0,
                                       .fix_mojibake = fix_mojibake,
                                       .raw = content == CONTENT_RAW || format == FORMAT_TEXT};
    const struct admit_paths paths = {psl,       blocked.at, allowed.at,  respected.at,
                                      blocked.n, allowed.n,  respected.n, keep_blocked};
    int r = t.err.code ? -t.err.code : parse_namespaces(namespaces, &options, &t.err);
    if (r == 0) r = ingest_with_lists(&t, (enum format)format, options, &paths, split_pattern, fields);
    opt_list_free(&blocked);
    opt_list_free(&allowed);
    opt_list_free(&respected);
    return tool_finish(&t, r);
}
