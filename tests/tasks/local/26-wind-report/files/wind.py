"""Readings of the wind on the roof: lines like "06:00 12.5", in km/h; a dash means no reading."""


def speed(reading):
    return reading[1]


def readings(lines):
    """The readings as (time, speed), without the missing ones."""
    for line in lines:
        time, number = line.split()
        if number != "-":
            yield time, float(number)


def is_stormy(lines, limit=75):
    """True when the wind was faster than the limit at any time."""
    return any(speed(reading) > limit for reading in readings(lines))


def report(lines):
    """When the wind was calmest and when it was strongest."""
    found = readings(lines)
    calmest = min(found, key=speed)
    strongest = max(found, key=speed)
    return f"calmest at {calmest[0]} ({calmest[1]} km/h), strongest at {strongest[0]} ({strongest[1]} km/h)"
