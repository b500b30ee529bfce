"""classify.py sets DATA OUT: the labelled sets as JSONL. classify.py speed…, areas…: see classify.sh. Prints tables.

areas: five folds made by leat classify eval (the first column of figures); the peers get the same folds.
speed: CPU seconds of whole commands, and of the Python binding's predict alone, in turn; medians and ratios."""
import csv, gzip, json, glob, os, re, resource, statistics, subprocess, sys, time


def write(path, rows):
    with open(path, "w") as f:
        for i, (label, text) in enumerate(rows):
            f.write(json.dumps({"id": f"d{i}", "text": text, "metadata": {"label": label}}, ensure_ascii=False) + "\n")


def sets(data, out):
    rows = [json.loads(line) for line in open(glob.glob(f"{data}/dclm-human-quality/*.jsonl")[0])]
    write(f"{out}/dclm-human.jsonl", [(str(r["label"]), r["text"]) for r in rows])
    rows = []
    for name, label in (("easy-ham-1", "ham"), ("hard-ham-1", "ham"), ("spam-1", "spam")):
        for path in sorted(glob.glob(f"{data}/spamassassin/{name}/*")):
            mail = open(path, "rb").read().decode("utf-8", "replace")
            rows.append((label, mail))
    write(f"{out}/spamassassin.jsonl", rows)
    # the body alone: the headers give the two collections away
    write(f"{out}/spamassassin-body.jsonl", [(label, re.split(r"\r?\n\r?\n", mail, maxsplit=1)[-1]) for label, mail in rows])
    rows = list(csv.DictReader(open(f"{data}/hate-offensive-davidson/labeled_data.csv", encoding="utf-8")))
    write(f"{out}/davidson.jsonl", [("clean" if r["class"] == "2" else "offensive", r["tweet"]) for r in rows])
    rows = []
    for name, label in (("clickbait", "bait"), ("non_clickbait", "news")):
        rows += [(label, t.strip()) for t in gzip.open(f"{data}/clickbait/{name}_data.gz", "rt", encoding="utf-8") if t.strip()]
    write(f"{out}/clickbait.jsonl", rows)
    rows = []
    for path in sorted(glob.glob(f"{data}/lingua-testdata/*.sentences.txt")):
        rows += [(os.path.basename(path).split(".")[0], t.strip()) for t in open(path, encoding="utf-8")]
    write(f"{out}/lingua.jsonl", rows)


def areas(paths):
    import fasttext
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.metrics import f1_score, roc_auc_score

    def ours(path, train, test, texts, labels):
        return [scores[i] for i in test]

    def linear(make_vectors, make_model):
        def run(path, train, test, texts, labels):
            v, m = make_vectors(), make_model()
            m.fit(v.fit_transform([texts[i] for i in train]), [labels[i] for i in train])
            return m.decision_function(v.transform([texts[i] for i in test]))
        return run

    def fast(path, train, test, texts, labels):
        lines = lambda which: [f"__label__{int(labels[i])} " + " ".join(texts[i].split()) + "\n" for i in which]
        open("/tmp/leat-bench-ft.txt", "w").writelines(lines(train))
        m = fasttext.train_supervised("/tmp/leat-bench-ft.txt", epoch=25, lr=0.5, wordNgrams=2, thread=1, verbose=0)
        out = []
        for i in test:
            p = {label: score for score, label in m.f.predict(" ".join(texts[i].split()) + "\n", 2, 0.0, "strict")}
            out.append(p.get("__label__1", 0))
        return out

    peers = {"leat classify": ours, "fastText, pairs": fast,
             "TF-IDF pairs, logistic regression": linear(lambda: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), lambda: LogisticRegression(C=10, max_iter=300)),
             "hashed pairs, SGD": linear(lambda: HashingVectorizer(ngram_range=(1, 2)), lambda: SGDClassifier(loss="log_loss", random_state=0))}
    print("| AUC and macro-F1, means of 5 folds | " + " | ".join(peers) + " |\n|---" * 1 + "|---" * len(peers) + "|")
    for path in paths:
        subprocess.run(["leat-classify", "eval", "-q", "--label-key", "label", "--folds", "5", "--predictions", "/tmp/leat-bench-p.tsv", path],
                       check=True, stdout=subprocess.DEVNULL)
        docs = [json.loads(line) for line in open(path)]
        texts = [d["text"] for d in docs]
        rows = [line.rstrip("\n").split("\t") for line in open("/tmp/leat-bench-p.tsv")][1:]
        second = sorted({d["metadata"]["label"] for d in docs})[1]
        labels = [d["metadata"]["label"] == second for d in docs]
        fold, scores = [0] * len(docs), [0.0] * len(docs)
        for r in rows: fold[int(r[0])], scores[int(r[0])] = int(r[1]), float(r[5])
        figures = []
        for name, run in peers.items():
            areas_of, f1_of, middle = [], [], 0 if "SGD" in name or "logistic" in name else .5
            for k in range(5):
                test = [i for i in range(len(docs)) if fold[i] == k]
                said = run(path, [i for i in range(len(docs)) if fold[i] != k], test, texts, labels)
                areas_of.append(roc_auc_score([labels[i] for i in test], said))
                f1_of.append(f1_score([labels[i] for i in test], [x > middle for x in said], average="macro"))
            figures.append(f"{statistics.mean(areas_of):.4f}, {statistics.mean(f1_of):.4f}")
        print(f"| {os.path.basename(path)[:-6]} ({len(docs)}) | " + " | ".join(figures) + " |", flush=True)


