"""recorded_docs.py [N]: documents that try the edges of the published filters: kinds of white space and line ends, citations, bullets,
repetitions, phrases, brackets, short and long lines, numbers, other scripts. The same on every machine. recorded.jsonl holds what the
original programs decide on them (tests/bench/filter_peer.py)."""
import json, sys

state = 12345


def draw(n):  # our own, so that the documents do not depend on Python's version
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


def pick(x):
    return x[draw(len(x))]


WORDS = ("the of and to be that have with water river mill wheel stone channel stream flour grain farmer market town bridge road winter "
         "summer field harvest bread oven family house garden well-known old new small great turns carries flows grinds opens closes "
         "holds keeps gives takes makes slowly quickly always never often under over between don't it's they're U.S. e.g. Mr. 3.5 1850 "
         "12 $5 50% A.M. can't cannot http://example.org/a?b=c me@example.org state-of-the-art and/or (so) \u201chere\u201d caf\u00e9 "
         "na\u00efve \u6c34 \u043c\u0435\u043b\u044c\u043d\u0438\u0446\u0430 M\u00fchle").split()
PLAIN = WORDS[:48]
ENDS = [".", ".", ".", ".", "!", "?", "...", "\u2026", "\"", "'", ";", "", ":", ".\u201d", " .", ".)", "\u3002"]
SPACES = ["\u00a0", "\u2003", "\u3000", "\t", "\x1f", "  ", "\u200b", "\u202f"]
LINE_ENDS = ["\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
PHRASES = ["lorem ipsum", "Lorem Ipsum", "javascript", "JavaScript", "terms of use", "Privacy Policy", "cookie policy", "uses cookies",
           "use of cookies", "use coo\u212aies", "lorem  ipsum", "{", "}", "[edit]", "[citation needed]", "[12]", "[]", "[\u0663]", "[a1]", "[1",
           "[1][2]", "#", "# #", "...", "\u2026", "-", "\u2022"]


SHORT = ["3 likes", "12.3K Views", "(1,024 shares)", "5 Comments ago", "\u00b7 7 upvotes \u00b7", "\u0664 likes", "12345", "12 345", "\u00b2\u0663", "ALL CAPS HERE",
         "ABC def", "ABCd", "\u2160\u2161 a", "Word", "word word", "2 items in cart", "Items In Cart", "items in cart items in cart now", "See all. Read more...",
         "Read more...", "read more\u2026 x", "Read moreabc", "Sign-in", "sign-in to see", "\u017fign-in to", "Please Sign-in", "one two three four five six seven eight nine items in cart",
         "one two three four five six seven eight items in cart", "  Sign-in here", "\u041f\u0420\u0418\u0412\u0415\u0422 \u043c\u0438\u0440"]


def sentence(words, end=None):
    w = [pick(words) for _ in range(draw(18) + 1)]
    w[0] = w[0][:1].upper() + w[0][1:]
    if draw(3) == 0:
        k = draw(len(w))
        w[k] += pick([",", ";", ":", " \u2013", ")"])
    return " ".join(w) + (pick(ENDS) if end is None else end)


def line(words, odd):
    if draw(100) < odd:
        kind = draw(10)
        if kind == 0: return pick(["", " ", "\t", "\u00a0", "-", "* a", "\u2022 b", "1", "a b", "."])
        if kind == 1: return pick(["- ", "\u2022 ", "  - ", "* ", "\u00a0\u2022"]) + sentence(words)
        if kind == 2: return sentence(words) + " " + pick(PHRASES) + pick(["", " ", " and the rest."])
        if kind == 3: return pick(PHRASES) + " " + sentence(words, ".")
        if kind == 4: return "x" * pick([999, 1000, 1001]) + " " + sentence(words, ".")
        if kind == 5: return sentence(words).replace(" ", pick(SPACES), draw(4))
        if kind == 6: return pick(SPACES) + sentence(words) + pick(SPACES)
        if kind == 7: return sentence(words, ".") + pick(PHRASES)
        return pick(SHORT)
    return " ".join(sentence(words, None if odd > 20 and draw(3) == 0 else pick("...!?")) for _ in range(draw(4) + 1))


def document():
    words = WORDS if draw(3) else PLAIN[:pick([48, 20, 8, 3])]
    odd = pick([0, 5, 10, 20, 50, 90])
    lines, n = [], pick([1, 2, 4, 8, 8, 16, 30])
    while len(lines) < n:
        lines.append(pick(lines) if lines and draw(100) < pick([0, 2, 10, 50]) else line(words, odd))
    text = ""
    for l in lines:
        text += l + (pick(LINE_ENDS) if draw(300) < odd else pick(["\n", "\n", "\n\n", "\n\n\n"]))
    if draw(20) == 0: text = pick(PHRASES) + "\n" + text
    if draw(20) == 0: text = " ".join(["a", "bc", "a", "d"][draw(4)] for _ in range(draw(400) + 1))
    if draw(20) == 0: text = text.replace("\n", " ")
    return text if draw(8) == 0 else text.strip()


for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
    print(json.dumps({"id": str(i), "text": document()}, ensure_ascii=False))
