/* formula.c: finds a formula's TeX, and what else shows the same formula.
 *
 * TeX is taken from MathML's <annotation> or alttext (LaTeXML, Wikipedia, KaTeX), from <script type="math/tex"> (MathJax 2), and
 * from the alt of images of formulas (Wikipedia, WordPress, Sphinx). Since text that is written cannot be taken back, it is looked
 * for ahead, from <math> to the next "</math".
 *
 * In: tokens in order. Out: struct formula. State: that. Memory: two buffers of FORMULA_MAX. Time: each byte is searched once
 * for "</math", once for annotations, and a constant number of times for the end of a box (math_end, no_tex, no_end
 * remember). Sources: MathML Core 4.1.2 and MathML 3, 5.2 (annotations); the documentation of MathJax 2.7, KaTeX,
 * LaTeXML and MediaWiki's Math extension for names of classes. */
#include "ingest/html/formula.h"
#include "common/text.h"
#include "ingest/html/entities.h"

#define BOX_MAX ((size_t)256 << 10) /* bytes of a box that shows a formula */
#define BOXES 4                     /* that follow one another, with the TeX of all behind the last */

void formula_init(struct formula *f)
{
    memset(f, 0, sizeof *f);
    buf_init(&f->raw, BUF_NO_MAX);
    buf_init(&f->text, BUF_NO_MAX);
}

void formula_free(struct formula *f)
{
    buf_free(&f->raw);
    buf_free(&f->text);
}

void formula_begin(struct formula *f, struct slice html)
{
    f->until = f->math_end = f->no_tex = f->no_end = html.p;
    f->end = html.p + html.n;
    f->behind_math = SIZE_MAX;
    f->is_math = false;
    f->script = f->display = f->sup = f->failed = false;
}

void formula_written(struct formula *f, size_t at)
{
    if (f->is_math) f->behind_math = at;
    f->is_math = false;
}

/* ------------------------------------------------------------------ searching */

static bool has_prefix_nocase(const char *p, const char *end, const char *z)
{
    size_t n = strlen(z);
    return (size_t)(end - p) >= n && slice_eq_nocase(slice_of(p, n), z);
}

/* The next `z`, which begins with '<', in any case; end: none. */
static const char *find_tag(const char *p, const char *end, const char *z)
{
    while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        if (has_prefix_nocase(p, end, z)) return p;
        p++;
    }
    return end;
}

static bool has_text(struct slice s, const char *z)
{
    return slice_find(s, slice_str(z)) != NULL;
}

static struct slice attr_value(const struct html_token *t, const char *name)
{
    for (size_t i = 0; i < t->n_attrs; i++)
        if (slice_eq_nocase(t->attrs[i].name, name)) return t->attrs[i].value;
    return slice_str("");
}

static struct slice class_of(const struct html_token *t)
{
    const struct html_attr *a = html_attr(t, ATTR_CLASS);
    return a ? a->value : slice_str("");
}

/* ------------------------------------------------------------------ TeX */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Whether the brace at the front is closed by the last byte. */
static bool is_one_group(struct slice s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '{')
            depth++;
        else if (s.p[i] == '}' && --depth == 0)
            return i + 1 == s.n;
    }
    return false;
}

static struct slice cut(struct slice s, size_t front, size_t back)
{
    return slice_trim(slice_of(s.p + front, s.n - front - back));
}

/* The style that a converter puts around: "{\displaystyle x}", "\displaystyle x". */
static struct slice without_style(struct slice s)
{
    static const char *const styles[] = {"\\displaystyle", "\\textstyle"};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        size_t n = strlen(styles[i]), brace = s.n && *s.p == '{';
        struct slice inner = slice_of(s.p + brace, s.n - brace);
        if (!slice_has_prefix(inner, styles[i]) || (inner.n > n && is_letter(inner.p[n]))) continue;
        if (!brace) return cut(s, n, 0);
        if (is_one_group(s)) return cut(s, n + 1, 1);
    }
    return s;
}

/* Takes the marks of a formula away. */
static struct slice without_marks(struct slice s, bool *marked, bool *display)
{
    static const struct {
        const char *open, *close;
        bool display;
    } marks[] = {{"$$", "$$", true}, {"\\[", "\\]", true}, {"\\(", "\\)", false}, {"$", "$", false}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i].open);
        if (s.n <= 2 * n || !slice_has_prefix(s, marks[i].open) || !slice_has_suffix(s, marks[i].close))
            continue;
        *marked = true;
        *display |= marks[i].display;
        return cut(s, n, n);
    }
    return s;
}

