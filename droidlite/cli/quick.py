"""How most sessions and runs are begun, read without the parser: loading that takes a third of the time it takes them
to begin."""

from pathlib import Path
from typing import TYPE_CHECKING

from droidlite.errors import UsageError

if TYPE_CHECKING:
    from droidlite.app.options import Options
    from droidlite.ui.headless import OutputFormat

MOST_TIMEOUT = 2_592_000
"""Seconds, 30 days: as in the settings. Longer waits overflow the clocks of some systems."""
_VALUES = {
    "-m": "model", "--model": "model", "-r": "resume", "--resume": "resume", "-C": "cwd", "--cwd": "cwd",
    "--trust": "trust", "--auto": "autonomy", "--verify": "verify", "--max-cost": "max_cost",
    "--max-budget-usd": "max_cost", "--max-turns": "max_turns", "--sandbox": "sandbox", "--timeout": "timeout",
    "--ledger": "ledger", "-w": "worktree", "--worktree": "worktree", "--effort": "effort", "--router": "router",
}  # fmt: skip
_SWITCHES: dict[str, tuple[str, object]] = {
    "-c": ("resume", "last"), "--continue": ("resume", "last"), "-y": ("autonomy", "high"),
    "--yolo": ("autonomy", "high"),
}  # fmt: skip
_CHAT_SWITCHES = _SWITCHES | {"--plain": ("plain", True)}
_EXEC_VALUES = _VALUES | {"-o": "output", "--output-format": "output", "-f": "file", "--file": "file"}
_CHOICES = {
    "output": ("text", "json", "stream-json"), "autonomy": ("low", "medium", "high"),
    "sandbox": ("auto", "bwrap", "landlock", "off"), "effort": ("low", "medium", "high"),
    "router": ("cost", "balanced", "quality"),
}  # fmt: skip


def read_quickly(argv: list[str]) -> "tuple[Options, str] | None":
    """What an interactive session is to be begun with, and its first prompt: the same as parsing.py makes of it. None
    where there is anything the parser should look at. Raises UsageError where the folder is gone."""
    given = _given(argv, "chat", _VALUES, _CHAT_SWITCHES)
    if given is None or not _narrowed(given):
        return None
    prompt = str(given.pop("prompt", ""))
    return _options(given, headless=False), prompt


def read_exec_quickly(argv: list[str]) -> "tuple[Options, str, str, OutputFormat] | None":
    """The same for exec: its options, the prompt, the file with one, and the format of the output."""
    given = _given(argv, "exec", _EXEC_VALUES, _SWITCHES)
    if given is None or not _narrowed(given):
        return None
    prompt, file = str(given.pop("prompt", "")), str(given.pop("file", ""))
    output = given.pop("output", "text")
    return _options(given, headless=True), prompt, file, output  # type: ignore[return-value]


def _given(
    argv: list[str], command: str, values: dict[str, str], switches: dict[str, tuple[str, object]]
) -> dict[str, object] | None:
    if argv[:1] != [command] or not all(map(is_text, argv)):
        return None
    given: dict[str, object] = {}
    words = iter(argv[1:])
    for word in words:
        name, value = switches.get(word, (values.get(word, "prompt"), word))
        value = next(words, "") if word in values else value
        if not str(value).strip() or str(value).startswith("-") or name in given:
            return None
        given[name] = value
    return given


def _narrowed(given: dict[str, object]) -> bool:
    """Makes the numbers numbers; False where a value is none that it may be, which the parser tells."""
    if any(given.get(name, choices[0]) not in choices for name, choices in _CHOICES.items()):
        return False
    if not str(given.get("verify", "x")).strip() or not is_trust(str(given.get("trust", ""))):
        return False
    for name, number in (("max_cost", float), ("timeout", float), ("max_turns", int)):
        if name in given:
            try:
                given[name] = number(str(given[name]).replace("_", "?"))
            except ValueError:
                return False
    cost, seconds, turns = given.get("max_cost", 1.0), given.get("timeout", 1.0), given.get("max_turns", 1)
    return 0 < cost < float("inf") and 0 < seconds <= MOST_TIMEOUT and turns >= 1  # type: ignore[operator]


def _options(given: dict[str, object], *, headless: bool) -> "Options":
    cwd = existing_folder(Path(str(given.pop("cwd", "."))))
    from droidlite.app.options import Options

    return Options(cwd=cwd, headless=headless, **given)  # type: ignore[arg-type]


def existing_folder(cwd: Path) -> Path:
    """The folder -C names, in full. Raises UsageError where there is none."""
    try:
        found = cwd.resolve()
    except OSError as error:
        raise UsageError("The folder you are in is gone; go to one that exists, or name one with -C.") from error
    if not found.is_dir():
        raise UsageError(f"-C {cwd}: there is no such folder.")
    return found


def is_trust(word: str) -> bool:
    """Whether --trust takes it: "" and now, or a pin."""
    from droidlite.settings.trusted import read_pin

    return word in ("", "now") or read_pin(word) is not None


def is_text(word: str) -> bool:
    """Whether an argument was UTF-8: bytes that are not arrive as lone surrogates."""
    return word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word)
