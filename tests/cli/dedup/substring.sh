# shellcheck shell=bash
# leat dedup substring: against a dict of windows in Python, and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
slow=$LEAT_ROOT/tests/cli/dedup/substring.py

# golden
cat >small.jsonl <<'J'
{"id":"a","text":"One two three four, five.","extra":1.50}
{"id":"b","text":"(two three four, five) is fr\u00e9sh","source":"s"}
{"id":"c","text":"Two  three four, five six"}
{"id":"d","text":""}
{"id":"e","text":"- One two three four!"}
{ "id" : "f" , "text" : "x y z x y z x y z x" }
{"id":"g","text":"水車の水車の水車の水"}
J
exits "substring" 0 leat-dedup substring --min-words 4 --rejects rejects.jsonl --stats stats.json small.jsonl
cat >want <<'J'
{"id":"a","text":"One two three four, five.","extra":1.50}
{"id":"b","text":"() is frésh","source":"s"}
{"id":"c","text":"Two  three four, five six"}
{"id":"d","text":""}
{"id":"e","text":"- !"}
{ "id" : "f" , "text" : "x y z x y z " }
{"id":"g","text":"水車の水車の"}
J
same "the first stays; overlapping windows do not repeat; all between the words must be equal; Han are words each" want out
is "ledger" "$(jq -c '[.balanced,.records.kept,.text.removed["repeated-span"],.extra.spans]' stats.json)" '[true,7,{"records":4,"text_bytes":57},4]'
is "nothing rejected" "$(cat rejects.jsonl)" ""
exits "--min-bytes" 0 leat-dedup substring --min-bytes 16 --stats stats.json small.jsonl
is "--min-bytes: wherever they begin" "$(jq -c .text out | head -5 | tr '\n' ' ')" \
    '"One two three four, five." "() is frésh" "Two  six" "" "- !" '
printf '%s\n' '{"id":1,"text":"ä0123456789abcdefé"}' '{"id":2,"text":"\u01240123456789abcdef\u00e8"}' >border.jsonl
exits "--min-bytes inside characters" 0 leat-dedup substring --min-bytes 16 border.jsonl
is "--min-bytes: characters go whole or not at all" "$(jq -c .text out | tail -1)" '"Ĥè"'
printf '%s\n' '{"id":1,"text":"a b c d e f"}' '{"id":2,"text":" a b c d e f\n"}' '{"id":3,"text":"x y z a b c d e f"}' '{"id":4,"text":"x y z w"}' >share.jsonl
exits "--drop-share" 0 leat-dedup substring --min-words 3 --drop-share 0.5 --rejects r --stats stats.json share.jsonl
is "--drop-share: what stood in a dropped document alone stays later" "$(jq -c .text out | tr '\n' ' ')" '"a b c d e f" "x y z w" '
is "--drop-share: rejects" "$(jq -c '[.id,.metadata.drop.rule,.metadata.drop.value]' r | cut -c1-30 | tr '\n' ' ')" \
    '[2,"no-text-left",null] [3,"repeated-share",0.64705882 '
is "--drop-share: balanced" "$(jq .balanced stats.json)" true

# marking
exits "--annotate" 0 leat-dedup substring --min-words 4 --annotate --stats stats.json small.jsonl
is "--annotate: spans" "$(jq -c '.metadata.dedup_substring' out | tr '\n' ' ')" 'null [[1,21,1]] null null [[2,20,1]] [[12,19,1]] [[6,10,1]] '
is "--annotate: texts are as they were" "$(jq -c .text out)" "$(jq -c .text small.jsonl)"
exits "--attributes" 0 leat-dedup substring --min-words 4 --attributes spans --stats stats.json small.jsonl
same "--attributes: documents are as they were" small.jsonl out
is "--attributes: dolma's form" "$(head -2 spans | tr '\n' ' ')" \
    '{"id":"a","attributes":{"dedup__substring":[]}} {"id":"b","source":"s","attributes":{"dedup__substring":[[1,21,1]]}} '
is "--attributes: one a document, balanced" "$(wc -l <spans) $(jq .balanced stats.json)" "7 true"

# against a dict of windows, byte for byte; the same for every -t and CPU
like_slow() { # NAME FILE OPTION…
    local name=$1 file=$2 t
    shift 2
    python3 "$slow" "$@" --rejects want.r --spans want.s <"$file" >want
    exits "$name $*" 0 leat-dedup substring -t1 "$@" --rejects r --stats stats.json "$file"
    same "$name $*: as a dict of windows gives" want out
    jq -r '.metadata.drop.rule + " " + .id' r >got.r
    same "$name $*: rejects" want.r got.r
    is "$name $*: balanced" "$(jq .balanced stats.json)" true
    for t in 3 8; do
        LEAT_SIMD=avx2 leat-dedup substring -q -t$t "$@" --rejects r$t "$file" >k$t
        same "$name $* -t$t" want k$t
        same "$name $* -t$t: rejects" r r$t
    done
    [ "${*#*--drop-share}" = "$*" ] || return
    LEAT_SIMD=plain leat-dedup substring -q "$@" --annotate "$file" >marked
    jq -c '.metadata.dedup_substring // []' marked >got.s
    same "$name $*: spans" "$(grep -q . want.r && echo got.s || echo want.s)" got.s # a dropped document leaves nothing: only then spans may differ
}
for kind in few copies periods; do
    python3 "$slow" make $kind 300 7 >$kind.jsonl
    for n in 1 3 8; do like_slow $kind $kind.jsonl --min-words $n; done
    like_slow $kind $kind.jsonl --min-bytes 16
    like_slow $kind $kind.jsonl --min-bytes 40 --drop-share .6
    like_slow $kind $kind.jsonl --min-words 5 --drop-share .4
