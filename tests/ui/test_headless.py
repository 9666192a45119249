"""Every format of a headless run, as whole streams."""

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    CallDenied,
    CallFinished,
    CallStarted,
    Counterfactual,
    Event,
    ModelChosen,
    ModelSwitched,
    ModelUsage,
    ReplyFinished,
    RunFinished,
    SessionStarted,
    SharedLedger,
    TextAdded,
    TurnStarted,
    VerifyFinished,
    Warned,
)
from droidlite.sanitise import clean
from droidlite.tool import Diff
from droidlite.types import Estimate, Interval, RoutingDecision, Stage, Switch, Usage
from droidlite.ui.cells import width_of
from droidlite.ui.closing import last_line
from droidlite.ui.headless import json_line, present
from droidlite.ui.plain import takes_control_codes

USAGE = Usage(input=1200, output=80)
FINISHED = RunFinished(
    subtype="success",
    is_error=False,
    result="Fixed the **off-by-one**.\n",
    session_id="s1",
    num_turns=2,
    duration_ms=3400,
    duration_api_ms=2100,
    total_cost_usd=0.0132,
    usage=USAGE,
    model_usage={"claude-x": ModelUsage(usage=USAGE, cost_usd=0.0132, calls=2)},
)


def started(scripted: bool = False) -> SessionStarted:
    return SessionStarted(
        session_id="s1", cwd="/r", model="claude-x", endpoint="main", autonomy="low", tools=(), scripted=scripted
    )


RUN: tuple[Event, ...] = (
    started(scripted=True),
    TurnStarted(1),
    TextAdded("Looking."),
    AttemptFailed(fault="overloaded", message="The service is busy.", attempt=1, wait_seconds=0.5),
    ReplyFinished(text="Looking.", model="claude-x", scripted=True),
    CallStarted(call_id="1", name="shell", summary="pytest -q"),
    CallFinished(call_id="1", name="shell", content="exit code 1\n1 failed", is_error=True, seconds=1.2),
    CallStarted(call_id="2", name="edit", summary="a.py"),
    CallFinished(
        call_id="2", name="edit", content="ok", seconds=0.01, displays=(Diff("a.py", "@@\n-a\n+b", added=1, removed=1),)
    ),
    CallDenied(call_id="3", name="shell", summary="rm -rf /", reason="Not run: policy forbids it."),
    CallFinished(call_id="3", name="shell", content="Not run: policy forbids it.", is_error=True),
    VerifyFinished(command="pytest -q", exit_code=0, output="", seconds=2.0),
    VerifyFinished(command="make", exit_code=2, output="a\nb\n\n\x1b[31mc\nmake: *** [all] Error 2\n", seconds=2.0),
    VerifyFinished(command="pytest -q", exit_code=1, output="long", seconds=2.0, failing=("t.py::a", "t.py::b\x1b[2J")),
    Warned("the price of x is not known"),
    FINISHED,
)


