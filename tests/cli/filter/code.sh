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
print(json.dumps({"id": "none/prose", "text": "It was a dark night: for a while, import taxes were forgotten.\n", "metadata": {}}))
print(json.dumps({"id": "good/by-code", "text": "x = [i for i in y]", "metadata": {"path": "x.txt", "language_code": "python"}}))
print(json.dumps({"id": "good/by-name", "text": "x = [i for i in y]", "metadata": {"path": "x.txt", "language": "Python"}}))
print(json.dumps({"id": "good/by-content", "text": "#include <stdio.h>\nint main(void)\n{\n    printf(\"x\");\n    return 0;\n}\n"}))
print(json.dumps({"id": "good/empty", "text": "", "metadata": {"path": "e.py"}}))
PY
python3 make.py >files.jsonl
exits "runs" 0 leat-code --rejects rejects.jsonl --stats stats.json files.jsonl
is "keeps what parses" "$(jq -r .id out | grep -vc '^good/')" 0
is "keeps all that parses" "$(jq -r .id out | wc -l)" 14
is "drops by reason" "$(jq -cS '.records.dropped | map_values(.records)' stats.json)" '{"no-grammar":1,"syntax-errors":6,"unknown-language":5}'
is "balanced" "$(jq .balanced stats.json)" true
is "languages" "$(jq -r .metadata.language_code out | sort | uniq -c | tr -s ' \n' ' ')" \
    " 2 c 1 go 1 java 2 javascript 7 python 1 rust "
check "error ratios are recorded" jq -se 'map(select(.id | startswith("bad/")).metadata.drop.value) | all(. > 0 and . <= 1)' rejects.jsonl
exits "a tolerance" 0 leat-code --max-error-ratio 1 files.jsonl
is "a tolerance keeps all of known language" "$(wc -l <out)" 20
is "and says how wrong they are" "$(jq -c 'select(.metadata.error_ratio > 0) | .id' out | wc -l)" 6
exits "--keep-unknown" 0 leat-code --keep-unknown files.jsonl
is "--keep-unknown keeps them" "$(wc -l <out)" 20
exits "--languages" 0 leat-code --languages c,rust --rejects rejects.jsonl files.jsonl
is "--languages keeps only those" "$(jq -r .metadata.language_code out | sort | tr '\n' ' ')" "c c rust "
is "the others are named" "$(jq -r 'select(.metadata.drop.rule == "language-not-wanted").metadata.drop.value' rejects.jsonl | sort -u | tr '\n' ' ')" \
    "go java javascript perl python "
exits "--languages takes other names" 0 leat-code --languages "Python,JS" files.jsonl
is "--languages takes other names: kept" "$(jq -r .metadata.language_code out | sort -u | tr '\n' ' ')" "javascript python "
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


# Rules
cat >rules.py <<'PY'
import json
def doc(name, text, **meta): print(json.dumps({"id": name, "text": text, "metadata": {"path": name, **meta}}))
body = "".join(f"def f{i}(x):\n    # adds {i}\n    return x + {i}\n" for i in range(10))
doc("plain.py", body)
doc("longline.py", "x = [" + "a, " * 400 + "]\n" + body)
doc("generated.py", "# Code generated by tool. DO NOT EDIT.\n" + body)
doc("lib/node_modules/a.js", "const f = (x) => x + 1;\n" * 12)
doc("minified.js", "function a(b){return b+1}" * 40)
doc("table.c", "int t[] = {" + ", ".join(str(i * 7919 % 10007) for i in range(3000)) + "};\n")
doc("hex.py", 'x = "' + "deadbeef" * 200 + '"\n' + body)
doc("short.py", "x = 1  # one\n")
doc("uncommented.py", "".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(10)))
doc("comments.py", "# word word word word word word\n" * 30 + "x = 1\n")
doc("symbols.py", "x = " + "+".join(["-1"] * 400) + "\n" + "\n" * 12 + "# ok\n")
doc("header.py", '# <?xml version="1.0"?>\n' + body)
PY
python3 rules.py >rules.jsonl
dropped() { # OPTION…: id:rule of each drop
    leat-code -q --rejects r.jsonl "$@" rules.jsonl >k.jsonl
    jq -r '.id + ":" + .metadata.drop.rule' r.jsonl | tr '\n' ' '
}
is "no rules, no drops" "$(dropped)" ""
is "--preset starcoder" "$(dropped --preset starcoder)" \
    "longline.py:starcoder_max_line minified.js:starcoder_mean_line table.c:starcoder_max_line hex.py:starcoder_max_line symbols.py:starcoder_max_line header.py:starcoder_xml_header "
