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
