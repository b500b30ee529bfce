#!/usr/bin/env bash
# dedup_stream.sh [GB [COMMAND…]]: pipes GB (2) of made documents (dedup_stream.c) through COMMAND (leat dedup minhash --keep earliest --memory 1G),
# nothing of it on disk; every second its memory and the size of its files are taken. Says which planted duplicates it
# removed, and whether others; fails on those. WARM: the share of the stream (.2) after which memory should be flat. STREAM_SEED.
# As `make bench-dedup_stream`: GB=2 and COMMAND from the environment.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
set -o pipefail
gb=${1:-${GB:-2}} seed=${STREAM_SEED:-1} warm=${WARM:-0.2} stream=$LEAT_BIN/../bench/dedup_stream work=$BENCH_DIR/dedup_stream
if [ $# -gt 1 ]; then command=("${@:2}"); else read -ra command <<<"${COMMAND:-leat dedup minhash --keep earliest --memory 1G}"; fi
rm -rf "$work"
mkdir -p "$work/tmp"
export TMPDIR=$work/tmp
machine
echo "${command[*]}; $gb GB, seed $seed"

# of a process: bytes of memory, of files (open ones, and named ones in $TMPDIR), of its input so far; whether the stream has ended
sample() {
    local rss read open named
    rss=$(awk '/^VmRSS/ { print $2 * 1024 }' "/proc/$1/status" 2>/dev/null) || return
    read=$(awk '/^rchar/ { print $2 }' "/proc/$1/io" 2>/dev/null) || return
    open=$(stat -Lc '%F %s' "/proc/$1/fd/"* 2>/dev/null | awk '/^regular/ { n += $NF } END { printf "%.0f", n }')
    named=$(find "$TMPDIR" -type f -printf '%s\n' 2>/dev/null | awk '{ n += $1 } END { printf "%.0f", n }')
    [ -n "$rss" ] && echo "$rss $((open > named ? open : named)) $read $([ -s "$work/made" ] && echo 1 || echo 0)"
}
from=$(date +%s%N)
# shellcheck disable=SC2094
"$stream" make "$(awk -v g="$gb" 'BEGIN { printf "%.0f", g * 1e9 }')" "$seed" 2>"$work/made" |
    bash -c 'echo $$ >"$0"; exec "$@"' "$work/pid" "${command[@]}" 2>"$work/log" |
    "$stream" check "$seed" "$work/made" >"$work/report" 2>"$work/complaints" &
pipeline=$!
while kill -0 $pipeline 2>/dev/null; do
    [ -s "$work/pid" ] && sample "$(cat "$work/pid")" >>"$work/samples"
    sleep "${EVERY:-1}"
done
status=0
wait $pipeline || status=$?
to=$(date +%s%N)
tail -3 "$work/log"
cat "$work/complaints" "$work/report"
awk -v ns=$((to - from)) -v b="$(cut -d' ' -f2 "$work/made")" 'BEGIN { printf "%.1f s, %.0f MB/s of wall time\n", ns / 1e9, b / ns * 1e3 }'
python3 - "$work/samples" "$warm" <<'PY'
import statistics, sys
rows = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
warm, stream = float(sys.argv[2]), [row for row in rows if not row[3]]
flat = [row[0] for row in stream if row[2] >= warm * stream[-1][2]]
middle = statistics.median(flat)
print(f"memory while the stream came, after {warm} of it, {len(flat)} samples: least {min(flat) / 1e6:.1f} MB, median {middle / 1e6:.1f}, most {max(flat) / 1e6:.1f} "
      f"({min(flat) / middle - 1:+.1%}, {max(flat) / middle - 1:+.1%}); at most {max(row[0] for row in rows) / 1e6:.1f} MB before and after; files at most "
      f"{max(row[1] for row in rows) / 1e6:.1f} MB")
PY
exit $status
