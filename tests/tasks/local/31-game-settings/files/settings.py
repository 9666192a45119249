"""Settings of the game: lines like "name = value"; lines that start with # are comments."""

DEFAULTS = {"player": "Guest", "lives": "3", "motto": ""}


def is_comment(line):
    return line.lstrip().startswith("#")


def parse(text):
    """The settings in a text, together with the defaults for those that are not there."""
    settings = dict(DEFAULTS)
    for line in text.splitlines():
        if not line.strip() or is_comment(line):
            continue
        name, value = line.split("=")
        settings[name.strip()] = value.strip()
    return settings


def lives(settings):
    """The number of lives, always at least 1."""
    return max(1, int(settings["lives"]))


def show(settings):
    """The settings as text, in alphabetical order."""
    return "\n".join(f"{name} = {settings[name]}" for name in sorted(settings))
