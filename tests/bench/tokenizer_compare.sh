#!/usr/bin/env bash
# tokenizer_compare.sh: leat's tokenizers beside Hugging Face's tokenizers and OpenAI's tiktoken, on the data sets in $DATA: the same
# vocabularies learnt from the same texts, and the same ids for published vocabularies. Installs both into build/bench-venv.
# Given by make bench: DATA, LEAT_BIN. MB: megabytes of each text (default 4).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/bench-venv
if ! "$venv/bin/python" -c 'import tokenizers, tiktoken' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install 'tokenizers==0.22.*' 'tiktoken==0.14.*'
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$DATA/unpack" -d "$work/data" tok text-en-wikipedia text-zh-wikipedia text-de-novels text-ja-aozora code-ruff-python >&2
"$venv/bin/python" "$root/tests/bench/tokenizer_compare.py" "$work/data" "$work" "${MB:-4}"
