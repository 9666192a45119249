"""What the policy leaves of a person's sandbox: never less than its minimum, no host that it does not name."""

from collections.abc import Sequence

from msgspec import structs

from droidlite.settings.config import Settings
from droidlite.settings.policy import Policy


def narrow_sandbox(settings: Settings, policy: Policy) -> Settings:
    """`settings` (flags applied) with the sandbox within the policy, and one warning for each thing that was taken
    away. A mechanism that is too weak is not known before one was found to work."""
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
    return structs.replace(settings, sandbox=sandbox, origin=origin, warnings=tuple(warnings))


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
