#!/bin/sh
# usage: backup.sh SOURCE TARGET
# Copies every .txt file of SOURCE (not of its folders) to TARGET as NAME.bak and prints how many there were.

source=$1
target=$2

mkdir -p $target
count=0
for file in $(ls $source/*.txt); do
    name=$(basename $file)
    cp $file $target/$name.bak
    count=$((count + 1))
done
echo $count files
