"""When a subscription is billed next."""

from datetime import date


def renewal(start: date, months: int) -> date:
    """The day `months` after `start`, or the last day of that month if it is shorter."""
    month = start.month + months
    year = start.year
    if month > 12:
        month -= 12
        year += 1
    return start.replace(year=year, month=month)


def schedule(start: date, every: int, count: int) -> list[date]:
    """The next `count` billing days; always counted from `start`, so that a 31st comes back after February."""
    days = []
    current = start
    for _ in range(count):
        current = renewal(current, every)
        days.append(current)
    return days