/* MathJax's sources in XHTML: "% <![CDATA[ x %]]>". */
static struct slice without_cdata(struct slice s)
{
    if (!slice_has_prefix(s, "%") && !slice_has_prefix(s, "<![CDATA[")) return s;
    struct slice inner = *s.p == '%' ? cut(s, 1, 0) : s;
    if (!slice_has_prefix(inner, "<![CDATA[")) return s;
    inner = cut(inner, 9, 0);
    if (slice_has_suffix(inner, "]]>")) inner = cut(inner, 0, 3);
    if (slice_has_suffix(inner, "%")) inner = cut(inner, 0, 1);
    return inner;
}

/* Appends TeX in one line; a '%' before a line's end (LaTeXML folds lines so) goes with it. */
static void put_line(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool fold = s.p[i] == '%' && i + 1 < s.n && (s.p[i + 1] == '\n' || s.p[i + 1] == '\r') &&
                    !(i > 0 && s.p[i - 1] == '\\');
        if (!fold) {
            buf_putc(b, s.p[i]);
            continue;
        }
        bool letter = i > 0 && is_letter(s.p[i - 1]);
        while (i + 1 < s.n && (unsigned char)s.p[i + 1] <= ' ') i++;
        if (letter && i + 1 < s.n && is_letter(s.p[i + 1])) buf_putc(b, ' '); /* "\alpha%" and "b" */
    }
}

/* Makes f->text of TeX as the page has it. loose: it may be none. False: it is empty, too long, or none. */
static bool make(struct formula *f, struct slice tex, bool references, bool display, bool loose)
{
    bool marked = false;
    if (tex.n > FORMULA_MAX) return false;
    buf_clear(&f->raw);
    buf_clear(&f->text);
    if (references)
        entities_put(&f->raw, tex, true);
    else
        buf_put_slice(&f->raw, tex);
    if (f->raw.n == 0) return false;
    struct slice s = without_cdata(slice_trim(buf_slice(&f->raw)));
    s = without_style(without_marks(s, &marked, &display));
    if (s.n == 0) return false;
    if (loose && !marked && s.n > 3 && !memchr(s.p, '\\', s.n) && !memchr(s.p, '^', s.n) &&
        !memchr(s.p, '_', s.n) && !memchr(s.p, '=', s.n) && !memchr(s.p, '(', s.n))
        return false;
    buf_puts(&f->text, display ? "$$" : "$");
    put_line(&f->text, s);
    buf_puts(&f->text, display ? "$$" : "$");
    f->failed |= f->raw.failed || f->text.failed;
    return true;
}

/* ------------------------------------------------------------------ MathML */

/* The content of the first annotation with TeX in [p, end). */
static struct slice find_annotation(const char *p, const char *end)
{
    while ((p = find_tag(p, end, "<annotation")) < end) {
        const char *gt = memchr(p, '>', (size_t)(end - p));
        if (!gt) break;
        struct slice tag = slice_of(p, (size_t)(gt - p));
        p = gt + 1;
        if (!has_text(tag, "x-tex") && !has_text(tag, "TeX") && !has_text(tag, "latex")) continue;
        const char *close = find_tag(p, end, "</annotation");
        return slice_of(p, (size_t)(close - p));
    }
    return slice_str("");
}

static enum formula_act take_math(struct formula *f, const struct html_token *t)
{
    const char *from = t->name.p;
    if (f->math_end <= from) f->math_end = find_tag(from, f->end, "</math");
    if (f->math_end == f->end) return FORMULA_NONE;
    struct slice tex = slice_str("");
    if (from >= f->no_tex) {
        tex = find_annotation(from, f->math_end);
        f->no_tex = f->math_end;
    }
    bool display = slice_eq_nocase(attr_value(t, "display"), "block") ||
                   slice_eq_nocase(attr_value(t, "mode"), "display");
    bool found = tex.n && make(f, tex, true, display, false);
    if (!found) found = make(f, attr_value(t, "alttext"), true, display, false);
    if (!found) return FORMULA_NONE;
    f->until = f->math_end;
    f->is_math = true;
    return FORMULA_WRITE;
}

