# shellcheck shell=bash
# leat ingest: --markup, and what pages say of themselves; on labelled pages (the set web-wcxb) against their labels, and against
# headings and code as Python's html.parser reads them.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

# ---- one page
cat >page.html <<'E'
<!doctype html><html lang=en-GB><head><title>A page of tests | The Site</title>
<link rel=canonical href="/a/../b?c#d"><base href="https://example.org/x/">
<meta property=article:published_time content="2024-05-31T23:00:00+02:00"><meta name=robots content=noai></head>
<body><nav>Menu</nav><main><h1>A page of tests</h1><p>It has <code>code</code>.
<ol><li>one<ul><li>two</ul><li>three</ol>
<div class="highlight-source-c"><pre>if (a)
    b();
</pre></div>
<blockquote>said</blockquote>
<table><tr><th>a<th>b|<tr><td>1<td><p>2</table></main></body></html>
E
cat >page.md <<'E'
# A page of tests

It has `code`.

1. one
   - two
2. three

```c
if (a)
    b();
```

> said

| a | b\| |
| --- | --- |
| 1 | 2 |
E
printf 'A page of tests\n\nIt has code.\n\n- one\n- two\n- three\n\nif (a)\n    b();\n\nsaid\n\na | b|\n1 | 2\n' >page.txt
leat-ingest -q --markup markdown page.html | jq -r .text >got.md
same "Markdown" page.md got.md
leat-ingest -q --markup text page.html | jq -r .text >got.txt
same "text" page.txt got.txt
same "text is what is written without the option" <(leat-ingest -q page.html) <(leat-ingest -q --markup text page.html)
is "metadata" "$(leat-ingest -q page.html | jq -c '.metadata|[.title,.html_lang,.date,.canonical_url]')" \
    '["A page of tests","en-GB","2024-05-31","https://example.org/b?c"]'
exits "another markup" 2 leat-ingest --markup html page.html
says "another markup: the known ones" err "markdown"

# ---- resolved against the URL of the capture; no date behind its day
record() { # DATE HTML
    printf 'WARC/1.0\r\nWARC-Type: resource\r\nWARC-Date: %s\r\nWARC-Target-URI: http://a/b/c\r\nContent-Type: text/html\r\nContent-Length: %s\r\n\r\n%s\r\n\r\n' \
        "$1" "${#2}" "$2"
}
record 2024-05-31T00:00:00Z '<link rel=canonical href=d><meta name=date content=2024-05-31>x' >a.warc
record 2024-05-31T00:00:00Z '<link rel=canonical href="ftp://a/d"><meta name=date content=2024-06-30>x' >>a.warc
is "metadata of captures" "$(leat-ingest -q a.warc | jq -c '.metadata|[.date,.canonical_url]' | tr '\n' ' ')" \
    '["2024-05-31","http://a/b/d"] [null,null] '

# ---- labelled pages
if [ ! -e "$LEAT_DATA/web-wcxb.tar.zst" ]; then
    skip "labelled pages" "no web-wcxb.tar.zst in $LEAT_DATA"
    exit 0
fi
zstd -dcq "$LEAT_DATA/web-wcxb.tar.zst" | tar x
cat >labels.py <<'E'
import collections, html.parser, json, os, re, sys

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
UNSEEN = {"script", "style", "noscript", "template", "svg", "textarea", "select", "title"}

class Reader(html.parser.HTMLParser):
    """headings (level, letters) and code (lines) of a page"""
    def __init__(self):
        super().__init__()
        self.headings, self.code, self.open, self.pre, self.unseen = [], [], None, None, 0
    def handle_starttag(self, tag, attrs):
        if tag in UNSEEN: self.unseen += 1
        if self.unseen: return
        if tag in HEADINGS and self.open is None: self.open = [tag, ""]
        if tag == "pre" and self.pre is None: self.pre = ""
        if tag == "br" and self.pre is not None: self.pre += "\n"
    def handle_endtag(self, tag):
        if tag in UNSEEN: self.unseen = max(0, self.unseen - 1)
        if self.open and tag == self.open[0]:
            self.headings.append((int(tag[1]), letters(self.open[1])))
            self.open = None
        if tag == "pre" and self.pre is not None:
            self.code.append(lines(self.pre))
            self.pre = None
    def handle_data(self, data):
        if self.unseen: return
        if self.open: self.open[1] += data
        if self.pre is not None: self.pre += data

