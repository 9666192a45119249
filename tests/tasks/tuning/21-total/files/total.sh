#!/bin/sh
# usage: total.sh FILE
# Adds up the amounts (second column) of a file "name,amount" with one heading line.

total=0
while IFS=, read -r name amount; do
    total=$((total + amount))
done < "$1"
echo "total: $total"
