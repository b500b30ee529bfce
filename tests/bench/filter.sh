#!/usr/bin/env bash
# filter.sh: leat filter beside datatrove 0.10.1 and dolma 1.2.1: every decision and value on more than 5,000 documents, and the speed of each preset
# on one core, in MB of text a second of CPU time (leat's with reading and writing JSON, the peers' without).
# FILTER_PYTHON, DOLMA_PYTHON: a Python that has datatrove, spacy and nltk, and one that has dolma, instead of those that are made here.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${FILTER_PYTHON:-$BENCH_DIR/venv-filter/bin/python}
if [ ! -x "$python" ]; then
    python3 -m venv "$BENCH_DIR/venv-filter"
    "$python" -m pip install -q datatrove==0.10.1 spacy==3.8.18 nltk==3.10.4
fi
dolma=${DOLMA_PYTHON:-$BENCH_DIR/venv-dolma/bin/python}
if [ ! -x "$dolma" ]; then
    python3 -m venv "$BENCH_DIR/venv-dolma"
    # by uv: pip tries versions of its dependencies for a quarter of an hour
    "$dolma" -m pip install -q uv && "$dolma" -m uv pip install -q --python "$dolma" dolma==1.2.1 || echo "dolma could not be installed: its part is left out"
fi
machine
unpacked text-en-c4-sample text-en-wikipedia
work=$BENCH_DIR/filter
mkdir -p "$work"
# C4's documents, Wikipedia's up to 4,000 characters at a line's end, and documents that try the edges
python3 - "$BENCH_DIR/data" >"$work/docs.jsonl" <<'PY'
import glob, json, re, sys
put = lambda i, t: print(json.dumps({"id": i, "text": t}, ensure_ascii=False))
for i, l in enumerate(open(sys.argv[1] + "/en-c4-sample/c4.jsonl")): put(f"c4-{i}", json.loads(l)["text"])
for p in sorted(glob.glob(sys.argv[1] + "/en-wikipedia-2015/*/wiki_*")):
    for m in re.finditer(r'<doc id="(\d+)"[^>]*>\n(.*?)</doc>', open(p).read(), re.S):
        t = m[2].strip()
        put("wiki-" + m[1], t if len(t) < 4000 else t[: t.rfind("\n", 0, 4000) if "\n" in t[:4000] else 4000])
PY
python3 "$root/tests/cli/filter/recorded_docs.py" 2000 | sed 's/^{"id": "/{"id": "made-/' >>"$work/docs.jsonl"
echo "$(wc -l <"$work/docs.jsonl") documents, $(stat -c %s "$work/docs.jsonl") bytes"
cd "$work"
[ -s decisions.jsonl ] || { "$python" "$here/filter_peer.py" decisions docs.jsonl >decisions.tmp && mv decisions.tmp decisions.jsonl; }
python3 "$root/tests/cli/filter/decisions.py" docs.jsonl decisions.jsonl 0.999 gopher-repetition=rep gopher-quality=qual c4=c4 \
    c4-paragraph=para fineweb=fineweb gopher-repetition,gopher-quality,c4,fineweb=chain || echo "fewer than 99.9% are equal"
if "$dolma" -c 'import dolma.taggers.gopher' 2>/dev/null; then
    [ -s dolma.jsonl ] || { "$dolma" "$here/filter_peer.py" dolma docs.jsonl >dolma.tmp && mv dolma.tmp dolma.jsonl; }
    python3 "$root/tests/cli/filter/dolma_values.py" docs.jsonl dolma.jsonl || echo "values differ"
fi
# Speed: the oracle's 31.6 MB of text for leat, the first documents of it for the peers; interleaved, medians
cd "$root"
python3 "$here/corpus.py" "$BENCH_DIR/data" "$work/corpus.jsonl" 30
python3 - "$work/corpus.jsonl" "$python" "$here/filter_peer.py" "$dolma" <<'PY'
import json, os, statistics, subprocess, sys
corpus, python, peer, dolma = sys.argv[1:5]
text = sum(len(json.loads(l)["text"].encode()) for l in open(corpus))
ROWS = [("nothing", "--rules /dev/null", None, 0), ("gopher-repetition", "--preset gopher-repetition", "rep", 150),
        ("gopher-quality", "--preset gopher-quality", "qual", 150), ("c4", "--preset c4", "c4", 150), ("fineweb", "--preset fineweb", "fineweb", 150),
        ("c4, fineweb", "--preset c4,fineweb", "c4+fineweb", 150),
        ("all four", "--preset gopher-repetition,gopher-quality,c4,fineweb", "all", 100), ("fineweb-2024", "--preset fineweb-2024", None, 0),
        ("all four, and language", "--detect-language builtin --preset gopher-repetition,gopher-quality,c4,fineweb", None, 0),
        ("all four, leat's words", "--dialect leat --preset gopher-repetition,gopher-quality,c4,fineweb", None, 0),
        ("all four, all values", "--annotate --preset gopher-repetition,gopher-quality,c4,fineweb", None, 0),
        ("dolma gopher-v1", "--dialect dolma-1.2 --attributes /dev/null --preset gopher-v1", "dolma-gopher", 300),
        ("dolma c4-v1", "--dialect dolma-1.2 --attributes /dev/null --preset c4-v1", "dolma-c4", 600)]


def cpu(command):
    p = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    return (usage.ru_utime + usage.ru_stime) if status == 0 else None


def theirs(what, n):
    r = subprocess.run(["taskset", "-c", "0", dolma if what.startswith("dolma") else python, peer, "time", what, corpus, str(n)], capture_output=True, text=True)
    if r.returncode: return None
    d = json.loads(r.stdout)
    return d["bytes"] / d["seconds"] / 1e6


ours, peers = {r[0]: [] for r in ROWS}, {r[0]: [] for r in ROWS}
for _ in range(int(os.environ.get("RUNS", "5"))):
    for name, options, what, n in ROWS:
        ours[name].append(text / cpu(["leat-filter", "-q", "-t1", *options.split(), corpus]) / 1e6)
        if what and len(peers[name]) < 3: peers[name].append(theirs(what, n))
for name, *_ in ROWS:
    o, p = statistics.median(ours[name]), [x for x in peers[name] if x]
    print(f"{name:26} {o:8.1f} MB/s" + (f"   {statistics.median(p):8.3f} MB/s   {o / statistics.median(p):7.0f} x" if p else ""))
PY