/* ------------------------------------------------------------------ boxes */

/* The byte behind the end tag of the element whose name is at `name`; NULL: it is not near. */
static const char *box_end(struct formula *f, struct slice name)
{
    const char *p = name.p, *end = f->end, *name_of = name.n == 4 ? "span" : "div";
    size_t depth = 1;
    if ((size_t)(end - p) > BOX_MAX) end = p + BOX_MAX;
    if (p < f->no_end) return NULL;
    while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        bool close = ++p < end && *p == '/';
        p += close;
        if ((size_t)(end - p) <= name.n || !slice_eq_nocase(slice_of(p, name.n), name_of) ||
            is_letter(p[name.n]))
            continue;
        depth += close ? (size_t)-1 : 1;
        if (depth) continue;
        p = memchr(p, '>', (size_t)(end - p));
        if (p) return p + 1;
        break;
    }
    f->no_end = end;
    return NULL;
}

/* Passes over white space and the ends of elements. */
static const char *pass_ends(const char *p, const char *end)
{
    for (;;) {
        while (p < end && (unsigned char)*p <= ' ') p++;
        bool close = has_prefix_nocase(p, end, "</span") || has_prefix_nocase(p, end, "</div");
        const char *gt = close ? memchr(p, '>', end - p < 64 ? (size_t)(end - p) : 64) : NULL;
        if (!gt) return p;
        p = gt + 1;
    }
}

/* Whether a script with TeX follows, perhaps behind other boxes of MathJax. */
static bool script_follows(struct formula *f, const char *p)
{
    for (int i = 0; i < BOXES; i++) {
        p = pass_ends(p, f->end);
        const char *gt = p < f->end ? memchr(p, '>', (size_t)(f->end - p < 1024 ? f->end - p : 1024)) : NULL;
        if (!gt || *p != '<') return false;
        struct slice tag = slice_of(p, (size_t)(gt - p));
        if (has_prefix_nocase(p, gt, "<script")) return has_text(tag, "math/tex");
        if (!has_text(tag, "MathJax")) return false;
        size_t n = has_prefix_nocase(p, gt, "<span") ? 4 : has_prefix_nocase(p, gt, "<div") ? 3 : 0;
        if (!n || !(p = box_end(f, slice_of(p + 1, n)))) return false;
    }
    return false;
}

enum box { BOX_NONE, BOX_HIDDEN_MATHML, BOX_KATEX, BOX_MATHJAX };

/* By the first word of the class: all that make such boxes write it first, and most elements of a page are looked at here. */
static enum box box_of(struct slice class)
{
    static const char *const mathjax[] = {"",     "_Preview",     "_Display",
                                          "_SVG", "_SVG_Display", "_CHTML"}; /* behind "MathJax" */
    if (class.n < 7 || (*class.p != 'M' && *class.p != 'm' && *class.p != 'k')) return BOX_NONE;
    if (slice_has_prefix(class, "mwe-math-mathml-")) return BOX_HIDDEN_MATHML;
    if (slice_has_prefix(class, "katex-html")) return BOX_KATEX;
    if (!slice_has_prefix(class, "MathJax")) return BOX_NONE;
    size_t n = 7;
    while (n < class.n && (unsigned char)class.p[n] > ' ') n++;
    for (size_t i = 0; i < sizeof mathjax / sizeof *mathjax; i++)
        if (slice_is(slice_of(class.p + 7, n - 7), mathjax[i])) return BOX_MATHJAX;
    return BOX_NONE;
}

/* A box that shows to the eye what was, or will be, written as TeX. */
static enum formula_act take_box(struct formula *f, const struct html_token *t, const struct buf *text)
{
    enum box box = box_of(class_of(t));
    if (box == BOX_NONE) return FORMULA_NONE;
    if (box == BOX_HIDDEN_MATHML) return FORMULA_BARE; /* the image is shown */
    if (box == BOX_KATEX && text->n != f->behind_math) return FORMULA_NONE;
    const char *end = box_end(f, t->name);
    if (!end) return FORMULA_NONE;
    struct slice all = slice_of(t->name.p, (size_t)(end - t->name.p));
    if (box == BOX_MATHJAX && (has_text(all, "math/tex") || !script_follows(f, end))) {
        f->no_end = end > f->no_end ? end : f->no_end;
        return FORMULA_NONE;
    }
    f->until = end;
    return FORMULA_SKIP;
}

