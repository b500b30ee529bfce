"""train.py DATA [--tables] [--folds N]: learns what main content looks like, for leat ingest --extract main (docs/extraction.md).

DATA holds wcxb-dev/ and trafilatura-eval/ unpacked. Prints cross-validated figures: models that judge a page saw no page of its
domain. --tables then trains on all pages and writes ingest/extract/words_table.c and ingest/extract/classify_table.c.
Needs a C compiler and libraries (make deps), and from PyPI: pip install numpy==2.4.6 catboost==1.2.10 rapidfuzz==3.14.6
(later ones will do too; the tables' numbers depend on CatBoost's version)."""
import argparse, collections, ctypes, json, multiprocessing, os, pathlib, re, subprocess, sys, tempfile, urllib.parse, zlib
import numpy as np
from catboost import CatBoostClassifier, Pool
from rapidfuzz.distance import LCSseq

ROOT = pathlib.Path(__file__).resolve().parents[3]
TYPES = ["article", "documentation", "service", "forum", "collection", "listing", "product"]  # enum page_type
SHIFT = dict(zip(TYPES, [60, -80, -30, 0, -20, -50, 110]))  # score_shift in extract.c
WORD = re.compile(r"\w+")
ROWS = 160000        # blocks that a model is trained on
PHRASE_WEIGHT = .12  # of a phrase of trafilatura-eval; a page of WCXB weighs 1
LOGIT_BITS = 11      # classify_table.h


# ---------------------------------------------------------------- processes

work = None  # of the processes that are forked next: (function, arguments)


def do_work(item):
    return work[0](item, *work[1])


def in_parallel(function, items, *arguments, chunk=50):
    """[function(item, *arguments) for item in items], on some processes; the arguments are not copied. The process that calls must not
    have trained anything, for CatBoost's threads do not survive a fork."""
    global work
    work = (function, arguments)
    with multiprocessing.get_context("fork").Pool(max(4, os.cpu_count())) as pool:
        return pool.map(do_work, items, chunk)


# ---------------------------------------------------------------- pages

def utf8(html):
    """A page in UTF-8; the few others by what they declare, or as windows-1252."""
    try:
        return html.removeprefix(b"\xef\xbb\xbf").decode().encode()
    except UnicodeDecodeError:
        found = re.search(rb"charset=[\"']?([\w-]+)", html[:4096])
        try:
            return html.decode(found[1].decode() if found else "cp1252", "replace").encode()
        except LookupError:
            return html.decode("cp1252", "replace").encode()


PACKAGES = ["icu-uc", "libpsl"]  # of the modules below


def with_includes(sources):
    """The C files given, and those beside the headers that they include."""
    todo, found = list(sources), []
    while todo:
        name = todo.pop()
        if name in found or not (ROOT / name).exists():
            continue
        found.append(name)
        for header in re.findall(r'#include "(.*)[.]h"', (ROOT / name).read_text()):
            todo += [header + ".h", header + ".c"]
    return sorted(f for f in found if f.endswith(".c"))


class Library:
    """features.c beside this file: what leat-ingest knows of a page"""

    def __init__(self):
        folder = tempfile.mkdtemp()
        seen = pathlib.Path(folder, "seen.h")
        seen.write_text("#include <stdint.h>\nvoid groups_seen(uint32_t hash);\n#define GROUPS_SEEN(hash) groups_seen(hash)\n")
        sources = with_includes(["tests/bench/extraction/features.c", "common/utf8.c", "common/unicode_table.c", "ingest/extract/words_table.c",
                                 "ingest/html/entities_table.c", "ingest/extract/facts_text.c", "ingest/extract/facts_tree.c", "ingest/extract/columns.c"])
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", *PACKAGES], stdout=subprocess.PIPE, text=True, check=True)
        library = str(pathlib.Path(folder, "features.so"))
        subprocess.run(["cc", "-O2", "-std=gnu11", "-D_GNU_SOURCE", "-fPIC", "-shared", "-I.", "-include", str(seen), "-o", library,
                        *sources, *flags.stdout.split()], cwd=ROOT, check=True)
        self.c = ctypes.CDLL(library)
        self.c.ex_text.restype = ctypes.c_void_p
        for name in ["ex_read", "ex_words", "ex_nodes", "ex_seen"]:
            getattr(self.c, name).restype = ctypes.c_long
        counts = [ctypes.c_long() for _ in range(3)]
        self.c.ex_counts(*map(ctypes.byref, counts))
        self.n_page, self.n_first, self.n_second = [c.value for c in counts]

    def read(self, path):
        html = utf8(path.read_bytes())
        n = self.c.ex_read(html, ctypes.c_long(len(html)))
        assert n >= 0, path
        return n

    def texts(self, n):
        out, size = [], ctypes.c_long()
        for i in range(n):
            at = self.c.ex_text(ctypes.c_long(i), ctypes.byref(size))
            out.append(re.sub(r"[\x00-\x07]+", " ", ctypes.string_at(at, size.value).decode()))
        return out

    def array(self, call, n, width, *before):
        out = np.zeros((n, width), np.uint8)
        call(*before, out.ctypes.data_as(ctypes.c_void_p))
        return out

    def nodes(self):
        first, end = np.zeros(70000, np.uint32), np.zeros(70000, np.uint32)
        n = self.c.ex_nodes(first.ctypes.data_as(ctypes.c_void_p), end.ctypes.data_as(ctypes.c_void_p), ctypes.c_long(70000))
        return first[:n].copy(), end[:n].copy()

    def seen(self):
        pairs = ctypes.POINTER(ctypes.c_uint32)()
        n = self.c.ex_seen(ctypes.byref(pairs))
        return np.ctypeslib.as_array(pairs, (2 * n,)).reshape(-1, 2).copy() if n else np.zeros((0, 2), np.uint32)

    def set_weights(self, tables):
        self.c.ex_weights_clear()
        for texts, (hashes, weights) in enumerate(tables):
            self.c.ex_weights(hashes.ctypes.data_as(ctypes.c_void_p), weights.ctypes.data_as(ctypes.c_void_p), ctypes.c_long(len(hashes)), texts)


