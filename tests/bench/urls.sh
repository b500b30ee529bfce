#!/usr/bin/env bash
# urls.sh: five million made hosts as a blocklist; a million made URLs of which some are on it: loading, look-ups, normal form.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
python3 - "$BENCH_DIR" <<'PY'
import os, random, sys
rng, words = random.Random(1), []
words = ["".join(rng.choice("bcdfghjklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 5))) for _ in range(20000)]
host = lambda i: f"{words[i * 7919 % 20000]}{words[i * 104729 // 20000 % 20000][:4]}{i % 997}.{('com', 'net', 'de', 'co.uk', 'org')[i % 5]}"
hosts, urls = sys.argv[1] + "/hosts.txt", sys.argv[1] + "/urls.txt"
if not os.path.exists(urls):
    with open(hosts, "w") as f:
        f.writelines(host(i) + "\n" for i in range(5_300_000))
    with open(urls, "w") as f:
        for i in range(1_000_000):
            path = "/".join(rng.choice(words) for _ in range(rng.randint(1, 4)))
            f.write(f"https://www.{host(rng.randrange(50_000_000))}/{path}?id={i}{'&utm_source=x' if i % 9 == 0 else ''}\n")
PY
lib=$LEAT_BIN/../lib
gcc -O2 -std=gnu11 -I. -D_GNU_SOURCE -c -o "$BENCH_DIR/urls.o" tests/bench/urls.c
# shellcheck disable=SC2046
g++ -pthread -o "$BENCH_DIR/urls" "$BENCH_DIR/urls.o" "$lib/libingest.a" "$lib/libcommon.a" \
    $(pkg-config --libs libpsl libzstd zlib libdeflate libisal liblzma liblz4 libarchive libpcre2-8 libxxhash yaml-0.1 icu-uc simdjson) -lbz2
taskset -c 0 "$BENCH_DIR/urls" "$BENCH_DIR/hosts.txt" "$BENCH_DIR/urls.txt"
