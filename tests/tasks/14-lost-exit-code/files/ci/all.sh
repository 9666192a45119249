#!/bin/sh
# Every step in order; stops at the first that fails.
set -e
here=$(dirname "$0")
sh "$here/run-step.sh" configure true
sh "$here/run-step.sh" compile echo compiled
