# shellcheck shell=bash
# What every tool promises, asked of every tool: one table of commands, one battery of hostile conditions.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$PWD

# ---- inputs, one of each kind
mkdir -p fix && cd fix || exit 1
: >none.yaml
python3 "$LEAT_ROOT/tests/docs.py" 300 >docs.jsonl
for i in 1 2 3 4 5; do sed "s/\"doc-1-/\"big-$i-/" docs.jsonl; done >big.jsonl
python3 - <<'P'
import gzip, json
with open("pages.warc.gz", "wb") as f, open("pages.warc", "wb") as plain:
    for i, line in enumerate(open("big.jsonl")):
        d = json.loads(line)
        text = d["text"].replace("&", "&amp;").replace("<", "&lt;")
        html = "<html><body><p>" + "</p><p>".join(text.split("\n")) + "</p></body></html>"
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
        head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{i:012x}>\r\n"
                f"WARC-Date: 2024-05-18T01:58:10Z\r\nWARC-Target-URI: https://example.org/{i}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n")
        record = head.encode() + http + b"\r\n\r\n"
        plain.write(record)
        f.write(gzip.compress(record, 1, mtime=0))
with open("code.jsonl", "w") as f:
    for i in range(1500):
        body = "".join(f"def f{i}_{j}(x):\n    return x * {j} + {i}\n\n\n" for j in range(12))
        if i % 5 == 4:
            body += "def broken(:\n"
        print(json.dumps({"id": f"c{i}", "text": body, "metadata": {"path": f"src/m{i}.py"}}), file=f)
P
cat >model.yaml <<'Y'
model: {layers: 1, width: 16, heads: 2, kv_heads: 1, ffn: 24, seq_len: 16}
train: {steps: 3, batch_sequences: 2, lr: 0.01, checkpoint_every: 1, keep: 9}
Y
leat-tokenizer train -q --vocab-size 300 -o tok.json docs.jsonl || exit 1
leat-tokenize -q -m tok.json -o big.ltok big.jsonl || exit 1
leat-lm train -q -o lm.blm docs.jsonl || exit 1
jq -c '.text |= .[0:40]' docs.jsonl | leat-tokenize -q -m tok.json -o prompts.ltok || exit 1
leat-shard -q -o shards big.ltok || exit 1
leat-train -q model.yaml -s shards -o model || exit 1
leat-filter -q --rules none.yaml --framed big.jsonl >jsonl.framed
leat-tokenize -q -m tok.json --framed big.jsonl >ltok.framed
: >empty.jsonl
leat-tokenize -q -m tok.json -o empty.ltok empty.jsonl
cat >run.yaml <<'Y'
name: small
run_dir: rundir
sources:
  - {name: a, inputs: [fix/docs.jsonl], stages: [{filter: {set: "gopher_short_doc=20"}}]}
tokenizer: {train: {vocab-size: 300}}
shard: {}
Y
cd "$here" || exit 1
export LEAT_GRAMMARS
fixed_hash() { (cd "$here/fix" && find . -type f -exec cksum {} + | sort -k3); }
fixed_hash >fix.before

# A user who may not write everywhere: root may.
user=()
if [ "$(id -u)" = 0 ]; then
    user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    chmod 711 . && chmod -R a+rX fix
    "${user[@]}" leat-filter --version >/dev/null 2>&1 || user=()
fi

