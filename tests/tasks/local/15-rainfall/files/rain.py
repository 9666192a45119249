"""Rain measured in the garden: a list of (date, millimetres)."""

from datetime import timedelta


def per_month(measurements):
    """The millimetres of each month, as a dict."""
    sums = {}
    for day, amount in measurements:
        month = f"{day.month:02}"
        sums[month] = sums.get(month, 0) + amount
    return sums


def wettest(measurements):
    """The month with the most rain, or None when nothing was measured."""
    sums = per_month(measurements)
    return max(sums, key=sums.get, default=None)


def last_days(measurements, today, days=7):
    """The rain of the last days, today included."""
    first = today - timedelta(days=days - 1)
    return sum(amount for day, amount in measurements if first <= day <= today)
