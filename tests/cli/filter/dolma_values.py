"""dolma_values.py FILE.jsonl VALUES.jsonl: leat filter --dialect dolma-1.2's attributes against the values of dolma's taggers gopher_v1, gopher_v2,
c4_v1, c4_v2: all equal to the last bit, but for has_naughty_word, which leat has not."""
import collections, json, subprocess, sys

docs, recorded = sys.argv[1:3]
SAME = {"word_count": "words", "median_word_length": "median_word_length", "symbol_to_word_ratio": "symbol_ratio",
        "fraction_of_words_with_alpha_character": "letter_words", "required_word_count": "stop_word_count"}
SAME |= {f"fraction_of_characters_in_most_common_{n}grams": f"top_{n}gram" for n in (2, 3, 4)}
SAME |= {f"fraction_of_characters_in_duplicate_{n}grams": f"dup_{n}grams" for n in range(5, 11)}
LINES = {"fraction_of_lines_starting_with_bullet_point": "bullet_lines", "fraction_of_lines_ending_with_ellipsis": "ellipsis_lines",
         "fraction_of_duplicate_lines": "dup_lines", "fraction_of_characters_in_duplicate_lines": "dup_line_chars"}
C4 = {"line_count": "lines", "lines_with_no_ending_punctuation": "unpunctuated_lines", "lines_with_too_few_words": "few_word_lines",
      "has_javascript": "has_javascript", "has_lorem_ipsum": "has_lorem_ipsum", "has_curly_brace": "has_curly_brace"}
subprocess.run(["leat-filter", "-q", "--dialect", "dolma-1.2", "--preset", "gopher-v1,gopher-v2,c4-v1,c4-v2", "--attributes", "attributes",
                docs, "-o", "/dev/null"], check=True)
ours = {}
for line in open("attributes", encoding="utf-8"):
    d = json.loads(line)
    ours[d["id"]] = {k[len("filter__"):]: v[0][2] for k, v in d["attributes"].items()}
n, bad = 0, collections.Counter()


def compare(i, tagger, name, want, got):
    global n
    n += 1
    if want != got:
        bad[tagger, name] += 1
        if sum(bad.values()) < 6: print("#", i, tagger, name, "is", got, "not", want)


for line in open(recorded, encoding="utf-8"):
    d = json.loads(line)
    if "id" not in d: continue
    o = ours[d["id"]]
    for tagger in ("gopher_v1", "gopher_v2"):
        v1 = "_v1" if tagger == "gopher_v1" else ""
        for name, want in d[tagger].items():
            if name != "character_count": compare(d["id"], tagger, name, want, o[SAME.get(name) or LINES[name] + v1])
    for tagger in ("c4_v1", "c4_v2"):
        if tagger not in d: continue
        for name, key in C4.items():
            if tagger == "c4_v1" and name == "has_javascript": key = "has_javascript_v1"
            if name == "line_count" or name in d[tagger] or d.get("all"):
                compare(d["id"], tagger, name, d[tagger].get(name, 0), o[key])
print("#", n, "values,", sum(bad.values()), "wrong", bad.most_common(4) if bad else "")
sys.exit(bool(bad) or n < 1500)
