"""Plays a case of cheats.py: makes its repository, and runs the true droidlite with a script that cheats."""

import os
import subprocess
import sys
from pathlib import Path

from binary import Ran, call, configure, droidlite, write_script
from cheats import Case


def ran(case: Case, place: Path) -> Ran:
    """The run of one case in the folder `place`; its model says once that it is done."""
    root = place / "repo"
    for name, text in case.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    environment = environment_of_checks()
    commit = "git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm first"
    subprocess.run(f"{commit}\n{case.before}", cwd=root, shell=True, check=True, env=environment)
    configure(f"verify_rounds = 0\nverify_seconds = {case.seconds}\n")
    script = write_script(place / "script", [{"calls": [call("shell", command=case.work)]}, {"text": "Done."}])
    return droidlite(
        "exec", "-m", "scripted", "--auto", "high", "--sandbox", "off", "--verify", case.check, "-o", "json",
        case.prompt,
        cwd=root, env=environment | script, seconds=300,
    )  # fmt: skip


def environment_of_checks() -> dict[str, str]:
    """With this very Python first on the PATH, which has pytest; what plugins it has, which take as long to load as
    pytest itself, are for the tests of droidlite."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
