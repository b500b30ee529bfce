# shellcheck shell=bash
# leat ingest: MediaWiki and Stack Exchange dumps.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >make.py <<'PY'
import bz2, gzip, random
from xml.sax.saxutils import escape
head = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="uk">
  <siteinfo>
    <sitename>Вікіпедія</sitename>
    <base>https://uk.wikipedia.org/wiki/%D0%93</base>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">Файл</namespace>
      <namespace key="14" case="first-letter">Категорія</namespace>
    </namespaces>
  </siteinfo>
"""
def page(i, title, text, ns=0, extra="", model="wikitext", revisions=1):
    rev = "".join(f"""    <revision>
      <id>{1000 * i + k}</id>
      <timestamp>20{10 + k}-04-26T04:50:23Z</timestamp>
      <contributor><username>A &amp; B</username><id>5</id></contributor>
      <comment>&lt;text&gt; {escape(text[:9])}</comment>
      <model>{model}</model>
      <text bytes="{len(text)}" xml:space="preserve">{escape(text) if k == revisions - 1 else "old"}</text>
    </revision>
""" for k in range(revisions))
    return f"  <page>\n    <title>{escape(title)}</title>\n    <ns>{ns}</ns>\n    <id>{i}</id>\n{extra}{rev}  </page>\n"
random.seed(1)
words = "слово дім річка місто that and history river".split()
def article(i):
    body = " ".join(random.choice(words) for _ in range(random.randrange(20, 400)))
    return (f"'''Стаття {i}''' — це [[річка|річки]] & <b>ліс</b>{{{{Картка|x={{{{y}}}}}}}}<ref>нота</ref>.\n[[Файл:A.jpg|thumb|підпис [[x]]]]\n"
            f"== Історія ==\n{body}\n* один\n* два\n{{| class=\"wikitable\"\n| таблиця\n|}}\n== Посилання ==\n[[Категорія:Річки]]\n[[Категорія:\"К\"]]\n")
pages = [page(i, f"Стаття {i}", article(i)) for i in range(1, 301)]
pages[10] = page(11, "R", "#REDIRECT [[Стаття 1]]", extra='    <redirect title="Стаття 1" />\n')
pages[11] = page(12, "Категорія:Річки", "a category", ns=14)
pages[12] = page(13, "S", '{"a": 1}', model="json")
pages[13] = page(14, "T", "{{only|a|template}}")
pages[200] = page(201, "Довга назва " * 40, "long title")
pages[14] = page(15, "H", "now '''new'''", revisions=3)
pages[15] = page(16, "R2", "#redirect [[Стаття 2]]")
dump = head + "".join(pages) + "</mediawiki>\n"
raw = dump.encode()
open("wiki.xml", "wb").write(raw)
open("wiki.xml.bz2", "wb").write(bz2.compress(raw))
streams = [head.encode()] + ["".join(pages[i:i + 20]).encode() for i in range(0, 300, 20)] + [b"</mediawiki>\n"]
packed = [bytearray(bz2.compress(s)) for s in streams]
open("multi.xml.bz2", "wb").write(b"".join(packed))
open("part.xml", "wb").write(streams[3])
packed[5][len(packed[5]) // 2] ^= 0xff
open("bad.xml.bz2", "wb").write(b"".join(packed))
open("cut.xml.bz2", "wb").write(b"".join(packed[:4])[:-30])
open("laughs.xml", "w").write('<?xml version="1.0"?>\n<!DOCTYPE mediawiki [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n' + head + page(1, "L", "x").replace(">x</text>", ">&b; &amp;b; y</text>") + "</mediawiki>")
PY
python3 make.py

# ---- MediaWiki
exits "a dump" 0 leat-ingest -t1 --stats stats.json wiki.xml
mv out wiki.jsonl
is "documents and kinds" "$(jq -c '[.records.in, .records.kept, (.records.skipped | map_values(.records)), .balanced]' stats.json)" \
    '[300,295,{"empty-text":1,"model-json":1,"namespace-14":1,"redirect":2},true]'
is "the text of a page" "$(sed -n 1p wiki.jsonl | jq -r .text | sed 's/^слово.*\|^\(дім\|річка\|місто\|that\|and\|history\|river\) .*/WORDS/' | tr '\n' '~')" \
    'Стаття 1 — це річки & ліс.~~Історія~~WORDS~~- один~- два~'
is "its metadata" "$(sed -n 1p wiki.jsonl | jq -c '[.source, .created, .metadata]')" \
    '["mediawiki","2010-04-26T04:50:23Z",{"dump":"wiki.xml","title":"Стаття 1","url":"https://uk.wikipedia.org/wiki/%D0%A1%D1%82%D0%B0%D1%82%D1%82%D1%8F_1","page_id":1,"revision_id":1000,"namespace":0,"categories":["Річки","\"К\""]}]'
is "of a history the last revision" "$(jq -c 'select(.metadata.page_id == 15) | [.text, .created, .metadata.revision_id]' wiki.jsonl)" \
    '["now new","2012-04-26T04:50:23Z",15002]'
is "a long title and its address" "$(jq -c 'select(.metadata.page_id == 201) | [(.metadata.title | length), (.metadata.url | length)]' wiki.jsonl)" "[479,2510]"
is "ids differ" "$(jq -r .id wiki.jsonl | sort -u | wc -l)" 295
is "--namespaces" "$(leat-ingest -q --namespaces 14 wiki.xml | jq -c '[.text, .metadata.namespace]')" '["a category",14]'
is "--namespaces, more" "$(leat-ingest -q --namespaces 0,14 wiki.xml | wc -l)" 296
exits "--namespaces of another format" 2 leat-ingest --format warc --namespaces 0 wiki.xml
says "says what it needs" err "--namespaces needs --format auto or --format mediawiki"
exits "--namespaces, bad" 2 leat-ingest --namespaces main wiki.xml
says "says what it takes" err "0,14"
is "--sample" "$(leat-ingest -q --sample 0 --stats - -o /dev/null wiki.xml | jq .records.skipped.sample.records)" 296
for t in 2 8; do
    leat-ingest -q -t$t wiki.xml >threads.jsonl
    same "-t$t = -t1" wiki.jsonl threads.jsonl
done
text() { jq -c '[.text, .metadata.page_id]' "$1"; }
for f in wiki.xml.bz2 multi.xml.bz2; do
    exits "$f" 0 leat-ingest -t4 $f
    same "$f: the same documents" <(text wiki.jsonl) <(text out)
done
exits "a pipe, a name given" 0 bash -c 'cat multi.xml.bz2 | leat-ingest -q --format mediawiki'
same "a pipe: the same documents" <(text wiki.jsonl) <(text out)
exits "a stream of a dump by itself" 0 leat-ingest --format mediawiki part.xml
is "has its documents" "$(wc -l <out)" 20

exits "a broken stream" 0 leat-ingest --stats stats.json bad.xml.bz2
is "costs a damage" "$(jq -c '[.records.damaged, .truncated, .balanced]' stats.json)" '[1,false,true]'
text out | sort >have
text wiki.jsonl | sort >whole
is "and nothing else than its pages" "$(comm -23 have whole | wc -l) $([ "$(wc -l <have)" -ge 270 ] && echo enough)" "0 enough"
exits "a dump that was cut" 3 leat-ingest --stats stats.json cut.xml.bz2
is "says so" "$(jq -c '[.truncated, .balanced]' stats.json)" '[true,true]'
same "gives what was whole" <(text wiki.jsonl | head -"$(wc -l <out)") <(text out)
check "enough of it" [ "$(wc -l <out)" -ge 35 ]
size=$(stat -c %s wiki.xml)
for n in $(seq 1200 19973 "$size"); do
    head -c "$n" wiki.xml | leat-ingest -q --stats stats.json >got 2>/dev/null
    status=$?
    cmp -s <(text got) <(text wiki.jsonl | head -"$(wc -l <got)") && [ "$(jq .balanced stats.json)" = true ] && [ $status = 3 ] || echo "$n: $status"
done >bad
is "cut anywhere: a prefix and exit 3" "$(cat bad)" ""
is "declared entities are not expanded" "$(leat-ingest -q laughs.xml | jq -r .text)" "&b; &b; y"
exits "a page that is too large" 0 leat-ingest --max-record 1500 --stats stats.json wiki.xml
is "is damaged" "$(jq -c '[.records.damaged > 10, .records.kept > 10, .balanced]' stats.json)" '[true,true,true]'

is "--markup markdown" "$(leat-ingest -q --markup markdown wiki.xml | sed -n 2p | jq -r .text | sed 's/^\(слово\|дім\|річка\|місто\|that\|and\|history\|river\) .*/WORDS/' | tr '\n' '~')" \
    'Стаття 2 — це річки & ліс.~~## Історія~~WORDS~~- один~- два~~| таблиця |~| --- |~'

# ---- Stack Exchange
cat >Posts.xml <<'EOF'
<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2014-01-21T20:26:05.383" Score="18" Body="&lt;p&gt;Why &amp;amp; &lt;em&gt;how&lt;/em&gt;?&lt;/p&gt;&#xA;&lt;pre&gt;&lt;code&gt;if (a)&#xA;    b();&lt;/code&gt;&lt;/pre&gt;" Title="A &quot;question&quot;" Tags="&lt;c++&gt;&lt;beer-taste&gt;" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2014-01-21T21:00:00.000" Score="-3" Body="&lt;ul&gt;&lt;li&gt;one&lt;/li&gt;&lt;li&gt;two&lt;/li&gt;&lt;/ul&gt;" />
  <row Id="3" PostTypeId="5" Score="0" Body="a tag's wiki" />
  <row Id="4" PostTypeId="1" Score="0" Title="T" Tags="|a|b|" Body="" />
  <row Id="5" PostTypeId="2" ParentId="1" Body="&lt;p&gt;cut
  <row Id="6" PostTypeId="2" ParentId="1" Body="last" />
</posts>
EOF
exits "posts" 0 leat-ingest --stats stats.json Posts.xml
is "posts: kinds" "$(jq -c '[.records.in, .records.kept, (.records.skipped | map_values(.records)), .records.damaged, .balanced]' stats.json)" '[6,4,{"post-type-5":1},1,true]'
is "a question" "$(sed -n 1p out | jq -c '[.text, .source, .created, .metadata]')" \
    '["A \"question\"\n\nWhy & how?\n\nif (a)\n    b();","stackexchange","2014-01-21T20:26:05.383Z",{"dump":"Posts.xml","title":"A \"question\"","post_id":1,"post_type":"question","accepted_answer_id":2,"score":18,"tags":["c++","beer-taste"]}]'
is "an answer" "$(sed -n 2p out | jq -c '[.text, .metadata]')" '["- one\n- two",{"dump":"Posts.xml","post_id":2,"post_type":"answer","parent_id":1,"score":-3}]'
mkdir -p beer.stackexchange.com other/meta.stackoverflow.com-Posts
cat >beer.stackexchange.com/Posts.xml <<'EOF'
<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" Title="Q" Body="&lt;p&gt;Why?&lt;/p&gt;" OwnerUserId="7" ContentLicense="CC BY-SA 3.0" />
  <row Id="2" PostTypeId="2" ParentId="1" Body="&lt;p&gt;So.&lt;/p&gt;" OwnerUserId="8" OwnerDisplayName="A &amp; B" ContentLicense="CC BY-SA 4.0" />
  <row Id="3" PostTypeId="2" ParentId="1" Body="&lt;p&gt;No.&lt;/p&gt;" />
</posts>
EOF
credit() { leat-ingest -q "$1" | jq -c '[.metadata | .author, .license, .site]' | tr '\n' ' '; }
want='["7","CC BY-SA 3.0","SITE"] ["A & B","CC BY-SA 4.0","SITE"] [null,null,"SITE"] '
is "who wrote a post, on which site, under which licence" "$(credit beer.stackexchange.com/Posts.xml)" "${want//SITE/beer.stackexchange.com}"
tar cf beer.stackexchange.com.tar -C beer.stackexchange.com Posts.xml
is "…the site by the archive's name" "$(credit beer.stackexchange.com.tar)" "${want//SITE/beer.stackexchange.com}"
cp beer.stackexchange.com/Posts.xml other/meta.stackoverflow.com-Posts
tar cf all.tar other
is "…by a directory in an archive" "$(credit all.tar)" "${want//SITE/meta.stackoverflow.com}"
is "…and by nothing" "$(credit Posts.xml | grep -c site)$(cd other/meta.stackoverflow.com-Posts && credit Posts.xml | grep -c stackoverflow)" 00
# shellcheck disable=SC2016
is "a question in Markdown" "$(leat-ingest -q --markup markdown Posts.xml | sed -n 1p | jq -c .text)" '"A \"question\"\n\nWhy & how?\n\n```\nif (a)\n    b();\n```"'
is "the others" "$(sed -n '3,$p' out | jq -c '[.text, .metadata.tags]' | tr '\n' ' ')" '["T",["a","b"]] ["last",null] '
head -5 Posts.xml | leat-ingest -q >out 2>err
is "posts that were cut" "$? $(wc -l <out)" "3 2"

if [ -d "${LEAT_DATA:-/nowhere}" ] && "$LEAT_DATA/unpack" -d . text-en-stackexchange >/dev/null 2>&1; then
    posts=$(find . -path '*stackexchange*' -name Posts.xml | head -1)
    leat-ingest -q -t4 "$posts" >posts.jsonl
    cat >other.py <<'PY'
import json, re, sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text = ""
    def handle_data(self, data): self.text += data
    def handle_starttag(self, tag, attrs): self.text += " " * (tag not in "a b i em strong code kbd sub sup s del strike span".split())
def words(s): return re.findall(r"\w+", s)
ours = {str(d["metadata"]["post_id"]): d for d in map(json.loads, open("posts.jsonl"))}
n = wrong = 0
for row in ET.parse(sys.argv[1]).getroot():
    a = row.attrib
    if a["PostTypeId"] not in "12": continue
    t = Text()
    t.feed(a["Body"])
    t.close()
    d = ours.get(a["Id"])
    n += 1
    ok = d and words(d["text"]) == words(a.get("Title", "") + " " + t.text) and d["metadata"]["score"] == int(a["Score"]) \
        and d["metadata"].get("tags", []) == re.findall("<(.*?)>", a.get("Tags", ""))
    if not ok:
        wrong += 1
        print("#", a["Id"])
print(n, wrong)
PY
    is "real posts: the words that Python's parsers find" "$(python3 other.py "$posts" | tail -1)" "2235 0"
else
    skip "real posts" "no data"
fi
