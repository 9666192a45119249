"""What of a customer may be shown on a screen."""


def initials(name):
    return "".join(part[0].upper() for part in name.split())


def mask_card(number):
    """Only the last four digits."""
    return "*" * (len(number) - 4) + number[-4:]
