#!/bin/sh
# usage: lines.sh FILE...
# Prints NAME: COUNT for every file.

for file in $*; do
    count=$(wc -l < $file | tr -d ' ')
    echo "$file: $count"
done
