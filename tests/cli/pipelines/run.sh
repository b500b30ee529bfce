# shellcheck shell=bash
# leat run: the plan, the script and the run agree; every status and every ledger counts.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
mkdir -p in
python3 "$LEAT_ROOT/tests/docs.py" 1500 1 >in/a1.jsonl
python3 "$LEAT_ROOT/tests/docs.py" 500 2 >in/a2.jsonl
{ python3 "$LEAT_ROOT/tests/docs.py" 400 3; sed 's/"doc-1-/"copy-/' in/a1.jsonl | head -300; } >in/b.jsonl
cat >pipe.yaml <<'Y'
name: small
vars: {in: in, rule: "gopher_short_doc=20"}
sources:
  - name: a
    domain: web
    inputs: ["${in}/a*.jsonl"]
    stages:
      - filter: {preset: "gopher-quality,gopher-repetition", set: ["${rule}", gopher_too_many_bullets=off]}
      - filter: {set: gopher_long_doc=90000}
  - name: b
    inputs: ["${in}/b.jsonl"]
    stages:
      - filter: {preset: gopher-repetition, annotate: false}
      - sh: "jq -c 'select(.metadata.n != 7)'"
      - dedup exact: {}
join:
  - dedup exact: {normalize: true}
  - dedup minhash: {threshold: 0.7, profile: 20x5}
tokenizer:
  train: {vocab-size: 400}
tokenize: {domain-key: part}
shard:
  weights: {made: 1}
Y
sed -i '/^tokenize:/d' pipe.yaml

exits "runs" 0 leat run pipe.yaml --run-dir r1
cp out funnel
says "the funnel has every step" funnel tokenize
same "the funnel is kept" funnel r1/funnel.txt
check "shards are whole" leat shards verify -q r1/shards
is "duplicates across sources are gone" "$(zstd -dcq r1/joined.jsonl.zst | jq -r .text | sort | uniq -d | grep -c 'never' )" 0
check "documents of each source" [ -s r1/docs/a.jsonl.zst -a -s r1/docs/b.jsonl.zst ]

# the script gives the same bytes, pasted into a shell, and so does another number of threads
leat run pipe.yaml --run-dir r2 --dry-run >script
check "--dry-run runs nothing" [ ! -e r2 ]
says "the script is strict" script "set -euo pipefail"
exits "the script runs" 0 bash script
exits "runs with one thread" 0 leat run pipe.yaml --run-dir r3 --set threads=1
exits "runs with eight threads" 0 leat run pipe.yaml --run-dir r4 --set threads=8
for r in r2 r3 r4; do
    check "$r: the same shards" diff -r r1/shards $r/shards
    check "$r: the same tokenizer" cmp r1/tokenizer.json $r/tokenizer.json
    zstd -dcq r1/joined.jsonl.zst >a
    zstd -dcq $r/joined.jsonl.zst >b
    same "$r: the same documents" a b
done

# parts of a run
rm -rf r1/shards
exits "--from" 0 leat run pipe.yaml --run-dir r1 --from shards
check "--from made the shards again" diff -r r1/shards r2/shards
exits "--to" 0 leat run pipe.yaml --run-dir r5 --to join
check "--to stops there" [ -e r5/joined.jsonl.zst -a ! -e r5/tokenizer.json ]
exits "--from without the earlier steps" 2 leat run pipe.yaml --run-dir r6 --from join
says "says what is missing" err docs/a.jsonl.zst
exits "--from an unknown step" 2 leat run pipe.yaml --run-dir r1 --from nothing
exits "--to an unknown step" 2 leat run pipe.yaml --run-dir r1 --to nothing
exits "--from behind --to" 2 leat run pipe.yaml --run-dir r1 --from shards --to join
leat run pipe.yaml --run-dir r1 --from tokenizer --to tokenizer --dry-run >script
is "the script has the chosen steps only" "$(grep -c '^leat' script) $(grep -c '^leat tokenizer train' script)" "1 1"
exits "--set changes the plan" 0 leat run pipe.yaml --run-dir r7 --to a --set vars.rule=gopher_short_doc=100000
is "--set had its effect" "$(zstd -dcq r7/docs/a.jsonl.zst | wc -l)" 0

# failures
cat >bad.yaml <<'Y'
name: bad
sources:
  - name: a
    inputs: [in/a1.jsonl]
    stages:
      - filter: {set: gopher_short_doc=1}
      - sh: "head -5; exit 7"
      - dedup exact: {}
