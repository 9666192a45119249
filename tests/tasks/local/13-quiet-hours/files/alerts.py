"""When the phone may ring; the quiet hours are a pair (first hour, hour when they end)."""

NIGHT = (22, 7)
URGENT = {"alarm", "call from family"}


def is_quiet(hour, quiet=NIGHT):
    """Is this hour (0 to 23) one of the quiet hours?"""
    start, end = quiet
    if start <= end:
        return start <= hour < end
    return hour >= start and hour < end


def may_ring(kind, hour, quiet=NIGHT):
    return kind in URGENT or not is_quiet(hour, quiet)


def postponed(alerts, quiet=NIGHT):
    """The kinds of the (kind, hour) alerts that have to wait."""
    return [kind for kind, hour in alerts if not may_ring(kind, hour, quiet)]
