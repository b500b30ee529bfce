# shellcheck shell=bash
# The whole chain on a crawl whose content is known: by hand, by leat run, by its script; every boundary counted; any
# compression; any number of threads; killed at any moment.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
E2E=$LEAT_ROOT/tests/cli/e2e
python3 "$E2E/crawl.py" in || exit 1
FILTER=(--preset 'gopher-quality,gopher-repetition' --set 'gopher_enough_stop_words=off')
listing() { (cd "$1" && find . -type f -exec cksum {} + | sort -k3); }

# chain DIR THREADS: the README's pipes; in DIR what passed each boundary (wNN, cNN, jNN) and each ledger
chain() {
    mkdir -p "$1" && ln -s ../in "$1/in" # an id depends on how its archive is named
    (
        set -o pipefail
        cd "$1" || exit 1
        t=$2
        leat ingest -q -t"$t" --source web --stats w0.json in/crawl.warc.gz | tee w0 |
            leat filter -q -t"$t" "${FILTER[@]}" --stats w1.json --rejects w1.rejects | tee w1 >web.jsonl &&
            leat ingest -q -t"$t" --source code --stats c0.json in/code.tar.gz in/code.zip | tee c0 |
            leat code -q -t"$t" --languages c,python --stats c1.json --rejects c1.rejects | tee c1 >code.jsonl &&
            leat dedup exact -q --keep first -t"$t" --normalize --stats j0.json --rejects j0.rejects web.jsonl code.jsonl | tee j0 |
            leat dedup minhash -q -t"$t" --stats j1.json --rejects j1.rejects | tee j1 >joined.jsonl &&
            leat tokenizer train -q -t"$t" --vocab-size 600 --stats tt.json -o tokenizer.json joined.jsonl &&
            leat tokenize -q -t"$t" -m tokenizer.json --carry charset --stats t0.json joined.jsonl | tee t0 |
            leat shard -q -t"$t" -o shards --stats t1.json --tokenizer-file tokenizer.json --valid-share 0.1 \
                --weight web=3 --weight code=1
    )
}
exits 'the chain' 0 chain by-hand 0

# ---- what came in is what is known to be there
check 'ingest: the text of each page, and no other' python3 - <<'P'
import json
got = [json.loads(line) for line in open("by-hand/w0")]
want = [json.loads(line) for line in open("in/truth.jsonl")]
assert [d["id"] for d in got] == [t["id"] for t in want], "ids"
for d, t in zip(got, want):
    assert d["text"].split() == t["words"], (d["id"], d["text"][:80], t["words"][:12])
    assert d["source"] == "web" and d["metadata"]["url"].startswith("https://example.org/")
P
check 'ingest: records by kind' python3 - <<'P'
import json
truth, d = json.load(open("in/truth.json")), json.load(open("by-hand/w0.json"))
r = d["records"]
assert r["in"] == truth["records"] and r["kept"] == truth["pages"] - 1 and r["damaged"] == 1, r
assert r["skipped"]["revisit"]["records"] == truth["revisit"], r
assert r["skipped"]["request"]["records"] == truth["request"], r
assert sum(s["records"] for s in r["skipped"].values()) == truth["records"] - truth["pages"], r
assert len(d["damage"]) == 1 and d["damage"][0]["offset"] == truth["broken_offset"], d["damage"]
assert d["destroyed_bytes"] > 0 and d["truncated"] is False
P
check 'ingest: offsets lead to the records' python3 - <<'P'
import gzip, json, zlib
raw = open("in/crawl.warc.gz", "rb").read()
for line in open("by-hand/w0"):
    d = json.loads(line)
    member = zlib.decompressobj(31).decompress(raw[d["metadata"]["warc_offset"]:])
    assert f"<urn:uuid:{d['id']}>".encode() in member.split(b"\r\n\r\n")[0], d["id"]
P
check 'code: what parses, byte for byte' python3 - <<'P'
import json
want = json.load(open("in/code.json"))
got = {d["metadata"]["path"]: d["text"] for d in map(json.loads, open("by-hand/c1"))}
assert got == want, (sorted(set(got) ^ set(want)))
P

