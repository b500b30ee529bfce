# shellcheck shell=bash
# leat filter --decontaminate: drop, remove, annotate; --word-list; the accounts; items planted in real pages.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
cat >eval.jsonl <<'J'
{"id":"q1","question":"If one train leaves at noon and another at one, when do both of them meet again?","answer":"At three."}
{"task_id":"t/2","prompt":"short one"}
J
python3 - >docs.jsonl <<'PY'
import json
q = "IF one train  leaves at noon; and another at one, when do both of them meet again"
pad = "Some words that stand here to make the page longer than it was. " * 9
for i, t in enumerate(["nothing of it", pad + q + "? " + pad, q, "if one train leaves at noon and another", pad]):
    print(json.dumps({"id": str(i), "text": t}))
PY
exits "drops" 0 leat-filter --decontaminate eval.jsonl --rejects r --stats s.json docs.jsonl
is "what stays" "$(jq -c .id out | tr -d '\n')" '"0""3""4"'
same "what stays keeps its bytes" <(sed -n '1p;4p;5p' docs.jsonl) out
says "items too short are told" err "2 items, of which 1 are too short"
is "which, and how much" "$(jq -c '.metadata.drop.value' r | tail -1)" \
    '{"ngrams":5,"document_share":1,"matched_items":1,"items":[{"file":"eval.jsonl","line":1,"id":"q1","ngrams":5,"item_share":0.8947368421052632,"ngram":"IF one train  leaves at noon; and another at one, when do both"}]}'
is "the rule" "$(jq -r .metadata.drop.rule r | sort -u)" contaminated
is "by file" "$(jq -c .extra s.json)" '{"contaminated:eval.jsonl":2}'
leat-filter -q --decontaminate eval.jsonl --decontaminate-ngram 8 docs.jsonl >a
is "8 words" "$(wc -l <a)" 2
leat-filter -q --decontaminate eval.jsonl --decontaminate-ngram exact-8 docs.jsonl >a
is "exact: only what stands there in the same case, with the same marks" "$(wc -l <a)" 3
leat-filter -q --decontaminate eval.jsonl --decontaminate-ngram exact-12 docs.jsonl >a
is "exact: more words" "$(wc -l <a)" 5
leat-filter -q --decontaminate eval.jsonl --decontaminate-ngram chars-30 docs.jsonl >a
is "characters" "$(wc -l <a)" 2
leat-filter -q --decontaminate eval.jsonl --decontaminate-min 6 docs.jsonl >a
is "--decontaminate-min" "$(wc -l <a)" 5
leat-filter -q --decontaminate eval.jsonl --decontaminate-share .95 docs.jsonl >a
is "--decontaminate-share" "$(wc -l <a)" 5
leat-filter -q --decontaminate eval.jsonl --decontaminate-key answer --decontaminate-ngram 2 docs.jsonl >a
is "--decontaminate-key" "$(wc -l <a)" 5
leat-filter -q --decontaminate eval.jsonl --decontaminate-action annotate docs.jsonl >a
is "annotate" "$(jq -c '.metadata.contamination.ngrams // 0' a | tr '\n' ' ')" "0 5 5 0 0 "
exits "removes" 0 leat-filter --decontaminate eval.jsonl --decontaminate-action remove --stats s.json --rejects r docs.jsonl
is "remove: nothing left: dropped" "$(jq -r .id r)" 2
is "remove: the window goes too" "$(jq -r 'select(.id=="1").text | length' out)" "$((2 * (64 * 9 - 200) + 2 + 1))"
is "remove: the accounts balance" "$(jq -c '[.balanced, .text.removed.decontaminate.records, .text.added]' s.json)" '[true,1,1]'
same "remove: others keep their bytes" <(sed -n '1p;4p;5p' docs.jsonl) <(grep -v '"id": *"1"' out)
for t in 1 8; do leat-filter -q -t$t --decontaminate eval.jsonl --decontaminate-action remove docs.jsonl >t$t; done
same "-t1 and -t8" t1 t8
gzip -k eval.jsonl
leat-filter -q --decontaminate eval.jsonl.gz docs.jsonl >a
is "a compressed evaluation set" "$(wc -l <a)" 3
jq -s . eval.jsonl >eval.json
leat-filter -q --decontaminate eval.json docs.jsonl >a
is "a JSON array" "$(wc -l <a)" 3
leat-filter -q --decontaminate eval.jsonl --attributes at docs.jsonl >a
is "attributes" "$(sed -n 3p at | jq -c .attributes)" '{"filter__contamination_ngrams":[[0,81,5]],"filter__contamination_share":[[0,81,1]]}'

printf 'noon\nsome words\n' >list
exits "a word list drops" 0 leat-filter --word-list list=drop:0.1 --rejects r docs.jsonl
is "word list: which" "$(jq -c '[.id, .metadata.drop.rule, .metadata.drop.value]' r | tr -d '\n')" \
    '["1","word_list:list",0.14741035856573706]["3","word_list:list",0.125]["4","word_list:list",0.15384615384615385]'
