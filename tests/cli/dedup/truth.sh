# shellcheck shell=bash
# What the benchmark of deduplication measures against: dedup_pairs' pairs and dedup_stream's planted duplicates.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py pairs=$LEAT_BUILD/bench/dedup_pairs stream=$LEAT_BUILD/bench/dedup_stream score=$LEAT_ROOT/tests/bench/dedup_score.py

# prefix filtering against comparing all with all, in Python, as tuples of strings
python3 "$near" make 400 5 >docs.jsonl
for j in 0.3 0.5 0.8 1; do
    python3 "$near" pairs docs.jsonl $j >want
    "$pairs" pairs docs.jsonl $j >got
    same "pairs of J >= $j" want got
done
"$pairs" pairs docs.jsonl 0.5 >half
check "there were pairs" [ "$(wc -l <half)" -gt 500 ]

# a thousand bands of one row find all of them, one band of a thousand rows only the same sets
"$pairs" bands docs.jsonl half 2 1024x1 1x1024 >table
is "bands: all pairs are in a bin" "$(awk 'NR > 1 { n += $2 } END { print n }' table)" "$(wc -l <half)"
is "bands: all are found" "$(awk 'NR > 1 && ($3 < 1 || $4 < 1)' table)" ""
is "bands: unlike ones are not" "$(awk 'NR > 1 && $1 < .95 && ($5 > 0 || $6 > 0)' table)" ""

# the score, on what can be counted by hand: a=b, b~c at .8, d alone
cat >four.jsonl <<'J'
{"id":"a","text":"t"}
{"id":"b","text":"t"}
{"id":"c","text":"t"}
{"id":"d","text":"t"}
J
printf '0\t1\t1\n1\t2\t0.8\n0\t2\t0.7\n' >four.pairs
printf 'a\nc\nd\n' >right
printf 'c\nd\n' >false
printf 'b\ta\t1.000000\nc\ta\t0.700000\nc\tb\t0.810000\n' >right.found
printf 'a\nb\nc\nd\n' >nothing
python3 "$score" four.jsonl four.pairs 0.8 right false nothing | tail -3 | tr -s ' ' >scores
is "score" "$(cat scores)" "right 1 1.00000 1.00000 0.00000 1.00000 3 2
false 2 0.50000 1.00000 0.00000 1.00000 - -
nothing 0 - 0.00000 0.50000 0.00000 - -"

# the stream: the same for a seed, however long; planted pairs as alike as it says
"$stream" make 6000000 3 >stream.jsonl 2>made
"$stream" make 2000000 3 2>/dev/null >shorter
"$stream" make 2000000 4 2>/dev/null >other
check "the same seed, the same stream" cmp -s -n "$(stat -c %s shorter)" shorter stream.jsonl
check "another seed, another one" [ "$(head -1 shorter)" != "$(head -1 other)" ]
is "documents and bytes" "$(cat made)" "$(wc -l <stream.jsonl) $(stat -c %s stream.jsonl)"
cat >stated.py <<'PY'
import json, sys
exec(open(sys.argv[1], encoding="utf-8").read().split("if sys.argv[1]")[0])
sets, planted, low, most = {}, 0, 0, 0.0
for line in open("stream.jsonl"):
    d = json.loads(line)
    sets[d["id"]] = grams(d["text"])
    of = d.get("metadata", {}).get("duplicate_of")
    if not of: continue
    planted += 1
    low += jaccard(sets[d["id"]], sets[of]) < d["metadata"]["jaccard_at_least"] or d["metadata"]["jaccard_at_least"] < 0.85
print("#", planted, "planted", low, "less alike than stated")
sys.exit(planted < 10 or low > 0)
PY
check "planted duplicates are as alike as stated" python3 stated.py "$near"
"$pairs" pairs stream.jsonl 0.1 | cut -f1,2 | sort >alike
jq -r 'select(.metadata) | [.metadata.duplicate_of[2:], .id[2:]] | @tsv' stream.jsonl | sort >planted
# two that repeat the same one are alike, too
is "all planted pairs are alike" "$(comm -13 alike planted)" ""
check "and few others" [ "$(comm -23 alike planted | wc -l)" -lt 5 ]

# judged NAME STATUS: of ./kept
judged() { exits "$1" "$2" sh -c "'$stream' check 3 made <kept"; }
cp stream.jsonl kept
judged "check: nothing removed" 0
is "… is said" "$(grep -c ', 0 removed' out)" "$(grep -c planted out)"
leat-dedup minhash --keep first -q -o kept stream.jsonl
judged "check: minhash" 0
is "… finds all exact ones" "$(sed -n 's/^exact: .*, //p' out)" 1.00000
sed 5d stream.jsonl >kept
judged "check: a document that repeats none" 1
says "… is named" err "s-4 was removed"
cp docs.jsonl kept
judged "check: another stream" 1
cp stream.jsonl kept
: >made
judged "check: a stream that was not read to its end" 1
says "… is said so" err "not read to its end"
