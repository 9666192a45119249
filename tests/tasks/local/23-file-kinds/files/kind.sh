#!/bin/sh
# usage: kind.sh NAME...
# Prints the kind of each file; only the names matter, the files need not exist.

usage() {
    echo "usage: kind.sh NAME..." >&2
    exit 2
}

ending() {
    echo "$1" | cut -d. -f2 | tr 'A-Z' 'a-z'
}

kind() {
    case $(ending "$1") in
        jpg | png | gif) echo picture ;;
        txt | md) echo text ;;
        mp3 | ogg) echo music ;;
        *) echo other ;;
    esac
}

[ $# -gt 0 ] || usage
for name in "$@"; do
    echo "$name: $(kind "$name")"
done
