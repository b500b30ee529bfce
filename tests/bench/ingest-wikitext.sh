#!/usr/bin/env bash
# ingest-wikitext.sh: wikitext to text, beside WikiExtractor, mwparserfromhell and (where it is installed) pandoc: word F1 for each pair,
# and what markup each leaves. The dump is that of gensim's tests: 106 articles of the English Wikipedia of 2016; others: DUMPS="a.xml b.xml.bz2".
# Installs the converters into build/bench-venv. Given by make bench: LEAT_BIN. PANDOC: articles that pandoc converts (default 30).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/bench-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import mwparserfromhell, wikiextractor' 2>/dev/null ||
    "$venv/bin/pip" -q install 'mwparserfromhell==0.7.*' 'wikiextractor==3.1.*'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${DUMPS:-}" ]; then
    "$venv/bin/pip" -q download --no-deps --only-binary :all: -d "$work" 'gensim==4.*'
    "$venv/bin/python" -m zipfile -e "$work"/gensim-*.whl "$work/gensim"
    DUMPS="$work/enwiki.xml.bz2"
    mv "$work"/gensim/gensim/test/test_data/enwiki-latest-pages-articles1*.bz2 "$DUMPS"
fi
# shellcheck disable=SC2086
"$venv/bin/python" "$root/tests/bench/ingest_wikitext.py" "$LEAT_BIN/leat-ingest" --pandoc "${PANDOC:-30}" $DUMPS
