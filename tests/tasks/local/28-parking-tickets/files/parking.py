"""Tickets of a car park; times are minutes since midnight."""


def buy(tickets, plate, now, minutes):
    """Adds a ticket for a car."""
    tickets.append({"plate": plate, "until": now + minutes})


def is_expired(ticket, now):
    return now > ticket["until"]


def remove_expired(tickets, now):
    """Takes the expired tickets out of the list and returns their plates."""
    plates = []
    for ticket in tickets:
        if is_expired(ticket, now):
            tickets.remove(ticket)
            plates.append(ticket["plate"])
    return plates


def may_park(tickets, plate, now):
    """True when the car has a ticket that is still good."""
    return any(ticket["plate"] == plate and not is_expired(ticket, now) for ticket in tickets)
