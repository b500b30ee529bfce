# shellcheck shell=bash
# leat generate: prompts as token streams to continuations.
source "$LEAT_ROOT/tests/lib.sh"
source "$LEAT_ROOT/tests/cli/trainer/shards.bash"
make_shards data
config >c.yaml
leat-train c.yaml -s data/shards -o run -q --set train.steps=60 --set train.checkpoint_every=0 || exit 1
decode() { leat-tokenize -q -m data/tokenizer.json --decode "$@"; }
head -4 data/docs.jsonl | jq -c '.text |= (split(" ")[0:3] | join(" "))' >prompts.jsonl
leat-tokenize -q -m data/tokenizer.json -o p.ltok prompts.jsonl

exits 'prompts from a file' 0 leat-generate -c run -n 12 --stats s.json -o g.ltok -t1 p.ltok
decode g.ltok >g.jsonl
is 'one continuation for each' "$(jq -r .id g.jsonl | tr '\n' ' ')" 'doc-0 doc-1 doc-2 doc-3 '
check 'each begins with its prompt' python3 - <<'EOF'
import json
for p, g in zip(open("prompts.jsonl"), open("g.jsonl")):
    p, g = json.loads(p)["text"], json.loads(g)["text"]
    assert g.startswith(p) and len(g) > len(p), (p, g)
EOF
is 'the ledger balances' "$(jq -c '[.balanced, .records.in, .records.kept, .extra.tokens > 40]' s.json)" '[true,4,4,true]'
for t in 2 3 8; do
    leat-generate -q -c run -n 12 -t$t -o "g$t.ltok" p.ltok
    same "-t$t writes what -t1 writes" "g$t.ltok" g.ltok
done
leat-generate -q -c run -n 12 <p.ltok >stdout.ltok
same 'standard input and output' stdout.ltok g.ltok
leat-generate -q -c run/step-00000060 -n 12 p.ltok >step.ltok
same 'the checkpoint itself' step.ltok g.ltok
leat-generate -q -c run -n 12 --seed 2 p.ltok >seed.ltok
check 'another seed, other tokens' test "$(decode seed.ltok | sha256sum)" != "$(decode g.ltok | sha256sum)"
leat-generate -q -c run -n 12 -T 0 p.ltok >greedy.ltok
leat-generate -q -c run -n 12 -T 0 --device ref64 p.ltok >ref.ltok
same 'the most likely tokens, in floats and doubles' greedy.ltok ref.ltok
leat-generate -q -c run -n 12 --top-k 1 --seed 7 p.ltok >top1.ltok
same 'the most likely of one' top1.ltok greedy.ltok
leat-generate -q -c run -n 12 --top-p 0 --seed 8 p.ltok >top0.ltok
same 'the fewest' top0.ltok greedy.ltok
leat-generate -q -c run -n 12 --continuation-only p.ltok | decode >only.jsonl
check 'the continuation alone' python3 - <<'EOF'
import json
for p, g, o in zip(open("prompts.jsonl"), open("g.jsonl"), open("only.jsonl")):
    assert json.loads(p)["text"] + json.loads(o)["text"] == json.loads(g)["text"]
EOF
leat-generate -q -c run -n 12 --limit 2 p.ltok | decode >two.jsonl
same '--limit 2' two.jsonl <(head -2 g.jsonl)
exits '--sample 0' 0 leat-generate -c run --sample 0 --stats s.json -o none.ltok p.ltok
is 'skips all' "$(jq -c '[.balanced, .records.skipped.sample.records]' s.json)" '[true,4]'
leat-tokenize -q -m data/tokenizer.json --framed prompts.jsonl | leat-generate -q -c run -n 12 --framed | decode >framed.jsonl
same 'framed pipes' framed.jsonl g.jsonl

# the model's language: it was trained on words of these letters only
leat-generate -q -c run -p '' -n 200 | decode | jq -r .text >new
check 'a new document is in the language' bash -c "tr -d 'abdefgiklmnoprstu \n' <new | wc -c | grep -qx 0 && [ -s new ]"
leat-generate -q -c run -p 5,6,7 -n 3 -o ids.ltok
check 'ids in, ids out' python3 -c 'assert b"\5\0\6\0\7\0" in open("ids.ltok", "rb").read()'
exits 'longer than the context' 0 leat-generate -c run -p "$(seq -s, 10 90)" -n 100 -o long.ltok

