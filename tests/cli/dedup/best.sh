# shellcheck shell=bash
# leat dedup exact, simhash, minhash --keep best: against slow references, in any order of the inputs; how it ends when it ends badly.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py
slow=$LEAT_ROOT/tests/cli/dedup/simhash.py
all=(--profile 64x1 --max-bucket 1000000) # every likely pair is proposed

# golden
cat >small.jsonl <<'J'
{"id":"a","source":"web","text":"one two three four five six seven eight nine","metadata":{"q":2.0}}
{"id":"b","source":"web","text":"One, two, three four FIVE six seven eight nine!","n":1.0}
{"id":"c","source":"book","text":"one two three four five six seven eight nine ten","metadata":{"q":-3}}
{"id":"d","source":"book","text":"alpha beta gamma delta epsilon zeta eta theta iota kappa","metadata":{"q":"9"}}
J
exits "files: the best by default" 0 leat-dedup minhash "${all[@]}" --pairs p --clusters c --rejects r --stats s.json small.jsonl
is "the longest stays" "$(jq -r .id out | tr '\n' ' ')" "c d "
is "pairs in the order of the input" "$(tr '\t\n' ' ;' <p)" "a c 0.833333;b c 0.833333;"
is "clusters: the survivor first" "$(tr '\t\n' ' ;' <c)" "c 3 c 1.000000;c 3 a 0.833333;c 3 b 0.833333;"
is "rejects" "$(jq -c .metadata.drop.value r | tr '\n' ' ')" \
    '{"of":"c","similarity":0.8333333333333334} {"of":"c","similarity":0.8333333333333334} '
is "ledger" "$(jq -c '[.balanced, .records.kept, .records.dropped["near-duplicate"].records, .extra.survivors, .extra.clusters]' s.json)" '[true,2,2,2,1]'
is "kept lines keep their bytes" "$(grep -cxFf small.jsonl out)" 2
leat-dedup minhash -q "${all[@]}" --prefer-score q small.jsonl >a
is "--prefer-score: the greatest number; none comes last" "$(jq -r .id a | tr '\n' ' ')" "a d "
leat-dedup minhash -q "${all[@]}" --prefer-score q --prefer-source book,web small.jsonl >a
is "--prefer-source comes before" "$(jq -r .id a | tr '\n' ' ')" "c d "
leat-dedup minhash -q --profile 64x1 <small.jsonl >a
is "a pipe: the first by default" "$(jq -r .id a | tr '\n' ' ')" "a d "
for o in --prefer-score=q --prefer-source=web --clusters=c; do
    exits "a pipe: ${o%=*} needs --keep best" 2 leat-dedup minhash "$o" -
    says "… and says so" err "needs --keep best"
done
printf '{"id":"%s","text":"the same"}\n' a b c d e f g h | shuf --random-source=small.jsonl >ties
for i in 1 2 3; do shuf --random-source=<(yes "$i") ties | leat-dedup exact -q --keep best; done | sort -u >a
is "all is equal: the hash of the id decides" "$(wc -l <a)" 1

# minhash against all pairs
python3 "$near" scored 350 7 >docs.jsonl
for how in "0.5" "0.8 --score s" "0.8 --source c,a" "1 --score s --source c,a"; do
    read -r j more <<<"$how"
    # shellcheck disable=SC2086
    python3 "$near" best docs.jsonl "$j" $more >want
    read -ra more <<<"$more"
    exits "minhash $how" 0 leat-dedup minhash -q "${all[@]}" --threshold "$j" "${more[@]/#--s/--prefer-s}" --pairs p --rejects r docs.jsonl
    same "… as by comparing all" want p
    is "… the others are kept" "$(cat out r | jq -r .id | sort)" "$(jq -r .id docs.jsonl | sort)"
    is "… and rejects name the same" "$(jq -r '"\(.id) \(.metadata.drop.value.of)"' r)" "$(cut -f1,2 p | tr '\t' ' ')"
done
check "there were many" [ "$(wc -l <want)" -gt 50 ]

# a chain: neighbours are alike, ends are not; the longest are the multiples of 3, by their filling
python3 -c '
import json
w = ["w%d" % i for i in range(4000)]
for i in range(99): print(json.dumps({"id": str(i), "text": " ".join(w[20 * i:20 * i + 200]) + " " * (2000 * (i % 3 == 0) + i), "metadata": {}}))' >chain.jsonl
python3 "$near" best chain.jsonl 0.8 >want
leat-dedup minhash -q "${all[@]}" --pairs p chain.jsonl >a
same "a chain: as by comparing all" want p
is "a chain is not pulled together" "$(wc -l <a)" 34

