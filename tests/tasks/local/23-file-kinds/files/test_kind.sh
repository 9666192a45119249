#!/bin/sh
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}

kind() { # NAME WANTED
    expect "kind of $1" "$1: $2" "$(sh kind.sh "$1" 2>&1)"
}

kind photo.jpg picture
kind README.md text
kind "my song.OGG" music
kind setup.exe other
kind Makefile other

kind holiday.2024.jpg picture
kind ./photo.jpg picture
kind "../old files/notes v1.2.txt" text
kind song.mp3.zip other

wanted="a.png: picture
b.txt: text"
expect "two names" "$wanted" "$(sh kind.sh a.png b.txt)"

out=$(sh kind.sh 2>/dev/null)
expect "exit code without names" 2 "$?"
expect "output without names" "" "$out"
exit $failed
