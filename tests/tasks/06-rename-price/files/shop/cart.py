"""What the customer wants to buy."""

from shop.prices import REDUCED, STANDARD, price_with_tax


class Cart:
    def __init__(self):
        self.lines = []

    def add(self, name, net, *, food=False):
        self.lines.append((name, price_with_tax(net, REDUCED if food else STANDARD)))

    def total(self):
        return sum(price for _, price in self.lines)
