# shellcheck shell=bash
# From documents to a model and back to text: losses that fall and that no kill, restart or number of threads changes; what
# does not belong together is refused.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
python3 "$LEAT_ROOT/tests/docs.py" 300 5 | jq -c 'if .metadata.n % 4 == 0 then .source = "rare" else . end' >docs.jsonl
leat tokenizer train -q --vocab-size 400 -o tokenizer.json docs.jsonl || exit 1
leat tokenize -q -m tokenizer.json docs.jsonl | leat shard -q -o shards --valid-share 0.1 --weight made=3 --weight rare=1 ||
    exit 1
cat >c.yaml <<'Y'
model: {layers: 2, width: 32, heads: 4, kv_heads: 2, ffn: 64, seq_len: 32}
train:
  {steps: 40, batch_sequences: 4, lr: 0.01, min_lr: 0.001, warmup_steps: 5, seed: 3, checkpoint_every: 4, keep: 3, eval_every: 20}
Y
train() { leat train -q c.yaml --shards shards "$@"; }
losses() { grep -o '"loss":[^,}]*' "$1/metrics.jsonl"; }
whole() { # each checkpoint of a run is whole: every file that its state names is there with its hash
    python3 - "$1" <<'P'
import glob, json, os, subprocess, sys
for d in glob.glob(sys.argv[1] + "/step-*"):
    if d.endswith(".tmp"):
        continue
    files = json.load(open(d + "/state.json"))["files"]
    assert set(os.listdir(d)) == set(files) | {"state.json"}, (d, os.listdir(d))
    for name, want in files.items():
        got = subprocess.run(["xxhsum", "-H3", f"{d}/{name}"], capture_output=True, text=True, check=True).stdout
        assert want in got, (d, name, got, want)
P
}

exits 'a run' 0 train -o straight -t2
losses straight >want
is 'a loss for each step' "$(wc -l <want)" 40
check 'the loss falls' jq -se '[.[] | select(.loss) | .loss] |
    (.[0] > 5.8) and (.[0] < 6.2) and ((.[35:] | add / length) < (.[:5] | add / length) - 1)' straight/metrics.jsonl
check 'the validation loss is near the training loss' jq -se '[.[] | select(.valid_loss)] | length == 2 and
    (.[1].valid_loss < .[0].valid_loss) and .[1].valid_loss > 2' straight/metrics.jsonl
is 'the kept checkpoints' "$(cd straight && echo step-*)" 'step-00000032 step-00000036 step-00000040'
if command -v xxhsum >/dev/null; then check 'they are whole' whole straight; else skip 'they are whole' 'no xxhsum'; fi
for t in 1 3; do
    exits "$t threads" 0 train -o "t$t" -t$t
    losses "t$t" >got
    same "$t threads: the same losses" got want
    for f in model optimizer; do
        check "$t threads: the same $f" cmp -s "t$t/step-00000040/$f.safetensors" "straight/step-00000040/$f.safetensors"
    done
done

# Killed at any moment, in a step, in a checkpoint, before the first: then resumed, with other threads each time.
start=$(date +%s%N)
train -o timing -t2
took=$((($(date +%s%N) - start) / 1000000))
for i in 1 2 3 4 5 6 7 8; do
    leat-train -q c.yaml --shards shards -o killed --resume -t$((i % 3 + 1)) 2>err &
    pid=$!
    sleep "$(printf '%d.%03d' $((took * (i * 37 % 50 + 5) / 100000)) $((took * (i * 37 % 50 + 5) / 100 % 1000)))"
    kill -9 $pid 2>/dev/null
    { wait $pid; } 2>/dev/null
    if command -v xxhsum >/dev/null && [ -d killed ]; then whole killed || not_ok "kill $i: a checkpoint is not whole"; fi
done
exits 'resumed to the end' 0 train -o killed --resume
losses killed >got
same 'killed and resumed: bit-identical losses' got want
check 'killed and resumed: the same weights' cmp -s killed/step-00000040/model.safetensors straight/step-00000040/model.safetensors
check 'killed and resumed: the same moments' cmp -s killed/step-00000040/optimizer.safetensors straight/step-00000040/optimizer.safetensors
is 'killed and resumed: every step once' "$(jq -r 'select(.loss) | .step' killed/metrics.jsonl | uniq | tr '\n' ' ')" "$(seq -s ' ' 40) "
check 'killed and resumed: nothing half is left' eval '[ -z "$(find killed -name "*.tmp*")" ]'

# ended by SIGTERM: a checkpoint at once, status 0
leat-train -q c.yaml --shards shards -o stopped 2>err &
pid=$!
for _ in $(seq 500); do if [ -s stopped/metrics.jsonl ]; then break; else sleep 0.01; fi; done
kill -TERM $pid
wait $pid
is 'SIGTERM ends it well' $? 0
check 'and leaves a checkpoint' eval 'ls -d stopped/step-* >/dev/null'
exits 'resumed after SIGTERM' 0 train -o stopped --resume
losses stopped >got
same 'SIGTERM and resumed: the same losses' got want

