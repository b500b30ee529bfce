# shellcheck shell=bash
# leat filter: what models say. Each number must be what the model's own tool gives for the same documents.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import json, random
rng = random.Random(5)
texts = {"en": "the water runs down from the hill and turns the wheel of the old mill by the river every day of the year",
         "de": "das Wasser läuft vom Hügel herab und dreht jeden Tag des Jahres das Rad der alten Mühle am Fluss und im Tal",
         "fr": "la rivière descend de la colline et fait tourner chaque jour la roue du vieux moulin qui se trouve près du pont"}
with open("docs.jsonl", "w") as f:
    for i in range(600):
        language = rng.choice(list(texts))
        words = texts[language].split()
        text = " ".join(rng.choice(words) for _ in range(rng.randint(12, 60)))
        print(json.dumps({"id": str(i), "text": text, "metadata": {"label": language}}, ensure_ascii=False), file=f)
    print(json.dumps({"id": "none", "text": "1234 5678", "metadata": {"label": "en"}}), file=f)
PY
python3 make.py
filter() { leat-filter -q "$@"; }

filter --detect-language builtin docs.jsonl >detected.jsonl
wrong=$(jq -c 'select(.id != "none" and .metadata.language != .metadata.label)' detected.jsonl | wc -l)
check "languages: 594 of 600 words without grammar, or more" test "$wrong" -le 6
is "none" "$(tail -1 detected.jsonl | jq -c '[.metadata.language, .metadata.language_score]')" '["un",0]'
filter --detect-language builtin -t1 docs.jsonl >t1
filter --detect-language builtin -t8 docs.jsonl >t8
same "-t1 = -t8" t1 t8
leat-filter -q --detect-language builtin --languages en,fr --rejects rejects.jsonl --stats stats.json docs.jsonl >kept.jsonl
same "--languages keeps" <(jq -r .id kept.jsonl) <(jq -r 'select(.metadata.language == "en" or .metadata.language == "fr") | .id' detected.jsonl)
same "and drops, saying what it is" <(jq -r '.id + " " + .metadata.drop.rule + " " + .metadata.drop.value' rejects.jsonl) \
    <(jq -r 'select(.metadata.language != "en" and .metadata.language != "fr") | .id + " language " + .metadata.language' detected.jsonl)
is "the ledger balances" "$(jq .balanced stats.json)" true
filter --languages en <detected.jsonl >known.jsonl
same "a language that is known already" <(jq -r .id known.jsonl) <(jq -r 'select(.metadata.language == "en") | .id' detected.jsonl)
filter --detect-language builtin --set language_score=0.5 docs.jsonl >sure.jsonl
is "language_score" "$(jq -r .id sure.jsonl | grep -c none)" 0

leat-lm train -q --order 2 docs.jsonl -o m.blm 2>/dev/null
leat-lm score -q -m m.blm docs.jsonl >scored.jsonl
filter --lm m.blm --annotate --set min_words=1 docs.jsonl >annotated.jsonl
same "perplexity is leat lm's" <(jq .metadata.filter_perplexity annotated.jsonl) <(jq .metadata.perplexity scored.jsonl)
middle=$(jq .metadata.perplexity scored.jsonl | sort -g | sed -n 300p)
filter --lm m.blm --set max_perplexity="$middle" docs.jsonl >plain.jsonl
same "max_perplexity" <(jq -r .id plain.jsonl) <(jq -r "select(.metadata.perplexity <= $middle) | .id" scored.jsonl)

leat-classify train -q --label-key metadata.label docs.jsonl -o m.lcl
leat-classify score -q -m m.lcl --of de docs.jsonl >classed.jsonl
filter --classifier m.lcl --classifier-label de --annotate --set min_words=1 docs.jsonl >annotated.jsonl
paste -d' ' <(jq .metadata.filter_classifier_score annotated.jsonl) <(jq .metadata.classify_score classed.jsonl) >pairs
is "the score is leat classify's, which writes nine digits" "$(awk '($1 - $2) ^ 2 > 1e-14' pairs | wc -l)" 0
filter --classifier m.lcl --classifier-label de --set classifier_score=0.9 docs.jsonl >german.jsonl
is "classifier_score" "$(jq -r .metadata.label german.jsonl | sort -u)" de
filter --detect-language m.lcl docs.jsonl >own.jsonl
is "a classifier of languages" "$(jq -c 'select(.id != "none" and .metadata.language != .metadata.label)' own.jsonl | wc -l)" 0

