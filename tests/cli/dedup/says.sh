# shellcheck shell=bash
# leat dedup: what it says of options, keys and ids that have no effect, of what it did, and of how to go on.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
words() { seq -f "$1%g" 1 "$2" | tr '\n' ' '; }
{
    for i in 1 2 3; do printf '{"id":"%s","source":"web","text":"%s","metadata":{"q":%s}}\n' $i "$(words w 40)$i" $i; done
    printf '{"id":"x","source":"book","text":"%s","metadata":{"q":"9"}}\n' "$(words x 40)"
} >docs.jsonl
silent() { # NAME FILE TEXT: the file does not have it
    is "$1" "$(grep -cF -- "$3" "$2")" 0
}

# preferences that nothing meets
exits "--prefer-score of a key that none has" 0 leat-dedup minhash --prefer-score qualty --stats s.json docs.jsonl
says "… is told" err "no document has a number in metadata.qualty: --prefer-score had no effect"
is "… and counted" "$(jq .extra.with_score s.json)" 0
exits "--prefer-score of a key that some have" 0 leat-dedup minhash --prefer-score q --stats s.json docs.jsonl
silent "… no warning" err "no effect"
is "… a string is no number" "$(jq .extra.with_score s.json)" 3
exits "--prefer-source of a name that none has" 0 leat-dedup exact --prefer-source book,boook,web docs.jsonl
says "… is told" err "no document has the source boook, which --prefer-source names"
is "… the others are not" "$(grep -c 'no document has' err)" 1
: >empty
exits "no document at all" 0 leat-dedup exact --prefer-source book --prefer-score q empty
silent "… no warning" err "no document"
exits "sketch warns of the score" 0 leat-dedup sketch --work W --task 0/2 --prefer-score qualty --prefer-source boook --stats s.json docs.jsonl
says "… is told" err "metadata.qualty"
silent "… other tasks may have the source" err boook
is "… and counted" "$(jq .extra.with_score s.json)" 0

# documents without ids
{ cat docs.jsonl; jq -c 'del(.id)' docs.jsonl; } >noid
for keep in first best earliest; do
    exits "no ids, --keep $keep" 0 leat-dedup exact --keep $keep --pairs p --stats s.json noid
    says "… are told" err "4 documents have no id"
    is "… and counted" "$(jq .extra.without_id s.json)" 4
    exits "no ids without reports" 0 leat-dedup exact --keep $keep --stats s.json noid
    silent "… no warning" err "no id"
    exits "no ids, --rejects" 0 leat-dedup exact --keep $keep --rejects r noid
    says "… are told" err "no id"
done

# how it keeps, what it found
exits "of files" 0 leat-dedup minhash docs.jsonl
says "… the best" err "(--keep best)"
says "… plurals" err "1 cluster, the largest of 3 documents"
says "… pairs" err "3 of 3 candidate pairs are alike (documents with the same words count once); by estimate these are"
silent "… enough" err "more bands"
leat-dedup minhash <docs.jsonl >out 2>err
says "of a pipe the first" err "(--keep first)"
exits "of files the first" 0 leat-dedup minhash --keep earliest docs.jsonl
says "… worked out" err "(--keep earliest)"
sed 's/ w20 / v /;s/ w30 / v /' docs.jsonl | sed '2!s/v/u/g' >less.jsonl
exits "a low threshold" 0 leat-dedup minhash --threshold 0.3 --profile 200x3 less.jsonl
leat-dedup minhash --threshold 0.3 --profile 1x1 --seed 3 less.jsonl >out 2>err
says "… few bands: more would find more" err "; a profile with more bands would find more"
exits "exact" 0 leat-dedup exact --stats s.json docs.jsonl
is "exact compares no pairs" "$(jq '.extra.pairs_alike' s.json)" null
is "minhash does" "$(leat-dedup minhash -q --stats - -o o empty | jq '.extra.pairs_alike')" 0

# options that need another way to keep, or that the algorithm does not know
for o in --against=I --clusters=c --prefer-score=q --prefer-source=a --save-index=I --max-bucket=9; do
    exits "${o%=*} of a pipe" 2 leat-dedup minhash "$o" -
    says "… says what to add" err "${o%=*} needs --keep best; of a pipe the default is first: add --keep best"
    exits "${o%=*} with --keep first" 2 leat-dedup minhash "$o" --keep first docs.jsonl
    silent "… no word of pipes" err pipe
done
while read -r algorithm option; do
    # shellcheck disable=SC2086
    exits "sketch --algorithm $algorithm $option" 2 leat-dedup sketch --work V --algorithm $algorithm $option docs.jsonl
    says "… is refused" err "${option% *} has nothing to do with $algorithm"
