# shellcheck shell=bash
# leat ingest: JATS and TEI: text, what is known of a document, encodings, damage, entities.
. "$LEAT_ROOT/tests/lib.sh"

cat >article.nxml <<'EOF_XML'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.0//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article" xml:lang="en"><front><article-meta>
<article-id pub-id-type="doi">10.1234/x.1</article-id><title-group><article-title>On <italic>E. coli</italic></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Doe</surname><given-names>Jane</given-names></name></contrib></contrib-group>
<pub-date><year>2012</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Open.</license-p></license></permissions>
<abstract><p>We show &alpha;.</p></abstract></article-meta></front>
<body><sec><title>Results</title><p>It grows [<xref ref-type="bibr" rid="r1">1</xref>].</p></sec></body>
<back><ref-list><ref id="r1"><mixed-citation>R</mixed-citation></ref></ref-list></back></article>
EOF_XML
exits "JATS" 0 leat-ingest --stats stats.json article.nxml
is "its text" "$(jq -r .text out)" $'We show α.\n\nResults\n\nIt grows.'
is "what is known of it" "$(jq -c '[.source, .metadata]' out)" '["jats",{"path":"article.nxml","charset":"utf-8","title":"On E. coli","author":"Jane Doe","date":"2012","doi":"10.1234/x.1","license":"https://creativecommons.org/licenses/by/4.0/","language":"en"}]'

cat >novel.xml <<'EOF_XML'
<?xml version="1.0" encoding="ISO-8859-1"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="fr"><teiHeader><fileDesc><titleStmt><title>Caf_</title><author>Z</author></titleStmt></fileDesc></teiHeader>
<text><body><div><head>I</head><p>Un caf_<pb n="2"/> noir.</p></div></body></text></TEI>
EOF_XML
tr _ '\351' <novel.xml >novel2.xml
is "TEI, in the encoding that it declares" "$(leat-ingest -q novel2.xml | jq -c '[.text, .source, .metadata.title, .metadata.charset]')" \
    '["I\n\nUn café noir.","tei","Café","windows-1252"]'
iconv -f iso-8859-1 -t utf-16 novel2.xml >wide.xml
is "UTF-16 with a mark" "$(leat-ingest -q --format tei wide.xml | jq -c '[.text, .metadata.charset]')" '["I\n\nUn café noir.","utf-16le"]'
iconv -f iso-8859-1 -t utf-16be novel2.xml >wide.xml
is "UTF-16 without one" "$(leat-ingest -q --format tei wide.xml | jq -c '[.text, .metadata.charset]')" '["I\n\nUn café noir.","utf-16be"]'
is "from standard input" "$(leat-ingest -q <article.nxml | jq -r .source)" jats
is "--format text keeps the source" "$(leat-ingest -q --format text novel.xml | jq -r .text)" "$(cat novel.xml)"
mkdir -p set
cp article.nxml set/a.nxml
cp novel.xml set/b.xml
printf '<root><p>other</p></root>\n' >set/c.xml
tar -cf set.tar --sort=name set
is "in an archive; other XML stays as it is" "$(leat-ingest -q set.tar | jq -rc '[.metadata.path, .text[0:9]]' | tr '\n' ' ')" \
    '["set/a.nxml","We show α"] ["set/b.xml","I\n\nUn caf"] ["set/c.xml","<root><p>"] '

printf '<TEI><text><p>a</text></TEI>' >bad.xml
exits "not well-formed" 0 leat-ingest --stats stats.json bad.xml novel2.xml
is "is damaged" "$(jq -c '[.records.damaged, .records.kept, .balanced]' stats.json)" '[1,1,true]'
says "where" err "not well-formed XML: line 1"
exits "nothing but damage" 3 leat-ingest bad.xml

python3 - >bomb.xml <<'PY'
print('<!DOCTYPE TEI [<!ENTITY a0 "lollollollol">', end="")
for i in range(1, 10):
    print('<!ENTITY a%d "%s">' % (i, "&a%d;" % (i - 1) * 10), end="")
print("]><TEI><text><p>&a9;</p></text></TEI>")
PY
timeout 20 leat-ingest --stats stats.json novel2.xml bomb.xml >/dev/null 2>err
is "a bomb of entities is damaged" "$(jq -c '[.records.damaged, .records.kept]' stats.json)" '[1,1]'
echo secret >secret.txt
printf '<!DOCTYPE TEI [<!ENTITY s SYSTEM "file://%s/secret.txt">]><TEI><text><p>a&s;b</p></text></TEI>' "$PWD" >outside.xml
is "nothing outside is opened" "$(leat-ingest -q outside.xml | jq -r .text)" ab

# ---- real text: the words of ElementTree's <text>
real="novels of ELTeC: the words are those of <text>"
if [ -x "$LEAT_DATA/unpack" ] && "$LEAT_DATA/unpack" -d data text-de-novels >/dev/null 2>&1; then
    leat-ingest -q data/*/*.xml >novels.jsonl
    is "$real" "$(python3 - <<'PY'
import collections, json, re, xml.etree.ElementTree as ET
words = lambda t: collections.Counter(re.findall(r"\w+", t))
bad = 0
def text(e, out):
    if e.tag.rsplit("}")[-1] not in ("pb", "fw", "figDesc"):
        out.append(e.text or "")
        for c in e:
            text(c, out)
    out.append(("" if e.tag.rsplit("}")[-1] in ("hi", "emph", "foreign", "note", "ref") else " ") + (e.tail or ""))
n = 0
for line in open("novels.jsonl"):
    d = json.loads(line)
    out = []
    text(ET.parse(d["metadata"]["path"]).getroot().find("{http://www.tei-c.org/ns/1.0}text"), out)
    a, b = words("".join(out)), words(d["text"])
    bad += sum((a & b).values()) * 2 < 0.99 * (sum(a.values()) + sum(b.values()))
    n += 1
print(n >= 20 and bad)
PY
)" 0
else
    skip "$real" "needs text-de-novels of the shared data"
fi
