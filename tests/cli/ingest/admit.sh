# shellcheck shell=bash
# leat ingest: URLs and domains in metadata, blocklists, signals of consent.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
export PYTHONPATH=$LEAT_ROOT/tests/cli/ingest PYTHONDONTWRITEBYTECODE=1
skipped() { jq -c '.records.skipped | map_values(.records)' stats.json; }
paths() { jq -r '.metadata.url | split("/") | last' out | tr '\n' ' '; }

cat >crawl.py <<'PY'
from warcs import *
long = b"<p>" + b"words " * 50
rs = [
    response(long, "HTTP://User@WWW.Example.co.uk:80/a/../b?utm_source=x&z=1&a=2#f"),
    response(long, "<https://sub.bad.example/listed-host>"),
    response(long, "http://good.example/dir/listed-url"),
    response(long, "http://good.example/dir2/free", h_X_Robots_Tag="NoIndex, googlebot: nofollow"),
    response(long, "http://good.example/noai", h_x_robots_tag="noai"),
    response(long, "http://good.example/tdm", h_tdm_reservation="1", h_TDM_Policy="https://good.example/p.json"),
    response(long, "http://good.example/signal", h_Content_Signal="search=yes, ai-train=no", h_Content_Usage="train-ai=n"),
    response(long, "http://10.0.0.1:8080/ip"),
    response(long, "dns:example.com/no-http"),
    response(b"gone", "http://sub.bad.example/404", status="404 Not Found"),
    response(b"\x0b\x02\x80hello\x03", "http://bad.example/undecoded", h_Content_Encoding="compress"),
    response(b"GIF89a", "http://good.example/image", content_type="image/gif", h_X_Robots_Tag="noindex"),
]
write("crawl.warc.gz", members(rs))
PY
python3 crawl.py

# ---- recorded
exits "without options all become documents" 0 leat-ingest --stats stats.json crawl.warc.gz
is "all" "$(paths)" "b?utm_source=x&z=1&a=2#f listed-host listed-url free noai tdm signal ip no-http "
meta() { jq -c "select(.metadata.url | endswith(\"$1\")).metadata | [.url_normalized, .domain, .robots, .tdm_reservation, .tdm_policy]" out; }
is "the URL in its normal form" "$(meta '#f')" '["http://www.example.co.uk/b?a=2&z=1","example.co.uk",null,null,null]'
is "the URL as it was found" "$(jq -r .metadata.url out | head -1)" "HTTP://User@WWW.Example.co.uk:80/a/../b?utm_source=x&z=1&a=2#f"
is "an address is its own domain" "$(meta /ip)" '["http://10.0.0.1:8080/ip","10.0.0.1",null,null,null]'
is "what is no URL of http has no normal form" "$(meta /no-http)" '[null,null,null,null,null]'
is "X-Robots-Tag" "$(meta /free | jq -c '.[2]')" '["googlebot:nofollow","noindex"]'
is "TDMRep" "$(meta /tdm)" '["http://good.example/tdm","good.example",null,1,"https://good.example/p.json"]'
is "Content-Signal, Content-Usage" "$(meta /signal | jq -c '.[2]')" \
    '["content-signal-ai-train=no","content-signal-search=yes","content-usage-train-ai=n"]'

printf 'filedesc://x.arc 0.0.0.0 20240518015810 text/plain 8\n1 0 none\n\nhttp://Sub.bad.example:80/a 10.0.0.1 20240518015810 text/html 58\nHTTP/1.1 200 OK\r\nX-Robots-Tag: noai\r\n\r\n<p>a few words here\n' >crawl.arc
exits "ARC" 0 leat-ingest crawl.arc
is "ARC: recorded too" "$(jq -c '.metadata | [.url_normalized, .domain, .robots]' out)" '["http://sub.bad.example/a","bad.example",["noai"]]'

# ---- blocklists
mkdir -p ut1/adult ut1/ads
echo "bad.example" >ut1/adult/domains
echo "good.example/dir/" | gzip >ut1/ads/urls.gz
exits "--blocklist" 0 leat-ingest --blocklist ut1 --stats stats.json crawl.warc.gz
is "listed ones are passed over" "$(paths)" "b?utm_source=x&z=1&a=2#f free noai tdm signal ip no-http "
is "by category, and before anything of the response is looked at" "$(skipped)" \
    '{"blocklist:ads":1,"blocklist:adult":3,"type-image":1}'
