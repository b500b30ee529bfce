/* fasttext_load.c: opens a fastText model: the file's parts in their order, each checked before it is believed.
 *
 * Layout (fastText 0.9.2, little-endian, packed): magic, version; arguments; dictionary (sizes, words with count and type,
 * pruned n-grams); a flag and the input matrix; a flag and the output matrix. A dense matrix is rows, columns (64 bits) and
 * floats; a quantised one a flag for norms, rows, columns, codes, and its centroids.
 *
 * In: the mapped file. Out: struct fasttext. Memory: a table of the words; their n-grams where these have at most 64 MiB;
 * matrices of at most 64 MiB, decoded and aligned. Time: linear in the dictionary and in what is copied. */
#include "common/simd.h"
#include "fasttext_internal.h"
#include "real.h"
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FT_MAGIC 793712314
#define FT_VERSION 12
#define FT_DIM_MAX 65536
#define FT_OVERREAD 64 /* vectors read so far behind the last row */

size_t ft_pad(size_t n)
{
    return (n + FT_BLOCK - 1) / FT_BLOCK * FT_BLOCK;
}

void *ft_alloc(size_t floats)
{
    size_t bytes = ft_pad(floats ? floats : 1) * sizeof(float);
    void *p = aligned_alloc(64, bytes);
    if (p) memset(p, 0, bytes);
    return p;
}

/* ------------------------------------------------------------------ reading */

static int refuse(const struct fasttext *m, struct err *e, const char *why)
{
    return err_set(e, ERR_DATA, "%s: not a usable fastText model: %s", m->name, why);
}

static bool take(struct fasttext *m, void *dst, size_t n)
{
    if ((size_t)(m->end - m->p) < n) return false;
    memcpy(dst, m->p, n);
    m->p += n;
    return true;
}

static const char *take_bytes(struct fasttext *m, uint64_t n)
{
    const char *p = m->p;
    if ((uint64_t)(m->end - p) < n) return NULL;
    m->p += n;
    return p;
}

bool fasttext_is(const void *p, size_t n)
{
    int32_t magic;
    if (n < sizeof magic) return false;
    memcpy(&magic, p, sizeof magic);
    return magic == FT_MAGIC;
}

static int read_arguments(struct fasttext *m, struct err *e)
{
    int32_t head[2], arg[12];
    double sampling;
    if (!take(m, head, sizeof head) || head[0] != FT_MAGIC)
        return refuse(m, e, "it does not begin with fastText's magic number");
    if (head[1] < 11 || head[1] > FT_VERSION)
        return err_set(e, ERR_DATA, "%s: fastText format %d; leat knows 11 and 12", m->name, head[1]);
    if (!take(m, arg, sizeof arg) || !take(m, &sampling, sizeof sampling))
        return refuse(m, e, "it is cut short");
    if (arg[7] != 3)
        return refuse(m, e, "it holds word vectors, not a classifier (train one with fasttext supervised)");
    if (arg[6] < FT_HIERARCHICAL || arg[6] > FT_ONE_VS_ALL) return refuse(m, e, "its loss is unknown");
    m->in.cols = arg[0] > 0 && arg[0] <= FT_DIM_MAX ? (uint64_t)arg[0] : 0;
    if (m->in.cols == 0) return refuse(m, e, "its dimension is not between 1 and 65536");
    m->word_ngrams = arg[5];
    m->loss = (enum ft_loss)arg[6];
    m->bucket = arg[8];
    m->min_n = arg[9];
    m->max_n = head[1] == 11 ? 0 : arg[10]; /* old classifiers have no character n-grams */
    if (m->max_n > FT_NGRAM_MAX || m->word_ngrams > FT_NGRAM_MAX)
        return refuse(m, e, "its n-grams are longer than 100");
    if (m->bucket < 0) return refuse(m, e, "its number of buckets is negative");
    if (m->bucket == 0 && (m->max_n > 0 || m->word_ngrams > 1))
        return refuse(m, e, "it has n-grams, but no buckets for them");
    if (m->bucket > 0)
        m->modulus = (struct ft_modulus){(uint32_t)m->bucket, UINT64_MAX / (uint32_t)m->bucket + 1};
    return 0;
}

