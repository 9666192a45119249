"""Reading, writing and editing files: exact, fresh, and every byte not meant to change kept."""

import os
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspace import Workspace

from droidlite.tool import Diff, Outcome
from droidlite.tools import files
from droidlite.tools.text import Span, Text, decode, encode

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
Failing = Callable[..., str]


# --- read -------------------------------------------------------------------------------------------------------------


def test_lines_are_numbered(work: Workspace) -> None:
    work.write("a.txt", "one\n\n\ttwo\n")
    assert work.call("read", file_path="a.txt") == Outcome("1\tone\n2\t\n3\t\ttwo")


def test_a_window(work: Workspace) -> None:
    work.write("a.txt", "".join(f"line {n}\n" for n in range(1, 11)))
    wanted = "3\tline 3\n4\tline 4\n(lines 3-4 of 10; go on with offset 5)"
    assert work.call("read", file_path="a.txt", offset=3, limit=2).content == wanted
    assert work.call("read", file_path="a.txt", offset=9).content == "9\tline 9\n10\tline 10"


def test_limits_of_lines_width_and_size(work: Workspace) -> None:
    work.write("many", "x\n" * 2_500)
    work.write("wide", "y" * 2_010)
    work.write("both", ("z" * 1_500 + "\n") * 2_000)
    assert work.call("read", file_path="many").content.endswith(
        "2000\tx\n(lines 1-2000 of 2500; go on with offset 2001)"
    )
    assert work.call("read", file_path="wide").content == f"1\t{'y' * 2_000}... (10 more characters)"
    both = work.call("read", file_path="both").content
    assert len(both) < 61_000
    assert both.endswith("of 2000; go on with offset 40)")


def test_past_the_end_and_empty(work: Workspace, failing: Failing) -> None:
    work.write("a.txt", "one")
    work.write("empty", "")
    assert failing("read", file_path="a.txt", offset=5) == "a.txt has 1 lines; offset 5 is past its end."
    assert work.call("read", file_path="empty").content == "(empty is empty)"


def test_images(work: Workspace, failing: Failing) -> None:
    work.write("dot.png", PNG)
    outcome = work.call("read", file_path="dot.png")
    assert [(image.media_type, b64decode(image.data)) for image in outcome.images] == [("image/png", PNG)]
    work.write("fake.png", b"hello")
    assert failing("read", file_path="fake.png").startswith("fake.png is named like an image but")
    work.write("big.png", PNG + bytes(4_000_000))
    assert "at most" in failing("read", file_path="big.png")


def test_what_is_no_text_file(work: Workspace, failing: Failing) -> None:
    work.write("bin", b"\x7fELF\0\0")
    os.mkfifo(work.root / "pipe")
    (work.root / "folder").mkdir()
    assert failing("read", file_path="bin") == "bin is a binary file (6 bytes) and cannot be handled as text."
    assert failing("read", file_path="pipe") == "pipe is a named pipe, not a file."
    assert failing("read", file_path="folder") == "folder is a folder, not a file; use glob to list it."
    assert failing("read", file_path="gone") == "gone does not exist."
    assert failing("read", file_path="bin/x") == "bin/x does not exist: part of its path is a file."


@pytest.fixture
def nobody(work: Workspace) -> Iterator[None]:
    """Root reads everything, so root steps down to an ordinary user, to whom the folder is opened."""
    if os.geteuid() != 0:
        yield
        return
    for folder in (work.root, *work.root.parents[:4]):
        if folder.stat().st_uid == 0 and str(folder).startswith(tempfile.gettempdir() + os.sep):
            folder.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_unreadable(work: Workspace, failing: Failing, request: pytest.FixtureRequest) -> None:
    work.write("secret", "x").chmod(0)
    request.getfixturevalue("nobody")
    assert failing("read", file_path="secret") == "secret cannot be read: permission denied."


