"""What is acknowledged is never lost: cuts at any byte, damage, two writers, versions, threads."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from session_samples import HEADER, RECORDS, faults, records_in

from droidlite.errors import DroidliteError, UsageError
from droidlite.session.fold import load
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL, lay_out
from droidlite.session.records import Ended, Listed, Said, Titled
from droidlite.session.unstored import NullJournal
from droidlite.tool import Todo
from droidlite.types import User


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed session holding RECORDS."""
    folder = tmp_path / HEADER.session_id
    with Journal.create(folder, HEADER) as journal:
        for record in RECORDS:
            journal.append(record)
    return folder


def test_a_record_is_one_line_numbered_and_summed(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "s", HEADER) as journal:
        number = journal.append(Titled(title="till"))
    lines = (tmp_path / "s" / JOURNAL).read_bytes().splitlines()
    assert (number, lines[1]) == (2, b'{"n":2,"crc":"0d3d5be0","r":{"type":"titled","title":"till"}}')


def test_everything_appended_is_read_back(folder: Path) -> None:
    assert records_in(folder) == [HEADER, *RECORDS]


def test_only_the_owner_may_read_a_session(folder: Path) -> None:
    assert (folder.stat().st_mode & 0o777, (folder / JOURNAL).stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_cut_at_any_byte_keeps_every_record_before_it(folder: Path, tmp_path: Path) -> None:
    content = (folder / JOURNAL).read_bytes()
    ends = [place + 1 for place, byte in enumerate(content) if byte == ord("\n")]
    for size in range(ends[0], len(content)):
        cut = tmp_path / "cut" / str(size)
        cut.mkdir(parents=True)
        (cut / JOURNAL).write_bytes(content[:size])
        acknowledged = sum(end <= size for end in ends)
        whole = size + 1 in ends  # only the newline is missing
        torn = size not in ends and not whole
        before = load(cut)
        assert records_in(cut) == [HEADER, *RECORDS][: acknowledged + whole]
        assert len(before.warnings) == torn
        if size % 41 and not {size - 1, size, size + 1, size + 2} & set(ends):
            continue  # opening syncs to disk: enough to do it around every end and here and there between
        journal, session = Journal.open(cut)
        journal.append(Ended(subtype="success"))
        journal.close()
        kept = records_in(cut)
        assert kept[: acknowledged + whole] == [HEADER, *RECORDS][: acknowledged + whole]
        assert kept[-1] == Ended(subtype="success")
        assert (faults(session.messages), session.messages) == ([], before.messages)
        assert len(session.warnings) == (2 if torn else 0)
        assert (cut / f"{JOURNAL}.1.bak").exists() == torn
        assert load(cut).warnings == ()


def test_a_session_without_a_whole_header_is_refused(folder: Path) -> None:
    (folder / JOURNAL).write_bytes(b'{"n":1,"crc":"00')
    with pytest.raises(UsageError, match="holds nothing that can be read"):
        Journal.open(folder)


@pytest.mark.parametrize("garbage", [b"\n", b"\0" * 300 + b"\n", b'{"n":5,"crc":"00000000","r":{}}\n', b"\xff\xfe{}\n"])
def test_a_damaged_line_is_kept_aside_skipped_and_told(folder: Path, garbage: bytes) -> None:
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:4], garbage, *lines[4:]])
    (folder / JOURNAL).write_bytes(damaged)
    assert load(folder).warnings == (f"Line 5 of session {folder.name} is damaged; it was skipped.",)
    journal, session = Journal.open(folder)
    journal.close()
    assert session.warnings == (
        f"Line 5 of session {folder.name} is damaged; it was skipped.",
        f"The file as it was is in {folder / JOURNAL}.1.bak.",
    )
    assert records_in(folder) == [HEADER, *RECORDS]
    assert (folder / f"{JOURNAL}.1.bak").read_bytes() == damaged
    assert load(folder).warnings == ()


