# shellcheck shell=bash
# leat classify with fastText's models: scores recorded from fastText itself (fasttext/make.py), and models that are broken.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
models=$LEAT_ROOT/tests/cli/filter/fasttext
cat >compare.py <<'PY'
import json, os, subprocess, sys
models, simd = sys.argv[1], sys.argv[2]
texts, *want = [json.loads(line) for line in open(f"{models}/predictions.jsonl")]
compared = worst = 0
for name in dict.fromkeys(w["model"] for w in want):
    mine = [w for w in want if w["model"] == name]
    docs = "".join(json.dumps({"id": str(i), "text": texts[w["text"]]}) + "\n" for i, w in enumerate(mine))
    run = subprocess.run(["leat-classify", "score", "-q", "-m", f"{models}/{name}", "--all"], input=docs, capture_output=True, text=True,
                         env={**os.environ, "LEAT_SIMD": simd}, check=True)
    for w, line in zip(mine, run.stdout.splitlines(), strict=True):
        got = json.loads(line)["metadata"]
        top = w["labels"][0] if w["labels"] else None
        scores = dict.fromkeys(got["classify_scores"], 0) | dict(zip(w["labels"], w["scores"]))
        error = max(abs(got["classify_scores"][k] - scores[k]) for k in scores)
        compared, worst = compared + 1, max(worst, error)
        if got["classify"] != top or error > 2e-7 or set(scores) != set(got["classify_scores"]):
            print("#", name, repr(texts[w["text"]][:60]), got, w["labels"], w["scores"])
            sys.exit(1)
print(f"# {simd}: {compared} predictions compared, worst difference {worst:.1g}")
sys.exit(compared < 200)
PY
for simd in plain avx2 avx512; do
    python3 compare.py "$models" $simd >said
    is "scores are fastText's, $simd" $? 0
    cat said
done
python3 -c 'import json
for i, t in enumerate(["tari sulo\nmone en", "tari sulo mone en"]): print(json.dumps({"id": i, "text": t}))' >newlines.jsonl
leat-classify score -q -m "$models/softmax.bin" newlines.jsonl >out
is "a newline is a space" "$(jq -c .metadata out | sort -u | wc -l)" 1
exits "--keep-labels" 0 leat-classify score -m "$models/softmax.bin" --keep-labels zh,ru --rejects r.jsonl newlines.jsonl
is "--keep-labels names the label" "$(jq -c '.metadata.drop | [.rule, .value]' r.jsonl | sort -u)" '["label","la"]'
exits "--of another label" 0 leat-classify score -m "$models/softmax.bin" --of zh --min-score 0.9 --rejects r.jsonl newlines.jsonl
is "--min-score drops by it" "$(jq -r '.metadata.drop.rule' r.jsonl | sort -u)" score
exits "--of what is not there" 2 leat-classify score -m "$models/softmax.bin" --of xx newlines.jsonl
says "names the labels there are" err "such as la"

# every prefix, and every byte changed: refused with a reason or run, never a crash
cat >hostile.py <<'PY'
import random, subprocess, sys
models, bad, refused = sys.argv[1], 0, 0
random.seed(3)
def run(data):
    global bad, refused
    open("m.bin", "wb").write(data)
    r = subprocess.run(["leat-classify", "score", "-q", "-m", "m.bin", "newlines.jsonl"], capture_output=True, text=True)
    refused += r.returncode == 3
    if r.returncode not in (0, 3) or (r.returncode == 3 and "m.bin" not in r.stderr):
        bad += 1
        print("#", r.returncode, r.stderr[:200])
for name in ("softmax.bin", "tree.bin", "pruned.ftz"):
    data = open(f"{models}/{name}", "rb").read()
    for n in [5, 9, 60, 64, 90, 200, len(data) // 2, len(data) - 1]: run(data[:n])
    for at in list(range(8, 100, 4)) + [random.randrange(100, len(data) - 8) for _ in range(20)]:
        for value in (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\0\0\xc0\x7f"): run(data[:at] + value + data[at + 4:])
print(f"# {refused} refused")
sys.exit(bad > 0 or refused < 50)
PY
python3 hostile.py "$models" >said
is "damaged models are refused or run" $? 0
cat said
python3 -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); n = len(d) - 4; d[n:] = b"\0\0\xc0\x7f"; open("nan.bin", "wb").write(d)' "$models/softmax.bin"
exits "a NaN in the model" 3 leat-classify score -m nan.bin newlines.jsonl -o never.jsonl
says "is named" err "not finite"
check "and nothing is written" [ ! -e never.jsonl ]
exits "no such model" 1 leat-classify score -m none.bin newlines.jsonl
exits "a model that is text" 3 leat-classify score -m newlines.jsonl newlines.jsonl
says "is refused by name" err "neither leat's nor fastText's"