# ---- nothing is lost at a boundary: lines and text, as counted by another program and by both ledgers
boundary() { # NAME FILE WRITER READER
    check "$1" python3 - "$@" <<'P'
import json, sys
_, name, path, writer, reader = sys.argv
lines = open(path, "rb").read().splitlines()
text = sum(len(json.loads(line)["text"].encode()) for line in lines)
w, r = json.load(open(writer)), json.load(open(reader))
assert w["records"]["kept"] == len(lines) == r["records"]["in"], (w["records"], len(lines), r["records"])
assert w["text"]["written"] == text == r["text"]["in"], (w["text"], text, r["text"])
P
}
cd by-hand || exit 1
boundary 'ingest to filter' w0 w0.json w1.json
boundary 'ingest to code' c0 c0.json c1.json
boundary 'exact to minhash' j0 j0.json j1.json
boundary 'minhash to tokenizer' j1 j1.json tt.json
boundary 'minhash to tokenize' j1 j1.json t0.json
is 'web and code to dedup' "$(jq .records.in j0.json)" "$(cat w1 c1 | wc -l)"
is 'tokenize to shard' "$(jq .records.kept t0.json)" "$(jq .records.in t1.json)"
is 'shard to its manifest' "$(jq .records.kept t1.json)" "$(jq .documents shards/manifest.json)"
for s in w1 c1 j0 j1; do
    is "$s: kept and rejects are all" "$(cat $s $s.rejects | wc -l)" "$(jq .records.in $s.json)"
    is "$s: rejects are the drops" "$(jq -r .metadata.drop.rule $s.rejects | sort | uniq -c | awk '{print $2, $1}')" \
        "$(jq -r '.records.dropped | to_entries[] | "\(.key) \(.value.records)"' $s.json | sort)"
done
check 'filter: kept documents are as they came' eval '[ -z "$(comm -13 <(sort w0) <(sort w1))" ]'
check 'dedup: kept documents are as they came' eval '[ -z "$(comm -13 <(sort w1 c1) <(sort j1))" ]'
check 'dedup exact: the first of those with the same words' python3 - <<'P'
import json, re
seen, want = set(), []
for name in ("w1", "c1"):
    for d in map(json.loads, open(name)):
        key = " ".join(re.findall(r"\w+", d["text"].lower()))
        if key not in seen:
            want.append(d["id"])
        seen.add(key)
got = [json.loads(line)["id"] for line in open("j0")]
assert got == want, (len(got), len(want))
assert len(want) < sum(1 for n in ("w1", "c1") for _ in open(n)), "no copies in the crawl"
P
check 'dedup minhash: what went is much like what stayed' python3 - <<'P'
import json, re
def grams(text):
    w = re.findall(r"\w+", text.lower())
    return {tuple(w[i:i + 5]) for i in range(len(w) - 4)}
docs = {d["id"]: d["text"] for d in map(json.loads, open("j0"))}
kept = {json.loads(line)["id"] for line in open("j1")}
n = 0
for d in map(json.loads, open("j1.rejects")):
    value = d["metadata"]["drop"]["value"]
    other = next(i for i in kept if i in json.dumps(value))
    a, b = grams(docs[d["id"]]), grams(docs[other])
    assert len(a & b) / len(a | b) >= 0.79, (d["id"], value)
    n += 1