/* ------------------------------------------------------------------ the dictionary */

static int read_entry(struct fasttext *m, int32_t i, struct err *e)
{
    const char *zero = memchr(m->p, 0, (size_t)(m->end - m->p));
    int8_t type;
    if (!zero) return refuse(m, e, "its dictionary is cut short");
    m->word[i] = slice_of(m->p, (size_t)(zero - m->p));
    m->p = zero + 1;
    if (!take(m, &m->count[i], sizeof *m->count) || !take(m, &type, 1))
        return refuse(m, e, "its dictionary is cut short");
    if (type != (i >= m->n_words))
        return refuse(m, e, "its dictionary does not have words first, then labels");
    if (m->count[i] < 0) return refuse(m, e, "its dictionary has a negative count");
    return 0;
}

int32_t ft_find(const struct fasttext *m, const char *p, size_t n, uint32_t hash)
{
    for (uint64_t at = ft_spread(hash) & m->slot_mask;; at = (at + 1) & m->slot_mask) {
        const struct ft_slot *s = &m->slot[at];
        if (s->id < 0) return -1;
        if (s->hash == hash && (size_t)(m->end - s->word) > n && s->word[n] == 0 &&
            memcmp(s->word, p, n) == 0)
            return s->id;
    }
}

/* Of a word that stands twice the later one counts, as in fastText. */
static int index_words(struct fasttext *m, struct err *e)
{
    uint64_t n = (uint64_t)m->n_words + (uint64_t)m->n_labels, size = 16;
    while (size < 2 * n) size *= 2;
    m->slot = malloc(size * sizeof *m->slot);
    if (!m->slot) return err_nomem(e, "indexing a fastText model's words");
    for (uint64_t i = 0; i < size; i++) m->slot[i] = (struct ft_slot){0, -1, NULL};
    m->slot_mask = size - 1;
    for (uint64_t i = 0; i < n; i++) {
        struct slice w = m->word[i];
        uint32_t hash = ft_hash(w.p, w.n);
        uint64_t at = ft_spread(hash) & m->slot_mask;
        while (m->slot[at].id >= 0 && !(m->slot[at].hash == hash && slice_eq(m->word[m->slot[at].id], w)))
            at = (at + 1) & m->slot_mask;
        m->slot[at] = (struct ft_slot){hash, (int32_t)i, w.p};
    }
    m->eos = ft_find(m, FT_EOS, strlen(FT_EOS), ft_hash(FT_EOS, strlen(FT_EOS)));
    return 0;
}

static int read_words(struct fasttext *m, struct err *e)
{
    struct {
        int32_t size, words, labels;
    } n;
    int64_t tokens;
    if (!take(m, &n, sizeof n) || !take(m, &tokens, sizeof tokens) || !take(m, &m->pruned, sizeof m->pruned))
        return refuse(m, e, "it is cut short");
    if (n.words < 0 || n.labels < 1 || (int64_t)n.words + n.labels != n.size)
        return refuse(m, e, "its numbers of words and labels do not make sense");
    if ((uint64_t)n.size * 10 > (uint64_t)(m->end - m->p)) return refuse(m, e, "its dictionary is cut short");
    m->n_words = n.words;
    m->n_labels = n.labels;
    m->word = calloc((size_t)n.size, sizeof *m->word);
    m->count = calloc((size_t)n.size, sizeof *m->count);
    if (!m->word || !m->count) return err_nomem(e, "reading a fastText model's words");
    for (int32_t i = 0; i < n.size; i++) {
        int r = read_entry(m, i, e);
        if (r < 0) return r;
    }
    return index_words(m, e);
}

