"""The stock of the shop: a dict from the name of an article to how many there are."""


def receive(stock, name, count):
    """Add a delivery to the stock."""
    if count <= 0:
        raise ValueError("a delivery holds at least one article")
    stock[name] = stock.get(name, 0) + count


def value(stock, prices):
    """What the whole stock is worth."""
    return sum(count * prices[name] for name, count in stock.items())


def as_lines(stock):
    return [f"{count:4} {name}" for name, count in sorted(stock.items())]
