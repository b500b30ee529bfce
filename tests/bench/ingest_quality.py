"""ingest_quality.py DATA [--results FILE] [-- OPTION…]: how much of the main content leat ingest finds on labelled pages.

WCXB (dev): word-level F1 of each page (bags of \\w+ in lower case), averaged over all pages and by page type, which is the
benchmark's own metric. trafilatura-eval: its phrases that must, and must not, be in the text, counted over all pages.
DATA is a folder with wcxb-dev/ and trafilatura-eval/ unpacked. --results FILE gets a line of JSON for every WCXB page.
Options behind -- are given to leat ingest."""
import collections, json, os, pathlib, re, statistics, subprocess, sys

TYPES = ["article", "documentation", "service", "forum", "collection", "listing", "product"]


def extract(paths, options):
    """{path: (text, document)} of each page that gave a document"""
    run = subprocess.run(["leat-ingest", "-q", "--format", "html", *options, *map(str, paths)], stdout=subprocess.PIPE, check=True)
    docs = map(json.loads, run.stdout.splitlines())
    return {d["metadata"]["path"]: (d["text"], d) for d in docs}


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def word_scores(predicted, reference):
    """(F1, precision, recall)"""
    p, r = words(predicted), words(reference)
    if not r or not p:
        return (1.0, 1.0, 1.0) if not r and not p else (0.0, 0.0, 0.0)
    common = sum((p & r).values())
    precision, recall = common / sum(p.values()), common / sum(r.values())
    return (2 * precision * recall / (precision + recall) if common else 0.0), precision, recall


def wcxb(folder, options, results):
    pages = sorted(folder.glob("html/*.html"))
    found = extract(pages, options)
    rows = []
    for page in pages:
        truth = json.loads((folder / "ground-truth" / (page.stem + ".json")).read_text())
        text, doc = found.get(str(page), ("", {"metadata": {}}))
        f1, p, r = word_scores(text, truth["ground_truth"].get("main_content") or "")
        rows.append({"id": page.stem, "type": truth["_internal"]["page_type"]["primary"], "f1": f1, "p": p, "r": r,
                     "said": doc["metadata"].get("page_type")})
    if results:
        results.write_text("".join(json.dumps(row) + "\n" for row in rows))
    mean = lambda key, rows: statistics.fmean(r[key] for r in rows)
    for name, some in [("all", rows)] + [(t, [r for r in rows if r["type"] == t]) for t in TYPES]:
        print(f"WCXB {name:14s} {len(some):5d} pages  F1 {mean('f1', some):.4f}  P {mean('p', some):.4f}  R {mean('r', some):.4f}")


def trafilatura_eval(folder, options):
    cases = json.loads((folder / "evaldata.json").read_text())
    paths = {url: folder / "html" / c["file"] for url, c in cases.items() if (folder / "html" / c["file"]).exists()}
    found = extract(list(paths.values()), options)
    tp = fn = fp = tn = 0
    for url, path in paths.items():
        text = found.get(str(path), ("", None))[0]
        for phrase in cases[url]["with"]:
            tp, fn = (tp + 1, fn) if phrase in text else (tp, fn + 1)
        for phrase in cases[url]["without"]:
            fp, tn = (fp + 1, tn) if phrase in text else (fp, tn + 1)
    p, r = tp / (tp + fp), tp / (tp + fn)
    print(f"trafilatura-eval    {len(paths):5d} pages  F {2 * p * r / (p + r):.4f}  P {p:.4f}  R {r:.4f}")


def main():
    args, options = sys.argv[1:], []
    if "--" in args:
        at = args.index("--")
        args, options = args[:at], args[at + 1:]
    results = pathlib.Path(args[args.index("--results") + 1]) if "--results" in args else None
    data = pathlib.Path(args[0])
    wcxb(data / "wcxb-dev", options, results)
    trafilatura_eval(data / "trafilatura-eval", options)


main()
