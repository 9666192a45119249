"""Opening hours as (start, end) in minutes after midnight."""


def overlaps(one, other):
    """Whether two spans share at least one minute; the end itself does not belong to a span."""
    return one[0] < other[1] and other[0] < one[1]


def merge(spans):
    """The same time in as few spans as possible, in order; spans that touch become one."""
    merged = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def total(spans):
    """Minutes covered."""
    return sum(end - start for start, end in merge(spans))
