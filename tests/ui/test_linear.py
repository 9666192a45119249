"""The session as plain lines: what is written, and what a line typed at each question comes to."""

import pytest
from recorded import Recorded, finished, fixing, reply

from droidlite.events import Event, TextAdded
from droidlite.tool import Answer
from droidlite.types import User
from droidlite.ui.ahead import Ahead
from droidlite.ui.linear import Linear

SHORT: list[Event] = [TextAdded("Hello there."), reply("Hello there."), finished(result="Hello there.")]
Typed = str | type[BaseException]


def talk(*typed: Typed, events: list[Event] = SHORT, ahead: str = "") -> tuple[str, Recorded]:
    """All that was written, and the conversation, when these lines were typed and the terminal was closed. `ahead` had
    been typed when the first question was asked."""
    waits = iter([ahead])
    conversation, lines = Recorded(events), iter([*typed, EOFError])
    written: list[str] = []

    def read(prompt: str) -> str:
        written.append(prompt)
        line = next(lines)
        if not isinstance(line, str):
            raise line
        written.append(f"{line}\n")
        return line

    assert Linear(conversation, read=read, write=written.append, waiting=lambda: next(waits, "")).run("") == 0
    return "".join(written), conversation


def test_a_message_is_answered_in_lines_without_a_control_character() -> None:
    seen, conversation = talk("fix the failing test", events=fixing())
    assert conversation.sent == ["fix the failing test"]
    assert all(character == "\n" or character.isprintable() for character in seen)
    assert "● edit  src/ranges.py\n  ⎿ +2 -1\n" in seen
    assert "$0.0132 message, $0.21 session, claude-sonnet-4-5-20250929 (auto)\n" in seen
    assert seen.endswith("Go on with: droidlite -r 01JD\n")


def test_a_session_that_was_gone_on_with_is_told_how_to_find_again() -> None:
    conversation = Recorded(SHORT)
    written: list[str] = []
    conversation.retold = (User("what was said before"),)

    def close(prompt: str) -> str:
        raise EOFError

    assert Linear(conversation, read=close, write=written.append).run("") == 0
    assert "".join(written).endswith("Go on with: droidlite -r 01JD\n")


def test_a_message_of_several_lines() -> None:
    _, conversation = talk("one\\", "two")
    assert conversation.sent == ["one\ntwo"]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (["1"], Answer("once")),
        (["9", "2"], Answer("session")),
        (["4", "use make clean"], Answer("no", "use make clean")),
        (["n", "use make clean"], Answer("no", "use make clean")),
        (["No", ""], Answer("no")),
        (["y"], Answer("once")),
        (["YES"], Answer("once")),
        ([""], Answer("no")),
        ([KeyboardInterrupt], Answer("no")),
    ],
)
def test_an_approval_is_a_numbered_list(typed: list[Typed], answer: Answer) -> None:
    seen, conversation = talk("approve", *typed)
    assert "Run this command?\n  rm -rf build && make\n" in seen
    assert "1. Yes, this once (y)\n2. Yes, and for the rest of this session allow: " in seen
    assert "4. No, and say what to do instead (n)\nType a number, y or n, or nothing to stop.\n" in seen
    assert conversation.asked == [answer]


def test_what_is_no_answer_is_told_with_those_that_are() -> None:
    seen, _ = talk("approve", "maybe", "")
    assert "'maybe' is none of 1 to 4, y, n.\n" in seen


def test_what_was_typed_before_an_approval_was_shown_waits_as_messages() -> None:
    seen, conversation = talk("approve", "", ahead="1\n\nand then use pytest\\\nwith -q\n")
    assert conversation.asked == [Answer("no")]
    assert "queued: 1\nqueued: and then use pytest\\\nqueued: with -q\n\nRun this command?" in seen
    assert conversation.sent == ["approve", "1", "and then use pytest\nwith -q"]
    assert seen.index("> 1\n") > seen.index("Number: ")


@pytest.mark.parametrize(("ended", "sent"), [(["1"], ["use 21"]), ([KeyboardInterrupt], [])])
def test_a_line_that_was_begun_before_an_approval_is_ended_first(ended: list[Typed], sent: list[str]) -> None:
    seen, conversation = talk("approve", *ended, "2", ahead="use 2")
    assert "first end your line (Enter queues it, Ctrl+C drops it).\n> use 2" in seen
    assert conversation.asked == [Answer("session")]
    assert conversation.sent == ["approve", *sent]


def test_a_list_that_was_asked_for_takes_what_was_typed_ahead() -> None:
    _, conversation = talk("approve", "1", ahead="/model\nopus\n1\n")
    assert conversation.now.model == "claude-opus-4-5"
    assert conversation.sent == ["approve"]


def test_after_an_interruption_nothing_that_waits_is_sent() -> None:
    said: list[str] = []
    waiting = Ahead(lambda: "one\ntwo\n", input, said.append)
    waiting.queue()
    waiting.drop()
    assert said == ["queued: one\n", "queued: two\n", "not sent: one\n", "not sent: two\n"]


@pytest.mark.parametrize(
    ("typed", "model", "strategy"),
    [
        (["2"], "claude-opus-4-5", "chosen"),
        (["opus", "1"], "claude-opus-4-5", "chosen"),
        (["1 high"], "claude-sonnet-4-5-20250929", "auto"),
        (["6", ""], "claude-sonnet-4-5-20250929", "auto"),
        ([""], "claude-sonnet-4-5-20250929", "auto"),
    ],
)
def test_the_picker_is_a_numbered_list_too(typed: list[str], model: str, strategy: str) -> None:
    seen, conversation = talk("/model", *typed)
    assert "\n1. auto → claude-sonnet-4-5-20250929 ✓; " in seen
    assert (conversation.now.model, conversation.now.strategy) == (model, strategy)
    assert ("cannot be chosen: " in seen) == (typed[0] == "6")


def test_a_message_given_back_stands_below_what_says_so() -> None:
    seen, _ = talk("/rewind", "1", "1")
    assert "your message is below" in seen.partition("Your message was:\nfix clamp\n")[0]


def test_ctrl_c_twice_leaves() -> None:
    seen, _ = talk(KeyboardInterrupt, KeyboardInterrupt, "never read")
    assert "Ctrl+C again to leave" in seen
    assert "never read" not in seen


def test_what_is_wrong_is_one_sentence() -> None:
    seen, _ = talk("/modle")
    assert "error: There is no /modle: did you mean /model?\n" in seen


def test_a_question_mark_explains_the_numbers_and_costs_nothing() -> None:
    seen, conversation = talk("?")
    assert "was not routed, so nothing was estimated" in seen
    assert conversation.sent == []


def test_help_names_the_keys_that_work_here() -> None:
    seen, _ = talk("/help")
    assert "Ctrl+C" in seen
    assert [key for key in ("Ctrl+O", "Ctrl+N", "Shift+Tab") if key in seen] == []
