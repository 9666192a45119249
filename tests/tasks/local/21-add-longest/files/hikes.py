"""The diary of our hikes: a list of dicts with name, km and hours."""


def add(hikes, name, km, hours):
    """Write another hike into the diary."""
    if km <= 0 or hours <= 0:
        raise ValueError("a hike takes some way and some time")
    hikes.append({"name": name, "km": km, "hours": hours})


def total_km(hikes):
    return sum(hike["km"] for hike in hikes)


def speed(hike):
    """Kilometres per hour, with one decimal."""
    return round(hike["km"] / hike["hours"], 1)