assert n >= 5, n
P
check 'shards are sound' leat shards verify -q shards
# text_of: sorted lines of [id, text]
text_of() { jq -c '[.id, .text]' | sort; }
text_of <joined.jsonl >want
leat shards cat -q --ltok shards | leat tokenize -q -m tokenizer.json --decode | text_of >got
same 'the text comes back from the shards' got want
leat tokenize -q -m shards/tokenizer.json --decode t0 | jq -c '[.id, .text]' >got
jq -c '[.id, .text]' joined.jsonl >want
same 'and from the token stream, in order' got want
is 'a domain for each source' "$(jq -c '[.domains[] | [.name, .quanta]]' shards/manifest.json)" '[["code",1024],["web",3072]]'
check 'where a document came from' python3 - <<'P'
import json, subprocess
docs = {d["id"]: d for d in map(json.loads, open("joined.jsonl"))}
lines = subprocess.run(["leat", "shards", "cat", "-q", "--ids", "shards"], capture_output=True, check=True).stdout.splitlines()
assert len(lines) == len(docs)
tokens = 0
for d in map(json.loads, lines):
    m = docs.pop(d["id"])["metadata"]
    assert (d.get("url") or "") == m.get("url", ""), d
    assert d.get("warc_offset") == m.get("warc_offset"), d
    assert d["carried"]["charset"] == m["charset"], d
    tokens += len(d["ids"] if "ids" in d else d["tokens"])
assert tokens == json.load(open("shards/manifest.json"))["tokens"], tokens
P
cd ..
manifest() { jq -r .xxh3 "$1/shards/manifest.json"; }
listing by-hand/shards >shards.want
for t in 1 3; do
    exits "the chain with $t threads" 0 chain "by-hand-$t" $t
    listing "by-hand-$t/shards" >l
    same "$t threads: the same shards" l shards.want
    for f in w0 w1 c0 c1 j0 j1 tokenizer.json t0 w1.rejects j1.rejects; do
        cmp -s "by-hand/$f" "by-hand-$t/$f" || not_ok "$t threads: $f differs"
    done
done

# ---- the same from a pipeline file
cat >pipe.yaml <<'Y'
name: chain
sources:
  - name: web
    inputs: [in/crawl.warc.gz]
    stages:
      - ingest: {}
      - filter: {preset: "gopher-quality,gopher-repetition", set: ["gopher_enough_stop_words=off"]}
  - name: code
    inputs: ["in/code.tar.gz", "in/code.zip"]
    stages:
      - ingest: {}
      - code: {languages: "c,python"}
join:
  - dedup exact: {normalize: true, keep: first}
  - dedup minhash: {}
tokenizer:
  train: {vocab-size: 600}
tokenize: {carry: [charset]}
shard:
  valid-share: 0.1
  weights: {web: 3, code: 1}
Y
exits 'leat run' 0 leat run pipe.yaml --run-dir run
zstd -dcq run/joined.jsonl.zst >l
same 'leat run: the documents of the chain by hand' l by-hand/joined.jsonl
same 'leat run: its tokenizer' run/tokenizer.json by-hand/tokenizer.json
listing run/shards >l
same 'leat run: its shards' l shards.want
check 'leat run: every ledger is balanced' eval '[ "$(cat run/ledgers/*.json | jq -s "length > 5 and all(.[]; .balanced and .exit == 0)")" = true ]'
exits '--dry-run' 0 leat run pipe.yaml --run-dir pasted --dry-run
cp out script
bash <script >out 2>err
is 'its script, pasted' $? 0
is 'its script: the same manifest' "$(manifest pasted)" "$(manifest by-hand)"
listing pasted/shards >l
same 'its script: the same shards' l shards.want
bash <script >out 2>err
is 'the script a second time' $? 0
listing pasted/shards >l
same 'the script a second time: the same' l shards.want
for t in 1 3; do
    exits "leat run with $t threads" 0 leat run pipe.yaml --run-dir "run-$t" --set threads=$t
    is "leat run with $t threads: the same manifest" "$(manifest "run-$t")" "$(manifest by-hand)"
done
exits 'a second time in the same place' 0 leat run pipe.yaml --run-dir run
listing run/shards >l
same 'a second time: the same shards' l shards.want

