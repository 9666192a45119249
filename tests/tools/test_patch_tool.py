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
    assert work.saved == ["new/x.txt", "gone.txt", "moved/new.py", "kept.py", "old.py"]
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
        ("1\n2\n3\n4\n", ["@@", "-4", "+FOUR", "@@", "-1", "+ONE"], "ONE\n2\n3\nFOUR\n"),
        ("x\na\nx\n", ["@@", "-x", "+1", "@@", " a", "-x", "+2"], "1\na\n2\n"),
        ("x\na\nx\nb\n", ["@@", " a", "@@", "-x", "+1"], "x\na\n1\nb\n"),
        ("def f():\n  x\ndef g():\n  x\n", ["@@ def g():", "+  y"], "def f():\n  x\ndef g():\n  y\n  x\n"),
        ("\tx\n", ["@@", "-x", "+y"], "\ty\n"),
        ("\tx\n", ["@@", " x", "+y", "+", "+\tz"], "\tx\n\ty\n\n\t\tz\n"),
        ("if a:\n\tb\n", ["@@", " if a:", "-    b", "+    c", "+    d"], "if a:\n\tc\n\td\n"),
        ("if a:\n\tb\n", ["@@", " if a:", "-    b", "+    if c:", "+        d"], "if a:\n\tif c:\n\t    d\n"),
        ("a\n", ["@@", "-  a", "+  b", "+    c"], "b\n  c\n"),
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
        (envelope("*** Delete File: a", "*** Update File: a", "-one", "+1"), "a does not exist."),
        (envelope("*** Add File: n", "+x", "*** Add File: n", "+x"), "n exists; use"),
        (envelope("*** Add File: n", "+x", "*** Delete File: n"), "The patch changes nothing."),
        (
            envelope("*** Update File: a", "@@", "-one", "+1", "@@", " one", " two", "+3"),
            "a: two hunks change the same",
        ),
    ],
)
def test_bad_patches_change_nothing(work: Workspace, failing: Failing, text: str, wanted: str) -> None:
    work.write("a", "one\ntwo\n")
    work.write("b", "b\n")
    assert failing("patch", input=text).startswith(wanted)
    assert work.preview("patch", input=text) == ()
    assert work.tree() == {"a": b"one\ntwo\n", "b": b"b\n"}


@pytest.mark.parametrize(
    ("before", "hunks", "places"),
    [
        ("x\ny\nx\ny\n", ["@@", " x", "-y", "+Y"], "lines 1, 3"),
        ("x\ny\nx\ny\n", ["@@", " x", "+new"], "lines 1, 3"),
        ("def f():\n  x\ndef f():\n  x\n", ["@@ def f():", "+  y"], "lines 2, 4"),
        ("a\nx\nb\nx\n", ["@@", "-b", "+B", "@@", " x", "+1", "@@", "-a", "+A"], "lines 2, 4"),
        ("}\n" * 30, ["@@", "-}", "+]"], "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..."),
    ],
)
def test_a_hunk_that_fits_twice_is_refused(
    work: Workspace, failing: Failing, before: str, hunks: list[str], places: str
) -> None:
    work.write("f", before)
    told = failing("patch", input=envelope("*** Update File: f", *hunks))
    assert f"({places}); add lines of context, or name the enclosing line after @@." in told
    assert work.bytes("f").decode() == before


@pytest.mark.parametrize(
    ("lines", "after", "told"),
    [
        (["*** Update File: a", "-1", "+2", "*** Update File: a", "-2", "+3"], {"a": b"3\n"}, "Updated a."),
        (["*** Delete File: a", "*** Add File: a", "+z"], {"a": b"z\n"}, "Updated a."),
        (["*** Add File: n", "+1", "*** Update File: n", "-1", "+2"], {"a": b"1\n", "n": b"2\n"}, "Added n."),
        (["*** Update File: a", "*** Move to: a", "-1", "+2"], {"a": b"2\n"}, "Updated a."),
        (["*** Update File: a", "*** Move to: d/b"], {"d/b": b"1\n"}, "Moved a to d/b."),
        (
            ["*** Update File: a", "*** Move to: b", "*** Update File: b", "-1", "+2"],
            {"b": b"2\n"},
            "Moved a to b.",
        ),
        (
            ["*** Update File: a", "*** Move to: b", "*** Add File: a", "+new"],
            {"a": b"new\n", "b": b"1\n"},
            "Updated a.\nMoved a to b.",
        ),
    ],
)
def test_later_operations_see_what_earlier_ones_did(
    work: Workspace, lines: list[str], after: dict[str, bytes], told: str
) -> None:
    work.write("a", "1\n")
    assert work.call("patch", input=envelope(*lines)).content == told
    assert work.tree() == after


def test_a_file_may_be_moved_over_one_that_is_deleted(work: Workspace) -> None:
    work.write("a", "1\n")
    work.write("b", "2\n")
    text = envelope("*** Delete File: b", "*** Update File: a", "*** Move to: b", "-1", "+9")
    assert work.call("patch", input=text).content == "Moved a to b."
    assert work.tree() == {"b": b"9\n"}


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


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("<<'EOF'", "EOF"),
        ("cat <<EOF", "EOF"),
        ("apply_patch <<'PATCH'", "PATCH"),
        ("```", "```"),
        ("```diff", "```"),
        ("```sh\napply_patch <<-EOF", "EOF\n```"),
    ],
)
def test_what_models_put_round_it_is_forgiven(work: Workspace, first: str, last: str) -> None:
    text = f"{first}\n" + envelope("*** Add File: n", "+x") + f"\n{last}\n"
    assert work.call("patch", input=text).content == "Added n."
    assert work.bytes("n") == b"x\n"


def test_preview_changes_nothing(work: Workspace) -> None:
    work.write("a", "one\n")
    diff = Diff("a", "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+1\n", 1, 1)
    assert work.preview("patch", input=envelope("*** Update File: a", "-one", "+1")) == (diff,)
    assert work.tree() == {"a": b"one\n"}
