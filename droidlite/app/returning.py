"""What has become of a repository since a session was left: a line for the person, and a message for the model."""

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from droidlite.agent.prompt import read_prompt
from droidlite.app.repository import head_of
from droidlite.errors import DroidliteError
from droidlite.regular import read_regular
from droidlite.sanitise import clean_line
from droidlite.session.fold import Session as Past
from droidlite.session.records import Ended, Head, PutBack, Seen
from droidlite.settings.config import Settings
from droidlite.tools.files import HUGE, stamp_of
from droidlite.ui.wording import ago, counted, dollars

NAMED = 3
"""Files the person is told by name."""
LISTED = 50
"""Files the model is told by name."""


class Returned(NamedTuple):
    """What to tell: a line for the person, and what the model reads before the next prompt ("" = nothing). `files` are
    those it is about: path -> SHA-256 of the content ("" = gone)."""

    told: str = ""
    note: str = ""
    files: Mapping[str, str] = {}


def since_left(past: Past, root: Path, now: float) -> Returned:
    """What is different from when the session was left; `now` is in seconds since 1970."""
    moved = _moved(past.head, head_of(root))
    differing = _differing(past, root)
    if not (moved or differing):
        return Returned()
    changed = tuple(name for name, content in differing.items() if content)
    gone = tuple(name for name, content in differing.items() if not content)
    when = f", {ago(now - past.head.at)}" if past.head is not None and past.head.at else ""
    parts = [moved, *_in_short(changed, gone)]
    told = f"Since this session was left{when}: {'; '.join(part for part in parts if part)}. The model is told."
    today = datetime.date.fromtimestamp(now).isoformat()
    note = read_prompt("returned").format(date=today, what=_at_length(moved, changed, gone))
    return Returned(told, note, differing)


def ended(error: DroidliteError | None, cost_usd: float, cap_usd: float | None, verify: str) -> Ended:
    """The record of a run's end; what held for it may not hold for the next one."""
    return Ended(subtype=error.subtype if error else "success", cost_usd=cost_usd, cap_usd=cap_usd, verify=verify)


def dropped(past: Ended | None, settings: Settings) -> list[str]:
    """What held for a session when it was left and does not now, a sentence each."""
    if past is None:
        return []
    told = []
    if past.cap_usd is not None and settings.max_cost_usd is None:
        cap = dollars(past.cap_usd)
        told.append(f"The cap of {cap} this session had holds no longer; --max-cost or /cap sets one.")
    if past.verify and not settings.verify:
        check = clean_line(past.verify, 120)
        told.append(f"This session was held to a check, `{check}`; this time there is no --verify.")
    return told


def untold(past: Past) -> str:
    """What the model does not know yet of a rewind of one part, the last thing that was done ("" = nothing)."""
    match past.parted:
        case None:
            return ""
        case PutBack(undo=undo):
            return rewound_note("files", tuple(saved.path for saved in undo))
        case unsaid:
            return rewound_note("conversation", tuple(s.path for s in past.saved if s.turn == unsaid.to_turn - 1))


def rewound_note(part: str, files: tuple[str, ...]) -> str:
    """What the model is told of a rewind of the `part` "files" or "conversation"; "" where no file matters."""
    named = ", ".join(dict.fromkeys(files[:LISTED]))
    return read_prompt(f"rewound_{part}").format(files=named) if named else ""


def _moved(then: Head | None, now: Head) -> str:
    """How the repository's HEAD is another one ("" = it is not, or nothing was known)."""
    if then is None or not (then.branch or then.commit) or not (now.branch or now.commit):
        return ""
    if then.branch != now.branch:
        return f"it is on {_where(now)} now, not on {_where(then)}"
    if then.commit and now.commit and then.commit != now.commit:
        return f"{_where(now)} is at {now.commit[:8]} now, not at {then.commit[:8]}"
    return ""


def _where(head: Head) -> str:
    return clean_line(head.branch, 80) or f"commit {head.commit[:8]}"


def _differing(past: Past, root: Path) -> dict[str, str]:
    """Of the files the model has read or written, those that changed after the session had left them, by path: the
    SHA-256 of what they hold now ("" = gone). What was told already is not told again."""
    found: dict[str, str] = {}
    for path, seen in sorted(past.seen.items()):
        name = _name(Path(path), root)
        now = _other_content(Path(path), seen)
        if now is not None and now not in (past.left.get(name), past.told.get(name)):
            found[name] = now
    return found


def _other_content(path: Path, seen: Seen) -> str | None:
    """The SHA-256 of a file ("" = gone), None where it is what the model saw. A huge one is told by size and time."""
    try:
        facts = path.stat()
        if (facts.st_mtime_ns, facts.st_size, facts.st_ino) == (seen.mtime_ns, seen.size, seen.inode):
            return None
        if facts.st_size > HUGE or not seen.digest:
            return f"{facts.st_size} bytes at {facts.st_mtime_ns}"
        data = read_regular(path, HUGE + 1)
    except OSError:
        return ""
    return None if stamp_of(facts, data).digest == seen.digest else hashlib.sha256(data).hexdigest()


def _name(path: Path, root: Path) -> str:
    """As droidlite.session.checkpoint names it."""
    top = root.resolve()
    return str(path.relative_to(top)) if path.is_relative_to(top) else str(path)


def _in_short(changed: tuple[str, ...], gone: tuple[str, ...]) -> list[str]:
    told = []
    if changed:
        told.append(f"{_few(changed)} {'differs' if len(changed) == 1 else 'differ'} from what the model last saw")
    if gone:
        told.append(f"{_few(gone)} {'is' if len(gone) == 1 else 'are'} gone")
    return told


def _few(names: tuple[str, ...]) -> str:
    shown = ", ".join(clean_line(name, 80) for name in names[:NAMED])
    return shown + (f" and {counted(len(names) - NAMED, 'more file')}" if len(names) > NAMED else "")


def _at_length(moved: str, changed: tuple[str, ...], gone: tuple[str, ...]) -> str:
    lines = [f"- the repository: {moved}"] if moved else []
    for what, names in (("changed", changed), ("gone", gone)):
        if names:
            more = f" and {counted(len(names) - LISTED, 'more file')}" if len(names) > LISTED else ""
            lines.append(f"- {what}, of the files you had read or written: {', '.join(names[:LISTED])}{more}")
    return "\n".join(lines)
