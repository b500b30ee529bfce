# shellcheck shell=bash
# leat filter's decisions on documents made here, beside those that datatrove 0.10.1, dolma 1.2.1 and mlfoundations/dclm made on the same documents
# (recorded with tests/bench/filter_peer.py).
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$LEAT_ROOT/tests/cli/filter
python3 "$here/recorded_docs.py" 1000 >docs.jsonl
for p in gopher-repetition=rep gopher-quality=qual c4=c4 c4-paragraph=para fineweb=fineweb gopher-repetition,gopher-quality,c4,fineweb=chain; do
    check "${p%=*}: every decision is datatrove's" python3 "$here/decisions.py" docs.jsonl "$here/recorded.jsonl" 1 "$p"
done
check "the order of presets is the published one" python3 "$here/decisions.py" docs.jsonl "$here/recorded.jsonl" 1 \
    fineweb,c4,gopher-quality,gopher-repetition=chain
check "dolma's taggers: every value" python3 "$here/dolma_values.py" docs.jsonl "$here/recorded_dolma.jsonl"

check "dclm: every decision on quality and lines" python3 "$here/decisions.py" docs.jsonl "$here/recorded_dclm.jsonl" 1 \
    dclm:gopher-quality=qual dclm:refinedweb-lines=lines

check "dclm: every decision on repetition" python3 "$here/decisions.py" docs.jsonl "$here/recorded_dclm.jsonl" 1 \
    dclm:gopher-repetition=rep

# The accounts of edits, the same bytes for any -t, and the same rule from --annotate
leat-filter -q --preset fineweb-2024 --stats s.json --rejects r docs.jsonl -o k
is "edits: the ledger balances" "$(jq .balanced s.json)" true
is "edits: what was removed is in text - dropped - written" "$(jq '[.text.removed[].text_bytes] | add' s.json)" \
    "$(jq '.text.in - .text.written - ([.records.dropped[].text_bytes] | add)' s.json)"
for t in 2 8; do
    leat-filter -q --preset fineweb-2024 -t$t --rejects r$t docs.jsonl -o k$t
    same "edits: -t$t: kept" k k$t
    same "edits: -t$t: rejects" r r$t
done
leat-filter -q --preset fineweb-2024 --annotate docs.jsonl -o annotated
jq -r 'select(.metadata.filter_rule) | .id + " " + .metadata.filter_rule' annotated >a
jq -r '.id + " " + .metadata.drop.rule' r >b
same "the annotated rule is the one that drops" a b
jq -c 'del(.metadata)' annotated >a
jq -c 'del(.metadata)' docs.jsonl >b
same "--annotate edits nothing" a b
leat-filter -q --preset gopher-repetition,gopher-quality docs.jsonl >a
grep -vxFf docs.jsonl a >b
check "without edits every kept line is one of the input's" [ ! -s b ]
leat-filter -q --preset c4 --set too_few_sentences=off docs.jsonl --rejects r >a
is "rejects hold the text as it came" "$(grep -cvxFf <(jq -r .text docs.jsonl | sort -u) <(jq -r .text r))" 0
