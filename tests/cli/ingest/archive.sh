# shellcheck shell=bash
# leat ingest: archives of source code, files of text and HTML, JSONL.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

# ---- archives, compared with Python's tarfile and zipfile
cat >make.py <<'PY'
import io, json, tarfile, zipfile, random
rng = random.Random(3)
files = {"src/main.c": b"int main(void)\r\n{\r\n\treturn 0;\r\n}\r\n", "src/latin.py": "# caf\xe9\nx = 1\n".encode("latin-1"),
         "src/\u00fcber.js": "let \u00fc = 1;\n".encode(), "README": b"plain\fwords\n", "empty.txt": b"", "blank.txt": b" \n\n",
         "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(rng.randrange(256) for _ in range(3000)),
         "utf16.txt": "\ufeffwide text\n".encode("utf-16-le"), "page.html": b"<p>a page &amp; its text</p>\n", "page.c": b"<p>markup stays</p>\n"}
for i in range(300): files[f"many/{i:03}.txt"] = (f"file number {i}\n" * (i + 1)).encode()
def tar(name, mode, fmt=tarfile.PAX_FORMAT):
    with tarfile.open(name, mode, format=fmt) as t:
        d = tarfile.TarInfo("./src"); d.type = tarfile.DIRTYPE; t.addfile(d)
        for n, b in files.items():
            e = tarfile.TarInfo("./" + n); e.size = len(b); e.mtime = 1700000000; t.addfile(e, io.BytesIO(b))
        for n, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("fifo", tarfile.FIFOTYPE)):
            e = tarfile.TarInfo(n); e.type = kind; e.linkname = "README"; t.addfile(e)
tar("a.tar", "w"); tar("a.tar.gz", "w:gz"); tar("a.tar.bz2", "w:bz2"); tar("a.tar.xz", "w:xz"); tar("old.tar", "w", tarfile.GNU_FORMAT)
for name, how in (("a.zip", zipfile.ZIP_DEFLATED), ("stored.zip", zipfile.ZIP_STORED), ("lzma.zip", zipfile.ZIP_LZMA)):
    with zipfile.ZipFile(name, "w", how) as z:
        z.mkdir("src") if hasattr(z, "mkdir") else z.writestr("src/", "")
        for n, b in files.items(): z.writestr(zipfile.ZipInfo(n, (2023, 11, 14, 22, 13, 20)), b, how)
want = {}
for n, b in files.items():
    if n in ("empty.txt", "blank.txt", "logo.png"): continue
    text = b.decode("utf-16-le")[1:] if n == "utf16.txt" else b.decode("latin-1") if "latin" in n else b.decode()
    want[n] = "a page & its text" if n == "page.html" else text.replace("\r\n", "\n").replace("\f", "")
json.dump(want, open("want.json", "w"))
with tarfile.open("big.tar.gz", "w:gz") as t:
    for i in range(6):
        e = tarfile.TarInfo(f"zeros{i}"); e.size = 60 << 20; t.addfile(e, io.BytesIO(b"\0" * e.size))
    e = tarfile.TarInfo("behind"); e.size = 3; t.addfile(e, io.BytesIO(b"abc"))
with tarfile.open("large.tar", "w") as t:
    for n, size in (("before", 10), ("large", 3 << 20), ("behind", 10)):
        e = tarfile.TarInfo(n); e.size = size; t.addfile(e, io.BytesIO(b"x" * size))
PY
python3 make.py
cat >compare.py <<'PY'
import json, sys
want, got = json.load(open("want.json")), {}
for line in open(sys.argv[1]):
    d = json.loads(line)
    got[d["metadata"]["path"]] = d["text"]
    assert d["source"] == "archive" and d["metadata"]["archive"] == sys.argv[2], d
for n in sorted(want.keys() | got.keys()):
    if want.get(n) != got.get(n): print(n, repr(want.get(n))[:80], repr(got.get(n))[:80])
PY
zstd -q a.tar -o a.tar.zst
for f in a.tar a.tar.gz a.tar.bz2 a.tar.xz a.tar.zst old.tar a.zip stored.zip lzma.zip; do
    exits "$f" 0 leat-ingest --stats stats.json $f
    is "$f: files" "$(python3 compare.py out $f)" ""
    is "$f: balanced" "$(jq -c '[.balanced, .records.damaged]' stats.json)" '[true,0]'
