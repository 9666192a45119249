"""What a repository tells its agents: AGENTS.md (else CLAUDE.md) of each folder from the project root to the cwd."""

from pathlib import Path

from droidlite.regular import read_regular

NAMES = ("AGENTS.md", "CLAUDE.md")
LARGEST = 32_768
"""Bytes of one file that are read: it is sent with every request."""


def load_memory(root: Path, cwd: Path) -> tuple[tuple[Path, str], ...]:
    """(path, text) of each file, outermost first. A file that a link leads out of `root` is left out, one that
    cannot be read is left out, one that is too long is cut with a note."""
    top, here = root.resolve(), cwd.resolve()
    if not here.is_relative_to(top):
        return ()
    steps = here.relative_to(top).parts
    folders = [top.joinpath(*steps[:count]) for count in range(len(steps) + 1)]
    found = (_first(folder, top) for folder in folders)
    return tuple(item for item in found if item is not None)


def _first(folder: Path, top: Path) -> tuple[Path, str] | None:
    for name in NAMES:
        path = folder / name
        try:
            real = path.resolve(strict=True)
            if not real.is_relative_to(top):
                continue
            raw = read_regular(real, LARGEST + 1)
        except (OSError, RuntimeError):
            continue
        text = raw[:LARGEST].decode("utf-8", errors="replace")
        if len(raw) > LARGEST:
            text += f"\n\n[{name} is longer than {LARGEST:,} bytes; the rest was left out]\n"
        if text.strip():
            return path, text
    return None
