"""User names of the forum."""

import re

NAME = re.compile(r"[a-z][a-z0-9_]{2,15}")


def is_valid(name):
    """True for 3 to 16 lower case letters, digits and underscores that start with a letter."""
    return NAME.match(name) is not None


def suggest(full_name):
    """A user name made from a real name."""
    return re.sub(r"[^a-z0-9]+", "_", full_name.lower()).strip("_")[:16]


def mentions(text):
    """The names that a message mentions as @name, in order."""
    words = [word.rstrip(".,:!?") for word in text.split()]
    return [word[1:] for word in words if word.startswith("@") and is_valid(word[1:])]
