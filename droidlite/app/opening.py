"""What the host says before the first prompt: where and when it is, and what the repository tells its agents."""

import datetime
import platform
from pathlib import Path

from droidlite.agent.prompt import Facts, opening
from droidlite.app.repository import git_state
from droidlite.settings.memory import load_memory


def opening_of(root: Path, cwd: Path, check: str) -> str:
    """`check` is the command whose exit 0 means done ("" = none)."""
    memory = tuple((str(path.relative_to(root)), text) for path, text in load_memory(root, cwd))
    facts = Facts(
        root=str(root),
        cwd=str(cwd),
        platform=f"{platform.system()} {platform.machine()}",
        date=datetime.date.today().isoformat(),
        git=git_state(root),
        check=check,
        memory=memory,
    )
    return opening(facts)
