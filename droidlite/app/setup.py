"""What holds before any session: settings within policy, models, endpoints, prices, and which model is meant."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.app.options import Options
from droidlite.errors import UsageError
from droidlite.secrecy import know
from droidlite.settings.candidates import candidates
from droidlite.settings.catalog import Catalog, load_catalog, price_tables
from droidlite.settings.config import Settings
from droidlite.settings.endpoints import find_endpoints
from droidlite.settings.loading import load_settings
from droidlite.settings.local_servers import LOCAL_SERVERS, discover_local
from droidlite.settings.paths import Places, find_root, places
from droidlite.settings.policy import Policy, narrow, unadvised
from droidlite.settings.policy_files import load_policy
from droidlite.settings.prices import Prices
from droidlite.settings.sandbox_policy import narrow_sandbox
from droidlite.settings.secrets import secrets
from droidlite.settings.trust import Found, look
from droidlite.settings.trusted import read_pin
from droidlite.settings.trusting import Agreed
from droidlite.types import Candidate, Endpoint


class Setup(Struct, frozen=True, kw_only=True):
    """Everything a command needs to know about this machine, this folder and this person; `brought` is what lies in the
    repository, trusted or not."""

    env: Mapping[str, str]
    places: Places
    settings: Settings
    policy: Policy
    endpoints: tuple[Endpoint, ...]
    catalog: Catalog
    prices: Prices
    secrets: frozenset[str]
    brought: Found

    def candidates(self, catalog: Catalog | None = None, *, priced: bool = False) -> tuple[Candidate, ...]:
        """Every model as a choice; `priced` also looks the prices up (0.2 s the first time)."""
        return candidates(
            self.settings,
            self.policy,
            self.endpoints,
            self.catalog if catalog is None else catalog,
            self.places,
            self.env,
            prices=self.prices if priced else None,
        )

    def endpoint(self, name: str) -> Endpoint:
        return next(endpoint for endpoint in self.endpoints if endpoint.name == name)


def read_setup(
    cwd: Path, *, options: Options | None = None, discover: bool | None = False, brought: Found | None = None
) -> Setup:
    """Reads settings, policy and environment. `discover` also asks local model servers (0.3 s at most); None asks them
    where one is named, or where auto would have nothing but the embedded model. `brought` is what a session found in
    the repository when it began: what has become of it since changes nothing.

    Raises SettingsError, UsageError, Refused."""
    env = dict(os.environ)
    where = places(env)
    policy = load_policy(env, where, root=find_root(cwd))
    brought = brought or look(find_root(cwd), cwd)
    settings = load_settings(cwd, env, where, agreed=_agreed(policy, options, env), found=brought)
    if options is not None and settings.trusted.left_out:
        policy = unadvised(policy)
    if options is not None:
        settings = with_flags(settings, options)
    settings = narrow_sandbox(narrow(settings, policy), policy)
    endpoints = find_endpoints(settings, env)
    known = secrets(endpoints, env)
    know(known)
    setup = Setup(
        env=env,
        places=where,
        settings=settings,
        policy=policy,
        endpoints=endpoints,
        catalog=load_catalog(settings, ()),
        prices=Prices(price_tables(settings)),
        secrets=known,
        brought=brought,
    )
    return _discovered(setup) if (_wants_local(setup) if discover is None else discover) else setup


def _agreed(policy: Policy, options: Options | None, env: Mapping[str, str]) -> Agreed:
    """Raises UsageError where DROIDLITE_TRUST is no pin."""
    pin = env.get("DROIDLITE_TRUST", "")
    if pin and read_pin(pin) is None:
        raise UsageError("DROIDLITE_TRUST must be a pin as droidlite trust shows it: sha256:HEX.")
    return Agreed(
        given=(options.trust if options else "") or pin,
        allowed=policy.trust.allowed,
        pinned=policy.trust.pinned,
        where=policy.where("trust.allowed"),
        unwatched=options is not None and options.headless,
        checked=options is not None and bool(options.verify),
    )


def _discovered(setup: Setup) -> Setup:
    more, models = discover_local(setup.env)
    known = {endpoint.name for endpoint in setup.endpoints}
    endpoints = (*setup.endpoints, *(endpoint for endpoint in more if endpoint.name not in known))
    catalog = load_catalog(setup.settings, models)
    return msgspec.structs.replace(setup, endpoints=endpoints, catalog=catalog, secrets=secrets(endpoints, setup.env))


def _wants_local(setup: Setup) -> bool:
    model = setup.settings.model
    if model != "auto":
        return model.partition("/")[0] in LOCAL_SERVERS
    return all(choice.why_not or choice.spec.tier == "local" for choice in setup.candidates())


def _watched(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, autonomy=settings.autonomy or "low")


def _unwatched(settings: Settings) -> Settings:
    origin = settings.origin | {"autonomy": "default"}
    unheeded = settings.autonomy or "off", settings.origin.get("autonomy", "")
    return msgspec.structs.replace(settings, autonomy="off", origin=origin, unheeded=unheeded)


def with_flags(settings: Settings, options: Options) -> Settings:
    """Flags win over every settings file. What runs without asking in a run nobody watches, only the flag says: nothing
    but reads without it. For a person it is what the settings say, or edits inside the root. Both are said here, so
    that policy narrows them too."""
    settings = _unwatched(settings) if options.headless else _watched(settings)
    given: dict[str, object] = {
        "model": options.model or None,
        "max_cost_usd": options.max_cost,
        "max_turns": options.max_turns,
        "timeout": options.timeout,
        "verify": options.verify or None,
        "autonomy": options.autonomy,
        "effort": options.effort or None,
    }
    changes = {key: value for key, value in given.items() if value is not None}
    if options.sandbox is not None:
        changes["sandbox"] = msgspec.structs.replace(settings.sandbox, mode=options.sandbox)
    if options.router is not None:
        changes["router"] = msgspec.structs.replace(settings.router, mode=options.router)
    tables = {"router": "router.mode", "sandbox": "sandbox.mode"}
    origin = settings.origin | {tables.get(key, key): "flag" for key in changes}
    return msgspec.structs.replace(settings, **changes, origin=origin)
