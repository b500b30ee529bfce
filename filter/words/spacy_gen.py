#!/usr/bin/env python3
"""spacy_gen.py: writes spacy_table.c, what spacy.c must know of spaCy's languages "en" and "xx", as facts.

    python3 -m venv /tmp/s && /tmp/s/bin/pip install spacy==3.8.18 datatrove==0.10.1
    /tmp/s/bin/python filter/words/spacy_gen.py >filter/words/spacy_table.c && clang-format -i filter/words/spacy_table.c

Which class a character belongs to is found by asking the installed expressions about every character of Unicode, one
after the other; the exceptions and their cuts are read from the tokeniser. The exceptions go into a perfect hash:
hash_key() below and spacy_hash() of spacy_table.h, a displacement per bucket."""
import re
import sys
import unicodedata

import spacy
from datatrove.utils.text import PUNCTUATION_SET
from spacy.lang import char_classes as cc
from spacy.pipeline.sentencizer import Sentencizer

# Bits of a character's class; spacy_table.h has the same.
BITS = [
    "PREFIX", "SUFFIX", "ALPHA", "LOWER", "UPPER", "QUOTE", "STOPS", "ICON", "HYPHEN", "DIGIT", "MONEY", "SPACE",
    "LETTER", "MARKS", "PUNCT", "WORD", "HOST", "DECIMAL", "ENDS", "INFIX", "NUMBER", "UNIT",
]
BIT = {name: 1 << i for i, name in enumerate(BITS)}
KEY_MAX = 32
PATTERN_MAX = 11
SHIFT = 7
FILTER_BITS = 15
LETTERS_BITS = 15
LETTERS_MULTIPLY = 0x795B929E9A9A80FD  # of 250 tried, with which the fewest words of English texts share a bit


def probes():
    """Name of a class: the test of one character."""
    def single(pieces):
        return re.compile("^(?:" + "|".join(p for p in pieces if p.strip() and "(?" not in p and p != r"\.\.+") + ")$").match

    def member(ranges):
        return re.compile("^[" + ranges + "]$").match

    from spacy.lang import punctuation as p
    stops = re.compile(r"(?<=[0-9{al}{e}{p}(?:{q})])\.".format(al=cc.ALPHA_LOWER, e=r"%²\-\+", q=cc.CONCAT_QUOTES, p=cc.PUNCT))
    assert stops.pattern in p.TOKENIZER_SUFFIXES
    return {
        "PREFIX": single(p.TOKENIZER_PREFIXES),
        "SUFFIX": single(p.TOKENIZER_SUFFIXES),
        "ALPHA": member(cc.ALPHA),
        "LOWER": member(cc.ALPHA_LOWER),
        "UPPER": member(cc.ALPHA_UPPER),
        "QUOTE": member(cc.CONCAT_QUOTES),
        "STOPS": lambda c: stops.search(c + "."),
        "ICON": member(cc.ICONS),
        "HYPHEN": re.compile("^(?:" + cc.HYPHENS + ")$").match,
        "DIGIT": member("0-9"),
        "MONEY": re.compile("^(?:" + cc.CURRENCY + ")$").match,
        "SPACE": str.isspace,
        "LETTER": str.isalpha,
        "MARKS": PUNCTUATION_SET.__contains__,
        "PUNCT": lambda c: unicodedata.category(c)[0] == "P",
        "WORD": re.compile(r"^\w$").match,
        "HOST": member(r"A-Za-z0-9\u00a1-\uffff"),
        "DECIMAL": re.compile(r"^\d$").match,
        "ENDS": set(Sentencizer.default_punct_chars).__contains__,
        "INFIX": lambda c: re.match("^(?:[" + cc.ICONS + r"]|[.…+*^,:<>=/-]|" + cc.HYPHENS + ")$", c),
        "NUMBER": lambda c: unicodedata.category(c)[0] == "N",
        "UNIT": set(u[-1] for u in cc.UNITS.split("|")).__contains__,
    }


