#include "ingest/latex/latex.h"
#include "common/text.h"
#include "tests/unit/test.h"
#include <time.h>

static struct latex l;
static struct buf out;
static struct err e;

static const char *text_of(struct slice source)
{
    buf_clear(&out);
    CHECK_INT(latex_text(&l, source, &out, &e), 0);
    buf_terminate(&out);
    return out.p;
}

static const char *text(const char *z)
{
    return text_of(slice_str(z));
}

TEST(tables_are_sorted)
{
    const char *name = latex_tables_disorder();
    CHECK_STR(name ? name : "", "");
}

TEST(paragraphs_and_white_space)
{
    CHECK_STR(text("a\n b\tc\n\n\n d  e"), "a b c\n\nd e");
    CHECK_STR(text("a% comment\n   b"), "ab");
    CHECK_STR(text("a\n% comment\nb"), "a b");
    CHECK_STR(text("a%\n\nb"), "a\n\nb");
    CHECK_STR(text("a\\par b\\\\c\\newline d"), "a\n\nb\nc\nd");
    CHECK_STR(text("a~b\\ c\\,d\\quad e\\hspace*{3cm}f"), "a b c d e f");
    CHECK_STR(text(""), "");
    CHECK_STR(text("  \n\n "), "");
}

TEST(preamble_and_end)
{
    CHECK_STR(
        text("\\documentclass[a4]{article}\nstray \\usepackage{x}\n\\begin{document}in\\end{document}out"),
        "in");
    CHECK_STR(text("\\documentclass{a} %\\begin{document}\n\\title{T}\nstray\\begin{document}in"), "in");
    CHECK_STR(text("in \\bye out"), "in");
    CHECK_STR(text("\\section{S} As in \\verb|\\begin{document}| it is."),
              "S\n\nAs in \\begin{document} it is.");
    CHECK_STR(text("\\documentclass{a}\\begin{document}x\\end{document}\nan example\\end{document}y"),
              "x an example");
}

TEST(metadata)
{
    CHECK_STR(text("\\title[s]{A \\emph{B}\\thanks{no} \\\\ C}\\author{X Y\\and Z}\\date{May 1}\n"
                   "\\begin{document}\\maketitle t\\end{document}"),
              "t");
    CHECK_SLICE(buf_slice(&l.title), "A B C");
    CHECK_SLICE(buf_slice(&l.author), "X Y, Z");
    CHECK_SLICE(buf_slice(&l.date), "May 1");
    text("none");
    CHECK_INT(l.title.n, 0);
}

TEST(accents_and_symbols)
{
    CHECK_STR(text("\\'e\\'{e}\\\"{o}\\^\\i\\'{\\i}\\c c\\c{c}\\v{s}\\H{o}\\k a\\r a\\~n\\=a\\.z\\u g\\`A"),
              "ééöîíççšőąåñāżğÀ");
    CHECK_STR(text("\\ss\\ \\AE\\oe{}\\o\\L{}\\aa"), "ß Æœø"
                                                     "Łå");
    CHECK_STR(text("Erd\\H os, G\\\"odel, Ho\\v{r}ava, \\'{}"), "Erdős, Gödel, Hořava,");
    CHECK_STR(text("\\d{x}"), "x\xcc\xa3"); /* there is no such letter: a mark stays a mark */
    CHECK_STR(text("\\$5 \\& \\% \\# \\_ \\{\\} \\S1 \\ldots \\copyright"), "$5 & % # _ {} §1 …©");
    CHECK_STR(text("``a'' `b' c---d--e-f don't ?`g"), "“a” ‘b’ c—d–e-f don’t ¿g");
    CHECK_STR(text("\\texttt{don't --x ``y''} 'z"), "don't --x ``y'' ’z");
    CHECK_STR(text("\\TeX{} and \\LaTeX\\ x\\textbackslash y\\textasciitilde"), "TeX and LaTeX x\\y~");
    CHECK_STR(text("\\documentclass{a}\\usepackage[ngerman]{babel}\\begin{document}\"uber\"s \"`x\"'"),
              "überß „x“");
    CHECK_STR(text("say \"x\""), "say \"x\"");
}

