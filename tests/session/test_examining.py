"""What kills, full disks and other programs do to stored sessions is found, repaired where it can be, and told."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from binary import droidlite
from session_samples import HEADER, RECORDS, records_in

from droidlite.session.examining import Examined, examine
from droidlite.session.journal import BLOBS, SPILL, Journal
from droidlite.session.lines import JOURNAL, lay_out
from droidlite.session.records import Header, Saved, Titled
from droidlite.session.store import SUMMARY, Store

NAME = HEADER.session_id
BEFORE = b"what the file was\n"
BLOB = hashlib.sha256(BEFORE).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of all sessions; one of them, whose file a.py was saved, is stored in it."""
    root = tmp_path / "state" / "sessions"
    header = Header(session_id=NAME, cwd=str(tmp_path / "shop"), created="2026-11-22T14:30:12Z")
    with Journal.create(root / NAME, header) as journal:
        journal.extend([*RECORDS, Saved(turn=2, path="a.py", blob=BLOB, mode=0o100644)])
    (root / NAME / BLOBS).mkdir(mode=0o700)
    write(root / NAME / BLOBS / BLOB, BEFORE)
    return root


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def only(root: Path) -> Examined:
    (found,) = examine(root)
    return found


def files(root: Path) -> dict[str, bytes]:
    """All of the session but its lock."""
    return {each.name: each.read_bytes() for each in (root / NAME).iterdir() if each.is_file() and each.name != "lock"}


def said(root: Path) -> list[str]:
    return [type(record).__name__ for record in records_in(root / NAME)]


def test_a_session_that_is_well_is_left_as_it_is(root: Path) -> None:
    Store(root).list()
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.name != "lock"}
    assert only(root) == Examined(session=NAME)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.name != "lock"} == before


def test_no_session_at_all(tmp_path: Path) -> None:
    assert list(examine(tmp_path / "none")) == []


def test_a_torn_end_is_cut_off_and_kept(root: Path) -> None:
    journal, kept = root / NAME / JOURNAL, said(root)
    with journal.open("ab") as file:
        file.write(b'{"n":18,"crc":"0000')
    assert only(root) == Examined(
        session=NAME,
        repaired=(
            f"The last write of session {NAME} was cut off; it was dropped.",
            f"What was dropped is in {journal}.1.bak.",
        ),
    )
    assert (said(root), Path(f"{journal}.1.bak").read_bytes()) == (kept, b'{"n":18,"crc":"0000')
    assert only(root) == Examined(session=NAME)


def test_where_the_disk_is_full_nothing_is_cut_off_and_nothing_half_written_stays(root: Path) -> None:
    """A real limit on the size of files, in a process of its own."""
    journal = root / NAME / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-10])
    before = {
        path.name: path.read_bytes() for path in (root / NAME).iterdir() if path.is_file() and path.name != "lock"
    }
    program = (
        "import resource, sys; from pathlib import Path; from droidlite.session.examining import examine; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)); print(*examine(Path(sys.argv[1])))"
    )
    ran = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True)
    assert "it cannot be examined: File too large" in ran.stdout, ran.stderr
    after = files(root)
    assert after == before


def test_damaged_lines_are_taken_out_and_kept(root: Path) -> None:
    journal, kept = root / NAME / JOURNAL, said(root)
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:3], b"\0\0\xff\n", *lines[3:]])
    write(journal, damaged)
    found = only(root)
    assert (len(found.repaired), found.wrong) == (2, ())
    assert (said(root), Path(f"{journal}.1.bak").read_bytes()) == (kept, damaged)


def test_lines_that_are_gone_are_noted_but_not_those_a_repair_took_out(root: Path) -> None:
    journal = root / NAME / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    write(journal, b"".join([*lines[:3], b"not a record\n", *lines[4:7], *lines[9:]]))
    told = (
        "2 lines are missing, taken out or never written for want of space; "
        f"droidlite sessions show {NAME} --audit tells where",
    )
    assert (len(only(root).repaired), only(root)) == (2, Examined(session=NAME, noted=told))