is "the ledger balances" "$(jq -c '[.balanced, .records.in, .records.kept]' stats.json)" '[true,12,7]'
exits "two lists" 0 leat-ingest --blocklist ut1/ads,ut1/adult/domains --stats stats.json crawl.warc.gz
is "two lists: the same" "$(skipped)" '{"blocklist:ads":1,"blocklist:adult":3,"type-image":1}'
exits "--keep-blocked" 0 leat-ingest --blocklist ut1 --keep-blocked --stats stats.json crawl.warc.gz
is "kept, and marked" "$(jq -c '.metadata.blocklist' out | sort | uniq -c | tr -s ' \n' ' ')" ' 1 "ads" 1 "adult" 7 null '
exits "ARC: blocklist" 0 leat-ingest --blocklist ut1 --stats stats.json crawl.arc
is "ARC: is passed over" "$(skipped)" '{"blocklist:adult":1,"filedesc":1}'
exits "a hosts file" 0 leat-ingest --blocklist <(printf '127.0.0.1 localhost\n0.0.0.0 bad.example # x\n') --stats stats.json crawl.warc.gz
is "a hosts file counts" "$(jq '[.records.skipped | to_entries[] | select(.key | startswith("blocklist:")) | .value.records] | add' stats.json)" 3
echo "Good.Example" >allow
exits "--allow-domains" 0 leat-ingest --allow-domains allow --stats stats.json crawl.warc.gz
is "only those" "$(paths)" "listed-url free noai tdm signal "
is "the others are counted" "$(skipped)" '{"not-allowed":6,"type-image":1}'
exits "a list that is missing" 1 leat-ingest --blocklist nowhere crawl.warc.gz
says "is named" err "nowhere"
: >empty
exits "a list that is empty" 2 leat-ingest --blocklist ut1,empty crawl.warc.gz
says "is named" err "--blocklist: empty holds no entry"
printf 'a.example\n<html>\n' >odd
exits "lines that are no entry" 0 leat-ingest --blocklist odd crawl.warc.gz
says "are told" err "1 lines are no host and no URL, the first at odd:2"
yes "host.example" | head -100000 | gzip | head -c 300 >cut.gz
exits "a list that is cut" 3 leat-ingest --blocklist cut.gz crawl.warc.gz
says "is named" err "cut.gz"
leat-ingest -t1 --blocklist ut1 --respect ai crawl.warc.gz >t1
leat-ingest -t8 --blocklist ut1 --respect ai crawl.warc.gz >t8
same "-t1 and -t8" t1 t8

# ---- of JSON lines, by metadata.url
cat >docs.jsonl <<'EOF2'
{"id":"1","text":"one","metadata":{"url":"http://x.bad.example/"}}
{"metadata":{"url":"http://good.example/dir/x","n":1.0},"id":"","text":"two"}
{"id":"3","text":"three","metadata":{"url":"http://good.example/"}}
{"id":"4","text":"four"}
EOF2
exits "JSON lines" 0 leat-ingest --blocklist ut1 --stats stats.json docs.jsonl
is "JSON lines: what stays is unchanged" "$(cat out)" "$(tail -2 docs.jsonl)"
is "JSON lines: the ledger" "$(jq -c '[.balanced, .text.dropped, .records.skipped["blocklist:ads"].text_bytes]' stats.json)" '[true,6,3]'
exits "JSON lines, kept" 0 leat-ingest --blocklist ut1 --keep-blocked docs.jsonl
is "JSON lines, kept: marked, and given an id" "$(jq -c '[.text, .metadata.blocklist, (.id | length > 0)]' out | tr '\n' ' ')" \
    '["one","adult",true] ["two","ads",true] ["three",null,true] ["four",null,true] '

# ---- consent
exits "--respect" 0 leat-ingest --respect noindex --stats stats.json crawl.warc.gz
is "who says it is passed over" "$(skipped)" '{"encoding-compress":1,"http-4xx":1,"robots:noindex":2}'
exits "--respect ai" 0 leat-ingest --respect ai --stats stats.json crawl.warc.gz
is "ai: each by its own name" "$(jq -c '.records.skipped | with_entries(select(.key | startswith("robots:"))) | map_values(.records)' stats.json)" \
    '{"robots:content-signal-ai-train=no":1,"robots:noai":1,"robots:tdm":1}'
