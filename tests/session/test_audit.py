"""An audit has everything of a journal, old or damaged or rewound, in the order it happened."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec import Struct, structs
from session_samples import HEADER, RECORDS

from droidlite.app.audited import show_audit
from droidlite.errors import UsageError
from droidlite.session.audit import Entry, audit
from droidlite.session.audit_records import AutonomySet, HostRan, Opened, Reached, RuleRevoked, VerdictGiven
from droidlite.session.fold import load
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL, lay_out
from droidlite.session.records import (
    CallFinished,
    CallStarted,
    Ended,
    Head,
    PutBack,
    Record,
    Replied,
    RewindUndone,
    Rewound,
    Said,
    Saved,
    Switched,
    Unsaid,
    Verified,
)
from droidlite.session.store import Store
from droidlite.types import Assistant, Call, Switch, ToolResult, User

CALLS = Assistant(
    "",
    (
        Call("1", "shell", '{"command": "make"}'),
        Call("2", "write", '{"file_path": "a.py", "content": "x"}'),
        Call("3", "fetch", '{"url": "https://example.org"}'),
        Call("4", "shell", '{"command": "curl x"}'),
        Call("5", "read", '{"file_path": "a.py"}'),
    ),
    "calls",
    "mid-1",
)


def written(tmp_path: Path, *records: Record) -> Path:
    folder = tmp_path / HEADER.session_id
    with Journal.create(folder, HEADER) as journal:
        for record in records:
            journal.append(record)
    return folder


def entries(folder: Path) -> Sequence[Entry]:
    return [structs.replace(entry, n=0) for entry in audit(folder).entries if entry.kind != "prompt"]


def test_all_that_is_recorded_today(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        Opened(at=1.0, droidlite="0.1.0", autonomy="low", sandbox="bwrap", policy=("/etc/p.toml",), rules=("r",)),
        Said(user=User("go")),
        Replied(assistant=CALLS),
        VerdictGiven(call_id="1", tool="shell", what="make", allowed=True, grounds="once", autonomy="low", at=2.0),
        CallStarted(call_id="1", name="shell", command="make", at=3.0),
        CallFinished(result=ToolResult("1", "no", is_error=True, exit_code=2)),
        VerdictGiven(call_id="2", tool="write", what="a.py", allowed=True, grounds="autonomy", autonomy="low", at=4.0),
        CallStarted(call_id="2", name="write", at=5.0),
        Saved(turn=1, path="a.py"),
        CallFinished(result=ToolResult("2", "ok")),
        VerdictGiven(call_id="3", tool="fetch", what="https://example.org", allowed=True, grounds="always", at=6.0),
        CallStarted(call_id="3", name="fetch", at=7.0),
        Reached(call_id="3", host="example.org", port=443),
        Reached(call_id="3", host="inside", port=80, refused=True),
        CallFinished(result=ToolResult("3", "no", is_error=True)),
        VerdictGiven(call_id="4", tool="shell", what="curl x", allowed=False, grounds="no", why="later", at=8.0),
        CallFinished(result=ToolResult("4", "Not run", is_error=True, blocked="permission")),
        CallStarted(call_id="5", name="read", at=9.0),
        CallFinished(result=ToolResult("5", "x")),
        HostRan(command="pytest", by="check", exit_code=1, seconds=0.5, aside=True, at=10.0),
        Verified(command="pytest", exit_code=0, passed=False),
        Switched(switch=Switch(from_model="a", to="b", cause="the check still fails"), at=11.0),
        AutonomySet(autonomy="high", at=12.0),
        RuleRevoked(rule="commands that begin `make` (project)", at=13.0),
        HostRan(command="ls", by="person", exit_code=None, at=14.0),
    )
    call = Entry(n=0, turn=1, kind="command", what="")
    assert entries(folder) == [
        Entry(
            n=0, turn=0, kind="opened", what="droidlite 0.1.0, a person to ask, policy /etc/p.toml", at=1.0,
            autonomy="low", sandbox="bwrap", rule="r",
        ),
        structs.replace(
            call, what="make", at=3.0, call_id="1", tool="shell", allowed=True, grounds="once", autonomy="low",
            exit_code=2, failed=True, sandbox="bwrap",
        ),
        structs.replace(
            call, kind="write", what="a.py", at=5.0, call_id="2", tool="write", allowed=True, grounds="autonomy",
            autonomy="low", failed=False, files=("a.py",),
        ),
        structs.replace(
            call, kind="network", what="https://example.org", at=7.0, call_id="3", tool="fetch", allowed=True,
            grounds="always", autonomy="off", failed=True, hosts=("example.org:443", "inside:80 (refused)"),
        ),
        structs.replace(
            call, what="curl x", at=8.0, call_id="4", tool="shell", allowed=False, grounds="no", why="later",
            autonomy="off",
        ),
        structs.replace(
            call, kind="check", what="pytest", at=10.0, exit_code=1, seconds=0.5, why="beside other work",
            sandbox="bwrap",
        ),
        structs.replace(call, kind="verdict", what="pytest", exit_code=0, failed=True),
        structs.replace(call, kind="switch", what="a to b", at=11.0, why="the check still fails"),
        structs.replace(call, kind="autonomy", what="high", at=12.0, autonomy="high"),
        structs.replace(call, kind="rule", what="commands that begin `make` (project)", at=13.0, why="revoked"),
        structs.replace(call, kind="person", what="ls", at=14.0, seconds=0.0, sandbox="bwrap"),
    ]  # fmt: skip


def test_an_older_journal_tells_what_it_has(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        Said(user=User("go")),
        Replied(assistant=CALLS),
        CallStarted(call_id="1", name="shell", command=""),
        CallFinished(result=ToolResult("1", "ok", exit_code=0)),
        CallStarted(call_id="2", name="write"),
        CallFinished(result=ToolResult("4", "Not run: no.", is_error=True, blocked="permission")),
        *RECORDS,
    )
    assert entries(folder)[:3] == [
        Entry(n=0, turn=1, kind="command", what="make", call_id="1", tool="shell", exit_code=0, failed=False),
        Entry(n=0, turn=1, kind="write", what="a.py", call_id="2", tool="write"),
        Entry(n=0, turn=1, kind="command", what="curl x", call_id="4", tool="shell", allowed=False, why="Not run: no."),
    ]


def numbered(folder: Path) -> list[tuple[int, str, str, bool]]:
    found = audit(folder).entries
    return [(entry.turn, entry.what, entry.why, entry.taken_back) for entry in found if entry.kind != "prompt"]


def test_a_prompt_is_told_by_its_number_and_its_first_line(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        Head(at=5.0), Said(user=User("context"), host=True), Said(user=User("one\nand more")), Head(at=6.0),
        Head(at=7.0), Said(user=User("two")), Rewound(to_turn=2), Said(user=User("2")),
    )  # fmt: skip
    found = [structs.replace(entry, n=0) for entry in audit(folder).entries if entry.kind == "prompt"]
    assert found == [
        Entry(n=0, turn=1, kind="prompt", what="one", at=5.0),
        Entry(n=0, turn=2, kind="prompt", what="two", at=7.0, taken_back=True),
        Entry(n=0, turn=2, kind="prompt", what="2", at=7.0),
    ]


def test_a_rewind_hides_nothing_and_a_prompt_taken_back_is_told_from_the_next_of_its_number(tmp_path: Path) -> None:
    ran = HostRan(command="ls", by="person", exit_code=0)
    folder = written(
        tmp_path,
        Said(user=User("one")), ran, Said(user=User("two")), ran, Said(user=User("three")), ran,
        Rewound(to_turn=2, undo=(Saved(turn=2, path="a"),)), ran, Said(user=User("2")), ran,
        Unsaid(to_turn=2), Unsaid(to_turn=1), Said(user=User("1")), ran,
    )  # fmt: skip
    assert numbered(folder) == [
        (1, "ls", "", True),
        (2, "ls", "", True),
        (3, "ls", "", True),
        (1, "files and conversation to before prompt 2", "took back prompts 2 to 3", False),
        (1, "ls", "", True),
        (2, "ls", "", True),
        (1, "conversation to before prompt 2", "took back prompt 2", False),
        (0, "conversation to before prompt 1", "took back prompt 1", False),
        (1, "ls", "", False),
    ]
    assert entries(folder)[3].files == ("a",)


def test_a_rewind_undone_took_back_nothing(tmp_path: Path) -> None:
    ran = HostRan(command="ls", by="person", exit_code=0)
    folder = written(
        tmp_path,
        Said(user=User("one")), ran, Said(user=User("two")), ran,
        Rewound(to_turn=1), RewindUndone(), ran, PutBack(to_turn=1), RewindUndone(),
        Said(user=User("three")), ran, Rewound(to_turn=9), ran,
    )  # fmt: skip
    assert numbered(folder) == [
        (1, "ls", "", False),
        (2, "ls", "", False),
        (0, "files and conversation to before prompt 1", "took back prompts 1 to 2", False),
        (2, "undone", "", False),
        (2, "ls", "", False),
        (2, "files to before prompt 1", "", False),
        (2, "undone", "", False),
        (3, "ls", "", False),
        (3, "files and conversation to before prompt 9", "", False),
        (3, "ls", "", False),
    ]
    past = load(folder)
    assert [turn.number for turn in past.turns] == [1, 2, 3]


def test_a_host_that_no_listed_call_reached_is_listed(tmp_path: Path) -> None:
    folder = written(tmp_path, Reached(call_id="verify", host="a.org", port=443, at=1.0))
    assert entries(folder) == [
        Entry(
            n=0, turn=0, kind="network", what="a.org:443", at=1.0, call_id="verify", hosts=("a.org:443",),
            why="asked for by verify",
        )
    ]  # fmt: skip


class Novel(Struct, tag="novel"):
    word: str


def test_lines_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path, Said(user=User("go")))
    with (folder / JOURNAL).open("ab") as file:
        file.write(lay_out(3, Novel("x")) + b"garbage\n" + lay_out(4, Said(user=User("x"))) + b'{"n":5,')
    assert [entry.what for entry in entries(folder)] == [
        "line 3 is of a kind this droidlite does not know",
        "line 4 is damaged",
        "line 6 was cut off",
    ]


def test_lines_that_are_gone_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path, *(Said(user=User("go")) for _ in range(6)))
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join([lines[0], lines[2], b"?\n", *lines[6:]]))
    assert [(entry.n, entry.what) for entry in audit(folder).entries if entry.kind == "unreadable"] == [
        (3, "1 line is missing before line 2"),
        (3, "line 3 is damaged"),
        (7, "2 lines are missing before line 4"),
    ]


@pytest.mark.parametrize("content", [b"", b"?\n"])
def test_where_nothing_can_be_read_it_says_so_as_the_session_does(content: bytes, tmp_path: Path) -> None:
    folder = written(tmp_path, Said(user=User("go")))
    (folder / JOURNAL).write_bytes(content)
    for read in (audit, load):
        with pytest.raises(UsageError, match=f"Session {folder.name} holds nothing that can be read"):
            read(folder)


def test_a_lost_first_line_is_no_empty_folder_and_no_empty_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path, Said(user=User("go")))
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[1:]))
    show_audit(Store(folder.parent), folder.name, as_json=False)
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"Session {folder.name}; its first line, which said where and when it was begun, is lost"


def test_a_tool_that_only_reads_is_called_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = VerdictGiven(call_id="5", tool="read", what="/etc/shadow", allowed=False, grounds="nobody", at=1.0)
    folder = written(tmp_path, Said(user=User("go")), Replied(assistant=CALLS), verdict)
    show_audit(Store(folder.parent), folder.name, as_json=False)
    assert "00:00:01    1  x read      /etc/shadow" in capsys.readouterr().out.splitlines()


def test_what_is_for_the_audit_changes_no_session(tmp_path: Path) -> None:
    plain = load(written(tmp_path / "a", *RECORDS, Ended(subtype="success")))
    more = (Opened(at=1.0), AutonomySet(autonomy="high"), HostRan(command="ls", by="person", exit_code=0))
    assert load(written(tmp_path / "b", *RECORDS, Ended(subtype="success"), *more)) == plain