def content_share(texts, reference):
    """Of each block's words, the share that belongs to the reference text: by the longest common subsequence of all words, and for
    blocks of six words and more by runs of three words too, since references do not always keep the page's order."""
    blocks = [WORD.findall(t.lower()) for t in texts]
    owner = [i for i, b in enumerate(blocks) for _ in b]
    words = WORD.findall(reference.lower())
    hits, total = np.zeros(len(blocks)), np.array([len(b) for b in blocks], float)
    if words and owner:
        for op in LCSseq.opcodes([w for b in blocks for w in b], words):
            if op.tag == "equal":
                for k in range(op.src_start, op.src_end):
                    hits[owner[k]] += 1
    runs, cover = set(zip(words, words[1:], words[2:])), np.zeros(len(blocks))
    for i, b in enumerate(blocks):
        if len(b) >= 4:
            own = list(zip(b, b[1:], b[2:]))
            cover[i] = sum(r in runs for r in own) / len(own)
    lcs = np.divide(hits, total, out=np.zeros_like(hits), where=total > 0)
    y = np.where(total >= 6, np.maximum(lcs * .999, cover), lcs)
    y = np.where((total >= 8) & (cover < .2), np.minimum(y, cover), y)
    copies = collections.defaultdict(list)
    for i, b in enumerate(blocks):
        if len(b) >= 3:
            copies[tuple(b)].append(i)
    for same in copies.values():  # of copies, those that the subsequence took
        if len(same) > 1 and any(lcs[i] > .5 for i in same):
            y[same] = lcs[same]
    return y, total


def phrase_labels(d):
    """A phrase that must be found labels the longest block that has it; one that must not, all that have it."""
    y, weight = np.zeros(len(d["texts"])), np.zeros(len(d["texts"]))
    for phrase in d["with"]:
        having = [i for i, t in enumerate(d["texts"]) if phrase in t]
        if having:
            i = max(having, key=lambda i: len(d["texts"][i]))
            y[i] = 1
            weight[i] += PHRASE_WEIGHT
    for phrase in d["without"]:
        having = [i for i, t in enumerate(d["texts"]) if phrase in t]
        for i in having:
            by_chance = len(phrase) < 12 and len(d["texts"][i]) > 150
            if not by_chance and not (weight[i] > 0 and y[i] == 1):
                y[i] = 0
                weight[i] += PHRASE_WEIGHT / len(having)
    return y, weight


def load(data, lib):
    pages = []
    domains = {k: v["domain"] for k, v in json.loads((data / "wcxb-dev/metadata.json").read_text())["files"].items()}
    for path in sorted((data / "wcxb-dev/html").glob("*.html")):
        truth = json.loads((data / "wcxb-dev/ground-truth" / (path.stem + ".json")).read_text())
        pages.append({"path": path, "domain": domains[path.stem], "type": truth["_internal"]["page_type"]["primary"],
                      "reference": truth["ground_truth"].get("main_content") or ""})
    for url, case in json.loads((data / "trafilatura-eval/evaldata.json").read_text()).items():
        path = data / "trafilatura-eval/html" / case["file"]
        if path.exists():
            pages.append({"path": path, "domain": urllib.parse.urlparse(url).netloc, "type": None, "with": case["with"], "without": case["without"]})
    return in_parallel(read_page, pages, lib)


