# shellcheck shell=bash
# leat ingest: JSON lines of other people: --fields against jq, --source, ids.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >hf.jsonl <<'EOL'
{"content":"first é\n","url":"http://a/1","timestamp":"2019-04-25T12:57:54Z","score":1.50,"meta":{"lang":"en","toks":12}}
{"url":"http://a/2", "content" : "second" ,"n":12345678901234567890, "meta":{"lang":null,"l":[1, {"content":0}]}}
{"content":"third","url":"http://a/3","metadata":{"k":true},"timestamp":1556193600}
EOL
spec='text=content,metadata.url=url,metadata.lang=meta.lang,created=timestamp'
exits "--fields" 0 leat-ingest --fields "$spec" --stats stats.json hf.jsonl
# what jq makes of them, by the same rules
jq -c '{text: .content} + (if .timestamp then {created: (.timestamp | tostring)} else {} end)
    + ({score, n, meta: (if .meta.lang then .meta | del(.lang) else .meta end)} | with_entries(select(.value != null)))
    + {metadata: ((.metadata // {}) + {url} + (if .meta.lang then {lang: .meta.lang} else {} end))}' hf.jsonl | jq -Sc . >want
jq -Sc 'del(.id)' out >got
same "--fields: as jq moves them" want got
is "--fields: numbers keep their digits" "$(grep -c -e '"score":1.50' -e '12345678901234567890' out)" 2
is "--fields: accounts" "$(jq -c '[.records.kept, .text.in, .text.written, .balanced]' stats.json)" '[3,20,20,true]'
exits "--fields: nothing to move" 0 leat-ingest --fields "text=body" out
cp out again
leat-ingest -q --fields "$spec" --fields "text=body" again >third
same "--fields: lines that need no change are not changed" again third
for t in 1 2 8; do leat-ingest -q -t$t --fields "$spec" hf.jsonl hf.jsonl >t$t; done
same "--fields: -t8 = -t1" t1 t8
exits "no text: status" 3 leat-ingest hf.jsonl
says "no text: which keys there are" err "its keys are: content, url, timestamp, score, meta. Name the one that holds the text: --fields text=KEY"
exits "--fields that is wrong" 2 leat-ingest --fields "body=content" hf.jsonl
says "--fields that is wrong: what is right" err "text, id, source, created, metadata.KEY"
printf '{"content":"a","text":"b"}\n{"content":["x"]}\n{"content":"ok","id":{"x":1}}\n{"content":"good"}\n{"content":"half\n' >odd.jsonl
exits "lines that cannot be mapped" 0 leat-ingest --fields text=content --stats stats.json odd.jsonl
is "lines that cannot be mapped are damaged" "$(jq -c '[.records.damaged, .records.kept, .balanced]' stats.json)$(jq -r .text out)" '[4,1,true]good'
says "a target that is taken: what to do" err "metadata.other=text"

# ---- --source
printf '{"id":"1","text":"none"}\n{"id":"2","text":"own","source":"wiki","metadata":{"a":1}}\n{"id":"3","text":"same","source":"web" }\n{"id":"4","text":"empty","source":""}\n' >s.jsonl
leat-ingest -q --source web s.jsonl >out
is "--source is every line's" "$(jq -r .source out | sort -u)" web
is "another source is kept" "$(jq -c .metadata out | tr '\n' ' ')" 'null {"a":1,"original_source":"wiki"} null null '
is "a line that says so already is not changed" "$(sed -n 3p out)" "$(sed -n 3p s.jsonl)"
leat-ingest -q s.jsonl >out
same "without --source nothing is changed" s.jsonl out

# ---- ids
mkdir d e && printf '{"text":"x"}\n{"text":"y"}\n' >d/a.jsonl && cp d/a.jsonl e/a.jsonl && cp d/a.jsonl e/b.jsonl
is "an id does not depend on how the file is named" "$(cd d && leat-ingest -q a.jsonl)" "$(leat-ingest -q e/../d/./a.jsonl)"
leat-ingest -q d/a.jsonl e/b.jsonl e/a.jsonl d/a.jsonl >out
is "inputs of one name: ids are unique" "$(jq -r .id out | sort -u | wc -l)" 8
leat-ingest -q -t8 d/a.jsonl e/b.jsonl e/a.jsonl d/a.jsonl >t8
same "inputs of one name: -t8" out t8
