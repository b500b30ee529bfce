"""ltok.py FILE: reads a token stream by its description in docs/formats.md and prints one JSON line a document, and one of the header and end."""
import json, struct, sys

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"LEATTOK\1"
version, width, flags, keys, vocab, eod = struct.unpack_from("<IBBHQQ", data, 8)
at, names = 48, []
for _ in range(keys):
    n, = struct.unpack_from("<H", data, at)
    names.append(data[at + 2:at + 2 + n].decode())
    at += 2 + n
at += 4  # checksum
documents = tokens = 0
while data[at:at + 4] == b"DTOK":
    flags, n, strings = struct.unpack_from("<IQI", data, at + 4)
    p, values = at + 20, []
    for _ in range(5 + keys):
        size, = struct.unpack_from("<I", data, p)
        values.append(data[p + 4:p + 4 + size].decode())
        p += 4 + size
    offset, = struct.unpack_from("<q", data, p)
    p += 8
    assert p == at + 20 + strings
    ids = struct.unpack_from(f"<{n}{'H' if width == 2 else 'I'}", data, p)
    at = p + n * width + 4
    documents, tokens = documents + 1, tokens + n
    print(json.dumps(dict(zip(["id", "domain", "source", "url", "warc_file"] + names, values), warc_offset=offset, tokens=ids)))
assert data[at:at + 4] == b"TEND" and struct.unpack_from("<QQ", data, at + 4) == (documents, tokens) and len(data) == at + 24
print(json.dumps({"version": version, "width": width, "keys": names, "vocab": vocab, "eod": eod, "documents": documents, "tokens": tokens}))
