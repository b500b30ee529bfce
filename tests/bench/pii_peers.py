"""pii_peers.py DATA PLANTED.jsonl [PEER]: MB of text/s of datatrove's PIIFormatter and NGramsDecontFilter, presidio's pattern recognizers
and dolma's taggers on one core; their precision and recall on presidio's texts."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pii_score import score  # noqa: E402

data, planted = sys.argv[1], sys.argv[2]
texts = [json.loads(line)["text"] for line in open(f"{data}/en-c4-sample/c4.jsonl")]
records = json.load(open(f"{data}/pii-presidio/synth_dataset_v2.json"))


def speed(name, one, some):
    size = sum(len(t.encode()) for t in some)
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for t in some:
            one(t)
        best = min(best, time.process_time() - start)
    print(f"{name:40} {size / best / 1e6:8.2f} MB/s")


def datatrove_pii():
    from datatrove.pipeline.formatters.pii import PIIFormatter

    speed("datatrove PIIFormatter", PIIFormatter().format, texts)


def datatrove_decont():
    import struct
    import tempfile
    import types

    from datatrove.data import Document
    from datatrove.pipeline.decont import n_grams
    from datatrove.utils.hashing import create_hash_func
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    config = n_grams.NGramsDecontConfig(n_grams=13, find_query_ngrams=True)
    of_bytes = create_hash_func(config.hash_config)

    def bytes_hash(text):  # today's xxhash takes no str
        return of_bytes(text.encode())

    # the step itself asks for lighteval, which fetches its sets from the net; its hashes need only this
    indexer = types.SimpleNamespace(config=config, tokenizer=load_word_tokenizer("en"), hash_func=bytes_hash)
    hashes = set()
    for line in open(f"{data}/gsm8k/test.jsonl"):
        item = json.loads(line)
        hashes.update(n_grams.NGramsDecontIndexer.compute_hashes(indexer, item["answer"], item["question"]))
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/gsm8k.index.hashes", "wb") as f:
            f.write(struct.pack(f"<{len(hashes)}Q", *hashes))
        step = n_grams.NGramsDecontFilter(folder, config)
        step.hash_func = bytes_hash
        docs = [json.loads(line) for line in open(planted)]
        of_set = [d for d in docs if d.get("planted", "").startswith("test")]
        got = [d["id"] for d in docs[:200] if step.filter(Document(text=d["text"], id=d["id"])) is not True]
        want = [d["id"] for d in of_set if int(d["id"]) < 200]
        print(f"datatrove NGramsDecontFilter: of {len(want)} planted in 200 documents {len(set(got) & set(want))} found, {len(set(got) - set(want))} besides")
        speed("datatrove NGramsDecontFilter (13)", lambda t: step.filter(Document(text=t, id="0")), texts[:100])


def presidio():
    import tldextract

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # the list it carries, not one from the net
    from presidio_analyzer import predefined_recognizers as p

    kinds = {"CREDIT_CARD": "card", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban", "US_SSN": "id", "IP_ADDRESS": "ip"}
    own = [p.CreditCardRecognizer(), p.EmailRecognizer(), p.IbanRecognizer(), p.IpRecognizer(), p.PhoneRecognizer(), p.UsSsnRecognizer()]

    def find(text, least=0.0):
        return [(r.start, r.end, kinds[r.entity_type]) for x in own for r in x.analyze(text, x.supported_entities, None)
                if r.entity_type in kinds and r.score >= least]

    for least in (0.0, 0.4):
        print(f"presidio's recognizers for these kinds, without context, score ≥ {least}: kind, labels, precision, recall, exact")
        score(records, [find(r["full_text"], least) for r in records])
    speed("presidio, 6 pattern recognizers", find, texts[:200])


def dolma():
    from dolma.core.data_types import Document
    from dolma.core.registry import TaggerRegistry

    kinds = {"EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IP_ADDRESS": "ip"}
    for name in ("pii_regex_with_counts_fast_v2", "pii_regex_v2"):
        if not TaggerRegistry.has(name):
            continue
        tagger = TaggerRegistry.get(name)()
        spans = [[(s.start, s.end, kinds[s.type]) for s in tagger.predict(Document(source="", id="0", text=r["full_text"])).spans if s.type in kinds]
                 for r in records]
        print(f"dolma {name}: kind, labels, precision, recall, exact")
        score(records, spans)
        speed("dolma " + name, lambda t: tagger.predict(Document(source="", id="0", text=t)), texts[:300])


peers = (datatrove_pii, datatrove_decont, presidio, dolma)
for peer in [p for p in peers if len(sys.argv) < 4 or p.__name__ == sys.argv[3]]:
    try:
        peer()
    except Exception as why:  # a peer that does not run is told, and the others go on
        print(f"{peer.__name__}: {type(why).__name__}: {why}")
