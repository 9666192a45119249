"""Month lengths for the shift planner."""

LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def is_leap(year):
    return year % 4 == 0


def days_in_month(month, year):
    """How many days month 1 to 12 of the year has; ValueError for any other month."""
    if month == 2 and is_leap(year):
        return 29
    return LENGTHS[month - 1]


def days_in_year(year):
    return sum(days_in_month(month, year) for month in range(1, 13))
