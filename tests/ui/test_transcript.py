"""What a recorded run leaves on the screen, whole, and that nothing in it can steer the terminal."""

import io
import re

import msgspec
import pytest
from recorded import CANDIDATES, DIFF, finished, fixing, reply, streamed

from droidlite.events import (
    AttemptFailed,
    BaselineTaken,
    CallAnnounced,
    CallDenied,
    CallFinished,
    CallProgressed,
    CallStarted,
    Compacted,
    Event,
    Helped,
    ModelChosen,
    ModelSwitched,
    ReplyFinished,
    Reviewed,
    RunFinished,
    SessionStarted,
    SwitchAnnounced,
    TextAdded,
    ThoughtAdded,
    TurnStarted,
    VerifyFinished,
    VerifyFound,
    VerifyStarted,
    Warned,
)
from droidlite.tool import Approval, Diff, Output, Todo, Todos
from droidlite.types import RoutingDecision, Switch, User
from droidlite.ui.approvals import approval_dialog
from droidlite.ui.headless import present
from droidlite.ui.picker import Now, model_picker, table
from droidlite.ui.render import Painter
from droidlite.ui.statusline import header, reply_line, status_bar
from droidlite.ui.transcript import Transcript


def transcript(colour: bool = False, width: int = 80) -> Transcript:
    return Transcript(Painter(lambda: width, colour), clock=lambda: 0.0)


def test_a_whole_run() -> None:
    shown = transcript()
    assert "".join(shown.apply(event) for event in fixing()) == (
        """
    The test expects clamp(5, 0, 5) to be 5. Let me run it first and see what it
    says.

I'll run the failing test first.

● shell  pytest -q tests/test_ranges.py
  ⎿ exit 1 · 1.2 s
    E   assert 4 == 5
    1 failed, 11 passed in 0.31s

↻ overloaded: The service is busy. Trying again in 0.4 s.

● todo  3 items
  ⎿ 1 of 3 done
● read  src/ranges.py
  ⎿ 42 lines
● grep  clamp\\( in src
  ⎿ 3 lines
● edit  src/ranges.py
  ⎿ +2 -1
     10       \"\"\"Keeps value within low..high.\"\"\"
     11 -     if value > high - 1:
     11 +     # the upper bound belongs to the range
     12 +     if value > high:
     13           return high
     14       return max(value, low)

⚠ The local model is fine for small fixes; it gets about one in five easy tasks
wrong.

The bug is an off-by-one in clamp: the upper bound was left out.

What I changed

 • src/ranges.py: compare with high, not high - 1
 • nothing else; the docs (https://example.org/ranges) already said so

 def clamp(value, low, high):
     # the upper bound belongs to the range
     if value > high:
         return high
     return max(value, low)

 test        before  after
 ──────────────────────────
 test_upper  failed  passes
 test_lower  passes  passes

All 12 tests pass now.
"""
    )
    assert shown.cost == pytest.approx(0.0132)
    assert shown.end() == "\n    ☑ read the failing test\n    ▸ fix clamp\n    ☐ run all tests\n"
    assert shown.end() == ""


def test_the_todo_list_stands_above_the_spinner_while_something_is_left_to_do() -> None:
    shown = transcript()
    plan = [Todo(f"step {number}", "completed" if number < 8 else "pending") for number in range(12)]
    shown.apply(CallFinished(call_id="1", name="todo", content="ok", displays=(Todos(tuple(plan)),)))
    todos = [f"    {'☑' if number < 8 else '☐'} step {number}" for number in range(6, 12)]
    assert shown.live(12).split("\n") == [*todos, "⠋ working 0 s · esc to interrupt"]
    assert shown.live(6).split("\n") == [*todos[:3], "⠋ working 0 s · esc to interrupt"]
    done = Todos(tuple(Todo(todo.text, "completed") for todo in plan))
    shown.apply(CallFinished(call_id="2", name="todo", content="ok", displays=(done,)))
    assert shown.live(12) == "⠋ working 0 s · esc to interrupt"
    assert shown.end() == ""


