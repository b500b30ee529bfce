# shellcheck shell=bash
# URLs against web-platform-tests' cases, as they were in 2018: those whose base is none or a URL of http. Where the standard has changed since, the
# list below says how.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
suite=$LEAT_ROOT/build/deps/html5lib-tests/url.json
if [ ! -e "$suite" ]; then
    skip "the standard's own tests" "no $suite: make deps fetches it"
    exit 0
fi
cat >compare.py <<'PY'
import json, subprocess, sys

changed = {  # a host that ends in a number is an IPv4 address or nothing; a NUL in a fragment is encoded
    "http://0..0x300/": "!", "http://256.256.256.256.256": "!", "http://0177.0.0.0189": "!",
    "http://example.org/test?a#b\0c": "http://example.org/test?a#b%00c"}
cases = []
for t in json.load(open(sys.argv[2])):
    if not isinstance(t, dict):
        continue
    base = None if t["base"] == "about:blank" else t["base"]
    if base and not base.lower().startswith("http"):
        continue
    try:
        line = t["input"].encode().hex() + " " + (base.encode().hex() if base else "-")
    except UnicodeEncodeError:  # lone surrogates are no bytes
        continue
    web = not t.get("failure") and t["href"].startswith(("http:", "https:"))
    cases.append((line, t["input"], changed.get(t["input"], t["href"] if web else "!")))
run = subprocess.run([sys.argv[1], "href"], input="".join(c[0] + "\n" for c in cases), stdout=subprocess.PIPE, text=True, check=True)
wrong = [(c[1], c[2], got) for c, got in zip(cases, run.stdout.split("\n")) if c[2] != got]
for w in wrong[:9]:
    print("#", *map(repr, w))
print(len(cases), sum(c[2] != "!" for c in cases), len(wrong))
PY
is "the standard's own tests: cases, of them URLs of http, wrong" \
    "$(python3 compare.py "$LEAT_BIN/../unit/common/url" "$suite")" "420 197 0"