done
leat-ingest -q a.tar --stats stats.json >out
is "a tar's entries by kind" "$(jq -c '.records.skipped | map_values(.records)' stats.json)" \
    '{"binary":1,"directory":1,"empty-text":2,"link":2,"special":1}'
is "one record an entry" "$(jq '.records.in' stats.json)" 314
is "created is the file's time" "$(jq -r .created out | sort -u)" 2023-11-14T22:13:20Z
is "the charset that was found" "$(jq -r 'select(.metadata.path == "src/latin.py").metadata.charset' out)" windows-1252
is "ids are unique" "$(jq -r .id out | sort -u | wc -l)" "$(wc -l <out)"
leat-ingest -q <a.tar.gz >stdin
same "from standard input" <(jq -r .text out) <(jq -r .text stdin)
leat-ingest -q <a.zip | jq -r .text | sort >zip1
leat-ingest -q a.zip | jq -r .text | sort >zip2
same "zip from standard input" zip1 zip2
for t in 1 2 8; do leat-ingest -q -t$t a.tar.xz a.zip old.tar >t$t; done
same "-t2 = -t1" t1 t2
same "-t8 = -t1" t1 t8
head -c 100000 a.tar >cut.tar
head -c 3000 a.tar.gz >cut.tar.gz
exits "a cut tar: what was whole" 3 leat-ingest --stats stats.json cut.tar
is "a cut tar: one damage, at its entry's header" \
    "$(jq -c '[.records.damaged, .truncated, .balanced, .damage[0].offset % 512, .damage[0].offset > 90000]' stats.json)" '[1,true,true,0,true]'
