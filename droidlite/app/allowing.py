"""What "always" means: the commands allowed for good in a project, read as a session starts and added to in it."""

from collections.abc import Callable
from pathlib import Path

from droidlite.errors import SettingsError
from droidlite.settings.config import Settings
from droidlite.settings.remembered import allowed_file, load_allowed, remember_allowed


def allowed_here(state: Path, root: Path, warn: Callable[[str], None]) -> tuple[str, ...]:
    """The beginnings of commands that need no question at `root`; none, and a warning, where they cannot be read."""
    try:
        return load_allowed(state, root)
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
