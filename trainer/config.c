/* config.c: one table of keys. In: YAML, or a checkpoint's JSON. Out: struct config, or one line that names the key. State: none. */
#include "config.h"
#include <math.h>
#include <stddef.h>

enum field_type { FIELD_INT, FIELD_NUM, FIELD_BOOL };

struct field {
    const char *key;
    size_t at; /* offset in the struct */
    double min, max, otherwise;
    enum field_type type;
    bool required;
};

/* clang-format off */
#define FIELD(in, key, type, min, max, otherwise, required) \
    {#key, offsetof(struct in, key), min, max, otherwise, type, required}
#define MODEL(...) FIELD(model_config, __VA_ARGS__)
#define TRAIN(...) FIELD(train_config, __VA_ARGS__)
static const struct field model_fields[] = {
    MODEL(vocab, FIELD_INT, 0, 1e7, 0, false),
    MODEL(layers, FIELD_INT, 1, 1000, 0, true),
    MODEL(width, FIELD_INT, 2, 65536, 0, true),
    MODEL(heads, FIELD_INT, 1, 1024, 0, true),
    MODEL(kv_heads, FIELD_INT, 0, 1024, 0, false),
    MODEL(ffn, FIELD_INT, 0, 1 << 20, 0, false),
    MODEL(seq_len, FIELD_INT, 1, 1 << 20, 0, true),
    MODEL(tie_embeddings, FIELD_BOOL, 0, 1, 1, false),
    MODEL(rope_theta, FIELD_NUM, 1, 1e12, 10000, false),
    MODEL(norm_eps, FIELD_NUM, 0, 1, 1e-5, false),
    MODEL(init_std, FIELD_NUM, 0, 10, 0.02, false),
};

static const struct field train_fields[] = {
    TRAIN(steps, FIELD_INT, 1, 1e12, 0, true),
    TRAIN(max_minutes, FIELD_NUM, 0, 1e7, 0, false),
    TRAIN(batch_sequences, FIELD_INT, 1, 1 << 20, 0, true),
    TRAIN(accumulation, FIELD_INT, 1, 1 << 20, 1, false),
    TRAIN(lr, FIELD_NUM, 0, 100, 0, true),
    TRAIN(min_lr, FIELD_NUM, 0, 100, -1, false),
    TRAIN(warmup_steps, FIELD_INT, 0, 1e12, 0, false),
    TRAIN(weight_decay, FIELD_NUM, 0, 100, 0.1, false),
    TRAIN(beta1, FIELD_NUM, 0, 0.999999, 0.9, false),
    TRAIN(beta2, FIELD_NUM, 0, 0.999999, 0.95, false),
    TRAIN(eps, FIELD_NUM, 1e-30, 1, 1e-8, false),
    TRAIN(clip, FIELD_NUM, 0, 1e9, 1, false),
    TRAIN(seed, FIELD_INT, 0, 9007199254740992.0, 1, false),
    TRAIN(checkpoint_every, FIELD_INT, 0, 1e12, 0, false),
    TRAIN(keep, FIELD_INT, 1, 1e6, 2, false),
    TRAIN(eval_every, FIELD_INT, 0, 1e12, 0, false),
    TRAIN(eval_batches, FIELD_INT, 1, 1e6, 8, false),
    TRAIN(document_mask, FIELD_BOOL, 0, 1, 0, false),
    TRAIN(eod_mask_loss, FIELD_BOOL, 0, 1, 0, false),
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void *field_in(void *base, const struct field *f)
{
    return (char *)base + f->at;
}

static double field_value(const void *base, const struct field *f)
{
    const void *p = (const char *)base + f->at;
    return f->type == FIELD_INT   ? (double)*(const int64_t *)p
           : f->type == FIELD_NUM ? *(const double *)p
                                  : *(const bool *)p;
}

static void field_set(void *base, const struct field *f, double v)
{
    void *p = field_in(base, f);
    if (f->type == FIELD_INT)
        *(int64_t *)p = (int64_t)v;
    else if (f->type == FIELD_NUM)
        *(double *)p = v;
    else
        *(bool *)p = v != 0;
}

static int read_field(void *base, const struct field *f, const struct yaml *map, struct err *e)
{
    void *p = field_in(base, f);
    field_set(base, f, f->otherwise);
    int r = f->type == FIELD_INT   ? yaml_int(map, f->key, (int64_t)f->min, (int64_t)f->max, p, e)
            : f->type == FIELD_NUM ? yaml_num(map, f->key, f->min, f->max, p, e)
                                   : yaml_bool(map, f->key, p, e);
    if (r == 0 && f->required) return yaml_error(map, e, "`%s: %s` is missing", map->key, f->key);
    return r;
}

static int read_section(void *base, const struct field *fields, size_t n, const struct yaml *root,
                        const char *key, struct yaml **map, struct err *e)
{
    int r = yaml_map(root, key, map, e);
    if (r == 0) return yaml_error(root, e, "the section `%s:` is missing", key);
    for (size_t i = 0; r > 0 && i < n; i++) {
        if (read_field(base, &fields[i], *map, e) < 0) return -e->code;
    }
    return r;
}

/* What the model's parts must satisfy; defaults that follow from other keys. */
static int check_model(struct model_config *m, struct err *e)
{
    if (m->kv_heads == 0) m->kv_heads = m->heads;
    if (m->ffn == 0) m->ffn = (m->width * 8 / 3 + 63) / 64 * 64;
    if (m->width % m->heads)
        return err_set(e, ERR_USAGE, "model: width %lld is no multiple of heads %lld", (long long)m->width,
                       (long long)m->heads);
    if (m->width / m->heads % 2)
        return err_set(e, ERR_USAGE, "model: width/heads is %lld: rotary embeddings need an even number",
                       (long long)(m->width / m->heads));
    if (m->heads % m->kv_heads)
        return err_set(e, ERR_USAGE, "model: heads %lld is no multiple of kv_heads %lld", (long long)m->heads,
                       (long long)m->kv_heads);
    return 0;
}

static int check_train(struct train_config *t, const struct yaml *map, struct err *e)
{
    if (t->min_lr < 0) t->min_lr = t->lr / 10;
    if (t->min_lr > t->lr) return yaml_error(map, e, "min_lr is greater than lr");
    return 0;
}

int config_read(struct config *c, struct yaml_file *f, struct err *e)
{
    struct yaml *root = yaml_root(f), *model, *train;
    struct err why = {0};
    int form = 0;
    *c = (struct config){0};
    if (read_section(&c->model, model_fields, COUNT(model_fields), root, "model", &model, e) < 0)
        return -e->code;
    if (yaml_choice(model, "form", "llama", &form, e) < 0) return -e->code;
    if (read_section(&c->train, train_fields, COUNT(train_fields), root, "train", &train, e) < 0)
        return -e->code;
    if (check_train(&c->train, train, e) < 0) return -e->code;
    if (check_model(&c->model, &why) < 0) return yaml_error(model, e, "%s", why.msg);
    return yaml_check_used(root, e);
}

int config_set_vocab(struct model_config *m, uint64_t shards_vocab, struct err *e)
{
    if (shards_vocab == 0 || shards_vocab > 10000000)
        return err_set(e, ERR_USAGE,
                       "the shards' vocabulary of %llu tokens is beyond what leat trains (10 million)",
                       (unsigned long long)shards_vocab);
    if (m->vocab == 0) m->vocab = (int64_t)shards_vocab;
    if ((uint64_t)m->vocab >= shards_vocab) return 0;
    return err_set(e, ERR_USAGE,
                   "model: vocab is %lld, but the shards hold tokens of a vocabulary of %llu: leave `vocab` "
                   "out, or train on "
                   "shards made with the tokenizer meant",
                   (long long)m->vocab, (unsigned long long)shards_vocab);
}

int config_put_model(const struct model_config *m, struct buf *b)
{
    buf_puts(b, "{\"form\":\"llama\"");
    for (size_t i = 0; i < COUNT(model_fields); i++) {
        const struct field *f = &model_fields[i];
        buf_printf(b, ",\"%s\":", f->key);
        if (f->type == FIELD_BOOL)
            buf_puts(b, field_value(m, f) != 0 ? "true" : "false");
        else
            json_put_num(b, field_value(m, f));
    }
    return buf_putc(b, '}');
}

int config_get_model(struct model_config *m, struct json object, struct err *e)
{
    struct slice form;
    *m = (struct model_config){0};
    if (!json_str(json_get(object, "form"), &form) || !slice_is(form, "llama"))
        return err_set(e, ERR_DATA, "model: \"form\" is not \"llama\": the only one that this release knows");
    for (size_t i = 0; i < COUNT(model_fields); i++) {
        const struct field *f = &model_fields[i];
        struct json v = json_get(object, f->key);
        double number;
        bool flag;
        if (f->type == FIELD_BOOL && json_bool(v, &flag))
            field_set(m, f, flag);
        else if (f->type != FIELD_BOOL && json_num(v, &number) && number >= f->min && number <= f->max &&
                 (f->type == FIELD_NUM || number == floor(number)))
            field_set(m, f, number);
        else
            return err_set(e, ERR_DATA, "model: \"%s\" is missing or not what it must be", f->key);
    }
    struct err why = {0};
    if (m->vocab == 0) return err_set(e, ERR_DATA, "model: \"vocab\" is 0");
    return check_model(m, &why) < 0 ? err_set(e, ERR_DATA, "%s", why.msg) : 0;
}

int config_same_model(const struct model_config *config, const struct model_config *checkpoint, struct err *e)
{
    for (size_t i = 0; i < COUNT(model_fields); i++) {
        const struct field *f = &model_fields[i];
        double ours = field_value(config, f), theirs = field_value(checkpoint, f);
        if (ours != theirs && f->at != offsetof(struct model_config, init_std))
            return err_set(e, ERR_USAGE,
                           "model: %s is %g in the configuration and %g in the checkpoint: resume with the "
                           "configuration it was "
                           "trained with, or train anew with another --out",
                           f->key, ours, theirs);
    }
    return 0;
}