exits "a cut tar.gz: exit 3" 3 leat-ingest --stats stats.json cut.tar.gz
check "a cut tar.gz: what was whole" [ "$(wc -l <out)" -gt 3 ]
is "a cut tar.gz: balanced" "$(jq -c '[.truncated, .balanced]' stats.json)" '[true,true]'
python3 - <<'PY'
import tarfile, zipfile
at = tarfile.open("a.tar").getmembers()[40].offset
d = bytearray(open("a.tar", "rb").read()); d[at:at + 512] = b"\xff" * 512; open("bad.tar", "wb").write(d)
at = zipfile.ZipFile("a.zip").getinfo("many/200.txt").header_offset + 60
z = bytearray(open("a.zip", "rb").read()); z[at] ^= 0xff; z[at + 1] ^= 0xff; open("bad.zip", "wb").write(z)
import bz2; b = bytearray(open("a.tar.bz2", "rb").read()); b[len(b) // 2] ^= 0xff; open("bad.tar.bz2", "wb").write(b)
PY
for f in bad.tar bad.zip bad.tar.bz2; do
    exits "$f" "$([ "$f" = bad.tar.bz2 ] && echo 3 || echo 0)" leat-ingest --stats stats.json $f
    check "$f: damage is counted" [ "$(jq 'if .balanced then .records.damaged else 0 end' stats.json)" -ge 1 ]
done

# ---- archives that end early: at every place
cat >cuts.py <<'PY'
import io, json, os, subprocess, tarfile, zipfile
files = [("a.txt", b"alpha\n" * 20), ("b.txt", b"x" * 700 + b"\n"), ("c.txt", bytes(range(33, 120)) * 4)]
def tar(fmt): # where each file is whole, and all
    b = io.BytesIO(); at = []
    with tarfile.open(fileobj=b, mode="w", format=fmt) as t:
        for n, d in files:
            e = tarfile.TarInfo(n); e.size = len(d); t.addfile(e, io.BytesIO(d)); at.append(t.offset)
        end = t.offset
    return b.getvalue()[:end + 512], at
def cpio():
    out = b""; at = []
    for n, d in files + [("TRAILER!!!", b"")]:
        out += b"070707" + b"%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (1, 1, 0o100644, 0, 0, 1, 0, 0, len(n) + 1, len(d)) + n.encode() + b"\0" + d
        at.append(len(out))
    return out, at[:-1]
def zipped(how):
    b = io.BytesIO(); at = []
    with zipfile.ZipFile(b, "w", how) as z:
        for n, d in files: z.writestr(zipfile.ZipInfo(n), d, how); at.append(b.tell())
    return b.getvalue(), at
def check(name, data, at, step, pipes):
    for cut in sorted(set(range(at[0] + 1, len(data), step)) | set(at) | {len(data) - 1, len(data)}):
        open(name, "wb").write(data[:cut])
        for pipe in pipes:
            r = subprocess.run(["leat-ingest", "--stats", "s.json"] + ([] if pipe else [name]), stdin=open(name), capture_output=True)
            s = json.load(open("s.json")); n = len(r.stdout.splitlines())
            whole, early = sum(a <= cut for a in at), cut < len(data)
            # a coded file may be whole before its last bytes are there
            good = r.returncode == (3 if early else 0) and s["truncated"] == early and s["balanced"] and (n == whole or n == whole + 1 and "packed" in name)
            if not good: print(name, "pipe" if pipe else "file", cut, len(data), r.returncode, n, whole, s["truncated"])
check("cut.tar", *tar(tarfile.USTAR_FORMAT), 199, (False, True))
check("cut.cpio", *cpio(), 101, (False, True))
check("stored.cut.zip", *zipped(0), 101, (False,))
check("packed.cut.zip", *zipped(8), 47, (False,))
data, at = zipped(8)
check("packed.pipe.zip", data, at, 47, (True,))
inner = zipped(8)[0]; b = io.BytesIO() # a zip that is stored in a zip has an end of its own
with zipfile.ZipFile(b, "w") as z: z.writestr("first.txt", "one\n" * 2000); z.writestr("in.zip", inner); z.writestr("last.txt", "two\n")
open("behind.zip", "wb").write(b.getvalue()[:b.getvalue().index(b"last.txt") - 30])
with tarfile.open("outer.tar", "w") as t: # inside an archive it is damage
    t1 = tar(tarfile.USTAR_FORMAT)[0]
    for n, d in (("in.tar", t1[:1600]), ("edge.tar", t1[:1024]), ("in.zip", inner[:-30]), ("behind.txt", b"behind\n")):
        e = tarfile.TarInfo(n); e.size = len(d); t.addfile(e, io.BytesIO(d))
PY
is "cut archives: what was whole is there, and exit status 3" "$(python3 cuts.py)" ""
exits "a zip that ends behind a zip" 3 leat-ingest behind.zip
exits "cut archives inside a tar" 0 leat-ingest --stats stats.json outer.tar
is "cut archives inside a tar: damage" "$(jq -c '[.truncated, .records.damaged, .balanced]' stats.json)" '[false,3,true]'
is "cut archives inside a tar: what was whole" "$(jq -r .metadata.path out | tr '\n' ' ')" \
    "in.tar!/a.txt edge.tar!/a.txt in.zip!/a.txt in.zip!/b.txt in.zip!/c.txt behind.txt "

# ---- zips one behind the other, and what else stands beside them
cat >beside.py <<'PY'
import io, tarfile, zipfile
def zipped(*names, comment=b""):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", 8) as z:
        for n in names: z.writestr(zipfile.ZipInfo(n), (n + "\n") * 40, 8)
        z.comment = comment
    return b.getvalue()
a, b, c = zipped("a1", "a2"), zipped("b1", comment=b"c" * 3000), zipped("c1")
files = {"two.zip": a + c, "three.zip": a + b + c, "padded.zip": a + b"\0" * 700 + b, "far.zip": a + zipped("b1", comment=b"c" * 65000) + c,
         "no-end.zip": a[:-22] + c, "program.zip": b"MZ" + b"\0\1\2\3" * 5000 + a, "script.zip": b"#!/bin/sh\nexit\n" + b,
         "behind.bin.zip": a + b"\1\2\3" * 50, "far-behind.zip": a + b"\1\2\3" * 50000, "between.zip": a + b"\1\2\3" * 50 + b}
for n, d in files.items(): open(n, "wb").write(d)
PY
python3 beside.py
told() { printf '%s%s\n' "$(jq -r .metadata.path out | sed 's/.*!.//' | tr '\n' ' ')" "$(jq -c '[.records.damaged, .destroyed_bytes, .balanced]' stats.json)"; }
while read -r f want; do
    for how in file pipe nested; do
        case $how$f in
        file*) leat-ingest -q --stats stats.json "$f" >out 2>err ;;
        *program.zip | *script.zip) continue ;;
        pipe*) leat-ingest -q --stats stats.json <"$f" >out 2>err ;;
        nested*) tar cf one.tar "$f" && leat-ingest -q --stats stats.json one.tar >out 2>err ;;
        esac
        [ "$(told)" = "$want" ] || printf '%s: %s, not %s\n' "$how $f" "$(told)" "$want"
    done