Y
exits "a foreign stage that fails" 1 leat run bad.yaml --run-dir bad
says "its status is named" err "status 7"
check "its result is put aside" [ ! -e bad/docs/a.jsonl.zst ]
sed -i 's/sh: .*/filter: {set: no_such_rule=1}/' bad.yaml
rm -rf bad
exits "a stage with a bad option" 2 leat run bad.yaml --run-dir bad
says "the message of the tool is shown" err "no_such_rule"
says "its place, and its step" err "bad.yaml:7:9: step a: leat filter: "
check "nothing was begun" [ ! -e bad ]
sed -i 's/filter: {set: no_such_rule=1}/filter: {set: max_tokens=1, tokenizer: nix.json}/' bad.yaml
exits "a stage that cannot begin" 1 leat run bad.yaml --run-dir bad
says "the message of the tool is shown" err "nix.json"
check "… and not who only lost his reader" eval '! grep -q "signal 13\|status 141" err'
check "nothing was committed" [ ! -e bad/docs/a.jsonl.zst ]
sed -i 's/filter: {set: max_tokens=1, tokenizer: nix.json}/sh: "kill -9 $$"/' bad.yaml
exits "a stage that is killed" 1 leat run bad.yaml --run-dir bad
says "the signal is named" err "signal 9"
sed -i 's/sh: .*/sh: no-such-program-at-all/' bad.yaml
exits "a stage that is not there" 1 leat run bad.yaml --run-dir bad
says "the status of sh" err 127
sed -i 's/  - sh: .*/  - nosuchtool: {}/' bad.yaml
exits "a leat tool that is not there" 2 leat run bad.yaml --run-dir bad
says "the tool is named" err nosuchtool
mkdir path
cat >path/leat-loser <<'SH'
#!/bin/sh
# says that it kept all, and passes on three
sed -n 2,4p
for a; do
    case $a in --stats=*)
        echo '{"balanced":true,"records":{"in":1500,"kept":1500},"text":{"in":'"$TEXT"'}}' >"${a#--stats=}" ;;
    esac
done
SH
chmod +x path/leat-loser
cat >lossy.yaml <<'Y'
name: lossy
sources:
  - name: a
    inputs: [in/a1.jsonl]
    stages:
      - filter: {set: gopher_short_doc=1}
      - loser: {}
      - filter: {set: gopher_short_doc=1}
Y
TEXT=$(jq -j .text in/a1.jsonl | wc -c)
export TEXT
PATH="$PWD/path:$PATH" exits "a tool that loses documents" 1 leat run lossy.yaml --run-dir lossy
says "the boundary is named" err "took in 3"

mistake() { # NAME TEXT-OF-FILE MESSAGE
    printf '%b' "$2" >m.yaml
    exits "mistake: $1" 2 leat run m.yaml --run-dir m --dry-run
    says "mistake: $1: place" err "m.yaml:"
    says "mistake: $1: message" err "$3"
}
S='sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: {}}]}\n'
mistake "no sources" 'name: x\n' sources
mistake "unknown key" "${S}shards: {}\n" shards
mistake "unknown variable" 'sources:\n  - {name: a, inputs: ["${nix}/x"], stages: [{filter: {}}]}\n' nix
mistake "no such file" 'sources:\n  - {name: a, inputs: [nix/x], stages: [{filter: {}}]}\n' nix/x
mistake "no name" 'sources:\n  - {inputs: [in/a1.jsonl], stages: [{filter: {}}]}\n' name
mistake "bad name" 'sources:\n  - {name: ../a, inputs: [in/a1.jsonl], stages: [{filter: {}}]}\n' name
mistake "no stages" 'sources:\n  - {name: a, inputs: [in/a1.jsonl]}\n' stages
mistake "name twice" "${S}  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: {}}]}\n" "called a"
mistake "source is no map" 'sources: [a]\n' map
mistake "stage is no map" 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [filter]}\n' stage
mistake "options are no map" 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: [x]}]}\n' options
mistake "option is a map" 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: {x: {y: 1}}}]}\n' "single value"
mistake "sh at the end" 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: {}}, {sh: cat}]}\n' "begins and ends"
mistake "sh is no command" 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{filter: {}}, {sh: {}}, {filter: {}}]}\n' command
mistake "input is no name" 'sources:\n  - {name: a, inputs: [[x]], stages: [{filter: {}}]}\n' file
mistake "shard without a tokenizer" "${S}shard: {}\n" tokenizer
mistake "tokenizer without a way" "${S}tokenizer: {}\n" "file: FILE"
mistake "train without shards" "${S}train: {config: x}\n" shards
mistake "train without config" "${S}train: {}\n" config
mistake "train: no such config" "${S}tokenizer: {file: t.json}\nshard: {}\ntrain: {config: nix.yaml}\n" nix.yaml
mistake "weight is no number" "${S}tokenizer: {file: t.json}\nshard: {weights: {a: [1]}}\n" weight
mistake "a list" '- a\n' map
stage() { printf 'sources:\n  - {name: a, inputs: [in/a1.jsonl], stages: [{%s}]}\n' "$1"; }
mistake "an unknown option" "$(stage 'filter: {presett: c4}')" "step a: leat filter: unknown option --presett; did you mean --preset?"
mistake "a value that is none" "$(stage 'dedup minhash: {threshold: 2}')" "step a: leat dedup: --threshold takes a number"
mistake "an unknown preset" "$(stage 'filter: {preset: c5}')" "step a: leat filter: unknown preset 'c5'"
mistake "an unknown licence" "$(stage 'code: {licenses: MTI}')" "step a: leat code: --licenses: "
mistake "another verb's option" "$(stage 'dedup exact: {threshold: 0.5}')" "step a: leat dedup: exact takes no --threshold"
mistake "an unknown tool" "$(stage 'filtre: {preset: c4}')" "step a: leat: there is no tool 'filtre'; did you mean 'filter'?"
mistake "an unknown verb" "$(stage 'dedup mihash: {}')" "step a: leat dedup: unknown verb 'mihash'"
for option in output stats framed help; do
    mistake "an option of the run's: $option" "$(stage "filter: {preset: c4, $option: x}")" "step a: filter: leat run sets --$option itself"