def test_a_changed_byte_anywhere_never_passes_for_a_record(folder: Path) -> None:
    content = (folder / JOURNAL).read_bytes()
    header = content.index(b"\n") + 1
    for place in range(header, len(content), 7):
        changed = content[:place] + bytes([content[place] ^ 0x01]) + content[place + 1 :]
        (folder / JOURNAL).write_bytes(changed)
        known = records_in(folder)
        assert set(map(repr, known)) < set(map(repr, [HEADER, *RECORDS]))
        assert faults(load(folder).messages) == []


def test_a_damaged_header_does_not_cost_the_session(folder: Path) -> None:
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"?" * 40 + b"\n" + b"".join(lines[1:]))
    journal, session = Journal.open(folder)
    journal.close()
    assert (session.header.session_id, len(session.messages), len(session.warnings)) == (folder.name, 5, 2)


def test_a_second_writer_is_refused_by_name_and_process(folder: Path) -> None:
    first, _ = Journal.open(folder)
    with first, pytest.raises(UsageError, match=rf"Session {folder.name} is open .*process {os.getpid()}"):
        Journal.open(folder)
    Journal.open(folder)[0].close()


def test_a_writer_in_another_process_is_refused_until_this_one_ends(folder: Path) -> None:
    program = """
import sys
from pathlib import Path
from droidlite.session.journal import Journal
Journal.open(Path(sys.argv[1]))
"""
    journal, _ = Journal.open(folder)
    refused = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True)
    journal.close()
    accepted = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True)
    assert (refused.returncode, f"process {os.getpid()}" in refused.stderr, accepted.returncode) == (1, True, 0)


def test_a_child_process_does_not_keep_the_session_open(folder: Path) -> None:
    journal, _ = Journal.open(folder)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False) as child:
        journal.close()
        Journal.open(folder)[0].close()
        child.communicate()


def test_a_lock_left_behind_by_a_killed_process_holds_nothing(folder: Path) -> None:
    (folder / "lock").write_text("999999\n")
    Journal.open(folder)[0].close()


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    body = b'{"type":"header","format":2,"session_id":"s","cwd":{"new":"shape"}}'
    line = _line(1, body) + lay_out(2, Titled(title="x"))
    (folder / JOURNAL).write_bytes(line)
    with pytest.raises(UsageError, match=r"newer droidlite \(journal format 2; this one reads up to 1\)"):
        Journal.open(folder)
    assert (folder / JOURNAL).read_bytes() == line


def test_an_older_journal_loads(tmp_path: Path) -> None:
    """Only the keys the first version had; whoever adds a key gives it a default."""
    folder = tmp_path / "s"
    folder.mkdir()
    bodies = [
        b'{"type":"header","format":0,"session_id":"s","cwd":"/x","created":"2026-11-22T14:30:12Z"}',
        b'{"type":"said","user":{"type":"user","text":"hello"}}',
        b'{"type":"reserved","reservation":1,"usd":0.5,"model":"m"}',
        b'{"type":"replied","assistant":{"type":"assistant","text":"","calls":[{"id":"a","name":"read","arguments":"{}"}]}}',
        b'{"type":"spent","reservation":1,"model":"m","usd":0.25}',
        b'{"type":"started","call_id":"a","name":"read"}',
        b'{"type":"finished","result":{"call_id":"a","content":"x"}}',
        b'{"type":"saved","turn":1,"path":"a.py"}',
        b'{"type":"compacted","messages":[{"type":"user","text":"summary"}]}',
        b'{"type":"rewound","to_turn":9}',
        b'{"type":"verified","command":"pytest","exit_code":null}',
        b'{"type":"ended","subtype":"success"}',
    ]
    (folder / JOURNAL).write_bytes(b"".join(_line(n, body) for n, body in enumerate(bodies, 1)))
    session = load(folder)
    assert (session.warnings, session.messages, session.spent_usd) == ((), (User("summary"),), 0.25)


