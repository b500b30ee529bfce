/* model.c: the .lcl file: a header, the labels, a bit for each feature that has weights, the weights, a checksum.
 *
 * Only rows that training touched are stored, so a file is as large as what was learned, not as the hash space. A feature is
 * found by its bit and the number of bits before it.
 *
 * In, out: bytes. State: the mapped file, and the ranks: half as much as the bits. */
#include "model.h"
#include "common/hash.h"
#include "common/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "leatlcl\n"
#define VERSION 1
#define CHECKSUM_BYTES 8
#define SPREAD_MAX_BYTES ((size_t)64 << 20)
#define AHEAD 16

struct header { /* little-endian, as all of the file */
    char magic[8];
    uint32_t version, bits, word_ngrams, char_min, char_max, classes, outputs, reserved;
    uint64_t documents, rows, label_bytes; /* label_bytes: a multiple of 8 */
};

static size_t padded(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* ------------------------------------------------------------------ writing */

static bool row_is_there(const struct linear *l, uint64_t i)
{
    return l->rows[i * (1 + (size_t)l->outputs)] > 0;
}

static uint64_t label_bytes(const struct classes *c)
{
    size_t n = 0;
    for (uint32_t i = 0; i < c->n; i++) n += strlen(c->name[i]) + 1;
    return padded(n, 8);
}

static void put_labels(struct buf *b, const struct classes *c)
{
    size_t from = b->n;
    for (uint32_t i = 0; i < c->n; i++) buf_put(b, c->name[i], strlen(c->name[i]) + 1);
    while ((b->n - from) % 8) buf_putc(b, 0);
}

static void put_bits(struct buf *b, const struct linear *l)
{
    for (uint64_t word = 0; word < (UINT64_C(1) << l->bits) / 64; word++) {
        uint64_t bits = 0;
        for (unsigned i = 0; i < 64; i++) bits |= (uint64_t)row_is_there(l, 64 * word + i) << i;
        buf_put(b, &bits, sizeof bits);
    }
}

int model_write(struct buf *b, const struct linear *l, const struct features_opts *features,
                const struct classes *classes, uint64_t documents)
{
    size_t from = b->n, width = l->outputs * sizeof(float);
    uint64_t n = UINT64_C(1) << l->bits, rows = 0;
    for (uint64_t i = 0; i < n; i++) rows += row_is_there(l, i);
    struct header h = {MAGIC,
                       VERSION,
                       l->bits,
                       features->word_ngrams,
                       features->char_min,
                       features->char_max,
                       l->classes,
                       l->outputs,
                       0,
                       documents,
                       rows,
                       label_bytes(classes)};
    buf_put(b, &h, sizeof h);
    put_labels(b, classes);
    put_bits(b, l);
    buf_put(b, l->bias, width);
    for (uint64_t i = 0; i < n; i++)
        if (row_is_there(l, i)) buf_put(b, l->rows + i * (1 + (size_t)l->outputs) + 1, width);
    while ((b->n - from) % 8) buf_putc(b, 0);
    if (b->failed) return -ERR_IO;
    uint64_t sum = hash64(b->p + from, b->n - from);
    return buf_put(b, &sum, sizeof sum) < 0 ? -ERR_IO : 0;
}

/* ------------------------------------------------------------------ reading */

bool model_is(const void *p, size_t n)
{
    return n >= strlen(MAGIC) && memcmp(p, MAGIC, strlen(MAGIC)) == 0;
}

static int refuse(const char *name, struct err *e, const char *why)
{
    return err_set(e, ERR_DATA, "%s: not a usable classifier: %s", name, why);
}

/* Sizes are checked against the file's before anything is read by them. */
static int check_header(const struct header *h, const char *name, uint64_t size, struct err *e)
{
    if (h->version != VERSION)
        return err_set(e, ERR_DATA, "%s: classifier format %u; this leat knows %d", name, h->version,
                       VERSION);
    if (h->bits < FEATURES_MIN_BITS || h->bits > FEATURES_MAX_BITS || h->classes < 2 ||
        h->classes > LINEAR_MAX_CLASSES || h->outputs != (h->classes == 2 ? 1 : h->classes) ||
        h->word_ngrams < 1 || h->word_ngrams > FEATURES_MAX_WORDS || h->char_max > FEATURES_MAX_CHARS ||
        h->char_min > h->char_max || (h->char_max > 0 && h->char_min < 1) ||
        h->rows > UINT64_C(1) << h->bits || h->label_bytes > 1 << 24 || h->label_bytes % 8)
        return refuse(name, e, "its header makes no sense");
    uint64_t floats = (h->rows + 1) * h->outputs;
    uint64_t need =
        sizeof *h + h->label_bytes + (UINT64_C(1) << h->bits) / 8 + padded(4 * floats, 8) + CHECKSUM_BYTES;
    return need == size ? 0 : refuse(name, e, "it is cut short, or longer than it says");
}

static int read_labels(struct model *m, const char *p, uint64_t n, const char *name, struct err *e)
{
    const char *end = p + n;
    m->label = calloc(m->classes, sizeof *m->label);
    if (!m->label) return err_nomem(e, "reading a classifier");
    for (uint32_t i = 0; i < m->classes; i++) {
        const char *zero = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
        if (!zero) return refuse(name, e, "it has fewer labels than classes");
        if (utf8_valid_prefix(p, (size_t)(zero - p)) != (size_t)(zero - p))
            return refuse(name, e, "a label is not UTF-8");
        m->label[i] = p;
        p = zero + 1;
    }
    return 0;
}

static int rank_bits(struct model *m, uint64_t rows, const char *name, struct err *e)
{
    size_t words = ((size_t)1 << m->features.bits) / 64;
    uint64_t rank = 0;
    m->rank = malloc(words * sizeof *m->rank);
    if (!m->rank) return err_nomem(e, "reading a classifier");
    for (size_t i = 0; i < words; i++) {
        m->rank[i] = (uint32_t)rank;
        rank += (uint64_t)__builtin_popcountll(m->bits[i]);
    }
    return rank == rows ? 0 : refuse(name, e, "it has more or fewer weights than features");
}

/* A row for every feature, so that one is found in one step, where that takes no more than 64 MiB. */
static int spread_rows(struct model *m, struct err *e)
{
    size_t n = (size_t)1 << m->features.bits, from = 0;
    if (n * m->outputs * sizeof(float) > SPREAD_MAX_BYTES) return 0;
    m->all = calloc(n, m->outputs * sizeof(float));
    if (!m->all) return err_nomem(e, "reading a classifier");
    for (size_t i = 0; i < n; i++)
        if (m->bits[i >> 6] >> (i & 63) & 1)
            memcpy(m->all + i * m->outputs, m->rows + from++ * m->outputs, m->outputs * sizeof(float));
    return 0;
}

static int check_numbers(const struct model *m, uint64_t rows, const char *name, struct err *e)
{
    for (uint64_t i = 0; i < (rows + 1) * m->outputs; i++)
        if (!(m->bias[i] - m->bias[i] == 0)) return refuse(name, e, "a weight is not a finite number");
    return 0;
}

int model_open_bytes(struct model *m, const char *name, struct slice bytes, struct err *e)
{
    struct header h;
    uint64_t sum;
    *m = (struct model){0};
    if (!model_is(bytes.p, bytes.n)) return refuse(name, e, "it is neither leat's nor fastText's");
    if (bytes.n < sizeof h + CHECKSUM_BYTES) return refuse(name, e, "it is cut short");
    memcpy(&h, bytes.p, sizeof h);
    int r = check_header(&h, name, bytes.n, e);
    if (r < 0) return r;
    memcpy(&sum, bytes.p + bytes.n - CHECKSUM_BYTES, sizeof sum);
    if (sum != hash64(bytes.p, bytes.n - CHECKSUM_BYTES))
        return refuse(name, e, "its checksum is wrong: it is damaged");
    m->features = (struct features_opts){h.bits, h.word_ngrams, h.char_min, h.char_max};
    m->classes = h.classes;
    m->outputs = h.outputs;
    m->documents = h.documents;
    m->bits = (const uint64_t *)(bytes.p + sizeof h + h.label_bytes);
    m->bias = (const float *)(m->bits + (UINT64_C(1) << h.bits) / 64);
    m->rows = m->bias + h.outputs;
    features_values(m->of_count);
    r = read_labels(m, bytes.p + sizeof h, h.label_bytes, name, e);
    if (r == 0) r = rank_bits(m, h.rows, name, e);
    if (r == 0) r = check_numbers(m, h.rows, name, e);
    if (r == 0) r = spread_rows(m, e);
    if (r < 0) model_close(m);
    return r;
}

int model_open(struct model *m, const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *m = (struct model){0};
    if (fd < 0) return err_sys(e, "cannot open the model %s", path);
    void *map = MAP_FAILED;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED) return refuse(path, e, "no regular file with content");
    int r = model_open_bytes(m, path, slice_of(map, (size_t)st.st_size), e);
    if (r < 0) {
        munmap(map, (size_t)st.st_size);
        return r;
    }
    m->map = map;
    m->map_bytes = (size_t)st.st_size;
    return 0;
}

