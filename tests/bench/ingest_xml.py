"""ingest_xml.py --tei FOLDER… --jats FOLDER…: leat ingest's text of TEI beside that of <text> by Python's ElementTree, and of JATS
beside pandoc's: word-level F1 (bags of \\w+ in lower case).

ElementTree's side: the text of every element of <text> but <pb>, <fw>, <figDesc>, with a space at each element that is not inside a
word. pandoc's side: without mathematics, citations and reference lists, with the abstract."""
import collections, json, pathlib, re, statistics, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

FILTER = r"""
function Math(m) return pandoc.Space() end
function Cite(c) return {} end
function Note(n) return pandoc.utils.blocks_to_inlines(n.content) end
function Div(d) if d.identifier == "refs" or d.classes[1] == "references" then return {} end return d end
function Pandoc(d)
  local b = {}
  local a = d.meta.abstract
  if type(a) == "table" then for _, x in ipairs(a) do if x.content then b[#b + 1] = x end end end
  for _, x in ipairs(d.blocks) do b[#b + 1] = x end
  d.blocks = b
  return d
end
return {{Pandoc = Pandoc}, {Math = Math, Cite = Cite, Note = Note, Div = Div}}
"""
LEFT_OUT = {"pb", "fw", "figDesc"}


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def f1(a, b):
    a, b = words(a), words(b)
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def element_text(e, out):
    name = e.tag.rsplit("}", 1)[-1] if isinstance(e.tag, str) else ""
    if name and name not in LEFT_OUT:
        out.append(e.text or "")
        for child in e:
            element_text(child, out)
    out.append((" " if name not in ("hi", "emph", "foreign", "c", "pc", "g", "seg", "ref", "note") else "") + (e.tail or ""))


def tei(path):
    root = ET.parse(path).getroot()
    out = []
    for text in root.iter("{http://www.tei-c.org/ns/1.0}text"):
        element_text(text, out)
    return "".join(out)


def jats(path):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as f:
        f.write(FILTER)
        f.flush()
        run = subprocess.run(["timeout", "60", "pandoc", "-f", "jats", "-t", "plain", "--wrap=none", "--quiet", "-L", f.name, str(path)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return run.stdout.decode() if run.returncode == 0 else None


def compare(kind, folders):
    paths = sorted(p for f in folders for p in pathlib.Path(f).rglob("*") if p.suffix in (".xml", ".nxml"))
    if kind == "jats":
        paths = [p for p in paths if re.search(rb"<article[\s>]", p.read_bytes()) and p.stat().st_size > 5000]
    run = subprocess.run(["leat-ingest", "-q", "--format", kind, *map(str, paths)], stdout=subprocess.PIPE, check=True)
    texts = {d["metadata"]["path"]: d["text"] for d in map(json.loads, run.stdout.splitlines())}
    rows = []
    for path in paths:
        other = tei(path) if kind == "tei" else jats(path)
        if other is None or sum(words(other).values()) < 300:
            continue
        text = re.sub(r"\$[^$]*\$", " ", texts.get(str(path), "")) if kind == "jats" else texts.get(str(path), "")
        rows.append((f1(text, other), str(path)))
    rows.sort()
    scores = [r[0] for r in rows]
    print(f"{kind}: {len(rows)} documents  F1 mean {statistics.fmean(scores):.4f}  median {statistics.median(scores):.4f}  least {scores[0]:.4f}")
    return rows


def main():
    groups = {"tei": [], "jats": []}
    now = None
    for a in sys.argv[1:]:
        if a in ("--tei", "--jats"):
            now = groups[a[2:]]
        elif a != "--each":
            now.append(a)
    for kind, folders in groups.items():
        if folders:
            rows = compare(kind, folders)
            if "--each" in sys.argv:
                print("".join(f"  {s:.4f} {p}\n" for s, p in rows))


main()
