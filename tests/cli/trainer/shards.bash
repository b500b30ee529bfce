# shards.bash: sourced by the trainer's CLI tests: documents of a small made-up language, as tokens and shards.
# shellcheck shell=bash
# make_shards DIR [SEED]: DIR/docs.jsonl, DIR/tokenizer.json, DIR/docs.ltok, DIR/shards
make_shards() {
    mkdir -p "$1"
    python3 - "${2:-1}" >"$1/docs.jsonl" <<'EOF'
import json, random, sys
r = random.Random(int(sys.argv[1]))
words = ["".join(r.choice("bdfgklmnprst") + r.choice("aeiou") for _ in range(r.randint(1, 3))) for _ in range(60)]
for i in range(120):
    text, w = [], 0
    for _ in range(r.randint(20, 60)):
        text.append(words[w])
        w = (3 * w + r.choice([1, 2, 5])) % len(words)
    print(json.dumps({"id": f"doc-{i}", "text": " ".join(text), "source": "made", "metadata": {}}))
EOF
    leat-tokenizer train -q --vocab-size 300 -o "$1/tokenizer.json" "$1/docs.jsonl" &&
        leat-tokenize -q -m "$1/tokenizer.json" -o "$1/docs.ltok" "$1/docs.jsonl" &&
        leat-shard -q --valid-share 0.2 -o "$1/shards" "$1/docs.ltok"
}
# The losses and norms of a run, without what the clock says.
losses() { jq -c '[.step, .loss, .lr, .grad_norm, .tokens, .valid_loss]' "$1/metrics.jsonl"; }
steps() { (cd "$1" && printf '%s ' step-*); } # the checkpoints of a run
config() { # the configuration of all tests
    cat <<'EOF'
model: {layers: 2, width: 32, heads: 4, kv_heads: 2, ffn: 48, seq_len: 24}
train:
  steps: 16
  batch_sequences: 2
  accumulation: 2
  lr: 0.01
  warmup_steps: 4
  checkpoint_every: 4
  eval_every: 8
  eval_batches: 2
  document_mask: true
EOF
}
