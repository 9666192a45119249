#!/bin/sh
root=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

out=$(sh "$root/ci/run-step.sh" good sh -c 'echo hello; echo oops >&2')
expect "good code" 0 $?
expect "good output" "hello
oops
ok good" "$out"
expect "good log" "hello
oops" "$(cat logs/good.log)"

out=$(sh "$root/ci/run-step.sh" bad sh -c 'echo before; exit 7')
expect "bad code" 7 $?
expect "bad output" "before
FAILED bad (7)" "$out"
expect "bad log" "before" "$(cat logs/bad.log)"

out=$(sh "$root/ci/run-step.sh" args printf '%s|' 'a b' c)
expect "arguments" "a b|c|ok args" "$out"

sh "$root/ci/all.sh" >/dev/null
expect "all" 0 $?
exit $failed
