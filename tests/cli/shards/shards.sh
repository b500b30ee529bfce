# shellcheck shell=bash
# leat shards info, verify and cat.
. "$LEAT_ROOT/tests/lib.sh"
py=$LEAT_ROOT/tests/cli/shards/shard.py
ltok=$LEAT_BUILD/unit/shards/ltok
python3 "$py" lines 600 3 >docs.tsv
"$ltok" 2 1000 999 7 <docs.tsv >a.ltok
leat-shard -q -o d --shard-size 20000 --valid-share 0.1 a.ltok

# ---- info
exits 'info' 0 leat-shards info d
is '… has a line for each domain, a head, a total and the tokenizer' "$(wc -l <out)" 9
is '… adds up' "$(awk '$1 == "total" {print $3 + $5}' out)" 600
is '… names domains as files are named' "$(awk 'NR > 1 && NR < 8 {printf "%s ", $1}' out)" '%57eb a%2fb academic code web web%2dvalid '
says '… names the tokenizer' out 'tokenizer 00000000000000010000000000000007, vocabulary 1000, 2 bytes a token, end-of-document token 999'
exits 'info --json' 0 leat-shards info --json d
same '… is the manifest' out d/manifest.json
exits 'a directory that is not there' 1 leat-shards info nowhere
says '… says what makes one' err 'leat shard'
exits 'no directory' 2 leat-shards info
exits 'two directories' 2 leat-shards info d d
exits 'no verb' 2 leat-shards
exits 'another verb' 2 leat-shards burn d
exits 'a bad option' 2 leat-shards info --nonsense d
leat-shards info d >/dev/full 2>err
is 'info to a full disk' $? 1
leat-shard -q -o bare --valid-share 0 --allow-duplicate-ids <("$ltok" 4 100000 - 7 <docs.tsv) <("$ltok" 4 100000 - 7 <docs.tsv)
exits 'info of others' 0 leat-shards info bare
says '… without an end of documents' out '4 bytes a token, no end-of-document token'
says '… with copies' out '600 documents have an id that another one has'

# ---- cat
exits 'cat' 0 leat-shards cat --ids --stats stats.json d
is '… gives every document' "$(wc -l <out)" 600
is '… and counts them' "$(jq -c '[.balanced,.records.kept]' stats.json)" '[true,600]'
jq -r '[.id,.domain,.source,.url,.warc_file,(.warc_offset // -1),(.ids[:-1]|map(tostring)|join(" "))]|@tsv' out | sort >got
sort docs.tsv >want
same '… with what came in' got want
is '… and the ends of documents' "$(jq -s 'all(.ids[-1] == 999 and (.ids|length) == .tokens)' out)" true
exits 'cat one domain and split' 0 leat-shards cat --domain a/b --split valid d
is '… gives these only' "$(jq -sc '[.[] | [.domain, .split]] | unique' out)" '[["a/b","valid"]]'
is '… says where they lie' "$(jq -sc '[.[] | .file] | unique' out)" '["a%2fb-valid-00000"]'
exits 'cat another domain' 2 leat-shards cat --domain nothing d
says '… names it' err 'no domain "nothing"'
exits 'cat a few' 0 leat-shards cat --limit 7 d
is '… gives a few' "$(wc -l <out)" 7
for o in --ids --ltok --limit=3 --domain=a --split=valid; do exits "info with cat's $o" 2 leat-shards info "$o" d; done
exits "cat with info's --json" 2 leat-shards cat --json d
says 'says whose it is' err 'cat takes no --json, which is for info'
exits 'cat as two things' 2 leat-shards cat --ids --ltok d
leat-shards cat --ids d >/dev/full 2>err
is 'cat to a full disk' $? 1
bash -c 'leat-shards cat --ids bare; echo $? >status' 2>err | head -1 >/dev/null
is 'cat | head ends by SIGPIPE' "$(cat status)" 141
exits 'cat to a file' 0 leat-shards cat -o out.jsonl.zst d
is '… that is whole' "$(zstd -dcq out.jsonl.zst | wc -l)" 600
leat-shards cat d -t1 >t1
leat-shards cat d -t8 >t8
same 'one thread or eight' t1 t8

# ---- cat --ltok: back into the same shards
exits 'cat --ltok' 0 leat-shards cat --ltok d -o back.ltok
exits '… can be sharded again' 0 leat-shard -q -o again --shard-size 20000 --valid-share 0.1 back.ltok
check '… into the same' diff -r d again
exits 'cat --ltok without ends of documents' 0 leat-shards cat --ltok bare -o back.ltok
leat-shard -q -o again2 --valid-share 0 --allow-duplicate-ids back.ltok
check '… into the same too' diff -r bare again2

# ---- verify
exits 'verify' 0 leat-shards verify d
exits 'verify on many threads' 0 leat-shards verify -t8 d
for file in d/*; do
    cp "$file" kept
    size=$(stat -c %s "$file")
    at=$((size * 2 / 3))
    byte=$(od -An -tu1 -j$at -N1 kept)
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((byte ^ 4)))" | dd of="$file" bs=1 seek=$at conv=notrunc status=none
    leat-shards verify d >out 2>err
    status=$?
    if [ $status = 3 ] && grep -qF "$file" err; then :; else not_ok "a changed byte in $file: status $status"; fi
    head -c $((size - 1)) kept >"$file"
    leat-shards verify d >out 2>err
    status=$?
    if [ $status = 3 ] && grep -qF "$file" err; then :; else not_ok "$file without its last byte: status $status"; fi
    cp kept "$file"
done
exits 'verify of what was put back' 0 leat-shards verify d
ok 'verify names every file that was changed or cut'
rm d/code-00000.docs.zst
exits 'verify of a missing file' 3 leat-shards verify d
says '… names it' err 'd/code-00000.docs.zst is missing'
exits 'cat of a missing file' 1 leat-shards cat d
exits 'help' 0 leat-shards --help
says '… shows the verbs' out 'verify'