def test_a_session_without_its_first_line_is_told_what_to_do(root: Path) -> None:
    journal = root / NAME / JOURNAL
    journal.write_bytes(b"?" + journal.read_bytes())
    told = (
        "it does not say any more which folder it belongs to, so only `droidlite sessions --all` lists it; go on with "
        f"a copy of it in that folder: droidlite -r {NAME} --fork",
    )
    first, second = only(root), only(root)
    assert (len(first.repaired), first.noted, second) == (2, told, Examined(session=NAME, noted=told))


def test_a_missing_newline_is_added(root: Path) -> None:
    journal = root / NAME / JOURNAL
    whole = journal.read_bytes()
    write(journal, whole[:-1])
    assert only(root).repaired == ("the last line lacked its end, nothing else",)
    assert journal.read_bytes() == whole


def test_a_journal_nothing_can_be_read_of_is_told_and_left(root: Path) -> None:
    write(root / NAME / JOURNAL, b"nothing\n")
    assert only(root).wrong == (f"Session {NAME} holds nothing that can be read. See `droidlite sessions`.",)
    assert (root / NAME / JOURNAL).read_bytes() == b"nothing\n"


def test_a_newer_session_is_told_and_left(root: Path) -> None:
    newer = lay_out(1, Header(format=9, session_id=NAME, cwd="/", created=""))
    write(root / NAME / JOURNAL, newer)
    (told,) = only(root).wrong
    assert "Upgrade droidlite to open it; the session was not touched." in told
    assert (root / NAME / JOURNAL).read_bytes() == newer


def test_records_of_a_later_version_are_kept_and_noted(root: Path) -> None:
    from msgspec import Struct

    class Dreamt(Struct, tag="dreamt"):
        of: str

    with (root / NAME / JOURNAL).open("ab") as file:
        file.write(lay_out(len(said(root)) + 1, Dreamt("sheep")))
    found = only(root)
    assert (found.repaired, len(found.noted), found.wrong) == ((), 1, ())
    assert b"sheep" in (root / NAME / JOURNAL).read_bytes()


@pytest.mark.parametrize("content", [None, b"damaged"])
@pytest.mark.parametrize("where", ["nowhere", "another session", "the file itself"])
def test_saved_files_are_found_again_where_there_is_a_copy(content: bytes | None, where: str, root: Path) -> None:
    blob = root / NAME / BLOBS / BLOB
    blob.unlink()
    if content is not None:
        write(blob, content)
    if where == "another session":
        (root / "z" / BLOBS).mkdir(parents=True, mode=0o700)
        write(root / "z" / BLOBS / BLOB, BEFORE)
    if where == "the file itself":
        (root.parents[1] / "shop").mkdir()
        write(root.parents[1] / "shop" / "a.py", BEFORE)
    found = next(examine(root, (NAME,)))
    if where == "nowhere":
        assert found.wrong == ("what /rewind would need is missing or damaged, and nowhere else: a.py",)
        assert content is None or blob.read_bytes() == content
    else:
        assert found == Examined(session=NAME, repaired=("saved files that were missing or damaged, found again: 1",))
        assert blob.read_bytes() == BEFORE


def test_modes_are_the_owners_alone_again(root: Path) -> None:
    (root / NAME / SPILL).mkdir()
    (root / NAME / SPILL / "shell-1.txt").write_text("long")
    for path in ((root / NAME), *(root / NAME).rglob("*")):
        path.chmod(0o777)
    outside = root.parent / "outside"
    outside.write_text("")
    outside.chmod(0o666)
    (root / NAME / "link").symlink_to(outside)
    assert only(root).repaired == ("7 files others could read, or the owner could not: now the owner's alone",)
    modes = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in ((root / NAME), *(root / NAME).rglob("*"))}
    del modes["link"]
    assert modes == {
        NAME: 0o700, "lock": 0o600, JOURNAL: 0o600, BLOBS: 0o700, BLOB: 0o600, SPILL: 0o700, "shell-1.txt": 0o600
    }  # fmt: skip
    assert stat.S_IMODE(outside.stat().st_mode) == 0o666


def test_what_a_killed_process_left_half_written_goes(root: Path) -> None:
    for name in ("summary.json.4711", "journal.new", f"{BLOBS}/new-4711-1"):
        write(root / NAME / name, b"half")
    write(root / NAME / SUMMARY, b"{")
    assert only(root).repaired == (
        "half-written files of a killed droidlite removed: 3",
        "its line of the list could not be read and is made anew",
    )
    assert sorted(os.listdir(root / NAME)) == [BLOBS, JOURNAL, "lock"]
    assert len(Store(root).list()) == 1


