"""plant.py DATA: text-en-c4-sample as documents, each fifth with an item of gsm8k's test set or of HumanEval planted in it: as it
is, in capitals, or with other spaces and marks. "planted" is FILE:LINE."""
import gzip
import json
import random
import sys

draw = random.Random(1)
data = sys.argv[1]
items = []
for name, lines in (("test.jsonl", open(f"{data}/gsm8k/test.jsonl")), ("HumanEval.jsonl.gz", gzip.open(f"{data}/humaneval/HumanEval.jsonl.gz", "rt"))):
    for i, line in enumerate(lines):
        item = json.loads(line)
        items.append((f"{name}:{i + 1}", item.get("question") or item["prompt"]))
for i, line in enumerate(open(f"{data}/en-c4-sample/c4.jsonl")):
    doc = {"id": str(i), "text": json.loads(line)["text"]}
    if i % 5 == 0:
        where, text = draw.choice(items)
        form = draw.random()
        if form < 0.3:
            text = text.upper()
        elif form < 0.6:
            text = text.replace(" ", "  ").replace(".", " ;")
        at = draw.randint(0, len(doc["text"]))
        doc["text"] = doc["text"][:at] + "\n" + text + "\n" + doc["text"][at:]
        doc["planted"] = where
    print(json.dumps(doc, ensure_ascii=False))
