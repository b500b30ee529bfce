"""Hostile inputs for hostile.sh, written into the working directory: floods, bombs, cuts and lies, without any library that
leat uses itself."""
import bz2, gzip, io, json, lzma, random, struct, subprocess, tarfile, zipfile

count = 0


def write(name, data):
    with open(name, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def gz(data):
    return gzip.compress(data, 6, mtime=0)


def filtered(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def record(body, head="Content-Type: text/html", length=None, more=""):
    """A WARC response; `length` is what it says of its size."""
    global count
    count += 1
    body = body.encode() if isinstance(body, str) else body
    block = ("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n").encode() + body
    fields = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.com/{count}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n"
              f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{count:012}>\r\n{more}"
              f"Content-Length: {len(block) if length is None else length}\r\n\r\n")
    return fields.encode() + block + b"\r\n\r\n"


def page(i):
    return f"<title>Page {i}</title><h1>Head {i}</h1><p>" + " ".join(f"word{i}x{j}" for j in range(40)) + "</p>"


def tar(entries, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, text in entries:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries:
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---- a crawl whose one record lies, between whole ones
hello = page(99).encode()
bomb = b"<p>hello " * (12 << 20)
lies = {
    "length-0": record(hello, length=0), "length-short": record(hello, length=50), "length-long": record(hello, length=10**6),
    "length-word": record(hello, length="x"), "length-2e64": record(hello, length=2**64), "length-minus": record(hello, length=-1),
    "chunked": record(hello, "Content-Type: text/html\r\nTransfer-Encoding: chunked"),
    "chunk-ff": record(b"f" * 16 + b"\r\n" + hello, "Content-Type: text/html\r\nTransfer-Encoding: chunked"),
    "chunk-zeros": record(b"0" * 1000 + b"%x\r\n" % len(hello) + hello + b"\r\n0\r\n\r\n", "Content-Type: text/html\r\nTransfer-Encoding: chunked"),
    "gzip": record(hello, "Content-Type: text/html\r\nContent-Encoding: gzip"), "br": record(hello, "Content-Type: text/html\r\nContent-Encoding: br"),
    "gzip-crc": record(gz(hello)[:-8] + b"notright", "Content-Type: text/html\r\nContent-Encoding: gzip"),
    "gzip-junk": record(gz(hello) + b"junk" * 99, "Content-Type: text/html\r\nContent-Encoding: gzip"),
    "encodings": record(hello, "Content-Type: text/html\r\nContent-Encoding: " + ", ".join(["gzip", "br", "zstd", "deflate"] * 1000)),
    "header-line": record(hello, "Content-Type: text/html\r\nX: " + "a" * 3000000),
    "header-lines": record(hello, "Content-Type: text/html\r\n" + "\r\n".join(f"X{i}: y" for i in range(50000))),
    "charset": record(hello, "Content-Type: text/html; charset=" + "a" * 100000),
    "robots": record(hello, "Content-Type: text/html\r\nX-Robots-Tag: " + ",".join(f"no{i}" for i in range(50000))),
}
for name, lie in lies.items():
    write(f"lie-{name}.warc", record(page(1)) + lie + record(page(2)))
    write(f"lie-{name}.warc.gz", gz(record(page(1))) + gz(lie) + gz(record(page(2))))
with open("bombs.warc", "wb") as file:
    file.write(record(page(1)))
    for coding, coded in (("gzip", gz(bomb)), ("br", filtered(bomb, "brotli", "-q", "5", "-c")), ("zstd", filtered(bomb, "zstd", "-qc"))):
        file.write(record(coded, f"Content-Type: text/html\r\nContent-Encoding: {coding}"))
    file.write(record(page(2)))
write("field-line.warc", record(page(1)) + record(hello, more="X: " + "b" * (3 << 20) + "\r\n") + record(page(2)))
write("endless.warc.gz", gz(record(page(1)) + b"WARC/1.0\r\nX: " + b"a" * (100 << 20)))
write("versions.warc", record(page(1)) + b"WARC/1.0\r\n" * 150000)
write("resync.warc", b"\r\n\r\nWARC/" * 500000)
write("empty-members.warc.gz", gz(b"") * 50000 + gz(record(page(1))))
write("length-e12.warc", record(page(1)) + record(hello, length=10**12) + record(page(2)) + record(hello, length=10**12))
write("mark.warc", b"\xef\xbb\xbf" + record(page(1)) + record(page(2)))
write("mark.warc.gz", gz(b"\xef\xbb\xbf" + record(page(1))) + gz(record(page(2))))
arc_block = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>page number %d"
arc = [b"http://example.com/%d 1.2.3.4 %s text/html %d\n" % (i, b"2005" if i == 2 else b"20050614070144", len(arc_block % i)) + arc_block % i + b"\n" for i in (1, 2, 3)]
head = b"1 0 Alexa Internet\nURL IP-address Archive-date Content-type Archive-length\n"
write("header.arc", b"filedesc://x.arc 0.0.0.0 20050614070144 text/plain %d\n%s\n" % (len(head), head) + b"".join(arc))

# ---- records of just --max-record (64K) and one byte less and more
for step in (-1, 0, 1):
    size = 65536 + step
    write(f"edge{step}.txt", ("ab " * 30000)[:size])
    line = json.dumps({"text": "", "id": "x"})
    write(f"edge{step}.jsonl", json.dumps({"text": "a" * (size - len(line)), "id": "x"}) + '\n{"text":"next"}\n')
    write(f"edge{step}.zip", zipped([("a.txt", ("ab " * 30000)[:size]), ("b.txt", "next")]))

# ---- pages of about a MiB
M = 1 << 20


def flood(unit, size=M):
    return (unit * (size // len(unit) + 1))[:size]


pages = {f"open-{i}": flood(tag) for i, tag in enumerate((
    "<div>", "<a ", "<a>", "<table>", "<table><tr><td>", "<ul><li>", "<blockquote>", "<svg>", "<math>", "<template>", "<!--", "<![CDATA[", "<svg><![CDATA[", "</",
    "<script>", "<select>", "<b><i>", "<p><form>", "&amp;", "&#x110000;", "&notin", "<b><p></b>", "<pre>", "<code>", "<title>", "<?", "<!doctype "))}
pages["attributes"] = "<div " + " ".join(f"a{i}=b" for i in range(50000)) + ">text</div>"
pages["same-attribute"] = "<div " + "class=main " * 50000 + ">text</div>"
pages["links"] = '<a href="/x">link text</a> ' * 50000
pages["deep-list"] = "<ul><li>a" * 20000 + "</li></ul>" * 20000
pages["ragged"] = "<table>" + "".join("<tr>" + "<td>c" * (i % 800) for i in range(800))
pages["spans"] = "<table>" + "<tr><td colspan=1000>x<td rowspan=65534>y" * 5000
pages["line"] = "word " * (5 * M // 5)
pages["zalgo"] = "<p>a" + "\u0301\u0316" * 200000
pages["json-ld"] = '<script type="application/ld+json">' + '{"a":[' * 50000 + "</script><p>text"
pages["robots"] = "<meta name=robots content=noai>" * 20000 + "<p>text"
pages["base"] = '<base href="' + "a/../" * 100000 + '"><link rel=canonical href="' + "../" * 100000 + '">x'
pages["fences"] = "<pre>" + "```\n" * 100000
for name, text in pages.items():
    write(f"page-{name}.html", text)

# ---- bytes that lie about their characters
rng = random.Random(1)
with open("charsets.warc", "wb") as file:
    for label in ("utf-8", "utf-16", "utf-16be", "utf-32", "utf-7", "iso-2022-jp", "shift_jis", "gb18030", "big5", "euc-kr", "hz-gb-2312", "x-user-defined", "", "utf-8\0"):
        for body in (bytes(range(1, 256)) * 4, rng.randbytes(2000), "漢字 zażółć ".encode() * 50, b"\x1b$B" * 500, b"\xc0\xaf\xed\xa0\x80\xf8\x88", "text".encode("utf-16") + b"\xd8"):
            file.write(record(b"<p>" + body, "Content-Type: text/html; charset=" + label))

# ---- archives
entries = [(f"{i}.txt", f"text of file {i} " * 40) for i in range(5)]
write("whole.tar", tar(entries))
write("cut.tar", tar(entries)[:3000])
write("cut.zip", zipped(entries)[:150])
write("cut-tar.zst", filtered(tar(entries)[:3000], "zstd", "-qc"))
write("two.tar.gz", tar(entries[:2], "w:gz") + tar(entries[2:], "w:gz"))
names = ["../../etc/passwd", "/etc/passwd", "a/../../b.txt", "..", "a\nb.txt", "-rf", "--stats", "a" * 10000, "d/" * 5000 + "x.txt", "\u202egpj.txt", "dup", "dup", "C:\\x.txt"]
write("names.tar", tar([(name, f"text {i}") for i, name in enumerate(names)]))
whole = bytearray(tar(entries[:3]))
for name, size in (("minus", b"-0000000007\0"), ("huge", b"\x80" + b"\xff" * 11), ("octal", b"77777777777\0")):
    bad = bytearray(whole)
    bad[1536 + 124:1536 + 136] = size
    bad[1536 + 148:1536 + 156] = b" " * 8
    bad[1536 + 148:1536 + 156] = b"%06o\0 " % sum(bad[1536:2048])
    write(f"size-{name}.tar", bad)
nest = b"inner"
for i in range(5):
    nest = zipped([("n.zip" if i else "a.txt", nest), (f"t{i}.txt", f"text at {i}")])
write("nest.zip", nest)
write("bomb.zip", zipped([("a.txt", "hello " * (12 << 20)), ("b.txt", "after")]))
for i in range(30):
    bad = bytearray(zipped(entries))
    for _ in range(rng.choice((1, 3, 10))):
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
    write(f"flip{i}.zip", bad)

# ---- lines of JSON: those that docs/formats.md calls damaged, and those that it does not
bad = ['{"text":"a","text":"b"}', '{"te\\u0078t":"a","text":"b"}', '{"text":null}', '{"text":5}', "{}", "[]", "1", "null", '{"text":"\\ud800"}', '{"text":"\\x"}', '{"text":"a\tb"}',
       '{"text":"a"}}', '{"text":"a"}{"text":"b"}', '{"text":"a",}', "{text:1}", '{"text":"a","n":01}', '{"text":"a","n":NaN}', '\ufeff{"text":"a"}', '{"text":"a","metadata":[]}',
       '{"text":"a","id":[]}', '{"text":"a","source":5}', '{"text":"a"} //', '{"text":"a"}\0', '{"text":"a","m":' + "[" * 10000 + "]" * 10000 + "}", '{"text":"a","m":' + "[" * 512 + "]" * 512 + "}"]
good = ['{"text":""}', '{"text":"a","id":5}', '{"text":"a","n":1e99999999}', '{"text":"a","n":' + "9" * 100000 + "}", '{"text":"a","m":"\\ud800"}', '{"text":"\\ud83d\\ude00"}', '{"text":"a","metadata":null}',
        ' \t{"text" : "a" } \r', '{"text":"a","k":1,"k":2}', '{"text":"\\u0000"}', '{"text":"a","m":' + "[" * 511 + "]" * 511 + "}"]
write("bad.jsonl", "\n".join(bad).encode() + b'\n{"text":"\xed\xa0\x80"}\n{"text":"\xc0\xaf"}\n')
write("good.jsonl", "\n".join(good) + "\n")

# ---- dumps
start = '<mediawiki><siteinfo><base>https://en.wikipedia.org/wiki/M</base></siteinfo>'


def article(text, number):
    return f"<page><title>T{number}</title><ns>0</ns><id>{number}</id><revision><id>{number}</id><text>{text}</text></revision></page>"


units = ["{{", "}}", "[[", "{|", "&lt;ref", "&lt;ref&gt;", "'", "'''''a''b'''c", "=", "\n*", "&lt;nowiki&gt;", "&lt;!--", "{{{", "-{", "{{lang|en|", "\n{|\n|\n", "[http://", "&lt;math&gt;", "{{[[", "[[File:a|"]
write("floods.xml", start + article("first words", 1) + "".join(article(flood(unit, 300000), i + 2) for i, unit in enumerate(units)) + article("last words", 99) + "</mediawiki>")
write("revisions.xml", start + article("first words", 1) + "<page><title>R</title><ns>0</ns><id>5</id>" + "".join(f"<revision><id>{i}</id><text>revision {i}</text></revision>" for i in range(5000)) + "</page></mediawiki>")
write("no-end.xml", start + article("first words", 1) + "<page><title>R</title><ns>0</ns>" + article("last words", 2) + "</mediawiki>")
write("plain.txt", "no dump at all\n" * 100)

# ---- LaTeX and XML
begin, end = "\\documentclass{article}\\begin{document}First words. ", " last words.\\end{document}"
papers = [flood(unit, 300000) for unit in ("$", "\\\\", "{", "}", "\\begin{a}", "\\def\\a", "\\csname ", "\\iffalse ", "\\footnote{", "^^", "\\begin{tabular}", "\\verb")]
papers += ["\\def\\a{\\a}\\a", "\\def\\a{\\a\\a}$\\a$", "\\def\\a{\\b}\\def\\b{\\a}$\\a$ \\b", "\\newcommand\\d[1]{#1#1}$" + "\\d{" * 40 + "y" + "}" * 40 + "$", "\\def\\a#1#2#3#4#5#6#7#8#9{#9}" + "\\a" * 50000]
for i, text in enumerate(papers):
    write(f"paper{i}.tex", begin + text + end)
lol = "<!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10)) + "]>"
write("lol.xml", lol + "<article><body><p>&a9;</p></body></article>")
write("outside.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><article><body><p>start &x;</p></body></article>")
write("deep.xml", "<article><body>" + "<sec>" * 100000 + "<p>words</p>" + "</sec>" * 100000 + "</body></article>")

write("one-more.txt", "some words\n")
packed = filtered(tar([("a.txt", rng.randbytes(300000).hex())]), "lz4", "-qc")
for name, at in (("head", 20), ("middle", len(packed) // 2)):
    broken = bytearray(packed)
    broken[at] ^= 0xff
    write(f"broken-{name}.tar.lz4", broken)

# ---- a file whose compression ends or breaks
lines = b"".join(b"line %d of text\n" % i for i in range(20000))
for name, data in (("gz", gz(lines)), ("xz", lzma.compress(lines)), ("bz2", bz2.compress(lines)), ("zst", filtered(lines, "zstd", "-qc")), ("lz4", filtered(lines, "lz4", "-qc"))):
    write(f"cut.txt.{name}", data[:-9])
    broken = bytearray(data)
    broken[len(data) // 2] ^= 0x55
    write(f"broken.txt.{name}", broken)
