#!/bin/sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

printf 'name,amount\nann,3\nbob,14\n' >"$work/plain.csv"
expect "plain" "total: 17" "$(sh total.sh "$work/plain.csv" 2>&1)"
printf 'name,amount\nann,3\nbob,14' >"$work/open.csv"
expect "no newline at the end" "total: 17" "$(sh total.sh "$work/open.csv" 2>&1)"
printf 'name,amount\n\nann,3\n\n' >"$work/gaps.csv"
expect "empty lines" "total: 3" "$(sh total.sh "$work/gaps.csv" 2>&1)"
printf 'name,amount\n' >"$work/none.csv"
expect "no rows" "total: 0" "$(sh total.sh "$work/none.csv" 2>&1)"

sh total.sh "$work/missing.csv" >"$work/stdout" 2>"$work/stderr"
expect "exit code for a missing file" 1 $?
expect "stdout for a missing file" "" "$(cat "$work/stdout")"
[ -s "$work/stderr" ] || { echo "FAIL: no message on stderr"; failed=1; }
exit $failed