done
like_slow copies copies.jsonl --min-bytes 100
for f in de-law-revisions.jsonl minhash-articles/articles_100.train; do
    if [ ! -f "$LEAT_DATA/$f" ]; then
        skip "$f" "no such data"
        continue
    fi
    { [ "${f##*.}" = jsonl ] || exec jq -Rc '{id: .[:5], text: .}'; cat; } <"$LEAT_DATA/$f" | head -c 1500000 | sed '$d' | python3 "$slow" texts >real.jsonl
    like_slow "$f" real.jsonl --min-words 50
    like_slow "$f" real.jsonl --min-bytes 100
done

python3 "$slow" make copies 3000 9 >docs.jsonl
leat-dedup substring -q --min-words 8 docs.jsonl >once
split -n l/3 docs.jsonl part.
leat-dedup substring -q --min-words 8 --framed part.* | leat-dedup substring -q --min-words 200 -o k.zst && zstd -dqc k.zst >a
same "several files, a framed pipe, .zst" once a

# memory
exits "--memory too small" 1 leat-dedup substring --min-bytes 16 --memory 1M -o small.out --rejects small.r docs.jsonl docs.jsonl
says "says the mend" err "deduplicate parts of the input"
is "--memory too small: nothing is left" "$(ls small.out small.r 2>/dev/null)" ""
python3 -c '
import json
for i in range(100000): print(json.dumps({"id": i, "text": " ".join(f"word{k}" for k in range(60)) + "!" * (i % 9 + 1)}))' >equal
exits "a hundred thousand equal texts in 1 MiB" 0 leat-dedup substring --memory 1M --stats stats.json equal
is "all but the first are cut" "$(wc -l <out) $(sed -n 3p out) $(jq -c '[.extra.spans,.extra.state_text_bytes<9000]' stats.json)" \
    '100000 {"id": 2, "text": "!!!"} [99999,true]'

# hostile texts: one word, a period, one phrase among ever other words
python3 -c '
import json, random
rng = random.Random(1)
print(json.dumps({"id": 1, "text": "a " * 2000000}))
print(json.dumps({"id": 2, "text": " ".join(f"w{i * 7 % 1000}" for i in range(500000))}))
phrase = " ".join(f"phrase{i}" for i in range(30))
for i in range(3, 20000): print(json.dumps({"id": i, "text": f"{rng.random()} " * 9 + " ".join(str(rng.random()) for _ in range(20)) + " " + phrase + f" {rng.random()}" * 9}))' >hostile
exits "hostile texts" 0 timeout 60 leat-dedup substring -t1 hostile
is "one word, a million times: the minimum stays" "$(head -1 out | jq -c '.text | length')" 101
is "a period of a thousand words: it stays once" "$(sed -n 2p out | jq -c '.text | split(" ") | length')" 1001
is "one phrase in many contexts stays: it is shorter" "$(tail -n +3 out | cksum)" "$(tail -n +3 hostile | cksum)"
exits "hostile texts by bytes" 0 timeout 60 leat-dedup substring -t1 --min-bytes 400 hostile
python3 -c '
import json
big = "x" * (60 << 20)
for i in range(2): print(json.dumps({"id": i, "text": big + " end %d" % i}))' >long
exits "a word of 60 MiB" 0 leat-dedup substring --min-words 1 long
is "a word of 60 MiB: stays once" "$(wc -c <out) $(tail -1 out)" "62914613 {\"id\": 1, \"text\": \"  1\"}"
printf '%s\n' '{"id":1,"text":"a\u0000b c"}' '{"id":2,"text":"\u0000b c\r\n"}' '{"id":3,"text":"\ud800"}' 'not json' '{"id":4}' >odd
exits "NULs, lone surrogates, damage" 0 leat-dedup substring --min-words 2 --stats stats.json odd
is "… are counted and passed over" "$(jq -c '[.id,.text]' out | tr '\n' ' ')$(jq -c '[.records.damaged,.balanced]' stats.json)" '[1,"a\u0000b c"] [2,"\u0000\r\n"] [3,true]'
zstd -q docs.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 leat-dedup substring cut.zst -o cut.out
check "truncated input: nothing committed" [ ! -e cut.out ]
: >empty
exits "empty input" 0 leat-dedup substring empty
check "empty output" [ ! -s out ]
leat-dedup substring -q docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
leat-dedup substring -q equal | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141

# mistakes
exits "--min-words 0" 2 leat-dedup substring --min-words 0 docs.jsonl
exits "--min-bytes 5" 2 leat-dedup substring --min-bytes 5 docs.jsonl
exits "--min-bytes with --min-words" 2 leat-dedup substring --min-bytes 50 --min-words 5 docs.jsonl
exits "lines takes no --min-bytes" 2 leat-dedup lines --min-bytes 50 docs.jsonl
exits "--annotate with --rejects" 2 leat-dedup substring --annotate --rejects r docs.jsonl
for o in index=bloom normalize overlap=.5 pairs=p keep=best; do exits "no --${o%=*}" 2 leat-dedup substring "--$o" docs.jsonl; done
