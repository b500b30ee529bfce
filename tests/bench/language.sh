#!/usr/bin/env bash
# language.sh: the language of sentences in 75 languages (lang-lingua), and of whole articles: right, and how fast, beside CLD2's Python binding
# (pycld2) and py3langid. MB of text a CPU second on one core, interleaved, medians of RUNS rounds.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0") venv=$BENCH_DIR/venv
if ! "$venv/bin/python" -c 'import pycld2, py3langid' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install --disable-pip-version-check pycld2 py3langid || { echo "language: skipped, the peers do not install from PyPI" && exit 0; }
fi
unpacked lang-lingua text-en-wikipedia
compgen -G "$BENCH_DIR/data/*lingua*" >/dev/null || { echo "language: skipped, no lang-lingua in $DATA" && exit 0; }
machine
libs=$(dirname "$LEAT_BIN")/lib
# shellcheck disable=SC2046
gcc -O2 -D_GNU_SOURCE -I"$here/../.." -o "$BENCH_DIR/detect" "$here/language/detect.c" "$libs/libfilter.a" "$libs/libcommon.a" \
    $(pkg-config --libs icu-uc libxxhash simdjson yaml-0.1 libpcre2-8) -Wl,--no-as-needed -lcld2_full -Wl,--as-needed -lcld2 -lstdc++ -lm
python3 "$here/language/compare.py" "$venv/bin/python" "$BENCH_DIR/detect" "$BENCH_DIR"/data/*lingua* "$BENCH_DIR"/data/*wikipedia* "${RUNS:-5}"
