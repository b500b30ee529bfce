# shellcheck shell=bash
# Ids that other implementations gave, for published vocabularies: tok-kitoken-vectors of $LEAT_DATA.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$LEAT_ROOT/tests/cli/tokenizer
if [ ! -e "$LEAT_DATA/tok-kitoken-vectors.tar.zst" ]; then
    skip "recorded vectors" "no data sets in LEAT_DATA"
    exit 0
fi
"$LEAT_DATA/unpack" -d data tok-kitoken tok-kitoken-vectors tok-gpt2-json tok-openai tok-llama3 tok-deepseek >/dev/null 2>&1
cat >vectors.py <<'PY'
"""vectors.py docs INPUT >docs.jsonl | vectors.py ids EXPECTED: texts as documents; expected ids as lines of JSON."""
import json, re, sys
def plain(line):
    one = {"n": "\n", "s": " ", "t": "\t", "r": "\r", "\\": "\\", "0": "\0"}
    raw = re.sub(r"\\(x[0-9a-fA-F]{2}|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" else one.get(m[1], m[0]), line)
    return raw
if sys.argv[1] == "docs":
    for i, line in enumerate(open(sys.argv[2], newline="\n").read().split("\n")):
        if line: print(json.dumps({"id": str(i), "text": plain(line)}))
else:
    for line in open(sys.argv[2]).read().split("\n"):
        if line: print(json.dumps([int(x) for x in line.split(",") if x.strip()], separators=(",", ":")))
PY
compare() { # NAME MODEL FAMILY VECTORS: both inputs
    : >docs.jsonl
    : >want
    for size in small mixed; do
        python3 vectors.py docs "data/tok-kitoken-vectors/${size}_input.txt" >>docs.jsonl
        python3 vectors.py ids "data/tok-kitoken-vectors/$3_${size}_tokens_$4.txt" >>want
    done
    leat-tokenize -q -m "$2" --no-eod --allow-special --json docs.jsonl | jq -c .tokens >got
    same "$1: $(wc -l <want) texts" got want
}
compare gpt2 data/hf-gpt2-tokenizer-json/gpt2_tokenizer.json tokenizers gpt2
compare gpt-neox data/kitoken/tokenizers/gpt_neox.json tokenizers gpt_neox

from_ranks() { # NAME RANKS PATTERN FAMILY VECTORS [SPECIAL=ID]
    leat-tokenizer train -q --vocab-size 257 --pattern "$3" <<<'{"text":"a"}' >cut.json
    python3 "$here/from_ranks.py" "data/$2" cut.json "${@:6}" >"$1.json"
    compare "$1" "$1.json" "$4" "$5"
}
from_ranks cl100k openai-tiktoken/cl100k_base.tiktoken cl100k tiktoken cl100k_base '<|endoftext|>=100257'
from_ranks o200k openai-tiktoken/o200k_base.tiktoken o200k tiktoken o200k_base '<|endoftext|>=199999'
from_ranks llama3 llama/llama3.tokenizer.model llama3 tokenizers llama33
from_ranks deepseek tok-deepseek/deepseek_base.tiktoken deepseek tokenizers r1
