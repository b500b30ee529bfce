#!/usr/bin/env bash
# grammars.sh DEPS_DIR: builds DEPS_DIR/grammars/libtree-sitter-<language>.so from the pinned source distributions listed
# beside this script. Does nothing when they are there already for the same list.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
list=$here/grammars.txt scanner=$here/grammars/typescript_scanner.inc
deps=$1 out=$1/grammars work=$1/grammars-src
stamp=$out/.built-$(cat "$list" "$scanner" | sha256sum | cut -c1-16)
[ -e "$stamp" ] && exit 0
echo "make deps: fetching and building the tree-sitter grammars of filter/code/grammars.txt (some minutes)"
mkdir -p "$out" "$work"
# Another make may be at it: one builds, the other waits and finds it done.
exec 9>"$deps/.grammars-lock"
flock 9
[ -e "$stamp" ] && exit 0
# pip runs each one's setup.py: the tools for that once, not once for each
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --disable-pip-version-check -q setuptools wheel
fetch() { # WORK REQUIREMENT: unless it is there
    local name
    name=$(printf '%s' "${2%% *}" | sed 's/==/-/; s/^tree-sitter-\([a-z]*\)-sharp/tree_sitter_\1_sharp/; s/^tree-sitter-\([a-z]\)/tree_sitter_\1/')
    [ -e "$1/$name.tar.gz" ] && return
    printf '%s\n' "$2" >"$1/$name.txt"
    "$1/venv/bin/pip" download --disable-pip-version-check -q --no-deps --no-build-isolation --no-binary :all: --require-hashes \
        -r "$1/$name.txt" -d "$1"
}
export -f fetch
# shellcheck disable=SC2016
grep -v '^#' "$list" | tr '\n' '\0' | xargs -0 -P4 -I{} bash -c 'fetch "$1" "$2"' _ "$work" {}
for archive in "$work"/*.tar.gz; do tar xzf "$archive" -C "$work"; done
mkdir -p "$work/include/tree_sitter"
cp "$work"/tree-sitter-0.23.2/tree_sitter/core/lib/src/*.h "$work/include/tree_sitter/"
# One compiler a core; a grammar is one large file.
failed=0
build() {
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || failed=1; done
    compile "$@" &
}
compile() { # SRC LANGUAGE [COMPILER-ARG…]
    local src=$1 language=$2
    shift 2
    ${CC:-cc} -O2 -fPIC -shared -w -I"$work/include" -I"$src" -o "$out/libtree-sitter-$language.so.tmp" "$src/parser.c" "$@"
    mv "$out/libtree-sitter-$language.so.tmp" "$out/libtree-sitter-$language.so"
}
while read -r requirement _; do
    package=${requirement#tree-sitter-}
    case $package in
    \#* | tree-sitter==*) ;;
    typescript==*)
        for language in typescript tsx; do
            build "$work/tree_sitter_typescript-${package#*==}/$language/src" "$language" \
                -DJAVASCRIPT_SCANNER="\"$(cd "$work"/tree_sitter_javascript-*/src && pwd)/scanner.c\"" \
                "-DSCANNER(f)=tree_sitter_${language}_external_scanner_##f" -x c "$scanner"
        done
        ;;
    *)
        language=$(printf '%s' "${package%%==*}" | tr - _)
        src=$work/tree_sitter_$language-${package#*==}/src
        if [ -f "$src/scanner.c" ]; then build "$src" "$language" "$src/scanner.c"; else build "$src" "$language"; fi
        ;;
    esac
done <"$list"
for job in $(jobs -p); do wait "$job" || failed=1; done
[ "$failed" = 0 ] || { echo "make deps: a grammar does not compile" >&2 && exit 1; }
rm -f "$out"/.built-*
touch "$stamp"
