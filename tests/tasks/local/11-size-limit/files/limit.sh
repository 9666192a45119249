#!/bin/sh
# usage: limit.sh FILE BYTES
# Exit code 0: the file is small enough, 1: it is too big, 2: wrong arguments.

complain() {
    echo "limit.sh: $1" >&2
}

size_of() {
    wc -c <"$1" | tr -d ' '
}

if [ $# -ne 2 ]; then
    complain "usage: limit.sh FILE BYTES"
    exit 2
fi
if [ ! -f "$1" ]; then
    complain "no such file: $1"
    exit 2
fi

size=$(size_of "$1")
if [ "$size" > "$2" ]; then
    complain "$1 is too big: $size bytes"
    exit 1
fi
echo "$1: $size bytes"
