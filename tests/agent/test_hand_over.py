"""The note of the old model: what it replaces, what stays, and what happens where none comes."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from fakes import Rig, says

from droidlite.agent.handoff import hand_over, tell_tools
from droidlite.errors import Interrupted, ProviderError
from droidlite.events import Compacted, Event
from droidlite.session import records
from droidlite.types import Assistant, Call, ModelSpec, ToolResult, ToolResults, ToolSpec, Usage, User

TO = ModelSpec(id="other", provider="fake", context=50_000)
WORDS = "word " * 2_000
NOTE = says("## Goal\nThe goal.\n## Next\nStep two.", usage=Usage(cache_read=9_000, input=200, output=60))


def worked(tmp_path: Path, *steps: Any, cap: float | None = None) -> Rig:
    """A session with a first and a newest prompt, and much between them; then `steps`."""
    call = Call("c", "echo", f'{{"word": "{WORDS}"}}')
    done = says("Did it.", usage=Usage(input=9_000, output=10))
    rig = Rig(tmp_path, says("", call), done, *steps, cap=cap)
    rig.transcript.say(User("THE FACTS"), host=True)
    list(rig.agent.run(User("THE FIRST\nprompt, word for word")))
    rig.transcript.say(User("THE NEWEST prompt"))
    return rig


def outcome(asked: Generator[Event, None, bool]) -> tuple[list[Event], bool]:
    events: list[Event] = []
    while True:
        try:
            events.append(next(asked))
        except StopIteration as done:
            return events, done.value


def test_a_note_takes_the_place_of_what_lies_between_the_prompts(tmp_path: Path) -> None:
    rig = worked(tmp_path, NOTE)
    whole = rig.transcript.messages
    events, noted = outcome(hand_over(rig.transcript, rig.driver, TO))
    assert noted
    first, carried, newest = rig.transcript.messages
    assert (first, newest) == (User("THE FACTS"), User("THE NEWEST prompt"))
    assert isinstance(carried, User)
    assert "THE FIRST\nprompt, word for word" in carried.text
    assert "## Next\nStep two." in carried.text
    assert WORDS not in carried.text
    (compacted,) = events
    assert isinstance(compacted, Compacted)
    assert compacted.after_tokens < compacted.before_tokens
    asked = rig.provider.requests[-1]
    assert (asked.messages[:-1], asked.final) == (whole, False)
    kept = [record for record in rig.records if isinstance(record, records.Compacted)]
    assert [record.messages for record in kept] == [rig.transcript.messages]
    assert "## Goal" not in str([record for record in rig.records if isinstance(record, records.Replied)])


def test_the_note_is_on_the_ledger(tmp_path: Path) -> None:
    rig = worked(tmp_path, NOTE)
    before = rig.budget.spent_usd
    events, _ = outcome(hand_over(rig.transcript, rig.driver, TO))
    assert rig.budget.spent_usd - before == pytest.approx(9.2 + 0.6)
    assert [record.usage for record in rig.records if isinstance(record, records.Spent)][-1] == NOTE.usage
    assert [event.cost_usd for event in events if isinstance(event, Compacted)] == [pytest.approx(9.8)]


@pytest.mark.parametrize(
    "answer",
    [
        says("## Goal\nThe go", stop="length"),
        says("  "),
        says("Let me look first.", Call("d", "echo", "{}")),
        ProviderError("It is overloaded.", fault="overloaded", retry="same"),
        ProviderError("No.", fault="refusal", retry="never"),
    ],
    ids=("cut", "empty", "calls", "overloaded", "refused"),
)
def test_where_no_whole_note_comes_the_whole_conversation_stays(tmp_path: Path, answer: Any) -> None:
    rig = worked(tmp_path, answer)
    whole, spent = rig.transcript.messages, len([r for r in rig.records if isinstance(r, records.Spent)])
    assert outcome(hand_over(rig.transcript, rig.driver, TO)) == ([], False)
    assert rig.transcript.messages == whole
    assert len(rig.provider.requests) == 3  # one attempt
    assert len([r for r in rig.records if isinstance(r, records.Spent)]) == spent + 1


def test_where_the_cap_leaves_no_room_nothing_is_asked(tmp_path: Path) -> None:
    rig = worked(tmp_path, NOTE, cap=40.0)
    rig.budget.cap_usd = rig.budget.spent_usd + 0.5
    assert outcome(hand_over(rig.transcript, rig.driver, TO)) == ([], False)
    assert len(rig.provider.requests) == 2


def test_an_interruption_is_one(tmp_path: Path) -> None:
    rig = worked(tmp_path, NOTE)
    rig.cancellation.cancel()
    with pytest.raises(Interrupted):
        outcome(hand_over(rig.transcript, rig.driver, TO))


def test_what_was_written_before_stays_where_the_work_is_under_way(tmp_path: Path) -> None:
    """In the middle of a turn the newest exchange goes over as it is."""
    rig = worked(tmp_path, NOTE)
    rig.transcript.hear(says("", Call("e", "echo", "{}")), None)
    rig.transcript.answer(ToolResults((ToolResult("e", "the newest result"),)))
    outcome(hand_over(rig.transcript, rig.driver, TO))
    assert rig.transcript.messages[-1] == ToolResults((ToolResult("e", "the newest result"),))
    assert isinstance(rig.transcript.messages[-2], Assistant)


def test_the_prompt_stays_where_the_host_had_the_last_word(tmp_path: Path) -> None:
    """A failed check is said by the host: the person's one prompt is not what waits for an answer."""
    rig = Rig(tmp_path, says("Done."), NOTE)
    rig.transcript.say(User("THE FACTS"), host=True)
    list(rig.agent.run(User("THE ONLY prompt")))
    rig.transcript.say(User("The check still fails."), host=True)
    outcome(hand_over(rig.transcript, rig.driver, TO))
    _, carried, check = rig.transcript.messages
    assert isinstance(carried, User)
    assert "THE ONLY prompt" in carried.text
    assert check == User("The check still fails.")


def tool(name: str) -> ToolSpec:
    return ToolSpec(name, "", {})


def told(rig: Rig, there: tuple[str, ...], here: tuple[str, ...]) -> str:
    rig.transcript.hear(says("", Call("e", "edit", "{}")), None)
    rig.transcript.retool(tuple(map(tool, here)))
    tell_tools(rig.transcript, tuple(map(tool, there)))
    last = rig.transcript.messages[-1]
    return last.text if isinstance(last, User) else ""


@pytest.mark.parametrize(
    ("there", "here", "words"),
    [
        (("read", "write", "edit"), ("read", "patch"), "Not there any more: edit. Use instead: patch."),
        (("read", "edit"), ("read", "edit"), ""),
        (("read", "patch"), ("read", "write", "edit"), ""),
    ],
)
def test_a_model_is_told_what_took_the_place_of_the_tools_it_sees_used(
    tmp_path: Path, there: tuple[str, ...], here: tuple[str, ...], words: str
) -> None:
    assert told(Rig(tmp_path), there, here).endswith(words)
