"""`droidlite router test`: holds the routing rules in force here to the cases that were written for them."""

from collections.abc import Sequence
from pathlib import Path

from droidlite.app.setup import read_setup
from droidlite.routing.cases import Verdict, read_cases, run_case
from droidlite.settings.catalog import SCRIPTED
from droidlite.settings.paths import find_root
from droidlite.ui.plain import show, show_json

DEFAULT_FILE = Path(".droidlite") / "cases.toml"


def try_cases(files: Sequence[Path], cwd: Path, as_json: bool) -> int:
    """Runs the cases of `files` (none: the project's) without a key or a call; returns 1 where one does not hold.

    Raises SettingsError where a file of cases cannot be used, Refused where the policy cannot be read."""
    setup = read_setup(cwd)
    paths = [cwd / file for file in files] or [find_root(cwd) / DEFAULT_FILE]
    catalog = {name: spec for name, spec in setup.catalog.items() if spec.provider != SCRIPTED}
    cases = [case for path in paths for case in read_cases(path, catalog)]
    verdicts = [run_case(case, setup.policy, catalog, where=where) for where, case in cases]
    missed = sum(bool(verdict.misses) for verdict in verdicts)
    if as_json:
        show_json({"ok": not missed, "cases": verdicts})
    else:
        show([*map(_row, verdicts), f"{len(verdicts) - missed} of {len(verdicts)} cases hold."])
    return 1 if missed else 0


def _row(verdict: Verdict) -> str:
    if verdict.misses:
        return f"MISS  {verdict.name} ({verdict.where}): {'; '.join(verdict.misses)}"
    return f"ok    {verdict.name}: {verdict.said}"