TEST(structure)
{
    CHECK_STR(text("a\\section*{One \\textbf{two}}b\\subsection[s]{Three}\\label{x}c"),
              "a\n\nOne two\n\nb\n\nThree\n\nc");
    CHECK_STR(text("\\paragraph{Set up.} We go"), "Set up. We go");
    CHECK_STR(text("x\\begin{itemize}\n\\item a\n\\item b\n\\end{itemize}\ny"), "x\n- a\n- b\ny");
    CHECK_STR(
        text("\\begin{enumerate}\\item a\\begin{enumerate}\\item b\\end{enumerate}\\item c\\end{enumerate}"),
        "1. a\n1. b\n2. c");
    CHECK_STR(text("\\begin{description}\\item[Ab] c\\item[De:] f\\end{description}"), "Ab: c\nDe: f");
    CHECK_STR(text("a\\footnote{n \\emph{m}} b.\\footnote{k}\n\nc"), "a b.\n\nn m\n\nk\n\nc");
    CHECK_STR(text("\\begin{quote}q\\end{quote} r"), "q\n\nr");
    CHECK_STR(text("\\begin{figure}[t]\\centering \\includegraphics[w=1]{f.png}drop\\caption{Keep "
                   "$x$.}\\end{figure}z"),
              "Keep $x$.\n\nz");
    CHECK_STR(text("\\begin{tabular}{l|r}\\hline a & b\\\\ \\multicolumn{2}{c}{d} \\\\ e & f\\end{tabular}"),
              "a | b\nd\ne | f");
    CHECK_STR(text("\\begin{table}\\caption{C}\\begin{tabular}{l}a\\\\b\\end{tabular}\\end{table}"),
              "C\n\na\nb");
    CHECK_STR(text("x\\begin{comment}no\\end{comment}y\\begin{tikzpicture}\\draw;\\end{tikzpicture}z"),
              "xyz");
    CHECK_STR(text("a\\begin{thebibliography}{9}\\bibitem{x} B\\end{thebibliography}"), "a");
}

TEST(references)
{
    CHECK_STR(text("As \\cite[p. 3]{a,b}, see \\ref{x}. Also~\\cite{c} and (\\citep{d})."),
              "As, see. Also and ().");
    CHECK_STR(text("\\href{http://x.y/%20}{here} \\url{http://a.b/c_d%20e\\#f}"),
              "here http://a.b/c_d%20e#f");
    CHECK_STR(text("a\\index{b}\\label{c}\\input{d}e\\include{f}"), "ae");
    CHECK_INT(l.n_inputs, 2);
}

TEST(verbatim)
{
    CHECK_STR(text("a\n\\begin{verbatim}\n  \\x{1} % $\n\n  y\n\\end{verbatim}\nb"),
              "a\n\n  \\x{1} % $\n\n  y\n\nb");
    CHECK_STR(text("\\begin{lstlisting}[language=C]\nint x;\n\\end{lstlisting}"), "int x;");
    CHECK_STR(text("\\begin{minted}[a]{c}\nint x;\n\\end{minted}"), "int x;");
    CHECK_STR(text("\\verb|a_{b} %|, \\verb*+c+ \\lstinline!d! \\verb"), "a_{b} %, c d");
    CHECK_STR(text("\\verb§x\\y§ z"), "x\\y z");
    CHECK_STR(text("\\MakeShortVerb{\\|}a |\\b{| c \\DeleteShortVerb{\\|}|d|"), "a \\b{ c |d|");
}

TEST(mathematics)
{
    CHECK_STR(text("Let $x_1 \\in\n X$ and \\(y\\) be"), "Let $x_1 \\in X$ and \\(y\\) be");
    CHECK_STR(text("a $$x$$ b \\[ y \\] c"), "a\n$$x$$\nb\n\\[ y \\]\nc");
    CHECK_STR(text("a\n\\begin{align}\\label{q}\n a &= b \\\\ % c\n c &= d \\nonumber\n\\end{align}\nb"),
              "a\n\\begin{align}\na &= b \\\\ \nc &= d \\end{align}\nb");
    CHECK_STR(text("$a \\text{if $b$} c$ d"), "$a \\text{if $b$} c$ d");
    CHECK_STR(text("\\begin{equation}\\begin{cases}a\\\\b\\end{cases}\\end{equation}"),
              "\\begin{equation}\\begin{cases}a\\\\b\\end{cases}\\end{equation}");
    CHECK_STR(text("\\newcommand{\\R}{\\mathbb{R}}\\newcommand{\\n}[1]{\\|#1\\|}\\def\\a{\\alpha}$\\R^2 "
                   "\\n{x} \\a x$"),
              "$\\mathbb{R}^2 \\|x\\| \\alpha x$");
    CHECK_STR(text("\\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}\\be x\\ee y"),
              "\\begin{equation}x\\end{equation}\ny");
    CHECK_STR(
        text("\\DeclareMathOperator{\\Hom}{Hom}\\DeclareMathOperator*{\\am}{arg\\,min}$\\Hom(a)\\am_x$"),
        "$\\operatorname{Hom}(a)\\operatorname*{arg\\,min}_x$");
    CHECK_STR(text("\\ensuremath{x}"), "$x$");
    CHECK_STR(text("an open $x\n\nend"), "an open $x$\n\nend"); /* a blank line ends what was not closed */
}

