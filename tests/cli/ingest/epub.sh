# shellcheck shell=bash
# leat ingest: EPUB books: order, metadata, what is left out; broken, hostile and encrypted ones.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import io, json, random, tarfile, zipfile
DC = "http://purl.org/dc/elements/1.1/"
CONTAINER = ('<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
             '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>')
def page(title, body):
    return (f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}'
            f'</title></head><body>{body}</body></html>')
def item(i, href, type="application/xhtml+xml", props=""):
    return f'<item id="{i}" href="{href}" media-type="{type}"' + (f' properties="{props}"' if props else "") + "/>"
META = ("<dc:title>The\n  Bo&amp;ok</dc:title><dc:title>Second</dc:title><dc:creator>A. One</dc:creator><dc:creator>B. Two</dc:creator>"
        "<dc:language>en</dc:language><dc:date>1999</dc:date><dc:rights>CC BY 4.0</dc:rights>")
ITEMS = [item("nav", "n.xhtml", props="scripted nav"), item("c1", "text/z%20one.xhtml"), item("c2", "x/../text/a.xhtml#top"),
         item("cov", "front.xhtml"), item("img", "i.png", "image/png"), item("t", "toc.xhtml")]
SPINE = ["cov", "nav", "t", "c1", "img", "gone", "c2", "c1"]
def opf(meta=META, items=ITEMS, spine=SPINE, guide='<reference type="cover" href="front.xhtml"/>', before=""):
    return (f'<?xml version="1.0" encoding="utf-8"?>{before}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="{DC}">'
            f'{meta}</metadata><manifest>{"".join(items)}</manifest><spine>' + "".join(f'<itemref idref="{i}"/>' for i in spine) +
            f"</spine><guide>{guide}</guide></package>")
PAGES = {"text/a.xhtml": page("a", "<nav>kept</nav><p>chapter two &amp; last</p>"), "text/z one.xhtml": page("z", "<h1>One</h1><p>chapter one</p>"),
         "front.xhtml": page("c", "the cover"), "n.xhtml": page("n", "navigation"), "toc.xhtml": page("t", "contents"), "i.png": "\x89PNG"}
def book(package=opf(), container=CONTAINER, pages=PAGES, extra={}, mimetype=True):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        if mimetype: z.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        if container: z.writestr("META-INF/container.xml", container)
        if package: z.writestr("OEBPS/content.opf", package)
        for n, d in pages.items(): z.writestr("OEBPS/" + n, d)
        for n, d in extra.items(): z.writestr(n, d)
    return b.getvalue()
def write(name, data): open(name, "wb").write(data)
write("book.epub", book()); write("nomagic.epub", book(mimetype=False)); write("book.zip", book())
write("noopf.epub", book(package=None)); write("nocontainer.epub", book(container=None)); write("cutopf.epub", book(package=opf()[:-40]))
laughs = "<!DOCTYPE p [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {chr(98 + i)} '{('&' + chr(97 + i) + ';') * 10}'>" for i in range(12)) + "]>"
write("laughs.epub", book(package=opf(meta=META.replace("Second", "&m;"), before=laughs)))
write("prefix.epub", book(package=opf().replace(f' xmlns:dc="{DC}"', "")))
write("nospine.epub", book(package=opf(spine=[])))
write("latin.epub", book(package=opf(meta="<dc:title>caf\u00e9</dc:title>").replace("utf-8", "iso-8859-1").encode("latin-1")))
write("loop.epub", book(package=opf(spine=["c1"] * 200000)))
write("deep.epub", book(package=opf(meta="<x>" * 100000 + META + "</x>" * 100000)))
write("many.epub", book(package=opf(items=[item(f"i{i}", f"p{i}.xhtml") for i in range(3000)], spine=[f"i{i}" for i in range(2999, -1, -1)]),
                        pages={f"p{i}.xhtml": page("p", f"<p>page {i}</p>") for i in range(3000)}))
