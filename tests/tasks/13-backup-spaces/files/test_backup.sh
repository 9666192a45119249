#!/bin/sh
# Runs backup.sh on folders made for the purpose; exit 0 when all is well.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

mkdir "$work/plain"
echo one >"$work/plain/a.txt"
echo two >"$work/plain/b.txt"
echo no >"$work/plain/c.md"
expect "plain count" "2 files" "$(sh ./backup.sh "$work/plain" "$work/out1" 2>&1)"
expect "plain content" "one" "$(cat "$work/out1/a.txt.bak" 2>&1)"

mkdir "$work/my files"
echo report >"$work/my files/annual report.txt"
echo star >"$work/my files/a * b.txt"
expect "spaces count" "2 files" "$(sh ./backup.sh "$work/my files" "$work/old backups" 2>&1)"
expect "spaces content" "report" "$(cat "$work/old backups/annual report.txt.bak" 2>&1)"
expect "star content" "star" "$(cat "$work/old backups/a * b.txt.bak" 2>&1)"

mkdir "$work/empty"
expect "empty" "0 files" "$(sh ./backup.sh "$work/empty" "$work/out2" 2>&1)"

sh ./backup.sh "$work/missing" "$work/out3" >"$work/stdout" 2>"$work/stderr"
expect "missing exit code" 1 $?
expect "missing stdout" "" "$(cat "$work/stdout")"
[ -s "$work/stderr" ] || { echo "FAIL missing: nothing on stderr"; failed=1; }

exit $failed
