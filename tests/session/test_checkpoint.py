"""A rewind puts files back to what they were at the start of a turn: content, mode, presence; and can be undone."""

import os
import stat
from pathlib import Path

import pytest
from msgspec import structs
from session_samples import records_in
from session_work import Work

from droidlite.errors import UsageError
from droidlite.session import checkpoint as module
from droidlite.session.checkpoint import FileChange
from droidlite.session.fold import load
from droidlite.session.records import Left, RewindUndone, Rewound, Saved

OLD, NEW = b"one\r\ntwo\r\n", b"one\ntwo\n"


@pytest.fixture
def work(tmp_path: Path):
    work = Work(tmp_path)
    yield work
    work.journal.close()


def test_files_go_back_to_what_they_were(work: Work) -> None:
    work.outside("crlf.txt", OLD)
    work.outside("picture.bin", bytes(range(256)) * 300)
    work.outside("run.sh", b"#!/bin/sh\n", 0o755)
    work.outside("doomed.py", b"x = 1\n", 0o600)
    work.outside("pkg/kept.py", b"")
    before = work.files()
    work.turn()
    work.write("crlf.txt", NEW)
    work.write("picture.bin", b"")
    work.write("run.sh", b"#!/bin/sh\n", 0o644)
    work.write("doomed.py", None)
    work.write("new.py", b"new\n")
    work.write("pkg/deep/er/new.py", b"new\n")
    work.write("pkg/deep/other.py", b"new\n")
    work.write("pkg/kept.py", b"")
    assert work.checkpoint.changes_since(1) == [
        FileChange("crlf.txt", "modified"),
        FileChange("doomed.py", "deleted"),
        FileChange("new.py", "created"),
        FileChange("picture.bin", "modified"),
        FileChange("pkg/deep/er/new.py", "created"),
        FileChange("pkg/deep/other.py", "created"),
        FileChange("run.sh", "mode"),
    ]
    assert work.checkpoint.rewind(1) == [
        "crlf.txt: put back",
        "doomed.py: put back",
        "new.py: removed",
        "picture.bin: put back",
        "pkg/deep/er/new.py: removed",
        "pkg/deep/other.py: removed",
        "run.sh: put back",
    ]
    assert work.files() == before
    assert load(work.folder).messages == ()


def test_what_a_file_held_before_can_be_read(work: Work) -> None:
    work.outside("crlf.txt", OLD)
    work.outside("picture.bin", b"\0\1")
    work.turn()
    for name in ("crlf.txt", "picture.bin", "new.py"):
        work.write(name, b"now")
    read = [work.checkpoint.content_before(name) for name in ("crlf.txt", "picture.bin", "new.py", "never.py")]
    assert read == ["one\r\ntwo\r\n", None, "", None]


def test_each_turn_can_be_gone_back_to(work: Work) -> None:
    states = []
    work.outside("a.py", b"0")
    for number in range(1, 4):
        states.append(work.files())
        work.turn()
        work.write("a.py", b"%d" % number)
        work.write("a.py", b"%d again" % number)
        work.write(f"new{number}.py", b"")
    assert len(work.checkpoint.rewind(3)) == 2
    assert work.files() == states[2]
    work.turns = 2
    work.turn()
    work.write("a.py", b"another way")
    work.checkpoint.rewind(2)
    assert work.files() == states[1]
    work.checkpoint.rewind(1)
    assert (work.files(), load(work.folder).turns) == (states[0], ())


def test_a_rewind_can_be_taken_back(work: Work) -> None:
    work.outside("a.py", b"old", 0o755)
    work.outside("gone.py", b"x")
    work.turn()
    work.write("a.py", b"new", 0o644)
    work.write("dir/b.py", b"b")
    work.write("gone.py", None)
    after, conversation = work.files(), load(work.folder).messages
    work.checkpoint.rewind(1)
    assert work.files() != after
    assert work.checkpoint.undo_rewind() == ["a.py: put back", "dir/b.py: put back", "gone.py: removed"]
    assert (work.files(), load(work.folder).messages) == (after, conversation)
    assert isinstance(records_in(work.folder)[-1], RewindUndone)
    with pytest.raises(UsageError, match="no rewind to take back"):
        work.checkpoint.undo_rewind()
    work.checkpoint.rewind(1)
    work.turns = 0
    work.turn()
    with pytest.raises(UsageError, match="until the next prompt"):
        work.checkpoint.undo_rewind()