# ---- the ends
: >empty.jsonl
leat-tokenize -q -m data/tokenizer.json -o empty.ltok empty.jsonl
exits 'no prompts' 0 leat-generate -c run -o e.ltok empty.ltok
is 'no continuations' "$(decode e.ltok | wc -l)" 0
head -c $(($(stat -c %s p.ltok) - 30)) p.ltok >cut.ltok
exits 'a cut stream' 3 leat-generate -c run -n 12 -o c.ltok cut.ltok
check 'leaves no file' test ! -e c.ltok
check 'but what was whole' test -s c.ltok.partial
decode c.ltok.partial >c.jsonl 2>/dev/null
same 'of whole prompts' c.jsonl <(head -"$(wc -l <c.jsonl)" g.jsonl)
head -c 20 p.ltok >header.ltok
exits 'a cut header' 3 leat-generate -c run -o c2.ltok header.ltok
{ head -c 60 p.ltok && printf XXXX && tail -c +65 p.ltok; } >damaged.ltok
exits 'a damaged stream' 3 leat-generate -c run -o d.ltok --stats s.json damaged.ltok
is 'is counted' "$(jq -c '[.balanced, .records.damaged, .truncated]' s.json)" '[true,1,true]'
exits 'a full disk' 1 leat-generate -c run -o /dev/full p.ltok
bash -c 'leat-generate -q -c run p.ltok >/dev/full' 2>/dev/null
is 'standard output to a full disk' $? 1
(
    leat-generate -q -c run p.ltok
    echo $? >status
) 2>/dev/null | true
is 'a reader that goes away ends it as SIGPIPE would' "$(cat status)" 141
leat-generate -q -c run -n 100000000 -o killed.ltok p.ltok &
sleep 0.3
kill -9 $!
wait $! 2>/dev/null
check 'killed: no file' test ! -e killed.ltok

refuse() { # NAME STATUS TEXT ARGUMENT…
    local name=$1 status=$2 text=$3
    shift 3
    exits "$name" "$status" leat-generate "$@" -o refused.ltok
    says "$name: the message" err "$text"
    check "$name: nothing is written" test ! -e refused.ltok
}
refuse 'no checkpoint' 2 '--checkpoint' -p 1
refuse 'none there' 2 'holds no checkpoint' -c data -p 1
refuse 'ids and inputs' 2 'not both' -c run -p 1 p.ltok
refuse 'an id beyond the vocabulary' 2 'token id 300' -c run -p 1,300
refuse 'no number' 2 'not a list' -c run -p 1,x
refuse 'a negative number' 2 'not a list' -c run -p=-1
refuse 'a bad option' 2 'tempo' -c run --tempo 1
refuse 'a file that is not there' 1 'nowhere' -c run nowhere.ltok
refuse 'no token stream' 3 'prompts.jsonl' -c run prompts.jsonl
make_shards other 2
refuse 'another tokenizer' 2 'another tokenizer' -c run other/docs.ltok
leat-tokenize -q --no-eod -m data/tokenizer.json data/docs.jsonl | leat-shard -q -o endless -
exits 'a model whose documents have no end' 0 leat-train c.yaml -s endless -o free -q --set train.document_mask=false \
    --set train.steps=4
refuse 'nothing to begin with' 2 'empty prompt' -c free -p ''
exits 'with a prompt' 0 leat-generate -c free -p 5 -n 20 --stats s.json -o free.ltok
is 'it goes on to the last token' "$(jq .extra.tokens s.json)" 21
cp -r run broken
truncate -s -9 broken/step-00000060/model.safetensors
refuse 'a damaged checkpoint' 3 'model.safetensors' -c broken -p 1
cp -r run/step-00000060 odd
sed -i 's/"vocab_size":300/"vocab_size":301/' odd/state.json
refuse 'a state that contradicts itself' 3 'vocab_size' -c odd -p 1
