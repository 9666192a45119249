"""Judges a shell command: may it run without asking at this autonomy, and what could "always" stand for."""

import re

from msgspec import Struct

from droidlite.commands.building import stays_and_undoes
from droidlite.commands.denial import denied_by, may_hide
from droidlite.commands.detours import detour
from droidlite.commands.gitprograms import named_program
from droidlite.commands.offering import leading_words
from droidlite.commands.overwriting import by_command
from droidlite.commands.parsing import UNKNOWN, Reading, Redirect, read_command
from droidlite.commands.reading import HARMLESS_OPTIONS, follows_links, only_reads, searched_words
from droidlite.commands.tree import Tree, attached, candidates
from droidlite.types import Autonomy

MOST_OFFERED = 3
"""Beginnings that "always" may stand for at once: more than a person reads is not offered."""
MOST_REASONS = 3
"""Parts of a command that are named where it must be asked about; of more only the number."""
_QUIET_VARIABLES = frozenset({"CI", "COLUMNS", "LANG", "LC_ALL", "NO_COLOR", "TZ"})
_BUILD_VARIABLES = _QUIET_VARIABLES | {
    *("CARGO_TERM_COLOR", "DEBUG", "FORCE_COLOR", "NODE_ENV", "PYTHONDONTWRITEBYTECODE"),
    *("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONWARNINGS", "RAILS_ENV", "RUST_BACKTRACE", "RUST_LOG"),
}
Allowed = str | tuple[str, ...]
"""Leading words of commands ("git commit"), or all words of one."""


class Verdict(Struct, frozen=True):
    """`allow`: runs without asking; else `reason` says why not, as part of a sentence. `prefixes`: the leading words
    that "always" would allow, of each command that must be asked about (() = not offered). `denied`: the entry that
    forbids it, so that asking does not help."""

    allow: bool
    reason: str = ""
    prefixes: tuple[str, ...] = ()
    denied: str = ""


def judge(
    command: str,
    autonomy: Autonomy,
    allowed: tuple[Allowed, ...] = (),
    denied: tuple[str, ...] = (),
    *,
    tree: Tree = Tree(),  # noqa: B008 - frozen
) -> Verdict:
    """Whether `command` may run without asking. `allowed` and `denied` hold leading words ("git commit"), `allowed`
    also whole commands, word for word; deny wins. `tree` is where it may stay without asking: paths
    are followed on the disk, to where their links lead."""
    reading = read_command(command)
    entry = denied_by(reading.commands, denied)
    if entry:
        return Verdict(False, f"'{entry}' is denied", denied=entry)
    if autonomy == "high":
        hidden = may_hide(reading, denied)
        return Verdict(not hidden, f"{hidden}; a denied one could hide there" if hidden else "")
    if reading.why_not or not reading.commands:
        return Verdict(False, reading.why_not or "it runs no command")
    scene = _scene(reading, tree, builds=autonomy == "medium")
    if scene is None:
        return Verdict(False, "it changes the folder too often")
    return _parts(reading, allowed, scene)


def exactly(command: str) -> tuple[tuple[str, ...], ...]:
    """What to allow so that `command` may run and no other: nothing where it is not one plain command."""
    reading = read_command(command)
    plain = len(reading.commands) == 1 and not (reading.why_not or reading.assignments or reading.redirects)
    return reading.commands if plain and UNKNOWN not in reading.commands[0] and not reading.globs else ()


class _Scene(Struct, frozen=True):
    """What one command is judged against: `places` are the folders it may run in, `globs` its words that the shell
    expands, `builds` whether it may change what can be undone."""

    tree: Tree
    places: tuple[str, ...]
    globs: tuple[str, ...]
    builds: bool

    def outside(self, word: str) -> bool:
        """Whether an argument names, or could name, something outside: by its text or through a link."""
        if any(self.tree.leads_out(part, self.places) for part in candidates(word)):
            return True
        if word in self.globs and self.tree.expands_out(word, self.places):
            return True
        return any(self.tree.leads_out(part, self.places) for part in attached(word) if "~" not in part)


def _scene(reading: Reading, tree: Tree, *, builds: bool) -> _Scene | None:
    steps = [argv[1] for argv in map(_unwrapped, reading.commands) if argv[0] == "cd" and len(argv) > 1]
    places = tree.after(steps)
    return None if places is None else _Scene(tree, places, reading.globs, builds)


def _parts(reading: Reading, allowed: tuple[Allowed, ...], scene: _Scene) -> Verdict:
    """Every part that must be asked about is named: who agrees to the first one has not read the rest."""
    around = _around(reading, scene)
    refused: list[tuple[str, str]] = []
    for argv in map(_unwrapped, reading.commands):
        named = max((_named(argv, entry) for entry in allowed), default=0)
        why = _why_not(argv, scene)
        if why and named:
            why = _beyond(argv, named, scene)
        refused += [("" if named else _offered(argv, scene), why)] if why else []
    reasons = tuple(dict.fromkeys(why for why in (around, *(why for _, why in refused)) if why))
    if not reasons:
        return Verdict(True)
    prefixes = tuple(dict.fromkeys(prefix for prefix, _ in refused))
    offered = not around and all(prefixes) and len(prefixes) <= MOST_OFFERED
    return Verdict(False, _listed(reasons), prefixes if offered else ())


