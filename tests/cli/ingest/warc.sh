# shellcheck shell=bash
# leat ingest: WARC files: what becomes a document, what is counted as what, the layouts and the traps.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1
skipped() { jq -c '.records.skipped | map_values(.records)' stats.json; }

# ---- golden
cat >golden.py <<'PY'
from warcs import *
body = (b"<!DOCTYPE html><html lang='en-GB'><head><title> A &amp; B </title><style>p{}</style></head><body><nav><a href=/>Home</a></nav>"
        b"<h1>Head\xc3\xadng</h1><p>One  two\nthree <b>four</b>.</p><ul><li>x<li>y</ul><script>var a = '<p>';</script><footer>foot</footer>")
write("golden.warc.gz", members([
    record("warcinfo", b"software: test\r\n", WARC_Record_ID="<urn:uuid:00000000-0000-4000-8000-000000000000>"),
    response(body, "<https://example.com/a?b=1&c=%20>", WARC_Record_ID="<urn:uuid:0b5d6f5e-7f0c-4d0e-9d0a-0123456789ab>"),
    record("conversion", "Grüße\r\nWET\x01\r\n".encode(), WARC_Record_ID="<urn:uuid:0b5d6f5e-7f0c-4d0e-9d0a-0123456789ac>",
           WARC_Target_URI="https://example.de/", Content_Type="text/plain", WARC_Identified_Content_Language="deu,eng"),
]))
PY
python3 golden.py
exits "golden: runs" 0 leat-ingest -t1 golden.warc.gz
offset1=$(jq -r 'select(.metadata.url == "https://example.com/a?b=1&c=%20").metadata.warc_offset' out)
offset2=$(jq -r 'select(.metadata.url == "https://example.de/").metadata.warc_offset' out)
cat >want <<EOF
{"id":"0b5d6f5e-7f0c-4d0e-9d0a-0123456789ab","text":"Headíng\n\nOne two three four.\n\n- x\n- y","source":"warc","created":"2024-05-18T01:58:10Z","metadata":{"url":"https://example.com/a?b=1&c=%20","warc_file":"golden.warc.gz","warc_offset":$offset1,"warc_record_id":"urn:uuid:0b5d6f5e-7f0c-4d0e-9d0a-0123456789ab","content_type":"text/html; charset=utf-8","http_status":200,"charset":"utf-8","title":"A & B","html_lang":"en-GB"}}
{"id":"0b5d6f5e-7f0c-4d0e-9d0a-0123456789ac","text":"Grüße\nWET","source":"warc","created":"2024-05-18T01:58:10Z","metadata":{"url":"https://example.de/","warc_file":"golden.warc.gz","warc_offset":$offset2,"warc_record_id":"urn:uuid:0b5d6f5e-7f0c-4d0e-9d0a-0123456789ac","content_type":"text/plain","languages":"deu,eng","charset":"utf-8"}}
EOF
same "golden" want out
tail -c "+$((offset2 + 1))" golden.warc.gz | gzip -dc >member 2>/dev/null
says "warc_offset is where the member starts" member "WARC-Target-URI: https://example.de/"
exits "--source" 0 leat-ingest --source web golden.warc.gz
is "--source names the source" "$(jq -r .source out | sort -u)" web
exits "--extract all" 0 leat-ingest --extract all golden.warc.gz
is "--extract all keeps navigation" "$(jq -r .text out | head -1)" "Home"