# ---- any compression of the crawl, of the documents, of the tokens
plain() { jq -c '.metadata |= del(.warc_file, .warc_offset, .warc_inner_offset)'; }
plain <by-hand/w0 >want
declare -A pack=([plain]="cat" [gz]="gzip -9nc" [zst]="zstd -qc" [xz]="xz -c" [bz2]="bzip2 -c" [lz4]="lz4 -qc")
mkdir packed
for c in plain gz zst xz bz2 lz4; do
    ${pack[$c]} <in/sound.warc >packed/crawl.$c
    leat ingest -q --source web packed/crawl.$c | plain >got
    same "crawl as $c" got want
    leat ingest -q --source web <packed/crawl.$c | plain >got
    same "crawl as $c from a pipe" got want
    ${pack[$c]} <by-hand/joined.jsonl >packed/docs.$c
    leat dedup exact -q packed/docs.$c | leat tokenize -q -m by-hand/tokenizer.json --carry charset >got
    same "documents as $c" got by-hand/t0
    ${pack[$c]} <by-hand/t0 >packed/ltok.$c
    rm -rf shards
    leat shard -q -o shards --tokenizer-file by-hand/tokenizer.json --valid-share 0.1 --weight web=3 --weight code=1 \
        packed/ltok.$c
    listing shards >l
    same "tokens as $c" l shards.want
done
head -40 by-hand/joined.jsonl | gzip -c >two.gz
tail -n +41 by-hand/joined.jsonl | gzip -c >>two.gz
leat tokenize -q -m by-hand/tokenizer.json --carry charset two.gz >got
same 'documents in two gzip members' got by-hand/t0
leat filter -q --set gopher_short_doc=off -o a.zst <(head -40 by-hand/joined.jsonl) 2>/dev/null ||
    leat dedup exact -q -o a.zst <(head -40 by-hand/joined.jsonl)
leat dedup exact -q -o b.zst <(tail -n +41 by-hand/joined.jsonl)
cat a.zst b.zst >ab.zst
leat tokenize -q -m by-hand/tokenizer.json --carry charset ab.zst >got
same "leat's .zst files, joined by cat" got by-hand/t0

# ---- killed by kill -9 at any moment, then started again in the same place
start=$(date +%s%N)
leat run pipe.yaml --run-dir timing >/dev/null 2>&1
took=$((($(date +%s%N) - start) / 1000000))
for k in 10 25 40 55 70 85 95; do
    for who in alone all; do
        setsid leat-run pipe.yaml --run-dir killed >/dev/null 2>&1 &
        pid=$!
        sleep "$(printf '%d.%03d' $((took * k / 100000)) $((took * k / 100 % 1000)))"
        if [ $who = all ]; then kill -9 -- -$pid; else kill -9 $pid; fi 2>/dev/null
        { wait $pid; } 2>/dev/null
        if [ -e killed/shards ]; then
            leat shards verify -q killed/shards >/dev/null 2>&1 || not_ok "killed at $k %, $who: half shards"
        fi
        for f in killed/docs/*.zst killed/joined.jsonl.zst; do
            if [ -e "$f" ]; then zstd -tq "$f" 2>/dev/null || not_ok "killed at $k %, $who: $f is cut"; fi
        done
    done
    exits "after kill -9 at $k %: a fresh run" 0 leat run pipe.yaml --run-dir killed
    sleep 0.1
    listing killed/shards >l
    same "after kill -9 at $k %: the same shards" l shards.want
    check "after kill -9 at $k %: nothing else is left" eval '[ -z "$(find killed -name "*.tmp" -o -name "*.partial" -o -name "*.failed")" ]'
    if [ $k = 40 ] || [ $k = 85 ]; then rm -rf killed; fi
done

# A leat run that is killed leaves stages that still wait for their input; the next run must not meet them.
sed 's/      - ingest: {}/      - ingest: {}\n      - sh: "[ -e slow ] \&\& sleep 2; cat"/' pipe.yaml >slow.yaml
touch slow
setsid leat-run slow.yaml --run-dir orphans >/dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do if [ -e orphans/docs/web.jsonl.zst.tmp ]; then break; else sleep 0.02; fi; done
kill -9 $pid
{ wait $pid; } 2>/dev/null
rm slow
exits 'a run while the stages of a killed one still live' 0 leat run slow.yaml --run-dir orphans
listing orphans/shards >l
same '… has the same shards' l shards.want
sleep 2.2
listing orphans/shards >l
same '… and keeps them' l shards.want
zstd -dcq orphans/docs/web.jsonl.zst >l
same '… and its documents' l by-hand/web.jsonl
