"""Release numbers such as "1.4.2"."""


def parse(version):
    """The three numbers of a version as a tuple."""
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)


def newest_first(versions):
    return sorted(versions, reverse=True)


def latest(versions):
    """The newest version, or None when there is none."""
    if not versions:
        return None
    return newest_first(versions)[0]


def is_breaking(old, new):
    """Does the update change the major number?"""
    return parse(old)[0] != parse(new)[0]