def run(output_format: str, events: tuple[Event, ...] = RUN) -> tuple[RunFinished, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return present(iter(events), output_format, out, err), out.getvalue(), err.getvalue()  # type: ignore[arg-type]


def test_text_puts_the_answer_on_stdout_and_plain_progress_on_stderr() -> None:
    assert run("text") == (
        FINISHED,
        "Fixed the **off-by-one**.\n",
        """\
SCRIPTED: a script answers, not a model
session s1 · claude-x via main · autonomy low
attempt 1 failed (overloaded): The service is busy. Trying again in 0.5 s.
shell  pytest -q  exit 1 · 1.2 s
edit  a.py  +1 -1
denied  shell  rm -rf /: Not run: policy forbids it.
verify  pytest -q  exit 0 · 2.0 s
verify  make  exit 2 · 2.0 s
  b
  c
  make: *** [all] Error 2
verify  pytest -q  exit 1 · 2.0 s
  failing: t.py::a, t.py::b
warning: the price of x is not known
SCRIPTED · claude-x · $0.0132 · 2 turns · 3.4 s · success
""",
    )


DECISION = RoutingDecision(
    model="claude-x",
    endpoint="main",
    strategy="auto",
    reasons=("The cheapest plan.",),
    kind="fix",
    estimate=Estimate(
        stages=(Stage("claude-x"),),
        success=Interval(0.9, 0.8, 0.95),
        cost=Interval(0.19, 0.1, 0.3),
        plan="claude-x until a failed check, then gpt-y",
    ),
    rule="payments need care (/r/.droidlite/policy.toml:3)",
)


def chosen(why: str) -> RoutingDecision:
    return RoutingDecision(model="claude-x", endpoint="main", strategy="chosen", reasons=(why,))


SWITCH = Switch(from_model="claude-x", to="gpt-y", cause="the check still fails", price_usd=0.02)


def test_the_end_tells_what_each_model_cost_what_the_reference_would_have_and_why_this_model() -> None:
    finished = msgspec.structs.replace(
        FINISHED,
        total_cost_usd=0.22,
        model_usage={
            "claude-x": ModelUsage(usage=USAGE, cost_usd=0.02, calls=2),
            "gpt-y": ModelUsage(usage=USAGE, cost_usd=0.2, calls=3, unpriced=1),
        },
        counterfactual=Counterfactual(model="claude-opus", cost_usd=0.5),
        ledger=SharedLedger(file="/ledger", spent_usd=1.0, cap_usd=2.0),
    )
    events = (started(), ModelChosen(DECISION), ReplyFinished(text="", model="claude-x"), ModelSwitched(SWITCH))
    _, _, err = run("text", (*events, ReplyFinished(text="", model="gpt-y"), finished))
    assert err.splitlines()[-4:] == [
        "spent  claude-x $0.0200, gpt-y $0.20",
        "instead  claude-opus alone $0.50 (estimate, same tokens)",
        "ledger  of the shared ledger /ledger: $1.00 of $2.00",
        "claude-x, gpt-y · $0.22 and 1 call at a price not known · switched: the check still fails · "
        "2 turns · 3.4 s · success",
    ]
    counterfactual = json.loads(run("json", (started(), finished))[1])["counterfactual"]
    assert counterfactual == {"model": "claude-opus", "cost_usd": 0.5, "basis": "estimate, same tokens"}


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (DECISION, "auto: fix, 90% at $0.19, rule payments need care"),
        (chosen("claude-x was asked for (flag)."), "asked for (flag)"),
        (chosen("sonnet was asked for (flag)."), "sonnet was asked for (flag)"),
        (chosen("The session goes on where it was."), "The session goes on where it was"),
    ],
    ids=["auto", "chosen", "by an alias", "gone on with"],
)
def test_the_last_line_says_why_this_model(decision: RoutingDecision, reason: str) -> None:
    _, _, err = run("text", (started(), ModelChosen(decision), FINISHED))
    assert err.splitlines()[-1] == f"claude-x · $0.0132 · {reason} · 2 turns · 3.4 s · success"


@given(
    models=st.lists(st.text(min_size=1, max_size=90), max_size=4),
    reason=st.text(max_size=200),
    width=st.integers(1, 300),
    unpriced=st.integers(0, 2000),
    scripted=st.booleans(),
)
def test_the_last_line_is_one_of_at_most_120_cells(
    models: list[str], reason: str, width: int, unpriced: int, scripted: bool
) -> None:
    used = {"m": ModelUsage(usage=USAGE, cost_usd=0.0, calls=unpriced, unpriced=unpriced)}
    finished = msgspec.structs.replace(FINISHED, subtype="error_during_execution", model_usage=used)
    line = last_line(finished, models=models, reason=reason, label="SCRIPTED" if scripted else "", width=width)
    assert width_of(line) <= 120
    assert line.endswith(" · error_during_execution")
    assert len(line.splitlines()) == 1
    assert clean(line) == line
    told = last_line(finished, models=["claude-x"], reason="asked for (flag)", width=80)
    assert unpriced or told == "claude-x · $0.0132 · asked for (flag) · 2 turns · 3.4 s · error_during_execution"


