"""Oracle of tests/cli/common/jsonl.sh.

  cases                       prints lines: documents of every shape, and the same with a few bytes changed
  verdicts CASES VERDICTS     compares what leat read with what Python reads
  edits CASES EDITED          compares the edited lines

leat and Python differ on purpose in: NaN and Infinity (no JSON), more than 512 levels, and what doc.h asks of a document
(types, no known key twice, no lone surrogates in known strings). Numbers are compared as text, objects as lists of pairs.
"""
import json
import random
import sys

sys.setrecursionlimit(20000)
KNOWN = ("id", "text", "source", "created", "metadata")
MAX_DEPTH = 512


class Number(str):
    """A number's text."""


class Pairs(list):
    """An object's members."""


def not_json(name):
    raise ValueError(name)


def read(raw):
    """The value of a line, or None where it is no JSON."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=not_json, parse_int=Number, parse_float=Number,
                          object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        return None


def depth(v):
    if isinstance(v, Pairs):
        return 1 + max((depth(x) for _, x in v), default=0)
    if isinstance(v, list):
        return 1 + max((depth(x) for x in v), default=0)
    return 0


def is_text(v):
    return isinstance(v, str) and not isinstance(v, Number) and not any("\ud800" <= c <= "\udfff" for c in v)


def document(raw):
    """The members of a line that is a document, else None."""
    v = read(raw)
    if not isinstance(v, Pairs) or depth(v) > MAX_DEPTH:
        return None
    keys = [k for k, _ in v]
    if any(keys.count(k) > 1 for k in KNOWN):
        return None
    d = dict(v)
    good = (is_text(d.get("text"))
            and ("id" not in d or isinstance(d["id"], Number) or is_text(d["id"]))
            and ("source" not in d or is_text(d["source"]))
            and (d.get("created") is None or is_text(d["created"]))
            and (d.get("metadata") is None or isinstance(d["metadata"], Pairs)))
    return v if good else None


# ---------------------------------------------------------------- cases

def random_string(r):
    """A string's JSON."""
    out = []
    for _ in range(r.choice((0, 1, 3, 8, 30, 80))):
        kind = r.randrange(14)
        if kind < 6:
            c = chr(r.randrange(0x20, 0x7f))
            out.append("\\" + c if c in "\"\\" else c)
        elif kind < 8:
            out.append("\\" + r.choice("\"\\/bfnrt"))
        elif kind < 9:
            out.append("\\u%04x" % r.choice((0, 0x1f, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xffff)))
        elif kind < 10:
            out.append(("\\u%04X\\u%04x") % (r.randrange(0xd800, 0xdc00), r.randrange(0xdc00, 0xe000)))
        elif kind < 11 and r.randrange(60) == 0:
            out.append("\\u%04x" % r.randrange(0xd800, 0xe000))
        else:
            c = r.choice((r.randrange(0x7f, 0x250), r.randrange(0x400, 0xd800), r.randrange(0xe000, 0x110000)))
            out.append(chr(c))
    return '"' + "".join(out) + '"'


def space(r):
    return "" if r.randrange(4) else r.choice((" ", "  ", "\t", "\r", " \t\r "))


def random_number(r):
    return r.choice(("0", "-0", "1", "-12", str(r.randrange(10 ** 18)), "9" * 40, "1.5", "-0.0001", "1e5", "1E-5", "1.25e+300",
                     "1e999", repr(r.random())))


def random_value(r, levels):
    kind = r.randrange(8 if levels else 5)
    if kind == 0:
        return random_number(r)
    if kind == 1:
        return r.choice(("true", "false", "null"))
    if kind < 5:
        return random_string(r)
    if kind == 5:
        items = [space(r) + random_value(r, levels - 1) + space(r) for _ in range(r.randrange(4))]
        return "[" + ",".join(items) + (space(r) if not items else "") + "]"
    return random_object(r, levels)


def escape_some(r, key):
    return "".join("\\u%04x" % ord(c) if r.randrange(12) == 0 else c for c in key)


