"""A git worktree of a session's own, so that its changes stay beside the person's until they are merged."""

import re
import time
from pathlib import Path

from droidlite.errors import DroidliteError, UsageError
from droidlite.settings.paths import find_root

FOLDER = Path(".droidlite") / "worktrees"


def open_worktree(cwd: Path, name: str) -> Path:
    """The folder of worktree `name` ("new" = a name by date), made on branch droidlite/NAME if it is not there yet.

    Raises UsageError for a folder without git or a name git cannot take, DroidliteError where git refuses."""
    root = find_root(cwd)
    if not (root / ".git").exists():
        raise UsageError(f"{cwd} is not in a git repository, so --worktree cannot be used; run git init first.")
    name = time.strftime("%Y%m%d-%H%M%S") if name == "new" else name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) or ".." in name or name.endswith(".lock"):
        raise UsageError(f"--worktree {name!r}: use letters, digits, '.', '_' and '-', such as fix-login.")
    path = root / FOLDER / name
    if (path / ".git").exists():
        return path
    import git

    try:
        repository = git.Repo(root)
        _exclude(Path(repository.common_dir) / "info" / "exclude")
        branch = f"droidlite/{name}"
        known = branch in {head.name for head in repository.heads}
        repository.git.worktree("add", str(path), *((branch,) if known else ("-b", branch)))
    except git.GitCommandError as error:
        said = error.stderr.strip().removeprefix("stderr: ").strip("'").splitlines()
        raise DroidliteError(
            f"git could not make the worktree {path}: {said[-1] if said else error.status}."
        ) from error
    except (git.InvalidGitRepositoryError, OSError) as error:
        raise UsageError(f"{root} cannot be used as a git repository: {error}.") from error
    return path


def _exclude(path: Path) -> None:
    """Keeps git from showing the worktrees as untracked files. What the person wrote there is only added to."""
    line = f"/{FOLDER.as_posix()}/".encode()
    known = path.read_bytes() if path.exists() else b""
    if line not in known.splitlines():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write((b"" if known.endswith(b"\n") or not known else b"\n") + line + b"\n")
