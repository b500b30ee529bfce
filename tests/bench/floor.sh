#!/usr/bin/env bash
# floor.sh: the floor under every stage: a filter without rules (each record parsed, checked, written unchanged) from the page
# cache to /dev/null on one core and on two, interleaved, beside two programs that share nothing but the memory bus (each half
# of the bytes: what the machine allows); start-up time; memory on a 10-GB stream.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
mb=${FLOOR_MB:-600} times=${FLOOR_TIMES:-4} runs=${FLOOR_RUNS:-9} stream_gb=${FLOOR_STREAM_GB:-10}
corpus "$mb"
file=$BENCH_DIR/corpus-$mb.jsonl
: >"$BENCH_DIR/none.yaml"
null() { leat-filter -q --rules "$BENCH_DIR/none.yaml" "$@"; }
# many N OPTION…: the corpus N times over
many() {
    local n=$1 inputs=()
    shift
    for ((i = 0; i < n; i++)); do inputs+=("$file"); done
    null "$@" "${inputs[@]}"
}
on_one() { taskset -c 0 "$BASH" -c "$(declare -f null many); file=$file; many $times -t1"; }
on_two() { many "$times" -t2; }
apart() {
    for cpu in 0 1; do taskset -c $cpu "$BASH" -c "$(declare -f null many); file=$file; many $((times / 2)) -t1" & done
    wait
}
machine
cat "$file" >/dev/null
bytes=$(($(stat -c %s "$file") * times))
rm -f "$BENCH_DIR"/t[12] "$BENCH_DIR/ratio" "$BENCH_DIR/ceiling"
for _ in $(seq "$runs"); do
    a=$(seconds on_one)
    b=$(seconds on_two)
    c=$(seconds apart)
    echo "$a" >>"$BENCH_DIR/t1"
    echo "$b" >>"$BENCH_DIR/t2"
    awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f\n", a / b }' >>"$BENCH_DIR/ratio"
    awk -v a="$a" -v c="$c" 'BEGIN { printf "%.2f\n", a / c }' >>"$BENCH_DIR/ceiling"
done
range() { sort -n "$1" | sed -n '1p;$p' | paste -sd '|' | sed 's/|/ to /'; }
awk -v b="$bytes" -v one="$(median <"$BENCH_DIR/t1")" -v two="$(median <"$BENCH_DIR/t2")" \
    'BEGIN { printf "null filter: one core %.2f GB/s, two cores %.2f GB/s\n", b / one / 1e9, b / two / 1e9 }'
echo "two cores over one: $(median <"$BENCH_DIR/ratio") ($(range "$BENCH_DIR/ratio"));" \
    "two programs of one thread each: $(median <"$BENCH_DIR/ceiling") ($(range "$BENCH_DIR/ceiling"))"
python3 - <<'PY'
import glob, os, statistics, subprocess, time
def median_ms(cmd, n=100):
    times = []
    for _ in range(n):
        t = time.perf_counter()
        subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(1e3 * (time.perf_counter() - t))
    return statistics.median(times)
base = median_ms(["/bin/true"])
print(f"start to end of /bin/true: {base:.2f} ms; of the tools on empty input or --version:")
empty = {"leat-filter": ["--preset", "gopher-quality"], "leat-ingest": ["--format", "jsonl"], "leat-code": [], "leat-dedup": ["exact"]}
for path in sorted(glob.glob(os.environ["LEAT_BIN"] + "/leat*")):
    name = os.path.basename(path)
    args = [path] + empty.get(name, ["--version"])
    print(f"  {name:16s} {median_ms(args):6.2f} ms  {' '.join(args[1:])}")
PY
for ((i = 0; i < stream_gb * 1000 / mb; i++)); do cat "$file"; done |
    /usr/bin/env python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print("peak RSS on the stream: %.1f MB" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))' \
        leat-filter -q --rules "$BENCH_DIR/none.yaml"
