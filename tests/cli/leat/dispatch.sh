# leat: finding and running tools, help, and what it says about a wrong name.
# shellcheck shell=bash disable=SC2016
. "$LEAT_ROOT/tests/lib.sh"

mkdir bin own
cp "$LEAT_BIN/leat" bin/
tool() { # FILE TEXT: a program that prints TEXT and its arguments
    printf '#!/bin/sh\nprintf "%%s:" "%s" "$@"\necho\nexit 7\n' "$2" >"$1"
    chmod +x "$1"
}
tool bin/leat-filter ours
tool own/leat-filter wrong
tool own/leat-foo own
printf 'not a program\n' >own/leat-text
mkdir own/leat-folder
export PATH="$PWD/own:/usr/bin:/bin" # without the tools that are being tested

exits 'leat X runs leat-X with its arguments and status' 7 bin/leat filter --help 'a b' ''
is 'the tool beside leat comes before PATH' "$(cat out)" 'ours:--help:a b::'
exits 'a tool of the user on PATH' 7 bin/leat foo
is 'its output' "$(cat out)" 'own:'
ln -s ../bin/leat own/linked
exits 'through a link the folder is that of the program itself' 7 own/linked filter
is 'the tool beside the program' "$(cat out)" 'ours:'
(PATH=$PWD/bin && leat filter x >out)
is 'leat found on PATH itself' "$(cat out)" 'ours:x:'

exits 'alone it lists the tools' 0 bin/leat
says 'the flow' out '─tokenize─▶ tokens'
says 'ours with a summary' out '  filter     keep the documents'
check 'only those that are there' eval '! grep -q "  ingest  " out'
check 'and those of the user, that are programs' eval 'grep -qx "  foo" out && ! grep -qE "text|folder" <(sed 1,6d out | grep -v TOOL)'
cp out list
for way in help --help -h; do
    exits "leat $way" 0 bin/leat $way
    same "leat $way is the same" out list
done
exits '--version' 0 bin/leat --version
says 'names the version' out 'leat 0.3.0'

exits 'leat help X without a page' 7 bin/leat help foo
is 'runs its --help' "$(cat out)" 'own:--help:'
if command -v man >/dev/null && man -w man >/dev/null 2>&1 || man -w ls >/dev/null 2>&1; then
    mkdir -p share/man/man1
    printf '.TH LEAT-FOO 1\n.SH NAME\nleat-foo \\- the page of foo\n' >share/man/man1/leat-foo.1
    exits 'leat help X with a page' 0 bin/leat help foo
    says 'shows the page of this installation' out 'the page of foo'
else
    skip 'leat help X with a page' 'man is not installed or has no pages'
fi

exits 'an unknown tool' 2 bin/leat fitler
says 'names the nearest' err "there is no tool 'fitler'; did you mean 'filter'?"
exits 'nothing near' 2 bin/leat quux
says 'says where it looked' err 'no program leat-quux beside leat or on PATH'
exits 'help of an unknown tool' 2 bin/leat help quux
exits 'a path is not a tool' 2 bin/leat ../bin/leat-filter
exits 'an empty name' 2 bin/leat ''
exits 'a long name' 2 bin/leat "$(printf 'x%.0s' {1..5000})"
exits 'an unknown option' 2 bin/leat --nonsense filter
says 'says where options go' err 'behind its name'
exits 'a program that cannot run' 1 eval 'printf "#!/nowhere/sh\n" >bin/leat-bad; chmod +x bin/leat-bad; bin/leat bad'
says 'names it' err 'leat: cannot run'

bin/leat >/dev/full 2>err
is 'a full disk' $? 1
says 'is named' err 'No space left on device'
bin/leat --version >/dev/full 2>err
is 'a full disk and --version' $? 1
(PATH=/nowhere::/also/nowhere && ../"${PWD##*/}"/bin/leat >out)
is 'PATH with nothing in it' $? 0
