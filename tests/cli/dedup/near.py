"""near.py make N SEED: JSONL of N documents, among them near duplicates of all degrees, chains, case and punctuation variants.
near.py scored N SEED: the same with metadata.s (numbers, words, nothing) and sources a to d, all of different lengths.
near.py drop DOCS THRESHOLD [N]: what `leat dedup minhash` must do when every likely pair is proposed: a line per dropped
document, as --pairs writes it. Words are those of ASCII text; sets of 5-grams are compared as tuples of strings; with N sets of
N characters.
near.py pairs DOCS MIN: all pairs of a similarity of at least MIN: numbers of both, similarity.
near.py best DOCS THRESHOLD [--score KEY] [--source A,B]: the same of --keep best; lengths and scores must tell all documents apart
that are alike. What has the same list of 5-grams as a better one goes with it.
near.py verify DOCS PAIRS THRESHOLD [SLACK]: every line of PAIRS is true, and none names a dropped document as the kept one."""
import argparse, json, random, re, sys


def gram_list(text):
    words = re.findall(r"[^\W_]+(?:[-'.’][^\W_]+)*", text.lower())
    return tuple(tuple(words[i:i + 5]) for i in range(max(1, len(words) - 4))) if words else (text,)


def grams(text):
    return set(gram_list(text))


def char_grams(text, n):
    text = " ".join(text.split()).lower()
    return {text[i:i + n] for i in range(max(1, len(text) - n + 1))}


def jaccard(a, b):
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def make(n, seed):
    rng = random.Random(seed)
    vocabulary = ["w%d" % i for i in range(400)]

    def fresh(k):
        return [rng.choice(vocabulary) for _ in range(k)]

    def changed(words, k):
        words = list(words)
        for _ in range(k):
            at = rng.randrange(len(words))
            what = rng.random()
            if what < 0.4: words[at] = rng.choice(vocabulary)
            elif what < 0.7: words.insert(at, rng.choice(vocabulary))
            elif len(words) > 1: del words[at]
        return words

    def dressed(words):
        words = [w.upper() if rng.random() < 0.1 else w for w in words]
        return "".join(w + rng.choice([" ", " ", " ", ", ", "\n", " — ", "! "]) for w in words)

    river, pool = fresh(4000), []
    for i in range(n):
        kind = rng.random()
        if kind < 0.3 or not pool: words = fresh(rng.choice([1, 3, 5, 6, 30, 100, 250]))
        elif kind < 0.8: words = changed(rng.choice(pool), rng.choice([0, 1, 2, 4, 8]))
        else:  # windows on one long text: a chain of likenesses
            at = rng.randrange(60) * 20
            words = river[at:at + 200]
        pool.append(words)
        text = dressed(words) if rng.random() < 0.98 else rng.choice(["", "!!!", "???", "..."])
        yield {"id": f"d{i}", "text": text, "metadata": {"n": i}}


def scored(docs, seed):
    rng, lengths = random.Random(seed), set()
    for d in docs:
        filling = " " if re.search(r"\w", d["text"]) else "!"
        while len(d["text"].encode()) in lengths: d["text"] += filling
        lengths.add(len(d["text"].encode()))
        d["source"] = rng.choice("abcd")
        s = rng.choice([None, 1, 2, -1, -2.5, 0, -0.0, 1e300, 3.25, "7"])
        if s is not None: d["metadata"]["s"] = s
        yield d


def read(path):
    return [json.loads(line) for line in open(path, encoding="utf-8", newline="\n")]


def drop(docs, threshold, chars):
    kept = []
    for d in docs:
        g, best, of = char_grams(d["text"], chars) if chars else grams(d["text"]), -1.0, None
        for other, og in kept:
            if min(len(g), len(og)) < threshold * max(len(g), len(og)): continue
            j = jaccard(g, og)
            if j >= threshold and j > best: best, of = j, other
        if of is None: kept.append((d["id"], g))
        else: print(f"{d['id']}\t{of}\t{best:.6f}")


def pairs(docs, least):
    sets = [grams(d["text"]) for d in docs]
    for b in range(len(docs)):
        for a in range(b):
            j = jaccard(sets[a], sets[b])
            if j >= least: print(f"{a}\t{b}\t{j:.9f}")


def keep_key(d, score, sources):
    number = d["metadata"].get(score)
    return (sources.index(d["source"]) if d.get("source") in sources else len(sources),
            -number if isinstance(number, (int, float)) else float("inf"), -len(d["text"].encode()))


def best(docs, threshold, score, sources):
    kept, gone, of_list = [], {}, {}
    for d in sorted(docs, key=lambda d: keep_key(d, score, sources)):
        same = gram_list(d["text"])
        if same in of_list:
            of = of_list[same]
            gone[d["id"]] = gone.get(of, (1.0, of))
            continue
        of_list[same] = d["id"]
        g, most, of = set(same), -1.0, None
        for other, og in kept:
            if min(len(g), len(og)) < threshold * max(len(g), len(og)): continue
            j = jaccard(g, og)
            if j >= threshold and j > most: most, of = j, other
        if of is None: kept.append((d["id"], g))
        else: gone[d["id"]] = (most, of)
    for d in docs:
        if d["id"] in gone: print("%s\t%s\t%.6f" % (d["id"], gone[d["id"]][1], gone[d["id"]][0]))


def verify(docs, pairs, threshold, slack):
    sets, place = {}, {d["id"]: i for i, d in enumerate(docs)}
    text = {d["id"]: d["text"] for d in docs}
    dropped, wrong, n = set(), 0, 0
    lines = [line.rstrip("\n").split("\t") for line in open(pairs, encoding="utf-8", newline="\n")]
    for a, b, j in lines:
        dropped.add(a)
        for x in (a, b): sets.setdefault(x, grams(text[x]))
        true, n = jaccard(sets[a], sets[b]), n + 1
        if true < threshold - slack or abs(true - float(j)) > slack + 1e-6 or float(j) < threshold or place[b] >= place[a]:
            wrong += 1
            print("#", a, b, j, "is", true)
    wrong += sum(b in dropped for _, b, _ in lines) + (len(dropped) != n)
    print("#", n, "pairs,", wrong, "wrong")
    return wrong == 0 and n > 0


if sys.argv[1] in ("make", "scored"):
    made = make(int(sys.argv[2]), int(sys.argv[3]))
    for d in made if sys.argv[1] == "make" else scored(made, int(sys.argv[3])): print(json.dumps(d, ensure_ascii=d["metadata"]["n"] % 2 == 0))
elif sys.argv[1] == "best":
    a = argparse.ArgumentParser()
    a.add_argument("docs")
    a.add_argument("threshold", type=float)
    a.add_argument("--score")
    a.add_argument("--source", default="")
    a = a.parse_args(sys.argv[2:])
    best(read(a.docs), a.threshold, a.score, a.source.split(",") if a.source else [])
elif sys.argv[1] == "drop":
    drop(read(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
elif sys.argv[1] == "pairs":
    pairs(read(sys.argv[2]), float(sys.argv[3]))
else:
    slack = float(sys.argv[5]) if len(sys.argv) > 5 else 0
    sys.exit(not verify(read(sys.argv[2]), sys.argv[3], float(sys.argv[4]), slack))