def test_only_the_unfinished_block_is_live_and_nothing_is_printed_twice() -> None:
    shown = transcript()
    shown.apply(TurnStarted(1))
    assert shown.apply(TextAdded("One paragraph.\n\nAnd the next")) == ""
    assert shown.live(10) == "\nOne paragraph.\n\nAnd the next\n⠋ writing 0 s · esc to interrupt"
    assert shown.apply(TextAdded(" one.\nmore")) == "\nOne paragraph.\n"
    assert shown.live(10) == "\nAnd the next one. more\n⠋ writing 0 s · esc to interrupt"
    assert shown.apply(reply("")) == "\nAnd the next one. more\n"
    assert shown.live(10) == "⠋ writing 0 s · $0.0044 · esc to interrupt"


def test_running_calls_are_live_with_their_newest_lines() -> None:
    shown = transcript()
    shown.apply(CallStarted(call_id="1", name="shell", summary="make"))
    for number in range(9):
        shown.apply(CallProgressed("1", f"line {number}\n"))
    assert shown.live(20) == (
        "● shell  make 0.0 s\n    … 6 lines above\n    line 6\n    line 7\n    line 8\n⠋ working 0 s · esc to interrupt"
    )


def test_live_text_keeps_within_its_rows() -> None:
    shown = transcript()
    shown.apply(TextAdded("```py\n" + "x = 1\n" * 500))
    assert shown.live(8).count("\n") <= 7


def test_text_of_an_attempt_that_failed_is_void() -> None:
    shown = transcript()
    shown.apply(TextAdded("Half a sent"))
    printed = shown.apply(AttemptFailed(fault="incomplete", message="It said: cut", attempt=1, wait_seconds=1.0))
    assert printed == "\n↻ incomplete: It said: cut. Trying again in 1.0 s. What it wrote above is void.\n"
    assert "Half" not in shown.live(10)


def test_a_wait_counts_down_and_then_it_is_at_work_again() -> None:
    now = [100.0]
    shown = Transcript(Painter(lambda: 80, False), clock=lambda: now[0])
    shown.begin()
    shown.apply(AttemptFailed(fault="rate_limit", message="Later.", attempt=1, wait_seconds=60.0))
    now[0] += 20.5
    assert shown.live(10).endswith("trying again in 40 s · esc to interrupt")
    now[0] += 40.0
    assert shown.live(10).endswith("working 60 s · esc to interrupt")


def test_a_request_that_fails_again_is_one_calm_line() -> None:
    shown = transcript()
    shown.begin()
    failed = AttemptFailed(fault="server", message="Down.", attempt=1, wait_seconds=0.5, endpoint="a")
    assert "Trying again in 0.5 s." in shown.apply(failed)
    assert shown.apply(msgspec.structs.replace(failed, attempt=2)) == ""
    assert "Going on by b." in shown.apply(msgspec.structs.replace(failed, attempt=2, to="b"))


def test_a_reply_that_was_not_streamed_is_shown() -> None:
    shown = transcript()
    shown.apply(TurnStarted(1))
    assert shown.apply(reply("Whole.")) == "\nWhole.\n"


def test_a_file_whose_name_did_not_fit_beside_its_call_is_named_with_its_change() -> None:
    shown = transcript()
    long = msgspec.structs.replace(DIFF, path="src/" + "deep/" * 15 + "ranges.py")
    shown.apply(CallStarted(call_id="1", name="edit", summary=long.path))
    told = shown.apply(CallFinished(call_id="1", name="edit", content="ok", displays=(long,)))
    assert "ranges.py" not in told.partition("⎿")[0]
    assert "ranges.py" in told.partition("⎿")[2]


def test_a_diff_that_was_approved_is_not_shown_again() -> None:
    shown = transcript()
    shown.approved((DIFF,))
    event = CallFinished(call_id="1", name="edit", content="ok", displays=(DIFF,))
    assert shown.apply(event) == "\n● edit\n  ⎿ +2 -1 src/ranges.py\n"
    assert "return high" in shown.apply(event)


def test_a_refusal_is_shown_once_with_its_command() -> None:
    shown = transcript()
    why = "Not run: the person said no. They say: use make"
    shown.refused("rm -rf build")
    denied = CallDenied(call_id="1", name="shell", summary="rm -rf build", reason=why)
    assert shown.apply(denied) == f"\n⊘ shell  rm -rf build\n  ⎿ {why}\n"
    ended = CallFinished(call_id="1", name="shell", content=why, is_error=True)
    assert shown.apply(ended) == ""


