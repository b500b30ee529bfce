# shellcheck shell=bash
# leat filter's decisions on real English text, beside those that datatrove 0.10.1 made on the same documents.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
for set in oracle-filters text-en-c4-sample text-en-wikipedia; do
    if [ ! -e "$LEAT_DATA/$set.tar.zst" ]; then
        skip "decisions of datatrove" "no $set in \$LEAT_DATA"
        exit 0
    fi
    "$LEAT_DATA/unpack" -d data "$set"
done
python3 data/oracle-filters/make_text.py data docs.jsonl --mb 31.6
for preset in quality repetition; do
    leat-filter -q --preset gopher-$preset --rejects $preset.rejects docs.jsonl -o $preset.kept
done
cat >compare.py <<'PY'
import collections, json, sys
preset, key, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
ours = {json.loads(line)["id"]: True for line in open(preset + ".kept")}
for line in open(preset + ".rejects"):
    d = json.loads(line)
    ours[d["id"]] = d["metadata"]["drop"]["rule"]
theirs = {d["id"]: d[key] for d in map(json.loads, open("data/oracle-filters/datatrove-filters.jsonl")) if "id" in d}
equal = sum((ours[i] is True) == (t is True) for i, t in theirs.items())
causes = collections.Counter((str(t), str(ours[i])) for i, t in theirs.items() if t != ours[i])
print("#", preset, equal, "of", len(theirs), "decided alike; most differences (theirs, ours):", causes.most_common(4))
sys.exit(not (len(theirs) == 2936 and equal >= least * len(theirs)))
PY
check "gopher-repetition: at least 99.8% as datatrove decides" python3 compare.py repetition rep 0.998
# Words are UAX #29's, not spaCy's: what differs is the share of words with a letter.
check "gopher-quality: at least 96% as datatrove decides" python3 compare.py quality qual 0.96
