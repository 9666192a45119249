"""Trust of a repository, told and given: what is left out and why, what it would do, and `droidlite trust`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from droidlite.app.setup import Setup, read_setup
from droidlite.errors import DroidliteError, Refused, SettingsError
from droidlite.regex import regex
from droidlite.result import Trust
from droidlite.sanitise import clean_line, spell_out
from droidlite.settings import reading
from droidlite.settings.narrowing import waiting
from droidlite.settings.trust import MEMORY, SETTINGS, Found
from droidlite.settings.trusted import forget_trusted, pin_of, remember_trusted, trusted_file
from droidlite.ui.plain import show, show_json
from droidlite.ui.trusting import Trusting
from droidlite.ui.wording import counted

NAMED = 5
"""Names in one line."""
LISTED, LISTED_KEYS = 16, 9
"""Rows of the question, and of them for the keys of one file."""
WEIGHTY = ("verify", "autonomy", "permissions", "sandbox", "hooks", "mcp", "models", "router", "model")
"""Keys that are told first, after where requests go."""
_VARIABLE = regex(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_KEYRING = regex(rb"keyring:[\w.@/-]+")
_ABOUT = {
    ".mcp.json": "MCP servers (nothing starts them yet)",
    ".agents/skills/": "a skill (nothing reads it yet)",
    ".droidlite/commands/": "a custom command (nothing reads it yet)",
    ".droidlite/policy.toml": "policy: what it prefers, and its guidance to a judge",
    ".droidlite/cases.toml": "cases for droidlite router test",
}


def left_out(trust: Trust, how: str) -> str:
    """One line that says what of the repository is not used, why, and `how` to change that; "" where all of it is."""
    if not trust.left_out and trust.state != "unfit":
        return ""
    why = {
        "changed": f"What you trusted in this repository has changed: {_few(trust.changed)}",
        "unfit": f"What this repository brings cannot be trusted: {trust.problem}",
    }.get(trust.state, "This repository is not trusted" + (f" ({trust.problem})" if trust.problem else ""))
    more = "Mend or remove it first." if trust.state == "unfit" else how
    names = _few(trust.left_out) or "what it brings"
    return clean_line(f"{why}. Not used: {names}. {more}", 600)


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(clean_line(name, 120) for name in names[:NAMED]) + more


def short(trust: Trust) -> str:
    """How it stands, in a few words."""
    by = {"person": "by you", "flag": "for this run (--trust)", "pin": "by a pin", "policy": "by policy", "": ""}[
        trust.by
    ]
    told = {
        "nothing": "nothing here needs it",
        "trusted": f"trusted {by}",
        "untrusted": "not trusted",
        "changed": f"changed since it was trusted: {_few(trust.changed)}",
        "unfit": f"cannot be trusted: {trust.problem}",
    }[trust.state]
    return clean_line(f"{told} · sha256 {trust.sha256[:12]}" if trust.sha256 and trust.files else told, 400)


def question(setup: Setup) -> Trusting | None:
    """What a person is to be asked about; None where nothing can be given."""
    trust, found = setup.settings.trusted, setup.brought
    if trust.state not in ("untrusted", "changed") or not setup.policy.trust.allowed:
        return None
    changed = dict(change.rpartition(" (")[::2] for change in trust.changed)
    names = [name for name in _by_weight(trust.files) if not changed or name in changed]
    rows = [row for name in names for row in _spelled(name, changed.get(name, ""), found)]
    rows += [f"{name} (gone)" for name in changed if name not in trust.files]
    rows += [f"{one}: would run the tests it finds here" for one in trust.left_out if one.startswith("verify = auto")]
    shown = [clean_line(row, 300) for row in rows[:LISTED]]
    shown += [f"and {counted(len(rows) - LISTED, 'more line')}: look at the files"] * (len(rows) > LISTED)
    return Trusting(
        changed=trust.state == "changed", rows=tuple(shown), text="\n".join(_contents(found)), sha256=trust.sha256
    )


def _spelled(name: str, how: str, found: Found) -> list[str]:
    """A row for a file, and one for each thing that a settings file would do; `how` it is other than before."""
    called = f"{name} ({how}" if how else name
    if name not in SETTINGS or name not in found.contents:
        return [f"{called}: {_about(name, found)}"]
    sets = _sets(name, found.contents[name])
    return [called, *(f"  {each}" for each in sets[:LISTED_KEYS]), *(["  and more"] * (len(sets) > LISTED_KEYS))]


def _by_weight(names: tuple[str, ...]) -> list[str]:
    """Settings first, then instructions: what can do most."""
    return sorted(names, key=lambda name: (name not in SETTINGS, name.rpartition("/")[2] not in MEMORY, name))


def _about(name: str, found: Found) -> str:
    content = found.contents.get(name)
    if content is None:
        return "a link, not followed" if found.files.get(name, "").startswith("link:") else "not text, or large"
    if name in SETTINGS:
        return "; ".join(_sets(name, content))
    if name.rpartition("/")[2] in MEMORY:
        return f"instructions for the model, {counted(len(content.splitlines()), 'line')}"
    return next((about for start, about in _ABOUT.items() if name.startswith(start)), f"{len(content):,} bytes")


def _sets(name: str, content: bytes) -> list[str]:
    """What a settings file would do, the weightiest first."""
    try:
        data = reading.document_of(name, content).data
    except SettingsError as error:
        return [f"settings that cannot be read: {error}"]
    paths = [path for path in waiting(data) if path != ("endpoints",)]
    paths.sort(key=lambda path: WEIGHTY.index(path[0]) if path[0] in WEIGHTY else len(WEIGHTY))
    variables = sorted({match.decode() for match in _VARIABLE.findall(content)})
    keys_read = [f"${{{each}}}" for each in variables] + sorted({key.decode() for key in _KEYRING.findall(content)})
    reads = [f"reads {', '.join(keys_read)}"] if keys_read else []
    return [*_endpoints(data), *reads, *(_value(path, data) for path in paths)] or ["only narrows what may be done"]


def _endpoints(data: Mapping[str, Any]) -> Iterator[str]:
    listed = data.get("endpoints")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict):
            yield f"sends requests to {each.get('base_url') or each.get('kind') or each.get('protocol')}"


def _value(path: tuple[str, ...], data: Mapping[str, Any]) -> str:
    key, value = ".".join(path), data[path[0]] if len(path) == 1 else data[path[0]][path[1]]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"{key} = {', '.join(value)}"
    return key if isinstance(value, dict | list) else f"{key} = {value}"


def _contents(found: Found) -> Iterator[str]:
    """All of it to read."""
    for name in _by_weight(tuple(found.files)):
        yield f"=== {clean_line(name, 300)}"
        raw = found.contents.get(name)
        text = (raw or b"").decode("utf-8", "replace").replace("\r\n", "\n")
        yield spell_out(text) if raw is not None else f"({_about(name, found)})"


def keep(setup: Setup) -> str:
    """Trusts what `setup` found; a line that says so. Raises Refused where it cannot be, DroidliteError where it cannot
    be kept."""
    trust, found = setup.settings.trusted, setup.brought
    if trust.state == "unfit":
        raise Refused(f"{found.root} cannot be trusted: {clean_line(trust.problem)}. Mend or remove it first.")
    if not setup.policy.trust.allowed:
        where = setup.policy.where("trust.allowed")
        raise Refused(f"Policy {where} allows no repository to be trusted but those it pins.")
    try:
        remember_trusted(setup.places.state, found)
    except OSError as error:
        file = trusted_file(setup.places.state, found.root)
        raise DroidliteError(f"Not trusted: {file} was not written: {error.strerror}.") from error
    names = _few(tuple(_by_weight(trust.files))) or "this folder"
    return f"trusted: {names} (sha256 {found.sha256[:12]}); a change is asked about again"


def withdraw(setup: Setup) -> str:
    """Trusts nothing of it any more. Raises DroidliteError where that cannot be kept."""
    try:
        there = forget_trusted(setup.places.state, setup.brought.root)
    except OSError as error:
        file = trusted_file(setup.places.state, setup.brought.root)
        raise DroidliteError(f"Still trusted: {file} was not removed: {error.strerror}.") from error
    return "not trusted any more" if there else "nothing was trusted here"


def run_trust(action: Literal["show", "add", "rm"], cwd: Path, as_json: bool) -> int:
    """`droidlite trust`. Raises Refused, DroidliteError."""
    setup = read_setup(cwd)
    if action != "show":
        told = keep(setup) if action == "add" else withdraw(setup)
        _show_json(read_setup(cwd, brought=setup.brought)) if as_json else show([f"{setup.brought.root}: {told}"])
        return 0
    _show_json(setup) if as_json else show(_rows(setup))
    return 0


def _show_json(setup: Setup) -> None:
    pin = "" if setup.brought.problem else pin_of(setup.brought)
    show_json({"root": str(setup.brought.root), "pin": pin, "trust": setup.settings.trusted})


def _rows(setup: Setup) -> Iterator[str]:
    trust, found = setup.settings.trusted, setup.brought
    yield f"{found.root}: {short(trust)}"
    yield from (
        f"  {clean_line(name, 200)}: {clean_line(_about(name, found), 400)}" for name in _by_weight(trust.files)
    )
    if line := left_out(trust, "Trust it: droidlite trust add, or for one run --trust."):
        yield line
    if found.files and not found.problem:
        yield f"pin: {pin_of(found)}"
