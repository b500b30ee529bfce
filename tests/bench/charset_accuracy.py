"""charset_accuracy.py PAGES [LEAT_INGEST]: real pages (a folder of *.html in UTF-8; others are passed over), encoded in each legacy encoding that
holds all but one in a thousand of their characters beyond ASCII, then ingested with a label (HTTP, <meta>) and without. Counts the
documents whose text is that of the original page; characters that the encoding lacks become references in both."""
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter

CODECS = {"windows-1252": "cp1252", "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1253": "cp1253", "windows-1254": "cp1254",
          "windows-1255": "cp1255", "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-874": "cp874", "iso-8859-2": "iso8859-2",
          "iso-8859-7": "iso8859-7", "iso-8859-15": "iso8859-15", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "shift_jis": "cp932",
          "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "gbk": "gbk", "gb18030": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949"}
NEEDS = {"windows-1251": r"[а-я]{3}", "koi8-r": r"[а-я]{3}", "koi8-u": r"[а-яії]{3}", "windows-1253": r"[α-ω]{3}", "iso-8859-7": r"[α-ω]{3}",
         "windows-1255": r"[א-ת]{3}", "windows-1256": r"[\u0620-\u064a]{3}", "windows-874": r"[ก-๎]{3}", "shift_jis": r"[ぁ-ヶ]{3}",
         "euc-jp": r"[ぁ-ヶ]{3}", "iso-2022-jp": r"[ぁ-ヶ]{3}", "gbk": r"[一-龥]{3}", "gb18030": r"[一-龥]{3}", "big5": r"[一-龥]{3}",
         "euc-kr": r"[가-힣]{3}", "windows-1250": r"[ąćęłńśźżčďěňřšťůžőűľĺŕ]", "iso-8859-2": r"[ąćęłńśźżčďěňřšťůžőűľĺŕ]",
         "windows-1254": r"[ğışĞİŞ]", "windows-1257": r"[āēīūģķļņėįųšž]"}
META = re.compile(r"""<meta[^>]{0,200}charset[^>]*>|<\?xml[^>]*\?>""", re.I)


def record(url, body, content_type):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: " + content_type.encode() + b"\r\n\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def fits(page, label, codec):
    beyond = Counter(c for c in page if c > "\x7f")
    if beyond.total() < 20 or (label in NEEDS and len(re.findall(NEEDS[label], page)) < 10):
        return False
    lost = 0
    for c, n in beyond.items():
        try:
            c.encode(codec)
        except UnicodeEncodeError:
            lost += n
    return lost * 1000 <= beyond.total()


def pages(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            data = f.read()
        try:
            yield name, META.sub("", data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            continue


def main():
    tool = sys.argv[2] if len(sys.argv) > 2 else "leat-ingest"
    count = {}
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "pages.warc")
        with open(path, "wb") as out:
            for name, page in pages(sys.argv[1]):
                for label, codec in CODECS.items():
                    if not fits(page, label, codec):
                        continue
                    body = page.encode(codec, "xmlcharrefreplace")
                    same = body.decode(codec).encode()
                    key = f"http://x/{name}/{label}/"
                    out.write(record(key + "want", same, "text/html; charset=utf-8"))
                    out.write(record(key + "http", body, f"text/html; charset={label}"))
                    out.write(record(key + "meta", f"<meta charset={label}>".encode() + body, "text/html"))
                    out.write(record(key + "none", body, "text/html"))
        run = subprocess.Popen([tool, "-q", "--extract", "all", path], stdout=subprocess.PIPE)
        wanted = None
        for line in run.stdout:
            document = json.loads(line)
            *_, name, label, how = document["metadata"]["url"].split("/")
            if how == "want":
                wanted = document["text"]
                continue
            right, n, wrong = count.setdefault((label, how), [0, 0, {}])
            good = document["text"] == wanted
            if not good:
                wrong.setdefault(document["metadata"]["charset"], []).append(name)
            count[label, how] = [right + good, n + 1, wrong]
        run.wait()
    total = {}
    for label in CODECS:
        cells = []
        for how in ("http", "meta", "none"):
            right, n, wrong = count.get((label, how), [0, 0, {}])
            a, b = total.get(how, (0, 0))
            total[how] = (a + right, b + n)
            cells.append(f"{how} {right}/{n}" + ("  " + str({k: len(v) for k, v in wrong.items()}) if wrong else ""))
        print(f"{label:14}", "   ".join(cells))
    print("all           ", "   ".join(f"{how} {a}/{b} = {100 * a / max(b, 1):.2f}%" for how, (a, b) in total.items()))


main()