# exact against a dictionary
jq -c '.text |= .[:6]' docs.jsonl >short.jsonl
python3 -c '
import json, re
for how in "", "normalize":
    best, docs = {}, [json.loads(l) for l in open("short.jsonl")]
    def text(d): return " ".join(re.findall(r"[^\W_]+", d["text"].lower())) if how else d["text"]
    def key(d):
        s = d["metadata"].get("s")
        return -s if isinstance(s, (int, float)) else float("inf"), -len(d["text"].encode())
    for d in sorted(docs, key=key): best.setdefault((text(d) or d["text"]), []).append(d)
    with open("want." + how, "w") as f: # the score and length of who stays; how many it stands for
        for t, l in sorted(best.items()): print(*key(l[0]), len(l), file=f)'
for how in "" normalize; do
    leat-dedup exact -q ${how:+--$how} --prefer-score s --clusters c short.jsonl >a
    jq -r '[.id, (.metadata.s | if type == "number" then -. else "inf" end), -(.text | utf8bytelength)] | @tsv' a | sort >kept
    awk -F'\t' '{ n[$1] = $2 } END { for (i in n) print i "\t" n[i] }' c | sort | join -t "$(printf '\t')" -a1 -e1 -o 1.2,1.3,2.2 kept - | tr '\t' ' ' |
        python3 -c 'import sys
for l in sys.stdin: a, b, c = l.split(); print(float(a) + 0, int(b), c)' | sort >got
    python3 -c 'import sys
for l in open(sys.argv[1]): a, b, c = l.split(); print(float(a) + 0, b, c)' want.$how | sort >want
    same "exact ${how:+--}$how: as a dictionary by keep key" want got
done

# simhash against all fingerprints
python3 "$slow" make 250 7 | jq -c '.text += " " * (.id[1:] | tonumber * 7 % 251)' >near.jsonl
for how in '3 5' '8 1'; do
    read -r bits ngram <<<"$how"
    python3 "$slow" best near.jsonl "$bits" "$ngram" >want
    leat-dedup simhash -q --max-bucket 1000000 --distance "$bits" --ngram "$ngram" --pairs p near.jsonl >a
    same "simhash $how: as by comparing all" want p
done

# the same whatever the threads, the CPU, the memory; the same set whatever the order
options() { # of a verb
    case $1 in
    exact) echo --normalize --prefer-score s ;;
    simhash) echo --distance 6 --ngram 1 --prefer-source c,a ;;
    minhash) echo --profile 20x4 --threshold 0.7 --prefer-score s --prefer-source c,a ;;
    esac
}
shuf --random-source=docs.jsonl docs.jsonl >shuffled
split -n l/5 shuffled part.
zstd -q docs.jsonl && gzip -k docs.jsonl
for v in exact simhash minhash; do
    read -ra o <<<"$(options $v)"
    exits "$v" 0 leat-dedup $v -t1 "${o[@]}" --memory 4G --pairs p1 --rejects r1 --clusters c1 --stats s.json docs.jsonl
    cp out k1
    is "$v: ledger" "$(jq -c '[.balanced, .records.in == .records.kept + ([.records.dropped[].records] | add), .extra.survivors == .records.kept]' s.json)" '[true,true,true]'
    is "$v: clusters are the pairs" "$(awk -F'\t' '$1 != $3 { print $3, $1, $4 }' c1 | sort)" "$(tr '\t' ' ' <p1 | sort)"
    is "$v: their sizes" "$(awk -F'\t' '{ n[$1]++; size[$1] = $2 } END { for (i in n) bad += n[i] != size[i]; print bad + 0 }' c1)" 0
    for how in "-t3" "-t8" "--memory 1M" plain avx2; do
        case $how in -*) simd='' ;; *) simd=$how how='' ;; esac
        # shellcheck disable=SC2086
        LEAT_SIMD=$simd leat-dedup $v -q $how "${o[@]}" --pairs p --rejects r --clusters c docs.jsonl >k
        is "$v ${how:-$simd}: the same bytes" "$(cat k p r c | cksum)" "$(cat k1 p1 r1 c1 | cksum)"
    done
    leat-dedup $v -q "${o[@]}" docs.jsonl.zst >k
    same "$v: .zst" k1 k
    leat-dedup $v -q "${o[@]}" docs.jsonl.gz >k
    same "$v: .gz" k1 k
    leat-dedup $v -q "${o[@]}" --keep best --memory 1M --pairs p <docs.jsonl >k
    is "$v: a pipe" "$(cat k p | cksum)" "$(cat k1 p1 | cksum)"
    leat-dedup $v -q "${o[@]}" --pairs p shuffled >k
    is "$v: lines in another order" "$(sort k p | cksum)" "$(sort k1 p1 | cksum)"
    leat-dedup $v -q "${o[@]}" --pairs p part.ae part.ad part.ac part.ab part.aa >k
    is "$v: files in another order" "$(sort k p | cksum)" "$(sort k1 p1 | cksum)"
    leat-dedup $v -q "${o[@]}" k1 >k
    same "$v: again changes nothing" k1 k
