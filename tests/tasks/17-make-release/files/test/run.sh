#!/bin/sh
grep -q application app.txt && echo "1 test passed"
