# shellcheck shell=bash
# leat dedup lines: against sets in Python, and what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
slow=$LEAT_ROOT/tests/cli/dedup/lines.py

# golden
cat >small.jsonl <<'J'
{"id":"a","text":"menu\nhello world\n\nmenu\nend","extra":1.50}
{"id":"b","text":"menu\nfr\u00e9sh\nmenu","source":"s"}
{"id":"c","text":"menu\nend\n"}
{"id":"d","text":""}
{"id":"e","text":"Menu\r\nmenu\r\n"}
{ "id" : "f" , "text" : "new\n\n\n" }
{"id":"g","text":" \n\t\nmenu"}
J
exits "lines" 0 leat-dedup lines --rejects rejects.jsonl --stats stats.json small.jsonl
cat >want <<'J'
{"id":"a","text":"menu\nhello world\n\nend","extra":1.50}
{"id":"b","text":"frésh","source":"s"}
{"id":"d","text":""}
{"id":"e","text":"Menu\r\nmenu\r\n"}
{ "id" : "f" , "text" : "new\n\n\n" }
J
same "the first stays, in one document too; blank lines stay; a carriage return belongs to its line" want out
is "rejects" "$(jq -c '[.id,.text,.metadata.drop]' rejects.jsonl | tr '\n' ' ')" \
    '["c","menu\nend\n",{"stage":"dedup","rule":"no-text-left","value":null}] ["g"," \n\t\nmenu",{"stage":"dedup","rule":"no-text-left","value":null}] '
is "ledger" "$(jq -c '[.balanced,.records.kept,.records.dropped["no-text-left"].records,.text.removed["repeated-line"],.extra.units,.extra.repeated_units,.extra.keys]' stats.json)" \
    '[true,5,2,{"records":2,"text_bytes":15},13,6,7]'
exits "--unit paragraph" 0 leat-dedup lines --unit paragraph --stats stats.json small.jsonl
is "--unit paragraph: blank ones are removed as others" "$(jq -c .text out | tr '\n' ' ')" \
    '"menu\nhello world\n\nend" "frésh" "" "Menu\r\nmenu\r" "new" '
is "--unit paragraph: its rule" "$(jq -c '[.balanced,.text.removed["repeated-paragraph"].records]' stats.json)" '[true,4]'
exits "--normalize" 0 leat-dedup lines --normalize small.jsonl
is "--normalize: words count" "$(jq -c .text out | tr '\n' ' ')" '"menu\nhello world\n\nend" "frésh" "" "new\n\n\n" '
exits "--min-chars" 0 leat-dedup lines --min-chars 4 small.jsonl
is "--min-chars: shorter ones stay" "$(jq -c .text out | tr '\n' ' ')" \
    '"menu\nhello world\n\nend" "frésh" "end\n" "" "Menu\r\nmenu\r\n" "new\n\n\n" '
exits "--min-words" 0 leat-dedup lines --min-words 2 small.jsonl
same "--min-words: nothing repeated is so long" small.jsonl out

# marking
exits "--annotate" 0 leat-dedup lines --annotate --stats stats.json small.jsonl
is "--annotate: spans" "$(jq -c '.metadata.dedup_lines' out | tr '\n' ' ')" '[[18,23,1]] [[0,5,1],[10,15,1]] [[0,5,1],[5,9,1]] null null null [[3,8,1]] '
is "--annotate: texts are as they were" "$(jq -c .text out)" "$(jq -c .text small.jsonl)"
exits "--attributes" 0 leat-dedup lines --attributes spans --stats stats.json small.jsonl
same "--attributes: documents are as they were" small.jsonl out
is "--attributes: dolma's form" "$(head -2 spans | tr '\n' ' ')" \
    '{"id":"a","attributes":{"dedup__lines":[[18,23,1]]}} {"id":"b","source":"s","attributes":{"dedup__lines":[[0,5,1],[10,15,1]]}} '
is "--attributes: one a document, balanced" "$(wc -l <spans) $(jq .balanced stats.json)" "7 true"

# shares
printf '%s\n' '{"id":"1","text":"a b c d e f g h\nshort one"}' '{"id":"2","text":"A b, c d e f g x\nnew words here"}' \
    '{"id":"3","text":"a b c d z z z z\nnew words too\nShort, one!"}' >grams.jsonl
exits "--overlap" 0 leat-dedup lines --overlap 0.75 --ngram 4 grams.jsonl
is "--overlap: a line goes with 4 of 5 n-grams, one of 5 stays, few words are one" "$(jq -c .text out | tr '\n' ' ')" \
    '"a b c d e f g h\nshort one" "new words here" "a b c d z z z z\nnew words too" '
