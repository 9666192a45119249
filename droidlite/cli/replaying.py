"""The command that prices a person's own sessions under other policies: router replay."""

from pathlib import Path

from droidlite.cli.flags import AsJson, Cwd
from droidlite.cli.router import router
from droidlite.cli.stats import Everywhere, Since


@router.command("replay")
def replay(since: Since = "", everywhere: Everywhere = False, as_json: AsJson = False, cwd: Cwd = Path()) -> int:
    """What your own sessions would have cost on other models and with auto, and what that assumes."""
    from droidlite.app.replay import show_replay

    return show_replay(cwd, since, everywhere, as_json)
