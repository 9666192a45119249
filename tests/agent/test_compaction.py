"""Compaction: what outlives it whatever the model writes, and every way a request can fail to fit."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes import Rig, Word, request_size, says
from hypothesis import given
from hypothesis import strategies as st

from droidlite.agent.compaction import TRIES, compact
from droidlite.agent.prompt import read_prompt
from droidlite.agent.trimming import size, trimmed
from droidlite.errors import CapReached, ProviderError
from droidlite.events import Compacted, Event, ReplyFinished, TextAdded
from droidlite.session import records
from droidlite.tool import Outcome, Todo, Tool
from droidlite.types import Assistant, Call, Message, ModelSpec, Request, ToolResult, ToolResults, Usage, User

SMALL = ModelSpec(id="fake", provider="fake", context=10_000, max_output=1_000)
FULL = Usage(input=9_000, output=10)
WORDS = "word " * 9_000


def echo(n: int, word: str = "") -> Call:
    return Call(f"c{n}", "echo", f'{{"word": "{word}"}}')


def full(text: str, *calls: Call) -> Assistant:
    return Assistant(text, calls, "calls" if calls else "end", "fake", FULL)


def valid(messages: Sequence[Message]) -> bool:
    """Whether a service would take them: a user first, each call answered at once, no answer without its call."""
    if not isinstance(messages[0], User):
        return False
    for before, after in itertools.pairwise([*messages, User("")]):
        calls = [call.id for call in before.calls] if isinstance(before, Assistant) else []
        answers = [result.call_id for result in after.results] if isinstance(after, ToolResults) else []
        if calls != answers:
            return False
    return True


def only(events: Sequence[object]) -> Compacted:
    (found,) = [event for event in events if isinstance(event, Compacted)]
    return found


@pytest.mark.parametrize("limit", [3_000, 10_000, 30_000])
def test_what_does_not_fit_is_asked_about_in_part_and_the_run_goes_on(tmp_path: Path, limit: int) -> None:
    calls = [echo(n, WORDS[:2_500]) for n in range(20)]
    rig = Rig(tmp_path, *(says("", call) for call in calls), says("A summary."), says("Done."))
    rig.agent.transcript.say(User("THE FACTS"), host=True)
    events: list[Event] = []
    for event in rig.agent.run(User("THE TASK")):
        events.append(event)
        if len(rig.provider.requests) == 20:
            rig.provider.limit = limit
    only(events)
    sent = [request_size(request) for request in rig.provider.requests]
    assert max(sent[-2:]) <= limit
    assert all(later <= earlier / 2 for earlier, later in itertools.pairwise(sent[20:-1]))
    assert all(valid(messages) for messages in rig.provider.sent)
    assert "THE TASK" in rig.provider.sent[-2][-1].text  # type: ignore[union-attr]
    assert "THE TASK" in rig.provider.sent[-1][1].text  # type: ignore[union-attr]


def test_a_result_that_was_too_much_is_shown_cut(tmp_path: Path) -> None:
    tool = Tool(name="much", description="", arguments=Word, effect="read", run=lambda *asked: Outcome(WORDS))
    rig = Rig(tmp_path, says("", Call("a", "much", "{}")), says("A summary."), says("Done."), tools=(tool,))
    rig.provider.limit = 30_000
    list(rig.agent.run(User("go")))
    *_, results = rig.provider.sent[-1]
    assert isinstance(results, ToolResults)
    assert results.results[0].content.startswith("word word")
    assert "characters left out: they did not fit the context" in results.results[0].content


def test_a_prompt_that_fits_nowhere_is_cut_without_asking_the_model(tmp_path: Path) -> None:
    rig = Rig(tmp_path, says("Done."))
    rig.provider.limit = 30_000
    rig.agent.transcript.say(User("THE FACTS"), host=True)
    only(list(rig.agent.run(User(f"THE TASK {WORDS}"))))
    facts, prompt = rig.provider.sent[-1]
    assert len(rig.provider.requests) == 2
    assert isinstance(prompt, User)
    assert (facts, prompt.text.startswith("THE TASK word")) == (User("THE FACTS"), True)


def test_a_service_that_takes_nothing_ends_the_run(tmp_path: Path) -> None:
    def closes(request: Request) -> Assistant:
        rig.provider.limit = 0
        return says("", echo(1, WORDS))

    rig = Rig(tmp_path, closes)
    with pytest.raises(ProviderError):
        list(rig.agent.run(User("go")))
    sent = [request_size(request) for request in rig.provider.requests]
    assert len(sent) <= 1 + 1 + TRIES + 1
    assert len(set(rig.provider.sent)) == len(sent)


def test_the_first_and_the_newest_prompt_are_kept_word_for_word(tmp_path: Path) -> None:
    rig = Rig(tmp_path, full("First done."), says("A summary."), says("Done."), spec=SMALL)
    rig.agent.transcript.say(User("THE FACTS"), host=True)
    list(rig.agent.run(User("first task")))
    list(rig.agent.run(User("second, exactly")))
    assert [m.text for m in rig.provider.sent[1] if isinstance(m, User)][1:] == ["first task", read_prompt("compact")]
    assert rig.provider.sent[2] == (
        User("THE FACTS"),
        User(
            f"{read_prompt('compacted')}\n\n<task>\nfirst task\n</task>\n\n<summary>\nA summary.\n</summary>",
        ),
        User("second, exactly"),
    )
    assert rig.transcript.prompts == ("first task", "second, exactly")


def test_a_summary_is_no_answer_and_is_paid_for_once(tmp_path: Path) -> None:
    steps = full("", echo(1)), says("A summary."), says("Done.")
    rig = Rig(tmp_path, *steps, spec=SMALL)
    events = list(rig.agent.run(User("go")))
    assert [event.text for event in events if isinstance(event, TextAdded | ReplyFinished)] == ["", "Done.", "Done."]
    costs = [event.cost_usd for event in events if isinstance(event, ReplyFinished | Compacted)]
    assert sum(cost or 0.0 for cost in costs) == pytest.approx(rig.budget.spent_usd)


def test_files_todos_and_the_failure_are_carried_by_rule(tmp_path: Path) -> None:
    commands = [Call(f"s{n}", "shell", f'{{"command": "{word}"}}') for n, word in enumerate(("make", "lint", "test"))]
    rig = Rig(tmp_path, spec=SMALL)
    rig.transcript.changed = lambda: ("a.py (modified)",)
    rig.transcript.say(User("go"))
    rig.transcript.list_todos((Todo("find it", "completed"), Todo("mend it", "in_progress")))
    for call, content, failed in zip(
        (*commands, commands[2]), ("no rule", "bad line", "1 failed", "passed"), (True, True, True, False), strict=True
    ):
        rig.transcript.hear(says("", call), None)
        rig.transcript.answer(ToolResults((ToolResult(call.id, content, failed),)))
    rig.provider.steps = [says("A summary."), says("Another.")]
    list(compact(rig.transcript, rig.driver))
    told = rig.transcript.messages[1]
    assert told == User(
        f"{read_prompt('compacted')}\n\n<task>\ngo\n</task>\n\n<files_changed>\na.py (modified)\n</files_changed>\n\n"
        '<todos>\n[x] find it\n[>] mend it\n</todos>\n\n<failing command="lint">\nbad line\n</failing>\n\n'
        "<summary>\nA summary.\n</summary>"
    )
    list(compact(rig.transcript, rig.driver))  # what failed is still known after the next one
    again = rig.transcript.messages[1]
    assert again == User(told.text.replace("A summary.", "Another."))  # type: ignore[union-attr]


@pytest.mark.parametrize("bad", [says("cut he", stop="length"), says("  ")])
def test_an_unusable_summary_is_asked_for_again_once_and_then_written_by_rule(tmp_path: Path, bad: Assistant) -> None:
    rig = Rig(tmp_path, spec=SMALL)
    rig.transcript.say(User("go"))
    call = Call("s", "shell", '{"command": "make"}')
    rig.transcript.hear(says("Making.", call), None)
    rig.transcript.answer(ToolResults((ToolResult("s", "no rule", True),)))
    rig.provider.steps = [bad, bad, says("too late")]
    cost = only(list(compact(rig.transcript, rig.driver))).cost_usd
    first, second = (messages[-1].text for messages in rig.provider.sent)  # type: ignore[union-attr]
    assert second == f"{first}\n\n{read_prompt('compact_again')}"
    assert cost == pytest.approx(0.4)
    assert rig.transcript.messages[1].text.endswith(  # type: ignore[union-attr]
        f"<summary>\n{read_prompt('compact_by_rule')}\nasked: go\nshell: make (failed)\nsaid: Making.\n</summary>"
    )


def test_a_second_summary_is_taken(tmp_path: Path) -> None:
    steps = full("", echo(1)), says("cut", stop="length"), says("A summary."), says("Done.")
    rig = Rig(tmp_path, *steps, spec=SMALL)
    list(rig.agent.run(User("go")))
    assert "A summary." in rig.provider.sent[-1][1].text  # type: ignore[union-attr]


def test_a_cap_reached_by_a_compaction_pauses_and_goes_on_when_raised(tmp_path: Path) -> None:
    asked: list[CapReached] = []

    def raise_cap(reached: CapReached) -> bool:
        asked.append(reached)
        rig.budget.cap_usd = 1_000
        return True

    steps = full("", echo(1)), says("A summary."), says("Done.")
    rig = Rig(tmp_path, *steps, spec=SMALL, cap=30, raise_cap=raise_cap)
    list(rig.agent.run(User("go")))
    assert len(asked) == 1
    assert rig.transcript.messages[-1] == says("Done.")


def test_a_cap_reached_by_a_compaction_is_closed_with_what_was_kept_back_for_that(tmp_path: Path) -> None:
    rig = Rig(tmp_path, full("", echo(1)), says("Half done."), spec=SMALL, cap=24)
    with pytest.raises(CapReached, match="Half done"):
        list(rig.agent.run(User("go")))
    closing = rig.provider.requests[-1]
    assert (closing.final, closing.max_output, len(rig.provider.requests)) == (True, 400, 2)
    assert not [record for record in rig.records if isinstance(record, records.Compacted)]
    assert rig.budget.spent_usd <= 24


@given(st.lists(st.tuples(st.sampled_from("upr"), st.integers(0, 3_000)), max_size=30), st.integers(500, 20_000))
def test_what_is_trimmed_is_valid_and_fits(shape: list[tuple[str, int]], room: int) -> None:
    messages: list[Message] = [User("facts")]
    for n, (kind, length) in enumerate(shape):
        match kind:
            case "u":
                messages.append(User("u" * length))
            case "p":
                messages.append(Assistant("a" * length))
            case _:
                messages += [Assistant("", (echo(n),), "calls"), ToolResults((ToolResult(f"c{n}", "r" * length),))]
    kept = trimmed(messages, room)
    assert valid(kept)
    assert size(kept) <= room + 300
