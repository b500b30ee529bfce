# shellcheck shell=bash
# leat dedup exact: equal bytes, equal words; and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
first() { leat-dedup exact --keep first "$@"; } # of files the best would stay: best.sh

near=$LEAT_ROOT/tests/cli/dedup/near.py

# golden
cat >small.jsonl <<'J'
{"id":"a","text":"The mill.","extra":1.50}
{"id":"b","text":"the MILL"}
{"id":"c","text":"The mill.","metadata":{"k":[1, 2]}}
{"id":"d","text":""}
{"id":"e","text":""}
{"id":"f","text":"!!!"}
{"id":"g","text":"???"}
{ "id" : "h" , "text" : "The mill." }
{"id":"i","text":"the river"}
J
exits "exact" 0 first --pairs pairs.tsv --rejects rejects.jsonl --stats stats.json small.jsonl
is "exact: kept" "$(jq -r .id out | tr '\n' ' ')" "a b d f g i "
is "exact: kept lines keep their bytes" "$(grep -cxFf small.jsonl out)" 6
is "exact: pairs" "$(tr '\t\n' ' ;' <pairs.tsv)" "c a 1.000000;e d 1.000000;h a 1.000000;"
is "exact: rejects" "$(jq -c '[.id, .metadata.drop]' rejects.jsonl | tr '\n' ' ')" \
    '["c",{"stage":"dedup","rule":"exact-duplicate","value":{"of":"a","similarity":1}}] ["e",{"stage":"dedup","rule":"exact-duplicate","value":{"of":"d","similarity":1}}] ["h",{"stage":"dedup","rule":"exact-duplicate","value":{"of":"a","similarity":1}}] '
is "exact: the rest of a reject is unchanged" "$(jq -c 'select(.id == "c") | del(.metadata.drop)' rejects.jsonl)" '{"id":"c","text":"The mill.","metadata":{"k":[1,2]}}'
is "exact: ledger" "$(jq -c '[.balanced, .records.in, .records.kept, .records.dropped["exact-duplicate"].records, .extra.survivors]' stats.json)" '[true,9,6,3,6]'
printf '%s\n' '{"id":"a","text":"x"}' '{"id":"a","text":"x"}' '{"id":"a","text":"y"}' '{"text":"1"}' '{"text":"2"}' >twice.jsonl
exits "an id of two texts" 3 first -o twice.out twice.jsonl
says "an id of two texts is named" err 'id "a" twice'
check "…and nothing is written" test ! -e twice.out
exits "--allow-duplicate-ids" 0 first --allow-duplicate-ids --stats stats2.json twice.jsonl
is "--allow-duplicate-ids: kept and counted" "$(wc -l <out) $(jq .extra.repeated_ids stats2.json)" "4 1"
exits "--normalize" 0 first --normalize --pairs pairs.tsv small.jsonl
is "--normalize: kept" "$(jq -r .id out | tr '\n' ' ')" "a d f g i "
is "--normalize: pairs" "$(cut -f1,2 pairs.tsv | tr '\t\n' ' ;')" "b a;c a;e d;h a;"
printf '%s\n' '{"id":"t\tab\\n","text":"x"}' '{"id":"new\nline","text":"x"}' >ids.jsonl
first -q --pairs pairs.tsv ids.jsonl >/dev/null
is "--pairs keeps its lines whole" "$(cat pairs.tsv)" 'new\nline	t\tab\\n	1.000000'

# against a set in Python, and the same for every -t
python3 "$near" make 3000 1 | jq -c '.text |= .[:12]' >docs.jsonl
cat docs.jsonl docs.jsonl >twice.jsonl
python3 -c '
import json
seen = set()
for line in open("twice.jsonl", encoding="utf-8"):
    t = json.loads(line)["text"]
    if t not in seen: print(line, end="")
    seen.add(t)' >want
exits "twice" 0 first -t1 --rejects r1 --pairs p1 --stats stats.json twice.jsonl
same "as a set of texts gives" want out
is "twice: balanced" "$(jq .balanced stats.json)" true
is "twice: rejects and kept are all" "$(cat out r1 | wc -l)" 6000
for t in 2 8; do
    first -q -t$t --rejects r$t --pairs p$t twice.jsonl -o k$t
    same "-t$t: kept" want k$t
    same "-t$t: rejects" r1 r$t
    same "-t$t: pairs" p1 p$t
done
split -n l/3 twice.jsonl part.
first -q part.* >a
same "several files" want a
first -q twice.jsonl -o k.zst && zstd -dqc k.zst >a
same ".zst" want a
first -q --framed docs.jsonl | first -q >a
first -q docs.jsonl >b
same "a framed pipe; again changes nothing" a b
first -q --limit 3000 twice.jsonl >a
same "--limit" a b

# memory
python3 -c 'for i in range(40000): print("{\"id\":\"%d\",\"text\":\"%d\"}" % (i, i))' >many.jsonl
exits "--memory too small" 1 first --memory 1M -o small.out --pairs small.pairs --rejects small.rejects \
    many.jsonl
says "says what to give" err "--memory"
is "--memory too small: nothing is left" "$(ls small.out small.pairs small.rejects 2>/dev/null)" ""
exits "--memory enough" 0 first --memory 16M -o big.out many.jsonl
is "--memory enough: all there" "$(wc -l <big.out)" 40000

# mistakes
exits "no verb" 2 leat-dedup
says "names the verbs" err minhash
exits "unknown verb" 2 leat-dedup near docs.jsonl
exits "bad option" 2 first --no-such-option
for o in threshold=0.5 profile=14x8 seed=2; do
    exits "minhash's --${o%=*}" 2 first "--$o" docs.jsonl
    says "says whose it is" err "exact takes no --${o%=*}, which is for minhash"
done
exits "--ngram of the others" 2 first --ngram 5 docs.jsonl
says "says whose it is" err "exact takes no --ngram, which is for simhash"
exits "bad memory" 2 first --memory 5Q docs.jsonl
exits "missing input" 1 first missing.jsonl
exits "pairs cannot be written" 1 first --pairs nowhere/p docs.jsonl -o n.out
check "… and there is no output" [ ! -e n.out ]
exits "pairs to /dev/full" 1 first --pairs /dev/full twice.jsonl -o n.out

# edges of the input and of the output
: >empty
exits "empty input" 0 first empty
check "empty output" [ ! -s out ]
printf '%s' '{"id":"a","text":"b"}' >nonl
exits "no newline at the end" 0 first nonl
is "… and it gets one" "$(wc -l <out)" 1
{ head -3 small.jsonl; echo 'not json'; echo '{"id":"x","text":5}'; tail -3 small.jsonl; } >damaged
exits "damaged records" 0 first --stats s.json damaged
is "damaged records are counted" "$(jq -c '[.records.damaged, .balanced]' s.json)" '[2,true]'
zstd -q twice.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 first cut.zst -o cut.out --pairs cut.pairs
check "truncated input: nothing committed" [ ! -e cut.out -a ! -e cut.pairs ]
first -q docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
python3 "$LEAT_ROOT/tests/docs.py" 2000 >long.jsonl
first -q long.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141
leat-dedup exact --keep first -q <(cat docs.jsonl; sleep 30) -o never.jsonl --pairs never.tsv &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
check "kill -9 leaves no half file" [ ! -e never.jsonl -a ! -e never.tsv ]
