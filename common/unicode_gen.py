#!/usr/bin/env python3
"""unicode_gen.py: writes unicode_table.c, the character tables of text.h, from the data of Unicode 16.0.0.

    python3 -m venv /tmp/u && /tmp/u/bin/pip install unicodedata2==16.0.0
    /tmp/u/bin/pip download --no-deps --no-binary :all: -d /tmp/u unicodedata2==16.0.0
    /tmp/u/bin/python common/unicode_gen.py /tmp/u/unicodedata2-16.0.0.tar.gz >common/unicode_table.c

General categories come from the module, simple lower-case mappings from unicodetype_db.h in the source distribution
(the module does not export them). The output is a two-stage table: a page number per 256 code points, then one byte per
code point of each distinct page, an index into the distinct (category, classes, distance to the lower case)."""
import re
import sys
import tarfile

import unicodedata2

VERSION = "16.0.0"
SHIFT = 8  # pages of 256 code points give the least bytes (of 32, 64, 128, 256)
LETTER, MARK, NUMBER, PUNCT, SYMBOL, SPACE, UPPER, IDEO = (1 << i for i in range(8))
GROUPS = {"L": LETTER, "M": MARK, "N": NUMBER, "P": PUNCT, "S": SYMBOL}

# Property White_Space (PropList.txt); unchanged since Unicode 6.3.
WHITE_SPACE = {*range(0x9, 0xE), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}

# Blocks (Blocks.txt) of the scripts written without spaces between words. Their letters, marks and letter-like numbers
# (Nl: U+3007) are IDEO; their digits and punctuation are as elsewhere.
IDEO_BLOCKS = [
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3000, 0x302D),  # CJK Symbols and Punctuation (its letters: iteration marks, U+3007),
    (0x3030, 0x303F),  # without the Hangul tone marks
    (0x3040, 0x309F),  # Hiragana
    (0x30A0, 0x30FF),  # Katakana
    (0x31F0, 0x31FF),  # Katakana Phonetic Extensions
    (0x3400, 0x4DBF),  # CJK Unified Ideographs Extension A
    (0x4E00, 0x9FFF),  # CJK Unified Ideographs
    (0xA9E0, 0xA9FF),  # Myanmar Extended-B
    (0xAA60, 0xAA7F),  # Myanmar Extended-A
    (0xF900, 0xFAFF),  # CJK Compatibility Ideographs
    (0xFF66, 0xFF9F),  # Halfwidth Katakana (of Halfwidth and Fullwidth Forms)
    (0x116D0, 0x116FF),  # Myanmar Extended-C
    (0x16FE2, 0x16FE3),  # old Chinese marks (of Ideographic Symbols and Punctuation)
    (0x16FF0, 0x16FF1),  # Vietnamese reading marks (same block)
    (0x1AFF0, 0x1AFFF),  # Kana Extended-B
    (0x1B000, 0x1B0FF),  # Kana Supplement
    (0x1B100, 0x1B12F),  # Kana Extended-A
    (0x1B130, 0x1B16F),  # Small Kana Extension
    (0x20000, 0x323AF),  # CJK Unified Ideographs Extensions B to H, Compatibility Ideographs Supplement
]


def lower_map(sdist):
    """Distance to the simple lower case, by code point, from CPython's generated type records."""
    with tarfile.open(sdist) as tar:
        text = tar.extractfile(f"unicodedata2-{VERSION}/unicodedata2/unicodetype_db.h").read().decode()

    def array(name):
        body = re.search(re.escape(name) + r"\[\] = \{(.*?)\n\};", text, re.S).group(1)
        return [int(x, 0) for x in re.findall(r"-?\w+", body)]

    fields = array("_PyUnicode_TypeRecords")
    records = [fields[i : i + 6] for i in range(0, len(fields), 6)]  # upper lower title decimal digit flags
    extended, index1, index2 = array("_PyUnicode_ExtendedCase"), array("index1"), array("index2")
    shift = int(re.search(r"#define SHIFT (\d+)", text).group(1))

    def delta(cp):
        record = records[index2[(index1[cp >> shift] << shift) + (cp & ((1 << shift) - 1))]]
        lower, flags = record[1], record[5]
        return extended[lower & 0xFFFF] - cp if flags & 0x4000 else lower

    return delta


def classes(cp, category):
    bits = GROUPS.get(category[0], 0)
    if cp in WHITE_SPACE:
        bits |= SPACE
    if category in ("Lu", "Lt"):
        bits |= UPPER
    if (bits & (LETTER | MARK) or category == "Nl") and any(a <= cp <= b for a, b in IDEO_BLOCKS):
        bits |= IDEO
    return bits


def rows(values, width=110):
    lines, line = [], "   "
    for v in values:
        item = f" {v},"
        if len(line) + len(item) > width:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(lines + [line])


def main():
    if len(sys.argv) != 2 or unicodedata2.unidata_version != VERSION:
        sys.exit(f"usage: unicode_gen.py unicodedata2-{VERSION}.tar.gz, with unicodedata2=={VERSION} installed")
    delta = lower_map(sys.argv[1])
    records, pages, page_of = {("Cn", 0, 0): 0}, {}, []
    for start in range(0, 0x110000, 1 << SHIFT):
        page = []
        for cp in range(start, start + (1 << SHIFT)):
            category = unicodedata2.category(chr(cp))
            key = (category, classes(cp, category), delta(cp))
            page.append(records.setdefault(key, len(records)))
        page_of.append(pages.setdefault(tuple(page), len(pages)))
    assert len(records) <= 256 and len(pages) <= 256
    print(f"/* unicode_table.c: character data of Unicode {VERSION}, written by unicode_gen.py from unicodedata2 {VERSION}.")
    print(" * Do not edit. The data is (c) Unicode, Inc., under its license v3 (https://www.unicode.org/license.txt). */")
    print('#include "common/unicode_table.h"')
    print(f"\nconst struct unicode_record unicode_records[{len(records)}] = {{")
    print(rows(f'{{"{c}", {bits}, {d}}}' for c, bits, d in records))
    print(f"}};\n\nconst uint8_t unicode_page_of[{len(page_of)}] = {{")
    print(rows(page_of))
    print(f"}};\n\nconst uint8_t unicode_pages[{len(pages) << SHIFT}] = {{")
    print(rows(v for page in pages for v in page))
    print("};")


main()
