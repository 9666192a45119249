"""The loop, whole: what it sends, what it says, what it keeps, over a model that says what it is told to."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import ECHO, SPEC, USAGE, Records, Rig, Word, says
from msgspec import Struct

from droidlite.agent.answers import INTERRUPTED, NOT_RUN
from droidlite.agent.driver import Retry
from droidlite.agent.prompt import read_prompt
from droidlite.errors import CapReached, DroidliteError, Interrupted, ProviderError
from droidlite.events import (
    AttemptFailed,
    CallDenied,
    CallFinished,
    CallStarted,
    ReplyFinished,
    TextAdded,
    TurnStarted,
)
from droidlite.session import records
from droidlite.tool import Answer, Approval, Outcome, Tool, ToolContext
from droidlite.types import Assistant, Call, ToolResult, ToolResults, User


def untimed(events: list[object]) -> list[object]:
    import msgspec

    return [msgspec.structs.replace(e, seconds=0.0) if isinstance(e, CallFinished) else e for e in events]


def test_a_call_is_run_and_answered_and_the_run_ends_with_the_text(tmp_path: Path) -> None:
    call = Call("c1", "echo", '{"word": "hi"}')
    rig = Rig(tmp_path, says("Looking.", call), says("Done."))
    assert untimed(list(rig.agent.run(User("go")))) == [
        TurnStarted(1),
        TextAdded("Looking."),
        ReplyFinished(text="Looking.", model="fake", usage=USAGE, cost_usd=0.2, context_tokens=110),
        CallStarted(call_id="c1", name="echo", summary="echo", arguments={"word": "hi"}),
        CallFinished(call_id="c1", name="echo", content="hi"),
        TurnStarted(2),
        TextAdded("Done."),
        ReplyFinished(text="Done.", model="fake", usage=USAGE, cost_usd=0.2, context_tokens=110),
    ]
    assert rig.transcript.messages == (
        User("go"),
        says("Looking.", call),
        ToolResults((ToolResult("c1", "hi"),)),
        says("Done."),
    )


def test_every_request_extends_the_one_before(tmp_path: Path) -> None:
    calls = [Call(f"c{n}", "echo", '{"word": "w"}') for n in range(5)]
    rig = Rig(tmp_path, *(says("", call) for call in calls), says("Done."))
    list(rig.agent.run(User("go")))
    for earlier, later in zip(rig.provider.sent, rig.provider.sent[1:], strict=False):
        assert later[: len(earlier)] == earlier
    assert [(r.system, r.tools) for r in rig.provider.requests] == [("S", rig.toolbox.specs)] * 6


def test_every_call_gets_exactly_one_result_in_order(tmp_path: Path) -> None:
    calls = (
        Call("a", "echo", '{"word": "1"}'),
        Call("b", "nothing", "{}"),
        Call("c", "echo", "{not json"),
        Call("d", "explode", "{}"),
        Call("e", "echo", '{"wurd": "2"}'),
        Call("f", "touch", '{"word": "3"}'),
        Call("g", "echo", '{"word": "4"}'),
    )
    rig = Rig(tmp_path, says("", *calls), says("Done."))
    list(rig.agent.run(User("go")))
    answer = rig.transcript.messages[2]
    assert isinstance(answer, ToolResults)
    assert [(r.call_id, r.is_error) for r in answer.results] == [
        ("a", False), ("b", True), ("c", True), ("d", True), ("e", True), ("f", False), ("g", False),
    ]  # fmt: skip
    assert answer.results[1].content == "There is no tool 'nothing'. There are: echo, explode, touch, shell."
    assert answer.results[3].content == "The tool explode failed: RuntimeError: boom"
    assert "unknown field `wurd`" in answer.results[4].content
    kept = [r.result for r in rig.records if isinstance(r, records.CallFinished)]
    assert sorted(kept, key=lambda r: r.call_id) == list(answer.results)


def test_read_only_calls_run_at_the_same_time(tmp_path: Path) -> None:
    barrier = threading.Barrier(3, timeout=60)

    def meet(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
        barrier.wait()
        return Outcome("met")

    tool = Tool(name="meet", description="", arguments=Word, effect="read", run=meet)
    rig = Rig(tmp_path, says("", *(Call(str(n), "meet", "{}") for n in range(3))), says("Done."), tools=(tool,))
    list(rig.agent.run(User("go")))
    assert rig.transcript.messages[2] == ToolResults(tuple(ToolResult(str(n), "met") for n in range(3)))


def test_interruption_answers_every_call_and_keeps_the_conversation_valid(tmp_path: Path) -> None:
    def stop(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
        context.cancellation.cancel()
        return Outcome("stopped", is_error=True)

    tool = Tool(name="stop", description="", arguments=Word, effect="write", run=stop)
    rig = Rig(tmp_path, says("", Call("a", "stop", "{}"), Call("b", "echo", "{}")), tools=(tool, ECHO))
    with pytest.raises(Interrupted):
        list(rig.agent.run(User("go")))
    assert rig.transcript.messages[2] == ToolResults((ToolResult("a", "stopped", True), ToolResult("b", NOT_RUN, True)))


def test_closing_the_iterator_stops_the_tool_and_answers_it(tmp_path: Path) -> None:
    def wait(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
        context.cancellation.wait(30)
        return Outcome("was stopped", is_error=True)

    tool = Tool(name="wait", description="", arguments=Word, effect="write", run=wait)
    rig = Rig(tmp_path, says("", Call("a", "wait", "{}"), Call("b", "echo", "{}")), tools=(tool, ECHO))
    run = rig.agent.run(User("go"))
    for event in run:
        if isinstance(event, CallStarted):
            break
    run.close()
    answer = rig.transcript.messages[2]
    assert isinstance(answer, ToolResults)
    assert answer.results[0].content in (INTERRUPTED, "was stopped")
    assert answer.results[1] == ToolResult("b", NOT_RUN, True)


def test_a_call_that_is_deaf_to_interruption_is_left_behind_and_answered_once(tmp_path: Path) -> None:
    heard = threading.Event()

    def deaf(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
        context.cancellation.cancel()
        heard.wait(60)
        return Outcome("late")

    tool = Tool(name="deaf", description="", arguments=Word, effect="write", run=deaf)
    rig = Rig(tmp_path, says("", Call("a", "deaf", "{}")), tools=(tool,))
    rig.toolbox.patience = 0.01
    with pytest.raises(Interrupted):
        list(rig.agent.run(User("go")))
    left = [thread for thread in threading.enumerate() if thread.name.endswith("(_work)")]
    heard.set()
    for thread in left:
        thread.join(60)
    assert rig.transcript.messages[2] == ToolResults((ToolResult("a", INTERRUPTED, True),))
    assert [r.result.content for r in rig.records if isinstance(r, records.CallFinished)] == [INTERRUPTED]


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ('{"count": "3", "loud": "true"}', "3 True"),
        ('{"count": 3.0, "loud": false}', "3 False"),
        ('{"count": "three"}', None),
        ('{"count": 1.5}', None),
    ],
)
def test_numbers_that_models_write_as_text_are_understood(tmp_path: Path, arguments: str, result: str | None) -> None:
    class Counted(Struct, forbid_unknown_fields=True):
        count: int
        loud: bool = False

    def tell(arguments: Counted, context: ToolContext, call_id: str) -> Outcome:
        return Outcome(f"{arguments.count} {arguments.loud}")

    tool = Tool(name="tell", description="", arguments=Counted, effect="read", run=tell)
    rig = Rig(tmp_path, says("", Call("a", "tell", arguments)), says("Done."), tools=(tool,))
    list(rig.agent.run(User("go")))
    answer = rig.transcript.messages[2]
    assert isinstance(answer, ToolResults)
    assert (answer.results[0].is_error, result) in ((False, answer.results[0].content), (True, None))


def test_unreadable_calls_three_times_in_a_row_end_the_run(tmp_path: Path) -> None:
    rig = Rig(tmp_path, *(says("", Call(str(n), "echo", "{oops")) for n in range(9)))
    with pytest.raises(DroidliteError, match="3 times in a row"):
        list(rig.agent.run(User("go")))
    assert len(rig.provider.requests) == 3


@pytest.mark.parametrize(("summary", "told"), [("Half done.", "Half done."), ("", "Stopped after turn 2.")])
def test_max_turns_ends_with_a_summary(tmp_path: Path, summary: str, told: str) -> None:
    rig = Rig(tmp_path, *(says("", Call(str(n), "echo", "{}")) for n in range(2)), says(summary), max_turns=2)
    with pytest.raises(CapReached) as caught:
        list(rig.agent.run(User("go")))
    assert (str(caught.value), caught.value.subtype) == (told, "error_max_turns")
    assert [request.final for request in rig.provider.requests] == [False, False, True]
    assert (rig.provider.requests[2].max_output, rig.driver.replies) == (400, 2)


def test_a_cut_reply_is_asked_to_go_on_and_three_in_a_row_are_taken(tmp_path: Path) -> None:
    rig = Rig(tmp_path, *(says(f"part {n}", stop="length") for n in range(5)))

    def returned() -> Iterator[str]:
        yield (yield from rig.agent.run(User("go")))  # type: ignore[misc]

    assert list(returned())[-1] == "part 2"
    assert rig.transcript.messages[2] == User(read_prompt("cut"))


def test_a_failed_attempt_is_told_and_tried_again(tmp_path: Path) -> None:
    error = ProviderError("fake-endpoint is overloaded.", fault="overloaded", retry="same", status=529)
    rig = Rig(tmp_path, error, says("Done."), retry=Retry(0.0))
    events = list(rig.agent.run(User("go")))
    assert events[1] == AttemptFailed(
        fault="overloaded",
        message="fake-endpoint is overloaded.",
        attempt=1,
        wait_seconds=0.0,
        endpoint="fake-endpoint",
    )
    assert rig.provider.sent[0] == rig.provider.sent[1]


def test_failover_gives_up_with_the_error(tmp_path: Path) -> None:
    error = ProviderError("no", fault="server", retry="same", status=500)
    rig = Rig(tmp_path, *[error] * 5, retry=Retry(0.0))
    with pytest.raises(ProviderError):
        list(rig.agent.run(User("go")))
    assert len(rig.provider.requests) == 3


def test_a_full_context_is_compacted_before_the_next_call(tmp_path: Path) -> None:
    from droidlite.types import ModelSpec, Usage

    small = ModelSpec(id="fake", provider="fake", context=10_000, max_output=1_000)
    full = Assistant("", (Call("a", "echo", "{}"),), "calls", "fake", Usage(input=9_000, output=10))
    rig = Rig(tmp_path, full, says("A summary."), says("Done."), spec=small)
    list(rig.agent.run(User("go")))
    compacted = [r for r in rig.records if isinstance(r, records.Compacted)]
    assert len(compacted) == 1
    assert compacted[0].messages[2:] == (full, ToolResults((ToolResult("a", ""),)))
    assert rig.provider.sent[-1] == compacted[0].messages


@pytest.mark.parametrize(
    ("answer", "results"),
    [
        (Answer("no", "use touch"), ["Not run: the person said no. They say: use touch"] * 2),
        (Answer("once"), ["ran x", "ran x"]),
        (Answer("session"), ["ran x", "ran x"]),
    ],
)
def test_the_person_decides(tmp_path: Path, answer: Answer, results: list[str]) -> None:
    asked: list[Approval] = []

    def ask(approval: Approval) -> Answer:
        asked.append(approval)
        return answer

    call = [Call(str(n), "shell", '{"command": "x"}') for n in range(2)]
    rig = Rig(tmp_path, says("", *call), says("Done."), autonomy="low", ask=ask)
    events = list(rig.agent.run(User("go")))
    answered = rig.transcript.messages[2]
    assert isinstance(answered, ToolResults)
    assert [r.content for r in answered.results] == results
    assert asked[0] == Approval(tool="shell", summary="x", reason="rules", always="commands that begin `pre`")
    assert len([e for e in events if isinstance(e, CallDenied)]) == (2 if answer.choice == "no" else 0)


def test_headless_read_only_refuses_changes_and_says_how_to_allow_them(tmp_path: Path) -> None:
    rig = Rig(tmp_path, says("", Call("a", "touch", "{}")), says("Done."), autonomy="off")
    list(rig.agent.run(User("go")))
    assert rig.transcript.messages[2] == ToolResults(
        (
            ToolResult(
                "a",
                "Not run: this run is read-only; the person can allow changes with --auto low, medium or high.",
                True,
                blocked="permission",
            ),
        )
    )
    assert rig.toolbox.denials == ["touch"]


def test_journal_order_makes_every_point_resumable(tmp_path: Path) -> None:
    rig = Rig(tmp_path, says("", Call("a", "echo", "{}")), says("Done."))
    list(rig.agent.run(User("go")))
    assert [type(r).__name__ for r in rig.records] == [
        "Said", "Spent", "Replied", "CallStarted", "CallFinished", "Spent", "Replied",
    ]  # fmt: skip
    assert isinstance(rig.records, Records)
    assert SPEC.id == "fake"
