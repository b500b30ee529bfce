"""make.py DIR: makes the small fastText models and predictions beside it, from sentences of invented words. Run it only to make
them anew: training with fastText is not reproducible, so models and predictions belong together.
Needs fasttext 0.9.2 (PyPI: fasttext-wheel, with numpy below 2)."""
import fasttext, json, os, random, sys

out = sys.argv[1]
random.seed(7)
SOUNDS = {"la": ("ta ri mo ne sul van", "a en o"), "kö": ("grö þal ček ßun ñir öð", "is ur ám"), "zh": ("水 山 火 风 林", "的 了 在"),
          "ru": ("дов мир ста лен гор", "ый ет ов")}


def word(label):
    start, end = (s.split() for s in SOUNDS[label])
    return "".join(random.choice(start) for _ in range(random.randint(1, 3))) + random.choice(end)


VOCABULARY = {label: [word(label) for _ in range(12)] for label in SOUNDS}


def sentence(label, n):
    other = random.choice(list(SOUNDS))
    return " ".join(random.choice(VOCABULARY[label if random.random() < 0.8 else other]) for _ in range(n))


with open("/tmp/leat-fasttext.txt", "w") as f:
    for i in range(400):
        label = random.choice("la la la kö kö zh ru".split())
        f.write(f"__label__{label} {sentence(label, random.randint(1, 9))}\n")
COMMON = dict(input="/tmp/leat-fasttext.txt", thread=1, verbose=0, minCount=2, epoch=8, lr=0.3)
KINDS = {"softmax.bin": dict(dim=5, wordNgrams=2, minn=2, maxn=3, bucket=150), "tree.bin": dict(dim=3, loss="hs", wordNgrams=3, bucket=90),
         "ova.bin": dict(dim=4, loss="ova", minn=1, maxn=4, bucket=97), "negative.bin": dict(dim=16, loss="ns"),
         "pruned.ftz": dict(dim=6, wordNgrams=2, minn=2, maxn=4, bucket=600), "tree.ftz": dict(dim=5, loss="hs", minn=3, maxn=3, bucket=400)}
TEXTS = ["", " ", "\t\t", "nothing_known", "</s>", "a </s> b", "__label__la", "__label__unknown", "x" * 300, "\u00a0", "\u3000水", "水" * 40]
for label in SOUNDS:
    TEXTS += [sentence(label, n) for n in (1, 2, 5, 20, 150)]
    TEXTS += [f"  {word(label)}\t{word(label)}\r{word(label)}\v{word(label)}\f{word(label)} {word(label).upper()}."]
TEXTS += [f"{VOCABULARY['la'][0]} </s> {sentence('ru', 5)}", f"__label__ru {sentence('zh', 3)} __label__none x", "</s>" + VOCABULARY["la"][1],
          "nul\0" + VOCABULARY["zh"][2]]
with open(f"{out}/predictions.jsonl", "w") as f:
    f.write(json.dumps(TEXTS, ensure_ascii=False) + "\n")
    for name, options in KINDS.items():
        model = fasttext.train_supervised(**COMMON, **options)
        if name.endswith(".ftz"):
            model.quantize(input=COMMON["input"], cutoff=300 if name[0] == "p" else 0, qnorm=name[0] == "p", dsub=2)
        model.save_model(f"{out}/{name}")
        model = fasttext.load_model(f"{out}/{name}")
        for number, text in enumerate(TEXTS):
            said = model.f.predict(text + "\n", 10, 0.0, "strict")
            f.write(json.dumps({"model": name, "text": number, "labels": [s[1][9:] for s in said], "scores": [float(f'{s[0]:.9g}') for s in said]}, ensure_ascii=False) + "\n")
        print(name, os.path.getsize(f"{out}/{name}"))