done

# large buckets: texts of several documents, so that which one stands first in the input might matter
python3 -c '
import json, random
rng, n, base = random.Random(5), 0, ["w%d" % i for i in range(100)]
for i in range(120):
    w = list(base)
    for _ in range(rng.choice([0, 1, 2, 3])): w[rng.randrange(100)] = "x%d" % rng.randrange(1000)
    for c in range(rng.choice([1, 1, 2, 4])):
        n += 1
        print(json.dumps({"id": "b%d" % n, "text": " ".join(w) + " " * (n * 17 % 4001), "metadata": {}}))' |
    jq -sc 'sort_by(-(.text | length))[]' >bucket.jsonl
for how in "2 simhash --distance 5" "5 simhash --distance 5" "2 minhash --profile 20x2" "10 minhash --profile 20x2"; do
    read -r most v more <<<"$how"
    for i in 1 2 3; do
        shuf --random-source=<(yes "$i") bucket.jsonl >b
        # shellcheck disable=SC2086
        leat-dedup "$v" -q $more --max-bucket "$most" --stats s.json --pairs p b >k
        sort k p | cksum
    done >sums
    is "--max-bucket $how: the same whatever the order" "$(sort -u sums | wc -l)" 1
    is "… buckets were cut" "$(jq '.extra.buckets_cut > 3' s.json)" true
    if [ "$v" = minhash ]; then check "… what is said is true" python3 "$near" verify bucket.jsonl p 0.8; fi
done
exits "--max-bucket 0" 2 leat-dedup minhash --max-bucket 0 docs.jsonl

# ids
printf '%s\n' '{"text":"one"}' '{"text":"two"}' '{"text":"one"}' '{"id":"","text":"two"}' >noid
printf '%s\n' '{"id":"a","text":"one"}' '{"id":"a","text":"two"}' '{"id":"b","text":"three"}' >twice
printf '%s\n' '{"id":"a","text":"one"}' '{"id":"b","text":"one "}' '{"id":"a","text":"ONE"}' >gone
for v in exact simhash minhash; do
    exits "$v: no ids" 0 leat-dedup $v --keep best --pairs p noid
    is "$v: no ids: two stay" "$(wc -l <out) $(wc -l <p)" "2 2"
    exits "$v: an id of two texts" 3 leat-dedup $v -o o --pairs p.out --rejects r.out twice
    says "$v: names the mend" err "--allow-duplicate-ids"
    is "$v: an id of two texts: nothing is written" "$(ls o p.out r.out 2>/dev/null)" ""
    exits "$v: --allow-duplicate-ids" 0 leat-dedup $v --allow-duplicate-ids --stats s.json twice
    is "$v: --allow-duplicate-ids: counted" "$(wc -l <out) $(jq .extra.repeated_ids s.json)" "3 1"
done
exits "an id of two, both of which go" 0 leat-dedup minhash gone
is "… is no error" "$(jq -r .id out)" b

# ends of the input
zstd -q shuffled -o cut.zst && truncate -s -4000 cut.zst
for more in "" "--keep best -"; do
    # shellcheck disable=SC2086
    leat-dedup minhash -q --pairs p.cut --clusters c.cut --rejects r.cut --stats s.json -o k.cut ${more:-cut.zst} <cut.zst 2>err
    is "truncated: status" $? 3
    is "truncated: what came before is partial" "$(echo ?.cut*) " "c.cut.partial k.cut.partial p.cut.partial r.cut.partial "
    head -"$(jq '.records.in - .records.damaged' s.json)" shuffled >before
    leat-dedup minhash -q --pairs p before >k
    is "truncated: as of what came before" "$(cat k.cut.partial p.cut.partial | cksum)" "$(cat k p | cksum)"
    rm -f -- *.cut.partial
