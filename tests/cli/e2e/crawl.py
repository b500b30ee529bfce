"""crawl.py DIR: a small crawl and two archives of code, and what is known of them, by Python's standard library alone.

DIR/crawl.warc.gz   a member for each record, one of them broken; pages in several languages, plain, chunked, compressed; 404s,
                    revisits, requests, images; copies and near copies
DIR/sound.warc      the same without the broken member, not compressed
DIR/code.tar.gz, DIR/code.zip   sources, some of which do not parse, one a copy
DIR/truth.jsonl     {"id", "words", "lang"} of each page that can be had, in order
DIR/truth.json      counts: records, pages, broken, by kind; offset of the broken member
"""
import gzip
import io
import json
import os
import random
import sys
import tarfile
import uuid
import zipfile
import zlib

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
rng = random.Random(20)
LANGUAGES = {
    "en": "the of and to be that have with water river mill wheel stone channel stream flour grain farmer market town bridge road".split(),
    "de": "das Rad der Mühle und die Straße über den Fluß ist für alle Müller größer als ein Stein im Wasser".split(),
    "fr": "le moulin à eau et la rivière où les pêcheurs étaient déjà près du canal avec une façade élevée".split(),
    "el": "ο μύλος και το νερό στο ποτάμι με την πέτρα από τον δρόμο για τους ανθρώπους".split(),
    "ja": "水車は川の水で回る。 粉を挽く石は重い。 橋の上に立つ。 冬は水が凍る。 春に畑を耕す。".split(),
    "ar": "الطاحونة على النهر و الماء في القناة من الحجر إلى الطريق".split(),
}


def paragraph(lang):
    words = [rng.choice(LANGUAGES[lang]) for _ in range(rng.randint(25, 60))]
    words.insert(rng.randrange(len(words)), str(rng.randrange(10**6)))
    return " ".join(words) + ("" if lang == "ja" else ".")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def html(paragraphs, lang, charset):
    meta = f'<meta charset="{charset}">' if charset else ""
    body = "\n".join(f"<p>{escape(p)}</p>" for p in paragraphs)
    return (f"<!DOCTYPE html>\n<html lang={lang}><head>{meta}<title>T</title><style>p {{ color: red }}</style></head><body>"
            f"<nav><a href=/>NAVIGATION</a></nav><main>\n{body}\n</main><script>var SCRIPT = '<p>';</script>"
            "<footer>FOOTER</footer></body></html>\n")


def chunked(body):
    parts, at = [], 0
    while at < len(body):
        n = rng.randint(1, 400)
        parts.append(f"{len(body[at:at + n]):x}\r\n".encode() + body[at:at + n] + b"\r\n")
        at += n
    return b"".join(parts) + b"0\r\n\r\n"