leat-tokenizer train -q --vocab-size 300 docs.jsonl -o tokenizer.json
leat-tokenize -q -m tokenizer.json --json docs.jsonl >tokens.jsonl
filter --tokenizer tokenizer.json --annotate --set min_words=1 docs.jsonl >annotated.jsonl
same "tokens are leat tokenize's, without the document's end" <(jq .metadata.filter_tokens annotated.jsonl) <(jq '.tokens | length - 1' tokens.jsonl)
filter --tokenizer tokenizer.json --set min_tokens=60 --set max_tokens=120 docs.jsonl >fit.jsonl
same "min_tokens, max_tokens" <(jq -r .id fit.jsonl) <(jq -r 'select(.metadata.filter_tokens >= 60 and .metadata.filter_tokens <= 120) | .id' annotated.jsonl)

# ---- what --annotate and --explain say is what a run without them does
printf 'mill\nMühle\n' >list
jq -c 'if (.id | tonumber? // 1) % 50 == 0 then .text += " ann@example.org" else . end' docs.jsonl >mixed.jsonl
options=(--detect-language builtin --languages "en,de" --word-list list=drop:0.06 --pii email --pii-action drop --set min_words=20)
filter "${options[@]}" --rejects rejects.jsonl mixed.jsonl >kept.jsonl
filter "${options[@]}" --annotate mixed.jsonl >annotated.jsonl
same "filter_rule is the reject's" <(jq -r '.id + " " + .metadata.drop.rule' rejects.jsonl) <(jq -r 'select(.metadata.filter_rule) | .id + " " + .metadata.filter_rule' annotated.jsonl)
is "of four kinds" "$(jq -r .metadata.drop.rule rejects.jsonl | sort -u | paste -sd' ')" "language min_words pii word_list:list"
is "rejects have their language" "$(jq -c 'select(.metadata.language == null or .metadata.language_score == null)' rejects.jsonl | wc -l)" 0
for rule in language pii word_list:list; do
    id=$(jq -r "select(.metadata.drop.rule == \"$rule\") | .id" rejects.jsonl | head -1)
    filter "${options[@]}" --explain "$id" mixed.jsonl >explained
    says "--explain: $rule" explained "dropped"
    says "--explain names $rule" explained " $rule, value"
done

for rule in max_perplexity=10:--lm classifier_score=0.5:--classifier min_tokens=5:--tokenizer; do
    exits "${rule%:*} without a model" 2 leat-filter --set "${rule%:*}" docs.jsonl
    says "names ${rule#*:}" err "${rule#*:}"
done
exits "a label that is not there" 2 leat-filter --classifier m.lcl --classifier-label xx --set classifier_score=0.5 docs.jsonl
exits "a label without a classifier" 2 leat-filter --classifier-label xx --preset c4 docs.jsonl
exits "no such model" 1 leat-filter --lm missing.blm --set max_perplexity=9 docs.jsonl
exits "a model that is none" 3 leat-filter --classifier docs.jsonl --set classifier_score=0.5 docs.jsonl
for model in --lm --classifier --tokenizer; do
    exits "$model that no rule asks" 2 leat-filter $model m.blm --preset c4 docs.jsonl
    says "says what does" err "$model is asked by no rule: --set "
done
exits "a label that needs a classifier" 2 leat-filter --classifier-label xx --preset c4 docs.jsonl
says "says so" err "--classifier-label needs --classifier FILE"

# ---- languages that are none
unknown() { # CODE MESSAGE [OPTION…]
    exits "--languages $1 ${*:3}" 2 leat-filter --languages "en,$1" "${@:3}" docs.jsonl
    says "--languages $1 ${*:3}: why" err "--languages: '$1' is no $2"
}
unknown german "language's code (ISO 639); did you mean de?"
unknown xq "language's code (ISO 639), such as en"
unknown EN "language's code (ISO 639); did you mean en?"
unknown "" "language's code (ISO 639)"
unknown deu "language of --detect-language builtin; did you mean de?" --detect-language builtin
unknown en-US "language of --detect-language builtin; did you mean en?" --detect-language builtin
unknown Latin "language of --detect-language builtin; did you mean la?" --detect-language builtin
unknown xx "label of the --detect-language model; its first is" --detect-language m.lcl
exits "languages that are" 0 leat-filter -q --languages en,de-CH,deu_Latn,un docs.jsonl
exits "languages that the detector knows" 0 leat-filter -q --detect-language builtin --languages en,no,zh,sr,un docs.jsonl
exits "labels of a model" 0 leat-filter -q --detect-language m.lcl --languages de docs.jsonl
exits "a language that is none" 2 leat-filter --language english --preset c4 docs.jsonl
says "its code is told" err "--language: 'english' is no language's code (ISO 639); did you mean en?"
exits "an unknown detector" 2 leat-filter --detect-language cld3 docs.jsonl
says "those that are known" err "--detect-language cld3: neither builtin (CLD2 and a model of leat's), nor a file"
exit $failed
