# shellcheck shell=bash
# leat ingest --split: parts against Python's re; chunks, damage, patterns that blow up.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import random
rng = random.Random(5)
words = ["alpha", "b\u00eata", "=", "==", "\u6f22\u5b57", "-- ", "*", "gamma"]
with open("text.txt", "w", newline="") as f:
    size = 0
    while size < 3 << 20:
        n = rng.choice([1, 3, 50, 2000, 40000]) if rng.random() < .3 else 20
        s = " ".join(rng.choice(words) for _ in range(n)) + rng.choice(["\n", "\n\n", "\n\n\n", "\n" + "=" * rng.choice([2, 3, 70, 5000]) + "\n", "\f", "\r\n\r\n"])
        f.write(s); size += len(s)
PY
python3 make.py
cat >want.py <<'PY'
import re, sys
data = open("text.txt", newline="").read(); at = part = 0
def clean(t): # as plain text is: line ends, no form feeds, no blank lines around
    t = re.sub("\r\n|\r", "\n", t).replace("\f", "")
    return t.rstrip(" \n\t").lstrip("\n")
def give(t, offset):
    global part
    if t.strip():
        print(part, offset, repr(clean(t))); part += 1
for m in re.finditer(sys.argv[1], data):
    if m.end() == m.start(): continue
    give(data[at:m.start()], len(data[:at].encode())); at = m.end()
give(data[at:], len(data[:at].encode()))
PY
sed -i 's/len(data\[:at\].encode())/place(at)/' want.py
sed -i 's/^def clean/last = [0, 0]\ndef place(at):\n    last[1] += len(data[last[0]:at].encode()); last[0] = at\n    return last[1]\ndef clean/' want.py
cat >got.py <<'PY'
import json, sys
for line in sys.stdin:
    d = json.loads(line); print(d["metadata"]["part"], d["metadata"]["offset"], repr(d["text"]))
PY
gzip -k text.txt
for p in '\n\n+' '(?m)^={3,}$' '\f' '(?<=\n)=+\n' '(?s)\*.{0,40}?=' '字+'; do
    python3 want.py "$p" >want
    leat-ingest -q --split "$p" text.txt | python3 got.py >got
    same "the parts of $p" want got
    leat-ingest -q -t4 --split "$p" text.txt.gz | python3 got.py >got
    same "the parts of $p, compressed" want got
done
leat-ingest -q --split '\n\n+' - <text.txt | jq -r .id | sort | uniq -d >twice
is "ids are unique" "$(cat twice)" ""
exits "a split file is streamed" 0 leat-ingest -t1 --max-record 1M --split '\n\n+' --stats stats.json text.txt
check "a split file is streamed: memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 60000000 ]
{ cat text.txt; head -c 3000000 /dev/zero | tr '\0' x; printf '\n\nbehind\n'; } >long.txt
exits "a part that is too long" 0 leat-ingest --max-record 1M --split '\n\n+' --stats stats.json long.txt
is "a part that is too long: damaged, and on" "$(jq -c '[.records.damaged, .balanced]' stats.json)$(tail -1 out | jq -r .text)" '[1,true]behind'
exits "no part at all" 0 leat-ingest --split '\n' --stats stats.json <(printf '\n\n \n')
is "no part at all" "$(jq -c '[.records.in, .balanced]' stats.json)" '[0,true]'
head -c 200000 text.txt.gz >cut.txt.gz
exits "a cut file: whole parts, status 3" 3 leat-ingest --split '\n\n+' --stats stats.json cut.txt.gz
is "a cut file: accounts" "$(jq -c '[.truncated, .records.damaged, .balanced]' stats.json)" '[true,1,true]'
python3 want.py '\n\n+' | head -n "$(wc -l <out)" >want
python3 got.py <out >got
same "a cut file: what was before the cut" want got

# ---- in archives, pages, patterns
mkdir tree && printf 'one\n\ntwo\n' >tree/a.txt && printf '<p>x\n\n<p>y' >tree/p.html && gzip -c tree/a.txt >tree/b.txt.gz
tar -cf tree.tar -C tree a.txt p.html b.txt.gz && zip -q tree.zip tree.tar
is "texts in archives are split, pages are not" "$(leat-ingest -q --split '\n\n' tree.tar | jq -c '[.metadata.path, .metadata.part, .text]' | tr '\n' ' ')" \
    '["a.txt",0,"one"] ["a.txt",1,"two"] ["p.html",null,"x\n\ny"] ["b.txt.gz!/b.txt",0,"one"] ["b.txt.gz!/b.txt",1,"two"] '
is "texts in nested archives are split" "$(leat-ingest -q --split '\n\n' tree.zip | jq -r '[.metadata.path, .metadata.part] | join(" ")' | head -2)" \
    $'tree.tar!/a.txt 0\ntree.tar!/a.txt 1'
exits "a pattern that is wrong" 2 leat-ingest --split '(a' text.txt
says "a pattern that is wrong: where" err "wrong at byte 2"
python3 -c 'print("a" * 3000000 + "b")' >aaa.txt
exits "a pattern that blows up" 2 timeout 60 leat-ingest --split '(a+)+$' aaa.txt
says "a pattern that blows up: says so" err "too much work in aaa.txt"
exits "a separator without an end" 2 timeout 60 leat-ingest --max-record 1M --split '(?s)a.*zzz' aaa.txt

# ---- what users of other systems write: line ends of Windows; a boundary that is no text
printf 'a\r\n----\r\nb\r\n' >crlf.txt
is "a line of a text with CRLF" "$(leat-ingest -q --split '(?m)^----$' crlf.txt | jq -c .text | tr '\n' ' ')" '"a" "b" '
printf 'From a\nx\nFrom b\ny\n' >mbox
is "a boundary without text" "$(leat-ingest -q --split '(?m)^(?=From )' mbox | jq -c '[.text, .metadata.offset]' | tr '\n' ' ')" '["From a\nx",0] ["From b\ny",9] '
python3 -c '
for i in range(3000): print(f"From u{i}\nhello {i} " + "z" * (i % 5000))' >mbox
is "…of many parts" "$(leat-ingest -q --split '(?m)^(?=From )' mbox | jq -r .text | grep -c '^From ')" 3000
is "…that are as many" "$(leat-ingest -q --split '(?m)^(?=From )' mbox | wc -l)" 3000
exits "no pattern" 2 leat-ingest --split '' mbox
