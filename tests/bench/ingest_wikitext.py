"""Wikitext to text: leat beside WikiExtractor, mwparserfromhell and pandoc, on the same dumps.

usage: ingest_wikitext.py LEAT_INGEST [--pandoc N] [--show N] DUMP…

For every article of the dumps (namespace 0, no redirects, at least 50 words by every converter): word F1 (of the bags of words) for
each pair of converters, and the share of articles in which a converter left markup. The others are asked for what leat means by
an article's text: no tables, notes and pictures; WikiExtractor leaves out lists by itself, and is run as it comes, and with its
HTML output, which has them.
"""

import bz2
import collections
import html
import io
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

MARKUP = re.compile(r"\{\{|\}\}|\[\[|\]\]|'''|</?ref\b|\{\||^\|-|^\|\}|<!--|\[https?://|__[A-Z]+__|&[a-z]+;", re.M)
WORD = re.compile(r"[^\W_]+")
CJK = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
FILTER = """
function Table() return {} end
function Note() return {} end
function Image() return {} end
function RawBlock() return {} end
function RawInline() return {} end
"""


def articles(path):
    """(id, title, wikitext) of the pages that are articles; what is whole of a dump that was cut."""
    with (bz2.open if path.endswith(".bz2") else open)(path, "rb") as f:
        data = f.read().decode("utf-8", "replace")
    for m in re.finditer(r"<page>.*?</page>", data, re.S):
        page = ET.fromstring(m.group(0))
        text = page.findtext("revision/text") or ""
        if page.findtext("ns") == "0" and page.find("redirect") is None and not re.match(r"\s*#redirect", text, re.I):
            yield page.findtext("id"), page.findtext("title"), text


def by_leat(leat, path):
    out = subprocess.run([leat, "-q", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return {str(d["metadata"]["page_id"]): d["text"] for d in map(json.loads, out.stdout.splitlines())}


def by_wikiextractor(path, as_html):
    """Of a dump that was cut it makes nothing: the end is put back."""
    with (bz2.open if path.endswith(".bz2") else open)(path, "rb") as f:
        data = f.read()
    whole = data[: data.rindex(b"</page>") + 7] + b"\n</mediawiki>\n"
    with tempfile.NamedTemporaryFile(suffix=".xml") as f:
        f.write(whole)
        f.flush()
        command = ["wikiextractor", "--json", "--no-templates", "-q", "-o", "-", f.name] + ["--html"] * as_html
        out = subprocess.run([sys.executable, "-m", "wikiextractor.WikiExtractor"] + command[1:], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    docs = {}
    for line in out.stdout.splitlines():
        if line.startswith(b"{"):
            d = json.loads(line)
            text = re.sub(r"<[^<>]*>", " ", html.unescape(d["text"])) if as_html else html.unescape(d["text"])
            docs[str(d["id"])] = text
    return docs


def by_mwparser(text):
    import mwparserfromhell as mw
    code = mw.parse(text, skip_style_tags=False)
    for tag in code.filter_tags(matches=lambda t: str(t.tag).lower() in ("table", "ref", "gallery", "timeline", "imagemap")):
        try:
            code.remove(tag)
        except ValueError:
            pass
    return re.sub(r"(?m)^.*\b(thumb|thumbnail)\|.*$", "", code.strip_code())


def by_pandoc(text, lua):
    try:
        p = subprocess.run(["pandoc", "-f", "mediawiki", "-t", "plain", "--wrap=none", "--lua-filter", lua], input=text.encode(),
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return p.stdout.decode() if p.returncode == 0 else None


def words(text):
    return collections.Counter(WORD.findall(CJK.sub(r" \1 ", text.lower())))


def f1(a, b):
    same = sum((a & b).values())
    return 2 * same / (sum(a.values()) + sum(b.values()) or 1)


def main():
    args = sys.argv[1:]
    leat, n_pandoc, n_show = args.pop(0), 0, 0
    while args and args[0].startswith("--"):
        option, value = args.pop(0), int(args.pop(0))
        n_pandoc, n_show = (value, n_show) if option == "--pandoc" else (n_pandoc, value)
    lua = tempfile.NamedTemporaryFile("w", suffix=".lua")
    lua.write(FILTER)
    lua.flush()
    n_pandoc = n_pandoc if shutil.which("pandoc") else 0
    for path in args:
        leats, extracted, extracted_html = by_leat(leat, path), by_wikiextractor(path, False), by_wikiextractor(path, True)
        scores, left, worst = collections.defaultdict(list), collections.Counter(), []
        n = done = 0
        for id_, title, text in articles(path):
            texts = {"leat": leats.get(id_, ""), "WikiExtractor": extracted.get(id_, ""),
                     "WikiExtractor-html": extracted_html.get(id_, ""), "mwparserfromhell": by_mwparser(text)}
            if done < n_pandoc:
                p = by_pandoc(text, lua.name)
                if p is not None:
                    texts["pandoc"] = p
                    done += 1
            bags = {k: words(t) for k, t in texts.items()}
            if min(sum(b.values()) for b in bags.values()) < 50:
                continue
            n += 1
            for k, t in texts.items():
                without_code = re.sub(r"\$[^$]*\$", "", t)
                left[k] += bool(MARKUP.search(without_code))
            names = list(bags)
            for i, a in enumerate(names):
                for b in names[i + 1:]:
                    scores[a, b].append(f1(bags[a], bags[b]))
            worst.append((f1(bags["leat"], bags["WikiExtractor-html"]), id_, title))
        print(f"{path}: {n} articles")
        for (a, b), s in scores.items():
            print(f"  {a:20} {b:20} F1 mean {statistics.mean(s):.3f} median {statistics.median(s):.3f}  >= .95: {sum(x >= .95 for x in s) / len(s):.0%}  of {len(s)}")
        print("  markup left: " + ", ".join(f"{k} {v}/{len(scores['leat', 'pandoc']) if k == 'pandoc' else n}" for k, v in left.items()))
        for s, id_, title in sorted(worst)[:n_show]:
            print(f"    {s:.3f} {id_} {title}")
        sys.stdout.flush()


main()
