/* fasttext.c: a text's most probable labels by a fastText model.
 *
 * The mean of the text's rows (fasttext_text.c), its products with the labels' rows, and by the model's loss: softmax,
 * independent sigmoids from fastText's table of 513 values, or a walk down Huffman's tree. The best k are kept in a heap that
 * moves as libstdc++'s does, so that of equal scores the same labels come out in the same order as fastText's.
 *
 * In: model, text. Out: labels and probabilities (fastText's exp(log(p + 1e-5)), hence up to 1.00001). State: the scratch. */
#include "fasttext_internal.h"
#include "real.h"
#include <stdlib.h>

struct fasttext_scratch *fasttext_scratch_new(const struct fasttext *m)
{
    struct fasttext_scratch *s = calloc(1, sizeof *s);
    size_t labels = (size_t)m->n_labels;
    if (!s) return NULL;
    buf_init(&s->bracketed, BUF_NO_MAX);
    s->hidden = ft_alloc(2 * ft_pad(m->in.cols));
    s->output = ft_alloc(m->padded_labels);
    s->best = ft_alloc(labels + 1);
    s->best_label = calloc(labels + 1, sizeof *s->best_label);
    s->stack = malloc((labels + 2) * sizeof *s->stack);
    bool words = ft_words_new(s) == 0;
    if (s->hidden && s->output && s->best && s->best_label && s->stack && words) return s;
    fasttext_scratch_free(s);
    return NULL;
}

void fasttext_scratch_free(struct fasttext_scratch *s)
{
    if (!s) return;
    free(s->hidden);
    free(s->output);
    free(s->best);
    free(s->best_label);
    free(s->stack);
    free(s->hash);
    free(s->word);
    free(s->word_row);
    buf_free(&s->bracketed);
    free(s);
}

/* ------------------------------------------------------------------ the k best: a heap with the least on top */

struct best {
    float *score;
    uint32_t *label;
    size_t n, k;
};

static void sift_up(struct best *b, size_t hole, size_t top, float score, uint32_t label)
{
    while (hole > top && b->score[(hole - 1) / 2] > score) {
        size_t parent = (hole - 1) / 2;
        b->score[hole] = b->score[parent];
        b->label[hole] = b->label[parent];
        hole = parent;
    }
    b->score[hole] = score;
    b->label[hole] = label;
}

static void move_up(struct best *b, size_t from, size_t to)
{
    b->score[to] = b->score[from];
    b->label[to] = b->label[from];
}

/* The least goes to place n - 1, the others stay a heap of n - 1. */
static void pop(struct best *b, size_t n)
{
    float score = b->score[n - 1];
    uint32_t label = b->label[n - 1];
    size_t hole = 0, child = 0, len = n - 1;
    move_up(b, 0, n - 1);
    while (len > 1 && child < (len - 1) / 2) {
        child = 2 * (child + 1);
        if (b->score[child] > b->score[child - 1]) child--;
        move_up(b, child, hole);
        hole = child;
    }
    if (len >= 2 && len % 2 == 0 && child == (len - 2) / 2) {
        child = 2 * (child + 1);
        move_up(b, child - 1, hole);
        hole = child - 1;
    }
    if (len > 0) sift_up(b, hole, 0, score, label);
}

static void offer(struct best *b, float score, uint32_t label)
{
    sift_up(b, b->n, 0, score, label);
    b->n++;
    if (b->n <= b->k) return;
    pop(b, b->n);
    b->n--;
}

static bool too_low(const struct best *b, float score)
{
    return b->n == b->k && score < b->score[0];
}

/* ------------------------------------------------------------------ losses */

static float log_of(float x)
{
    return (float)real_log((double)x + 1e-5);
}

static int softmax(const struct fasttext *m, float *out)
{
    float max, sum = 0;
    if (!m->largest(m, out, &max)) return -ERR_DATA;
    m->exps(m, out, max);
    for (int32_t i = 0; i < m->n_labels; i++) sum += out[i];
    m->divide(m, out, sum);
    return 0;
}

static int sigmoids(const struct fasttext *m, float *out)
{
    for (int32_t i = 0; i < m->n_labels; i++) {
        float x = out[i];
        if (!(x - x == 0)) return -ERR_DATA;
        out[i] = x < -8 ? 0.0F : x > 8 ? 1.0F : m->sigmoid[(int64_t)((x + 8) * 512 / 8 / 2)];
    }
    return 0;
}

/* A probability whose log is less than this one, by more than a float's last place, so that it need not be computed. */
static float below(float score)
{
    return (float)((real_exp((double)score) - 1e-5) * (1 - 1e-5)) - 1e-10F;
}

/* The heap of one: the last label whose score is the largest. */
static void offer_best(const struct fasttext *m, const float *out, struct best *b)
{
    float max;
    m->largest(m, out, &max);
    float score = log_of(max), low = below(score);
    int32_t last = m->n_labels - 1;
    while (out[last] < low || log_of(out[last]) != score) last--;
    offer(b, score, (uint32_t)last);
}

