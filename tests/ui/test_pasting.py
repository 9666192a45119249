"""Long pastes stand folded in the input and are sent whole; pictures become mentions of their files."""

from pathlib import Path

import pytest

from droidlite.errors import UsageError
from droidlite.ui.pasting import Pastes, pasted_path

LINES = "".join(f"line {number}\n" for number in range(10_000))


def test_a_long_text_is_folded_and_comes_back_whole() -> None:
    pastes = Pastes({})
    first, second = pastes.fold(LINES), pastes.fold("x" * 1_000_000)
    assert (first, second) == ("[pasted 10,001 lines #1]", "[pasted 1,000,000 characters #2]")
    assert pastes.unfold(f"see {first} and {second}") == f"see {LINES} and {'x' * 1_000_000}"


def test_a_short_one_stays_and_lines_end_as_ours_do() -> None:
    assert Pastes({}).fold("one\r\ntwo\rthree") == "one\ntwo\nthree"


def test_what_looks_folded_inside_a_paste_is_text() -> None:
    pastes = Pastes({})
    mark = pastes.fold("[pasted 5 lines #9]\n" * 30)
    assert pastes.unfold(mark) == "[pasted 5 lines #9]\n" * 30


def test_a_paste_of_an_earlier_session_is_told() -> None:
    with pytest.raises(UsageError, match=r"behind \[pasted 10,001 lines #1\] went with its session; paste it again"):
        Pastes({}).unfold("see [pasted 10,001 lines #1]")


def test_a_dropped_picture_is_a_mention_and_any_other_path_is_text(tmp_path: Path) -> None:
    picture = tmp_path / "a dot.png"
    picture.write_bytes(b"\x89PNG")
    for text in (
        f"{picture}",
        f"'{picture}'",
        f"file://{picture}".replace(" ", "%20"),
        f"{picture}".replace(" ", "\\ "),
    ):
        assert pasted_path(text) == str(picture)
    assert pasted_path(f"{tmp_path}/none.png") == pasted_path(f"{tmp_path}") == ""
    pastes = Pastes({})
    mentioned = pastes.mention(str(picture)).strip()
    assert " " not in mentioned
    assert Path(mentioned[1:]).read_bytes() == b"\x89PNG"
    pastes.close()
    assert (Path(mentioned[1:]).exists(), picture.exists()) == (False, True)


def test_the_clipboard_is_read_by_what_the_desktop_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "wl-paste"
    program.write_text("#!/bin/sh\nprintf '\\211PNG rest'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    pastes = Pastes({"WAYLAND_DISPLAY": "w"})
    assert Path(pastes.picture()).read_bytes() == b"\x89PNG rest"
    pastes.close()
    with pytest.raises(UsageError, match="read with xclip, which is not installed"):
        Pastes({"DISPLAY": ":0"}).picture()
    with pytest.raises(UsageError, match="no clipboard here"):
        Pastes({}).picture()