def random_object(r, levels):
    members = []
    for _ in range(r.randrange(5)):
        key = random_string(r) if r.randrange(2) else '"' + escape_some(r, r.choice(("url", "a", "n\\n", "raw", "text"))) + '"'
        members.append(space(r) + key + space(r) + ":" + space(r) + random_value(r, levels - 1) + space(r))
    return "{" + ",".join(members) + (space(r) if not members else "") + "}"


def random_document(r):
    members = [("text", random_string(r))]
    if r.randrange(4):
        members.append(("id", random_string(r) if r.randrange(3) else random_number(r)))
    if r.randrange(3):
        members.append(("source", random_string(r)))
    if r.randrange(3) == 0:
        members.append(("created", r.choice(("null", random_string(r)))))
    if r.randrange(4):
        members.append(("metadata", r.choice(("null", *[random_object(r, 4)] * 4))))
    for _ in range(r.choice((0, 0, 1, 3))):
        members.append((random_string(r)[1:-1], random_value(r, 3)))
    if r.randrange(20) == 0:
        members.append((r.choice(KNOWN), r.choice((random_string(r), random_value(r, 2)))))
    if r.randrange(4):
        r.shuffle(members)
    parts = [space(r) + '"' + escape_some(r, k) * (k in KNOWN) + k * (k not in KNOWN) + '"' + space(r) + ":" + space(r) + v
             + space(r) for k, v in members]
    return space(r) + "{" + ",".join(parts) + "}" + space(r)


PIECES = [bytes([b]) for b in b"{}[]\",:\\/u0123459 \t\r\x00\x0b\x0c\x1a\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf4\xffeE+-.abtrufalsn'"] + [
    b"null", b"true", b"\\u", b"\\ud800", b"\\udc00", b'""', b",,", b"[]", b"{}", b"NaN", b"-Infinity", b"//", b"\xef\xbb\xbf", b"\xed\xa0\x80"]


def mutate(r, raw):
    raw = bytearray(raw)
    for _ in range(r.choice((1, 1, 1, 2, 4))):
        at = r.randrange(len(raw) + 1)
        kind = r.randrange(6)
        if kind == 0:
            del raw[at:at + r.choice((1, 1, 2, 5))]
        elif kind == 1:
            raw[at:at] = r.choice(PIECES)
        elif kind == 2:
            raw[at:at + 1] = r.choice(PIECES)
        elif kind == 3:
            to = r.randrange(len(raw) + 1)
            raw[at:at] = raw[to:to + r.choice((1, 3, 10))]
        elif kind == 4 and at < len(raw):
            raw[at] ^= 1 << r.randrange(8)
        elif r.randrange(4) == 0:
            del raw[at:]
    return bytes(raw).replace(b"\n", b" ")


