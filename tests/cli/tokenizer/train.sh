# shellcheck shell=bash
# leat tokenizer train and info.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$LEAT_ROOT/tests/cli/tokenizer
python3 "$here/docs.py" 400 >docs.jsonl

exits "train" 0 leat-tokenizer train -o t.json --vocab-size 400 --stats stats.json docs.jsonl
is "vocabulary" "$(jq '.model.vocab | length' t.json)" 400
is "ids are 0…399" "$(jq -c '[.model.vocab[]] | sort == [range(400)]' t.json)" true
is "the special token comes first" "$(jq -c '[.model.vocab["<|endoftext|>"], .added_tokens[0].id, .added_tokens[0].special]' t.json)" '[0,0,true]'
is "then the bytes by character" "$(jq -c '[.model.vocab["!"], .model.vocab["~"], .model.vocab["Ġ"], .model.vocab["Ń"]]' t.json)" '[1,94,221,256]'
is "merges" "$(jq '.model.merges | length' t.json)" 143
is "pattern" "$(jq -c '[.pre_tokenizer.pretokenizers[].type]' t.json)" '["Split","ByteLevel"]'
is "balanced" "$(jq -c '[.balanced, .records.in, .records.kept]' stats.json)" '[true,400,400]'

for t in 2 8; do
    leat-tokenizer train -q -t$t --vocab-size 400 <docs.jsonl >t$t.json
    same "-t$t = -t1, standard input and output" t.json t$t.json
done
split -n l/3 docs.jsonl part- && leat-tokenizer train -q --vocab-size 400 part-ac part-aa part-ab >other.json
same "the order of documents does not show" t.json other.json

leat-tokenizer train -q --vocab-size 300 --pattern deepseek --special '<a>' --special '<b>' -o d.json docs.jsonl
is "--special, in order" "$(jq -c '[.added_tokens[] | [.id, .content]]' d.json)" '[[0,"<a>"],[1,"<b>"]]'
is "a pattern of three steps" "$(jq '.pre_tokenizer.pretokenizers | length' d.json)" 4
leat-tokenizer train -q --vocab-size 300 --pattern '\p{L}+|[^\p{L}]' -o r.json docs.jsonl
is "a pattern of one's own" "$(jq -r '.pre_tokenizer.pretokenizers[0].pattern.Regex' r.json)" '\p{L}+|[^\p{L}]'
leat-tokenizer train -q --vocab-size 5000 --min-frequency 50 -o m.json docs.jsonl
check "--min-frequency ends it early" [ "$(jq '.model.vocab | length' m.json)" -lt 1000 ]

exits "empty input" 3 leat-tokenizer train --vocab-size 300 -o nothing.json /dev/null
says "empty input: why" err "no text to learn from"
echo '{"id":"x","text":""}' >blank.jsonl
exits "documents without text" 3 leat-tokenizer train --vocab-size 300 -o nothing.json blank.jsonl
exits "a sample of nothing" 3 leat-tokenizer train --vocab-size 300 -o nothing.json --sample 0 docs.jsonl
check "nothing gives no tokenizer" [ ! -e nothing.json -a ! -e nothing.json.partial ]
exits "an option of another verb" 2 leat-tokenizer info --vocab-size 300 t.json
says "says whose it is" err "info takes no --vocab-size, which is for train"
exits "another verb's --json" 2 leat-tokenizer train --json docs.jsonl
exits "--limit" 0 leat-tokenizer train --vocab-size 300 --limit 10 --stats stats.json docs.jsonl
is "--limit is kept" "$(jq .records.in stats.json)" 10
exits "--sample" 0 leat-tokenizer train --vocab-size 300 --sample 0.5 --stats stats.json docs.jsonl
is "--sample balances" "$(jq -c '[.balanced, .records.in == .records.kept + .records.skipped.sample.records]' stats.json)" '[true,true]'
(cat docs.jsonl && echo '{"id":1,"text":') >damaged.jsonl
exits "damaged record" 0 leat-tokenizer train --vocab-size 400 -o dam.json damaged.jsonl
same "is passed over" t.json dam.json
exits "damaged record with --strict" 3 leat-tokenizer train --vocab-size 400 -o strict.json --strict damaged.jsonl
check "leaves no tokenizer" [ ! -e strict.json ]
gzip -c docs.jsonl | head -c 4000 >cut.jsonl.gz
exits "truncated input" 3 leat-tokenizer train --vocab-size 300 -o cut.json cut.jsonl.gz
check "leaves a partial file only" [ ! -e cut.json ] && [ -e cut.json.partial ]

exits "bad option" 2 leat-tokenizer train --vocab 300
exits "bad verb" 2 leat-tokenizer tran
exits "vocabulary too small" 2 leat-tokenizer train --vocab-size 256 docs.jsonl
says "and says so" err "too small"
exits "bad pattern" 2 leat-tokenizer train --pattern '\w+' docs.jsonl
says "names the construct" err 'different engines'
exits "missing input" 1 leat-tokenizer train nowhere.jsonl
python3 - >wide.jsonl <<'PY'
import json, random
rng = random.Random(1)
for i in range(300): print(json.dumps({"id": str(i), "text": " ".join("%016x" % rng.getrandbits(64) for _ in range(300))}))
PY
exits "more pieces than --memory" 2 leat-tokenizer train --pattern gpt2 --memory 4M -o no.json wide.jsonl
says "names the mend" err -- --sample
check "and leaves nothing" [ ! -e no.json ]
leat-tokenizer train -q --vocab-size 300 docs.jsonl >/dev/full 2>err
is "/dev/full" $? 1
(leat-tokenizer train -q --vocab-size 20000 docs.jsonl; echo $? >status) | head -1 >/dev/null
check "| head" grep -qE '^(0|141)$' status

exits "info" 0 leat-tokenizer info t.json
says "tokens" out "400 (ids below 400)"
says "pattern" out llama3
says "special" out "0 <|endoftext|>"
exits "info --json of a sample" 0 leat-tokenizer info --json t.json docs.jsonl
is "bytes of the sample" "$(jq .sample.bytes out)" "$(jq -rj .text docs.jsonl | wc -c)"
is "tokens of the sample" "$(jq .sample.tokens out)" "$(leat-tokenize -q -m t.json --no-eod --count docs.jsonl | jq .tokens)"
check "32 digits of hash" grep -qE '"hash":"[0-9a-f]{32}"' out
exits "info of another pattern" 0 leat-tokenizer info r.json docs.jsonl
says "prints it" out '\p{L}+|[^\p{L}]'
says "sample" out "bytes and"
exits "info without a file" 2 leat-tokenizer info
exits "info of what is none" 2 leat-tokenizer info stats.json
says "says so" err 'no "model"'
leat-tokenizer info --json t.json >/dev/full 2>/dev/null
is "info to /dev/full" $? 1
