"""Reads what leat shard writes, by the tables in docs/formats.md and docs/sampling.md alone: nothing of leat's is used.

  shard.py lines N SEED          N made documents as lines for tests/unit/shards/ltok
  shard.py check LINES DIR EOD   the directory holds exactly these documents, in order, in each domain and split
  shard.py order DIR SEED SEQ B  a line for samples 0, 1, 2 …: domain, epoch, window (needs `xxhsum`)
"""
import json, math, os, random, re, struct, subprocess, sys


def lines(n, seed):
    r = random.Random(seed)
    for i in range(n):
        domain = r.choice(["web"] * 5 + ["code"] * 2 + ["academic", "a/b", "Web", "web-valid"])
        tokens = " ".join(str(r.randrange(999)) for _ in range(r.choice([0, 1, 2, 50, 200])))
        print(f"doc-{i}", domain, "made", f"https://site{i % 37}.org/p{i}", f"c{i % 3}.warc.gz", i * 11 - 1, tokens, sep="\t")


def read_index(path, bin_path):
    """Megatron-LM's layout, as its table says."""
    raw = open(path, "rb").read()
    magic, version, kind, sequences, boundaries = struct.unpack_from("<9sQBQQ", raw, 0)
    assert magic == b"MMIDIDX\0\0" and version == 1 and kind in (4, 8), (magic, version, kind)
    assert len(raw) == 34 + 12 * sequences + 8 * boundaries, len(raw)
    lengths = struct.unpack_from(f"<{sequences}i", raw, 34)
    offsets = struct.unpack_from(f"<{sequences}q", raw, 34 + 4 * sequences)
    documents = struct.unpack_from(f"<{boundaries}q", raw, 34 + 12 * sequences)
    assert documents[0] == 0 and documents[-1] == sequences and len(documents) == sequences + 1
    size, code = (2, "H") if kind == 8 else (4, "i")
    tokens = open(bin_path, "rb").read()
    assert sum(lengths) * size == len(tokens)
    return [struct.unpack_from(f"<{n}{code}", tokens, o) for n, o in zip(lengths, offsets)]


def check(lines_path, directory, eod):
    manifest = json.load(open(f"{directory}/manifest.json"))
    want, got, split_of = {}, {}, {}
    for line in open(lines_path):
        f = line.rstrip("\n").split("\t")
        ids = [int(x) for x in f[6].split()]
        if eod is not None and (not ids or ids[-1] != eod):
            ids.append(eod)
        want.setdefault(f[1], []).append((f[0], f[2], f[3], f[4], int(f[5]) if int(f[5]) >= 0 else None, tuple(ids)))
    seen_files = {"manifest.json"}
    for domain in manifest["domains"]:
        for split in ("train", "valid"):
            total = 0
            for number, x in enumerate(domain[split]["files"]):
                stem = f"{directory}/{x['name']}"
                assert x["name"].endswith(("-valid" if split == "valid" else "") + f"-{number:05d}"), x["name"]
                sequences = read_index(stem + ".idx", stem + ".bin")
                docs = subprocess.run(["zstd", "-dcq", stem + ".docs.zst"], stdout=subprocess.PIPE, check=True).stdout
                docs = [json.loads(d) for d in docs.splitlines()]
                assert len(docs) == len(sequences) == x["documents"]
                assert sum(map(len, sequences)) == x["tokens"]
                for d, ids in zip(docs, sequences):
                    assert d["tokens"] == len(ids)
                    got.setdefault(domain["name"], {}).setdefault(split, []).append(
                        (d["id"], d["source"], d["url"], d["warc_file"], d["warc_offset"], ids))
                    split_of[d["id"]] = split
                seen_files |= {x["name"] + s for s in (".bin", ".idx", ".docs.zst")}
                for part, suffix in (("bin", ".bin"), ("idx", ".idx"), ("docs", ".docs.zst")):
                    out = subprocess.run(["xxhsum", "-H3", stem + suffix], stdout=subprocess.PIPE, text=True, check=True).stdout
                    assert x[part]["xxh3"] in out, (out, x[part])
                    assert x[part]["bytes"] == os.path.getsize(stem + suffix)
                total += x["documents"]
            assert total == domain[split]["documents"]
    assert seen_files == set(os.listdir(directory)), seen_files ^ set(os.listdir(directory))
    assert sorted(got) == sorted(want) == [d["name"] for d in manifest["domains"]]
    for name, documents in want.items():
        for split in ("train", "valid"):
            assert got[name].get(split, []) == [d for d in documents if split_of[d[0]] == split], (name, split)
    assert sum(d["quanta"] for d in manifest["domains"]) == 4096
    assert abs(sum(d["weight"] for d in manifest["domains"]) - 1) < 1e-12
    valid = sum(s == "valid" for s in split_of.values())
    print(f"{len(split_of)} documents, {valid} for validation")