done
mistake "an option of the run's: source" "$(stage 'ingest: {source: x}')" "step a: ingest: leat run sets --source itself"
F="$(stage 'filter: {preset: c4}')\n"
mistake "an option of the run's: model" "${F}tokenizer: {file: t.json}\ntokenize: {model: x}\nshard: {}\n" "step shards: tokenize: leat run sets --model itself"
mistake "an option of the run's: force" "${F}tokenizer: {file: t.json}\nshard: {force: true}\n" "step shards: shard: leat run sets --force itself"
mistake "an option of the run's: shards" "${F}tokenizer: {file: t.json}\nshard: {}\ntrain: {config: pipe.yaml, shards: x}\n" "step train: train: leat run sets --shards itself"
mistake "tokenize without shard" "${F}tokenizer: {file: t.json}\ntokenize: {eod: x}\n" "tokenize needs shards to write to: add shard: {}"
printf '%b' "$F" | sed 's/c4/"c4,c5"/' >m.yaml
exits "a run checks all steps first" 2 leat run m.yaml --run-dir m
check "… and begins none" [ ! -e m ]
{ stage 'filter: {preset: c4, threads: 3}, dedup exact: {}' | sed 's/}, dedup/}}, {dedup/'; } >m.yaml
leat run m.yaml --set threads=1 --dry-run >script
is "a stage's own number of threads" "$(grep -o -- '--threads=.' script | tr '\n' ' ')" "--threads=3 --threads=1 "
PATH="$PWD/path:$PATH" exits "a tool of the user's is not asked" 0 leat run lossy.yaml --dry-run
exits "no file" 2 leat run
exits "missing file" 1 leat run nothing.yaml
printf '%b' "${F}tokenizer: {file: \"my tok's.json\"}\nshard: {weights: {a: 3}}\ntrain: {config: c.yaml, set: [train.steps=3]}\n" >q.yaml
echo 'model: {}' >c.yaml
exits "quoting in the script" 0 leat run q.yaml --dry-run --run-dir 'q r'
says "quoting: the tokenizer" out "'--model=my tok'\\''s.json'"
check "the script parses" bash -n out
leat run pipe.yaml --dry-run >/dev/full 2>/dev/null
is "/dev/full" $? 1

# what writes no documents is no stage
for v in check sketch drop; do
    printf 'name: s\nsources:\n  - {name: b, inputs: [in/b.jsonl], stages: [dedup exact: {}, dedup %s: {}]}\n' $v >no.yaml
    exits "dedup $v in a pipe" 2 leat run no.yaml --dry-run
    says "… is refused when the plan is read" err "no.yaml:3:"
done
says "… and says what to write" err "in a pipe write dedup exact"