void model_close(struct model *m)
{
    free(m->label);
    free(m->rank);
    free(m->all);
    if (m->map) munmap(m->map, m->map_bytes);
    *m = (struct model){0};
}

/* ------------------------------------------------------------------ scoring */

/* NULL: all zeros. */
static const float *row_of(const struct model *m, uint32_t index)
{
    if (m->all) return m->all + (size_t)index * m->outputs;
    uint64_t word = m->bits[index >> 6], bit = UINT64_C(1) << (index & 63);
    if (!(word & bit)) return NULL;
    return m->rows + (m->rank[index >> 6] + (uint64_t)__builtin_popcountll(word & (bit - 1))) * m->outputs;
}

static void fetch(const struct model *m, uint32_t index)
{
    if (m->all)
        __builtin_prefetch(m->all + (size_t)index * m->outputs);
    else
        __builtin_prefetch(&m->bits[index >> 6]);
}

void model_logits(const struct model *m, const feature *at, size_t n, float *logits)
{
    float scale = features_scale(m->of_count, at, n);
    for (uint32_t k = 0; k < m->outputs; k++) logits[k] = 0;
    for (size_t i = 0; i < n; i++) {
        const float *w = row_of(m, FEATURE_INDEX(at[i]));
        float x = m->of_count[FEATURE_COUNT(at[i])];
        if (i + AHEAD < n) fetch(m, FEATURE_INDEX(at[i + AHEAD]));
        for (uint32_t k = 0; w && k < m->outputs; k++) logits[k] += w[k] * x;
    }
    for (uint32_t k = 0; k < m->outputs; k++) logits[k] = logits[k] * scale + m->bias[k];
}
