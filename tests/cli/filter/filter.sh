# shellcheck shell=bash
# leat filter as a tool: what all document tools promise is tested here once, on the common loop.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
python3 "$LEAT_ROOT/tests/docs.py" 3000 >docs.jsonl
P=gopher-quality,gopher-repetition
: >none.yaml

exits "no rules: every byte passes" 0 leat-filter --rules none.yaml docs.jsonl
same "no rules: bytes unchanged" docs.jsonl out
exits "filters" 0 leat-filter --preset $P --stats stats.json --rejects rejects.jsonl docs.jsonl
cp out kept.jsonl
is "kept and rejected are all" "$(($(wc -l <kept.jsonl) + $(wc -l <rejects.jsonl)))" 3000
check "kept lines are lines of the input" python3 -c '
import sys
lines = set(open("docs.jsonl"))
sys.exit(not all(l in lines for l in open("kept.jsonl")))'
is "ledger: balanced" "$(jq .balanced stats.json)" true
is "ledger: kept" "$(jq .records.kept stats.json)" "$(wc -l <kept.jsonl)"
is "ledger: text in" "$(jq .text.in stats.json)" "$(jq -j .text docs.jsonl | wc -c)"
is "ledger: text written" "$(jq .text.written stats.json)" "$(jq -j .text kept.jsonl | wc -c)"
is "ledger: drops by rule are the rejects'" "$(jq -c '.records.dropped | map_values(.records)' stats.json)" \
    "$(jq -sc 'group_by(.metadata.drop.rule) | map({key: .[0].metadata.drop.rule, value: length}) | from_entries' rejects.jsonl)"
is "rejects name the stage" "$(jq -r .metadata.drop.stage rejects.jsonl | sort -u)" filter
jq -c 'del(.metadata.drop)' rejects.jsonl >a
jq -c . rejects.jsonl | jq -r .id | while read -r id; do printf '%s\n' "$id"; done >ids
jq -c --rawfile ids ids '. as $d | select($ids | split("\n") | index($d.id))' docs.jsonl >b
same "rejects are the documents otherwise" b a

# the same for every -t, and for compressed and framed forms
for t in 2 3 8; do
    leat-filter -q --preset $P -t$t --rejects r$t docs.jsonl -o k$t
    same "-t$t: kept" kept.jsonl k$t
    same "-t$t: rejects" rejects.jsonl r$t
done
leat-filter -q --preset $P docs.jsonl -o kept.jsonl.zst && zstd -dcq kept.jsonl.zst >a
same ".zst holds the same" kept.jsonl a
leat-filter -q --preset $P docs.jsonl -o kept.jsonl.gz && gzip -dc kept.jsonl.gz >a
same ".gz holds the same" kept.jsonl a
for c in "gzip -c" "zstd -qc" "xz -c" "bzip2 -c" "lz4 -qc"; do
    $c docs.jsonl >in.packed
    leat-filter -q --preset $P in.packed >a
    same "reads ${c%% *}" kept.jsonl a
done
leat-filter -q --rules none.yaml --framed docs.jsonl | leat-filter -q --preset $P >a
same "reads a framed pipe" kept.jsonl a
split -n l/3 docs.jsonl part.
leat-filter -q --preset $P part.* >a
same "several files in order" kept.jsonl a

# --limit, --sample
leat-filter -q --rules none.yaml --limit 100 docs.jsonl >a
head -100 docs.jsonl >b
same "--limit" b a
for t in 1 4; do leat-filter -q --rules none.yaml --sample 0.3 -t$t --stats s.json docs.jsonl >s$t; done
same "--sample is the same for any -t" s1 s4
check "--sample 0.3 keeps about 0.3" [ "$(wc -l <s1)" -gt 780 -a "$(wc -l <s1)" -lt 1020 ]
is "--sample counts what it skips" "$(jq '.records.skipped.sample.records + .records.kept' s.json)" 3000
leat-filter -q --rules none.yaml --sample 0.1 docs.jsonl >a
is "a smaller sample is a part of a larger" "$(comm -23 <(sort a) <(sort s1) | wc -l)" 0

# thresholds
leat-filter -q --set gopher_short_doc=1000000 docs.jsonl >a
is "--set turns a rule on" "$(wc -l <a)" 0
leat-filter -q --preset gopher-quality --set gopher_short_doc=off --set gopher_enough_stop_words=off --rejects r docs.jsonl >a
is "--set RULE=off" "$(jq -r .metadata.drop.rule r | grep -cE 'short_doc|stop_words')" 0
cat >rules.yaml <<'Y'
presets: [gopher-quality]
rules:
  gopher_short_doc: 60
  gopher_enough_stop_words: off
Y
leat-filter -q --rules rules.yaml docs.jsonl >a
leat-filter -q --preset gopher-quality --set gopher_short_doc=60 --set gopher_enough_stop_words=off docs.jsonl >b
same "a rules file is the same as options" a b
exits "--list-rules" 0 leat-filter --list-rules
is "--list-rules lists all" "$(grep -cE '^[^ ]+ +gopher-' out)" 24

