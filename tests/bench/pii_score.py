"""pii_score.py docs SET >JSONL: presidio's labelled texts as documents.
pii_score.py score SET FOUND.jsonl: kind, labels, precision, recall, exact: a label is found where a span of its kind overlaps it,
a span is right where it overlaps a label of its kind; exact: the share of labels whose both ends are met."""
import collections
import json
import sys

KINDS = {"CREDIT_CARD": "card", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban", "US_SSN": "id", "IP_ADDRESS": "ip"}


def labels(record):
    return [(s["start_position"], s["end_position"], KINDS[s["entity_type"]]) for s in record["spans"] if s["entity_type"] in KINDS]


def score(records, spans_of):
    n = collections.defaultdict(collections.Counter)
    for record, spans in zip(records, spans_of):
        truth = labels(record)
        for a, e, k in truth:
            n[k]["labels"] += 1
            n[k]["found"] += any(x[2] == k and x[0] < e and x[1] > a for x in spans)
            n[k]["exact"] += any(x[2] == k and x[0] == a and x[1] == e for x in spans)
        for a, e, k in (s[:3] for s in spans):
            n[k]["spans"] += 1
            n[k]["right"] += any(x[2] == k and x[0] < e and x[1] > a for x in truth)
    for k in sorted(n):
        c = n[k]
        print(k, c["labels"], f"{c['right'] / max(1, c['spans']):.3f}", f"{c['found'] / max(1, c['labels']):.3f}", f"{c['exact'] / max(1, c['labels']):.3f}")


if __name__ == "__main__":
    records = json.load(open(sys.argv[2]))
    if sys.argv[1] == "docs":
        for i, record in enumerate(records):
            print(json.dumps({"id": str(i), "text": record["full_text"]}, ensure_ascii=False))
    else:
        score(records, [json.loads(line).get("metadata", {}).get("pii", []) for line in open(sys.argv[3])])
