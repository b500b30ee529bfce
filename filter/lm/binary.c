/* binary.c: a model's tables as a file that is mapped: .blm, docs/formats.md.
 *
 * A header of 256 bytes with its own hash, then the words' table, the tables of orders 2 and up: as they lie
 * in memory, little-endian, each at a multiple of 64 bytes. Opening checks sizes, the header's hash and the body's, which
 * reads the file once and so brings it into memory. Several processes share one copy.
 *
 * In, out: struct lm. Memory: the mapping. */
#include "common/stream.h"
#include "filter/lm/model.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "leat-lm\n"
#define VERSION 1
#define ENDIAN 0x01020304u
#define LINE 64

struct header {
    char magic[8];
    uint32_t version, endian, order, normal;
    uint64_t file_bytes, body_hash;
    uint64_t counts[LM_MAX_ORDER];     /* of 1-grams, 2-grams… */
    uint64_t word_lines;               /* of the words' table */
    uint64_t gram_lines[LM_MAX_ORDER]; /* [k-1]: of order k; [0] is 0 */
    struct lm_weight special[3];
    uint64_t zero[10];
    uint64_t hash; /* XXH3 of the 248 bytes before it */
};
_Static_assert(sizeof(struct header) == 256, "the header's size is part of the format");

struct section {
    const void *p;
    uint64_t bytes;
};
#define SECTIONS LM_MAX_ORDER /* words, orders 2 to 6 */

bool model_is_binary(const char *path)
{
    char magic[8];
    if (!path || !strcmp(path, "-")) return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, MAGIC, 8) == 0;
    if (fd >= 0) close(fd);
    return is;
}

static void sections_of(const struct lm *m, struct section s[SECTIONS])
{
    s[0] = (struct section){m->words.lines, m->words.n_lines * LINE};
    for (unsigned k = 2; k <= LM_MAX_ORDER; k++)
        s[k - 1] = (struct section){m->gram[k].lines, m->gram[k].n_lines * LINE};
}

static int hash_sections(const struct section *s, uint64_t *hash, struct err *e)
{
    struct hash_stream *h = hash_stream_new();
    if (!h) return err_nomem(e, "hashing a language model");
    for (unsigned i = 0; i < SECTIONS; i++)
        if (s[i].bytes) hash_stream_update(h, s[i].p, (size_t)s[i].bytes);
    *hash = hash_stream_digest(h);
    hash_stream_free(h);
    return 0;
}

static void header_fill(struct header *h, const struct lm *m)
{
    *h = (struct header){.version = VERSION, .endian = ENDIAN, .order = m->order, .normal = m->normal};
    memcpy(h->magic, MAGIC, sizeof h->magic);
    memcpy(h->special, m->special, sizeof h->special);
    h->file_bytes = sizeof *h + m->words.n_lines * LINE;
    h->word_lines = m->words.n_lines;
    for (unsigned k = 1; k <= m->order; k++) {
        h->counts[k - 1] = m->count[k];
        h->gram_lines[k - 1] = m->gram[k].n_lines;
        h->file_bytes += m->gram[k].n_lines * LINE;
    }
}

int blm_write(const struct lm *m, struct out *o, struct err *e)
{
    struct header h;
    struct section s[SECTIONS];
    header_fill(&h, m);
    sections_of(m, s);
    int r = hash_sections(s, &h.body_hash, e);
    h.hash = hash64(&h, offsetof(struct header, hash));
    if (r == 0) r = out_write(o, &h, sizeof h, 0, e);
    for (unsigned i = 0; i < SECTIONS && r == 0; i++)
        if (s[i].bytes) r = out_write(o, s[i].p, (size_t)s[i].bytes, 0, e);
    return r;
}

/* ------------------------------------------------------------------ mapping */

static int bad(struct err *e, const char *path, const char *what)
{
    return err_set(e, ERR_DATA, "%s: %s", path, what);
}

/* The header's numbers make up the file's size; none of the sums wraps. */
static bool header_adds_up(const struct header *h)
{
    uint64_t most = h->file_bytes / LINE, lines = h->word_lines;
    if (h->counts[0] < WORD_FIRST || h->word_lines == 0 || lines > most ||
        lines > (UINT32_MAX - WORD_FIRST) / 4)
        return false;
    for (unsigned k = 2; k <= LM_MAX_ORDER; k++) {
        uint64_t n = h->gram_lines[k - 1];
        if (n > most || (n > 0) != (k <= h->order) || (k > h->order && h->counts[k - 1])) return false;
        lines += n;
    }
    return h->file_bytes == sizeof *h + lines * LINE;
}

static int check_header(const struct header *h, const char *path, struct err *e)
{
    if (memcmp(h->magic, MAGIC, 8) != 0) return bad(e, path, "not a .blm");
    if (h->endian != ENDIAN)
        return bad(e, path, "made on a machine of the other byte order: convert the ARPA file here");
    if (h->version != VERSION)
        return bad(e, path, "a .blm of another version: convert the ARPA file with this leat");
    if (h->hash != hash64(h, offsetof(struct header, hash))) return bad(e, path, "its header is damaged");
    if (h->order < 1 || h->order > LM_MAX_ORDER || h->normal > LM_CCNET || !header_adds_up(h))
        return bad(e, path, "its header does not add up");
    return 0;
}

static void take_tables(struct lm *m, const struct header *h)
{
    char *p = (char *)m->map + sizeof *h;
    m->order = h->order;
    m->normal = h->normal;
    memcpy(m->special, h->special, sizeof m->special);
    m->words =
        (struct table){.lines = p, .n_lines = h->word_lines, .n = h->counts[0] - WORD_FIRST, .per_line = 4};
    p += h->word_lines * LINE;
    for (unsigned k = 1; k <= h->order; k++) {
        m->count[k] = h->counts[k - 1];
        if (k == 1) continue;
        m->gram[k] = (struct table){.lines = p,
                                    .n_lines = h->gram_lines[k - 1],
                                    .n = h->counts[k - 1],
                                    .per_line = k == h->order ? 5 : 4};
        p += h->gram_lines[k - 1] * LINE;
    }
}

static int map_file(struct lm *m, int fd, const char *path, struct err *e)
{
    struct stat st;
    struct header h;
    if (fstat(fd, &st) < 0) return err_sys(e, "cannot read %s", path);
    if ((uint64_t)st.st_size < sizeof h || pread(fd, &h, sizeof h, 0) != (ssize_t)sizeof h)
        return bad(e, path, "ends in its header");
    int r = check_header(&h, path, e);
    if (r < 0) return r;
    if ((uint64_t)st.st_size != h.file_bytes)
        return err_set(e, ERR_DATA, "%s: has %llu bytes and not %llu: it was cut, or is not copied yet", path,
                       (unsigned long long)st.st_size, (unsigned long long)h.file_bytes);
    m->map = mmap(NULL, h.file_bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (m->map == MAP_FAILED) {
        m->map = NULL;
        return err_sys(e, "cannot map %s", path);
    }
    m->map_bytes = h.file_bytes;
    take_tables(m, &h);
    struct section body[SECTIONS];
    uint64_t hash = 0;
    sections_of(m, body);
    r = hash_sections(body, &hash, e);
    return r == 0 && hash != h.body_hash ? bad(e, path, "its content is damaged: the hash is another") : r;
}

int model_map(struct lm **out, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_sys(e, "cannot read %s", path);
    struct lm *m = calloc(1, sizeof *m);
    int r = m ? map_file(m, fd, path, e) : err_nomem(e, "opening a language model");
    close(fd);
    if (r < 0)
        lm_close(m);
    else
        *out = m;
    return r;
}
