"""Reads the settings files, checks each on its own and lays them over each other. What a repository brings is used
only once a person trusts it; see narrowing.py for what it may say at all."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from msgspec import convert as build
from msgspec import structs

from droidlite.result import Trust
from droidlite.sanitise import clean_line
from droidlite.settings import keyrings, reading
from droidlite.settings.addresses import address_problem, key_problem
from droidlite.settings.config import Settings, SettingsFile
from droidlite.settings.lines import Steps
from droidlite.settings.memory import memory_of
from droidlite.settings.narrowing import Narrowed
from droidlite.settings.paths import Places, find_root
from droidlite.settings.permitting import check_rules, renamed
from droidlite.settings.reading import Document
from droidlite.settings.sandbox_policy import check_hosts
from droidlite.settings.trust import SETTINGS, Found, look
from droidlite.settings.trusted import read_pin
from droidlite.settings.trusting import Agreed, judge, needing
from droidlite.types import Endpoint

_TABLES = ("router", "aliases", "ui", "sandbox")
_DEFAULT_MODELS = {"anthropic": ("claude-*",), "openai-responses": ("gpt-*", "o1*", "o3*", "o4*")}
_NOTHING = Agreed()


def load_settings(
    cwd: Path, env: Mapping[str, str], places: Places, *, agreed: Agreed = _NOTHING, found: Found | None = None
) -> Settings:
    """The settings in force in `cwd`, flags not yet applied; `found` is what the repository brings, where that was
    looked at already. Raises SettingsError, and Refused where --trust or a pin says that it is something else."""
    found = found or look(find_root(cwd), cwd)
    layers = _Layers()
    if own := reading.read_document(places.config / "config.toml"):
        layers.warnings += renamed(own)
        layers.lay(own, env)
    documents = [] if found.problem else _brought(found)
    layers.warnings += [told for document in documents for told in renamed(document)]
    pins = tuple(layers.data.get("trust", ()))
    trust = judge(found, needing(found, _inert(documents, layers, agreed)), pins, agreed, places.state)
    trusted = trust.state in ("trusted", "nothing")
    for document in documents:
        narrowed = Narrowed(document, layers.data, trusted=trusted)
        layers.warnings += narrowed.told
        layers.lay(document, env, own=False)
    if not trusted and layers.data.get("verify") == "auto":
        del layers.data["verify"], layers.origin["verify"]
    layers.warnings += [
        f"{found.root / name} is not read: it is a link that leads out of the repository or nowhere."
        for name in SETTINGS
        if name in found.files and name not in found.contents and not found.problem
    ]
    return layers.settings(trust, memory_of(found) if trusted and not found.problem else ())


def _brought(found: Found) -> list[Document]:
    return [
        reading.document_of(str(found.root / name), found.contents[name]) for name in SETTINGS if name in found.contents
    ]


def _inert(documents: list[Document], layers: "_Layers", agreed: Agreed) -> tuple[str, ...]:
    """What waits for trust in the settings, as a person is told of it."""
    told = []
    for document in documents:
        copy = Document(document.file, "")
        copy.data = dict(document.data)
        if keys := Narrowed(copy, {}, trusted=False).inert:
            file = document.file.rpartition("/.droidlite/")[2]
            told.append(f".droidlite/{file}: {clean_line(', '.join(keys), 200)}")
    if layers.data.get("verify") == "auto" and not agreed.checked:
        told.append(f"verify = auto of {layers.origin['verify']}")
    return tuple(told)


class _Layers:
    """The files laid so far, as plain data: later ones win key by key, lists of models by id, denials add up."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origin: dict[str, str] = {}
        self.warnings: list[str] = []
        self.unavailable: dict[str, str] = {}

    def lay(self, document: Document, env: Mapping[str, str], *, own: bool = True) -> None:
        """Raises SettingsError where it cannot be meant; `own`: it is the person's file."""
        lacking: dict[int, str] = {}

        def missing(path: Steps, variable: str) -> str:
            if not own and path[0] != "endpoints":
                _no_variable(document, path, variable)
            return (not own and env.get(variable)) or _unset(document, lacking, path, variable)

        reading.expand(document, env if own else {}, missing)
        keyrings.fill_in(document, lambda path, todo: _note(lacking, path, todo))
        record = reading.convert(document, SettingsFile)
        _check(document, record)
        for endpoint in record.endpoints:
            self.unavailable.pop(endpoint.name, None)
        named = {index: record.endpoints[index] for index in lacking}
        self.unavailable |= {each.name: lacking[i] for i, each in named.items() if not _has_key(each)}
        self._lay(document)

    def _lay(self, document: Document) -> None:
        for key, value in document.data.items():
            if key in _TABLES:
                self.data[key] = self.data.get(key, {}) | value
                self.origin |= {f"{key}.{name}": document.where((key, name)) for name in value}
            elif key == "endpoints":
                known = {item["name"]: item for item in self.data.get(key, [])}
                self.data[key] = list((known | {item["name"]: item for item in value}).values())
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

    def settings(self, trust: Trust, memory: tuple[tuple[str, str], ...]) -> Settings:
        record = build(self.data, SettingsFile)
        fields = {name: getattr(record, name) for name in SettingsFile.__struct_fields__}
        fields["endpoints"] = tuple(_with_models(_trimmed(endpoint)) for endpoint in record.endpoints)
        origin = dict.fromkeys(_plain_keys(), "default") | self.origin
        return Settings(
            **fields,
            origin=origin,
            warnings=tuple(self.warnings),
            unavailable=self.unavailable,
            trusted=trust,
            memory=memory,
        )


