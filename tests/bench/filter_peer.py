"""filter_peer.py decisions|dolma|time WHAT FILE.jsonl [N]: the original filters on documents, for comparison.

decisions FILE: one JSON line a document: {"id", "rep","qual","c4","fineweb": true or datatrove's reason, "para": …, "c4_sha1", "chain": all in
  FineWeb's order on one document, "chain_sha1"}.
dolma FILE: {"id", tagger: {value: …}} of gopher_v1, gopher_v2, c4_v1, c4_v2 (naughty words aside).
time WHAT FILE N: seconds of WHAT (rep, qual, c4, fineweb, all, c4+fineweb, dolma-gopher, dolma-c4) over the first N documents, JSON reading not counted."""
import hashlib, json, sys, time


def datatrove():
    from loguru import logger
    logger.remove()
    from datatrove.pipeline.filters import (C4ParagraphFilter, C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                            GopherRepetitionFilter)
    return {"rep": GopherRepetitionFilter(), "qual": GopherQualityFilter(), "c4": C4QualityFilter(), "para": C4ParagraphFilter(),
            "fineweb": FineWebQualityFilter()}


def verdict(f, d):
    try:
        x = f.filter(d)
    except ZeroDivisionError:  # of a text without words or lines
        return "error"
    return True if x is True else x[1]


def sha(text):
    return hashlib.sha1(text.encode()).hexdigest()


def decide(filters, i, text):
    from datatrove.data import Document
    r = {"id": i}
    for name, f in filters.items():
        d = Document(text=text, id=i)
        r[name] = verdict(f, d)
        if name == "c4" and r[name] is True: r["c4_sha1"] = sha(d.text)
    d, r["chain"] = Document(text=text, id=i), True
    for name in ("rep", "qual", "c4", "fineweb"):
        if r["chain"] is True: r["chain"] = verdict(filters[name], d)
    if r["chain"] is True: r["chain_sha1"] = sha(d.text)
    return r


def dolma_taggers():
    from dolma.core.data_types import Document
    from dolma.taggers.c4 import C4Tagger, FasterC4Tagger
    from dolma.taggers.gopher import GopherTagger, GopherTaggerV2
    return Document, {"gopher_v1": GopherTagger(), "gopher_v2": GopherTaggerV2(), "c4_v1": C4Tagger(), "c4_v2": FasterC4Tagger()}


def tag(Document, taggers, i, text):
    r = {"id": i, "all": 1}  # what a c4 tagger does not name is 0
    for name, t in taggers.items():
        r[name] = {}
        for s in t.predict(Document(source="", id=i, text=text)).spans:
            if s.type.startswith("lines_with"): r[name][s.type] = r[name].get(s.type, 0) + 1
            elif s.type != "has_naughty_word": r[name][s.type] = s.score
    return r


def documents(path, n=None):
    for k, line in enumerate(open(path, encoding="utf-8")):
        if n is not None and k >= n: return
        d = json.loads(line)
        yield d["id"], d["text"]


def timed(what, path, n):
    docs = list(documents(path, n))
    if what.startswith("dolma"):
        Document, taggers = dolma_taggers()
        t = taggers["gopher_v1" if what == "dolma-gopher" else "c4_v1"]
        run = lambda i, text: t.predict(Document(source="", id=i, text=text))
    else:
        from datatrove.data import Document
        f = datatrove()
        names = {"all": ("rep", "qual", "c4", "fineweb"), "c4+fineweb": ("c4", "fineweb")}.get(what, (what,))

        def run(i, text):
            d = Document(text=text, id=i)
            for name in names:
                if verdict(f[name], d) is not True: return
    run("warm", "The mill and the river have water that turns the wheel.\n" * 5)
    start = time.process_time()
    for i, text in docs: run(i, text)
    print(json.dumps({"what": what, "bytes": sum(len(t.encode()) for _, t in docs), "seconds": time.process_time() - start}))


if sys.argv[1] == "decisions":
    filters = datatrove()
    for i, text in documents(sys.argv[2]): print(json.dumps(decide(filters, i, text)))
elif sys.argv[1] == "dolma":
    Document, taggers = dolma_taggers()
    for i, text in documents(sys.argv[2]): print(json.dumps(tag(Document, taggers, i, text)))
else:
    timed(sys.argv[2], sys.argv[3], int(sys.argv[4]))
