"""Runs for scripts and CI: the answer on stdout in one of three formats, progress on stderr. Imports nothing heavy."""

import contextlib
import json
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Literal, TextIO

import msgspec

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    BaselineTaken,
    CallDenied,
    CallFinished,
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
    VerifyFinished,
    VerifyFound,
    Warned,
)
from droidlite.sanitise import clean, clean_line, ended, escape_json
from droidlite.ui.checking import check_line, failure
from droidlite.ui.decision import decision_line
from droidlite.ui.plain import write
from droidlite.ui.waiting import Waiting
from droidlite.ui.wording import (
    SCRIPTED,
    counted,
    dollars,
    duration,
    going_on,
    handed_over,
    helped,
    instead,
    is_news,
    of_ledger,
    outcome,
    spent,
    switching,
    tokens,
)

OutputFormat = Literal["text", "json", "stream-json"]

ANSWERS = frozenset({"success", "error_verify", "error_max_cost", "error_max_turns"})
"""Subtypes whose `result` is the model's answer or summary; in all others it is a sentence about what went wrong."""


def present(events: Iterable[Event], output_format: OutputFormat, stdout: TextIO, stderr: TextIO) -> RunFinished:
    """Shows a run as it happens and returns its last event.

    text: the answer on stdout, progress on stderr. json: the RunFinished object alone on stdout, progress as in text.
    stream-json: every event on stdout, one a line; stderr leaves out what each call did. Raises DroidliteError if the
    run ends without a RunFinished or stdout cannot be written; a reader that only left early (a closed pipe) stops a
    stream-json run.
    """
    waiting = Waiting(stderr)
    with nullcontext() if output_format == "stream-json" else waiting.ticking():
        finished = _follow(
            events, output_format, stdout, Progress(stderr, waiting, calls=output_format != "stream-json")
        )
    if output_format == "json":
        write(stdout, json_line(finished))
    elif output_format == "text" and finished.subtype in ANSWERS and finished.result:
        write(stdout, clean(finished.result).rstrip("\n") + "\n")
    return finished


def _follow(events: Iterable[Event], output_format: OutputFormat, stdout: TextIO, progress: "Progress") -> RunFinished:
    finished: RunFinished | None = None
    for event in events:
        progress.show(event)
        if isinstance(event, RunFinished):
            finished = event
        if output_format == "stream-json" and not write(stdout, json_line(event)) and finished is None:
            _close(events)
            raise DroidliteError("The reader of stdout went away, so the run was stopped.")
    if finished is None:
        raise DroidliteError("The run ended without a result; run it again, or resume the session.")
    return finished


def present_failure(finished: RunFinished, output_format: OutputFormat, stdout: TextIO) -> None:
    """The result of a run that did not come to one by itself, in the JSON formats; text has none."""
    if output_format == "text":
        return
    with contextlib.suppress(DroidliteError):  # it may be that very output that cannot be written
        write(stdout, json_line(finished))


def json_line(event: Event) -> str:
    """One event as one line of JSON, with no character in it that could steer a terminal; nothing is lost."""
    try:
        line = msgspec.json.encode(event).decode()
    except UnicodeEncodeError:  # half a surrogate pair, from a file name that is not UTF-8
        line = json.dumps(msgspec.to_builtins(event), separators=(",", ":"))
    return escape_json(line) + "\n"


