"""train.py FOLDER OUT.c: the languages model of leat filter (filter/language/), from translations of programs.

Needs Debian with apt-file and gettext's .mo files in its archive: finds the packages that carry translations into languages that CLD2
takes for each other, downloads some 500 MB of them into FOLDER, reads the messages, and trains (train.c). The table changes with the
archive; what it reaches is language.sh's to say."""
import collections, io, os, pathlib, random, re, struct, subprocess, sys, tarfile

folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
CLOSE = ["bs", "hr", "sr", "sr@latin", "id", "ms", "nb", "nn", "da", "mk", "bg"]
LANGUAGES = set("""bs hr sr sr@latin sr@ijekavian sr@ijekavianlatin id ms nb no nn da mk bg es ca gl cs sk sl en_GB ru uk sv eu ga la yo zu xh pt it fr
ro af nl cy eo et lt lv sq tr az be de fi hu is pl tl sw so st tn ts sn lg mi mn hy ka kk""".split())
NAMES = {"nb": "no", "sr@latin": "sr-Latn", "sr@ijekavianlatin": "sr-Latn", "sr@ijekavian": "sr", "en_GB": "en"}
NOT_LATIN = {"sr", "mk", "bg", "ru", "uk", "be", "hy", "ka", "kk", "mn"}
ROWS = 6000


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def packages():
    """Those of at most 12 MB with five or more of the close languages, the densest first, 500 MB together"""
    having, size, name = collections.defaultdict(set), {}, None
    for language in CLOSE:
        for line in run("apt-file", "search", "-x", f"/usr/share/locale/{language}/LC_MESSAGES/.*\\.mo$").splitlines():
            having[line.split(":")[0]].add(language)
    for line in run("apt-cache", "show", "--no-all-versions", *having).splitlines():
        if line.startswith("Package: "):
            name = line[9:]
        if line.startswith("Size: "):
            size[name] = int(line[6:])
    total, chosen = 0, []
    for p in sorted((p for p in having if len(having[p]) >= 5 and size.get(p, 1 << 40) < 12e6), key=lambda p: (size[p] / len(having[p]), p)):
        if total + size[p] <= 500e6:
            total += size[p]
            chosen.append(p)
    return chosen + [f"libreoffice-l10n-{l}" for l in ["bs", "hr", "sr", "id", "nb", "nn", "da", "mk", "bg"]]


def messages(mo):
    """(original, translation) pairs of a .mo file (GNU gettext manual, 10.3)"""
    order = "<" if mo[:4] == b"\xde\x12\x04\x95" else ">"
    _, _, n, originals, translations = struct.unpack(order + "5I", mo[:20])
    for i in range(n):
        pair = []
        for at in (originals, translations):
            length, offset = struct.unpack(order + "2I", mo[at + 8 * i:at + 8 * i + 8])
            pair.append(mo[offset:offset + length].decode("utf-8", "replace"))
        if pair[0]:
            yield pair


def clean(text):
    text = re.sub(r"<[^>]*>|%[-#0 +\d.*$]*[a-zA-Z]+|\{[^}]*\}|\$\w+|&\w+;|https?://\S+|--?\w[\w-]*", " ", text)
    return re.sub(r"\s+", " ", re.sub(r"[_&~]", "", text)).strip()


def translations():
    found = collections.defaultdict(set)
    for deb in sorted(folder.glob("*.deb")):
        tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, check=True).stdout
        archive = tarfile.open(fileobj=io.BytesIO(tar))
        for member in archive:
            at = re.search(r"/(?:locale|program/resource)/([^/]+)/LC_MESSAGES/[^/]*\.mo$", member.name)
            if not at or not member.isfile() or at[1] not in LANGUAGES:
                continue
            for original, translated in messages(archive.extractfile(member).read()):
                for form in set(translated.split("\0")) - set(original.split("\0")):
                    if len(text := clean(form)) >= 12:
                        found[at[1]].add(text)
    return found


def texts(found):
    """Messages joined to 30 to 180 characters, half a megabyte a language; of one in twelve only the ASCII letters, as broken pages have them"""
    rows = []
    for language, lines in sorted(found.items()):
        name, lines, part, total = NAMES.get(language, language), sorted(lines), [], 0
        if sum(map(len, lines)) < 30000:
            continue
        random.shuffle(lines)
        while lines and total < 500000:
            text = lines.pop()
            while lines and len(text) < random.choice([30, 60, 100, 180]):
                text += " " + lines.pop()
            if not text.isascii() and random.random() < .08 and name not in NOT_LATIN:
                text = text.encode("ascii", "ignore").decode()
            part.append((name, text))
            total += len(text)
        rows += part * max(1, min(6, 300000 // total))
    random.shuffle(rows)
    return rows


def main():
    random.seed(1)
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.deb")):
        subprocess.run(["apt-get", "download", "-qq", *packages()], cwd=folder, check=True)
    (folder / "texts.tsv").write_text("".join(f"{l}\t{t}\n" for l, t in texts(translations())))
    subprocess.run(["make", "-C", root, "build/release-gcc/lib/libcommon.a"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-D_GNU_SOURCE", "-I", root, "-o", folder / "train", here / "train.c",
                    root / "filter/language/grams.c", root / "build/release-gcc/lib/libcommon.a", "-lm"], check=True)
    with open(out, "w") as table:
        subprocess.run([folder / "train", folder / "texts.tsv", str(ROWS)], stdout=table, check=True)


main()
