/* epub.c: what a book consists of, and in which order.
 *
 * META-INF/container.xml names the package document; its manifest names the files, its spine their order, its metadata
 * (Dublin Core) the book. Names are looked up by sorting, so that no list costs more than n log n. A book whose package
 * document is missing, broken or names nothing that is there is read in the order of its files' names.
 *
 * In: a zip in memory. Out: chapters (XHTML) and metadata. State: struct epub. Memory: the files that matter.
 * Source: EPUB 3.3 (W3C), OPF 2.0.1 (IDPF). */
#include "ingest/read/epub.h"
#include "common/text.h"
#include "ingest/read/path.h"
#include <archive.h>
#include <archive_entry.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)64 << 10)
#define XML_BYTES_MAX ((size_t)64 << 20)
#define VALUE_BYTES 4096 /* of one piece of metadata */
#define PAGES " xhtml html htm xht "

void epub_init(struct epub *b)
{
    memset(b, 0, sizeof *b);
    arena_init(&b->arena);
    buf_init(&b->bytes, BUF_NO_MAX);
    struct buf *values[] = {&b->title, &b->creator, &b->language, &b->date, &b->rights};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) buf_init(values[i], VALUE_BYTES);
}

void epub_free(struct epub *b)
{
    arena_free(&b->arena);
    buf_free(&b->bytes);
    struct buf *values[] = {&b->title, &b->creator, &b->language, &b->date, &b->rights};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) buf_free(values[i]);
    free(b->files);
    free(b->chapters);
    epub_init(b);
}

bool epub_recognise(struct slice first)
{
    return slice_has_prefix(first, "PK\3\4") && first.n >= 38 && memcmp(first.p + 30, "mimetype", 8) == 0 &&
           slice_find(first, slice_str("application/epub+zip")) != NULL;
}

/* ------------------------------------------------------------------ the zip */

