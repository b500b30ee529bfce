# shellcheck shell=bash
# leat dedup minhash --shingle, --signature, --compat: against Python, and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py
python3 "$near" make 600 11 | python3 -c '
import json, sys
for line in sys.stdin: # words without digits, which are all alike for datatrove, and with few marks
    d = json.loads(line)
    text = d["text"].translate({48 + i: chr(97 + i) for i in range(10)})
    d["text"] = text.replace(", ", "\n ").replace("! ", "\t").replace(" \u2014 ", "  ")
    print(json.dumps(d))' >docs.jsonl
first() { leat-dedup minhash -q --keep first "$@"; }

# characters: as sets of strings; case and white space do not count
for o in "24 0.6" "13 0.9"; do
    n=${o% *} j=${o#* }
    python3 "$near" drop docs.jsonl "$j" "$n" >want
    first --profile 128x1 --shingle characters --ngram "$n" --threshold "$j" --pairs got docs.jsonl >kept
    same "$n characters, --threshold $j: as by comparing all" want got
    check "there were some" [ "$(wc -l <want)" -gt 30 ]
done
python3 "$near" drop docs.jsonl 0.8 24 >want
first --profile 128x1 --shingle characters --pairs got docs.jsonl >kept
same "24 characters if not told" want got

# Fast Similarity Sketching finds what permutations find
python3 "$near" drop docs.jsonl 0.8 >want
first --profile 64x1 --signature fss --pairs got docs.jsonl >kept
same "--signature fss: as by comparing all" want got

# the same whatever the threads, the CPU, the way
for o in "--signature fss" "--shingle characters" "--shingle characters --signature fss --profile 20x13" "--compat datatrove"; do
    # shellcheck disable=SC2086
    first $o -t1 --pairs p1 docs.jsonl >k1
    check "$o: some are found" [ "$(wc -l <p1)" -gt 20 ]
    for simd in plain avx2; do
        # shellcheck disable=SC2086
        LEAT_SIMD=$simd first $o -t3 --pairs p docs.jsonl >k
        same "$o, $simd: kept" k1 k
        same "$o, $simd: pairs" p1 p
    done
    # shellcheck disable=SC2086
    leat-dedup minhash -q --keep best $o docs.jsonl >want
    rm -rf W
    # shellcheck disable=SC2086
    leat-dedup sketch -q --work W $o docs.jsonl
    leat-dedup match -q --work W
    leat-dedup sets -q --work W docs.jsonl
    leat-dedup verify -q --work W
    leat-dedup link -q --work W
    leat-dedup drop -q --work W docs.jsonl >staged
    same "$o: in stages" want staged
    # shellcheck disable=SC2086
    first $o --index bloom --expected 1000 docs.jsonl >filtered
    check "$o: --index bloom drops at least as many" [ "$(wc -l <filtered)" -le "$(wc -l <k1)" -a -s filtered ]
done
leat-dedup minhash -q --signature fss --save-index I docs.jsonl >/dev/null
exits "--against an index of another signature" 2 leat-dedup minhash --against I docs.jsonl

# scripts without spaces: one changed character of many leaves all but five shingles
python3 -c '
import json, random
r = random.Random(5)
for name, first, last in (("zh", 0x4E00, 0x5E00), ("ja", 0x3041, 0x3090), ("th", 0xE01, 0xE2E)):
    t = [chr(r.randrange(first, last)) for _ in range(2000)]
    print(json.dumps({"id": name, "text": "".join(t)}))
    t[1000] = chr(last + 1)
    print(json.dumps({"id": name + "2", "text": "".join(t)}))' >spaceless.jsonl
first --pairs got spaceless.jsonl >kept
is "one character in 2,000" "$(awk '{ print $1, $2, ($3 > .99) }' got | tr '\n' ';')" "zh2 zh 1;ja2 ja 1;th2 th 1;"

# as datatrove: numbers, marks and accents do not count, and "cannot" is two words
cat >small.jsonl <<'J'
{"id":"a","text":"The miller can not open the sluice before 6.30 at the café on 3 May"}
{"id":"b","text":"the MILLER cannot, open the sluice: before 7 at the cafe on 1,842 may!"}
{"id":"c","text":"two words and three more"}
{"id":"d","text":"Two — words and three more"}
{"id":"e","text":"2 words and three more"}
{"id":"f","text":"31 words and three more"}
J
first --compat datatrove --pairs got small.jsonl >kept
is "--compat datatrove" "$(tr '\t\n' ' ;' <got)" "b a 1.000000;d c 1.000000;f e 1.000000;"
first --pairs got small.jsonl >kept
is "leat's own words" "$(tr '\t\n' ' ;' <got)" "d c 1.000000;"
first --compat datatrove --threshold 0 --profile 14x8 --pairs got docs.jsonl >kept
first --compat datatrove --threshold 0 --profile 14x8 --seed 2 --pairs other docs.jsonl >kept
check "--seed: other candidates" [ -s got -a "$(cksum <got)" != "$(cksum <other)" ]

# mistakes
exits "--compat and --shingle" 2 leat-dedup minhash --compat datatrove --shingle characters docs.jsonl
exits "--compat and --signature" 2 leat-dedup minhash --compat datatrove --signature fss docs.jsonl
exits "a seed that numpy has not" 2 leat-dedup minhash --compat datatrove --seed 4294967296 docs.jsonl
says "says which are good" err "below 2^32"
exits "the greatest seed" 0 leat-dedup minhash --compat datatrove --seed 4294967295 docs.jsonl
exits "no such signature" 2 leat-dedup minhash --signature simhash docs.jsonl
exits "simhash takes no --shingle" 2 leat-dedup simhash --shingle characters docs.jsonl
