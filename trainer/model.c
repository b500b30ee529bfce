/* model.c: the layers, written once for training and for generation: only what attention looks at differs. */
#include "model.h"
#include <math.h>
#include <stdio.h>

struct builder {
    struct graph *g;
    const struct model_config *m;
    int64_t layer, head_size;
    int angles;
    int starts;    /* training; or */
    int positions; /* generation, through caches */
    bool cached;
};

static struct op_params params_of(const struct builder *b)
{
    return (struct op_params){.heads = b->m->heads,
                              .kv_heads = b->m->kv_heads,
                              .head_size = b->head_size,
                              .seq_len = b->m->seq_len,
                              .eps = b->m->norm_eps,
                              .theta = b->m->rope_theta};
}

/* "model.layers.3.self_attn.q_proj.weight" */
static const char *layer_name(const struct builder *b, const char *what, char name[GRAPH_NAME])
{
    snprintf(name, GRAPH_NAME, "model.layers.%lld.%s", (long long)b->layer, what);
    return name;
}

static int call(const struct builder *b, enum op_kind kind, const char *what, const int *in)
{
    char name[GRAPH_NAME];
    struct op_params p = params_of(b);
    return graph_call(b->g, kind, &p, layer_name(b, what, name), in);
}

static int layer_weight(const struct builder *b, const char *what, struct shape shape, double std)
{
    char name[GRAPH_NAME];
    return graph_weight(b->g, layer_name(b, what, name), shape, std);
}

static int norm(const struct builder *b, const char *what, const char *weight, int x)
{
    return call(b, OP_RMSNORM, what, (int[]){x, layer_weight(b, weight, SHAPE1(b->m->width), 0)});
}

static int project(const struct builder *b, const char *what, const char *weight, int64_t n, int64_t k, int x)
{
    return call(b, OP_MATMUL, what, (int[]){x, layer_weight(b, weight, SHAPE2(n, k), b->m->init_std)});
}

/* Back into the residual stream. */
static int project_add(const struct builder *b, const char *what, const char *weight, int64_t k, int x,
                       int residual)
{
    double std = b->m->init_std / sqrt(2 * (double)b->m->layers);
    return call(b, OP_MATMUL_ADD, what,
                (int[]){x, layer_weight(b, weight, SHAPE2(b->m->width, k), std), residual});
}

static int attend(const struct builder *b, int q, int k, int v)
{
    if (!b->cached) return call(b, OP_ATTENTION, "attention", (int[]){q, k, v, b->starts});
    struct shape shape = SHAPE2(b->m->seq_len, b->m->kv_heads * b->head_size);
    char name[GRAPH_NAME];
    int k_cache = graph_state(b->g, layer_name(b, "k_cache", name), shape);
    int v_cache = graph_state(b->g, layer_name(b, "v_cache", name), shape);
    call(b, OP_KV_STORE, "kv_store", (int[]){k, v, b->positions, k_cache, v_cache});
    return call(b, OP_ATTENTION_CACHED, "attention", (int[]){q, b->positions, k_cache, v_cache});
}

static int layer(const struct builder *b, int x)
{
    const struct model_config *m = b->m;
    int64_t kv_width = m->kv_heads * b->head_size;
    int h = norm(b, "attention_norm", "input_layernorm.weight", x);
    int q = project(b, "q", "self_attn.q_proj.weight", m->width, m->width, h);
    int k = project(b, "k", "self_attn.k_proj.weight", kv_width, m->width, h);
    int v = project(b, "v", "self_attn.v_proj.weight", kv_width, m->width, h);
    q = call(b, OP_ROPE, "q_rope", (int[]){q, b->angles});
    k = call(b, OP_ROPE, "k_rope", (int[]){k, b->angles});
    x = project_add(b, "attention_out", "self_attn.o_proj.weight", m->width, attend(b, q, k, v), x);
    h = norm(b, "mlp_norm", "post_attention_layernorm.weight", x);
    int gate = project(b, "gate", "mlp.gate_proj.weight", m->ffn, m->width, h);
    int up = project(b, "up", "mlp.up_proj.weight", m->ffn, m->width, h);
    h = call(b, OP_SWIGLU, "gated", (int[]){gate, up});
    return project_add(b, "mlp_out", "mlp.down_proj.weight", m->ffn, h, x);
}

/* Tokens to the last hidden states, normed. */
static int hidden(struct builder *b, int64_t rows)
{
    const struct model_config *m = b->m;
    int tokens = graph_input(b->g, "tokens", TYPE_INDEX, SHAPE1(rows));
    int embedding = graph_weight(b->g, "model.embed_tokens.weight", SHAPE2(m->vocab, m->width), m->init_std);
    struct op_params p = params_of(b);
    b->positions = graph_input(b->g, "positions", TYPE_INDEX, SHAPE1(rows));
    b->angles = graph_call(b->g, OP_ROPE_ANGLES, &p, "angles", &b->positions);
    int x = graph_call(b->g, OP_EMBEDDING, &p, "embedded", (int[]){tokens, embedding});
    for (b->layer = 0; b->layer < m->layers; b->layer++) x = layer(b, x);
    return graph_call(b->g, OP_RMSNORM, &p, "hidden",
                      (int[]){x, graph_weight(b->g, "model.norm.weight", SHAPE1(m->width), 0)});
}

static int head_weight(const struct builder *b)
{
    const char *name = b->m->tie_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
    return graph_weight(b->g, name, SHAPE2(b->m->vocab, b->m->width), b->m->init_std);
}

int model_loss(struct graph *g, const struct model_config *m, int64_t sequences, struct err *e)
{
    struct builder b = {.g = g, .m = m, .head_size = m->width / m->heads};
    int64_t rows = sequences * m->seq_len;
    graph_init(g);
    b.starts = graph_input(g, "starts", TYPE_INDEX, SHAPE1(rows));
    int targets = graph_input(g, "targets", TYPE_INDEX, SHAPE1(rows));
    int scale = graph_input(g, "scale", TYPE_DOUBLE, SHAPE1(1));
    int x = hidden(&b, rows);
    graph_keep(g, graph_call(g, OP_CLASSIFIER, NULL, "losses", (int[]){x, head_weight(&b), targets, scale}));
    return graph_failed(g, e);
}

int model_decode(struct graph *g, const struct model_config *m, int64_t rows, bool logits, struct err *e)
{
    struct builder b = {.g = g, .m = m, .head_size = m->width / m->heads, .cached = true};
    graph_init(g);
    int x = hidden(&b, rows), head = head_weight(&b);
    if (logits) graph_keep(g, graph_call(g, OP_MATMUL, NULL, "logits", (int[]){x, head}));
    return graph_failed(g, e);
}
