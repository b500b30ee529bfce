#!/usr/bin/env python3
"""words_record.py: writes words_recorded.json, what other programs cut our own texts into, for tests/unit/filter/words.c.

    python3 -m venv /tmp/s && /tmp/s/bin/pip install spacy==3.8.18 datatrove==0.10.1 uniseg==0.10.1
    /tmp/s/bin/python tests/unit/filter/words_record.py >tests/unit/filter/words_recorded.json

A case is [text, words of spaCy's "en", of its "xx", lengths in characters of datatrove's English sentences, words of
uniseg that begin with a letter or number]; words are joined by spaces, as none has one. Texts: ordinary sentences, every
exception of the tokeniser in surroundings that tear at it, and pieces of all its rules strung together at random."""
import json
import random
import sys

import spacy
from datatrove.utils.text import split_into_sentences
from spacy.lang import char_classes as cc
from uniseg.wordbreak import words as uniseg_words

ORDINARY = """\
The miller's wheel turned all night, and by morning the leat was dry.
"I don't know," she said. "It's 5km to St. Ives, isn't it?" He didn't answer; he couldn't've.
Mr. and Mrs. O'Brien (of Adm. Byng St., N.Y.) paid $1,234.56, i.e. US$1.2K less than in Sept. 2019.
See https://www.example.com/path?q=1#top, http://user:pw@host.example.org:8080/ or mail me@example.co.uk.
Visit example.com/index.html, not 192.168.1.1 nor 8.8.8.8:53, but ftp://files.example.net.
It was 20°C. in Jan., -5°F in Feb.; water boils at 100°C., they say.
rock'n'roll, well-known state-of-the-art mother-in-law, pre-1945 twenty--one A--B c---d e—f 3–4.
Wait... what?! No way!!! (Really?) [sic] {braces} <tags> a/b and/or w/o c:d e=f x<y.
He's gonna wanna go at 10a.m., no, 10 a.m., or 3pm -- y'all gotta see 'em, ma'am. Let's!
“Curly quotes,” she said, ‘aren’t the same.’ It’s Tom’s, the boys’ and James's dog's.
1,000,000 3.14159 1+1=2 2*3 4^5 6-7 8- 10% 5'10" #1 @home $5.00 £3 €20 ¥100 5€ 7$ 10USD.
Dr.Smith went home.Then he slept.He woke U.S.A. U.K.-based e.g.this Ph.D.-student a.b.c.
:) :-( (: =D ;-) (ab:) (x_x) <3 </3 ^_^ o_O (talk):  word:( (e.g.) ("Mr.") 'cause
tab\there  two  spaces \n new line\n\n\nthree \u00a0nbsp\u00a0inside\u2003em\u3000ideographic\u200bzero
naïve café Straße ÀÉÎ Москва. Ελλάδα, עברית. العربية، हिन्दी। 汉字。 日本語テキスト ไทย 한국어 😀👍🏽 👩‍👩‍👧 🇩🇪🇫🇷
[1] [citation needed] footnote[2]. See p. 5, pp. 6-7, no. 8, vol. II; cf. Fig. 3a, Eq. (4).
...and then… the………end.. of.the.line ....... .a a. .
C++ C# F# .NET Node.js a+ +b 1+ +1 ++ 3+4 A+ vitamin-B12 H2O CO₂ km² 5km² 3m/s 4mph 2ft 6in 9lb.
- bullet\n• bullet\n* star\n1. one\n2) two\n(a) three
I'm I've I'll I'd you're he's she'd've who'll what've That's this's Those've shouldn't've mightn't ain't cannot
""".split("\n")


def pieces(rng, keys):
    units = cc.UNITS.split("|")
    money = [m.replace("\\", "") for m in cc.CURRENCY.split("|")]
    marks = list("…,:;!?¿()[]{}<>_#*&。？！，'\"”“`‘´’‚„»«「」%=—–§+-~^/.°$£€@|\\²³©☺") + [
        "--", "---", "——", "...", "..", "……", "'s", "’S", "°C.", "US$", "://", "http://", "@", "www.", "\u00a0", "\u3000",
        "  ", " ", "\n", " \n", "\t", "\u2028", "\x1c", "\x85", "\u200b"]  # fmt: skip
    words = ("a A word Word WORD 3 10 2019 don't x é Ü ß я Ж 漢 字 ا कि com org co.uk example.com 192.168.1.1 8.8.8.8 "
             "10.0.0.1 172.16.5.4 172.32.5.4 223.1.1.1 :8080 /path?q=1 s m km km/h F C i.e Mr Ph.D n't 'll 1am 😀 𠀀 aB I'm ٣ ﬁ Ａ ａ").split()  # fmt: skip

    def piece():
        r = rng.random()
        if r < 0.2:
            return rng.choice(keys)
        if r < 0.55:
            return rng.choice(marks)
        if r < 0.9:
            return rng.choice(words)
        if r < 0.95:
            return rng.choice(units)
        if r < 0.97:
            return rng.choice(money)
        blocks = ((0x80, 0x3000), (0x20, 0x7F), (0x3000, 0xD800), (0x10000, 0x30000))
        return chr(rng.randrange(*rng.choice(blocks)))

    def text():
        if rng.random() < 0.7:
            return "".join(piece() for _ in range(rng.randrange(1, 9)))
        return " ".join("".join(piece() for _ in range(rng.randrange(1, 4))) for _ in range(rng.randrange(1, 30)))

    return text


def texts(keys):
    yield from ORDINARY
    yield "\n".join(ORDINARY)
    for around in ("%s", "(%s)", "x%s.", "-%s,", '"%s"!', "%s-a"):
        for i in range(0, len(keys), 60):
            yield " ".join(around % k for k in keys[i : i + 60])
    text = pieces(random.Random(5), keys)
    for _ in range(1000):
        yield text()


def cut(nlp, text):
    with nlp.memory_zone():
        return " ".join(t.text for t in nlp.tokenizer(text) if not t.text.isspace())


def main():
    en, xx = spacy.blank("en"), spacy.blank("xx")
    keys = sorted(k for k in en.tokenizer.rules if not k.isspace())
    out = sys.stdout
    out.write("[")
    for i, t in enumerate(["", " ", *texts(keys)]):
        sentences = [len(s) for s in split_into_sentences(t)]
        plain = " ".join(w for w in uniseg_words(t) if w[0].isalnum())
        case = [t, cut(en, t), cut(xx, t), sentences, plain]
        out.write((",\n" if i else "\n") + json.dumps(case, ensure_ascii=False, separators=(",", ":")))
    out.write("\n]\n")


main()
