"""spdx_gen.py >spdx_table.c: the ids of SPDX's licence list, as the Python package `packaging` (26.4) has them."""
from packaging.licenses import _spdx


def table(name, ids):
    print(f"const char *const {name}[] = {{")
    line = "   "
    for i in ids:
        if len(line) + len(i) > 114:
            print(line)
            line = "   "
        line += f' "{i}",'
    print(line)
    print(f"}};\nconst size_t n_{name} = {len(ids)};")


print(f"/* spdx_table.c: ids of SPDX's licence list {_spdx.VERSION}, those that it no longer recommends too. Made by spdx_gen.py. */")
print('#include "filter/code/spdx_table.h"\n')
table("spdx_licences", [v["id"] for v in _spdx.LICENSES.values()])
print()
table("spdx_exceptions", [v["id"] for v in _spdx.EXCEPTIONS.values()])
