"""Interpolated modified Kneser-Ney, exactly and slowly, from Chen and Goodman 1998 and Heafield et al. 2013.

    lm_reference.py train ORDER PRUNE FALLBACK [VOCAB] <text >arpa     PRUNE 0,0,1   FALLBACK .5,1,1.5
    lm_reference.py compare A.arpa B.arpa TOLERANCE                     0 when they hold the same n-grams and numbers
    lm_reference.py score MODEL.arpa <text                              word, log10 p, n-gram length: the definition of backing off
    lm_reference.py sums MODEL.arpa                                     largest |sum of p(w | context) - 1| over all contexts
"""
import math, sys
from collections import Counter, defaultdict

BOS, EOS, UNK = "<s>", "</s>", "<unk>"


def discounts(counts, fallback):
    n = [0] + [sum(1 for c in counts if c == j) for j in (1, 2, 3, 4)]
    if n[1] and n[2] and n[3]:
        y = n[1] / (n[1] + 2 * n[2])
        d = [0] + [j - (j + 1) * y * n[j + 1] / n[j] for j in (1, 2, 3)]
        if all(0 <= d[j] <= j for j in (1, 2, 3)):
            return d
    return [0] + fallback


def train(lines, order, prune, fallback, vocab):
    sentences = [[w if vocab is None or w in vocab else UNK for w in l.split()] for l in lines]
    raw = [Counter() for _ in range(order + 1)]
    left = [defaultdict(set) for _ in range(order + 1)]
    for s in sentences:
        if not s:
            continue
        row = [BOS] + s + [EOS]
        for i in range(1, len(row)):
            for k in range(1, order + 1):
                if i - k + 1 < 0:
                    break
                g = tuple(row[i - k + 1:i + 1])
                raw[k][g] += 1
                if i - k >= 0:
                    left[k][g].add(row[i - k])
    adjusted = [None] + [{g: (c if k == order or g[0] == BOS else len(left[k][g])) for g, c in raw[k].items()}
                         for k in range(1, order + 1)]
    threshold = [0] + [prune[min(k, len(prune)) - 1] for k in range(1, order + 1)]
    words = {w for s in sentences for w in s} | {EOS, UNK} | (vocab or set())
    p, backoff = {}, {}
    lower = {(): 1 / len(words)}
    for k in range(1, order + 1):
        d = discounts(adjusted[k].values(), fallback)
        total, mass = Counter(), Counter()
        for g, a in adjusted[k].items():
            pruned = raw[k][g] <= threshold[k]
            total[g[:-1]] += a
            mass[g[:-1]] += a if pruned else d[min(a, 3)]
        gamma = {c: mass[c] / total[c] for c in total}
        for c in gamma:
            backoff[c] = gamma[c]
        if k == 1:
            for w in words:
                a = adjusted[1].get((w,), 0)
                p[(w,)] = (a - d[min(a, 3)]) / total[()] + gamma[()] / len(words)
            p[(BOS,)] = 1
            continue
        for g, a in adjusted[k].items():
            if raw[k][g] > threshold[k]:
                p[g] = (a - d[min(a, 3)]) / total[g[:-1]] + gamma[g[:-1]] * p[g[1:]]
    return p, backoff


def write(p, backoff, order):
    print("\\data\\")
    for k in range(1, order + 1):
        print(f"ngram {k}={sum(len(g) == k for g in p)}")
    for k in range(1, order + 1):
        print(f"\n\\{k}-grams:")
        for g in sorted(g for g in p if len(g) == k):
            tail = f"\t{math.log10(backoff.get(g, 1)):.9g}" if k < order else ""
            print(f"{math.log10(p[g]):.9g}\t{' '.join(g)}{tail}")
    print("\n\\end\\")


def read(path):
    p, b = {}, {}
    for line in open(path, encoding="utf-8", newline="\n"):
        f = line.rstrip("\n").split("\t")
        if len(f) > 1:
            g = tuple(f[1].split(" "))
            p[g], b[g] = float(f[0]), float(f[2]) if len(f) > 2 else 0.0
    return p, b


def log_p(p, b, row, i, order):
    for k in range(min(order, i + 1), 0, -1):
        g = tuple(row[i - k + 1:i + 1])
        if g in p:
            penalty = sum(b.get(tuple(row[i - j:i]), 0.0) for j in range(k, min(order - 1, i) + 1))
            return p[g] + penalty, k
    raise SystemExit(f"no unigram {row[i]}")


def main():
    verb, a = sys.argv[1], sys.argv[2:]
    if verb == "train":
        vocab = set(open(a[3]).read().split()) if len(a) > 3 else None
        p, b = train(sys.stdin.read().split("\n"), int(a[0]), [int(x) for x in a[1].split(",")],
                     [float(x) for x in a[2].split(",")], vocab)
        write(p, b, int(a[0]))
    elif verb == "compare":
        (p, b), (q, c) = read(a[0]), read(a[1])
        if set(p) != set(q) or not p:
            sys.exit(f"# other n-grams: {list(set(p) ^ set(q))[:3]} of {len(p)} and {len(q)}")
        worst = max(max(abs(p[g] - q[g]), abs(b[g] - c[g])) for g in p)
        if worst > float(a[2]):
            sys.exit(f"# they differ by {worst}")
    elif verb == "score":
        p, b = read(a[0])
        order = max(map(len, p))
        for line in sys.stdin:
            row = [BOS] + line.split() + [EOS]
            for i in range(1, len(row)) if len(row) > 2 else []:
                known = [w if (w,) in p and (w not in (BOS, EOS, UNK) or j in (0, len(row) - 1)) else UNK
                         for j, w in enumerate(row)]
                value, k = log_p(p, b, known, i, order)
                print(f"{row[i]}\t{value:.6f}\t{k}" + ("\tunknown" if known[i] == UNK else ""))
    elif verb == "sums":
        p, b = read(a[0])
        order = max(map(len, p))
        words = [g[0] for g in p if len(g) == 1 and g[0] != BOS]
        contexts = {g[:-1] for g in p}
        print(max(abs(1 - sum(10 ** log_p(p, b, list(c) + [w], len(c), order)[0] for w in words)) for c in contexts))


main()
