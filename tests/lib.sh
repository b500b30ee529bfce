# lib.sh: sourced by every script under tests/cli. Each script runs in a scratch directory of its own with the built tools
# on PATH, and reports cases with `check NAME CONDITION…`; tests/run counts the "ok" and "not ok" lines.
# shellcheck shell=bash
# Given by tests/run: LEAT_BIN, LEAT_ROOT (the checkout), LEAT_DATA (the real data sets; may be absent).
set -u
failed=0

ok() { printf 'ok - %s\n' "$1"; }
not_ok() {
    printf 'not ok - %s\n' "$1"
    failed=1
}
skip() { printf 'ok - %s # SKIP %s\n' "$1" "$2"; }

# check NAME COMMAND [ARG…]: the command must succeed
check() {
    local name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name"; fi
}
# exits NAME STATUS COMMAND [ARG…]: stdout to ./out, stderr to ./err
exits() {
    local name=$1 want=$2 got
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    if [ "$got" = "$want" ]; then ok "$name"; else
        head -5 err | cut -c1-300 | sed 's/^/# /'
        printf '# exit status %s, not %s\n' "$got" "$want"
        not_ok "$name"
    fi
}
# same NAME FILE FILE
same() {
    if cmp -s "$2" "$3"; then ok "$1"; else
        diff "$2" "$3" 2>&1 | head -6 | cut -c1-160 | sed 's/^/# /'
        not_ok "$1"
    fi
}
# says NAME FILE TEXT: the file contains the text
says() {
    if grep -qF -- "$3" "$2"; then ok "$1"; else
        head -5 "$2" | cut -c1-300 | sed 's/^/# /'
        printf '# does not say: %s\n' "$3"
        not_ok "$1"
    fi
}
# is NAME GOT WANT
is() {
    if [ "$2" = "$3" ]; then ok "$1"; else
        printf '# got  %s\n# want %s\n' "$2" "$3"
        not_ok "$1"
    fi
}
trap 'exit $failed' EXIT
