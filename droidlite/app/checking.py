"""A session's check: which command it is, whether it can run, and one run of it, here or in a copy of the tree."""

import os
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which

from msgspec import Struct, structs

from droidlite.app.auditing import Noted
from droidlite.app.setup import Setup
from droidlite.checks.detecting import detect
from droidlite.checks.protected import Rests
from droidlite.checks.runners import cannot_run, programs, runner_of
from droidlite.checks.snapshot import rests_of
from droidlite.checks.tests import read_tests
from droidlite.checks.verdict import Ran
from droidlite.commands.gitprograms import git_guards
from droidlite.errors import UsageError
from droidlite.regex import regex
from droidlite.regular import read_text
from droidlite.routing.listing import list_files
from droidlite.sandbox.environment import child_environment
from droidlite.secrecy import Redaction, make_private
from droidlite.session.audit_records import HostRan
from droidlite.tool import ToolContext
from droidlite.tools.children import end_marked, mark_of
from droidlite.tools.shell import run_command

VERIFY_SECONDS = 600.0
"""How long a verify command may take, where `verify_seconds` says nothing else."""
AUTO = "auto"
LARGEST = 1_000_000
"""Bytes of a runner's settings that are looked into."""
_HIDES = regex(r"[>]|(?<!\|)\|(?!\|)|reporter|--silent|-json\b|--json\b")
"""In a command or its script: what may keep a runner's own words from being seen."""

Execute = Callable[[str, float], tuple[int | None, str]]
"""(command, seconds) -> exit code (None = stopped at the limit) and the end of what it printed."""


class Check(Struct, frozen=True, kw_only=True):
    """What decides whether work is done. `runner`: whose output it is ("" = not known); `auto`: it was found, not
    given, and is held against a baseline; `why`: what it was found by; `seconds` it may take. It runs in `folder` below
    the root ("" = the root)."""

    command: str
    runner: str = ""
    auto: bool = False
    why: str = ""
    seconds: float = VERIFY_SECONDS
    folder: str = ""


def find_check(setup: Setup, root: Path, cwd: Path) -> tuple[Check | None, str]:
    """The check of a session in `root`, and a sentence for the person where `auto` finds none. One that was given runs
    in the working folder `cwd`, one that was found in the root.

    Raises UsageError where it is clear before any work that the command cannot be run."""
    settings = setup.settings
    if not settings.verify.strip():
        return None, ""
    path = child_environment(setup.env, setup.secrets).get("PATH", os.defpath)
    if settings.verify.strip() == AUTO:
        found = detect(root, list_files(root), lambda program: which(program, path=path))
        if found.check is None:
            why = f": {found.missing}" if found.missing else ""
            return None, f"verify = auto found no tests it can run here{why}. Nothing is verified."
        command, runner, why = found.check.command, found.check.runner, found.check.why
        check = Check(command=command, runner=runner, auto=True, why=why, seconds=settings.verify_seconds)
        return check, ""
    if problem := cannot_run(settings.verify, cwd, path):
        origin = settings.origin.get("verify", "default")
        where = "--verify" if origin == "flag" else f"{origin}: verify"
        raise UsageError(f"{where} `{settings.verify}` cannot be run: {problem}.")
    runner, folder = runner_of(settings.verify, cwd), cwd.resolve().relative_to(root.resolve()).as_posix()
    folder = "" if folder == "." else folder
    return Check(command=settings.verify, runner=runner, seconds=settings.verify_seconds, folder=folder), ""


def with_check(setup: Setup, check: Check | None) -> Setup:
    """The setup with the command that `auto` found in place of the word."""
    settings = structs.replace(setup.settings, verify=check.command if check else "")
    return structs.replace(setup, settings=settings)


class Checker:
    """Runs one check as the shell tool runs a command: a process group of its own, a limit, no keys, no input."""

    def __init__(self, check: Check, context: ToolContext, noted: Noted = lambda ran: None) -> None:
        self.check, self.context, self._noted = check, context, noted
        self._number = 0

    def rests(self) -> Rests:
        make = bool(re.search(r"(?<![\w-])g?make\b", self.check.command))
        return rests_of(self.check.command, self.context.root, make, self.check.folder)

    def programs(self) -> tuple[str, ...]:
        """Where on this machine the command's programs are."""
        path = self.context.environment.get("PATH", os.defpath)
        found = (which(word, path=path) for word in programs(self.check.command) if "/" not in word)
        return tuple(dict.fromkeys(os.path.realpath(place) for place in found if place))

    def run(self, *, root: Path | None = None, seconds: float | None = None, quietly: bool = False) -> Ran:
        """One run in `root` (the session's own). `quietly`: beside other work, so that nothing it prints is shown and
        nothing it leaves running stays."""
        context = self.context
        report = context.spill / f"report-{os.urandom(6).hex()}.xml"
        place = root or context.root
        folder = place / self.check.folder
        context = structs.replace(context, environment=self._environment(report), root=place, cwd=folder)
        if quietly:
            context = structs.replace(context, jobs={}, progress=lambda call_id, text: None)
        began, started = time.time(), time.monotonic()
        try:
            code, output = run_command(self.check.command, context, "verify", seconds or self.check.seconds)
        finally:
            if quietly:
                end_marked(mark_of(context))
        seconds = time.monotonic() - started
        self._noted(
            HostRan(command=self.check.command, by="check", exit_code=code, seconds=seconds, aside=quietly, at=began)
        )
        tests = read_tests(self.check.runner, output, _taken(report, context.printed))
        return Ran(exit_code=code, output=output, tests=tests, known=self._known(), seconds=seconds)

    def _environment(self, report: Path) -> dict[str, str]:
        # A file changed within the second it was compiled in, to the same size, would be run as it was before.
        environment = {"PYTHONDONTWRITEBYTECODE": "1", **self.context.environment}
        environment |= git_guards("high", environment)  # a test runner asks git too; hooks may be what is tested
        if self.check.runner == "pytest":
            make_private(report.parent)
            more = f"--junitxml={shlex.quote(str(report))}"
            environment["PYTEST_ADDOPTS"] = f"{environment.get('PYTEST_ADDOPTS', '')} {more}".strip()
        return environment

    def _known(self) -> bool:
        """Whether a run that tells of no test is one that ran none."""
        runner, command = self.check.runner, self.check.command
        if runner in ("", "gradle") or _HIDES.search(command) or (runner == "maven" and " -q" in command):
            return False
        if runner not in ("jest", "vitest", "mocha"):
            return True
        root = self.context.root / self.check.folder
        settings = [*root.glob("*.config.*"), *root.glob(".mocharc*"), root / "package.json"]
        return not any(_HIDES.search(read_text(path, LARGEST).replace("=>", "")) for path in settings)


def _taken(report: Path, redaction: Redaction) -> bytes:
    """What the runner reported, without secrets; the file goes."""
    try:
        data = report.read_bytes()
        report.unlink()
    except OSError:
        return b""
    return redaction.text(data.decode("utf-8", "replace")).encode()


def execute_in(context: ToolContext, call_id: str) -> Execute:
    """Runs what the person typed as the shell tool runs a command, but outside the sandbox: a process group of
    its own, a limit, no keys in the environment. What it prints is passed on as the progress of `call_id`."""

    def execute(command: str, seconds: float) -> tuple[int | None, str]:
        return run_command(command, context, call_id, seconds, reach="host")

    return execute
