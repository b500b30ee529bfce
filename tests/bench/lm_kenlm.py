"""lm_kenlm.py MODEL TEXT RUNS: KenLM's Python binding over the lines of TEXT, as leat's tests/bench/lm.c does it."""
import sys, time
import kenlm

started = time.process_time()
config = kenlm.Config()
config.show_progress = False
model = kenlm.Model(sys.argv[1], config)
opened = time.process_time() - started
lines = [l for l in open(sys.argv[2], "rb").read().split(b"\n") if l.strip()]
tokens = sum(len(l.split()) + 1 for l in lines)
seconds = []
for _ in range(int(sys.argv[3])):
    started = time.process_time()
    score = model.score
    total = 0.0
    for l in lines:
        total += score(l)
    seconds.append(time.process_time() - started)
seconds.sort()
print(f"{tokens} tokens, log10 {total:.4f}, opened in {opened:.3f} s, M tokens/s best {tokens / seconds[0] / 1e6:.2f} "
      f"median {tokens / seconds[len(seconds) // 2] / 1e6:.2f}")