def test_what_an_interruption_refused_is_shown_once_with_its_command() -> None:
    shown = transcript()
    shown.refused("rm -rf build")
    ended = CallFinished(call_id="1", name="shell", content="Not run: the person said no.", is_error=True)
    assert shown.apply(ended) == "\n⊘ shell  rm -rf build\n  ⎿ Not run: the person said no.\n"
    later = CallFinished(call_id="2", name="shell", content="Not run: the person interrupted.", is_error=True)
    assert shown.apply(later) == "● shell\n  ⎿ Not run: the person interrupted.\n"


@pytest.mark.parametrize(
    ("failing", "below"),
    [(("t.py::a", "t.py::b"), "    failing: t.py::a, t.py::b\n"), ((), "    two\n    three\n    four\n")],
)
def test_a_failed_check_shows_what_failed(failing: tuple[str, ...], below: str) -> None:
    output = "one\ntwo\n\n\x1b[1mthree\nfour\n"
    event = VerifyFinished(command="make", exit_code=2, output=output, seconds=2.0, failing=failing)
    assert transcript().apply(event) == f"\n✗ verify  make  exit 2 · 2.0 s\n{below}"


def test_how_a_run_that_failed_ends() -> None:
    assert transcript().apply(finished("error_upstream", "The service is down.")) == (
        "\n✗ stopped (upstream) The service is down.\n"
    )


def test_what_a_call_that_failed_says_is_told_once() -> None:
    shown = transcript()
    said = "Interrupted: its outcome is unknown."
    shown.apply(CallStarted(call_id="1", name="shell", summary="make"))
    told = shown.apply(CallFinished(call_id="1", name="shell", content=said, is_error=True, displays=(Output(said),)))
    assert told == f"\n● shell  make\n  ⎿ failed: {said}\n"


def test_a_numbered_list_keeps_its_dots() -> None:
    shown = Painter(lambda: 40, False).markdown("9. nine\n10. ten, which is longer than one line here\n")
    assert shown == "  9. nine\n 10. ten, which is longer than one line\n     here\n"


def test_an_unknown_price_makes_the_cost_unknown() -> None:
    shown = transcript()
    shown.apply(reply("a", None))
    shown.apply(reply("b"))
    assert shown.cost is None


# --- what others wrote never steers the terminal ----------------------------------------------------------------------

PAYLOADS = {
    "colour": "\x1b[31mred",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJm\x1b\\",
    "hyperlink": "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
    "8-bit csi": "\x9b31m",
    "8-bit osc": "\x9d0;owned\x9c",
    "dcs": "\x1bP$q\x1b\\",
    "alternate screen": "\x1b[?1049h",
    "report": "\x1b[6n\x1b[c",
    "carriage return": "rm -rf /\rls",
    "backspace": "evil\b\b\b\bgood",
    "bidi": "\u202egnp.exe\u2066x\u2069",
    "zero width": "a\u200bb\u2060",
    "tags": "ok\U000e0041\U000e0042",
    "bare escape": "\x1b",
    "markup": "[bold red]x[/bold red][link=http://evil]y[/link]",
    "entity": "&#27;[2J &#x202e; &#155;31m",
}
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\U000e0000-\U000e0fff]")


