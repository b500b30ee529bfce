"""from_ranks.py RANKS.tiktoken CUT.json [SPECIAL=ID…] >tokenizer.json: a vocabulary by ranks ("base64 SP rank") as a tokenizer.json that cuts text as CUT.json
does. Every way to make a token of two others is a merge, in the order of the made token's rank; a piece that is a token stays whole."""
import base64, json, sys

own = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
rest = [b for b in range(256) if b not in own]
char = {**{b: chr(b) for b in own}, **{b: chr(256 + n) for n, b in enumerate(rest)}}


def text(raw):
    return "".join(char[b] for b in raw)


ranks = {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in open(sys.argv[1]) if line.strip()}
cut = json.load(open(sys.argv[2]))
merges = []
for token in sorted(ranks, key=ranks.get):
    ways = [(ranks[token[:i]], ranks[token[i:]], i) for i in range(1, len(token)) if token[:i] in ranks and token[i:] in ranks]
    merges += [f"{text(token[:i])} {text(token[i:])}" for _, _, i in sorted(ways)]
cut["added_tokens"] = [{"content": t, "id": int(i), "special": True} for t, _, i in (a.rpartition("=") for a in sys.argv[3:])]
cut["model"] = {"type": "BPE", "ignore_merges": True, "vocab": {text(t): r for t, r in ranks.items()}, "merges": merges}
json.dump(cut, sys.stdout)
