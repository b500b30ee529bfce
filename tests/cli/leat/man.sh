# The manual page and the help of every tool that was built.
# shellcheck shell=bash disable=SC2016
. "$LEAT_ROOT/tests/lib.sh"

for program in "$LEAT_BIN"/leat "$LEAT_BIN"/leat-*; do
    [ -x "$program" ] || continue
    tool=$(basename "$program")
    exits "$tool --man" 0 "$program" --man
    cp out page.1
    check "$tool: the page is ASCII" eval '! LC_ALL=C grep -q "[^ -~]" page.1'
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        check "$tool: the page has $section" grep -qx ".SH $section" page.1
    done
    if command -v groff >/dev/null; then
        groff -man -ww -Tutf8 page.1 >shown 2>warnings
        is "$tool: groff has nothing to say" "$(cat warnings)" ''
        check "$tool: no word is hyphenated" eval '! grep -q "‐" shown'
    else
        skip "$tool: groff has nothing to say" 'groff is not installed'
    fi
    if command -v lexgrog >/dev/null; then
        check "$tool: the index of pages reads its NAME" eval 'lexgrog page.1 | grep -q "\"$tool - "'
    else
        skip "$tool: the index of pages reads its NAME" 'lexgrog (man-db) is not installed'
    fi
    exits "$tool --help" 0 "$program" --help
    check "$tool: help fits 80 columns" eval '[ "$(sed -n "/^Examples:/q; p" out | wc -L)" -le 80 ]'
    [ "$tool" = leat ] && continue
    exits "$tool --version" 0 "$program" --version
    is "$tool: its version" "$(cat out)" "leat ${tool#leat-} 0.3.0"
    exits "$tool: an unknown option" 2 "$program" --verbsoe
    says "$tool: names the nearest" err 'did you mean --verbose?'
    "$program" --help >/dev/full 2>err
    is "$tool --help to a full disk" $? 1
done