static void set_kept(struct fasttext *m, const char *pairs)
{
    struct ft_kept_bits *of = m->kept.of;
    size_t words = (size_t)m->bucket / 64 + 1;
    uint64_t rank = 0;
    int32_t pair[2];
    for (int64_t i = 0; i < m->pruned; i++) {
        memcpy(pair, pairs + 8 * i, sizeof pair);
        of[pair[0] >> 6].bits |= UINT64_C(1) << (pair[0] & 63);
    }
    for (size_t i = 0; i < words; i++) {
        of[i].rank = rank;
        rank += (uint64_t)__builtin_popcountll(of[i].bits);
    }
    for (int64_t i = 0; i < m->pruned; i++) {
        memcpy(pair, pairs + 8 * i, sizeof pair);
        uint64_t before = of[pair[0] >> 6].bits & ((UINT64_C(1) << (pair[0] & 63)) - 1);
        m->kept.row[of[pair[0] >> 6].rank + (uint64_t)__builtin_popcountll(before)] = (uint32_t)pair[1];
    }
}

static int read_pruned(struct fasttext *m, struct err *e)
{
    if (m->pruned <= 0) return 0;
    const char *pairs = m->pruned <= INT32_MAX ? take_bytes(m, 8 * (uint64_t)m->pruned) : NULL;
    if (!pairs) return refuse(m, e, "its list of kept n-grams is cut short");
    for (int64_t i = 0; i < m->pruned; i++) {
        int32_t pair[2];
        memcpy(pair, pairs + 8 * i, sizeof pair);
        if (pair[0] < 0 || pair[0] >= m->bucket || pair[1] < 0 || pair[1] >= m->pruned)
            return refuse(m, e, "its list of kept n-grams names one that is not there");
    }
    size_t words = (size_t)m->bucket / 64 + 1;
    m->kept.of = calloc(words, sizeof *m->kept.of);
    m->kept.row = calloc((size_t)m->pruned + 1, sizeof *m->kept.row);
    if (!m->kept.of || !m->kept.row) return err_nomem(e, "reading a fastText model's n-grams");
    set_kept(m, pairs);
    return 0;
}

/* Appends word i's own row and its n-grams'. -1: no room. */
static int list_word(struct fasttext *m, int32_t i, struct buf *scratch, uint32_t *list, size_t *n,
                     size_t max)
{
    buf_clear(scratch);
    buf_putc(scratch, '<');
    buf_put_slice(scratch, m->word[i]);
    buf_putc(scratch, '>');
    if (buf_terminate(scratch) < 0 || *n == max) return -1;
    list[(*n)++] = (uint32_t)i;
    if (slice_is(m->word[i], FT_EOS)) return 0;
    for (size_t at = 0; at < scratch->n; at++) {
        if (max - *n < FT_NGRAM_MAX) return -1;
        size_t found = ft_ngrams_at(m, scratch->p, scratch->n, at, list + *n);
        *n += ft_rows_of(m, list + *n, found);
    }
    return 0;
}

/* The n-grams of every word, where they do not take too much room; else words are cut when they are met. */
static int list_subwords(struct fasttext *m, struct err *e)
{
    size_t n = 0, max = m->copy_max / sizeof(uint32_t);
    struct buf scratch;
    int r = 0;
    if (m->max_n <= 0) return 0;
    m->subword_at = calloc((size_t)m->n_words + 1, sizeof *m->subword_at);
    uint32_t *list = malloc(m->copy_max + FT_SLACK * sizeof *list), *fitted;
    if (!m->subword_at || !list) {
        free(list);
        return err_nomem(e, "listing a fastText model's n-grams");
    }
    buf_init(&scratch, BUF_NO_MAX);
    for (int32_t i = 0; r == 0 && i < m->n_words; i++) {
        r = list_word(m, i, &scratch, list, &n, max);
        m->subword_at[i + 1] = (uint32_t)n;
    }
    buf_free(&scratch);
    fitted = r == 0 ? realloc(list, (n + FT_SLACK) * sizeof *list) : NULL;
    if (!fitted) free(list);
    m->subword = fitted;
    return 0;
}

/* ------------------------------------------------------------------ the matrices */