def test_what_was_changed_outside_meanwhile_is_told_and_kept(work: Work) -> None:
    work.outside("mine.py", b"old")
    work.outside("theirs.py", b"old")
    work.turn()
    work.write("mine.py", b"new")
    work.write("theirs.py", b"new")
    work.checkpoint.end_turn()
    work.outside("theirs.py", b"by hand")
    note = "it had been changed outside droidlite since; that version is kept for undo"
    assert work.checkpoint.changes_since(1) == [
        FileChange("mine.py", "modified"),
        FileChange("theirs.py", "modified", outside=True, note=note),
    ]
    assert work.checkpoint.rewind(1)[-1] == f"theirs.py: {note}"
    assert work.files()["theirs.py"][0] == b"old"
    work.checkpoint.undo_rewind()
    assert work.files()["theirs.py"][0] == b"by hand"


def test_a_turn_ends_once_and_what_comes_later_is_not_ours(work: Work) -> None:
    work.turn()
    work.write("a.py", b"new")
    work.checkpoint.end_turn()
    work.outside("a.py", b"by hand")
    work.checkpoint.end_turn()
    assert [change.outside for change in work.checkpoint.changes_since(1)] == [True]


def test_a_change_outside_is_known_after_a_resume_too(work: Work) -> None:
    work.turn()
    work.write("a.py", b"new")
    work.checkpoint.end_turn()
    work.outside("a.py", b"by hand")
    work.resume()
    assert [change.outside for change in work.checkpoint.changes_since(1)] == [True]


def test_the_own_changes_of_a_broken_off_turn_are_not_taken_for_others(work: Work) -> None:
    for content in (b"one", b"two"):
        work.turn()
        work.write("a.py", content)
    work.resume()
    assert work.checkpoint.changes_since(1) == [FileChange("a.py", "created")]


def test_the_next_turn_begins_with_a_note_of_how_the_last_one_ended(work: Work) -> None:
    work.turn()
    work.write("a.py", b"")
    work.turn()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert records_in(work.folder)[-1] == Left(turn=1, files={"a.py": empty})


def test_a_resumed_session_goes_back_as_well(work: Work) -> None:
    work.outside("a.py", b"old", 0o644)
    work.turn()
    work.write("a.py", b"new")
    work.resume()
    work.write("a.py", b"newer")
    assert work.checkpoint.rewind(1) == ["a.py: put back"]
    assert work.files()["a.py"][0] == b"old"
    rewound = records_in(work.folder)[-1]
    assert isinstance(rewound, Rewound)
    assert structs.replace(rewound, at=0.0) == Rewound(
        to_turn=1,
        undo=(
            Saved(
                turn=1,
                path="a.py",
                blob="804f51f71254c4081e37e7c887073560f4a6fa6cdad202e9ac67e032c43ed1e1",
                mode=stat.S_IFREG | 0o644,
            ),
        ),
    )


def test_a_link_is_not_followed_out_of_what_it_was(work: Work) -> None:
    work.outside("real.py", b"old")
    (work.root / "link.py").symlink_to("real.py")
    before = work.files()
    work.turn()
    work.write("link.py", b"through the link")
    work.checkpoint.save(work.root / "link.py")
    (work.root / "link.py").unlink()
    (work.root / "link.py").write_bytes(b"a file now")
    work.checkpoint.rewind(1)
    assert work.files() == before


def test_a_folder_that_became_a_link_elsewhere_is_not_written_through(work: Work, tmp_path: Path) -> None:
    work.outside("pkg/a.py", b"old")
    work.turn()
    work.write("pkg/a.py", b"new")
    (work.root / "pkg" / "a.py").unlink()
    (work.root / "pkg").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.py").write_bytes(b"not ours")
    (work.root / "pkg").symlink_to(tmp_path / "elsewhere")
    told = work.checkpoint.rewind(1)
    assert told == [f"pkg/a.py: not put back: {work.root}/pkg has become a link to somewhere else"]
    assert (tmp_path / "elsewhere" / "a.py").read_bytes() == b"not ours"


def test_a_file_outside_the_root_is_known_by_its_whole_path(work: Work, tmp_path: Path) -> None:
    (tmp_path / "extra.txt").write_bytes(b"old")
    work.turn()
    work.checkpoint.save(tmp_path / "extra.txt")
    (tmp_path / "extra.txt").write_bytes(b"new")
    assert work.checkpoint.rewind(1) == [f"{tmp_path}/extra.txt: put back"]
    assert (tmp_path / "extra.txt").read_bytes() == b"old"


