"""Finds, lists, begins, copies and removes the sessions of a state folder."""

import os
import shlex
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.errors import DroidliteError, UsageError
from droidlite.regular import WORKTREES, read_regular
from droidlite.session import fold
from droidlite.session.copying import copied, share_files
from droidlite.session.journal import Journal, held, is_held
from droidlite.session.keeping import keep
from droidlite.session.lines import JOURNAL
from droidlite.session.records import Header, Titled
from droidlite.session.unstored import NullJournal

SUMMARY = "summary.json"
MOST_OF_SUMMARY = 64 * 1024**2
"""Bytes: it is one line of a list, but the first line of a prompt is as long as it was pasted."""


class Summary(Struct, frozen=True, kw_only=True):
    """One line of the session list. `updated` is seconds since 1970; `created` ISO 8601; `turns` are prompts, of the
    first and the last of which the first line is kept; `open_todos` are what its to-do list has left."""

    id: str
    title: str
    cwd: str
    created: str
    updated: float
    cost_usd: float
    model: str
    turns: int
    first_prompt: str
    last_prompt: str
    open_todos: int


class Cached(Struct, frozen=True):
    """A summary and the size of the journal it was made from: another size means it is stale."""

    size: int
    summary: Summary


_decoder = msgspec.json.Decoder(Cached)


class Store:
    """The sessions under `root` (the state folder's `sessions`), one folder each."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def new_id(self) -> str:
        """A new session id: sorts by time of creation (UTC), short enough to type its last part."""
        letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are read as another
        tail = "".join(letters[byte % len(letters)] for byte in os.urandom(4))
        return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{tail}"

    def folder(self, session_id: str) -> Path:
        return self.root / session_id

    def create(self, *, cwd: Path, version: str = "", title: str = "") -> Journal:
        """Begins a session. Where the state folder cannot be written, a NullJournal whose `warnings` say so."""
        header = Header(session_id=self.new_id(), cwd=str(cwd), created=_now(), droidlite=version, title=title)
        try:
            return Journal.create(self.folder(header.session_id), header)
        except UsageError:
            raise
        except DroidliteError as error:
            return NullJournal(header, str(error))

    def open(self, session: str, *, cwd: Path | None = None) -> tuple[Journal, fold.Session]:
        """Opens a session, by id or part of it, to go on with it in `cwd` (None = wherever it belongs). Raises as
        `find` and Journal.open do, and UsageError where it belongs to another folder: its saved files are that one's.
        """
        name = self.find(session)
        if cwd is not None:
            _require_home(name, fold.header_of(self.folder(name)).cwd, cwd)
        return Journal.open(self.folder(name))

    def load(self, session: str) -> fold.Session:
        """Reads a session, by id or part of it, without opening it for writing."""
        return fold.load(self.folder(self.find(session)))

    def list(self, cwd: Path | None = None, limit: int | None = None, *, worktrees: bool = False) -> list[Summary]:
        """Sessions with at least one prompt, newest use first; only those begun in `cwd` if given, or with `worktrees`
        also in one that --worktree made of it."""
        found: list[Summary] = []
        for updated, size, name in sorted(journals(self.root), reverse=True):
            if limit is not None and len(found) >= limit:
                break
            summary = self._summary(name, size, updated)
            if summary and summary.turns and (cwd is None or _is_of(summary.cwd, str(cwd), worktrees)):
                found.append(summary)
        return found

    def at_work(self, cwd: Path, limit: int = 100) -> tuple[str, ...]:
        """Ids of the sessions of `cwd` that a droidlite has open now, of the `limit` used last."""
        names = [name for _, _, name in sorted(journals(self.root), reverse=True)[:limit]]
        return tuple(name for name in names if self._belongs(name, cwd) and is_held(self.folder(name)))

    def _belongs(self, name: str, cwd: Path) -> bool:
        with suppress(UsageError):
            return fold.header_of(self.folder(name)).cwd == str(cwd)
        return False

    def latest(self, cwd: Path | None = None) -> str | None:
        """The id of the session used last (in `cwd`), or None."""
        return next((summary.id for summary in self.list(cwd, limit=1)), None)

    def find(self, text: str) -> str:
        """The one session whose id is `text`, begins with it, or ends with "-" and it.

        Raises UsageError when there is none (with the nearest id) or more than one (with their ids).
        """
        ids = sorted(name for _, _, name in journals(self.root))
        if text in ids:
            return text
        matches = [name for name in ids if text and (name.startswith(text) or name.endswith(f"-{text}"))]
        match matches:
            case [only]:
                return only
            case []:
                raise UsageError(f"There is no session {text!r}.{_nearest(text, ids)}")
        shown = ", ".join(matches[-8:])
        more = f" and {len(matches) - 8} older" if len(matches) > 8 else ""
        raise UsageError(f"{text!r} fits {len(matches)} sessions: {shown}{more}. Give more of the id.")

    def remove(self, session: str) -> str:
        """Deletes a session and returns its id. Raises UsageError while a droidlite has it open."""
        import shutil

        name = self.find(session)
        try:
            with held(self.folder(name)):
                shutil.rmtree(self.folder(name))
        except OSError as error:
            raise DroidliteError(f"Session {name} cannot be removed: {error.strerror}: {error.filename}.") from error
        return name

    def fork(self, session: str, to_turn: int | None = None, *, cwd: Path | None = None) -> str:
        """Copies a session and returns the new id; `to_turn` copies what it was at the start of that turn.

        What the original has cost stays with the original: the copy begins at zero. Where it goes on in another folder
        (`cwd`), so do the files that were saved: /rewind there must not touch files of the same name.
        """
        name = self.find(session)
        old = fold.load(self.folder(name))
        stop = _turn_start(old, to_turn) if to_turn is not None else None
        home = old.header.cwd if cwd is None else str(cwd)
        header = msgspec.structs.replace(
            old.header, session_id=self.new_id(), created=_now(), forked_from=name, cwd=home
        )
        folder = self.folder(header.session_id)
        with Journal.create(folder, header) as journal:
            try:
                share_files(self.folder(name), folder)
                records = copied(self.folder(name), folder, stop, home=home)
                journal.extend([*records, Titled(title=old.title)])
            except (OSError, DroidliteError) as error:
                _discard(folder)
                raise DroidliteError(f"Session {name} cannot be copied: {error}") from error
        return header.session_id

    def export(self, session: str, form: str) -> str:
        """A session as text, `form` md, json or html. Raises UsageError."""
        from droidlite.session.export import export

        return export(self.load(session), form)

    def _summary(self, name: str, size: int, updated: float) -> Summary | None:
        """A session's summary, from its cache while that fits the journal; None when the session cannot be read."""
        cache = self.folder(name) / SUMMARY
        try:
            cached = _decoder.decode(read_regular(cache, MOST_OF_SUMMARY))
        except (OSError, msgspec.MsgspecError):
            cached = None
        if cached and cached.size == size:
            return cached.summary
        try:
            summary = _summarise(name, fold.load(self.folder(name)), updated)
        except UsageError:
            return None
        keep(cache, msgspec.json.encode(Cached(size, summary)))  # a list that cannot keep it is only slower
        return summary