# valid_ledger FILE STATUS: one line of JSON, no key twice, balanced by this reckoning and by its own. One program judges all.
coproc JUDGE {
    exec python3 -u -c '
import json, sys
def pairs(p):
    assert len(dict(p)) == len(p), "a key twice"
    return dict(p)
def judge(file, status):
    raw = open(file, "rb").read()
    assert raw.endswith(b"\n") and raw.count(b"\n") == 1, "not one line"
    d = json.loads(raw, object_pairs_hook=pairs)
    total = lambda t, k: sum(v[k] for v in t.values())
    assert d["exit"] == int(status), ("exit", d["exit"])
    assert d["balanced"] is True, "not balanced"
    assert isinstance(d["arguments"], list) and d["tool"].startswith("leat ") and d["version"]
    if d["exit"] == 0:
        r, t = d["records"], d["text"]
        assert r["in"] + r["created"] == r["kept"] + total(r["dropped"], "records") + total(r["skipped"], "records") + r["damaged"], r
        assert t["in"] + t["added"] == t["written"] + t["dropped"] + total(t["removed"], "text_bytes"), t
        assert r["in"] + r["created"] > 0, "nothing counted"
for line in sys.stdin:
    try:
        judge(*line.rstrip("\n").rsplit(" ", 1))
        print("good")
    except Exception as e:
        print(repr(e))'
}
valid_ledger() {
    local verdict='no verdict'
    case $1 in /*) printf '%s %s\n' "$1" "$2" ;; *) printf '%s/%s %s\n' "$PWD" "$1" "$2" ;; esac >&"${JUDGE[1]}"
    read -r verdict <&"${JUDGE[0]}"
    [ "$verdict" = good ] || { printf '# %s\n' "$verdict" && return 1; }
}
# The ledger without what may vary from run to run.
constant() { jq -S 'del(.started, .seconds, .peak_rss_bytes, .threads, .arguments)' "$1"; }

# ---- one tool that turns a stream into a file
# stream NAME KIND INPUT MAYBE-EMPTY STATUS-OF-EMPTY COMMAND…: KIND of content (jsonl, ltok, warc, gz)
stream() {
    local name=$1 kind=$2 input=$here/fix/$3 empty=$4 empty_status=$5 t size got pid
    shift 5
    local cmd=("$@")
    rm -rf "$here/w" && mkdir -m 777 "$here/w" && cd "$here/w" || exit 1

    exits "$name: runs" 0 "${cmd[@]}" -o whole --stats s.json "$input"
    check "$name: -o leaves standard output alone" [ ! -s out ]
    check "$name: the ledger is whole and balances" valid_ledger s.json 0
    check "$name: no file but those asked for" [ "$(printf '%s\n' * | tr '\n' ' ')" = 'err out s.json whole ' ]
    size=$(stat -c %s whole)

    exits "$name: standard output" 0 "${cmd[@]}" -q "$input"
    same "$name: standard output is -o's" out whole
    check "$name: -q is quiet" [ ! -s err ]
    "${cmd[@]}" -q <"$input" >piped
    is "$name: standard input: status" $? 0
    if [ "$kind" = jsonl ] || [ "$kind" = ltok ]; then same "$name: standard input is as a file" piped whole; fi
    "${cmd[@]}" -q - <"$input" >dash
    same "$name: - is standard input" dash piped
    cp "$input" ./-odd
    "${cmd[@]}" -q -- -odd >odd
    is "$name: -- ends the options" $? 0
    rm -f ./-odd
    cp "$input" $'na\xffm"e\n.x'
    exits "$name: a file name of odd bytes" 0 "${cmd[@]}" -o odd.out --stats odd.json $'na\xffm"e\n.x'
    check "$name: the ledger of it is JSON" valid_ledger odd.json 0
    rm -f $'na\xffm"e\n.x'

    for t in 1 8; do "${cmd[@]}" -q -t$t -o "t$t" --stats "s$t.json" "$input"; done
    same "$name: -t1" t1 whole
    same "$name: -t8" t8 whole
    constant s1.json >c1
    constant s8.json >c8
    same "$name: the ledger is -t8's" c1 c8
    "${cmd[@]}" -q -o z.zst "$input" && zstd -dcq z.zst >z
    same "$name: .zst holds the same" z whole
    "${cmd[@]}" -q -o g.gz "$input" && gzip -dc g.gz >g
    same "$name: .gz holds the same" g whole

    # mistakes
    exits "$name: an unknown option" 2 "${cmd[@]}" --no-such-thing "$input" -o m
    says "$name: it is named" err no-such-thing
    exits "$name: an unknown letter" 2 "${cmd[@]}" -Z "$input" -o m
    for t in --threads=-1 --threads=x --threads= --limit=-1 --limit=1x --limit=99999999999999999999 --sample=1.5 --sample=nan \
        --sample=-0.1 --max-record=-5 --max-record=0x --threads=1000000000000; do
        exits "$name: $t" 2 "${cmd[@]}" "$t" "$input" -o m
        says "$name: $t: named" err "${t%%=*}"
    done
    check "$name: mistakes leave nothing" [ ! -e m -a ! -e m.tmp -a ! -e m.partial ]
    echo old >m
    exits "$name: a missing input" 1 "${cmd[@]}" -o m --stats miss.json "$input" nowhere.in
    says "$name: the missing input is named" err nowhere.in
    is "$name: the old output is still there" "$(cat m)" old
    check "$name: a ledger after the failure" valid_ledger miss.json 1
    mkdir dir
    exits "$name: an input that is a directory" 1 "${cmd[@]}" -o m dir
    says "$name: the directory is named" err dir
    exits "$name: an output that is a directory" 1 "${cmd[@]}" -o dir "$input"
    says "$name: that directory is named" err dir
    exits "$name: an output in a missing directory" 1 "${cmd[@]}" -o nodir/x "$input"
    says "$name: the missing directory is named" err nodir
    exits "$name: an output below a file" 1 "${cmd[@]}" -o whole/x "$input"
    exits "$name: a ledger in a missing directory" 1 "${cmd[@]}" --stats nodir/s "$input" -o m
    says "$name: the ledger's place is named" err nodir
    mkdir -m 555 locked
    if [ "$(id -u)" != 0 ] || [ ${#user[@]} != 0 ]; then
        exits "$name: an output that may not be written" 1 "${user[@]}" "${cmd[@]}" -o locked/x "$input"
        says "$name: that output is named" err locked/x
        cp "$input" secret && chmod 0 secret
        exits "$name: an input that may not be read" 1 "${user[@]}" "${cmd[@]}" secret -o /dev/null
        says "$name: that input is named" err secret
        rm -f secret
    else
        skip "$name: an output that may not be written" 'root, without setpriv'
    fi
    exits "$name: empty input" "$empty_status" "${cmd[@]}" -o e "$here/fix/$empty" --stats e.json
    is "$name: empty input: the ledger's status" "$(jq .exit e.json)" "$empty_status"

    # outputs that fail
    "${cmd[@]}" -q "$input" >/dev/full 2>err
    is "$name: standard output to a full disk" $? 1
    check "$name: it says so" [ -s err ]
    exits "$name: -o to a full disk" 1 "${cmd[@]}" -q -o /dev/full "$input"
    "${cmd[@]}" -q "$input" >&- 2>err
    is "$name: standard output is closed" $? 1
    "${cmd[@]}" -q -o c "$input" <&- >&- 2>&-
    is "$name: nothing but files open" $? 0
    same "$name: the file is the same then" c whole
    cp "$input" closed.in
    "${cmd[@]}" -o c closed.in nowhere.in <&- >&- 2>&-
    is "$name: messages with nowhere to go" $? 1
    check "$name: they are not in the input" cmp -s closed.in "$input"
    if [ "$size" -gt 200000 ]; then
        (
            "${cmd[@]}" -q --stats head.json "$input"
            echo $? >status
        ) | head -c 1 >/dev/null
        is "$name: a reader that leaves ends it by SIGPIPE" "$(cat status)" 141
        is "$name: the ledger has that" "$(jq .exit head.json)" 141
        (
            ulimit -f 64
            "${cmd[@]}" -q -o limited "$input" 2>err
        )
        is "$name: a file size limit" $? 1
        check "$name: of which nothing is left" [ ! -e limited -a ! -e limited.partial ]
    fi
    exits "$name: --stats - is the ledger alone" 0 "${cmd[@]}" -q -o m --stats - "$input"
    check "$name: --stats - is whole" valid_ledger out 0

    # ends that come early
    if [ "$kind" = gz ]; then
        cp "$input" cut.zst
    else
        split -n 8 "$input" part. && for t in part.*; do zstd -qc --no-check "$t"; done >cut.zst
        rm part.*
    fi
    truncate -s -$(($(stat -c %s cut.zst) / 3 + 1)) cut.zst
    echo old >f
    exits "$name: a cut file" 3 "${cmd[@]}" -o f cut.zst --stats cut.json
    is "$name: a cut file commits nothing" "$(cat f)" old
    says "$name: the cut file is named" err cut.zst
    is "$name: a cut file in the ledger" "$(jq -c '[.exit, .truncated, (.truncation | contains("cut.zst"))]' cut.json)" \
        '[3,true,true]'
    if [ "$kind" = jsonl ]; then
        leat-filter -q --rules "$here/fix/none.yaml" "$input" -o own.zst
        truncate -s -1 own.zst
        exits "$name: leat's .zst less its last byte" 3 "${cmd[@]}" -o f own.zst
        is "$name: it commits nothing" "$(cat f)" old
    fi
    if [ "$kind" = jsonl ] || [ "$kind" = ltok ]; then
        local framed=$here/fix/$kind.framed bytes
        bytes=$(stat -c %s "$framed")
        for t in $((bytes - 1)) $((bytes - 71)) $((bytes / 2)) 30; do
            head -c "$t" "$framed" | "${cmd[@]}" -q -o f 2>err
            is "$name: a framed stream of $t bytes of $bytes" "${PIPESTATUS[1]}" 3
        done
        is "$name: cut framed streams commit nothing" "$(cat f)" old
        # the writer dies by kill -9 while the reader is waiting for more
        rm -f fifo && mkfifo fifo
        "${cmd[@]}" -q -o f <fifo 2>err &
        pid=$!
        bash -c 'exec 3>fifo; head -c "$1" "$2" >&3; kill -9 $$' _ $((bytes / 2)) "$framed" &
        { wait $!; } 2>/dev/null
        wait $pid
        is "$name: a framed writer that is killed" $? 3
        is "$name: it commits nothing" "$(cat f)" old
    fi

    # killed while it waits for the second half of its input, and while it writes
    rm -f f f.tmp f.partial fifo && mkfifo fifo
    (head -c $(($(stat -c %s "$input") / 2)) "$input" && exec sleep 60) >fifo &
    local feeder=$!
    "${cmd[@]}" -q -o f fifo 2>err &
    pid=$!
    for _ in $(seq 50); do if [ -e f.tmp ]; then break; else sleep 0.02; fi; done
    kill -9 $pid
    { wait $pid; } 2>/dev/null
    got=$?
    kill $feeder 2>/dev/null
    { wait $feeder; } 2>/dev/null
    is "$name: killed" $got 137
    check "$name: killed, no file" [ ! -e f -a ! -e f.partial ]
    for t in 0.005 0.02 0.06; do
        "${cmd[@]}" -q -o f "$input" 2>/dev/null &
        pid=$!
        sleep $t
        kill -9 $pid 2>/dev/null
        { wait $pid; } 2>/dev/null
        if [ -e f ]; then cmp -s f whole || not_ok "$name: killed after $t s: half a file"; fi
        rm -f f
    done
    exits "$name: what it left behind is no hindrance" 0 "${cmd[@]}" -q -o f "$input"
    same "$name: the file after a killed run" f whole
    check "$name: nothing else is left" [ ! -e f.tmp ]
    cd "$here" || exit 1
}

F=$here/fix
M="-m $F/tok.json"
#      name              kind  input         empty        of empty  command
# shellcheck disable=SC2086
{
    stream ingest          warc  pages.warc    empty.jsonl  0 leat-ingest
    stream ingest-gz       gz    pages.warc.gz empty.jsonl  0 leat-ingest
    stream ingest-jsonl    jsonl big.jsonl     empty.jsonl  0 leat-ingest --format jsonl
    stream filter          jsonl big.jsonl     empty.jsonl  0 leat-filter --preset gopher-quality,gopher-repetition
    stream code            jsonl code.jsonl    empty.jsonl  0 leat-code
    stream lm-score        jsonl big.jsonl     empty.jsonl  0 leat-lm score -m "$F/lm.blm"
    stream dedup-exact     jsonl big.jsonl     empty.jsonl  0 leat-dedup exact --keep first
    stream dedup-simhash   jsonl big.jsonl     empty.jsonl  0 leat-dedup simhash --keep first
    stream dedup-minhash   jsonl big.jsonl     empty.jsonl  0 leat-dedup minhash --keep best
    stream tokenizer-train jsonl big.jsonl     empty.jsonl  3 leat-tokenizer train --vocab-size 300
    stream tokenize        jsonl big.jsonl     empty.jsonl  0 leat-tokenize $M
    stream tokenize-json   jsonl big.jsonl     empty.jsonl  0 leat-tokenize $M --json
    stream tokenize-count  jsonl big.jsonl     empty.jsonl  0 leat-tokenize $M --count
    stream tokenize-decode ltok  big.ltok      empty.ltok   0 leat-tokenize $M --decode
    stream generate        ltok  prompts.ltok  empty.ltok   0 leat-generate -c "$F/model" -n 4
}

# ---- what prints, and reads no stream
# prints NAME LONG COMMAND…: LONG is 1 where the output is longer than a pipe holds
prints() {
    local name=$1 long=$2
    shift 2
    rm -rf "$here/w" && mkdir "$here/w" && cd "$here/w" || exit 1
    exits "$name: runs" 0 "$@" -q
    cp out whole
    exits "$name: -o" 0 "$@" -q -o file --stats s.json
    same "$name: -o is standard output" file whole
    is "$name: the ledger" "$(jq -c '[.exit, .balanced]' s.json)" '[0,true]'
    for t in 1 8; do
        exits "$name: -t$t" 0 "$@" -q -t$t
        same "$name: -t$t is the same" out whole
    done
    "$@" -q >/dev/full 2>err
    is "$name: to a full disk" $? 1
    "$@" -q >&- 2>err
    is "$name: standard output is closed" $? 1
    exits "$name: -o in a missing directory" 1 "$@" -q -o nodir/x
    says "$name: it is named" err nodir
    exits "$name: an unknown option" 2 "$@" --no-such-thing
    says "$name: it is named" err no-such-thing
    if [ "$long" = 1 ]; then
        (
            "$@" -q
            echo $? >status
        ) | head -1 >/dev/null
        is "$name: a reader that leaves ends it by SIGPIPE" "$(cat status)" 141
    fi
    cd "$here" || exit 1
}
exits 'framed and compressed' 2 leat-filter -q --rules fix/none.yaml -o framed.zst --framed fix/docs.jsonl
prints tokenizer-info 0 leat-tokenizer info "$F/tok.json" "$F/docs.jsonl"
prints shards-info 0 leat-shards info "$F/shards"
prints shards-json 0 leat-shards info --json "$F/shards"
prints shards-cat 1 leat-shards cat "$F/shards"
prints shards-ids 1 leat-shards cat --ids "$F/shards"
prints shards-ltok 1 leat-shards cat --ltok "$F/shards"
for v in info verify cat; do
    for d in nowhere fix/docs.jsonl fix; do
        exits "shards $v $d" 1 leat-shards $v $d
        says "shards $v $d: named" err $d
    done
    exits "shards $v without a directory" 2 leat-shards $v
    exits "shards $v with two" 2 leat-shards $v fix/shards fix/shards
done
exits 'shards verify' 0 leat-shards verify fix/shards --stats s.json
is 'shards verify: the ledger' "$(jq -c '[.exit, .balanced]' s.json)" '[0,true]'
exits 'shards verify: -o has no use but does no harm' 0 leat-shards verify fix/shards -o v
# every file cut by its last byte, one byte changed in its middle, gone
for f in fix/shards/*; do
    for how in cut changed gone; do
        rm -rf bad && cp -r fix/shards bad
        b=bad/${f##*/}
        case $how in
        cut) truncate -s -1 "$b" ;;
        changed) python3 -c 'import sys
