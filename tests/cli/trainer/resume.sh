# shellcheck shell=bash
# leat train: killed, stopped, out of disk, resumed: always the losses and the bytes of a run that was never stopped.
source "$LEAT_ROOT/tests/lib.sh"
source "$LEAT_ROOT/tests/cli/trainer/shards.bash"
make_shards data
config >c.yaml
train() { leat-train c.yaml -s data/shards "$@"; }
exits 'a straight run' 0 train -o straight -q -t1
losses straight >want
like_straight() { # NAME DIR
    losses "$2" >got
    same "$1: losses" got want
    same "$1: weights" "$2/step-00000016/model.safetensors" straight/step-00000016/model.safetensors
    same "$1: moments" "$2/step-00000016/optimizer.safetensors" straight/step-00000016/optimizer.safetensors
    check "$1: nothing half-written is left" bash -c "! ls -d $2/*.tmp 2>/dev/null"
}
wait_for_step() { # DIR STEP
    for _ in $(seq 3000); do
        if [ -f "$1/metrics.jsonl" ] && [ "$(wc -l <"$1/metrics.jsonl")" -ge "$2" ]; then return 0; fi
        sleep 0.01
    done
    return 1
}

# Killed at each step of the run, one after the other, however far it came.
for step in 1 2 3 5 6 7 9 11 13 15; do
    leat-train c.yaml -s data/shards -o killed --resume -q -t2 &
    wait_for_step killed "$step"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
done
mkdir -p killed/step-00000099.tmp && echo half >killed/step-00000099.tmp/model.safetensors
exits 'resumed after ten kills' 0 train -o killed --resume -q
like_straight 'ten kills' killed

exits 'resuming what is done' 0 train -o killed --resume
says 'does nothing' err 'done at step 16 of 16'
exits 'resuming nothing' 0 train -o fresh --resume
says 'starts anew' err 'starting from step 0'
like_straight 'resuming nothing' fresh

# A signal: a checkpoint, status 0.
for signal in TERM INT; do
    # Background jobs of a script ignore SIGINT; python gives the tool the default back.
    python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' \
        leat-train c.yaml -s data/shards -o "$signal" --set train.steps=100000 --set train.checkpoint_every=0 2>log &
    wait_for_step "$signal" 3
    exits 'a second run into the same directory' 2 train -o "$signal" --resume
    says 'is refused' err 'another leat train is running there'
    kill -$signal $!
    wait $!
    is "SIG$signal ends with status 0" $? 0
    says "SIG$signal is said" log 'stopped by a signal at step'
    check "SIG$signal leaves a checkpoint" test "$(steps "$signal" | wc -w)" = 1
    last=$(tail -1 $signal/metrics.jsonl | jq .step)
    check "SIG$signal: of the last step" test -d "$signal/$(printf 'step-%08d' "$last")"
done
exits 'stopped early' 0 train -o early -q --set train.max_minutes=0.000001
check 'after a step' test "$(steps early | wc -w)" = 1
exits 'and resumed' 0 train -o early -q --resume
like_straight 'stopped by time' early

# No room for a checkpoint: the run goes on, the last good one stays, and the end says so.
exits 'the first part' 0 train -o full -q --set train.max_minutes=0.000001
first=$(cd full && echo step-*)
cp -r full/"$first" keep
(ulimit -f 32 && train -o full --resume) >out 2>err
is 'checkpoints that do not fit: status' $? 1
says 'they are named' err 'the checkpoint of step 4 failed'
says 'with what stays' err "the last good one is full/$first"
is 'it stays' "$(steps full)" "$first "
check 'whole' diff -r keep "full/$first"
is 'training went on' "$(tail -2 full/metrics.jsonl | jq -r 'select(.loss) | .step')" 16
exits 'with room again' 0 train -o full --resume -q
like_straight 'disk full' full
(ulimit -f 32 && train -o none) >out 2>err
is 'no checkpoint at all: status' $? 1
says 'is said' err 'none to fall back on'

# What does not belong together.
refuse() { # NAME TEXT ARGUMENT…
    local name=$1 text=$2
    shift 2
    exits "$name" 2 train -o straight --resume "$@"
    says "$name: the message" err "$text"
}
refuse 'another model' 'layers is 3 in the configuration and 2 in the checkpoint' --set model.layers=3
refuse 'another vocabulary' 'vocab is 301' --set model.vocab=301
refuse 'another seed' 'seed is 2' --set train.seed=2
refuse 'another batch' 'batches of 4 samples' --set train.accumulation=1
make_shards other 2
exits 'other shards' 2 leat-train c.yaml -s other/shards -o straight --resume
says 'other shards: the message' err 'other shards'
exits 'more steps' 0 train -o straight --resume --set train.steps=18 -q
is 'go on' "$(tail -2 straight/metrics.jsonl | jq -r 'select(.loss) | .step')" 18
printf X | dd of=straight/step-00000018/model.safetensors bs=1 seek=5000 conv=notrunc status=none
exits 'a damaged checkpoint' 3 train -o straight --resume --set train.steps=20
says 'is named' err 'step-00000018/model.safetensors'
rm -r straight/step-00000018
exits 'the older one serves' 0 train -o straight --resume --set train.steps=18 -q