exits "--overlap --annotate" 0 leat-dedup lines --overlap 0.75 --ngram 4 --annotate grams.jsonl
is "--overlap: shares in the spans" "$(jq -c .metadata.dedup_lines out | tr '\n' ' ')" 'null [[0,17,0.8]] [[29,41,1]] '
printf '%s\n' '{"id":"1","text":"0123456789"}' '{"id":"2","text":"0123456789\nyyyyyyyy"}' '{"id":"3","text":"yyyyyyyy\n0123456789é"}' >share.jsonl
exits "--drop-share" 0 leat-dedup lines --drop-share 0.5 --rejects r --stats stats.json share.jsonl
is "--drop-share: what stood in a dropped document alone stays later" "$(jq -c .text out | tr '\n' ' ')" '"0123456789" "yyyyyyyy\n0123456789é" '
is "--drop-share: rejects" "$(jq -c '[.id,.metadata.drop.rule,.metadata.drop.value<.58,.metadata.drop.value>.57]' r) $(jq -c '[.balanced,.extra.keys]' stats.json)" \
    '["2","repeated-share",true,true] [true,3]'

# against sets in Python, byte for byte; the same for every -t
python3 "$slow" make 4000 7 >docs.jsonl
for o in "" "--unit paragraph" "--min-chars 9" "--drop-share 0.4" "--unit paragraph --drop-share 0.3"; do
    # shellcheck disable=SC2086
    python3 "$slow" $o --rejects want.r <docs.jsonl >want
    # shellcheck disable=SC2086
    exits "'$o'" 0 leat-dedup lines -t1 $o --rejects r --stats stats.json docs.jsonl
    same "'$o': as sets of strings give" want out
    jq -r '.metadata.drop.rule + " " + .id' r >got.r
    same "'$o': rejects" want.r got.r
    is "'$o': balanced" "$(jq .balanced stats.json)" true
    for t in 2 8; do
        # shellcheck disable=SC2086
        leat-dedup lines -q -t$t $o --rejects r$t docs.jsonl >k$t
        same "'$o' -t$t" want k$t
        same "'$o' -t$t: rejects" r r$t
    done
done
python3 - >words.jsonl <<'P'
import json, random
rng = random.Random(3)
lines = [" ".join(rng.choices("abcdefgh", k=rng.randint(1, 30))) for _ in range(400)]
for i in range(1500):
    cut = [l[:rng.randint(1, len(l))].strip() for l in rng.choices(lines, k=5)]
    print(json.dumps({"id": i, "text": "\n".join(cut)}, ensure_ascii=False))
P
for o in "--overlap 0.8 --ngram 5" "--overlap 0.3 --ngram 3" "--overlap 1 --ngram 13 --drop-share .5"; do
    # shellcheck disable=SC2086
    python3 "$slow" $o <words.jsonl >want
    # shellcheck disable=SC2086
    exits "'$o'" 0 leat-dedup lines $o words.jsonl
    same "'$o': as sets of tuples give" want out
done
for o in --normalize "--overlap 0.5 --ngram 3"; do
    # shellcheck disable=SC2086
    leat-dedup lines -q $o docs.jsonl >a
    for simd in plain avx2; do
        # shellcheck disable=SC2086
        LEAT_SIMD=$simd leat-dedup lines -q -t3 $o docs.jsonl >b
        same "'$o': LEAT_SIMD=$simd" a b
    done
done
leat-dedup lines -q docs.jsonl >once
leat-dedup lines -q --attributes spans docs.jsonl -o same
same "--attributes: documents are as they were, again" docs.jsonl same
python3 - >cut.jsonl <<'P'
import json
for d, s in zip(open("docs.jsonl", encoding="utf-8"), open("spans", encoding="utf-8")):
    d, cut = json.loads(d), json.loads(s)["attributes"]["dedup__lines"]
    t = d["text"]
    for a, b, _ in reversed(cut): t = t[:a] + t[b:]
    if not cut or t.strip(" \t\n\r\v\f\u00a0\u3000\ufeff"): print(json.dumps(t))
P
jq -r .text once | cksum >a
jq -r . cut.jsonl | cksum >b
same "without the spans the texts are those that are written" a b
leat-dedup lines -q once >again
same "again changes nothing" once again
split -n l/3 docs.jsonl part.
leat-dedup lines -q --framed part.* | leat-dedup lines -q -o k.zst && zstd -dqc k.zst >a
same "several files, a framed pipe, .zst" once a

# the Bloom filter
exits "--index bloom" 0 leat-dedup lines --index bloom --expected 100000 --fp 1e-9 docs.jsonl
same "a filter that is rarely wrong: as exact" once out
python3 -c '
import json
for i in range(20000): print(json.dumps({"id": i, "text": "\n".join(f"line {i} {k}" for k in range(10))}))' >many.jsonl
exits "--fp" 0 leat-dedup lines --index bloom --expected 200000 --fp 0.01 --stats stats.json many.jsonl
is "--fp: of 200,000 lines that never repeat, some are removed, and at most the share" \
    "$(jq '.extra.repeated_units > 0 and .extra.repeated_units <= 2000' stats.json)" true
