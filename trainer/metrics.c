/* metrics.c: see metrics.h. Each line is one write. Memory: the file as a whole, once, when a run is resumed. */
#include "metrics.h"
#include "common/json.h"
#include "common/stream.h"
#include "common/text.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { METRICS_MAX = 1 << 30 };

static bool line_stays(struct slice line, uint64_t step)
{
    struct json_file *f;
    uint64_t at;
    if (json_parse(&f, "metrics", line, NULL) < 0) return false; /* cut in the middle */
    bool stays = json_uint(json_get(json_root(f), "step"), &at) && at <= step;
    json_free(f);
    return stays;
}

static int take_back(const char *path, uint64_t step, struct err *e)
{
    struct buf text, kept;
    struct slice line;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&kept, BUF_NO_MAX);
    int r = file_read(path, METRICS_MAX, &text, e);
    for (size_t at = 0; r == 0 && line_next(buf_slice(&text), &at, &line);) {
        if (!line_stays(line, step)) continue;
        buf_put_slice(&kept, line);
        buf_putc(&kept, '\n');
    }
    if (kept.failed) r = err_nomem(e, "reading the metrics");
    if (r == 0 && (kept.n != text.n)) r = file_write(path, buf_slice(&kept), e);
    buf_free(&text);
    buf_free(&kept);
    return r;
}

int metrics_open(struct metrics *m, const char *path, uint64_t step, struct err *e)
{
    *m = (struct metrics){.fd = -1, .path = path};
    int r = file_exists(path) ? take_back(path, step, e) : 0;
    if (r < 0) return r;
    m->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return m->fd < 0 ? err_sys(e, "cannot write %s", path) : 0;
}

int metrics_close(struct metrics *m, struct err *e)
{
    if (m->fd < 0) return 0;
    int r =
        fsync(m->fd) != 0 && errno != EINVAL && errno != EROFS ? err_sys(e, "cannot write %s", m->path) : 0;
    if (close(m->fd) != 0 && r == 0) r = err_sys(e, "cannot write %s", m->path);
    m->fd = -1;
    return r;
}

static int put_line(struct metrics *m, struct buf *b, struct err *e)
{
    buf_puts(b, "}\n");
    int r = b->failed ? err_nomem(e, "writing the metrics") : 0;
    for (size_t at = 0; r == 0 && at < b->n;) {
        ssize_t n = write(m->fd, b->p + at, b->n - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) r = err_sys(e, "cannot write %s", m->path);
        at += n < 0 ? 0 : (size_t)n;
    }
    buf_free(b);
    return r;
}

static void put_num(struct buf *b, const char *key, double v)
{
    buf_printf(b, ",\"%s\":", key);
    json_put_num(b, v);
}

int metrics_put_step(struct metrics *m, const struct metrics_step *s, struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_printf(&b, "{\"step\":%llu", (unsigned long long)s->step);
    put_num(&b, "loss", s->result.loss);
    put_num(&b, "lr", s->result.lr);
    put_num(&b, "grad_norm", s->result.grad_norm);
    buf_printf(&b, ",\"tokens\":%llu", (unsigned long long)s->tokens);
    put_num(&b, "tokens_per_sec", s->tokens_per_sec);
    put_num(&b, "seconds", s->seconds);
    return put_line(m, &b, e);
}

int metrics_put_eval(struct metrics *m, uint64_t step, double valid_loss, uint64_t targets, struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_printf(&b, "{\"step\":%llu", (unsigned long long)step);
    put_num(&b, "valid_loss", valid_loss);
    buf_printf(&b, ",\"valid_targets\":%llu", (unsigned long long)targets);
    return put_line(m, &b, e);
}
