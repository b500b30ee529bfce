#!/usr/bin/env bash
# Megatron-LM's own IndexedDataset over leat's shards, and its own builder's bytes beside leat's. Gets numpy and the megatron-core
# wheel (2.5 MB, without its dependencies) from PyPI; says why it cannot, and ends well, where there is no PyPI.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ltok=$(cd "$LEAT_BIN/.." && pwd)/unit/shards/ltok
[ -x "$ltok" ] || { echo "skipped: $ltok is not built; run make units"; exit 0; }
export PATH=$LEAT_BIN:$PATH
cd "$dir"
if ! { python3 -m venv v && v/bin/pip -q install numpy && v/bin/pip -q download --no-deps -d dl megatron-core==0.16.1; } >pip.log 2>&1; then
    echo "skipped: no megatron-core from PyPI: $(tail -1 pip.log)"
    exit 0
fi
unzip -qo dl/*.whl megatron/core/datasets/indexed_dataset.py
python3 "$root/tests/cli/shards/shard.py" lines 3000 5 >docs.tsv
for vocabulary in 1000 65499 65500 128256; do
    width=$((vocabulary > 65536 ? 4 : 2))
    "$ltok" $width $vocabulary 999 7 <docs.tsv | leat-shard -q -o "d$vocabulary" --shard-size 200000
    v/bin/python "$root/tests/bench/shards_megatron.py" megatron/core/datasets/indexed_dataset.py "d$vocabulary"
done
