#!/usr/bin/env bash
# stages.sh: each stage alone on one core (-t1), from files in the page cache to /dev/null or a fresh file; medians of RUNS.
# MB are of the stage's input: HTML for ingest, JSONL or text elsewhere.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
runs=${RUNS:-5} mb=${STAGES_MB:-100}
corpus "$mb"
unpacked web-wcxb code-ruff-python
docs=$BENCH_DIR/corpus-$mb.jsonl
machine
# stage NAME BYTES COMMAND…
stage() {
    local name=$1 bytes=$2 t
    shift 2
    t=$(for _ in $(seq "$runs"); do seconds taskset -c 0 "$@"; done | median)
    awk -v n="$name" -v b="$bytes" -v t="$t" 'BEGIN { printf "%-36s %8.1f MB/s  (%.1f MB in %.2f s)\n", n, b / t / 1e6, b / 1e6, t }'
}
if [ -d "$BENCH_DIR/data/wcxb" ] || compgen -G "$BENCH_DIR/data/*wcxb*" >/dev/null; then
    python3 "$(dirname "$0")/pack_warc.py" "$BENCH_DIR"/data/*wcxb* "$BENCH_DIR/pages.warc.gz" 80
    html=$(cat "$BENCH_DIR/pages.warc.gz.html-bytes")
    stage "ingest --extract main (.warc.gz)" "$html" leat-ingest -q -t1 "$BENCH_DIR/pages.warc.gz"
    stage "ingest --extract all (.warc.gz)" "$html" leat-ingest -q -t1 --extract all "$BENCH_DIR/pages.warc.gz"
else
    echo "ingest: skipped, no web-wcxb in $DATA"
fi
size=$(stat -c %s "$docs")
text=$(jq -j .text "$docs" | wc -c)
: >"$BENCH_DIR/none.yaml"
stage "filter without rules" "$size" leat-filter -q -t1 --rules "$BENCH_DIR/none.yaml" "$docs"
stage "filter gopher-quality" "$size" leat-filter -q -t1 --preset gopher-quality "$docs"
stage "filter gopher-quality,-repetition" "$size" leat-filter -q -t1 --preset gopher-quality,gopher-repetition "$docs"
stage "dedup exact" "$size" leat-dedup exact -q -t1 "$docs"
stage "dedup simhash" "$size" leat-dedup simhash -q -t1 "$docs"
stage "dedup minhash" "$size" leat-dedup minhash -q -t1 "$docs"
leat-dedup lines -q -o "$BENCH_DIR/fresh.jsonl" "$docs" # few lines repeat in it
fresh=$(stat -c %s "$BENCH_DIR/fresh.jsonl")
stage "dedup lines" "$fresh" leat-dedup lines -q -t1 "$BENCH_DIR/fresh.jsonl"
stage "dedup lines, many repeated" "$size" leat-dedup lines -q -t1 "$docs"
stage "dedup lines --index bloom" "$fresh" leat-dedup lines -q -t1 --index bloom --expected 4000000 "$BENCH_DIR/fresh.jsonl"
stage "dedup lines --overlap 0.8 --ngram 13" "$fresh" leat-dedup lines -q -t1 --overlap 0.8 --ngram 13 "$BENCH_DIR/fresh.jsonl"
stage "dedup substring" "$fresh" leat-dedup substring -q -t1 "$BENCH_DIR/fresh.jsonl"
stage "dedup substring --min-bytes 100" "$fresh" leat-dedup substring -q -t1 --min-bytes 100 "$BENCH_DIR/fresh.jsonl"
stage "tokenizer train --vocab-size 8192" "$text" leat-tokenizer train -q -t1 --vocab-size 8192 -o "$BENCH_DIR/tokenizer.json" "$docs"
[ -e "$BENCH_DIR/tokenizer.json" ] || leat-tokenizer train -q --vocab-size 8192 -o "$BENCH_DIR/tokenizer.json" "$docs"
stage "tokenize" "$text" leat-tokenize -q -t1 -m "$BENCH_DIR/tokenizer.json" "$docs"
leat-tokenize -q -m "$BENCH_DIR/tokenizer.json" -o "$BENCH_DIR/docs.ltok" "$docs"
stage "shard (MB of tokens)" "$(stat -c %s "$BENCH_DIR/docs.ltok")" \
    sh -c "rm -rf '$BENCH_DIR/shards'; exec leat-shard -q --allow-duplicate-ids -o '$BENCH_DIR/shards' '$BENCH_DIR/docs.ltok'"
if compgen -G "$BENCH_DIR/data/*ruff*" >/dev/null; then
    python3 - "$BENCH_DIR"/data/*ruff* >"$BENCH_DIR/code.jsonl" <<'PY'
import glob, json, sys
files = sorted(glob.glob(sys.argv[1] + "/**/*.py", recursive=True))
for k in range(20):
    for f in files:
        try: print(json.dumps({"id": f"{k}/{f}", "text": open(f, encoding="utf-8", newline="").read(), "metadata": {"path": f}}))
        except UnicodeDecodeError: pass
PY
    stage "code (Python)" "$(jq -j .text "$BENCH_DIR/code.jsonl" | wc -c)" leat-code -q -t1 "$BENCH_DIR/code.jsonl"
fi