done >got <<'EOF'
two.zip a1 a2 c1 [0,0,true]
three.zip a1 a2 b1 c1 [0,0,true]
padded.zip a1 a2 b1 [0,0,true]
far.zip a1 a2 b1 c1 [0,0,true]
no-end.zip a1 a2 c1 [1,0,true]
program.zip a1 a2 [0,0,true]
script.zip b1 [0,0,true]
behind.bin.zip a1 a2 [1,150,true]
far-behind.zip a1 a2 [1,150000,true]
EOF
is "zips one behind the other: nothing is lost without a word" "$(cat got)" ""
exits "bytes between zips" 0 leat-ingest --stats stats.json between.zip
is "bytes between zips are counted" "$(told)" "a1 a2 b1 [1,150,true]"

exits "a bomb" 0 leat-ingest -t1 --stats stats.json big.tar.gz
says "a bomb is given up" err "400 times"
check "a bomb fills no memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 500000000 ]
exits "--max-record" 0 leat-ingest --max-record 1M --stats stats.json large.tar
is "--max-record" "$(jq -r .metadata.path out | tr '\n' ' ')$(jq .records.damaged stats.json)" "before behind 1"
mkdir none && cd none && leat-ingest -q ../a.tar >/dev/null && cd ..
is "nothing is written" "$(ls none)" ""

# ---- what is known and holds no text
cat >closed.py <<'PY'
import tarfile, zipfile
def zipped(name, *files):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as z:
        for n, d in files: z.writestr(zipfile.ZipInfo(n), d, 0 if n == "mimetype" else 8)
