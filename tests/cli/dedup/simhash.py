"""simhash.py drop DOCS BITS NGRAM: what `leat dedup simhash` must do, computed word by word and by comparing all: a line per
dropped document, as --pairs writes it. Words are those of ASCII text.
simhash.py best DOCS BITS NGRAM: the same of --keep best, of which the longest stays; what has the same fingerprint as a longer one
goes with it. Lengths must tell all apart that are alike.
simhash.py make N SEED: JSONL of N documents of up to 1500 words, most of them copies of others with some words changed."""
import functools, json, random, re, sys

M = 2**64 - 1
FIRST, SECOND, MIX = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95, 0xBF58476D1CE4E5B9


def fold(h):
    h &= M
    return h ^ h >> 32


@functools.cache
def word_hash(word):
    at = [int.from_bytes(word[i:i + 8], "little") for i in range(0, max(len(word), 16), 8)]
    h = fold((at[0] ^ len(word)) * FIRST) ^ fold(at[1] * SECOND)
    for eight in at[2:]: h = fold((h ^ eight) * FIRST) * SECOND & M
    return h


def ngram_hash(words):
    h = 0
    for w in words: h = ((h << 11 | h >> 53) + w) & M
    return fold(h * MIX)


def fingerprint(text, n):
    words = [word_hash(w.encode()) for w in re.findall(r"[^\W_]+(?:[-'.’][^\W_]+)*", text.lower())]
    assert words
    ngrams = [ngram_hash(words[i:i + n]) for i in range(max(1, len(words) - n + 1))]
    columns = zip(*(format(g, "064b") for g in ngrams)) # from the highest bit
    return int("".join("01"[2 * c.count("1") > len(ngrams)] for c in columns), 2)


def drop(docs, bits, n):
    kept = []
    for d in docs:
        f = fingerprint(d["text"], n)
        near = min(((bin(f ^ g).count("1"), i) for i, (g, _) in enumerate(kept)), default=(65, 0))
        if near[0] > bits: kept.append((f, d["id"]))
        else: print(d["id"], kept[near[1]][1], near[0], sep="\t")


def best(docs, bits, n):
    kept, gone, of_print = [], {}, {}
    for d in sorted(docs, key=lambda d: -len(d["text"].encode())):
        f = fingerprint(d["text"], n)
        if f in of_print:
            gone[d["id"]] = gone.get(of_print[f], (0, of_print[f]))
            continue
        of_print[f] = d["id"]
        near = min(((bin(f ^ g).count("1"), i) for i, (g, _) in enumerate(kept)), default=(65, 0))
        if near[0] > bits: kept.append((f, d["id"]))
        else: gone[d["id"]] = (near[0], kept[near[1]][1])
    for d in docs:
        if d["id"] in gone: print(d["id"], gone[d["id"]][1], gone[d["id"]][0], sep="\t")


def make(count, seed):
    rng = random.Random(seed)
    vocabulary = ["w%d" % i for i in range(500)] + ["antidisestablishmentarianism", "o'clock", "sixteen-letters-", "x" * 24]
    pool = []
    for i in range(count):
        if i == 0 or rng.random() < 0.2: words = [rng.choice(vocabulary) for _ in range(rng.choice([1, 2, 5, 40, 300, 1500, 1500]))]
        else: words = list(rng.choice(pool))
        for _ in range(rng.choice([0, 1, 2, 5, 20])): words[rng.randrange(len(words))] = rng.choice(vocabulary)
        pool.append(words)
        print(json.dumps({"id": f"d{i}", "text": "".join((w.upper() if rng.random() < 0.1 else w) + rng.choice([" ", ", ", "! "]) for w in words)}))


if sys.argv[1] == "make": make(int(sys.argv[2]), int(sys.argv[3]))
else: (best if sys.argv[1] == "best" else drop)([json.loads(line) for line in open(sys.argv[2])], int(sys.argv[3]), int(sys.argv[4]))
