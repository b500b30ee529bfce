/* Configurations from any bytes: refused with a message, or a model whose parts fit each other and that is the same when it has been through
 * JSON; small ones are built, differentiated and planned. */
#include "kernels/backend.h"
#include "trainer/config.h"
#include "trainer/model.h"
#include "trainer/plan.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool good)
{
    if (!good) abort();
}

static void through_json(const struct model_config *m)
{
    struct model_config back;
    struct json_file *f = NULL;
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    check(config_put_model(m, &b) == 0 && json_parse(&f, "json", buf_slice(&b), &e) == 0);
    check(config_get_model(&back, json_root(f), &e) == 0);
    check(config_same_model(m, &back, &e) == 0);
    json_free(f);
    buf_free(&b);
}

static void build(const struct model_config *m)
{
    struct graph g;
    struct plan p;
    struct err e = {0};
    if (model_loss(&g, m, 2, &e) == 0) {
        graph_differentiate(&g);
        check(graph_failed(&g, &e) == 0);
        check(plan_make(&p, &g, backend_find("cpu"), 2, &e) == 0 && p.bytes >= p.least_bytes);
        plan_free(&p);
    } else {
        check(e.code == ERR_USAGE && e.msg[0]);
    }
    graph_free(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct yaml_file *f;
    struct config c;
    struct err e = {0};
    if (yaml_parse(&f, "fuzz.yaml", slice_of((const char *)data, n), &e) < 0) return 0;
    int r = config_read(&c, f, &e);
    yaml_free(f);
    if (r < 0) {
        check(r == -ERR_USAGE && e.msg[0]);
        return 0;
    }
    if (config_set_vocab(&c.model, 300, &e) < 0) c.model.vocab = 300;
    check(c.model.width % c.model.heads == 0 && c.model.heads % c.model.kv_heads == 0 && c.train.steps > 0);
    through_json(&c.model);
    if (c.model.layers <= 4) build(&c.model);
    return 0;
}
