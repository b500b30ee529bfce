# shellcheck shell=bash
# leat ingest: what is packed inside archives; bombs, quines, lying sizes, hostile names; names, sparse files, zip64,
# encryption.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import bz2, gzip, io, json, lzma, os, struct, tarfile, zipfile
def tar(entries, mode="w", fmt=tarfile.PAX_FORMAT):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode=mode, format=fmt) as t:
        for n, d in entries:
            e = tarfile.TarInfo(n); e.size = len(d); e.mtime = 1700000000; t.addfile(e, io.BytesIO(d))
    return b.getvalue()
def zipped(entries, how=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", how) as z:
        for n, d in entries: z.writestr(zipfile.ZipInfo(n), d, how)
    return b.getvalue()
def write(name, data): open(name, "wb").write(data)
def gz(d): return gzip.compress(d, mtime=0)
warc = b"".join(b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://a/%d\r\nContent-Type: text/plain\r\n"
                b"Content-Length: 2\r\n\r\nw%d\r\n\r\n" % (i, i) for i in range(3))
inner = [("src/a.c", b"int a;\n"), ("p.html", b"<p>x &amp; y</p>")]
files = [("a.tar.gz", tar(inner, "w:gz")), ("b.zip", zipped(inner)), ("c.warc.gz", gz(warc)),
         ("d.jsonl.gz", gz(b'{"text":"one"}\n{"id":"own","text":"two"}\n')), ("e.txt.gz", gz(b"plain\n")),
         ("f.html.bz2", bz2.compress(b"<p>f &amp; g</p>")), ("g.txt.xz", lzma.compress(b"g\n")), ("h.jsonl", b'{"text":"h"}\n'),
         ("hep-th", gz(tar(inner))), ("z.tar", tar(inner)), ("q.tgz", tar(inner, "w:gz")),
         ("deep.zip", zipped([("in.zip", zipped(inner)), ("in.gz", gz(b"z")), ("ok.txt", b"ok\n")])), ("two.gz", gz(gz(b"zz"))),
         ("word.docx", zipped([("word/document.xml", b"<a/>")])), ("cut.txt.gz", gz(os.urandom(1000).hex().encode())[:200]),
         ("bad.zip", b"PK\3\4" + b"x" * 100), ("empty.gz", b""), ("last.txt", b"last\n")]
write("all.tar", tar(files)); write("all.tar.gz", tar(files, "w:gz")); write("all.zip", zipped(files))
json.dump({"int a;\n": 5, "x & y": 5, "w0": 1, "w1": 1, "w2": 1, "one": 1, "two": 1, "plain\n": 1, "f & g": 1, "g\n": 1, "h": 1,
           "ok\n": 1, "last\n": 1}, open("want.json", "w"))

# a quine of archives, as far as one can be made by hand: every level holds the level below
level = zipped([("file.txt", b"bottom\n")])
for i in range(20): level = zipped([("next.zip", level), (f"level{i}.txt", b"level\n")])
write("russian.zip", level)
# 42.zip's form: many zips of zips of zeros
zeros = zipped([("0", bytes(30 << 20))])
write("bomb.zip", zipped([(f"lib{i}.zip", zipped([(f"book{k}.zip", zeros) for k in range(16)])) for i in range(16)]))
large = gz(bytes(60 << 20))
write("ratio.tar", tar([(f"z{i}.gz", large) for i in range(12)] + [("behind.txt", b"behind\n")]))
with zipfile.ZipFile("flat.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(12): z.writestr(f"z{i}", bytes(60 << 20))
write("line.tar", tar([("one.jsonl.xz", lzma.compress(b'{"text":"' + bytes(300 << 20)))]))
e = tarfile.TarInfo("x").tobuf()
write("tiny.tar", e * 200000 + bytes(1024))
# names
names = ["../../etc/passwd", "/abs/x.txt", "./a/../b.txt", "C:\\dir\\f.txt", "ctl\x07\x1b.txt", "\u00fcn\u00ef.txt", "d/" * 150 + "long.txt"]
write("names.tar", tar([(n, b"pax\n") for n in names]))
write("gnu.tar", tar([(n, b"gnu\n") for n in names], fmt=tarfile.GNU_FORMAT))
raw = tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)
def named(name, data):
    h = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)); h[:100] = name.ljust(100, b"\0")
    h[124:136] = b"%011o\0" % len(data); h[148:156] = b" " * 8; h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h) + data.ljust(512, b"\0")
