# shellcheck shell=bash
# leat classify train, score, eval: against a slow reference, and by what must hold.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
reference=$LEAT_ROOT/tests/cli/filter/classify_reference.py
cat >make.py <<'PY'
import json, random, sys
random.seed(int(sys.argv[2]))
classes = ["räum", "beta", "水"] if sys.argv[3] == "3" else ["bad", "good"]
own = {c: [f"{c}{i}" for i in range(20)] + ["Große", "x-y", "don't", "1.5", "水火"][: 2 + len(c)] for c in classes}
common = ["the", "of", "And", "Ünder", "и", "—", "(so)", "\n", "\n\n \n", "…", "น้ำ", "3", "_", "\t"]
for i in range(int(sys.argv[1])):
    c = random.choices(classes, [5, 2, 1][: len(classes)])[0]
    n = random.choice([0, 1, 3, 30, 80])
    text = " ".join(random.choice(own[c] if random.random() < .25 else random.choice([common, own[random.choice(classes)]])) for _ in range(n))
    print(json.dumps({"id": f"d{i}", "text": text, "source": c, "metadata": {"label": c, "site": f"s{random.randrange(40)}"}}, ensure_ascii=False))
PY
python3 make.py 300 1 2 >two.jsonl
python3 make.py 300 2 3 >three.jsonl
train() { leat-classify train -q --label-key metadata.label "$@"; }

train two.jsonl -o two.lcl
check "weights are the reference's: two classes" python3 "$reference" train two.jsonl two.lcl
train three.jsonl -o three.lcl --weights balanced --l2 0.001 --rate 0.5
check "weights are the reference's: three classes, balanced, l2" python3 "$reference" train three.jsonl three.lcl 22 2 "" 5 0.5 0.001 1
train three.jsonl -o chars.lcl --chars 2-4 --words 3 --bits 14 --passes 2
check "weights are the reference's: characters, triples, few bits" python3 "$reference" train three.jsonl chars.lcl 14 3 2-4 2
# ASCII is read 64 bytes at a time: words and runs of newlines that lie across, wide characters between
python3 - >edges.jsonl <<'PY'
import json, random
random.seed(7)
pieces = ["a", "Bc", "word", "longerword", "x" * 63, "y" * 64, "Z" * 130, "\n", "\n\n \n", " ", "  ", "\t", "\x7f", ".", "--", "é", "Große", "水火", "3", "1.5", "don't", "—", "_"]
for i in range(200):
    text = "".join(random.choice(pieces) + random.choice([" ", "", "", "\n"]) for _ in range(random.choice([0, 5, 40, 200])))
    print(json.dumps({"id": str(i), "text": text, "metadata": {"label": random.choice("gb")}}))
PY
train edges.jsonl -o edges.lcl --chars 2-4 --words 3
check "weights are the reference's: words across blocks" python3 "$reference" train edges.jsonl edges.lcl 22 3 2-4
for t in 2 8; do
    train -t$t two.jsonl -o t$t.lcl
    same "train -t$t = -t1" two.lcl t$t.lcl
done
train --seed 1 two.jsonl -o seed.lcl
check "another seed, another shuffle" [ "$(cmp -s two.lcl seed.lcl && echo same)" = "" ]
jq -r '[.id, .metadata.label] | @tsv' two.jsonl >labels.tsv
leat-classify train -q --labels labels.tsv two.jsonl -o file.lcl
same "--labels = --label-key" two.lcl file.lcl
leat-classify train -q --label-key source two.jsonl -o source.lcl
same "--label-key source" two.lcl source.lcl
echo no-tab-here >bad.tsv
exits "--labels without a tab" 3 leat-classify train --labels bad.tsv two.jsonl -o x.lcl
says "names the line" err "line 1"

# features beyond --memory lie in a file, and come back
for i in 1 2 3 4 5 6; do python3 make.py 4000 $i 2 | sed "s/\"id\": \"/&$i-/"; done >large.jsonl
leat-classify train -q -t1 --memory 1M --label-key label large.jsonl -o spill1.lcl
leat-classify train -q -t8 --memory 1M --label-key label large.jsonl -o spill8.lcl
same "beyond --memory: -t8 = -t1" spill1.lcl spill8.lcl
leat-classify train -q --label-key label large.jsonl -o within.lcl
python3 make.py 500 99 2 >other.jsonl
for m in spill1 within; do leat-classify eval -q --json -m $m.lcl --label-key label other.jsonl | jq .auc; done >areas
check "beyond --memory: it has learned as much" jq -se '.[0] > .75 and (.[0] - .[1] | . < .01 and . > -.01)' areas
(
    ulimit -f 600
    leat-classify train -q --memory 1M --label-key label large.jsonl -o full.lcl 2>err
    echo $? >status
)
is "a full disk for the features: 1" "$(cat status)" 1
says "names the directory and the mend" err "--tmp names another place"
check "a full disk: no model" [ ! -e full.lcl -a ! -e full.lcl.tmp ]
leat-classify train -q --label-key label two.jsonl -o /dev/full 2>err
is "a full disk for the model" $? 1

