# shellcheck shell=bash
# leat filter --pii: masks, drops, annotations, the accounts; precision and recall on presidio's labelled texts.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
cat >docs.jsonl <<'J'
{"id":"a","text":"Write to joe@example.org or ring (212) 555-0123.","source":"s"}
{"id":"b",  "text":"nothing é here, version 1.2.3.4", "source":"s"}
{"id":"c","text":"é from 8.8.8.8 by ann@example.com and bob@example.com","metadata":{"k":1}}
J
exits "masks" 0 leat-filter --pii all --stats s.json docs.jsonl
cp out masked
is "e-mail and phone" "$(jq -r 'select(.id=="a").text' masked)" "Write to [EMAIL] or ring [PHONE]."
is "IP" "$(jq -r 'select(.id=="c").text' masked)" "é from [IP] by [EMAIL] and [EMAIL]"
is "a document without any keeps its bytes" "$(sed -n 2p masked)" "$(sed -n 2p docs.jsonl)"
is "the accounts balance" "$(jq .balanced s.json)" true
is "what went away, by kind" "$(jq -c '.text.removed | map_values([.records, .text_bytes])' s.json)" \
    '{"pii_email":[2,45],"pii_ip":[1,7],"pii_phone":[1,14]}'
is "what came instead" "$(jq .text.added s.json)" 32
is "how many" "$(jq -c .extra s.json)" '{"pii_email":3,"pii_ip":1,"pii_phone":1}'
leat-filter -q --pii ip docs.jsonl >a
is "only the kinds asked for" "$(jq -r 'select(.id=="c").text' a)" "é from [IP] by ann@example.com and bob@example.com"
is "a document with none of these kinds keeps its bytes" "$(head -1 a)" "$(head -1 docs.jsonl)"
leat-filter -q --pii email --pii-placeholder 'email=<E "x">' docs.jsonl >a
is "own placeholder" "$(jq -r 'select(.id=="a").text' a)" 'Write to <E "x"> or ring (212) 555-0123.'

exits "drops" 0 leat-filter --pii email --pii-action drop --rejects r --stats s.json docs.jsonl
is "drop: what stays" "$(cat out)" "$(sed -n 2p docs.jsonl)"
is "drop: the reason" "$(jq -c .metadata.drop r | tail -1)" \
    '{"stage":"filter","rule":"pii","value":[[18,33,"email","email"],[38,53,"email","email"]]}'
is "drop: the rejects' text is unchanged" "$(jq -c .text r)" "$(jq -c 'select(.id!="b").text' docs.jsonl)"
is "drop: the accounts balance" "$(jq .balanced s.json)" true
leat-filter -q --pii all --pii-action annotate docs.jsonl >a
is "annotate: places in characters" "$(jq -c '.metadata.pii // 0' a)" \
    "$(printf '[[9,24,"email","email"],[33,47,"phone","north_america"]]\n0\n[[7,14,"ip","ipv4"],[18,33,"email","email"],[38,53,"email","email"]]')"
is "annotate: text unchanged" "$(jq -c .text a)" "$(jq -c .text docs.jsonl)"
leat-filter -q --pii email --attributes at docs.jsonl >a
same "attributes: documents unchanged" docs.jsonl a
is "attributes: dolma's spans" "$(jq -c .attributes at)" \
    "$(printf '{"filter__pii_email":[[9,24,1]]}\n{"filter__pii_email":[]}\n{"filter__pii_email":[[18,33,1],[38,53,1]]}')"
leat-filter -q --pii email --explain a docs.jsonl >told
says "--explain" told 'screen: {"filter__pii_email":[[9,24,1]]}'
leat-filter -q --set gopher_short_doc=1 --pii email --annotate docs.jsonl >a
is "--annotate drops and masks nothing" "$(jq -c '[.text, .metadata.filter_words > 0, (.metadata.pii|length)]' a | head -1)" \
    '["Write to joe@example.org or ring (212) 555-0123.",true,1]'
leat-filter -q --pii all --pii-style fineweb docs.jsonl >a
is "fineweb's replacements" "$(jq -r 'select(.id=="c").text' a)" "é from 22.214.171.124 by email@example.com and firstname.lastname@example.org"
is "fineweb leaves phones" "$(jq -r 'select(.id=="a").text' a)" "Write to email@example.com or ring (212) 555-0123."

