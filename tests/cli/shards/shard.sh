# shellcheck shell=bash
# leat shard: what it writes, read back by a program of its own in Python; and what it refuses.
. "$LEAT_ROOT/tests/lib.sh"
py=$LEAT_ROOT/tests/cli/shards/shard.py
ltok=$LEAT_BUILD/unit/shards/ltok

# ---- golden
python3 "$py" lines 2000 1 >docs.tsv
"$ltok" 2 1000 999 7 <docs.tsv >a.ltok
exits 'shards are written' 0 leat-shard -o d --shard-size 20000 --valid-share 0.05 --stats stats.json a.ltok
check 'layouts, contents, hashes: as the tables say' python3 "$py" check docs.tsv d 999
check 'nothing else is left' test ! -e d.tmp -a ! -e d.partial
is 'hostile domain names are file names' "$(find d -name '*-00000.bin' -printf '%f\n' | sort | tr '\n' ' ')" \
    '%57eb-00000.bin %57eb-valid-00000.bin a%2fb-00000.bin a%2fb-valid-00000.bin academic-00000.bin academic-valid-00000.bin code-00000.bin code-valid-00000.bin web%2dvalid-00000.bin web%2dvalid-valid-00000.bin web-00000.bin web-valid-00000.bin '
is 'files keep to their size' "$(find d -name '*.bin' -size +20000c | wc -l)" 0
is 'the ledger balances' "$(jq -c '[.balanced,.records.in,.records.kept,.extra.duplicate_ids,.extra.domains]' stats.json)" '[true,2000,2000,0,6]'
exits 'verify agrees' 0 leat-shards verify d
awk -F'\t' -v OFS='\t' '{$7 = $7 " 999"; print}' docs.tsv >ended
"$ltok" 2 1000 999 7 <ended | leat-shard -q -o ended.d --shard-size 20000 --valid-share 0.05
check 'documents that end already are not ended twice' diff -r d ended.d

# ---- widths
"$ltok" 4 1000 - 7 <docs.tsv | leat-shard -q -o narrow
check 'four bytes in, two out, no end-of-document token' python3 "$py" check docs.tsv narrow -
is '… as type 8' "$(od -An -tu1 -j17 -N1 narrow/web-00000.idx | tr -d ' ')" 8
"$ltok" 2 65500 999 7 <docs.tsv | leat-shard -q -o wide
check 'a vocabulary of 65500 needs four bytes' python3 "$py" check docs.tsv wide 999
is '… as type 4' "$(od -An -tu1 -j17 -N1 wide/web-00000.idx | tr -d ' ')" 4
"$ltok" 2 65499 999 7 <docs.tsv | leat-shard -q -o below
is 'one of 65499 does not' "$(jq .token_bytes below/manifest.json)" 2

# ---- the same bytes
exits 'one thread' 0 leat-shard -q -t1 -o t1 --shard-size 20000 a.ltok
exits 'eight threads' 0 leat-shard -q -t8 -o t8 --shard-size 20000 a.ltok
check 'are the same, byte for byte' diff -r t1 t8
head -700 docs.tsv | "$ltok" 2 1000 999 7 >b1.ltok
tail -n +701 docs.tsv | "$ltok" 2 1000 999 7 | zstd -q -o b2.ltok.zst
leat-shard -q -o parts --shard-size 20000 b1.ltok b2.ltok.zst
check 'one input or several: the same' diff -r t1 parts
leat-shard -q -o piped --shard-size 20000 - <a.ltok
check 'a pipe: the same' diff -r t1 piped

# ---- weights
exits 'weights' 0 leat-shard -o w --mix "$LEAT_ROOT/pipelines/mix-default.yaml" --weight a/b=1 --weight Web=1 --weight web-valid=0 --weight web=48 a.ltok
says 'an absent domain is named' err 'domain "encyclopedia" has a weight but no documents'
is 'weights are shares of what is there' "$(jq -c '[.domains[] | [.name, (.weight * 85 * 1000 | round)]]' w/manifest.json)" \
    '[["Web",1000],["a/b",1000],["academic",20000],["code",15000],["web",48000],["web-valid",0]]'
