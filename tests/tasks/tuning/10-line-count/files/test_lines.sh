#!/bin/sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
here=$(pwd)
cd "$work" || exit 1
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

printf 'a\nb\n' >two.txt
printf 'a\n' >"my file.txt"
expect "one file" "two.txt: 2" "$(sh "$here/lines.sh" two.txt 2>&1)"
expect "a space in the name" "my file.txt: 1
two.txt: 2" "$(sh "$here/lines.sh" "my file.txt" two.txt 2>&1)"

sh "$here/lines.sh" >stdout 2>stderr
expect "exit code without arguments" 2 $?
expect "stdout without arguments" "" "$(cat stdout)"
[ -s stderr ] || { echo "FAIL: no usage message on stderr"; failed=1; }
exit $failed
