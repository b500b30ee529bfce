# shellcheck shell=bash
# leat dedup minhash: against all pairs compared in Python, and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
first() { leat-dedup minhash --keep first "$@"; } # of files the best would stay: best.sh

near=$LEAT_ROOT/tests/cli/dedup/near.py

# golden
cat >small.jsonl <<'J'
{"id":"a","text":"one two three four five six seven eight nine ten","n":1.0}
{"id":"b","text":"One, two, three four FIVE six seven eight nine - ten!"}
{"id":"c","text":"one two three four five six seven eight nine"}
{"id":"d","text":"alpha beta gamma delta epsilon zeta eta theta iota kappa"}
{"id":"e","text":""}
{"id":"f","text":" ?! "}
{"id":"g","text":""}
J
exits "minhash" 0 first --pairs pairs.tsv --rejects rejects.jsonl --stats stats.json small.jsonl
is "kept" "$(jq -r .id out | tr '\n' ' ')" "a d e f "
is "kept lines keep their bytes" "$(grep -cxFf small.jsonl out)" 4
is "pairs" "$(tr '\t\n' ' ;' <pairs.tsv)" "b a 1.000000;c a 0.833333;g e 1.000000;"
is "rejects" "$(jq -c 'select(.id == "c") | .metadata.drop' rejects.jsonl)" \
    '{"stage":"dedup","rule":"near-duplicate","value":{"of":"a","similarity":0.8333333333333334}}'
is "ledger" "$(jq -c '[.balanced, .records.kept, .records.dropped["near-duplicate"].records, .extra.survivors]' stats.json)" '[true,4,3,4]'
exits "--threshold reached exactly" 0 first --profile 64x1 --threshold 0.8333333333333333 small.jsonl
is "… drops" "$(jq -r .id out | tr '\n' ' ')" "a d e f "
exits "--threshold just missed" 0 first --profile 64x1 --threshold 0.8334 small.jsonl
is "… keeps" "$(jq -r .id out | tr '\n' ' ')" "a c d e f "
exits "--ngram" 0 first --ngram 12 small.jsonl
is "--ngram: longer than the text: one shingle" "$(jq -r .id out | tr '\n' ' ')" "a c d e f "

# With 64 bands of one row every pair of J >= .5 is proposed: the result is that of comparing all with all survivors.
python3 "$near" make 1000 7 >docs.jsonl
for j in 0.5 0.8 0.95 1; do
    python3 "$near" drop docs.jsonl $j >want.$j
    first -q --profile 64x1 --threshold $j --pairs got.$j docs.jsonl >kept.$j
    same "--threshold $j: as by comparing all" want.$j got.$j
    is "--threshold $j: the others are kept" "$(jq -r .id kept.$j)" "$(comm -23 <(jq -r .id docs.jsonl | sort) <(cut -f1 got.$j | sort) | sort -V)"
done
check "there were likenesses of all degrees" [ "$(wc -l <want.0.5)" -gt "$(wc -l <want.0.8)" -a "$(wc -l <want.0.8)" -gt "$(wc -l <want.0.95)" \
    -a "$(wc -l <want.0.95)" -gt "$(wc -l <want.1)" -a "$(wc -l <want.1)" -gt 50 ]

# A chain: neighbours are alike, ends are not. Each dropped one is like the one it is dropped for.
python3 -c '
import json
w = ["w%d" % i for i in range(4000)]
for i in range(150): print(json.dumps({"id": str(i), "text": " ".join(w[20 * i:20 * i + 200])}))' >chain.jsonl
python3 "$near" drop chain.jsonl 0.8 >want
first -q --profile 64x1 --pairs got chain.jsonl >a
same "a chain is not pulled together" want got
is "a chain: every other stays" "$(wc -l <a)" 75

# usual profile: true, the same whatever the threads, the CPU, the files
exits "14x8" 0 first -t1 --pairs p1 --rejects r1 --stats stats.json docs.jsonl
cp out k1
check "every removal is true" python3 "$near" verify docs.jsonl p1 0.8
is "balanced" "$(jq .balanced stats.json)" true
is "rejects are the pairs' documents" "$(jq -r .id r1)" "$(cut -f1 p1)"
is "… and name the same" "$(jq -r .metadata.drop.value.of r1)" "$(cut -f2 p1)"
is "kept and rejects are all" "$(cat k1 r1 | jq -r .id | sort)" "$(jq -r .id docs.jsonl | sort)"
is "survivors and state are in the ledger" "$(jq -c '[.extra.survivors == .records.kept, .extra.pairs_verified > 100, .extra.state_bytes > 1000]' stats.json)" '[true,true,true]'
check "nearly all is found" [ "$(wc -l <p1)" -gt $(($(wc -l <want.0.8) * 95 / 100)) ]
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
first -q --seed 2 --pairs p docs.jsonl >a
check "--seed: other candidates, true as well" python3 "$near" verify docs.jsonl p 0.8

# memory
python3 "$near" make 2500 8 >more.jsonl
exits "--memory too small" 1 first --memory 1M -o m.out --pairs m.pairs --rejects m.rejects more.jsonl
says "says what to give" err "--memory"
is "--memory too small: nothing is left" "$(ls m.out m.pairs m.rejects 2>/dev/null)" ""
exits "--memory enough" 0 first --memory 16M docs.jsonl
same "--memory enough" k1 out

# mistakes
for p in 14 14x 0x8 x8 40x40 14x8x1 ' 14x8' -1x-1; do exits "bad profile '$p'" 2 first --profile "$p" docs.jsonl; done
says "shows a good one" err 14x8
exits "threshold above 1" 2 first --threshold 1.1 docs.jsonl
exits "threshold below 0" 2 first --threshold=-0.1 docs.jsonl
exits "ngram 0" 2 first --ngram 0 docs.jsonl
exits "ngram too long" 2 first --ngram 33 docs.jsonl
exits "bad option" 2 first --no-such-option
exits "exact's --normalize" 2 first --normalize docs.jsonl
says "says whose it is" err "minhash takes no --normalize, which is for exact"

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
leat-dedup minhash --keep first -q <(cat docs.jsonl; sleep 30) -o never.jsonl --pairs never.tsv &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
check "kill -9 leaves no half file" [ ! -e never.jsonl -a ! -e never.tsv ]