def classes():
    tests = probes()
    assert list(tests) == BITS
    table = []
    for cp in range(0x110000):
        c = chr(cp)
        table.append(0 if 0xD800 <= cp < 0xE000 else sum(BIT[n] for n, t in tests.items() if t(c)))
    return table


def rows(items, width=110):
    lines, line = [], "   "
    for v in items:
        item = f" {v},"
        if len(line) + len(item) > width:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(lines + [line])


def print_classes():
    table, records, pages, page_of = classes(), {0: 0}, {}, []
    for start in range(0, 0x110000, 1 << SHIFT):
        page = tuple(records.setdefault(v, len(records)) for v in table[start : start + (1 << SHIFT)])
        page_of.append(pages.setdefault(page, len(pages)))
    assert len(records) < 256 and len(pages) < 256
    print(f"const uint32_t spacy_records[{len(records)}] = {{\n{rows(map(hex, records))}\n}};\n")
    print(f"const uint8_t spacy_page_of[{len(page_of)}] = {{\n{rows(page_of)}\n}};\n")
    print(f"const uint8_t spacy_pages[{len(pages) << SHIFT}] = {{\n{rows(v for p in pages for v in p)}\n}};\n")
    print(f"const uint32_t spacy_ascii[128] = {{\n{rows(hex(v) for v in table[:128])}\n}};\n")


MASK = (1 << 64) - 1
MULTIPLY = 0x9E3779B97F4A7C15


def hash_key(key):
    """Of the first sixteen bytes and the length."""
    low = int.from_bytes(key[:8], "little")
    high = int.from_bytes(key[8:16], "little")
    h = (low ^ ((high * MULTIPLY) & MASK) ^ len(key)) * MULTIPLY & MASK
    return h ^ h >> 32


def slot_of(h, move, bits):
    x = (h >> 32 ^ move * 0x9E3779B1) & 0xFFFFFFFF
    return (x * 0x85EBCA6B & 0xFFFFFFFF) >> 32 - bits


def perfect(keys, buckets, bits):
    """Displacements by bucket, and the key of each slot that is taken."""
    groups = [[] for _ in range(buckets)]
    for k in keys:
        groups[(hash_key(k) >> FILTER_BITS) % buckets].append(k)
    moves, taken = [0] * buckets, {}
    for b in sorted(range(buckets), key=lambda b: -len(groups[b])):
        hashes = [hash_key(k) for k in groups[b]]
        for move in range(65536):
            at = {slot_of(h, move, bits) for h in hashes}
            if len(at) == len(hashes) and not any(a in taken for a in at):
                break
        else:
            sys.exit("spacy_gen.py: no perfect hash with these sizes")
        moves[b] = move
        for k, h in zip(groups[b], hashes):
            taken[slot_of(h, move, bits)] = k
    return moves, taken


def filter_words(keys):
    """A bit for each hash that an exception has: most words are told by it to be none."""
    words = [0] * (1 << FILTER_BITS - 6)
    for k in keys:
        bit = hash_key(k) & (1 << FILTER_BITS) - 1
        words[bit >> 6] |= 1 << (bit & 63)
    return words


def letters_filter(keys):
    """Two bits for each hash of at most eight letters: exceptions that begin so are letters; are letters and a dot."""
    words = [0] * (1 << LETTERS_BITS - 5)
    for k in keys:
        if re.fullmatch(rb"[A-Za-z]+\.?", k):
            slot = (int.from_bytes(k.rstrip(b".")[:8], "little") * LETTERS_MULTIPLY & MASK) >> 64 - LETTERS_BITS
            words[slot >> 5] |= (2 if k.endswith(b".") else 1) << 2 * (slot & 31)
    return words


def quote(b):
    return '"' + "".join(chr(c) if 32 <= c < 127 and c not in b'"\\?' else f"\\{c:03o}" for c in b) + '"'


def initializer(values):
    return "{" + ", ".join(map(str, values or [0])) + "}"


