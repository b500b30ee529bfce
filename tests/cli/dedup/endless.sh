# shellcheck shell=bash
# leat dedup exact, minhash --index bloom: none is missed, few are taken for repeated that are not.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py

python3 -c '
import json, random
rng = random.Random(1)
texts = ["text number %d %d" % (rng.randrange(10**12), i) for i in range(10000)]
for i in range(20000): print(json.dumps({"id": "i%d" % i, "text": rng.choice(texts[:i // 2 + 1]) if i % 2 else texts[i // 2]}))' >docs.jsonl
cat >judge.py <<'E'
"""judge.py KEPT: duplicates that were kept; firsts that went."""
import json, sys
kept, seen, missed, false = {json.loads(l)["id"] for l in open(sys.argv[1])}, set(), 0, 0
for line in open("docs.jsonl"):
    d = json.loads(line)
    if d["id"] in kept: missed += d["text"] in seen
    else: false += d["text"] not in seen
    seen.add(d["text"])
print(missed, false)
E
for how in "1e-6 2" "0.01 130" "0.1 1300"; do
    read -r fp most <<<"$how"
    exits "exact, --fp $fp" 0 leat-dedup exact -q -t1 --index bloom --expected 10000 --fp "$fp" --rejects r --stats s.json docs.jsonl
    read -r missed false <<<"$(python3 judge.py out)"
    is "… no duplicate is missed" "$missed" 0
    check "… wrong are $false, at most $most" [ "$false" -le "$most" ]
    is "… kept and rejects are all, with their bytes" "$(cat out r | wc -l) $(grep -cvxFf docs.jsonl out)" "20000 0"
    is "… balanced" "$(jq -c '[.balanced, .extra.survivors == .records.kept, .records.dropped["exact-duplicate"].records == .records.in - .records.kept]' s.json)" '[true,true,true]'
done
check "… and some were wrong" [ "$false" -gt 0 ]
is "rejects" "$(head -1 r | jq -c .metadata.drop)" '{"stage":"dedup","rule":"exact-duplicate","value":1}'
cp out k1
for t in 2 8; do
    leat-dedup exact -q -t$t --index bloom --expected 10000 --fp 0.1 docs.jsonl >k
    same "-t$t" k1 k
done
leat-dedup exact -q --index bloom --expected 10000 --fp 0.1 <docs.jsonl >k
same "a pipe" k1 k
leat-dedup exact -q --index bloom --expected 10000 --fp 0.1 k1 >k
same "again changes nothing" k1 k
printf '%s\n' '{"id":"a","text":"The mill."}' '{"id":"b","text":"the  MILL"}' >small.jsonl
is "exact compares bytes" "$(leat-dedup exact -q --index bloom --expected 10 small.jsonl | wc -l)" 2
is "--normalize words" "$(leat-dedup exact -q --normalize --index bloom --expected 10 small.jsonl | wc -l)" 1
exits "more than expected" 0 leat-dedup exact --index bloom --expected 100 docs.jsonl
says "… is said" err "--expected 100"

# minhash: whatever shares a band goes; so all with the same shingles do, and few that are alike in nothing
python3 "$near" make 600 7 >near.jsonl
exits "minhash" 0 leat-dedup minhash -q -t1 --index bloom --expected 600 --fp 0.001 --rejects r --stats s.json near.jsonl
cp out k1
is "minhash: kept and rejects are all" "$(cat out r | jq -r .id | sort)" "$(jq -r .id near.jsonl | sort)"
is "minhash: balanced" "$(jq -c '[.balanced, .extra.survivors == .records.kept]' s.json)" '[true,true]'
python3 "$near" drop near.jsonl 1 | cut -f1 | sort >same
python3 "$near" drop near.jsonl 0.9 | cut -f1 | sort >alike
jq -r .id r | sort >gone
is "minhash: no repetition stays" "$(comm -23 same gone | wc -l)" 0
check "minhash: nearly nothing that is very much alike does" [ "$(comm -23 alike gone | wc -l)" -le $(($(wc -l <alike) / 25)) ]
python3 "$near" drop near.jsonl 0.3 | cut -f1 | sort >little
check "minhash: nearly nothing goes that is like nothing" [ "$(comm -13 little gone | wc -l)" -le 3 ]
for how in "-t8" plain; do
    case $how in -*) simd='' ;; *) simd=$how how='' ;; esac
    # shellcheck disable=SC2086
    LEAT_SIMD=$simd leat-dedup minhash -q $how --index bloom --expected 600 --fp 0.001 near.jsonl >k
    same "minhash ${how:-$simd}" k1 k
done

# mistakes
exits "no --expected" 2 leat-dedup exact --index bloom docs.jsonl
says "… is asked for" err "--expected"
bloom=(--index bloom --expected 10)
for o in "--pairs p" "--clusters c" "--keep best" "--prefer-score s" "--prefer-source a"; do
    # shellcheck disable=SC2086
    exits "exact $o" 2 leat-dedup exact "${bloom[@]}" $o docs.jsonl
    says "exact $o: says why" err "it takes no --"
done
exits "simhash" 2 leat-dedup simhash "${bloom[@]}" docs.jsonl
exits "--expected without --index bloom" 2 leat-dedup exact --expected 10 docs.jsonl
exits "--fp 0" 2 leat-dedup exact "${bloom[@]}" --fp 0 docs.jsonl
exits "more than --memory" 2 leat-dedup exact --index bloom --expected 1000000000000 -o o docs.jsonl
says "… says what to give" err "--memory"

# edges
: >empty
exits "empty input" 0 leat-dedup exact "${bloom[@]}" empty
check "empty output" [ ! -s out ]
zstd -q docs.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 leat-dedup exact -q --index bloom --expected 10000 -o o cut.zst
is "… is partial" "$(ls o o.partial 2>/dev/null)" o.partial
{ head -3 near.jsonl; echo 'not json'; } >damaged
exits "damaged records" 0 leat-dedup minhash "${bloom[@]}" --stats s.json damaged
is "… are counted" "$(jq -c '[.records.damaged, .balanced]' s.json)" '[1,true]'
leat-dedup exact -q "${bloom[@]}" docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