static int by_path(const void *a, const void *b)
{
    const struct epub_file *x = a, *y = b;
    int c = memcmp(x->path.p, y->path.p, x->path.n < y->path.n ? x->path.n : y->path.n);
    if (c != 0) return c;
    if (x->path.n != y->path.n) return x->path.n < y->path.n ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static struct epub_file *find_file(const struct epub *b, struct slice path)
{
    size_t low = 0, high = b->n_files;
    const struct epub_file wanted = {.path = path};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_path(&b->files[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->n_files && slice_eq(b->files[low].path, path) ? &b->files[low] : NULL;
}

static int add_file(struct epub *b, struct slice path, struct err *e)
{
    if (b->n_files == b->cap_files) {
        size_t cap = b->cap_files ? 2 * b->cap_files : 64;
        struct epub_file *p = realloc(b->files, cap * sizeof *p);
        if (!p) return err_nomem(e, "reading a book");
        b->files = p;
        b->cap_files = cap;
    }
    const char *copy = arena_strndup(&b->arena, path.p ? path.p : "", path.n);
    if (!copy) return err_nomem(e, "reading a book");
    b->files[b->n_files++] = (struct epub_file){.path = slice_of(copy, path.n), .at = b->bytes.n};
    return 0;
}

static int read_file(struct epub *b, struct archive *a, size_t max_bytes, char why[256], struct err *e)
{
    struct epub_file *f = &b->files[b->n_files - 1];
    for (;;) {
        if (b->bytes.n > max_bytes) return EPUB_TOO_LARGE;
        if (buf_reserve(&b->bytes, BLOCK_BYTES) < 0) return err_nomem(e, "reading a book");
        la_ssize_t n = archive_read_data(a, b->bytes.p + b->bytes.n, BLOCK_BYTES);
        if (n < 0) {
            const char *reason = archive_error_string(a);
            int path = f->path.n < 100 ? (int)f->path.n : (int)utf8_valid_prefix(f->path.p, 100);
            snprintf(why, 256, "its %.*s cannot be read: %s", path, f->path.p, reason ? reason : "damaged");
            return EPUB_BROKEN;
        }
        if (n == 0) return EPUB_READ;
        b->bytes.n += (size_t)n;
        f->n += (size_t)n;
    }
}

static int read_entry(struct epub *b, struct archive *a, struct archive_entry *entry, size_t max_bytes,
                      char why[256], struct err *e)
{
    struct buf path;
    const char *name = archive_entry_pathname_utf8(entry);
    if (!name) name = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) != AE_IFREG) return EPUB_READ;
    buf_init(&path, BUF_NO_MAX);
    int r =
        path_clean(&path, slice_str(name ? name : ""), PATH_CP437) < 0 ? err_nomem(e, "reading a book") : 0;
    struct slice ending = path_ending(buf_slice(&path), false);
    bool wanted = path_ending_in(ending, PAGES) || path_ending_in(ending, " xml opf ");
    if (r == 0 && wanted && (r = add_file(b, buf_slice(&path), e)) == 0)
        r = read_file(b, a, max_bytes, why, e);
    buf_free(&path);
    return r;
}

static int read_entries(struct epub *b, struct archive *a, size_t max_bytes, char why[256], struct err *e)
{
    struct archive_entry *entry;
    int r = EPUB_READ;
    for (uint64_t n = 0; r == EPUB_READ; n++) {
        int status = archive_read_next_header(a, &entry);
        if (status == ARCHIVE_EOF) return EPUB_READ;
        if ((status != ARCHIVE_OK && status != ARCHIVE_WARN) || n == EPUB_FILES) {
            const char *reason = n == EPUB_FILES ? "it has more than 100,000 files" : archive_error_string(a);
            snprintf(why, 256, "it cannot be unpacked: %s", reason ? reason : "damaged");
            return EPUB_BROKEN;
        }
        r = read_entry(b, a, entry, max_bytes, why, e);
    }
    return r;
}

static int read_zip(struct epub *b, struct slice zip, size_t max_bytes, char why[256], struct err *e)
{
    struct archive *a = archive_read_new();
    if (!a) return err_nomem(e, "reading a book");
    archive_read_support_format_zip(a);
    archive_read_open_memory(a, zip.p, zip.n); /* what is wrong comes up again with the first entry */
    int r = read_entries(b, a, max_bytes, why, e);
    archive_read_free(a);
    if (b->n_files) qsort(b->files, b->n_files, sizeof *b->files, by_path);
    return r;
}

/* ------------------------------------------------------------------ XML */

struct item { /* of the manifest */
    const char *id;
    struct slice href;
    bool is_page, is_nav, used;
};

struct package {
    struct epub *book;
    XML_Parser parser;
    const char *opf; /* the container's answer */
    struct item *items;
    size_t n_items, cap_items;
    const char **spine;
    size_t n_spine, cap_spine;
    struct slice *leave; /* hrefs of the guide's covers and tables of contents */
    size_t n_leave, cap_leave;
    bool in_metadata, no_memory;
    struct buf *value; /* the metadata that is being read; NULL: none */
};

/* "title" of "dc:title": prefixes are not looked up, for too many books do not declare them. */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(local_name(attributes[i]), name) == 0) return attributes[i + 1];
    return "";
}

static const char *keep(struct package *p, const char *z)
{
    const char *copy = arena_strndup(&p->book->arena, z, strlen(z));
    if (!copy) p->no_memory = true;
    return copy ? copy : "";
}

static void *more(struct package *p, void *array, size_t n, size_t *cap, size_t bytes)
{
    if (n < *cap) return array;
    size_t grown = *cap ? 2 * *cap : 64;
    void *bigger = realloc(array, grown * bytes);
    if (!bigger) {
        p->no_memory = true;
        return array;
    }
    *cap = grown;
    return bigger;
}

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == 0 || p[n] == ' ')) return true;
    return false;
}

static void begin_value(struct package *p, const char *name)
{
    struct epub *b = p->book;
    const struct {
        const char *name;
        struct buf *value;
    } known[] = {{"title", &b->title},
                 {"creator", &b->creator},
                 {"language", &b->language},
                 {"date", &b->date},
                 {"rights", &b->rights}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name) != 0) continue;
        bool more_creators = known[i].value == &b->creator && b->creator.n > 0;
        if (known[i].value->n > 0 && !more_creators) continue;
        p->value = known[i].value;
        if (more_creators) buf_puts(p->value, "; ");
    }
}