f = open(sys.argv[1], "r+b"); d = f.read(); m = len(d) // 2; f.seek(m); f.write(bytes([d[m] ^ 1]))' "$b" ;;
        gone) rm "$b" ;;
        esac
        leat-shards verify bad >out 2>err
        got=$?
        check "shards verify: ${f##*/} $how: status $got" eval "[ $got = 3 ] || { [ $got = 1 ] && [ $how = gone ]; }"
        says "shards verify: ${f##*/} $how: named" err "${f##*/}"
    done
done

# ---- leat shard: a directory that is whole or not there
listing() { (cd "$1" && find . -type f -exec cksum {} + | sort -k3); }
mkdir -p s && cd s || exit 1
exits 'shard: runs' 0 leat-shard -o d --stats s.json "$F/big.ltok"
check 'shard: the ledger' valid_ledger s.json 0
listing d >whole
for t in 1 8; do
    exits "shard: -t$t" 0 leat-shard -q -t$t -o d$t "$F/big.ltok"
    listing d$t >l
    same "shard: -t$t is the same" l whole
done
leat-shard -q -o piped <"$F/big.ltok"
listing piped >l
same 'shard: standard input' l whole
leat-shard -q -o framed <"$F/ltok.framed"
listing framed >l
same 'shard: a framed stream' l whole
exits 'shard: no -o' 2 leat-shard "$F/big.ltok"
exits 'shard: the directory is there' 2 leat-shard -o d "$F/big.ltok"
listing d >l
same 'shard: it is not touched' l whole
mkdir other && touch other/mine
exits "shard: --force and a stranger's directory" 2 leat-shard --force -o other "$F/big.ltok"
check 'shard: it is still there' [ -e other/mine ]
exits 'shard: --force' 0 leat-shard -q --force -o d "$F/big.ltok"
listing d >l
same 'shard: --force makes the same' l whole
rm -rf d
exits 'shard: an unknown option' 2 leat-shard -o d --no-such-thing "$F/big.ltok"
says 'shard: it is named' err no-such-thing
exits 'shard: a missing input' 1 leat-shard -o d "$F/big.ltok" nowhere.ltok --stats m.json
says 'shard: it is named' err nowhere.ltok
check 'shard: a ledger all the same' valid_ledger m.json 1
exits 'shard: an input that is a directory' 1 leat-shard -o d other
exits 'shard: in a missing directory' 1 leat-shard -o nodir/d "$F/big.ltok"
says 'shard: it is named' err nodir
exits 'shard: below a file' 1 leat-shard -o "$F/big.ltok/d" "$F/big.ltok"
exits 'shard: text is no token stream' 3 leat-shard -o d "$F/docs.jsonl"
says 'shard: it is named' err docs.jsonl
exits 'shard: an empty token stream' 0 leat-shard -o none "$F/empty.ltok"
is 'shard: … has a manifest without documents' "$(jq -c '[.documents, .tokens, .domains]' none/manifest.json)" '[0,0,[]]'
exits 'shard: an empty file' 3 leat-shard -o d "$F/empty.jsonl"
for n in 1 100 24 3; do
    head -c -$n "$F/big.ltok" >cut.ltok
    exits "shard: $n bytes cut" 3 leat-shard -o d cut.ltok --stats c.json
    is "shard: $n bytes cut: the ledger" "$(jq -c '[.exit, .truncated, (.truncation | contains("cut.ltok"))]' c.json)" '[3,true,true]'
    head -c -$n "$F/ltok.framed" | leat-shard -q -o d 2>err
    is "shard: $n bytes cut from a framed stream" $? 3
