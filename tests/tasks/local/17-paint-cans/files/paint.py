"""How much paint a wall needs; areas are in square metres, prices in cents."""

AREA_PER_CAN = 24
PRICE_PER_CAN = 1890


def wall_area(width, height, windows=()):
    """The area of a wall without its (width, height) windows."""
    return width * height - sum(w * h for w, h in windows)


def cans_needed(area, coats=1):
    """How many cans to buy for this area, painted once or several times."""
    if area < 0 or coats < 1:
        raise ValueError("nothing to paint")
    return round(area * coats / AREA_PER_CAN)


def cost(area, coats=1):
    return cans_needed(area, coats) * PRICE_PER_CAN


def describe(area, coats=1):
    return f"{area} square metres: {cans_needed(area, coats)} cans, {cost(area, coats) / 100:.2f} euros"
