# shellcheck shell=bash
# All that is hard in text passes every stage: each byte of what is not changed, each character of each text, each id.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
TEXT=$LEAT_ROOT/tests/cli/e2e/text.py
export PYTHONIOENCODING=utf-8
python3 "$TEXT" make >docs.jsonl || exit 1
: >none.yaml
n=$(wc -l <docs.jsonl)

# ---- stages that change nothing
passes() { # NAME COMMAND…
    local name=$1 t
    shift
    for t in 1 8; do
        exits "$name -t$t" 0 "$@" -q -t$t --stats s.json docs.jsonl
        same "$name -t$t: every byte" out docs.jsonl
    done
    is "$name: the ledger" "$(jq -c '[.records.in, .records.kept, .text.in == .text.written]' s.json)" "[$n,$n,true]"
}
passes ingest leat ingest --format jsonl
passes filter leat filter --rules none.yaml
passes 'filter with every rule off but one' leat filter --set gopher_long_doc=10000000
passes dedup-exact leat dedup exact
passes 'dedup minhash' leat dedup minhash --threshold 1
passes 'code that is none' leat code --keep-unknown --max-size 8M
leat ingest -q --format jsonl --framed docs.jsonl | leat filter -q --rules none.yaml --framed |
    leat dedup exact -q --framed | leat code -q --keep-unknown --max-size 8M --framed | leat dedup minhash -q --threshold 1 -o piped.zst
zstd -dcq piped.zst >piped
same 'framed pipes and .zst: every byte' piped docs.jsonl

# annotated, a document keeps all that was in it
exits 'filter --annotate' 0 leat filter -q --preset gopher-quality,gopher-repetition --annotate docs.jsonl
cp out annotated.jsonl
check 'annotated: texts and ids' python3 "$TEXT" same docs.jsonl annotated.jsonl
check 'annotated: other members as they were' python3 - <<'P'
import json
old, new = (open(f, "rb").read().split(b"\n")[:-1] for f in ("docs.jsonl", "annotated.jsonl"))
assert len(old) == len(new)
keep = dict(parse_float=lambda s: "#" + s, parse_int=lambda s: "#" + s)
for a, b in zip(old, new):
    assert len(b) > len(a)
    a, b = json.loads(a, **keep), json.loads(b, **keep)
    before, after = a.pop("metadata", None) or {}, b.pop("metadata")
    assert a == b
    assert {k: after.get(k) for k in before} == before, (before, {k: after.get(k) for k in before})
P
for number in 1.50 1e400 12345678901234567890 -0 1E+2 0.1000000000000000055511151231257827 -1e-400; do
    is "annotated: $number stays as it is written" "$(grep -cF -- "\"n\":$number" annotated.jsonl)" "$(grep -cF -- "\"n\":$number" docs.jsonl)"
done
exits 'filter --rejects' 0 leat filter -q --set gopher_short_doc=100000000 --rejects rejects.jsonl docs.jsonl
check 'rejected: texts and ids' python3 "$TEXT" same docs.jsonl rejects.jsonl

# ---- tokens and back
for pattern in llama3 gpt2 cl100k qwen2 o200k deepseek; do
    exits "$pattern: trains" 0 leat tokenizer train -q --pattern $pattern --vocab-size 700 --special '<|endoftext|>' --special '<|pad|>' \
        -o $pattern.json docs.jsonl
    leat tokenize -q -m $pattern.json -o $pattern.ltok docs.jsonl
    is "$pattern: tokenizes" $? 0
    leat tokenize -q -m $pattern.json --decode -o decoded.jsonl $pattern.ltok
    is "$pattern: decodes" $? 0
    check "$pattern: every text and every id" python3 "$TEXT" same docs.jsonl decoded.jsonl
done
leat tokenize -q -t1 -m llama3.json docs.jsonl >t1
leat tokenize -q -t8 -m llama3.json docs.jsonl >t8
check '-t1 is -t8' cmp -s t1 t8
leat tokenize -q -t1 -m llama3.json --decode t1 >t1.jsonl
leat tokenize -q -t8 -m llama3.json --decode t1 >t8.jsonl
check '-t1 is -t8, decoding' cmp -s t1.jsonl t8.jsonl
leat tokenizer train -q -t1 --vocab-size 700 --special '<|endoftext|>' --special '<|pad|>' -o t1.json docs.jsonl
check '-t1 is -t8, training' cmp -s t1.json llama3.json

# special tokens in a text stay text; the one that ends a document is the only one
leat tokenize -q -m llama3.json --json docs.jsonl >ids.jsonl
check 'no text forges a special token' python3 - <<'P'
import json
special = {t["id"] for t in json.load(open("llama3.json"))["added_tokens"]}
assert len(special) == 2, special
n = 0
for line in open("ids.jsonl", encoding="utf-8"):
    ids = json.loads(line)["tokens"]
    assert ids[-1] in special and not special & set(ids[:-1]), ids[-3:]
    n += 1
