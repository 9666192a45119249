"""Gives lines a patch adds the file's own indentation, where the patch spelled that of the lines around otherwise."""

Pair = tuple[str, str]
"""A line as the patch has it, and as the file does."""


class Indentation:
    """What is known from `pairs`, the matched lines of one hunk in order."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._pairs = [(_indent(patch), _indent(file)) if patch.strip() else None for patch, file in pairs]
        known = [pair for pair in self._pairs if pair]
        self._same = all(patch == file for patch, file in known)
        self._files = {file for _, file in known}
        self._missing = _common([(file, patch) for patch, file in known])
        self._extra = _common(known)

    def of_file(self, line: str, place: int) -> str:
        """`line` as it belongs behind the first `place` matched lines. A whole level too few or too many is set right;
        where it is no such thing (tabs for spaces), the indentation of the nearest line spelled alike is taken."""
        if self._same or not line.strip():
            return line
        if self._missing:
            return self._missing + line
        if self._extra:
            return line.removeprefix(self._extra)
        own = _indent(line)
        if own in self._files:
            return line
        nearest = [*reversed(self._pairs[:place]), *self._pairs[place:]]
        fitting = [pair for pair in nearest if pair and own.startswith(pair[0])]
        if not fitting:
            return line
        patch, file = max(fitting, key=lambda pair: len(pair[0]))
        return file + line[len(patch) :]


def _common(pairs: list[Pair]) -> str:
    """What the first has before the second in every pair; "" where that is nothing, or not always the same."""
    found = {longer.removesuffix(shorter) if longer.endswith(shorter) else None for longer, shorter in pairs}
    return (found.pop() or "") if len(found) == 1 else ""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
