"""Runs the attack table for scripts/attack: finds its sections, tries all they hold, counts what succeeded.

A section is a module tests/attack_NAME.py with
    SECTION: str                    what is attacked, in a few words
    MECHANISM: str                  what is to stop it; or a function that finds out on this machine
    def attempts(*, quick: bool)    yields (name of the attack, whether it SUCCEEDED); quick = a sample in seconds
    def untried() -> list[str]      optional: what could not be tried on this machine and why, a sentence each
    def asked() -> tuple[int, int]  optional: of how many harmless things how many were asked about needlessly
"""

import importlib.util
import os
import platform
import pwd
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct

MOST_NAMED = 10
"""Attacks that succeeded that are named in a line; the JSON names all."""


class Tried(Struct, frozen=True, kw_only=True):
    """What came of one section. `broken` says why it could not be run to its end ("" = it was); `asked` is how many
    of how many harmless things were asked about needlessly."""

    section: str
    mechanism: str = ""
    tried: int = 0
    succeeded: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    asked: tuple[int, int] | None = None
    broken: str = ""

    @property
    def held(self) -> bool:
        return not self.succeeded and not self.broken


def sections(folder: Path, wanted: tuple[str, ...] = ()) -> dict[str, Path]:
    """The sections in `folder` by name, or the wanted ones. Raises KeyError with a name there is none of."""
    found = {path.stem.removeprefix("attack_"): path for path in sorted(folder.glob("attack_*.py"))}
    return {name: found[name] for name in wanted} if wanted else found


def attack(name: str, path: Path, *, quick: bool) -> Tried:
    """Tries one section to its end; whatever breaks it is told in its place."""
    try:
        return _attacked(_loaded(path), quick=quick)
    except Exception as error:  # noqa: BLE001 - one broken section must not hide the others
        return Tried(section=name, broken=f"{type(error).__name__}: {error}")


def _attacked(module: ModuleType, *, quick: bool) -> Tried:
    tried, succeeded, broken = 0, [], ""
    try:
        for name, success in module.attempts(quick=quick):
            tried += 1
            succeeded += [name] if success else []
    except Exception as error:  # noqa: BLE001 - what was found until then still counts
        broken = f"{type(error).__name__}: {error}"
    mechanism = module.MECHANISM
    return Tried(
        section=module.SECTION,
        mechanism=mechanism() if callable(mechanism) else mechanism,
        tried=tried,
        succeeded=tuple(succeeded),
        untried=tuple(_optional(module, "untried", [])),
        asked=_optional(module, "asked", None),
        broken=broken,
    )


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # what is defined in it can then be sent to another process
    spec.loader.exec_module(module)
    return module


def _optional(module: ModuleType, name: str, otherwise: Any) -> Any:
    return getattr(module, name)() if hasattr(module, name) else otherwise


def machine() -> str:
    """The kernel and who runs this: both decide what can be stopped."""
    who = "root" if os.geteuid() == 0 else f"user {_user()}"
    return f"kernel {platform.system()} {platform.release()} {platform.machine()}, as {who}"


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def lines(tried: Tried, where: str) -> Iterator[str]:
    """One line for what was tried, then what was not, what got through and what was asked needlessly."""
    count = len(tried.succeeded)
    yield f"{tried.section}: {tried.tried:,} tried, {count:,} succeeded, {tried.mechanism or 'no mechanism'}, {where}"
    if tried.asked is not None:
        needless, harmless = tried.asked
        yield f"  asked needlessly: {needless} of {harmless} ({needless / max(harmless, 1):.1%})"
    yield from (f"  SUCCEEDED: {name}" for name in tried.succeeded[:MOST_NAMED])
    if count > MOST_NAMED:
        yield f"  and {count - MOST_NAMED:,} more"
    yield from (f"  not tried: {what}" for what in tried.untried)
    if tried.broken:
        yield f"  BROKEN, not tried to its end: {tried.broken}"