is "--preset stack-v2" "$(dropped --preset stack-v2)" \
    "longline.py:stack_max_line generated.py:stack_generated lib/node_modules/a.js:stack_generated minified.js:stack_mean_line table.c:stack_mean_line hex.py:stack_max_line symbols.py:stack_max_line "
is "--preset nemo" "$(dropped --preset nemo --set nemo_alpha=off)" \
    "lib/node_modules/a.js:nemo_min_comments minified.js:nemo_min_lines table.c:nemo_min_lines short.py:nemo_min_lines uncommented.py:nemo_min_comments comments.py:nemo_max_comments symbols.py:nemo_min_comments header.py:nemo_xml_header "
is "--preset clean" "$(dropped --preset clean)" \
    "generated.py:generated lib/node_modules/a.js:generated minified.js:minified table.c:data_only hex.py:encoded comments.py:only_comments "
is "--set" "$(dropped --set max_line=100000 --set min_lines=3)" "minified.js:min_lines table.c:min_lines short.py:min_lines "
echo 'presets: [clean]
rules: {generated: off, minified: off, encoded: off, data_only: 0.5, only_comments: off}' >rules.yaml
is "--rules" "$(dropped --rules rules.yaml | grep -o 'table.c:data_only')" "table.c:data_only"
is "the value is recorded" "$(dropped --preset clean >/dev/null && jq -c 'select(.id == "generated.py").metadata.drop.value' r.jsonl)" '"do-not-edit"'
is "accounts balance" "$(leat-code -q --preset clean,nemo,stack-v2 --stats s.json rules.jsonl >/dev/null && jq .balanced s.json)" true
exits "unknown preset" 2 leat-code --preset nope rules.jsonl
says "unknown preset: names those known" err stack-v2
exits "unknown rule" 2 leat-code --set nope=1 rules.jsonl
exits "bad rules file" 2 leat-code --rules rules.jsonl rules.jsonl
exits "--list-rules" 0 leat-code --list-rules
check "--list-rules prints thresholds" grep -q 'starcoder_max_line .* > 1000$' out
exits "--list-languages" 0 leat-code --list-languages
check "at least 15 languages with a grammar" [ "$(awk '$2 == "grammar"' out | wc -l)" -ge 15 ]
# Annotations and attributes
exits "--annotate" 0 leat-code --annotate --preset clean rules.jsonl files.jsonl
is "--annotate keeps all" "$(wc -l <out)" "$(cat rules.jsonl files.jsonl | wc -l)"
is "--annotate names the rule" "$(jq -r 'select(.id == "table.c").metadata | .code_rule + " " + .code_syntax' out)" "data_only valid"
is "--annotate measures" "$(jq -c 'select(.id == "short.py").metadata | [.code_bytes, .code_lines, .code_max_line, .code_comments, .code_language_by]' out)" \
    '[13,2,12,0.38461538461538464,"extension"]'
