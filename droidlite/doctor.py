"""What works on this machine and in this folder, and what to do about the rest."""

import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from droidlite import __version__
from droidlite.app.checking import find_check
from droidlite.app.confining import hold, how
from droidlite.app.probing import ANY, PATIENCE_SECONDS, probe_all
from droidlite.app.routing import Task, find_model, route
from droidlite.app.setup import Setup, read_setup
from droidlite.app.telling import doing
from droidlite.app.trusting import left_out, short
from droidlite.app.ways import Way, Ways
from droidlite.errors import DroidliteError
from droidlite.secrecy import redact_known
from droidlite.settings.paths import find_root
from droidlite.settings.remembered import allowed_file, load_allowed
from droidlite.types import Endpoint
from droidlite.ui.plain import show as show_lines
from droidlite.ui.plain import show_json

State = Literal["ok", "off", "problem"]


class Finding(Struct, frozen=True):
    """One line: what was looked at, how it is, and what that means or what to do."""

    name: str
    state: State
    detail: str


def show(cwd: Path, as_json: bool, probe: bool = False) -> int:
    """Prints the findings, each part as soon as it is known; exit code 1 where droidlite cannot run a model here.
    `probe` sends each endpoint a tiny request; then it is also 1 where none of them answers."""
    mark = {"ok": "ok", "off": "--", "problem": "!!"}
    found: list[Finding] = []
    for part in _parts(cwd, probe):
        told = [structs.replace(finding, detail=redact_known(finding.detail)) for finding in part]
        if not as_json:
            show_lines(f"{mark[finding.state]}  {finding.name:<10} {finding.detail}" for finding in told)
        found += told
    if as_json:
        show_json(found)
    return 1 if any(finding.state == "problem" for finding in found) else 0


def _parts(cwd: Path, probe: bool) -> Iterator[list[Finding]]:
    yield findings(cwd)
    if probe:
        yield [Finding("probing", "ok", f"every way to a service at once, for {PATIENCE_SECONDS:g} s at most")]
        yield _probes(cwd)


def findings(cwd: Path) -> list[Finding]:
    found = [Finding("droidlite", "ok", f"{__version__} on Python {sys.version.split()[0]}")]
    try:
        setup = read_setup(cwd, discover=True)
    except DroidliteError as error:
        return [*found, Finding("settings", "problem", str(error))]
    return [
        *found,
        Finding("settings", "problem" if setup.settings.warnings else "ok", _settings(setup)),
        Finding("policy", "ok" if setup.policy.layers else "off", _policy(setup)),
        _model(setup, cwd),
        *_endpoints(setup),
        *_fallback(setup),
        _folder(cwd),
        _sandbox(setup, cwd),
        _trust(setup),
        _check(setup, cwd),
        _allowed(setup, cwd),
        _git(cwd),
        _state(setup),
        _terminal(),
    ]


def _settings(setup: Setup) -> str:
    if setup.settings.warnings:
        return " ".join(setup.settings.warnings)
    files = sorted({where.rpartition(":")[0] for where in setup.settings.origin.values() if ":" in where})
    return ", ".join(files) or f"none; your own go to {setup.places.config / 'config.toml'}"


def _policy(setup: Setup) -> str:
    return ", ".join(f"{layer.file} ({layer.layer})" for layer in setup.policy.layers) or "none"


def _model(setup: Setup, cwd: Path) -> Finding:
    try:
        decision = route(setup, Task(root=find_root(cwd)))
    except DroidliteError as error:
        return Finding("model", "problem", str(error))
    return Finding("model", "ok", f"auto is {decision.model} on {decision.endpoint}: {'; '.join(decision.reasons)}")


def _endpoints(setup: Setup) -> list[Finding]:
    problems: dict[str, str] = {}
    for candidate in setup.candidates():
        if candidate.endpoint:
            problems.setdefault(candidate.endpoint, candidate.why_not)
    ways = Ways(setup)
    return [
        Finding("endpoint", *_endpoint(way, problems.get(way.endpoint.name, "")))
        for endpoint in setup.endpoints
        for way in ways.through(ANY, endpoint)
    ]


def _endpoint(way: Way, problem: str) -> tuple[State, str]:
    where = f"{way.name} ({way.endpoint.protocol})"
    if problem:
        return "off", f"{where}: {problem}"
    kept = way.health.kept()
    does = doing(kept, time.time())
    told = "" if does == "ok" else f" · {does}"
    closed = kept.state in ("open", "quarantined")
    return "off" if closed else "ok", f"{where}: {_address(way.endpoint)}{told}"


def _address(endpoint: Endpoint) -> str:
    if endpoint.base_url:
        return endpoint.base_url
    if endpoint.kind != "direct":
        return f"{endpoint.kind} in {endpoint.region}"
    return "here" if endpoint.protocol == "local" else "the service's own address"