TEST(macros)
{
    CHECK_STR(text("\\newcommand{\\x}{one}\\x{} \\x."), "one one.");
    CHECK_STR(text("\\newcommand*\\x[2][d]{#1-#2}\\x{a} \\x[b]{c}"), "d-a b-c");
    CHECK_STR(text("\\def\\x#1.#2;{#2 #1}\\x a.b;c \\renewcommand\\x{r}\\x"), "b ac r");
    CHECK_STR(text("\\def\\x#\xCE\xA9,#2.{(#1;#2)}\\x a,b. \\x \xCE\xA9,b."), "(a;b) (\xCE\xA9;b)");
    CHECK_STR(text("\\def\\y{\\textbf}\\y{bold}"), "bold");
    CHECK_STR(text("\\providecommand{\\z}{p}\\providecommand{\\z}{q}\\z"), "p");
    CHECK_STR(text("\\let\\old=\\emph\\renewcommand{\\emph}[1]{<\\old{#1}>}\\emph{x}"), "<x>");
    CHECK_STR(text("\\newenvironment{e}[1]{[#1: }{]}\\begin{e}{t}in\\end{e}"), "[t: in]");
    CHECK_STR(text("\\newenvironment{ref}{\\comment}{\\endcomment}a\\begin{ref}b\\end{ref}c"), "ac");
    CHECK_STR(text("\\newtheorem{thm}[x]{Theorem}\\begin{thm}[Gauss]\\label{l}It "
                   "is.\\end{thm}\\begin{proof}So.\\end{proof}"),
              "Theorem (Gauss). It is.\n\nProof. So.");
    CHECK_STR(text("\\NewDocumentCommand{\\x}{s O{d} m}{#2#3}\\x*[a]{b} \\x{c}"), "ab dc");
    CHECK_STR(text("\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}$\\abs{x}$"), "$\\lvert x \\rvert$");
    CHECK_STR(text("\\def\\TeX{T\\kern-.1em E X}\\TeX{}: \\newcommand{\\c}{C\\xspace}\\c and \\c."),
              "TeX: C and C.");
    CHECK_STR(text("\\makeatletter\\def\\a@b{x}\\def\\y{\\a@b}\\makeatother\\y"), "x");
}

TEST(conditions)
{
    CHECK_STR(text("a\\iffalse b\\iftrue c\\else d\\fi\\fi e"), "ae");
    CHECK_STR(text("\\iftrue a\\else b\\fi c"), "ac");
    CHECK_STR(text("\\newif\\ifxy \\newif\\ifdraft\\drafttrue\\ifdraft a\\else b\\fi\\draftfalse\\ifdraft "
                   "c\\else d\\fi"),
              "ad");
    CHECK_STR(text("\\ifnum1<2 a\\else b\\fi"), "b");
    CHECK_STR(text("\\ifthenelse{x}{a}{b}"), "a");
    CHECK_STR(text("what |\\ifnum| means"), "what || means");
}

TEST(unknown_commands)
{
    CHECK_STR(text("\\foo{some text}{3cm}{a=b,c=d} x"), "some text x");
    CHECK_STR(text("\\foo{one}{two} \\bar[opt]{three}"), "one two three");
    CHECK_STR(text("\\foo{fig:a}\\foo{dir/file.png}\\foo{0.5\\textwidth}\\foo{12}x"), "x");
    CHECK_STR(text("\\begin{foo}[x]{3cm}text\\end{foo}y"), "text\ny");
    CHECK_STR(text("\\vspace{2cm}\\setlength{\\parindent}{0pt}\\parskip=3pt plus 1pt\\hskip 2em x"), "x");
    CHECK_STR(text("\\textcolor[rgb]{1,0,0}{red} \\parbox[t]{3cm}{box} \\raisebox{1pt}{up} \\hbox to 3cm{h}"),
              "red box up h");
    CHECK_STR(text("{\\bf a} \\em b} c"), "a b c");
}

