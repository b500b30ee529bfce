"""classify_reference.py train DOCS.jsonl MODEL.lcl [BITS WORDS CHARS PASSES RATE L2 BALANCED]: the features and the training of leat
classify, written anew and slowly from docs/formats.md; compares every weight of the model with its own.
classify_reference.py eval PREDICTIONS.tsv REPORT.json: accuracy, macro-F1 and AUC by their definitions."""
import json, math, struct, sys, unicodedata

M = (1 << 64) - 1
SEED, PRIME, CHARS, GOLD = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD, 0xD6E8FEB86659FD93, 0x100000001B3


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def mix(h):
    h ^= h >> 32
    h = h * PRIME & M
    return h ^ h >> 29


def step(h, c):
    return (h ^ c) * GOLD & M


def lower(c):
    l = c.lower()
    return ord(l) if len(l) == 1 else ord(c)


def words(text):
    """(word, whether it may have character n-grams)"""
    word, i = "", 0
    while i < len(text):
        c = text[i]
        kind = unicodedata.category(c)[0]
        wide = any(name in unicodedata.name(c, "") for name in ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"))
        if (c.isascii() and c.isalnum()) or (not c.isascii() and kind in "LMN" and not wide):
            word += c
            i += 1
            continue
        if word: yield word, True
        word = ""
        i += 1
        if c == "\n":
            while i < len(text) and (ord(text[i]) <= 32 or ord(text[i]) == 127): i += 1
            yield c, False
        elif not (c.isspace() or ord(c) <= 32 or ord(c) == 127): yield c, False
    if word: yield word, True


def features(text, bits, n_words, chars):
    count, last = {}, []

    def add(h):
        index = (h & M) >> (64 - bits)
        count[index] = min(count.get(index, 0) + 1, 255)

    for word, whole in words(text):
        h = SEED
        for c in word: h = step(h, lower(c))
        h = mix(h)
        add(h * SEED)
        chain = h
        for before in last[: n_words - 1]:
            chain = mix(chain + before & M) * SEED & M
            add(chain)
        last = [h + SEED & M] + last[:4]
        if whole and chars:
            letters = [ord("<")] + [lower(c) for c in word[:62]] + [ord(">")]
            for i in range(len(letters)):
                h = CHARS
                for j in range(i, min(i + chars[1], len(letters))):
                    h = step(h, letters[j]) * SEED & M
                    if j - i + 1 >= chars[0]: add(mix(h) * SEED)
    return count  # in the order of first appearance


def fmix(x):
    x ^= x >> 33
    x = x * 0xFF51AFD7ED558CCD & M
    x ^= x >> 33
    x = x * 0xC4CEB9FE1A85EC53 & M
    return x ^ x >> 33


def shuffled(n, seed):
    order = list(range(n))
    for i in range(n, 1, -1):
        j = fmix(seed + i * SEED & M) * i >> 64
        order[j], order[i - 1] = order[i - 1], order[j]
    return order


def probabilities(z):
    if len(z) == 1: return [1 / (1 + math.exp(-z[0]))]
    e = [math.exp(x - max(z)) for x in z]
    return [x / sum(e) for x in e]


def train(docs, bits, n_words, chars, passes, rate, l2, balanced):
    labels = sorted({d[1] for d in docs}, key=str.encode)
    k = 1 if len(labels) == 2 else len(labels)
    vectors = []
    for text, label in docs:
        f = {i: 1 + math.log(c) for i, c in features(text, bits, n_words, chars).items()}
        norm = math.sqrt(sum(v * v for v in f.values()))
        vectors.append(({i: v / norm for i, v in f.items()}, labels.index(label)))
    weight = [len(docs) / len(labels) / sum(y == c for _, y in vectors) if balanced else 1 for c in range(len(labels))]
    w, seen, bias, bias_seen = {}, {}, [0.0] * k, 0.0
    for p in range(passes):
        mixed = fmix(fmix(1) + p & M)
        for i in shuffled(len(docs), fmix(mixed + 1 & M)):
            x, y = vectors[i]
            z = [bias[c] + sum(w[f][c] * v for f, v in x.items() if f in w) for c in range(k)]
            target = [float(y == 1)] if k == 1 else [float(y == c) for c in range(k)]
            error = [weight[y] * (t - q) for t, q in zip(target, probabilities(z))]
            square = sum(e * e for e in error)
            for f, v in x.items():
                seen[f] = seen.get(f, 0) + square * v * v
                by = rate / math.sqrt(seen[f] + 1e-6)
                row = w.setdefault(f, [0.0] * k)
                for c in range(k): row[c] += by * (error[c] * v - l2 * row[c])
            bias_seen += square
            for c in range(k): bias[c] += rate / math.sqrt(bias_seen + 1e-6) * error[c]
    return labels, bias, w


def read_model(path):
    data = open(path, "rb").read()
    magic, version, bits, _, _, _, classes, outputs, _, _, rows, label_bytes = struct.unpack_from("<8s8I3Q", data)
    assert magic == b"leatlcl\n" and version == 1
    at = 64
    labels = [s.decode() for s in data[at : at + label_bytes].split(b"\0")[:classes]]
    at += label_bytes
    there = int.from_bytes(data[at : at + (1 << bits) // 8], "little")
    at += (1 << bits) // 8
    bias = struct.unpack_from(f"<{outputs}f", data, at)
    at += 4 * outputs
    index = [i for i, c in enumerate(bin(there)[:1:-1]) if c == "1"]
    assert len(index) == rows
    return labels, bias, {i: struct.unpack_from(f"<{outputs}f", data, at + 4 * outputs * n) for n, i in enumerate(index)}


def compare(docs, model, bits=22, n_words=2, chars="", passes=5, rate=0.2, l2=0, balanced=0):
    docs = [json.loads(line) for line in open(docs)]
    docs = [(d["text"], str(d["metadata"]["label"])) for d in docs]
    chars = tuple(map(int, chars.split("-"))) if chars else None
    labels, bias, w = train(docs, int(bits), int(n_words), chars, int(passes), float(rate), float(l2), int(balanced))
    got_labels, got_bias, got = read_model(model)
    assert labels == got_labels, (labels, got_labels)
    assert set(w) == set(got), (len(w), len(got), len(set(w) & set(got)))
    worst = max(abs(a - b) for f in w for a, b in zip(w[f], got[f]))
    worst = max([worst] + [abs(a - b) for a, b in zip(bias, got_bias)])
    size = max(abs(a) for f in w for a in w[f])
    print(f"# {len(docs)} documents, {len(labels)} classes, {len(w)} features, weights up to {size:.3g}, worst difference {worst:.2g}")
    sys.exit(not worst < 2e-5 * size)


def measure(predictions, report):
    head, *rows = [line.rstrip("\n").split("\t") for line in open(predictions)]
    labels, report = head[4:], json.load(open(report))
    truth, said = [r[2] for r in rows], [r[3] for r in rows]
    f1, auc = [], []
    for k, label in enumerate(labels):
        right = sum(t == s == label for t, s in zip(truth, said))
        f1.append(2 * right / (truth.count(label) + said.count(label)))
        members = [float(r[4 + k]) for r in rows if r[2] == label]
        others = [float(r[4 + k]) for r in rows if r[2] != label]
        auc.append(sum((m > o) + (m == o) / 2 for m in members for o in others) / len(members) / len(others))
    want = {"accuracy": sum(t == s for t, s in zip(truth, said)) / len(rows), "macro_f1": sum(f1) / len(f1),
            "auc": auc[1] if len(labels) == 2 else sum(auc) / len(auc)}
    print("#", want)
    sys.exit(any(abs(report[k] - want[k]) > 1e-12 for k in want))


if sys.argv[1] == "train": compare(*sys.argv[2:])
else: measure(*sys.argv[2:])
