# shellcheck shell=bash
# leat ingest: LaTeX: files, entries of archives, what is known of a paper, what is not there.
. "$LEAT_ROOT/tests/lib.sh"

cat >paper.tex <<'EOF_TEX'
\documentclass[11pt]{article}
\newcommand{\R}{\mathbb{R}}
\newtheorem{thm}{Theorem}
\title{On G\"odel}\author{A. B. \and C. D.}\date{May 2020}
\begin{document}
\maketitle
\begin{abstract}We show it.\end{abstract}
\section{Introduction}\label{sec:i}
See~\cite{x} for $x \in \R$.\footnote{A note.} % remark
\begin{thm}[Main] Let
\begin{equation}\label{e} a = b \end{equation}
\end{thm}
\input{rest}
\begin{thebibliography}{1}\bibitem{x} X.\end{thebibliography}
\end{document}
EOF_TEX
cat >want <<'EOF_TXT'
We show it.

Introduction

See for $x \in \mathbb{R}$.

A note.

Theorem (Main). Let
\begin{equation} a = b \end{equation}
EOF_TXT
exits "a file" 0 leat-ingest --stats stats.json paper.tex
jq -r .text out >got
same "its text" want got
is "what is known of it" "$(jq -c '[.source, .metadata]' out)" \
    '["latex",{"path":"paper.tex","charset":"utf-8","title":"On Gödel","author":"A. B., C. D.","date":"May 2020"}]'
is "files that \\input names are counted" "$(jq -c '[.extra["latex-input"], .balanced]' stats.json)" '[1,true]'
leat-ingest -q <paper.tex >stdin.out
is "told by its first bytes" "$(jq -r .text stdin.out)" "$(cat want)"
is "--format latex" "$(printf '%s' 'a \emph{b}' | leat-ingest -q --format latex | jq -r .text)" 'a b'
is "--format text keeps the source" "$(leat-ingest -q --format text paper.tex | jq -r .text)" "$(cat paper.tex)"
printf '\\documentclass{a}\\begin{document}caf\351 na\357ve' >latin.tex
is "in another encoding" "$(leat-ingest -q latin.tex | jq -c '[.text, .metadata.charset]')" '["café naïve","windows-1252"]'
printf '\\documentclass{a}\\begin{document}\\vspace{1cm}\\end{document}' >empty.tex
exits "nothing in it" 0 leat-ingest --stats stats.json empty.tex
is "is skipped" "$(jq -c '[.records.skipped["empty-text"].records, .balanced]' stats.json)" '[1,true]'

mkdir -p src/sec
cp paper.tex src/main.tex
printf 'Only \\emph{this}.\n' >src/sec/rest.tex
printf '\\ProvidesPackage{x}\n' >src/x.sty
tar -czf src.tar.gz --sort=name src
exits "an archive of sources" 0 leat-ingest --stats stats.json src.tar.gz
is "its files" "$(jq -rc '[.metadata.path, .text[0:12]]' out | tr '\n' ' ')" \
    '["src/main.tex","We show it.\n"] ["src/sec/rest.tex","Only this."] ["src/x.sty","\\ProvidesPac"] '
is "its account" "$(jq -c '[.records.kept, .balanced]' stats.json)" '[3,true]'

for i in $(seq 300); do cp paper.tex "p$i.tex"; done
leat-ingest -q -t1 p*.tex >one
leat-ingest -q -t8 p*.tex >eight
same "the same with any number of threads" one eight
check "closed pipe" bash -c 'leat-ingest -q p*.tex | head -1 >/dev/null'
gzip -c paper.tex | head -c 200 >cut.tex.gz
exits "a file that was cut" 3 leat-ingest cut.tex.gz

# each macro ten of the one before
python3 - >bomb.tex <<'PY'
print(r"\documentclass{a}\def\a{lol }", end="")
for c in "bcdefghij":
    print(r"\def\%s{%s}" % (c, (r"\%s " % chr(ord(c) - 1)) * 10), end="")
print(r"\begin{document}\j\end{document}")
PY
exits "a bomb of macros" 0 timeout 20 leat-ingest bomb.tex
check "it stays small" test "$(stat -c %s out)" -lt 3000000

# ---- real text: no markup outside mathematics and verbatim
real="LaTeX of the Stacks project: no markup is left"
if [ -x "$LEAT_DATA/unpack" ] && "$LEAT_DATA/unpack" -d data text-en-math-latex >/dev/null 2>&1; then
    leat-ingest -q data/*/*.tex >stacks.jsonl
    is "$real" "$(python3 - <<'PY'
import json, re
left = words = 0
for line in open("stacks.jsonl"):
    d = json.loads(line)
    t = d["text"]
    if d["metadata"]["path"].endswith("coding.tex"):
        continue  # on writing LaTeX: it shows some
    t = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$|\$[^$]*\$|\\\[.*?\\\]|\\\(.*?\\\)", " ", t, flags=re.S)
    left += len(re.findall(r"\\[a-zA-Z]+|[{}]", t))
    words += len(t.split())
print("clean" if left == 0 and words > 2000000 else "left %d of %d words" % (left, words))
PY
)" clean
else
    skip "$real" "needs text-en-math-latex of the shared data"
fi