static struct slice repeated(struct buf *b, const char *z, size_t times)
{
    buf_clear(b);
    for (size_t i = 0; i < times; i++) buf_puts(b, z);
    return buf_slice(b);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Whatever stands there many times: seconds, not hours, and an output of the order of the input. */
TEST(markdown)
{
    l.markdown = true;
    CHECK_STR(text("\\chapter{A}\\section{B}x\\footnote{n}\\subsubsection*{C}\\begin{verbatim}\na``` "
                   "b\n\\end{verbatim}y"),
              "# A\n\n## B\n\nx\n\nn\n\n#### C\n\n````\na``` b\n````\n\ny");
    l.markdown = false;
}

TEST(hostile)
{
    static const char *const units[] = {"{",
                                        "}",
                                        "\\vspace{",
                                        "\\\\[",
                                        "\\x[",
                                        "\\begin{x}",
                                        "\\end{x}",
                                        "$",
                                        "$$",
                                        "\\[",
                                        "\\begin{align}",
                                        "\\begin{verbatim}",
                                        "\\foo{",
                                        "\\textbf{",
                                        "\\footnote{",
                                        "\\def\\a{",
                                        "\\newcommand\\a{\\a\\a}\\a ",
                                        "\\iffalse ",
                                        "\\verb|",
                                        "%",
                                        "\\'",
                                        "\\'{",
                                        "&",
                                        "\\item[",
                                        "\\ifnum ",
                                        "\\section{",
                                        "\\caption{",
                                        "\\title{",
                                        "\\begin{tabular}{",
                                        "\\def\\a#1.{#1}\\a ",
                                        "\\begin{",
                                        "`",
                                        "\\url{",
                                        "\\begin{comment}",
                                        "\\newtheorem{a}{",
                                        "\\$\\(",
                                        "\\begin{figure}\\caption{",
                                        "\\csname ",
                                        "\\ifthenelse{",
                                        "\\ensuremath{",
                                        "\\let\\b\\a\\def\\a{\\b}\\a "};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct slice s = repeated(&b, units[i], 300000 / strlen(units[i]));
        double from = seconds();
        text_of(s);
        double took = seconds() - from;
        if (took > 3) printf("# %s: %.1f s\n", units[i], took);
        CHECK(took < 20);
        CHECK(out.n < 32 * s.n + (4 << 20));
    }
    buf_free(&b);
}

/* Each macro holds the one before ten times: of a thousand million copies, the budget's worth is made. */
TEST(expansion_is_bounded)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "\\def\\a{lol }");
    for (int c = 'b'; c < 'k'; c++) {
        buf_printf(&b, "\\def\\%c{", c);
        for (int i = 0; i < 10; i++) buf_printf(&b, "\\%c ", c - 1);
        buf_puts(&b, "}");
    }
    buf_puts(&b, "\\j after");
    text_of(buf_slice(&b));
    CHECK(out.n < 8 * b.n + (2 << 20));
    CHECK_STR(text("\\def\\x{\\x}\\x y"), "y");
    CHECK_STR(text("\\def\\x{\\y}\\def\\y{\\x}$\\x$ z") + out.n - 1, "z");
    CHECK_STR(text("\\def\\x#1{\\x{#1#1}}\\x{ab} c") + out.n - 1, "c");
    CHECK_STR(text("\\newenvironment{r}{\\begin{r}}{\\end{r}}\\begin{r}x\\end{r}d") + out.n - 1, "d");
    buf_free(&b);
}

int main(void)
{
    latex_init(&l);
    buf_init(&out, BUF_NO_MAX);
    RUN(tables_are_sorted);
    RUN(paragraphs_and_white_space);
    RUN(preamble_and_end);
    RUN(metadata);
    RUN(accents_and_symbols);
    RUN(structure);
    RUN(references);
    RUN(verbatim);
    RUN(mathematics);
    RUN(macros);
    RUN(conditions);
    RUN(unknown_commands);
    RUN(markdown);
    RUN(hostile);
    RUN(expansion_is_bounded);
    latex_free(&l);
    buf_free(&out);
    return TEST_END();
}
