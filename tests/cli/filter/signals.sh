# shellcheck shell=bash
# The measured signals against a reference in Python that follows the published definitions word for word, on text whose
# words are beyond dispute (ASCII letters between spaces and punctuation).
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import json, random
rng = random.Random(7)
V = "the be to of and that have with mill river stone grain a I flour Wheel x".split()
for i in range(400):
    lines = []
    for _ in range(rng.randint(1, 14)):
        if rng.random() < 0.2 and lines: lines.append(rng.choice(lines)); continue
        w = [rng.choice(V[: rng.randint(1, len(V))]) for _ in range(rng.randint(0, 20))]
        for k in range(len(w)):
            if rng.random() < 0.08: w[k] += rng.choice([",", "...", "\u2026", " #", ";"])
        lines.append(rng.choice(["", "- ", "\u2022 ", "  "]) + " ".join(w) + rng.choice(["", "...", " \u2026", "."]))
    text = rng.choice(["\n", "\n\n"]).join(lines)
    if i % 10 == 0: text = "\n" + text + "\n\n\n"
    print(json.dumps({"id": str(i), "text": text}))
PY
cat >reference.py <<'PY'
import collections, json, re, sys
STOP = {"the", "be", "to", "of", "and", "that", "have", "with"}
def dup(x):
    seen, n, c = set(), 0, 0
    for e in x:
        if e in seen: n += 1; c += len(e)
        seen.add(e)
    return n, c
def signals(t):
    words = re.findall(r"[A-Za-z]+|[^\sA-Za-z]", t)
    plain = [w for w in words if w.isalpha()]
    lines = t.splitlines()
    r = lambda a, b: a / b if b else 0
    s = {"words": len(plain), "mean_word_length": r(sum(map(len, plain)), len(plain)), "hash_ratio": r(t.count("#"), len(words)),
         "ellipsis_ratio": r(t.count("...") + t.count("\u2026"), len(words)), "letter_words": r(len(plain), len(words)),
         "stop_words": len(STOP & set(words)),
         "bullet_lines": r(sum(l.lstrip().startswith(("\u2022", "-")) for l in lines), len(lines)),
         "ellipsis_lines": r(sum(l.rstrip().endswith(("...", "\u2026")) for l in lines), len(lines))}
    paragraphs = re.split(r"\n{2,}", t.strip()); n, c = dup(paragraphs)
    s["dup_paragraphs"], s["dup_paragraph_chars"] = n / len(paragraphs), r(c, len(t))
    pieces = re.split(r"\n+", t); n, c = dup(pieces)
    s["dup_lines"], s["dup_line_chars"] = n / len(pieces), r(c, len(t))
    for n in range(2, 5):
        grams = [" ".join(words[i:i + n]) for i in range(len(words) - n + 1)]
        g, k = collections.Counter(grams).most_common(1)[0] if grams else ("", 0)
        s[f"top_{n}gram"] = r(len(g) * k, len(t))
    for n in range(5, 11):
        seen, c, i = set(), 0, 0
        while i < len(words) - n + 1:
            g = "".join(words[i:i + n]); key = tuple(words[i:i + n])
            if key in seen: c += len(g); i += n
            else: seen.add(key); i += 1
        s[f"dup_{n}grams"] = r(c, len(t))
    return s
bad = n = 0
for line in open(sys.argv[1]):
    d = json.loads(line)
    want = signals(d["text"])
    for k, v in want.items():
        n += 1
        got = d["metadata"]["filter_" + k]
        if abs(got - v) > 1e-12 * max(1, abs(v)):
            bad += 1
            if bad < 10: print("#", d["id"], k, "is", got, "not", v)
print(n, "values,", bad, "wrong")
sys.exit(bad != 0 or n != 400 * 21)
PY
python3 make.py >docs.jsonl
exits "annotate runs" 0 leat-filter --dialect leat --preset gopher-quality,gopher-repetition --annotate docs.jsonl -o annotated.jsonl
check "signals are the reference's" python3 reference.py annotated.jsonl

# --attributes holds the same numbers, beside unchanged documents
leat-filter -q --dialect leat --preset gopher-quality,gopher-repetition --attributes attributes.jsonl docs.jsonl -o same.jsonl
same "attributes leave documents alone" docs.jsonl same.jsonl
jq -c '[.id, (.metadata | [.filter_words, .filter_dup_5grams, .filter_stop_words])]' annotated.jsonl >a
jq -c '[.id, (.attributes | [.filter__words[0][2], .filter__dup_5grams[0][2], .filter__stop_words[0][2]])]' attributes.jsonl >b
same "attributes hold the same numbers" a b

# the rule that is annotated is the one that drops
leat-filter -q --dialect leat --preset gopher-quality,gopher-repetition docs.jsonl --rejects rejects.jsonl -o kept.jsonl
jq -r 'select(.metadata.filter_rule) | .id + " " + .metadata.filter_rule' annotated.jsonl >a
jq -r '.id + " " + .metadata.drop.rule' rejects.jsonl >b
same "the annotated rule is the one that drops" a b
check "some were dropped, some kept" [ "$(wc -l <kept.jsonl)" -gt 5 -a "$(wc -l <rejects.jsonl)" -gt 50 ]