is "--annotate on what does not parse" "$(jq -r 'select(.id == "bad/b.c").metadata | .code_rule + " " + .code_syntax' out)" "syntax-errors errors"
is "--annotate on what is no code" "$(jq -r 'select(.id == "none/readme").metadata.code_rule' out)" "unknown-language"
exits "--attributes" 0 leat-code --attributes attributes.jsonl rules.jsonl files.jsonl
is "--attributes has a line for each" "$(wc -l <attributes.jsonl)" "$(cat rules.jsonl files.jsonl | wc -l)"
is "--attributes in dolma's form" "$(jq -c 'select(.id == "short.py").attributes.code__lines' attributes.jsonl)" '[[0,13,2]]'
cat rules.jsonl files.jsonl >both.jsonl
same "--attributes changes no document" out both.jsonl
# Licences
cat >licences.py <<'PY'
import json
def doc(name, text, **meta): print(json.dumps({"id": name, "text": text, "metadata": {"path": name + ".py", **meta}}))
doc("mit", "# SPDX-License-Identifier: MIT\nx = 1\n")
doc("either", "# SPDX-License-Identifier: GPL-2.0-only OR MIT\nx = 1\n")
doc("both", "# SPDX-License-Identifier: GPL-2.0-only AND MIT\nx = 1\n")
doc("apache", "# Licensed under the Apache License, Version 2.0\nx = 1\n")
doc("none", "x = 1\n")
doc("beside", "x = 1\n", license="ISC")
doc("prose", "x = 1\n", license="all rights reserved")
PY
python3 licences.py >licences.jsonl
leat-code -q --licenses permissive --rejects r.jsonl licences.jsonl >k.jsonl
is "--licenses permissive" "$(jq -r .id k.jsonl | tr '\n' ' ')" "mit either apache beside "
is "--licenses: what was found" "$(jq -r '.id + "=" + .metadata.drop.value' r.jsonl | tr '\n' ' ')" "both=GPL-2.0-only AND MIT none=none prose=other "
is "licence headers are recorded" "$(jq -r '.metadata.license_header // "-"' k.jsonl | tr '\n' '|')" "MIT|GPL-2.0-only OR MIT|Apache-2.0|-|"
is "--licenses with a list" "$(leat-code -q --licenses 'MIT, GPL-2.0-only' licences.jsonl | jq -r .id | tr '\n' ' ')" "mit either both "
exits "--licenses that are none" 2 leat-code --licenses 'the MIT license' licences.jsonl
licence() { # IDS MESSAGE
    exits "--licenses $1" 2 leat-code --licenses "$1" licences.jsonl
    says "--licenses $1: why" err "$2"
}
licence MIT,MTI "SPDX knows no licence 'MTI'; did you mean MIT?"
licence apache2 "SPDX knows no licence 'apache2'; did you mean Apache-2.0?"
licence Zlob-Free "SPDX knows no licence 'Zlob-Free'; https://spdx.org/licenses lists them"
licence "GPL-2.0-only WITH Classpath" "SPDX knows no exception 'Classpath'; did you mean Classpath-exception-2.0?"
exits "--licenses by the list" 0 leat-code -q --licenses 'mit,GPL-2.0+,GPL-2.0-only WITH Classpath-exception-2.0,LicenseRef-ours' licences.jsonl
exits "--languages misspelt" 2 leat-code --languages c,pyhton licences.jsonl
says "the nearest" err "--languages pyhton: no such language; did you mean python?"
exits "--languages of nobody" 2 leat-code --languages klingon licences.jsonl
says "where they are listed" err "--list-languages prints them"
for o in rejects attributes; do
    echo old >kept
    exits "--annotate with --$o" 2 leat-code --annotate --$o kept licences.jsonl
    is "… leaves the file" "$(cat kept)" old
done
# What the grammars let pass
cat >kv.py <<'PY'
import json
def doc(name, text): print(json.dumps({"id": name, "text": text, "metadata": {"path": name}}))
doc("good.js", "function f(a, ...b) { return a => b; }\n")
doc("target.js", "(1 + 1) = 10\n")
doc("word.js", "var if = 0\n")
doc("good.py", "def f(a, /, b=1, *, c): return (yield)\n")
doc("empty.py", "def f():\nx = 1\n")
doc("order.py", "f(a=1, b)\n")
doc("goal.js", "x = 1\n-->\n")
doc("goal.mjs", "x = 1\n-->\n")
PY
python3 kv.py >kv.jsonl
leat-code -q --keep-valid --rejects r.jsonl kv.jsonl >k.jsonl
is "--keep-valid" "$(jq -r .id k.jsonl | tr '\n' ' ')" "good.js good.py goal.js "
is "--keep-valid names the rule" "$(jq -r '.id + "=" + (.metadata.drop.value | tostring)' r.jsonl | tr '\n' ' ')" \
    "target.js=assignment-target word.js=reserved-word empty.py=empty-block order.py=argument-order goal.mjs=html-comment-in-module "
exits "--keep-valid and a tolerance" 2 leat-code --keep-valid --max-error-ratio 0.1 kv.jsonl
# CPython as the judge: its own library, whole, and with a token taken out
python3 - >library.jsonl <<'PY'
import ast, glob, json, os, random, re, sysconfig, warnings
warnings.simplefilter("ignore")
random.seed(1)
for path in sorted(glob.glob(sysconfig.get_path("stdlib") + "/*.py"))[:120]:
    text = open(path, encoding="utf-8", errors="replace", newline="").read()
    lines = text.split("\n")
    for turn in range(4):
        part = text
        if turn:
            at = random.randrange(len(lines))
            part = "\n".join(lines[:at] + [re.sub(r"[:()=,]", "", lines[at], count=1)] + lines[at + 1:])
        try: valid = ast.parse(part) is not None
        except (SyntaxError, ValueError): valid = False
        print(json.dumps({"id": f"{os.path.basename(path)}/{turn}", "text": part, "source": "valid" if valid else "invalid", "metadata": {"path": path}}))
