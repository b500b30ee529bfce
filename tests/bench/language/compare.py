"""compare.py PYTHON DETECT LINGUA WIKIPEDIA RUNS: see language.sh. `compare.py peer NAME FILE` times a peer on the lines of a file."""
import collections, pathlib, re, statistics, subprocess, sys, time

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
ISO = {"iw": "he", "nb": "no", "zh-Hant": "zh", "jw": "jv", "sr-ME": "sr"}


def peer(name, path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")[:-1]
    if name == "pycld2":
        import pycld2
        detect = lambda line: pycld2.detect(line, bestEffort=True)[2][0][1]
    else:
        import py3langid
        detect = lambda line: py3langid.classify(line)[0]
    start, found = time.process_time(), [detect(line) for line in lines]
    print(f"{sum(len(line.encode()) + 1 for line in lines) / (time.process_time() - start) / 1e6:.2f}", file=sys.stderr)
    print("\n".join(found))


def main(python, detect, lingua, wikipedia, runs):
    gold, lines = [], []
    for f in sorted(pathlib.Path(lingua).glob("*.sentences.txt")):
        # CLD2 refuses whole texts for one control character; ours are of the same lines
        for line in f.read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n"):
            lines.append(CONTROLS.sub(" ", line))
            gold.append(ISO.get(f.name.split(".")[0], f.name.split(".")[0]))
    articles = []
    for f in sorted(pathlib.Path(wikipedia).rglob("wiki_*"))[:20]:
        articles += [" ".join(CONTROLS.sub(" ", m[1]).split()) for m in re.finditer(r"<doc [^>]*>\n(.*?)</doc>", f.read_text(encoding="utf-8"), re.S)]
    sets = {"sentences": lines, "articles": articles}
    tools = {"leat": [detect, "-n", "1"], "pycld2": [python, __file__, "peer", "pycld2"], "py3langid": [python, __file__, "peer", "py3langid"]}
    for title, texts in sets.items():
        path = pathlib.Path(detect).with_name(title + ".txt")
        path.write_text("".join(t + "\n" for t in texts), encoding="utf-8")
        speed, answers = collections.defaultdict(list), {}
        for _ in range(int(runs)):
            for tool, command in tools.items():
                if tool == "py3langid" and speed[tool]:
                    continue  # slow: once
                argument = [] if tool == "leat" else [str(path)]
                run = subprocess.run(["taskset", "-c", "0", *command, *argument], stdin=open(path), capture_output=True, text=True, check=True)
                speed[tool].append(float(run.stderr.split()[-1]))
                answers[tool] = [ISO.get(a.split()[0], a.split()[0]) for a in run.stdout.splitlines()]
        print(f"{title}: {len(texts)}, {path.stat().st_size / 1e6:.1f} MB")
        for tool, v in speed.items():
            ratios = [a / b for a, b in zip(speed["leat"], v)]
            right = sum(a == b for a, b in zip(answers[tool], gold)) / len(gold) if title == "sentences" else sum(a == "en" for a in answers[tool]) / len(texts)
            print(f"  {tool:10s} right {right:.4f}  {statistics.median(v):7.2f} MB/s  leat is {statistics.median(ratios):.2f} x ({min(ratios):.2f}-{max(ratios):.2f})")
        if title == "sentences":
            wrong = collections.Counter((g, a) for g, a in zip(gold, answers["leat"]) if g != a)
            print("  most confused:", ", ".join(f"{g} as {a} {n}" for (g, a), n in wrong.most_common(12)))


if sys.argv[1] == "peer":
    peer(*sys.argv[2:])
else:
    main(*sys.argv[1:])