# by a pipeline file
cat >pipe.yaml <<'Y'
name: p
sources:
  - {name: docs, inputs: [docs.jsonl], stages: [{dedup exact: {}}]}
tokenizer: {train: {vocab-size: 400}}
shard: {valid-share: 0.1, weights: {made: 3, rare: 1}}
train: {config: c.yaml}
Y
exits 'leat run' 0 leat run -q pipe.yaml --run-dir run
losses run/model >got
# the pipeline drops nothing here, so its shards are those made by hand
same 'leat run: the same losses' got want

# ---- the model writes
head -5 docs.jsonl | jq -c '.text |= .[0:30]' >prompts.jsonl
leat tokenize -q -m tokenizer.json prompts.jsonl | leat generate -q -c straight -n 20 | leat tokenize -q -m tokenizer.json --decode >said
is 'text for each prompt, by its id' "$(jq -r .id said)" "$(jq -r .id prompts.jsonl)"
check 'it begins with the prompt and goes on' python3 - <<'P'
import json
for p, s in zip(open("prompts.jsonl"), open("said")):
    p, s = json.loads(p)["text"], json.loads(s)["text"]
    assert s.startswith(p) and len(s) > len(p), (p, s)
P
check 'most of it is made of the words it learnt from' python3 - <<'P'
import json, re
known = set(re.findall(r"\w+", " ".join(json.loads(line)["text"] for line in open("docs.jsonl")).lower()))
words = [w for line in open("said") for w in re.findall(r"\w+", json.loads(line)["text"].lower())]
assert sum(w in known for w in words) > len(words) / 3, words
P
leat tokenize -q -m tokenizer.json prompts.jsonl | leat generate -q -c straight -n 20 -t1 | leat tokenize -q -m tokenizer.json --decode >again
same 'the same again with one thread' again said
leat generate -q -c straight --prompt-ids '' -n 10 | leat tokenize -q -m tokenizer.json --decode >none
is 'from nothing: one document' "$(jq -r 'has("text")' none)" true

# ---- what does not belong together
leat tokenizer train -q --vocab-size 500 -o other.json docs.jsonl
leat tokenize -q -m other.json -o other.ltok docs.jsonl
leat shard -q -o other other.ltok
leat tokenizer train -q --vocab-size 400 -o twin.json <(sed 's/the/die/g; s/and/und/g' docs.jsonl)
leat tokenize -q -m twin.json -o twin.ltok docs.jsonl
leat shard -q -o twin twin.ltok
for s in other twin; do
    cp -r straight "resumed-$s"
    exits "resuming on $s shards" 2 leat train c.yaml --shards $s -o "resumed-$s" --resume --set train.steps=44
    says "resuming on $s shards: what differs is said" err "$([ $s = other ] && echo vocab || echo 'other shards')"
    exits "prompts of the $s tokenizer" 2 leat generate -c straight $s.ltok -o g.ltok
    says "prompts of the $s tokenizer: named" err $s.ltok
    exits "decoding with the $s tokenizer" 2 leat tokenize --decode -m $s.json -o d.jsonl <(leat tokenize -q -m tokenizer.json docs.jsonl)
    says "decoding with the $s tokenizer: said" err 'another tokenizer'
    exits "one shard of two tokenizers, $s" 2 leat shard -o mixed <(leat tokenize -q -m tokenizer.json docs.jsonl) $s.ltok
    says "one shard of two tokenizers, $s: named" err $s.ltok
done
check 'nothing was made of it' [ ! -e g.ltok -a ! -e d.jsonl -a ! -e mixed ]
exits 'a vocabulary smaller than the shards' 2 train --set model.vocab=300 -o small
says 'both numbers are said' err 400
exits 'resuming another model' 2 train --set model.width=16 -o straight --resume
says 'what differs is said' err width
losses straight >got
same 'and nothing was harmed' got want
for f in shards/*.bin shards/manifest.json; do
    rm -rf bad && cp -r shards bad && truncate -s -2 "bad/${f##*/}"
    rm -rf on-bad
    leat train -q c.yaml --shards bad -o on-bad >out 2>err
    is "training on a cut ${f##*/}" $? 3
    says "training on a cut ${f##*/}: named" err "${f##*/}"
done
leat tokenize -q -m tokenizer.json <(head -1 docs.jsonl | jq -c '.text = "hi"') | leat shard -q -o tiny
exits 'shards of less than a window' 2 leat train c.yaml --shards tiny -o on-tiny
says 'they are named' err tiny
