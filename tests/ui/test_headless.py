"""Every format of a headless run, as whole streams."""

import io
import json
import os
import subprocess
import sys

import msgspec
import pytest

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    CallDenied,
    CallFinished,
    CallStarted,
    Counterfactual,
    Event,
    ModelUsage,
    ReplyFinished,
    RunFinished,
    SessionStarted,
    TextAdded,
    TurnStarted,
    VerifyFinished,
    Warned,
)
from droidlite.tool import Diff
from droidlite.types import Usage
from droidlite.ui.headless import json_line, present

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
edit  a.py  +1 -1 a.py
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


def test_the_last_line_tells_what_each_model_cost_and_what_the_reference_would_have() -> None:
    finished = msgspec.structs.replace(
        FINISHED,
        total_cost_usd=0.22,
        model_usage={
            "claude-x": ModelUsage(usage=USAGE, cost_usd=0.02, calls=2),
            "gpt-y": ModelUsage(usage=USAGE, cost_usd=0.2, calls=3, unpriced=1),
        },
        counterfactual=Counterfactual(model="claude-opus", cost_usd=0.5),
    )
    _, _, err = run("text", (started(), finished))
    assert err.splitlines()[-1] == (
        "claude-x $0.0200, gpt-y $0.20 · $0.22 and 1 call at a price not known · "
        "claude-opus alone $0.50 (estimate, same tokens) · 2 turns · 3.4 s · success"
    )
    counterfactual = json.loads(run("json", (started(), finished))[1])["counterfactual"]
    assert counterfactual == {"model": "claude-opus", "cost_usd": 0.5, "basis": "estimate, same tokens"}


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
    assert err.splitlines()[-1] == "claude-x · $0.0132 · 2 turns · 3.4 s · error_upstream: The model service is busy."


def test_the_summary_at_a_cap_is_an_answer() -> None:
    capped = msgspec.structs.replace(FINISHED, subtype="error_max_cost", is_error=True, result="Half done.")
    assert run("text", (started(), capped))[1] == "Half done.\n"


def test_a_run_without_a_result_is_an_error() -> None:
    with pytest.raises(DroidliteError, match="without a result"):
        run("text", (started(),))


def test_progress_is_dimmed_on_a_terminal_only() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    err = Terminal()
    present(iter((started(), FINISHED)), "text", io.StringIO(), err)
    assert err.getvalue().startswith("\x1b[2msession s1")


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


def test_a_full_disk_is_one_sentence() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(DroidliteError, match="cannot be written: No space left on device"):
        present(iter(RUN), "json", Full(), io.StringIO())


def test_characters_the_stream_cannot_encode_are_replaced() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    present(iter((msgspec.structs.replace(FINISHED, result="naïve 日"),)), "text", out, io.StringIO())
    out.seek(0)
    assert out.read() == "na?ve ?\n"


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