leat-classify train --balance 2 --label-key label three.jsonl -o balanced.lcl 2>err
says "--balance says how many are left out" err "are left out of training"
cat >count.py <<'PY'
import json, collections, struct, sys
c = sorted(collections.Counter(json.loads(l)["metadata"]["label"] for l in open("three.jsonl")).values())
cap = int(float(sys.argv[1]) * c[0])
cap -= cap == float(sys.argv[1]) * c[0]
print(sum(min(n, cap) for n in c), struct.unpack_from("<Q", open(sys.argv[2], "rb").read(), 40)[0])
PY
python3 count.py 2 balanced.lcl >got
is "--balance: the largest is less than twice the smallest" "$(cut -d' ' -f2 got)" "$(cut -d' ' -f1 got)"
exits "--balance 1" 2 leat-classify train --balance 1 --label-key label three.jsonl -o x.lcl
says "says what it takes" err "more than 1"

for name in two three; do
    leat-classify eval -q --json --label-key label --folds 5 --group-key site --predictions p.tsv $name.jsonl >report.json
    check "eval by the definitions: $name" python3 "$reference" eval p.tsv report.json
    is "eval: every document once: $name" "$(tail -n +2 p.tsv | cut -f1 | sort -un | wc -l)" 300
    paste <(tail -n +2 p.tsv | sort -n | cut -f2) <(jq -r .metadata.site $name.jsonl) | sort -u >folds
    is "eval: a group is in one fold: $name" "$(wc -l <folds)" "$(cut -f2 folds | sort -u | wc -l)"
    is "eval: five folds: $name" "$(cut -f1 folds | sort -u | wc -l)" 5
done
exits "eval: a group that no document has" 2 leat-classify eval -q --label-key label --folds 5 --group-key sight two.jsonl
says "names it" err "--group-key sight: no document has it"
leat-classify eval -q -t1 --label-key label --folds 4 two.jsonl >e1
leat-classify eval -q -t8 --label-key label --folds 4 two.jsonl >e8
same "eval -t8 = -t1" e1 e8
says "the report has AUC" e1 AUC
# a model that has seen the fold would do better: the folds' models have not
python3 - >noise.jsonl <<'PY'
import json, random
random.seed(5)
for i in range(400): print(json.dumps({"id": i, "text": f"unique{i} word{random.randrange(50)} other{random.randrange(50)}", "metadata": {"label": random.choice("ab")}}))
PY
leat-classify eval -q --json --label-key label --folds 5 noise.jsonl >report.json
check "eval of labels by lot: near one half" jq -e '.auc > .38 and .auc < .62' report.json
leat-classify train -q --label-key label --passes 20 noise.jsonl -o noise.lcl
leat-classify eval -q --json --label-key label -m noise.lcl noise.jsonl >report.json
check "while the model that saw them knows them" jq -e '.auc > .99' report.json

leat-classify score -q -t1 -m three.lcl three.jsonl >s1
for t in 2 8; do
    leat-classify score -q -t$t -m three.lcl three.jsonl >s$t
    same "score -t$t = -t1" s1 s$t
done
for simd in plain avx2; do
    LEAT_SIMD=$simd leat-classify score -q -m three.lcl three.jsonl >s$simd
    same "score, $simd" s1 s$simd
done
check "score: text and ids stay" cmp -s <(jq -c 'del(.metadata.classify, .metadata.classify_score)' s1) <(jq -c . three.jsonl)
check "score: better than the largest class, 186" [ "$(jq -c 'select(.metadata.classify == .metadata.label)' s1 | wc -l)" -gt 215 ]
leat-classify score -q --all --key q -m three.lcl three.jsonl >all
check "score --all: they sum to 1, and the label's is the largest" jq -se \
    'all(.[].metadata; (.q_scores | add | . > .99999 and . < 1.00001) and .q_score == ([.q_scores[]] | max) and .q_scores[.q] == .q_score)' all
