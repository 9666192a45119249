"""What holds before any session: settings within policy, models, endpoints, prices, and which model is meant."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.app.options import Options
from droidlite.settings.candidates import candidates
from droidlite.settings.catalog import Catalog, load_catalog, price_tables
from droidlite.settings.config import Settings
from droidlite.settings.endpoints import find_endpoints
from droidlite.settings.loading import load_settings
from droidlite.settings.local_servers import discover_local
from droidlite.settings.paths import Places, places
from droidlite.settings.policy import Policy, load_policy, narrow
from droidlite.settings.prices import Prices
from droidlite.settings.secrets import secrets
from droidlite.types import Candidate, Endpoint, ModelSpec


class Setup(Struct, frozen=True, kw_only=True):
    """Everything a command needs to know about this machine, this folder and this person."""

    env: Mapping[str, str]
    places: Places
    settings: Settings
    policy: Policy
    endpoints: tuple[Endpoint, ...]
    catalog: Catalog
    prices: Prices
    secrets: frozenset[str]

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


def read_setup(cwd: Path, *, options: Options | None = None, discover: bool = False) -> Setup:
    """Reads settings, policy and environment. `discover` also asks local model servers (0.3 s at most).

    Raises SettingsError, UsageError, Refused."""
    env = dict(os.environ)
    where = places(env)
    settings = load_settings(cwd, env, where)
    if options is not None:
        settings = with_flags(settings, options)
    policy = load_policy(env)
    settings = narrow(settings, policy)
    endpoints = find_endpoints(settings, env)
    found: tuple[ModelSpec, ...] = ()
    if discover:
        more, found = discover_local(env)
        endpoints = (*endpoints, *(e for e in more if e.name not in {known.name for known in endpoints}))
    return Setup(
        env=env,
        places=where,
        settings=settings,
        policy=policy,
        endpoints=endpoints,
        catalog=load_catalog(settings, found),
        prices=Prices(price_tables(settings)),
        secrets=secrets(endpoints, env),
    )


def with_flags(settings: Settings, options: Options) -> Settings:
    """Flags win over every settings file. Where neither says how much runs without asking, it is nothing but reads
    for a run nobody watches and edits inside the root for a person: said here, so that policy narrows it too."""
    settings = msgspec.structs.replace(settings, autonomy=settings.autonomy or ("off" if options.headless else "low"))
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
    if options.router is not None:
        changes["router"] = msgspec.structs.replace(settings.router, mode=options.router)
    origin = settings.origin | {"router.mode" if key == "router" else key: "flag" for key in changes}
    return msgspec.structs.replace(settings, **changes, origin=origin)
