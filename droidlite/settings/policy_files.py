"""Reads the policy files and refuses what surely is a mistake in one: nothing runs under a policy half understood."""

import os
from collections.abc import Mapping
from math import isinf
from pathlib import Path
from typing import get_args

from droidlite.errors import Refused, SettingsError
from droidlite.settings import reading
from droidlite.settings.lines import Steps
from droidlite.settings.paths import Places
from droidlite.settings.permitting import check_rules
from droidlite.settings.policy import Layer, LayerName, Policy, PolicyFile, Rule, combine
from droidlite.settings.reading import Document, nearest
from droidlite.settings.sandbox_policy import check_hosts
from droidlite.settings.terms import PREFIXES, TIERS
from droidlite.settings.trusted import read_pin
from droidlite.types import TaskKind

SYSTEM_FILE = Path("/etc/droidlite/policy.toml")
KINDS: tuple[str, ...] = get_args(TaskKind)


def load_policy(env: Mapping[str, str], places: Places, *, root: Path, system: Path = SYSTEM_FILE) -> Policy:
    """The organisation's, the project's (in `root`) and the person's policy together. Raises Refused."""
    try:
        return combine([read_layer(layer, path) for layer, path in policy_files(env, places, root=root, system=system)])
    except SettingsError as error:
        raise Refused(f"Nothing runs while the policy cannot be read. {error}") from error


def policy_files(
    env: Mapping[str, str], places: Places, *, root: Path, system: Path = SYSTEM_FILE
) -> tuple[tuple[LayerName, Path], ...]:
    """The files of the policy here, in the order they apply. DROIDLITE_POLICY names the organisation's only where
    the system has none; what it names counts even if it is not there."""
    found: list[tuple[LayerName, Path]] = []
    if _is_there(system):
        found.append(("org", system))
    elif env.get("DROIDLITE_POLICY"):
        found.append(("org", Path(env["DROIDLITE_POLICY"])))
    own: tuple[tuple[LayerName, Path], ...] = (
        ("project", root / ".droidlite" / "policy.toml"),
        ("user", places.config / "policy.toml"),
    )
    return (*found, *((layer, path) for layer, path in own if _is_there(path)))


def read_layer(layer: LayerName, path: Path) -> Layer:
    """One file of the policy. Raises SettingsError naming file, line and key, also where there is no such file."""
    document = reading.read_document(path)
    if document is None:
        gone = "is a link that leads nowhere" if path.is_symlink() else "is named as the policy but is not there"
        raise SettingsError(gone, file=str(path))
    record = reading.convert(document, PolicyFile)
    _check(document, record)
    check_rules(document)
    check_hosts(document)
    if layer != "org" and record.router.fallback:
        document.fail(("router", "fallback"), "is for the organisation's policy; name yours in config.toml")
    if layer != "org" and record.trust.pinned:
        document.fail(("trust", "pinned"), "is for the organisation's policy; yours is `trust` in config.toml")
    tables = {name: getattr(record, name) for name in PolicyFile.__struct_fields__}
    return Layer(**tables, layer=layer, file=document.file, lines=_lines(document))


def _is_there(path: Path) -> bool:
    """False only where there surely is nothing: what cannot be looked at may be a policy, and reading it says so."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _lines(document: Document) -> dict[str, str]:
    """file:line of every table, of every rule, and of every key of those."""
    found: list[Steps] = []
    for table, value in document.data.items():
        items: list[Steps] = [(table, index) for index in range(len(value))] if isinstance(value, list) else [(table,)]
        for path in items:
            inner = value[path[1]] if len(path) > 1 else value
            found += [path, *((*path, key) for key in inner)]
    return {reading.dotted(path): document.where(path) for path in found}


def _check(document: Document, record: PolicyFile) -> None:
    """What types alone cannot say."""
    cap = record.budget.max_cost_usd
    if cap is not None and isinf(cap):
        document.fail(("budget", "max_cost_usd"), "must be a number; leave the key out for no limit")
    for index, pin in enumerate(record.trust.pinned):
        if read_pin(pin) is None:
            document.fail(("trust", "pinned", index), "must be a pin as droidlite trust shows it: sha256:HEX")
    names: set[str] = set()
    for index, rule in enumerate(record.rules):
        if rule.name in names:
            document.fail(("rules", index, "name"), f'"{rule.name}" is used twice; names must differ')
        names.add(rule.name)
        _check_conditions(document, index, rule)
        _check_actions(document, index, rule)


def _check_conditions(document: Document, index: int, rule: Rule) -> None:
    for kind in rule.tasks:
        if kind not in KINDS:
            near = nearest(kind.lower(), list(KINDS))
            hint = f'did you mean "{near}"?' if near else f"there are {', '.join(KINDS)}"
            document.fail(("rules", index, "tasks"), f'"{kind}" is no kind of task; {hint}')
    for path in rule.paths:
        if path.startswith("!"):
            without = f'"{path}": a path cannot be taken out; put a rule for {path[1:]} before this one'
            document.fail(("rules", index, "paths"), without)
    below = rule.when.budget_below_usd
    if below is not None and isinf(below):
        document.fail(("rules", index, "when", "budget_below_usd"), "must be a number; leave the key out for any")


def _check_actions(document: Document, index: int, rule: Rule) -> None:
    for key in ("prefer", "require", "forbid"):
        for term in getattr(rule, key):
            if problem := _why_no_term(term):
                document.fail(("rules", index, key), problem)
    forbidden = {term.lower() for term in rule.forbid}
    if both := next((term for term in rule.require if term.lower() in forbidden), ""):
        document.fail(("rules", index, "forbid"), f'"{both}" is required and forbidden by the same rule')


def _why_no_term(term: str) -> str:
    prefix, colon, value = term.partition(":")
    if prefix == "tier" and value not in TIERS:
        return f'"{term}" is no tier; there are {", ".join(f"tier:{tier}" for tier in TIERS)}'
    if prefix == "provider" and not value:
        return '"provider:" names no provider; write one, such as provider:anthropic'
    if colon and prefix not in PREFIXES and (near := nearest(prefix.lower(), list(PREFIXES))):
        return f'"{term}" means nothing; did you mean "{near}:{value}"?'
    return ""