/* ------------------------------------------------------------------ images, scripts */

enum image { IMAGE_NONE, IMAGE_WIKI, IMAGE_QUICKLATEX, IMAGE_NAMED };

static enum image image_of(struct slice class)
{
    static const char *const names[] = {"latex", "tex", "math"};
    for (size_t i = 0; i < class.n;) {
        size_t from = i;
        while (i < class.n && (unsigned char)class.p[i] > ' ') i++;
        struct slice word = slice_of(class.p + from, i - from);
        for (size_t k = 0; k < sizeof names / sizeof *names && word.n >= 3 && word.n <= 5; k++)
            if (slice_is(word, names[k])) return IMAGE_NAMED;
        if (slice_has_prefix(word, "mwe-math-fallback-image-")) return IMAGE_WIKI;
        if (slice_has_prefix(word, "ql-img-")) return IMAGE_QUICKLATEX;
        while (i < class.n && (unsigned char)class.p[i] <= ' ') i++;
    }
    return IMAGE_NONE;
}

static enum formula_act take_image(struct formula *f, const struct html_token *t, const struct buf *text)
{
    struct slice class = class_of(t);
    enum image image = class.n < 3 ? IMAGE_NONE : image_of(class);
    if (image == IMAGE_NONE) return FORMULA_NONE;
    if (image == IMAGE_WIKI && text->n == f->behind_math) return FORMULA_NONE; /* the MathML's */
    bool display = has_text(class, "mwe-math-fallback-image-display") || has_text(class, "ql-img-displayed");
    return make(f, attr_value(t, "alt"), true, display, image != IMAGE_WIKI) ? FORMULA_WRITE : FORMULA_NONE;
}

static void take_script(struct formula *f, const struct html_token *t)
{
    const struct html_attr *type = html_attr(t, ATTR_TYPE);
    if (!type || !slice_has_prefix(slice_trim(type->value), "math/tex")) return;
    f->script = true;
    f->display = has_text(type->value, "display");
}

