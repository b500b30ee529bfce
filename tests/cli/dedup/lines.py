"""lines.py: leat dedup lines, slowly: JSONL on stdin to JSONL on stdout, by sets of strings.

lines.py [--unit paragraph] [--min-chars N] [--drop-share S] [--overlap S --ngram N] [--rejects FILE]
lines.py make DOCUMENTS SEED: texts of words and lines that repeat, of ASCII and other letters, with blank lines and CRs.

Words are runs of [a-z]; so texts for --overlap must be of nothing else."""
import argparse
import json
import random
import re
import sys


def make(documents, seed):
    rng = random.Random(seed)
    pool = [" ".join(rng.choices(["mill", "Mühle", "leat", "水車", "a\tb", 'say "x"', "\\n"], k=rng.randint(1, 6))) for _ in range(300)]
    pool += ["", "", " ", "\r", "\u00a0", "x\r"]
    for i in range(documents):
        lines = [rng.choice(pool) if rng.random() < 0.5 else f"line {rng.randrange(documents * 8)} é" for _ in range(rng.randint(0, 12))]
        print(json.dumps({"id": str(i), "text": "\n".join(lines), "n": i}, ensure_ascii=bool(i % 2)))


def keys_of(unit, o):
    """What the unit is looked up by; None: it is left alone."""
    if (o.unit == "line" and not unit.strip(" \t\n\r\v\f\u00a0\u3000\ufeff")) or len(unit) < o.min_chars:
        return None
    if not o.overlap:
        return [unit]
    words = re.findall("[a-z]+", unit.lower())
    if not words:
        return [unit]
    return [tuple(words[i : i + o.ngram]) for i in range(max(1, len(words) - o.ngram + 1))]


def decide(text, seen, o):
    """The kept units, and the keys that would be added."""
    new, kept = set(), []
    for unit in text.split("\n") if text else []:
        keys = keys_of(unit, o)
        if keys is not None:
            there = sum(k in seen or k in new for k in keys)
            if there >= (o.overlap or 1) * len(keys):
                continue
            new.update(keys)
        kept.append(unit)
    return kept, new


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--unit", default="line")
    p.add_argument("--min-chars", type=int, default=0)
    p.add_argument("--drop-share", type=float, default=1)
    p.add_argument("--overlap", type=float, default=0)
    p.add_argument("--ngram", type=int, default=5)
    p.add_argument("--rejects")
    o = p.parse_args()
    seen, rejects = set(), open(o.rejects or "/dev/null", "w", encoding="utf-8")
    for line in sys.stdin:
        text = json.loads(line)["text"]
        kept, new = decide(text, seen, o)
        left = "\n".join(kept)
        if left == text:
            print(line, end="")
        elif not left.strip(" \t\n\r\v\f\u00a0\u3000\ufeff"):
            print("no-text-left", json.loads(line)["id"], file=rejects)
            continue
        elif o.drop_share < 1 and (len(text) - len(left)) / len(text) >= o.drop_share:
            print("repeated-share", json.loads(line)["id"], file=rejects)
            continue
        else:
            print(json.dumps(json.loads(line) | {"text": left}, ensure_ascii=False))
        seen |= new


if sys.argv[1:2] == ["make"]:
    make(int(sys.argv[2]), int(sys.argv[3]))
else:
    main()
