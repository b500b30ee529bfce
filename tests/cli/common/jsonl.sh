#!/usr/bin/env bash
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