done
{ head -3 docs.jsonl; echo 'not json'; echo; echo '{"id":"x","text":5}'; printf '{"id":"long","text":"%02000d"}\n' 0; tail -20 near.jsonl | jq -c '.text |= .[:500]'; printf '{"id":"end","text":"w1"}'; } >damaged
for v in exact simhash minhash; do
    exits "$v: damaged, blank, long lines, no newline" 0 leat-dedup $v --max-record 1900 --rejects r --stats s.json damaged
    is "$v: … counted" "$(jq -c '[.balanced, .records.damaged, .records.in]' s.json) $(cat out r | wc -l)" "[true,3,27] 24"
    is "$v: … the others keep their bytes" "$(grep -cvxFf damaged out)" 0
    exits "$v: --strict" 3 leat-dedup $v --max-record 1900 --strict -o o damaged
    check "$v: --strict commits nothing" [ ! -e o ]
    leat-dedup $v -q --limit 100 docs.jsonl >a
    head -100 docs.jsonl | leat-dedup $v -q --keep best >b
    same "$v: --limit" b a
    leat-dedup $v -q --sample 0.3 --stats s.json docs.jsonl >a
    is "$v: --sample" "$(jq -c '[.balanced, .records.skipped.sample.records > 200]' s.json)" '[true,true]'
    : >empty
    exits "$v: empty" 0 leat-dedup $v --pairs p --clusters c empty
    is "$v: empty: nothing comes" "$(cat out p c | wc -c)" 0
done

# how it ends badly: one clear line, no half output, an empty --tmp
mkdir tmp
python3 -c 'for i in range(20000): print("{\"id\":\"%d\",\"text\":\"number %d\"}" % (i, i))' >many.jsonl
bad() { # NAME STATUS COMMAND…
    exits "$@"
    is "$1: nothing is left" "$(ls -A tmp) $(ls o p.out 2>/dev/null)" " "
}
out=(--tmp tmp -o o --pairs p.out)
(ulimit -f 20 && exec leat-dedup minhash "${out[@]}" docs.jsonl) >/dev/null 2>err
is "a full --tmp: status" $? 1
is "a full --tmp: nothing is left" "$(ls -A tmp) $(ls o p.out 2>/dev/null)" " "
says "a full --tmp is named" err tmp/leat-dedup-
bad "no such --tmp" 1 leat-dedup minhash --tmp nowhere -o o docs.jsonl
says "… says what to give" err "--tmp"
bad "missing input" 1 leat-dedup minhash "${out[@]}" docs.jsonl missing.jsonl
bad "a missing folder for the output" 1 leat-dedup minhash --tmp tmp -o nowhere/o --pairs p.out docs.jsonl
bad "pairs to /dev/full" 1 leat-dedup minhash --tmp tmp -o o --pairs /dev/full docs.jsonl
bad "rejects to /dev/full" 1 leat-dedup minhash --tmp tmp -o o --rejects /dev/full docs.jsonl
bad "--memory too small" 1 leat-dedup simhash "${out[@]}" --memory 1M --distance 8 many.jsonl
says "… says what to give" err "--memory"
leat-dedup minhash -q --tmp tmp docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" "$? $(ls -A tmp)" "1 "
for s in INT TERM HUP; do
    mkfifo pipe
    (
        trap - INT
        exec leat-dedup minhash -q --keep best "${out[@]}" pipe 2>/dev/null
    ) &
    exec 3>pipe
    cat docs.jsonl >&3
    for _ in $(seq 200); do [ "$(echo tmp/leat-dedup-*/*)" != 'tmp/leat-dedup-*/*' ] || sleep 0.02; done
    check "SIG$s: the folder is there" [ -d tmp/leat-dedup-* ]
    kill -s $s $!
    wait $! 2>/dev/null
    is "SIG$s ends it" $? $((128 + $(kill -l $s)))
    exec 3>&-
    is "SIG$s: nothing is left" "$(ls -A tmp) $(ls o p.out 2>/dev/null)" " "
    rm pipe
done