def matched(tokenizer, key):
    """Whether spaCy looks for the tokens of this exception in its second pass (Tokenizer.add_special_case)."""
    return bool(tokenizer.find_prefix(key) or tokenizer.find_infix(key) or tokenizer.find_suffix(key))


def bare(lang):
    """A tokeniser of the language without exceptions: gives the tokens that the second pass looks for."""
    t = spacy.blank(lang).tokenizer
    t.rules = {}
    return t


def print_exceptions(lang, buckets, bits):
    t, plain = spacy.blank(lang).tokenizer, bare(lang)
    rules = {k: [p[65] for p in v] for k, v in t.rules.items() if not k.isspace()}
    assert t.token_match is None and all(not any(c.isspace() for c in k) for k in rules)
    rules = {k.encode(): v for k, v in rules.items()}
    assert all(len(k) <= KEY_MAX for k in rules)
    for k in rules:  # what the fast paths of spacy.c take for granted
        assert not re.fullmatch(rb"[A-Za-z]+[,;:?!)\"]|[0-9]+[.,;:?!\"]?", k), k
        assert not re.fullmatch(rb"[(\"][A-Za-z]+[.,;?!)\"]?|\"[A-Za-z]+:|[A-Za-z]*(-[A-Za-z]*)+[,;:?!)\"]?", k), k
    moves, taken = perfect(list(rules), buckets, bits)
    print(f"static const uint64_t {lang}_filter[{1 << FILTER_BITS - 6}] = {{\n{rows(map(hex, filter_words(rules)))}\n}};\n")
    print(f"static const uint64_t {lang}_letters[{1 << LETTERS_BITS - 5}] = {{\n{rows(map(hex, letters_filter(rules)))}\n}};\n")
    print(f"static const uint16_t {lang}_moves[{buckets}] = {{\n{rows(moves)}\n}};\n")
    print(f"static const struct spacy_exception {lang}_exceptions[{1 << bits}] = {{")
    for slot in sorted(taken):
        key = taken[slot]
        cuts = [len(x.encode()) for x in rules[key]]
        pattern = [len(x.text.encode()) for x in plain(key.decode())] if matched(t, key.decode()) else []
        if len(pattern) == 1:
            assert pattern == cuts  # nothing to mend
            pattern = []
        second = key[sum(pattern[:1]) :][:1]
        assert not pattern or not (key[:1].isalnum() and second.isalnum())  # spacy_mend.c
        assert len(cuts) <= 3 and (not pattern or len(cuts) <= len(pattern) + 1 and len(pattern) <= PATTERN_MAX)
        fields = [quote(key), len(key), int(bool(pattern) and pattern != cuts), initializer(cuts), initializer(pattern)]
        print(f"    [{slot}] = {{{', '.join(map(str, fields))}}},")
    print("};\n")
    print(f"const struct spacy_rules spacy_{lang} = {{{lang}_filter, {lang}_letters, {lang}_moves, {lang}_exceptions, {buckets - 1}, "
          f"{32 - bits}, {hex(sum({1 << len(k) for k in rules}))}, {'true' if lang == 'en' else 'false'}}};\n")


def print_units():
    units = sorted({u.encode() for u in cc.UNITS.split("|")}, key=lambda u: (len(u), u))
    assert not any(c in b"0123456789" for u in units for c in u)
    money = {u.replace("\\", "") for u in cc.CURRENCY.split("|")}
    assert {m for m in money if len(m) > 1} == {"US$", "C$", "A$"}  # spacy_affix.c knows them
    print(f"const struct spacy_piece spacy_units[] = {{\n{rows(f'{{{quote(u)}, {len(u)}}}' for u in units)}\n    {{{{0}}, 0}},\n}};\n")


def main():
    print(f"/* spacy_table.c: facts of spaCy {spacy.__version__} (MIT licence, Explosion AI), written by spacy_gen.py. Do not edit. */")
    print('#include "filter/words/spacy_table.h"\n')
    print_classes()
    print_units()
    print_exceptions("en", 512, 11)
    print_exceptions("xx", 128, 8)


main()
