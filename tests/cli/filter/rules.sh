# shellcheck shell=bash
# leat filter's rules: dialects, files with patterns and languages, --explain, --list-rules.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
doc() { jq -nc --arg id "$1" --arg text "$2" --arg l "${3-}" '{id: $id, text: $text} + (if $l == "" then {} else {metadata: {language: $l, language_score: 0.5}} end)'; }
good="The mill stands by the river and turns with the water that comes down to it."
{
    doc a "$good"
    doc b "Die Mühle steht am Fluss." de
    doc c "call 555-1234 or 555-9999 now"
    doc d "keep this
BUY NOW
and this[1]"
} >docs.jsonl

# --list-rules
for d in leat datatrove-0.10 dolma-1.2 dclm; do
    exits "--list-rules --dialect $d" 0 leat-filter --list-rules --dialect $d
    cp out "list.$d"
done
same "leat has datatrove's rules" list.leat list.datatrove-0.10
says "a rule, its block and what it does" list.leat "gopher_short_doc                             gopher-quality     drops when words < 50"
says "rules that edit are told" list.leat "removes lines of fewer than 3 words"
says "dolma has its own" list.dolma-1.2 "median_word_length"
leat-filter --list-rules --preset c4 --set lorem_ipsum=off >out
is "--list-rules says which are on" "$(grep -c '; on$' out)" 8

says "--list-rules: pipelines, what they change" list.leat \
    "fineweb-2024                                 pipeline           gopher-repetition, gopher-quality, c4, fineweb; c4_no_terminal_punct=off"
says "--list-rules: their order" list.leat "pipeline           gopher-repetition, fineweb, gopher-quality; dup_para_frac=0, "
says "--list-rules: dclm's pipeline" list.dclm "dclm-baseline                                pipeline           gopher-quality, gopher-repetition, refinedweb-lines"
for d in leat dclm; do is "$d: no rule has the name of another" "$(awk '{print $1}' list.$d | sort | uniq -d)" ""; done
doc white "
 
" >white.jsonl
leat-filter -q --preset fineweb --rejects r white.jsonl
is "no line: FineWeb's rule" "$(jq -r .metadata.drop.rule r)" fineweb_empty
doc none "" >white.jsonl
leat-filter -q --preset gopher-repetition,fineweb --rejects r white.jsonl
is "no text: Gopher's rule" "$(jq -r .metadata.drop.rule r)" empty

# dialects
exits "a preset that is misspelt" 2 leat-filter --preset gopher-qualty docs.jsonl
says "the nearest" err "unknown preset 'gopher-qualty' (did you mean gopher-quality?): those of --dialect datatrove-0.10 are "
exits "a rule that is misspelt" 2 leat-filter --set gopher_shrt_doc=1 docs.jsonl
says "the nearest" err "has no rule 'gopher_shrt_doc'; did you mean gopher_short_doc?"
exits "a preset of another dialect" 2 leat-filter --dialect dolma-1.2 --preset c4 docs.jsonl
says "names those of the dialect" err "gopher-v2"
says "names the dialects that have it" err "the preset c4 is of --dialect leat and datatrove-0.10"
exits "an unknown dialect" 2 leat-filter --dialect nltk --preset c4 docs.jsonl
echo 'dialect: dolma-1.2' >d.yaml
exits "the file's dialect" 0 leat-filter --rules d.yaml --preset gopher-v2 docs.jsonl
exits "the option against the file" 2 leat-filter --dialect dclm --rules d.yaml docs.jsonl

# a rules file with everything
cat >rules.yaml <<'Y'
rules: {min_words: 5}
patterns:
  - {name: phone, pattern: '\b\d{3}-\d{4}\b', max: 1}
  - {name: shouting, pattern: '^[A-Z ]+$', action: remove-line}
  - {name: reference, pattern: '\[\d+\]', action: remove-match}
languages:
  de: {rules: {min_words: 6, language_score: 0.6}}
Y
exits "rules of all kinds" 0 leat-filter --rules rules.yaml --rejects r --stats s.json docs.jsonl
jq -r .id out | tr '\n' ' ' >kept
is "kept" "$(cat kept)" "a "
is "dropped, and why" "$(jq -r '.id + "=" + .metadata.drop.rule + "=" + (.metadata.drop.value | tostring)' r | tr '\n' ' ')" \
    "b=min_words=5 c=phone=2 d=min_words=4 "
