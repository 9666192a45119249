"""Reads the settings files, checks each on its own and lays them over each other. Only the person's own file is
trusted: what a repository brings may not say where requests go, what runs without asking, or what it may cost."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import convert as build
from msgspec import structs

from droidlite.settings import keyrings, reading
from droidlite.settings.config import Settings, SettingsFile
from droidlite.settings.lines import Steps
from droidlite.settings.paths import Places, find_root
from droidlite.settings.permitting import check_rules, renamed
from droidlite.settings.reading import Document
from droidlite.types import Endpoint

_UNTRUSTED = {
    "endpoints": "where requests go",
    "autonomy": "what runs without asking",
    "sandbox": "what commands may reach",
    "hooks": "commands to run",
    "mcp": "commands to run",
    "redact": "which secrets a model sees",
    "ui": "how your terminal looks",
}
"""Keys only the person's own file may set, and what they decide."""
_UNTRUSTED_OF_MODEL = ("price", "provider", "name")
_UNTRUSTED_OF_TABLES = (
    (
        "router",
        ("task_value_usd", "max_switch_share", "ask_before_switch", "fallback", "fallback_stronger"),
        "a repository may not decide when and at what price the model changes",
    ),
    (
        "permissions",
        ("allow",),
        "a repository may not decide what runs without asking; set it in your own config.toml",
    ),
)
_TABLES = ("router", "aliases", "ui", "sandbox")
_DEFAULT_MODELS = {"anthropic": ("claude-*",), "openai-responses": ("gpt-*", "o1*", "o3*", "o4*")}


def load_settings(cwd: Path, env: Mapping[str, str], places: Places) -> Settings:
    """The settings in force in `cwd`, flags not yet applied. Raises SettingsError."""
    root = find_root(cwd)
    layers = _Layers()
    if own := reading.read_document(places.config / "config.toml"):
        unavailable: dict[int, str] = {}
        layers.warnings += renamed(own)
        reading.expand(own, env, lambda path, variable: _unset(own, unavailable, path, variable))
        keyrings.fill_in(own, lambda path, todo: _note(unavailable, path, todo))
        record = reading.convert(own, SettingsFile)
        _check(own, record)
        layers.unavailable = {
            record.endpoints[index].name: todo
            for index, todo in unavailable.items()
            if not _has_key(record.endpoints[index])
        }
        layers.lay(own)
    for name in ("config.toml", "config.local.toml"):
        if document := reading.read_document(root / ".droidlite" / name):
            layers.warnings += renamed(document)
            _narrow(document, layers)
            reading.expand(document, {}, lambda path, variable: _no_variable(document, path, variable))
            _check(document, reading.convert(document, SettingsFile))
            layers.lay(document)
    return layers.settings()


class _Layers:
    """The files laid so far, as plain data: later ones win key by key, lists of models by id, denials add up."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origin: dict[str, str] = {}
        self.warnings: list[str] = []
        self.unavailable: dict[str, str] = {}
        self.offered: tuple[str, str] = ("", "")

    def lay(self, document: Document) -> None:
        for key, value in document.data.items():
            if key in _TABLES:
                self.data[key] = self.data.get(key, {}) | value
                self.origin |= {f"{key}.{name}": document.where((key, name)) for name in value}
            elif key == "endpoints":
                self.data[key] = value
                self.origin |= {f"endpoints.{item['name']}": document.where((key, i)) for i, item in enumerate(value)}
            elif key == "models":
                known = {item["id"]: item for item in self.data.get(key, [])}
                self.data[key] = list((known | {i["id"]: known.get(i["id"], {}) | i for i in value}).values())
                self.origin |= {f"models.{item['id']}": document.where((key, i)) for i, item in enumerate(value)}
            elif key == "permissions":
                self._add_rules(document, value)
            else:
                self.data[key] = value
                self.origin[key] = document.where((key,))

    def _add_rules(self, document: Document, table: dict[str, list[str]]) -> None:
        """Rules add up: no file takes back what another denies."""
        known = self.data.setdefault("permissions", {})
        for name, texts in table.items():
            known[name] = list(dict.fromkeys([*known.get(name, []), *texts]))
            for index, text in enumerate(texts):
                self.origin.setdefault(f"permissions.{name}.{text}", document.where(("permissions", name, index)))

    def settings(self) -> Settings:
        record = build(self.data, SettingsFile)
        fields = {name: getattr(record, name) for name in SettingsFile.__struct_fields__}
        fields["endpoints"] = tuple(_with_models(endpoint) for endpoint in record.endpoints)
        origin = dict.fromkeys(_plain_keys(), "default") | self.origin
        return Settings(
            **fields,
            origin=origin,
            warnings=tuple(self.warnings),
            unavailable=self.unavailable,
            offered_verify=self.offered,
        )


def _plain_keys() -> list[str]:
    several = (*_TABLES, "endpoints", "models", "permissions")
    keys = [name for name in SettingsFile.__struct_fields__ if name not in several]
    tables = {"router": SettingsFile().router, "sandbox": SettingsFile().sandbox}
    return keys + [f"{table}.{name}" for table, found in tables.items() for name in structs.asdict(found)]


def _with_models(endpoint: Endpoint) -> Endpoint:
    """An endpoint that names no models serves those of its protocol's owner, or what is asked for as its-name/model."""
    if endpoint.models:
        return endpoint
    return structs.replace(endpoint, models=_DEFAULT_MODELS.get(endpoint.protocol, (f"{endpoint.name}/*",)))


