# shellcheck shell=bash
# leat lm: training against an exact slow reference and what lmplz gave, scoring against the definition, and what all tools promise.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
reference() { python3 "$LEAT_ROOT/tests/cli/filter/lm_reference.py" "$@"; }
python3 "$LEAT_ROOT/tests/docs.py" 400 >docs.jsonl
jq -r .text docs.jsonl | grep '[^[:space:]]' >text

# ---- a corpus that can be reckoned by hand: a a b, a b; order 1 of it has a(a)=2 (</s>... by left neighbours)
printf 'a a b\na b\n' >tiny
leat-lm train -q --text --order 1 tiny -o tiny1.arpa
# 7 tokens: a 3, b 2, </s> 2; no discounts can be had, so .5, 1, 1.5; gamma = (1.5 + 1 + 1)/7 = .5, four words share it:
# a (3-1.5)/7 + .125, b and </s> (2-1)/7 + .125, <unk> .125
is "by hand: unigrams" "$(sed -n 's/^\(-[0-9.]*\)\t\([ab]\|<\/s>\|<unk>\)$/\2 \1/p' tiny1.arpa | sort | tr '\n' ' ')" \
    "$(python3 -c '
from math import log10
for w, p in (("</s>", 1/7 + .125), ("<unk>", .125), ("a", 1.5/7 + .125), ("b", 1/7 + .125)): print(w, f"{log10(p):.7f}".rstrip("0"), end=" ")')"

# ---- the reference
compares() { # NAME TEXT ORDER PRUNE [VOCAB]
    leat-lm train -q --text --order "$3" --prune "$4" ${5:+--vocab "$5"} "$2" -o got.arpa
    reference train "$3" "$4" .5,1,1.5 ${5:+"$5"} <"$2" >want.arpa
    check "$1" reference compare got.arpa want.arpa 2e-7
}
head -60 text >some
for order in 1 2 3 4 5 6; do compares "as the reference, order $order" some $order 0; done
compares "as the reference, two sentences" tiny 3 0
compares "as the reference, pruned" some 3 0,0,1
compares "as the reference, pruned at every order" some 4 0,1,1,2
head -40 some | tr ' ' '\n' | grep . | sort | uniq -c | awk '$1 > 1 {print $2}' >vocab
compares "as the reference, a vocabulary" some 3 0 vocab
printf 'x\n' >one
compares "as the reference, one word" one 3 0
leat-lm train -q --text --order 3 --prune 0,0,1 some -o got.arpa
check "probabilities of every context add up to 1" python3 -c 'import sys; sys.exit(not float(sys.argv[1]) < 1e-5)' "$(reference sums got.arpa)"

# ---- recorded: lmplz (KenLM 0.3.0) -o 3 --discount_fallback --prune 0 0 1 of the same text
python3 - >recorded-text <<'P'
import random
r = random.Random(7)
words = [f"w{i}" for i in range(300)]
for _ in range(3000):
    print(" ".join(words[min(int(r.paretovariate(.7)) - 1, 299)] for _ in range(r.randint(1, 20))))
P
leat-lm train -q --text --order 3 --prune 0,0,1 recorded-text -o recorded.arpa
cut -f1,2,3 "$LEAT_ROOT/tests/cli/filter/lm_lmplz.tsv" >want
check "lmplz's numbers" python3 - recorded.arpa want <<'P'
import sys
def rows(f):
    return {r[1]: [float(r[0]), float(r[2]) if len(r) > 2 and r[2] else 0] for r in (l.rstrip("\n").split("\t") for l in open(f)) if len(r) > 1}
got, want = rows(sys.argv[1]), rows(sys.argv[2])
sys.exit(not (len(want) > 140 and all(abs(a - b) < 1e-5 for g in want for a, b in zip(got[g], want[g]))))
P
is "lmplz's counts" "$(grep '^ngram' recorded.arpa | tr '\n' ' ')" "$(sed -n 's/^# //p' "$LEAT_ROOT/tests/cli/filter/lm_lmplz.tsv" | tail -1)"

# ---- memory, threads, JSONL
leat-lm train -q --text --order 4 --prune 0,0,1 recorded-text -o a.arpa
for t in 1 2 8; do
    leat-lm train -q --text --order 4 --prune 0,0,1 -t$t --memory 1M recorded-text -o b.arpa
    same "-t$t --memory 1M: the same model" a.arpa b.arpa
    leat-lm train -q --text --order 4 -t$t recorded-text -o b$t.blm