# ---- kinds
cat >kinds.py <<'PY'
from warcs import *
long = "<p>" + "words " * 50
write("kinds.warc", b"".join([
    record("warcinfo", b"x"), record("request", b"GET / HTTP/1.1\r\n\r\n"), record("metadata", b"x"), record("revisit", b""),
    record("continuation", b"x"), record("strange", b"x"),
    response(b"gone", status="404 Not Found"), response(b"", status="301 Moved"), response(b"", status="503 Busy"),
    response(b"", status="204 No Content"), response(b"", status="0 None"), response(b"<p>x", status="2000"),
    response(b"GIF89a", content_type="image/gif"), response(b"{}", content_type="application/json"),
    response(b"p{}", content_type="text/css"), response(b"x", content_type="weird"), response(b"xyz", content_type=None),
    record("response", b"", Content_Type="text/dns"),
    response(b"\x1f\x9d\x90hello\x03", h_Content_Encoding="compress"), response(b"\x0b\x02\x80no brotli", h_Content_Encoding="br"),
    response(b"\x01\x02\x03\x04\x05\x06\x07\x08", content_type="text/plain"),
    response(b"<html><body><script>x</script>"), response(b""),
    record("resource", b"\x89PNG", Content_Type="image/png", WARC_Target_URI="https://example.com/i"),
    record("resource", b"arguments", Content_Type="text/plain", WARC_Target_URI="metadata://gnu.org/software/wget/warc/wget_arguments.txt"),
    # these are documents
    response(long.encode(), "https://example.com/html"),
    response(long.encode(), "https://example.com/xhtml", content_type="Application/XHTML+xml"),
    response(b"plain\r\ntext", "https://example.com/plain", content_type="text/plain"),
    response(b"<!doctype html><p>sniffed", "https://example.com/sniffed", content_type=None),
    response(b"<p>identified", "https://example.com/identified", content_type=None, WARC_Identified_Payload_Type="text/html"),
    record("resource", b"<p>resource", Content_Type="text/html", WARC_Target_URI="https://example.com/resource"),
    record("response", b"<html><p>no http", Content_Type="text/html", WARC_Target_URI="https://example.com/nohttp"),
    record("response", b"HTTP 200 OK\nContent-Type: text/html\n\n<p>no version", Content_Type="application/http",
           WARC_Target_URI="https://example.com/noversion"),
]))
PY
python3 kinds.py
exits "kinds: runs" 0 leat-ingest --stats stats.json kinds.warc
is "kinds are counted" "$(skipped)" "$(
    tr -d '\n ' <<EOF
{"binary":1,"continuation":1,"empty-text":2,"encoding-compress":1,"encoding-other":1,"http-2xx":1,"http-3xx":1,"http-4xx":1,
"http-5xx":1,"http-other":1,"metadata":2,"other-record":1,"request":1,"revisit":1,"type-application":1,"type-image":2,
"type-none":1,"type-other":1,"type-text":2,"warcinfo":1}
EOF
)"
is "kinds: documents" "$(jq -r '.metadata.url // "-" | split("/") | last' out | tr '\n' ' ')" \
    " html xhtml plain sniffed identified resource nohttp noversion "
is "kinds: the ledger balances" "$(jq -c '[.balanced, .records.in, .records.kept, .records.damaged]' stats.json)" '[true,33,9,0]'
is "text that is added is written" "$(jq '.text.added == .text.written and .text.in == 0' stats.json)" true
is "text bytes" "$(jq .text.written stats.json)" "$(jq -j .text out | wc -c)"

# ---- layouts: the same documents however the file is compressed
cat >layouts.py <<'PY'
from warcs import *
import bz2, lzma
records = crawl(40)
whole = b"".join(records)
write("l.warc", whole)
write("l-members.warc.gz", members(records))
write("l-whole.warc.gz", gzip.compress(whole, mtime=0))
write("l-odd.warc.gz", b"".join(gzip.compress(whole[i:i + 1000], mtime=0) for i in range(0, len(whole), 1000)))
write("l.warc.bz2", bz2.compress(whole))
write("l.warc.xz", lzma.compress(whole))
write("l-tail.warc.gz", members(records) + b"\0" * 100)
old = [r.replace(b"WARC/1.0", v) for r, v in zip(records, [b"WARC/0.17", b"WARC/0.18", b"WARC/1.1", b"WARC/1.0"] * 100)]
write("l-versions.warc", b"".join(old))
PY
python3 layouts.py
zstd -q l.warc -o l.warc.zst
lz4 -q l.warc l.warc.lz4
plain_docs() { jq -c 'del(.metadata.warc_offset, .metadata.warc_inner_offset, .metadata.warc_file)'; }
leat-ingest -q l.warc | plain_docs >want
is "layouts: documents" "$(wc -l <want)" 40
for f in l-members.warc.gz l-whole.warc.gz l-odd.warc.gz l.warc.bz2 l.warc.xz l-tail.warc.gz l-versions.warc l.warc.zst l.warc.lz4; do
    leat-ingest -q "$f" 2>err | plain_docs >got
    same "layout $f" want got
done
leat-ingest -q <l-members.warc.gz | plain_docs >got
same "from standard input" want got
leat-ingest -q l.warc | jq -r '[.id, .metadata.warc_offset] | @tsv' | while IFS=$'\t' read -r id at; do
    tail -c "+$((at + 1))" l.warc | head -3 | grep -qF "$id" || echo "$id"
done >bad
is "offsets in a plain file" "$(cat bad)" ""
leat-ingest -q l-whole.warc.gz | jq -r '[.id, .metadata.warc_offset, .metadata.warc_inner_offset] | @tsv' >offsets
gzip -dc l-whole.warc.gz >whole
while IFS=$'\t' read -r id member at; do
    [ "$member" = 0 ] && tail -c "+$((at + 1))" whole | head -3 | grep -qF "$id" || echo "$id"
done <offsets >bad
is "offsets within a member" "$(cat bad)" ""

# ---- traps of HTTP and WARC
cat >traps.py <<'PY'
from warcs import *
import zlib
def t(name, r): return r
text = b"<p>expected text"
gz = gzip.compress(text, mtime=0)
def chunk(b, n=5, end=b"\r\n"):
    return b"".join(b"%x" % len(b[i:i + n]) + end + b[i:i + n] + end for i in range(0, len(b), n)) + b"0" + end + end
