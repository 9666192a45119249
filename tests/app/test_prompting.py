"""Where the prompt of a run comes from: "-" is standard input."""

import sys
from pathlib import Path

import pytest

from droidlite.app.prompting import read_prompt
from droidlite.errors import UsageError


@pytest.mark.parametrize(
    ("prompt", "file", "said"),
    [("-", "", "from stdin"), (" - ", "", "from stdin"), ("-", "-", "from stdin"), ("look", "-", "look\n\nfrom stdin")],
)
def test_a_dash_is_standard_input(
    prompt: str, file: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_text("from stdin\n")
    with (tmp_path / "in").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert read_prompt(prompt, file) == (said, "")


@pytest.mark.parametrize(
    ("prompt", "resume", "said"),
    [
        ("-", "", "There is no prompt: - stands for standard input, and nothing came from there."),
        ("", "hi", "There is no prompt: -r took 'hi' for the ID of a session. Put the prompt before -r, or an ID be"),
        ("", "last", 'There is no prompt. Give one: droidlite exec "fix the failing test"'),
    ],
)
def test_where_there_is_none_that_is_told_and_why(
    prompt: str, resume: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").touch()
    with (tmp_path / "in").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(UsageError) as told:
            read_prompt(prompt, "", resume=resume)
    assert str(told.value).startswith(said)