done
same "-t8: the same .blm" b1.blm b8.blm
jq -Rc '{id: "x", text: .}' recorded-text | leat-lm train -q --order 4 --prune 0,0,1 -o b.arpa
same "JSONL: the same model" a.arpa b.arpa
jq -Rsc '{id: "x", text: .}' recorded-text | leat-lm train -q --order 4 --prune 0,0,1 -o b.arpa
same "one document of many lines: the same model" a.arpa b.arpa
leat-lm train -q --text --order 4 --prune 0,0,1 recorded-text >b.arpa
same "to standard output" a.arpa b.arpa
leat-lm train -q --text --order 4 --prune 0,0,1 recorded-text -o b.arpa.zst && zstd -dcq b.arpa.zst >b.arpa
same "compressed" a.arpa b.arpa
exits "memory too small for the vocabulary" 2 leat-lm train --text --memory 1M -o c.arpa <(seq 100000)
says "… names the mend" err -- "--vocab"
check "… and leaves nothing" [ ! -e c.arpa -a ! -e c.arpa.tmp ]

# ---- scoring
{ head -50 recorded-text; printf 'w1 w2 unseen w1\nw0\n</s> w1 <unk>\n'; } >questions
leat-lm score -q -m a.arpa --text --tokens questions | awk -F'\t' -v OFS='\t' '{ $2 = sprintf("%.6f", $2); print }' >got
reference score a.arpa <questions >want
check "scores are what backing off defines" python3 - got want <<'P'
import sys
a, b = ([l.rstrip("\n").split("\t") for l in open(f)] for f in sys.argv[1:])
sys.exit(not (len(a) == len(b) > 400 and all(x[0] == y[0] and x[2:] == y[2:] and abs(float(x[1]) - float(y[1])) < 2e-5 for x, y in zip(a, b))))
P
exits "convert" 0 leat-lm convert a.arpa -o a.blm
leat-lm score -q -m a.arpa --text --tokens questions >want
leat-lm score -q -m a.blm --text --tokens questions >got
same ".blm and ARPA give the same" want got
zstd -q a.arpa -o z.arpa.zst
leat-lm score -q -m z.arpa.zst --text --tokens questions >got
same "a compressed ARPA file" want got
leat-lm score -q -m "$LEAT_ROOT/tests/cli/filter/lm_holes.arpa" --text --tokens <<<"a b c d a c b d d" | cut -f1-3 >got
same "an ARPA file with holes: as KenLM" "$LEAT_ROOT/tests/cli/filter/lm_holes.tsv" got

printf 'w1 w2\n\n  \nw3\n\v\n\n' >gaps
leat-lm score -q -m a.arpa --text gaps >got
is "a line for each line, blank ones too" "$(cut -f2- got | sed 's/^[0-9][0-9.]*/P/' | tr '\t\n' ' |')" \
    "P 2 0|nan 0 0|nan 0 0|P 1 0|nan 0 0|nan 0 0|"
is "nothing but blank lines" "$(printf '\n\n' | leat-lm score -q -m a.arpa --text | wc -l)" 2
leat-lm score -q -m a.arpa --text --stats s.json gaps >/dev/null
is "blank lines are no records" "$(jq -c '[.records.in, .balanced]' s.json)" '[3,true]'
is "--limit counts lines" "$(leat-lm score -q -m a.arpa --text --limit 4 gaps | wc -l)" 4
python3 -c 'print("w1"); print("w2 " * 1000000); print("w3"); print("w4 " * 99); print("w5")' >long
leat-lm score -q -m a.arpa --text --max-record 100 long >got 2>/dev/null
is "a line for each line that is too long" "$(cut -f3 got | paste -sd,)" 1,0,1,0,1

leat-lm train -q --order 3 docs.jsonl -o d.blm
exits "documents" 0 leat-lm score -m d.blm --tiers 100,200 --stats s.json docs.jsonl
cp out scored
is "every document has its perplexity" "$(jq -c 'select(.metadata.perplexity > 1 and .metadata.perplexity_oov == 0) | .id' scored | wc -l)" 400
is "tiers follow the perplexity" "$(jq -c 'select((.metadata.tier) != (if .metadata.perplexity <= 100 then "basic" elif .metadata.perplexity <= 200 then "advanced" else "expert" end))' scored | wc -l)" 0
is "the ledger balances" "$(jq .balanced s.json)" true
check "perplexity is 10^(-log10 p / tokens)" python3 - <<'P'
import json, subprocess, sys
d = json.loads(open("scored").readline())
lines = [l for l in d["text"].split("\n") if l.split()]
out = subprocess.run(["leat-lm", "score", "-q", "-m", "d.blm", "--text"], input="\n".join(lines), capture_output=True, text=True, check=True).stdout
rows = [[float(x) for x in l.split("\t")] for l in out.splitlines()]
p = 10 ** (-sum(r[0] for r in rows) / (sum(r[2] for r in rows) + len(rows)))
sys.exit(not (len(rows) == len(lines) and abs(p / d["metadata"]["perplexity"] - 1) < 1e-6))
P
for t in 1 8; do
    leat-lm score -q -m d.blm --tiers 100,200 -t$t docs.jsonl >got
    same "score -t$t" scored got
