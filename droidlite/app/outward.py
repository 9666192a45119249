"""The way out of a session's sandbox, where hosts are allowed: through the person's own proxy where there is one."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from droidlite.patterns import is_near
from droidlite.settings.sandbox_policy import is_allowed, names

if TYPE_CHECKING:
    from droidlite.sandbox.door import Door, Upstream


def door_to(hosts: tuple[str, ...], env: Mapping[str, str], reached: Callable[[str, str, int, bool], None]) -> "Door":
    """A way out to `hosts` alone; `env` says whose proxy is on it, `reached` hears of each host that is asked for."""
    from droidlite.sandbox.door import Door

    return Door(partial(is_allowed, hosts), reached, partial(_upstream, env), named=names(hosts))


def _upstream(env: Mapping[str, str], host: str) -> "Upstream | None":
    """The proxy that the usual variables name on the way to `host`; to this machine none is."""
    from base64 import b64encode
    from urllib.parse import unquote, urlsplit

    from droidlite.sandbox.door import Upstream

    lower = {name.lower(): value for name, value in env.items() if name.lower().endswith("_proxy")}
    named = lower.get("https_proxy") or lower.get("all_proxy", "")
    if not named or is_near(host) or _goes_past(host, lower.get("no_proxy", "")):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    if parts.scheme != "http" or not parts.hostname:
        return None
    word = unquote(parts.netloc.rpartition("@")[0])
    return Upstream(parts.hostname, parts.port or 80, f"Basic {b64encode(word.encode()).decode()}" if word else "")


def _goes_past(host: str, no_proxy: str) -> bool:
    """Whether the person's own proxy is not for `host`: names with everything below them, commas between."""
    names = [name.strip().lower().lstrip("*").lstrip(".") for name in no_proxy.split(",")]
    return "*" in no_proxy.split(",") or any(host == name or host.endswith(f".{name}") for name in names if name)
