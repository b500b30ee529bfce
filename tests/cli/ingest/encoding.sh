# shellcheck shell=bash
# leat ingest: what HTTP does to a body (br, zstd, layers, bombs, cuts), charsets, --normalize, --fix-mojibake.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1
texts() { jq -r '[.metadata.url // .metadata.path, .text] | @tsv' out; }

# ---- bodies as the tools of each coding make them
printf '<p>Körper, %s\n' "$(seq -s " " 3000)" >body
brotli -k body -o body.br
zstd -q body -o body.zst
zstd -q --no-check --long=27 --ultra -22 <body >body.wide
gzip -nk body
brotli -k body.gz -o body.gz.br
zstd -q body.gz.br -o body.gz.br.zst
head -c $(($(wc -c <body.br) - 500)) body.br >cut.br
seq 100000 | shuf --random-source=<(yes) | sed '1s/^/<p>Körper, 1 2 3 /' | zstd -q | head -c 150000 >cut.zst
head -c $((200 << 20)) /dev/zero | brotli -c -q 5 >bomb.br
head -c $((200 << 20)) /dev/zero | zstd -qc >bomb.zst
head -c $((200 << 20)) /dev/zero | gzip -nc1 | gzip -nc | gzip -nc >bomb.gz
cat >bodies.py <<'PY'
from warcs import *
def file(name):
    return open(name, "rb").read()
def part(name, coding, **more):
    return response(file(name), "https://example.com/" + name, h_Content_Encoding=coding, **more)
good = [part("body.br", "br"), part("body.zst", "zstd"), part("body.wide", "ZSTD"), part("body.gz", "gzip"), part("body.gz.br", "gzip, br"),
        part("body.gz.br.zst", "gzip,br, zstd"), part("body", "br"), part("body", "zstd"), part("body.zst", "br"), part("body.gz.br", "identity, br"),
        response(b"%x\r\n" % len(file("body.br")) + file("body.br") + b"\r\n0\r\n\r\n", "https://example.com/chunked", h_Content_Encoding="br",
                 h_Transfer_Encoding="chunked")]
write("good.warc", b"".join(good))
write("cut.warc", part("cut.br", "br") + part("cut.zst", "zstd"))
write("bombs.warc", b"".join([part("bomb.br", "br"), part("bomb.zst", "zstd"), part("bomb.gz", "gzip, gzip, gzip"), part("body.br", "br")]))
write("crawler.warc", response(file("body"), h_X_Crawler_Content_Encoding="br", h_X_Crawler_Transfer_Encoding="chunked"))
PY
python3 bodies.py
exits "bodies: runs" 0 leat-ingest good.warc
is "bodies: all alike" "$(jq -r .text out | sort -u | wc -l) $(wc -l <out)" "1 11"
jq -r .text out | head -1 >got
sed 's/<p>//' body >want
same "bodies: the text" want got
exits "cut bodies: run" 0 leat-ingest cut.warc
is "cut bodies give what they hold" "$(jq -c '[.metadata.truncated, (.text | length) > 3000, (.text | startswith("Körper, 1 2 3 "))]' out | sort -u)" \
    '["encoding",true,true]'
exits "bombs: run" 0 leat-ingest --stats stats.json bombs.warc
is "bombs are damaged" "$(jq -c '[.records.damaged, .records.kept, .balanced]' stats.json)" '[3,1,true]'
says "bombs: the reason" stats.json "larger than --max-record"
case $LEAT_BIN in
*asan*) ;; # its quarantine is memory too
*) is "bombs: memory" "$(jq '.peak_rss_bytes < 400000000' stats.json)" true ;;
esac
exits "--max-record holds for bodies" 3 leat-ingest --max-record 10000 --stats stats.json good.warc
is "--max-record: all refused" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[11,0]'
leat-ingest -q crawler.warc >out
jq -r .text out >got
sed 's/<p>//' body >want
same "X-Crawler fields mean nothing" want got

