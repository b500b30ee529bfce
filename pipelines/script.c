/* script.c: prints a plan as a script: what `leat run` would do, written down. */
#include "pipelines/script.h"
#include <string.h>

/* For the estimate: input that a step gets through a second on two cores, and the share of it that is written. Measured on
 * the demo (docs/benchmarks.md); a guide to the size of things, not a promise. */
#define ESTIMATE_BYTES_PER_SECOND 8e6
#define ESTIMATE_OUTPUT_SHARE 0.5

int script_put_word(struct buf *b, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (*word && strspn(word, plain) == strlen(word)) return buf_puts(b, word);
    buf_putc(b, '\'');
    for (; *word; word++)
        if (*word == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, *word);
    return buf_putc(b, '\'');
}

static void put_estimate(const struct step *s, struct buf *b)
{
    buf_printf(b, "\n# %s", s->name);
    if (s->input_bytes)
        buf_printf(b, ": %.1f MB to read, about %.0f s, about %.1f MB to write", (double)s->input_bytes / 1e6,
                   1 + (double)s->input_bytes / ESTIMATE_BYTES_PER_SECOND,
                   (double)s->input_bytes * ESTIMATE_OUTPUT_SHARE / 1e6);
    buf_putc(b, '\n');
}

static void put_step(const struct step *s, struct buf *b)
{
    put_estimate(s, b);
    for (size_t i = 0; i < s->n; i++) {
        const struct words_list *argv = &s->process[i].argv;
        if (i) buf_puts(b, " |\n    ");
        for (size_t k = 0; k < argv->n; k++) {
            if (k) buf_putc(b, ' ');
            script_put_word(b, argv->at[k]);
        }
    }
    buf_putc(b, '\n');
}

int script_put(const struct plan *p, size_t first, size_t last, struct buf *b)
{
    buf_puts(
        b,
        "#!/usr/bin/env bash\n# What `leat run` does for this pipeline; running it gives the same result.\n"
        "set -euo pipefail\nmkdir -p");
    for (const char *const *folder = plan_folders; *folder; folder++) {
        buf_putc(b, ' ');
        script_put_word(b, p->run_dir);
        buf_printf(b, "/%s", *folder);
    }
    buf_putc(b, '\n');
    for (size_t i = first; i <= last; i++) put_step(&p->step[i], b);
    return b->failed ? -ERR_IO : 0;
}
