"""Prices in cents; rates in percent."""

REDUCED = 7
STANDARD = 19


def price_with_tax(net, rate=STANDARD):
    """What the customer pays, rounded half up to a cent."""
    return (net * (100 + rate) + 50) // 100


def tax(net, rate=STANDARD):
    return price_with_tax(net, rate) - net
