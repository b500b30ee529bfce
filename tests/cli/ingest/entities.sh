# shellcheck shell=bash
# leat ingest: character references and charsets, compared with Python's html.unescape and codecs.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

# ---- every name, every kind of number, and random mixtures, each as the text of a page
cat >references.py <<'PY'
import html, html.entities, json, random, re, subprocess, sys
rng = random.Random(11)
names = sorted(html.entities.html5)
cases = ["&" + n for n in names] + ["&" + n.rstrip(";") for n in names] + ["&" + n.rstrip(";") + "x" for n in names]
cases += [f"&#{n};" for n in list(range(32, 400)) + [8364, 0x1f600, 0xd800, 0x10fffd, 0x110000, 0x7fffffff, 10**30]]
cases += [f"&#x{n:x}" for n in list(range(160, 400)) + [0x20ac, 0x1F600]]
pieces = ["&", "#", "x", ";", "amp", "lt", "not", "notin", "copy", "1", "a", "&#", "&#x", "eacute", "nbsp", "=", "&&", "hellip;", "Dagger;"]
cases += ["".join(rng.choice(pieces) for _ in range(rng.randrange(1, 12))) for _ in range(5000)]
def want(text):
    text = html.unescape(text)
    text = re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]", "", text)      # control characters are removed
    return re.sub("[ \t\n\r\f\xa0]+", " ", text).strip(" ")             # white space is collapsed
with open("cases.warc", "wb") as f:
    for i, case in enumerate(cases):
        block = f"<p>|{case}|".encode()
        f.write(b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/html\r\nWARC-Target-URI: u:%d\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
                % (i, len(block), block))
out = subprocess.run(["leat-ingest", "-q", "--normalize", "none", "cases.warc"], stdout=subprocess.PIPE, check=True).stdout
got = {int(d["metadata"]["url"][2:]): d["text"] for d in map(json.loads, out.splitlines())}
bad = 0
for i, case in enumerate(cases):
    if got.get(i) != want(f"|{case}|"):
        bad += 1
        if bad < 10: print("#", repr(case), repr(got.get(i)), repr(want(f"|{case}|")))
print(len(cases), "cases", bad, "differ")
PY
python3 references.py >result
sed -n '/^#/p' result
check "references as html.unescape" grep -q ' 0 differ' result

# ---- every encoding of the web: every character that Python's codec knows, back through leat
cat >charsets.py <<'PY'
import json, subprocess
codecs = {"ibm866": "cp866", "iso-8859-2": "iso8859-2", "iso-8859-3": "iso8859-3", "iso-8859-4": "iso8859-4", "iso-8859-5": "iso8859-5",
          "iso-8859-6": "iso8859-6", "iso-8859-7": "iso8859-7", "iso-8859-8": "iso8859-8", "iso-8859-10": "iso8859-10",
          "iso-8859-13": "iso8859-13", "iso-8859-14": "iso8859-14", "iso-8859-15": "iso8859-15", "iso-8859-16": "iso8859-16",
          "koi8-r": "koi8-r", "koi8-u": "koi8-u", "windows-874": "cp874", "windows-1250": "cp1250", "windows-1251": "cp1251",
          "windows-1252": "cp1252", "windows-1253": "cp1253", "windows-1254": "cp1254", "windows-1255": "cp1255", "windows-1256": "cp1256",
          "windows-1257": "cp1257", "windows-1258": "cp1258", "gbk": "gb18030", "big5": "big5", "euc-jp": "euc-jp", "shift_jis": "cp932",
          "euc-kr": "cp949", "iso-2022-jp": "iso2022-jp", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
records, want = b"", {}
for label, codec in codecs.items():
    wide = label.startswith(("utf", "gb"))
    chars = []
    for cp in list(range(0xa1, 0x6f0)) + list(range(0xe01, 0xe5c)) + list(range(0x2010, 0x2200)) + list(range(0x3041, 0x30ff)) + \
            list(range(0x4e00, 0x9fa0, 7)) + list(range(0xac00, 0xd7a0, 11)):
        if cp == 0xad or (label in ("windows-1255", "windows-1258") and 0x300 <= cp < 0x370): continue
        try:
            if chr(cp).encode(codec).decode(codec) == chr(cp): chars.append(chr(cp))
        except UnicodeError: pass
    # libraries differ over a few signs of the East Asian sets
    if label in ("big5", "euc-jp", "shift_jis", "euc-kr", "iso-2022-jp"): chars = [c for c in chars if c.isalpha() and ord(c) >= (0x4e00 if label == "big5" else 0x3041)]
    text = "\n".join(" ".join(chars[i:i + 20]) for i in range(0, len(chars), 20))
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s" % (label.encode(), text.encode(codec))
    records += b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nWARC-Target-URI: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (
        label.encode(), len(block), block)
    want[label] = text
open("charsets.warc", "wb").write(records)
out = subprocess.run(["leat-ingest", "-q", "--normalize", "none", "charsets.warc"], stdout=subprocess.PIPE, check=True).stdout
got = {d["metadata"]["url"]: d for d in map(json.loads, out.splitlines())}
for label, text in want.items():
    d = got.get(label, {"text": "", "metadata": {"charset": None}})
    differ = [(a, b) for a, b in zip(d["text"], text) if a != b]
    right = d["text"] == text and d["metadata"]["charset"] == label and len(text) > 40
    print(("ok" if right else "not ok"), "-", "charset", label, "" if right else f"{d['metadata']['charset']} {len(d['text'])} {len(text)} {differ[:5]}")
PY
python3 charsets.py >result
sed -n '/^not ok/s/^not ok/#/p' result
is "as Python's codecs" "$(grep -c '^ok' result)" 33