def test_the_model_at_work_stands_where_names_are_too_long_for_a_line() -> None:
    names = [f"house/some-model-with-a-long-name-{number}" for number in range(4)]
    told = last_line(FINISHED, models=names, reason="switched: the check still fails", width=80)
    assert told == "house/some-mod…-a-long-name-3 and 3 more · $0.0132 · switched: the ch… · success"


def test_the_last_line_comes_after_the_answer_and_also_where_that_cannot_be_written() -> None:
    screen = io.StringIO()
    present(iter((started(), FINISHED)), "text", screen, screen)
    assert screen.getvalue().splitlines()[1:] == [
        "Fixed the **off-by-one**.",
        "claude-x · $0.0132 · 2 turns · 3.4 s · success",
    ]
    err = io.StringIO()
    with pytest.raises(DroidliteError, match="cannot be written"):
        present(iter((started(), FINISHED)), "text", Full(), err)
    assert err.getvalue().splitlines()[-1] == "claude-x · $0.0132 · 2 turns · 3.4 s · success"


def test_json_puts_only_the_result_on_stdout() -> None:
    _, out, err = run("json")
    assert msgspec.json.decode(out, type=RunFinished) == FINISHED
    assert out.count("\n") == 1
    assert json.loads(out)["type"] == "result"
    assert "pytest -q  exit 1" in err
    assert "SCRIPTED" in err


def test_stream_json_is_one_event_a_line() -> None:
    _, out, _ = run("stream-json")
    assert [msgspec.json.decode(line, type=Event) for line in out.splitlines()] == list(RUN)


def test_a_failure_is_told_on_stderr_and_never_on_stdout() -> None:
    failed = msgspec.structs.replace(
        FINISHED, subtype="error_upstream", is_error=True, result="The model service is busy.", model_usage={}
    )
    _, out, err = run("text", (started(), failed))
    assert out == ""
    assert err.splitlines()[-2:] == [
        "error_upstream: The model service is busy.",
        "claude-x · $0.0132 · 2 turns · 3.4 s · error_upstream",
    ]


def test_the_summary_at_a_cap_is_an_answer() -> None:
    capped = msgspec.structs.replace(FINISHED, subtype="error_max_cost", is_error=True, result="Half done.")
    assert run("text", (started(), capped))[1] == "Half done.\n"
    refused = msgspec.structs.replace(capped, result="Nothing was sent.", stopped="Nothing was sent.")
    _, out, err = run("text", (started(), refused))
    assert (out, err.splitlines()[1]) == ("", "error_max_cost: Nothing was sent.")


def test_a_run_without_a_result_is_an_error() -> None:
    with pytest.raises(DroidliteError, match="without a result"):
        run("text", (started(),))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_dimmed_on_a_terminal_line_by_line_but_for_what_should_be_seen() -> None:
    err = Terminal()
    present(iter((started(scripted=True), Warned("look out"), FINISHED)), "text", io.StringIO(), err, {"TERM": "xterm"})
    assert err.getvalue().splitlines() == [
        "\x1b[2mSCRIPTED: a script answers, not a model\x1b[0m",
        "\x1b[2msession s1 · claude-x via main · autonomy low\x1b[0m",
        "warning: look out",
        "SCRIPTED · claude-x · $0.0132 · 2 turns · 3.4 s · success",
    ]


