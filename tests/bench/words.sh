#!/usr/bin/env bash
# words.sh: words and sentences beside spaCy's, datatrove's, dolma's and DCLM's (uniseg): documents with equal words, the
# causes of those that differ, MB/s of both on one core; then datatrove's splitters of other languages.
# MB: megabytes of English text (default 64, which with single sentences makes 5,900 documents).
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
venv=$BENCH_DIR/venv-words
if ! "$venv/bin/python" -c 'import spacy, datatrove, uniseg, jieba, pythainlp, sudachipy, indicnlp' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install spacy==3.8.18 datatrove==0.10.1 uniseg==0.10.1 jieba==0.42.1 pythainlp==5.4.0 sudachipy==0.7.0 \
        sudachidict-core indic-nlp-library==0.92
fi
corpus "${MB:-64}"
unpacked lang-lingua text-zh-wikipedia text-ja-aozora text-de-novels
lib=$LEAT_BIN/../lib
gcc -O2 -std=gnu11 -I. -D_GNU_SOURCE -c -o "$BENCH_DIR/words.o" tests/bench/words.c
# shellcheck disable=SC2046
g++ -pthread -o "$BENCH_DIR/words" "$BENCH_DIR/words.o" "$lib/libfilter.a" "$lib/libcommon.a" \
    $(pkg-config --libs libzstd zlib libdeflate libisal liblzma liblz4 libarchive libpcre2-8 libxxhash yaml-0.1 icu-uc simdjson) -lbz2
machine
taskset -c 0 "$venv/bin/python" tests/bench/words_compare.py "$BENCH_DIR/words" "$BENCH_DIR/corpus-${MB:-64}.jsonl" "$BENCH_DIR/data" "$BENCH_DIR"
