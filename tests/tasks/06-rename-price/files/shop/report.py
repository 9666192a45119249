"""A receipt as text."""

from shop import prices


def receipt(items):
    rows = [f"{name:<12}{prices.price_with_tax(net) / 100:>8.2f}" for name, net in items]
    return "\n".join(rows)


if __name__ == "__main__":
    print(receipt([("pen", 100), ("paper", 450)]))
