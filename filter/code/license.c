/* license.c: identifiers, then phrases. */
#include "filter/code/license.h"
#include "common/text.h"
#include "filter/code/spdx.h"
#include <stdio.h>

#define TAG_BYTES 16384
#define HEAD_BYTES 8192
#define TAG "SPDX-License-Identifier:"

/* ---- identifiers */
static struct slice tag_value(struct slice rest)
{
    static const char *const closers[] = {"*/", "-->", "*)", "--}}", "#}", "\"", "'", ";", "|#", "->"};
    const char *newline = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
    struct slice s = slice_trim(slice_of(rest.p, newline ? (size_t)(newline - rest.p) : rest.n));
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++) {
        const char *at = slice_find(s, slice_str(closers[i]));
        if (at) s = slice_trim(slice_of(s.p, (size_t)(at - s.p)));
    }
    return s;
}

/* Whether s stands in the expression as a whole id. */
static bool holds(struct slice expression, struct slice s)
{
    const char *p = slice_find(expression, s), *end = expression.p + expression.n;
    while (p) {
        bool starts = p == expression.p || p[-1] == ' ' || p[-1] == '(',
             ends = p + s.n == end || p[s.n] == ' ' || p[s.n] == ')';
        if (starts && ends) return true;
        p = slice_find(slice_of(p + 1, (size_t)(end - p - 1)), s);
    }
    return false;
}

static void add_expression(struct buf *out, struct slice s)
{
    bool already = out->n && holds(buf_slice(out), s), compound = slice_find(s, slice_str(" OR ")) != NULL;
    if (!out->n) {
        buf_put_slice(out, s);
    } else if (!already) {
        buf_puts(out, " AND ");
        if (compound) buf_putc(out, '(');
        buf_put_slice(out, s);
        if (compound) buf_putc(out, ')');
    }
}

static void find_tags(struct slice text, struct buf *out)
{
    struct slice head = slice_of(text.p, text.n < TAG_BYTES ? text.n : TAG_BYTES), tag = slice_str(TAG);
    for (const char *p; out->n < 512 && (p = slice_find(head, tag));) {
        head = slice_of(p + tag.n, head.n - (size_t)(p + tag.n - head.p));
        struct slice value = tag_value(head);
        if (value.n && value.n < 256 && spdx_valid(value)) add_expression(out, value);
    }
}

/* ---- phrases, in the words of the normal form */
#define GPL "gnu general public license"
#define LATER "any later version"

static const struct phrase {
    const char *all[3]; /* every one of them */
    const char *none;   /* and not this; NULL: nothing */
    const char *id;
} phrases[] = {
    {{"licensed under the apache license version 2 0"}, NULL, "Apache-2.0"},
    {{"apache license version 2 0 january 2004"}, NULL, "Apache-2.0"},
    {{"licensed under the apache license 2 0"}, NULL, "Apache-2.0"},
    {{"licensed under the apache 2 0 license"}, NULL, "Apache-2.0"},
    {{"under the terms of the apache license version 2 0"}, NULL, "Apache-2.0"},
    {{"permission is hereby granted free of charge to any person obtaining a copy of this software and "
      "associated documentation files",
      "the above copyright notice and this permission notice", "except as contained in this notice the name"},
     NULL,
     "X11"},
    {{"permission is hereby granted free of charge to any person obtaining a copy of this software and "
      "associated documentation files",
      "the above copyright notice and this permission notice"},
     "except as contained in this notice the name",
     "MIT"},
    {{"permission is hereby granted free of charge to any person obtaining a copy of this software and "
      "associated documentation files",
      "furnished to do so the software is provided as is"},
     "the above copyright notice and this permission notice",
     "MIT-0"},
    {{"licensed under the mit license"}, NULL, "MIT"},
    {{"released under the mit license"}, NULL, "MIT"},
    {{"under the terms of the mit license"}, NULL, "MIT"},
    {{"distributed under the mit software license"}, NULL, "MIT"},
    {{"distributed under the mit license"}, NULL, "MIT"},
    {{"governed by an mit style license"}, NULL, "MIT"},
    {{"or the mit license"}, NULL, "MIT"},
    {{"license mit "}, NULL, "MIT"},
    {{"redistribution and use in source and binary forms with or without modification are permitted",
      "all advertising materials mentioning "
      "features"},
     NULL,
     "BSD-4-Clause"},
    {{"redistribution and use in source and binary forms with or without modification are permitted",
      "endorse or promote products"},
     "all advertising materials mentioning features",
     "BSD-3-Clause"},
    {{"redistribution and use in source and binary forms with or without modification are permitted",
      "redistributions in binary form must reproduce"},
     "endorse or promote products",
     "BSD-2-Clause"},
    {{"governed by a bsd style license that can be found in the license file"}, NULL, "BSD-3-Clause"},
    {{"permission to use copy modify and or distribute this software for any purpose with or without fee is "
      "hereby granted",
      "provided that the above copyright notice and this permission notice appear in all copies"},
     NULL,
     "ISC"},
    {{"permission to use copy modify and distribute this software for any purpose with or without fee is "
      "hereby granted",
      "provided that the above copyright notice and this permission notice appear in all copies"},
     NULL,
     "ISC"},
    {{"permission to use copy modify and or distribute this software for any purpose with or without fee is "
      "hereby granted"},
     "provided that the above",
     "0BSD"},
    {{"this is free and unencumbered software released into the public domain"}, NULL, "Unlicense"},
    {{"cc0 1 0 universal"}, NULL, "CC0-1.0"},
    {{"creative commons org publicdomain zero 1 0"}, NULL, "CC0-1.0"},
    {{"creativecommons org publicdomain zero 1 0"}, NULL, "CC0-1.0"},
    {{"subject to the terms of the mozilla public license v 2 0"}, NULL, "MPL-2.0"},
    {{"mozilla public license version 2 0"}, NULL, "MPL-2.0"},
    {{"mozilla public license version 1 1"}, NULL, "MPL-1.1"},
    {{"boost software license version 1 0"}, NULL, "BSL-1.0"},
    {{"permission is granted to anyone to use this software for any purpose including commercial "
      "applications",
      "altered source versions must be plainly marked as such"},
     NULL,
     "Zlib"},
    {{"eclipse public license v1 0"}, NULL, "EPL-1.0"},
    {{"eclipse public license v 1 0"}, NULL, "EPL-1.0"},
    {{"eclipse public license v 2 0"}, NULL, "EPL-2.0"},
    {{"eclipse public license v2 0"}, NULL, "EPL-2.0"},
    {{"eclipse public license 2 0"}, NULL, "EPL-2.0"},
    {{"common development and distribution license"}, NULL, "CDDL-1.0"},
    {{"do what the fuck you want to public license"}, NULL, "WTFPL"},
    {{"artistic license 2 0"}, NULL, "Artistic-2.0"},
    {{"under the same terms as perl itself"}, NULL, "Artistic-1.0-Perl OR GPL-1.0-or-later"},
    {{"european union public licence", "v 1 2"}, NULL, "EUPL-1.2"},
};