write("bytes.tar", named(b"b\xff\xfe.txt", b"1\n") + named(b"nul\0/etc/x", b"2\n") + bytes(1024))
z = zipped([("caf_.txt", b"cp437\n")]).replace(b"caf_", b"caf\x82"); write("cp437.zip", z)
# sizes that lie
good = bytearray(zipped([("a.txt", b"honest\n" * 100), ("b.txt", b"behind\n")]))
at = bytes(good).index(b"PK\1\2")
less = bytearray(good); struct.pack_into("<I", less, at + 24, 7); struct.pack_into("<I", less, 22, 7); write("less.zip", less)
more = bytearray(good); struct.pack_into("<I", more, at + 24, 1 << 30); struct.pack_into("<I", more, 22, 1 << 30); write("more.zip", more)
huge = bytearray(tar([("a.txt", b"x\n")], fmt=tarfile.GNU_FORMAT)); huge[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
huge[148:156] = b" " * 8; huge[148:156] = b"%06o\0 " % sum(huge[:512]); write("huge.tar", huge)
# zip64 fields in a small archive
b = io.BytesIO()
with zipfile.ZipFile(b, "w") as z:
    with z.open(zipfile.ZipInfo("a64.txt"), "w", force_zip64=True) as f: f.write(b"sixty-four\n")
write("zip64.zip", b.getvalue())
PY
python3 make.py
cat >compare.py <<'PY'
import collections, json, sys
got = collections.Counter(json.loads(l)["text"] for l in open(sys.argv[1]))
want = json.load(open("want.json"))
for t in sorted(want.keys() | got.keys()):
    if want.get(t, 0) != got[t]: print(repr(t), "is there", got[t], "times, not", want.get(t, 0))
PY
for f in all.tar all.tar.gz all.zip; do
    exits "$f" 0 leat-ingest --stats stats.json $f
    is "$f: all that is packed inside, one level deep" "$(python3 compare.py out)" ""
    is "$f: accounts" "$(jq -c '[.balanced, .truncated, .records.damaged, (.records.skipped | map_values(.records))]' stats.json)" \
        '[true,false,2,{"empty-text":1,"nested":3,"office":1}]'
done
is "paths say where" "$(jq -r 'select(.metadata.path) | .metadata.path' out | sort | tr '\n' ' ')" \
    "a.tar.gz!/p.html a.tar.gz!/src/a.c b.zip!/p.html b.zip!/src/a.c c.warc.gz c.warc.gz c.warc.gz d.jsonl.gz d.jsonl.gz deep.zip!/ok.txt e.txt.gz!/e.txt f.html.bz2!/f.html g.txt.xz!/g.txt h.jsonl hep-th!/p.html hep-th!/src/a.c last.txt q.tgz!/p.html q.tgz!/src/a.c z.tar!/p.html z.tar!/src/a.c "
is "a WARC in an archive" "$(jq -c 'select(.text == "w1").metadata | [.warc_file, .path, .archive, .url]' out)" \
    '["c.warc.gz","c.warc.gz","all.zip","http://a/1"]'
is "ids are unique" "$(jq -r .id out | sort | uniq -d)" ""
for t in 2 8; do
    leat-ingest -q -t$t all.zip >t$t
    same "-t$t" out t$t
done
mkdir elsewhere && cp all.zip elsewhere/ && leat-ingest -q ./elsewhere/../elsewhere/all.zip >moved
same "ids do not depend on where the file lies" out moved
leat-ingest -q all.zip elsewhere/all.zip >twice
cat >origin.jsonl <<'EOF'
{"text":"none"}
{"id":"a","text":"its own","metadata":{"path":"src/a.c","archive":"theirs.tar"}}
{"id":"b","text":"one","metadata":{"path":null,"archive":"theirs.tar"}}
EOF
mkdir -p in && cp origin.jsonl in && gzip -c origin.jsonl >in/o.jsonl.gz && tar cf origin.tar in/origin.jsonl in/o.jsonl.gz
is "lines of JSON in an archive say where they come from" "$(leat-ingest -q origin.tar | jq -c '[.metadata.path, .metadata.archive]' | tr '\n' ' ')" \
    '["in/origin.jsonl","origin.tar"] ["src/a.c","theirs.tar"] ["in/origin.jsonl","theirs.tar"] ["in/o.jsonl.gz","origin.tar"] ["src/a.c","theirs.tar"] ["in/o.jsonl.gz","theirs.tar"] '
is "where they say it already, no byte is changed" "$(leat-ingest -q origin.tar | sed -n 2p)" "$(sed -n 2p origin.jsonl)"
is "lines of JSON in no archive stay as they are" "$(leat-ingest -q origin.jsonl | tail -2)" "$(tail -2 origin.jsonl)"
is "two inputs of one name: ids are unique" "$(jq -r .id twice | sort | uniq -d)" "own"
head -n "$(wc -l <out)" twice >first
same "two inputs of one name: the first keeps its ids" out first
exits "--content raw" 0 leat-ingest --content raw all.tar
is "--content raw keeps markup and lines" "$(jq -r .text out | grep -c -e '<p>' -e '"text":' -e '^WARC/')" 12

# ---- dumps inside
mkdir dump && cd dump || exit
printf '\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<posts>\r\n' >Posts.xml
printf '  <row Id="%d" PostTypeId="1" CreationDate="2014-01-21T20:26:05.383" Score="3" Title="T" Body="&lt;p&gt;post %d&lt;/p&gt;" />\r\n' 1 1 2 2 >>Posts.xml
printf '</posts>' >>Posts.xml
for table in users comments votes badges tags posthistory postlinks; do
    printf '\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<%s>\r\n  <row Id="1" Text="x" />\r\n</%s>' $table $table >$table.xml
done
printf '<mediawiki><page><title>P</title><ns>0</ns><id>1</id><revision><id>2</id><text>wiki text</text></revision></page></mediawiki>' >wiki.xml
printf '<users><user>a list</user></users>' >other.xml
bzip2 -k wiki.xml
tar cf ../dump.tar Posts.xml users.xml comments.xml votes.xml badges.xml tags.xml posthistory.xml postlinks.xml wiki.xml wiki.xml.bz2 other.xml
python3 -c 'import sys, zipfile; z = zipfile.ZipFile("../dump.zip", "w", 8); [z.write(n) for n in sys.argv[1:]]; z.close()' \
    Posts.xml users.xml comments.xml votes.xml badges.xml tags.xml posthistory.xml postlinks.xml wiki.xml wiki.xml.bz2 other.xml
head -c 250 Posts.xml >cut.xml && tar cf ../open.tar cut.xml wiki.xml
cd .. || exit
for f in dump.tar dump.zip; do
    exits "$f" 0 leat-ingest --stats stats.json $f
    is "$f: posts and pages" "$(jq -r '.text' out | tr '\n' '#')" "T##post 1#T##post 2#wiki text#wiki text#<users><user>a list</user></users>#"
    is "$f: where they are" "$(jq -c 'select(.source != "archive") | [.source, .metadata.dump, .metadata.archive, .metadata.path]' out | sort -u | tr '\n' ' ')" \
        "[\"mediawiki\",\"$f\",\"$f\",\"wiki.xml\"] [\"mediawiki\",\"$f\",\"$f\",\"wiki.xml.bz2\"] [\"stackexchange\",\"$f\",\"$f\",\"Posts.xml\"] "
    is "$f: the other tables" "$(jq -c '[.balanced, .records.damaged, (.records.skipped | map_values(.records))]' stats.json)" '[true,0,{"stackexchange-table":7}]'
    is "$f: ids are unique" "$(jq -r .id out | sort | uniq -d)" ""
done
exits "a dump without an end, in a tar" 0 leat-ingest --stats stats.json open.tar
is "a dump without an end, in a tar" "$(jq -c '[.truncated, .balanced, .records.damaged, .records.kept]' stats.json)" '[false,true,1,2]'
exits "a table by itself" 0 leat-ingest --stats stats.json dump/users.xml
is "a table by itself" "$(jq -c '.records.skipped | map_values(.records)' stats.json)" '{"stackexchange-table":1}'
is "--content raw: XML as it is" "$(leat-ingest -q --content raw dump.tar | jq -r .source | sort | uniq -c | tr -s ' \n' ' ')" " 11 archive "

# ---- bombs: bounded time and memory, counted
bounded() { # NAME FILE MEGABYTES [STATUS]
    exits "$1" "${4:-0}" timeout 60 leat-ingest -t1 --stats stats.json "$2"
    case $LEAT_BIN in
    *asan*) ;; # its quarantine is memory too
    *) check "$1: memory" [ "$(jq .peak_rss_bytes stats.json)" -lt $(($3 << 20)) ] ;;
    esac
    is "$1: balanced" "$(jq .balanced stats.json)" true
}
bounded "archives in archives" russian.zip 100
is "archives in archives: one level, then counted" "$(jq -c '[.records.kept, .records.skipped.nested.records]' stats.json)" '[2,1]'
bounded "zips of zips of zeros" bomb.zip 300
is "zips of zips of zeros: counted" "$(jq .records.skipped.nested.records stats.json)" 256
bounded "files that expand too much" ratio.tar 400
says "files that expand too much: given up" err "400 times"
bounded "a zip that expands too much" flat.zip 400
says "a zip that expands too much: given up" err "400 times"
bounded "an endless line inside" line.tar 300 3
check "an endless line inside: damage" [ "$(jq .records.damaged stats.json)" -ge 1 ]
bounded "very many entries" tiny.tar 100
is "very many entries: counted" "$(jq '.records.skipped["empty-text"].records' stats.json)" 200000

