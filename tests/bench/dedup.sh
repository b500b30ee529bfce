#!/usr/bin/env bash
# dedup.sh: leat dedup's recall and precision against all pairs of a Jaccard similarity of at least .5, found exactly
# (dedup_pairs.c), beside the theoretical curve; the same of datasketch, rensa, text-dedup and datatrove; speeds on one core.
# PARTS: which of "recall peers speed" (all). DOCS: documents of the corpora with planted copies (20000). SEEDS: of the curve (10). RUNS: rounds
# (5; of the peers one). DEDUP_OPTIONS: more options of leat dedup minhash. Streams: dedup_stream.sh.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
parts=${PARTS:-recall peers speed} docs=${DOCS:-20000} seeds=${SEEDS:-10} pairs=$LEAT_BIN/../bench/dedup_pairs work=$BENCH_DIR/dedup
read -ra options <<<"${DEDUP_OPTIONS:-}"
mkdir -p "$work"
machine
unpacked dup-de-law-revisions dup-minhash-articles text-en-c4-sample text-en-wikipedia text-zh-wikipedia

# made LANGUAGES: documents with planted copies, and their pairs
made() {
    local to=$work/$1-$docs
    [ -s "$to.jsonl" ] || { python3 "$here/dedup_corpus.py" "$BENCH_DIR/data" "$to.tmp" "$docs" "$1" && mv "$to.tmp" "$to.jsonl"; }
    [ -s "$to.pairs" ] || { "$pairs" pairs "$to.jsonl" 0.5 >"$to.tmp" && mv "$to.tmp" "$to.pairs"; }
}

# recall NAME: of $work/NAME.jsonl: the curve, then what profiles and thresholds leave
recall() {
    local base=$work/$1 profile j kept
    [ -s "$base.pairs" ] || "$pairs" pairs "$base.jsonl" 0.5 >"$base.pairs"
    printf '\n%s: %s documents, %s pairs of J >= .5; found by a shared band, mean of %s seeds\n' "$1" "$(wc -l <"$base.jsonl")" "$(wc -l <"$base.pairs")" "$seeds"
    "$pairs" bands "$base.jsonl" "$base.pairs" "$seeds" 14x8 20x13 26x11
    for j in 0.8 0.9; do
        kept=()
        for profile in 14x8 20x13 26x11; do
            leat-dedup minhash -q --threshold $j --profile $profile --pairs "$base.$profile.jsonl.found" "${options[@]}" -o "$base.$profile.jsonl" "$base.jsonl"
            kept+=("$base.$profile.jsonl")
        done
        python3 "$here/dedup_score.py" "$base.jsonl" "$base.pairs" $j "${kept[@]}"
        rm "${kept[@]}" "${kept[@]/%/.found}"
    done
}

if [[ $parts == *recall* ]]; then
    made all
    cp "$BENCH_DIR/data/de-law-revisions.jsonl" "$work/laws.jsonl"
    python3 - "$BENCH_DIR/data/minhash-articles/articles_2500.train" >"$work/articles.jsonl" <<'PY'
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    i, text = line.rstrip("\n").split(" ", 1)
    print(json.dumps({"id": i, "text": text}))
PY
    for name in laws articles "all-$docs"; do recall "$name"; done
    # the truths that came with the data
    python3 - "$work" "$BENCH_DIR/data" <<'PY'
import json, sys
work, data = sys.argv[1:3]
def found(name):
    ids = [json.loads(line)["id"] for line in open(f"{work}/{name}.jsonl")]
    return {frozenset((ids[int(a)], ids[int(b)])): float(j) for a, b, j in map(str.split, open(f"{work}/{name}.pairs"))}
laws, theirs = found("laws"), {}
for line in list(open(data + "/de-law-revisions.pairs.tsv"))[1:]:
    a, b, j, *_ = line.split("\t")
    if float(j) >= 0.5: theirs[frozenset((a, b))] = float(j)
print(f"\nlaws: pairs of J >= .5: {len(laws)}, by their own truth {len(theirs)}, both {len(laws.keys() & theirs)}; similarities differ by up to "
      f"{max(abs(laws[p] - theirs[p]) for p in laws.keys() & theirs):.4f} (their words are cut otherwise)")
planted = {frozenset(line.split()) for line in open(data + "/minhash-articles/articles_2500.truth") if line.strip()}
articles = found("articles")
print(f"articles: planted pairs {len(planted)}, pairs of J >= .5 {len(articles)}, both {len(planted & articles.keys())}, least J {min(articles.values()):.4f}")
PY
fi

