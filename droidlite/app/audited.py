"""`droidlite sessions show ID --audit`: what a session ran, wrote and reached, and who let it."""

import msgspec

from droidlite.session.audit import Audit, Entry, audit
from droidlite.session.store import Store
from droidlite.ui.audit import AuditRow, audit_lines
from droidlite.ui.plain import show_json, show_table, width
from droidlite.ui.wording import counted

LABELS = {
    "opened": "opened", "prompt": "prompt", "command": "run", "write": "write", "network": "fetch", "tool": "tool",
    "person": "you ran", "check": "check", "verdict": "verdict", "switch": "model", "autonomy": "autonomy",
    "rule": "rule", "rewind": "rewind", "unreadable": "damage",
}  # fmt: skip
GROUNDS = {
    "check": "it is the check",
    "once": "you, once",
    "session": "you, for the session",
    "always": "you, always in this project",
    "no": "you said no",
    "nobody": "nobody could be asked",
    "tools": "the tool is not allowed",
}


def show_audit(store: Store, session: str, as_json: bool) -> int:
    """Prints it. Raises UsageError where there is no such session or it cannot be read."""
    found = audit(store.folder(store.find(session)))
    if as_json:
        show_json(_plain(found))
        return 0
    lines = audit_lines(_head(found), [_row(entry) for entry in found.entries], width())
    show_table("".join(f"{line}\n" for line in lines))
    return 0


def _plain(found: Audit) -> dict[str, object]:
    return msgspec.to_builtins(found) | {"totals": _totals(found)}  # type: ignore[no-any-return]


def _totals(found: Audit) -> dict[str, int]:
    def count(*kinds: str) -> int:
        return sum(entry.kind in kinds and entry.allowed is not False for entry in found.entries)

    return {
        "commands": count("command"),
        "commands_of_the_person": count("person"),
        "checks": count("check"),
        "writes": count("write"),
        "hosts": len({host for entry in found.entries for host in entry.hosts if not host.endswith("(refused)")}),
        "approved_by_the_person": sum(entry.grounds in ("once", "session", "always") for entry in found.entries),
        "refused": sum(entry.allowed is False for entry in found.entries),
    }


def _head(found: Audit) -> tuple[str, ...]:
    totals = _totals(found)
    told = (
        counted(totals["commands"], "command"),
        f"{totals['commands_of_the_person']} of your own",
        counted(totals["checks"], "check"),
        counted(totals["writes"], "file change"),
        counted(totals["hosts"], "host"),
        f"{totals['approved_by_the_person']} approved by you",
        f"{totals['refused']} refused",
    )
    copied = f", a copy of {found.forked_from}" if found.forked_from else ""
    begun = f"{copied} in {found.cwd}, begun {found.created}"
    if not found.cwd:
        begun = "; its first line, which said where and when it was begun, is lost"
    return f"Session {found.session_id}{begun}", ", ".join(told)


def _row(entry: Entry) -> AuditRow:
    who = _who(entry)
    facts = (
        who,
        f"hosts: {', '.join(entry.hosts)}" if entry.hosts else "",
        f"kept for undo: {', '.join(entry.files)}" if entry.files else "",
        _end(entry),
        f"sandbox: {entry.sandbox or 'not recorded'}" if entry.kind in ("command", "person", "check") else "",
    )
    refused = entry.allowed is False
    label = entry.tool if entry.kind == "tool" and entry.tool else LABELS[entry.kind]
    told = (*((who,) if refused else facts), _taken_back(entry))
    return AuditRow(entry.at, entry.turn, label, entry.what, told, refused)


def _taken_back(entry: Entry) -> str:
    if not entry.taken_back:
        return ""
    return "taken back by a rewind" if entry.kind == "prompt" else "its prompt was taken back"


def _who(entry: Entry) -> str:
    """Who let it run or refused it, and why."""
    if entry.allowed is None:
        level = f"autonomy {entry.autonomy}" if entry.kind == "opened" else ""
        return " · ".join(part for part in (level, entry.why, entry.rule) if part)
    by = GROUNDS.get(entry.grounds, f"autonomy {entry.autonomy}")
    if entry.grounds == "rule":
        by = f"rule {entry.rule}"
    if entry.allowed:
        return f"allowed: {by}"
    return f"refused: {by}" + (f": {entry.why}" if entry.why and entry.why != entry.rule else "")


def _end(entry: Entry) -> str:
    if entry.kind == "verdict":
        return "failed" if entry.failed else "passed"
    if entry.kind in ("command", "person", "check"):
        took = f", {entry.seconds:.1f} s" if entry.seconds is not None else ""
        stopped = "stopped" if entry.kind != "command" else "failed" if entry.failed else "its end is not recorded"
        return (f"exit {entry.exit_code}" if entry.exit_code is not None else stopped) + took
    if entry.kind in ("write", "network"):
        return {True: "failed", False: "done", None: "its end is not recorded"}[entry.failed]
    return ""
