#!/usr/bin/env bash
# Writing and reading shards, from page cache: MB of tokens per second into a directory (with every fsync), tokens per second
# out of shuffled windows on one core.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
tokens=${TOKENS:-200000000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$root"
# shellcheck disable=SC2046
gcc -O2 -std=gnu11 -I. -D_GNU_SOURCE -c -o "$dir/shards.o" tests/bench/shards.c
# shellcheck disable=SC2046
g++ -pthread -o "$dir/shards" "$dir/shards.o" "$LEAT_BIN/../lib/libshards.a" "$LEAT_BIN/../lib/libcommon.a" \
    $(pkg-config --libs libzstd libdeflate libisal liblzma liblz4 libarchive libpcre2-8 libxxhash yaml-0.1 icu-uc simdjson zlib) -lbz2
"$dir/shards" make "$tokens" >"$dir/a.ltok"
for round in 1 2; do
    start=$(date +%s.%N)
    taskset -c 0 "$LEAT_BIN/leat-shard" -q -t1 --force -o "$dir/d" --mix pipelines/mix-default.yaml "$dir/a.ltok"
    end=$(date +%s.%N)
    awk "BEGIN {printf \"write, round $round: %.0f MB of tokens per second\n\", 2e-6 * $tokens / ($end - $start)}"
done
taskset -c 0 "$dir/shards" read "$dir/d" 2048