class Progress:
    """Progress lines on stderr: plain text, dimmed only on a terminal."""

    def __init__(self, stderr: TextIO, waiting: Waiting, *, calls: bool = True) -> None:
        self._stderr, self._waiting, self._calls = stderr, waiting, calls
        self._dim = stderr.isatty()
        self._label_told = False
        self._by_script: list[bool] = []
        self._models: list[str] = []
        self._summaries: dict[str, str] = {}
        self._denied: set[str] = set()

    def show(self, event: Event) -> None:
        self._waiting.follow(event)
        if isinstance(event, RunFinished):
            self._say(self._finished(event), dim=False)
            return
        if line := self._line(event):
            self._say(line)

    def _say(self, line: str, *, dim: bool = True) -> None:
        with (
            self._waiting.aside(),
            contextlib.suppress(DroidliteError),
        ):  # progress nobody can see is no reason to lose the answer
            write(self._stderr, f"\x1b[2m{line}\x1b[0m\n" if dim and self._dim else f"{line}\n")

    def _line(self, event: Event) -> str:
        match event:
            case SessionStarted():
                return self._started(event)
            case ModelChosen(decision=decision) if decision.reasons and decision.strategy != "chosen":
                return decision_line(decision)
            case ReplyFinished(model=model, scripted=scripted):
                self._models = [*self._models, model] if model not in self._models else self._models
                self._by_script.append(scripted)
                return self._label() if scripted else ""
            case CallStarted(call_id=call_id, summary=summary):
                self._summaries[call_id] = clean_line(summary, 120)
            case CallFinished(call_id=call_id) if call_id in self._denied:
                self._denied.discard(call_id)  # told already, with the reason
            case CallFinished() if self._calls:
                summary = self._summaries.pop(event.call_id, "")
                return "  ".join(part for part in (clean_line(event.name, 40), summary, outcome(event)) if part)
            case CallDenied(call_id=call_id, name=name, summary=summary, reason=reason):
                self._denied.add(call_id)
                return f"denied  {clean_line(name, 40)}  {clean_line(summary, 120)}: {clean_line(reason, 300)}"
            case AttemptFailed() if is_news(event):
                return clean_line(f"attempt {event.attempt} failed ({event.fault}): {ended(event.message)}", 360) + (
                    f" {clean_line(going_on(event), 120)}"
                )
            case SwitchAnnounced(switch=switch):
                return clean_line(f"model {switching(switch)}", 400)
            case ModelSwitched(switch=switch) if told := handed_over(switch):
                return clean_line(f"handed over: {told}", 400)
            case Helped():
                return clean_line(helped(event), 400)
            case Compacted():
                return f"compacted  {tokens(event.before_tokens)} -> {tokens(event.after_tokens)} tokens"
            case VerifyFinished() if self._calls:
                return "\n  ".join((clean_line(check_line(event), 500), *failure(event)))
            case VerifyFound() | BaselineTaken() | VerifyFinished() | Reviewed():
                return clean_line(check_line(event), 500)
            case Warned(message=message):
                return f"warning: {clean_line(message, 500)}"
        return ""

    def _started(self, event: SessionStarted) -> str:
        if event.model:
            self._models = [event.model]
        where = f" via {event.endpoint}" if event.endpoint else ""
        line = clean_line(f"session {event.session_id} · {event.model}{where} · autonomy {event.autonomy}", 300)
        return f"{self._label()}\n{line}" if event.scripted else line

    def _label(self) -> str:
        """What says, once, that a script answers."""
        told, self._label_told = self._label_told, True
        return "" if told else SCRIPTED

    def _finished(self, event: RunFinished) -> str:
        cost = f"{', '.join(self._models) or 'no model'} · {dollars(event.total_cost_usd)}"
        if event.model_usage:
            cost = spent(event.model_usage, event.total_cost_usd)
        other = f" · {instead(event.counterfactual)}" if event.counterfactual else ""
        other += f" · {of_ledger(event.ledger)}" if event.ledger else ""
        why = f"{event.subtype}: {event.stopped}" if event.stopped else event.subtype
        if event.subtype not in ANSWERS and event.result:
            why = f"{event.subtype}: {event.result}"
        label = "SCRIPTED · " if self._label_told else ""
        if self._by_script and not all(self._by_script):
            label = "partly SCRIPTED · " if any(self._by_script) else ""
        facts = f"{cost}{other} · {counted(event.num_turns, 'turn')}"
        return clean_line(f"{label}{facts} · {duration(event.duration_ms / 1000)} · {why}", 2000)


def _close(events: Iterable[Event]) -> None:
    if close := getattr(events, "close", None):
        close()