def _fallback(setup: Setup) -> list[Finding]:
    """Models that are named to take over, where one is."""
    names = setup.settings.router.fallback
    unusable = []
    for name in names:
        try:
            find_model(setup, name)
        except DroidliteError as error:
            unusable.append(f"{name} will never take over: {error}")
    if unusable:
        return [Finding("fallback", "off", " ".join(unusable))]
    return (
        [Finding("fallback", "ok", f"where no way to the model at work is open: {', '.join(names)}")] if names else []
    )


def _probes(cwd: Path) -> list[Finding]:
    try:
        setup = read_setup(cwd, discover=True)
    except DroidliteError:  # told among the findings
        return []
    probes = probe_all(setup)
    works = any(probe.answered for probe in probes)
    bad: State = "off" if works else "problem"
    found = [Finding("probe", "ok" if probe.answered else bad, probe.told) for probe in probes]
    cost = sum(probe.cost_usd for probe in probes)
    if not probes:
        unasked = any(endpoint.protocol == "scripted" for endpoint in setup.endpoints)
        told = "there is no endpoint to send anything to" + "; a script is not asked" * unasked
        return [Finding("probe", "off" if unasked else "problem", told)]
    return [*found, Finding("probes", "ok" if works else "problem", f"one tiny request each, ${cost:.6f} in all")]


def _sandbox(setup: Setup, cwd: Path) -> Finding:
    held = hold(setup, str(find_root(cwd)))
    stronger = f" (not {'; '.join(held.problems)})" if held.problems else ""
    if held.mechanism == "off":
        return Finding("sandbox", "off", f"off ({setup.settings.origin['sandbox.mode']}): commands run as any program")
    if not held.works:
        ways = () if held.barred else how(setup.policy.sandbox.minimum)
        told = f"none works here: {'; '.join(held.problems)}"
        return Finding("sandbox", "problem", f"{told}. {'; '.join(ways)}" if ways else told)
    hosts = ", ".join(setup.settings.sandbox.hosts) or "no network"
    return Finding("sandbox", "ok", f"{held.mechanism} on Linux {platform.release()}, {hosts}{stronger}")


def _folder(cwd: Path) -> Finding:
    root = find_root(cwd)
    if not os.access(root, os.W_OK):
        return Finding("folder", "problem", f"{root} cannot be written; files can only be read")
    return Finding("folder", "ok", str(root))


def _trust(setup: Setup) -> Finding:
    trust = setup.settings.trusted
    line = left_out(trust, "droidlite trust shows it, droidlite trust add uses it.")
    return Finding("trust", "off" if line or trust.state == "nothing" else "ok", line or short(trust))


def _allowed(setup: Setup, cwd: Path) -> Finding:
    root = find_root(cwd)
    file = allowed_file(setup.places.state, root)
    try:
        commands = load_allowed(setup.places.state, root)
    except DroidliteError as error:
        return Finding("allowed", "problem", str(error))
    if not commands:
        return Finding("allowed", "off", "no command was allowed for good in this folder")
    return Finding(
        "allowed", "ok", f"for good in this folder: {', '.join(commands)}; /permissions takes one back ({file})"
    )


def _check(setup: Setup, cwd: Path) -> Finding:
    try:
        check, untested = find_check(setup, find_root(cwd), cwd)
    except DroidliteError as error:
        return Finding("verify", "problem", str(error))
    if check is None:
        return Finding("verify", "off", untested or "no check is set; --verify names one, or auto finds the tests")
    return Finding("verify", "ok", f"{check.command} ({check.why})" if check.why else check.command)


def _git(cwd: Path) -> Finding:
    if shutil.which("git") is None:
        return Finding("git", "off", "git is not installed; grep and glob do without .gitignore, --worktree is off")
    if not (find_root(cwd) / ".git").exists():
        return Finding("git", "off", "not a git repository: works, but --worktree and /diff against HEAD are off")
    return Finding("git", "ok", "a git repository")


def _state(setup: Setup) -> Finding:
    folder = setup.places.state / "sessions"
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        told = f"{existing} is no folder, so sessions are not kept; move it away, or set DROIDLITE_HOME"
        return Finding("sessions", "problem", told)
    if not os.access(existing, os.W_OK):
        return Finding("sessions", "problem", f"{folder} cannot be written: sessions are not kept; set DROIDLITE_HOME")
    return Finding("sessions", "ok", str(folder))


def _terminal() -> Finding:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Finding("terminal", "off", "not a terminal: use droidlite exec")
    size = shutil.get_terminal_size()
    colour = "no colour" if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else "colour"
    return Finding("terminal", "ok", f"{os.environ.get('TERM', '?')}, {size.columns}x{size.lines}, {colour}")
