#!/bin/sh
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

expect "one" 'mv "My Photo.JPG" "my_photo.jpg"' "$(sh rename.sh "My Photo.JPG" 2>&1)"
expect "several" 'mv "A b" "a_b"
mv "C" "c"' "$(sh rename.sh "A b" fine.txt C 2>&1)"
expect "unchanged" "" "$(sh rename.sh a b 2>&1)"
out=$(sh rename.sh 2>/dev/null)
expect "exit code without arguments" 2 $?
expect "stdout without arguments" "" "$out"
exit $failed