assert n > 40, n
P
leat tokenize -q -m llama3.json --allow-special --no-eod --json docs.jsonl >allowed.jsonl
check '--allow-special finds them' python3 - <<'P'
import json
special = {t["content"]: t["id"] for t in json.load(open("llama3.json"))["added_tokens"]}
docs = [json.loads(line) for line in open("docs.jsonl", "rb").read().split(b"\n")[:-1]]
for d, line in zip(docs, open("allowed.jsonl", encoding="utf-8")):
    ids = json.loads(line)["tokens"]
    for content, i in special.items():
        assert ids.count(i) == d["text"].count(content), (d["id"], content, ids.count(i))
P
leat tokenize -q -m llama3.json --allow-special docs.jsonl | leat tokenize -q -m llama3.json --decode >decoded.jsonl
check '--allow-special: every text comes back all the same' python3 "$TEXT" same docs.jsonl decoded.jsonl

# how a text is escaped is no part of it
check 'raw and escaped are one text' python3 - <<'P'
import json, subprocess
rows = [json.loads(line) for line in open("docs.jsonl", "rb").read().split(b"\n")[:-1]]
def ids(ascii):
    lines = "".join(json.dumps({"id": str(i), "text": d["text"]}, ensure_ascii=ascii) + "\n" for i, d in enumerate(rows))
    p = subprocess.run(["leat", "tokenize", "-q", "-m", "llama3.json", "--json"], input=lines.encode(), capture_output=True, check=True)
    return p.stdout
assert ids(True) == ids(False)
P

# ---- through shards
leat shard -q -o shards --valid-share 0.3 llama3.ltok
is 'shard' $? 0
leat shards cat -q --ltok shards | leat tokenize -q -m llama3.json --decode >decoded.jsonl
check 'from shards: every text and every id' python3 "$TEXT" same docs.jsonl decoded.jsonl sorted
check 'shards verify' leat shards verify -q shards

# ---- what is no text is damage, the same for each tool, and costs no neighbour
python3 - <<'P'
import json
good = [json.dumps({"id": f"g{i}", "text": f"good {i} " * 5}).encode() for i in range(7)]
bad = [rb'{"id":"b","text":"\ud800"}', rb'{"id":"b","text":"\udc00\ud800"}', b'{"id":"b","text":"\xff"}', b'{"id":"b","text":"\xed\xa0\x80"}',
       b'{"id":"b","text":"\xc0\x80"}', b'{"id":"b","text":"\xf4\x90\x80\x80"}', b'{"id":"b","text":"a\0b"}', b'{"id":"b","text":"a\tb"}',
       b'{"id":"b","text":"x","text":"y"}', b'{"id":"b","text":"x"', b'{"id":"b"}', b'[1]', b'{"id":"b","text":"x"}}', b'{"id":"b","text":"x",}',
       b'\xef\xbb\xbf{"id":"b","text":"x"}', b'{"id":"b","text":"x","n":01}', b'{"id":"b","text":"x","n":NaN}', b"{'id':'b','text':'x'}",
       b'{"id":"b","text":"x","u":"\xff"}', b'{"id":"b","text":"x","deep":' + b"[" * 600 + b"]" * 600 + b"}", rb'{"id":"\ud800","text":"x"}',
       rb'{"id":"b","text":"\x41"}', b'{"id":"b","text":null}', b'{"id":["b"],"text":"x"}', b'{"id":"b","text":"x","metadata":[]}', b'\0']
with open("bad.jsonl", "wb") as f:
    for i, b in enumerate(bad):
        f.write(b + b"\n" + good[i % 7].replace(b'"g', b'"g%d-' % i).replace(b"good", b"good%d" % i) + b"\n")
open("bad.count", "w").write(str(len(bad)))
P
grep -a '"id": "g' bad.jsonl >good.jsonl
is 'the good ones are counted' "$(wc -l <good.jsonl)" "$(cat bad.count)"
for tool in 'ingest --format jsonl' 'filter --rules none.yaml' 'dedup exact' 'dedup simhash' 'dedup minhash' 'code --keep-unknown'; do
    # shellcheck disable=SC2086
    leat $tool -q --stats s.json bad.jsonl >out 2>err
    is "leat $tool: status" $? 0
    same "leat $tool: the good ones" out good.jsonl
    is "leat $tool: the bad ones" "$(jq .records.damaged s.json)" "$(cat bad.count)"
    # shellcheck disable=SC2086
    leat $tool -q --strict bad.jsonl >out 2>err
    is "leat $tool --strict" $? 3
done
leat tokenize -q -m llama3.json --stats s.json bad.jsonl 2>err | leat tokenize -q -m llama3.json --decode >out
check 'leat tokenize: the good ones' python3 "$TEXT" same good.jsonl out
is 'leat tokenize: the bad ones' "$(jq .records.damaged s.json)" "$(cat bad.count)"
