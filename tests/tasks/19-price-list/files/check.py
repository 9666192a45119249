"""Import products.csv as the shop does, and compare with the stock-taking's totals."""

import csv
import sys
from decimal import Decimal, InvalidOperation

FIELDS = ["sku", "name", "price", "stock", "supplier"]
WORTH = Decimal("96.00") + Decimal("100.00") + Decimal("45.00") + Decimal("18.00") + Decimal("55.20")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        yield from reader


def product(number, row, suppliers):
    if list(row) != FIELDS:
        sys.exit(f"products.csv:{number}: columns are {list(row)}, not {FIELDS}")
    if row["supplier"] not in suppliers:
        sys.exit(f"products.csv:{number}: unknown supplier {row['supplier']!r}")
    try:
        return row["sku"], row["name"], Decimal(row["price"]), int(row["stock"])
    except (InvalidOperation, ValueError) as error:
        sys.exit(f"products.csv:{number}: {error!r}")


def main():
    suppliers = {row["supplier"] for row in rows("suppliers.csv")}
    products = [product(number, row, suppliers) for number, row in enumerate(rows("products.csv"), start=2)]
    names = [name for _, name, _, _ in products]
    if names != ["Pencil", "Notebook, lined", "Eraser", "Ruler 30 cm", 'Scissors "Left"', "Glue"]:
        sys.exit(f"products.csv: names are {names}")
    if [sku for sku, *_ in products] != [f"A-{number}" for number in range(100, 106)]:
        sys.exit("products.csv: a sku is missing")
    worth = sum(price * stock for _, _, price, stock in products)
    if worth != WORTH:
        sys.exit(f"products.csv: the stock is worth {worth}, the stock-taking says {WORTH}")
    print(f"{len(products)} products imported")


main()