def http(body, status="200 OK", content_type="text/html; charset=utf-8", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}"] + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(kind, block, url=None, content_type="application/http; msgtype=response"):
    rid = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{rid}>", "WARC-Date: 2024-05-18T01:58:10Z"]
    lines += [f"WARC-Target-URI: {url}"] if url else []
    lines += [f"Content-Type: {content_type}", f"Content-Length: {len(block)}"]
    return rid, "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def page(i):
    """(paragraphs, language): some are copies, some near copies of an earlier one."""
    if i % 10 == 9:
        return pages[i - 5]
    if i % 10 == 8:
        paragraphs, lang = pages[i - 5]
        words = paragraphs[0].split(" ")
        words[len(words) // 2] = "otherwise"
        return [" ".join(words)] + paragraphs[1:], lang
    lang = "en" if i % 3 else rng.choice(["de", "fr", "el", "ja", "ar"])
    return [paragraph(lang) for _ in range(rng.randint(3, 7))], lang


def respond(i, paragraphs, lang):
    charset = {0: "utf-8", 1: "iso-8859-1" if lang in ("en", "de", "fr") else "utf-8"}[i % 2]
    body = html(paragraphs, lang, charset).encode(charset)
    how = i % 5
    headers = {}
    if how in (1, 3):
        body = gzip.compress(body, mtime=0)
        headers["Content_Encoding"] = "gzip"
    if how == 4:
        body = zlib.compress(body)
        headers["Content_Encoding"] = "deflate"
    if how in (2, 3):
        body = chunked(body)
        headers["Transfer_Encoding"] = "chunked"
    return http(body, content_type="text/html", **headers)


N = 150
BROKEN = 77
pages, records, truth = [], [], []  # records: (kind, bytes, is the broken one)
counts = {"records": 0, "request": 0, "revisit": 0, "other": 0, "pages": 0}


def add(kind, data, broken=False):
    records.append((data, broken))
    counts["records"] += 1
    counts[kind] += 1


add("other", record("warcinfo", b"software: test\r\n", content_type="application/warc-fields")[1])
for i in range(N):
    pages.append(page(i))
    url = f"https://example.org/{i}"
    add("request", record("request", f"GET /{i} HTTP/1.1\r\n\r\n".encode(), url, "application/http; msgtype=request")[1])
    rid, data = record("response", respond(i, *pages[i]), url)
    add("pages", data, i == BROKEN)
    truth.append({"id": rid, "words": " ".join(pages[i][0]).split(), "lang": pages[i][1], "broken": i == BROKEN})
    if i % 7 == 3:
        add("other", record("response", http(b"<p>not found " * 40, status="404 Not Found"), url + "/x")[1])
    if i % 11 == 5:
        add("revisit", record("revisit", http(b"", content_type="text/html"), url)[1])
    if i % 13 == 6:
        add("other", record("response", http(b"\x89PNG\r\n\x1a\n" + bytes(200), content_type="image/png"), url + ".png")[1])
    if i % 17 == 6:
        add("other", record("metadata", b"fetchTimeMs: 1\r\n", url, "application/warc-fields")[1])

with open(f"{out}/crawl.warc.gz", "wb") as f, open(f"{out}/sound.warc", "wb") as sound:
    for data, broken in records:
        member = gzip.compress(data, mtime=0)
        if broken:
            counts["broken_offset"] = f.tell()
            middle = len(member) // 2
            member = member[:middle] + bytes(b ^ 0x5A for b in member[middle:middle + 40]) + member[middle + 40:]
        else:
            sound.write(data)
        f.write(member)
json.dump(counts, open(f"{out}/truth.json", "w"))
with open(f"{out}/truth.jsonl", "w") as f:
    for t in truth:
        if not t.pop("broken"):
            print(json.dumps(t, ensure_ascii=False), file=f)


def source(i):
    """(name, text, does it parse)"""
    body = "".join(f"    int v{j} = {rng.randrange(1000)} * {j};\n" for j in range(rng.randint(5, 25)))
    if i % 3 == 0:
        return f"src/c{i}.c", f"/* über */\nint f{i}(void)\n{{\n{body}    return v0;\n}}\n", True
    body = "".join(f"    v{j} = {rng.randrange(1000)} ** {j}\n" for j in range(rng.randint(5, 25)))
    if i % 3 == 1:
        return f"src/p{i}.py", f"# über\ndef f{i}():\n{body}    return v0\n", True
    return f"src/b{i}.py", f"def f{i}(:\n{body}    return v0)\n", False


sources = [source(i) for i in range(60)]
sources.append(("src/copy.c", sources[0][1], True))
sources.append(("README.txt", "No program.\n", False))
with tarfile.open(f"{out}/code.tar.gz", "w:gz") as tar, zipfile.ZipFile(f"{out}/code.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
    for i, (name, text, _) in enumerate(sources):
        raw = text.encode()
        if i % 2:
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
        else:
            zipped.writestr(zipfile.ZipInfo(name, (2024, 5, 18, 2, 0, 0)), raw)
with open(f"{out}/code.json", "w") as f:
    json.dump({name: text for name, text, good in sources if good}, f)