static int read_quantizer(struct fasttext *m, struct ft_quantizer *q, uint64_t dim, struct err *e)
{
    int32_t head[4];
    if (!take(m, head, sizeof head)) return refuse(m, e, "a quantiser is cut short");
    *q = (struct ft_quantizer){.dim = head[0], .n_parts = head[1], .part = head[2], .last = head[3]};
    if (q->dim < 1 || (uint64_t)q->dim != dim || q->part < 1 || q->n_parts < 1 || q->last < 1 ||
        q->last > q->part || (int64_t)(q->n_parts - 1) * q->part + q->last != q->dim)
        return refuse(m, e, "a quantiser's parts do not make up a row");
    q->centroids = take_bytes(m, 256 * sizeof(float) * dim);
    return q->centroids ? 0 : refuse(m, e, "a quantiser is cut short");
}

static int read_quantized(struct fasttext *m, struct ft_matrix *x, struct err *e)
{
    uint8_t norms;
    int64_t size[2];
    int32_t code_bytes;
    if (!take(m, &norms, 1) || norms > 1 || !take(m, size, sizeof size) ||
        !take(m, &code_bytes, sizeof code_bytes))
        return refuse(m, e, "a quantised matrix is cut short");
    if (size[0] < 0 || size[0] > INT32_MAX || size[1] < 1 || size[1] > FT_DIM_MAX || code_bytes < 0)
        return refuse(m, e, "a quantised matrix has an impossible size");
    x->rows = (uint64_t)size[0];
    x->cols = (uint64_t)size[1];
    x->codes = (const uint8_t *)take_bytes(m, (uint64_t)code_bytes);
    if (!x->codes) return refuse(m, e, "a quantised matrix is cut short");
    int r = read_quantizer(m, &x->q, x->cols, e);
    if (r < 0) return r;
    if (x->rows * (uint64_t)x->q.n_parts != (uint64_t)code_bytes)
        return refuse(m, e, "a quantised matrix has more or fewer codes than rows");
    if (!norms) return 0;
    x->norm_codes = (const uint8_t *)take_bytes(m, x->rows);
    return x->norm_codes ? read_quantizer(m, &x->norm_q, 1, e)
                         : refuse(m, e, "a quantised matrix is cut short");
}

static int read_dense(struct fasttext *m, struct ft_matrix *x, struct err *e)
{
    int64_t size[2];
    if (!take(m, size, sizeof size)) return refuse(m, e, "a matrix is cut short");
    if (size[0] < 0 || size[0] > UINT32_MAX || size[1] < 1 || size[1] > FT_DIM_MAX)
        return refuse(m, e, "a matrix has an impossible size");
    x->rows = (uint64_t)size[0];
    x->cols = (uint64_t)size[1];
    x->stride = x->cols * sizeof(float);
    x->base = take_bytes(m, x->rows * x->stride);
    return x->base ? 0 : refuse(m, e, "a matrix is cut short");
}

static void put_part(float *dst, const struct ft_quantizer *q, int32_t part, uint8_t code)
{
    size_t width = (size_t)(part == q->n_parts - 1 ? q->last : q->part);
    size_t at = (size_t)part * 256 * (size_t)q->part + code * width;
    memcpy(dst + (size_t)part * (size_t)q->part, q->centroids + at * sizeof(float), width * sizeof(float));
}

static float row_norm(const struct ft_matrix *x, uint64_t row)
{
    float norm = 1;
    if (x->norm_codes) memcpy(&norm, x->norm_q.centroids + x->norm_codes[row] * sizeof norm, sizeof norm);
    return norm;
}

/* Without its norm. */
static void decode(const struct ft_matrix *x, uint64_t row, float *dst)
{
    const uint8_t *code = x->codes + row * (uint64_t)x->q.n_parts;
    for (int32_t p = 0; p < x->q.n_parts; p++) put_part(dst, &x->q, p, code[p]);
}

void ft_decode_row(const struct ft_matrix *x, uint64_t row, float *dst)
{
    if (!x->codes) {
        memcpy(dst, x->base + row * x->stride, x->cols * sizeof(float));
        return;
    }
    float norm = row_norm(x, row);
    decode(x, row, dst);
    for (uint64_t i = 0; i < x->cols; i++) dst[i] *= norm;
}