big = "<p>" + "word " * 1000 + "</p>"
write("big.epub", book(pages={**PAGES, "text/a.xhtml": page("a", big * 800)}))
write("bomb.epub", book(pages={**PAGES, "text/a.xhtml": " " * (200 << 20)}))
rng = random.Random(1); noise = bytes(rng.randrange(256) for _ in range(5000))
write("drm.epub", book(pages={n: noise for n in PAGES}, extra={"META-INF/encryption.xml": "<encryption/>"}))
write("fonts.epub", book(extra={"META-INF/encryption.xml": "<encryption/>"}))
bad = bytearray(book()); at = bytes(bad).index(b"OEBPS/text/a.xhtml") + 30; bad[at] ^= 0xff; bad[at + 1] ^= 0xff; write("bad.epub", bad)
write("up.epub", book(package=opf(items=[item("c1", "../../../etc/passwd"), item("c2", "text/a.xhtml")], spine=["c1", "c2"])))
write("short.epub", book()[:700])
with tarfile.open("books.tar", "w") as t:
    for n in ("book.epub", "big.epub"): t.add(n, "shelf/" + n)
PY
python3 make.py
text=$'One\n\nchapter one\n\nkept\n\nchapter two & last'
exits "a book" 0 leat-ingest --stats stats.json book.epub
is "a book is one document, in the order of its spine" "$(jq -r .text out)" "$text"
is "a book's metadata" "$(jq -c '[.source, .metadata]' out)" \
    '["epub",{"path":"book.epub","title":"The Bo&ok","author":"A. One; B. Two","date":"1999","license":"CC BY 4.0","language":"en"}]'
is "a book: accounts" "$(jq -c '[.records.in, .records.kept, .balanced]' stats.json)" '[1,1,true]'
for f in nomagic.epub book.zip prefix.epub fonts.epub; do
    is "$f" "$(leat-ingest -q $f | jq -r .text)" "$text"
done
is "from standard input" "$(leat-ingest -q <book.epub | jq -r .text)" "$text"
is "metadata without declared prefixes" "$(leat-ingest -q prefix.epub | jq -r .metadata.title)" "The Bo&ok"
is "metadata in Latin-1" "$(leat-ingest -q latin.epub | jq -r .metadata.title)" "café"
is "in an archive" "$(leat-ingest -q books.tar | jq -r .metadata.path | tr '\n' ' ')" "shelf/book.epub shelf/big.epub "
is "--content raw: an archive like another" "$(leat-ingest -q --content raw book.epub | jq -r .metadata.path | wc -l)" 9
is "a chapter that is named very often" "$(leat-ingest -q loop.epub | jq -r .text)" $'One\n\nchapter one'
by_name=$'kept\n\nchapter two & last\n\nOne\n\nchapter one'
for f in noopf.epub nocontainer.epub cutopf.epub nospine.epub; do
    exits "$f" 0 leat-ingest --stats stats.json $f
    check "$f: in the order of names" [ "$(jq -r .text out | tail -n 7)" = "$by_name" ]
    is "$f: counted" "$(jq '.extra["epub-in-name-order"]' stats.json)" 1
done
exits "a billion laughs" 0 timeout 20 leat-ingest -t1 --stats stats.json laughs.epub
check "a billion laughs: in the order of names" [ "$(jq -r .text out | tail -n 7)" = "$by_name" ]
check "a billion laughs: no memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 100000000 ]
exits "deep metadata" 0 timeout 20 leat-ingest deep.epub
is "deep metadata" "$(jq -r .metadata.title out)" "The Bo&ok"
exits "many chapters" 0 timeout 20 leat-ingest many.epub
is "many chapters: in order" "$(jq -r .text out | grep .)" "$(seq 2999 -1 0 | sed 's/^/page /')"
exits "a large book" 0 leat-ingest -t2 big.epub
check "a large book" [ "$(jq -r .text out | wc -c)" -gt 4000000 ]
exits "a large book, --max-record" 3 leat-ingest --max-record 1M --stats stats.json big.epub
is "a large book, --max-record: damaged" "$(jq -c '[.records.damaged, .balanced]' stats.json)" '[1,true]'
exits "a book that is a bomb" 3 leat-ingest -t1 --stats stats.json bomb.epub
check "a book that is a bomb: no memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 400000000 ]
exits "an encrypted book" 3 leat-ingest drm.epub
says "an encrypted book: what to do" err "without its protection"
exits "a book with a broken chapter" 3 leat-ingest bad.epub
says "a book with a broken chapter" err "text/a.xhtml cannot be read"
is "references that lead out of the book" "$(leat-ingest -q up.epub | jq -r .text)" $'kept\n\nchapter two & last'
exits "half a book" 3 leat-ingest --stats stats.json short.epub
is "half a book: balanced" "$(jq -c '[.records.damaged, .balanced]' stats.json)" '[1,true]'
