"""nfc_gen.py > nfc_table.c: what a text in Normalization Form C may hold, from Python's unicodedata. nfc_plain: anywhere; assigned, of
combining class 0, changed by no normalization and composed with nothing before it. nfc_mark: the same of another combining class;
it may stand alone between plain characters. Unicode's stability policy keeps that so in later versions; what is not assigned is
neither. U+0000 to U+FFFF, then (plain ones) U+1F000 to U+1FFFF; 64 in a word."""
import sys
import unicodedata
from unicodedata import category, combining, decomposition, normalize

second = set()  # of canonical compositions
for code in range(sys.maxunicode + 1):
    parts = decomposition(chr(code)).split()
    if len(parts) == 2 and not parts[0].startswith("<") and normalize("NFC", chr(code)) == chr(code):
        second.add(int(parts[1], 16))
second |= {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # Hangul vowels and final consonants, composed by rule


def stays(code):
    c = chr(code)
    return category(c) not in ("Cn", "Cs") and normalize("NFC", c) == c and code not in second


def words(first, end, wanted):
    return [sum((stays(base + i) and wanted(combining(chr(base + i)))) << i for i in range(64)) for base in range(first, end, 64)]


def table(name, size, values):
    print(f"const uint64_t {name}[{size}] = {{")
    for i in range(0, len(values), 6):
        print(",".join(f"0x{w:x}" for w in values[i:i + 6]) + ",")
    print("};")


print(f"/* nfc_table.c: made by nfc_gen.py from Unicode {unicodedata.unidata_version}; do not edit. */")
print('#include "ingest/charset/nfc_table.h"')
print("/* clang-format off */")
table("nfc_plain", "NFC_PLAIN", words(0, 0x10000, lambda c: c == 0) + words(0x1F000, 0x20000, lambda c: c == 0))
table("nfc_mark", "NFC_MARK", words(0, 0x10000, lambda c: c != 0))
