"""What is no TOML is told in words that say what to type instead, with the line where it went wrong."""

import tomllib

import pytest

from droidlite.settings.mistyped import mistake

UNCLOSED = "a string is not closed: its closing quote is missing on this line"
BRACES = "a table in braces stands on one line, its keys with commas between them and none behind the last"
LIST = "the list that begins here is not closed with ], or a comma is missing between two of its values"
NUMBER = "a number is written as 5 or 0.50, with nothing before or behind it; a text stands in quotes"
LINE = 'a line is a key, = and its value, such as model = "auto", or a table, such as [router]; remarks begin with #'
TWICE = "this key is set twice; leave one of the two"
BACKSLASH = r"a backslash in double quotes is written twice (\\); in single quotes ('C:\Users') it stands for itself"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('a = 1\nmodel = "auto\nb = 2\n', 2, UNCLOSED),
        ('model = "auto', 1, UNCLOSED),
        ("a = \"it's\"\nmodel = 'auto\nb = 1\n", 2, UNCLOSED),
        ("model = 'auto\nb = 'x'\n", 1, UNCLOSED),
        ('permissions = { allow = ["shell(npm test)] }\n', 1, UNCLOSED),
        ('a = [\n"b",\n"c\n]\n', 3, UNCLOSED),
        ("a = 1\nx = '''abc\n\n", 2, "the string that begins here is not closed with '''"),
        ('x = """abc\n\n', 1, 'the string that begins here is not closed with """'),
        ('model = "C:\\Users"\n', 1, BACKSLASH),
        ('model = "a\\qb"\n', 1, BACKSLASH),
        ("model = auto\n", 1, 'a text stands in quotes, such as model = "auto"'),
        ("model = “auto”\n", 1, 'quotes are straight ones, such as model = "auto"'),
        ("model = # none\n", 1, "nothing stands behind the ="),
        ("plain = True\n", 1, "true and false are written in small letters"),
        ("max = 1,5\n", 1, "a number has a point, not a comma, such as 0.50"),
        ("max = 5 USD\n", 1, NUMBER),
        ("max = $5\n", 1, NUMBER),
        (
            "a = 'it's'\n",
            1,
            "behind a value its line ends; a text that has a quote in it stands in quotes of the other kind",
        ),
        ("a = [\n'x',\n'y'\nb = 1\n", 1, LIST),
        ("a = 1\nb = [1,", 2, LIST),
        ("a = [1 2]\n", 1, LIST),
        ("a = {\n b = 1\n}\n", 1, BRACES),
        ("a = { b = 1, }\n", 1, BRACES),
        ("a = { b = 1\n", 1, BRACES),
        ('model: "auto"\n', 1, LINE),
        ('model "auto"\n', 1, LINE),
        ("= 5\n", 1, LINE),
        ("[a\n", 1, "a table's name stands in brackets closed on its line, such as [router]"),
        ('model = "a"\nmodel = "b"', 2, TWICE),
        ("a = { b = 1, b = 2 }", 1, TWICE),
        ("[a]\n[b]\n[a]\n", 3, "this table is there twice; put its keys together below one name"),
        ('a = "x\x01"\n', 1, "illegal character '\\x01'"),
    ],
)
def test_what_was_mistyped(text: str, line: int, problem: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert mistake(text, str(caught.value)) == (problem, line)


@pytest.mark.parametrize("text", ["key = sk-canary-0000\n", "key = 'sk-canary-0000\n", 'key = "sk-canary-0000" x\n'])
def test_no_value_is_repeated(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert "canary" not in mistake(text, str(caught.value))[0]
