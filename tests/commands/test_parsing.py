"""Shell text is taken apart word for word, or said not to be understood."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from droidlite.commands.parsing import UNKNOWN, Reading, Redirect, read_command


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("ls -l 'a b' \"c d\" e\\ f", Reading(commands=(("ls", "-l", "a b", "c d", "e f"),))),
        ("a | b && c; d\ne", Reading(commands=(("a",), ("b",), ("c",), ("d",), ("e",)))),
        ("X=1 a --b=c'd'", Reading(commands=(("a", "--b=cd"),), assignments=("X=1",))),
        ("a > b 2>&1", Reading(commands=(("a",),), redirects=(Redirect(">", "b"), Redirect(">&", "1")))),
        ("ls *.py '*'", Reading(commands=(("ls", "*.py", "*"),), globs=("*.py",))),
        ("! ls # why", Reading(commands=(("ls",),))),
        ("a \\\n -b", Reading(commands=(("a", "-b"),))),
        ("echo it\\'s", Reading(commands=(("echo", "it's"),))),
        ("echo a#b", Reading(commands=(("echo", "a#b"),))),
        ("ls é", Reading(commands=(("ls", "é"),))),
        ("a $x", Reading(commands=(("a", UNKNOWN),), why_not="it uses the value of a variable")),
    ],
)
def test_readings(text: str, reading: Reading) -> None:
    assert read_command(text) == reading


def test_two_readers_must_agree() -> None:
    """The syntax tree takes a continued word for two; bash takes it for one."""
    assert read_command("ls a\\\nb") == Reading(
        commands=(("ls", "a", "b"),), why_not="two ways of reading its words disagree", opaque=True
    )


def test_the_name_of_a_command_must_be_literal() -> None:
    reading = read_command("$x y")
    assert reading.opaque
    assert reading.why_not


WORDS = st.text(alphabet="ab -_=./:,'\"\\$`~#!*?[]{}()<>|&;\n\té", min_size=0, max_size=24)


@settings(max_examples=400, deadline=None)
@given(WORDS)
def test_reading_never_raises(text: str) -> None:
    read_command(text)


PIECES = (
    *("a", "-b", "'c d'", '"e f"', "g\\ h", "i'j'\"k\"", "l=m", "#n", "o#p", "'q\nr'", "!", '"s$"', "é", "''", "\\'"),
    *(
        '"t\\"u"',
        "--v='w'",
        "x\\\ny",
        "a\\$b",
        '"\\$c"',
        "~d",
        "e~",
        "@",
        "%",
        "^",
        "+",
        ",",
        ":",
        "0",
        "-",
        "'[1]'",
        "2",
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6))
def test_what_is_understood_is_what_bash_runs(pieces: list[str]) -> None:
    """bash itself is the judge: the words it passes on are the words read."""
    text = " ".join(["words", *pieces])
    reading = read_command(text)
    if reading.why_not or reading.globs or any(word.startswith("~") for words in reading.commands for word in words):
        return
    ran = subprocess.run(
        ["bash", "-c", f"words() {{ printf '%s\\0' words \"$@\"; }}\n{text}"],
        capture_output=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    assert reading.commands == (tuple(ran.stdout.decode().split("\0")[:-1]),)
