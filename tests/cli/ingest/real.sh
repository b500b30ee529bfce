# shellcheck shell=bash
# leat ingest: real WARC files (the set web-warc), compared with a naive reading of them in Python.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1
if [ ! -e "$LEAT_DATA/web-warc.tar.zst" ]; then
    skip "real WARC files" "no web-warc.tar.zst in $LEAT_DATA"
    exit 0
fi
zstd -dcq "$LEAT_DATA/web-warc.tar.zst" | tar x
find . -type f -path '*warc/*' | sort >files
is "files" "$(wc -l <files)" 40
while IFS= read -r f; do
    leat-ingest -q -t2 --stats stats.json "$f" >out 2>err
    status=$?
    leat-ingest -q -t1 "$f" 2>/dev/null | cmp -s - out || echo "$f: -t1 differs"
    [ $status = 0 ] || [ $status = 3 ] || echo "$f: exit status $status"
    [ "$(jq .balanced stats.json)" = true ] || echo "$f: does not balance"
    [ "$(jq -j .text out | wc -c)" = "$(jq .text.written stats.json)" ] || echo "$f: text bytes"
    printf '%s\t%s\n' "$f" "$(jq -c '[.records.in, .records.kept, .records.damaged, .truncated]' stats.json)" >>counts
done <files >bad
is "none crashes, all balance" "$(cat bad)" ""

