"""dedup_score.py DOCS.jsonl PAIRS THRESHOLD KEPT…: what is left and what is gone, by exact similarity. PAIRS: of dedup_pairs, from a
similarity well below the threshold on. KEPT: JSONL documents or ids, a line each; beside it may lie KEPT.found, what --pairs wrote.

precision: of the removed documents, the share of which a kept one is alike by the threshold at least. pairs apart: of all pairs that
alike, the share of which not both were kept. duplicates left: documents kept although one that was kept, too, and comes earlier is that
alike, of all documents. components: of pairs that alike; clean: no two kept documents of it are that alike.
written: pairs in KEPT.found; false: those that are less alike, or whose similarity is another."""
import collections
import json
import os
import sys


def components(pairs):
    root = {}

    def find(a):
        while root.setdefault(a, a) != a:
            root[a] = root[root[a]]
            a = root[a]
        return a
    for a, b in pairs: root[find(a)] = find(b)
    return {a: find(a) for a in list(root)}


def kept_ids(path):
    for line in open(path, encoding="utf-8"):
        yield json.loads(line)["id"] if line.startswith("{") else line.rstrip("\n")


def written(path, truth):
    """How many pairs, and how many that are not in the truth as they stand there."""
    lines = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]
    return len(lines), sum(abs(truth.get(frozenset((a, b)), -1) - float(j)) > 1e-6 for a, b, j in lines)


docs, pairs_file, threshold = sys.argv[1], sys.argv[2], float(sys.argv[3])
ids = [json.loads(line)["id"] for line in open(docs, encoding="utf-8")]
number = {d: i for i, d in enumerate(ids)}
true, likeness, truth = [], collections.defaultdict(list), {}
for line in open(pairs_file):
    a, b, j = line.split()
    a, b, j = int(a), int(b), float(j)
    likeness[a].append((j, b))
    likeness[b].append((j, a))
    if j < threshold: continue
    true.append((a, b))
    truth[frozenset((ids[a], ids[b]))] = j
of = components(true)
print(f"{len(ids)} documents, {len(true)} pairs of J >= {threshold}, {len(set(of.values()))} components of {len(of)} documents")
print(f"{'':28} removed precision pairs-apart duplicates-left clean-components written false")
for path in sys.argv[4:]:
    kept = {number[i] for i in kept_ids(path)}
    gone = [i for i in range(len(ids)) if i not in kept]
    right = sum(any(j >= threshold and b in kept for j, b in likeness[i]) for i in gone)
    together = [(a, b) for a, b in true if a in kept and b in kept]
    left, dirty = {max(p) for p in together}, {of[a] for a, _ in together}
    share = lambda part, whole: f"{part / whole:.5f}" if whole else "-"
    pairs, false = written(path + ".found", truth) if os.path.exists(path + ".found") else ("-", "-")
    print(f"{path.split('/')[-1]:28} {len(gone):7} {share(right, len(gone)):>9} {share(len(true) - len(together), len(true)):>11} "
          f"{share(len(left), len(ids)):>15} {share(len(set(of.values())) - len(dirty), len(set(of.values()))):>16} {pairs:>7} {false:>5}")
