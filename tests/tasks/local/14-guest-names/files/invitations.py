"""Invitation letters for parties."""


def join_names(names):
    """The names as one text, such as "Ann, Bob and Cleo"."""
    return ", ".join(names[:-1]) + " and " + names[-1]


def salutation(names):
    if not names:
        return "Dear guests"
    return f"Dear {join_names(names)}"


def seats(guests):
    """How many seats are needed; guests maps a name to how many people it brings along."""
    return sum(1 + extra for extra in guests.values())


def letter(names, place, date):
    return f"{salutation(names)},\n\nwe would like to see you on {date}.\nPlace: {place}\n"
