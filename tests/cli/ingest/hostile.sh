# shellcheck shell=bash
# leat ingest against inputs that are made to break it: floods, bombs, lies, cuts, at every place where bytes come in.
# Of every run: it ends soon, by itself, within its memory; the ledger balances and agrees with the output; -t1 and -t8 agree.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
python3 "$LEAT_ROOT/tests/cli/ingest/hostile_make.py"

most=300000000
case $LEAT_BIN in */release*) ;; *) most=6000000000 ;; esac

# sound WANTED-STATUS ARG…: runs with -t1 and -t8; prints what is wrong
sound() {
    local want=$1 status t lines=() statuses=()
    shift
    rm -f s1.json s8.json
    for t in 1 8; do
        timeout -s KILL "${limit:-20}" leat-ingest -q -t$t --stats s$t.json "$@" >t$t 2>err$t </dev/null
        status=$?
        [[ " $want " == *" $status "* ]] || echo "$*: -t$t: exit status $status: $(head -1 err$t | cut -c1-200)"
        statuses+=("$status")
        lines+=("$(wc -l <t$t)")
    done
    cmp -s t1 t8 || echo "$*: -t8 is not -t1"
    jq -se --argjson most $most --argjson lines "[${lines[0]},${lines[1]}]" --argjson status "[${statuses[0]},${statuses[1]}]" '
        def sum(f): [.[] | f] | add // 0;
        def constant: del(.started, .seconds, .peak_rss_bytes, .threads, .arguments) | tojson;
        length == 2 and (.[0] | constant) == (.[1] | constant) and all(range(2) as $i | .[$i]
            | .balanced and .exit == $status[$i] and .records.kept == $lines[$i]
            and .records.in + .records.created == .records.kept + .records.damaged + (.records.dropped | sum(.records)) + (.records.skipped | sum(.records))
            and .text.in + .text.added == .text.written + .text.dropped + (.text.removed | sum(.text_bytes))
            and .peak_rss_bytes < $most; .)' s1.json s8.json >/dev/null 2>&1 ||
        echo "$*: the ledgers: $(jq -c '[.records, .text, .exit, .peak_rss_bytes]' s1.json s8.json 2>&1 | cut -c1-400)"
}
figures() { jq -c "$1" s1.json; }

# ---- a crawl
for f in lie-*.warc lie-*.warc.gz; do
    sound 0 "$f"
    [ "$(grep -c 'word[12]x39' t1)" = 2 ] || echo "$f: its neighbours are lost"
    grep -q 'word99x39' t1 || echo "$f: its text is lost"
done >bad
is "a record that lies costs neither itself nor its neighbours" "$(cat bad)" ""
for f in bombs.warc field-line.warc resync.warc empty-members.warc.gz charsets.warc; do sound "0 3" $f; done >bad
is "bombs, giant lines, floods of record starts, any bytes under any label" "$(cat bad)" ""
sound "0 3" endless.warc.gz >bad
is "a header without an end: what came before it" "$(cat bad)$(grep -c word1x39 t1)" 1
limit=4 sound 3 versions.warc >bad
is "a flood of version lines takes linear time" "$(cat bad)$(grep -c word1x39 t1)" 1

sound 0 header.arc >bad
is "an ARC record whose line is odd is lost alone" "$(cat bad)$(jq -r .text t1 | tr '\n' ' ')$(figures '[.records.damaged, .records.skipped.filedesc.records]')" \
    'page number 1 page number 3 [1,1]'
sound 3 length-e12.warc >bad
is "a length of a terabyte: no record is lost" "$(cat bad)$(figures '[.records.kept, .records.damaged, .extra["wrong-content-length"]]')" '[3,1,1]'
for f in mark.warc mark.warc.gz; do
    sound 0 $f >bad
    is "$f: a byte order mark before the first record" "$(cat bad)$(figures '[.records.kept, .records.damaged]')" '[2,0]'
done
tar cf mark.tar mark.warc
sound 0 mark.tar >bad
is "and in a tar" "$(cat bad)$(figures '[.records.kept, .records.damaged]')" '[2,0]'

# ---- at the edge of --max-record
for kind in txt jsonl zip; do
    for step in -1 0 1; do
        sound "0 3" --max-record 64K -- edge$step.$kind
        echo "$kind $step $(figures .records.damaged)"
    done
done >got
printf '%s %s %s\n' txt -1 0 txt 0 0 txt 1 1 jsonl -1 0 jsonl 0 0 jsonl 1 1 zip -1 0 zip 0 0 zip 1 1 >want
same "--max-record is a limit to the byte" want got

