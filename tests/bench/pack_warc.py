"""pack_warc.py PAGES_DIR OUT.warc.gz MB [SMALLEST LARGEST]: *.html(.gz) below PAGES_DIR, in order of name, as response records, one
gzip member each, until there are MB megabytes; with SMALLEST and LARGEST only pages of that many bytes, again from the first
when there are too few. Writes OUT.html-bytes: the bytes of HTML inside."""
import glob, gzip, os, sys, uuid

pages, out, limit = sys.argv[1], sys.argv[2], float(sys.argv[3]) * 1e6
smallest, largest = map(int, sys.argv[4:6]) if len(sys.argv) > 4 else (0, 1 << 62)
if os.path.exists(out):
    sys.exit(0)


def bodies():
    paths = sorted(glob.glob(pages + "/**/*.html*", recursive=True))
    found = True
    while found:
        found = False
        for path in paths:
            body = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
            if smallest <= len(body) <= largest:
                found = True
                yield body
        if len(sys.argv) <= 4:
            return


html = 0
with open(out + ".tmp", "wb") as f:
    for i, body in enumerate(bodies()):
        if html >= limit:
            break
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        head = ("WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
                "WARC-Target-URI: https://example.org/%d\r\nContent-Type: application/http; msgtype=response\r\n"
                "Content-Length: %d\r\n\r\n" % (uuid.UUID(int=i), i, len(http))).encode()
        f.write(gzip.compress(head + http + b"\r\n\r\n", 6))
        html += len(body)
open(out + ".html-bytes", "w").write(str(html))
os.rename(out + ".tmp", out)
