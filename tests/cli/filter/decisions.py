"""decisions.py FILE.jsonl DECISIONS.jsonl LEAST [DIALECT:]PRESET=KEY…: runs leat filter for each preset and compares its decision on every document, and the
SHA-1 of the text after C4's edits, with recorded ones. LEAST: the share that must be equal. Exit 1 when fewer are."""
import collections, hashlib, json, subprocess, sys

docs, decisions, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
theirs = {d["id"]: d for d in map(json.loads, open(decisions, encoding="utf-8")) if "id" in d}
bad = False
for preset, key in (a.split("=") for a in sys.argv[4:]):
    dialect, preset = preset.split(":") if ":" in preset else ("datatrove-0.10", preset)
    subprocess.run(["leat-filter", "-q", "--dialect", dialect, "--preset", preset, "--rejects", "rejects", docs, "-o", "kept"], check=True)
    ours = {}
    for line in open("kept", encoding="utf-8"):
        d = json.loads(line)
        ours[d["id"]] = (True, hashlib.sha1(d["text"].encode()).hexdigest())
    for line in open("rejects", encoding="utf-8"):
        d = json.loads(line)
        ours[d["id"]] = (d["metadata"]["drop"]["rule"], None)
    equal, causes = 0, collections.Counter()
    for i, t in theirs.items():
        want, text = t[key], t.get(key + "_sha1") or t.get(key + "_text_sha1")
        want = {"< 3 paragraphs": "too_few_paragraphs"}.get(want, want)
        if ours[i][0] == want and (want is not True or not text or text[:len(text)] == ours[i][1][:len(text)]): equal += 1
        else: causes[str(want), str(ours[i][0])] += 1; print("#", preset, i, "theirs", want, "ours", ours[i][0]) if sum(causes.values()) < 6 else 0
    print("#", preset, equal, "of", len(theirs), "decided alike", causes.most_common(4) if causes else "")
    bad |= equal < least * len(theirs)
sys.exit(bad)
