#!/usr/bin/env bash
# suites.sh DEPS_DIR: brings the test suites of others that suites.txt names: DEPS_DIR/html5lib-tests/*.test. Does nothing
# when they are there for the same list. Without a network it says so and ends well: the tests that need them are skipped.
set -euo pipefail
list=$(cd "$(dirname "$0")" && pwd)/suites.txt
deps=$1 out=$1/html5lib-tests work=$1/suites-src
stamp=$out/.from-$(sha256sum <"$list" | cut -c1-16)
[ -e "$stamp" ] && exit 0
mkdir -p "$out" "$work"
exec 9>"$deps/.suites-lock" # another make may be at it
flock 9
[ -e "$stamp" ] && exit 0
echo "make deps: fetching the test suites of tests/suites.txt"
echo 'setuptools<80' >"$work/constraints.txt" # html5lib's setup.py needs the pkg_resources of older ones
if ! PIP_CONSTRAINT=$work/constraints.txt python3 -m pip download --disable-pip-version-check -q --no-deps --no-binary :all: \
    --require-hashes -r "$list" -d "$work" 2>"$work/pip.log"; then
    echo "make deps: they could not be fetched ($work/pip.log says why); the tests that need them are skipped"
    exit 0
fi
tar xzf "$work"/html5lib-1.1.tar.gz -C "$work"
cp "$work"/html5lib-1.1/html5lib/tests/testdata/tokenizer/*.test "$out"
touch "$stamp"
