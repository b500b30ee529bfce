"""corpus.py DATA_DIR OUT.jsonl MB: English documents of real length (C4 sample and Wikipedia of the data sets unpacked in
DATA_DIR, repeated with new ids) as JSONL, about MB megabytes. Without the sets: made text, said so on stderr."""
import glob, json, re, subprocess, sys, os

data, out, size = sys.argv[1], sys.argv[2], float(sys.argv[3]) * 1e6
texts = []
for f in glob.glob(data + "/en-c4-sample/c4.jsonl"):
    texts += [json.loads(line)["text"] for line in open(f)]
for f in sorted(glob.glob(data + "/en-wikipedia-2015/*/wiki_*")):
    texts += [m[1].strip() for m in re.finditer(r"<doc id[^>]*>\n(.*?)</doc>", open(f).read(), re.S)]
if not texts:
    print("corpus.py: no real text in", data, "- made text instead", file=sys.stderr)
    made = subprocess.run([sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/../docs.py", "20000"],
                          capture_output=True, check=True).stdout
    texts = [json.loads(line)["text"] for line in made.splitlines()]
n = i = 0
with open(out, "w") as f:
    while n < size:
        for t in texts:
            line = json.dumps({"id": f"doc-{i}", "text": t, "source": "web",
                               "metadata": {"url": f"https://example.org/{i}"}}, ensure_ascii=False) + "\n"
            f.write(line)
            n += len(line.encode())
            i += 1
            if n >= size:
                break
