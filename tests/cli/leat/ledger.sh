# The ledger of a real tool: valid JSON, balanced, the same for any number of threads, written after failures too.
# shellcheck shell=bash disable=SC2016
. "$LEAT_ROOT/tests/lib.sh"

pass() { leat-filter --rules none.yaml "$@"; } # a filter without rules
: >none.yaml
python3 - >docs.jsonl <<'P'
import json, random
random.seed(1)
for i in range(20000):
    if i % 97 == 3:
        print('{"id":"%d","text":' % i)
    else:
        print(json.dumps({"id": str(i), "text": "é" * random.randrange(200)}, ensure_ascii=False))
P
bytes=$(python3 -c 'import json,sys
n=0
for l in sys.stdin:
    try: n+=len(json.loads(l)["text"].encode())
    except ValueError: pass
print(n)' <docs.jsonl)

for t in 1 8; do
    exits "-t $t" 0 pass -q -t $t --sample .5 --stats stats.$t -o out.$t docs.jsonl
    jq -S 'del(.started, .seconds, .peak_rss_bytes, .threads, .arguments)' stats.$t >same.$t
done
same 'the ledger is the same for -t 1 and -t 8' same.1 same.8
check 'python reads it, without a duplicate key' python3 -c 'import json
def pairs(p):
    assert len(dict(p)) == len(p)
    return dict(p)
json.load(open("stats.1"), object_pairs_hook=pairs)'
is 'records in' "$(jq .records.in stats.1)" 20000
is 'damaged' "$(jq .records.damaged stats.1)" "$(grep -c '"text":$' docs.jsonl)"
is 'the first hundred damages' "$(jq '.damage | length' stats.1)" 100
is 'the first damage lies where the line begins' "$(jq '.damage[0].offset' stats.1)" "$(head -3 docs.jsonl | wc -c)"
is 'kept is what was written' "$(jq .records.kept stats.1)" "$(wc -l <out.1)"
is 'text in, as another program counts it' "$(jq .text.in stats.1)" "$bytes"
is 'the records balance' "$(jq '.records | .in + .created == .kept + .damaged + ([.dropped[], .skipped[]] | map(.records) | add // 0)' stats.1)" true
is 'the text balances' "$(jq '.text | .in + .added == .written + .dropped + ([.removed[].text_bytes] | add // 0)' stats.1)" true
is 'and says so' "$(jq .balanced stats.1)" true

exits 'damage under --strict' 3 pass --strict --stats strict docs.jsonl -o strict.jsonl
is 'its ledger has the status' "$(jq -c '[.exit, .truncated]' strict)" '[3,false]'
exits 'a missing file' 1 pass --stats missing nowhere.jsonl
is 'its ledger too' "$(jq .exit missing)" 1

for _ in {1..20}; do cat docs.jsonl; done >long.jsonl
(pass -q --stats pipe long.jsonl; echo $? >status) | head -1 >/dev/null
is 'a reader that leaves ends the tool by SIGPIPE' "$(cat status)" 141
is 'and the ledger is there' "$(jq .exit pipe)" 141

exits 'no half ledger' 1 pass -q --stats nowhere/stats docs.jsonl -o x.jsonl
check 'nothing of it is left' [ ! -e nowhere ]
