# shellcheck shell=bash
# Text to tokens to shards and back, through framed pipes; a writer that dies in the middle.
. "$LEAT_ROOT/tests/lib.sh"
if ! command -v leat-tokenize >/dev/null || ! command -v leat-tokenizer >/dev/null; then
    skip 'text through shards' 'leat-tokenize is not built'
    exit
fi
python3 - >docs.jsonl <<'PY'
import json, random
r = random.Random(3)
words = "the quick brown fox jumps over a lazy dog Grüße 日本語 int main(void) { return 0; } <|endoftext|>".split()
for i in range(400):
    text = " ".join(r.choices(words, k=r.randrange(1, 120))) + "\n" * (i % 3)
    print(json.dumps({"id": f"x{i}", "text": text, "source": "made", "metadata": {"domain": ["web", "code"][i % 2], "tier": i % 3}}))
PY
leat-tokenizer train -q --vocab-size 500 docs.jsonl -o tok.json
leat-tokenize -q -m tok.json --domain-key domain --carry tier --framed docs.jsonl |
    leat-shard -q -o d --tokenizer-file tok.json --valid-share 0.1 --weight web=70 --weight code=30
exits 'shards of real tokens are right' 0 leat-shards verify d
leat-shards cat --ltok --framed d | leat-tokenize -q -m tok.json --decode | jq -c '[.id,.text]' | sort >got
jq -c '[.id,.text]' docs.jsonl | sort >want
same 'the text comes back' got want
is 'carried keys lie beside the documents' "$(leat-shards cat d 2>/dev/null | jq -s 'map(.carried.tier) | add')" 399
leat-tokenize -q -m tok.json --framed docs.jsonl | head -c 20000 | leat-shard -o cut 2>err
is 'a writer that dies: exit 3' "${PIPESTATUS[2]}" 3
check '… commits nothing' test ! -e cut -a -d cut.partial -a ! -e cut.partial/manifest.json
