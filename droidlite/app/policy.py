"""`droidlite policy`: whether every policy file here can be meant as it is written, and what is in force from where."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, structs

from droidlite.app.setup import read_setup
from droidlite.cancellation import Cancellation
from droidlite.errors import Refused, SettingsError
from droidlite.settings.catalog import SCRIPTED, load_catalog
from droidlite.settings.loading import load_settings
from droidlite.settings.paths import find_root, places
from droidlite.settings.policy import Layer, LayerName, Policy, Rule, RuleCondition, combine
from droidlite.settings.policy_files import policy_files, read_layer
from droidlite.settings.policy_problems import Problem, find_problems, unreadable
from droidlite.tool import ToolContext
from droidlite.tools.listing import files_below
from droidlite.ui.plain import show, show_json


class Value(Struct, frozen=True):
    """A value in force; `layer` and `where` (file:line) are "" where no file gives it."""

    key: str
    value: object
    layer: str = ""
    where: str = ""


def check_policy(cwd: Path, as_json: bool) -> int:
    """Tells every problem of every policy file; returns 77 where one is an error. Raises SettingsError where the
    person's settings cannot be read."""
    root = find_root(cwd)
    files = policy_files(os.environ, places(os.environ), root=root)
    layers, found = _read_layers(files)
    policy = combine(layers)
    catalog = load_catalog(load_settings(cwd, os.environ, places(os.environ)))
    models = [spec for spec in catalog.values() if spec.provider != SCRIPTED]
    on_paths = any(rule.paths for layer, _, rule in policy.rules if layer.layer == "project")
    found += find_problems(policy, models, paths=_files(root) if on_paths else ())
    wrong = any(problem.level == "error" for problem in found)
    if as_json:
        show_json({"ok": not wrong, "files": [str(path) for _, path in files], "problems": found})
    else:
        show([*(f"{problem.level:<8} {problem}" for problem in found), _summary(len(files), policy, found)])
    return Refused.exit_code if wrong else 0


def show_policy(cwd: Path, as_json: bool) -> int:
    """Prints every value and rule in force with the line it comes from. Raises Refused, SettingsError."""
    policy = read_setup(cwd).policy
    values = list(_values(policy))
    if as_json:
        rules = [
            {"layer": layer.layer, "where": layer.where(f"rules[{index}]"), **structs.asdict(rule)}
            for layer, index, rule in policy.rules
        ]
        show_json({"files": [layer.file for layer in policy.layers], "values": values, "rules": rules})
        return 0
    show([*map(_row, values), *_rule_rows(policy)])
    return 0


def _read_layers(files: Sequence[tuple[LayerName, Path]]) -> tuple[list[Layer], list[Problem]]:
    layers: list[Layer] = []
    found: list[Problem] = []
    for name, path in files:
        try:
            layers.append(read_layer(name, path))
        except SettingsError as error:
            found.append(unreadable(error))
    return layers, found


def _files(root: Path) -> list[str]:
    """The repository's files, as git lists them."""
    context = ToolContext(
        root=root,
        spill=root,
        environment={"PATH": os.environ.get("PATH", os.defpath)},
        cancellation=Cancellation(),
        save=lambda path: None,
    )
    return list(files_below(root, context))


def _summary(files: int, policy: Policy, found: Sequence[Problem]) -> str:
    errors = sum(problem.level == "error" for problem in found)
    read = f"{_count(files, 'policy file')}, {_count(len(policy.rules), 'rule')}"
    if errors:
        return f"Not OK: {read}, {_count(errors, 'error')}."
    return f"OK: {read}, {_count(len(found), 'warning')}." if found else f"OK: {read}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _values(policy: Policy) -> Iterator[Value]:
    """Of what only one value can hold the strictest; of lists, which all must be met, each layer's."""
    for table in ("router", "budget", "autonomy", "secrets", "trust"):
        for key, value in structs.asdict(getattr(policy, table)).items():
            where = policy.where(f"{table}.{key}")
            yield Value(f"{table}.{key}", value, _layer_of(policy, where), where)
    for table in ("models", "endpoints", "permissions"):
        for layer in policy.layers:
            for key, value in structs.asdict(getattr(layer, table)).items():
                if f"{table}.{key}" in layer.lines:
                    yield Value(f"{table}.{key}", value, layer.layer, layer.where(f"{table}.{key}"))


def _layer_of(policy: Policy, where: str) -> str:
    return next((layer.layer for layer in policy.layers if where in layer.lines.values()), "")


def _row(value: Value) -> str:
    return f"{value.key:<24} {_text(value.value):<24} {f'{value.layer:<8} {value.where}' if value.where else 'default'}"


def _rule_rows(policy: Policy) -> Iterator[str]:
    for layer, index, rule in policy.rules:
        title = f'rule "{rule.name}"'
        yield f"{title:<49} {layer.layer:<8} {layer.where(f'rules[{index}]')}"
        given = {key: value for key, value in structs.asdict(rule).items() if value != getattr(Rule(name="x"), key)}
        yield from (f"  {key:<10} {_text(value)}" for key, value in given.items() if key != "name")


def _text(value: object) -> str:
    """A value as it would be read aloud: lists with commas, conditions as key = value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, RuleCondition):
        given = {key: item for key, item in structs.asdict(value).items() if item not in (None, "")}
        return ", ".join(f"{key} = {_text(item)}" for key, item in given.items())
    if isinstance(value, tuple):
        return ", ".join(value) or "(empty)"
    return "no limit" if value is None else f"{value}"