def test_a_huge_file_is_read_in_windows(work: Workspace, failing: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    from droidlite.tools import read

    monkeypatch.setattr(files, "HUGE", 1_000)
    monkeypatch.setattr(read, "HUGE", 1_000)
    work.write("huge", "".join(f"{n} {'x' * 20}\r\n" for n in range(1, 201)))
    content = work.call("read", file_path="huge", offset=100, limit=2).content
    assert content == f"100\t100 {'x' * 20}\n101\t101 {'x' * 20}\n(lines 100-101 of many; go on with offset 102)"
    assert work.call("read", file_path="huge", offset=200).content == f"200\t200 {'x' * 20}"
    assert failing("read", file_path="huge", offset=201) == "huge has 200 lines; offset 201 is past its end."
    assert "too large for this tool" in failing("edit", file_path="huge", old_string="100 ", new_string="")
    assert "too large for this tool" in failing("write", file_path="huge", content="x")


def test_the_end_of_a_huge_file_is_found_by_counting(work: Workspace, failing: Failing) -> None:
    lines = 6_000_000
    path = work.write("huge", b"l\n" * lines + b"last")
    assert work.call("read", file_path="huge", offset=lines, limit=1).content == (
        f"{lines}\tl\n(lines {lines}-{lines} of many; go on with offset {lines + 1})"
    )
    assert work.call("read", file_path="huge", offset=lines).content == f"{lines}\tl\n{lines + 1}\tlast"
    assert failing("read", file_path="huge", offset=lines + 2) == (
        f"huge has {lines + 1} lines; offset {lines + 2} is past its end."
    )
    with path.open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"\0")
    assert failing("read", file_path="huge", offset=lines) == "huge is a binary file and cannot be shown as text."


# --- write ------------------------------------------------------------------------------------------------------------


def test_write_creates_folders_and_shows_the_file(work: Workspace) -> None:
    outcome = work.call("write", file_path="a/b/c.txt", content="one\ntwo\n")
    patch = "--- /dev/null\n+++ b/a/b/c.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n"
    assert outcome == Outcome("Created a/b/c.txt (2 lines).", displays=(Diff("a/b/c.txt", patch, 2, 0),))
    assert work.tree() == {"a/b/c.txt": b"one\ntwo\n"}
    assert work.saved == ["a/b/c.txt"]


def test_write_refuses_what_it_has_not_read(work: Workspace, failing: Failing) -> None:
    work.write("a.txt", "mine\n")
    wanted = "a.txt exists and was not read yet; read it first, then write."
    assert failing("write", file_path="a.txt", content="x") == wanted
    work.call("read", file_path="a.txt")
    assert work.call("write", file_path="a.txt", content="yours\n").content == "Replaced a.txt (1 lines)."
    assert work.call("write", file_path="a.txt", content="again\n").content == "Replaced a.txt (1 lines)."
    assert work.bytes("a.txt") == b"again\n"


