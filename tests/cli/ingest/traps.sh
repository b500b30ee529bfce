# shellcheck shell=bash
# leat ingest: the traps of crawl files, one case each: what is written, what is counted as what.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1

cat >make.py <<'PY'
from warcs import *
import struct, subprocess, zlib
body = b"<p>expected text"
def one(**kw): return response(body, **kw)
def raw(block, **kw): return record("response", block, Content_Type="application/http; msgtype=response", WARC_Target_URI="https://e/", **kw)
def both(name, r, after=None):  # the record between two others: in a plain file, and as a member each
    around = [one(), r, one()]
    write(name + ".warc", b"".join(around))
    write(name + ".warc.gz", members(around))
def gz_extra(r):  # the header fields that some writers add: FEXTRA ("sl": lengths), FNAME, FCOMMENT
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = z.compress(r) + z.flush()
    return (b"\x1f\x8b\x08\x1c\0\0\0\0\0\xff" + struct.pack("<H", 12) + b"sl" + struct.pack("<HII", 8, len(packed) + 50, len(r)) + b"name\0comment\0"
            + packed + struct.pack("<II", zlib.crc32(r), len(r)))
def chunk(b, n=5): return b"".join(b"%x\r\n%s\r\n" % (len(b[i:i + n]), b[i:i + n]) for i in range(0, len(b), n)) + b"0\r\n\r\n"
def skippable(magic, b): return struct.pack("<II", magic, len(b)) + b
def zstd(b, *options): return subprocess.run(["zstd", "-qc", *options], input=b, stdout=subprocess.PIPE, check=True).stdout

for v in ("0.17", "0.18", "1.0", "1.1"): write(f"version-{v}.warc", record("response", http(body), version=v, Content_Type="application/http", WARC_Target_URI="https://e/"))
write("members.warc.gz", members([one(), one()]))
write("whole.warc.gz", gzip.compress(one() + one(), mtime=0))
write("extra-fields.warc.gz", gz_extra(one()) + gz_extra(one()))
write("lz4.warc.lz4", b"".join(subprocess.run(["lz4", "-qc"], input=r, stdout=subprocess.PIPE, check=True).stdout for r in (one(), one())))
samples = crawl(150)
for i, s in enumerate(samples): write(f"sample-{i}", s)
subprocess.run(["zstd", "-q", "--train", *(f"sample-{i}" for i in range(len(samples))), "--maxdict=8192", "-o", "dict"], check=True)
frames = b"".join(zstd(r, "-D", "dict") for r in (one(), one()))
write("frames.warc.zst", b"".join(zstd(r) for r in (one(), one())))
write("dictionary.warc.zst", skippable(0x184D2A5D, open("dict", "rb").read()) + frames)
write("packed-dictionary.warc.zst", skippable(0x184D2A5D, zstd(open("dict", "rb").read())) + frames)
write("no-dictionary.warc.zst", frames)
write("wet.warc", record("conversion", "Text of WET: Grüße\n".encode(), WARC_Target_URI="https://e/", Content_Type="text/plain", WARC_Identified_Content_Language="deu,eng"))
write("wat.warc", record("metadata", b'{"Envelope":{"Format":"WARC"}}', WARC_Target_URI="https://e/", Content_Type="application/json"))