# ---------------------------------------------------------------- the order, by docs/sampling.md

M64 = (1 << 64) - 1


def mix(x):
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        x ^= x >> 33
        x = x * multiplier & M64
    return x ^ x >> 33


def xxh3(data):
    out = subprocess.run(["xxhsum", "-H3"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return int(re.search(rb"\b[0-9a-f]{16}\b", out)[0], 16)


class Permutation:
    def __init__(self, n, seed, name_hash, epoch):
        bits = max(6, (n - 1).bit_length())
        self.n, self.low, self.high = n, bits // 2, bits - bits // 2
        base = mix(name_hash ^ mix(seed + 0x9E3779B97F4A7C15 & M64))
        self.keys = [mix(base ^ mix(epoch * 8 + r + 1)) for r in range(8)]

    def at(self, x):
        while True:
            low, high = x & (1 << self.low) - 1, x >> self.low
            for r in range(0, 8, 2):
                high ^= mix(low ^ self.keys[r]) & (1 << self.high) - 1
                low ^= mix(high ^ self.keys[r + 1]) & (1 << self.low) - 1
            x = high << self.low | low
            if x < self.n:
                return x


def up(a, b):
    return -(-a // b)


def extras(quanta, batch):
    """For each batch of a period, which domains get one more than the whole part of their quota: PD2."""
    period = 4096 // math.gcd(batch, 4096)
    rates = [batch * q % 4096 // math.gcd(batch, 4096) for q in quanta]
    places = sum(rates) // period
    had = [0] * len(quanta)
    for t in range(period):
        ready = []
        for d, a in enumerate(rates):
            m = had[d] + 1
            if a and (m - 1) * period // a <= t:
                deadline, overlaps = up(m * period, a), m * period % a != 0
                group = up(up(deadline * (period - a), period) * period, period - a) if overlaps and 2 * a >= period else 0
                ready.append((deadline, not overlaps, -group, d))
        chosen = sorted(ready)[:places]
        for x in chosen:
            had[x[3]] += 1
        yield {x[3] for x in chosen}


def order(directory, seed, seq, batch, n=3000):
    manifest = json.load(open(f"{directory}/manifest.json"))
    domains = manifest["domains"]
    quanta = [d["quanta"] for d in domains]
    windows = [max(d["train"]["tokens"] - 1, 0) // seq for d in domains]
    hashes = [xxh3(d["name"].encode()) for d in domains]
    stride = batch * 2654435769 >> 32
    while math.gcd(stride, batch) != 1:
        stride += 1
    rows, given, out = list(extras(quanta, batch)), [0] * len(quanta), []
    for j in range(n // batch + 1):
        counts = [batch * q // 4096 + (d in rows[j % len(rows)]) for d, q in enumerate(quanta)]
        slots = [(d, given[d] + i) for d, c in enumerate(counts) for i in range(c)]
        assert len(slots) == batch
        for d, c in enumerate(counts):
            given[d] += c
        out += [slots[r * stride % batch] for r in range(batch)]
    cache = {}
    for d, k in out[:n]:
        epoch = k // windows[d]
        p = cache.setdefault((d, epoch), Permutation(windows[d], seed, hashes[d], epoch))
        print(d, epoch, p.at(k % windows[d]))


if __name__ == "__main__":
    a = sys.argv[2:]
    if sys.argv[1] == "lines":
        lines(int(a[0]), int(a[1]))
    elif sys.argv[1] == "check":
        check(a[0], a[1], None if a[2] == "-" else int(a[2]))
    elif sys.argv[1] == "order":
        order(a[0], int(a[1]), int(a[2]), int(a[3]))
