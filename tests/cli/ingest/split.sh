# shellcheck shell=bash
# leat ingest: one large file on many threads. The serial reader (a pipe under the same name) is what all others must equal.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1

cat >make.py <<'PY'
from warcs import *
def noise(n): return rng.randbytes(n).hex().encode()
def member(r, level=1): return gzip.compress(r, level, mtime=0)
records = []
for i in range(1000):
    records.append(record("request", b"GET /", WARC_Target_URI=f"https://e/{i}"))
    records.append(response(b"<p>" + noise(rng.choice([10, 500, 3000, 14000])), f"https://e/{i}"))
parts = [member(r) for r in records]
data = b"".join(parts)
starts = [0]
for p in parts: starts.append(starts[-1] + len(p))
half, most = starts[1000], starts[1800]
write("sound.warc.gz", data)
flipped = bytearray(data)
for i in range(150): flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
write("flipped.warc.gz", bytes(flipped))
write("cut.warc.gz", data[:-4000])
write("garbage.warc.gz", data[:half] + rng.randbytes(100000) + data[half:most] + b"\x1f\x8b\x08\0junk" * 5000 + data[most:] + b"\0" * 999)
inner = b"".join(parts[:200])
false = b"".join(member(response(inner[k * 999:k * 999 + 300000], f"https://f/{k}", content_type="text/plain"), 0) for k in range(5))
write("false-starts.warc.gz", data[:half] + false + data[half:] + false)
large = [b"<p>" + noise(1500000), b"<p>" + b"word " * 900000, b"<p>" + noise(20000)]
write("large.warc.gz", data[:half] + b"".join(member(response(b, "https://l")) for b in large) * 2 + data[half:])
write("lengths.warc.gz", data[:half] + member(response(page(1), "https://l", length=10)) + member(response(page(2), "https://l", length=9999)) + data[half:])
whole = b"".join(records)
write("one-member.warc.gz", member(whole))
write("pairs.warc.gz", b"".join(member(whole_pair) for whole_pair in (records[i] + records[i + 1] for i in range(0, 2000, 2))))
write("odd.warc.gz", b"".join(member(whole[i:i + 7000]) for i in range(0, len(whole), 7000)))
docs = [b"http://a.org/%d 1.2.3.4 20140216050221 text/html %d\n%s\n" % (i, len(b), b)
        for i, b in ((i, b"HTTP/1.1 200 OK\r\n\r\n<html><p>" + noise(rng.choice([10, 20000]))) for i in range(600))]
write("sound.arc.gz", b"".join(map(member, docs)))
docs[300] = docs[300].replace(b" text/html ", b" text/html 9")
write("lengths.arc.gz", b"".join(map(member, docs)))
PY
python3 make.py
accounts() { jq -c '[.records, .text, .damage, .extra, .destroyed_bytes, .truncated, .truncation]' "$1"; }
mkdir serial
for f in *.gz; do
    mkfifo "serial/$f"
    cat "$f" >"serial/$f" &
    (cd serial && leat-ingest -q -t1 --stats ../serial.json "$f" >../serial.out 2>../serial.err)
    echo "exit status $?" >>serial.err
    wait
    accounts serial.json >serial.accounts
    check "$f is large enough to be split" [ "$(stat -c %s "$f")" -gt 4194304 ]
    for t in 1 2 7; do
        leat-ingest -q -t$t --stats split.json "$f" >split.out 2>split.err
        echo "exit status $?" >>split.err
        same "$f: documents of -t$t" serial.out split.out
        same "$f: accounts of -t$t" serial.accounts <(accounts split.json)
        same "$f: messages and status of -t$t" serial.err split.err
    done
done
is "all of a sound file is read" "$(leat-ingest -q sound.warc.gz | jq -r .metadata.url | cksum)" "$(for i in $(seq 0 999); do echo "https://e/$i"; done | cksum)"

leat-ingest -q -t4 sound.warc.gz flipped.warc.gz sound.arc.gz >four
for f in sound.warc.gz flipped.warc.gz sound.arc.gz; do leat-ingest -q -t1 "$f"; done >one 2>/dev/null
same "several files, one after another" one four
leat-ingest -q -t4 --limit 100 --stats split.json sound.warc.gz >/dev/null
is "--limit counts as ever" "$(jq -c '[.records.in, .records.kept]' split.json)" "[100,50]"
leat-ingest -q -t4 sound.warc.gz 2>/dev/null | head -3 >/dev/null
is "a reader that goes away ends it as SIGPIPE would" "${PIPESTATUS[0]}" 141
exits "/dev/full" 1 leat-ingest -q -t4 -o /dev/full sound.warc.gz
leat-ingest -q -t16 --stats split.json large.warc.gz flipped.warc.gz >/dev/null 2>&1
check "memory at -t16 is bounded" [ "$(jq .peak_rss_bytes split.json)" -lt 300000000 ]
jq .peak_rss_bytes split.json | sed 's/^/# peak RSS /'
