# shellcheck shell=bash
# leat filter's decisions on real English text, beside those that datatrove 0.10.1 and dolma 1.2.1 made on the same documents.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
here=$LEAT_ROOT/tests/cli/filter
for set in oracle-filters text-en-c4-sample text-en-wikipedia; do
    if [ ! -e "$LEAT_DATA/$set.tar.zst" ]; then
        skip "decisions of datatrove and dolma" "no $set in \$LEAT_DATA"
        exit 0
    fi
    "$LEAT_DATA/unpack" -d data "$set"
done
python3 data/oracle-filters/make_text.py data docs.jsonl --mb 31.6
is "2,936 documents were decided" "$(grep -c '"id"' data/oracle-filters/datatrove-filters.jsonl)" 2936
for p in gopher-repetition=rep gopher-quality=qual c4=c4 fineweb=fineweb; do
    check "${p%=*}: at least 99.9% as datatrove decides" python3 "$here/decisions.py" docs.jsonl \
        data/oracle-filters/datatrove-filters.jsonl 0.999 "$p"
done
check "dolma's taggers: every value" python3 "$here/dolma_values.py" docs.jsonl data/oracle-filters/dolma-taggers.jsonl