# ---- pages
for f in page-*.html; do sound 0 "$f" --markup markdown --format html; done >bad
is "floods of HTML" "$(cat bad)" ""
check "what they hold is there" [ "$(leat-ingest -q --extract all page-links.html page-deep-list.html page-line.html | wc -c)" -gt 5500000 ]

python3 - <<'PY'
open("longer.html", "w").write("<html><body>" + ("<p>" + "\u0958\u0959 " * 40 + "</p>\n") * ((24 << 20) // 288)) # twice as long in NFC
open("latin.html", "wb").write(b"<meta charset=windows-1252>" + b"<p>caf\xe9 \xe8\xe9\xea\xeb\xe9\xe8\xe9\xea\xeb\xe9\xe8\xe9\xea</p>\n" * ((24 << 20) // 26))
PY
whole_most=$most most=$((most == 300000000 ? (64 << 20) + 4 * (24 << 20) : most))
for f in longer latin; do sound 0 --extract all $f.html; done >bad
is "a large page takes at most 64 MiB and four times its size, however long its text becomes" "$(cat bad)" ""
most=$whole_most
rm longer.html latin.html

# ---- archives
for f in names.tar nest.zip bomb.zip size-*.tar flip*.zip; do sound "0 3" "$f"; done >bad
is "archives: odd names and sizes, nests, bombs, flipped bits" "$(cat bad)" ""
is "names are no places" "$(leat-ingest -q names.tar | jq -r .metadata.path | grep -cE '^/|(^|/)\.\.(/|$)|[[:cntrl:]]')" 0
is "each entry is there, and has an id of its own" "$(leat-ingest -q names.tar | jq -r .id | sort -u | wc -l)" 13
for f in cut.tar cut.zip cut-tar.zst; do
    exits "$f ends early: exit 3" 3 leat-ingest --stats stats.json $f
    is "$f: it is said" "$(jq -c '[.truncated, .records.kept > 0]' stats.json)" '[true,true]'
    leat-ingest -q -o cut.jsonl $f 2>err
    check "$f: the output is .partial" test -e cut.jsonl.partial -a ! -e cut.jsonl
    rm -f cut.jsonl cut.jsonl.partial
done
leat-ingest -q --stats stats.json two.tar.gz >out 2>err
check "two archives, one behind the other: no file is lost without a word" [ "$(wc -l <out)" = 5 -o "$(jq '.records.damaged + .destroyed_bytes' stats.json)" != 0 ]

# ---- JSON lines
sound 3 bad.jsonl >bad
is "every bad line is damaged" "$(cat bad)$(figures '[.records.in, .records.damaged]')" '[27,27]'
sound 0 good.jsonl >bad
is "no good line is" "$(cat bad)$(figures '[.records.in, .records.damaged]')" '[11,0]'
printf '%s\n' '{"c":{"b":"x"},"u":"y","metadata":{"url":1}}' >meta.jsonl
printf '%s\n' '{"c":{"b":"x","b":"y"}}' >source.jsonl
leat-ingest --fields text=c.b,metadata.url=u meta.jsonl >out 2>err
says "--fields: a target that is taken is named" err "metadata.url"
leat-ingest --fields text=c.b source.jsonl >out 2>err
says "--fields: a source that stands twice is called so" err "twice"

# ---- --split
printf 'banana' >banana.txt
for pattern in 'x*' '(?=a)' '(?<=a)' '\b' '(?m)^' 'a\K' '\z' '(?s).*' '\Ga'; do sound 0 --split "$pattern" banana.txt; done >bad
is "--split: patterns that match nothing, or all" "$(cat bad)" ""
printf '%50000sb' '' | tr ' ' a >aaa.txt
exits "--split: a pattern that needs too much work" 2 timeout 10 leat-ingest --split '(a+)+$' aaa.txt
says "is named" err "--split"

# ---- dumps
sound 0 floods.xml >bad
is "floods of wikitext" "$(cat bad)$(grep -cE 'first words|last words' t1)" 2
sound 0 revisions.xml >bad
is "of many revisions the last" "$(cat bad)$(jq -r .text t1 | tail -1)" "revision 4999"
sound 0 no-end.xml >bad
is "a page without an end costs itself" "$(cat bad)$(figures '[.records.kept, .records.damaged]')" '[2,1]'
for format in mediawiki stackexchange; do
    leat-ingest -q --format $format --stats stats.json plain.txt >out 2>err
    check "--format $format of something else is not passed over without a word" [ "$(jq '.records.in + .destroyed_bytes' stats.json)" != 0 ]
done

# ---- LaTeX, XML
for f in paper*.tex; do
    sound 0 "$f"
    grep -q 'First words' t1 || echo "$f: its text is lost"
done >bad
is "floods of LaTeX, macros without an end" "$(cat bad)" ""
sound 3 --format jats lol.xml >bad
sound 0 --format jats deep.xml >>bad
is "XML: entities that multiply, depth" "$(cat bad)" ""
check "XML: nothing is read from outside" eval '! leat-ingest -q --format jats outside.xml 2>err | grep -q root:'

# ---- what an early end leaves
exits "a cut input" 3 leat-ingest -o made.jsonl cut.tar whole.tar
exits "…and again, with one that is whole" 0 leat-ingest -o made.jsonl whole.tar
check "…whose output takes away what was left" test -e made.jsonl -a ! -e made.jsonl.partial
leat-ingest -q -o made.jsonl cut.tar 2>err
exits "what was left, as an input" 0 leat-ingest -o made.jsonl made.jsonl.partial
check "…stays" test -e made.jsonl.partial
exits "a missing input" 1 leat-ingest -o made.jsonl whole.tar missing.tar
check "…takes nothing away" test -e made.jsonl.partial

# ---- compressed files
for f in cut.txt.* broken.txt.*; do sound 3 "$f"; done >bad
is "compression that ends or breaks: exit 3" "$(cat bad)" ""
for f in cut.txt.*; do
    leat-ingest -q --stats stats.json "$f" >out 2>err
    [ "$(jq '.destroyed_bytes + .records.damaged' stats.json)" != 0 ] || echo "$f"
done >bad
is "what a cut file loses is counted" "$(cat bad)" ""

cp one-more.txt six.gz
for _ in 1 2 3 4 5 6; do gzip -c six.gz >more.gz && mv more.gz six.gz; done
sound 3 six.gz >bad
is "compressed six times" "$(cat bad)$(figures .records.damaged)" 1
leat-ingest six.gz >out 2>err
says "it is said how often is enough" err "compressed more than once"
for f in head middle; do
    sound 3 broken-$f.tar.lz4 >bad
    is "a tar whose compression breaks in the $f" "$(cat bad)" ""
    leat-ingest broken-$f.tar.lz4 >out 2>err
    says "it is said what is broken" err "the lz4 frame that starts at byte 0 is broken"
done

# ---- inputs and outputs
printf 'one text\n' >one.txt
mkdir dir
mkfifo pipe
for name in $'new\nline.txt' -dash.txt --stats; do cp one.txt "./$name"; done
sound 0 -- $'new\nline.txt' -dash.txt --stats >bad
is "file names with newlines and dashes" "$(cat bad)$(wc -l <t1)" 3
exits "a directory: exit 1" 1 leat-ingest one.txt dir
says "says what to do" err "name the files in it"
cp one.txt same.txt
ln -s same.txt link.txt
for out in same.txt link.txt; do exits "the output $out is the input: exit 2" 2 leat-ingest same.txt -o $out; done
same "and the input stays" one.txt same.txt
check "/dev/full: exit 1" eval 'leat-ingest -q lie-length-0.warc >/dev/full 2>err; [ $? = 1 ]'
exits "-o of a missing file: exit 1" 1 leat-ingest -o none.jsonl one.txt missing.txt
check "leaves nothing behind" eval '! compgen -G "none.jsonl*" >/dev/null'
(cat lie-length-0.warc >pipe &)
is "a FIFO" "$(timeout 10 leat-ingest -q pipe | wc -l)" 3
python3 - <<'PY'
with open("long.txt", "wb") as file:
    for i in range(300000): file.write(b"%d some words of a text\n" % i)
PY
# shellcheck disable=SC2016
check "head -1 ends it" eval 'timeout 10 leat-ingest -q --split "\n" long.txt | head -1 >out; [ ${PIPESTATUS[0]} = 141 ]'
leat-ingest -q --split '\n' long.txt long.txt long.txt long.txt -o killed.jsonl &
sleep 0.05
kill -9 $! 2>err
wait $! 2>err
check "kill -9 leaves no half file under the name" test ! -e killed.jsonl
exits "and the next run is not in its way" 0 leat-ingest --split '\n' -o killed.jsonl long.txt
is "it is whole" "$(wc -l <killed.jsonl)" 300000
cp whole.tar mixed.tar
mixed=(one.txt edge0.jsonl page-links.html mixed.tar lie-gzip.warc.gz floods.xml paper0.tex header.arc one.txt)
sound 0 "${mixed[@]}" >bad
is "many formats in one call" "$(cat bad)" ""
is "their ids are unique" "$(jq -r .id t1 | sort | uniq -d | wc -l)" 0
