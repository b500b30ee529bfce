#!/usr/bin/env bash
# leat lm beside KenLM: its lmplz trains, its Python binding scores. English of the C4 sample and Wikipedia, a fiftieth of the
# lines held out. Rounds are interleaved; times are of the processor, since other work on the machine then disturbs less.
# LM_ORDERS="3 5"; RUNS rounds. KenLM comes from PyPI; lmplz is built from the same sources with cmake, where Boost is there.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd) root=$(cd "$here/../.." && pwd)
runs=${RUNS:-5}
dir=$(mkdir -p "$BENCH_DIR/lm" && cd "$BENCH_DIR/lm" && pwd)
venv=$BENCH_DIR/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! "$venv/bin/python" -c 'import kenlm' 2>/dev/null; then
    "$venv/bin/pip" -q install --disable-pip-version-check setuptools wheel
    "$venv/bin/pip" -q install --disable-pip-version-check --no-build-isolation kenlm==0.3.0 || echo "lm: kenlm does not install from PyPI"
fi
lmplz=$dir/build/bin/lmplz
if [ ! -x "$lmplz" ]; then
    ("$venv/bin/pip" -q download --disable-pip-version-check --no-deps --no-build-isolation --no-binary kenlm -d "$dir" kenlm==0.3.0 &&
        tar -xzf "$dir"/kenlm-0.3.0.tar.gz -C "$dir" && cmake -S "$dir/kenlm-0.3.0" -B "$dir/build" -DCMAKE_BUILD_TYPE=Release &&
        make -C "$dir/build" -j2 lmplz build_binary) >"$dir/build.log" 2>&1 || echo "lm: lmplz does not build (cmake, libboost-*-dev): see $dir/build.log"
fi
if [ ! -e "$dir/train.txt" ]; then
    corpus 120
    python3 - "$BENCH_DIR/corpus-120.jsonl" "$dir" <<'P'
import json, sys
seen, lines = set(), []
for row in open(sys.argv[1]):
    text = json.loads(row)["text"]
    if text not in seen:
        seen.add(text)
        lines += [l for l in (" ".join(l.split()) for l in text.split("\n")) if l]
for name, part in ("held.txt", lines[::50]), ("train.txt", [l for i, l in enumerate(lines) if i % 50]):
    open(f"{sys.argv[2]}/{name}", "w").write("\n".join(part) + "\n")
P
fi
# shellcheck disable=SC2046
gcc -O2 -std=gnu11 -D_GNU_SOURCE -I"$root" -c -o "$dir/lm.o" "$here/lm.c"
# shellcheck disable=SC2046
g++ -pthread -o "$dir/lm" "$dir/lm.o" "$LEAT_BIN/../lib/libfilter.a" "$LEAT_BIN/../lib/libcommon.a" \
    $(pkg-config --libs libzstd libdeflate libisal liblzma liblz4 libarchive libpcre2-8 libxxhash yaml-0.1 icu-uc simdjson zlib) -lbz2
machine
tokens=$(($(wc -w <"$dir/train.txt") + $(wc -l <"$dir/train.txt")))
echo "train: $tokens tokens; held out: $(wc -w <"$dir/held.txt") words"
measure() { # NAME COMMAND…: processor and wall seconds, peak memory
    local name=$1
    shift
    # shellcheck disable=SC2016
    python3 -c 'import os, resource, subprocess, sys, time
name, tokens, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
start = time.monotonic()
subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = u.ru_utime + u.ru_stime
print(f"{name}: {cpu:.2f} s of processor, {time.monotonic() - start:.2f} s, {tokens / cpu / 1e6:.2f} M tokens/s of processor, peak {u.ru_maxrss / 1024:.0f} MiB")' "$name" "$tokens" "$@"
}
for order in ${LM_ORDERS:-3 5}; do
    for _ in $(seq $(((runs + 1) / 2))); do
        measure "leat lm train --order $order" leat-lm train -q --text --order "$order" "$dir/train.txt" -o "$dir/leat$order.arpa"
        [ ! -x "$lmplz" ] || measure "lmplz -o $order" "$lmplz" -o "$order" -S 4G -T "$dir" --text "$dir/train.txt" --arpa "$dir/kenlm$order.arpa"
    done
    measure "leat lm train --order $order --memory 256M" leat-lm train -q --text --order "$order" --memory 256M "$dir/train.txt" -o "$dir/small.arpa"
    cmp "$dir/small.arpa" "$dir/leat$order.arpa" && echo "the same model with --memory 256M"
    leat-lm convert -q "$dir/leat$order.arpa" -o "$dir/leat$order.blm"
    for m in leat kenlm; do
        [ ! -e "$dir/$m$order.arpa" ] || leat-lm score -q -m "$dir/$m$order.arpa" --text "$dir/held.txt" |
            awk -F'\t' -v m="$m" '{ l += $1; n += $3 + 1 } END { printf "perplexity of the held-out text, trained by %s: %.4f\n", m, 10 ^ (-l / n) }'
    done
    "$venv/bin/python" -c 'import kenlm' 2>/dev/null || continue
    model=$dir/leat$order.arpa
    [ ! -x "$dir/build/bin/build_binary" ] || { "$dir/build/bin/build_binary" probing "$model" "$dir/kenlm.bin" >/dev/null 2>&1 && model=$dir/kenlm.bin; }
    "$venv/bin/python" "$here/lm_agree.py" "$model" "$dir/held.txt" leat-lm score -q -m "$dir/leat$order.blm" --text --tokens
    for _ in $(seq "$runs"); do
        echo "KenLM, order $order: $("$venv/bin/python" "$here/lm_kenlm.py" "$model" "$dir/held.txt" 11 2>/dev/null)"
        echo "leat, order $order: $("$dir/lm" "$dir/leat$order.blm" "$dir/held.txt" 11)"
    done
done