if [[ $parts == *peers* ]]; then
    python=$BENCH_DIR/venv-dedup/bin/python text_dedup=$BENCH_DIR/venv-text-dedup/bin/python
    if [ ! -x "$python" ]; then
        python3 -m venv "$BENCH_DIR/venv-dedup"
        "$python" -m pip install -q datasketch==2.0.0 rensa==0.5.0 datatrove==0.10.1 spacy==3.8.18 orjson==3.13.0 xxhash==3.8.2 regex==2026.11.19 tokenizers==0.23.3 ||
            echo "some of the peers could not be installed"
    fi
    if [ ! -x "$text_dedup" ]; then
        python3 -m venv "$BENCH_DIR/venv-text-dedup"
        "$text_dedup" -m pip install -q text-dedup==0.4.0 datasets==5.2.0 || echo "text-dedup could not be installed"
    fi
    made en
    base=$work/en-$docs
    text=$(jq -j .text "$base.jsonl" | wc -c)
    printf '\npeers: %s documents, %.1f MB of text, one core; MB of text a CPU second, from JSONL to survivors\n' "$docs" "$(awk -v b="$text" 'BEGIN { print b / 1e6 }')"
    kept=()
    # cpu COMMAND…: user and system seconds, those of its children too; output thrown away
    cpu() {
        python3 -c 'import os, subprocess, sys
p = subprocess.Popen(["taskset", "-c", "1", *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, u = os.wait4(p.pid, 0)
print(u.ru_utime + u.ru_stime)
sys.exit(status != 0)' "$@"
    }
    rate() { awk -v n="$1" -v b="$text" -v t="$2" 'BEGIN { printf "%-12s %9.3f MB/s (%.2f s)\n", n, b / t / 1e6, t }'; }
    ours() { rate leat "$(for _ in $(seq "${RUNS:-5}"); do cpu leat-dedup minhash -q -t1 "${options[@]}" "$base.jsonl"; done | median)"; }
    leat-dedup minhash -q "${options[@]}" -o "$base.leat" "$base.jsonl"
    ours
    for peer in ${PEERS:-rensa-rho rensa datasketch text-dedup datatrove}; do
        with=$python
        [ "$peer" = text-dedup ] && with=$text_dedup
        if t=$(PYTHONHASHSEED=0 taskset -c 1 "$with" "$here/dedup_peer.py" "$peer" "$base.jsonl" "$base.$peer" "$work" 2>"$work/$peer.log"); then
            rate "$peer" "$t"
            kept+=("$base.$peer")
        else
            echo "$peer: left out: $(tail -1 "$work/$peer.log")"
        fi
    done
    ours
    python3 "$here/dedup_score.py" "$base.jsonl" "$base.pairs" 0.8 "$base.leat" "${kept[@]}"
fi

if [[ $parts == *speed* ]]; then
    corpus "${DEDUP_MB:-68}"
    memory=$BENCH_DIR
    [ -w /dev/shm ] && memory=$(mktemp -d /dev/shm/leat-bench.XXXXXX) && trap 'rm -rf "$memory"' EXIT
    leat-dedup exact -q -o "$memory/docs.jsonl" "$BENCH_DIR/corpus-${DEDUP_MB:-68}.jsonl" # each once
    leat-dedup lines -q -o "$memory/fresh.jsonl" "$memory/docs.jsonl" # few lines repeat in it
    python3 - "$memory" "${RUNS:-5}" "${options[@]}" <<'PY'
import os, statistics, subprocess, sys, time
memory, runs, options = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
ROWS = [(name + (" --keep first" if keep == "first" else ""), [*command, "--keep", keep])
        for name, command in [("exact", ["exact"]), ("exact --normalize", ["exact", "--normalize"]), ("simhash", ["simhash"]), ("minhash 14x8", ["minhash", *options])]
        for keep in ("first", "best")]
ROWS += [("minhash 14x8 --signature fss", ["minhash", "--signature", "fss", *options]), ("minhash 20x13", ["minhash", "--profile", "20x13", *options]), ("lines", ["lines"])]
os.environ["TMPDIR"] = memory


def run(command, threads, docs):
    on = ["taskset", "-c", "1"] if threads == 1 else []
    start = time.time()
    p = subprocess.Popen([*on, "leat-dedup", *command, "-q", f"-t{threads}", "-o", memory + "/out.jsonl", docs])
    _, status, u = os.wait4(p.pid, 0)
    assert status == 0
    return u.ru_utime + u.ru_stime, time.time() - start, u.ru_maxrss


seen = {(name, t): [] for name, _ in ROWS for t in (1, 2)}
for _ in range(runs):
    for name, command in ROWS:
        for t in (1, 2): seen[name, t].append(run(command, t, memory + ("/fresh.jsonl" if name == "lines" else "/docs.jsonl")))
print(f"\nspeed: {os.stat(memory + '/docs.jsonl').st_size / 1e6:.1f} MB of JSONL, {sum(1 for _ in open(memory + '/docs.jsonl'))} documents, in memory; {runs} rounds")
print(f"{'':30} MB/s of CPU time: median, best; of wall time: median, best; -t2 over -t1; peak MB -t1, -t2")
for name, _ in ROWS:
    size = os.stat(memory + ("/fresh.jsonl" if name == "lines" else "/docs.jsonl")).st_size / 1e6
    one, two = list(zip(*seen[name, 1])), list(zip(*seen[name, 2]))
    m = statistics.median
    print(f"{name:30} {size / m(one[0]):8.0f} {size / min(one[0]):8.0f} {size / m(one[1]):8.0f} {size / min(one[1]):8.0f} {m(one[1]) / m(two[1]):8.2f} "
          f"{max(one[2]) / 1e3:8.0f} {max(two[2]) / 1e3:8.0f}")
PY
fi