@pytest.mark.parametrize("tool", ["write", "edit", "patch"])
def test_stale_files_are_refused(work: Workspace, failing: Failing, tool: str) -> None:
    calls = {
        "write": {"file_path": "a.txt", "content": "new\n"},
        "edit": {"file_path": "a.txt", "old_string": "one", "new_string": "new"},
        "patch": {"input": "*** Begin Patch\n*** Update File: a.txt\n-one\n+new\n*** End Patch"},
    }
    path = work.write("a.txt", "one\n")
    work.call("read", file_path="a.txt")
    before = path.stat()
    path.write_text("one!\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # the content counts, not the clock
    assert failing(tool, **calls[tool]) == "a.txt changed since it was read; read it again."
    assert work.bytes("a.txt") == b"one!\n"
    path.write_text("one\n")  # touched, but as it was read
    assert not work.call(tool, **calls[tool]).is_error


def test_writing_keeps_mode_newlines_mark_and_encoding(work: Workspace) -> None:
    path = work.write("a.sh", b"\xef\xbb\xbfone\r\ntwo\r\n")
    path.chmod(0o750)
    work.call("read", file_path="a.sh")
    work.call("write", file_path="a.sh", content="three\nfour\n")
    assert work.bytes("a.sh") == b"\xef\xbb\xbfthree\r\nfour\r\n"
    assert path.stat().st_mode & 0o777 == 0o750
    work.write("b.txt", "é\n".encode("latin-1"))
    work.call("read", file_path="b.txt")
    work.call("write", file_path="b.txt", content="à\n")
    assert work.bytes("b.txt") == "à\n".encode("latin-1")


def test_write_refuses_folders_pipes_and_read_only_files(work: Workspace, failing: Failing) -> None:
    (work.root / "folder").mkdir()
    os.mkfifo(work.root / "pipe")
    path = work.write("fixed", "x")
    path.chmod(0o444)
    work.call("read", file_path="fixed")
    assert failing("write", file_path="folder", content="x") == "folder is a folder, not a file; use glob to list it."
    assert failing("write", file_path=".", content="x") == ". is a folder, not a file; use glob to list it."
    assert failing("write", file_path="pipe", content="x") == "pipe is a named pipe, not a file."
    assert failing("write", file_path="fixed", content="y").startswith("fixed is read-only (mode 0444)")
    assert failing("write", file_path="fixed/x", content="y").startswith("fixed is a file, not a folder.")
    assert failing("write", file_path="new", content="\ud800").startswith("The new text holds U+D800")
    assert work.tree() == {"fixed": b"x"}


def test_nothing_is_written_that_could_not_be_undone(work: Workspace, failing: Failing) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    work.write("a.txt", "one")
    work.context.save = full
    text = failing("edit", file_path="a.txt", old_string="one", new_string="two")
    assert text.startswith("Nothing was changed: ")
    assert text.endswith("No space left on device.")
    assert work.tree() == {"a.txt": b"one"}


def test_a_full_disk_leaves_the_old_file(work: Workspace, failing: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    work.write("a.txt", "one")

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    text = failing("edit", file_path="a.txt", old_string="one", new_string="two")
    assert text == "a.txt: No space left on device. Nothing was changed."
    assert work.tree() == {"a.txt": b"one"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_writing_keeps_the_owner(work: Workspace) -> None:
    path = work.write("a.txt", "one\n")
    path.chmod(0o640)
    os.chown(path, 65534, 65533)
    inode = path.stat().st_ino
    work.call("edit", file_path="a.txt", old_string="one", new_string="two")
    now = path.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o777, path.read_text()) == (65534, 65533, 0o640, "two\n")
    assert now.st_ino != inode  # still by one rename: a reader sees the old or the new


def test_writing_keeps_hard_links(work: Workspace) -> None:
    path = work.write("a.txt", "one\n" * 100)
    os.link(path, work.root / "b.txt")
    work.call("read", file_path="a.txt")
    work.call("write", file_path="a.txt", content="two\n")
    assert (path.samefile(work.root / "b.txt"), work.tree()) == (True, {"a.txt": b"two\n", "b.txt": b"two\n"})
    work.call("edit", file_path="b.txt", old_string="two", new_string="three")
    assert work.tree() == {"a.txt": b"three\n", "b.txt": b"three\n"}


@pytest.mark.parametrize("name", ["a.txt", "open/a.txt"])
@pytest.mark.skipif(os.geteuid() != 0, reason="acts as somebody else")
def test_somebody_elses_file_that_may_be_written_keeps_its_owner(
    work: Workspace, request: pytest.FixtureRequest, name: str
) -> None:
    path = work.write(name, "one\n")
    path.chmod(0o666)
    (work.root / "open").mkdir(exist_ok=True)
    (work.root / "open").chmod(0o777)
    request.getfixturevalue("nobody")
    assert work.call("edit", file_path=name, old_string="one", new_string="two").content == f"Edited {name}."
    assert (path.stat().st_uid, path.read_text()) == (0, "two\n")


# --- edit -------------------------------------------------------------------------------------------------------------


def test_edit_shows_the_change(work: Workspace) -> None:
    work.write("a.py", "a = 1\nb = 2\nc = 3\n")
    arguments = {"file_path": "a.py", "old_string": "b = 2", "new_string": "b = 22"}
    diff = Diff("a.py", "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n a = 1\n-b = 2\n+b = 22\n c = 3\n", 1, 1)
    assert work.preview("edit", **arguments) == (diff,)
    assert work.bytes("a.py") == b"a = 1\nb = 2\nc = 3\n"
    assert work.call("edit", **arguments) == Outcome("Edited a.py.", displays=(diff,))
    assert work.bytes("a.py") == b"a = 1\nb = 22\nc = 3\n"


def test_edit_must_match_once(work: Workspace, failing: Failing) -> None:
    work.write("a.py", "x\ny\nx\n")
    wanted = (
        "old_string matches 2 times in a.py (lines 1, 3); "
        "include more of the surrounding lines to make it unique, or set replace_all."
    )
    assert failing("edit", file_path="a.py", old_string="x", new_string="z") == wanted
    outcome = work.call("edit", file_path="a.py", old_string="x", new_string="z", replace_all=True)
    assert outcome.content == "Edited a.py (2 places)."
    assert work.bytes("a.py") == b"z\ny\nz\n"


@pytest.mark.parametrize(
    ("old", "hint"),
    [
        ("def f():\n  return 1", "It differs only in whitespace: line 2 is '    return 1'."),
        ("    retrun 1", "The nearest is line 2: 'return 1'."),
        ("1\tdef f():\n2\t    return 1", "It starts with line numbers; leave them out."),
        ("nothing like it", "Read the file again."),
    ],
)
def test_edit_says_where_it_nearly_was(work: Workspace, failing: Failing, old: str, hint: str) -> None:
    work.write("a.py", "def f():\n    return 1\n")
    text = failing("edit", file_path="a.py", old_string=old, new_string="")
    assert text == f"old_string was not found in a.py. {hint}"


def test_edit_refuses_what_changes_nothing(work: Workspace, failing: Failing) -> None:
    work.write("a.py", "x\n")
    assert "are the same" in failing("edit", file_path="a.py", old_string="x", new_string="x")
    assert "is empty" in failing("edit", file_path="a.py", old_string="", new_string="x")
    assert failing("edit", file_path="gone", old_string="x", new_string="y") == "gone does not exist."
    assert work.preview("edit", file_path="gone", old_string="x", new_string="y") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"one\r\ntwo\r\nthree\r\n", b"one\r\n2\r\n2b\r\nthree\r\n"),
        (b"one\ntwo\nthree", b"one\n2\n2b\nthree"),
        (b"\xef\xbb\xbfone\ntwo\nthree\n", b"\xef\xbb\xbfone\n2\n2b\nthree\n"),
        (b"\xe9\r\none\r\ntwo\r\nthree\r\n", b"\xe9\r\none\r\n2\r\n2b\r\nthree\r\n"),
        (b"a\r\nb\nc\none\ntwo\nthree\r\n", b"a\r\nb\nc\none\n2\n2b\nthree\r\n"),
        ("grün one\ntwo\nthree".encode() + b" z\xe9\n", "grün one\n2\n2b\nthree".encode() + b" z\xe9\n"),
        ("\ufeffone\r\ntwo\r\nthree\r\n".encode("utf-16-le"), "\ufeffone\r\n2\r\n2b\r\nthree\r\n".encode("utf-16-le")),
    ],
    ids=["crlf", "no last newline", "mark", "latin-1 crlf", "mixed", "mixed encodings", "utf-16"],
)
def test_edit_keeps_every_other_byte(work: Workspace, before: bytes, after: bytes) -> None:
    work.write("a.txt", before)
    assert not work.call(
        "edit", file_path="a.txt", old_string="one\ntwo\nthree", new_string="one\n2\n2b\nthree"
    ).is_error
    assert work.bytes("a.txt") == after


