"""What "always" means: the commands allowed for good in a project, read as a session starts and added to in it."""

from collections.abc import Callable
from pathlib import Path

from droidlite.agent.permissions import Rule
from droidlite.errors import DroidliteError, SettingsError
from droidlite.settings.config import Settings
from droidlite.settings.remembered import allowed_file, forget_allowed, load_allowed, remember_allowed


def allowed_by(settings: Settings) -> tuple[Rule, ...]:
    """What the settings allow."""
    return tuple(Rule(words, "settings") for words in settings.allowed_commands)


def allowed_here(state: Path, root: Path, warn: Callable[[str], None]) -> tuple[Rule, ...]:
    """The beginnings of commands that need no question at `root`; none, and a warning, where they cannot be read."""
    try:
        return tuple(Rule(words, "project") for words in load_allowed(state, root))
    except SettingsError as error:
        warn(str(error))
        return ()


def remembering(state: Path, root: Path, warn: Callable[[str], None]) -> Callable[[str], None]:
    """Keeps a beginning for later sessions; a warning where that cannot be done."""

    def remember(prefix: str) -> None:
        try:
            remember_allowed(state, root, prefix)
        except (OSError, SettingsError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            warn(f"`{prefix}` is allowed in this session only: {allowed_file(state, root)} was not written: {why}.")

    return remember


def withheld(settings: Settings) -> str:
    """What to say where a run that nobody watches refused what `autonomy` in the settings would have allowed."""
    level, where = settings.unheeded
    return (
        f"autonomy ({where}) holds where a person watches; exec was read-only and refused what it would have allowed. "
        f"Give it with the run: --auto {level}."
    )


def forget(state: Path, root: Path, prefix: str) -> None:
    """Asks about a beginning again from the next session on. Raises DroidliteError where that cannot be kept."""
    try:
        forget_allowed(state, root, prefix)
    except OSError as error:
        file = allowed_file(state, root)
        raise DroidliteError(
            f"`{prefix}` is asked about in this session only: {file} was not written: {error.strerror}."
        ) from error
