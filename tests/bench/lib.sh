# shellcheck shell=bash
# lib.sh: what the benchmarks share. DATA: the real data sets; LEAT_BIN: the tools. Figures go to docs/benchmarks.md by hand,
# with the date, the machine and the command.
set -eu
export PATH="$LEAT_BIN:$PATH" LC_ALL=C.UTF-8
BENCH_DIR=${BENCH_DIR:-build/bench}
mkdir -p "$BENCH_DIR"
BENCH_DIR=$(cd "$BENCH_DIR" && pwd)
export BENCH_DIR

machine() {
    printf 'date %s; %s; %s cores; %s\n' "$(date +%F)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
        "$(leat --version 2>/dev/null || true)"
}
# unpacked NAME…: real data sets under $BENCH_DIR/data, once
unpacked() {
    for set in "$@"; do
        if [ ! -e "$BENCH_DIR/data/.$set" ] && [ -x "$DATA/unpack" ]; then
            mkdir -p "$BENCH_DIR/data"
            "$DATA/unpack" -d "$BENCH_DIR/data" "$set" >/dev/null && touch "$BENCH_DIR/data/.$set"
        fi
    done
}
# corpus MB: $BENCH_DIR/corpus-MB.jsonl
corpus() {
    unpacked text-en-c4-sample text-en-wikipedia
    [ -e "$BENCH_DIR/corpus-$1.jsonl" ] ||
        python3 "$(dirname "${BASH_SOURCE[0]}")/corpus.py" "$BENCH_DIR/data" "$BENCH_DIR/corpus-$1.jsonl" "$1"
}
# seconds COMMAND…: wall time of one run, output thrown away
seconds() {
    local from to
    from=$(date +%s%N)
    "$@" >/dev/null
    to=$(date +%s%N)
    awk -v n=$((to - from)) 'BEGIN { printf "%.4f\n", n / 1e9 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
