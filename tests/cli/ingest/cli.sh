# shellcheck shell=bash
# leat ingest: what every tool promises.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1
python3 -c '
from warcs import *
write("crawl.warc.gz", members(crawl(3000)))
write("small.warc.gz", members(crawl(3)))'

exits "--help" 0 leat-ingest --help
says "--help names the options" out "--extract"
exits "--version" 0 leat-ingest --version
exits "--man" 0 leat-ingest --man
exits "bad option" 2 leat-ingest --no-such-option small.warc.gz
exits "bad choice" 2 leat-ingest --format tarball small.warc.gz
says "bad choice: the known ones" err "archive"
exits "a missing file" 1 leat-ingest missing.warc.gz
says "a missing file is named" err "missing.warc.gz"
exits "a missing file behind a good one" 1 leat-ingest -o out.jsonl small.warc.gz missing.warc.gz
check "leaves no output" test ! -e out.jsonl -a ! -e out.jsonl.partial -a ! -e out.jsonl.tmp
exits "a directory" 1 leat-ingest .
exits "no input" 0 leat-ingest
is "no input gives nothing" "$(wc -c <out)" 0

leat-ingest -q -t1 crawl.warc.gz --stats s1.json >t1
is "documents" "$(wc -l <t1)" 3000
for t in 2 3 8; do
    leat-ingest -q -t$t crawl.warc.gz --stats s$t.json >t$t
    same "-t$t = -t1" t1 t$t
    same "-t$t: the same accounts" <(jq '[.records, .text, .damage, .extra]' s1.json) <(jq '[.records, .text, .damage, .extra]' s$t.json)
done
# shellcheck disable=SC2002
cat crawl.warc.gz | leat-ingest -q | jq -c 'del(.metadata.warc_file)' >piped
same "from a pipe" <(jq -c 'del(.metadata.warc_file)' t1) piped
(head -c 100000 crawl.warc.gz; sleep 0.1; tail -c +100001 crawl.warc.gz) | leat-ingest -q | jq -c 'del(.metadata.warc_file)' >slow
same "from a slow pipe" piped slow
is "several inputs, in their order" "$(leat-ingest -q small.warc.gz crawl.warc.gz small.warc.gz | jq -r .metadata.warc_file | uniq -c | tr -s ' \n' ' ')" \
    " 3 small.warc.gz 3000 crawl.warc.gz 3 small.warc.gz "
exits "-o" 0 leat-ingest -o out.jsonl.zst crawl.warc.gz
same "-o: the same" t1 <(zstd -dcq out.jsonl.zst)
exits "its own output is read" 0 leat-ingest -t1 out.jsonl.zst
same "unchanged" t1 out
leat-ingest -q --framed small.warc.gz >framed
is "--framed" "$(head -c 14 framed)" "#leat-stream 1"
exits "a framed stream is read" 0 leat-ingest framed
is "with all its documents" "$(wc -l <out)" 3
head -c 2000 framed >cut.framed
exits "a writer that died" 3 leat-ingest -o died.jsonl cut.framed
check "commits nothing" test ! -e died.jsonl
leat-ingest -q crawl.warc.gz >/dev/full 2>err
is "/dev/full" $? 1
says "/dev/full is said" err "No space"
leat-ingest -q crawl.warc.gz | head -1 >first
is "| head: ends by SIGPIPE" "${PIPESTATUS[0]}" 141
same "| head" first <(head -1 t1)
mkfifo fifo
leat-ingest -q -o killed.jsonl fifo &
pid=$!
exec 7>fifo
head -c 200000 crawl.warc.gz >&7
sleep 0.3
kill -9 $pid
wait $pid 2>/dev/null # the shell says "Killed"
exec 7>&-
check "kill -9: no half file" test ! -e killed.jsonl
exits "stats after a failure" 1 leat-ingest --stats failed.json missing.warc.gz
is "they say so" "$(jq .exit failed.json)" 1