# mistakes
exits "no rules at all" 2 leat-filter docs.jsonl
says "says what to give" err "--preset"
exits "unknown preset" 2 leat-filter --preset gopher docs.jsonl
says "names the presets" err gopher-quality
exits "unknown rule" 2 leat-filter --set no_such_rule=1 docs.jsonl
exits "no number" 2 leat-filter --set gopher_short_doc=many docs.jsonl
exits "no equals sign" 2 leat-filter --set gopher_short_doc docs.jsonl
exits "bad option" 2 leat-filter --no-such-option
cp docs.jsonl both.jsonl
exits "an output that is an input" 2 leat-filter --rules none.yaml both.jsonl -o both.jsonl
same "… is left alone" docs.jsonl both.jsonl
exits "another kind of file" 3 leat-filter --rules none.yaml "$(command -v leat-filter)" -o binary.out
says "asks whether it is the right kind" err "is it what"
check "another kind of file: nothing committed" [ ! -e binary.out ]
exits "missing input" 1 leat-filter --rules none.yaml missing.jsonl
says "names the missing input" err missing.jsonl
exits "missing rules file" 1 leat-filter --rules missing.yaml docs.jsonl
printf 'presets: [nothing]\n' >bad.yaml
exits "rules file: unknown preset" 2 leat-filter --rules bad.yaml docs.jsonl
says "rules file: the place" err "bad.yaml:1:"
printf 'rules:\n  gopher_shrt_doc: 1\n' >bad.yaml
exits "rules file: unknown rule" 2 leat-filter --rules bad.yaml docs.jsonl
says "rules file: the line" err "bad.yaml:2:"
printf 'rule: {}\n' >bad.yaml
exits "rules file: unknown key" 2 leat-filter --rules bad.yaml docs.jsonl
printf 'rules: {gopher_short_doc: yes}\n' >bad.yaml
exits "rules file: not a number" 2 leat-filter --rules bad.yaml docs.jsonl
printf -- '- a\n' >bad.yaml
exits "rules file: not a map" 2 leat-filter --rules bad.yaml docs.jsonl
printf 'presets: [[a]]\n' >bad.yaml
exits "rules file: a preset that is no name" 2 leat-filter --rules bad.yaml docs.jsonl

# damage
{ head -10 docs.jsonl; echo '{"id": "x", "text": 5}'; echo 'not json'; echo; printf '{"id":"y","text":"\xff"}\n'; tail -n +11 docs.jsonl | head -5; } >damaged.jsonl
exits "damaged records are counted" 0 leat-filter --rules none.yaml --stats s.json damaged.jsonl
is "the whole ones pass" "$(wc -l <out)" 15
is "damaged: count" "$(jq .records.damaged s.json)" 3
is "damaged: places" "$(jq '[.damage[].offset] | length' s.json)" 3
is "damaged: the ledger balances" "$(jq .balanced s.json)" true
exits "--strict makes damage fatal" 3 leat-filter --rules none.yaml --strict damaged.jsonl
exits "--strict: no output file" 3 leat-filter --rules none.yaml --strict damaged.jsonl -o strict.jsonl
check "--strict: partial, not whole" [ ! -e strict.jsonl -a -e strict.jsonl.partial ]
printf '{"id":"big","text":"%s"}\n' "$(head -c 100000 /dev/zero | tr '\0' a)" >big.jsonl
cat docs.jsonl >>big.jsonl
exits "--max-record" 0 leat-filter --rules none.yaml --max-record 64K --stats s.json big.jsonl
same "an oversized record is passed over" docs.jsonl out
is "an oversized record is damaged" "$(jq .records.damaged s.json)" 1
: >empty.jsonl
exits "empty input" 0 leat-filter --preset $P empty.jsonl
check "empty output" [ ! -s out ]
printf '%s' "$(head -1 docs.jsonl)" >nonl.jsonl
exits "no newline at the end" 0 leat-filter --rules none.yaml nonl.jsonl
head -1 docs.jsonl >a
same "the last line is whole" a out

# input that ends early
zstd -q docs.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "cut .zst" 3 leat-filter --rules none.yaml cut.zst -o cut.out
check "cut .zst: partial only" [ ! -e cut.out -a -e cut.out.partial ]
leat-filter -q --rules none.yaml docs.jsonl -o whole.jsonl.zst
head -c $(($(stat -c %s whole.jsonl.zst) - 40)) whole.jsonl.zst >lost-trailer.zst
exits "a .zst of leat without its trailer" 3 leat-filter --rules none.yaml lost-trailer.zst
leat-filter -q --rules none.yaml --framed docs.jsonl >framed
head -c 200000 framed >framed.cut
exits "a cut framed pipe" 3 leat-filter --rules none.yaml framed.cut -o f.out
check "a cut framed pipe commits nothing" [ ! -e f.out ]
(
    leat-filter -q --rules none.yaml --framed <(cat docs.jsonl; sleep 30) &
    sleep 0.5
    kill -9 $!
) 2>/dev/null | leat-filter -q --rules none.yaml -o killed.out 2>killed.err
is "a writer killed in a framed pipe: exit 3" "${PIPESTATUS[1]}" 3
check "… and nothing is committed" [ ! -e killed.out ]
head -5 docs.jsonl | head -c -20 >cut.jsonl
exits "a last line cut inside a record is damaged" 0 leat-filter --rules none.yaml --stats s.json cut.jsonl
is "… and counted" "$(jq .records.damaged s.json)" 1

# output that fails
exits "/dev/full" 1 leat-filter --rules none.yaml docs.jsonl -o /dev/full
leat-filter -q --rules none.yaml docs.jsonl >/dev/full 2>/dev/null
is "stdout on /dev/full" $? 1
leat-filter -q --rules none.yaml docs.jsonl docs.jsonl docs.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141
(
    ulimit -f 64
    leat-filter -q --rules none.yaml docs.jsonl -o limited.jsonl 2>err
)
is "file size limit: exit 1" $? 1
check "file size limit: nothing left" [ ! -e limited.jsonl ]
leat-filter -q --rules none.yaml <(cat docs.jsonl; sleep 30) -o never.jsonl &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
check "kill -9 leaves no half file" [ ! -e never.jsonl ]
