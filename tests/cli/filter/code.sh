# shellcheck shell=bash
# leat code: languages, decisions, grammars.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
cat >make.py <<'PY'
import json
good = {"a.c": "int main(void) { return 0; }\n", "a.py": "def f(x):\n    return x + 1\n", "a.js": "const f = (x) => x + 1;\n",
        "A.java": "class A { int f() { return 1; } }\n", "a.go": "package a\n\nfunc f() int { return 1 }\n",
        "a.rs": "fn main() { let x = 1; }\n", "B.PY": "x = 1\n", "tool": "#!/usr/bin/env python3\nprint(1)\n",
        "tool2": "#!/usr/bin/env -S node --x\nlet a = 1;\n", "tool3": "#!/usr/bin/python3 -u\nprint(1)\n"}
bad = {"b.c": "int main(void) { return 0; \n", "b.py": "def f(x:\n    return = 1\n", "b.js": "const = ;\n", "B.java": "class { int }\n",
       "b.go": "package a\nfunc f( int {\n", "b.rs": "fn main( { let = 1; }\n"}
for n, t in good.items(): print(json.dumps({"id": "good/" + n, "text": t, "metadata": {"path": "src/" + n}}))
for n, t in bad.items(): print(json.dumps({"id": "bad/" + n, "text": t, "metadata": {"path": n}}))
print(json.dumps({"id": "none/readme", "text": "hello", "metadata": {"path": "README"}}))
print(json.dumps({"id": "none/nometa", "text": "hello"}))
print(json.dumps({"id": "none/number", "text": "x", "metadata": {"path": 5, "language_code": ["c"]}}))
print(json.dumps({"id": "none/shebang", "text": "#!", "metadata": {}}))
print(json.dumps({"id": "none/perl", "text": "#!/usr/bin/perl\n1;", "metadata": {}}))
print(json.dumps({"id": "good/by-code", "text": "x = [i for i in y]", "metadata": {"path": "x.txt", "language_code": "python"}}))
print(json.dumps({"id": "good/empty", "text": "", "metadata": {"path": "e.py"}}))
PY
python3 make.py >files.jsonl
exits "runs" 0 leat-code --rejects rejects.jsonl --stats stats.json files.jsonl
is "keeps what parses" "$(jq -r .id out | grep -vc '^good/')" 0
is "keeps all that parses" "$(jq -r .id out | wc -l)" 12
is "drops by reason" "$(jq -c '.records.dropped | map_values(.records)' stats.json)" '{"syntax-errors":6,"unknown-language":5}'
is "balanced" "$(jq .balanced stats.json)" true
is "languages" "$(jq -r .metadata.language_code out | sort | uniq -c | tr -s ' \n' ' ')" \
    " 1 c 1 go 1 java 2 javascript 6 python 1 rust "
check "error ratios are recorded" jq -se 'map(select(.id | startswith("bad/")).metadata.drop.value) | all(. > 0 and . <= 1)' rejects.jsonl
exits "a tolerance" 0 leat-code --max-error-ratio 1 files.jsonl
is "a tolerance keeps all of known language" "$(wc -l <out)" 18
is "and says how wrong they are" "$(jq -c 'select(.metadata.error_ratio > 0) | .id' out | wc -l)" 6
exits "--keep-unknown" 0 leat-code --keep-unknown files.jsonl
is "--keep-unknown keeps them" "$(wc -l <out)" 17
exits "--languages" 0 leat-code --languages c,rust --rejects rejects.jsonl files.jsonl
is "--languages keeps only those" "$(jq -r .metadata.language_code out | sort | tr '\n' ' ')" "c rust "
is "the others are named" "$(jq -r 'select(.metadata.drop.rule == "language-not-wanted").metadata.drop.value' rejects.jsonl | sort -u | tr '\n' ' ')" \
    "go java javascript python "
exits "--max-size" 0 leat-code --max-size 25 --stats stats.json files.jsonl
check "--max-size drops unparsed" [ "$(jq '.records.dropped["too-large"].records' stats.json)" -gt 3 ]
exits "unknown language" 2 leat-code --languages cobol files.jsonl
says "names those known" err javascript
cp "$(command -v leat-code)" ./leat-code-alone
LEAT_GRAMMARS='' exits "no grammars" 2 ./leat-code-alone --grammars /nonexistent files.jsonl
says "says where it looked" err /nonexistent
mkdir g && cp "$LEAT_GRAMMARS/libtree-sitter-c.so" g/libtree-sitter-rust.so
LEAT_GRAMMARS='' exits "a grammar of another language" 2 ./leat-code-alone --grammars "$PWD/g" --languages rust files.jsonl
for i in $(seq 200); do sed "s/\"id\": \"/&$i-/" files.jsonl; done >many.jsonl
leat-code -q -t1 many.jsonl >t1
for t in 2 8; do
    leat-code -q -t$t many.jsonl >t$t
    same "-t$t = -t1" t1 t$t
