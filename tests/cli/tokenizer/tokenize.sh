# shellcheck shell=bash
# leat tokenize: streams, provenance, decoding, counts.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$LEAT_ROOT/tests/cli/tokenizer
python3 "$here/docs.py" 400 >docs.jsonl
leat-tokenizer train -q -o t.json --vocab-size 400 docs.jsonl

exits "runs" 0 leat-tokenize -m t.json --domain-key language --carry tier --carry tags --carry none -o s.ltok --stats stats.json docs.jsonl
python3 "$here/ltok.py" s.ltok >s.jsonl
check "the stream is as described" [ -s s.jsonl ]
is "header and end" "$(tail -1 s.jsonl | jq -c 'del(.tokens)')" \
    '{"version":1,"width":2,"keys":["tier","tags","none"],"vocab":400,"eod":0,"documents":400}'
is "a document" "$(sed -n 3p s.jsonl | jq -c 'del(.tokens)')" \
    '{"id":"doc-2","domain":"ja","source":"code","url":"https://example.org/2","warc_file":"crawl.warc.gz","tier":"0","tags":"[\"a\", {\"b\": null}]","none":"","warc_offset":2000}'
is "a document without metadata" "$(sed -n 10p s.jsonl | jq -c 'del(.tokens)')" \
    '{"id":"doc-9","domain":"web","source":"web","url":"","warc_file":"","tier":"","tags":"","none":"","warc_offset":-1}'
check "every document ends with <|endoftext|>" jq -se 'map(select(.id).tokens[-1]) | unique == [0]' s.jsonl
is "tokens add up" "$(tail -1 s.jsonl | jq .tokens)" "$(jq '.tokens' s.jsonl | jq -s '.[:-1] | map(length) | add')"
is "ledger" "$(jq -c '[.balanced, .records.kept, .extra.tokens == '"$(tail -1 s.jsonl | jq .tokens)"']' stats.json)" '[true,400,true]'
is "documents without the key" "$(jq '.extra["without domain key"]' stats.json)" 40

exits "--json" 0 leat-tokenize -m t.json --json docs.jsonl
same "--json gives the same ids" <(jq -c .tokens out) <(jq -c 'select(.id).tokens' s.jsonl)
exits "--count" 0 leat-tokenize -m t.json --count docs.jsonl
is "--count gives the sums" "$(cat out)" "{\"documents\":400,\"tokens\":$(tail -1 s.jsonl | jq .tokens),\"bytes\":$(jq -rj .text docs.jsonl | wc -c)}"
exits "--decode" 0 leat-tokenize -m t.json --decode s.ltok --stats d.json
same "--decode gives the texts back" <(jq -c '[.id,.text]' out) <(jq -c '[.id,.text]' docs.jsonl)
is "--decode balances" "$(jq -c '[.balanced, .records.kept]' d.json)" '[true,400]'

for t in 2 8; do
    leat-tokenize -q -t$t -m t.json --domain-key language --carry tier --carry tags --carry none docs.jsonl >t$t.ltok
    same "-t$t = -t1" s.ltok t$t.ltok
done
leat-tokenize -q -m t.json --domain x --no-eod --add-bos '<|endoftext|>' <docs.jsonl | cat >b.ltok
python3 "$here/ltok.py" b.ltok >b.jsonl
check "--add-bos and --no-eod" jq -se 'map(select(.id)) | map(.tokens[0] == 0 and .tokens[-1] != 0 or .tokens == [0]) | all' b.jsonl
is "--domain" "$(jq -r 'select(.id).domain' b.jsonl | sort -u)" x
leat-tokenize -q -m t.json --domain-key tier docs.jsonl -o tier.ltok
is "a number as domain" "$(python3 "$here/ltok.py" tier.ltok | jq -r 'select(.id).domain' | sort | uniq -c | tr -s ' \n' ' ')" " 200 0 160 1 13 books 13 code 14 web "
leat-tokenize -q -m t.json --domain-key tags docs.jsonl -o tags.ltok
is "a list is no domain" "$(python3 "$here/ltok.py" tags.ltok | jq -r 'select(.id).domain' | sort -u | tr '\n' ' ')" "books code web "

# special tokens in a text
echo '{"id":"1","text":"a<|endoftext|>b"}' >special.jsonl
check "special tokens are text" jq -e '.tokens | length > 6 and .[-1] == 0 and ([.[] | select(. == 0)] | length) == 1' <(leat-tokenize -q -m t.json --json special.jsonl)
is "--allow-special" "$(leat-tokenize -q -m t.json --json --no-eod --allow-special special.jsonl | jq -c '.tokens | [length, .[1]]')" '[3,0]'

# a vocabulary above 65,500 has tokens of four bytes
jq '.added_tokens += [{"id":70000,"content":"<far>","special":true}]' t.json >wide.json
leat-tokenize -q -m wide.json --eod '<far>' docs.jsonl -o wide.ltok
is "four bytes a token" "$(python3 "$here/ltok.py" wide.ltok | tail -1 | jq -c '[.width,.vocab,.eod]')" '[4,70001,70000]'
leat-tokenize -q -m wide.json --decode wide.ltok >wide.jsonl
same "and back" <(jq -c .text wide.jsonl) <(jq -c .text docs.jsonl)