static void add_item(struct package *p, const char **attributes)
{
    const char *type = attribute(attributes, "media-type");
    p->items = more(p, p->items, p->n_items, &p->cap_items, sizeof *p->items);
    if (p->no_memory) return;
    p->items[p->n_items++] =
        (struct item){.id = keep(p, attribute(attributes, "id")),
                      .href = slice_str(keep(p, attribute(attributes, "href"))),
                      .is_page = strcmp(type, "application/xhtml+xml") == 0 ||
                                 strcmp(type, "text/html") == 0 || strcmp(type, "text/x-oeb1-document") == 0,
                      .is_nav = has_word(attribute(attributes, "properties"), "nav")};
}

static void add_spine(struct package *p, const char **attributes)
{
    p->spine = more(p, p->spine, p->n_spine, &p->cap_spine, sizeof *p->spine);
    if (!p->no_memory) p->spine[p->n_spine++] = keep(p, attribute(attributes, "idref"));
}

static void add_guide(struct package *p, const char **attributes)
{
    const char *type = attribute(attributes, "type");
    if (strcmp(type, "cover") != 0 && strcmp(type, "toc") != 0) return;
    p->leave = more(p, p->leave, p->n_leave, &p->cap_leave, sizeof *p->leave);
    if (!p->no_memory) p->leave[p->n_leave++] = slice_str(keep(p, attribute(attributes, "href")));
}

static void XMLCALL on_start(void *ctx, const char *full, const char **attributes)
{
    struct package *p = ctx;
    const char *name = local_name(full);
    if (strcmp(name, "metadata") == 0) p->in_metadata = true;
    if (p->in_metadata && !p->value) begin_value(p, name);
    if (strcmp(name, "rootfile") == 0 && !p->opf) p->opf = keep(p, attribute(attributes, "full-path"));
    if (strcmp(name, "item") == 0) add_item(p, attributes);
    if (strcmp(name, "itemref") == 0) add_spine(p, attributes);
    if (strcmp(name, "reference") == 0) add_guide(p, attributes);
    if (p->no_memory) XML_StopParser(p->parser, XML_FALSE);
}

static void XMLCALL on_end(void *ctx, const char *full)
{
    struct package *p = ctx;
    p->value = NULL;
    if (strcmp(local_name(full), "metadata") == 0) p->in_metadata = false;
}

/* White space becomes one space; a value that is too long is cut. */
static void XMLCALL on_text(void *ctx, const char *text, int n)
{
    struct package *p = ctx;
    for (int i = 0; p->value && i < n; i++) {
        struct buf *v = p->value;
        bool space = strchr(" \t\r\n", text[i]) && text[i];
        bool again = v->n == 0 || v->p[v->n - 1] == ' ';
        if (v->n + 1 < v->max && !(space && again)) buf_putc(v, space ? ' ' : text[i]);
    }
}

static void XMLCALL on_entity(void *ctx, const char *name, int is_parameter, const char *value, int length,
                              const char *base, const char *system, const char *public, const char *notation)
{
    struct package *p = ctx;
    XML_StopParser(p->parser, XML_FALSE);
}

