"""The line of every key, in the odd corners of TOML."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from droidlite.settings.lines import key_lines, line_of

TEXT = '''\
# a comment = 1
model = "auto" # [not] a = table
"quoted key" = 1 # [ { """
router.mode = "cost"
verify = """
model = "inside a string"
[endpoints]
"""
allowed_commands = [
  "git status", # ] not the end
  "a = b",
]
literal = \'\'\' x = 1
y = 2 \'\'\'

[ui]
  theme = "dark"
[[endpoints]]
name = "a"
[[endpoints]]
name = "b"
models = ["]", '"']
region = "us"
[[rules]]
[rules.when]
mode = "headless"
[[rules]]
name = "second"
[a.'b.c'."d"]
e = { f = 1,
g = 2 }
h = 3
'''


def test_every_key_is_found_on_its_line() -> None:
    assert key_lines(TEXT) == {
        ("model",): 2,
        ("quoted key",): 3,
        ("router",): 4,
        ("router", "mode"): 4,
        ("verify",): 5,
        ("allowed_commands",): 9,
        ("literal",): 13,
        ("ui",): 16,
        ("ui", "theme"): 17,
        ("endpoints",): 18,
        ("endpoints", 0): 18,
        ("endpoints", 0, "name"): 19,
        ("endpoints", 1): 20,
        ("endpoints", 1, "name"): 21,
        ("endpoints", 1, "models"): 22,
        ("endpoints", 1, "region"): 23,
        ("rules",): 24,
        ("rules", 0): 24,
        ("rules", 0, "when"): 25,
        ("rules", 0, "when", "mode"): 26,
        ("rules", 1): 27,
        ("rules", 1, "name"): 28,
        ("a",): 29,
        ("a", "b.c"): 29,
        ("a", "b.c", "d"): 29,
        ("a", "b.c", "d", "e"): 30,
        ("a", "b.c", "d", "h"): 32,
    }


def test_a_value_without_a_line_of_its_own_counts_as_the_key_around_it() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("endpoints", 1, "models", 0)) == 22
    assert line_of(lines, ("a", "b.c", "d", "e", "g")) == 30
    assert line_of(lines, ("nowhere", "at", "all")) == 0


@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers()), max_size=8, unique_by=lambda p: p[0]
    )
)
def test_plain_keys_agree_with_tomllib(pairs: list[tuple[str, int]]) -> None:
    text = "\n\n".join(f"{key} = {value}" for key, value in pairs)
    assert list(tomllib.loads(text)) == [steps[0] for steps in key_lines(text)]
    assert list(key_lines(text).values()) == [1 + 2 * index for index in range(len(pairs))]
