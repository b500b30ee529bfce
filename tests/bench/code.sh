#!/usr/bin/env bash
# code.sh: leat code beside a bare ts_parser_parse_string of the same files with the same library and grammars, interleaved, RUNS times, in
# CPU seconds of one thread (others may use this machine). leat's include reading and writing JSONL, finding the language and the licence,
# and looking at the tree. Files: Python from /usr/lib/python3*, C headers from /usr/include, JavaScript from /usr/lib/node_modules and /usr/share where there is some, up to CODE_MB each.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
runs=${RUNS:-5} mb=${CODE_MB:-10} grammars=${LEAT_GRAMMARS:-build/deps/grammars}
machine
unpacked code-ruff-python
gcc -O2 -std=gnu11 -D_GNU_SOURCE -o "$BENCH_DIR/code-bare" tests/bench/code.c -ltree-sitter -ldl
# files NAME LANGUAGE FIND-ARGS…: $BENCH_DIR/code-NAME.list and .jsonl
files() {
    local name=$1 language=$2
    shift 2
    find "$@" -type f -size -512k 2>/dev/null | sort >"$BENCH_DIR/code-$name.all"
    python3 - "$BENCH_DIR/code-$name" "$language" "$mb" <<'PY'
import json, sys
base, language, room = sys.argv[1], sys.argv[2], float(sys.argv[3]) * 1e6
with open(base + ".list", "w") as names, open(base + ".jsonl", "w") as docs:
    for path in open(base + ".all").read().splitlines():
        try: text = open(path, encoding="utf-8", newline="").read()
        except (OSError, UnicodeDecodeError): continue
        room -= len(text.encode())
        if room < 0: break
        names.write(path + "\n")
        docs.write(json.dumps({"id": path, "text": text, "metadata": {"path": path, "language_code": language}}, ensure_ascii=False) + "\n")
PY
}
user_seconds() { # COMMAND…: user + system seconds
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}
compare() { # NAME LANGUAGE OPTION…
    local name=$1 language=$2 bytes i
    shift 2
    : >"$BENCH_DIR/bare"
    : >"$BENCH_DIR/leat"
    for ((i = 0; i < runs; i++)); do
        "$BENCH_DIR/code-bare" "$language" "$grammars" "$BENCH_DIR/code-$name.list" >"$BENCH_DIR/bare.out"
        cut -d' ' -f1 "$BENCH_DIR/bare.out" >>"$BENCH_DIR/bare"
        user_seconds leat-code -q -t1 "$@" "$BENCH_DIR/code-$name.jsonl" >>"$BENCH_DIR/leat"
    done
    bytes=$(cut -d' ' -f2 "$BENCH_DIR/bare.out")
    awk -v n="$name $*" -v b="$bytes" -v p="$(median <"$BENCH_DIR/bare")" -v l="$(median <"$BENCH_DIR/leat")" \
        'BEGIN { printf "%-44s %5.1f MB  bare %5.1f MB/s  leat code %5.1f MB/s  %.2f of bare\n", n, b / 1e6, b / p / 1e6, b / l / 1e6, p / l }'
}
files python python /usr/lib/python3 /usr/lib/python3.[0-9]* -name '*.py'
files headers c /usr/include -name '*.h'
files javascript javascript /usr/lib/node_modules /usr/share -name "*.js"
files ruff python "$BENCH_DIR"/data/ruff* -name "*.py"
for kind in "python python" "headers c" "javascript javascript" "ruff python"; do
    # shellcheck disable=SC2086
    compare $kind --max-error-ratio 1
    # shellcheck disable=SC2086
    compare $kind
    # shellcheck disable=SC2086
    compare $kind --keep-valid
    # shellcheck disable=SC2086
    compare $kind --max-error-ratio 1 --annotate
done
