"""Habits are dicts with a name and, for every day since the start, True or False (done or not)."""


def start(name):
    return {"name": name, "days": []}


def tick(habit, done=True):
    """Writes down the next day."""
    habit["days"].append(done)


def times_done(habit):
    return sum(habit["days"])


def describe(habit):
    return f"{habit['name']}: {times_done(habit)} of {len(habit['days'])} days"