is "the ledger balances" "$(jq .balanced s.json)" true
sed -i 's/min_words: 5/min_words: 4/; s/min_words: 6/min_words: 5/' rules.yaml
leat-filter -q --rules rules.yaml --rejects r --stats s.json docs.jsonl >out
is "the edited text" "$(jq -r 'select(.id == "d").text' out)" "keep this
and this"
is "what patterns removed" "$(jq -c '.text.removed | map_values(.text_bytes)' s.json)" '{"reference":3,"shouting":8}'
is "a language's own rule" "$(jq -r 'select(.id == "b").metadata.drop.rule' r)" language_score
leat-filter -q --rules rules.yaml --language fr --rejects r docs.jsonl >out
is "--language decides" "$(jq -r .id r | tr '\n' ' ')" "c "
leat-filter -q --rules rules.yaml --annotate docs.jsonl >out
is "--annotate has the patterns" "$(jq -c 'select(.id == "c").metadata | [.filter_pattern_phone, .filter_words, .filter_rule]' out)" '[2,7,"phone"]'
leat-filter -q --rules rules.yaml --attributes a docs.jsonl >out
same "--attributes leaves documents alone" docs.jsonl out
is "--attributes has the patterns" "$(jq -c 'select(.id == "c").attributes.filter__pattern_phone' a)" '[[0,29,2]]'

# FineWeb-2's files of thresholds by language
mkdir configs
cat >configs/deu_Latn.yml <<'Y'
dup_line_frac: 0.263
dup_n_grams:
- - 5
  - 0.141
language_score: 0.4
line_punct_thr: 0.0
max_avg_word_length: 15
max_non_alpha_words_ratio: 0.774
min_avg_word_length: 0
new_line_ratio: 0.152
stopwords:
- die
- am
top_n_grams:
- - 2
  - 0.169
Y
printf 'language-configs: configs\nrules: {gopher_enough_stop_words: 2, top_2_gram: 0.2, min_words: 1}\n' >rules.yaml
doc b "Die Mühle die am Fluss steht, die am Wasser." deu_Latn >de.jsonl
exits "language-configs" 0 leat-filter --rules rules.yaml --explain b de.jsonl
says "the language's stop words" out "stop_words = 2; drops when stop_words < 2"
says "the language's threshold" out "drops when top_2gram > 0.169"
exits "without a language: English" 0 leat-filter --rules rules.yaml --explain b <(jq -c 'del(.metadata)' de.jsonl)
says "English stop words" out "stop_words = 0"
echo 'top_n_grams: [[1, 0.2]]' >configs/x.yml
exits "a wrong pair" 2 leat-filter --rules rules.yaml de.jsonl
says "names its place" err "configs/x.yml:1:"
rm configs/*
exits "an empty folder" 2 leat-filter --rules rules.yaml de.jsonl

# --explain
exits "--explain" 0 leat-filter --preset gopher-quality,c4 --explain d docs.jsonl
says "explain: a rule that drops" out "DROPS    gopher_short_doc"
says "explain: a line that goes" out 'c4_no_terminal_punct'
says "explain: the text of it" out '"BUY NOW"'
says "explain: the verdict" out "dropped by gopher_short_doc, value"
for o in "--output kept" "--rejects kept" "--attributes kept" --annotate; do
    echo old >kept
    # shellcheck disable=SC2086
    exits "--explain with ${o% *}" 2 leat-filter --preset c4 --explain d $o docs.jsonl
    says "says so" err "exclude each other"
    is "… and leaves the file" "$(cat kept)" old
done
for o in rejects attributes; do
    exits "--annotate with --$o" 2 leat-filter --preset c4 --annotate --$o kept docs.jsonl
    says "says so" err "--annotate and --$o exclude each other"
    is "… and leaves the file" "$(cat kept)" old
done
exits "--attributes with --rejects" 2 leat-filter --preset c4 --attributes a --rejects kept docs.jsonl
printf 'patterns:\n  - {name: x, pattern: a}\n  - {name: x, pattern: b}\n' >twice.yaml
exits "patterns of one name" 2 leat-filter --rules twice.yaml docs.jsonl
says "their place" err "twice.yaml:3:5: a pattern called x stands here already"
exits "--explain without such a document" 2 leat-filter --preset c4 --explain none docs.jsonl
exits "an option given twice" 2 leat-filter --preset c4 --preset fineweb docs.jsonl
says "says so" err "--preset is given twice"
check "… prints nothing" [ ! -s out ]

# expressions that run away
python3 -c 'print("{\"id\":\"evil\",\"text\":\"" + "a" * 40 + "!\"}")' >evil.jsonl
echo "patterns: [{name: runaway, pattern: '(a+)+\$'}]" >evil.yaml
exits "an expression that blows up is an error" 2 timeout 20 leat-filter --rules evil.yaml evil.jsonl -o evil.out
says "names the expression" err "pattern 'runaway' takes too many steps"
says "names the document" err "document evil of evil.jsonl"
check "nothing is committed" [ ! -e evil.out ]
python3 -c 'print("{\"id\":\"long\",\"text\":\"" + "a" * 3000000 + "\"}")' >long.jsonl
echo "patterns: [{name: quadratic, pattern: 'a.*[bc]'}]" >evil.yaml
exits "one that is quadratic ends too" 2 timeout 60 leat-filter --rules evil.yaml long.jsonl
says "… and is named" err "quadratic"