/* Whether it is well-formed; what was read before a fault stands. */
static bool parse_xml(struct package *p, struct slice xml)
{
    if (xml.n > XML_BYTES_MAX) return false;
    p->parser = XML_ParserCreate(NULL);
    if (!p->parser) {
        p->no_memory = true;
        return false;
    }
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetEntityDeclHandler(p->parser, on_entity);
    bool good = XML_Parse(p->parser, xml.p, (int)xml.n, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(p->parser);
    p->in_metadata = false;
    p->value = NULL;
    return good;
}

/* ------------------------------------------------------------------ reading order */

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends components; ".." takes the last away. */
static void put_components(struct buf *out, struct slice path)
{
    for (const char *p = path.p, *end = p + path.n; p < end;) {
        const char *slash = memchr(p, '/', (size_t)(end - p));
        struct slice c = slice_of(p, (size_t)((slash ? slash : end) - p));
        p += c.n + 1;
        if (c.n == 0 || slice_is(c, ".")) continue;
        if (slice_is(c, "..")) {
            const char *last = out->n ? memrchr(out->p, '/', out->n) : NULL;
            out->n = last ? (size_t)(last - out->p) : 0;
            continue;
        }
        if (out->n) buf_putc(out, '/');
        buf_put_slice(out, c);
    }
}

/* The file that a reference from the package document means; NULL: it is not there. */
static struct epub_file *resolve(const struct package *p, struct slice href, struct buf *scratch)
{
    struct slice opf = slice_str(p->opf ? p->opf : "");
    struct buf decoded;
    buf_init(&decoded, BUF_NO_MAX);
    buf_clear(scratch);
    for (size_t i = 0; i < href.n && href.p[i] != '#' && href.p[i] != '?'; i++) {
        bool escape =
            href.p[i] == '%' && href.n - i > 2 && hex(href.p[i + 1]) >= 0 && hex(href.p[i + 2]) >= 0;
        buf_putc(&decoded, escape ? (char)(hex(href.p[i + 1]) * 16 + hex(href.p[i + 2])) : href.p[i]);
        if (escape) i += 2;
    }
    if (href.n && href.p[0] != '/') put_components(scratch, slice_of(opf.p, opf.n - path_base(opf).n));
    if (decoded.n) put_components(scratch, buf_slice(&decoded));
    buf_free(&decoded);
    return find_file(p->book, scratch->n ? buf_slice(scratch) : slice_str(""));
}

static int by_id(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    return c != 0 ? c : x->href.p < y->href.p ? -1 : x->href.p > y->href.p;
}

static struct item *find_item(const struct package *p, const char *id)
{
    size_t low = 0, high = p->n_items;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(p->items[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->n_items && strcmp(p->items[low].id, id) == 0 ? &p->items[low] : NULL;
}

/* Covers and tables of contents that are named so. */
static bool is_named_aside(struct slice path)
{
    struct slice base = path_base(path), ending = path_ending(base, false);
    if (ending.n) base.n -= ending.n + 1;
    return path_ending_in(base, " cover coverpage cover-page cover_page toc nav ");
}

static void order_by_spine(struct package *p, struct buf *scratch)
{
    struct epub *b = p->book;
    if (p->n_items) qsort(p->items, p->n_items, sizeof *p->items, by_id);
    for (size_t i = 0; i < p->n_leave; i++) {
        struct epub_file *f = resolve(p, p->leave[i], scratch);
        if (f) f->left_out = true;
    }
    for (size_t i = 0; i < p->n_spine; i++) {
        struct item *item = find_item(p, p->spine[i]);
        if (!item || item->used || !item->is_page) continue;
        item->used = true;
        struct epub_file *f = item->is_nav ? NULL : resolve(p, item->href, scratch);
        if (!f || f->left_out || is_named_aside(f->path)) continue;
        f->left_out = true; /* two items may name one file */
        b->chapters[b->n_chapters++] = (size_t)(f - b->files);
    }
}

static void order_by_name(struct epub *b)
{
    b->in_name_order = true;
    for (size_t i = 0; i < b->n_files; i++)
        if (path_ending_in(path_ending(b->files[i].path, false), PAGES) && !is_named_aside(b->files[i].path))
            b->chapters[b->n_chapters++] = i;
}

static struct slice content(const struct epub *b, const struct epub_file *f)
{
    return f ? slice_of(b->bytes.p + f->at, f->n) : slice_of("", 0);
}

static int order_chapters(struct epub *b, struct err *e)
{
    struct package p = {.book = b};
    struct buf scratch;
    buf_init(&scratch, BUF_NO_MAX);
    b->chapters = calloc(b->n_files + 1, sizeof *b->chapters);
    p.no_memory = !b->chapters;
    parse_xml(&p, content(b, find_file(b, slice_str("META-INF/container.xml"))));
    struct epub_file *opf = p.opf ? find_file(b, slice_str(p.opf)) : NULL;
    if (!p.no_memory && opf && parse_xml(&p, content(b, opf))) order_by_spine(&p, &scratch);
    if (!p.no_memory && b->n_chapters == 0) order_by_name(b);
    b->encrypted = find_file(b, slice_str("META-INF/encryption.xml")) != NULL;
    bool failed = p.no_memory || scratch.failed;
    buf_free(&scratch);
    free(p.items);
    free(p.spine);
    free(p.leave);
    return failed ? err_nomem(e, "reading a book") : 0;
}

int epub_read(struct epub *b, struct slice zip, size_t max_bytes, char why[256], struct err *e)
{
    int r = read_zip(b, zip, max_bytes, why, e);
    return r == EPUB_READ ? order_chapters(b, e) : r;
}
