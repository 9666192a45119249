#!/usr/bin/env python3
"""Prints the sums of a ledger: lines "category amount" from a file, one category a line, aligned."""

import sys


def read(lines):
    sums = {}
    for line in lines:
        category, amount = line.split()
        sums[category] = sums.get(category, 0) + float(amount)
    return sums


def show(sums):
    width = max(len(category) for category in sums)
    for category, amount in sums.items():
        print(f"{category:<{width}} {amount}")


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        show(read(file))


if __name__ == "__main__":
    main(sys.argv[1:])
