"""charset_gen.py > charset_tables.c: the indexes of the Encoding Standard (WHATWG), from Python's codecs and a list of
where the standard differs from them. Rows are those of a lead byte; U+FFFD stands for what means nothing."""

BIG5 = [  # pointer of the standard, and the characters from there on: HKSCS-2008 beyond 2004, and what browsers agreed on
    (1000, "㡵𡵓𣚞𦀡㻬𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬剏遆㓦珄𥶹瓆鿇垳䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋"),
    (2082, "箸"), (2088, "簆"), (2103, "糎"), (2114, "緒"), (2123, "縝"), (2148, "者"), (2151, "耨"), (2221, "菁"), (2239, "蒨"),
    (2244, "萏"), (2303, "覦覩"), (2354, "起"), (2400, "都"), (2413, "銹"), (2477, "靜"), (2498, "響"), (2605, "鼖"), (2673, "蔃"),
    (2746, "兙兛兝兞"), (2771, "鍮"), (2780, "瑹"), (2990, "浧"), (3087, "禛"), (3259, "邗"), (3301, "靝"), (3436, "瀞"), (3451, "嬨"),
    (4136, "爁"), (4138, "矗"), (4141, "纇"), (4182, "駖"), (4206, "釔"), (4220, "惞"), (4230, "澶"), (4241, "輶"), (4258, "侻"),
    (4273, "營"), (4279, "鄄"), (4282, "鷰"), (4294, "菏"), (4329, "尐秣"), (4349, "婧"), (4419, "輋"), (4422, "筑"), (4494, "拐"),
    (4624, "恢"), (4694, "痹"), (4708, "汊"), (4742, "鬮"), (4748, "鼗"), (4815, "僭"), (4828, "弌"), (4902, "蠏"), (4922, "拎"),
    (4982, "瑨"), (4992, "煢"), (4997, "牐"), (5029, "‧"), (5038, "﹑"), (5120, "¯"), (5153, "～"), (5168, "⊕⊙"), (5182, "∕﹨"),
    (5185, "￥"), (5187, "￠￡"), (5432, "".join(map(chr, range(0x2400, 0x2420))) + "␡€"), (10942, "廴"), (10946, "无"), (10948, "癶"),
    (10950, "隶"), (10957, "〃仝"), (19028, "倩"), (19035, "偽"), (19088, "包"), (19096, "卄"), (19112, "卿"), (19162, "嘅"),
    (19240, "婷"), (19299, "幵"), (19305, "廐"), (19326, "彘"), (19355, "悤"), (19398, "撐"), (19439, "晴"), (19454, "杞"),
    (19553, "沜渝"), (19557, "港"), (19611, "煮"), (19643, "猪"), (19672, "瑜"), (19697, "瓩"), (19748, "砉")]
GB18030 = [  # what GB 18030-2005 and -2022 moved out of the private use area; A3 A0 is a space on the web
    (6555, "\u3000"), (7182, "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16"), (7201, "\ufe17\ufe18"), (7208, "\ufe19"), (7533, "\u1e3f"),
    (23775, "\u9fb4"), (23783, "\u9fb5"), (23788, "\u9fb6\u9fb7"), (23795, "\u9fb8"), (23812, "\u9fb9"), (23829, "\u9fba"),
    (23845, "\u9fbb")]
CHANGES = {"koi8_u": {0xae: "ў", 0xbe: "Ў"}, "windows_1255": {0xca: "\u05ba"}}
SINGLE = {"ibm866": "cp866", "koi8_r": "koi8_r", "koi8_u": "koi8_u", "macintosh": "mac_roman", "x_mac_cyrillic": "mac_cyrillic",
          **{f"iso_8859_{i}": f"iso8859_{i}" for i in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
          "windows_874": "cp874", **{f"windows_{i}": f"cp{i}" for i in range(1250, 1259)}}


def decode(data, codec):
    """One character, or None."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


def single(name, codec):
    chars = [decode(bytes([b]), codec) for b in range(0x80, 0x100)]
    chars = [CHANGES.get(name, {}).get(b, c) for b, c in enumerate(chars, 0x80)]
    if name.startswith("windows"):  # bytes below A0 that mean nothing are C1 controls
        chars = [c or (chr(b) if b < 0xa0 else None) for b, c in enumerate(chars, 0x80)]
    return chars


def double(codec, pointers, encode, changes=()):
    chars = [decode(encode(p), codec) for p in range(pointers)]
    for at, text in changes:
        chars[at:at + len(text)] = text
    return chars


def big5(p):
    return bytes([p // 157 + 0x81, p % 157 + (0x40 if p % 157 < 0x3f else 0x62)])


def gbk(p):
    return bytes([p // 190 + 0x81, p % 190 + (0x40 if p % 190 < 0x3f else 0x41)])


def shift_jis(p):
    lead, trail = divmod(p, 188)
    return bytes([lead + (0x81 if lead < 0x1f else 0xc1), trail + (0x40 if trail < 0x3f else 0x41)])


def four_bytes(p):
    return bytes([p // 12600 + 0x81, p // 1260 % 10 + 0x30, p // 10 % 126 + 0x81, p % 10 + 0x30])


def quoted(chars):
    def escaped(c):
        if c is None:
            return "\ufffd"
        if 0x80 <= ord(c) < 0xa0:
            return f"\\{ord(c):o}"
        return c if c.isprintable() and ord(c) >= 0xa0 else f"\\u{ord(c):04x}"
    return '"' + "".join(map(escaped, chars)) + '"'


def table(name, chars, row, prefix="u", size=2):
    print(f"const char{8 * size}_t charset_{name}[{len(chars)}] =")
    print("\n".join(prefix + quoted(chars[i:i + row]) for i in range(0, len(chars), row)) + ";\n")


def ranges():
    """Runs of code points that follow one another in the four-byte part of GB 18030: first pointer, first code point."""
    runs, last = [], None
    for pointer in range(39420):
        code = ord(decode(four_bytes(pointer), "gb18030"))
        if pointer == 7457:  # U+1E3F in the version of 2000; it moved to A8 BC
            code = 0xe7c7
        if last is None or code != last + 1:
            runs.append((pointer, code))
        last = code
    return runs


print("/* charset_tables.c: made by charset_gen.py from Python's codecs; do not edit. Source of what differs from them: Encoding")
print(" * Standard (WHATWG), 5, and its indexes. */")
print('#include "ingest/charset/charset_tables.h"')
print("/* clang-format off */")
for name, codec in SINGLE.items():
    table(name, single(name, codec), 128)
table("big5", double("big5hkscs", 19782, big5, BIG5), 157, "U", 4)
table("gb18030", double("gb18030", 23940, gbk, GB18030), 190)
table("euc_kr", double("cp949", 23750, lambda p: bytes([p // 190 + 0x81, p % 190 + 0x41])), 190)
table("jis0208", [None if c and "\ue000" <= c < "\uf8ff" else c for c in double("cp932", 11104, shift_jis)], 188)
table("jis0212", double("euc_jp", 7211, lambda p: bytes([0x8f, p // 94 + 0xa1, p % 94 + 0xa1]), [(116, "～")]), 94)
runs = ranges()
print("const struct charset_range charset_gb18030_ranges[CHARSET_GB18030_RANGES] = {")
for i in range(0, len(runs), 8):
    print(" ".join("{%d,0x%x}," % run for run in runs[i:i + 8]))
print("};")