is "its size is stated" "$(jq '.extra.state_bytes > 200000 and .extra.state_bytes < 300000' stats.json)" true
for t in 2 8; do
    leat-dedup lines -q -t$t --index bloom --expected 200000 --fp 0.01 many.jsonl >k$t
    same "--index bloom -t$t" out k$t
done
leat-dedup lines -q --index bloom --expected 3000 --fp 0.1 --drop-share 0.5 docs.jsonl -t1 >a
leat-dedup lines -q --index bloom --expected 3000 --fp 0.1 --drop-share 0.5 docs.jsonl -t3 >b
same "--index bloom --drop-share" a b
exits "more than expected" 0 leat-dedup lines --index bloom --expected 1000 many.jsonl
says "more than expected: a warning" err "--expected 1000"
exits "a filter that is too large" 2 leat-dedup lines --index bloom --expected 1000000000000 many.jsonl
says "says what it needs" err "--memory"
exits "no --expected" 2 leat-dedup lines --index bloom many.jsonl
says "asks for it" err "--expected"

# memory
exits "--memory too small" 1 leat-dedup lines --memory 1M -o small.out --rejects small.r many.jsonl
says "says the mend" err "--index bloom"
is "--memory too small: nothing is left" "$(ls small.out small.r 2>/dev/null)" ""
exits "--memory enough" 0 leat-dedup lines --memory 8M many.jsonl
same "--memory enough: nothing repeats" many.jsonl out

# hostile texts
python3 -c '
import json
for i in range(2): print(json.dumps({"id": i, "text": "\n" * (1 << 20)}))' >newlines
exits "1 MiB of newlines" 0 leat-dedup lines newlines
same "1 MiB of newlines: blank lines stay" newlines out
exits "1 MiB of newlines as paragraphs" 0 leat-dedup lines --unit paragraph --memory 1M --stats stats.json newlines
is "1 MiB of newlines as paragraphs: no text is left, and a document that is dropped leaves nothing behind" "$(wc -l <out) $(jq -c '[.balanced,.extra.repeated_units]' stats.json)" "0 [true,2097152]"
python3 -c '
import json
big = "x" * (60 << 20)
for i in range(2): print(json.dumps({"id": i, "text": big + "\nend %d" % i}))' >long
exits "a line of 60 MiB" 0 leat-dedup lines long
is "a line of 60 MiB: stays once" "$(wc -c <out) $(tail -1 out)" "62914616 {\"id\": 1, \"text\": \"end 1\"}"
python3 -c '
import json
print(json.dumps({"id": 1, "text": "equal\n" * 1000000 + "end"}))' >equal
exits "a million equal lines" 0 leat-dedup lines --memory 1M equal
is "a million equal lines: one stays" "$(cat out)" '{"id": 1, "text": "equal\nend"}'
printf '%s\n' '{"id":1,"text":"a\u0000b\na\u0000b\na"}' '{"id":2,"text":"ok"}' '{"id":3,"text":"\ud800"}' 'not json' '{"id":4}' '{"id":5,"text":"ok\r\nok"}' >odd
exits "NULs, lone surrogates, damage" 0 leat-dedup lines --stats stats.json odd
is "… are counted and passed over" "$(jq -c '[.id,.text]' out | tr '\n' ' ')$(jq -c '[.records.damaged,.balanced]' stats.json)" \
    '[1,"a\u0000b\na"] [2,"ok"] [5,"ok\r"] [3,true]'
{ cat docs.jsonl; printf '{"id":"x","text":"cut'; } >broken
exits "no newline at the end of a broken line" 0 leat-dedup lines broken
same "… which is damage" once out
zstd -q docs.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 leat-dedup lines cut.zst -o cut.out
check "truncated input: nothing committed" [ ! -e cut.out ]
: >empty
exits "empty input" 0 leat-dedup lines empty
check "empty output" [ ! -s out ]
leat-dedup lines -q docs.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
leat-dedup lines -q many.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141

# mistakes
exits "exact takes no --attributes" 2 leat-dedup exact --attributes a docs.jsonl
says "says whose it is" err "which is for lines"
for o in pairs=p threshold=.5 allow-duplicate-ids; do exits "lines takes no --${o%=*}" 2 leat-dedup lines "--$o" docs.jsonl; done
exits "minhash takes no --overlap" 2 leat-dedup minhash --overlap .5 docs.jsonl
exits "--ngram without --overlap" 2 leat-dedup lines --ngram 13 docs.jsonl
exits "--fp without --index bloom" 2 leat-dedup lines --fp 0.1 docs.jsonl
exits "--annotate with --rejects" 2 leat-dedup lines --annotate --rejects r docs.jsonl
exits "--overlap with --normalize" 2 leat-dedup lines --overlap .5 --normalize docs.jsonl
exits "--unit page" 2 leat-dedup lines --unit page docs.jsonl
exits "--overlap 2" 2 leat-dedup lines --overlap 2 docs.jsonl