exits "--respect AGENT:TOKEN" 0 leat-ingest --respect googlebot:nofollow --stats stats.json crawl.warc.gz
is "said to one robot" "$(jq -c '.records.skipped["robots:googlebot:nofollow"].records' stats.json)" 1
exits "--respect nofollow" 0 leat-ingest --respect nofollow --stats stats.json crawl.warc.gz
is "is not what is said to one robot" "$(jq -c '.records.skipped["robots:nofollow"]' stats.json)" null
exits "--respect with a wrong name" 2 leat-ingest --respect noia crawl.warc.gz
says "says what was meant" err "did you mean 'noai'"

cat >pages.py <<'PY'
from warcs import *
metas = ["<meta name=robots content='NoIndex, max-snippet: 5'>", "<meta name=gptbot content=noindex>", "<meta name=noai>",
         "<meta name=tdm-reservation content=1><meta name=tdm-policy content='https://a.example/P,q'>", ""]
write("pages.warc", b"".join(response(b"<html><head>%s</head><p>words" % m.encode(), f"http://a.example/{i}") for i, m in enumerate(metas)))
PY
python3 pages.py
exits "metas of pages" 0 leat-ingest pages.warc
is "metas of pages are recorded" "$(jq -c '.metadata | [.robots, .tdm_reservation, .tdm_policy]' out | tr '\n' ' ')" \
    '[["max-snippet:5","noindex"],null,null] [["gptbot:noindex"],null,null] [["noai"],null,null] [null,1,"https://a.example/P%2Cq"] [null,null,null] '
exits "metas of pages and --respect" 0 leat-ingest --respect noindex,gptbot:noindex,ai --stats stats.json pages.warc
is "metas of pages are respected" "$(skipped)" '{"robots:gptbot:noindex":1,"robots:noai":1,"robots:noindex":1,"robots:tdm":1}'
is "and the ledger balances" "$(jq -c '[.balanced, .records.kept]' stats.json)" '[true,1]'
printf '<!doctype html><meta name=robots content=noai><p>words' >page.html
exits "metas of a file" 0 leat-ingest page.html
is "metas of a file are recorded" "$(jq -c .metadata.robots out)" '["noai"]'

# ---- the public suffix list
printf '// ===BEGIN ICANN DOMAINS===\nexample\nuk\n// ===END ICANN DOMAINS===\n' >list.dat
exits "--psl" 0 leat-ingest --psl list.dat crawl.warc.gz
is "another list, other domains" "$(jq -r .metadata.domain out | head -2 | tr '\n' ' ')" "co.uk bad.example "
exits "--psl that is missing" 1 leat-ingest --psl nowhere.dat crawl.warc.gz
says "is named" err "nowhere.dat"
printf 'some words\nof a text\n' >text.dat
exits "--psl that is no list" 2 leat-ingest --psl text.dat crawl.warc.gz
says "is called so" err "text.dat is no public suffix list"
exits "--allow-domains that is missing" 1 leat-ingest --allow-domains nowhere crawl.warc.gz
says "is called by its option" err "--allow-domains: opening nowhere"
exits "--blocklist without a name" 2 leat-ingest --blocklist ,, crawl.warc.gz
exits "--respect without a name" 2 leat-ingest --respect , crawl.warc.gz
printf 'a.example,b.example\nc.example\n' >two.txt
exits "two hosts in a line of a list" 0 leat-ingest --blocklist two.txt crawl.warc.gz
says "are warned of" err "1 lines are no host and no URL, the first at two.txt:1"

# ---- real lists
if [ -x "$LEAT_DATA/unpack" ]; then
    "$LEAT_DATA/unpack" -d . list-hosts >/dev/null
    hosts=$(cat hostfiles-sinfonietta/*-hosts | tr -d '\r' | awk '$1 ~ /^[0-9.]+$/ && $2 ~ /\./ && $2 != "localhost.localdomain" && $2 != "0.0.0.0" { print tolower($2) }' |
        sort -u | wc -l)
    exits "real hosts files" 0 leat-ingest -v --blocklist "$(echo hostfiles-sinfonietta/*-hosts | tr ' ' ,)" crawl.warc.gz
    says "all their hosts" err "$hosts hosts, 0 URLs"
else
    skip "real hosts files" "no data sets in \$LEAT_DATA"
fi
