#!/usr/bin/env bash
# grammars.sh DEPS_DIR: builds DEPS_DIR/grammars/libtree-sitter-<language>.so from the pinned source distributions listed
# beside this script. Does nothing when they are there already for the same list.
set -euo pipefail
list=$(cd "$(dirname "$0")" && pwd)/grammars.txt
deps=$1 out=$1/grammars work=$1/grammars-src
stamp=$out/.built-$(sha256sum <"$list" | cut -c1-16)
[ -e "$stamp" ] && exit 0
echo "make deps: fetching and building the tree-sitter grammars of filter/code/grammars.txt"
mkdir -p "$out" "$work"
# Another make may be at it: one builds, the other waits and finds it done.
exec 9>"$deps/.grammars-lock"
flock 9
[ -e "$stamp" ] && exit 0
python3 -m pip download --disable-pip-version-check -q --no-deps --no-binary :all: --require-hashes -r "$list" -d "$work"
for archive in "$work"/*.tar.gz; do tar xzf "$archive" -C "$work"; done
mkdir -p "$work/include/tree_sitter"
cp "$work"/tree-sitter-0.23.2/tree_sitter/core/lib/src/*.h "$work/include/tree_sitter/"
for src in "$work"/tree_sitter_*-*/src; do
    language=$(basename "$(dirname "$src")" | sed 's/^tree_sitter_//; s/-[0-9.]*$//')
    files=("$src/parser.c")
    [ -f "$src/scanner.c" ] && files+=("$src/scanner.c")
    ${CC:-cc} -O2 -fPIC -shared -w -I"$work/include" -I"$src" -o "$out/libtree-sitter-$language.so.tmp" "${files[@]}"
    mv "$out/libtree-sitter-$language.so.tmp" "$out/libtree-sitter-$language.so"
done
touch "$stamp"