/* ------------------------------------------------------------------ powers */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a sign at the front: +, -, and the Unicode minus. */
static size_t sign_bytes(struct slice s)
{
    if (s.n && (*s.p == '+' || *s.p == '-')) return 1;
    if (slice_has_prefix(s, "\xe2\x88\x92") || slice_has_prefix(s, "\xe2\x80\x93")) return 3;
    return slice_has_prefix(s, "&minus;") ? 7 : 0;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Whether what ends with these letters is raised to a power: x, mc, km, units and functions; notes stand behind longer
 * words, and behind units too, most often the first ones. */
static bool is_base(const char *p, size_t n, struct slice power)
{
    static const char *const longer[] = {"sec", "mol", "rad", "sin", "cos", "tan", "log"};
    bool small = power.n == 1 && *power.p >= '2' && *power.p <= '4';
    if (n == 1) return small || is_lower(*p);
    if (n == 2) return small;
    for (size_t i = 0; i < sizeof longer / sizeof *longer && small; i++)
        if (n == 3 && memcmp(p, longer[i], 3) == 0) return true;
    return false;
}

/* Whether "(…)" at the end is an expression: no words, no year. */
static bool ends_with_expression(struct slice s)
{
    size_t letters = 0, others = 0;
    for (size_t i = s.n - 1, taken = 0; i-- > 0 && taken < 40; taken++) {
        if (s.p[i] == '(') return others > 0;
        letters = is_letter(s.p[i]) ? letters + 1 : 0;
        if (letters > 3 || (uint8_t)s.p[i] <= 7) return false;
        if (!is_digit(s.p[i])) others++;
    }
    return false;
}

/* A number of at most three digits that is not part of a name, a date or a longer number: notes stand behind those. */
static bool is_base_number(struct slice text, size_t from)
{
    if (text.n - from > 3 || *(text.p + from) == '0') return false;
    if (from == 0) return true;
    char before = text.p[from - 1];
    return !is_letter(before) && before != '.' && before != ',' && before != '/' && before != '-';
}

static bool is_money(struct slice before)
{
    static const char *const signs[] = {"$", "\xe2\x82\xac", "\xc2\xa3"};
    if (slice_has_suffix(before, " ")) before.n--;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (slice_has_suffix(before, signs[i])) return true;
    return false;
}

/* Whether "</sup>" and a solidus follow: "5<sup>1</sup>/<sub>2</sub>". */
static bool is_fraction(const char *next, const char *end)
{
    const char *gt = end - next > 6 ? memchr(next, '>', 6) : NULL;
    return gt && (has_prefix_nocase(gt + 1, end, "/") || has_prefix_nocase(gt + 1, end, "\xe2\x81\x84") ||
                  has_prefix_nocase(gt + 1, end, "&frasl;"));
}

static const char *behind_digit(struct slice text, struct slice raised, const char *end)
{
    size_t from = text.n, whole;
    while (from > 0 && text.n - from < 20 && is_digit(text.p[from - 1])) from--;
    for (whole = from;
         whole > 0 && text.n - whole < 20 && (is_digit(text.p[whole - 1]) || text.p[whole - 1] == ',');)
        whole--;
    if (is_money(slice_of(text.p, whole))) return raised.n == 2 ? "." : "";
    if (is_fraction(raised.p + raised.n, end)) return " ";
    return is_base_number(text, from) ? "^" : "";
}

const char *formula_between(struct slice text, struct slice raised, const char *end)
{
    size_t sign = sign_bytes(raised), n = raised.n - sign;
    const char *next = raised.p + raised.n;
    if (!text.n || n == 0 || n > 3 || !has_prefix_nocase(next, end, "</sup")) return "";
    for (size_t i = sign; i < raised.n; i++)
        if (!is_digit(raised.p[i])) return "";
    char last = text.p[text.n - 1];
    if (is_digit(last)) return behind_digit(text, raised, end);
    if (last == ')') return ends_with_expression(text) ? "^" : "";
    size_t letters = 0;
    while (letters < text.n && letters < 5 && is_letter(text.p[text.n - 1 - letters])) letters++;
    bool longer =
        letters < text.n && (uint8_t)text.p[text.n - 1 - letters] >= 0x80; /* letters that are not ASCII's */
    if (letters == 0 || letters == 5 || longer || n > 2) return "";
    if (sign) return "^";
    return is_base(text.p + text.n - letters, letters, raised) ? "^" : "";
}

static bool has_text_nocase(struct slice s, const char *z)
{
    size_t n = strlen(z);
    for (size_t i = 0; i + n <= s.n; i++)
        if (slice_eq_nocase(slice_of(s.p + i, n), z)) return true;
    return false;
}

/* A raised text that is no mark of a note, as far as the tag says. */
static bool is_plain_sup(const struct html_token *t)
{
    static const char *const notes[] = {"ref", "note", "cit", "fn"};
    if (t->tag != TAG_OTHER || t->name.n != 3 || !slice_eq_nocase(t->name, "sup")) return false;
    struct slice class = class_of(t);
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (has_text_nocase(class, notes[i])) return false;
    return !html_attr(t, ATTR_ID) && class.n < 1000;
}

/* ------------------------------------------------------------------ tokens */

static enum formula_act take_start(struct formula *f, const struct html_token *t, const struct buf *text)
{
    switch (t->tag) {
    case TAG_MATH: return take_math(f, t);
    case TAG_SPAN:
    case TAG_DIV: return take_box(f, t, text);
    case TAG_IMG: return take_image(f, t, text);
    case TAG_SCRIPT: take_script(f, t); return FORMULA_NONE;
    case TAG_OTHER: f->sup = is_plain_sup(t); return FORMULA_NONE;
    default: return FORMULA_NONE;
    }
}

enum formula_act formula_take(struct formula *f, struct html *h, const struct html_token *t,
                              const struct buf *text)
{
    const char *at = t->name.n ? t->name.p : t->text.p;
    if (at < f->until) {
        if (t->type == HTML_START) h->content = HTML_DATA;
        return FORMULA_SKIP;
    }
    if (t->type == HTML_START) {
        f->script = f->sup = false;
        return take_start(f, t, text);
    }
    if (t->type == HTML_END) f->script = f->sup = false;
    if (t->type != HTML_TEXT || !f->script) return FORMULA_NONE;
    f->script = false;
    return make(f, t->text, false, f->display, false) ? FORMULA_WRITE : FORMULA_NONE;
}
