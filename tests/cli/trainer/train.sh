# shellcheck shell=bash
# leat train: a run, its files, any number of threads, what is refused.
source "$LEAT_ROOT/tests/lib.sh"
source "$LEAT_ROOT/tests/cli/trainer/shards.bash"
make_shards data
config >c.yaml

exits 'a run' 0 leat-train c.yaml --shards data/shards --out run -t2
says 'progress has the loss' err 'step 16/16  loss '
says 'the end is said' err 'done at step 16 of 16'
is 'a metrics line for each step' "$(jq -r 'select(.loss) | .step' run/metrics.jsonl | tr '\n' ' ')" "$(seq 16 | tr '\n' ' ')"
is 'evaluations' "$(jq -r 'select(.valid_loss) | "\(.step):\(.valid_targets)"' run/metrics.jsonl | tr '\n' ' ')" '8:96 16:96 '
is 'members of a line' "$(head -1 run/metrics.jsonl | jq -r 'keys | join(" ")')" \
    'grad_norm loss lr seconds step tokens tokens_per_sec'
is 'tokens are counted' "$(tail -2 run/metrics.jsonl | jq -r 'select(.loss) | .tokens')" $((16 * 4 * 24))
check 'the loss falls' jq -se '[.[] | select(.loss) | .loss] | .[0] > 5.5 and .[15] < .[0] - 0.8' run/metrics.jsonl
is 'the last two checkpoints stay' "$(steps run)" 'step-00000012 step-00000016 '

# Another program's view of the weights: names and shapes as in Hugging Face's Llama, every byte accounted for.
check 'weights are a safetensors file' python3 - <<'EOF'
import json, math, struct
raw = open("run/step-00000016/model.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8 : 8 + n])
header.pop("__metadata__")
assert n % 8 == 0 and len(header) == 20
assert header["model.layers.1.self_attn.k_proj.weight"]["shape"] == [16, 32]
assert header["model.layers.0.mlp.down_proj.weight"]["shape"] == [32, 48]
assert header["model.embed_tokens.weight"]["shape"] == [300, 32]
at = 0
for t in header.values():
    assert t["dtype"] == "F32" and t["data_offsets"] == [at, at + 4 * math.prod(t["shape"])]
    at = t["data_offsets"][1]
assert at == len(raw) - 8 - n
values = struct.unpack(f"<{at // 4}f", raw[8 + n :])
assert all(math.isfinite(v) for v in values) and len(set(values)) > 10000
EOF
state=run/step-00000016/state.json
is 'hashes are XXH3' "$(jq -r '.files["model.safetensors"]' $state)" \
    "$(xxhsum -H3 run/step-00000016/model.safetensors | sed 's/.*= //; s/^XXH3_//; s/ .*//')"
is 'state' "$(jq -c '[.step, .sample, .tokens, .seed, .vocab_size, .model.layers]' $state)" '[16,64,1536,1,300,2]'
is 'the tokenizer is named' "$(jq -r .tokenizer $state)" "$(jq -r .tokenizer data/shards/manifest.json)"

losses run >two
for t in 1 3 8; do
    exits "-t$t" 0 leat-train c.yaml -s data/shards -o "run-$t" -q -t$t
    losses "run-$t" >"losses-$t"
    same "-t$t has the losses of -t2" "losses-$t" two
    same "-t$t has the weights of -t2" "run-$t/step-00000016/model.safetensors" run/step-00000016/model.safetensors
    same "-t$t has the moments of -t2" "run-$t/step-00000016/optimizer.safetensors" run/step-00000016/optimizer.safetensors
done

exits 'the reference in doubles' 0 leat-train c.yaml -s data/shards -o ref -q --device ref64 --set train.steps=6 \
    --set train.checkpoint_every=0
check 'floats and doubles agree to 1e-4' jq -se '[.[] | select(.loss)] | group_by(.step) | map(select(length == 2)) |
    length == 3 and all(.[]; (.[0].loss - .[1].loss | fabs) < 1e-4)' \
    <(head -3 run/metrics.jsonl) <(head -3 ref/metrics.jsonl)

# ---- options and ends
exits 'a time limit ends a run in good order' 0 leat-train c.yaml -s data/shards -o short --set train.max_minutes=0.0001 \
    --set train.steps=1000000
says 'and says so' err 'stopped by max_minutes at step'
check 'with a checkpoint' test "$(steps short | wc -w)" = 1
exits 'where the time went' 0 leat-train c.yaml -s data/shards -o costs -v --set train.steps=2
says 'by op' err 'matmul backward'
exits 'what follows an end is no target, when asked' 0 leat-train c.yaml -s data/shards -o masked -q \
    --set train.eod_mask_loss=true --set train.steps=4
check 'the losses differ' test "$(losses masked | head -4)" != "$(head -4 two)"
exits 'no validation split' 0 leat-shard -q --valid-share 0 -o novalid data/docs.ltok
exits 'is said, and not fatal' 0 leat-train c.yaml -s novalid -o nv --set train.steps=2
says 'in a word' err 'no evaluation'

# ---- what is refused: one line, status, and no directory
refuse() { # NAME STATUS TEXT ARGUMENT…
    local name=$1 status=$2 text=$3
    shift 3
    rm -rf refused
    exits "$name" "$status" leat-train "$@" --out refused
    says "$name: the message" err "$text"
    check "$name: nothing is written" test ! -e refused
}
refuse 'bad option' 2 'stepz' c.yaml -s data/shards --stepz 3
refuse 'no configuration' 2 'configuration file' -s data/shards
refuse 'two configurations' 2 'configuration file' c.yaml c.yaml -s data/shards
refuse 'no shards' 2 '--shards' c.yaml
refuse 'a configuration that is not there' 1 'nowhere.yaml' nowhere.yaml -s data/shards
refuse 'shards that are not there' 1 'nowhere' c.yaml -s nowhere
refuse 'an unknown key' 2 'stps' c.yaml -s data/shards --set train.stps=3
refuse 'a value out of range' 2 'layers' c.yaml -s data/shards --set model.layers=0
refuse 'a missing key' 2 'lr' c.yaml -s data/shards --set train.lr=null
refuse 'a vocabulary that is too small' 2 'vocabulary of 300' c.yaml -s data/shards --set model.vocab=299
refuse 'a context longer than the data' 2 'window' c.yaml -s data/shards --set model.seq_len=1000000
refuse 'an unknown device' 2 'abacus' c.yaml -s data/shards --device abacus
echo 'model: {' >broken.yaml
refuse 'broken YAML' 2 'broken.yaml:2' broken.yaml -s data/shards
: >empty.yaml
refuse 'an empty configuration' 2 'model' empty.yaml -s data/shards
leat-tokenize -q --no-eod -m data/tokenizer.json data/docs.jsonl | leat-shard -q -o endless -
refuse 'masks where documents have no end' 2 'document_mask' c.yaml -s endless
exits 'a directory that has a run' 2 leat-train c.yaml -s data/shards -o run
says 'is not overwritten' err '--resume'
exits 'an output that cannot be' 1 leat-train c.yaml -s data/shards -o /proc/nowhere/run
exits 'weights that explode' 1 leat-train c.yaml -s data/shards -o boom --set train.lr=100 --set train.weight_decay=100 \
    --set train.steps=100
says 'are said to' err 'lower lr'
bash -c 'leat-train --help >/dev/full' 2>/dev/null
is 'help to a full disk' $? 1
exits 'help' 0 leat-train --help
says 'help names the keys' out 'batch_sequences'
