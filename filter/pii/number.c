/* number.c: numbers as people write them, in groups; and the words beside them. */
#include "filter/pii/find.h"
#include <string.h>

/* A mark between two groups at p: its length and what it counts as; 0: none. U+00A0, U+2009, U+202F are spaces, U+2010 to
 * U+2013 hyphens. */
static unsigned mark_at(const struct pii *f, size_t i, char *mark)
{
    unsigned char a = (unsigned char)pii_at(f, i), b = (unsigned char)pii_at(f, i + 1),
                  c = (unsigned char)pii_at(f, i + 2);
    *mark = (char)a;
    if (a == ' ' || a == '-' || a == '.' || a == '/' || a == '(' || a == ')') return 1;
    *mark = ' ';
    if (a == 0xc2 && b == 0xa0) return 2;
    if (a != 0xe2 || b != 0x80) return 0;
    if (c == 0x89 || c == 0xaf) return 3;
    *mark = '-';
    return c >= 0x90 && c <= 0x93 ? 3 : 0;
}

/* One mark, or " (", ") ", ")-", ").", " - ", " / " before a digit; the length, or 0. */
static unsigned separator_at(const struct pii *f, size_t i, char *separator)
{
    char a, b, c;
    unsigned x = mark_at(f, i, &a), y, z;
    *separator = a;
    if (!x) return 0;
    if (is_digit(pii_at(f, i + x))) return x;
    y = mark_at(f, i + x, &b);
    if (!y) return 0;
    *separator = a == ' ' ? b : a;
    bool pair = (a == ' ' && b == '(') || (a == ')' && b != '(' && b != ')');
    if (is_digit(pii_at(f, i + x + y))) return pair ? x + y : 0;
    z = mark_at(f, i + x + y, &c);
    return z && a == ' ' && (b == '-' || b == '/') && c == ' ' && is_digit(pii_at(f, i + x + y + z))
               ? x + y + z
               : 0;
}

/* The next group at i; false when it does not fit. */
static bool add_group(const struct pii *f, struct number *v, size_t i, char separator)
{
    size_t end = i;
    while (is_digit(pii_at(f, end)) && end - i <= NUMBER_DIGITS) end++;
    size_t digits = end - i;
    if (v->n_groups == NUMBER_GROUPS || v->n_digits + digits > NUMBER_DIGITS) return false;
    memcpy(v->digits + v->n_digits, f->p + i, digits);
    v->n_digits += (unsigned)digits;
    v->digits[v->n_digits] = 0;
    v->group[v->n_groups++] = (struct number_group){end, (unsigned)digits, v->n_digits, separator};
    return true;
}

void number_read(const struct pii *f, size_t start, struct number *v)
{
    char separator = 0;
    v->start = start;
    v->n_groups = v->n_digits = 0;
    v->open = pii_before(f, start) == '(';
    v->plus = pii_before(f, start) == '+' || (v->open && start > 1 && f->p[start - 2] == '+');
    v->goes_on = false;
    for (size_t i = start; add_group(f, v, i, separator);) {
        unsigned n = separator_at(f, v->group[v->n_groups - 1].end, &separator);
        if (!n) return;
        i = v->group[v->n_groups - 1].end + n;
    }
    v->goes_on = true;
}

/* The shape's first number is that of the first group. */
static bool begins_alike(const struct number *v, const char *shape)
{
    unsigned digits = (unsigned)(shape[0] - '0');
    if (is_digit(shape[1])) digits = digits * 10 + (unsigned)(shape[1] - '0');
    return v->group[0].digits == digits;
}

unsigned number_shape(const struct number *v, const char *shape)
{
    unsigned g = 0;
    char any = 0;
    if (!begins_alike(v, shape)) return 0;
    for (;; g++) {
        unsigned digits = 0;
        if (g == v->n_groups) return 0;
        if (g) {
            char have = v->group[g].separator;
            if (*shape != '_' && *shape != have) return 0;
            if (*shape == '_' && any && have != any) return 0;
            if (*shape == '_') any = have;
            shape++;
        }
        while (is_digit(*shape)) digits = digits * 10 + (unsigned)(*shape++ - '0');
        if (v->group[g].digits != digits) return 0;
        if (!*shape || *shape == '+') return g + 1;
    }
}

bool number_ends(const struct pii *f, const struct number *v, unsigned groups)
{
    const struct number_group *last = &v->group[groups - 1];
    if (!pii_word_ends(f, last->end)) return false;
    if (groups == v->n_groups) return !v->goes_on;
    return v->group[groups].separator == ' ' ? last->separator != ' ' : v->group[groups].separator == '(';
}

/* ------------------------------------------------------------------ words beside it */

#define NEAR_BYTES 256

/* What stands near, in lower case (ASCII), and where words begin in it. */
struct near {
    char text[NEAR_BYTES];
    unsigned char start[NEAR_BYTES];
    unsigned n, n_starts;
    bool wide; /* it has more than ASCII */
};

static void near_put(struct near *x, char c)
{
    bool after_letter = x->n && is_letter(x->text[x->n - 1]);
    if (is_letter(c) && !after_letter) x->start[x->n_starts++] = (unsigned char)x->n;
    x->wide |= (c & 0x80) != 0;
    x->text[x->n++] = is_upper(c) ? (char)(c | 32) : c;
}

static bool stands_in(const struct near *x, const char *word, size_t len)
{
    if (!is_letter(*word)) return x->wide && memmem(x->text, x->n, word, len);
    for (unsigned i = 0; i < x->n_starts; i++) {
        const char *at = x->text + x->start[i];
        if (*at == *word && x->n - x->start[i] >= len && memcmp(at, word, len) == 0) return true;
    }
    return false;
}

bool pii_context(const struct pii *f, size_t start, size_t end, unsigned before, unsigned after,
                 const char *words)
{
    struct near x;
    size_t from = start > before ? start - before : 0, to = f->n - end > after ? end + after : f->n;
    x.n = x.n_starts = 0;
    x.wide = false;
    for (size_t i = from; i < start && x.n < 120; i++) near_put(&x, f->p[i]);
    near_put(&x, '\n');
    for (size_t i = end; i < to && x.n < NEAR_BYTES; i++) near_put(&x, f->p[i]);
    if (!x.n_starts && !x.wide) return false;
    while (*words) {
        size_t len = strcspn(words, "|");
        if (stands_in(&x, words, len)) return true;
        words += len + (words[len] == '|');
    }
    return false;
}
