"""Is stock.csv what the shop expects?"""

import csv
import sys

COLUMNS = ["item", "unit", "quantity", "price"]
WANTED = {"apples": ("kg", 12, 2.4), "pears": ("kg", 8, 3.1), "plums": ("kg", 5, 2.95), "eggs": ("piece", 60, 0.35), "milk": ("l", 20, 1.15)}

problems = []
with open("stock.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.reader(file))
if rows[0] != COLUMNS:
    problems.append(f"line 1: the columns are {rows[0]}, should be {COLUMNS}")
found = {}
for number, row in enumerate(rows[1:], 2):
    try:
        item, unit, quantity, price = row
        found[item] = (unit, int(quantity), float(price))
    except ValueError as error:
        problems.append(f"line {number}: {row}: {error}")
for item, wanted in WANTED.items():
    if item not in found:
        problems.append(f"{item} is missing")
    elif found[item] != wanted:
        problems.append(f"{item} is {found[item]}, should be {wanted}")
if problems:
    sys.exit("\n".join(problems))
print("stock.csv is fine")