done
# texts that crash tree-sitter, or take it gigabytes, are dropped, and the others are not touched
python3 - >hostile.jsonl <<'PY'
import json
def doc(name, text): print(json.dumps({"id": name, "text": text, "metadata": {"path": name}}))
for i in range(6):
    doc(f"crash{i}.py", "(" * 70000)
    doc(f"good{i}.c", "int f(void) { return 0; }\n" * 3000)
    doc(f"broken{i}.c", "int f(void) { return 0 }\n" * 3000)
    doc(f"costly{i}.c", "x=>" * 4000)
PY
leat-code -q -t1 --rejects rejects.jsonl --stats stats.json hostile.jsonl >t1
is "hostile files: good" $? 0
check "hostile files: memory" [ "$(jq .peak_rss_bytes stats.json)" -lt 1000000000 ]
is "hostile files: the good are kept" "$(jq -r .id t1 | tr '\n' ' ')" "good0.c good1.c good2.c good3.c good4.c good5.c "
is "hostile files: the reasons" "$(jq -r '.id[:5] + " " + .metadata.drop.rule' rejects.jsonl | grep -v crash | sort | uniq -c | tr -s ' \n' ' ')" \
    " 6 broke syntax-errors 6 costl too-complex "
is "hostile files: what crashes tree-sitter 0.20" "$(jq -r 'select(.id[:5] == "crash").metadata.drop.rule' rejects.jsonl | grep -cE '^(too-complex|syntax-errors)$')" 6
is "hostile files: balanced" "$(jq .balanced stats.json)" true
leat-code -q -t8 --rejects rejects8.jsonl hostile.jsonl >t8
same "hostile files: -t8 = -t1" t1 t8
same "hostile files: rejects -t8 = -t1" rejects.jsonl rejects8.jsonl
leat-code -q files.jsonl >/dev/full 2>/dev/null
is "/dev/full" $? 1
leat-code -q many.jsonl many.jsonl many.jsonl | head -1 >/dev/null
is "| head ends it as SIGPIPE does" "${PIPESTATUS[0]}" 141
zstd -q many.jsonl -o cut.zst && truncate -s -100 cut.zst
exits "truncated input" 3 leat-code cut.zst -o cut.out
check "truncated input: partial only" [ ! -e cut.out -a -e cut.out.partial ]
leat-code -q <(cat many.jsonl; sleep 30) -o never.jsonl &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
check "kill -9 leaves no half file" [ ! -e never.jsonl ]
exits "bad option" 2 leat-code --no-such-option
: >empty
exits "empty input" 0 leat-code empty

# Conformance suites: labels that others gave
if [ -e "$LEAT_DATA/code-test262.tar.zst" ]; then
    "$LEAT_DATA/unpack" -d data code-test262 code-ruff >/dev/null 2>&1
    cat >labels.py <<'PY'
import glob, json, os, sys
for path in sorted(glob.glob("data/**/*", recursive=True)):
    label = None
    parts = path.split("/")
    if path.endswith(".js") and "pass" in parts: label = "valid"
    if path.endswith(".js") and "fail" in parts: label = "invalid"
    if path.endswith(".py") and ("valid" in parts or "ok" in parts): label = "valid"
    if path.endswith(".py") and ("invalid" in parts or "err" in parts or "error" in parts): label = "invalid"
    if not label or not os.path.isfile(path): continue
    try: text = open(path, encoding="utf-8", newline="").read()
    except UnicodeDecodeError: continue
    print(json.dumps({"id": path, "text": text, "source": label, "metadata": {"path": path}}))
PY
    python3 labels.py >labelled.jsonl
    leat-code -q labelled.jsonl --rejects r.jsonl -o k.jsonl
    n=$(wc -l <labelled.jsonl)
    right=$(($(jq -r 'select(.source == "valid").id' k.jsonl | wc -l) + $(jq -r 'select(.source == "invalid").id' r.jsonl | wc -l)))
    echo "# conformance: $right of $n as labelled"
    check "test262 and ruff: at least 85% as labelled" [ $((right * 100)) -ge $((n * 85)) -a "$n" -gt 1000 ]
else
    skip "test262 and ruff" "no code-test262 in \$LEAT_DATA"
fi