def _unset(document: Document, unavailable: dict[int, str], path: Steps, variable: str) -> str:
    """A key whose variable is not set is left out; an endpoint that has no other cannot be used."""
    if len(path) not in (3, 4) or path[0] != "endpoints" or path[2] != ("api_key" if len(path) == 3 else "api_keys"):
        document.fail(path, f"the variable {variable} is not set; export it or write the value here")
    _note(unavailable, path, f"set {variable}")
    return ""


def _note(unavailable: dict[int, str], path: Steps, todo: str) -> None:
    """The first thing to do about an endpoint without a key."""
    unavailable.setdefault(int(path[1]), todo)


def _has_key(endpoint: Endpoint) -> bool:
    return any((endpoint.api_key, *endpoint.api_keys))


def _no_variable(document: Document, path: Steps, variable: str) -> str:
    document.fail(path, f"${{{variable}}} is not replaced in a repository's settings; write it in your own config.toml")


def _narrow(document: Document, layers: _Layers) -> None:
    """Takes out of a repository's file what it may not say, with one sentence each."""

    def drop(path: Steps, why: str) -> None:
        layers.warnings.append(f"{document.where(path)}: {reading.dotted(path)} is ignored: {why}.")

    for key, what in _UNTRUSTED.items():
        if key in document.data:
            drop((key,), f"a repository may not decide {what}; set it in your own config.toml")
            del document.data[key]
    if isinstance(document.data.get("verify"), str):
        layers.offered = document.data.pop("verify"), document.where(("verify",))
    models = document.data.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        for key in _UNTRUSTED_OF_MODEL if isinstance(model, dict) else ():
            if key in model:
                drop(("models", index, key), "a repository may not decide where requests go or what they cost")
                del model[key]
    for table, keys, why in _UNTRUSTED_OF_TABLES:
        found = document.data.get(table)
        given = found if isinstance(found, dict) else {}
        for key in keys:
            if key in given:
                drop((table, key), why)
                del given[key]
    cap, own = document.data.get("max_cost_usd"), layers.data.get("max_cost_usd")
    if isinstance(cap, int | float) and own is not None and not cap <= own:
        drop(("max_cost_usd",), f"a repository may lower your cap of ${own:g}, not raise it")
        del document.data["max_cost_usd"]


def _check(document: Document, record: SettingsFile) -> None:
    """What types alone cannot say."""
    check_rules(document)
    for key in ("max_cost_usd", "timeout"):
        if (value := getattr(record, key)) is not None and not math.isfinite(value):
            document.fail((key,), "must be a number; leave the key out for no limit")
    value = record.router.task_value_usd
    if value is not None and not math.isfinite(value):
        document.fail(("router", "task_value_usd"), "must be a number, in USD")
    seen: set[str] = set()
    for index, endpoint in enumerate(record.endpoints):
        _check_endpoint(document, ("endpoints", index), endpoint)
        if endpoint.name in seen:
            document.fail(("endpoints", index, "name"), f'"{endpoint.name}" is used twice; names must differ')
        seen.add(endpoint.name)
    for index, model in enumerate(record.models):
        table = model.price
        numbers = () if table is None or isinstance(table, str) else structs.astuple(table)
        if any(number is not None and not math.isfinite(number) for number in numbers):
            document.fail(("models", index, "price"), "prices must be numbers, in USD per million tokens")


def _check_endpoint(document: Document, path: Steps, endpoint: Endpoint) -> None:
    if not endpoint.name or "/" in endpoint.name or endpoint.name != endpoint.name.strip():
        document.fail((*path, "name"), "must be a word without / and blanks at its ends")
    for key in ("tpm", "rpm"):
        if getattr(endpoint, key) < 0:
            document.fail((*path, key), "must be at least 0; 0 means that the limit is not known")
    if endpoint.protocol != "anthropic" and endpoint.kind in ("bedrock", "vertex"):
        document.fail((*path, "kind"), f'"{endpoint.kind}" needs protocol = "anthropic"')
    if endpoint.kind in ("bedrock", "vertex") and not endpoint.region:
        document.fail((*path, "region"), f'is missing; "{endpoint.kind}" needs one, such as "eu-west-1"')
    if endpoint.kind == "azure" and not endpoint.base_url:
        document.fail((*path, "base_url"), "is missing; write the address of the Azure resource")
    if endpoint.protocol == "local":
        document.fail((*path, "protocol"), "the embedded model needs no endpoint; run: droidlite local get")
    if endpoint.protocol == "scripted":
        if not endpoint.base_url:
            document.fail((*path, "base_url"), "must be the path of the script")
    elif endpoint.base_url and not endpoint.base_url.startswith(("http://", "https://")):
        document.fail((*path, "base_url"), "must begin with http:// or https://")
    elif not endpoint.base_url and endpoint.protocol == "openai-chat" and endpoint.kind == "direct":
        document.fail((*path, "base_url"), "is missing; write the server's address, such as http://127.0.0.1:8000/v1")