leat-filter -q --word-list list --annotate docs.jsonl >a
is "word list: counts" "$(sed -n 5p a | jq -c .metadata.word_lists)" '{"list":{"hits":9,"words":18,"share":0.15384615384615385}}'

leat-filter -q --word-list list docs.jsonl >b
same "word list: without a share they are counted" <(jq -c '[.id, .metadata.word_lists]' a) <(jq -c '[.id, .metadata.word_lists]' b)
leat-filter -q --word-list list --pii email --pii-action mask docs.jsonl >b
same "word list: counted before anything is masked" <(jq -c '[.id, .metadata.word_lists]' a) <(jq -c '[.id, .metadata.word_lists]' b)
exits "a drop without a share" 2 leat-filter --word-list list=drop docs.jsonl
says "how it is written" err "Write list=drop:0.045"

# files of one base name
mkdir -p one two && cp list one/list && echo words >two/list && cp eval.jsonl one/test.jsonl && cp eval.jsonl two/test.jsonl
leat-filter -q --word-list one/list --word-list two/list docs.jsonl >b
is "lists of one base name" "$(sed -n 5p b | jq -c '.metadata.word_lists | map_values(.hits)')" '{"one/list":9,"two/list":9}'
leat-filter -q --word-list one/list=drop:0.1 --word-list two/list docs.jsonl --rejects r >b
is "… name the rule too" "$(jq -r .metadata.drop.rule r | sort -u)" word_list:one/list
exits "a list given twice" 2 leat-filter --word-list list --word-list list=drop:1 docs.jsonl
says "it is named" err "--word-list list is given twice"
leat-filter -q --decontaminate one/test.jsonl --decontaminate two/test.jsonl --stats s.json docs.jsonl >b
is "evaluation sets of one base name" "$(jq -c '.extra | keys' s.json)" '["contaminated:one/test.jsonl","contaminated:two/test.jsonl"]'
long=$(printf 'n%.0s' {1..60})
cp list "$long.a" && cp list "$long.b"
exits "names that a ledger cannot tell apart" 2 leat-filter --word-list "$long.a" --word-list "$long.b" docs.jsonl
says "both are named" err "$long.a and $long.b begin alike"

for o in ngram=8 key=question action=drop min=2 share=0.5 window=9; do
    exits "--decontaminate-${o%=*} alone" 2 leat-filter --preset c4 "--decontaminate-$o" docs.jsonl
    says "says what it needs" err "--decontaminate-${o%=*} needs --decontaminate FILE"
done
exits "a window where nothing is removed" 2 leat-filter --decontaminate eval.jsonl --decontaminate-window 9 docs.jsonl
says "says what it needs" err "--decontaminate-window needs --decontaminate-action remove"
exits "no such file" 1 leat-filter --decontaminate none.jsonl docs.jsonl
says "it is named" err none.jsonl
printf '{"question":"x"\n' >bad.jsonl
exits "a broken evaluation set" 2 leat-filter --decontaminate bad.jsonl docs.jsonl
says "its line is named" err bad.jsonl:1
head -c 60 eval.jsonl.gz >cut.jsonl.gz
leat-filter --decontaminate cut.jsonl.gz docs.jsonl >out 2>err
check "a cut evaluation set is an error" [ $? != 0 ]
exits "no item is long enough" 2 leat-filter --decontaminate eval.jsonl --decontaminate-ngram 100 docs.jsonl
exits "no such n-gram" 2 leat-filter --decontaminate eval.jsonl --decontaminate-ngram words docs.jsonl
exits "a share above 1" 2 leat-filter --word-list list=drop:2 docs.jsonl
exits "an empty list" 2 leat-filter --word-list /dev/null docs.jsonl

for set in inst-gsm8k inst-humaneval inst-llm-foundry-eval text-en-c4-sample list-ldnoobw list-dolma list-datatrove; do
    if [ ! -e "$LEAT_DATA/$set.tar.zst" ]; then
        skip "planted items" "no $set in \$LEAT_DATA"
        exit 0
    fi
    "$LEAT_DATA/unpack" -d data "$set"
done
python3 "$LEAT_ROOT/tests/bench/plant.py" data >planted.jsonl
for n in 13 chars-50; do
    leat-filter -q --decontaminate data/gsm8k/test.jsonl --decontaminate data/humaneval/HumanEval.jsonl.gz --decontaminate-ngram $n \
        --rejects r planted.jsonl >a
    is "$n: all that were planted, and nothing else" "$(jq -r 'select(.planted).id' planted.jsonl | sort | sha256sum)" \
        "$(jq -r .id r | sort | sha256sum)"
    is "$n: the items that were planted" "$(jq -r 'select(.planted).planted' planted.jsonl | sha256sum)" \
        "$(jq -r '.metadata.drop.value.items[0] | "\(.file | split("/")[-1]):\(.line)"' r | sha256sum)"
done
for l in data/ldnoobw/?? data/ldnoobw/??? data/dolma-lists/naughty_words_en.txt data/datatrove-lists/*; do
    leat-filter -q --word-list "$l" --annotate planted.jsonl >a || not_ok "list $l"
done
ok "all lists are read"