def letters(s): return "".join(re.findall(r"[^\W_]+", s))
def lines(s):
    found = [l.replace("\xa0", " ").rstrip() for l in s.replace("\r", "").split("\n")]
    while found and not found[0]: found.pop(0)
    while found and not found[-1]: found.pop()
    return found

def markdown(text):
    headings, code, fence = [], [], None
    for line in text.split("\n"):
        plain = re.sub(r"^(?:> ?|- |\d+\. | )*", "", line)
        ticks = re.match(r"(`{3,})", plain)
        if fence is None and ticks:
            fence, indent, block = ticks.group(1), len(line) - len(plain), []
        elif fence is not None and plain == fence:
            code.append(lines("\n".join(block)))
            fence = None
        elif fence is not None:
            block.append(line[indent:])
        elif re.match(r"#{1,6} ", plain):
            level = len(plain) - len(plain.lstrip("#"))
            headings.append((level, letters(plain)))
    return headings, code

seen = found = code_seen = code_found = right = wrong = missed = titles = same = 0
for line in sys.stdin:
    d = json.loads(line)
    stem = os.path.basename(d["metadata"]["path"])[:-5]
    truth = json.load(open(f"{sys.argv[1]}/ground-truth/{stem}.json"))["ground_truth"]
    said, label = d["metadata"].get("date"), truth.get("publish_date")
    right += bool(label and said and said.startswith(label))
    wrong += bool(label and said and not said.startswith(label))
    missed += bool(label and not said)
    titles += 1
    same += letters(d["metadata"].get("title", "")).lower() == letters(truth.get("title") or "").lower()
    if int(stem) % 4 or d["metadata"]["charset"] != "utf-8": continue  # html.parser is slow: a quarter of the pages
    reader = Reader()
    reader.feed(open(d["metadata"]["path"], encoding="utf-8", errors="replace").read())
    headings, code = markdown(d["text"])
    want = collections.Counter(h for h in reader.headings if h[1])
    seen += sum(want.values())
    found += sum((want & collections.Counter(headings)).values())
    blocks = [c for c in reader.code if any(c)]
    code_seen += len(blocks)
    code_found += sum(b in code for b in blocks)
print(f"headings {seen} found {found}; code {code_seen} found {code_found}; dates right {right} wrong {wrong} missed {missed}; "
      f"titles {titles} same {same}", file=sys.stderr)
print("headings", found >= .98 * seen > 1000)
print("code", code_found >= .9 * code_seen > 100)
print("precision of dates", right >= .95 * (right + wrong))
print("recall of dates", right >= .5 * (right + wrong + missed))
print("titles", same >= .5 * titles)
E
find wcxb-dev/html -name '*.html' | sort >pages
xargs leat-ingest -q --format html --extract all --markup markdown <pages >pages.jsonl
python3 labels.py wcxb-dev <pages.jsonl >result 2>counts
sed 's/^/# /' counts
for what in headings code "precision of dates" "recall of dates" titles; do is "$what" "$(grep "^$what" result)" "$what True"; done
head -200 pages >some
same "-t1 = -t8" <(xargs leat-ingest -q -t1 --format html --markup markdown <some) <(xargs leat-ingest -q -t8 --format html --markup markdown <some)

# Markdown of a page has its text's letters, no fewer, and the languages of code and numbers besides.
cat >letters.py <<'E'
import json, re, sys
plain, marked = ([json.loads(l)["text"] for l in open(f)] for f in sys.argv[1:])
def letters(s): return sum(c.isalpha() for c in s)
def without_languages(s):
    kept, fence = [], None
    for line in s.split("\n"):
        ticks = re.match(r"[> 0-9.-]*(`{3,})[^`]*$", line)
        if ticks and fence is None:
            fence = ticks.group(1)
        else:
            if ticks and ticks.group(1) == fence: fence = None
            kept.append(line)
    return "\n".join(kept)
print(len(plain) == len(marked) > 1000, sum(letters(p) != letters(without_languages(m)) for p, m in zip(plain, marked)))
E
xargs leat-ingest -q --format html --markup text <pages >plain.jsonl
xargs leat-ingest -q --format html --markup markdown <pages >marked.jsonl
is "the same content is chosen" "$(python3 letters.py plain.jsonl marked.jsonl)" "True 0"
leat-ingest -q --format html page.html >widest
for simd in plain avx2; do
    LEAT_SIMD=$simd leat-ingest -q --format html page.html >narrow
    same "$simd: the same" widest narrow
done