done
leat-lm tiers -q -m d.blm docs.jsonl >cuts
check "tiers part the documents in thirds" python3 - <<'P'
import json, sys
a, b = map(float, open("cuts").read().split(","))
p = [json.loads(l)["metadata"]["perplexity"] for l in open("scored")]
sys.exit(not (125 <= sum(x <= a for x in p) <= 142 and 258 <= sum(x <= b for x in p) <= 275))
P
leat-lm tiers -q -t8 -m d.blm docs.jsonl >got
same "tiers -t8" cuts got
cut=$(cut -d, -f1 cuts)
leat-lm score -q -m d.blm --max-perplexity "$cut" --rejects rejects docs.jsonl >kept
is "--max-perplexity" "$(wc -l <kept)" "$(jq -c "select(.metadata.perplexity <= $cut)" scored | wc -l)"
is "--rejects" "$(jq -r .metadata.drop.rule rejects | sort | uniq -c | tr -s ' ')" " $((400 - $(wc -l <kept))) perplexity"
leat-lm score -q -m d.blm --attributes att docs.jsonl >got
same "--attributes leaves the documents" docs.jsonl got
is "--attributes" "$(jq '.attributes.lm__perplexity[0][2]' att | head -1)" "$(jq .metadata.perplexity scored | head -1)"
printf '{"id":"e","text":" \\n"}\n' | leat-lm score -q -m d.blm --tiers 1,2 >got
is "a document without words" "$(jq -c .metadata got)" '{"perplexity":null,"perplexity_oov":null}'
exits "info" 0 leat-lm info --json d.blm
is "info: order" "$(jq -c '[.format, .order, .normalize]' out)" '["blm",3,"none"]'

# ---- normalisation
printf 'Ünder “Ärger” 12\t3 – Ｅnd…\n' >odd
leat-lm train -q --text --order 1 --normalize ccnet odd -o odd.blm
is "ccnet's normal form" "$(leat-lm score -q -m odd.blm --text --tokens odd | cut -f1 | paste -sd' ')" 'under "arger" 000 - ｅnd... </s>'
exits "another normal form than the model's" 2 leat-lm score -m odd.blm --normalize lower --text odd
leat-lm train -q --text --order 2 --normalize lower,digits odd -o odd.arpa
is "an ARPA file says its normal form, in a comment" "$(head -1 odd.arpa)" "# leat-lm normalize=lower,digits"
is "… and is read with it" "$(leat-lm score -q -m odd.arpa --text --tokens odd | cut -f1 | paste -sd' ')" 'ünder “ärger” 00 0 – ｅnd… </s>'
leat-lm score -q -m odd.arpa --text odd >want
leat-lm score -q -m odd.arpa --normalize digits,lower --text odd >got
same "… which may be named" want got
exits "another than the ARPA file's" 2 leat-lm score -m odd.arpa --normalize ccnet --text odd
says "… says so" err "another --normalize"
leat-lm convert -q odd.arpa -o odd2.blm
is "… converted" "$(leat-lm info --json odd2.blm | jq -r .normalize)" lower,digits
{ printf '# by hand\n\n#\n' && sed 1d odd.arpa; } >foreign.arpa
is "another program's comments are passed over" "$(leat-lm info --json foreign.arpa | jq -r .normalize)" none
is "… and it takes the option" "$(leat-lm score -q -m foreign.arpa --normalize lower,digits --text odd)" "$(cat want)"
sed '1s/=.*/=lower,shout/' odd.arpa >bad.arpa
exits "a normal form that is not known" 3 leat-lm info bad.arpa
says "… with its place" err "bad.arpa:1"
printf '{"id":"1","text":"Ünder 99"}\n' >one.jsonl
leat-lm score -q -m odd.arpa one.jsonl | jq .metadata.perplexity >want
leat-filter -q --lm odd.arpa --set max_perplexity=1e9 --annotate one.jsonl >got
is "leat filter --lm FILE.arpa uses it" "$(jq .metadata.filter_perplexity got)" "$(cat want)"
exits "an unknown name" 2 leat-lm score -m odd.blm --normalize upper --text odd
says "… names those that there are" err ccnet

