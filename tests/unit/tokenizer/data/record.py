"""record.py >recorded.json: what Hugging Face's tokenizers gives for the texts below: pieces by pattern, merges learnt and ids. Run with
tokenizers 0.22 to record anew. The texts were written for this file."""
import json, random
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

W = r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
C, U, L = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "gpt2": [r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
    "cl100k": [r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"],
    "llama3": [C + W % r"\p{N}{1,3}"],
    "qwen2": [C + W % r"\p{N}"],
    "o200k": [rf"[^\r\n\p{{L}}\p{{N}}]?{U}*{L}+{C}?|[^\r\n\p{{L}}\p{{N}}]?{U}+{L}*{C}?"
              r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "deepseek": [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
                 r'''[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'''],
    # not published: the corners of the dialect
    "digits": [r"\p{N}", r"\s+\S*|[^\s\p{N}]+"],
    "gaps": [r"(?<=[.!?])\s+"],
    "capitals": [r"(?=\p{Lu})"],
    "lazy": [r"\p{L}{2,4}?", r"(?i:[k-s]+)|[\u00e0-\u00ff]|\x{4e2d}|[^\S\r\n]+|."],
}
TEXTS = [
    "", " ", "  ", "\n", "a", "  a", "a  ", "a \n  ", "\t\tint x = 10;\r\n\r\n  return x; // done\n",
    "The miller's daughter hadn't seen the water-wheel turn since they'd mended it; she'll go, I'VE heard, and we're glad.",
    "It was 1998, or 12345678 days ago. 3.14159 2,718,281 0x7f v1.2.3-rc4 (½ Ⅷ ٣٤٥ ²)",
    "DON'T 'ſ 's'S'Ll ''''re don'tt O'Neill’s", "CamelCaseWords and HTTPServer, iPhone, ǅungla, ʰa, aʰ ÅNGSTRÖM",
    "Der Müller fährt über die Brücke; größer als ein Maß. Łódź, Český Krumlov, Ştefan, İstanbul, ΑΘΗΝΑ, ὀδός",
    "水は高きより低きに流れる。川の水が水車を回し、粉をひく。カタカナとひらがな、漢字。", "磨坊里的水车在转动，面粉像雪一样落下来。中文，标点！？",
    "물레방아가 돌아간다. 방앗간 집", "мельница стоит у реки, и вода шумит день и ночь", "नदी के किनारे पनचक्की है। क्षत्रिय", "الطاحونة عند النهر", "โรงสีริมแม่น้ำ",
    "e\u0301 n\u0303o \u0915\u094d\u0937 a\u200db \ufeffbom \u00a0nbsp\u3000wide \u180e \u0085 \u2028line",
    "👩‍👩‍👧 🏳️‍🌈 🇩🇪 ok 👍🏽!!! :-) <|endoftext|> <|pad|> -- ---- ======== ~~~~~~~", "x" * 70, " " * 40 + "y", "\n" * 20 + "z", "aaaa" * 30, "-" * 200,
    "def f(a_b, *args):\n    if a_b != 0:\n\t\treturn [f(x) for x in args]  # noqa\n    else:\n        pass\n\n\n", "https://example.org/a/b?c=d&e=f#g/\r\n//x",
    "\u0000\u0001\u007f mixed\u0007", "end of text  \t ", "U+10D4A \U00010d4a \U0001e5d0 \u1c89 \ua7cb",
    "".join(chr(c) for c in range(0xA0, 0x180)), " ".join(chr(c) for c in range(0x2000, 0x2070)),
]
WORDS = "mill wheel water stone grain flour river bridge road winter summer the a of and to under over turning falling frozen bright".split()


def corpus():
    rng = random.Random(7)
    yield from TEXTS * 3
    for _ in range(40):
        words = [rng.choice(WORDS) for _ in range(rng.randrange(3, 25))]
        yield " ".join(w.capitalize() if rng.random() < .1 else w for w in words) + rng.choice([".", "!\n", "...", "\n\n"])
    for _ in range(30):  # runs, in which a text is made in several ways
        yield " ".join(rng.choice("ab-=") * rng.randrange(1, 30) for _ in range(8))
    for _ in range(30):
        yield "".join(rng.choice("aab") for _ in range(rng.randrange(1, 60)))


def steps(stages):
    split = [pre_tokenizers.Split(Regex(p), "isolated", False) for p in stages]
    return pre_tokenizers.Sequence(split + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def pieces(stages, text):
    got = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), "isolated", False) for p in stages]).pre_tokenize_str(text)
    assert "".join(piece for piece, _ in got) == text
    return [piece for piece, _ in got if piece]


def train(stages, size, minimum, texts, special):
    own = Tokenizer(models.BPE())
    own.pre_tokenizer, own.decoder = steps(stages), decoders.ByteLevel()
    own.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, min_frequency=minimum, special_tokens=special, show_progress=False,
                                                       initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    own.encode_special_tokens = True
    model = json.loads(own.to_str())["model"]
    return {"vocab_size": size, "min_frequency": minimum, "special": special, "merges": [" ".join(m) for m in model["merges"]],
            "last": max(model["vocab"], key=model["vocab"].get), "ids": [own.encode(t).ids for t in TEXTS]}


def small_corpora(n):
    """Corpora of few letters in which merges make the text of a special token, so that its id is used again."""
    seed, found = 0, []
    while len(found) < n:
        rng, seed = random.Random(seed), seed + 1
        letters = rng.choice(["a", "ab", "aab", "abc", "aaab", "ab-", "aaaaaaab"])
        texts = ["".join(rng.choice(letters) for _ in range(rng.randrange(1, rng.choice([6, 20, 60])))) for _ in range(rng.randrange(1, 25))]
        run = train(["x+"], rng.choice([270, 300, 400]), rng.choice([0, 0, 2, 3]), texts, rng.choice([["aab", "ab"], ["aa"], ["ba", "aaaa"]]))
        made = [m.replace(" ", "") for m in run["merges"]]
        if set(made) & set(run["special"]):
            found.append({**run, "ids": [], "corpus": texts})
    return found


texts = list(corpus())
out = {
    "patterns": PATTERNS, "texts": TEXTS, "pieces": {name: [pieces(p, t) for t in TEXTS] for name, p in PATTERNS.items()}, "corpus": texts,
    "small": small_corpora(16),
    "trained": {"gpt2": train(PATTERNS["gpt2"], 700, 0, texts, ["<|endoftext|>"]), "o200k": train(PATTERNS["o200k"], 520, 3, texts, ["<|pad|>", "!", "<|endoftext|>"]),
                "gaps": train(PATTERNS["gaps"], 900, 2, texts, []), "deepseek": train(PATTERNS["deepseek"], 400, 0, texts, ["<|endoftext|>"])},
}
print(json.dumps(out, ensure_ascii=False, indent=0))