def test_a_file_of_mixed_encodings_is_read_as_utf_8_and_keeps_what_is_none(work: Workspace) -> None:
    work.write("a.txt", "grün\n".encode() + b"z\xe9\n")
    assert work.call("read", file_path="a.txt").content == "1\tgrün\n2\tz\ufffd"
    outcome = work.call("edit", file_path="a.txt", old_string="grün", new_string="größer 漢")
    assert outcome.displays == (
        Diff("a.txt", "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n-grün\n+größer 漢\n z\ufffd\n", 1, 1),
    )
    assert work.bytes("a.txt") == "größer 漢\n".encode() + b"z\xe9\n"
    work.call("write", file_path="a.txt", content="weiß\n")
    assert work.bytes("a.txt") == "weiß\n".encode()


def test_latin_1_cannot_hold_everything(work: Workspace, failing: Failing) -> None:
    work.write("a.txt", b"\xe9 one\n")
    text = failing("edit", file_path="a.txt", old_string="one", new_string="漢")
    assert text == "The new text holds U+6F22, which the file's encoding latin-1 cannot."
    assert work.bytes("a.txt") == b"\xe9 one\n"


@given(st.binary(max_size=60) | st.text(alphabet="a\r\né\ufeff", max_size=30).map(str.encode))
def test_decoding_keeps_every_byte(data: bytes) -> None:
    text = decode(data)
    assert text is None or encode(text) == data


@given(st.lists(st.sampled_from(["a\n", "b\r\n", "c\r", "\n", "\r\n", "d"])), st.data())
def test_replacing_a_span_touches_nothing_else(lines: list[str], data: st.DataObject) -> None:
    text = Text("".join(lines))
    plain = text.plain
    start = data.draw(st.integers(0, len(plain)))
    end = data.draw(st.integers(start, len(plain)))
    replaced = text.replaced([Span(start, end, "X\nY")])
    if not plain[:start].endswith("\r"):
        assert replaced.plain == plain[:start] + "X\nY" + plain[end:]
    assert text.replaced([Span(start, start, "")]).raw == text.raw
