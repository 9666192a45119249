"""Which files a rule's paths mean: globs as in .gitignore, over paths relative to the repository's root."""

from fnmatch import fnmatchcase
from posixpath import normpath


def fits_path(pattern: str, path: str) -> bool:
    """`*` and `?` stay within a folder, `**` spans folders; a pattern without / fits a name at any depth; what fits a
    folder fits all that is in it, and `folder/**` the folder itself."""
    steps = _steps(pattern)
    at = _spread({0}, steps)
    for part in normpath(path.replace("\\", "/")).split("/"):
        if len(steps) in at:
            return True
        moved = {i if steps[i] == "**" else i + 1 for i in at if steps[i] == "**" or fnmatchcase(part, steps[i])}
        at = _spread(moved, steps)
    return len(steps) in at


def _steps(pattern: str) -> list[str]:
    anchored = "/" in pattern.rstrip("/")
    steps = [step for step in pattern.split("/") if step not in ("", ".")]
    return steps if anchored else ["**", *steps]


def _spread(at: set[int], steps: list[str]) -> set[int]:
    """The places reached from `at` without using up a folder: `**` may stand for none."""
    reached = set(at)
    for index in range(len(steps)):
        if index in reached and steps[index] == "**":
            reached.add(index + 1)
    return reached
