"""How most sessions are begun, read without the parser: loading that takes a third of the time to the first prompt."""

from pathlib import Path
from typing import TYPE_CHECKING

from droidlite.errors import UsageError

if TYPE_CHECKING:
    from droidlite.app.options import Options

_VALUES = {"-m": "model", "--model": "model", "-r": "resume", "--resume": "resume", "-C": "cwd", "--cwd": "cwd"}
_SWITCHES = {"-c": "last", "--continue": "last"}


def read_quickly(argv: list[str]) -> "tuple[Options, str] | None":
    """What an interactive session is to be begun with, and its first prompt: the same as parsing.py makes of it. None
    where there is anything the parser should look at. Raises UsageError where the folder is gone."""
    if argv[:1] != ["chat"] or not all(map(is_text, argv)):
        return None
    given: dict[str, str] = {}
    words = iter(argv[1:])
    for word in words:
        name = _VALUES.get(word, "resume" if word in _SWITCHES else "prompt")
        value = next(words, "") if word in _VALUES else _SWITCHES.get(word, word)
        if not value or value.startswith("-") or name in given:
            return None
        given[name] = value
    prompt = given.pop("prompt", "")
    cwd = existing_folder(Path(given.pop("cwd", ".")))
    from droidlite.app.options import Options

    return Options(cwd=cwd, headless=False, **given), prompt  # type: ignore[arg-type]


def existing_folder(cwd: Path) -> Path:
    """The folder -C names, in full. Raises UsageError where there is none."""
    try:
        found = cwd.resolve()
    except OSError as error:
        raise UsageError("The folder you are in is gone; go to one that exists, or name one with -C.") from error
    if not found.is_dir():
        raise UsageError(f"-C {cwd}: there is no such folder.")
    return found


def is_text(word: str) -> bool:
    """Whether an argument was UTF-8: bytes that are not arrive as lone surrogates."""
    return word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word)
