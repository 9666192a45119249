"""On/off switches from environment variables."""

YES = {"1", "on", "true", "yes"}
NO = {"0", "off", "false", "no"}


def is_flag(text):
    """Does the text look like a switch at all?"""
    return text.strip().lower() in YES | NO


def parse_flag(text):
    """True for a yes, False for a no; upper or lower case does not matter."""
    word = text.strip().lower()
    if word in YES:
        return True
    return False


def read_flag(environment, name, default=False):
    """The switch with this name, or the default when it is not set."""
    if name not in environment:
        return default
    return parse_flag(environment[name])
