#!/bin/sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -R Makefile src tools test "$work" && cd "$work" || exit 1
unset MAKEFLAGS MAKELEVEL VERSION
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

make clean >/dev/null 2>&1
expect "clean with nothing to clean" 0 $?
expect "test runs" "1 test passed" "$(make -s test 2>&1)"
expect "test runs again" "1 test passed" "$(make -s test 2>&1)"
make -s release >/dev/null 2>&1
expect "default version" "version 1.0" "$(head -n 1 release.txt)"
make -s release VERSION=2.0 >/dev/null 2>&1
expect "given version" "version 2.0" "$(head -n 1 release.txt)"
touch clean all release
make clean >/dev/null 2>&1
expect "clean removes" "" "$(ls app.txt release.txt 2>/dev/null)"
exit $failed