done <<'T'
exact --profile 14x8
exact --ngram 5
exact --distance 3
simhash --shingle characters
simhash --signature fss
simhash --compat datatrove
simhash --seed 1
simhash --normalize
minhash --normalize
minhash --distance 3
T
exits "sketch --algorithm simhash" 0 leat-dedup sketch --work V --algorithm simhash --distance 4 --ngram 2 docs.jsonl
exits "no --work" 2 leat-dedup match
is "the tool is named once" "$(grep -c 'leat dedup: match needs --work' err)" 1

# memory
python3 -c 'for i in range(30000): print("{\"id\":\"%d\",\"text\":\"number %d\"}" % (i, i))' >many.jsonl
for v in exact simhash minhash; do
    exits "$v --keep first past --memory" 1 leat-dedup $v --keep first --memory 1M many.jsonl
    says "… names the cure" err "--memory 1M: give more, or take --keep earliest, which keeps the same documents"
done
exits "a filter past --memory" 2 leat-dedup exact --keep first --index bloom --expected 1000000000 --memory 1G many.jsonl
is "… sizes are short" "$(grep -oE 'needs --memory [0-9.]+[KMGT]:' err | wc -l)" 1
exits "--expected 0" 2 leat-dedup exact --index bloom --expected 0 docs.jsonl

# what is removed from texts
printf '{"id":"%s","text":"a line that comes again\\n%s"}\n' a one b two >lines.jsonl
exits "lines" 0 leat-dedup lines lines.jsonl
says "… tells what went" err "removed: repeated-line 24 bytes of text (44.4%) in 1 document"
sed 's/one/three four five six/;s/two/three four five six/' lines.jsonl >spans.jsonl
exits "substring" 0 leat-dedup substring --min-words 4 --drop-share 1 <(sed '2s/a line/b c d a line/' spans.jsonl)
says "… too" err "removed: repeated-span "

# check
exits "check" 0 leat-dedup check --stats s.json docs.jsonl
says "… tells" err "3 of the 4 documents compared have another one with a similarity of 0.8 or more (75.00%)"
is "… id, the other's, similarity" "$(awk -F'\t' '{ print NF }' out | sort -u) $(grep -c "^1	2	0.9" out)" "3 1"
is "… writes no text" "$(jq -c '[.balanced, .records.kept, .records.skipped.compared.records, .text.written]' s.json)" '[true,0,4,0]'
sed 's/number/& one two three four five/' many.jsonl >longer.jsonl
exits "check past --memory" 1 leat-dedup check --check-sample 100000 --memory 1M longer.jsonl
says "… says what to give" err "a smaller --check-sample"

# help of one verb
exits "minhash --help" 0 leat-dedup minhash --help
says "… usage" out "Usage: leat dedup minhash [OPTION]"
says "… its options" out "--profile BANDSxROWS"
silent "… not those of others" out --min-bytes
silent "… nor --attributes, which is for lines" out --attributes
exits "match --help" 0 leat-dedup match --help
silent "… no default of what must be given" <(leat-dedup --help | tr -s ' \n' ' ') "is made for [default"
says "… --part" <(tr -s ' \n' ' ' <out) "[default: 0/1]"

# --compat datatrove leaves documents of few words alone
printf '{"id":"%s","text":"%s"}\n' a "one two three four" b "one two three four" c "One two, three four!" d "" e "?!" f "?!" \
    g "one two three four five" h "one two three four five" >short.jsonl
for how in "--threshold 0 --keep first" "--threshold 0 --keep best" "--index bloom --expected 100"; do
    # shellcheck disable=SC2086
    exits "datatrove $how" 0 leat-dedup minhash --compat datatrove $how --rejects r short.jsonl
    is "… short ones stay" "$(wc -l <out) $(jq -r .id r | tr -d '\n' | tr g h)" "7 h"
done
exits "datatrove, check" 0 leat-dedup check --compat datatrove short.jsonl
is "… only the long ones are alike" "$(cut -f1,2 out | tr '\t\n' ' ;')" "h g;g h;"
leat-dedup minhash -q --compat datatrove --save-index J short.jsonl >out
exits "datatrove, against an index" 0 leat-dedup minhash --compat datatrove --against J --allow-duplicate-ids <(jq -c '.id += "2"' short.jsonl) --keep best
is "… short ones stay" "$(jq -r .id out | tr '\n' ' ')" "a2 b2 c2 d2 e2 f2 "
