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

printf 'rent 700\nfood 12.5\nfood 30\n' >"$work/a"
expect "sums" "food      42.50
rent     700.00" "$(python3 -B ledger.py "$work/a" 2>&1)"
printf '# May\nrent 700\n\n  \n' >"$work/b"
expect "comments and gaps" "rent     700.00" "$(python3 -B ledger.py "$work/b" 2>&1)"
: >"$work/c"
expect "nothing" "" "$(python3 -B ledger.py "$work/c" 2>&1)"
exit $failed
