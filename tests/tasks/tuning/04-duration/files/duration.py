"""Durations as people type them."""

SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_duration(text):
    """Seconds for text such as "90s" or "1h30m"."""
    unit = text[-1:]
    if unit not in SECONDS:
        raise ValueError(f"not a duration: {text!r}")
    return int(text[:-1]) * SECONDS[unit]


def format_duration(seconds):
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
