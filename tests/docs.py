"""docs.py N [SEED]: N documents of plausible English made from a word list, on standard output: for tests. The same for the
same arguments. Some have symbols, other scripts, long lines, repeated lines; ids are unique."""
import json, random, sys

n, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
rng = random.Random(seed)
WORDS = ("the of and to be that have with water river mill wheel stone channel stream flour grain farmer market town bridge "
         "road winter summer field harvest bread oven family house garden river's well-known old new small great turns "
         "carries flows grinds opens closes holds keeps gives takes makes slowly quickly always never often under over "
         "through between near far long short 1850 12 3.5").split()


def sentence():
    words = [rng.choice(WORDS) for _ in range(rng.randint(5, 18))]
    words[0] = words[0].capitalize()
    if rng.random() < 0.3:
        words.insert(rng.randint(1, len(words)), rng.choice([",", "–", "(so)", "“here”"]))
    return " ".join(words) + rng.choice([".", ".", ".", "!", "?", "..."])


def paragraph():
    return " ".join(sentence() for _ in range(rng.randint(2, 6)))


for i in range(n):
    kind = rng.random()
    text = "\n\n".join(paragraph() for _ in range(rng.randint(1, 6)))
    if kind < 0.1:
        text = sentence()
    elif kind < 0.15:
        text = "\n".join("- " + sentence() for _ in range(30))
    elif kind < 0.2:
        text = "\n".join([sentence()] * 12)
    elif kind < 0.25:
        text = text + " # " * 40
    elif kind < 0.3:
        text = "水車は川の水で回る。" * 20 + text
    doc = {"id": f"doc-{seed}-{i}", "text": text, "source": "made", "metadata": {"url": f"https://example.org/{i}", "n": i}}
    if i % 3 == 0:
        doc = {"extra": [1.50, {"a": None}], **doc}
    print(json.dumps(doc, ensure_ascii=i % 2 == 0))
