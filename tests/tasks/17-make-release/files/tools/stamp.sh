#!/bin/sh
# Prints the file with the version from the environment on top.
echo "version ${VERSION:-unknown}"
cat "$1"
