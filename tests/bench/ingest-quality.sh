#!/usr/bin/env bash
# ingest-quality.sh: how much of the main content leat ingest finds on labelled pages (docs/extraction.md).
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
unpacked web-wcxb web-trafilatura-eval
if [ ! -d "$BENCH_DIR/data/wcxb-dev" ] || [ ! -d "$BENCH_DIR/data/trafilatura-eval" ]; then
    echo "ingest-quality: skipped, no web-wcxb and web-trafilatura-eval in $DATA"
    exit 0
fi
machine
python3 "$(dirname "$0")/ingest_quality.py" "$BENCH_DIR/data"
