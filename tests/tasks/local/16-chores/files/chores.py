"""Chores are dicts with a name, a priority (3 is the most important) and the day they are due."""


def agenda(chores):
    """The chores in the order in which they should be done."""
    return sorted(chores, key=lambda chore: (chore["priority"], chore["due"]), reverse=True)


def next_chore(chores):
    """The name of the chore to do now, or None when all is done."""
    if not chores:
        return None
    return agenda(chores)[0]["name"]


def overdue(chores, today):
    return [chore["name"] for chore in chores if chore["due"] < today]


def as_line(chore):
    marks = "!" * chore["priority"]
    return f"{chore['due']} {chore['name']} {marks}"