# ---- charsets: Python's codecs encode, leat decodes
cat >charsets.py <<'PY'
from warcs import *
cyrillic = "Съешь же ещё этих мягких французских булок, да выпей чаю. "
samples = {"windows-1252": "Noël, “œuvre”, 5 € – Straße", "windows-1250": "Příliš žluťoučký kůň úpěl ďábelské ódy. ", "iso-8859-2": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. ",
           "windows-1251": cyrillic, "koi8-r": cyrillic, "iso-8859-5": cyrillic, "windows-1253": "Γαζίες και μυρτιές δεν θα βρω πια. ",
           "windows-1254": "Pijamalı hasta yağız şoföre çabucak güvendi. ", "windows-1255": "דג סקרן שט בים מאוכזב ולפתע מצא חברה. ",
           "windows-1256": "نص حكيم له سر قاطع وذو شأن عظيم. ", "windows-874": "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า ", "euc-kr": "키스의 고유조건은 입술끼리 만나야 한다. ",
           "shift_jis": "いろはにほへと ちりぬるを。カタカナ①", "euc-jp": "いろはにほへと ちりぬるを。", "gbk": "我能吞下玻璃而不伤身体。", "big5": "我能吞下玻璃而不傷身體。",
           "gb18030": "我能吞下玻璃而不伤身体。𠀋", "iso-2022-jp": "いろはにほへと ちりぬるを。"}
codec = {"shift_jis": "cp932", "windows-874": "cp874"}
records, want = [], []
for label, text in samples.items():
    data = (text * 4).strip().encode(codec.get(label, label))
    for how, body, kind in (("http", data, f"text/plain; charset={label.upper()}"),
                            ("meta", b"<meta charset='%s'><p>" % label.encode() + data, "text/html"),
                            ("xml", b"<?xml version='1.0' encoding=\"%s\"?><p>" % label.encode() + data, "application/xhtml+xml"),
                            ("none", b"<p>" + data, "text/html")):
        url = f"{label}/{how}"
        records.append(response(body, url, content_type=kind))
        want.append(f"{url}\t{label}\t{(text * 4).strip()}\n")
write("charsets.warc", b"".join(records))
open("want", "w").writelines(want)
PY
python3 charsets.py
exits "charsets: run" 0 leat-ingest charsets.warc
jq -r '[.metadata.url, .metadata.charset, .text] | join("\t")' out >got
grep -v /none want >want.declared
grep -v /none got >got.declared
same "declared charsets" want.declared got.declared
# a guess may name a relative in which the bytes mean the same
diff <(grep /none want | cut -f 1,3) <(grep /none got | cut -f 1,3) >wrong
is "guessed charsets: wrong texts" "$(cut -c1-80 wrong)" ""

# ---- --normalize
printf 'cafe\xcc\x81 \xe2\x84\xab \xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab' >nfd.txt
printf '<title>cafe\xcc\x81</title><p>cafe&#x301; e&#769;' >nfd.html
printf '{"id":"a","text":"cafe\xcc\x81"}\n' >nfd.jsonl
exits "--normalize: default" 0 leat-ingest nfd.txt nfd.html nfd.jsonl
printf '%s\n' 'café Å 한' 'café é' 'cafe'$'\xcc\x81' >want
jq -r .text out >got
same "texts are NFC, but those of JSONL" want got
is "titles too" "$(jq -r '.metadata.title // empty' out)" "café"
exits "--normalize none" 0 leat-ingest --normalize none nfd.txt
jq -j .text out >got
same "--normalize none: the bytes" nfd.txt got
exits "--normalize: a bad form" 2 leat-ingest --normalize nfkc nfd.txt

# ---- --fix-mojibake
cat >mojibake.py <<'PY'
text = "Voilà, l’été à Besançon — déjà ! Größe, Привет, 日本語."
bad = text
for name in ("once", "twice"):
    bad = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in bad.encode())
    open(name + ".txt", "w").write(bad)
    open(name + ".html", "w").write(f"<!doctype html><meta charset=utf-8><title>{bad}</title><p>{bad}")
open("clean.txt", "w").write(text + " CAFÉ” „Spaß“ «Â»")
PY
python3 mojibake.py
exits "without --fix-mojibake" 0 leat-ingest once.txt
jq -j .text out >got
same "nothing is repaired" once.txt got
exits "--fix-mojibake: runs" 0 leat-ingest --fix-mojibake --stats stats.json once.txt twice.txt once.html twice.html
is "repaired" "$(jq -r .text out | sort -u)" "Voilà, l’été à Besançon — déjà ! Größe, Привет, 日本語."
is "titles are repaired" "$(jq -r '.metadata.title // empty' out | sort -u)" "Voilà, l’été à Besançon — déjà ! Größe, Привет, 日本語."
is "repaired bytes are counted" "$(jq '.extra["mojibake-bytes"] > 300' stats.json)" true
exits "--fix-mojibake: clean text" 0 leat-ingest --fix-mojibake --stats stats.json clean.txt
jq -j .text out >got
same "clean text stays" clean.txt got
is "nothing is counted" "$(jq '.extra["mojibake-bytes"] // 0' stats.json)" 0
