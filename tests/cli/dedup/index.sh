# shellcheck shell=bash
# leat dedup --save-index, --against: a new crawl against old ones is as if the old ones' documents came with a source that is preferred.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py
python3 "$near" scored 600 11 | jq -c '.source = "new"' >docs.jsonl
split -n l/3 docs.jsonl crawl.
old() { jq -c '.source = "old"' "$@"; }

for v in "exact --normalize" simhash "minhash --profile 64x1"; do
    rm -rf I1 I2
    # shellcheck disable=SC2086
    {
        leat-dedup $v -q --save-index I1 -o k1 crawl.aa
        leat-dedup $v -q --against I1 --save-index I2 --pairs p2 -o k2 crawl.ab
        leat-dedup $v -q --against I1 --against I2 --rejects r3 --pairs p3 -o k3 crawl.ac
        leat-dedup $v -q --prefer-source old <(old k1) crawl.ab -o want2 --keep best
        leat-dedup $v -q --prefer-source old <(old k1 k2) crawl.ac -o want3 --keep best
    }
    is "$v: a crawl against the first" "$(jq -r .id k2)" "$(jq -r 'select(.source == "new").id' want2)"
    is "$v: a crawl against two" "$(jq -r .id k3)" "$(jq -r 'select(.source == "new").id' want3)"
    is "$v: who stays is of any crawl" "$(cut -f2 p3 | sort -u | comm -23 - <(jq -r .id k1 k2 k3 | sort))" ""
    check "$v: some go for an old one" [ "$(cut -f2 p3 | sort -u | comm -12 - <(jq -r .id k1 k2 | sort) | wc -l)" -gt 0 ]
    is "$v: rejects name them" "$(jq -r .metadata.drop.value.of r3)" "$(cut -f2 p3)"
    # shellcheck disable=SC2086
    is "$v: a crawl against itself" "$(leat-dedup $v -q --against I1 k1 | wc -l)" 0
done
near() { # what stays of crawl.ab beside the kept ones of the first, by the slow reference
    old k1 >both
    cat crawl.ab >>both
    python3 "$near" best both 0.8 --source old | cut -f1 | sort
}
leat-dedup minhash -q --profile 64x1 -o k1 crawl.aa
is "minhash: as by comparing all" "$(near | comm -23 - <(jq -r .id k1 | sort))" "$(cut -f1 p2 | sort)"

# in stages: the same index, the same documents
sketched() { # FOLDER OPTION… -- INPUT…
    local w=$1 own=() k=0 n
    shift
    while [ "$1" != -- ]; do own+=("$1") && shift; done
    shift
    n=$#
    for f; do leat-dedup sketch -q --work "$w" --task $((k++))/$n --profile 64x1 "$f"; done
    leat-dedup match -q --work "$w" "${own[@]}"
    k=0
    for f; do leat-dedup sets -q --work "$w" --task $((k++))/$n "${own[@]}" "$f"; done
    leat-dedup verify -q --work "$w" "${own[@]}"
    leat-dedup link -q --work "$w" "${own[@]}"
}
split -n l/2 crawl.aa half.
sketched W1 -- half.aa half.ab
leat-dedup index -q --work W1 --task 0/2 --save-index J half.aa
exits "an index that lacks a task" 2 leat-dedup minhash --profile 64x1 --against J crawl.ab
says "… says which" err "leat dedup index --task 1/2"
leat-dedup index -q --work W1 --task 1/2 --save-index J half.ab
leat-dedup minhash -q --profile 64x1 --against J crawl.ab -o j2
same "an index made in stages" k2 j2
sketched W2 --against J -- crawl.ab
leat-dedup drop -q --work W2 --against J crawl.ab -o d2
same "stages against an index" k2 d2

# what would spoil an index is refused before anything is read
cp -r I1 kept-index
refused() { # NAME TEXT COMMAND…
    exits "$1" 2 "${@:3}" /dev/null/never-read
    says "$1: says why" err "$2"
    check "$1: the index is as it was" diff -r kept-index I1
}
refused "an index to itself" "never changed" leat-dedup minhash --profile 64x1 --against I1 --save-index I1
refused "an index over another" "an index already" leat-dedup minhash --profile 64x1 --save-index I1
refused "a work folder as an index" "no saved index" leat-dedup minhash --profile 64x1 --against W1
refused "other options" "--profile 64x1" leat-dedup minhash --profile 20x13 --against I1
refused "another verb" "was made with 'minhash" leat-dedup exact --against I1
exits "the work folder as the index" 2 leat-dedup index --work W1 --task 0/2 --save-index W1 half.aa
exits "a work folder that is an index" 2 leat-dedup match --work J
exits "another index's task" 2 leat-dedup index --work W2 --against J --save-index I1 crawl.ab
check "… the index is as it was" diff -r kept-index I1
exits "truncated input" 3 leat-dedup minhash --save-index I9 -o o <(zstd -qc crawl.aa | head -c 3000) --keep best
is "… makes no index" "$(ls I9)" ""
exits "an output that cannot be" 1 leat-dedup minhash --save-index I8 -o no/such/o crawl.aa
is "… makes no index either" "$(ls I8 2>/dev/null)" ""
printf x >a-file
exits "a file for the index" 1 leat-dedup minhash --save-index a-file crawl.aa
for s in save-index against; do exits "--$s keeps no first" 2 leat-dedup minhash --keep first --$s I7 crawl.aa; done
