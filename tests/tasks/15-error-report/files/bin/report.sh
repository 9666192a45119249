#!/bin/sh
# usage: report.sh LOGFILE
# The error messages of a log, most frequent first, with how often each occurred.

here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/lib/filters.sh"

if [ $# -ne 1 ]; then
    echo "usage: report.sh LOGFILE >&2
    exit 2
fi

errors <"$1" | messages | uniq -c | sort -r | tidy
