"""entities_gen.py > entities_table.c: the named character references of the HTML Standard (13.5), from Python's copy of
the standard's table (html.entities.html5). Run it again only when that table changes."""
import textwrap
from html.entities import html5


def c_string(text):
    return '"' + "".join("\\%03o" % byte for byte in text.encode()) + '"'


def wrapped(items):
    return "\n".join(textwrap.wrap(", ".join(items), 119, break_long_words=False, break_on_hyphens=False))


full = sorted(name[:-1] for name in html5 if name.endswith(";"))
bare = sorted(name for name in html5 if not name.endswith(";"))
assert all(name in full and html5[name] == html5[name + ";"] for name in bare)
assert all(name[0].isalpha() for name in full)
longest = max(len(text.encode()) for text in html5.values())

print("/* entities_table.c: made by entities_gen.py from Python's html.entities.html5; do not edit. */")
print('#include "ingest/html/entities_table.h"')
print("/* clang-format off */")
print(f"_Static_assert(ENTITY_NAMES == {len(full)} && ENTITY_BYTES_MAX == {longest}, \"the header does not fit\");\n")
print("const struct entity entity_table[ENTITY_NAMES] = {")
print(wrapped('{"%s",%s,%d}' % (name, c_string(html5[name + ";"]), name in bare) for name in full))
print("};\n")
print("const unsigned short entity_first[128] = {")
print(wrapped(str(next((i for i, name in enumerate(full) if ord(name[0]) >= code), len(full))) for code in range(128)))
print("};")
