"""Restaurant bills in whole cents."""


def total(items):
    """The sum of (name, price, count) items."""
    return sum(price * count for name, price, count in items)


def with_tip(cents, percent=10):
    return cents + round(cents * percent / 100)


def split(cents, people):
    """What each of the people pays, as a list."""
    if people < 1:
        raise ValueError("somebody has to pay")
    share = cents // people
    return [share] * people


def format_cents(cents):
    return f"{cents // 100}.{cents % 100:02}"