exits "empty input" 0 leat-tokenize -m t.json -o e.ltok /dev/null
is "an empty stream is whole" "$(python3 "$here/ltok.py" e.ltok | jq .documents)" 0
exits "decoding it" 0 leat-tokenize -m t.json --decode e.ltok
is "gives nothing" "$(wc -c <out)" 0
exits "--limit" 0 leat-tokenize -m t.json --limit 7 -o l.ltok docs.jsonl
is "--limit is kept" "$(python3 "$here/ltok.py" l.ltok | tail -1 | jq .documents)" 7
is "--decode --limit" "$(leat-tokenize -q -m t.json --decode --limit 5 s.ltok | wc -l)" 5
leat-tokenize -q -m t.json --sample 0.3 docs.jsonl -o p.ltok
is "--sample chooses the same at each end" "$(leat-tokenize -q -m t.json --decode p.ltok | jq -r .id | md5sum)" \
    "$(leat-tokenize -q -m t.json --decode --sample 0.3 s.ltok | jq -r .id | md5sum)"
leat-tokenize -q -m t.json docs.jsonl -o z.ltok.zst
leat-tokenize -q -m t.json --decode z.ltok.zst >z.jsonl
same "compressed streams" <(jq -c .text z.jsonl) <(jq -c .text docs.jsonl)
leat-tokenize -q -m t.json --framed docs.jsonl | leat-tokenize -q -m t.json --decode >f.jsonl
same "framed pipes" f.jsonl z.jsonl

# what ends early
gzip -c docs.jsonl | head -c 5000 >cut.jsonl.gz
exits "truncated input" 3 leat-tokenize -m t.json -o cut.ltok cut.jsonl.gz
check "leaves a partial stream only" [ ! -e cut.ltok ] && [ -e cut.ltok.partial ]
exits "decoding a cut stream" 3 leat-tokenize -m t.json --decode cut.ltok.partial
check "gives what was whole" [ "$(wc -l <out)" -gt 2 ]
head -c 9000 s.ltok >cut2.ltok
exits "decoding half a stream to a file" 3 leat-tokenize -m t.json --decode cut2.ltok -o cut2.jsonl
check "leaves a partial file only" [ ! -e cut2.jsonl ] && [ -e cut2.jsonl.partial ]
python3 -c 'd = bytearray(open("s.ltok", "rb").read()); d[9000] ^= 1; open("bad.ltok", "wb").write(d)'
exits "decoding a damaged stream" 3 leat-tokenize -m t.json --decode bad.ltok
says "says where" err damaged
exits "decoding what is no stream" 3 leat-tokenize -m t.json --decode docs.jsonl
leat-tokenizer train -q --vocab-size 300 -o other.json docs.jsonl
exits "another tokenizer" 2 leat-tokenize -m other.json --decode s.ltok
says "is told by its hash" err "another tokenizer"

exits "no -m" 2 leat-tokenize docs.jsonl
says "asks for it" err tokenizer.json
exits "two domains" 2 leat-tokenize -m t.json --domain a --domain-key b
exits "two ends" 2 leat-tokenize -m t.json --eod a --no-eod
exits "two forms" 2 leat-tokenize -m t.json --json --count
for o in --domain=a --domain-key=a --carry=a --eod=a --no-eod --add-bos=a --allow-special; do
    exits "--decode with ${o%=*}" 2 leat-tokenize -m t.json --decode "$o" s.ltok
    says "says so" err "--decode and ${o%=*} exclude each other"
done
exits "unknown --eod" 2 leat-tokenize -m t.json --eod '<nope>' docs.jsonl
exits "unknown --add-bos" 2 leat-tokenize -m t.json --add-bos '<nope>' docs.jsonl
exits "an empty --carry" 2 leat-tokenize -m t.json --carry '' docs.jsonl
# shellcheck disable=SC2046
exits "too many --carry" 2 leat-tokenize -m t.json $(seq -f '--carry k%.0f' 33) docs.jsonl
leat-tokenizer train -q --special '<e>' --vocab-size 300 -o noeod.json docs.jsonl
exits "no end-of-document token" 2 leat-tokenize -m noeod.json docs.jsonl
says "names the mends" err -- --no-eod
exits "and --eod mends it" 0 leat-tokenize -m noeod.json --eod '<e>' docs.jsonl
exits "bad option" 2 leat-tokenize -m t.json --no-such
exits "a damaged record is passed over" 0 leat-tokenize -m t.json --count docs.jsonl <(echo '{"id":1}')
is "and counted" "$(jq .documents out)" 400
exits "missing model" 1 leat-tokenize -m nowhere.json docs.jsonl
for form in '' --json --count; do
    # shellcheck disable=SC2086
    leat-tokenize -q -m t.json $form docs.jsonl >/dev/full 2>/dev/null
    is "/dev/full $form" $? 1
done
leat-tokenize -q -m t.json --decode s.ltok >/dev/full 2>/dev/null
is "/dev/full --decode" $? 1
for _ in $(seq 40); do cat docs.jsonl; done >many.jsonl
(leat-tokenize -q -m t.json --json many.jsonl; echo $? >status) | head -1 >/dev/null
is "| head ends it by SIGPIPE" "$(cat status)" 141
mkfifo slow
leat-tokenize -q -m t.json -o killed.ltok slow &
pid=$!
(cat docs.jsonl; sleep 5) >slow 2>/dev/null &
writer=$!
sleep 0.5
kill -9 $pid $writer
wait $pid $writer 2>/dev/null
check "kill -9 leaves no file" [ ! -e killed.ltok ]