def test_a_folder_killed_before_its_session_began_goes_but_not_one_that_holds_something(root: Path) -> None:
    (root / "empty").mkdir(mode=0o700)
    write(root / "empty" / "lock", b"4711\n")
    (root / "lost").mkdir(mode=0o700)
    write(root / "lost" / f"{JOURNAL}.1.bak", b"what was said")
    (root / "a file").write_text("")
    assert [each for each in examine(root) if each.session != NAME] == [
        Examined(session="empty", repaired=("it was never begun: its empty folder is removed",)),
        Examined(session="lost", wrong=(f"its journal is gone; what is left is in {root / 'lost'}",)),
    ]
    assert sorted(os.listdir(root)) == [NAME, "a file", "lost"]


def test_a_session_that_is_open_is_left_alone(root: Path) -> None:
    with Journal.open(root / NAME)[0] as journal:
        journal.append(Titled(title="x"))
        write(root / NAME / "summary.json.1", b"half")
        (root / NAME / JOURNAL).chmod(0o644)
        assert only(root) == Examined(session=NAME, noted=("it is open in another droidlite, so it was left alone",))
    assert (root / NAME / "summary.json.1").exists()
    assert stat.S_IMODE((root / NAME / JOURNAL).stat().st_mode) == 0o644


def test_one_whose_owner_cannot_open_it_is_opened_up(root: Path) -> None:
    (root / NAME / "lock").chmod(0)
    (root / NAME).chmod(0)
    assert only(root).repaired == ("2 files others could read, or the owner could not: now the owner's alone",)


def test_what_commands_left_in_the_sandbox_is_left_as_it_is(root: Path) -> None:
    (root / NAME / "sandbox" / "tmp").mkdir(parents=True, mode=0o755)
    (root / NAME / "sandbox" / "tmp" / "run.sh").touch(0o755)
    assert only(root) == Examined(session=NAME)
    assert stat.S_IMODE((root / NAME / "sandbox" / "tmp" / "run.sh").stat().st_mode) == 0o755


def test_the_command_tells_a_line_for_each_and_how_all_is(tmp_path: Path) -> None:
    sessions = Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions"
    for name in ("20261101-000000-aaaa", "20261102-000000-bbbb", "20261103-000000-cccc"):
        with Journal.create(sessions / name, Header(session_id=name, cwd="/", created="")) as journal:
            journal.extend(RECORDS)
    with (sessions / "20261102-000000-bbbb" / JOURNAL).open("ab") as file:
        file.write(b"{")
    write(sessions / "20261103-000000-cccc" / JOURNAL, b"?\n")
    first = min(os.listdir(sessions))
    ran = droidlite("sessions", "doctor", cwd=tmp_path)
    assert (ran.code, ran.err, ran.out.splitlines()) == (
        1,
        "",
        [
            "20261102-000000-bbbb  repaired: The last write of session 20261102-000000-bbbb was cut off; it was dropped"
            f"; What was dropped is in {sessions}/20261102-000000-bbbb/{JOURNAL}.1.bak",
            "20261103-000000-cccc  not repaired: Session 20261103-000000-cccc holds nothing that can be read. "
            "See `droidlite sessions`",
            "3 sessions examined: 1 repaired, 1 not whole.",
        ],
    )
    journal = sessions / "20261102-000000-bbbb" / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    write(journal, b"".join([*lines[:2], *lines[3:]]))
    again = droidlite("sessions", "doctor", "bbbb", cwd=tmp_path)
    assert (again.code, again.out.splitlines()[1:]) == (0, ["1 session examined: 1 with something to note."])
    assert again.out.startswith("20261102-000000-bbbb  1 line is missing, ")
    told = droidlite("sessions", "doctor", first, "--json", cwd=tmp_path)
    assert (told.code, json.loads(told.out)) == (0, [{"session": first, "repaired": [], "noted": [], "wrong": []}])
    assert droidlite("sessions", "doctor", "nope", cwd=tmp_path).code == 2
