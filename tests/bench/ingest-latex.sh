#!/usr/bin/env bash
# ingest-latex.sh: how near leat ingest's text of LaTeX comes to that of pandoc and pylatexenc, on the Stacks project and on what
# Debian's TeX Live documentation has as LaTeX. Installs pandoc; pylatexenc goes into a virtual environment.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PACKS=${PACKS:-texlive-publishers-doc texlive-science-doc texlive-humanities-doc texlive-lang-english texlive-lang-french texlive-latex-extra-doc}
command -v pandoc >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pandoc; } >/dev/null
python=$BENCH_DIR/latex-venv/bin/python
[ -x "$python" ] || { python3 -m venv "$BENCH_DIR/latex-venv" && "$python" -m pip install -q pylatexenc==2.11; }
unpacked text-en-math-latex
folders=()
[ -d "$BENCH_DIR/data/en-math-latex-stacks" ] && folders+=("$BENCH_DIR/data/en-math-latex-stacks")
for pack in $PACKS; do
    dir=$BENCH_DIR/tex/$pack
    if [ ! -d "$dir" ]; then
        mkdir -p "$dir"
        (cd "$dir" && apt-get download -qq "$pack" && dpkg-deb --fsys-tarfile "$pack"_*.deb | tar -x --wildcards '*/doc/*.tex' '*/doc/*.tex.gz'; rm -f "$pack"_*.deb)
        find "$dir" -name '*.tex.gz' -exec gunzip {} +
    fi
    folders+=("$dir")
done
machine
pandoc --version | head -1
"$python" "$here/ingest_latex.py" "${folders[@]}" --results "$BENCH_DIR/ingest-latex.jsonl" "$@"