# ---- records and bytes of their blocks, as FastWARC 2.0.1 and warcio 1.8.1 read them
peers() { # NAME, and lines of "FILE RECORDS BYTES" on stdin: ours must be the same, with no length wrong and nothing damaged
    sed 's/$/ 0 0/' >want
    (cd warc && cut -d' ' -f1 ../want | xargs "$LEAT_BUILD/unit/ingest/blocks") >got
    same "$1" want got
}
peers "as both" <<'EOT'
aut/example.docs.warc.gz 21 272629
aut/example.pdf.warc.gz 76 3599554
aut/example.txt.warc.gz 6 2333
aut/example.warc.gz 822 10948669
aut/issue-493.warc 32 42993
aut/issue-514.warc 8 43459
jwarc/cc.warc.gz 1 20931
jwarc/gzip_extra_sl.warc.gz 1 327
resiliparse/block-sized-records.warc 3 48687
resiliparse/block-sized-records.warc.gz 3 48687
resiliparse/clueweb-quirk.warc.gz 30 921046
resiliparse/warcfile.warc 50 527846
resiliparse/warcfile.warc.gz 50 527846
warcio/example-digest.warc 4 1972
warcio/example-iana.org-chunked.warc 3 7779
warcio/example-resource.warc.gz 3 1951
warcio/example-space-in-target-uri.warc.gz 2 143
warcio/example-wget-bad-target-uri.warc.gz 6 2539
warcio/example.warc 6 3049
warcio/example.warc.gz 6 3049
warcio/post-test.warc.gz 6 2886
whirlwind/whirlwind.warc 4 75533
whirlwind/whirlwind.warc.gz 4 75533
whirlwind/whirlwind.warc.wat 2 1664
whirlwind/whirlwind.warc.wat.gz 2 1664
whirlwind/whirlwind.warc.wet 2 4824
whirlwind/whirlwind.warc.wet.gz 2 4824
EOT
peers "as FastWARC; warcio gives up" <<'EOT'
resiliparse/block-sized-records.warc.lz4 3 48687
resiliparse/warcfile.warc.lz4 50 527846
warcio/example-bad-non-chunked.warc.gz 6 3049
warcio/example-bad.warc.gz.bad 6 3263
EOT
# Where neither reads all, or they differ: FastWARC reads no ARC, warcio counts the lines of an ARC's first record to its head.
(cd warc && "$LEAT_BUILD/unit/ingest/blocks" aut/badexample.arc.gz aut/example.arc.gz warcio/*.arc warcio/example.arc.gz \
    warcio/example-trunc.warc warcio/example-wrong-chunks.warc.gz resiliparse/clipped.warc.gz) >got
cat >want <<'EOT'
aut/badexample.arc.gz 6 2722 3 0
aut/example.arc.gz 300 7687146 0 0
warcio/bad.arc 4 73 3 0
warcio/example-space-in-url.arc 1 75 0 1
warcio/example.arc 2 1666 0 0
warcio/example.arc.gz 2 1666 0 0
warcio/example-trunc.warc 4 2187 1 0
warcio/example-wrong-chunks.warc.gz 2 1751 1 0
resiliparse/clipped.warc.gz 0 0 0 1
EOT
same "the others: 300 7687070 and 2 1591 for warcio, less the 76 and 75 bytes of the first record; 4 records of bad.arc" want got

cat >compare.py <<'PY'
import ast, gzip, http.client, io, json, subprocess, sys
from warcs import read
good = {}
for line in open("counts"):
    name, counts = line.rstrip("\n").split("\t")
    good[name] = json.loads(counts)
seen = 0
for name, (n_in, kept, damaged, truncated) in good.items():
    if ".arc" in name and ".warc" not in name: continue
    data = open(name, "rb").read()
    try:
        if name.endswith(".lz4"): data = subprocess.run(["lz4", "-dcq", name], stdout=subprocess.PIPE, check=True).stdout
        elif data[:2] == b"\x1f\x8b": data = gzip.decompress(data)
        records = list(read(data))
    except (ValueError, KeyError, AttributeError, EOFError, gzip.BadGzipFile, OSError) as e:
        print("ok - naive reading gives up:", name.split("/")[-1], type(e).__name__)
        continue
    seen += 1
    same = n_in == len(records) and not damaged and not truncated
    print("ok" if same else "not ok", "- records of", name.split("/")[-1], "" if same else f"{n_in} {len(records)} {damaged}")
    # documents: ids of the responses with status 200 of the types that are read, and of text resources and conversions
    want = []
    for kind, headers, block in records:
        uri = headers.get("warc-target-uri", "").strip("<>")
        ctype = headers.get("content-type", "")
        if uri.endswith("/robots.txt"): continue # a file for crawlers is no document
        if kind == "response" and ctype.startswith("application/http"):
            line, _, rest = block.partition(b"\n")
            words = line.split()
            ctype = http.client.parse_headers(io.BytesIO(rest)).get_content_type() if b"content-type:" in rest.lower() else ""
            if len(words) < 2 or words[1] != b"200": continue
        elif kind == "response" or kind in ("resource", "conversion"):
            ctype = ctype.split(";")[0]
        else:
            continue
        if uri.startswith("metadata:"): continue
        if kind == "conversion" or ctype in ("text/html", "application/xhtml+xml", "text/plain"):
            want.append(headers["warc-record-id"].strip("<>").removeprefix("urn:uuid:"))
    out = subprocess.run(["leat-ingest", "-q", name], stdout=subprocess.PIPE).stdout
    got = [json.loads(line)["id"] for line in out.splitlines()]
    extra, lost = [i for i in got if i not in want], [i for i in want if i not in got]
    # pages without text become no documents: few
    right = len(lost) <= max(2, len(want) // 20) and not extra
    print("ok" if right else "not ok", "- documents of", name.split("/")[-1], "" if right else f"extra {extra[:3]} lost {lost[:3]}")
print("ok" if seen >= 20 else "not ok", "- files compared:", seen)
PY
python3 compare.py >result
sed '/^not ok/s/^/# /' result | grep '^#'
is "as a naive reader" "$(grep -c '^not ok' result)" 0
check "enough was compared" [ "$(grep -c '^ok' result)" -gt 40 ]

field() { jq -r "select(.metadata.url == \"$2\") | $3" "$1" | head -1; }
leat-ingest -q warc/warcio/example.warc.gz >out
is "a gzipped body" "$(field out http://example.com/ '.text | split("\n")[0]')" "Example Domain"
leat-ingest -q warc/aut/example.arc.gz >out
is "ARC: documents" "$(jq -r .metadata.http_status out | sort | uniq -c | tr -s ' ')" " 96 200" # and 32 robots.txt
leat-ingest -q warc/warcio/example-wrong-chunks.warc.gz >out
is "chunks that are none" "$(jq -r '.text | split("\n")[0]' out)" "Example Domain"
leat-ingest -q warc/warcio/example-bad-non-chunked.warc.gz >out
check "a body that is not chunked" grep -q . out
leat-ingest -q warc/warcio/example-wget-bad-target-uri.warc.gz >out
is "<uri> is unwrapped" "$(jq -r .metadata.url out | head -1)" http://example.com/
leat-ingest -q warc/resiliparse/clueweb-quirk.warc.gz >out
is "EUC-JP as declared" "$(jq -r .metadata.charset out | sort | uniq -c | sort -rn | head -1 | tr -s ' ')" " 29 euc-jp"
check "no character was lost" [ "$(jq -r .text out | grep -c $'\xef\xbf\xbd')" -lt 20 ]
exits "a file that was clipped" 3 leat-ingest warc/resiliparse/clipped.warc.gz
for f in warcfile.warc.gz warcfile.warc.lz4; do
    same "$f = warcfile.warc" <(leat-ingest -q warc/resiliparse/warcfile.warc | jq -c '[.id, .text]') \
        <(leat-ingest -q warc/resiliparse/$f | jq -c '[.id, .text]')
done
