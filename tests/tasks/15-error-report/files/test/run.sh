#!/bin/sh
failed=0
got=$(sh bin/report.sh test/app.log 2>&1)
if [ "$got" != "$(cat test/expected.txt)" ]; then
    echo "FAIL report: got"
    echo "$got"
    failed=1
fi
sh bin/report.sh >/dev/null 2>&1
code=$?
if [ $code != 2 ]; then
    echo "FAIL usage: exit $code"
    failed=1
fi
if [ -n "$(sh bin/report.sh 2>/dev/null)" ]; then
    echo "FAIL usage: should go to stderr"
    failed=1
fi
exit $failed