both("crawler-headers", response(body, h_X_Crawler_Content_Encoding="gzip", h_X_Crawler_Transfer_Encoding="chunked"))
both("chunked", response(chunk(body), h_Transfer_Encoding="chunked"))
both("chunked-that-is-not", response(body, h_Transfer_Encoding="chunked"))
both("chunked-in-part", response(chunk(body)[:10] + body[5:], h_Transfer_Encoding="chunked"))
both("gzip-that-is-not", response(body, h_Content_Encoding="gzip"))
both("gzip-undeclared", response(gzip.compress(body, mtime=0)))
both("deflate-that-is-not", response(body, h_Content_Encoding="deflate"))
both("br-that-is-not", response(body, h_Content_Encoding="br"))
both("cut-at-1MiB", response((b"<p>" + b"word " * 300000)[:1048576 - 4] + b"<a h"))
both("marked-truncated", response(body, WARC_Truncated="length"))
both("length-too-long", response(body, length=99999))
both("length-too-short", response(body, length=20))
both("length-missing", response(body, Content_Length=None))
both("length-no-number", response(body, Content_Length="many"))
both("status-0", response(body, status="0 None"))
both("no-http-version", raw(b"HTTP 200 OK\r\nContent-Type: text/html\r\n\r\n" + body))
both("no-reason", raw(b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + body))
both("no-colon", raw(b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Type: text/html\r\n\r\n" + body))
both("folded", raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n\tcharset=utf-8\r\n\r\n" + body))
both("lf-only-http", raw(http(body, end=b"\n")))
both("lf-only-warc", record("response", http(body), Content_Type="application/http", WARC_Target_URI="https://e/", end=b"\n"))
both("uri-in-brackets", response(body, "<https://e/>"))
both("uri-with-spaces", response(body, "https://e/a b c"))
both("revisit", record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", Content_Type="application/http", WARC_Target_URI="https://e/"))
both("no-http-headers", record("response", body, Content_Type="text/html", WARC_Target_URI="https://e/"))
both("nul-in-header", raw(b"HTTP/1.1 200 OK\r\nX: \0\r\nContent-Type: text/html\r\n\r\n" + body))

def arc(block, url="http://e/", date="20140216050221", more="text/html", length=None, end="\n"):
    return f"{url} 1.2.3.4 {date} {more} {len(block) if length is None else length}{end}".encode() + block + b"\n"
def filedesc(version): return arc(f"{version} 0 Test\nURL IP-address Archive-date Content-type Archive-length\n".encode(), "filedesc://a.arc", more="text/plain")
def arcs(name, *docs, version=1):
    all = [filedesc(version), *docs]
    write(name + ".arc", b"".join(all))
    write(name + ".arc.gz", members(all))
    write(name + "-whole.arc.gz", gzip.compress(b"".join(all), mtime=0))
page = http(body)
v2 = "text/html 200 SUM - 123456789 a.arc"
arcs("arc-v1", arc(page), arc(page))
arcs("arc-v2", arc(page, more=v2), arc(page, more="text/html 200 - http://e/moved 12 a.arc"), version=2)
arcs("arc-spaces", arc(page, "http://e/a b 5 20140216050221 c"), arc(page, "http://e/?q=1.2.3.4 2014"))
arcs("arc-dates", arc(page, date="2014021605"), arc(page, date="201402160502210"), arc(page, date="null"), arc(page, date="20149916050221"))
arcs("arc-type-with-space", arc(page, more="text/html; charset=utf-8"))
arcs("arc-crlf", arc(page, end="\r\n"), arc(page))
arcs("arc-lengths", arc(page, length=7), arc(page, length=-1), arc(page, length=len(page) + 30), arc(page))
arcs("arc-dns", arc(b"20140216050221\ne. 589 IN A 1.2.3.4\n", "dns:e", more="text/dns"), arc(page))
arcs("arc-no-http", arc(body))
write("arc-garbage.arc", filedesc(1) + arc(page) + b"garbage\n" * 9 + arc(page))
write("arc-cut.arc", filedesc(1) + arc(page) + arc(page)[:-9])
write("arc-middle.arc.gz", members([arc(page), arc(page)]))  # without its first record
PY
python3 make.py || exit 1

# trap FILE WANT: exit status, then kept, skipped by kind, damaged, other counts, and the distinct texts with what is said of them
trap_of() {
    leat-ingest -q --stats stats.json "$1" >out 2>err
    local status=$?
    jq -r --arg s $status '[$s, .records.kept, (.records.skipped | to_entries | map("\(.key)=\(.value.records)") | join(",")), .records.damaged,
        (.extra | to_entries | map("\(.key)=\(.value)") | join(","))] | join(" ")' stats.json | tr '\n' ' '
    jq -r '(if (.text | length) > 40 then .text[:9] + "…" else .text end) + (if .metadata.truncated then "!" + .metadata.truncated else "" end)' out |
        sort | uniq -c | sed -E 's/^ +//' | paste -sd'|' -
}
table() {
    while IFS='	' read -r file want; do
        is "$file" "$(trap_of "$file")" "$want"
        [ "$(jq .balanced stats.json)" = true ] || not_ok "$file: its ledger balances"
    done
}
table <<'EOT'
version-0.17.warc	0 1  0  1 expected text
version-0.18.warc	0 1  0  1 expected text
version-1.0.warc	0 1  0  1 expected text
version-1.1.warc	0 1  0  1 expected text
members.warc.gz	0 2  0  2 expected text
whole.warc.gz	0 2  0  2 expected text
extra-fields.warc.gz	0 2  0  2 expected text
lz4.warc.lz4	0 2  0  2 expected text
frames.warc.zst	0 2  0  2 expected text
dictionary.warc.zst	0 2  0  2 expected text
packed-dictionary.warc.zst	0 2  0  2 expected text
wet.warc	0 1  0  1 Text of WET: Grüße
wat.warc	0 0 metadata=1 0  
arc-garbage.arc	0 2 filedesc=1 0 wrong-content-length=1 1 expected text|1 expected …
arc-cut.arc	3 1 filedesc=1 1  1 expected text
arc-middle.arc.gz	0 2  0  2 expected text
EOT
# each of these between two sound records: in a plain file, and as gzip members
while IFS='	' read -r name want; do
    for f in "$name.warc" "$name.warc.gz"; do
        [ "$want" = "" ] && want='0 3  0  3 expected text'
        printf '%s\t%s\n' "$f" "$want"
    done
done <<'EOT' | table
crawler-headers	
chunked	
chunked-that-is-not	
chunked-in-part	
gzip-that-is-not	
gzip-undeclared	
deflate-that-is-not	
br-that-is-not	
cut-at-1MiB	0 3  0  2 expected text|1 word word…
marked-truncated	0 3  0  2 expected text|1 expected text!length
length-too-long	0 3  0 wrong-content-length=1 3 expected text
length-too-short	0 3  0 wrong-content-length=1 3 expected text
length-missing	0 3  0 wrong-content-length=1 3 expected text
length-no-number	0 3  0 wrong-content-length=1 3 expected text
status-0	0 2 http-other=1 0  2 expected text
no-http-version	
no-reason	
no-colon	
folded	
lf-only-http	
lf-only-warc	
uri-in-brackets	
uri-with-spaces	
revisit	0 2 revisit=1 0  2 expected text
no-http-headers	
nul-in-header	
EOT
# ARC: plain, as gzip members, as one member
while IFS='	' read -r name want; do
    for f in "$name.arc" "$name.arc.gz" "$name-whole.arc.gz"; do printf '%s\t%s\n' "$f" "$want"; done
done <<'EOT' | table
arc-v1	0 2 filedesc=1 0  2 expected text
arc-v2	0 2 filedesc=1 0  2 expected text
arc-spaces	0 2 filedesc=1 0  2 expected text
arc-dates	0 4 filedesc=1 0  4 expected text
arc-type-with-space	0 1 filedesc=1 0  1 expected text
arc-crlf	0 2 filedesc=1 0  2 expected text
arc-lengths	0 4 filedesc=1 0 wrong-content-length=3 4 expected text
arc-dns	0 1 filedesc=1,type-text=1 0  1 expected text
arc-no-http	0 1 filedesc=1 0  1 expected text
EOT

exits "without its dictionary a .warc.zst is damage" 3 leat-ingest --stats stats.json no-dictionary.warc.zst
is "… and nothing is invented" "$(wc -c <out)" 0

# ---- what else is known of an ARC record
leat-ingest -q arc-v2.arc.gz | head -1 >out
offset=$(jq .metadata.warc_offset out)
is "ARC: metadata" "$(jq -c 'del(.id)' out)" \
    '{"text":"expected text","source":"arc","created":"2014-02-16T05:02:21Z","metadata":{"url":"http://e/","warc_file":"arc-v2.arc.gz","warc_offset":'"$offset"',"content_type":"text/html; charset=utf-8","http_status":200,"charset":"utf-8"}}'
is "ARC: warc_offset is where the member starts" "$(tail -c "+$((offset + 1))" arc-v2.arc.gz | gzip -dc 2>/dev/null | head -1 | cut -c1-9)" "http://e/"
leat-ingest -q arc-v1.arc | head -1 >out
is "ARC: warc_offset in a plain file" "$(tail -c "+$(($(jq .metadata.warc_offset out) + 1))" arc-v1.arc | head -1 | cut -c1-9)" "http://e/"
is "ARC: URLs with spaces" "$(leat-ingest -q arc-spaces.arc | jq -r .metadata.url | paste -sd'|')" "http://e/a b 5 20140216050221 c|http://e/?q=1.2.3.4 2014"
is "ARC: dates" "$(leat-ingest -q arc-dates.arc | jq -r .created | paste -sd' ')" "2014-02-16T05:00:00Z 2014-02-16T05:02:21Z null null"
is "ARC: ids are unique" "$(leat-ingest -q arc-dates.arc | jq -r .id | sort -u | wc -l)" 4
exits "--format arc" 0 leat-ingest --format arc arc-v1.arc
is "--format arc reads it" "$(wc -l <out)" 2
exits "--format wet" 0 leat-ingest --format wet wet.warc
is "--format wet reads it" "$(jq -r .metadata.languages out)" "deu,eng"
exits "--format arc of a WARC file" 3 leat-ingest --format arc --stats stats.json wet.warc
is "… is damage" "$(jq -c '[.records.damaged, .balanced]' stats.json)" "[1,true]"
