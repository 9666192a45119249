"""`droidlite sessions`: the stored ones listed, searched, shown, written out, copied, removed, repaired."""

import os
import time
from pathlib import Path
from typing import Literal

import msgspec

from droidlite.app.retelling import session_row
from droidlite.errors import UsageError
from droidlite.session.searching import Found, search
from droidlite.session.store import Store
from droidlite.settings.paths import find_root, places
from droidlite.ui.past import sessions_table
from droidlite.ui.plain import show, show_document, show_json, width

Action = Literal["list", "search", "show", "export", "fork", "rm", "doctor"]


def show_sessions(
    action: Action,
    words: list[str],
    everywhere: bool,
    form: Literal["md", "json", "html"],
    as_json: bool,
    cwd: Path,
) -> int:
    """Does it; `words` are those of a search, or the id of one session. Raises UsageError, DroidliteError."""
    store = Store(places(os.environ).state / "sessions")
    if action in ("list", "search"):
        if action == "list" and words:
            raise UsageError(f"sessions list takes no words; try: droidlite sessions search {' '.join(words)}.")
        root = None if everywhere else find_root(cwd)
        return _list(store, "" if action == "list" else _searched(words), root, as_json)
    session = _named(action, words)
    if action == "doctor":
        from droidlite.app.examining import show_examined

        return show_examined(store, session, as_json)
    match action:
        case "show":
            show_document(store.export(session, "json"), "json") if as_json else show([store.export(session, "md")])
        case "export":
            show_document(store.export(session, form), form)
        case "fork":
            show([f"{store.fork(session)}"])
        case "rm":
            show([f"Removed session {store.remove(session)}."])
    return 0


def show_audit_of(words: list[str], as_json: bool) -> int:
    """What the named session ran, wrote and reached. Raises UsageError."""
    from droidlite.app.audited import show_audit

    return show_audit(Store(places(os.environ).state / "sessions"), _named("show", words), as_json)


def _searched(words: list[str]) -> str:
    if not words:
        raise UsageError("sessions search needs words: droidlite sessions search parser dates.")
    return " ".join(words)


def _named(action: Action, words: list[str]) -> str:
    if len(words) > 1:
        raise UsageError(f"sessions {action} takes one ID; {' '.join(words)!r} are {len(words)}.")
    if not words and action != "doctor":
        raise UsageError(f"sessions {action} needs the ID of a session; `droidlite sessions` lists them.")
    return words[0] if words else ""


def _list(store: Store, words: str, root: Path | None, as_json: bool) -> int:
    """Those of `root` (None = of all folders) that hold `words` ("" = all)."""
    if words:
        found = list(search(store, words, root, worktrees=True))
    else:
        found = [Found(summary) for summary in store.list(root, worktrees=True)]
    if as_json:
        show_json([msgspec.to_builtins(each.summary) | ({"line": each.line} if words else {}) for each in found])
        return 0
    here = find_root(Path.cwd()) if root is None else root
    rows = [session_row(each, here) for each in found]
    show(sessions_table(rows, width(), time.time()) if rows else [_none(words, root)])
    return 0


def _none(words: str, root: Path | None) -> str:
    more = "" if root is None else "; --all looks in every folder's"
    if words:
        return f"No session has {words!r} in its title or prompts{more}."
    return f"There is no session{'' if root is None else ' of this folder'} yet{more}."