def test_what_is_too_large_or_no_file_is_told_and_left(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 2_000_000)
    work.outside("huge.bin", b"x" * 3_000_000)
    os.mkfifo(work.root / "pipe")
    work.turn()
    work.write("huge.bin", b"small")
    work.checkpoint.save(work.root / "pipe")
    why = "has 3 MB, more than the 2 MB that are saved"
    assert work.told == [
        f"huge.bin {why}: /rewind will not bring it back.",
        "pipe is no regular file: /rewind will not bring it back.",
    ]
    assert work.checkpoint.rewind(1) == [
        f"huge.bin: left as it is: it {why}",
        "pipe: left as it is: it is no regular file",
    ]
    assert work.files()["huge.bin"][0] == b"small"


def test_a_name_that_is_not_utf8_is_told_and_left(work: Work) -> None:
    work.turn()
    work.outside("caf\udce9.txt", b"old")
    work.write("caf\udce9.txt", b"new")
    assert work.told[0].endswith("has a name that is not UTF-8: /rewind will not bring it back.")


def test_content_that_was_lost_is_told_and_the_rest_put_back(work: Work) -> None:
    work.outside("a.py", b"a")
    work.outside("b.py", b"b")
    work.turn()
    work.write("a.py", b"new")
    work.write("b.py", b"new")
    saved = records_in(work.folder)[-1]
    assert isinstance(saved, Saved)
    (work.folder / "blobs" / str(saved.blob)).write_bytes(b"")
    assert work.checkpoint.rewind(1) == [
        "a.py: put back",
        "b.py: not put back: the saved content is missing or damaged",
    ]
    assert {name: content for name, (content, _) in work.files().items()} == {"a.py": b"a", "b.py": b"new"}


def test_a_file_that_cannot_be_kept_stops_the_change(work: Work) -> None:
    work.turn()
    work.outside("a.py", b"old")
    (work.folder / "blobs").write_text("in the way")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        work.checkpoint.save(work.root / "a.py")


def test_there_is_no_going_back_to_a_turn_that_was_not(work: Work) -> None:
    with pytest.raises(UsageError, match="There is no turn 1 to go back to; this session has 0"):
        work.checkpoint.rewind(1)


def test_only_the_files_go_back_and_the_conversation_stays(work: Work) -> None:
    work.outside("a.py", b"old")
    states = []
    for content in (b"one", b"two", b"three"):
        states.append(work.files())
        work.turn()
        work.write("a.py", content)
    after, before = work.files(), load(work.folder)
    assert work.checkpoint.rewind(2, "files") == ["a.py: put back"]
    assert (work.files(), load(work.folder).messages, load(work.folder).turns) == (
        states[1],
        before.messages,
        before.turns,
    )
    assert work.checkpoint.undo_rewind() == ["a.py: put back"]
    assert (work.files(), load(work.folder)) == (after, before)
    work.checkpoint.rewind(2, "files")
    work.resume()
    work.turns = 3
    work.turn()
    work.write("a.py", b"four")
    assert work.checkpoint.changes_since(4) == [FileChange("a.py", "modified")]
    work.checkpoint.rewind(3)  # what it was at the start of turn 3 is gone: it goes back to what it was put back to
    assert work.files() == states[1]
    work.checkpoint.rewind(1)
    assert work.files() == states[0]


def test_only_the_conversation_goes_back_and_the_files_stay(work: Work) -> None:
    """What was done to files since counts as done before: a later rewind to the same turn leaves it."""
    work.outside("a.py", b"old")
    work.turn()
    work.write("a.py", b"one")
    work.turn()
    work.write("a.py", b"two")
    work.write("b.py", b"new")
    after, before = work.files(), load(work.folder)
    assert work.checkpoint.rewind(2, "conversation") == []
    assert (work.files(), load(work.folder).messages) == (after, before.messages[:1])
    assert work.checkpoint.changes_since(2) == []
    assert work.checkpoint.undo_rewind() == []
    assert load(work.folder) == before
    work.checkpoint.rewind(2, "conversation")
    work.resume()
    work.turns = 1
    work.turn()
    work.write("a.py", b"another way")
    assert [change.path for change in work.checkpoint.changes_since(2)] == ["a.py"]
    work.checkpoint.rewind(2)
    assert work.files() == after
    assert [change.path for change in work.checkpoint.changes_since(1)] == ["a.py", "b.py"]


def test_what_was_done_in_turns_that_were_unsaid_is_still_the_sessions(work: Work) -> None:
    work.outside("a.py", b"old")
    work.turn()
    work.write("a.py", b"new")
    work.checkpoint.rewind(1, "conversation")
    assert (work.checkpoint.changes_since(1), work.checkpoint.content_before("a.py")) == ([], "old")
    assert work.checkpoint.changes_since() == [FileChange("a.py", "modified")]
