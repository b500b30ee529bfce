# shellcheck shell=bash
# Documents against Python's json module: what is JSON, what it says, and what edits make of it.
source "$LEAT_ROOT/tests/lib.sh"

oracle=$LEAT_ROOT/tests/cli/common/jsonl.py
helper=$LEAT_BUILD/unit/common/jsonl

python3 "$oracle" cases >made.jsonl
check 'cases were made' test "$(wc -l <made.jsonl)" -gt 19000
"$helper" verdicts <made.jsonl >verdicts.jsonl
check 'every verdict and every field as Python has it' python3 "$oracle" verdicts made.jsonl verdicts.jsonl
"$helper" edits <made.jsonl >edited.jsonl
check 'every edited line as Python has it' python3 "$oracle" edits made.jsonl edited.jsonl

# The same answers from each of simdjson's kernels that this CPU can run; of the plain one without the reasons.
kernels=fallback
flags=$(grep -m1 '^flags' /proc/cpuinfo)
case $flags in *avx512_vbmi2*) kernels="$kernels icelake" ;; esac
case $flags in *avx2*) kernels="$kernels haswell" ;; esac
case $flags in *sse4_2*pclmulqdq* | *pclmulqdq*sse4_2*) kernels="$kernels westmere" ;; esac
for kernel in $kernels; do
    reasons=
    [ "$kernel" = fallback ] && reasons='s/,"why":.*//'
    SIMDJSON_FORCE_IMPLEMENTATION=$kernel "$helper" verdicts <made.jsonl | sed "$reasons" >got
    sed "$reasons" verdicts.jsonl >want
    same "verdicts of simdjson's $kernel kernel" got want
done
