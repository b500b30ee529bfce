"""lm_agree.py MODEL TEXT COMMAND…: each word's log10 p, n-gram length and whether it is known, KenLM's beside the command's."""
import subprocess, sys
import kenlm

config = kenlm.Config()
config.show_progress = False
model = kenlm.Model(sys.argv[1], config)
text = open(sys.argv[2], "rb").read()
out = subprocess.run(sys.argv[3:], input=text, capture_output=True, check=True).stdout.split(b"\n")
at, worst, other = 0, 0.0, 0
for line in (l for l in text.split(b"\n") if l.strip()):
    for (p, length, oov), word in zip(model.full_scores(line), line.split() + [b"</s>"]):
        f = out[at].split(b"\t")
        if f[0] != word:
            sys.exit(f"token {at}: {f[0]} where KenLM has {word}")
        worst = max(worst, abs(float(f[1]) - p))
        other += int(f[2]) != length or (len(f) > 3) != oov
        at += 1
print(f"{at} tokens: log10 p differ by at most {worst:.2g}; {other} of another n-gram length or unknown")
