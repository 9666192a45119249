"""What a repository tells its agents: AGENTS.md (else CLAUDE.md) of each folder from the project root to the cwd."""

from droidlite.settings.trust import MEMORY, Found

LARGEST = 32_768
"""Bytes of one file that are read: it is sent with every request."""


def memory_of(found: Found) -> tuple[tuple[str, str], ...]:
    """(name below the root, text) of each file, outermost first. A file that a link leads out of the root, and one that
    is blank, is left out; one that is too long is cut with a note."""
    each = (_first(folder, found) for folder in found.folders)
    return tuple(item for item in each if item is not None)


def _first(folder: str, found: Found) -> tuple[str, str] | None:
    for name in (f"{folder}/{last}" if folder else last for last in MEMORY):
        raw = found.contents.get(name, b"")
        text = raw[:LARGEST].decode("utf-8", errors="replace")
        if len(raw) > LARGEST:
            text += f"\n\n[{name.rpartition('/')[2]} is longer than {LARGEST:,} bytes; the rest was left out]\n"
        if text.strip():
            return name, text
    return None