done
check 'shard: nothing of all this is committed' [ ! -e d ]
(
    ulimit -f 64
    leat-shard -q -o d "$F/big.ltok" 2>err
)
is 'shard: a file size limit' $? 1
check 'shard: … commits nothing' [ ! -e d ]
mkfifo fifo
leat-shard -q -o d fifo 2>err &
pid=$!
bash -c 'exec 3>fifo; head -c 1000000 "$1" >&3; kill -9 $$' _ "$F/ltok.framed" &
{ wait $!; } 2>/dev/null
wait $pid
is 'shard: a framed writer that is killed' $? 3
(head -c 1000000 "$F/big.ltok" && exec sleep 60) >fifo &
feeder=$!
rm -rf d.partial
leat-shard -q -o d fifo 2>err &
pid=$!
for _ in $(seq 50); do if [ -e d.tmp ]; then break; else sleep 0.02; fi; done
kill -9 $pid
{ wait $pid; } 2>/dev/null
kill $feeder 2>/dev/null
{ wait $feeder; } 2>/dev/null
check 'shard: killed, no directory' [ ! -e d -a ! -e d.partial ]
for t in 0.005 0.02 0.05; do
    leat-shard -q -o d "$F/big.ltok" 2>/dev/null &
    pid=$!
    sleep $t
    kill -9 $pid 2>/dev/null
    { wait $pid; } 2>/dev/null
    if [ -e d ]; then
        listing d >l
        cmp -s l whole || not_ok "shard: killed after $t s: half a directory"
        rm -r d
    fi
