"""ingest_peer.py WHAT CRAWL.warc.gz OUT: what WHAT names, over the responses of a crawl, documents as JSON lines to OUT. Prints the CPU
seconds it took, without starting Python and loading the libraries.

fastwarc, warcio: records and bodies only. parse: FastWARC, and resiliparse's tree of each page. resiliparse: and its main content.
trafilatura-fast, trafilatura: warcio, and trafilatura's text, its fast way or its default."""
import json, sys, time

what, path, out = sys.argv[1:4]


def fastwarc_bodies():
    for record in ArchiveIterator(path, record_types=WarcRecordType.response, inplace=True):
        yield record.headers["WARC-Record-ID"], record.headers["WARC-Target-URI"], record.reader.read()


def warcio_bodies():
    with open(path, "rb") as f:
        for record in WarcioIterator(f):
            if record.rec_type == "response":
                headers = record.rec_headers
                yield headers["WARC-Record-ID"], headers["WARC-Target-URI"], record.content_stream().read()


def tree_of(body):
    return HTMLTree.parse_from_bytes(body, detect_encoding(body, from_html_meta=True))


if what in ("fastwarc", "parse", "resiliparse"):
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    bodies = fastwarc_bodies
else:
    from warcio.archiveiterator import ArchiveIterator as WarcioIterator
    bodies = warcio_bodies
if what in ("parse", "resiliparse"):
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree
if what.startswith("trafilatura"):
    import trafilatura

text_of = {
    "fastwarc": len,
    "warcio": len,
    "parse": lambda body: tree_of(body) and None,
    "resiliparse": lambda body: extract_plain_text(tree_of(body), main_content=True, alt_texts=False),
    "trafilatura-fast": lambda body: trafilatura.extract(body, fast=True),
    "trafilatura": lambda body: trafilatura.extract(body),
}[what]

start = time.process_time()
with open(out, "w") as f:
    for id, url, body in bodies():
        text = text_of(body)
        if isinstance(text, str):
            f.write(json.dumps({"id": id, "text": text, "source": "warc", "metadata": {"url": url}}, ensure_ascii=False) + "\n")
print(time.process_time() - start)