PY
leat-code -q --keep-valid --rejects r.jsonl library.jsonl >k.jsonl
is "CPython: nothing valid is dropped" "$(jq -r 'select(.source == "valid") | .id + " " + (.metadata.drop.value | tostring)' r.jsonl)" ""
invalid=$(jq -r 'select(.source == "invalid").id' library.jsonl | wc -l)
missed=$(jq -r 'select(.source == "invalid").id' k.jsonl | wc -l)
echo "# CPython: $missed of $invalid invalid ones are kept"
check "CPython: at least 97% of what is invalid is dropped" [ $((missed * 100)) -le $((invalid * 3)) -a "$invalid" -gt 50 ]

# Conformance suites: labels that others gave. Not counted: test262's "early" (errors that a tree without scopes does not know), its
# tests whose label depends on the goal (script or module) of a file, and ruff's for other versions of Python than the grammar's.
if [ -e "$LEAT_DATA/code-test262.tar.zst" ]; then
    "$LEAT_DATA/unpack" -d data code-test262 code-ruff >/dev/null 2>&1
    cat >labels.py <<'PY'
import glob, json, os, re
for path in sorted(glob.glob("data/**/*", recursive=True)):
    parts, label = path.split("/"), None
    suite = "test262" if path.endswith(".js") else "ruff"
    if suite == "test262": label = "valid" if {"pass", "pass-explicit"} & set(parts) else "invalid" if "fail" in parts else None
    elif path.endswith(".py"): label = "valid" if {"valid", "ok"} & set(parts) else "invalid" if {"invalid", "err"} & set(parts) else None
    if not label or not os.path.isfile(path): continue
    try: text = open(path, encoding="utf-8", newline="").read()
    except UnicodeDecodeError: continue
    if suite == "ruff":
        version = re.search(r'target-version": *"3\.(\d+)"', text)
        if version and (int(version[1]) != 12 or label == "invalid"): continue
        # 3.13's defaults of type parameters, 3.14's template strings and except without parentheses
        if os.path.basename(path) in ("type_param_param_spec.py", "type_param_type_var.py", "type_param_type_var_tuple.py", "type.py",
                                      "class.py", "try.py", "t_string.py", "non_duplicate_type_parameter_names.py"): continue
    elif label == "invalid" and not path.endswith(".module.js"):
        # a script that imports or exports, or returns: what Node.js takes as a module, or as a CommonJS module
        if re.match(r"\W*(import|export)\b", text) or re.search(r"(^|[{;])\s*return\b", text) and "function" not in text: continue
    print(json.dumps({"id": path, "text": text, "source": label, "metadata": {"path": path, "suite": suite}}))
PY
    python3 labels.py >labelled.jsonl
    leat-code -q --keep-valid labelled.jsonl --rejects r.jsonl -o k.jsonl
    for suite in test262 ruff; do # each disagreement: jq .id of the two files
        n=$(jq -r "select(.metadata.suite == \"$suite\").id" labelled.jsonl | wc -l)
        right=$(($(jq -r "select(.source == \"valid\" and .metadata.suite == \"$suite\").id" k.jsonl | wc -l) + \
            $(jq -r "select(.source == \"invalid\" and .metadata.suite == \"$suite\").id" r.jsonl | wc -l)))
        echo "# conformance, $suite: $right of $n as labelled"
        least=97
        check "$suite: at least $least% as labelled" [ $((right * 100)) -ge $((n * least)) -a "$n" -gt 300 ]
    done
else
    skip "test262 and ruff" "no code-test262 in \$LEAT_DATA"
fi
# ---- the language of people, which leat filter finds, is no programming language
printf '%s\n' '{"id":"1","text":"x = 1\n","metadata":{"path":"a.py","language":"ts","language_score":0.4}}' >spoken.jsonl
leat-code -q --annotate spoken.jsonl >spoken
is "metadata.language beside a score" "$(jq -r .metadata.language_code spoken)" python

# ---- keys and other secrets
cat >secret.jsonl <<'J'
{"id":"key","text":"import boto3\nclient = boto3.client('s3', aws_access_key_id='AKIAQWERTZUIOPLKJHGF')\n","metadata":{"path":"a.py"}}
{"id":"none","text":"import boto3\nclient = boto3.client('s3')\n","metadata":{"path":"b.py"}}
J
leat-code -q --set secrets=0 --rejects found.jsonl secret.jsonl >kept.jsonl
is "a file with a key is dropped by the rule secrets" "$(jq -c '[.id, .metadata.drop.rule]' found.jsonl) $(jq -r .id kept.jsonl)" '["key","secrets"] none'
leat-code -q --annotate --set secrets=0 secret.jsonl >noted.jsonl
is "what it is, is annotated" "$(jq -c '[.metadata.code_secrets, (.metadata.code_secret != null)]' noted.jsonl | paste -sd' ')" '[1,true] [0,false]'
