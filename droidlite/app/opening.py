"""What the host says before the first prompt: where and when it is, and what the repository tells its agents."""

import datetime
import platform
from pathlib import Path

from droidlite.agent.prompt import Facts, opening
from droidlite.app.repository import git_state
from droidlite.settings.config import Settings


def opening_of(root: Path, cwd: Path, settings: Settings) -> str:
    """Settings in force tell the check whose exit 0 means done, and the memory that is trusted."""
    facts = Facts(
        root=str(root),
        cwd=str(cwd),
        platform=f"{platform.system()} {platform.machine()}",
        date=datetime.date.today().isoformat(),
        git=git_state(root),
        check=settings.verify,
        memory=settings.memory,
    )
    return opening(facts)
