"""What every known model can do, and which model a name means. Capabilities only: prices are elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from msgspec import Struct, convert, structs

from droidlite.errors import UsageError
from droidlite.settings.config import ModelSettings, PriceTable, Settings
from droidlite.settings.services import is_official
from droidlite.types import Endpoint, ModelSpec

Catalog = Mapping[str, ModelSpec]
"""Models by id, in the order they are shown."""
EMBEDDED = "qwen2.5-coder-1.5b"
"""The id of the model that runs inside droidlite."""
SCRIPTED = "scripted"
RESELLER = "openrouter"
"""A service whose models we do not list: openrouter/VENDOR/MODEL is taken on trust."""
_NEAREST = 3
_CAUTIOUS_CONTEXT, _CAUTIOUS_OUTPUT = 32_768, 4_096
"""Tokens assumed of a model nobody described: too little costs a compaction, too much a failed call."""


class _Entry(ModelSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of models.toml; `openrouter` is the name OpenRouter offers the same model under."""

    openrouter: str = ""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    models: tuple[_Entry, ...]


@cache
def shipped_catalog() -> Catalog:
    """The models droidlite knows without any settings."""
    import tomllib

    text = Path(__file__).with_name("models.toml").read_text(encoding="utf-8")
    entries = convert(tomllib.loads(text), _Table).models
    own = [ModelSpec(**{name: getattr(entry, name) for name in ModelSpec.__struct_fields__}) for entry in entries]
    resold = [
        structs.replace(
            spec, id=f"openrouter/{entry.openrouter}", provider="openrouter", name=entry.openrouter, aliases=()
        )
        for spec, entry in zip(own, entries, strict=True)
        if entry.openrouter
    ]
    return {spec.id: spec for spec in (*own, *resold)}


def load_catalog(settings: Settings, discovered: Sequence[ModelSpec] = ()) -> Catalog:
    """The shipped models, those found on local servers, and the person's additions and changes."""
    models = dict(shipped_catalog()) | {spec.id: spec for spec in discovered}
    for item in settings.models:
        models[item.id] = _changed(models[item.id], item) if item.id in models else _added(item)
    return models


def price_tables(settings: Settings) -> dict[str, PriceTable]:
    """The person's own prices, by model id."""
    return {item.id: item.price for item in settings.models if isinstance(item.price, PriceTable)}


def serves(endpoint: Endpoint, model_id: str) -> bool:
    """Whether one of the endpoint's globs takes this model."""
    return any(fnmatchcase(model_id.lower(), glob.lower()) for glob in endpoint.models)


def resolve(name: str, catalog: Catalog, aliases: Mapping[str, str], endpoints: Sequence[Endpoint] = ()) -> ModelSpec:
    """The model `name` means: an alias of the person's, an id, provider/id, endpoint/id, or a catalog alias.

    A name nobody knows is taken on trust, with cautious sizes, where it names an endpoint that may serve it.
    Raises UsageError with the nearest names.
    """
    name = _follow(name.strip(), aliases)
    names = _names(catalog)
    if spec := names.get(name.lower()):
        return spec
    prefix, slash, rest = name.partition("/")
    for endpoint in endpoints:
        if not (slash and rest) or endpoint.name != prefix:
            continue
        known = names.get(rest.lower())
        if known and serves(endpoint, known.id):
            return known
        if endpoint.name == RESELLER and not ("/" in rest and serves(endpoint, name)):
            continue
        if not is_official(endpoint) and serves(endpoint, rest):
            return _cautious(rest, "", endpoint)
        if serves(endpoint, name):
            return _cautious(name, rest, endpoint)
    raise UsageError(_unknown(name, aliases, names))


def _follow(name: str, aliases: Mapping[str, str]) -> str:
    """Aliases may name aliases, but one by the name of a model may stand for that very model. Raises UsageError."""
    seen: list[str] = []
    while name in aliases and aliases[name] != name:
        seen.append(name)
        name = aliases[name]
        if name in seen:
            circle = ", ".join([*seen, name])
            raise UsageError(
                f'The alias "{name}" leads back to itself ({circle}); let one of them name a model, under [aliases] in '
                "the settings."
            )
    return name


def _names(catalog: Catalog) -> dict[str, ModelSpec]:
    """Every name of every model, in lower case; ids win over provider/name, which wins over aliases."""
    names = {alias.lower(): spec for spec in catalog.values() for alias in spec.aliases}
    names |= {f"{spec.provider}/{spec.name or spec.id}".lower(): spec for spec in catalog.values()}
    return names | {spec.id.lower(): spec for spec in catalog.values()}


def _unknown(name: str, aliases: Iterable[str], names: Mapping[str, ModelSpec]) -> str:
    import difflib

    known = {"auto": "auto"} | {alias: alias for alias in aliases} | {key: spec.id for key, spec in names.items()}
    close = difflib.get_close_matches(name.lower(), known, n=2 * _NEAREST, cutoff=0.6)
    near = [match for match in dict.fromkeys(known[match] for match in close) if match != name][:_NEAREST]
    hint = f" Nearest: {', '.join(near)}." if near else ""
    return f'Unknown model "{name}".{hint} All of them: droidlite models'


def nearest_ids(model_id: str, known: Iterable[str]) -> list[str]:
    """Which of the `known` ids are most like a model that is gone: its successors are named as it was."""
    import difflib

    return difflib.get_close_matches(model_id, known, n=_NEAREST, cutoff=0.6)


def _cautious(model_id: str, name: str, endpoint: Endpoint) -> ModelSpec:
    return ModelSpec(
        id=model_id,
        provider=endpoint.name,
        name=name,
        context=_CAUTIOUS_CONTEXT,
        max_output=_CAUTIOUS_OUTPUT,
        edit="patch" if endpoint.protocol == "openai-responses" else "edit",
    )


def _given(item: ModelSettings) -> dict[str, object]:
    """What the person said about a model; their price tables are kept apart (price_tables)."""
    given = {key: value for key, value in structs.asdict(item).items() if value is not None}
    if isinstance(item.price, PriceTable):
        del given["price"]
    return given


def _changed(spec: ModelSpec, item: ModelSettings) -> ModelSpec:
    """Whether weights are open is a fact a policy may rest on: nobody may change it for a model we know."""
    given = _given(item)
    given.pop("open_weights", None)
    return structs.replace(spec, **given)


def _added(item: ModelSettings) -> ModelSpec:
    given = {"provider": "", "context": _CAUTIOUS_CONTEXT, "max_output": _CAUTIOUS_OUTPUT} | _given(item)
    return convert(given, ModelSpec)
