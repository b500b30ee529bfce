# shellcheck shell=bash
# leat dedup simhash: against fingerprints made and compared one by one in Python, and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
first() { leat-dedup simhash --keep first "$@"; } # of files the best would stay: best.sh

slow=$LEAT_ROOT/tests/cli/dedup/simhash.py

# golden
cat >small.jsonl <<'J'
{"id":"a","text":"one two three four five six seven eight nine ten","n":1.0}
{"id":"b","text":"One, two, three four FIVE six seven eight nine - ten!"}
{"id":"c","text":"alpha beta gamma delta epsilon zeta eta theta iota kappa"}
{"id":"d","text":""}
{"id":"e","text":" ?! "}
{"id":"f","text":""}
J
exits "simhash" 0 first --pairs pairs.tsv --rejects rejects.jsonl --stats stats.json small.jsonl
is "kept" "$(jq -r .id out | tr '\n' ' ')" "a c d e "
is "kept lines keep their bytes" "$(grep -cxFf small.jsonl out)" 4
is "pairs" "$(tr '\t\n' ' ;' <pairs.tsv)" "b a 0;f d 0;"
is "rejects" "$(jq -c 'select(.id == "b") | .metadata.drop' rejects.jsonl)" \
    '{"stage":"dedup","rule":"near-duplicate","value":{"of":"a","distance":0}}'
is "ledger" "$(jq -c '[.balanced, .records.kept, .records.dropped["near-duplicate"].records, .extra.survivors]' stats.json)" '[true,4,2,4]'
exits "--distance 0" 0 first --distance 0 small.jsonl
is "… the same words" "$(jq -r .id out | tr '\n' ' ')" "a c d e "

# by comparing all with all survivors
python3 "$slow" make 400 7 >docs.jsonl
for how in '3 5' '0 5' '1 2' '5 1' '8 1'; do
    read -r bits ngram <<<"$how"
    python3 "$slow" drop docs.jsonl "$bits" "$ngram" >want
    first -q --distance "$bits" --ngram "$ngram" --pairs got docs.jsonl >kept
    same "--distance $bits --ngram $ngram: as by comparing all" want got
    is "--distance $bits --ngram $ngram: the others are kept" "$(jq -r .id kept)" "$(comm -23 <(jq -r .id docs.jsonl | sort) <(cut -f1 got | sort) | sort -V)"
done
is "there were all distances" "$(cut -f3 got | sort -u | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 "

# true, the same whatever the threads, the CPU, the files
exits "by default" 0 first -t1 --pairs p1 --rejects r1 --stats stats.json docs.jsonl
cp out k1
first -q --distance 3 --ngram 3 docs.jsonl >a
same "… 3 bits, 3 words" k1 a
is "balanced" "$(jq .balanced stats.json)" true
is "rejects are the pairs' documents" "$(jq -r .id r1)" "$(cut -f1 p1)"
is "… and name the same" "$(jq -r '.metadata.drop.value | "\(.of) \(.distance)"' r1)" "$(cut -f2,3 p1 | tr '\t' ' ')"
is "kept and rejects are all" "$(cat k1 r1 | jq -r .id | sort)" "$(jq -r .id docs.jsonl | sort)"
is "survivors and state are in the ledger" "$(jq -c '[.extra.survivors == .records.kept, .extra.pairs_verified > 100, .extra.state_bytes > 1000]' stats.json)" '[true,true,true]'
for t in 2 8; do
    first -q -t$t --pairs p$t --rejects r$t docs.jsonl -o k$t
    same "-t$t: kept" k1 k$t
    same "-t$t: pairs" p1 p$t
    same "-t$t: rejects" r1 r$t
done
for simd in plain avx2 avx512; do
    LEAT_SIMD=$simd first -q --pairs p docs.jsonl -o k
    same "$simd: kept" k1 k
    same "$simd: pairs" p1 p
done
split -n l/4 docs.jsonl part.
first -q part.* >a
same "several files" k1 a
first -q k1 >a
same "again changes nothing" k1 a
first -q --framed docs.jsonl | leat-dedup exact -q >a
leat-dedup exact -q k1 >b
same "a framed pipe" a b

# memory
python3 -c '
import json
for i in range(20000): print(json.dumps({"id": f"number {i}", "text": f"{i}"}))' >many.jsonl
exits "--memory too small" 1 first --memory 1M -o m.out --pairs m.pairs --rejects m.rejects many.jsonl
says "says what to give" err "--memory"
is "--memory too small: nothing is left" "$(ls m.out m.pairs m.rejects 2>/dev/null)" ""
exits "--memory enough" 0 first --memory 16M many.jsonl
is "--memory enough: all there" "$(wc -l <out)" 20000

# ids
printf '%s\n' '{"id":"x","text":"one"}' '{"id":"x","text":"two"}' >ids.jsonl
exits "an id twice" 3 first ids.jsonl
says "names the mend" err "--allow-duplicate-ids"
exits "--allow-duplicate-ids" 0 first --allow-duplicate-ids ids.jsonl

# mistakes
exits "distance too large" 2 first --distance 9 docs.jsonl
exits "distance below 0" 2 first --distance=-1 docs.jsonl
exits "ngram 0" 2 first --ngram 0 docs.jsonl
exits "ngram too long" 2 first --ngram 33 docs.jsonl
exits "bad option" 2 first --no-such-option
for o in threshold=0.5 profile=14x8 seed=2; do
    exits "minhash's --${o%=*}" 2 first "--$o" docs.jsonl
    says "says whose it is" err "simhash takes no --${o%=*}, which is for minhash"
done
exits "its own --distance" 2 leat-dedup minhash --distance 3 docs.jsonl
says "says whose it is" err "minhash takes no --distance, which is for simhash"

# edges
: >empty
exits "empty input" 0 first empty
check "empty output" [ ! -s out ]
zstd -q docs.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 first cut.zst -o cut.out --pairs cut.pairs
check "truncated input: nothing committed" [ ! -e cut.out -a ! -e cut.pairs ]
first -q --framed docs.jsonl | head -c 100000 >cut.framed
exits "a cut framed pipe" 3 first cut.framed -o cut.out
check "a cut framed pipe commits nothing" [ ! -e cut.out ]
first -q docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
first -q docs.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141