def everything_with(bad: str) -> list[Event | User]:
    diff = Diff(bad, f"--- a/{bad}\n+++ b/{bad}\n@@ -1 +1 @@\n-{bad}\n+{bad}\n", added=1, removed=1)
    displays = (diff, Output(bad), Todos((Todo(bad), Todo(bad, "completed"))))
    decision = RoutingDecision(model=bad, endpoint=bad, strategy=bad, reasons=(bad,))
    return [
        SessionStarted(session_id=bad, cwd=bad, model=bad, endpoint=bad, autonomy="low", tools=(bad,), scripted=True),
        User(bad),
        ModelChosen(decision),
        SwitchAnnounced(Switch(from_model=bad, to=bad, cause=bad, price_usd=0.1)),
        ModelSwitched(Switch(from_model=bad, to=bad, cause=bad, price_usd=0.1, reasons=(bad, bad))),
        Helped(rung=bad, cause=bad, model=bad, text=bad),
        VerifyFound(command=bad, why=bad),
        BaselineTaken(command=bad, exit_code=1, failing=(bad,)),
        Reviewed(model=bad, approved=False, reason=bad),
        ThoughtAdded(bad),
        *streamed(
            f"{bad} `{bad}` [{bad}]({bad})\n\n# {bad}\n\n```{bad}\n{bad}\n```\n\n- {bad}\n\n| {bad} |\n|--|\n", 3
        ),
        CallAnnounced(bad),
        AttemptFailed(fault=bad, message=bad, attempt=1, wait_seconds=0.1),
        TurnStarted(2),
        ReplyFinished(text=bad, model=bad),
        CallStarted(call_id="1", name=bad, summary=bad),
        CallProgressed("1", bad),
        CallDenied(call_id="1", name=bad, summary=bad, reason=bad),
        CallFinished(call_id="1", name=bad, content=bad, is_error=True, displays=displays),
        CallFinished(call_id="2", name="shell", content=bad, is_error=True),
        Compacted(before_tokens=1, after_tokens=1),
        VerifyStarted(bad),
        VerifyFinished(command=bad, exit_code=1, output=bad, seconds=1.0),
        Warned(bad),
        finished("error_upstream", bad),
    ]


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_payload_reaches_the_terminal(name: str) -> None:
    shown = transcript()
    text = ""
    for event in everything_with(PAYLOADS[name]):
        text += shown.apply(event) + shown.live(20)
    assert STEERS.findall(text) == []


@pytest.mark.parametrize("name", PAYLOADS)
def test_with_colour_only_our_own_colours_are_added(name: str) -> None:
    shown = transcript(colour=True)
    text = ""
    for event in everything_with(PAYLOADS[name]):
        text += shown.apply(event) + shown.live(20)
    assert STEERS.findall(re.sub(r"\x1b\[[0-9;]*m", "", text)) == []
    assert "\x1b[31mred" not in text


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_payload_reaches_a_headless_stream(name: str) -> None:
    events = [event for event in everything_with(PAYLOADS[name]) if not isinstance(event, User)]
    for last in (finished("error_upstream", PAYLOADS[name]), finished("success", PAYLOADS[name])):
        for output_format in ("text", "json", "stream-json"):
            out, err = io.StringIO(), io.StringIO()
            present([*events[:-1], last], output_format, out, err)  # type: ignore[arg-type, list-item]
            assert STEERS.findall(out.getvalue().replace("\t", "")) == []
            assert STEERS.findall(err.getvalue()) == []
            assert isinstance(last, RunFinished)


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_payload_reaches_dialogs_tables_and_status_lines(name: str) -> None:
    from msgspec.structs import replace
    from recorded import Recorded

    bad = PAYLOADS[name]
    spec = replace(CANDIDATES[0].spec, id=bad, provider=bad, aliases=(bad,))
    candidates = (replace(CANDIDATES[0], spec=spec, endpoint=bad, why_not=bad), replace(CANDIDATES[0], spec=spec))
    auto = RoutingDecision(model=bad, endpoint=bad, strategy="fixed", reasons=(bad,))
    status = replace(Recorded([]).now, model=bad, endpoint=bad, cwd=bad, branch=bad)
    drawn = [
        *model_picker(auto, candidates, Now(bad)).draw(80, 24),
        *approval_dialog(Approval(tool=bad, summary=bad, reason=bad, always=bad, lasting=True)).draw(80, 24),
        *status_bar(status, 120),
    ]
    text = "".join(part for _, part in drawn) + table(auto, candidates, 80, colour=False)
    text += reply_line(0.1, status) + "\n".join(header(status))
    assert STEERS.findall(text) == []


def test_what_a_change_adds_has_the_colours_of_its_language_and_the_sign_those_of_a_change() -> None:
    patch = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-if a:\n+if b:\n"
    shown = Painter(lambda: 80, True).diff(Diff("a.py", patch, added=1, removed=1))
    assert shown == "  \x1b[31m    1 - if a:\x1b[0m\n  \x1b[32m    1 + \x1b[0m\x1b[94mif\x1b[0m b:\n"
    plain = Painter(lambda: 80, True).diff(Diff("a.unheard-of", patch, added=1, removed=1))
    assert plain == "  \x1b[31m    1 - if a:\x1b[0m\n  \x1b[32m    1 + if b:\x1b[0m\n"