# ---- names
for f in names.tar gnu.tar; do
    exits "$f" 0 leat-ingest $f
    is "$f: clean paths" "$(jq -r .metadata.path out | cut -c1-30)" "etc/passwd
abs/x.txt
a/b.txt
dir/f.txt
ctl.txt
ünï.txt
d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/"
    is "$f: a long name" "$(jq -r .metadata.path out | tail -1 | wc -c)" 309
done
is "names that are no text" "$(leat-ingest -q bytes.tar | jq -r .metadata.path)" $'b\ufffd\ufffd.txt\nnul'
is "a zip's old names are code page 437" "$(leat-ingest -q cp437.zip | jq -r .metadata.path)" "café.txt"
is "no file was made" "$(find . -newer make.py -name passwd)" ""

# ---- sizes, sparse files, zip64, encryption
for f in less.zip more.zip; do
    exits "$f: an entry that lies about its size" 0 leat-ingest --stats stats.json $f
    is "$f: it is damaged, the one behind is there" "$(jq -r .text out)$(jq -c '[.records.damaged, .balanced]' stats.json)" 'behind[1,true]'
done
exits "a tar that claims an exabyte" 3 leat-ingest --stats stats.json huge.tar
is "a tar that claims an exabyte" "$(jq -c '[.records.damaged >= 1, .balanced]' stats.json)" '[true,true]'
is "zip64" "$(leat-ingest -q zip64.zip | jq -r .text)" "sixty-four"
truncate -s 40M sparse.txt && printf 'end\n' >>sparse.txt
tar --sparse -cf sparse.tar sparse.txt
exits "a sparse file" 0 leat-ingest --stats stats.json sparse.tar
is "a sparse file is its zeros" "$(jq -c '.records.skipped | keys' stats.json)" '["binary"]'
printf 'text\n' >plain.txt && truncate -s 1000000 hole.txt && printf 'x\n' | dd of=hole.txt bs=1 seek=500000 conv=notrunc 2>/dev/null
tar --sparse -cf many.tar hole.txt plain.txt
is "what is behind a sparse file" "$(leat-ingest -q many.tar | jq -r .text)" "text"
if command -v zip >/dev/null; then
    zip -qP secret locked.zip plain.txt
    exits "an encrypted entry" 3 leat-ingest --stats stats.json locked.zip
    says "an encrypted entry: what to do" err "unpack it with its password"
    is "an encrypted entry: counted" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[1,0]'
else
    skip "an encrypted entry" "no zip command"
fi
