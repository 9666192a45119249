"""What settings and policy may say of the sandbox, and what the policy leaves of a person's: never less than its
minimum, no host that it does not name."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import structs

from droidlite.patterns import is_host, is_near
from droidlite.regex import regex
from droidlite.settings.config import SandboxSettings, Settings
from droidlite.settings.policy import Policy
from droidlite.settings.reading import Document

_WEB = (80, 443)
_PORT = regex(r"[1-9][0-9]{0,4}")


def narrow_sandbox(settings: Settings, policy: Policy) -> Settings:
    """`settings` (flags applied) with the sandbox within the policy, and one warning for each thing that was taken
    away, or is not there. A mechanism that is too weak is not known before one was found to work."""
    sandbox, origin, warnings = settings.sandbox, dict(settings.origin), list(settings.warnings)
    if sandbox.mode == "off" and policy.sandbox.minimum != "off":
        where = policy.where("sandbox.minimum")
        warnings.append(f"sandbox.mode is not off: policy {where} wants {policy.sandbox.minimum} at least.")
        sandbox, origin["sandbox.mode"] = structs.replace(sandbox, mode="auto"), where
    for layer in policy.layers:
        allowed = layer.sandbox.hosts
        if allowed is None or not (gone := [host for host in sandbox.hosts if not covers(allowed, host)]):
            continue
        where = layer.where("sandbox.hosts")
        warnings.append(f"sandbox.hosts is without {', '.join(gone)}: policy {where} does not name it.")
        kept = tuple(host for host in sandbox.hosts if host not in gone)
        sandbox, origin["sandbox.hosts"] = structs.replace(sandbox, hosts=kept), where
    warnings += _not_there(sandbox, origin)
    return structs.replace(settings, sandbox=sandbox, origin=origin, warnings=tuple(warnings))


def whole(folder: str) -> str:
    """The path that sandbox.read or sandbox.write means."""
    return str(Path(os.path.expanduser(folder)).absolute())


def _not_there(sandbox: SandboxSettings, origin: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each folder that commands will not find, whatever the settings say of it."""
    for key, folders in {"read": sandbox.read, "write": sandbox.write}.items() if sandbox.mode != "off" else ():
        for folder in folders:
            if not os.path.exists(whole(folder)):
                where = origin.get(f"sandbox.{key}", "settings")
                yield (f"sandbox.{key} is without {folder}, named in {where}, until something is there; make it first.")


def check_hosts(document: Document) -> None:
    """Raises SettingsError naming file, line and key for the first of sandbox.hosts that is no host."""
    for index, text in enumerate(document.data.get("sandbox", {}).get("hosts", ())):
        if problem := why_no_host(text):
            document.fail(("sandbox", "hosts", index), problem)


def why_no_host(text: str) -> str:
    """What is wrong with what sandbox.hosts names, as a clause, and what to write instead; "" for nothing."""
    name, port = _parts(text)
    if not _is_name(name) or "/" in text:
        meant = _meant(text)
        like = f'"{meant}"' if meant else 'one, such as "pypi.org", "*.pypi.org" or "git.example.com:22"'
        return f'"{text}" is no host; write {like}'
    if port is None or _is_port(port):
        return ""
    return f'"{text}" names no port; write one of 1 to 65535, such as "{name}:8443", or none for those of the web'


def names(hosts: Sequence[str]) -> frozenset[str]:
    """What `hosts` name, without their ports and in lower case."""
    return frozenset(_parts(entry)[0].lower() for entry in hosts)


def is_allowed(hosts: Sequence[str], host: str, port: int) -> bool:
    """Whether one of `hosts` stands for it: without a port for those of the web, with one (`host:22`) for that one.
    What is of this machine or its link is only ever meant by its own name: `*` is the world, not what runs here."""
    for entry in hosts:
        name, own = _parts(entry)
        if (name.lower() == host if is_near(host) else covers((name,), host)) and (
            port in _WEB if own is None else str(port) == own
        ):
            return True
    return False


def _parts(text: str) -> tuple[str, str | None]:
    """The name and the port of `name`, `name:port`, an IPv6 address, or `[address]:port`; None without one."""
    if text.startswith("["):
        name, _, port = text[1:].partition("]:")
        return (name, port) if port else ("", None)
    name, colon, port = text.partition(":")
    return (name, port) if colon and ":" not in port else (text, None)


def _is_name(name: str) -> bool:
    return name == "*" or is_host(name.lower())


def _is_port(port: str) -> bool:
    return bool(_PORT.fullmatch(port)) and int(port) < 65_536


def _meant(text: str) -> str:
    """The host that an address of the web or an odd spelling leads to, "" where that is not plain."""
    place, slash, path = text.strip().rpartition("://")[2].partition("/")
    place = place.rpartition("@")[2].rstrip(".")
    place = f"*{place}" if place.startswith(".") else place
    place = place.removeprefix("[").removesuffix("]") if "]:" not in place else place
    name, port = _parts(place)
    plain = _is_name(name) and (port is None or _is_port(port)) and not (slash and path.isdigit())
    return place if plain else ""


def covers(patterns: Sequence[str], host: str) -> bool:
    """Whether `patterns` (a host's name, `*.domain` for all below it, or `*`) hold a host, or all that it stands for
    where it is such a pattern itself."""
    name, wide = host.lower().removeprefix("*."), host.startswith("*.")
    for pattern in map(str.lower, patterns):
        if pattern == "*" or (pattern == name and not wide):
            return True
        base = pattern.removeprefix("*.")
        if base != pattern and (name.endswith(f".{base}") or (wide and name == base)):
            return True
    return False