def _plain_keys() -> list[str]:
    several = (*_TABLES, "endpoints", "models", "permissions")
    keys = [name for name in SettingsFile.__struct_fields__ if name not in several]
    tables = {"router": SettingsFile().router, "sandbox": SettingsFile().sandbox}
    return keys + [f"{table}.{name}" for table, found in tables.items() for name in structs.asdict(found)]


def _trimmed(endpoint: Endpoint) -> Endpoint:
    """Keys read from files often end in a line end."""
    keys = tuple(key.strip() for key in endpoint.api_keys)
    return structs.replace(endpoint, api_key=endpoint.api_key.strip(), api_keys=keys)


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


def _no_variable(document: Document, path: Steps, variable: str) -> NoReturn:
    told = "is not replaced here in a repository's settings; write it in your own config.toml"
    document.fail(path, f"${{{variable}}} {told}")


def _has_key(endpoint: Endpoint) -> bool:
    return any((endpoint.api_key, *endpoint.api_keys))


def _check(document: Document, record: SettingsFile) -> None:
    """What types alone cannot say."""
    check_rules(document)
    check_hosts(document)
    for key in ("max_cost_usd", "timeout"):
        if (value := getattr(record, key)) is not None and not math.isfinite(value):
            document.fail((key,), "must be a number; leave the key out for no limit")
    value = record.router.task_value_usd
    if value is not None and not math.isfinite(value):
        document.fail(("router", "task_value_usd"), "must be a number, in USD")
    for index, pin in enumerate(record.trust):
        if read_pin(pin) is None:
            document.fail(("trust", index), "must be a pin as droidlite trust shows it: sha256: and 64 hex digits")
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
    named = (("api_key",), endpoint.api_key), *((("api_keys", at), key) for at, key in enumerate(endpoint.api_keys))
    for key_path, key in named:
        if problem := key_problem(key.strip()):
            document.fail((*path, *key_path), problem)
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
    elif endpoint.base_url and (problem := address_problem(endpoint.base_url)):
        document.fail((*path, "base_url"), problem)
    elif not endpoint.base_url and endpoint.protocol == "openai-chat" and endpoint.kind == "direct":
        document.fail((*path, "base_url"), "is missing; write the server's address, such as http://127.0.0.1:8000/v1")