done
exits 'shard: what killed runs left is no hindrance' 0 leat-shard -q -o d "$F/big.ltok"
listing d >l
same 'shard: the same shards' l whole
check 'shard: nothing else is left' [ ! -e d.tmp ]
cd "$here" || exit 1

# ---- leat train and leat run: what is asked of all
train() { leat-train -s fix/shards -o t "$@"; }
run() { leat-run --run-dir r "$@"; }
for t in train:model.yaml run:run.yaml; do
    tool=${t%%:*} file=fix/${t##*:}
    exits "$tool: an unknown option" 2 "$tool" --no-such-thing "$file"
    says "$tool: it is named" err no-such-thing
    exits "$tool: no file" 2 "$tool"
    exits "$tool: a missing file" 1 "$tool" nowhere.yaml
    says "$tool: it is named" err nowhere.yaml
    exits "$tool: a directory" 1 "$tool" fix
    says "$tool: it is named" err fix
    { cat "$file" && echo 'no_such_key: 1'; } >k.yaml
    exits "$tool: an unknown key" 2 "$tool" k.yaml
    says "$tool: it is named" err no_such_key
    { cat "$file" && printf 'x: [1, 2\n'; } >k.yaml
    exits "$tool: broken YAML" 2 "$tool" k.yaml
    says "$tool: its place" err k.yaml
    : >k.yaml
    exits "$tool: an empty file" 2 "$tool" k.yaml
    says "$tool: it is named" err k.yaml
done
check "train and run: mistakes leave nothing" [ ! -e t -a ! -e r ]
for d in nowhere fix fix/docs.jsonl; do
    exits "train: shards in $d" 1 leat-train fix/model.yaml -s $d -o t
    says "train: $d is named" err $d
done
exits 'train: out below a file' 1 leat-train fix/model.yaml -s fix/shards -o fix/docs.jsonl/t
says 'train: it is named' err fix/docs.jsonl
exits 'run: runs' 0 leat-run fix/run.yaml --run-dir ok
exits 'run: below a file' 1 leat-run fix/run.yaml --run-dir fix/docs.jsonl/r
says 'run: it is named' err fix/docs.jsonl
leat-run fix/run.yaml --run-dir dry --dry-run >/dev/full 2>err
is 'run: --dry-run to a full disk' $? 1
for l in ok/ledgers/*; do
    check "run: ${l##*/} is a ledger" valid_ledger "$l" 0