def _listed(reasons: tuple[str, ...]) -> str:
    more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return "; ".join(reasons[:MOST_REASONS]) + more


def _around(reading: Reading, scene: _Scene) -> str:
    """What is wrong with the parts around the commands: redirections, variables, a changed folder."""
    for redirect in reading.redirects:
        why = _redirect_trouble(redirect, scene)
        if why:
            return why
    for assignment in reading.assignments:
        name, _, value = assignment.partition("=")
        if name not in (_BUILD_VARIABLES if scene.builds else _QUIET_VARIABLES) or scene.outside(value):
            return f"setting {name} can change what runs"
    programs = [argv[0] for argv in reading.commands]
    if "cd" in programs and "git" in programs:
        return "git in another folder may run what that folder's settings name"
    return ""


def _redirect_trouble(redirect: Redirect, scene: _Scene) -> str:
    sign, target = redirect.sign, redirect.target
    if target == "/dev/null" or (sign in (">&", "<&") and target.isdigit()):
        return ""
    if target == UNKNOWN or target in scene.globs or scene.outside(target):
        return f"it redirects to {target}, outside the working folder or not known"
    if sign == "<":
        return ""
    if not scene.builds:
        return f"it writes {target}"
    return f"it writes {target}, which is git's own" if _is_gits(target) else ""


def _why_not(argv: tuple[str, ...], scene: _Scene) -> str:
    """ "" when one command may run, else why not."""
    if UNKNOWN in argv:
        return "a word depends on what the shell expands"
    why = only_reads(argv)
    if why and scene.builds:
        why = stays_and_undoes(argv)
        gits = next((word for word in argv[1:] if _is_gits(word)), "") if not why else ""
        why = f"it touches {gits}, which is git's own" if gits else why
        why = why or by_command(argv, scene.globs, scene.places).why_not
    return why or _git_runs(argv, scene) or _far(argv, scene)


def _git_runs(argv: tuple[str, ...], scene: _Scene) -> str:
    """ "" when git would run no program that the repository's settings name, else why it may."""
    key = named_program(scene.tree.root) if argv[0] == "git" and scene.tree.root else ""
    return f"this repository's git settings may run a program or lead elsewhere ({key})" if key else ""


def _offered(argv: tuple[str, ...], scene: _Scene) -> str:
    """What "always" would allow, where that covers this very command."""
    words = leading_words(argv)
    return "" if not words or _beyond(argv, len(words.split()), scene) else words


def _beyond(argv: tuple[str, ...], named: int, scene: _Scene) -> str:
    """ "" when a rule of the first `named` words covers the command: it does what they are for, and what they do not
    name themselves stays in the tree. Else what it does beyond that."""
    if named == len(argv):
        return ""
    gits = next((word for word in argv[named:] if _is_gits(word)), "")
    why = detour(argv, named) or (f"it touches {gits}, which is git's own" if gits else "")
    return why or _git_runs(argv, scene) or _far(argv, scene, named)


def _far(argv: tuple[str, ...], scene: _Scene, named: int = 0) -> str:
    """ "" when a command stays in the tree, but for its first `named` words, else what leads out of it."""
    words = tuple(word for word in searched_words(argv) if not (named and (word in argv[:named] or _is_address(word))))
    far = next((word for word in words if scene.outside(word)), "")
    if far or (argv[0] == "cd" and (len(argv) != 2 or argv[1].startswith("-"))):
        return f"{far or 'cd'} leads outside the working folder"
    if follows_links(argv):
        folders = [word for word in words if not word.startswith("-")] or ["."]
        if any(scene.tree.links_out_below(folder, scene.places) for folder in folders):
            return f"{argv[0]} follows links, and one may lead outside the working folder"
    if argv[0].rpartition("/")[2] not in HARMLESS_OPTIONS:
        wild = next((word for word in argv[1:] if word in scene.globs and word[0] in "*?["), "")
        return f"file names matching {wild} could be taken for options" if wild else ""
    return ""


def _unwrapped(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command that `time` or a plain `timeout` runs."""
    if argv[0] == "time" and len(argv) > 1:
        return _unwrapped(argv[1:])
    if argv[0] == "timeout" and len(argv) > 2 and re.fullmatch(r"\d+(\.\d+)?[smh]?", argv[1]):
        return _unwrapped(argv[2:])
    return argv


def _is_gits(word: str) -> bool:
    """Whether a path goes through .git, or a pattern could."""
    parts = re.split(r"[/=:]", word)
    return any(part.casefold() == ".git" or (part[:1] == "." and re.search(r"[*?\[]", part)) for part in parts)


def _is_address(word: str) -> bool:
    """Whether a word is an address in the network, which is no path; those of files are."""
    return bool(re.match(r"(?!file:)[a-z][a-z0-9+.-]*://", word))


def _named(argv: tuple[str, ...], entry: Allowed) -> int:
    """How many words of a command a rule names; 0 where it is not for this command."""
    words = tuple(entry.split()) if isinstance(entry, str) else entry
    fits = argv[: len(words)] == words and (isinstance(entry, str) or argv == entry)
    return len(words) if fits and UNKNOWN not in argv else 0