# after rules that edit: the edited text is looked at, and a drop leaves the document as it came
python3 - >pages.jsonl <<'PY'
import json
line = "This is a sentence of a page that has %s words in it.\n"
for i, extra in enumerate(["many", "joe@example.org among its"]):
    print(json.dumps({"id": str(i), "text": line % extra + "no end\n" + line % "some" * 6}))
PY
leat-filter -q --preset c4 --pii email --stats s.json pages.jsonl >a
is "C4's edits and masks together" "$(jq -r .text a | grep -c 'no end')$(jq -r .text a | grep -c '\[EMAIL\]')" 01
is "and the accounts balance" "$(jq -c '[.balanced, (.text.removed | has("pii_email"))]' s.json)" '[true,true]'
leat-filter -q --preset c4 --pii email --pii-action drop --rejects r --stats s.json pages.jsonl >a
is "a dropped page is the page that came" "$(jq -c .text r)" "$(sed -n 2p pages.jsonl | jq -c .text)"
is "and the accounts balance still" "$(jq -c '[.balanced, .records.dropped.pii.records]' s.json)" '[true,1]'

# the same for any -t and any CPU
python3 - "$LEAT_ROOT/tests/unit/filter/pii_fineweb.tsv" >many.jsonl <<'PY'
import json, sys
for i, line in enumerate(open(sys.argv[1])):
    print(json.dumps({"id": str(i), "text": line.split("\t")[0] * (1 + i % 40)}))
PY
leat-filter -q -t1 --pii all many.jsonl >one
leat-filter -q -t8 --pii all many.jsonl >eight
same "-t1 and -t8" one eight
LEAT_SIMD=plain leat-filter -q --pii all many.jsonl >narrow
same "LEAT_SIMD=plain" one narrow

exits "no such kind" 2 leat-filter --pii email,mail docs.jsonl
says "it is named" err mail
exits "a placeholder without =" 2 leat-filter --pii email --pii-placeholder email docs.jsonl
for o in action=drop style=fineweb placeholder=email=x; do
    exits "--pii-${o%%=*} without --pii" 2 leat-filter --preset c4 "--pii-$o" docs.jsonl
    says "says what it needs" err "--pii-${o%%=*} needs --pii KIND[,KIND…]"
done
exits "a placeholder where nothing is masked" 2 leat-filter --pii email --pii-action drop --pii-placeholder email=x docs.jsonl
says "says what it needs" err "--pii-placeholder needs --pii-action mask"
exits "fineweb knows no cards" 2 leat-filter --pii card --pii-style fineweb docs.jsonl
exits "a placeholder that is no UTF-8" 2 leat-filter --pii email --pii-placeholder $'email=\xff' docs.jsonl
leat-filter -q --pii all docs.jsonl >/dev/full 2>err
is "/dev/full" $? 1

if [ ! -e "$LEAT_DATA/pii-presidio.tar.zst" ]; then
    skip "precision and recall" "no pii-presidio in \$LEAT_DATA"
    exit 0
fi
"$LEAT_DATA/unpack" -d data pii-presidio
python3 "$LEAT_ROOT/tests/bench/pii_score.py" docs data/pii-presidio/synth_dataset_v2.json >presidio.jsonl
leat-filter -q --pii all --pii-action annotate presidio.jsonl >found.jsonl
python3 "$LEAT_ROOT/tests/bench/pii_score.py" score data/pii-presidio/synth_dataset_v2.json found.jsonl >scores
sed 's/^/# /' scores
# shellcheck disable=SC2016
for kind in email card iban ip; do
    check "presidio: $kind: precision and recall ≥ .98" awk -v k=$kind '$1 == k { ok = $3 >= .98 && $4 >= .98 } END { exit !ok }' scores
done
# shellcheck disable=SC2016
for kind in phone id; do
    check "presidio: $kind: precision and recall ≥ .9" awk -v k=$kind '$1 == k { ok = $3 >= .9 && $4 >= .9 } END { exit !ok }' scores
done