def read_page(d, lib):
    lib.c.ex_record(1)
    d["texts"] = lib.texts(lib.read(d["path"]))
    d["nodes"], d["seen"] = lib.nodes(), lib.seen()
    lib.c.ex_record(0)
    if d["type"]:
        d["y"], d["words"] = content_share(d["texts"], d["reference"])
        d["weight"] = d["words"] / max(d["words"].sum(), 1) * (1 if d["reference"].strip() else .3)
    else:
        d["y"], d["weight"] = phrase_labels(d)
        d["words"] = np.array([len(WORD.findall(t)) for t in d["texts"]], float)
    d["word_shares"] = word_shares(d)
    del d["nodes"], d["seen"]
    return d


# ---------------------------------------------------------------- weights of words

TEXT_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
HINTED = 120  # bytes of a block whose words are looked at: SHORT_BYTES in facts.h
hashes = {}


def word_hash(word):  # words.h
    if word not in hashes:
        h = 0
        for i in range(0, len(word), 8):
            product = (h ^ int.from_bytes(bytes(c | 0x20 for c in word[i:i + 8]), "little")) * 0x9e3779b97f4a7c15
            h = product & (1 << 64) - 1 ^ product >> 64
        hashes[word] = h >> 32 | 1
    return hashes[word]


def hinted_words(text):  # take_word in facts_text.c
    return {m[0] for m in TEXT_WORD.finditer(text) if m.start() < HINTED and not m[0][:1].isdigit()}


def word_shares(d):
    """({hash: content share of what lies in elements named so}, {hash: content share of the blocks with the word})"""
    positive, all_ = np.concatenate([[0], np.cumsum(d["weight"] * d["y"])]), np.concatenate([[0], np.cumsum(d["weight"])])
    first, end = d["nodes"]
    names, texts = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
    for node, h in np.minimum(d["seen"], [len(first) - 1, 0xffffffff]).tolist():
        names[h][0] += positive[end[node]] - positive[first[node]]
        names[h][1] += all_[end[node]] - all_[first[node]]
    for text, y, weight in zip(d["texts"], d["y"], d["weight"]):
        for word in hinted_words(text.encode()):
            texts[word_hash(word)][0] += y * weight
            texts[word_hash(word)][1] += weight
    return [{h: p / a for h, (p, a) in t.items() if a > 0} for t in (names, texts)]


def word_weights(pages):
    """For names and texts: (hashes, 16 * log-odds) of words on some domains; every domain counts once."""
    per_domain, out = collections.Counter(d["domain"] for d in pages), []
    for which, (least, weakest) in enumerate([(6, 6), (8, 8)]):
        positive, n = collections.Counter(), collections.Counter()
        for d in pages:
            for h, share in d["word_shares"][which].items():
                positive[h] += share / per_domain[d["domain"]]
                n[h] += 1 / per_domain[d["domain"]]
        prior = sum(positive.values()) / sum(n.values())
        odds = lambda p, q: np.log((p + 3 * prior) / (q + 3 * (1 - prior))) - np.log(prior / (1 - prior))
        words = [(h, int(np.clip(round(16 * odds(positive[h], n[h] - positive[h])), -127, 127))) for h in n if n[h] >= least and h]
        words = [(h, w) for h, w in words if abs(w) >= weakest]
        words = sorted(sorted(words, key=lambda t: (-abs(t[1]) * np.sqrt(n[t[0]]), t[0]))[:3000])
        out.append((np.array([h for h, _ in words], np.uint32), np.array([w for _, w in words], np.int8)))
    return out


def fold_features(k, lib, pages, fold):
    """Of the pages of a fold, with weights of words from the others"""
    lib.set_weights(word_weights([d for d, f in zip(pages, fold) if f != k]))
    out = []
    for d in (d for d, f in zip(pages, fold) if f == k):
        n = lib.read(d["path"])
        out.append((lib.array(lib.c.ex_page, 1, lib.n_page)[0], lib.array(lib.c.ex_first, n, lib.n_first)))
    return out


# ---------------------------------------------------------------- models

def type_model(x, y):  # by page type
    model = CatBoostClassifier(iterations=80, depth=4, learning_rate=.12, l2_leaf_reg=8, loss_function="MultiClass", random_seed=1, verbose=0,
                               border_count=64, rsm=.3, thread_count=1, allow_writing_files=False)
    return model.fit(x, y)