exits 'a domain without a weight' 2 leat-shard -o no --mix "$LEAT_ROOT/pipelines/mix-default.yaml" a.ltok
says '… is named with the mend' err 'has no weight; give it one in --mix or with --weight '
check '… and nothing is left' test ! -e no -a ! -e no.tmp -a ! -e no.partial
exits 'a weight that is none' 2 leat-shard -o no --weight web=lots a.ltok
exits 'a mix without weights' 2 leat-shard -o no --mix /dev/null a.ltok
exits 'a mix that is not there' 1 leat-shard -o no --mix missing.yaml a.ltok
exits 'only weights of 0' 2 leat-shard -o no --weight web=0 --weight code=0 --weight academic=0 --weight a/b=0 --weight Web=0 --weight web-valid=0 a.ltok
exits 'a tiny weight' 0 leat-shard -o tiny --weight web=1 --weight code=0.00001 --weight academic=1 --weight a/b=1 --weight Web=1 --weight web-valid=1 a.ltok
says '… is warned of' err 'domain "code" weighs less than 1/8192 of all and will not be read'

# ---- inputs that do not belong together
head -5 docs.tsv | "$ltok" 2 1000 999 8 >other.ltok
exits 'two tokenizers' 2 leat-shard -o no a.ltok other.ltok
says '… are named' err 'a.ltok and other.ltok have different tokenizers'
head -5 docs.tsv | "$ltok" 2 1001 999 7 >other.ltok
exits 'two vocabularies' 2 leat-shard -o no a.ltok other.ltok
head -5 docs.tsv | "$ltok" 2 1000 998 7 >other.ltok
exits 'two ends of documents' 2 leat-shard -o no a.ltok other.ltok
head -5 docs.tsv | "$ltok" 4 1000 999 7 >other.ltok
exits 'two widths' 2 leat-shard -o no a.ltok other.ltok
says '… are named too' err 'token widths'
exits 'one document twice' 3 leat-shard -o no a.ltok b1.ltok
says '… is named with both places' err 'id "doc-0" twice: document 1 of a.ltok and document 1 of b1.ltok'
check '… and nothing is left' test ! -e no -a ! -e no.tmp
exits 'unless it may' 0 leat-shard -o twice --allow-duplicate-ids --valid-share 0 a.ltok b1.ltok
is '… then it is counted' "$(jq -c '[.documents,.duplicate_ids]' twice/manifest.json)" '[2700,700]'
seq 40000 | awk -v OFS='\t' '{print "id" $1, "web", "", "", "", "-1", "1"}' | "$ltok" 2 1000 999 7 >many.ltok
exits 'more ids than --memory' 1 leat-shard -o no --memory 1M many.ltok
says '… says so' err '--memory'


# ---- what shards do not hold
head -5 docs.tsv | "$ltok" 2m 1000 999 7 >masked.ltok
exits 'loss masks' 2 leat-shard -o no masked.ltok
says '… are not dropped in silence' err 'document 1 has a loss mask'
"$ltok" 4 3000000000 - 7 <docs.tsv >huge.ltok
exits 'a vocabulary beyond 31 bits' 2 leat-shard -o no huge.ltok
seq 257 | awk -v OFS='\t' '{print "id" $1, "d" $1, "", "", "", "-1", "1"}' | "$ltok" 2 1000 999 7 >domains.ltok
exits 'more domains than there may be' 2 leat-shard -o no domains.ltok
says '… says what to change' err '--domain-key'
for name in 'a%%00b' 'a%%ff' "$(printf 'x%.0s' $(seq 200))"; do
    # shellcheck disable=SC2059
    printf "id\\t$name\\t\\t\\t\\t-1\\t1\\n" | "$ltok" 2 1000 999 7 >name.ltok
    exits "a domain that makes no file name: ${name:0:10}" 2 leat-shard -o no name.ltok
done
exits 'a domain all of whose documents are held out' 0 leat-shard -o held --valid-share 1 --weight web=1 --weight code=1 --weight academic=1 --weight a/b=1 --weight Web=1 --weight web-valid=1 a.ltok
says '… is warned of' err 'domain "code" has no training tokens'

