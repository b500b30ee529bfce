#!/usr/bin/env bash
# ingest.sh: leat ingest beside FastWARC, resiliparse, warcio and trafilatura: from a .warc.gz of real pages to JSON lines on one
# core; large pages as they are, and small ones. RUNS rounds; ONLY=resiliparse,trafilatura: those peers. Blocklists and URLs besides.
# Gets the peers from PyPI into build/bench/venv.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
runs=${RUNS:-5} mb=${INGEST_MB:-80} small_mb=${INGEST_SMALL_MB:-20}
venv=$BENCH_DIR/venv
if ! "$venv/bin/python" -c 'import fastwarc, resiliparse, warcio, trafilatura' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install --disable-pip-version-check 'fastwarc==2.0.*' 'resiliparse==2.0.*' 'warcio==1.8.*' 'trafilatura==2.3.*' lxml_html_clean ||
        { echo "ingest: skipped, the peers do not install from PyPI" && exit 0; }
fi
unpacked web-wcxb
compgen -G "$BENCH_DIR/data/*wcxb*" >/dev/null || { echo "ingest: skipped, no web-wcxb in $DATA" && exit 0; }
machine
"$venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -iE '^(fastwarc|resiliparse|warcio|trafilatura|lxml) ' | tr -s ' ' | paste -sd, | sed 's/,/, /g'
python3 "$here/pack_warc.py" "$BENCH_DIR"/data/*wcxb* "$BENCH_DIR/pages.warc.gz" "$mb"
python3 "$here/pack_warc.py" "$BENCH_DIR"/data/*wcxb* "$BENCH_DIR/small.warc.gz" "$small_mb" 10000 30000
python3 "$here/ingest_speed.py" "$venv/bin/python" "$runs" "$BENCH_DIR/pages.warc.gz" "$BENCH_DIR/small.warc.gz"
"$here/urls.sh"