def block_model(x, y, weight, trees):
    """Trees on a sample of the blocks: those that weigh little are taken seldom, and count for those that were not."""
    some, rng = np.flatnonzero(weight > 0), np.random.RandomState(1)
    limit = weight[some].mean()
    for _ in range(20):
        limit *= max(1, np.minimum(1, weight[some] / limit).sum() / ROWS)
    chance = np.minimum(1, weight[some] / limit)
    taken = rng.rand(len(some)) < chance
    model = CatBoostClassifier(iterations=trees, depth=6, learning_rate=.12, l2_leaf_reg=6, loss_function="CrossEntropy", random_seed=1, verbose=0,
                               border_count=32, bootstrap_type="Bernoulli", subsample=.6, rsm=.25, boosting_type="Plain",
                               thread_count=1, allow_writing_files=False)
    return model.fit(Pool(x[some[taken]], y[some[taken]], weight=weight[some[taken]] / chance[taken]))


def fold_types(k, x, y, fold):
    others = (fold != k) & (y >= 0)
    return np.round(type_model(x[others], y[others]).predict_proba(x[fold == k]) * 255)


def fold_blocks(k, x, y, weight, fold, trees):
    others = fold != k
    return probability(block_model(x[others], y[others], weight[others], trees), x[~others])


def run_job(i, jobs):
    return jobs[i][0](*jobs[i][1:])


def probability(model, x):
    return 1 / (1 + np.exp(-model.predict(x, prediction_type="RawFormulaVal")))


def second_features(page, lib):
    d, scores = page
    n = lib.read(d["path"])
    lib.c.ex_first(np.zeros((n, lib.n_first), np.uint8).ctypes.data_as(ctypes.c_void_p))
    return lib.array(lib.c.ex_second, n, lib.n_second, np.ascontiguousarray(scores).ctypes.data_as(ctypes.c_void_p))


# ---------------------------------------------------------------- choice and measure

def choose(p, words, shift):  # choose_score in extract.c
    if len(p) == 0:
        return np.zeros(0, bool)
    w, order = 2 * words + 1, np.argsort(-p, kind="stable")
    half = (np.cumsum((p * w)[order]) / (np.cumsum(w[order]) + (p * w).sum())).max()
    return p >= min(half + shift / 1023, p.max())


def f1(predicted, reference):
    p, r = (collections.Counter(WORD.findall(t.lower())) for t in (predicted, reference))
    if not p or not r:
        return float(not p and not r)
    return 2 * sum((p & r).values()) / (sum(p.values()) + sum(r.values()))


def report(name, pages, p, types):
    scores, found = collections.defaultdict(list), collections.Counter()
    for d, p, t in zip(pages, p, types):
        text = "\n".join(t for t, keep in zip(d["texts"], choose(p, d["words"], SHIFT[TYPES[t.argmax()]])) if keep)
        if d["type"]:
            value = f1(text, d["reference"])
            scores["all"].append(value)
            scores[d["type"]].append(value)
        else:
            found["tp"] += sum(phrase in text for phrase in d["with"])
            found["with"] += len(d["with"])
            found["fp"] += sum(phrase in text for phrase in d["without"])
    precision, recall = found["tp"] / (found["tp"] + found["fp"]), found["tp"] / found["with"]
    print(name, *(f"{k} {np.mean(scores[k]):.4f}" for k in ["all"] + TYPES),
          f"| trafilatura-eval F {2 * precision * recall / (precision + recall):.4f} P {precision:.4f} R {recall:.4f}", flush=True)


# ---------------------------------------------------------------- tables

def quantised(x):
    return int(np.clip(round(x * 2 ** LOGIT_BITS), -32768, 32767))


def put_trees(out, name, struct, model, depth, classes):
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        model.save_model(f.name, format="json")
        model = json.load(open(f.name))
    out.write(f"const struct {struct} {name}_trees[] = {{\n")
    for tree in model["oblivious_trees"]:
        splits = [(s["float_feature_index"], int(np.floor(s["border"]))) for s in tree["splits"] or []]
        splits += [(0, 255)] * (depth - len(splits))  # never above
        leaves = [quantised(v) for v in tree["leaf_values"]]
        leaves += [0] * ((classes << depth) - len(leaves))
        if classes > 1:
            leaves = ["{%s}" % ", ".join(map(str, leaves[i:i + classes])) for i in range(0, len(leaves), classes)]
        out.write("    {{%s}, {%s}, {%s}},\n" % tuple(", ".join(map(str, v)) for v in (*zip(*splits), leaves)))
    bias = [quantised(b) for b in np.atleast_1d(model["scale_and_bias"][1])]
    out.write(f"}};\nconst size_t n_{name}_trees = sizeof {name}_trees / sizeof *{name}_trees;\n")
    out.write(f"const int32_t {name}_bias[7] = {{{', '.join(map(str, bias))}}};\n\n" if classes > 1 else f"const int32_t {name}_bias = {bias[0]};\n\n")