def test_a_kind_of_record_from_a_later_version_is_skipped_but_kept(folder: Path) -> None:
    with (folder / JOURNAL).open("ab") as file:
        file.write(_line(99, b'{"type":"dreamt","of":"sheep"}'))
    journal, session = Journal.open(folder)
    with journal:
        assert journal.append(Titled(title="x")) == 100
    assert b'"of":"sheep"' in (folder / JOURNAL).read_bytes()
    assert session.warnings == (
        f"Line 17 of session {folder.name} is of a kind this droidlite does not know; it was skipped.",
    )


def test_threads_append_side_by_side(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "s", HEADER) as journal:
        threads = [
            threading.Thread(target=lambda name=name: [journal.append(Titled(title=f"{name}-{i}")) for i in range(200)])
            for name in "abcd"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    titles = [record.title for record in records_in(tmp_path / "s") if isinstance(record, Titled)]
    assert sorted(titles) == sorted(f"{name}-{i}" for name in "abcd" for i in range(200))


def test_text_that_is_not_utf8_is_recorded_with_question_marks(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "s", HEADER) as journal:
        journal.append(Said(user=User("caf\udce9")))
        journal.append(Listed(todos=(Todo("\ud800"),)))
    assert records_in(tmp_path / "s")[1:] == [Said(user=User("caf?")), Listed(todos=(Todo("?"),))]


def test_a_closed_journal_takes_nothing_more(folder: Path) -> None:
    journal, _ = Journal.open(folder)
    journal.close()
    journal.close()
    with pytest.raises(DroidliteError, match="is closed"):
        journal.append(Titled(title="x"))


def test_a_session_that_exists_is_not_begun_again(folder: Path) -> None:
    with pytest.raises(UsageError, match="exists already"):
        Journal.create(folder, HEADER)
    Journal.open(folder)[0].close()


def test_a_full_disk_is_told_and_leaves_no_half_record(tmp_path: Path) -> None:
    """A real limit on the file's size, in a process of its own: the write is cut short, then refused."""
    program = """
import resource, sys
from pathlib import Path
from session_samples import HEADER
from droidlite.errors import DroidliteError
from droidlite.session.journal import Journal
from droidlite.session.records import Titled
journal = Journal.create(Path(sys.argv[1]), HEADER)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
count = 0
try:
    while True:
        journal.append(Titled(title="x" * 150))
        count += 1
except DroidliteError as error:
    print(count, error)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
journal.append(Titled(title="room again"))
"""
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "s"], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    assert run.stderr == ""
    count, message = run.stdout.split(" ", 1)
    assert message.startswith(f"Session s cannot be written in {tmp_path}: File too large.")
    expected = [HEADER, *[Titled(title="x" * 150)] * int(count), Titled(title="room again")]
    assert (int(count) > 5, records_in(tmp_path / "s")) == (True, expected)


def test_no_room_at_all_is_told(tmp_path: Path) -> None:
    """/dev/full refuses every byte, as a full disk does."""
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with (
        Journal(tmp_path / "s", os.open("/dev/full", os.O_WRONLY), lock) as journal,
        pytest.raises(DroidliteError, match="No space left on device"),
    ):
        journal.append(Titled(title="x"))


def test_a_journal_that_stores_nothing_takes_the_same_calls() -> None:
    with NullJournal(HEADER, "Read-only file system.") as journal:
        assert [journal.append(record) for record in RECORDS[:3]] == [2, 3, 4]
        assert journal.folder.is_dir()
        assert (journal.folder.name, journal.stored) == (HEADER.session_id, False)
        assert [turn.text for turn in journal.session().turns] == ["Fix the till"]
        assert "cannot be resumed" in journal.warnings[0]
    assert not journal.folder.exists()


def _line(n: int, body: bytes) -> bytes:
    from zlib import crc32

    return b'{"n":%d,"crc":"%08x","r":%b}\n' % (n, crc32(b"%d:" % n + body), body)