# ---- mistakes and damage
exits "no verb" 2 leat-lm
exits "no model" 2 leat-lm score docs.jsonl
exits "a missing model" 1 leat-lm score -m none.blm docs.jsonl
exits "no words" 3 leat-lm train --text /dev/null -o x.arpa
check "no words: no file" [ ! -e x.arpa ]
for bad in 1 0,1,0 0,a 0,0,0,0,0,0,0; do exits "--prune $bad" 2 leat-lm train --prune $bad --text tiny; done
exits "--tiers backwards" 2 leat-lm score -m d.blm --tiers 3,2 docs.jsonl
exits "convert to nothing" 2 leat-lm convert a.arpa
size=$(stat -c %s a.blm)
for n in 0 7 100 255 256 $((size / 2)) $((size - 1)); do
    head -c "$n" a.blm >cut.blm
    exits "a .blm cut at $n" 3 leat-lm info cut.blm
done
cp a.blm bad.blm && printf X | dd of=bad.blm bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
exits "a .blm with another byte" 3 leat-lm info bad.blm
says "… says so" err damaged
cp a.blm bad.blm && printf X | dd of=bad.blm bs=1 seek=20 conv=notrunc 2>/dev/null
exits "a .blm with another header" 3 leat-lm info bad.blm
n=$(wc -l <a.arpa)
for lines in 0 1 3 10 $((n / 2)) $((n - 1)); do
    head -n "$lines" a.arpa >cut.arpa
    exits "an ARPA file of its first $lines lines" 3 leat-lm info cut.arpa
done
head -c 1000 z.arpa.zst >cut.arpa.zst
exits "a cut compressed ARPA file" 3 leat-lm info cut.arpa.zst
bad_arpa() { # NAME SED
    sed "$2" tiny1.arpa >bad.arpa
    exits "ARPA: $1" 3 leat-lm info bad.arpa
    says "ARPA: $1: the place" err "bad.arpa"
}
bad_arpa "a count too high" 's/ngram 1=5/ngram 1=6/'
bad_arpa "a count too low" 's/ngram 1=5/ngram 1=4/'
bad_arpa "not a number" 's/^-[0-9.]*\ta$/-1.2.3\ta/'
bad_arpa "a positive number" 's/^-[0-9.]*\ta$/1\ta/'
bad_arpa "a word twice" 's/\tb$/\ta/'
bad_arpa "an order too high" 's/ngram 1=5/ngram 1=5\nngram 2=0\nngram 3=0\nngram 4=0\nngram 5=0\nngram 6=0\nngram 7=0/'
bad_arpa "a huge count" 's/ngram 1=5/ngram 1=18446744073709551615/'
exits "/dev/full" 1 leat-lm train --text tiny -o /dev/full
leat-lm train -q --text tiny >/dev/full 2>/dev/null
is "standard output on /dev/full" $? 1
exits "a missing --tmp" 1 leat-lm train --text tiny --tmp no/such/dir -o x.arpa
says "… names --tmp" err -- --tmp
(
    ulimit -f 64
    leat-lm train -q --text recorded-text -o limited.arpa 2>err
)
is "no room for temporary files: exit 1" $? 1
check "… and nothing left" [ ! -e limited.arpa -a ! -e limited.arpa.tmp ]
mkdir tmp
{
    leat-lm train -q --text --tmp tmp <(cat recorded-text; sleep 30) -o never.arpa &
    sleep 1
    kill -9 $!
    wait $!
} 2>/dev/null
check "kill -9 leaves no half file, no temporary one" [ ! -e never.arpa -a -z "$(ls tmp)" ]
zstd -q docs.jsonl -o cut.jsonl.zst && truncate -s -60 cut.jsonl.zst
exits "an input that ends early" 3 leat-lm train cut.jsonl.zst -o cut.arpa2
check "… leaves a .partial" [ ! -e cut.arpa2 -a -e cut.arpa2.partial ]

echo '{"id":"1","text":""}' >wordless.jsonl
exits "tiers of no words" 3 leat-lm tiers -m a.arpa wordless.jsonl
says "says so" err "no document has words"

# ---- words of every length, and counts beyond the small ones
python3 - >lengths <<'P2'
import random
r = random.Random(3)
words = ["x" * n + c for n in range(40) for c in "abc"]
for _ in range(4000):
    print(" ".join(r.choice(words) for _ in range(r.randint(0, 9))))
P2
head -100 lengths >some-lengths
compares "as the reference, long words" some-lengths 3 0
leat-lm train -q --text --order 3 lengths -o l1.arpa
jq -Rc '{id: "x", text: .}' lengths | leat-lm train -q --order 3 --memory 1M -t3 -o l3.arpa
same "long words: the same model" l1.arpa l3.arpa
leat-lm train -q --text --order 2 --discount-fallback 0,0,0 tiny -o zero.arpa
is "no discounts: log10 of 0 is -99" "$(grep -c -e '-99$' zero.arpa)" 3
exits "… which can be read" 0 leat-lm info zero.arpa
