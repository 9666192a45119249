#!/bin/sh
# usage: archive.sh FILE...
# Moves files into the folder archive; a file that is in there already is never overwritten.

usage() {
    echo "usage: archive.sh FILE..." >&2
    exit 2
}

complain() {
    echo "$1" >&2
    failed=1
}

store() {
    if [ ! -f "$1" ]; then
        complain "no such file: $1"
    elif [ -e "archive/$(basename "$1")" ]; then
        complain "already archived: $1"
    else
        mv "$1" archive/ && echo "archived: $1"
    fi
}

[ $# -gt 0 ] || usage
failed=0
mkdir -p archive
for file in $*; do
    store "$file"
done
exit $failed
