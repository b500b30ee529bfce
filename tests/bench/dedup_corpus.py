"""dedup_corpus.py DATA OUT.jsonl N en|all [SEED]: N documents of real texts (C4, and Wikipedia cut at line ends into pieces of up to 4,000
characters; all: Chinese, too, one in four), four in ten of them copies of others, changed so much that the Jaccard similarities of word 5-grams
spread over .45 to 1: words replaced, left out or put in, one by one or in a block, or only case and marks changed. One
copy in five is of a copy. Shuffled; metadata names what was copied. The same N and SEED give the same documents."""
import glob
import json
import random
import re
import sys


def pieces(text, most=4000):
    while len(text) > most:
        at = text.rfind("\n", 200, most)
        at = at if at > 0 else most
        yield text[:at].strip()
        text = text[at:]
    yield text.strip()


def wikipedia(folder):
    for path in sorted(glob.glob(folder + "/*/wiki_*")):
        for m in re.finditer(r"<doc id[^>]*>\n(.*?)</doc>", open(path, encoding="utf-8").read(), re.S):
            yield from pieces(m[1].strip())


def cut(text, chinese):
    """Words, each with what follows it; in Chinese, characters."""
    return list(text) if chinese else re.findall(r"\S+\s*", text)


def changed(words, j, strange, rng):
    """About the Jaccard similarity j: of two sets of s shingles that differ in x of them it is (s - x) / (s + x)."""
    n, x = len(words), (1 - j) / (1 + j)
    if rng.random() < 0.4:  # a block: put in, it is as long as 1/j - 1, left out, as 1 - j
        if rng.random() < 0.5:
            k = round(n * (1 / j - 1))
            at, start = rng.randrange(n), rng.randrange(max(1, len(strange) - k))
            return words[:at] + strange[start:start + k] + words[at:]
        k = round(n * (1 - j))
        at = rng.randrange(n - k + 1)
        return words[:at] + words[at + k:]
    rate, out = 1 - (1 - x) ** 0.2, []
    for w in words:
        if rng.random() >= rate:
            out.append(w)
            continue
        kind = rng.random()
        if kind < 0.7: out.append(rng.choice(strange))
        elif kind < 0.85: out += [w, rng.choice(strange)]
    return out


def dressed(words, rng):
    return [w.upper() if rng.random() < 0.1 else w.replace(" ", "  ") if rng.random() < 0.1 else w for w in words]


def main(data, path, n, languages, seed):
    rng = random.Random(seed)
    english = [json.loads(line)["text"] for line in open(data + "/en-c4-sample/c4.jsonl", encoding="utf-8")]
    english += wikipedia(data + "/en-wikipedia-2015")
    chinese = [t for t in wikipedia(data + "/zh-wikipedia-2024") if len(t) > 200] if languages == "all" else []
    english = [t for t in english if len(t) > 300]
    rng.shuffle(english)
    rng.shuffle(chinese)
    copies = n * 4 // 10
    originals = min(n - copies, len(english) + len(chinese))
    n_english = min(originals * 3 // 4 if chinese else originals, len(english))
    docs = [(t, False, None) for t in english[:n_english]] + [(t, True, None) for t in chinese[:originals - n_english]]
    originals = len(docs)
    for i in range(copies):
        of = rng.randrange(originals, len(docs)) if i and rng.random() < 0.2 else rng.randrange(originals)
        text, zh, _ = docs[of]
        words, strange = cut(text, zh), cut(docs[rng.randrange(n_english, originals) if zh else rng.randrange(n_english)][0], zh)
        words = changed(words, rng.uniform(0.45, 1), strange, rng) if rng.random() < 0.95 else dressed(words, rng)
        docs.append(("".join(words), zh, of))
    order = list(range(len(docs)))
    rng.shuffle(order)
    with open(path, "w", encoding="utf-8") as out:
        for i in order:
            text, zh, of = docs[i]
            doc = {"id": f"d-{i}", "text": text, "source": "zh" if zh else "en"}
            if of is not None: doc["metadata"] = {"copy_of": f"d-{of}"}
            out.write(json.dumps(doc, ensure_ascii=False) + "\n")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]) if len(sys.argv) > 5 else 1)
