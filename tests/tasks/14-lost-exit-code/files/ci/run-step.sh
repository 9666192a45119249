#!/bin/sh
# usage: run-step.sh NAME COMMAND [ARGUMENT...]
# Runs one step of the build, shows its output and keeps it in logs/NAME.log.

name=$1
shift

mkdir -p logs
"$@" 2>&1 | tee "logs/$name.log"
status=$?

if [ $status = 0 ]; then
    echo "ok $name"
else
    echo "FAILED $name ($status)"
fi
