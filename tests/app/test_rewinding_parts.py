"""Where only files or only words go back, the model is told with the next prompt, unless that was taken back."""

from pathlib import Path

import pytest
from binary import call, write_script
from chats import opened, says

from droidlite.app.chat import Chat
from droidlite.session.store import Store
from droidlite.types import User
from droidlite.ui.rewinding import Part, Preview, Rewinding

MAKE = {"calls": [call("write", file_path="made.txt", content="x\n")]}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = write_script(tmp_path / "s.jsonl", [MAKE, {"text": "One."}, {"text": "Two."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", env["DROIDLITE_SCRIPT"])


def said(chat: Chat) -> list[str]:
    """What the model read from the person and the host, without the opening."""
    return [m.text for m in chat.session.parts.agent.transcript.messages[1:] if isinstance(m, User)]


@pytest.mark.usefixtures("script")
def test_files_that_were_put_back_are_told_and_the_conversation_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as chat:
        says(chat, "make it")
        assert chat.preview_rewind(1) == Preview(
            ("made.txt: it is removed (+1 -0)",),
            ("1 message of yours and what followed are dropped", "❯ make it"),
        )
        assert chat.rewind(1, "files") == Rewinding("")
        assert not (tmp_path / "made.txt").exists()
        says(chat, "go on")
        first, note, last = said(chat)
        assert (first, last) == ("make it", "go on")
        assert note.startswith("The person put these files back to what they were at an earlier message: made.txt.")
        assert "made.txt" in note
        session = chat.session.parts.session_id
    kept = Store(chat.store.root).load(session)
    assert [turn.prompt for turn in kept.turns] == ["make it", "go on"]


@pytest.mark.usefixtures("script")
def test_files_that_stay_when_words_go_back_are_told(tmp_path: Path) -> None:
    with opened(tmp_path) as chat:
        says(chat, "make it")
        assert chat.rewind(1, "conversation") == Rewinding("make it")
        assert (tmp_path / "made.txt").read_text() == "x\n"
        says(chat, "other")
        note, last = said(chat)
        assert (last, "made.txt" in note, note.startswith("The person took back")) == ("other", True, True)
        assert [diff.path for diff in chat.diff()] == ["made.txt"]


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize("part", ["files", "conversation"])
def test_nothing_is_told_of_what_was_taken_back(part: Part, tmp_path: Path) -> None:
    with opened(tmp_path) as chat:
        says(chat, "make it")
        chat.rewind(1, part)
        chat.undo_rewind()
        assert (tmp_path / "made.txt").exists()
        says(chat, "go on")
        assert said(chat) == ["make it", "go on"]
