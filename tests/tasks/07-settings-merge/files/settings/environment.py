"""Settings from variables such as APP_WORKERS=8 or APP_DATABASE__PORT=5433."""

PREFIX = "APP_"


def value(text):
    """An int or a bool where the text reads as one, else the text itself."""
    try:
        return int(text)
    except ValueError:
        pass
    if text.lower() in ("true", "false", "yes", "no"):
        return bool(text)
    return text


def overrides(environ):
    tree = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        *parents, last = name[len(PREFIX) :].lower().split("__")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value(text)
    return tree