static int copy_input(struct fasttext *m, struct err *e)
{
    struct ft_matrix *x = &m->in;
    size_t padded = ft_pad(x->cols);
    if (x->rows * padded * sizeof(float) > m->copy_max) return 0;
    float *own = ft_alloc(x->rows * padded);
    if (!own) return err_nomem(e, "copying a fastText model's matrix");
    for (uint64_t i = 0; i < x->rows; i++) ft_decode_row(x, i, own + i * padded);
    x->base = x->own = (char *)own;
    x->stride = padded * sizeof(float);
    return 0;
}

static int transpose_output(struct fasttext *m, struct err *e)
{
    struct ft_matrix *x = &m->out;
    float *row = ft_alloc(x->cols);
    m->padded_labels = ft_pad(x->rows);
    m->transposed = ft_alloc(m->padded_labels * x->cols);
    m->out_norm = x->norm_codes ? ft_alloc(m->padded_labels) : NULL;
    if (!row || !m->transposed || (x->norm_codes && !m->out_norm)) {
        free(row);
        return err_nomem(e, "copying a fastText model's output matrix");
    }
    for (uint64_t i = 0; i < x->rows; i++) {
        if (x->codes)
            decode(x, i, row);
        else
            ft_decode_row(x, i, row);
        float *to = m->transposed + i / FT_BLOCK * FT_BLOCK * x->cols + i % FT_BLOCK;
        for (uint64_t j = 0; j < x->cols; j++) to[j * FT_BLOCK] = row[j];
        if (m->out_norm) m->out_norm[i] = row_norm(x, i);
    }
    free(row);
    return 0;
}

static int read_matrices(struct fasttext *m, struct err *e)
{
    uint8_t quantized, out_quantized;
    uint64_t dim = m->in.cols;
    if (!take(m, &quantized, 1) || quantized > 1) return refuse(m, e, "its input matrix is cut short");
    int r = quantized ? read_quantized(m, &m->in, e) : read_dense(m, &m->in, e);
    if (r < 0) return r;
    if (!quantized && m->pruned >= 0) return refuse(m, e, "it is pruned, but not quantised");
    if (!take(m, &out_quantized, 1) || out_quantized > 1)
        return refuse(m, e, "its output matrix is cut short");
    r = quantized && out_quantized ? read_quantized(m, &m->out, e) : read_dense(m, &m->out, e);
    if (r < 0) return r;
    if (m->in.cols != dim || m->out.cols != dim) return refuse(m, e, "its matrices are not of its dimension");
    if (m->out.rows != (uint64_t)m->n_labels)
        return refuse(m, e, "its output matrix has not one row a label");
    bool ngrams = m->max_n > 0 || m->word_ngrams > 1;
    uint64_t need = (uint64_t)m->n_words + (m->pruned >= 0 ? (uint64_t)m->pruned
                                            : ngrams       ? (uint64_t)m->bucket
                                                           : 0);
    if (m->in.rows < need || m->in.rows > UINT32_MAX)
        return refuse(m, e, "its input matrix has too few rows");
    r = copy_input(m, e);
    return r < 0 ? r : transpose_output(m, e);
}

/* ------------------------------------------------------------------ the loss */

/* Huffman's tree as fastText builds it: two queues, the labels from the rarest on and the nodes made so far. */
static int build_tree(struct fasttext *m, struct err *e)
{
    const int64_t never = (int64_t)1e15;
    int32_t n = m->n_labels, leaf = n - 1, next = n;
    int64_t sum = 0;
    m->node = malloc((2 * (size_t)n - 1) * sizeof *m->node);
    if (!m->node) return err_nomem(e, "building a fastText model's tree");
    for (int32_t i = 0; i < 2 * n - 1; i++) m->node[i] = (struct ft_node){never, -1, -1};
    for (int32_t i = 0; i < n; i++) {
        int64_t count = m->node[i].count = m->count[m->n_words + i];
        if (count >= never - sum) return refuse(m, e, "its labels' counts are impossibly large");
        sum += count;
    }
    for (int32_t i = n; i < 2 * n - 1; i++) {
        int32_t least[2];
        for (int j = 0; j < 2; j++)
            least[j] = leaf >= 0 && m->node[leaf].count < m->node[next].count ? leaf-- : next++;
        m->node[i] = (struct ft_node){m->node[least[0]].count + m->node[least[1]].count, least[0], least[1]};
    }
    return 0;
}

