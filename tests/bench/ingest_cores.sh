#!/usr/bin/env bash
# ingest_cores.sh: one large .warc.gz (WCXB's pages, a gzip member each, four times over: 1.7 GB of HTML) on one core and on two,
# interleaved, beside two programs with half of it each (what the machine allows); the same through a pipe, where one thread reads;
# peak memory of many threads.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
runs=${CORES_RUNS:-5} times=${CORES_TIMES:-4}
unpacked web-wcxb
pages=${PAGES:-$BENCH_DIR/data/web-wcxb}
half=$BENCH_DIR/half.warc.gz file=$BENCH_DIR/mega.warc.gz
python3 "$(dirname "$0")/pack_warc.py" "$pages" "$BENCH_DIR/pages.warc.gz" 1000
[ -e "$file" ] || {
    for ((i = 0; i < times / 2; i++)); do cat "$BENCH_DIR/pages.warc.gz"; done >"$half"
    cat "$half" "$half" >"$file"
}
bytes=$(($(cat "$BENCH_DIR/pages.warc.gz.html-bytes") * (times / 2) * 2))
on_one() { taskset -c 0 leat-ingest -q -t1 "$@" "$file"; }
on_two() { leat-ingest -q -t2 "$@" "$file"; }
piped() { leat-ingest -q -t2 "$@" <"$file"; }
apart() {
    for cpu in 0 1; do taskset -c $cpu leat-ingest -q -t1 "$@" "$half" & done
    wait
}
machine
cat "$file" >/dev/null
for extract in main all; do
    rm -f "$BENCH_DIR"/cores.*
    for _ in $(seq "$runs"); do
        for how in on_one on_two apart piped; do seconds $how --extract $extract >>"$BENCH_DIR/cores.$how"; done
    done
    for how in on_one on_two apart piped; do
        awk -v b="$bytes" -v how=$how -v x=$extract -v one="$(median <"$BENCH_DIR/cores.on_one")" -v t="$(median <"$BENCH_DIR/cores.$how")" \
            'BEGIN { printf "--extract %-5s%-8s%7.2f s  %6.0f MB/s of HTML  %.2f times one core\n", x, how, t, b / t / 1e6, one / t }'
    done
done
for t in 1 2 4 8 16; do
    leat-ingest -q -t$t --stats "$BENCH_DIR/stats.json" "$file" >/dev/null
    printf 'peak RSS at -t%-3s%s MB\n' $t "$(($(jq .peak_rss_bytes "$BENCH_DIR/stats.json") / 1000000))"
done