done

# ---- leat itself: every tool by its name, with help that a man page renders without a warning
for program in "$LEAT_BIN"/leat-*; do
    tool=${program##*/leat-}
    leat "$tool" --help >a 2>err
    leat help "$tool" >b 2>err
    "$program" -h >c
    same "leat $tool --help is leat help $tool" a b
    same "leat $tool --help is leat-$tool -h" a c
    check "leat help lists $tool" eval 'leat help | grep -qE "^  $tool  +"'
    "$program" --man >page.1
    if command -v man >/dev/null; then
        MANROFFSEQ='' man --warnings -l page.1 >shown 2>warnings
        is "man -l renders leat-$tool's page" "$? $(cat warnings)" '0 '
        check "the page has every option of --help" eval \
            'for o in $(grep -oE "^ +(-., |    )--[a-z-]+" a | grep -oE -- "--[a-z-]+"); do grep -qF -- "$o" shown || exit 1; done'
    else
        skip "man -l renders leat-$tool's page" 'man is not installed'
    fi
    "$program" --version >/dev/full 2>err
    is "leat-$tool --version to a full disk" $? 1
done
for verb in 'tokenizer nothing' 'tokenizer' 'dedup nothing' 'dedup' 'shards nothing x' 'shards' nothing --nothing; do
    # shellcheck disable=SC2086
    exits "leat $verb" 2 leat $verb
    check "leat $verb: says something" [ -s err ]
done
leat help >/dev/full 2>err
is 'leat help to a full disk' $? 1

# --sample and --limit choose the same documents everywhere.
leat tokenize -q -m fix/tok.json -o docs.ltok fix/docs.jsonl
for choice in '--sample 0.2' '--limit 37'; do
    # shellcheck disable=SC2086
    leat filter -q --rules fix/none.yaml $choice fix/docs.jsonl | jq -r .id >chosen.ids
    check "$choice: a part of all" [ "$(wc -l <chosen.ids)" -gt 30 -a "$(wc -l <chosen.ids)" -lt 90 ]
    for tool in 'ingest --format jsonl' 'code --keep-unknown' 'dedup exact' 'dedup minhash' 'tokenize -m fix/tok.json --json' \
        'tokenize -m fix/tok.json --decode'; do
        input=fix/docs.jsonl
        if [ "${tool##* }" = --decode ]; then input=docs.ltok; fi
        # shellcheck disable=SC2086
        leat $tool -q $choice $input | jq -r .id >got.ids
        same "$choice: leat $tool chooses what leat filter does" got.ids chosen.ids
    done
    # shellcheck disable=SC2086
    leat shard -q --force -o chosen --valid-share 0 $choice docs.ltok
    leat shards cat -q chosen | jq -r .id >got.ids
    same "$choice: leat shard too" got.ids chosen.ids
done

# An output is none of a failed tool's even where it is another output that failed.
exits 'rejects to a full disk' 1 leat-filter -q --set gopher_short_doc=100 -o kept --rejects /dev/full fix/docs.jsonl
check 'the kept documents are not committed without them' [ ! -e kept ]
exits 'pairs to a full disk' 1 leat-dedup exact -q -o unique --pairs /dev/full fix/docs.jsonl fix/docs.jsonl
check 'the unique documents are not committed without them' [ ! -e unique ]
mkfifo slow
leat-filter -q --rules fix/none.yaml -o one slow 2>err1 &
pid=$!
exec 3>slow
for _ in $(seq 100); do if [ -e one.tmp ]; then break; else sleep 0.02; fi; done
exits 'a file that another program is writing' 1 leat-filter -q --rules fix/none.yaml -o one fix/docs.jsonl
says 'it is named' err one.tmp
head -5 fix/docs.jsonl >&3
exec 3>&-
wait $pid
is 'the other program has its file' "$? $(head -5 fix/docs.jsonl | cmp one && echo same)" '0 same'
exits 'pairs and documents to one file' 2 leat-dedup exact -q -o unique --pairs unique fix/docs.jsonl
exits 'an output without a name' 2 leat-filter -q --rules fix/none.yaml -o '' fix/docs.jsonl
check '… leaves nothing' [ ! -e .tmp -a ! -e .partial ]
fixed_hash >fix.after
same 'no tool changes its inputs' fix.before fix.after
