"""Prices of the swimming pool, in cents."""

FULL = 600
REDUCED = 350
LOCKER = 100


def is_reduced(age, student=False, holiday=False):
    """Children under 14 and students pay less, but nobody does on a holiday."""
    return age < 14 or student and not holiday


def price(age, student=False, holiday=False, locker=False):
    """What one guest pays."""
    cents = REDUCED if is_reduced(age, student, holiday) else FULL
    if locker:
        cents += LOCKER
    return cents


def group_price(ages, holiday=False):
    """What a group without students pays; babies under 2 are free."""
    return sum(price(age, holiday=holiday) for age in ages if age >= 2)
