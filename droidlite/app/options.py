"""What a person asked for on the command line, before settings fill the gaps."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from droidlite.types import Autonomy, Effort


class Options(Struct, frozen=True, kw_only=True):
    """Flags as given; None or empty where the settings decide. Money is USD, `timeout` seconds.

    resume: a session id or its beginning, "last" for the newest of this folder, "" for a new session.
    ledger: a file whose cap is shared by all that name it, "" for what DROIDLITE_LEDGER says.
    plain: the session as lines only.
    trust: "now" trusts what the repository brings for this run, a pin only what it pins, "" what was trusted before.
    headless: nobody can be asked; what would need an answer is refused."""

    cwd: Path
    headless: bool = True
    model: str = ""
    router: Literal["cost", "balanced", "quality"] | None = None
    max_cost: float | None = None
    ledger: str = ""
    max_turns: int | None = None
    timeout: float | None = None
    verify: str = ""
    resume: str = ""
    fork: bool = False
    add_dirs: tuple[Path, ...] = ()
    worktree: str = ""
    autonomy: Autonomy | None = None
    sandbox: Literal["auto", "bwrap", "landlock", "off"] | None = None
    effort: Effort = ""
    append_system_prompt: tuple[str, ...] = ()
    allowed_tools: tuple[str, ...] = ()
    disallowed_tools: tuple[str, ...] = ()
    plain: bool = False
    trust: str = ""