static int prepare_loss(struct fasttext *m, struct err *e)
{
    if (m->loss == FT_HIERARCHICAL) return build_tree(m, e);
    for (int i = 0; i < 513; i++) {
        float x = (float)(i * 16) / 512 - 8, down = (float)real_exp(-x);
        m->sigmoid[i] = (float)(1.0 / (1.0 + (double)down));
    }
    return 0;
}

/* ------------------------------------------------------------------ open, close */

static int load(struct fasttext *m, struct err *e)
{
    int r = read_arguments(m, e);
    if (r == 0) r = read_words(m, e);
    if (r == 0) r = read_pruned(m, e);
    if (r == 0) r = read_matrices(m, e);
    if (r == 0) r = list_subwords(m, e);
    if (r == 0) r = prepare_loss(m, e);
    if (r == 0) ft_choose_simd(m);
    return r;
}

int fasttext_open_bytes(struct fasttext **m, const char *name, struct slice bytes, struct err *e)
{
    return ft_open(m, name, bytes, FT_COPY_MAX, e);
}

int ft_open(struct fasttext **out, const char *name, struct slice bytes, uint64_t copy_max, struct err *e)
{
    struct fasttext *m = calloc(1, sizeof *m);
    *out = NULL;
    if (!m || !(m->name = strdup(name))) {
        free(m);
        return err_nomem(e, "opening a fastText model");
    }
    m->copy_max = copy_max;
    m->p = bytes.p;
    m->end = bytes.p + bytes.n;
    int r = load(m, e);
    if (r < 0)
        fasttext_close(m);
    else
        *out = m;
    return r;
}

/* The file, and zeros behind it, so that a vector that begins in the last row may be read. */
static void *map_file(int fd, size_t n, size_t *map_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *map_bytes = (n + FT_OVERREAD + page - 1) / page * page;
    char *p = mmap(NULL, *map_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return p;
    if (mmap(p, n, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED) return p;
    munmap(p, *map_bytes);
    return MAP_FAILED;
}

int fasttext_open(struct fasttext **m, const char *path, struct err *e)
{
    struct stat st;
    size_t map_bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *m = NULL;
    if (fd < 0) return err_sys(e, "cannot open the model %s", path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        close(fd);
        return err_set(e, ERR_DATA, "%s: not a fastText model: no regular file with content", path);
    }
    void *map = map_file(fd, (size_t)st.st_size, &map_bytes);
    if (map == MAP_FAILED) err_sys(e, "cannot map the model %s", path);
    close(fd);
    if (map == MAP_FAILED) return -ERR_IO;
    struct fasttext *opened = NULL;
    int r = fasttext_open_bytes(&opened, path, slice_of(map, (size_t)st.st_size), e);
    if (!opened) {
        munmap(map, map_bytes);
        return r;
    }
    opened->map = map;
    opened->map_bytes = map_bytes;
    *m = opened;
    return 0;
}

void fasttext_close(struct fasttext *m)
{
    if (!m) return;
    free(m->name);
    free(m->word);
    free(m->count);
    free(m->slot);
    free(m->subword_at);
    free(m->subword);
    free(m->kept.of);
    free(m->kept.row);
    free(m->in.own);
    free(m->transposed);
    free(m->out_norm);
    free(m->node);
    if (m->map) munmap(m->map, m->map_bytes);
    free(m);
}

size_t fasttext_n_labels(const struct fasttext *m)
{
    return (size_t)m->n_labels;
}

struct slice fasttext_label(const struct fasttext *m, size_t i)
{
    return m->word[(size_t)m->n_words + i];
}
