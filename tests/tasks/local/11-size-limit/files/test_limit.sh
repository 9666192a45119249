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

run() { # ARGUMENT...
    out=$(sh "$here/limit.sh" "$@" 2>err)
    code=$?
}

printf '123456789' >"my logo.txt"

run "my logo.txt" 50
expect "exit code of a small file" 0 "$code"
expect "output for a small file" "my logo.txt: 9 bytes" "$out"

run "my logo.txt" 9
expect "exit code at the limit" 0 "$code"

run "my logo.txt" 8
expect "exit code of a big file" 1 "$code"
expect "output for a big file" "" "$out"
expect "message for a big file" "limit.sh: my logo.txt is too big: 9 bytes" "$(cat err)"

run "my logo.txt"
expect "exit code without a limit" 2 "$code"
run nothing.txt 50
expect "exit code of a missing file" 2 "$code"

rm -f err
expect "files left in the folder" "my logo.txt" "$(ls)"
exit $failed