# ---- damage
: >empty
exits 'no bytes' 3 leat-shard -o no empty
check '… leave nothing' test ! -e no -a ! -e no.tmp
printf 'a text\n' >text
exits 'a text' 3 leat-shard -o no text
says '… is not a token stream' err 'text'
"$ltok" 2 1000 999 7 </dev/null >none.ltok
exits 'no documents' 0 leat-shard -o none none.ltok
is '… make a directory without domains' "$(jq -c '[.documents,.domains]' none/manifest.json)" '[0,[]]'
exits '… that is right' 0 leat-shards verify none
head -c 200000 a.ltok >cut.ltok
exits 'a cut stream' 3 leat-shard -o cut --stats stats.json cut.ltok
check '… leaves DIR.partial without a manifest' test -d cut.partial -a ! -e cut -a ! -e cut.tmp -a ! -e cut.partial/manifest.json
check '… with whole files' test -s cut.partial/web-00000.bin -a -s cut.partial/web-00000.idx -a -s cut.partial/web-00000.docs.zst
is '… and a ledger that says so' "$(jq -c '[.balanced,.truncated,.records.kept == .records.in]' stats.json)" '[true,true,true]'
exits '… which is no directory of shards' 1 leat-shards info cut.partial
cp a.ltok hurt.ltok
printf 'X' | dd of=hurt.ltok bs=1 seek=150000 conv=notrunc status=none
exits 'a changed byte' 3 leat-shard -o hurt --stats stats.json hurt.ltok
check '… leaves DIR.partial too' test -d hurt.partial -a ! -e hurt
is '… and a damaged record' "$(jq -c '[.balanced,.records.damaged]' stats.json)" '[true,1]'

# ---- directories
exits 'no -o' 2 leat-shard a.ltok
says '… says what to give' err 'give -o DIR'
exits 'a directory that exists' 2 leat-shard -o d a.ltok
says '… says --force' err '--force'
exits 'a directory whose parent is missing' 1 leat-shard -o deep/er/d a.ltok
cp -r d before
exits 'force' 0 leat-shard -q -o d --force --shard-size 20000 --valid-share 0.05 a.ltok
check '… writes the same again' diff -r d before
exits 'force over a cut stream' 3 leat-shard -q -o d --force cut.ltok
check '… leaves the old shards' diff -r d before
mkdir house && echo dear >house/letter
exits 'force over something else' 2 leat-shard -o house --force a.ltok
check '… touches nothing' test -e house/letter
exits 'a bad option' 2 leat-shard --nonsense
exits 'a missing input' 1 leat-shard -o no a.ltok missing.ltok
check '… leaves nothing' test ! -e no -a ! -e no.tmp
printf '{"model": 1}' >tokenizer.json
exits 'with the tokenizer' 0 leat-shard -o tok --tokenizer-file tokenizer.json a.ltok
same '… a copy is kept' tokenizer.json tok/tokenizer.json
exits '… that is verified' 0 leat-shards verify tok
printf '{"model": 2}' >tok/tokenizer.json
exits '… when it is changed too' 3 leat-shards verify tok

# ---- limits and samples
exits 'a limit' 0 leat-shard -q -o limited --limit 10 --valid-share 0 a.ltok
is '… counts documents' "$(jq .documents limited/manifest.json)" 10
exits 'a sample' 0 leat-shard -q -o sampled --sample 0.3 --stats stats.json a.ltok
is '… is counted' "$(jq '.records.kept + .records.skipped.sample.records' stats.json)" 2000
check '… is about a third' test "$(jq .documents sampled/manifest.json)" -gt 500 -a "$(jq .documents sampled/manifest.json)" -lt 700

# ---- kill -9 in the middle, while a slow writer holds the pipe
mkfifo pipe
leat-shard -q -o killed --shard-size 20000 <pipe &
pid=$!
exec 3>pipe
head -c 300000 a.ltok >&3
for _ in $(seq 100); do [ -e killed.tmp/web-00001.bin ] && break; sleep 0.05; done
check 'it is writing' test -e killed.tmp/web-00001.bin
exits 'a second one into the same directory' 2 leat-shard -o killed a.ltok
says '… is told' err 'another'
kill -9 $pid
wait $pid 2>/dev/null
exec 3>&-
check 'kill -9 leaves no directory' test ! -e killed
check '… but what it was making' test -d killed.tmp
exits 'which the next run clears away' 0 leat-shard -q -o killed --shard-size 20000 a.ltok
check '… and is whole' diff -r killed t1
check '… with nothing beside it' test ! -e killed.tmp

# ---- a full disk, and help
if mkdir full && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
    exits 'a full disk' 1 leat-shard -o full/d a.ltok
    says '… is named' err 'No space left'
    check '… and left clean' test ! -e full/d -a ! -e full/d.tmp
    umount full
else
    skip 'a full disk' 'no right to mount a tmpfs'
fi
exits 'help' 0 leat-shard --help
says '… shows the options' out '--shard-size'