x = ("word/document.xml", "<w>text</w>")
zipped("a.docx", ("[Content_Types].xml", "<Types/>"), x)
zipped("b.xlsx", ("_rels/.rels", "<R/>"), ("xl/workbook.xml", "<w/>"))
zipped("c.pptx", ("docProps/app.xml", "<P/>"), x)
zipped("d.odt", ("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<office/>"))
zipped("e.jar", ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"), ("A.java", "class A {}\n"))
zipped("f.zip", ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"), ("A.java", "class A {}\n"))
text = b"these are words and words\n" * 40 # so that only the first bytes tell
binary = {"g.pdf": b"%PDF-1.4\n1 0 obj\n", "h.png": b"\x89PNG\r\n\x1a\n", "i.jpg": b"\xff\xd8\xff\xe0", "j.gif": b"GIF89a\1\0\1\0", "k": b"\x7fELF",
          "l.exe": b"MZ\x90\0\3", "m.db": b"SQLite format 3\0", "n.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "o.webp": b"RIFFabcdWEBPVP8 ",
          "p.class": b"\xca\xfe\xba\xbe", "q.mp3": b"ID3\3\0", "r.ogg": b"OggS\0", "s.woff2": b"wOF2\0", "t.wasm": b"\0asm"}
for n, d in binary.items(): open(n, "wb").write(d + text)
open("u.ps", "wb").write(b"%!PS-Adobe-3.0\n" + text); open("v.txt", "wb").write(b"MZ GIF89a %PDF- RIFF\n" + text)
with tarfile.open("closed.tar", "w") as t:
    for n in ["a.docx", "b.xlsx", "c.pptx", "d.odt", "e.jar", *binary, "u.ps", "v.txt"]: t.add(n)
PY
python3 closed.py
exits "known binary formats" 0 leat-ingest --stats stats.json a.docx b.xlsx c.pptx d.odt e.jar g.pdf h.png i.jpg j.gif k l.exe m.db n.doc o.webp \
    p.class q.mp3 r.ogg s.woff2 t.wasm u.ps v.txt
is "known binary formats: counted by kind" "$(jq -c '[.balanced, .records.kept, .records.damaged, (.records.skipped | map_values(.records))]' stats.json)" \
    '[true,2,0,{"binary":15,"office":4}]'
exits "known binary formats in a tar" 0 leat-ingest --stats stats.json closed.tar
is "known binary formats in a tar: the same" "$(jq -c '[.balanced, .records.kept, .records.damaged, (.records.skipped | map_values(.records))]' stats.json)" \
    '[true,2,0,{"binary":15,"office":4}]'
is "a zip with a manifest is a zip" "$(leat-ingest -q f.zip | jq -r .metadata.path | tr '\n' ' ')" "META-INF/MANIFEST.MF A.java "
{ printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n' && cat g.pdf; } >response
{ printf 'WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Type: application/http\r\nContent-Length: %d\r\n\r\n' \
    "$(stat -c %s response)" && cat response && printf '\r\n\r\n'; } >pdf.warc
exits "a PDF that is said to be HTML" 0 leat-ingest --stats stats.json pdf.warc
is "a PDF that is said to be HTML" "$(jq -c '.records.skipped | keys' stats.json)" '["binary"]'
: >nothing
exits "an empty input" 0 leat-ingest --stats stats.json nothing
is "an empty input is counted" "$(jq -c '[.records.in, .records.skipped["empty-input"].records]' stats.json)" '[1,1]'

# ---- text and HTML
printf 'caf\xe9 au lait \r\nline\x01 two  \n\n' >latin.txt
printf '\xef\xbb\xbf  \n<!doctype html><title>T</title><nav>n</nav><p>caf\xc3\xa9</p>' >page.html
exits "text and HTML files" 0 leat-ingest --stats stats.json latin.txt page.html
is "text" "$(jq -c '[.text, .source, .metadata]' out | head -1)" '["café au lait \nline two  \n\n","text",{"path":"latin.txt","charset":"windows-1252"}]'
is "HTML" "$(jq -c '[.text, .source, .metadata]' out | tail -1)" '["café","html",{"path":"page.html","charset":"utf-8","title":"T"}]'
is "one record each" "$(jq -c '[.records.in, .records.kept, .balanced]' stats.json)" '[2,2,true]'
is "--content raw" "$(leat-ingest -q --content raw page.html a.tar | jq -r 'select(.metadata.path == "page.html").text' | tr '\n' '#')" '  #<!doctype html><title>T</title><nav>n</nav><p>café</p>#<p>a page &amp; its text</p>##'
is "--format text" "$(leat-ingest -q --format text page.html | jq -r .text)" $'  \n<!doctype html><title>T</title><nav>n</nav><p>café</p>'
is "--format html" "$(printf 'x<p>y' | leat-ingest -q --format html | jq -c '[.text, .metadata.path]')" '["x\n\ny","stdin"]'
is "the id of a file" "$(jq -r .id out | head -1)" "$(printf 'text\nlatin.txt\n0\n0\nlatin.txt\n%s' "$(xxhsum -H2 <latin.txt | cut -d' ' -f1)" | xxhsum -H2 - | cut -d' ' -f1)"
mkdir other && echo else >other/latin.txt
check "…is another for other content of that name" [ "$(leat-ingest -q other/latin.txt | jq -r .id)" != "$(leat-ingest -q latin.txt | jq -r .id)" ]
is "…and the same wherever it lies" "$(cp latin.txt other && leat-ingest -q other/latin.txt | jq -r .id)" "$(leat-ingest -q ./latin.txt | jq -r .id)"
exits "--content raw and --format html" 2 leat-ingest --content raw --format html page.html
head -c 3000000 /dev/zero | tr '\0' x >long.txt
exits "a file that is too large" 0 leat-ingest --max-record 1M --stats stats.json long.txt latin.txt
is "is damaged" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[1,1]'
gzip -c latin.txt | head -c 40 >cut.txt.gz
exits "a text that was cut" 3 leat-ingest --stats stats.json cut.txt.gz
is "gives nothing" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[1,0]'

# ---- JSONL
cat >docs.jsonl <<'EOF'
{"id":"a","text":"one",  "score":1.50}
{"text":"no id"}

 {"id":"","text":"empty id","metadata":{"id":"x"}}
{"id":7,"text":"number"}
{"id":"b","text":5}
not json
{"id":"c","text":"last","source":"s"}
EOF
exits "JSONL" 0 leat-ingest --stats stats.json docs.jsonl
sed -n 1p docs.jsonl >want
head -1 out >got
same "JSONL passes through unchanged" want got
is "JSONL: ids are added where there are none" "$(jq -r .id out | tr '\n' ' ' | sed 's/[0-9a-f]\{32\}/HASH/g')" "a HASH HASH 7 c "
is "JSONL: nothing else is changed" "$(sed -n 3p out | sed 's/[0-9a-f]\{32\}//')" ' {"id":"","text":"empty id","metadata":{"id":"x"}}'
is "JSONL: accounts" "$(jq -c '[.records.in, .records.kept, .records.damaged, .text.in, .text.written, .balanced]' stats.json)" '[7,5,2,26,26,true]'
is "JSONL: the place of the damage" "$(jq -c '[.damage[].offset]' stats.json)" "[$(head -5 docs.jsonl | wc -c),$(head -6 docs.jsonl | wc -c)]"
exits "JSONL --sample" 0 leat-ingest --sample 0 --stats stats.json docs.jsonl
is "JSONL --sample" "$(jq -c '[.records.skipped.sample.records, .text.dropped, .balanced]' stats.json)" '[5,26,true]'
printf '\xef\xbb\xbf{"id":"a","text":"one"}\n{"id":"b","text":"two"}\n' >mark.jsonl
exits "JSONL behind a byte order mark" 0 leat-ingest --stats stats.json mark.jsonl
is "JSONL behind a byte order mark" "$(jq -r .id out | tr '\n' ' ')$(jq .records.damaged stats.json)" "a b 0"
tar cf mark.tar mark.jsonl
is "JSONL behind a byte order mark, in a tar" "$(leat-ingest -q mark.tar | jq -r .id | tr '\n' ' ')" "a b "
printf '[\n  {"text":"one"},\n  {"text":"two"}\n]\n' >array.json
printf '{\n  "text":"one",\n  "id":"a"\n}\n' >object.json
for f in array object; do
    for how in auto jsonl; do
        exits "a JSON $f, --format $how" 3 leat-ingest --format $how --stats stats.json $f.json
        says "a JSON $f, --format $how: what to do" err "jq -c"
        is "a JSON $f, --format $how: one damage" "$(jq -c '[.records.in, .records.damaged]' stats.json)" '[1,1]'
    done
done
is "as it is said" "$(jq -c '.[]' array.json | leat-ingest -q | jq -r .text | tr '\n' ' ')" "one two "
is "--content raw: a JSON array is a text" "$(leat-ingest -q --content raw array.json | jq -r .text | jq length)" 2
for i in $(seq 3000); do printf '{"id":"%s","text":"line %s"}\n' "$i" "$i"; done >many.jsonl
leat-ingest -q -t4 many.jsonl >out
same "many lines" many.jsonl out
gzip -c many.jsonl | head -c 9000 >cut.jsonl.gz
exits "JSONL that was cut" 3 leat-ingest cut.jsonl.gz
check "JSONL that was cut: a prefix" cmp -s <(head -c "$(stat -c %s out)" many.jsonl) out
python3 - <<'PY'
import gzip
lines = open("many.jsonl", "rb").read().splitlines(True)
m = [bytearray(gzip.compress(b"".join(lines[i:i + 500]), mtime=0)) for i in range(0, 3000, 500)]
m[2][30] ^= 0xff
open("bad.jsonl.gz", "wb").write(b"".join(m))
PY
exits "JSONL with a broken member" 0 leat-ingest --stats stats.json bad.jsonl.gz
is "JSONL with a broken member: balanced" "$(jq .balanced stats.json)" true
check "JSONL with a broken member: the others are there" [ "$(jq .records.kept stats.json)" -ge 2500 ]
check "JSONL with a broken member: whole lines" test "$(jq -c .id out | wc -l)" = "$(jq .records.kept stats.json)"
