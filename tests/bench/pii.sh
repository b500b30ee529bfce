#!/usr/bin/env bash
# pii.sh: personal data, word lists and decontamination beside datatrove, presidio and dolma: MB of text/s on one core, and
# precision and recall by kind on presidio's labelled texts. Gets the peers from PyPI into build/bench/venv.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
venv=$BENCH_DIR/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
# peer MODULE PACKAGE…: installed if it is not there
peer() {
    "$venv/bin/python" -c "import $1" 2>/dev/null || timeout 600 "$venv/bin/pip" -q install --disable-pip-version-check "${@:2}" ||
        echo "pii: without $1, which does not install from PyPI"
}
peer datatrove,spacy,nltk,regex 'datatrove==0.10.1' 'spacy==3.8.*' nltk regex
peer presidio_analyzer 'presidio-analyzer==2.2.*'
peer xxhash xxhash
[ -x "$BENCH_DIR/venv-dolma/bin/python" ] || python3 -m venv "$BENCH_DIR/venv-dolma" # its pins do not go with the others'
"$BENCH_DIR/venv-dolma/bin/python" -c 'import dolma' 2>/dev/null ||
    timeout 600 "$BENCH_DIR/venv-dolma/bin/pip" -q install --disable-pip-version-check 'dolma==1.2.*' || echo "pii: without dolma, which does not install from PyPI"
unpacked text-en-c4-sample pii-presidio inst-gsm8k inst-humaneval inst-llm-foundry-eval list-ldnoobw
data=$BENCH_DIR/data
[ -e "$data/en-c4-sample/c4.jsonl" ] || { echo "pii: skipped, no text-en-c4-sample in $DATA" && exit 0; }
machine
"$venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -iE '^(datatrove|presidio-analyzer|dolma|spacy) ' | tr -s ' ' | paste -sd, | sed 's/,/, /g'
python3 "$here/plant.py" "$data" >"$BENCH_DIR/planted.jsonl"
python3 - "$BENCH_DIR" 30 <<'PY'
import json, sys
folder, copies = sys.argv[1], int(sys.argv[2])
texts = [json.loads(line)["text"] for line in open(folder + "/data/en-c4-sample/c4.jsonl")]
open(folder + "/docs.nul", "w").write("\0".join(texts * copies))
PY
lib=$LEAT_BIN/../lib
gcc -O2 -std=gnu11 -I. -D_GNU_SOURCE -c -o "$BENCH_DIR/screen.o" tests/bench/screen.c
# shellcheck disable=SC2046
g++ -pthread -o "$BENCH_DIR/screen" "$BENCH_DIR/screen.o" "$lib/libfilter.a" "$lib/libcommon.a" \
    $(pkg-config --libs libpsl libzstd zlib libdeflate libisal liblzma liblz4 libarchive libpcre2-8 libxxhash yaml-0.1 icu-uc simdjson) -lbz2
for simd in '' plain; do
    echo "leat, one core${simd:+, LEAT_SIMD=$simd}:"
    LEAT_SIMD=$simd taskset -c 0 "$BENCH_DIR/screen" "$BENCH_DIR/docs.nul" "$data/ldnoobw/en" "$data/gsm8k/test.jsonl"
done
taskset -c 0 "$BENCH_DIR/screen" "$BENCH_DIR/docs.nul" "$data/ldnoobw/en" "$data/gsm8k/test.jsonl" "$data"/humaneval/*.gz "$data"/llm-foundry-eval/* | sed -n '1p;/overlap/p'
python3 "$here/pii_score.py" docs "$data/pii-presidio/synth_dataset_v2.json" >"$BENCH_DIR/presidio.jsonl"
leat filter -q --pii all --pii-action annotate "$BENCH_DIR/presidio.jsonl" >"$BENCH_DIR/found.jsonl"
echo "leat on presidio's texts: kind, labels, precision, recall, both ends exact"
python3 "$here/pii_score.py" score "$data/pii-presidio/synth_dataset_v2.json" "$BENCH_DIR/found.jsonl"
for one in datatrove_pii datatrove_decont presidio; do
    taskset -c 0 "$venv/bin/python" "$here/pii_peers.py" "$data" "$BENCH_DIR/planted.jsonl" $one
done
taskset -c 0 "$BENCH_DIR/venv-dolma/bin/python" "$here/pii_peers.py" "$data" "$BENCH_DIR/planted.jsonl" dolma
