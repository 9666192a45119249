"""Figures that are rounded and still add up to what stands below them. Pure."""

import math
from collections.abc import Sequence


def apportioned(amounts: Sequence[float], total: int) -> tuple[int, ...]:
    """Whole numbers in proportion to `amounts` (none negative) that add up to `total`: each is the exact share rounded
    up or down, up where most was cut off (largest remainders). Nothing stays nothing."""
    whole = math.fsum(amounts)
    if whole <= 0:
        return (0,) * len(amounts)
    shares = [amount / whole * total for amount in amounts]
    found = [math.floor(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: found[at] - shares[at])
    for at in by_loss[: total - sum(found)]:
        found[at] += 1
    return tuple(found)


def lengths(amounts: Sequence[float], total: int) -> tuple[int, ...]:
    """The same for a drawing: what is not nothing is seen, where `total` has room for it."""
    least = tuple(int(amount > 0) for amount in amounts)
    if sum(least) > total:
        return apportioned(amounts, total)
    return tuple(map(sum, zip(least, apportioned(amounts, total - sum(least)), strict=True)))


def column_of_dollars(amounts: Sequence[float], digits: int = 4) -> tuple[str, ...]:
    """`amounts` in USD and, last, their sum, rounded as elsewhere: what is written adds up to the last digit."""
    unit = 10**digits
    total = round(float(f"{math.fsum(amounts):.{digits}f}") * unit)
    return tuple(f"${each / unit:,.{digits}f}" for each in (*apportioned(amounts, total), total))


def column_of_shares(amounts: Sequence[float], of: float) -> tuple[str, ...]:
    """What per cent of `of` each is, with one digit behind the point: they add up to what their sum is."""
    total = round(math.fsum(amounts) / of * 1000) if of > 0 else 0
    return tuple(f"{each / 10:.1f}%" for each in apportioned(amounts, total))
