"""The patch envelope: every operation, lenient where models are sloppy, all of it or nothing."""

from collections.abc import Callable

import pytest
from workspace import Workspace

from droidlite.tool import Diff

Failing = Callable[..., str]


def envelope(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def test_all_operations_in_one(work: Workspace) -> None:
    work.write("old.py", "a\nb\nc\n").chmod(0o755)
    work.write("gone.txt", "bye\n")
    work.write("kept.py", "def f():\n    return 1\n\n\ndef g():\n    return 1\n")
    text = envelope(
        *("*** Add File: new/x.txt", "+hello", "+", "+world"),
        "*** Delete File: gone.txt",
        *("*** Update File: old.py", "*** Move to: moved/new.py", "@@", " a", "-b", "+B", " c"),
        *("*** Update File: kept.py", "@@ def g():", "-    return 1", "+    return 2"),
    )
    outcome = work.call("patch", input=text)
    assert outcome.content == "Added new/x.txt.\nDeleted gone.txt.\nMoved old.py to moved/new.py.\nUpdated kept.py."
    assert work.tree() == {
        "kept.py": b"def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        "moved/new.py": b"a\nB\nc\n",
        "new/x.txt": b"hello\n\nworld\n",
    }
    assert (work.root / "moved/new.py").stat().st_mode & 0o777 == 0o755
    assert work.saved == ["new/x.txt", "gone.txt", "moved/new.py", "old.py", "kept.py"]
    assert outcome.displays[1] == Diff("gone.txt", "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n", 0, 1)


@pytest.mark.parametrize(
    ("before", "hunks", "after"),
    [
        ("a\nb\n", ["-a", "+x", " b"], "x\nb\n"),
        ("a\nb\n", ["@@ -1,2 +1,2 @@", " a", "-b", "+x"], "a\nx\n"),
        ("a\nb\na\nb\n", ["@@", " a", "-b", "+x", "@@", " a", "-b", "+y"], "a\nx\na\ny\n"),
        ("a  \n\tb\n", ["@@", " a", "-b", "+\tx"], "a  \n\tx\n"),
        ("it’s “so”\n", ["@@", '-it\'s "so"', "+y"], "y\n"),
        (
            "class A:\n  def f():\n    x\nclass B:\n  def f():\n    x\n",
            ["@@ class B:", "@@   def f():", "-    x", "+    y"],
            "class A:\n  def f():\n    x\nclass B:\n  def f():\n    y\n",
        ),
        ("a\nb\nc\na\n", ["@@", "-a", "+z", "*** End of File"], "a\nb\nc\nz\n"),
        ("a\n", ["@@", "+b"], "a\nb\n"),
        ("a\nb\n", ["@@ a", "+x"], "a\nx\nb\n"),
        ("", ["@@", "+b"], "b\n"),
        ("a\nb", ["@@", " a", "-b", "+x"], "a\nx"),
        ("a\nb", ["@@", "+c"], "a\nb\nc"),
        ("a\nb\n", ["@@", " a", "-b"], "a\n"),
        ("a\n\nb\n", ["@@", " a", "", "-b", "+c"], "a\n\nc\n"),
        ("a\nb\n", ["@@", "-b", "+c", " "], "a\nc\n"),
        ("a\r\nb\r\n", ["@@", " a", "+x", "-b"], "a\r\nx\r\n"),
        ("a\nb\nc\nd\n", ["@@", "-a", "+1", " b", "-c", "+3", "+4", " d"], "1\nb\n3\n4\nd\n"),
        ("f()\n", ["@@ f()", " f()", "+g()"], "f()\ng()\n"),
    ],
)
def test_hunks(work: Workspace, before: str, hunks: list[str], after: str) -> None:
    work.write("f", before)
    outcome = work.call("patch", input=envelope("*** Update File: f", *hunks))
    assert outcome.content == "Updated f."
    assert work.bytes("f").decode() == after


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hello", "The first line of the patch must be '*** Begin Patch'."),
        ("*** Begin Patch\n*** Delete File: a", "The last line of the patch must be '*** End Patch'."),
        (envelope(), "The patch holds no file; expected *** Add File:"),
        (envelope("*** Replace File: a"), "Unexpected line in the patch: '*** Replace File: a'"),
        (envelope("*** Add File: n", "oops"), "n: every line of '*** Add File' must start with '+', found 'oops'."),
        (envelope("*** Add File: a", "+x"), "a exists; use '*** Update File' to change it."),
        (envelope("*** Delete File: a", "-x"), "a: '*** Delete File' takes no further lines, found '-x'."),
        (envelope("*** Delete File: no"), "no does not exist."),
        (envelope("*** Update File: a"), "a: '*** Update File' has no changes."),
        (envelope("*** Update File: a", "@@", " one"), "a: the patch changes nothing."),
        (envelope("*** Update File: a", "@@", "-one", "+1", "@@", "-nine", "+9"), "a: hunk 2 does not match the file"),
        (
            envelope("*** Update File: a", "@@ class X", "+1"),
            "a: hunk 1: the line 'class X' named after @@ was not found.",
        ),
        (envelope("*** Update File: a", "@@", "*one"), "a: hunk 1: every line must start with"),
        (envelope("*** Update File: a", "*** Move to: b", "@@", "-one", "+1"), "a cannot move to b: that file exists."),
        (envelope("*** Update File: ../x", "@@", "-one", "+1"), "../x is outside the working folder"),
        (envelope("*** Delete File: a", "*** Add File: a", "+x"), "a exists;"),
        (envelope("*** Update File: a", "-one", "+1", "*** Update File: a", "-two", "+2"), "The patch changes "),
    ],
)
def test_bad_patches_change_nothing(work: Workspace, failing: Failing, text: str, wanted: str) -> None:
    work.write("a", "one\ntwo\n")
    work.write("b", "b\n")
    assert failing("patch", input=text).startswith(wanted)
    assert work.preview("patch", input=text) == ()
    assert work.tree() == {"a": b"one\ntwo\n", "b": b"b\n"}


def test_one_bad_file_stops_the_good_ones(work: Workspace, failing: Failing) -> None:
    work.write("a", "one\n")
    text = envelope("*** Add File: n", "+x", "*** Update File: a", "@@", "-nine", "+9", "*** Delete File: a")
    assert failing("patch", input=text).startswith("a: hunk 1 does not match the file")
    assert work.tree() == {"a": b"one\n"}


def test_a_failure_midway_puts_everything_back(work: Workspace, failing: Failing) -> None:
    work.write("a", "one\n").chmod(0o640)
    work.write("dir", "a file, so dir/x cannot be made\n")
    text = envelope("*** Update File: a", "-one", "+1", "*** Add File: n", "+x", "*** Add File: dir/x", "+x")
    assert failing("patch", input=text).startswith("dir")
    assert work.tree() == {"a": b"one\n", "dir": b"a file, so dir/x cannot be made\n"}
    assert (work.root / "a").stat().st_mode & 0o777 == 0o640


def test_a_heredoc_around_it_is_forgiven(work: Workspace) -> None:
    text = "<<'EOF'\n" + envelope("*** Add File: n", "+x") + "\nEOF\n"
    assert work.call("patch", input=text).content == "Added n."


def test_preview_changes_nothing(work: Workspace) -> None:
    work.write("a", "one\n")
    diff = Diff("a", "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+1\n", 1, 1)
    assert work.preview("patch", input=envelope("*** Update File: a", "-one", "+1")) == (diff,)
    assert work.tree() == {"a": b"one\n"}
