"""docs.py N: N documents of made-up sentences in several scripts, with metadata, as JSONL; the same every time."""
import json, random, sys

rng = random.Random(11)
WORDS = ("mill wheel water stone grain flour river bridge road winter summer falling frozen bright Mühle Wasser größer 水車 川 粉 мельница вода "
         "don't it's x = f(y); 12345 3.14 — “quoted” 🙂").split()
for i in range(int(sys.argv[1])):
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(0, 120))) + rng.choice(["", ".", "\n", "\n\n  "])
    doc = {"id": f"doc-{i}", "text": text, "source": ["web", "books", "code"][i % 3],
           "metadata": {"url": f"https://example.org/{i}", "warc_file": "crawl.warc.gz", "warc_offset": 1000 * i, "language": ["en", "de", "ja", "ru"][i % 4],
                        "tier": i % 2, "tags": ["a", {"b": None}]}}
    if i % 10 == 9:
        del doc["metadata"]
    print(json.dumps(doc, ensure_ascii=i % 2 == 0))