static void offer_all(const struct fasttext *m, const float *out, struct best *b)
{
    float low = -1;
    for (uint32_t i = 0; i < (uint32_t)m->n_labels; i++) {
        if (out[i] < low) continue;
        float score = log_of(out[i]);
        if (too_low(b, score)) continue;
        offer(b, score, i);
        if (b->n == b->k) low = below(b->score[0]);
    }
}

static int predict_all(const struct fasttext *m, struct fasttext_scratch *s, struct best *b)
{
    m->outputs(m, s->hidden, s->output);
    int r = m->loss == FT_SOFTMAX ? softmax(m, s->output) : sigmoids(m, s->output);
    if (r == 0 && b->k == 1)
        offer_best(m, s->output, b);
    else if (r == 0)
        offer_all(m, s->output, b);
    return r;
}

/* The probability that an inner node's right child is the one; < 0: the number is none. */
static float right_share(const struct fasttext *m, const float *out, int32_t node)
{
    float f = out[node - m->n_labels];
    return f - f == 0 ? (float)(1.0 / (double)(1 + (float)real_exp((double)-f))) : -1;
}

static bool is_leaf(const struct fasttext *m, int32_t node)
{
    return m->node[node].left < 0;
}

/* What a leaf that is always the more probable child scores. Nodes that score less by more than what log(p + 1e-5) can add on
 * the way down lead to no better one. */
static int descend(const struct fasttext *m, const float *out, float *least)
{
    int32_t at = 2 * m->n_labels - 2;
    float score = 0, slack = 0.01F + 2e-5F * (float)m->n_labels;
    while (!is_leaf(m, at)) {
        float f = right_share(m, out, at);
        if (f < 0) return -ERR_DATA;
        bool right = f > 0.5F;
        score += log_of(right ? f : (float)(1.0 - (double)f));
        at = right ? m->node[at].right : m->node[at].left;
    }
    if (score - slack > *least) *least = score - slack;
    return 0;
}

/* Not less than log_of(p): log2 of a number between powers of 2 is above the line between them by less than 0.0861. */
static float log_at_most(float p)
{
    uint32_t bits;
    p += 1.0001e-5F;
    memcpy(&bits, &p, sizeof bits);
    return (float)((int32_t)bits - 0x3f800000) * 8.2629582e-8F + 0.0598F;
}

static size_t push(struct ft_visit *to, int32_t node, float score, float p, float least)
{
    if (score + log_at_most(p) < least) return 0;
    *to = (struct ft_visit){node, score + log_of(p)};
    return 1;
}

/* fastText's threshold 0 passes over what is less probable than 1e-5. */
static int predict_tree(const struct fasttext *m, struct fasttext_scratch *s, struct best *b)
{
    size_t n = 1;
    float least = log_of(0);
    m->outputs(m, s->hidden, s->output);
    if (b->k == 1 && descend(m, s->output, &least) < 0) return -ERR_DATA;
    s->stack[0] = (struct ft_visit){2 * m->n_labels - 2, 0};
    while (n > 0) {
        struct ft_visit at = s->stack[--n];
        if (at.score < least || too_low(b, at.score)) continue;
        if (is_leaf(m, at.node)) {
            offer(b, at.score, (uint32_t)at.node);
            continue;
        }
        float f = right_share(m, s->output, at.node);
        if (f < 0) return -ERR_DATA;
        n += push(s->stack + n, m->node[at.node].right, at.score, f, least);
        n += push(s->stack + n, m->node[at.node].left, at.score, (float)(1.0 - (double)f), least);
    }
    return 0;
}

/* ------------------------------------------------------------------ a text */

int64_t fasttext_predict(const struct fasttext *m, struct fasttext_scratch *s, struct slice text, size_t k,
                         uint32_t *labels, float *scores, struct err *e)
{
    struct best b = {.score = s->best, .label = s->best_label, .k = k};
    if (b.k > (size_t)m->n_labels) b.k = (size_t)m->n_labels;
    if (m->add_text(m, s, text) < 0) return err_nomem(e, "classifying a text");
    if (s->n_added == 0 || k == 0) return 0;
    float mean = (float)(1.0 / (double)s->n_added);
    for (size_t i = 0; i < m->in.cols; i++) s->hidden[i] *= mean;
    int r = m->loss == FT_HIERARCHICAL ? predict_tree(m, s, &b) : predict_all(m, s, &b);
    if (r < 0)
        return err_set(e, ERR_DATA, "%s: it holds numbers that are not finite: a damaged model", m->name);
    for (size_t i = b.n; i > 1; i--) pop(&b, i);
    for (size_t i = 0; i < b.n; i++) {
        labels[i] = b.label[i];
        scores[i] = (float)real_exp((double)b.score[i]);
    }
    return (int64_t)b.n;
}
