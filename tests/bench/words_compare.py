#!/usr/bin/env python3
"""words_compare.py WORDS CORPUS.jsonl DATA TMP [LANGUAGE…]: the words of leat's dialects beside those of the programs they are named
after, document by document. WORDS is tests/bench/words.c."""
import collections
import difflib
import glob
import json
import os
import re
import subprocess
import sys
import time

from datatrove.utils.text import split_into_sentences, split_into_words
from uniseg.wordbreak import words as uniseg_words

PROGRAM, CORPUS, DATA, TMP = sys.argv[1:5]
LANGUAGES = sys.argv[5:] or "en de fr es ru ar hi th zh ja".split()


def write(texts):
    path = TMP + "/words.texts"
    with open(path, "wb") as f:
        f.write(b"\0".join(t.encode() for t in texts))
    return path


def ours(what, dialect, language, path):
    out = subprocess.run([PROGRAM, what, dialect, language, path], stdout=subprocess.PIPE, check=True).stdout
    return out.decode().split("\n")[:-1]


def timed(function, texts):
    start = time.process_time()
    out = [function(t) for t in texts]
    return out, sum(len(t.encode()) for t in texts) / 1e6 / (time.process_time() - start)


def speed(dialect, language, path):
    seconds, _ = ours("time", dialect, language, path)[0].split()
    return os.path.getsize(path) / 1e6 / float(seconds)


def report(name, theirs, mine, rates):
    same = sum(a == b for a, b in zip(theirs, mine))
    shared = total = 0
    causes = collections.Counter()
    for a, b in zip(theirs, mine):
        total += len(a)
        if a == b:
            shared += len(a)
            continue
        match = difflib.SequenceMatcher(None, a, b, autojunk=False)
        shared += sum(m.size for m in match.get_matching_blocks())
        for tag, i, j, k, m in match.get_opcodes():
            if tag != "equal":
                causes[" ".join(a[i:j])[:40] + " | " + " ".join(b[k:m])[:40]] += 1
    print(f"{name:28} {len(theirs):6} documents, {same / max(len(theirs), 1):8.3%} with equal words, {shared / max(total, 1):8.3%} of words equal;"
          f" MB/s {rates[0]:.3f} and {rates[1]:.0f}: {rates[1] / rates[0]:.0f} times", flush=True)  # fmt: skip
    for cause, n in causes.most_common(8):
        print(f"    {n} times: {cause}", flush=True)


def english(texts):
    path = write(texts)
    theirs, rate = timed(split_into_words, texts)
    report("datatrove 0.10.1, words", theirs, [l.split(" ") if l else [] for l in ours("list", "datatrove-0.10", "en", path)],
           (rate, speed("datatrove-0.10", "en", path)))  # fmt: skip
    lines = [line for t in texts[:1000] for line in t.splitlines()]
    theirs, rate = timed(lambda t: [str(len(split_into_sentences(t)))], lines)
    path = write(lines)
    report("datatrove 0.10.1, sentences", theirs, [[l] for l in ours("sentences", "datatrove-0.10", "en", path)], (rate, speed("datatrove-0.10", "en", path)))
    path = write(texts)
    theirs, rate = timed(str.split, texts)
    report("dolma 1.2.1", theirs, [l.split(" ") if l else [] for l in ours("list", "dolma-1.2", "en", path)], (rate, speed("dolma-1.2", "en", path)))
    some = texts[:400]
    path = write(some)
    theirs, rate = timed(lambda t: [w for w in uniseg_words(t) if w[0].isalnum()], some)
    report("DCLM (uniseg 0.10.1)", theirs, [l.split(" ") if l else [] for l in ours("list", "dclm", "en", path)], (rate, speed("dclm", "en", path)))


def lines_of(language):
    path = f"{DATA}/lingua-testdata/{language}.sentences.txt"
    texts = [l.strip() for l in open(path) if l.strip()] if os.path.exists(path) else []
    if language == "zh":
        for name in sorted(glob.glob(DATA + "/zh-wikipedia*/AA/wiki_*"))[:1]:
            texts += [l.strip() for l in open(name) if len(l) > 40][:1000]
    if language == "ja":
        for name in sorted(glob.glob(DATA + "/ja-aozora/**/*.txt", recursive=True))[:10]:
            text = open(name, encoding="shift_jis", errors="ignore").read()
            texts += [re.sub(r"《.*?》", "", l).strip() for l in text.splitlines() if len(l) > 40][:100]
    return texts[:2000]


def main():
    if "en" in LANGUAGES:
        english([json.loads(l)["text"].replace("\0", "") for l in open(CORPUS)] + lines_of("en"))
    for language in [x for x in LANGUAGES if x != "en"]:
        texts = [t.replace("\0", "") for t in lines_of(language)]
        if not texts:
            continue
        code = {"hi": "hin_Deva", "zh": "cmn_Hani"}.get(language, language)  # "hi" is stanza there, "zh" no Chinese
        theirs, rate = timed(lambda t: split_into_words(t, code), texts)
        path = write(texts)
        report("datatrove 0.10.1, " + language, theirs, [l.split(" ") if l else [] for l in ours("list", "datatrove-0.10", language, path)],
               (rate, speed("datatrove-0.10", language, path)))  # fmt: skip


main()