def _is_of(folder: str, cwd: str, worktrees: bool) -> bool:
    return folder == cwd or (worktrees and folder.startswith(f"{cwd}/{WORKTREES}/"))


def journals(root: Path) -> list[tuple[float, int, str]]:
    """(last change in seconds since 1970, size in bytes, id) of every journal; [] without a state folder."""
    found: list[tuple[float, int, str]] = []
    try:
        names = os.listdir(root)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DroidliteError(f"Sessions cannot be read: {error.strerror}: {error.filename}.") from error
    for name in names:
        try:
            status = os.stat(f"{root}/{name}/{JOURNAL}")
        except OSError:
            continue
        found.append((status.st_mtime, status.st_size, name))
    return found


def _summarise(name: str, session: fold.Session, updated: float) -> Summary:
    return Summary(
        id=name,
        title=session.title,
        cwd=session.header.cwd,
        created=session.header.created,
        updated=updated,
        cost_usd=session.spent_usd,
        model=session.model,
        turns=len(session.turns),
        first_prompt=session.turns[0].text if session.turns else "",
        last_prompt=session.turns[-1].text if session.turns else "",
        open_todos=sum(todo.status != "completed" for todo in session.todos),
    )


def _turn_start(session: fold.Session, turn: int) -> int:
    if not 1 <= turn <= len(session.turns):
        raise UsageError(f"Session {session.header.session_id} has turns 1 to {len(session.turns)}, no turn {turn}.")
    return session.turns[turn - 1].seq


def _require_home(name: str, home: str, cwd: Path) -> None:
    if not home:
        raise UsageError(f"Session {name} does not say which folder it belongs to; go on with a copy of it (--fork).")
    if home != str(cwd):
        raise UsageError(
            f"Session {name} belongs to {home}: go on with it there (-C {shlex.quote(home)}), or here with a copy of "
            "it (--fork)."
        )


def _discard(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _nearest(text: str, ids: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(text, ids, n=1, cutoff=0.5)
    if near:
        return f" Did you mean {near[0]}?"
    return " `droidlite sessions` lists them." if ids else " None was stored yet."


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
