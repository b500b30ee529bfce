/* verbs.c: values of options that several verbs of leat lm read. */
#include "filter/lm/verbs.h"
#include "common/text.h"
#include <stdlib.h>

int lm_option_numbers(const char *option, const char *z, double *out, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        char *end;
        out[i] = strtod(z, &end);
        if (end == z || out[i] - out[i] != 0 || *end != (i + 1 < n ? ',' : 0))
            return err_set(e, ERR_USAGE, "--%s: %zu numbers joined by commas are wanted", option, n);
        z = end + 1;
    }
    return 0;
}

bool lm_wants_binary(const struct tool *t)
{
    return t->output && slice_has_suffix(slice_str(t->output), ".blm");
}
