"""Whether what a repository brings may be used: a flag, a pin, policy, or what a person trusted before."""

from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from droidlite.errors import Refused, SettingsError
from droidlite.result import Trust, TrustedBy
from droidlite.sanitise import clean_line
from droidlite.settings.trust import SETTINGS, Found
from droidlite.settings.trusted import Change, Pin, changes, differing, load_trusted, read_pin

NOW = "now"
"""What --trust means alone."""
NAMED = 5
"""Files in one sentence."""
HARMLESS = (".droidlite/cases.toml", ".droidlite/.gitignore")
"""What nothing is taken from but by a person's own command."""


class Agreed(Struct, frozen=True, kw_only=True):
    """What is known before anything of the repository is read. given: --trust ("" = not given, "now", a pin); `allowed`
    and `pinned` as policy says, `where` it does; unwatched: nobody can be asked; `checked`: the run names its own
    check."""

    given: str = ""
    allowed: bool = True
    pinned: tuple[str, ...] = ()
    where: str = ""
    unwatched: bool = False
    checked: bool = False


def needing(found: Found, inert: tuple[str, ...]) -> tuple[str, ...]:
    """What of it is not used before it is trusted, by name; `inert` are the keys of the settings files, as told."""
    return tuple(name for name in sorted(found.files) if _needs(name, found)) + inert


def _needs(name: str, found: Found) -> bool:
    if name in SETTINGS or name in HARMLESS:
        return False
    content = found.contents.get(name)
    if name == ".droidlite/policy.toml":
        return any(word in (content or b"") for word in (b"guidance", b"prefer"))
    return content is None or bool(content.strip())


def judge(found: Found, needed: tuple[str, ...], pins: tuple[str, ...], agreed: Agreed, state: Path) -> Trust:
    """Whether `found` is trusted; `needed` is what waits for it, `pins` are those of the person's settings, `state` is
    where trust is kept. Raises Refused where a pin says otherwise, or where what was asked for cannot be."""
    if found.problem:
        return _unfit(found, needed, agreed)
    policy_pins, sha256 = {_read(pin).sha256 for pin in agreed.pinned}, found.sha256
    if agreed.given not in ("", NOW) and _read(agreed.given).sha256 != sha256:
        _refuse_pin(_read(agreed.given), found)
    if not needed:
        return Trust(state="nothing", sha256=sha256, files=tuple(found.files))
    if sha256 in policy_pins:
        return _trusted(found, "policy")
    if not agreed.allowed:
        if agreed.given:
            raise Refused(f"Policy {agreed.where} allows no repository to be trusted but those it pins.")
        return _untrusted(found, needed, problem=f"policy {agreed.where} allows no other")
    if agreed.given:
        return _trusted(found, "flag" if agreed.given == NOW else "pin")
    if sha256 in {_read(pin).sha256 for pin in pins}:
        return _trusted(found, "pin")
    trust = _remembered(found, needed, state)
    if pins and agreed.unwatched and trust.state != "trusted":
        _refuse_pins(found, pins)
    return trust


def _remembered(found: Found, needed: tuple[str, ...], state: Path) -> Trust:
    try:
        before = load_trusted(state, found.root)
    except SettingsError as error:
        return _untrusted(found, needed, problem=str(error))
    if before is None:
        return _untrusted(found, needed)
    changed = changes(before, found)
    return _untrusted(found, needed, changed=changed) if changed else _trusted(found, "person")


def _trusted(found: Found, by: TrustedBy) -> Trust:
    return Trust(state="trusted", by=by, sha256=found.sha256, files=tuple(sorted(found.files)))


def _untrusted(found: Found, needed: tuple[str, ...], changed: tuple[Change, ...] = (), problem: str = "") -> Trust:
    return Trust(
        state="changed" if changed else "untrusted",
        sha256=found.sha256,
        files=tuple(sorted(found.files)),
        changed=tuple(map(str, changed)),
        left_out=needed,
        problem=problem,
    )


def _unfit(found: Found, needed: tuple[str, ...], agreed: Agreed) -> Trust:
    if agreed.given:
        raise Refused(f"{found.root} cannot be trusted: {clean_line(found.problem)}. Mend or remove it first.")
    return Trust(state="unfit", files=tuple(sorted(found.files)), left_out=needed, problem=found.problem)


def _refuse_pin(pin: Pin, found: Found) -> NoReturn:
    names = ", ".join(sorted(found.files)[:NAMED])
    told = ", ".join(map(str, differing(pin, found)[:NAMED])) or (f"one of {names}" if names else "all of it is gone")
    raise Refused(
        f"What {found.root} brings is not what was pinned as sha256:{pin.sha256[:12]}: {clean_line(told, 300)}. Look "
        "at it; droidlite trust shows the pin of what is there now."
    )


def _refuse_pins(found: Found, pins: tuple[str, ...]) -> NoReturn:
    """The nearest of the pins tells what changed."""
    read = [_read(pin) for pin in pins]
    named = [pin for pin in read if set(pin.files) & set(found.files)]
    if named:
        _refuse_pin(min(named, key=lambda pin: len(differing(pin, found))), found)
    names = clean_line(", ".join(sorted(found.files)[:NAMED]), 300)
    raise Refused(
        f"None of the pins under `trust` in your config.toml is for what {found.root} brings ({names}). Look at it; "
        "droidlite trust shows its pin."
    )


def _read(text: str) -> Pin:
    """Every pin was checked where it came from."""
    pin = read_pin(text)
    assert pin is not None
    return pin
