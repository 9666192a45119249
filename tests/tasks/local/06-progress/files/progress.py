"""Progress display of the copy tool."""


def percent(done, total):
    """How much is done, as a whole number from 0 to 100."""
    return done * 100 // total


def bar(done, total, width=10):
    filled = percent(done, total) * width // 100
    return "#" * filled + "." * (width - filled)


def human_size(size):
    """A number of bytes with a unit that suits it."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.0f} GB"


def status(name, done, total):
    return f"{name} [{bar(done, total)}] {percent(done, total)}% of {human_size(total)}"
