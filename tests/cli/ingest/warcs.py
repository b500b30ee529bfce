"""Builds WARC files for the tests, and reads them naively: an independent reading of the format (Python's standard library
only), to compare with."""
import gzip
import random
import re
import uuid

rng = random.Random(7)


def uid():
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def record(kind, block, version="1.0", end=b"\r\n", length=None, **headers):
    """One WARC record; header names are given with _ for -."""
    fields = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uid()}>", "WARC-Date": "2024-05-18T01:58:10Z",
              "Content-Length": str(len(block) if length is None else length)}
    fields.update({k.replace("_", "-"): v for k, v in headers.items()})
    lines = [f"WARC/{version}"] + [f"{k}: {v}" for k, v in fields.items() if v is not None]
    return end.join(line.encode() for line in lines) + 2 * end + block + 2 * end


def http(body, content_type="text/html; charset=utf-8", status="200 OK", end=b"\r\n", **headers):
    fields = {"Content-Type": content_type, **{k.replace("_", "-"): v for k, v in headers.items()}}
    lines = [f"HTTP/1.1 {status}"] + [f"{k}: {v}" for k, v in fields.items() if v is not None]
    return end.join(line.encode() for line in lines) + 2 * end + body


def response(body, url="https://example.com/", **kw):
    own = {k: kw.pop(k) for k in list(kw) if k in ("content_type", "status") or k.startswith("h_")}
    own = {k.removeprefix("h_"): v for k, v in own.items()}
    return record("response", http(body, **own), Content_Type="application/http; msgtype=response",
                  WARC_Target_URI=url, **kw)


def page(i, extra=""):
    words = " ".join(rng.choice("alpha beta gamma delta epsilon zeta eta theta".split()) for _ in range(60))
    return (f"<!DOCTYPE html><html lang=en><title>Page {i}</title><body><nav>Home Search</nav><main><h1>Page {i}</h1>"
            f"<p>{words}</p>{extra}</main><footer>foot</footer>").encode()


def crawl(n):
    """Records of a small crawl: per page a request, a response and metadata."""
    out = [record("warcinfo", b"software: test\r\n", Content_Type="application/warc-fields")]
    for i in range(n):
        url = f"https://example.com/{i}"
        out.append(record("request", f"GET /{i} HTTP/1.1\r\n\r\n".encode(), WARC_Target_URI=url))
        out.append(response(page(i), url))
        out.append(record("metadata", b"fetchTimeMs: 1\r\n", WARC_Target_URI=url))
    return out


def members(records):
    return b"".join(gzip.compress(r, 6, mtime=0) for r in records)


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)


def read(data):
    """(type, headers, block) of each record of a decompressed, undamaged file."""
    at = 0
    while True:
        while data[at:at + 1] in (b"\r", b"\n"):
            at += 1
        if at >= len(data):
            return
        end = re.compile(rb"\r?\n\r?\n").search(data, at)
        lines = data[at:end.start()].splitlines()
        if not lines[0].startswith(b"WARC/"):
            raise ValueError(f"no record at {at}")
        headers = {}
        for line in lines[1:]:
            if b":" in line:
                k, v = line.split(b":", 1)
                headers.setdefault(k.strip().lower().decode(), v.strip().decode("utf-8", "replace"))
        n = int(headers["content-length"])
        yield headers["warc-type"], headers, data[end.end():end.end() + n]
        at = end.end() + n
