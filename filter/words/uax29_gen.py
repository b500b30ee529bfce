#!/usr/bin/env python3
"""uax29_gen.py: writes uax29_table.c, the property Word_Break of UAX #29, as uniseg 0.10.1 has it (Unicode 16.0.0).

    python3 -m venv /tmp/s && /tmp/s/bin/pip install uniseg==0.10.1
    /tmp/s/bin/python filter/words/uax29_gen.py >filter/words/uax29_table.c

A two-stage table: a page number per 128 code points, then a byte per code point: the value's number in uax29.c's enum,
with 32 added where Extended_Pictographic holds."""
from uniseg.emoji import extended_pictographic
from uniseg.wordbreak import WordBreak, word_break

SHIFT = 7
VALUES = list(WordBreak)


def rows(values, width=110):
    lines, line = [], "   "
    for v in values:
        item = f" {v},"
        if len(line) + len(item) > width:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(lines + [line])


def byte(cp):
    if 0xD800 <= cp < 0xE000:
        return 0
    return VALUES.index(word_break(chr(cp))) + 32 * bool(extended_pictographic(chr(cp)))


def main():
    pages, page_of = {}, []
    for start in range(0, 0x110000, 1 << SHIFT):
        page_of.append(pages.setdefault(tuple(byte(cp) for cp in range(start, start + (1 << SHIFT))), len(pages)))
    assert len(pages) < 256
    names = ", ".join(f"{i} {v.value}" for i, v in enumerate(VALUES))
    print("/* uax29_table.c: Word_Break of Unicode 16.0.0, written by uax29_gen.py. Do not edit.")
    print(f" * The data is (c) Unicode, Inc., under its license v3 (https://www.unicode.org/license.txt).\n * {names} */")
    print('#include "filter/words/uax29.h"\n')
    print(f"const uint8_t uax29_page_of[{len(page_of)}] = {{\n{rows(page_of)}\n}};\n")
    print(f"const uint8_t uax29_pages[{len(pages) << SHIFT}] = {{\n{rows(v for p in pages for v in p)}\n}};")


main()