/* The GNU licences: the name, then the version within the next words. */
static const struct gnu {
    const char *name, *id;
} gnu[] = {{"gnu affero general public license", "AGPL"},
           {"gnu lesser general public license", "LGPL"},
           {"gnu library general public license", "LGPL"},
           {GPL, "GPL"}};

static const char *number_after(struct slice s, const char *before)
{
    const char *p = slice_find(s, slice_str(before));
    return p ? p + strlen(before) : NULL;
}

static void add_gnu(struct slice words, const struct gnu *g, struct buf *out)
{
    const char *name = slice_find(words, slice_str(g->name));
    if (!name) return;
    /* the sentence around it: "version 2 of the gnu…" and "…as published by the free software foundation either version 3…" */
    size_t before = (size_t)(name - words.p) < 120 ? (size_t)(name - words.p) : 120,
           after = words.n - (size_t)(name - words.p);
    struct slice near = slice_of(name, after < 330 ? after : 330),
                 wide = slice_of(name - before, before + near.n);
    const char *number = number_after(near, " version ");
    if (!number) number = number_after(near, " v");
    if (!number) number = number_after(wide, "version ");
    if (!number || *number < '1' || *number > '3') return;
    const char *end = words.p + words.n;
    bool point_one =
        number + 2 < end && number[1] == ' ' && number[2] == '1' && (number + 3 == end || number[3] == ' ');
    char id[64];
    snprintf(id, sizeof id, "%s-%c.%c-%s", g->id, *number, point_one ? '1' : '0',
             slice_find(wide, slice_str(LATER)) || slice_find(wide, slice_str("or later")) ? "or-later"
                                                                                           : "only");
    add_expression(out, slice_str(id));
}

static char normal[256];

__attribute__((constructor)) static void fill_normal(void)
{
    for (unsigned c = 0; c < 256; c++) {
        bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
        normal[c] = (char)(lower || digit ? c : upper ? c + 32 : ' ');
    }
}

/* Lower-case words with single spaces between. */
static int put_words(struct slice text, struct buf *b)
{
    size_t n = text.n < HEAD_BYTES ? text.n : HEAD_BYTES;
    buf_clear(b);
    if (buf_reserve(b, n + 2) < 0) return -1;
    char *to = b->p;
    *to++ = ' ';
    for (size_t i = 0; i < n; i++) {
        char c = normal[(unsigned char)text.p[i]];
        *to = c;
        to += c != ' ' || to[-1] != ' ';
    }
    b->n = (size_t)(to - b->p);
    return 0;
}

static bool matches(const struct phrase *p, struct slice words)
{
    for (size_t i = 0; i < 3 && p->all[i]; i++)
        if (!slice_find(words, slice_str(p->all[i]))) return false;
    return !p->none || !slice_find(words, slice_str(p->none));
}

static bool states_something(struct slice words)
{
    static const char *const stems[] = {"licens",        "licenc",       "permission",   "redistribution",
                                        "public domain", "publicdomain", "same terms as"};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        if (slice_find(words, slice_str(stems[i]))) return true;
    return false;
}

static void find_phrases(struct slice words, struct buf *out)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases && out->n < 512; i++)
        if (matches(&phrases[i], words)) add_expression(out, slice_str(phrases[i].id));
    if (slice_find(words, slice_str("secondary license means"))) return; /* the MPL names the GNU licences */
    for (size_t i = 0; i < sizeof gnu / sizeof *gnu; i++) add_gnu(words, &gnu[i], out);
    if (slice_is(buf_slice(out), "Apache-2.0 AND MIT") &&
        slice_find(words, slice_str(" or the mit license"))) {
        buf_clear(out);
        buf_puts(out, "Apache-2.0 OR MIT");
    }
}

int license_find(struct slice text, struct buf *scratch, struct buf *out)
{
    buf_clear(out);
    find_tags(text, out);
    if (!out->n) {
        if (put_words(text, scratch) < 0) return -1;
        if (states_something(buf_slice(scratch))) find_phrases(buf_slice(scratch), out);
    }
    return out->failed ? -1 : 0;
}