def fixed_cases():
    """In the manner of JSONTestSuite: each value in several places of a document."""
    values = ("0 -0 01 -01 1. .5 1.0 1e 1e5 1E+5 1e-05 1e5.5 + - -- +1 0x1 0e 0e0 -1.5e-3x 1_0 1,2 NaN -NaN Infinity -Infinity nan "
              "true tru truee True null nul nulll none false \"\" \" \"a\" \"a 'a' \"\\\" \"\\\\\" \"\\x\" \"\\u12\" \"\\u12g4\" "
              "\"\\uD800\" \"\\uDC00\\uD800\" \"\\ud83d\\ude00\" \"\\'\" [] [ ] [] [1,] [,1] [,] [1,,2] [1 [1} {\"a\"} {\"a\":} "
              "{\"a\":1,} {,} {a:1} {1:1} {\"a\":1}{} {\"a\"::1} {\"a\",1} {'a':1} [\"a\":1] {\"a\":1] \"a\"\"b\" \"a\"1 1\"a\" []1 "
              "{}\"\" //x /**/ 1/**/ # {\"a\":1,\"a\":2} [[[[[[]]]]]] \u00a01 1\u2003 \ufeff1 \x0c1 \"\x7f\" \"\x1f\" \"\t\" \"\u2028\"")
    for v in values.split(" "):
        for form in ('{"text":"","x":%s}', '{"text":"","metadata":{"x":%s}}', '{"metadata":%s,"text":"x"}', '{"text":%s}',
                     '{"id":%s,"text":""}', '{"text":"","source":%s}', '{"created":%s,"text":"a"}', '{"text":"t","a":[0,%s,0]}', "%s",
                     '{"text":""}%s', '%s{"text":""}', '{"text":"",%s:1}'):
            yield (form % v).encode("utf-8", "surrogatepass")
    for n in (510, 511, 512, 513, 700):
        yield b'{"text":"","x":' + b"[" * (n - 1) + b"]" * (n - 1) + b"}"
        yield b'{"text":"","metadata":' + b'{"":' * (n - 1) + b"1" + b"}" * (n - 1) + b"}"
        yield b'{"text":"","x":' + b"[" * (n - 1)
    for bad in (b"\x80", b"\xc0\xaf", b"\xc3", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xff",
                b"\xf0\x9f\x98", b"\xc3\xa9", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"):
        for pad in (0, 1, 15, 16, 31, 61, 62, 63, 64, 65, 127):
            yield b'{"text":"' + b"a" * pad + bad + b'"}'
            yield b'{"text":"' + b"a" * pad + bad + b'b"}'


def cases():
    r = random.Random(20240701)
    for raw in fixed_cases():
        yield raw
    for _ in range(6000):
        raw = random_document(r).encode("utf-8", "surrogatepass")
        yield raw
        for _ in range(2):
            yield mutate(r, raw)


# ---------------------------------------------------------------- comparisons

def show(n, raw, leat, python):
    if n <= 5:
        print(f"# line   {raw!r:.300}\n# leat   {leat!r:.300}\n# python {python!r:.300}")


def check_verdicts(raws, answers):
    bad = good = 0
    for raw, answer in zip(raws, answers):
        want, got = document(raw), read(answer)
        got = dict(got)
        if want is None:
            same = got["ok"] is False
        else:
            good += 1
            d = dict(want)
            fields = {k: d.get(k) if d.get(k) is not None else "" for k in KNOWN[:4]}
            same = got["ok"] is True and got["written"] is True and all(got[k] == fields[k] for k in fields)
            same = same and got["metadata"] == d.get("metadata")
        if not same:
            bad += 1
            show(bad, raw, answer, want)
    print(f"# {good} documents, {len(raws) - good} others, {bad} differences")
    return bad == 0 and good > 5000 and len(raws) - good > 5000 and len(raws) == len(answers)


def edited(pairs):
    """What put_edited of tests/unit/common/jsonl.c does."""
    edits = {"url": 'u\t"\u00e9', "n\n": Number("8"), "score": Number("0.1"), "a": False, "raw": [Number("1"), Pairs()]}
    d = dict(pairs)
    metadata = d.get("metadata") or Pairs()
    new = Pairs((k, edits.get(k, v)) for k, v in metadata)
    new += [(k, v) for k, v in edits.items() if k not in dict(metadata)]
    out = Pairs((k, '"new\\\n\x01 ' + v if k == "text" else new if k == "metadata" else v) for k, v in pairs)
    if "metadata" not in d:
        out.append(("metadata", new))
    return out


def check_edits(raws, lines):
    good = [raw for raw in raws if document(raw) is not None]
    documents = [document(raw) for raw in good]
    bad = 0
    for raw, want, line in zip(good, map(edited, documents), lines):
        if read(line) != want:
            bad += 1
            show(bad, raw, line, want)
    print(f"# {len(documents)} documents, {bad} differences")
    return bad == 0 and len(documents) == len(lines)


def lines_of(path):
    with open(path, "rb") as f:
        return f.read().split(b"\n")[:-1]


def main():
    if sys.argv[1] == "cases":
        for raw in cases():
            sys.stdout.buffer.write(raw + b"\n")
        return 0
    compare = check_verdicts if sys.argv[1] == "verdicts" else check_edits
    return 0 if compare(lines_of(sys.argv[2]), lines_of(sys.argv[3])) else 1


sys.exit(main())
