"""Where the lines of a hunk stand is found as by looking at every place."""

from hypothesis import given, settings
from hypothesis import strategies as st

from droidlite.tools.hunks import _find

LINES = st.lists(st.sampled_from(["a", "b", "a ", ""]), max_size=20)


@settings(max_examples=400, derandomize=True)
@given(wanted=LINES.filter(len), lines=LINES)
def test_every_place_is_found(wanted: list[str], lines: list[str]) -> None:
    for reading in (str, str.rstrip):
        have, pattern = list(map(reading, lines)), list(map(reading, wanted))
        places = [at for at in range(len(have)) if have[at : at + len(pattern)] == pattern]
        assert _find(wanted, lines, reading) == places
