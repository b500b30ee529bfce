"""substring.py: leat dedup substring, slowly: JSONL on stdin to JSONL on stdout, by a dict of all windows.

substring.py [--min-words N | --min-bytes N] [--drop-share S] [--rejects FILE] [--spans FILE]
substring.py make KIND DOCUMENTS SEED: texts of few letters or words (few), of copied parts of each other (copies), of periods (periods)
substring.py texts: documents of real text with all characters taken out but those whose words a regular expression knows

Words are told by a regular expression: right for letters and digits without combining marks, for Han and Hiragana."""
import argparse
import json
import random
import re
import sys

WORD = re.compile(r"[一-鿿ぁ-ゖ]|(?:[^\W\d_一-鿿ぁ-ゖ]|\d|(?<=[^\W\d_一-鿿ぁ-ゖ])[-'.](?=[^\W\d_一-鿿ぁ-ゖ])|(?<=\d)[-'.,](?=\d))+")
BLANK = " \t\n\r\v\f\u00a0\u3000\ufeff"


def few(rng):
    words = rng.choice([["a", "b"], ["a", "b", "c", "é"], ["Wörter", "mill", "x", "l'eau", "3.14", "ж"], ["水", "車", "の", "a", "é"]])
    gaps = rng.choice([[" "], ["", " "], [" ", " ", ", ", "\n", "\r\n", "  ", " \U0001F600 ", "--"]])
    return "".join(rng.choice(words) + rng.choice(gaps) for _ in range(rng.choice([0, 3, 20, 200])))


def copies(rng, before):
    text = ""
    for _ in range(rng.randint(0, 6)):
        if before and rng.random() < 0.6:
            other = rng.choice(before)
            at = rng.randrange(len(other) + 1)
            text += other[at : at + rng.randint(0, 400)]
        else:
            text += rng.choice(["", " ", "\r\n"]) + " ".join(f"word{rng.randrange(10**6)}é" if rng.random() < 0.7 else "the" for _ in range(rng.randint(0, 60)))
    return text


def periods(rng):
    text = ""
    for _ in range(rng.randint(1, 4)):
        period = "".join(rng.choice(["a", "b ", " ", "c", "ö ", ". "]) for _ in range(rng.randint(1, 30)))
        text += period * rng.randint(1, 60)
    return text


def make(kind, documents, seed):
    rng, before = random.Random(int(seed)), []
    for i in range(int(documents)):
        text = few(rng) if kind == "few" else periods(rng) if kind == "periods" else copies(rng, before)
        if len(text) > 20 and len(before) < 200:
            before.append(text)
        print(json.dumps({"id": str(i), "text": text, "n": i}, ensure_ascii=bool(i % 2)))


def texts():
    other = re.compile(r"[^\t\n\r -~ÄÖÜäöüßé§„“–]")
    for i, line in enumerate(sys.stdin):
        print(json.dumps({"id": str(i), "text": other.sub("", json.loads(line)["text"])}, ensure_ascii=False))


def units_of(text, o):
    if o.min_bytes:
        return [(i, i + 1) for i in range(len(text))]
    chars = text.decode()
    at, units, last = 0, [], 0
    for m in WORD.finditer(chars):
        at += len(chars[last : m.start()].encode())
        end = at + len(m.group().encode())
        units.append((at, end))
        at, last = end, m.end()
    return units


def spans_of(text, units, n, seen):
    """The spans of bytes, and the windows that would be added to those seen."""
    first, spans = {}, []
    for i, ((start, _), (_, end)) in enumerate(zip(units, units[n - 1 :])):
        window = text[start:end]
        where = first.setdefault(window, i)
        if window in seen or where + n <= i:
            if spans and start <= spans[-1][1]:
                spans[-1][1] = end
            else:
                spans.append([start, end])
    for s in spans:
        while s[0] < s[1] and text[s[0]] & 0xC0 == 0x80:
            s[0] += 1
        while s[0] < s[1] < len(text) and text[s[1]] & 0xC0 == 0x80:
            s[1] -= 1
    return [s for s in spans if s[0] < s[1]], first


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--min-words", type=int, default=50)
    p.add_argument("--min-bytes", type=int)
    p.add_argument("--drop-share", type=float, default=1)
    p.add_argument("--rejects", default="/dev/null")
    p.add_argument("--spans", default="/dev/null")
    o = p.parse_args()
    seen, rejects, marks = set(), open(o.rejects, "w", encoding="utf-8"), open(o.spans, "w", encoding="utf-8")
    for line in sys.stdin:
        doc = json.loads(line)
        text = doc["text"].encode()
        spans, new = spans_of(text, units_of(text, o), o.min_bytes or o.min_words, seen)
        print(json.dumps([[len(text[:a].decode()), len(text[:b].decode()), 1] for a, b in spans], separators=(",", ":")), file=marks)
        left, at = b"", 0
        for a, b in spans:
            left += text[at:a]
            at = b
        left = (left + text[at:]).decode()
        if not spans:
            print(line, end="")
        elif not left.strip(BLANK):
            print("no-text-left", doc["id"], file=rejects)
            continue
        elif o.drop_share < 1 and (len(doc["text"]) - len(left)) / len(doc["text"]) >= o.drop_share:
            print("repeated-share", doc["id"], file=rejects)
            continue
        else:
            print(json.dumps(doc | {"text": left}, ensure_ascii=False))
        seen |= new.keys()


if sys.argv[1:2] == ["make"]:
    make(*sys.argv[2:5])
elif sys.argv[1:2] == ["texts"]:
    texts()
else:
    main()
