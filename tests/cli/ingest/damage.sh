# shellcheck shell=bash
# leat ingest: damaged, cut and hostile inputs.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1

cat >make.py <<'PY'
from warcs import *
records = crawl(30)
data = members(records)
write("whole.warc.gz", data)
starts = [0]
for r in records: starts.append(starts[-1] + len(gzip.compress(r, 6, mtime=0)))
write("cut.warc.gz", data[:starts[50] + 40])
write("cut-between.warc.gz", data[:starts[50]])
write("cut-plain.warc", b"".join(records)[:sum(map(len, records[:50])) + 100])
bad = bytearray(data)
for i in (5, 20, 47): bad[starts[i] + 25] ^= 0xff
write("bad.warc.gz", bytes(bad))
write("garbage.warc.gz", data[:starts[10]] + b"this is no gzip member at all" * 3 + data[starts[10]:starts[40]] + b"\x1f\x8b\x08nonsense" + data[starts[40]:])
plain = bytearray(b"".join(records))
at = sum(map(len, records[:23]))
plain[at:at + 8] = b"XXXX/1.0"
write("bad.warc", bytes(plain))
write("offsets", " ".join(map(str, (starts[5], starts[20], starts[47]))).encode())
PY
python3 make.py
ids() { jq -r .id "$1"; }
leat-ingest -q whole.warc.gz >whole
is "whole: documents" "$(wc -l <whole)" 30

for f in cut.warc.gz cut-plain.warc; do
    exits "$f: exit 3" 3 leat-ingest --stats stats.json $f
    says "$f: says which" err "$f ends"
    ids out >got
    ids whole | head -17 | head -"$(wc -l <got)" >want
    same "$f: everything whole before the cut" want got
    check "$f: enough of it" [ "$(wc -l <got)" -ge 16 ]
    is "$f: ledger" "$(jq -c '[.truncated, .balanced, .records.damaged <= 1]' stats.json)" '[true,true,true]'
    exits "$f: exit 3 with -o" 3 leat-ingest -o out.jsonl $f
    check "$f: the output is .partial" test -s out.jsonl.partial -a ! -e out.jsonl
    rm -f out.jsonl.partial
done
exits "cut between members: cannot be known" 0 leat-ingest cut-between.warc.gz
size=$(stat -c %s whole.warc.gz)
for n in $(seq 100 997 "$size"); do
    head -c "$n" whole.warc.gz | leat-ingest -q --stats stats.json >got 2>/dev/null
    status=$?
    cmp -s <(ids got) <(ids whole | head -"$(wc -l <got)") && [ "$(jq .balanced stats.json)" = true ] && [ $status = 3 ] || echo "$n: $status"
done >bad
is "cut anywhere: a prefix and exit 3" "$(cat bad)" ""

exits "broken members: exit 0" 0 leat-ingest --stats stats.json bad.warc.gz
is "broken members are counted" "$(jq -c '[.records.damaged, .truncated, .balanced]' stats.json)" '[3,false,true]'
is "with their offsets" "$(jq -r '[.damage[].offset] | join(" ")' stats.json)" "$(cat offsets)"
comm -13 <(ids out | sort) <(ids whole | sort) >lost
check "only what they held is lost" [ "$(wc -l <lost)" -le 3 ]
is "all other records are there" "$(jq .records.in stats.json)" 91
exits "--strict: exit 3" 3 leat-ingest --strict -o strict.jsonl bad.warc.gz
says "--strict: says why" err "--strict"
check "--strict: the output is .partial" test -e strict.jsonl.partial -a ! -e strict.jsonl
exits "garbage between members" 0 leat-ingest --stats stats.json garbage.warc.gz
same "garbage costs no record" <(ids whole) <(ids out)
is "garbage is counted" "$(jq -c '[.records.damaged, .balanced]' stats.json)" '[2,true]'
exits "a record without its first line" 0 leat-ingest --stats stats.json bad.warc
is "it is counted, the others are not" "$(jq -c '[.records.damaged, .records.kept, .balanced]' stats.json)" '[1,29,true]'
leat-ingest -q -t1 bad.warc.gz garbage.warc.gz bad.warc --stats s1.json >t1 2>/dev/null
leat-ingest -q -t8 bad.warc.gz garbage.warc.gz bad.warc --stats s8.json >t8 2>/dev/null
same "damage: -t8 = -t1" t1 t8
same "damage: the same accounts" <(jq '[.records, .damage, .text]' s1.json) <(jq '[.records, .damage, .text]' s8.json)

# ---- sizes
cat >sizes.py <<'PY'
from warcs import *
big = b"<p>" + b"word " * 1000000
write("big.warc.gz", members([response(page(1)), response(big), response(page(2)), response(big[:3000000]), response(page(3)),
                              response(gzip.compress(big, mtime=0), h_Content_Encoding="gzip"), response(page(4))]))
write("bomb.warc.gz", members([response(gzip.compress(b"\0" * 100000000, mtime=0), h_Content_Encoding="gzip"), response(page(2))]))
PY
python3 sizes.py
exits "large records" 0 leat-ingest -t1 --stats stats.json big.warc.gz
is "large records: all in order" "$(jq -r '(.text | length) > 100000' out | tr '\n' ' ')" "false true false true false true false "
mv out t1
for t in 2 8; do
    leat-ingest -q -t$t big.warc.gz >t$t
    same "large records: -t$t = -t1" t1 t$t
done
exits "--max-record" 0 leat-ingest --max-record 1M --stats stats.json big.warc.gz
is "--max-record: larger ones are damaged" "$(jq -c '[.records.damaged, .records.kept, .balanced]' stats.json)" '[3,4,true]'
exits "a bomb" 0 leat-ingest --stats stats.json bomb.warc.gz
is "a bomb is damaged" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[1,1]'
check "a bomb does not fill memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 600000000 ]

# ---- nothing of it
: >empty
exits "an empty input" 0 leat-ingest empty
is "gives nothing" "$(wc -c <out)" 0
: >empty.warc.gz
exits "an empty .gz was cut" 3 leat-ingest empty.warc.gz
head -c 5000 /dev/urandom >noise
printf 'leat\0\1\2' | cat - noise >binary
exits "an unknown format" 3 leat-ingest --stats stats.json binary
says "names the mend" err "--format"
is "is damage" "$(jq .records.damaged stats.json)" 1
printf 'filedesc://x.arc 0.0.0.0 20050614070144 text/plain 77\n' >old.arc
exits "an ARC file that was cut behind its first line" 3 leat-ingest old.arc
says "says so" err "old.arc ends in the middle"
exits "noise said to be WARC" 3 leat-ingest --format warc --stats stats.json binary
is "is damage too" "$(jq -c '[.records.damaged, .balanced]' stats.json)" '[1,true]'