def test_a_person_who_sees_both_sees_the_answer_apart_and_long_lines_broken_at_words() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    with open(ours, "rb", buffering=0) as terminal, open(theirs, "w") as screen:
        present(iter((started(), Warned("the price of x is not known, look it up"), FINISHED)), "text", screen, screen)
        shown = ""
        while not shown.endswith("success\n"):
            shown += terminal.read(10_000).decode().replace("\r\n", "\n")
    assert (
        re.sub(r"\x1b\[[02]m", "", shown)
        == """\
session s1 · claude-x via main ·
  autonomy low
warning: the price of x is not known,
  look it up

Fixed the **off-by-one**.

claude-x · $0.0132 · 3.4 s · success
"""
    )


@pytest.mark.parametrize(
    ("env", "live"),
    [
        ({}, True),
        ({"CI": "false", "TERM": "xterm"}, True),
        ({"CI": "1"}, False),
        ({"CI": "true"}, False),
        ({"GITHUB_ACTIONS": "true"}, False),
        ({"TF_BUILD": "True"}, False),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_a_terminal_whose_text_is_kept_gets_no_control_codes(env: dict[str, str], live: bool) -> None:
    err = Terminal()
    present(iter(RUN), "text", io.StringIO(), err, env)
    assert ("\x1b" in err.getvalue(), takes_control_codes(err, env)) == (live, live)
    assert not takes_control_codes(io.StringIO(), env)


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_that_left_stops_a_stream_and_the_run_behind_it() -> None:
    closed = []

    def events():  # type: ignore[no-untyped-def]
        try:
            yield from RUN
        finally:
            closed.append(True)

    with pytest.raises(DroidliteError, match="went away"):
        present(events(), "stream-json", Gone(), io.StringIO())
    assert closed == [True]


def test_a_reader_that_left_before_the_answer_changes_nothing() -> None:
    assert present(iter(RUN), "text", Gone(), Gone()) == FINISHED


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_sentence() -> None:
    with pytest.raises(DroidliteError, match="cannot be written: No space left on device"):
        present(iter(RUN), "json", Full(), io.StringIO())


@pytest.mark.parametrize(
    ("encoding", "answer", "line"),
    [
        ("ascii", 'na?ve ? ... "yes"\n', "claude-x - $0.0132 - 2 turns - 3.4 s - success"),
        ("latin-1", 'naïve ? ... "yes"\n', "claude-x · $0.0132 · 2 turns · 3.4 s · success"),
        ("cp1252", "naïve ? … “yes”\n", "claude-x · $0.0132 · 2 turns · 3.4 s · success"),
        ("utf-8", "naïve 日 … “yes”\n", "claude-x · $0.0132 · 2 turns · 3.4 s · success"),
    ],
)
def test_what_an_encoding_lacks_is_told_as_near_as_it_can_be(encoding: str, answer: str, line: str) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    finished = msgspec.structs.replace(FINISHED, result="naïve 日 … “yes”")
    present(iter((finished,)), "text", out, err)
    told = [stream.buffer.getvalue().decode(encoding) for stream in (out, err)]  # type: ignore[attr-defined]
    assert (told[0], told[1].splitlines()[-1]) == (answer, line)
    for form in ("json", "stream-json"):
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        present(iter((finished,)), form, out, io.StringIO())  # type: ignore[arg-type]
        line = out.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
        assert json.loads(line)["result"] == finished.result  # nothing is lost in JSON


def test_json_never_steers_a_terminal_and_loses_nothing() -> None:
    text = "\x1b[2J\x9b31m\u202eevil\x7f"
    line = json_line(TextAdded(text))
    assert not set(line) & {"\x1b", "\x9b", "\u202e", "\x7f"}
    assert json.loads(line)["text"] == text
    assert json.loads(json_line(TextAdded("\udcff")))["text"] == "\udcff"


def test_importing_it_loads_neither_rich_nor_prompt_toolkit() -> None:
    code = (
        "import sys, droidlite.ui.headless, droidlite.ui.picker\n"
        "print(sorted({'rich', 'prompt_toolkit', 'asyncio', 'pygments'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