HEAD = "/* {}: made by tests/bench/extraction/train.py; see docs/extraction.md. */\n#include \"ingest/extract/{}\"\n\n/* clang-format off */\n"


def write_tables(tables, models):
    with open(ROOT / "ingest/extract/words_table.c", "w") as out:
        out.write(HEAD.format("words_table.c", "groups.h"))
        for name, (hashes_, weights) in zip(["name", "text"], tables):
            words = ["{0x%08x, %d}," % pair for pair in zip(hashes_.tolist(), weights.tolist())]
            out.write(f"const struct word_weight {name}_weights[] = {{\n")
            out.writelines("    " + " ".join(words[i:i + 7]) + "\n" for i in range(0, len(words), 7))
            out.write(f"}};\nconst size_t n_{name}_weights = sizeof {name}_weights / sizeof *{name}_weights;\n\n")
        out.write("/* clang-format on */\n")
    with open(ROOT / "ingest/extract/classify_table.c", "w") as out:
        out.write(HEAD.format("classify_table.c", "classify_table.h"))
        put_trees(out, "type", "type_tree", models[0], 4, len(TYPES))
        put_trees(out, "first", "tree", models[1], 6, 1)
        put_trees(out, "second", "tree", models[2], 6, 1)
        out.write("const uint16_t sigmoid_table[257] = {%s};\n" % ", ".join(str(round(1023 / (1 + np.exp(-(i - 128) / 16)))) for i in range(257)))
        out.write("const uint16_t exp_table[128] = {%s};\n/* clang-format on */\n" % ", ".join(str(round(4096 * np.exp(-i / 16))) for i in range(128)))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("data", type=pathlib.Path)
    args.add_argument("--tables", action="store_true")
    args.add_argument("--folds", type=int, default=8)
    args.add_argument("--trees", type=int, nargs=2, default=(120, 150))
    args = args.parse_args()
    lib = Library()
    pages = load(args.data, lib)
    fold = np.array([zlib.crc32(d["domain"].encode()) % args.folds for d in pages])
    folds = range(args.folds)
    for k, features in zip(folds, in_parallel(fold_features, folds, lib, pages, fold, chunk=1)):
        for d, (d["page"], d["first"]) in zip((d for d, f in zip(pages, fold) if f == k), features):
            pass
    x_page, y_page = np.array([d["page"] for d in pages]), np.array([TYPES.index(d["type"]) if d["type"] else -1 for d in pages])
    types = np.zeros((len(pages), len(TYPES)), np.uint8)
    for k, t in zip(folds, in_parallel(fold_types, folds, x_page, y_page, fold, chunk=1)):
        types[fold == k] = t
    print(f"page types: {(types.argmax(1) == y_page)[y_page >= 0].mean():.3f} right", flush=True)

    at = np.cumsum([0] + [len(d["words"]) for d in pages])
    by_page = lambda v: np.split(v, at[1:-1])
    blocks = lambda v: np.repeat(v, np.diff(at), axis=0)
    y, weight = np.concatenate([d["y"] for d in pages]), np.concatenate([d["weight"] for d in pages])
    weight *= 100 * len(pages) / weight.sum()
    x = np.hstack([np.concatenate([d["first"] for d in pages])[:, :-len(TYPES)], blocks(types)])
    block_fold = blocks(fold)

    def cross_validated(x, trees):
        p = np.zeros(len(x))
        for k, q in zip(folds, in_parallel(fold_blocks, folds, x, y, weight, block_fold, trees, chunk=1)):
            p[block_fold == k] = q
        return p

    p = cross_validated(x, args.trees[0])
    report("first stage, cross-validated:", pages, by_page(p), types)
    scores = by_page(np.round(p * 1023).astype(np.uint16))
    x = np.hstack([x, np.concatenate(in_parallel(second_features, [({"path": d["path"]}, s) for d, s in zip(pages, scores)], lib))])
    if args.tables:
        jobs = [(type_model, x_page[y_page >= 0], y_page[y_page >= 0]), (block_model, x[:, :lib.n_first], y, weight, args.trees[0]),
                (block_model, x, y, weight, args.trees[1])]
        write_tables(word_weights(pages), in_parallel(run_job, [0, 1, 2], jobs, chunk=1))
    report("second stage, cross-validated:", pages, by_page(cross_validated(x, args.trees[1])), types)


if __name__ == "__main__":
    main()
