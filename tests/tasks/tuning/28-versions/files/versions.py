"""Version numbers such as 1.4.10 or 2.0-beta."""


def parse(text):
    """(numbers, suffix) of a version."""
    numbers, _, suffix = text.partition("-")
    return tuple(numbers.split(".")), suffix


def is_newer(one, other):
    """Whether version one is newer than version other."""
    return parse(one) > parse(other)


def newest(versions):
    best = versions[0]
    for version in versions[1:]:
        if is_newer(version, best):
            best = version
    return best
