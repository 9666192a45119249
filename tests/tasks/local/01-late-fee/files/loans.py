"""Loans of the town library; fees are in cents."""

from datetime import timedelta

LOAN_DAYS = 21
FEE_PER_DAY = 20
HIGHEST_FEE = 500


def due_date(borrowed):
    return borrowed + timedelta(days=LOAN_DAYS)


def days_late(due, returned):
    """How many days too late a book came back; 0 when it was on time."""
    if returned < due:
        return 0
    return (returned - due).days + 1


def late_fee(due, returned):
    return min(days_late(due, returned) * FEE_PER_DAY, HIGHEST_FEE)


def reminder(title, due, today):
    late = days_late(due, today)
    if late == 0:
        return f"{title}: due on {due}"
    return f"{title}: {late} days late"
