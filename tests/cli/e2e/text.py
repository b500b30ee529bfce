"""text.py make >docs.jsonl: documents with all that is hard in text, ids, numbers and unknown keys, raw and escaped.
text.py same DOCS DECODED [sorted]: every id and every text of DECODED is that of DOCS, by Python's json."""
import json
import random
import sys


def texts():
    rng = random.Random(9)
    yield "emoji", "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽👍🏿 🇩🇪🇯🇵 1️⃣ ❤️ 🤷🏻‍♂️"
    yield "combining", "e\u0301 \u00e9 a\u0328\u0301 " + "Z" + "".join(chr(0x300 + i) for i in range(112)) + " \u0301alone"
    yield "nfc", "é Å ﬁ ① Ω Å ḍ̇ ḍ̇"
    yield "hangul", "한국어 \u1112\u1161\u11ab 가힣"
    yield "rtl", "שלום עולם \u202bمرحبا\u202c \u2067abc\u2069 \u200fالعربية\u061c ١٢٣"
    yield "cjk", "水車は川の水で回る。中文字符，𠀀𠮷𪚥 ｆｕｌｌ　ｗｉｄｔｈ"
    yield "indic", "क्षत्रिय বাংলা தமிழ் ไทยไม่มีช่องว่าง ខ្មែរ"
    yield "edges", "\u007f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff\ufdd0\ufffe"
    yield "bom", "\ufeffa\ufeff b\u200bc\u200dd\u00ade"
    yield "nul", "a\0b\0\0 \0"
    yield "controls", "".join(map(chr, range(32))) + "\x7f" + "".join(map(chr, range(0x80, 0xa0)))
    yield "spaces", "".join(" " + chr(c) for c in [9, 10, 11, 12, 13, 0x85, 0xa0, 0x1680, *range(0x2000, 0x200b), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]) + " end  "
    yield "lines", "a\r\nb\rc\n\rd\u2028e\u2029f\u0085g\n\n\n  \n\t\n"
    yield "quotes", '"\\/\b\f\n\r\t "\\\\" \\u0041 \\n </script> &amp; \''
    yield "special", "<|endoftext|> <|endoftext|><|endoftext|>a<|endoftext|> <|end oftext|> <|endof" + "text|> <s></s> <|im_start|><|pad|> Ġ Ċ ĠĠ"
    yield "contractions", "I'M it'S we'LL they'Re don'T ſ'ſ 'ſ K'K o’clock"
    yield "digits", "1234567890 ١٢٣٤٥٦٧ ½⅓ Ⅷ ²³ 1,234.56e-7 ０１２"
    yield "empty", ""
    yield "space", " "
    yield "newline", "\n"
    yield "one", "\U0001f600"
    yield "mixed", "".join(chr(rng.choice([rng.randrange(0x20, 0x7f), rng.randrange(0xa0, 0x3000), rng.randrange(0x3000, 0xd800),
                                              rng.randrange(0x1f300, 0x1fa00), rng.randrange(0xe0000, 0xe0080)])) for _ in range(5000))
    n = 1 << 20
    yield "long-spaces", " " * n + "x"
    yield "long-letters", "".join(rng.choice("abcdefghijklmnopqrstuvwxyzäöü") for _ in range(n))
    yield "long-line", " ".join("".join(rng.choice("etaoin shrdlu") for _ in range(9)) for _ in range(n // 10))
    n = 1 << 18
    yield "long-a", "a" * n
    yield "long-newlines", "\n" * n
    yield "long-digits", "7" * n
    yield "long-punctuation", "!?" * (n // 2)
    yield "long-emoji", "😀" * (n // 4)
    yield "long-marks", "e" + "\u0301" * (n // 2)
    yield "long-cjk", "".join(chr(rng.randrange(0x4e00, 0x9fa0)) for _ in range(n // 3))
    yield "long-quotes", "'" * n


IDS = ['"id with spaces"', r'"\"quoted\\\" \u0000 \n"', '"idé-水-😀"', r'"\u0069d-\ud83d\ude00"', "17", "1.50", "12345678901234567890", "-0", "1e400",
       '"' + "i" * 5000 + '"', '"<|endoftext|>"', r'"\/"']
REST = ['"n":1.50', '"n":1e400', '"n":12345678901234567890', '"n":-0', '"n":1E+2', '"n":0.1000000000000000055511151231257827', '"n":-1e-400',
        '"n" : [ 1.0 , 1.00 , { } , [ ] , null ]', r'"\u006e\ud800":"\ud800 alone"', r'"k":"\u0041\/\b"', '"k":1,"k":2', '"":""',
        '"deep":' + "[" * 300 + "]" * 300, '"k":{"id":1,"text":2,"source":[3],"metadata":4}']
METADATA = ['{}', 'null', '{"a":1.50,"b":1e400,"c":12345678901234567890}', '{ "a" : 1 , "a" : 2 }', r'{"\ud800":"\udfff","t\u00e9":[-0.0]}',
            '{"url":"https://example.org/ü?q=<|endoftext|>"}']


def make():
    lines = []
    for i, (name, text) in enumerate(texts()):
        forms = [json.dumps(text, ensure_ascii=False), json.dumps(text)]
        if len(text) < 100000:
            forms.append('"' + "".join(f"\\u{u:04X}" for u in memoryview(text.encode("utf-16-le")).cast("H")) + '"')
        else:
            forms = forms[i % 2:i % 2 + 1]
        for k, form in enumerate(forms):
            j = len(lines)
            # of a text's forms each has a mark at its end, or they would be copies
            form = form[:-1] + f" {name}{k}" + '"' if text.strip() and len(text) < 100000 else form
            if not text.strip() and k:
                continue
            ident = IDS[j] if j < len(IDS) else f'"{name}-{k}"'
            members = [f'"id":{ident}', f'"text":{form}', REST[j % len(REST)]]
            if j % 3:
                members.append(f'"metadata":{METADATA[j % len(METADATA)]}')
            if j % 5 == 1:
                members.append('"created":null')
            if j % 4 == 2:
                members = members[::-1]
            if j % 7 == 3:
                members = [" " + m.replace(":", " :\t", 1) + "  " for m in members]
            lines.append("{" + ",".join(members) + "}" + " " * (j % 3))
    assert len(lines) > len(IDS) + len(REST)
    sys.stdout.buffer.write(("\n".join(lines) + "\n").encode())


def read(path):
    docs = []
    for line in open(path, "rb").read().split(b"\n")[:-1]:
        d = json.loads(line.decode(), parse_float=lambda s: "#" + s, parse_int=lambda s: "#" + s)
        ident = d["id"]
        docs.append((ident.removeprefix("#"), d["text"]))
    return docs


def same(docs, decoded, *order):
    want, got = read(docs), read(decoded)
    if order:
        want, got = sorted(want), sorted(got)
    assert [d[0] for d in got] == [d[0] for d in want], [(g[0][:60], w[0][:60]) for g, w in zip(got, want) if g[0] != w[0]][:3]
    for (i, g), (_, w) in zip(got, want):
        at = next((k for k, (a, b) in enumerate(zip(g, w)) if a != b), min(len(g), len(w)))
        assert g == w, (i[:60], len(g), len(w), at, g[at - 5:at + 20], w[at - 5:at + 20])


make() if sys.argv[1] == "make" else same(*sys.argv[2:])
