"""tokenizer_compare.py DATA WORK MB: vocabularies and ids of leat against tokenizers and tiktoken. Prints one line per comparison;
exit status 1 when any differs. DATA holds unpacked data sets; LEAT_BIN the programs."""
import base64, glob, json, os, subprocess, sys, time, unicodedata

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

data, work, megabytes = sys.argv[1], sys.argv[2], float(sys.argv[3])
leat = os.environ["LEAT_BIN"]
bad = 0

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "gpt2": [r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
    "llama3": [CONTRACTIONS + WORDS % r"\p{N}{1,3}"],
    "cl100k": [r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"],
    "qwen2": [CONTRACTIONS + WORDS % r"\p{N}"],
    "o200k": [rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}?"
              r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "deepseek": [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
                 r'''[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+'''
                 r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
}


NORMALISED = ("gpt-neox", "qwen")


def report(name, same, more=""):
    global bad
    bad += not same
    print(f"{'same     ' if same else 'DIFFERENT'} {name}{'  ' + more if more else ''}", flush=True)


def texts(pattern, encoding="utf-8", piece=6000):
    total = 0
    for path in sorted(glob.glob(os.path.join(data, pattern), recursive=True)):
        if not os.path.isfile(path) or path.endswith("ORIGIN"):
            continue
        text = open(path, encoding=encoding, errors="replace", newline="").read()
        for at in range(0, len(text), piece):
            part = text[at:at + piece].encode("utf-8", "replace").decode()
            total += len(part.encode())
            yield part
            if total > megabytes * 1e6:
                return


def byte_map():
    own = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [b for b in range(256) if b not in own]
    return {**{b: chr(b) for b in own}, **{b: chr(256 + n) for n, b in enumerate(rest)}}


BYTES = byte_map()


def mapped(raw):
    return "".join(BYTES[b] for b in raw)


def steps(pattern):
    split = [pre_tokenizers.Split(Regex(p), "isolated", False) for p in PATTERNS[pattern]]
    return pre_tokenizers.Sequence(split + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def ranks_of(path):
    return {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in open(path) if line.strip()}


def convert(ranks, pattern, nfc=False):
    """A tokenizer.json of a vocabulary by ranks: every way to make a token of two is a merge, in the order of ranks."""
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        ways = [(ranks[token[:i]], ranks[token[i:]], i) for i in range(1, len(token)) if token[:i] in ranks and token[i:] in ranks]
        merges += [(mapped(token[:i]), mapped(token[i:])) for _, _, i in sorted(ways)]
    own = Tokenizer(models.BPE({mapped(token): rank for token, rank in ranks.items()}, merges, ignore_merges=True))
    own.pre_tokenizer = steps(pattern)
    own.decoder = decoders.ByteLevel()
    whole = json.loads(own.to_str())
    whole["normalizer"] = {"type": "NFC"} if nfc else None
    return whole


def write_docs(path, items):
    with open(path, "w") as out:
        for i, text in enumerate(items):
            out.write(json.dumps({"id": f"d{i}", "text": text, "source": "bench"}, ensure_ascii=False) + "\n")


def leat_ids(model, docs, *more):
    command = [f"{leat}/leat-tokenize", "-q", "-m", model, "--no-eod", "--json", *more, docs]
    return [json.loads(line)["tokens"] for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]


def leat_decode(model, docs):
    stream, out = f"{work}/s.ltok", f"{work}/s.jsonl"
    subprocess.run([f"{leat}/leat-tokenize", "-q", "-m", model, "--no-eod", docs, "-o", stream], check=True)
    subprocess.run([f"{leat}/leat-tokenize", "-q", "-m", model, "--decode", stream, "-o", out], check=True)
    return [json.loads(line)["text"] for line in open(out)]


def compare_ids(name, model, corpora, reference, roundtrip=True):
    for corpus, items in corpora.items():
        if corpus == ("odd" if name in NORMALISED else "nfc"):
            continue
        docs = f"{work}/{corpus}.jsonl"
        ours, theirs = leat_ids(model, docs), reference(items)
        wrong = [i for i in range(len(items)) if ours[i] != theirs[i]]
        more = f"{sum(map(len, theirs))} ids"
        if wrong:
            i = wrong[0]
            k = next((k for k, pair in enumerate(zip(ours[i], theirs[i])) if pair[0] != pair[1]), 0)
            more += f", {len(wrong)} of {len(items)} texts; first in text {i} at {k}: {ours[i][k:k+6]} / {theirs[i][k:k+6]}"
        report(f"ids   {name:24} {corpus:8}", not wrong and len(ours) == len(items), more)
        if roundtrip:
            report(f"text  {name:24} {corpus:8}", leat_decode(model, docs) == items)


corpora = {
    "english": list(texts("en-wikipedia-2015/**")),
    "chinese": list(texts("zh-wikipedia-2024/**")),
    "german": list(texts("de-novels-eltec/**")),
    "japanese": list(texts("ja-aozora*/**", "shift_jis")),
    "code": list(texts("*ruff*/**")),
    "odd": ["", " ", "\n", " \n  ", "a \n  ", "x" * 20000, " " * 20000, "\r\n" * 5000, "é" * 5000, "e\u0301" * 5000, "漢" * 5000,
            "'ſ 'S 'LL 'll's", "\u180e \u0085\u00a0\u2028\u3000", "1234567 ١٢٣ Ⅷ ½", "<|endoftext|> <|im_start|>", "🏳️‍🌈👩‍👩‍👧‍👧" * 999,
            "ǅ ǅa Aǅ ʰa aʰ", "\u0000\u0001\u007f\ufeff\uffff", "\U00010d4a\U0001e5d0\U000105c9\u1c89"]
            + ["".join(chr(c) for c in range(s, s + 512) if not 0xd800 <= c < 0xe000) for s in range(0, 0x32000, 512)]
            + [" ".join(chr(c) for c in range(s, s + 512) if not 0xd800 <= c < 0xe000) for s in range(0, 0x32000, 512)],
}


def is_young_mark(c):
    """Whether Hugging Face's NFC (Unicode 10) orders this character otherwise than its own Unicode version does, or may."""
    probes = (f"a{c}\u0301\u0323", f"a\u0323\u0301{c}", f"a\u0301\u0334{c}")
    return unicodedata.category(c) == "Cn" or any(nfc.normalize_str(p) != unicodedata.normalize("NFC", p) for p in probes)


nfc = normalizers.NFC()
young = {c for c in map(chr, range(0x300, 0x32000)) if not 0xd800 <= ord(c) < 0xe000 and is_young_mark(c)}
corpora["nfc"] = ["".join(c for c in text if c not in young) for text in corpora["odd"]]
corpora["nfc"] += [unicodedata.normalize("NFD", text) for text in corpora["german"][:50] + corpora["japanese"][:50]]
for corpus, items in corpora.items():
    write_docs(f"{work}/{corpus}.jsonl", items)
    assert len(items) > 10, corpus

# ---- training
for pattern in PATTERNS:
    for size, minimum, names in ((1000, 0, ["english"]), (8000, 2, ["english", "chinese", "code"]), (4000, 0, ["odd", "japanese", "german"])):
        items = [text for name in names for text in corpora[name]]
        write_docs(f"{work}/train.jsonl", items)
        model = f"{work}/trained-{pattern}.json"
        special = ["<|endoftext|>", "<|pad|>"]
        started = time.time()
        subprocess.run([f"{leat}/leat-tokenizer", "train", "-q", "-o", model, "--vocab-size", str(size), "--min-frequency", str(minimum),
                        "--pattern", pattern, *[x for s in special for x in ("--special", s)], f"{work}/train.jsonl"], check=True)
        ours_s, started = time.time() - started, time.time()
        own = Tokenizer(models.BPE())
        own.pre_tokenizer = steps(pattern)
        own.decoder = decoders.ByteLevel()
        own.train_from_iterator(items, trainers.BpeTrainer(vocab_size=size, min_frequency=minimum, special_tokens=special, show_progress=False,
                                                           initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        theirs_s = time.time() - started
        theirs, ours = json.loads(own.to_str()), json.load(open(model))
        same = all(theirs["model"][k] == ours["model"][k] for k in ("vocab", "merges"))
        report(f"train {pattern:8} {size} on {'+'.join(names)}", same, f"leat {ours_s:.1f} s, tokenizers {theirs_s:.1f} s")
        if size == 8000:
            loaded = Tokenizer.from_file(model)
            loaded.encode_special_tokens = True
            compare_ids(f"trained {pattern}", model, corpora, lambda items: [x.ids for x in loaded.encode_batch(items)])

# ---- published vocabularies
MODELS = {
    "gpt2": (f"{data}/hf-gpt2-tokenizer-json/gpt2_tokenizer.json", None),
    "gpt-neox": (f"{data}/kitoken/tokenizers/gpt_neox.json", None),
    "r50k": (f"{data}/openai-tiktoken/r50k_base.tiktoken", "gpt2"),
    "p50k": (f"{data}/openai-tiktoken/p50k_base.tiktoken", "gpt2"),
    "cl100k": (f"{data}/openai-tiktoken/cl100k_base.tiktoken", "cl100k"),
    "o200k": (f"{data}/openai-tiktoken/o200k_base.tiktoken", "o200k"),
    "llama3": (f"{data}/llama/llama3.tokenizer.model", "llama3"),
    "qwen": (f"{data}/qwen/qwen.tiktoken", "qwen2"),
    "deepseek": (f"{data}/tok-deepseek/deepseek_base.tiktoken", "deepseek"),
}
import tiktoken
import tiktoken_ext.openai_public as public

for name, (path, pattern) in MODELS.items():
    model = path
    if pattern:
        ranks = ranks_of(path)
        whole = convert(ranks, pattern, nfc=name == "qwen")
        model = f"{work}/{name}.json"
        json.dump(whole, open(model, "w"))
    own = Tokenizer.from_file(model)
    own.encode_special_tokens = True
    compare_ids(name, model, corpora, lambda items: [x.ids for x in own.encode_batch(items)], roundtrip=name not in NORMALISED)
    if name in ("r50k", "cl100k", "o200k"):
        import inspect, re
        source = inspect.getsource(getattr(public, f"{name}_base"))
        regex = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s" if name == "r50k" else PATTERNS[name][0]
        other = tiktoken.Encoding(name, pat_str=regex, mergeable_ranks=ranks, special_tokens={})
        compare_ids(f"{name} (tiktoken)", model, corpora, lambda items: [other.encode_ordinary(text) for text in items], roundtrip=False)
sys.exit(1 if bad else 0)
