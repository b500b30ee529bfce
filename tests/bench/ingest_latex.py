"""ingest_latex.py FOLDER… [--results FILE] [--limit N: about so many of each, evenly]: leat ingest's text of LaTeX beside pandoc's and pylatexenc's, on every
.tex file under the folders that has a \\begin{document} and of which pandoc makes at least 300 words.

Word-level F1 (bags of \\w+ in lower case) against each converter, with mathematics taken out of both sides, and once with it.
Taken out of pandoc's side as leat leaves them out: citations and references; put in: the abstract, which pandoc holds apart.
"Markup left": a command, a brace or a math shift in leat's text outside mathematics and what the source has verbatim, that
pandoc's text of the same document has not."""
import collections, concurrent.futures, json, pathlib, re, statistics, subprocess, sys, tempfile

FILTER = r"""
function Math(m) return pandoc.Str(" \u{27e6}" .. m.text .. "\u{27e7} ") end
function Note(n) return pandoc.utils.blocks_to_inlines(n.content) end
function Cite(c) return {} end
function Link(l) if l.attributes["reference-type"] then return {} end return l end
function Pandoc(d)
  local a = d.meta.abstract
  if a and a.t == "MetaBlocks" or (type(a) == "table" and a[1] and a[1].t and a[1].content) then
    local b = {}
    for _, x in ipairs(a) do b[#b + 1] = x end
    for _, x in ipairs(d.blocks) do b[#b + 1] = x end
    d.blocks = b
  end
  return d
end
return {{Pandoc = Pandoc}, {Math = Math, Note = Note, Cite = Cite, Link = Link}}
"""
MATH_ENVS = ("equation|align|gather|multline|eqnarray|flalign|alignat|xalignat|displaymath|math|IEEEeqnarray|dmath|empheq|subarray|"
             "array|aligned|gathered|split|cases|[pbvV]?matrix|CD|diagram|numcases")
MATH = re.compile(r"\\begin\{((?:%s)\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$|\$[^$]*\$|\\\[.*?\\\]|\\\(.*?\\\)" % MATH_ENVS, re.S)
VERBATIM = re.compile(r"\\begin\{((?:[BL]?[vV]erbatim|lstlisting|minted|semiverbatim|spverbatim|alltt|boxedverbatim|code)\*?)\}(.*?)\\end\{\1\}", re.S)
VERB = re.compile(r"\\(?:verb|lstinline|Verb)\*?(?:\[[^]]*\])?([^a-zA-Z\s*])(.*?)\1")
MARKUP = re.compile(r"\\[a-zA-Z]+|[{}$]|\\\\")


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def f1(a, b):
    a, b = words(a), words(b)
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else float(not a and not b)


def pandoc(source, filter_path):
    """Its text, mathematics between U+27E6 and U+27E7. It runs where no \\input finds a file: leat reads none either"""
    run = subprocess.run(["timeout", "60", "pandoc", "-f", "latex", "-t", "plain", "--wrap=none", "--quiet", "-L", filter_path],
                         input=source.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/")
    return run.stdout.decode("utf-8", "replace") if run.returncode == 0 else None


def pylatexenc(source):
    try:
        from pylatexenc.latex2text import LatexNodes2Text
    except ImportError:
        return None
    at = source.find("\\begin{document}")
    try:
        return LatexNodes2Text(math_mode="verbatim").latex_to_text(source[at:])
    except Exception:
        return None


def without_math(text):
    return MATH.sub(" ", text)


def verbatim_of(source):
    found = [m.group(2) for m in VERBATIM.finditer(source)] + [m.group(2) for m in VERB.finditer(source)]
    return sorted({line.strip() for s in found for line in s.splitlines() if line.strip()}, key=len, reverse=True)


def markup_left(text, source, other):
    for s in verbatim_of(source)[:2000]:
        text = text.replace(s, " ")
    text = without_math(text)
    left = collections.Counter(MARKUP.findall(text)) - collections.Counter(MARKUP.findall(other))
    return sorted(t for t in left if not is_typeset(t, source))


def is_typeset(token, source):
    """Whether the source sets the token as text: \\textbackslash name, \\string\\name, \\cs{name}, |\\name|, \\{"""
    if token in ("{", "}", "$"):
        return "\\" + token in source or "\\textbrace" in source
    name = re.escape(token.lstrip("\\"))
    return re.search(r"(backslash|char92|\\bs|\\bslash|\\string|\\detokenize)\W{0,6}%s|\\\w*(cs|cmd|com|cn|macro|command|verb|code)\w*\*?\W{1,3}%s"
                     r"|\|[^|\n]*\\%s" % (name, name, name), source) is not None


def judge(job):
    path, ours, filter_path = job
    source = path.read_bytes()
    try:
        source = source.decode()
    except UnicodeDecodeError:
        source = source.decode("cp1252", "replace")
    with_math = pandoc(source, filter_path)
    plain = with_math and re.sub("\u27e6.*?\u27e7", " ", with_math, flags=re.S)
    if not plain or sum(words(plain).values()) < 300:
        return None
    other = pylatexenc(source) if len(source) < 300000 else None
    text = without_math(ours)
    return {"path": str(path), "words": sum(words(plain).values()), "f1": f1(text, plain), "f1_math": f1(ours, with_math),
            "f1_pylatexenc": f1(text, without_math(other)) if other is not None else None,
            "left": markup_left(ours, source, with_math)}


def report(name, rows):
    if not rows:
        return
    values = lambda key: [r[key] for r in rows if r[key] is not None]
    figures = "  ".join(f"{label} {statistics.fmean(values(key)):.4f}/{statistics.median(values(key)):.4f}"
                        for label, key in [("pandoc", "f1"), ("with math", "f1_math"), ("pylatexenc", "f1_pylatexenc")] if values(key))
    left = sum(1 for r in rows if r["left"])
    print(f"{name:28s} {len(rows):4d} documents  F1 mean/median: {figures}  markup left {left} ({100 * left / len(rows):.1f}%)", flush=True)


def main():
    args = sys.argv[1:]
    option = lambda name: args.pop(args.index(name) + 1) if name in args else None
    results, limit = option("--results"), option("--limit")
    folders = [pathlib.Path(a) for a in args if not a.startswith("--")]
    rows = []
    for folder in folders:
        paths = sorted(p for p in folder.rglob("*.tex") if b"\\begin{document}" in p.read_bytes() and p.stat().st_size < 600000)
        paths = paths[::max(1, len(paths) // int(limit))] if limit else paths
        run = subprocess.run(["leat-ingest", "-q", "--format", "latex", *map(str, paths)], stdout=subprocess.PIPE, check=True)
        texts = {d["metadata"]["path"]: d["text"] for d in map(json.loads, run.stdout.splitlines())}
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as f, concurrent.futures.ThreadPoolExecutor(2) as pool:
            f.write(FILTER)
            f.flush()
            some = [r for r in pool.map(judge, [(p, texts.get(str(p), ""), f.name) for p in paths]) if r]
        report(folder.name, some)
        rows += some
    report("all", rows)
    if results:
        pathlib.Path(results).write_text("".join(json.dumps(r) + "\n" for r in rows))


main()
