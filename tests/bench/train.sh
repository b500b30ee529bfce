#!/usr/bin/env bash
# train.sh: leat train on a model of some million parameters: tokens a second on one core and on two, where the time goes by
# op, peak memory against the figure printed at the start, and leat generate's tokens a second.
# TRAIN_STEPS=10 TRAIN_SET="model.layers=12 …"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
steps=${TRAIN_STEPS:-10}
sets=()
for s in ${TRAIN_SET:-}; do sets+=(--set "$s"); done
cd "$BENCH_DIR" || exit 1
machine
rm -rf train && mkdir train
cat >train/c.yaml <<'EOF'
model: {layers: 6, width: 256, heads: 4, kv_heads: 2, ffn: 512, seq_len: 256, vocab: 8192}
train: {steps: 10, batch_sequences: 8, lr: 1e-3}
EOF
python3 - >train/docs.jsonl <<'EOF'
import json, random
r = random.Random(1)
words = ["".join(r.choice("bdfgklmnprst") + r.choice("aeiou") for _ in range(r.randint(1, 4))) for _ in range(3000)]
for i in range(400):
    print(json.dumps({"id": str(i), "text": " ".join(r.choice(words) for _ in range(2000)), "source": "made", "metadata": {}}))
EOF
leat-tokenizer train -q --vocab-size 4000 -o train/tokenizer.json train/docs.jsonl
leat-tokenize -q -m train/tokenizer.json train/docs.jsonl | leat-shard -q -o train/shards -
for t in 1 2; do
    taskset -c 0-$((t - 1)) leat-train train/c.yaml -s train/shards -o "train/run$t" -t$t -v \
        --set train.steps="$steps" "${sets[@]}" 2>"train/log$t"
    printf 'leat train, %s threads: %s tokens/s (median of steps 2 to %s)\n' "$t" \
        "$(tail -n +2 "train/run$t/metrics.jsonl" | jq .tokens_per_sec | median)" "$steps"
done
sed 's/^leat train: \(debug: \)\?//' train/log1 | grep -E '^(memory|[0-9]+ parameters|op |[a-z_]+ (backward )?  )'
jq -c '.text |= .[0:60]' train/docs.jsonl | head -30 | leat-tokenize -q -m train/tokenizer.json -o train/prompts.ltok -
for t in 1 2; do
    leat-generate -c train/run1 -n 200 -T 1 --top-p 1 -t$t --stats train/s.json -o train/g.ltok -q train/prompts.ltok
    printf 'leat generate, %s threads: %s tokens/s\n' "$t" "$(jq '.extra.tokens / .seconds | floor' train/s.json)"
done
