# shellcheck shell=bash
# The order of samples against a second implementation, written in Python from docs/sampling.md.
. "$LEAT_ROOT/tests/lib.sh"
py=$LEAT_ROOT/tests/cli/shards/shard.py
unit=$LEAT_BUILD/unit/shards

python3 "$py" lines 3000 1 | "$unit/ltok" 2 1000 999 7 >a.ltok
exits 'shards to order' 0 leat-shard -q -o d --mix <(printf 'weights: {web: 50, code: 30.5, academic: 10, a/b: 2, Web: 1, web-valid: 3}') a.ltok
for case in '1 32 1' '42 100 1' '18446744073709551615 32 24' '7 17 1000' '3 32 4096' '5 64 13'; do
    # shellcheck disable=SC2086
    set -- $case
    "$unit/order" d "$1" "$2" "$3" >ours 2>err || cat err
    python3 "$py" order d "$1" "$2" "$3" >theirs
    is "seed $1: 3000 samples" "$(wc -l <ours)" 3000
    same "seed $1, windows of $2, batches of $3: as the second implementation says" ours theirs
done