exits "score --min-score" 0 leat-classify score -m two.lcl --of good --min-score 0.5 --rejects r.jsonl --stats stats.json two.jsonl
check "score --min-score: what stays" jq -se 'all(.metadata.classify_score >= .5)' out
check "score --min-score: what goes" jq -se 'length > 50 and all(.metadata.drop | .rule == "score" and .value < .5)' r.jsonl
is "score --min-score: all are there" "$(cat out r.jsonl | wc -l)" 300
is "score: balanced" "$(jq .balanced stats.json)" true
leat-classify score -q -m two.lcl --of good --attributes a.jsonl two.jsonl >kept
same "score --attributes: documents unchanged" two.jsonl kept
is "score --attributes: dolma's layout" "$(jq -c '.attributes | map_values(.[0][:2])' a.jsonl | head -1)" \
    "{\"classify__good\":[0,$(head -1 two.jsonl | jq '.text | length')]}"

exits "score --attributes --min-score" 0 leat-classify score -m two.lcl --of good --min-score 0.5 --keep-labels good --attributes a.jsonl --rejects r.jsonl two.jsonl
is "score --attributes: a line for every document, dropped or not" "$(jq -r .id a.jsonl)" "$(jq -r .id two.jsonl)"
is "score --attributes --min-score: what goes has its score there" "$(jq -c '[.id, .metadata.drop.rule]' r.jsonl | sort)" \
    "$(jq -c 'select(.attributes.classify__good[0][2] < .5) | [.id, "label"]' a.jsonl | sort)"
is "score --attributes --min-score: all are there" "$(cat out r.jsonl | wc -l)" 300

head -c 3000 two.jsonl >short && printf '{"id":"n","text":"no label"}\n{"id":"o","text":"x","metadata":{"label":[1]}}\n{"id":"p","text":"x","metadata":{"label":null}}\n' >none.jsonl
exits "documents without a label" 0 leat-classify train --label-key label --stats stats.json two.jsonl none.jsonl -o part.lcl
is "are passed over and counted" "$(jq -c '.records.skipped["no-label"].records' stats.json)" 3
same "and teach nothing" two.lcl part.lcl
exits "a wrong --label-key" 2 leat-classify train --label-key nothing two.jsonl -o x.lcl
says "names the key" err "--label-key nothing"
says "and the mend" err "name a key of metadata"
exits "a wrong --label-key, eval" 2 leat-classify eval --label-key nothing --folds 3 two.jsonl
exits "a wrong --label-key, eval -m" 2 leat-classify eval --label-key nothing -m two.lcl two.jsonl
exits "labels that the model does not know" 2 leat-classify eval --label-key site -m two.lcl two.jsonl
says "names one that it knows" err "two.lcl knows, such as \"bad\""
echo "nobody	good" >nobody.tsv
exits "--labels with none of the ids" 2 leat-classify train --labels nobody.tsv two.jsonl -o x.lcl
says "names the file" err "--labels nobody.tsv"
exits "no documents" 3 leat-classify train --label-key label /dev/null -o x.lcl
exits "one class" 3 leat-classify train --label-key label <(grep '"good"' two.jsonl) -o x.lcl
says "says what is missing" err "two classes"
for args in "train two.jsonl -o x.lcl" "train --label-key label two.jsonl" "train --label-key label --folds 3 two.jsonl -o x.lcl" "score two.jsonl" \
    "eval --label-key label two.jsonl" "eval --label-key label --folds 1 two.jsonl" "train --label-key label --chars 9 two.jsonl -o x.lcl" \
    "train --label-key label --rejects r two.jsonl -o x.lcl" "nothing two.jsonl"; do
    # shellcheck disable=SC2086
    exits "usage: $args" 2 leat-classify $args
done
zstd -q large.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 leat-classify train --label-key label cut.zst -o cut.lcl
check "truncated input: no model" [ ! -e cut.lcl ]
leat-classify train -q --label-key label <(cat two.jsonl; sleep 30) -o killed.lcl &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
check "kill -9: no model" [ ! -e killed.lcl ]
leat-classify score -q -m two.lcl two.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
leat-classify score -q -m two.lcl large.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141
: >empty
exits "score of nothing" 0 leat-classify score -m two.lcl empty
cat >damage.py <<'PY'
import random, subprocess, sys
data, bad = open("chars.lcl", "rb").read(), 0
random.seed(1)
def run(d):
    global bad
    open("d.lcl", "wb").write(d)
    r = subprocess.run(["leat-classify", "score", "-q", "-m", "d.lcl", "two.jsonl"], capture_output=True, text=True)
    if r.returncode != 3 or "d.lcl" not in r.stderr: bad += 1; print("#", r.returncode, r.stderr[:100])
for n in [0, 7, 8, 60, 72, len(data) // 2, len(data) - 1]: run(data[:n])
for at in list(range(8, 64, 3)) + [random.randrange(len(data)) for _ in range(20)]: run(data[:at] + bytes([data[at] ^ 32]) + data[at + 1:])
run(data + b"\0")
sys.exit(bad)
PY
check "a damaged model is refused" python3 damage.py