u = "https://example.com/"
write("traps.warc.gz", members([
    response(chunk(text), u + "chunked", h_Transfer_Encoding="chunked"),
    response(text, u + "chunked-that-is-not", h_Transfer_Encoding="chunked"),
    response(chunk(text)[:-3], u + "chunked-cut", h_Transfer_Encoding="chunked"),
    response(chunk(gz), u + "chunked-gzip", h_Transfer_Encoding="chunked", h_Content_Encoding="gzip"),
    response(gz, u + "gzip", h_Content_Encoding="x-gzip"),
    response(text, u + "gzip-that-is-not", h_Content_Encoding="gzip"),
    response(gz, u + "gzip-undeclared"),
    response(zlib.compress(text), u + "deflate", h_Content_Encoding="deflate"),
    response(zlib.compress(text)[2:-4], u + "deflate-raw", h_Content_Encoding="deflate"),
    response(text, u + "br-that-is-not", h_Content_Encoding="br"),
    response(text, u + "crawler-headers", h_X_Crawler_Content_Encoding="gzip", h_X_Crawler_Transfer_Encoding="chunked"),
    record("response", http(text, end=b"\n"), Content_Type="application/http", WARC_Target_URI=u + "lf-only-http"),
    record("response", http(text), Content_Type="application/http", WARC_Target_URI=u + "lf-only-warc", end=b"\n"),
    record("response", b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Type: text/html;\r\n charset=utf-8\r\n\r\n" + text,
           Content_Type="application/http", WARC_Target_URI=u + "folded"),
    response(text, f"<{u}wrapped>"),
    record("response", http(text), Content_Type="application/http;\r\n msgtype=response", WARC_Target_URI=u + "folded-warc"),
    response(text, u + "longer-length", length=9999),
    response(text, u + "shorter-length", length=10),
    response(text, u + "no-length", Content_Length=None),
]))
PY
python3 traps.py
exits "traps: runs" 0 leat-ingest --stats stats.json traps.warc.gz
is "traps: all became documents" "$(jq '.records.kept == 19 and .records.damaged == 0 and .balanced' stats.json)" true
is "traps: none has another text" "$(jq -c 'select(.text != "expected text") | [.metadata.url, .text]' out)" ""
is "traps: wrong lengths are counted" "$(jq '.extra["wrong-content-length"]' stats.json)" 3

cat >cut.py <<'PY'
from warcs import *
long = ("<p>" + " ".join(str(rng.random()) for _ in range(5000))).encode()
write("cut.warc", response(gzip.compress(long, mtime=0)[:-3000], h_Content_Encoding="gzip")
      + response(long[:1000], WARC_Truncated="length"))
PY
python3 cut.py
exits "a body that was cut" 0 leat-ingest cut.warc
is "it gives what it holds, and says so" "$(jq -c '[(.text | length) > 50000, .metadata.truncated]' out | head -1)" '[true,"encoding"]'
is "WARC-Truncated is kept" "$(jq -r .metadata.truncated out | tail -1)" length

# ---- ids
cat >ids.py <<'PY'
from warcs import *
write("ids.warc", b"".join([
    response(page(1), WARC_Record_ID="<urn:uuid:ABCDEF01-2345-4678-9ABC-DEF012345678>"),
    response(page(2), WARC_Record_ID="<urn:sha1:ABC>"), response(page(3), WARC_Record_ID=None),
    response(page(4), WARC_Record_ID="<urn:uuid:not-a-uuid-not-a-uuid-not-a-uuid-not>"), response(page(5), WARC_Record_ID=None)]))
PY
python3 ids.py
leat-ingest -q ids.warc >out
is "a UUID is the id" "$(jq -r .id out | head -1)" ABCDEF01-2345-4678-9ABC-DEF012345678
check "others get a hash" jq -se '.[1:] | all(.id | test("^[0-9a-f]{32}$"))' out
is "ids are unique" "$(jq -r .id out | sort -u | wc -l)" 5
at=$(jq -r .metadata.warc_offset out | tail -1)
is "the hash is XXH128 of source, file and place" "$(jq -r .id out | tail -1)" "$(printf 'warc\nids.warc\n%s\n0\n' "$at" | xxhsum -H2 - | cut -d' ' -f1)"
exits "--sample" 0 leat-ingest --sample 0.5 --stats stats.json l.warc
is "--sample skips some" "$(jq '.records.kept + .records.skipped.sample.records == 40 and .records.kept > 5 and .records.kept < 35' stats.json)" true
exits "--limit" 0 leat-ingest --limit 7 --stats stats.json l.warc
is "--limit counts records" "$(jq -c '[.records.in, .records.kept]' stats.json)" "[7,2]"