def cpu(command, **how):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def predict(runs, cli, pairs):
    """pairs: model, documents. Speeds without opening the model: of a command, less that of one with one document."""
    import fasttext
    fasttext.FastText.eprint = lambda *a: None
    print("| model, documents | leat classify score | fastText's Python predict | ratio | fastText's command | ratio | compared | top label differs | worst score |")
    print("|---" * 9 + "|")
    for model, path in pairs:
        texts = [json.loads(line)["text"].replace("\n", " ") for line in open(path)]
        size = sum(len(t.encode()) + 1 for t in texts)
        open("/tmp/leat-bench.txt", "w").writelines(t + "\n" for t in texts)
        open("/tmp/leat-bench-1.txt", "w").write("a\n")
        open("/tmp/leat-bench-1.jsonl", "w").write('{"text":"a"}\n')
        m = fasttext.load_model(model)
        seconds = {"leat": [], "python": [], "command": []}
        for _ in range(runs):
            ours = ["leat-classify", "score", "-q", "-t1", "-m", model]
            seconds["leat"].append(cpu(ours + [path]) - cpu(ours + ["/tmp/leat-bench-1.jsonl"]))
            start = time.process_time()
            for t in texts: m.predict(t)
            seconds["python"].append(time.process_time() - start)
            seconds["command"].append(cpu([cli, "predict-prob", model, "/tmp/leat-bench.txt"]) - cpu([cli, "predict-prob", model, "/tmp/leat-bench-1.txt"]))
        got = subprocess.run(ours + [path], capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
        differ = worst = 0
        for text, line in zip(texts, got, strict=True):
            said = m.f.predict(text + "\n", 1, 0.0, "strict")
            d = json.loads(line)["metadata"]
            differ += d["classify"] != (said[0][1].removeprefix("__label__") if said else None)
            if said: worst = max(worst, abs(said[0][0] - d["classify_score"]))
        s = {k: statistics.median(v) for k, v in seconds.items()}
        ratio = lambda who: statistics.median(a / b for a, b in zip(seconds[who], seconds["leat"]))
        print(f"| {os.path.basename(model)}, {os.path.basename(path)[:-6]} ({size / 1e6:.1f} MB) | {size / s['leat'] / 1e6:.1f} | {size / s['python'] / 1e6:.2f} | {ratio('python'):.1f} × | "
              f"{size / s['command'] / 1e6:.2f} | {ratio('command'):.1f} × | {len(texts)} | {differ} | {worst:.1g} |", flush=True)


def training(runs, cli, path, text):
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    docs = [json.loads(line) for line in open(path)]
    size = sum(len(d["text"].encode()) for d in docs)
    sample = docs[::10]
    seconds = {"leat classify train --passes 1": [], "fasttext supervised -epoch 1 -wordNgrams 2": [], "scikit-learn, hashed pairs, SGD": []}
    for _ in range(runs):
        seconds["leat classify train --passes 1"].append(cpu(["leat-classify", "train", "-q", "-t1", "--passes", "1", "--label-key", "label", path, "-o", "/tmp/leat-bench.lcl"]) / size)
        seconds["fasttext supervised -epoch 1 -wordNgrams 2"].append(
            cpu([cli, "supervised", "-input", text, "-output", "/tmp/leat-bench-ft", "-epoch", "1", "-wordNgrams", "2", "-thread", "1"]) / size)
        start = time.process_time()
        v, m = HashingVectorizer(ngram_range=(1, 2)), SGDClassifier(loss="log_loss", max_iter=1, tol=None)
        m.fit(v.transform([d["text"] for d in sample]), [d["metadata"]["label"] for d in sample])
        seconds["scikit-learn, hashed pairs, SGD"].append((time.process_time() - start) / sum(len(d["text"].encode()) for d in sample))
    ours = seconds["leat classify train --passes 1"]
    print(f"| training, one pass over {size / 1e6:.0f} MB | MB/s a core | leat is as fast |\n|---|---|---|")
    for name, s in seconds.items():
        print(f"| {name} | {1e-6 / statistics.median(s):.1f} | {statistics.median(a / b for a, b in zip(s, ours)):.1f} × |")


command, *rest = sys.argv[1:]

if command == "sets": sets(*rest)
if command == "areas": areas(rest)
if command == "predict": predict(int(rest[0]), rest[1], list(zip(rest[2::2], rest[3::2])))
if command == "training": training(int(rest[0]), *rest[1:])
if command == "models":
    import fasttext
    out = rest[0]
    for name, options in (("lingua", dict(minn=2, maxn=4, dim=16, bucket=200000, epoch=10)), ("clickbait", dict(dim=100, wordNgrams=2, bucket=200000))):
        with open(f"{out}/{name}.txt", "w") as f:
            for line in open(f"{out}/{name}.jsonl"):
                d = json.loads(line)
                f.write(f"__label__{d['metadata']['label']} {' '.join(d['text'].split())}\n")
        m = fasttext.train_supervised(f"{out}/{name}.txt", thread=2, verbose=0, **options)
        m.save_model(f"{out}/{name}.bin")
        m.quantize(f"{out}/{name}.txt", cutoff=30000, qnorm=True)
        m.save_model(f"{out}/{name}.ftz")
if command == "halves":  # two classes by where documents come from: C4's first thousand, and Wikipedia
    with open(rest[1], "w") as f, open(rest[2], "w") as g:
        for i, line in enumerate(open(rest[0])):
            d = json.loads(line)
            d["metadata"]["label"] = "wikipedia" if i % 2936 >= 1000 else "c4"
            f.write(json.dumps(d, ensure_ascii=False) + "\n")
            g.write(f"__label__{d['metadata']['label']} {' '.join(d['text'].split())}\n")
